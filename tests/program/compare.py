#!/usr/bin/env python3
"""Conditions against the first of their group, within a study and over several."""
import csv
import itertools
import json
import sys

import h5py
import numpy as np

from support import SMALL, attributes, main, ok, refused, runs, settings, small_study, write


def test_compare(tmp):
    study = small_study()
    rows = json.loads(ok("compare", study, "--format", "json"))
    assert len(rows) == 8 and all(row["task"] == "evidence_accumulation" and row["runs"] == 3 for row in rows)
    assert [row["number"] for row in rows] == list(range(8))
    first = {(gain, rule): next(row for row in rows if list(row["condition"].values()) == ["none", gain, rule])
             for gain in (1, 2) for rule in ("bptt", "e_prop")}  # each arm with the first of the same rule
    for row in rows:
        own = first[row["condition"]["network.gain"], row["condition"]["rule.name"]]
        named = row["comparison"] and row["comparison"]["against"]
        assert named == (None if row is own else {"number": own["number"], "label": own["label"]}), row
    compared = [row["comparison"] for row in rows if row["comparison"]]
    assert all(each["comparisons"] == 4 and each["budget"] == 12 and each["pairs"] == 3 and each["test"] == "paired" for each in compared)
    summary = json.loads(ok("summary", study, "--format", "json"))
    for row, other in zip(rows, summary, strict=True):
        assert all(row[key] == other[key] for key in set(row) & set(other)), (row, other)  # the comparison as well
        assert {"comparison", "median_updates", "seconds_per_update", "label"} <= set(row) & set(other)
        assert row["cosine"] is None

    # Cliff's delta and the difference over pairs with its p-value, from the run files alone.
    times = {}
    for path in runs(study):
        with h5py.File(path) as file:
            assert int(path.name[9:13]) == next(row["number"] for row in rows if row["condition"] == {
                name: attributes(file["options"])[name] for name in ("study.arm", "network.gain", "rule.name")}), path
            key = tuple(attributes(file["options"])[name] for name in ("study.arm", "network.gain", "rule.name"))
            times.setdefault(key, []).append(file.attrs.get("reached_at", np.inf))
    assert any(np.isfinite(each).any() for each in times.values()), "no run reached: the test compares nothing"
    for row in rows:
        if row["comparison"]:
            mine, other = ([times[arm, gain, rule]] for arm, gain, rule in (tuple(row["condition"].values()), ("none", *list(row["condition"].values())[1:])))
            signs = np.sign(np.nan_to_num(np.subtract.outer(mine[0], other[0])))
            assert abs(row["comparison"]["cliffs_delta"] - signs.mean()) < 1e-12
            differences = np.minimum(mine[0], 12) - np.minimum(other[0], 12)
            assert abs(row["comparison"]["updates"]["value"] - differences.mean()) < 1e-12
            sums = [abs(np.dot(signs, differences)) for signs in itertools.product((1, -1), repeat=3)]
            p = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-9) if differences.any() else None
            assert row["comparison"]["p"] == p, (row, differences)
    assert any(each["cliffs_delta"] != 0 for each in compared), "no condition differs: any delta would be 0"

    csv_rows = list(csv.DictReader(ok("compare", study, "--format", "csv").splitlines()))
    p = [(row["comparison"] or {}).get("p") for row in rows]
    assert [float(row["p"]) if row["p"] else None for row in csv_rows] == p and any(0 < each < 1 for each in p if each is not None), p
    table = ok("compare", study)
    assert "the 4 comparisons here" in table
    assert ok("summary", study).split("Cliff's delta\n")[1] == table.split("Cliff's delta\n")[1]  # the block of comparisons
    by = json.loads(ok("compare", study, "--by", "network.gain", "--format", "json"))
    assert [row["comparison"]["against"]["number"] for row in by if row["comparison"]] == [0, 1, 4, 5]

    both = json.loads(ok("compare", study, "--by", "rule.name", "--by", "study.arm", "--format", "json"))
    assert both == json.loads(ok("compare", study, "--by", "study.arm", "--by", "rule.name", "--format", "json"))
    assert [row["comparison"] and row["comparison"]["against"]["number"] for row in both] == [None, 0, None, 2, 0, 0, 2, 2]
    assert [row["comparison"] for row in both] == [row["comparison"] for row in json.loads(
        ok("summary", study, "--by", "rule.name", "--by", "study.arm", "--format", "json"))]
    refused("compare", study, "--by", "rule.name", "--by", "study.arm", "--against", "tcr", names=["--against tcr", "#4", "#5", "in one group"])

    # Against any condition, by number, by label, across axes; the same in both commands.
    for command in "summary", "compare":
        for name in "5", "#5", rows[5]["label"]:
            against = json.loads(ok(command, study, "--against", name, "--format", "json"))
            assert [row["comparison"] and row["comparison"]["against"]["number"] for row in against] == [5, 5, 5, 5, 5, None, 5, 5]
        refused(command, study, "--against", "#8", names=["--against #8", "#0 to #7", "study.arm=tcr"])

    # Another study of the same task: another rule, another budget, one condition more.
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "more", "--quiet",
       *settings("rule.name=bptt", "study.arm=none tsodyks_markram", "training.updates=8", "network.gain=2", "training.criterion=0.4", "training.checkpoints=0 5"))
    rows = json.loads(ok("compare", study, tmp / "more", "--format", "json"))
    assert len(rows) == 9 and rows[-1]["directory"] == 2 and rows[0]["directory"] == 1 and rows[-1]["condition"] == {"study.arm": "tsodyks_markram", "network.gain": 2, "rule.name": "bptt"}
    assert rows[-1]["comparison"]["budget"] == 8 and all(row["runs"] == 3 for row in rows)

    # Two studies without axes, one rule each.
    for rule in "bptt", "e_prop":
        ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / rule, "--quiet", *settings(f"rule.name={rule}", "study.arm=none", "training.updates=2"))
    rows = json.loads(ok("compare", tmp / "bptt", tmp / "e_prop", "--format", "json"))
    assert [row["condition"] for row in rows] == [{"study.arm": "none", "rule.name": rule} for rule in ("bptt", "e_prop")]


def test_compare_refuses_what_it_cannot_compare(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "one", "--quiet", *settings("study.seeds=1", "training.updates=2"))
    assert [row["comparison"] and (row["comparison"]["pairs"], row["comparison"]["updates"]["interval"]) for row in
            json.loads(ok("compare", tmp / "one", "--format", "json"))] == [None, (1, None)]
    assert "example:" in ok("compare", tmp / "one", "--by", "study.arm", "--help")
    ok("run", study, "--out", tmp / "flip", "--quiet", *settings("task.name=flip_flop", "study.arm=none", "training.updates=2"))
    assert "Nothing is compared" in ok("compare", tmp / "flip", "--by", "study.arm")
    refused("compare", tmp / "one", tmp / "flip", names=["task.name: evidence_accumulation in", "one", "flip_flop in", "flip", "compare studies of the same task"])
    refused("compare", tmp / "flip", "--by", "network.gain", names=["--by", "network.gain", "study.arm"])
    refused("compare", tmp / "flip", "--format", "xml", names=["--format", "xml", "json"])
    refused("compare", tmp / "absent", names=["absent", "does not exist"])
    refused("compare", names=["DIR is missing", "compare DIR..."])
    for run in runs(tmp / "flip"):
        run.unlink()
    refused("compare", tmp / "one", tmp / "flip", names=["flip: no run is finished yet"])


def test_compare_pools_no_runs_that_differ(tmp):
    study = write(tmp / "s.ini", SMALL)

    def run(name, *sets):
        ok("run", study, "--out", tmp / name, "--quiet", *settings("study.arm=none", "training.updates=3", *sets))

    run("slow", "tune.optimizer.rate=0.001 0.002", "tune.seeds=1")
    run("fast", "tune.optimizer.rate=0.1 0.2", "tune.seeds=1")
    run("fixed", "optimizer.rate=0.5")
    rate = {name: h5py.File(runs(tmp / name)[0])["options"].attrs["optimizer.rate"] for name in ("slow", "fast", "fixed")}
    for first, second in ("slow", "fast"), ("fast", "slow"), ("slow", "fixed"), ("fixed", "fast"):
        refused("compare", tmp / first, tmp / second, names=[f"optimizer.rate: {rate[first]:g} in {tmp / first}, {rate[second]:g} in {tmp / second}", "none"])
    assert "(3 runs that are in several count once)" in ok("compare", tmp / "slow", tmp / "slow")

    # Two budgets of one run are the same run, unless the schedule ends with the budget.
    for shape in "constant", "linear":
        for updates in 3, 4:
            run(f"{shape}{updates}", "study.arm=tcr", f"schedule.shape={shape}", f"training.updates={updates}")
    assert "count once" in ok("compare", tmp / "constant3", tmp / "constant4")
    refused("compare", tmp / "linear3", tmp / "linear4", names=["schedule.until: 3 in", "4 in"])


def test_compare_lists_what_could_not_be_run_and_counts_in_milliseconds(tmp):
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet",
       *settings("grid.rule.name=bptt e_prop force", "study.arm=none", "study.inapplicable=skip", "training.criterion=0.6", "training.updates=200",
                 "optimizer.rate=0.01", "network.gain=1.2", "training.batch=16", "training.stop_at_criterion=true"))
    line = next(line for line in ok("summary", tmp / "out").splitlines() if line.startswith("not applicable"))
    assert "force" in line and ok("compare", tmp / "out").splitlines().count(line) == 1
    assert ok("compare", tmp / "out", tmp / "out").splitlines().count(line) == 1

    reached, cost = {}, {}
    for path in runs(tmp / "out"):
        with h5py.File(path) as run:
            rule = attributes(run["options"])["rule.name"]
            reached.setdefault(rule, []).append(run.attrs["reached_at"])
            cost.setdefault(rule, []).append(1000 * run["provenance"].attrs["seconds_per_update"])
    assert all(min(each) > 0 for each in reached.values()), reached
    budget = 200 * min(np.median(each) for each in cost.values())
    csv_rows = list(csv.DictReader(ok("compare", tmp / "out", "--equal-seconds", "--format", "csv").splitlines()))
    json_rows = json.loads(ok("compare", tmp / "out", "--equal-seconds", "--format", "json"))
    assert len(csv_rows) == len(json_rows) == 2
    for row, same in zip(csv_rows, json_rows):
        median = np.median(reached[row["rule.name"]]) * np.median(cost[row["rule.name"]])
        assert row["unit"] == same["unit"] == "ms"
        assert abs(float(row["budget"]) - budget) < 2e-3 and abs(same["budget"] - budget) < 2e-3  # to the microsecond
        assert abs(float(row["median_updates"]) - median) < 2e-3 and abs(same["median_updates"] - median) < 2e-3, (row, median)
    # The words for updates are those of the same table when it counts in updates, or their absence would say nothing.
    table, in_updates = ok("compare", tmp / "out", "--equal-seconds"), ok("compare", tmp / "out")
    assert "ms of training: median to criterion" in table and "ms of training" not in in_updates
    for words in "updates: median", "updates to criterion":
        assert words in in_updates and words not in table, words
    assert not any(len(each) > 110 for each in table.splitlines() if each != line)
    assert [row["unit"] for row in csv.DictReader(ok("compare", tmp / "out", "--format", "csv").splitlines())] == ["updates"] * 2


if __name__ == "__main__":
    sys.exit(main(globals()))
