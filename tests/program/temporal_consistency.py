#!/usr/bin/env python3
"""Schedules of temporal consistency, and the set point of the controlled one."""
import csv
import json
import sys

import h5py
import numpy as np

from support import SMALL, main, ok, refused, runs, settings, stillpoint, write


def test_a_schedule_ends_with_training_unless_it_is_told(tmp):
    study = write(tmp / "s.ini", SMALL)
    linear = ["--quiet", *settings("study.arm=tcr", "study.seeds=1", "schedule.shape=linear")]
    ok("run", study, "--out", tmp / "whole", *linear)
    ok("run", study, "--out", tmp / "half", *linear, *settings("schedule.until=6"))
    run, = map(h5py.File, runs(tmp / "whole"))
    np.testing.assert_allclose(run["curve/strength"][()], 1 - np.arange(12) / 12)
    assert run["options"].attrs["schedule.until"] == 12
    run, = map(h5py.File, runs(tmp / "half"))
    np.testing.assert_allclose(run["curve/strength"][()], 1 - np.minimum(np.arange(12) / 6, 1))
    refused("run", study, "--out", tmp / "out", *linear, *settings("schedule.from=12"), names=["schedule.until = 12", "after schedule.from = 12"])


def test_a_set_point_that_was_missed_is_said(tmp):
    study = write(tmp / "s.ini", SMALL)
    controlled = settings("schedule.shape=controlled", "study.seeds=2")
    missed = stillpoint("run", study, "--out", tmp / "out", *controlled, *settings("schedule.speed=100"))
    assert missed.returncode == 0, missed.stderr
    first, all_of_them = [line for line in missed.stderr.splitlines() if "set point missed" in line]
    assert first.startswith("warning: #1 tcr, seed ") and ": set point missed: V = " in first and first.endswith("schedule.speed = 100"), missed.stderr
    assert all_of_them == "warning: set point missed: 2 runs of these conditions: #1 tcr (2)", missed.stderr
    speeds = [h5py.File(path)["curve/speed"][()][-2:].mean() for path in runs(tmp / "out") if path.name.startswith("condition0001")]  # the arm tcr
    none, tcr = json.loads(ok("summary", tmp / "out", "--format", "json"))
    assert none["controlled"] is None and tcr["controlled"]["set_point"] == 100 and tcr["controlled"]["missed"] == 2
    assert abs(tcr["controlled"]["speed"] - np.mean(speeds)) < 1e-6
    assert "set point missed: 2 of 2 runs of #1 tcr: V = " in ok("summary", tmp / "out")
    none, tcr = csv.DictReader(ok("summary", tmp / "out", "--format", "csv").splitlines())
    assert none["set_point"] == "" and tcr["set_point"] == "100" and tcr["set_point_missed"] == "2"


def test_a_set_point_that_was_held_is_not_called_missed(tmp):
    """A network that hardly learns, and whose controller does nothing, keeps the speed it has: held at that set point, missed beside it."""
    def run(name, speed):
        done = stillpoint("run", write(tmp / "s.ini", SMALL), "--out", tmp / name,
                          *settings("schedule.shape=controlled", "study.arm=tcr", "study.seeds=1", "schedule.integral=0", "schedule.proportional=0",
                                    "optimizer.rate=1e-9", f"schedule.speed={speed}"))
        assert done.returncode == 0, done.stderr
        path, = runs(tmp / name)
        row, = json.loads(ok("summary", tmp / name, "--format", "json"))
        said = ["set point missed" in text for text in (done.stderr, ok("summary", tmp / name))]
        return h5py.File(path)["curve/speed"][()][-2:].mean(), said, row["controlled"]["missed"]

    speed, said, missed = run("beside", 100)
    assert said == [True, True] and missed == 1, said
    same, said, missed = run("held", speed)
    assert abs(same - speed) < 1e-9 * speed and said == [False, False] and missed == 0, (same, speed, said)


if __name__ == "__main__":
    sys.exit(main(globals()))
