#!/usr/bin/env python3
"""Tasks: what they are, how they are drawn, and trials of one's own."""
import json
import sys
import xml.etree.ElementTree as xml

import h5py
import numpy as np

from support import SMALL, all_contents, attributes, example_trials, main, ok, refused, runs, says, settings, write


def test_task_says_what_it_is_and_draws_it(tmp):
    names = [item["name"] for item in json.loads(ok("list", "tasks", "--json"))]
    assert {"evidence_accumulation", "delayed_match_to_sample", "context_integration", "working_memory_n", "interval_timing", "file"} <= set(names)
    for name in set(names) - {"file"}:
        text = ok("task", name, "--plot", tmp / "f.svg", "--trials", 2)
        assert text.startswith(name) and "inputs" in text and "training.criterion" in text and "rounded" not in text, text
        root = xml.parse(tmp / "f.svg").getroot()
        words = [node.text for node in root.iter() if node.tag.endswith("text")]
        assert {"time (ms)", "graded", "target", "output 0"} <= set(words) and sum(word.startswith("trial ") for word in words) == 2, words
    presets = {item["name"]: item.get("presets") for item in json.loads(ok("list", "tasks", "--json"))}
    assert presets["flip_flop"]["easy"] == {"task.bits": "1"} and presets["file"] is None
    assert "task.difficulty = hard" in ok("list", "tasks")


def test_the_figure_of_a_task_shades_what_is_graded(tmp):
    # Two trials of 600 ms, graded in the last 100 ms: there, and in the legend, is the shade, and the target is there alone.
    ok("task", "evidence_accumulation", "--plot", tmp / "f.svg", "--trials", 2)
    nodes = list(xml.parse(tmp / "f.svg").getroot().iter())
    shaded = [(float(node.get("x")), float(node.get("width"))) for node in nodes if node.get("fill") == "#E3E3E3"][:-1]
    targets = [[float(pair.split(",")[0]) for pair in node.get("points").split()] for node in nodes if node.get("stroke") == "#0072B2"][:-1]
    column = [[float(pair.split(",")[0]) for pair in node.get("points").split()] for node in nodes if node.get("stroke") == "#BBBBBB"]
    assert len(shaded) == len(targets) == 2 and len(column) == 6, (shaded, targets, column)
    for (x, width), target in zip(shaded, targets):
        (left, right), = {(min(line), max(line)) for line in column if min(line) <= x <= max(line)}
        assert abs(x - (left + (right - left) * 5 / 6)) < 0.02 and abs(x + width - right) < 0.02, (x, width, left, right)
        assert abs(min(target) - x) < 0.02 and abs(max(target) - x - width) < 0.02, (target, x, width)


def test_times_are_rounded_to_steps_and_shares_add_up(tmp):
    text = ok("task", "evidence_accumulation", *settings("task.pulse_ms=12", "task.delay_ms=99..200"), "--dt", 5)
    assert "rounded: task.pulse_ms = 12 is 2 steps of dt_ms = 5: 10 ms" in text and "rounded: task.delay_ms = 99..200 is 20..40 steps of dt_ms = 5: 100..200 ms" in text, text
    # 10 pulses in slots of 30 ms, a delay of 100..200 ms and 100 ms to respond are 500 to 600 ms.
    assert text.count("rounded") == 2 and "trials      100 to 120 steps, 500 to 600 ms" in text, text
    assert "rounded" not in ok("task", "fast_tracking", *settings("task.correlation_ms=12"))  # exact at any step
    hard = ok("task", "delayed_cue_discrimination", *settings("task.difficulty=hard", "task.cues=3"))
    assert "difficulty  hard" in hard and "inputs      4: cue 0, cue 1, cue 2, go" in hard and "1000..2000" in hard, hard
    assert sum(float(line.split()[1]) for line in hard.splitlines() if line.endswith(" %")) == 100
    assert ok("task", "flip_flop", "--seed", 2) == ok("task", "flip_flop", "--seed", 2) != ok("task", "flip_flop", "--seed", 3)


def test_tasks_that_cannot_be_are_refused(tmp):
    refused("task", names=["NAME is missing"])
    refused("task", "chess", names=["task.name", "chess", "flip_flop"])
    refused("task", "flip_flop", "--plot", tmp / "f.png", names=["--plot", ".svg"])
    refused("task", "flip_flop", "--plot", "/proc/nothing/f.svg", names=["/proc/nothing/f.svg: cannot be written"])
    refused("task", "flip_flop", *settings("task.bitz=3"), names=["task.bitz", "task.bits"])
    refused("task", "flip_flop", *settings("network.size=3"), names=["--set", "network.size=3"])
    refused("task", "flip_flop", *settings("task.name=file"), names=["--set", "task.name"])
    refused("task", "flip_flop", *settings("task.pulse_ms=200"), names=["task.pulse_ms", "task.slot_ms"])
    refused("task", "flip_flop", "--dt", 0, names=["integration.dt_ms = 0"])
    refused("task", "flip_flop", "--trials", 0, names=["--trials 0"])
    refused("task", "flip_flop", "--trials", 7, names=["--trials 7", "at most 6"])
    refused("task", "flip_flop", "--seed", -1, names=["--seed -1"])
    refused("task", "file", names=["task.file", "(empty)"])
    refused("task", "working_memory_n", *settings("task.distractors=0", "task.distractor_ms=50"), names=["task.distractor_ms = 50: has no effect: needs task.distractors > 0, is 0"])
    refused("task", "flip_flop", "--dt", "1e-300", names=["task.slot_ms", "1e-300 ms"])


def test_a_study_learns_from_a_file_of_trials(tmp):
    trials = example_trials(tmp / "trials.h5")
    study = write(tmp / "s.ini", f"{SMALL}\n[task]\nname = file\nfile = {trials}\n")
    ok("run", study, "--out", tmp / "whole", "--quiet", *settings("training.updates=150", "rule.name=bptt", "optimizer.rate=0.01"))
    rows = json.loads(ok("summary", tmp / "whole", "--format", "json"))
    for path in runs(tmp / "whole"):
        with h5py.File(path) as run:
            assert attributes(run["options"])["task.file"] == str(trials) and attributes(run["options"])["task.name"] == "file"
            assert run["initial/network/W_in"].shape == (20, 2) and run["initial/network/W_out"].shape == (1, 20)
    finals = [h5py.File(path).attrs["final_accuracy"] for path in runs(tmp / "whole")]
    assert len(rows) == 2 and np.median(finals) > 0.95, finals

    # Stopped after one seed and continued: the same bytes; with other trials under the same name: another study.
    ok("run", study, "--out", tmp / "a", "--quiet")
    ok("run", study, "--out", tmp / "b", "--quiet", *settings("study.seeds=1"))
    ok("run", study, "--out", tmp / "b", "--quiet")
    assert all_contents(tmp / "a") == all_contents(tmp / "b")
    assert "inputs      2" in ok("task", "file", *settings(f"task.file={trials}"), "--dt", 10, "--plot", tmp / "f.svg")
    assert says(ok("check-gradients", study, "--rule", "bptt"), "2 ok, 0 failed")
    ok("simulate", runs(tmp / "a")[0], "--out", tmp / "sim.h5", "--task", "file", *settings(f"task.file={trials}"), "--trials", 40)
    with h5py.File(trials) as given, h5py.File(tmp / "sim.h5") as shown:
        lines = {row.tobytes() for row in given["inputs"][()].astype(float)[:, :20]}
        assert {row.tobytes() for row in shown["trials/input"][()][:, :20]} <= lines
        assert set(shown["trials/length"][()]) == {20, 25}
    example_trials(trials, trials=29)
    refused("run", study, "--out", tmp / "a", "--quiet", names=["holds another study", "task.file"])


def test_a_study_learns_from_trials_without_input_channels(tmp):
    def silent(arrays): arrays["inputs"] = arrays["inputs"][:, :, :0]
    trials = example_trials(tmp / "trials.h5", change=silent)
    ok("run", write(tmp / "s.ini", f"{SMALL}\n[task]\nname = file\nfile = {trials}\n"), "--out", tmp / "out", "--quiet", *settings("study.seeds=1"))
    assert "inputs      0" in ok("task", "file", *settings(f"task.file={trials}"), "--dt", 10)
    for path in runs(tmp / "out"):
        ok("simulate", path, "--out", tmp / "sim.h5", "--task", "file", "--trials", 2)
        ok("analyze", "fixed-points", path)


def test_bad_files_of_trials(tmp):
    study = write(tmp / "s.ini", SMALL + "\n[task]\nname = file\n")
    def missing(arrays): del arrays["mask"]
    def misspelt(arrays): arrays["Inputs"] = arrays.pop("inputs")
    def nan(arrays): arrays["inputs"][2, 3] = np.nan
    def shape(arrays): arrays["mask"] = arrays["mask"][:, :, 0]
    def short(arrays): arrays["targets"] = arrays["targets"][:, :20]
    def text(arrays): arrays["inputs"] = np.bytes_("none")
    def empty(arrays): arrays["inputs"] = arrays["inputs"][:0]
    def length(arrays): arrays["length"] = arrays["length"][:4]
    def negative(arrays): arrays["condition"][3] = -5
    cases = [(missing, ["mask", "missing"]), (misspelt, ["Inputs", "unknown", "inputs"]), (nan, ["inputs", "finite"]), (shape, ["mask", "[30, 25]", "[30, 25, 1]"]),
             (short, ["targets", "[30, 20, 1]", "[30, 25, outputs]"]), (text, ["inputs", "real numbers"]), (empty, ["inputs", "[0, 25, 2]"]),
             (length, ["length", "[4]", "[30]"]), (negative, ["condition", "-5"])]
    for change, names in cases:
        path = example_trials(tmp / f"{change.__name__}.h5", change=change)
        refused("run", study, "--out", tmp / "o", *settings(f"task.file={path}"), names=[path.name, *names])
    attributes = [([("dt_ms", np.nan)], ["attribute dt_ms = nan: must be a number > 0 [ms]"]), ([("dt_ms", 0)], ["attribute dt_ms = 0: must be a number > 0 [ms]"]),
                  ([], ["dt_ms", "missing"]), ([("dt_ms", 5)], ["integration.dt_ms = 10", "must be 5"]), ([("dt_ms", "ten")], ["dt_ms", "number"]),
                  ([("dt_ms", [10, 10])], ["dt_ms", "one value"]), ([("dt_ms", 10), ("tolerence", 1)], ["tolerence", "unknown", "tolerance"])]
    for given, names in attributes:
        path = example_trials(tmp / "attributes.h5", attributes=given)
        refused("run", study, "--out", tmp / "o", *settings(f"task.file={path}"), names=[path.name, *names])
    refused("run", study, "--out", tmp / "o", *settings(f"task.file={write(tmp / 'text.h5', 'not hdf5')}"), names=["text.h5", "HDF5"])
    def ungraded(arrays): del arrays["mask"], arrays["targets"]
    refused("run", study, "--out", tmp / "o", *settings(f"task.file={example_trials(tmp / 'ungraded.h5', change=ungraded)}"), names=["ungraded.h5: dataset targets: missing", "mask"])
    for name in "trials.npz", "trials.mat", "trials.pt":
        refused("run", study, "--out", tmp / "o", *settings(f"task.file={write(tmp / name, 'other')}"), names=[name, "docs/file-formats.md"])
    refused("run", study, "--out", tmp / "o", *settings("task.file=/absent.h5"), names=["/absent.h5: no such file"])
    refused("run", study, "--out", tmp / "o", names=["task.file", "(empty)"])
    refused("run", study, "--out", tmp / "o", *settings("task.difficulty=hard"), names=["task.difficulty = hard", "no presets"])
    assert not (tmp / "o").exists()


if __name__ == "__main__":
    sys.exit(main(globals()))
