#!/usr/bin/env python3
"""Summary and figure of a study."""
import csv
import json
import sys
import xml.etree.ElementTree as xml

from support import SMALL, main, ok, settings, small_study, write


def test_summary_and_figure(tmp):
    study = small_study()
    rows = json.loads(ok("summary", study, "--format", "json"))
    keys = {"condition", "runs", "reached", "diverged", "reached_interval", "median_updates", "median_updates_interval", "final_accuracy",
            "final_loss", "speed", "over_stability_bound", "seconds_per_update", "unmatched", "budget", "paired"}
    assert len(rows) == 8 and all(keys <= set(row) for row in rows)
    assert rows[0]["condition"] == {"study.arm": "none", "network.gain": 1, "rule.name": "bptt"}
    assert rows[0]["paired"] is None and rows[4]["paired"]["against"] == "none" and rows[4]["paired"]["pairs"] == 3
    against_tcr = json.loads(ok("summary", study, "--format", "json", "--against", "tcr"))
    assert against_tcr[4]["paired"] is None and against_tcr[0]["paired"]["against"] == "tcr"
    assert len(ok("summary", study, "--format", "csv").splitlines()) == 9
    assert "paired differences" in ok("summary", study)
    ok("figure", study, "--out", tmp / "f.svg")
    texts = [node.text for node in xml.parse(tmp / "f.svg").iter("{http://www.w3.org/2000/svg}text")]
    assert any("update" in (text or "") for text in texts)


def test_the_summary_gives_alignment_in_every_form(tmp):
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet", *settings("study.arm=none", "grid.rule.name=bptt e_prop", "shadow.rules=uoro"))
    rows = list(csv.DictReader(ok("summary", tmp / "out", "--format", "csv").splitlines()))
    same = json.loads(ok("summary", tmp / "out", "--format", "json"))
    assert len(rows) == len(same) == 2
    for row, other in zip(rows, same):
        for rule in "uoro", "e_prop":
            for what in "cosine", "norm_ratio":
                value = row[f"alignment.{rule}.{what}"]
                assert (float(value) if value else None) == other["alignment"].get(rule, {}).get(what), (row, other)
    # UORO runs beside both rules; e-prop has an alignment where it is the rule that trains, and a network that BPTT trains has not.
    assert all(-1 < float(row["alignment.uoro.cosine"]) < 1 and float(row["alignment.uoro.norm_ratio"]) > 0 for row in rows), rows
    assert rows[0]["alignment.e_prop.cosine"] == "" and float(rows[1]["alignment.e_prop.cosine"]) > 0
    assert [row["cosine"] for row in json.loads(ok("compare", tmp / "out", "--format", "json"))] == [1, float(rows[1]["alignment.e_prop.cosine"])]


if __name__ == "__main__":
    sys.exit(main(globals()))
