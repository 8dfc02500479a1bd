#!/usr/bin/env python3
"""What `predict` says of learning: networks of every day, before, during and after the loss falls."""
import json
import sys
import xml.etree.ElementTree as xml

import h5py
import numpy as np

from support import main, ok, refused, runs, stillpoint, write

STUDY = """
[study]
name = learning
seeds = 3
[task]
name = delayed_cue_discrimination
[network]
size = 20
[rule]
name = e_prop
[integration]
dt_ms = 10
[training]
updates = 40
batch = 4
checkpoints = every 4
"""
# 16 trials a day are 4 updates: day d ends with the checkpoint of update 4 d.
PREDICT = ["--all", "--size", "10x12", "--only", "delay_speed", "--half-step", 0, "--trials-per-day", 16, "--quiet"]
NAMES = ["delay_speed", "autocorrelation_400", "delay_dimension", "delay_decoding"]


def made_to_learn_on_day(directory, day):
    """Every neuron keeps the sign that it is given: of its cue from `day` on, of its initial state before; the loss falls there."""
    rng = np.random.default_rng(2)
    for path in runs(directory):
        with h5py.File(path, "r+") as run:
            ways = [(0, run["initial/network"]), (40, run["final/network"])]
            for update, network in ways + [(int(name), group["network"]) for name, group in run["checkpoints"].items()]:
                network["W"][...], network["b"][...] = 2 * np.eye(20), 0
                network["W_in"][...] = np.resize([1, -1], (20, 1)) * [4, -4, 0] * (update >= 4 * day)
            fallen = np.arange(run["curve/loss"].size) >= 4 * day - 1
            run["curve/loss"][...] = np.exp(0.05 * rng.normal(size=fallen.size) - 3 * fallen)


def test_learning_of_known_networks(tmp):
    """Nothing of the task is in the networks of the first days, and all of it in those of the last."""
    ok("run", write(tmp / "s.ini", STUDY), "--out", tmp / "s", "--quiet")
    made_to_learn_on_day(tmp / "s", 6)
    ok("predict", tmp / "s", "--out", tmp / "p", *PREDICT)
    found = json.loads((tmp / "p/predictions.json").read_text())
    assert found["trials_per_day"] == 16 and found["learning_left_out"] == 0
    assert found["learning_verdicts"] == [{"hypothesis": "static", "abrupt": 3, "gradual": 0, "none": 0}], found["learning_verdicts"]
    assert [(row["statistic"], row["measured"]) for row in found["learning"]] == [(name, by) for name in NAMES for by in ("rates", "sessions")]
    rows = {(row["statistic"], row["measured"]): row for row in found["learning"]}
    assert abs(rows["delay_decoding", "rates"]["after"] - 1) < 1e-9, rows["delay_decoding", "rates"]
    for by in "rates", "sessions":
        row = rows["delay_decoding", by]
        assert row["networks"] == 3 and row["without_both"] == 0
        assert abs(row["before"]) < 0.25 and row["after"] > 0.7, row
        low, high = row["after_less_before_interval"]
        assert low < row["after_less_before"] < high
        assert abs(row["after"] - row["before"] - row["after_less_before"]) < 1e-9  # all networks have both

    assert [(row["statistic"], row["sessions_per_day"]) for row in found["lead"]] == [(name, k) for name in NAMES for k in (1, 2, 4)]
    for row in found["lead"]:
        assert row["networks"] == 3 and 0 <= row["found"] <= 3 and row["trials_per_day"] == 16
        assert (row["lead_days"] is None) == (row["found"] == 0) == (row["null"] is None), row
        if row["null"]:
            assert 1 / 200 <= row["null"]["p"] <= 1 and 0 <= row["null"]["beyond"] <= row["found"]
    four = [row for row in found["lead"] if row["statistic"] == "delay_decoding"][2]
    assert four["found"] == 3 and four["lead_days"] == 0, four  # it changes on the day of the drop

    text = (tmp / "p/predictions.md").read_text()
    assert "## Learning" in text and "abruptly in 3, gradually in 0, not in 0" in text and "![learning](learning.svg)" in text
    drawn = "".join(xml.parse(tmp / "p/learning.svg").getroot().itertext())
    assert all(name in drawn for name in NAMES) and "updates from the fall" in drawn and "abruptly" in drawn

    # What was measured is kept, and measured anew where it is of another day, or damaged.
    kept = sorted((tmp / "p/learning").glob("*/*.json"))
    assert len(kept) == 3
    before, report = [path.stat().st_mtime_ns for path in kept], (tmp / "p/predictions.json").read_bytes()
    kept[0].write_text("{")
    ok("predict", tmp / "s", "--out", tmp / "p", *PREDICT)
    after = [path.stat().st_mtime_ns for path in kept]
    assert after[0] != before[0] and after[1:] == before[1:] and (tmp / "p/predictions.json").read_bytes() == report


def test_studies_without_networks_on_the_way(tmp):
    """One line says what to set, and everything else is as it was; as where days are too long, or too few runs' files have them."""
    study = write(tmp / "s.ini", STUDY.replace("seeds = 3", "seeds = 2"))
    ok("run", study, "--out", tmp / "s", "--quiet")
    with h5py.File(runs(tmp / "s")[0], "r+") as run:  # one without
        for name in list(run["checkpoints"])[:6]:
            del run["checkpoints"][name]
    ok("predict", tmp / "s", "--out", tmp / "p", *PREDICT)
    found = json.loads((tmp / "p/predictions.json").read_text())
    assert found["learning_left_out"] == 1 and len(list((tmp / "p/learning").glob("*/*.json"))) == 1
    done = stillpoint("predict", tmp / "s", "--out", tmp / "q", *map(str, PREDICT[:-3]), "--trials-per-day", "40", "--quiet")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    line, = (line for line in done.stdout.splitlines() if "learning" in line)
    assert "8 days" in line and "training.checkpoints = every 10" in line, line
    without = json.loads((tmp / "q/predictions.json").read_text())
    assert not {"learning", "lead", "trials_per_day"} & set(without) and set(without) < set(found)
    assert without["predictions"] == found["predictions"]
    assert "Learning" not in (tmp / "q/predictions.md").read_text() and not (tmp / "q/learning.svg").exists()
    for value in ("0", "-3", "nan", "inf"):
        refused("predict", tmp / "s", "--out", tmp / "r", "--trials-per-day", value, names=["--trials-per-day", value])


if __name__ == "__main__":
    sys.exit(main(globals()))
