#!/usr/bin/env python3
"""Restructuring events in the runs of a study."""
import json
import sys

import h5py
import numpy as np

from support import main, ok, refused, runs, settings, write


LEARNING = """
[study]
name = gr
seeds = 3
[grid]
control.targets = own shuffled
[network]
size = 8
gain = 0.5
[integration]
dt_ms = 10
[rule]
name = bptt
[training]
updates = 40
batch = 8
checkpoints = every 8
"""


def test_restructuring_events_of_a_study(tmp):
    ok("run", write(tmp / "gr.ini", LEARNING), "--out", tmp / "out", "--quiet")
    text = ok("analyze", "restructuring", tmp / "out", "--quiet", "--rate", 0.25, "--json", tmp / "a.json", "--plot", tmp / "a.svg")
    found = json.loads((tmp / "a.json").read_text())
    assert found["kind"] == "restructuring" and len(found["descriptors"]) == 8
    (condition,) = found["conditions"]
    assert condition["condition"] == {"control.targets": "own"} and condition["runs"] == condition["planned"] == 3
    assert condition["random_walks"]["paths"] == 3 and condition["shuffled_targets"]["paths"] == 3
    assert [run["seed"] for run in condition["each"]] == [1, 2, 3]
    # The verdicts on the loss are those of `analyze phases`, and the counts are theirs.
    for each, path in zip(condition["each"], runs(tmp / "out")):  # the runs with their own targets come first
        phases = json.loads(ok("analyze", "phases", path, "--bootstrap", 100, "--json", "-"))
        assert each["problem"] is None and each["verdict"] == phases["verdict"], (each, phases)
        assert (each["drop_onset"] is None) == (phases["verdict"] != "abrupt"), (each, phases)
    verdicts = [run["verdict"] for run in condition["each"]]
    assert [condition[name] for name in ("abrupt", "gradual", "no_drop")] == [
        verdicts.count("abrupt"), verdicts.count("gradual"), verdicts.count("none") + verdicts.count("undone")]
    assert condition["not_measured"] == condition["diverged"] == 0
    # The median of first events is that of the second run, for a run without one has it later than any.
    first = sorted(run["events"][0]["update"] for run in condition["each"] if run["events"])
    assert condition["with_event"] == len(first) and len(first) >= 2 and condition["first_event"]["median"] == first[1], condition
    assert not text.startswith("left out") and found["left_out"] == []
    assert "first event" in text and (tmp / "a.svg").read_text().startswith("<svg")
    # What was measured is kept, and used again; another number of trials is another measurement.
    kept = sorted((tmp / "out/restructuring").glob("*.json"))
    assert len(kept) == 6
    path = json.loads(kept[0].read_text())
    assert path["update"] == [0, 8, 16, 24, 32, 40] and len(path["path"]["value"][0]) == 8
    before = [file.stat().st_mtime_ns for file in kept]
    assert ok("analyze", "restructuring", tmp / "out", "--quiet", "--rate", 0.25) == text
    assert [file.stat().st_mtime_ns for file in kept] == before
    kept[0].write_text("{")  # cut short
    assert ok("analyze", "restructuring", tmp / "out", "--jobs", 1, "--quiet", "--rate", 0.25) == text
    assert json.loads(kept[0].read_text()) == path
    assert "fewer than 6 paths, at 25 %" in text
    # A run that was made again is measured again.
    run = runs(tmp / "out")[0]
    run.unlink()
    ok("run", tmp / "gr.ini", "--out", tmp / "out", "--quiet")
    with h5py.File(run, "r+") as file:
        file["final/network/W"][...] *= 2
    ok("analyze", "restructuring", tmp / "out", "--quiet", "--rate", 0.25)
    again = json.loads(kept[0].read_text())
    assert again["path"]["value"][:-1] == path["path"]["value"][:-1] and again["path"]["value"][-1] != path["path"]["value"][-1]
    # At 5 % three runs with shuffled targets are too few, and walks are added.
    ok("analyze", "restructuring", tmp / "out", "--quiet", "--json", tmp / "b.json")
    (condition,) = json.loads((tmp / "b.json").read_text())["conditions"]
    assert condition["random_walks"]["paths"] == 21 and condition["shuffled_targets"] is None
    assert "3 of 19 runs with shuffled targets needed" in condition["note"]


def test_a_run_that_cannot_be_measured_is_counted_and_stops_no_other(tmp):
    ok("run", write(tmp / "gr.ini", LEARNING), "--out", tmp / "out", "--quiet", *settings("control.targets=own", "study.arm=tcr"))
    paths = runs(tmp / "out")
    for bad in 1, 3:
        for path in paths[:bad]:
            with h5py.File(path, "r+") as file:
                file["final/network/W"][0, 0] = np.nan
        if bad == 1:
            (condition,) = json.loads(ok("analyze", "restructuring", tmp / "out", "--quiet", "--rate", 0.25, "--json", "-"))["conditions"]
            assert condition["not_measured"] == 1 and "final/network" in condition["each"][0]["problem"], condition
            assert condition["each"][1]["problem"] is None
            told = ok("analyze", "restructuring", tmp / "out", "--quiet", "--rate", 0.25)
            assert told.startswith("left out of attractors, settled, field, slowest and exponent, where a network has it: synapse tcr\n"), told
    refused("analyze", "restructuring", tmp / "out", "--quiet", names=["none of its runs can be measured", "condition0000-seed000001.h5"])


def test_restructuring_by_the_descriptors_that_are_chosen(tmp):
    ok("run", write(tmp / "gr.ini", LEARNING), "--out", tmp / "out", "--quiet")
    # Neither `exponent` nor `memory` is among the first two of all descriptors, so that a place in the choice is no place among all.
    for chosen in ["exponent", "field"], ["exponent", "memory"]:
        ok("analyze", "restructuring", tmp / "out", "--quiet", "--rate", 0.25, "--descriptors", ",".join(chosen), "--json", tmp / "c.json")
        found = json.loads((tmp / "c.json").read_text())
        assert found["descriptors"] == chosen
        carried = {name for run in found["conditions"][0]["each"] for event in run["events"] for name in event["descriptors"]}
        assert carried <= set(chosen)
    assert "memory" in carried, "no event was carried by a chosen descriptor: any name would do"


def test_studies_that_show_no_restructuring_are_refused(tmp):
    study = write(tmp / "gr.ini", LEARNING)
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("training.updates=8", "training.checkpoints=every 2"))
    ok("run", study, "--out", tmp / "none", "--quiet", *settings("training.checkpoints=none", "training.updates=4"))
    refused("analyze", "restructuring", tmp / "none", names=["fewer than 4 checkpoints", "training.checkpoints"])
    ok("run", study, "--out", tmp / "shuffled", "--quiet", *settings("control.targets=shuffled", "training.updates=4"))
    refused("analyze", "restructuring", tmp / "shuffled", names=["control.targets = own"])
    refused("analyze", "restructuring", tmp, names=["holds no study"])
    refused("analyze", "restructuring", tmp / "out", "--trials", 3, names=["--trials = 3"])
    refused("analyze", "restructuring", tmp / "out", "--descriptors", "fields", names=["--descriptors = fields", "field"])
    refused("analyze", "restructuring", tmp / "out", "--jobs=-1", names=["--jobs = -1"])
    refused("analyze", "restructuring", tmp / "out", "--walks", 0, names=["--walks = 0"])
    refused("analyze", "restructuring", tmp / "out", "--rate", 1, names=["--rate = 1"])
    refused("analyze", "restructuring", tmp / "out", "--plot", tmp / "a.png", names=["--plot", ".svg"])


if __name__ == "__main__":
    sys.exit(main(globals()))
