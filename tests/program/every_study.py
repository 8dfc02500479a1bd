#!/usr/bin/env python3
"""The studies that come with the program run."""
import json
import sys

from support import STUDIES, main, ok, settings


def test_every_study_runs_its_quick_version(tmp):
    assert len(STUDIES) >= 5
    quickstart, = (study for study in STUDIES if study.stem == "quickstart")
    # A run of quickstart is the solution that another study starts beside, so it comes first.
    solution = tmp / "quickstart/runs/condition0001-seed000001.h5"
    own = {"distance_from_solution": settings(f"network.start={solution}"), "freeze_in": settings("freeze_in.updates=1")}
    for study in [quickstart, *(study for study in STUDIES if study != quickstart)]:
        ok("run", study, "--out", tmp / study.stem, "--quick", "--quiet", *settings("training.updates=2", "study.seeds=1"), *own.get(study.stem, []))
        rows = json.loads(ok("summary", tmp / study.stem, "--format", "json"))
        assert rows and all(row["runs"] == 1 and row["budget"] == 2 for row in rows), (study, rows)


if __name__ == "__main__":
    sys.exit(main(globals()))
