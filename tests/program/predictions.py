#!/usr/bin/env python3
"""Virtual experiments, and what a study predicts, as a lab would meet them."""
import csv
import json
import sys

import h5py
import numpy as np

from support import attributes, example_network, main, ok, refused, settings, small_run, stillpoint, write

STUDY = """
[study]
name = rivals
seeds = 6
[grid]
study.arm = none tcr high_pass
[network]
size = 20
gain = 1.5
tau_ms = 20
[task]
slots = 3
delay_ms = 100
[integration]
dt_ms = 10
[noise]
drive = 0.1
[training]
updates = 8
batch = 4
"""
ONLY = ["autocorrelation_400", "creep", "pairing_contrast", "delay_speed"]


def predict(out, *words, study=None, only=ONLY):
    return stillpoint("predict", *(study or []), "--out", out, "--all", "--only", ",".join(only), "--size", "5x10", "--size", "10x20", "--jobs", 2, *words)


def trained(tmp):
    ok("run", write(tmp / "rivals.ini", STUDY), "--out", tmp / "rivals", "--quiet")
    return tmp / "rivals"


def test_a_study_predicts(tmp):
    study, out = trained(tmp), tmp / "out"
    done = predict(out, "--half-step", 1, study=[study])
    assert done.returncode == 0, done.stderr
    assert "18/18" in done.stderr and "predictions.md" in done.stdout, done.stderr + done.stdout
    with open(out / "predictions.json") as file:
        result = json.load(file)
    assert result["kind"] == "predictions" and result["networks"] == 18 and result["not_measured"] == 0
    assert [each["name"] for each in result["predictions"]] == ONLY
    for each in result["predictions"]:
        assert set(each["hypotheses"]) == {"static", "tcr", "high_pass"}, each
        assert len(each["pairs"]) == 3 * 2, "3 pairs at 2 sizes"
        for pair in each["pairs"]:
            assert pair["auc"] is None or 0 <= pair["auc"] <= 1
            for name in "sample_80", "sample_90":
                assert pair[name] is None or (pair[name]["animals"] >= 2 and pair[name]["neurons"] == pair["neurons"] and pair[name]["sessions"] == 2)
    # What is true by construction: without plasticity no connection changes; with TCR it depends on the rate of change.
    pairing = result["predictions"][2]
    assert pairing["hypotheses"]["static"]["value"] == pairing["hypotheses"]["high_pass"]["value"] == 0
    assert pairing["hypotheses"]["tcr"]["interval"][0] > 0 and pairing["hypotheses"]["tcr"]["networks"] == 6
    with open(out / "predictions.csv") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(ONLY) * 3 * 2 and {row["prediction"] for row in rows} == set(ONLY)
    values = {each["name"]: each["hypotheses"] for each in result["predictions"]}
    pairs = [pair for each in result["predictions"] for pair in each["pairs"]]
    for row, pair in zip(rows, pairs):
        recorded = values[row["prediction"]][row["a"]]["recorded"][0 if row["neurons"] == "5" else 1]["value"]
        for written, expected in ((row["recorded_a"], recorded), (row["recorded_difference"], pair["recorded_difference"]), (row["difference"], pair["difference"]), (row["auc"], pair["auc"])):
            assert (written == "") == (expected is None) and (expected is None or abs(float(written) - expected) <= 1e-6 * abs(expected)), (row, pair)
        assert row["told"] == pair["told"] in ("yes", "no", "not_by_rates", "within_step"), row
    text = (out / "predictions.md").read_text()
    assert text.count("**Half the time step** not judged") == len(ONLY) and "Step-dependent" not in text, "one seed of each condition"
    assert all(each["half_step_change"] is None and each["step_dependent"] is None for each in result["predictions"])
    for part in "Analysis plan", "Rehearsal", "not shown to be told apart", "## Experiments", "Welch", *ONLY:
        assert part in text, part
    # The overview has a line of as many cells for each; what is not told is in brackets.
    overview = [line.split(" | ") for line in text.split("## Overview")[1].split("\n## ")[0].splitlines() if line.startswith("| ")]
    head, lines = overview[0], {line[1]: line for line in overview[1:]}
    assert sorted(lines) == sorted(ONLY) and {len(line) for line in overview} == {len(head)}, overview
    for each in result["predictions"]:
        for pair in each["pairs"]:
            if pair["neurons"] == 10 and "tcr" in (pair["a"], pair["b"]):
                cell = lines[each["name"]][head.index(pair["b"] if pair["a"] == "tcr" else pair["a"])]
                assert cell == "-" or cell.startswith("(") == (pair["told"] != "yes"), (cell, pair)
    pairs = text.split("not shown to be told apart")[1].split("## ")[0]
    assert pairs.count("is larger) on the other: ") == pairs.count("\n- ") and "{" not in text, pairs
    for name in ONLY:
        assert (out / f"{name}.svg").read_text().startswith("<svg") and f"![{name}]({name}.svg)" in text

    # Measured once: the same again takes what is kept, to the byte, and one that is damaged is measured anew.
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    kept = sorted((out / "networks").glob("*/*.json"))
    assert len(kept) == 18
    stamps = [path.stat().st_mtime_ns for path in kept]
    kept[3].write_text("{")
    done = predict(out, "--half-step", 1, study=[study])
    assert done.returncode == 0 and "1/1" in done.stderr, done.stderr
    assert [path.stat().st_mtime_ns == stamp for path, stamp in zip(kept, stamps)] == [i != 3 for i in range(18)]
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
    # On one thread as on two.
    done = predict(tmp / "one", "--half-step", 1, "--jobs", 1, study=[study])
    assert done.returncode == 2 and "--jobs" in done.stderr, "given twice"
    done = stillpoint("predict", study, "--out", tmp / "one", "--all", "--only", ",".join(ONLY), "--size", "5x10", "--size", "10x20", "--jobs", 1, "--half-step", 1, "--quiet")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert (tmp / "one/predictions.json").read_bytes() == before["predictions.json"]

    # One rule: what the table says of a pair is what power says.
    # Sample sizes of one prediction.
    text = ok("power", out, "--prediction", "pairing_contrast", "--a", "static", "--b", "tcr", "--json", tmp / "power.json", "--animals", "3 6")
    assert "two groups of animals" in text and "b - a" in text
    # One group is held against the table; lists take commas or spaces.
    one = ok("power", out, "--prediction", "pairing_contrast", "--a", "tcr", "--b", "static", "--json", "-", "--animals", "3,6", "--design", "one_group")
    one = json.loads(one)
    assert one["design"] == "one_group" and [each["animals"] for each in one["sizes"][0]["power"]] == [3, 6]
    difference, = [pair for pair in pairing["pairs"] if (pair["a"], pair["b"], pair["neurons"]) == ("static", "tcr", 5)]
    assert abs(one["sizes"][0]["difference"] + difference["recorded_difference"]) < 1e-12, (one, difference)
    refused("power", out, "--prediction", "creep", "--a", "static", "--b", "tcr", "--design", "one", names=["--design", "one_group"])
    refused("power", tmp / "nowhere", "--prediction", "creep", "--a", "static", "--b", "tcr", names=["nowhere", "does not exist"])
    assert "--level arg (=0.05)" in ok("power", "--help")
    with open(tmp / "power.json") as file:
        power = json.load(file)
    table = [pair for pair in pairing["pairs"] if (pair["a"], pair["b"]) == ("static", "tcr")]
    for size, pair in zip(power["sizes"], table):
        assert size["auc"] == pair["auc"] and size["animals_80"] == (pair["sample_80"] or {}).get("animals"), (size, pair)
    for size in power["sizes"]:
        assert len(size["animals_80_interval"]) == 2 and size["animals_80_interval"][0] >= 2 and "[95 %]" in text, size
        assert [each["animals"] for each in size["power"]] == [3, 6]
        assert size["power"][0]["power"] <= size["power"][1]["power"] + 0.05, size
        low, high = size["power"][1]["interval"]
        assert low <= size["power"][1]["power"] <= high
    # Of two predictions tested together each has half of the level, and needs more animals.
    ok("power", out, "--prediction", "pairing_contrast", "--a", "static", "--b", "tcr", "--json", tmp / "holm.json", "--animals", "3", "--level", "0.001")
    with open(tmp / "holm.json") as file:
        holm = json.load(file)
    assert holm["level"] == 0.001 and power["level"] == 0.05
    assert holm["sizes"][0]["power"][0]["power"] < power["sizes"][0]["power"][0]["power"], (holm, power)
    refused("power", out, "--prediction", "creep", "--a", "static", "--b", "tcr", "--level", "0", names=["--level"])
    refused("power", out, "--prediction", "creeps", "--a", "static", "--b", "tcr", names=["creep"])
    refused("power", out, "--prediction", "creep", "--a", "statics", "--b", "tcr", names=["static"])
    refused("power", out, "--prediction", "creep", "--a", "static", "--b", "tcr", "--animals", "1", names=["--animals"])
    refused("power", out, "--prediction", "creep", "--a", "tcr", "--b", "tcr", names=["--b"])
    refused("power", out, "--prediction", "creep", "--a", "static", "--b", "tcr", "--sessions", 9, names=["--sessions"])
    refused("power", out, "--prediction", "creep", "--a", "static", "--b", "tcr", "--json", out / "animals.json", names=["--json", "report"])
    # Other settings have a place of their own; a study stands once, and an output that holds something else is left alone.
    done = predict(out, only=["creep"], study=[study])
    assert done.returncode == 0 and len(list((out / "networks").glob("*/*.json"))) == 36
    # What a report replaces is said where something of it is lost.
    assert "replaces a report with 3 predictions more: autocorrelation_400, delay_speed, pairing_contrast" in done.stderr, done.stderr
    assert "replaces" not in predict(out, only=["creep"], study=[study]).stderr
    assert not (out / "delay_speed.svg").exists()
    refused("predict", study, study, "--out", out, names=["twice"])
    refused("predict", study, "--out", study, "--all", names=["--out"])
    refused("power", study, "--prediction", "creep", "--a", "static", "--b", "tcr", names=["animals.json"])


def test_wrong_predictions_are_one_line(tmp):
    study = trained(tmp)
    (tmp / "empty").mkdir()
    refused("predict", tmp / "empty", "--out", tmp / "o", names=["study"])
    refused("predict", tmp / "nowhere", "--out", tmp / "o", names=["nowhere", "does not exist"])
    assert "criterion" in stillpoint("predict", study, "--out", tmp / "o", "--quiet").stderr, "none learned"
    for words, says in ((["--size", "30x10"], "--size"), (["--size", "5"], "NEURONSxTRIALS"), (["--size", "0x10"], "at least 1 neuron"),
                        (["--only", "creeep"], "creep"), (["--set", "recording.shapes=2"], "recording.shape"), (["--set", "recording.shape=-1"], "recording.shape"),
                        (["--f-max-hz", "0"], "--f-max-hz"), (["--half-step", "-1"], "--half-step")):
        done = stillpoint("predict", study, "--out", tmp / "o", "--all", "--quiet", *words)
        assert done.returncode == 2 and says in done.stderr and done.stderr.count("\n") == 1, (words, done.stderr)
    refused("predict", study, "--out", tmp / "o", "--all", "--size", "10x20", "--size", "60x60", names=["--size = 60x60", "20", "--size 20xTRIALS"])
    assert not (tmp / "o").exists(), "nothing was measured, nothing is made"
    (tmp / "other").mkdir()
    (tmp / "other/mine.txt").write_text("")
    refused("predict", study, "--out", tmp / "other", "--all", names=["--out", "something else"])


def test_small_networks_are_recorded_in_the_usual_sizes_that_they_have(tmp):
    ok("run", write(tmp / "few.ini", STUDY.replace("seeds = 6", "seeds = 1")), "--out", tmp / "few", "--quiet")
    words = ["--all", "--only", "creep", "--half-step", 0]
    done = stillpoint("predict", tmp / "few", "--out", tmp / "o", *words)
    line, = [line for line in done.stderr.splitlines() if "left out" in line]
    assert done.returncode == 0 and "30x40, 60x60" in line and "20 neurons" in line, done.stderr
    with open(tmp / "o/predictions.json") as file:
        pairs = json.load(file)["predictions"][0]["pairs"]
    assert {(pair["neurons"], pair["trials"]) for pair in pairs} == {(10, 20)}
    text = (tmp / "o/predictions.md").read_text()
    assert "None of 3 pairs could be tested" in text and "Every pair" not in text and "6 where only stimulated ones count" in text
    assert "--set noise.drive=0.1" in text.split("## Experiments")[1]
    # Of another study it says what is replaced.
    ok("run", tmp / "few.ini", "--out", tmp / "again", "--quiet")
    assert f"replaces the report of {tmp / 'few'} (predictions: 1)" in stillpoint("predict", tmp / "again", "--out", tmp / "o", *words).stderr


def test_networks_without_a_membrane_are_refused_before_any_is_tried(tmp):
    ok("run", write(tmp / "lstm.ini", STUDY.replace("study.arm = none tcr high_pass", "network.kind = lstm").replace("seeds = 6", "seeds = 2").replace("tau_ms = 20\n", "").replace("gain = 1.5\n", "")
                    .replace("[training]", "[rule]\nname = bptt\n[training]").replace("drive = 0.1", "drive = 0")), "--out", tmp / "lstm", "--quiet")
    done = stillpoint("predict", tmp / "lstm", "--all", "--out", tmp / "o", "--size", "5x10")
    assert done.returncode == 2 and "membrane" in done.stderr and "1/2" not in done.stderr, done.stderr


def test_an_experiment_that_does_something_else_says_so(tmp):
    run = small_run("none", seed=1)
    def said(*entries):
        return stillpoint("simulate", run, *settings(*entries), "--out", tmp / "said.h5").stderr
    step = ["experiment.stimulus=step", "experiment.after_ms=400", "experiment.before_ms=100", "experiment.trials=2"]
    assert "rounded" not in said(*step) and "experiment.length_ms" not in said(*step)
    assert "experiment.length_ms = 203 is 20 steps of dt_ms = 10: 200 ms" in said(*step, "experiment.length_ms=203")
    assert "nothing is blocked" in said(*step, "experiment.block=expression", "experiment.block_ms=-50")
    assert "experiment.block_ms = -52 is -5 steps" in said(*step, "experiment.block=expression", "experiment.block_ms=-52")
    def explosive(arrays, kind):
        kind["nonlinearity"] = np.bytes_("relu")
        arrays["W"], arrays["tau_ms"], arrays["dt_ms"] = np.eye(6) * 9, np.array(5.0), np.array(1.0)
        arrays["b"] = np.ones(6)
    network = example_network(tmp / "n.h5", change=explosive)
    long = stillpoint("simulate", network, "--duration-ms", "4000", "--out", tmp / "long.h5")
    assert long.returncode == 0 and "diverges" in long.stderr and "diverges" not in said(*step), long.stderr


def test_an_experiment_is_recorded_in_full(tmp):
    run = small_run("tcr", seed=3)
    experiment = write(tmp / "step.ini", "[experiment]\nstimulus = step\nlength_ms = 200\nafter_ms = 400\nbefore_ms = 100\nfraction = 0.25\ntrials = 3\namplitude = 1\n[noise]\ndrive = 0.05\n")
    assert "replaced" not in ok("simulate", run, "--experiment", experiment, "--out", tmp / "step.h5")
    assert f"{tmp / 'step.h5'} (replaced): " in ok("simulate", run, "--experiment", experiment, "--out", tmp / "step.h5")
    session = ["export-nwb", run, tmp / "step.nwb", "--experiments", "rest", "--trials", 2]
    assert "replaced" not in ok(*session) and "(replaced)" in ok(*session)
    ok("simulate", run, "--experiment", experiment, *settings("experiment.amplitude=0"), "--out", tmp / "zero.h5")
    nothing = write(tmp / "none.ini", "[experiment]\nafter_ms = 400\nbefore_ms = 100\ntrials = 3\n[noise]\ndrive = 0.05\n")
    ok("simulate", run, "--experiment", nothing, "--out", tmp / "none.h5")
    with h5py.File(tmp / "step.h5") as step, h5py.File(tmp / "zero.h5") as zero, h5py.File(tmp / "none.h5") as none:
        np.testing.assert_array_equal(zero["recording/rate"][()], none["recording/rate"][()])
        rates, stimulated, event = step["recording/rate"][()], step["trials/stimulated"][()], step["trials"].attrs["event_ms"]
        assert event == 100 and len(stimulated) == 5 and attributes(step["options"])["experiment.stimulus"] == "step"
        time = step["time_ms"][()]
        before = time <= event
        np.testing.assert_array_equal(rates[:, before], zero["recording/rate"][()][:, before])
        during = (time > event + 100) & (time <= event + 200)
        difference = (rates - zero["recording/rate"][()])[:, during].mean((0, 1))
        assert difference[stimulated].mean() > 0.1, difference
    ok("simulate", run, *settings("experiment.during=task", "experiment.stimulus=silence", "experiment.length_ms=50"), "--out", tmp / "task.h5")
    with h5py.File(tmp / "task.h5") as file:
        assert file["recording/rate"].shape[0] == 60 and "target" in file["trials"]
    network = example_network(tmp / "n.h5")
    for words, says in ((settings("experiment.fraction=0"), "experiment.fraction"), (settings("experiment.fraction=1.5"), "experiment.fraction"),
                        (settings("experiment.during=task"), "no task"), (settings("experiment.stimulus=stepp"), "step"),
                        (settings("experiment.stimulus=step", "experiment.onset_ms=9000"), "trial"), (settings("experiment.onsets_ms=1"), "experiment.onset_ms"),
                        ([*settings("experiment.stimulus=step"), "--trials", "3"], "--trials"), (settings("experiment.amplitude=2"), "stimulus"),
                        (settings("experiment.stimulus=silence", "experiment.amplitude=2"), "experiment.amplitude"),
                        (settings("experiment.stimulus=step", "experiment.switch_ms=3"), "experiment.switch_ms"),
                        (settings("experiment.pairing=flat", "experiment.before_ms=100"), "experiment.pairing")):
        refused("simulate", network, "--out", tmp / "x.h5", *words, names=[says])
    refused("simulate", run, "--out", tmp / "x.h5", "--experiment", write(tmp / "t.ini", "[experiment]\nduring = task\n[task]\nname = flip_flop\n"), names=["task.name"])
    refused("simulate", run, "--out", tmp / "x.h5", "--experiment", write(tmp / "d.ini", "[experiment]\nstimulus = step\n[task]\ndelay_ms = 300\n"), names=["task.delay_ms"])
    assert not (tmp / "x.h5").exists()


if __name__ == "__main__":
    sys.exit(main(globals()))
