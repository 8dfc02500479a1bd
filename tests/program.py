#!/usr/bin/env python3
"""The program as its users meet it: command lines in, files and exit codes out. Files are read with h5py alone.

usage: program.py PROGRAM SOURCE_DIRECTORY [NAME ...]
"""
import csv
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from pathlib import Path

import h5py
import numpy as np

PROGRAM, SOURCE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
STUDIES = sorted((SOURCE / "experiments/studies").glob("*.ini"))

SMALL = """
[study]
name = small
seeds = 3
[grid]
study.arm = none tcr
[network]
size = 20
gain = 2
[integration]
dt_ms = 10
[training]
updates = 12
batch = 4
"""


def stillpoint(*words, **options):
    return subprocess.run([str(PROGRAM), *map(str, words)], capture_output=True, text=True, timeout=600, **options)


def ok(*words):
    done = stillpoint(*words)
    assert done.returncode == 0, f"{words}: exit {done.returncode}: {done.stderr}"
    return done.stdout


def refused(*words, names, **options):
    """Exit code 2, nothing on standard output, one line on standard error that holds every word of `names`."""
    done = stillpoint(*words, **options)
    shown = f"{' '.join(map(str, words))}: exit {done.returncode}, stdout {done.stdout!r}, stderr {done.stderr!r}"
    assert done.returncode == 2, shown
    assert done.stdout == "", shown
    assert done.stderr.count("\n") == 1 and done.stderr.endswith("\n"), shown
    for name in names:
        assert name in done.stderr, f"{name!r} is not in it: {shown}"


def write(path, text):
    path.write_text(text)
    return path


def contents(path):
    """Every dataset and attribute of a run file but those of /provenance, as bytes."""
    found = {}

    def visit(name, node):
        if name.split("/")[0] == "provenance":
            return
        if isinstance(node, h5py.Dataset):
            found[name] = (str(node.dtype), node.shape, np.asarray(node[()]).tobytes())
        for key, value in node.attrs.items():
            found[f"{name}@{key}"] = str(value) if isinstance(value, str) else np.asarray(value).tobytes()

    with h5py.File(path) as file:
        visit("", file)
        file.visititems(visit)
    return found


def all_contents(directory):
    return {path.name: contents(path) for path in sorted((directory / "runs").glob("*.h5"))}


def example_network(path, N=6, K=2, O=1, change=None, attributes=(("format", "stillpoint-network"), ("version", 1))):
    """A network as another program would write it: float32, fixed-length strings."""
    rng = np.random.default_rng(5)
    arrays = {"W": rng.normal(size=(N, N)) / np.sqrt(N), "W_in": rng.normal(size=(N, K)), "b": np.zeros(N),
              "W_out": rng.normal(size=(O, N)), "b_out": np.zeros(O), "tau_ms": np.array(50.0), "dt_ms": np.array(5.0)}
    arrays = {name: np.asarray(value, dtype="f4") for name, value in arrays.items()}
    kind = {"kind": np.bytes_("leaky_rate"), "nonlinearity": np.bytes_("tanh")}
    if change:
        change(arrays, kind)
    with h5py.File(path, "w") as file:
        for name, value in attributes:
            file.attrs[name] = value
        group = file.create_group("network")
        for name, value in kind.items():
            group.attrs[name] = value
        for name, value in arrays.items():
            group[name] = value
    return path


def example_trials(path, trials=30, change=None, attributes=(("dt_ms", 10.0),)):
    """A file of trials as its users would write it: a pulse of either sign, reported 100 ms later; a mask of switches."""
    sign = np.random.default_rng(6).choice([-1.0, 1.0], size=trials)
    arrays = {"inputs": np.zeros((trials, 25, 2), dtype="f4"), "targets": np.zeros((trials, 25, 1))}
    arrays["inputs"][:, :5, 0] = sign[:, None]
    arrays["inputs"][:, :, 1] = 1
    arrays["targets"][:, 15:, 0] = sign[:, None]
    arrays["mask"] = arrays["targets"] != 0
    arrays["condition"] = (sign < 0).astype(int)
    arrays["length"] = np.where(sign > 0, 25, 20)
    arrays["mask"][sign < 0, 20:] = False
    if change:
        change(arrays)
    with h5py.File(path, "w") as file:
        for name, value in arrays.items():
            file[name] = value
        for name, value in attributes:
            file.attrs[name] = value
    return path


# --- studies ---------------------------------------------------------------------------------------------------------

def test_a_study_of_two_networks_can_be_cut_to_one(tmp):
    study = write(tmp / "two.ini", SMALL.replace("[grid]", "[grid]\nnetwork.kind = leaky_rate plrnn").replace("[network]", "[network]\nA = 0.7"))
    ok("run", study, "--out", tmp / "one", "--quiet", "--set", "network.kind=leaky_rate", "--set", "study.arm=none", "--set", "training.updates=2")
    refused("run", study, "--out", tmp / "a", "--set", "network.kind=leaky_rate", "--set", "network.rank=1", names=["network.rank", "low_rank"])


def test_every_study_runs_its_quick_version(tmp):
    assert len(STUDIES) >= 5
    short = ["--quick", "--set", "training.updates=2", "--set", "study.seeds=1", "--quiet"]
    quickstart = SOURCE / "experiments/studies/quickstart.ini"
    ok("run", quickstart, "--out", tmp / "solution", *short)
    for study in STUDIES:
        solution = tmp / "solution/runs/condition0001-seed000001.h5"
        own = {"distance_from_solution": ["--set", f"network.start={solution}"], "freeze_in": ["--set", "freeze_in.updates=1"]}
        ok("run", study, "--out", tmp / study.stem, *short, *own.get(study.stem, []))
        json.loads(ok("summary", tmp / study.stem, "--format", "json"))


def test_any_number_of_jobs_gives_the_same_bytes(tmp):
    study = write(tmp / "s.ini", SMALL)
    arms = "study.arm=none tcr tcr_permuted tcr_yoked matched_speed matched_chaos tsodyks_markram"
    for jobs in 1, 2, 4:
        ok("run", study, "--out", tmp / str(jobs), "--jobs", jobs, "--quiet", "--set", arms, "--set", "noise.activity=0.05")
    one, two, four = (all_contents(tmp / str(jobs)) for jobs in (1, 2, 4))
    assert len(one) == 21 and one == two and one == four


def test_seeds_differ_and_conditions_of_a_seed_share_weights(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "out", "--quiet", "--set", "grid.network.gain=1 2", "--set", "study.arm=none")
    files = sorted((tmp / "out/runs").glob("*.h5"))
    assert len(files) == 6  # gain 1 then 2, seeds 1 2 3
    W = [h5py.File(path)["initial/network/W"][()] for path in files]
    np.testing.assert_allclose(W[3], 2 * W[0], rtol=1e-6)
    assert not np.allclose(W[0], W[1])
    curves = [h5py.File(path)["curve/loss"][()] for path in files]
    assert not np.allclose(curves[0], curves[1])


def test_a_killed_study_continues_to_the_same_bytes(tmp):
    study = write(tmp / "s.ini", SMALL.replace("updates = 12", "updates = 150"))
    start = time.monotonic()
    ok("run", study, "--out", tmp / "whole", "--jobs", 2, "--quiet")
    whole = time.monotonic() - start
    rng = random.Random(3)
    for attempt in range(3):
        out = tmp / f"killed{attempt}"
        for _ in range(3):
            process = subprocess.Popen([PROGRAM, "run", study, "--out", out, "--jobs", "2", "--quiet"])
            time.sleep(rng.uniform(0.02, 0.6 * whole))
            process.send_signal(signal.SIGKILL)
            process.wait()
            for path in (out / "runs").glob("*.h5") if (out / "runs").exists() else ():
                contents(path)  # whole, or absent
        before = {path: path.stat().st_mtime_ns for path in (out / "runs").glob("*.h5")}
        ok("run", study, "--out", out, "--jobs", 2, "--quiet")
        assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items()), "a finished run was redone"
        assert all_contents(out) == all_contents(tmp / "whole")


def test_a_run_that_diverges_is_recorded(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "out", "--quiet", "--set", "study.arm=none", "--set", "network.nonlinearity=relu", "--set", "network.gain=3",
       "--set", "optimizer.name=sgd", "--set", "optimizer.rate=1e9", "--set", "optimizer.clip=0")
    for path in (tmp / "out/runs").glob("*.h5"):
        with h5py.File(path) as run:
            assert run.attrs["outcome"] == "diverged"
            assert 0 <= run.attrs["diverged_at"] < 12
            assert len(run["curve/loss"]) == run.attrs["diverged_at"] + 1
    row, = json.loads(ok("summary", tmp / "out", "--format", "json"))
    assert row["diverged"] == 3 and row["runs"] == 3 and row["reached"] == 0 and row["median_updates"] is None


def test_a_control_that_cannot_be_matched_is_marked(tmp):
    # W is only scaled down, which cannot help a network that is already calmer than its TCR network, as weak ones are.
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet", "--set", "study.arm=matched_chaos", "--set", "network.gain=0.8",
       "--set", "study.seeds=2", "--set", "training.updates=2")
    row, = json.loads(ok("summary", tmp / "out", "--format", "json"))
    flags = [int(h5py.File(path)["control"].attrs["matched"]) for path in sorted((tmp / "out/runs").glob("*.h5"))]
    assert row["unmatched"] == flags.count(0)
    assert ("could not be matched" in ok("summary", tmp / "out")) == (0 in flags)
    for path in (tmp / "out/runs").glob("*.h5"):
        control = h5py.File(path)["control"].attrs
        assert control["matched"] == (abs(control["achieved"] - control["target"]) <= 0.05)


def test_run_file_layout(tmp):
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet", "--set", "training.checkpoints=0 5")
    with h5py.File(sorted((tmp / "out/runs").glob("*.h5"))[-1]) as run:
        assert run.attrs["format"] == "stillpoint-run" and run.attrs["outcome"] in ("reached", "not_reached")
        assert {len(run["curve"][name]) for name in ("update", "loss", "accuracy", "speed")} == {12}
        assert sorted(run["checkpoints"]) == ["00000000", "00000005"]
        np.testing.assert_array_equal(run["checkpoints/00000000/network/W"][()], run["initial/network/W"][()])
        assert np.abs(run["final/network/W"][()] - run["initial/network/W"][()]).max() > 0
        assert run["options"].attrs["network.gain"] == 2.0 and run["options"].attrs["network.tau_ms"] == 50.0 and run["options"].attrs["task.name"] == "evidence_accumulation"
        assert run["final/network"].attrs["kind"] == "leaky_rate" and run["final/network/synapse"].attrs["kind"] == "tcr"
        assert {"commit", "compiler", "host", "matrix_kernels", "wall_seconds"} <= set(run["provenance"].attrs)


def test_summary_and_figure(tmp):
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet", "--set", "grid.network.gain=1 2")
    rows = json.loads(ok("summary", tmp / "out", "--format", "json"))
    keys = {"condition", "runs", "reached", "diverged", "reached_interval", "median_updates", "median_updates_interval", "final_accuracy",
            "final_loss", "speed", "over_stability_bound", "seconds_per_update", "unmatched", "budget", "paired"}
    assert len(rows) == 4 and all(keys <= set(row) for row in rows)
    assert rows[0]["condition"] == {"study.arm": "none", "network.gain": 1}
    assert rows[0]["paired"] is None and rows[2]["paired"]["against"] == "none" and rows[2]["paired"]["pairs"] == 3
    assert json.loads(ok("summary", tmp / "out", "--format", "json", "--against", "tcr"))[2]["paired"] is None
    assert len(ok("summary", tmp / "out", "--format", "csv").splitlines()) == 5
    assert "paired differences" in ok("summary", tmp / "out")
    ok("figure", tmp / "out", "--out", tmp / "f.svg")
    texts = [node.text for node in xml.parse(tmp / "f.svg").iter("{http://www.w3.org/2000/svg}text")]
    assert any("update" in (text or "") for text in texts)


def test_the_summary_gives_alignment_in_every_form(tmp):
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet", "--set", "study.arm=none", "--set", "grid.rule.name=bptt e_prop", "--set", "shadow.rules=uoro")
    rows = list(csv.DictReader(ok("summary", tmp / "out", "--format", "csv").splitlines()))
    for row, same in zip(rows, json.loads(ok("summary", tmp / "out", "--format", "json"))):
        for rule in "uoro", "e_prop":
            for what in "cosine", "norm_ratio":
                value = row[f"alignment.{rule}.{what}"]
                assert (float(value) if value else None) == same["alignment"].get(rule, {}).get(what), (row, same)
    assert rows[0]["alignment.e_prop.cosine"] == "" and float(rows[1]["alignment.e_prop.cosine"]) > 0


def test_compare(tmp):
    grid = ["--set", "grid.network.gain=1 2.0", "--set", "grid.rule.name=bptt e_prop", "--set", "training.criterion=0.4"]
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet", *grid)
    rows = json.loads(ok("compare", tmp / "out", "--format", "json"))
    assert len(rows) == 8 and all(row["task"] == "evidence_accumulation" and row["runs"] == 3 for row in rows)
    assert [row["condition"]["network.gain"] for row in rows] == 4 * [1] + 4 * [2]  # a group for each gain
    assert [row["comparison"] is None for row in rows] == [True, False, False, False] * 2
    first = {"study.arm": "none", "rule.name": "bptt"}
    compared = [row["comparison"] for row in rows if row["comparison"]]
    assert all(each["against"] == first and each["comparisons"] == 6 and each["budget"] == 12 for each in compared)
    summary = {tuple(row["condition"].values()): row for row in json.loads(ok("summary", tmp / "out", "--format", "json"))}
    for row in rows:
        other = summary[tuple(row["condition"].values())]
        assert all(row[key] == other[key] for key in ("reached", "reached_interval", "median_updates", "median_updates_interval", "seconds_per_update"))
        assert row["cosine"] is None

    # Cliff's delta of every comparison, from the run files alone.
    times = {}
    for path in (tmp / "out/runs").glob("*.h5"):
        with h5py.File(path) as file:
            key = tuple(file["options"].attrs[name] for name in ("study.arm", "network.gain", "rule.name"))
            times.setdefault(key, []).append(file.attrs.get("reached_at", np.inf))
    assert any(np.isfinite(each).any() for each in times.values()), "no run reached: the test compares nothing"
    for row in rows:
        if row["comparison"]:
            mine, other = ([times[arm, gain, rule]] for arm, gain, rule in (tuple(row["condition"].values()), ("none", row["condition"]["network.gain"], "bptt")))
            signs = np.sign(np.nan_to_num(np.subtract.outer(mine[0], other[0])))
            assert abs(row["comparison"]["cliffs_delta"] - signs.mean()) < 1e-12

    csv_rows = list(csv.DictReader(ok("compare", tmp / "out", "--format", "csv").splitlines()))
    assert [float(row["p"]) if row["p"] else None for row in csv_rows] == [(row["comparison"] or {}).get("p") for row in rows]
    table = ok("compare", tmp / "out")
    assert "gain = 2: compared with none, rule = bptt" in table and "over the 6 comparisons" in table
    by = json.loads(ok("compare", tmp / "out", "--by", "network.gain", "--format", "json"))
    assert [row["comparison"]["against"] for row in by if row["comparison"]] == 4 * [{"network.gain": 1}]

    # Another study of the same task: another rule, another budget, one condition more.
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "more", "--quiet", "--set", "rule.name=bptt", "--set", "study.arm=none tsodyks_markram",
       "--set", "training.updates=8", "--set", "network.gain=2", "--set", "training.criterion=0.4")
    rows = json.loads(ok("compare", tmp / "out", tmp / "more", "--format", "json"))
    assert len(rows) == 9 and rows[-1]["condition"] == {"study.arm": "tsodyks_markram", "network.gain": 2, "rule.name": "bptt"}
    assert rows[-1]["comparison"]["budget"] == 8 and all(row["runs"] == 3 for row in rows)

    # Two studies without axes, one rule each.
    for rule in "bptt", "e_prop":
        ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / rule, "--quiet", "--set", f"rule.name={rule}", "--set", "study.arm=none", "--set", "training.updates=2")
    rows = json.loads(ok("compare", tmp / "bptt", tmp / "e_prop", "--format", "json"))
    assert [row["condition"] for row in rows] == [{"study.arm": "none", "rule.name": rule} for rule in ("bptt", "e_prop")]


def test_compare_refuses_what_it_cannot_compare(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "one", "--quiet", "--set", "study.seeds=1", "--set", "training.updates=2")
    refused("compare", tmp / "one", names=["a p-value needs at least two seeds", "condition none has 1"])
    ok("compare", tmp / "one", "--by", "study.arm", "--help")
    ok("run", study, "--out", tmp / "flip", "--quiet", "--set", "task.name=flip_flop", "--set", "study.arm=none", "--set", "training.updates=2")
    assert "Nothing is compared" in ok("compare", tmp / "flip", "--by", "study.arm")
    refused("compare", tmp / "one", tmp / "flip", names=["task.name: evidence_accumulation in", "one", "flip_flop in", "flip", "compare studies of the same task"])
    refused("compare", tmp / "flip", "--by", "network.gain", names=["--by", "network.gain", "study.arm"])
    refused("compare", tmp / "flip", "--format", "xml", names=["--format", "xml", "json"])
    refused("compare", tmp / "absent", names=["absent", "no study"])
    refused("compare", names=["DIR is missing", "compare DIR..."])
    for run in (tmp / "flip/runs").glob("*.h5"):
        run.unlink()
    refused("compare", tmp / "one", tmp / "flip", names=["flip: no run is finished yet"])


def test_compare_pools_no_runs_that_differ(tmp):
    study = write(tmp / "s.ini", SMALL)
    def run(name, *sets):
        ok("run", study, "--out", tmp / name, "--quiet", "--set", "study.arm=none", "--set", "training.updates=3", *(word for each in sets for word in ("--set", each)))
    run("slow", "tune.optimizer.rate=0.001 0.002", "tune.seeds=1")
    run("fast", "tune.optimizer.rate=0.1 0.2", "tune.seeds=1")
    run("fixed", "optimizer.rate=0.5")
    rate = {name: next(h5py.File(path)["options"].attrs["optimizer.rate"] for path in (tmp / name / "runs").glob("*.h5")) for name in ("slow", "fast", "fixed")}
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
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet", "--set", "grid.rule.name=bptt e_prop force", "--set", "study.arm=none",
       "--set", "study.inapplicable=skip", "--set", "training.criterion=0.6", "--set", "training.updates=200", "--set", "optimizer.rate=0.01",
       "--set", "network.gain=1.2", "--set", "training.batch=16", "--set", "training.stop_at_criterion=true")
    line = next(line for line in ok("summary", tmp / "out").splitlines() if line.startswith("not applicable"))
    assert "force" in line and ok("compare", tmp / "out").splitlines().count(line) == 1
    assert ok("compare", tmp / "out", tmp / "out").splitlines().count(line) == 1

    reached, cost = {}, {}
    for path in (tmp / "out/runs").glob("*.h5"):
        with h5py.File(path) as run:
            rule = run["options"].attrs["rule.name"]
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
    table = ok("compare", tmp / "out", "--equal-seconds")
    assert "ms of training: median to criterion" in table and "updates: median" not in table and "updates to criterion" not in table
    assert not any(len(each) > 110 for each in table.splitlines() if each != line)
    assert [row["unit"] for row in csv.DictReader(ok("compare", tmp / "out", "--format", "csv").splitlines())] == ["updates"] * 2


# --- temporal consistency --------------------------------------------------------------------------------------------

def test_a_schedule_ends_with_training_unless_it_is_told(tmp):
    study = write(tmp / "s.ini", SMALL)
    settings = ["--quiet", "--set", "study.arm=tcr", "--set", "study.seeds=1", "--set", "schedule.shape=linear"]
    ok("run", study, "--out", tmp / "whole", *settings)
    ok("run", study, "--out", tmp / "half", *settings, "--set", "schedule.until=6")
    run, = (h5py.File(path) for path in (tmp / "whole/runs").glob("*.h5"))
    np.testing.assert_allclose(run["curve/strength"][()], 1 - np.arange(12) / 12)
    assert run["options"].attrs["schedule.until"] == 12
    run, = (h5py.File(path) for path in (tmp / "half/runs").glob("*.h5"))
    np.testing.assert_allclose(run["curve/strength"][()], 1 - np.minimum(np.arange(12) / 6, 1))
    refused("run", study, "--out", tmp / "out", *settings, "--set", "schedule.from=12", names=["schedule.until = 12", "after schedule.from = 12"])


def test_a_set_point_that_was_missed_is_said(tmp):
    study = write(tmp / "s.ini", SMALL)
    words = ["--set", "schedule.shape=controlled", "--set", "study.seeds=2"]
    missed = stillpoint("run", study, "--out", tmp / "out", *words, "--set", "schedule.speed=100")
    assert missed.returncode == 0 and missed.stderr.count("warning: set point missed in 2 of the new runs: V = ") == 1, missed.stderr
    assert missed.stderr.splitlines()[-2].endswith("schedule.speed = 100"), missed.stderr
    speeds = [h5py.File(path)["curve/speed"][()][-2:].mean() for path in (tmp / "out/runs").glob("condition0001*.h5")]  # the arm tcr
    none, tcr = json.loads(ok("summary", tmp / "out", "--format", "json"))
    assert none["controlled"] is None and tcr["controlled"]["set_point"] == 100 and tcr["controlled"]["missed"] == 2
    assert abs(tcr["controlled"]["speed"] - np.mean(speeds)) < 1e-6
    assert "set point missed: 2 of 2 runs of tcr: V = " in ok("summary", tmp / "out")
    none, tcr = csv.DictReader(ok("summary", tmp / "out", "--format", "csv").splitlines())
    assert none["set_point"] == "" and tcr["set_point"] == "100" and tcr["set_point_missed"] == "2"
    held = stillpoint("run", study, "--out", tmp / "held", *words, "--set", f"schedule.speed={np.mean(speeds)}", "--set", "schedule.integral=0",
                      "--set", "schedule.proportional=0", "--set", "study.seeds=1", "--set", "optimizer.rate=1e-9")
    assert held.returncode == 0 and ("set point missed" in held.stderr) == ("set point missed" in ok("summary", tmp / "held"))


# --- checks of the rules ---------------------------------------------------------------------------------------------

def test_check_gradients(tmp):
    names = [item["name"] for item in json.loads(ok("list", "rules", "--json"))]
    lines = ok("check-gradients").splitlines()
    assert lines[-1] == f"{len(names)} ok, 0 failed, 0 not checked", lines
    assert [line.split()[0] for line in lines if " ok" in line][:-1] == names, lines
    assert "N = 16" in lines[0] and "T = 20" in lines[1] and "B = 4" in lines[1]

    study = write(tmp / "s.ini", SMALL)
    arms = ok("check-gradients", study, "--rule", "bptt")
    assert "2 ok, 0 failed, 0 not checked" in arms and arms.count("deg (cos") == 1 and "N = 16" in arms, arms
    assert "N = 20" in ok("check-gradients", study, "--full", "--set", "study.arm=none")
    both = ok("check-gradients", study, "--set", "study.arm=as_given tcr", "--set", "tcr.form=local", "--set", "rule.feedback=random")
    assert "4 ok" in both and both.count("tcr.form = local") == 2, both
    loss = ok("check-gradients", "--set", "tcr.form=loss")
    assert "5 ok, 0 failed, 6 not checked" in loss and "oja has no place for it" in loss, loss
    assert "mean of 300 draws" in ok("check-gradients", "--rule", "uoro", "--draws", 300)
    for study in STUDIES:
        ok("check-gradients", study)
    kinks = ok("check-gradients", "--rule", "bptt", "--full", "--set", "network.kind=low_rank", "--set", "network.nonlinearity=relu", "--set", "network.gain=2",
               "--set", "network.size=60", "--set", "task.name=delayed_cue_discrimination")
    assert "of 482 weights are at relu kinks, more than 1 %" in kinks and "0 failed, 1 not checked" in kinks, kinks
    biased = stillpoint("check-gradients", "--rule", "node_perturbation", "--set", "network.nonlinearity=relu", "--set", "node_perturbation.sigma=1", "--draws", 2000)
    assert biased.returncode == 1 and "try --set node_perturbation.sigma=0.1" in biased.stdout, biased.stdout

    refused("check-gradients", "--rule", "backprop", names=["rule.name", "backprop", "e_prop"])
    refused("check-gradients", "--set", "network.sizes=3", names=["network.sizes", "unknown option"])
    refused("check-gradients", "--set", "tcr.form=loss", "--rule", "oja", names=["tcr.form = loss", "oja"])
    refused("check-gradients", "--rule", "rtrl", "--full", names=["network.size = 100", "32"])
    refused("check-gradients", tmp / "s.ini", "--rule", "force", names=["network.feedback", "uniform"])
    refused("check-gradients", "--draws", "1", names=["--draws", "100"])
    refused("check-gradients", tmp / "absent.ini", names=["absent.ini"])


# --- tasks -----------------------------------------------------------------------------------------------------------

def test_task_says_what_it_is_and_draws_it(tmp):
    names = [item["name"] for item in json.loads(ok("list", "tasks", "--json"))]
    assert {"evidence_accumulation", "delayed_match_to_sample", "context_integration", "working_memory_n", "interval_timing", "file"} <= set(names)
    for name in set(names) - {"file"}:
        text = ok("task", name, "--plot", tmp / "f.svg", "--trials", 2)
        assert text.startswith(name) and "inputs" in text and "training.criterion" in text and "rounded" not in text, text
        root = xml.parse(tmp / "f.svg").getroot()
        words = [node.text for node in root.iter() if node.tag.endswith("text")]
        assert {"time (ms)", "graded", "target", "output 0"} <= set(words) and sum(word.startswith("trial ") for word in words) == 2, words
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
    text = ok("task", "evidence_accumulation", "--set", "task.pulse_ms=12", "--set", "task.delay_ms=99..200", "--dt", 5)
    assert "rounded: task.pulse_ms = 12 ms is 10 ms in steps of 5 ms" in text and "rounded: task.delay_ms = 99..200 ms is 100..200 ms" in text, text
    assert text.count("rounded") == 2 and "trials      96 to 100 steps" not in text
    assert "rounded" not in ok("task", "fast_tracking", "--set", "task.correlation_ms=12")  # exact at any step
    hard = ok("task", "delayed_cue_discrimination", "--set", "task.difficulty=hard", "--set", "task.cues=3")
    assert "difficulty  hard" in hard and "inputs      4: cue 0, cue 1, cue 2, go" in hard and "1000..2000" in hard, hard
    assert sum(float(line.split()[1]) for line in hard.splitlines() if line.endswith(" %")) == 100
    assert ok("task", "flip_flop", "--seed", 2) == ok("task", "flip_flop", "--seed", 2) != ok("task", "flip_flop", "--seed", 3)
    presets = {item["name"]: item.get("presets") for item in json.loads(ok("list", "tasks", "--json"))}
    assert presets["flip_flop"]["easy"] == {"task.bits": "1"} and presets["file"] is None
    assert "task.difficulty = hard" in ok("list", "tasks")

    refused("task", names=["NAME", "missing"])
    refused("task", "chess", names=["task.name", "chess", "flip_flop"])
    refused("task", "flip_flop", "--plot", tmp / "f.png", names=["--plot", ".svg"])
    refused("task", "flip_flop", "--plot", "/proc/nothing/f.svg", names=["/proc/nothing/f.svg"])
    refused("task", "flip_flop", "--set", "task.bitz=3", names=["task.bitz", "task.bits"])
    refused("task", "flip_flop", "--set", "network.size=3", names=["--set", "network.size=3"])
    refused("task", "flip_flop", "--set", "task.name=file", names=["--set", "task.name"])
    refused("task", "flip_flop", "--set", "task.pulse_ms=200", names=["task.pulse_ms", "task.slot_ms"])
    refused("task", "flip_flop", "--dt", 0, names=["integration.dt_ms", "0"])
    refused("task", "flip_flop", "--trials", 0, names=["--trials", "0"])
    refused("task", "flip_flop", "--trials", 7, names=["--trials", "7", "6"])
    refused("task", "flip_flop", "--seed", -1, names=["--seed", "-1"])
    refused("task", "file", names=["task.file", "(empty)"])


def test_a_study_learns_from_a_file_of_trials(tmp):
    trials = example_trials(tmp / "trials.h5")
    study = write(tmp / "s.ini", f"{SMALL}\n[task]\nname = file\nfile = {trials}\n")
    ok("run", study, "--out", tmp / "whole", "--quiet", "--set", "training.updates=150", "--set", "rule.name=bptt", "--set", "optimizer.rate=0.01")
    rows = json.loads(ok("summary", tmp / "whole", "--format", "json"))
    for path in (tmp / "whole/runs").glob("*.h5"):
        with h5py.File(path) as run:
            assert run["options"].attrs["task.file"] == str(trials) and run["options"].attrs["task.name"] == "file"
            assert run["initial/network/W_in"].shape == (20, 2) and run["initial/network/W_out"].shape == (1, 20)
    finals = [h5py.File(path).attrs["final_accuracy"] for path in (tmp / "whole/runs").glob("*.h5")]
    assert len(rows) == 2 and np.median(finals) > 0.95, finals

    # Stopped after one seed and continued: the same bytes; with other trials under the same name: another study.
    ok("run", study, "--out", tmp / "a", "--quiet")
    ok("run", study, "--out", tmp / "b", "--quiet", "--set", "study.seeds=1")
    ok("run", study, "--out", tmp / "b", "--quiet")
    assert all_contents(tmp / "a") == all_contents(tmp / "b")
    assert "inputs      2" in ok("task", "file", "--set", f"task.file={trials}", "--dt", 10, "--plot", tmp / "f.svg")
    assert "ok, 0 failed" in ok("check-gradients", study, "--rule", "bptt")
    run = next((tmp / "a/runs").glob("*.h5"))
    ok("simulate", run, "--out", tmp / "sim.h5", "--task", "file", "--set", f"task.file={trials}", "--trials", 40)
    with h5py.File(trials) as given, h5py.File(tmp / "sim.h5") as shown:
        lines = {row.tobytes() for row in given["inputs"][()].astype(float)[:, :20]}
        assert {row.tobytes() for row in shown["trials/input"][()][:, :20]} <= lines
        assert set(shown["trials/length"][()]) == {20, 25}
    example_trials(trials, trials=29)
    refused("run", study, "--out", tmp / "a", "--quiet", names=["holds another study", "task.file"])


# --- networks made elsewhere -----------------------------------------------------------------------------------------

def test_simulate_reads_a_network_made_elsewhere(tmp):
    network = example_network(tmp / "n.h5")
    for method in "euler", "exponential_euler", "rk4", "dopri5":
        ok("simulate", network, "--out", tmp / f"{method}.h5", "--method", method, "--duration-ms", 200, "--dt-ms", 1, "--input", "1,-0.5", "--trials", 3)
    results = {method: h5py.File(tmp / f"{method}.h5") for method in ("euler", "rk4", "dopri5")}
    rates = {method: file["recording/rate"][()] for method, file in results.items()}
    assert rates["rk4"].shape == (3, 201, 6) and results["rk4"]["recording/output"].shape == (3, 201, 1)
    assert np.abs(rates["rk4"] - rates["dopri5"]).max() < 1e-6 < np.abs(rates["rk4"] - rates["euler"]).max() < 2e-2

    # The same run by hand: forward Euler in numpy.
    with h5py.File(network) as file:
        W, W_in, b = (file["network"][name][()].astype(float) for name in ("W", "W_in", "b"))
    r = rates["euler"][0, 0]
    for t in range(200):
        np.testing.assert_allclose(rates["euler"][0, t], r, atol=1e-12)
        r = r + 1 / 50 * (-r + np.tanh(W @ r + W_in @ [1, -0.5] + b))


def test_simulate_takes_a_trained_network_through_its_task(tmp):
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet")
    run = sorted((tmp / "out/runs").glob("*.h5"))[-1]
    text = ok("simulate", run, "--out", tmp / "a.h5", "--task", "evidence_accumulation", "--trials", 4, "--record", "rate,output,current,synapse")
    assert "synapse tcr" in text and "accuracy" in text
    with h5py.File(tmp / "a.h5") as file:
        assert file["recording/synapse"].shape == (4, 61, 400) and np.abs(file["recording/current"][()]).max() > 0
        assert file["trials/target"].shape == (4, 60, 1)
    with h5py.File(tmp / "a.h5") as file:
        assert file["network/synapse"].attrs["kind"] in ("tcr", b"tcr")
    past = stillpoint("simulate", run, "--out", tmp / "past.h5", "--synapse", "tcr", "--set", "synapse.beta=1e5")
    assert past.returncode == 0 and "stability bound" in past.stderr, past.stderr
    ok("simulate", run, "--out", tmp / "b.h5", "--synapse", "tsodyks_markram", "--method", "rk4", "--record", "efficacy", "--group", "initial/network")


def test_networks_of_other_kinds_train_and_are_read_by_others(tmp):
    """Trained, simulated, and stepped again in numpy from what the run file says."""
    def logistic(u):
        return 1 / (1 + np.exp(-u))

    def step(kind, w, x, s):
        drive = w["W_in"] @ s + w["b"]
        if kind == "plrnn":
            return w["A"] * x + w["W"] @ np.maximum(x, 0) + drive
        if kind == "low_rank":
            W = w["M"] @ w["V"].T / len(x) + w["bulk"]
            return x + 10 / 50 * (-x + np.tanh(W @ x + drive))
        h, c = np.split(x, 2)
        i, f, g, o = np.split(w["W"] @ h + drive, 4)
        c = logistic(f) * c + logistic(i) * np.tanh(g)
        return np.concatenate([logistic(o) * np.tanh(c), c])

    for kind, more in ("plrnn", []), ("low_rank", ["network.rank=2", "network.bulk=0.8"]), ("lstm", []):
        chosen = ["study.arm=none", "study.seeds=1", f"network.kind={kind}", "network.initial_state=trained", "rule.name=bptt", *more]
        study = write(tmp / f"{kind}.ini", SMALL)
        ok("run", study, "--out", tmp / kind, "--quiet", *[word for entry in chosen for word in ("--set", entry)])
        run = next((tmp / kind / "runs").glob("*.h5"))
        ok("simulate", run, "--out", tmp / f"{kind}.h5", "--duration-ms", 200, "--input", "0.5,-0.3", "--trials", 1, "--record", "state,output", "--quiet")
        with h5py.File(run) as file:
            w = {name: values[()].astype(float) for name, values in file["final/network"].items() if name != "synapse"}
            assert not np.array_equal(w["r0"], file["initial/network/r0"][()])
        with h5py.File(tmp / f"{kind}.h5") as file:
            x, y = file["recording/state"][0], file["recording/output"][0]
        np.testing.assert_allclose(x[0], w["r0"], rtol=1e-12)
        for t in range(20):
            np.testing.assert_allclose(step(kind, w, x[t], np.array([0.5, -0.3])), x[t + 1], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(y[-1], w["W_out"] @ x[-1][:w["W_out"].shape[1]] + w["b_out"], rtol=1e-9)

    relu = ["--set", "network.nonlinearity=relu", "--set", "network.rate_hz=40", "--set", "study.arm=none", "--set", "study.seeds=1"]
    ok("run", write(tmp / "hz.ini", SMALL), "--out", tmp / "hz", "--quiet", *relu)
    run = next((tmp / "hz/runs").glob("*.h5"))
    ok("simulate", run, "--out", tmp / "hz.h5", "--duration-ms", 100, "--record", "rate,rate_hz", "--quiet")
    with h5py.File(tmp / "hz.h5") as file:
        np.testing.assert_allclose(file["recording/rate_hz"][()], 40 * file["recording/rate"][()])
        assert file["recording/rate_hz"][()].min() >= 0 and file["recording/rate_hz"][()].max() > 1
    refused("simulate", example_network(tmp / "n.h5"), "--out", tmp / "x.h5", "--record", "rate_hz", names=["rate_hz", "no unit"])


# --- bad input -------------------------------------------------------------------------------------------------------

def test_bad_options_are_one_line_and_write_nothing(tmp):
    study = write(tmp / "s.ini", SMALL)
    cases = [
        (["network.sizes=3"], ["network.sizes", "unknown option", "network.size"]),
        (["netwrk.size=3"], ["netwrk", "unknown section"]),
        (["network.size=many"], ["network.size", "many", "integer"]),
        (["network.size=2.5"], ["network.size", "2.5", "integer"]),
        (["network.tau_ms=-5"], ["network.tau_ms", "-5", "> 0"]),
        (["network.tau_ms=80..20"], ["network.tau_ms", "80..20", "LOW <= HIGH"]),
        (["task.delay_ms=300..200"], ["task.delay_ms", "300..200"]),
        (["task.delay_ms="], ["task.delay_ms", "(empty)"]),
        (["network.tau_ms=4"], ["integration.dt_ms", "10", "4 ms"]),
        (["integration.dt_ms=0"], ["integration.dt_ms", "0"]),
        (["task.response_ms=1"], ["task.response_ms", "1 ms", "step"]),
        (["rule.name=backprop"], ["rule.name", "backprop", "bptt", "e_prop"]),
        (["task.name=chess"], ["task.name", "chess", "flip_flop"]),
        (["rule.name=bptt", "integration.method=dopri5"], ["integration.method", "dopri5", "bptt", "exponential_euler"]),
        (["integration.method=rk4"], ["integration.method", "rk4", "e_prop"]),
        (["study.arm=magic"], ["study.arm", "magic", "matched_chaos"]),
        (["study.arm=none", "synapse.kind=tcr"], ["synapse.kind", "contradicts study.arm = none"]),
        (["study.arm=tcr_yoked", "training.batch=1"], ["training.batch", "two trials"]),
        (["tune.synapse.bta=1 2"], ["tune.synapse.bta", "no condition", "full name"]),
        (["tune.rate="], ["tune.rate", "(empty)"]),
        (["grid.network.gain="], ["grid.network.gain", "(empty)"]),
        (["grid.network.gain=1, 2"], ["grid.network.gain", "1, 2", "spaces"]),
        (["grid.network.gain=1 1"], ["grid.network.gain", "twice"]),
        (["study.seeds=0"], ["study.seeds", "0"]),
        (["training.updates=0"], ["training.updates", "0"]),
        (["training.checkpoints=5 700"], ["training.checkpoints", "700", "11"]),
        (["training.parameters=W Q"], ["training.parameters", "W Q"]),
        (["grid.tcr.lambda=0 1"], ["grid.tcr.lambda = 0 1: no condition", "tcr.form"]),
        (["study.arm=none", "grid.synapse.beta=10 20"], ["grid.synapse.beta = 10 20: no condition", "synapse"]),
        (["study.arm=none", "grid.schedule.shape=constant linear"], ["grid.schedule.shape", "no condition", "tcr.form or synapse.kind = tcr"]),
        (["freeze_in.updates=12", "study.arm=tcr_local"], ["freeze_in.updates = 12", "training.updates = 12"]),
        (["freeze_in.every=1", "study.arm=tcr_local"], ["freeze_in.every = 1", "2 and more"]),
        (["freeze_in.every=3", "study.arm=tcr_local", "tcr.lambda=0"], ["freeze_in.every = 3", "nothing would learn", "tcr.lambda > 0"]),
        (["freeze_in.updates=3", "study.arm=tcr"], ["freeze_in.updates = 3", "nothing would learn", "synapse.consolidation > 0"]),
        (["freeze_in.updates=3", "study.arm=tcr", "synapse.consolidation=0.1", "synapse.beta=0"], ["freeze_in.updates = 3", "nothing would learn"]),
        (["network.feedback=uniform"], ["network.feedback = uniform", "e_prop does not train"]),
        (["grid.node_perturbation.sigma=0.1 1"], ["node_perturbation.sigma", "not used with rule.name = e_prop, but with rule.name = node_perturbation"]),
        (["task.bits=3"], ["task.bits", "not used with task.name = evidence_accumulation, but with task.name = flip_flop"]),
        (["synapse.tau_s_ms=1"], ["synapse.tau_s_ms", "integration.dt_ms"]),
        (["network.kind=rnn_map", "study.arm=matched_speed"], ["control.match", "rnn_map"]),
        (["nonsense"], ["--set", "nonsense", "KEY=VALUE"]),
    ]
    for settings, names in cases:
        words = [word for setting in settings for word in ("--set", setting)]
        refused("run", study, "--out", tmp / "out", *words, names=names)
        assert not (tmp / "out").exists(), settings
    refused("run", write(tmp / "t.ini", SMALL + "\n[training]\nupdates = 3\n"), "--out", tmp / "out", names=["training.updates", "twice"])
    refused("run", write(tmp / "g.ini", "[grid]\nnetwork.size = 5 10\n[network]\nsize = 5\n"), "--out", tmp / "out", names=["network.size = 5", "[grid]"])
    refused("run", write(tmp / "u.ini", "[network\nsize = 3\n"), "--out", tmp / "out", names=["u.ini"])
    refused("run", tmp / "absent.ini", "--out", tmp / "out", names=["absent.ini"])
    refused("run", study, names=["out", "missing"])
    refused("run", study, "--out", tmp / "out", "--jobs", "-1", names=["--jobs"])
    refused("fly", names=["fly", "unknown command"])
    refused(names=["no command"])
    refused("list", "gods", names=["gods", "rules"])
    refused("run", study, "--quick", "--out", tmp / "out", names=[f"--quick: {study} has no [quick] section"])
    refused("list", "gods", names=["stillpoint list gods: must be one of"])
    refused("list", names=["networks|rules|tasks"])
    used = [["grid.tcr.lambda=0 1", "study.arm=none tcr_loss"], ["grid.synapse.beta=10 20"], ["grid.schedule.shape=constant linear"],
            ["freeze_in.updates=3", "study.arm=tcr", "synapse.consolidation=0.1"], ["freeze_in.updates=11", "freeze_in.every=2", "study.arm=tcr_local"],
            ["grid.tcr.lambda=1"], ["tcr.lambda=3"]]  # one value is a setting like any other
    for number, settings in enumerate(used):
        ok("run", study, "--out", tmp / f"used{number}", "--quiet", *(word for setting in settings for word in ("--set", setting)), "--set", "study.seeds=1")


def test_foreign_directories_stay_untouched(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "out", "--quiet")
    before = all_contents(tmp / "out")
    refused("run", study, "--out", tmp / "out", "--set", "network.gain=3", names=["holds another study", "network.gain = 3"])
    assert all_contents(tmp / "out") == before
    (tmp / "mine").mkdir()
    write(tmp / "mine/thesis.txt", "x")
    refused("run", study, "--out", tmp / "mine", names=["not empty"])
    assert [path.name for path in (tmp / "mine").iterdir()] == ["thesis.txt"]
    (tmp / "begun").mkdir()
    write(tmp / "begun/study.json.partial", "{")  # killed while it wrote its description
    ok("run", study, "--out", tmp / "begun", "--quiet")
    refused("run", study, "--out", tmp / "s.ini", names=["s.ini", "not a directory"])
    refused("run", study, "--out", "/proc/nothing", names=["/proc/nothing"])
    refused("summary", tmp / "mine", names=["mine", "no study"])
    refused("summary", tmp / "out", "--format", "xml", names=["--format", "xml", "json"])
    refused("figure", tmp / "out", "--out", "/proc/nothing/f.svg", names=["/proc/nothing/f.svg"])
    refused("figure", tmp / "out", "--out", tmp / "f.svg", "--only", "study.arm=yoked", names=["--only", "study.arm=yoked", "study.arm=tcr"])
    ok("figure", tmp / "out", "--out", tmp / "tcr.svg", "--only", "study.arm=tcr")
    assert "all runs" in (tmp / "tcr.svg").read_text() and "none (" not in (tmp / "tcr.svg").read_text()
    refused("figure", tmp / "out", "--out", tmp / "f.svg", "--only", "study.arm=tcr", "--only", "study.arm=yoked", names=["--only study.arm=yoked", "study.arm=tcr"])
    ok("figure", tmp / "out", "--out", tmp / "both.svg", "--only", "study.arm=tcr", "--only", "study.arm=none")
    ok("figure", tmp / "out", "--out", tmp / "all.svg")
    assert (tmp / "both.svg").read_text() == (tmp / "all.svg").read_text()
    shutil.copytree(tmp / "out", tmp / "started", ignore=shutil.ignore_patterns("*.h5"))
    refused("figure", tmp / "started", "--out", tmp / "f.svg", names=["started", "no run"])
    assert not (tmp / "f.svg").exists()
    refused("figure", tmp / "out", "--out", tmp / "f.png", names=["f.png", ".svg"])
    refused("summary", tmp / "out", "--format", "json", "--against", "yoked", names=["--against", "yoked", "tcr"])
    ok("run", study, "--out", tmp / "out", "--quiet", "--set", "study.seeds=4")  # more seeds are the same study
    assert len(all_contents(tmp / "out")) == 8
    run = next((tmp / "out/runs").glob("*.h5"))
    with h5py.File(run, "r+") as file:
        del file["curve"]
    refused("summary", tmp / "out", names=[run.name, "remove it"])
    refused("summary", tmp / "out", names=[run.name, "remove it"])
    for text in "not hdf5", "":
        write(run, text)
        refused("summary", tmp / "out", names=[run.name, "remove it"])
        refused("run", study, "--out", tmp / "out", "--quiet", "--set", "study.seeds=4", names=[run.name, "remove it"])
    whole = next(path for path in (tmp / "out/runs").glob("*.h5") if path != run).read_bytes()
    run.write_bytes(whole[:len(whole) // 2])
    refused("run", study, "--out", tmp / "out", "--quiet", "--set", "study.seeds=4", names=[run.name, "remove it"])
    run.unlink()
    ok("run", study, "--out", tmp / "out", "--quiet", "--set", "study.seeds=4")
    assert len(all_contents(tmp / "out")) == 8


def test_a_full_disk_is_one_line_and_loses_nothing(tmp):
    study = write(tmp / "s.ini", SMALL)
    ok("run", study, "--out", tmp / "out", "--quiet", "--set", "study.seeds=1")
    before = all_contents(tmp / "out")

    def no_space():  # a write past 5 kB fails, as on a full disk
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))

    refused("run", study, "--out", tmp / "out", "--quiet", names=["cannot be written"], preexec_fn=no_space)
    assert all_contents(tmp / "out") == before
    ok("run", study, "--out", tmp / "out", "--quiet")
    assert len(all_contents(tmp / "out")) == 6


def test_bad_network_files(tmp):
    def shape(arrays, _): arrays["W_in"] = arrays["W_in"][:4]
    def missing(arrays, _): del arrays["W"]
    def no_tau(arrays, _): del arrays["tau_ms"]
    def nan(arrays, _): arrays["W"][2, 3] = np.nan
    def kind(_, attributes): attributes["kind"] = np.bytes_("spiking")
    def negative(arrays, _): arrays["tau_ms"] = np.float32(-1)
    def text(arrays, _): arrays["b"] = np.bytes_("zero")
    def not_square(arrays, _): arrays["W"] = arrays["W"][:, :5]
    def misspelt(arrays, _): arrays["Wout"] = arrays.pop("W_out")
    cases = [(shape, ["W_in", "4 x 2", "6 x 2"]), (missing, ["W", "missing"]), (no_tau, ["tau_ms", "missing"]), (nan, ["W", "finite"]),
             (kind, ["kind", "spiking", "leaky_rate"]), (negative, ["tau_ms", "-1"]), (text, ["b", "real numbers"]), (not_square, ["W", "6 x 5"]),
             (misspelt, ["Wout", "W_out"])]
    for change, names in cases:
        path = example_network(tmp / f"{change.__name__}.h5", change=change)
        refused("simulate", path, "--out", tmp / "o.h5", names=[path.name, *names])
    refused("simulate", example_network(tmp / "f.h5", attributes=[("format", "other"), ("version", 1)]), "--out", tmp / "o.h5", names=["format", "other"])
    refused("simulate", example_network(tmp / "v.h5", attributes=[("format", "stillpoint-network"), ("version", 9)]), "--out", tmp / "o.h5", names=["version", "9"])
    refused("simulate", write(tmp / "text.h5", "not hdf5"), "--out", tmp / "o.h5", names=["text.h5", "HDF5"])
    refused("simulate", tmp / "absent.h5", "--out", tmp / "o.h5", names=["absent.h5"])
    good = example_network(tmp / "good.h5")
    refused("simulate", good, "--out", tmp / "o.h5", "--input", "1,2,3", names=["--input", "3", "2"])
    refused("simulate", good, "--out", tmp / "o.h5", "--task", "flip_flop", names=["flip_flop", "3", "2"])
    refused("simulate", good, "--out", tmp / "o.h5", "--record", "dreams", names=["--record", "dreams", "rate"])
    refused("simulate", good, "--out", tmp / "o.h5", "--method", "rk4", "--set", "noise.activity=0.1", names=["rk4", "noise"])
    refused("simulate", good, "--out", tmp / "o.h5", "--seed", "-4", names=["--seed", "-4"])
    refused("simulate", good, "--out", tmp / "o.h5", "--method", "magic", names=["integration.method", "magic", "dopri5"])
    refused("simulate", good, "--out", tmp / "o.h5", "--duration-ms", "0", names=["--duration-ms"])
    refused("simulate", good, "--out", "/proc/nothing/o.h5", names=["/proc/nothing/o.h5"])
    refused("simulate", good, "--out", good, names=["--out", "lost"])
    refused("simulate", good, "--out", tmp / "o.h5", "--task", "evidence_accumulation", "--input", "1,2", names=["--input", "--task"])
    refused("simulate", good, "--out", tmp / "o.h5", "--task", "evidence_accumulation", "--duration-ms", "5", names=["--duration-ms", "--task"])
    refused("simulate", good, "--out", tmp / "o.h5", "--set", "network.gain=3", names=["network.gain=3", "file"])
    refused("simulate", good, "--out", tmp / "o.h5", "--set", "task.delay_ms=3", names=["task.delay_ms=3", "--task"])
    assert not (tmp / "o.h5").exists()


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
        refused("run", study, "--out", tmp / "o", "--set", f"task.file={path}", names=[path.name, *names])
    attributes = [([], ["dt_ms", "missing"]), ([("dt_ms", 5)], ["integration.dt_ms = 10", "5"]), ([("dt_ms", "ten")], ["dt_ms", "number"]),
                  ([("dt_ms", [10, 10])], ["dt_ms", "one number"]), ([("dt_ms", 10), ("tolerence", 1)], ["tolerence", "unknown", "tolerance"])]
    for given, names in attributes:
        path = example_trials(tmp / "attributes.h5", attributes=given)
        refused("run", study, "--out", tmp / "o", "--set", f"task.file={path}", names=[path.name, *names])
    refused("run", study, "--out", tmp / "o", "--set", f"task.file={write(tmp / 'text.h5', 'not hdf5')}", names=["text.h5", "HDF5"])
    refused("run", study, "--out", tmp / "o", "--set", "task.file=/absent.h5", names=["/absent.h5"])
    refused("run", study, "--out", tmp / "o", names=["task.file", "(empty)"])
    refused("run", study, "--out", tmp / "o", "--set", "task.difficulty=hard", names=["task.difficulty = hard", "no presets"])
    assert not (tmp / "o").exists()


# --- fixed points and slow points ------------------------------------------------------------------------------------

def test_fixed_points_and_slow_points(tmp):
    def pair(arrays, kind):  # a self-exciting pair: tanh(2 x) = x three times
        arrays["W"], arrays["tau_ms"] = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array(50.0)
    network = example_network(tmp / "pair.h5", N=2, change=pair)
    text = ok("analyze", "fixed-points", network, "--as", "flow", "--starts", 200, "--json", tmp / "points.json")
    assert "3 fixed points of the flow" in text and "visited by free runs" in text and "estimated" in text, text
    found = json.loads((tmp / "points.json").read_text())
    assert (found["kind"], found["as"], found["complete"], found["missing_at_least"], found["starts"]) == ("fixed-points", "flow", "estimated", 0, 200)
    assert abs(found["tau_ref_ms"] - 50) < 1e-9 and found["cycles"] == [] and "synapse" not in found, found
    for point in found["points"]:
        x = np.array(point["state"])
        W = np.ones((2, 2))
        assert np.abs(np.tanh(W @ x) - x).max() <= 1e-12 and point["residual"] <= 1e-12, point
        J = -np.eye(2) + np.diag(1 - np.tanh(W @ x) ** 2) @ W
        expected = sorted(np.linalg.eigvals(J).real)
        assert np.allclose(sorted(re for re, im in point["eigenvalues"]), expected, atol=1e-9), point
        assert point["index"] == sum(e > 0 for e in expected) and point["stable"] == (max(expected) < 0), point
    assert sum(point["hits"] for point in found["points"]) == found["converged"]
    ok("analyze", "fixed-points", network, "--as", "flow", "--starts", 200, "--json", tmp / "again.json")
    assert (tmp / "again.json").read_bytes() == (tmp / "points.json").read_bytes()

    # As the Euler map of the file's 5 ms the multipliers are 1 + dt / tau times the eigenvalues.
    as_map = json.loads(ok("analyze", "fixed-points", network, "--starts", 200, "--json", "-"))
    assert as_map["as"] == "map"
    assert np.isclose(as_map["points"][0]["eigenvalues"][0][0], 1 + 0.1 * found["points"][0]["eigenvalues"][0][0])
    with_tcr = json.loads(ok("analyze", "fixed-points", network, "--as", "flow", "--synapse", "tcr", "--beta", 10, "--tau-s-ms", 100, "--json", "-"))
    assert len(with_tcr["points"][0]["eigenvalues"]) == 4
    assert abs(with_tcr["synapse"].pop("remaining_eigenvalue") + 0.5) < 1e-12
    assert with_tcr["synapse"] == {"kind": "tcr", "beta": 10, "tau_s_ms": 100, "multiplicity": 2}

    defaults = json.loads(ok("analyze", "fixed-points", network, "--as", "flow", "--synapse", "tcr", "--json", "-"))["synapse"]
    assert (defaults["beta"], defaults["tau_s_ms"]) == (100, 200), defaults

    def relu_map(arrays, kind):  # x' = 1 - 2 relu(y), y' = 1 - 2 relu(x)
        kind["kind"], kind["nonlinearity"] = np.bytes_("plrnn"), np.bytes_("relu")
        arrays["W"], arrays["A"], arrays["b"], arrays["tau_ms"] = np.array([[0.0, -2], [-2, 0]]), np.zeros(2), np.ones(2), np.array(5.0)
    plrnn = example_network(tmp / "plrnn.h5", N=2, change=relu_map)
    exact = json.loads(ok("analyze", "fixed-points", plrnn, "--max-cycle", 2, "--json", "-"))
    assert exact["complete"] == "exact" and len(exact["points"]) == 3 and exact["cycles_exact_to"] == 2, exact
    assert "3 cycles of k = 2: exact" in ok("analyze", "fixed-points", plrnn, "--max-cycle", 2)
    def resting(arrays, kind):
        relu_map(arrays, kind)
        arrays["W"] = np.zeros((2, 2))
    assert "0 cycles of k = 2 to 3: exact" in ok("analyze", "fixed-points", example_network(tmp / "resting.h5", N=2, change=resting), "--max-cycle", 3)
    assert len(exact["cycles"]) == 3 and all(cycle["k"] == 2 for cycle in exact["cycles"]), exact["cycles"]
    cycle, = [cycle for cycle in exact["cycles"] if cycle["stable"]]
    assert sorted(cycle["states"]) == [[-1, -1], [1, 1]], cycle

    # Every minimum of the speed of this pair is a fixed point, which is said.
    slow = json.loads(ok("analyze", "slow-points", network, "--as", "flow", "--starts", 10, "--json", "-"))
    assert slow["kind"] == "slow-points" and slow["points"] == [] and slow["starts"] == 10, slow
    assert "0 slow points from 10 starts" in ok("analyze", "slow-points", network, "--as", "flow", "--starts", 10)

    def nan(arrays, kind): arrays["W"][0, 1] = np.nan
    broken = example_network(tmp / "nan.h5", change=nan)
    for kind in "fixed-points", "slow-points":
        refused("analyze", kind, broken, names=["nan.h5", "finite"])
        refused("analyze", kind, network, "--input", "1,2,3", names=["--input = 3 values", "2 input channels"])
        refused("analyze", kind, network, "--starts", 0, names=["--starts = 0"])
        refused("analyze", kind, tmp / "absent.h5", names=["absent.h5"])
        assert "example:" in ok("analyze", kind, "--help")
    refused("analyze", "fixed-points", network, "--as", "flow", "--max-cycle", 2, names=["--max-cycle = 2", "flow"])
    refused("analyze", "fixed-points", network, "--max-cycle", 2, names=["--max-cycle = 2", "relu"])
    use, tau_f, tau_d, f_max = 0.2, 1.5, 0.2, 20  # defaults, in seconds
    joint = json.loads(ok("analyze", "fixed-points", network, "--as", "flow", "--synapse", "tsodyks_markram", "--starts", 100, "--json", "-"))
    assert joint["synapse"] == {"kind": "tsodyks_markram", "use": 0.2, "tau_f_ms": 1500, "tau_d_ms": 200, "f_max_hz": 20, "normalise": "rest"}
    for point in joint["points"]:
        x, p, q = (np.array(point[name]) for name in ("state", "use", "resource"))
        def steady(f): return (u := use * (1 + tau_f * f) / (1 + use * tau_f * f), 1 / (1 + tau_d * u * f))
        assert np.allclose([p, q], steady(f_max * (x + 1) / 2)) and len(point["eigenvalues"]) == 6, point
        assert np.abs(np.tanh(np.ones((2, 2)) @ (p * q * x) / np.prod(steady(f_max / 2))) - x).max() < 1e-12, point
    refused("analyze", "fixed-points", network, "--synapse", "trained", names=["--synapse = trained", "tsodyks_markram"])
    refused("analyze", "fixed-points", network, "--synapse", "tsodyks_markram", "--beta", 1, names=["--beta = 1", "--synapse tcr"])
    refused("analyze", "fixed-points", plrnn, "--synapse", "tsodyks_markram", names=["plrnn"])
    refused("analyze", "fixed-points", network, "--synapse", "tcr", "--beta", "-1", names=["--beta = -1"])
    refused("analyze", "fixed-points", network, "--beta", "1", names=["--beta = 1", "--synapse tcr"])
    refused("analyze", "fixed-points", plrnn, "--synapse", "tcr", names=["synapse = tcr", "plrnn"])
    refused("analyze", "slow-points", network, "--radius", 0, names=["--radius = 0"])
# --- analyses --------------------------------------------------------------------------------------------------------

def test_phases_of_a_learning_curve(tmp):
    """A step of known place, as a table and as a run file; a steady decay; a constant; and every kind of bad input."""
    update, rng = np.arange(0, 1000, 10), np.random.default_rng(3)
    noise = 0.05 * rng.normal(size=update.size)
    curves = {"abrupt": np.exp(noise - 3 * (update >= 400)), "gradual": np.exp(noise - update / 300), "none": np.exp(noise)}

    def table(name, loss, at=update, header="update,loss"):
        return write(tmp / f"{name}.csv", header + "\n" + "".join(f"{u},{value}\n" for u, value in zip(at, loss)))

    for name, loss in curves.items():
        path = table(name, loss)
        text = ok("analyze", "phases", path, "--json", tmp / "a.json", "--plot", tmp / "a.svg", "--seed", 3, "--bootstrap", 99)
        assert name in text, text
        found = json.loads((tmp / "a.json").read_text())
        assert found["kind"] == "phases" and found["verdict"] == name
        assert ok("analyze", "phases", path, "--json", "-", "--seed", 3, "--bootstrap", 99) == (tmp / "a.json").read_text()
        drawn = "".join(xml.parse(tmp / "a.svg").getroot().itertext())
        assert {"abrupt": "drop at update 400", "gradual": "gradual", "none": "no fall"}[name] in drawn
        assert (found["drop"] is None) == (name != "abrupt")
        assert [phase["name"] for phase in found["phases"]] == {"abrupt": ["search", "drop", "comprehension"], "gradual": ["descent"],
                                                                "none": ["search"]}[name]
    drop = json.loads(ok("analyze", "phases", table("abrupt", curves["abrupt"]), "--json", "-"))["drop"]
    assert (drop["from"], drop["update"], drop["to"]) == (390, 400, 400) and drop["low"] <= 400 <= drop["high"]

    with h5py.File(tmp / "run.h5", "w") as file:
        file["curve/update"], file["curve/loss"], file["curve/accuracy"] = update, curves["abrupt"], (update >= 400) * 1.0
    found = json.loads(ok("analyze", "phases", tmp / "run.h5", "--json", "-"))
    assert found["drop"] == drop and [phase["accuracy"] for phase in found["phases"]] == [0, 0.5, 1]

    good = curves["abrupt"]
    def changed(values, place, value): return [*values[:place], value, *values[place + 1:]]
    cases = [(table("few", good[:10]), ["points = 10", "20"]), (table("nan", changed(good, 7, "nan")), ["loss = nan at update 70"]),
             (table("zero", changed(good, 7, 0)), ["loss = 0 at update 70", "above 0"]), (table("word", changed(good, 7, "low")), ["line 9", "loss = low"]),
             (table("same", good, changed(update, 7, 60)), ["update = 60", "above 60"]), (table("gap", good, changed(update, 99, 1990)), ["update = 1990", "equal"]),
             (table("column", good, header="update,error"), ["header", "`loss`"]), (table("ragged", changed(good, 7, "1,2")), ["line 9", "3 fields"]),
             (write(tmp / "empty.csv", ""), ["header", "`update`"]), (tmp / "absent.csv", ["absent.csv", "cannot be read"]), (tmp, ["cannot be read"]),
             (example_network(tmp / "network.h5"), ["/curve"])]
    for path, names in cases:
        refused("analyze", "phases", path, names=names)
    refused("analyze", "phases", tmp / "abrupt.csv", "--bootstrap", 3, names=["--bootstrap = 3"])
    refused("analyze", "phases", tmp / "abrupt.csv", "--seed", -1, names=["--seed = -1"])
    refused("analyze", "phases", tmp / "abrupt.csv", "--plot", tmp / "a.png", names=["--plot", ".svg"])
    refused("analyze", "phases", names=["FILE is missing"])


# --- help ------------------------------------------------------------------------------------------------------------

def rotating(arrays, kind):
    """Two relu neurons above threshold that rotate as they decay: eigenvalues .2 +- .6i."""
    kind["nonlinearity"] = np.bytes_("relu")
    arrays.update(W=np.array([[0.2, -0.6], [0.6, 0.2]]), b=np.array([5.0, 5.0]))
    del arrays["dt_ms"]


def test_analyses_of_paths(tmp):
    def result(kind, *words):
        out = tmp / "result.json"
        text = ok("analyze", kind, *words, "--json", out)
        first = out.read_bytes()
        assert text and ok("analyze", kind, *words, "--json", out) == text and out.read_bytes() == first
        assert json.loads(first)["kind"] == kind
        return json.loads(first)

    linear = example_network(tmp / "linear.h5", N=2, change=rotating)
    exponents = result("lyapunov", linear, "--duration-ms", 50000)
    assert exponents["as"] == "flow" and exponents["dimension"] == 2
    assert np.allclose(exponents["exponents_per_s"], -1000 * 0.8 / 50, rtol=0.01), exponents
    assert exponents["kaplan_yorke_dimension"] == 0
    assert result("lyapunov", linear, "--exponents", 1, "--method", "exponential_euler")["exponents_per_s"][0] < 0
    scales = result("timescales", linear, "--samples", 2)
    mode, = scales["states"][0]["modes"]
    assert np.isclose(mode["tau_ms"], 50 / 0.8) and np.isclose(mode["period_ms"], 2 * np.pi * 50 / 0.6)
    assert scales["populations"][0]["integrated_ms"] is None and "nothing varies" in ok("analyze", "timescales", linear)
    rest = result("basins", linear, "--samples", 20)
    point, = rest["attractors"]
    A, b = np.array([[0.2, -0.6], [0.6, 0.2]]), np.array([5.0, 5.0])
    assert point["kind"] == "fixed point" and point["count"] == 20 and point["interval"][1] == 1
    assert np.allclose(point["state"], np.linalg.solve(np.eye(2) - A, b), rtol=1e-6)
    none = result("cycles", linear, "--samples", 3)
    assert none["cycles"] == [] and sum(none["searches"][key] for key in ("at_rest", "no_return", "not_converged")) == 3
    assert result("dimension", linear)["participation_ratio"] is None

    def strong(arrays, kind):
        arrays["W"] *= 3

    chaotic = example_network(tmp / "chaotic.h5", N=60, change=strong)
    found = result("dimension", chaotic, "--samples", 8, "--duration-ms", 2000)
    assert found["interval"][0] < found["participation_ratio"] < found["interval"][1]
    assert len(found["eigenvalues"]) == 60 and found["as"] == "map"
    assert len(result("lyapunov", chaotic, "--exponents", 3, "--duration-ms", 2000)["exponents_per_s"]) == 3

    def not_a_number(arrays, kind):
        arrays["W"][1, 1] = np.nan

    refused("analyze", "lyapunov", example_network(tmp / "nan.h5", change=not_a_number), names=["W"])
    refused("analyze", "lyapunov", chaotic, "--exponents", 61, names=["--exponents = 61", "60"])
    refused("analyze", "lyapunov", chaotic, "--duration-ms=-5", names=["--duration-ms = -5"])
    refused("analyze", "dimension", chaotic, "--duration-ms=nan", names=["--duration-ms = nan"])
    refused("analyze", "dimension", chaotic, "--samples", 3, names=["--samples = 3"])
    refused("analyze", "basins", chaotic, "--input", "1,2,3", names=["--input = 3 values"])
    refused("analyze", "cycles", chaotic, names=["--as = map"])
    refused("analyze", "lyapunov", chaotic, "--dt-ms", 1, names=["--dt-ms = 1"])
    refused("analyze", "basins", linear, "--dt-ms", 500, names=["--dt-ms = 500"])
    refused("analyze", "basins", linear, "--dt-ms", 0, names=["--dt-ms = 0"])
    refused("analyze", "timescales", linear, "--state", "1,2,3", names=["--state = 3 values"])
    refused("analyze", "basins", linear, "--samples", 0, names=["--samples = 0"])
    refused("analyze", "cycles", linear, "--spread=-1", names=["--spread = -1"])
    refused("analyze", "lyapunov", linear, "--method", "dopri5", names=["--method = dopri5"])


def test_follow_attractors_through_learning(tmp):
    study = write(tmp / "follow.ini", """
[study]
name = follow
[network]
size = 16
gain = 1.8
[integration]
dt_ms = 10
[task]
name = flip_flop
bits = 1
[training]
updates = 60
batch = 8
checkpoints = every 20
[optimizer]
name = adam
rate = 1e-2
[rule]
name = bptt
""")
    ok("run", study, "--out", tmp / "runs", "--set", "study.seeds=1", "--quiet")
    path, = (tmp / "runs/runs").glob("*.h5")
    text = ok("analyze", "follow", path, "--json", tmp / "a.json", "--plot", tmp / "a.svg")
    found = json.loads((tmp / "a.json").read_text())
    assert (found["kind"], found["as"], found["followed"], found["starts"]) == ("follow", "map", "stable", 16), found
    assert [at["update"] for at in found["checkpoints"]] == [0, 20, 40, 60]
    # Every point is one of the network that the file holds, by numpy alone.
    with h5py.File(path) as file:
        groups = ["initial/network", "checkpoints/00000020/network", "checkpoints/00000040/network", "final/network"]
        for at, name in zip(found["checkpoints"], groups):
            W, b = np.array(file[name]["W"], dtype=float), np.array(file[name]["b"], dtype=float)
            assert at["points"], at
            for point in at["points"]:
                x = np.array(point["state"])
                assert np.abs(np.tanh(W @ x + b) - x).max() < 1e-9, point
                J = 0.2 * np.diag(1 - x ** 2) @ W + 0.8 * np.eye(16)
                sizes = np.abs(np.linalg.eigvals(J))
                assert point["stable"] == (sizes.max() < 1) and point["index"] == (sizes > 1).sum(), point
                assert np.isclose(np.hypot(*point["leading"]), sizes.max(), atol=1e-8), point
        # Every change lies where the interpolated network has an eigenvalue at the border.
        networks = {at["update"]: (np.array(file[name]["W"], dtype=float), np.array(file[name]["b"], dtype=float)) for at, name in zip(found["checkpoints"], groups)}
    assert found["changes"], "no attractor appeared in training"
    for change in found["changes"]:
        (u, v), s = change["between"], change["s"]
        assert 0 < s < 1 and np.isclose(change["update"], u + s * (v - u)) and change["tracks"], change
        W, b = ((1 - s) * one + s * other for one, other in zip(networks[u], networks[v]))
        x = np.array(change["state"])
        assert np.abs(np.tanh(W @ x + b) - x).max() < 1e-8, change
        sizes = np.linalg.eigvals(0.2 * np.diag(1 - x ** 2) @ W + 0.8 * np.eye(16))
        assert np.abs(np.abs(sizes) - 1).min() < 1e-5, change
        assert change["type"] in text and change["effect"] in text, text
        between = "and" if change["effect"].startswith("pair") else "to"
        assert f"{change['index_before']} {between} {change['index_after']}" in text, text
    assert "synapse" not in text, text
    root = xml.parse(tmp / "a.svg").getroot()
    written = [element.text for element in root.iter() if element.tag.endswith("text")]
    shown = {change["type"] for change in found["changes"]}
    for track in range(found["tracks"]):
        assert str(track + 1) in written, (track, written)
    assert not ({"birth", "death", "flip"} - shown) & set(written), written
    assert root.tag.endswith("svg") and "update" in (tmp / "a.svg").read_text()
    ok("analyze", "follow", path, "--json", tmp / "b.json", "--plot", tmp / "b.svg")
    assert all((tmp / f"a.{end}").read_bytes() == (tmp / f"b.{end}").read_bytes() for end in ("json", "svg"))
    # With unstable points too: no fewer tracks; the axis of updates may be logarithmic.
    every = json.loads(ok("analyze", "follow", path, "--all", "--every-spectrum", "--json", "-"))
    assert every["followed"] == "all" and every["tracks"] >= found["tracks"]
    ok("analyze", "follow", path, "--plot", tmp / "log.svg", "--log-updates", "--as", "flow", "--starts", 4, "--seed", 2)
    assert "update + 1" in (tmp / "log.svg").read_text()
    # A run without checkpoints has its first and its last network.
    ok("run", study, "--out", tmp / "ends", "--set", "study.seeds=1", "--set", "training.checkpoints=none", "--quiet")
    ends, = (tmp / "ends/runs").glob("*.h5")
    assert [at["update"] for at in json.loads(ok("analyze", "follow", ends, "--json", "-"))["checkpoints"]] == [0, 60]
    # What it leaves out of a run with a synapse is said, and the network that cannot be followed is named.
    for kind, words in ("tcr", "leaves the points"), ("tsodyks_markram", "moves the points"):
        with h5py.File(ends, "a") as file:
            file["final/network"].require_group("synapse").attrs["kind"] = kind
        told = ok("analyze", "follow", ends)
        assert f"without the run's synapse ({kind}), which {words}" in told, told
    with h5py.File(ends, "a") as file:
        file["initial/network/W"][0, 1] = np.nan
    refused("analyze", "follow", ends, names=["group /initial/network: W = not finite"])
    # x = relu(w x + 5) has no solution from w = 1 on: the axis is that of the points that there are.
    ok("run", study, "--out", tmp / "relu", "--set", "study.seeds=1", "--set", "training.checkpoints=none", "--set", "network.nonlinearity=relu", "--quiet")
    relu, = (tmp / "relu/runs").glob("*.h5")
    with h5py.File(relu, "a") as file:
        for name, w in ("initial/network", 0.5), ("final/network", 1.5):
            W = 0.1 * file[name]["W"][...]
            W[0] = w * np.eye(16)[0]
            file[name]["W"][...], file[name]["b"][...] = W, np.linspace(5, 6, 16)
    told = ok("analyze", "follow", relu, "--plot", tmp / "relu.svg")
    assert "grows without bound" in told and "1 track, 1 change" in told, told
    written = [element.text for element in xml.parse(tmp / "relu.svg").getroot().iter() if element.tag.endswith("text")]
    numbers = [float(word.replace("−", "-")) for word in written if word and word.replace("−", "").replace(".", "").isdigit()]
    assert max(numbers) <= 60 and {"stable", "death", "1"} <= set(written) and not {"unstable", "not followed"} & set(written), written
    refused("analyze", "follow", example_network(tmp / "plain.h5"), names=["plain.h5: is not a run file: one is needed here, as `stillpoint run` writes it\n"])
    refused("analyze", "follow", path, "--start", 4, names=["unrecognised option '--start'"])
    refused("analyze", "follow", path, "--starts", 0, names=["--starts = 0"])
    refused("analyze", "follow", path, "--birth-cost", 0, names=["--birth-cost = 0"])
    refused("analyze", "follow", path, "--input", "1,2,3,4,5", names=["--input = 5 values"])
    refused("analyze", "follow", path, "--as", "tree", names=["--as = tree"])
    refused("analyze", "follow", path, "--plot", tmp / "a.png", names=["--plot", ".svg"])
    refused("analyze", "follow", path, "--log-updates", names=["--log-updates", "--plot"])
    assert "example:" in ok("analyze", "follow", "--help")


def test_starts_visited_by_the_trials_of_a_run(tmp):
    ok("run", write(tmp / "visited.ini", SMALL.replace("seeds = 3", "seeds = 1").replace("none tcr", "tcr")), "--out", tmp / "out")
    run = next((tmp / "out/runs").glob("*.h5"))
    for kind, words in ("fixed-points", "32 visited by the task's trials, 32 random"), ("slow-points", "free runs from the trials' states"):
        text = ok("analyze", kind, run, "--starts", 64, "--json", tmp / "a.json")
        assert words in text and ok("analyze", kind, run, "--starts", 64) == text, text
        assert json.loads((tmp / "a.json").read_text())["visited"] == "trials"
        free = json.loads(ok("analyze", kind, run, "--starts", 64, "--visited", "free", "--json", "-"))
        assert free["visited"] == "free" and free != json.loads((tmp / "a.json").read_text())
        network = example_network(tmp / "network.h5")
        assert json.loads(ok("analyze", kind, network, "--starts", 8, "--json", "-"))["visited"] == "free"
        refused("analyze", kind, network, "--visited", "trials", names=["network.h5: is not a run file: one is needed here, as `stillpoint run` writes it\n"])
        refused("analyze", kind, run, "--visited", "all", names=["--visited = all", "trials or free"])
        refused("analyze", kind, run, "--starts=-5", names=["--starts = -5"])
        with h5py.File(run, "a") as file:  # a task that cannot be made again: free runs, unless it is asked for
            name = file["options"].attrs["task.name"]
            file["options"].attrs["task.name"] = "file"
        assert "visited by free runs" in ok("analyze", kind, run, "--starts", 8) or kind == "slow-points"
        refused("analyze", kind, run, "--visited", "trials", names=["its task cannot be made again"])
        with h5py.File(run, "a") as file:
            file["options"].attrs["task.name"] = name


def test_exponents_with_synapses(tmp):
    """The file's own synapse is part of the state, unless it is told otherwise; what has no equation is refused."""
    def with_synapse(name, N, **attributes):
        path = example_network(tmp / f"{name}.h5", N=N)
        with h5py.File(path, "a") as file:
            group = file["network"].create_group("synapse")
            for key, value in attributes.items():
                group.attrs[key] = value
        return path

    def exponents(*words):
        return json.loads(ok("analyze", "lyapunov", *words, "--duration-ms", 2000, "--json", "-"))

    tcr = with_synapse("tcr", 6, kind="tcr", beta="20", tau_s_ms="100")
    full = exponents(tcr)
    assert (full["synapse"], full["dimension"], len(full["exponents_per_s"])) == ("tcr", 42, 42), full
    assert len(exponents(tcr, "--as", "flow", "--method", "exponential_euler", "--exponents", 3)["exponents_per_s"]) == 3
    alone = exponents(tcr, "--synapse", "none")
    assert (alone["synapse"], alone["dimension"]) == ("none", 6)
    assert alone["exponents_per_s"] == exponents(example_network(tmp / "plain.h5"))["exponents_per_s"]
    assert "joint state of network and synapses, 18 entries" in ok("analyze", "lyapunov", with_synapse("tm", 6, kind="tsodyks_markram"), "--duration-ms", 2000)
    large = with_synapse("large", 40, kind="tcr")
    refused("analyze", "lyapunov", large, names=["--exponents = 0", "1 to 1000", "1640"])
    refused("analyze", "lyapunov", large, "--exponents", 1641, names=["--exponents = 1641", "1640"])
    assert len(exponents(large, "--exponents", 2)["exponents_per_s"]) == 2
    refused("analyze", "lyapunov", tcr, "--synapse", "tcr", names=["--synapse = tcr", "trained or none"])
    refused("analyze", "lyapunov", with_synapse("yoked", 6, kind="tcr", current="yoked"), names=["synapse.current = yoked", "--synapse none"])
    refused("analyze", "lyapunov", with_synapse("permuted", 6, kind="tcr", postsynaptic="permuted"), names=["synapse.postsynaptic = permuted"])
    refused("analyze", "lyapunov", with_synapse("odd", 6, kind="tcr", beta="-1"), names=["synapse.beta = -1"])


def test_memories_of_a_run(tmp):
    """Every task that asks for memory is looked at where its memory ends; those that do not are refused in one line."""
    def trained(task, *more, arm="none"):
        study = write(tmp / "memory.ini", SMALL.replace("seeds = 3", "seeds = 1").replace("study.arm = none tcr", f"study.arm = {arm}"))
        out = tmp / f"{task}-{arm}-{len(more)}"
        ok("run", study, "--out", out, "--set", f"task.name={task}", *(word for option in more for word in ("--set", option)))
        return next((out / "runs").glob("*.h5"))

    brief = "--trials", 8, "--hold-ms", 200, "--settle-ms", 2000
    until = {"evidence_accumulation": "answer", "delayed_cue_discrimination": "answer", "working_memory_n": "answer",
             "interval_timing": "answer", "context_integration": "answer", "delayed_match_to_sample": "test", "flip_flop": "end"}
    count = {"working_memory_n": 4, "context_integration": 4, "flip_flop": 8}
    for task, end in until.items():
        found = json.loads(ok("analyze", "memories", trained(task), *brief, "--json", "-"))
        number = count.get(task, 2)
        assert (found["kind"], found["task"], found["until"], found["synapse"]) == ("memories", task, end, "none"), found
        assert [memory["memory"] for memory in found["memories"]] == list(range(number)), found["memories"]
        assert len(found["pairs"]) == number * (number - 1) // 2 and len(found["of_trial"]) == 8 * number
        for memory in found["memories"]:
            assert memory["trials"] == 8 and memory["verdict"] in ("own", "undecided", "shared", "none", "unsettled"), memory
            low, high = memory["share"]["interval"]
            assert low <= memory["share"]["value"] <= high and (memory["verdict"] == "shared") == (memory["shared_with"] != []), memory
        assert max(found["of_trial"]) == len(found["attractors"]) - 1
    sine = trained("sine_generation", "task.cue=onset", "task.frequencies_hz=2 4")
    assert json.loads(ok("analyze", "memories", sine, *brief, "--json", "-"))["until"] == "end"

    run = trained("evidence_accumulation", arm="tcr")
    text = ok("analyze", "memories", run, *brief, "--json", tmp / "a.json")
    assert "attractor of their own" in text and "d' smallest" in text and "synapse tcr" in text, text
    assert ok("analyze", "memories", run, *brief, "--json", "-") == (tmp / "a.json").read_text()
    # While a memory is unsettled, no other has an attractor of its own, and the reader is told.
    for path in run, trained("evidence_accumulation"):
        for settle in 200, 2000, 20000:
            told = ok("analyze", "memories", path, *brief[:4], "--settle-ms", settle, "--json", tmp / "b.json")
            verdicts = [memory["verdict"] for memory in json.loads((tmp / "b.json").read_text())["memories"]]
            assert ("--settle-ms" in told) == ("unsettled" in verdicts) and not {"own", "unsettled"} <= set(verdicts), told
            assert ("undecided while" in told) == ("undecided" in verdicts), told
    with_synapse, alone = (json.loads(ok("analyze", "memories", run, *brief, "--synapse", which, "--json", "-")) for which in ("trained", "none"))
    assert with_synapse == json.loads((tmp / "a.json").read_text()) and with_synapse["pairs"] != alone["pairs"]
    noisy = json.loads(ok("analyze", "memories", run, *brief, "--noise", 0.2, "--json", "-"))
    assert noisy["noise"]["activity"] == 0.2 and noisy["pairs"] != with_synapse["pairs"]
    early = json.loads(ok("analyze", "memories", run, *brief, "--group", "initial/network", "--json", "-"))
    assert early["pairs"] != with_synapse["pairs"]

    for task in "delayed_addition", "fast_tracking", "sine_generation":
        refused("analyze", "memories", trained(task), names=[f"task.name = {task}", "nothing to tell apart" if task != "sine_generation" else "nothing is remembered"])
    refused("analyze", "memories", trained("evidence_accumulation", arm="tcr_yoked"), names=["synapse.current = yoked", "--synapse none"])
    refused("analyze", "memories", example_network(tmp / "network.h5"), names=["network.h5: is not a run file: one is needed here, as `stillpoint run` writes it\n"])
    refused("analyze", "memories", tmp, names=["is a directory, not an HDF5 file\n"])
    for abbreviated in "--trial", "--settle", "--seeds":
        refused("analyze", "memories", run, abbreviated, 8, names=[f"unrecognised option '{abbreviated}'"])
    for option, value in ("--trials", 7), ("--hold-ms", 0), ("--settle-ms", 10), ("--noise", -1), ("--synapse", "tcr"), ("--seed", -1):
        refused("analyze", "memories", run, f"{option}={value}", names=[f"{option} = {value}"])
    refused("analyze", "memories", run, "--input", "1,2,3", names=["--input = 3 values"])


def test_restructuring_events_of_a_study(tmp):
    study = write(tmp / "gr.ini", """
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
""")
    ok("run", study, "--out", tmp / "out", "--quiet")
    text = ok("analyze", "restructuring", tmp / "out", "--quiet", "--rate", 0.25, "--json", tmp / "a.json", "--plot", tmp / "a.svg")
    found = json.loads((tmp / "a.json").read_text())
    assert found["kind"] == "restructuring" and len(found["descriptors"]) == 8
    (condition,) = found["conditions"]
    assert condition["varied"] == {"control.targets": "own"} and condition["runs"] == 3
    assert condition["random_walks"]["paths"] == 3 and condition["shuffled_targets"]["paths"] == 3
    assert condition["abrupt"] + condition["gradual"] + condition["no_drop"] + condition["not_measured"] == 3
    assert [run["seed"] for run in condition["each"]] == [1, 2, 3]
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
    # At 5 % three runs with shuffled targets are too few, and walks are added.
    ok("analyze", "restructuring", tmp / "out", "--quiet", "--json", tmp / "b.json")
    (condition,) = json.loads((tmp / "b.json").read_text())["conditions"]
    assert condition["random_walks"]["paths"] == 21 and condition["shuffled_targets"] is None
    assert "3 of 19 runs with shuffled targets needed" in condition["note"]

    ok("run", study, "--out", tmp / "none", "--quiet", "--set", "training.checkpoints=none", "--set", "training.updates=4")
    refused("analyze", "restructuring", tmp / "none", names=["fewer than 4 checkpoints", "training.checkpoints"])
    ok("run", study, "--out", tmp / "shuffled", "--quiet", "--set", "control.targets=shuffled", "--set", "training.updates=4")
    refused("analyze", "restructuring", tmp / "shuffled", names=["control.targets = own"])
    refused("analyze", "restructuring", tmp, names=["holds no study"])
    refused("analyze", "restructuring", tmp / "out", "--trials", 3, names=["--trials = 3"])
    ok("analyze", "restructuring", tmp / "out", "--quiet", "--rate", 0.25, "--descriptors", "exponent,field", "--json", tmp / "c.json")
    found = json.loads((tmp / "c.json").read_text())
    assert found["descriptors"] == ["exponent", "field"]
    carried = {name for run in found["conditions"][0]["each"] for event in run["events"] for name in event["descriptors"]}
    assert carried <= {"exponent", "field"}
    refused("analyze", "restructuring", tmp / "out", "--descriptors", "fields", names=["--descriptors = fields", "field"])
    refused("analyze", "restructuring", tmp / "out", "--jobs=-1", names=["--jobs = -1"])
    refused("analyze", "restructuring", tmp / "out", "--walks", 0, names=["--walks = 0"])
    refused("analyze", "restructuring", tmp / "out", "--rate", 1, names=["--rate = 1"])
    refused("analyze", "restructuring", tmp / "out", "--plot", tmp / "a.png", names=["--plot", ".svg"])


def test_help_shows_an_example_for_every_command(tmp):
    for command in "run", "summary", "compare", "figure", "simulate", "check-gradients", "task", "list":
        text = ok(command, "--help")
        assert "example:" in text and f"stillpoint {command}" in text, text
    for what in "networks", "rules", "tasks", "synapses", "integrators", "arms":
        assert ok("list", what)
        items = json.loads(ok("list", what, "--json"))
        assert items and all(item["help"] for item in items)


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_") and (len(sys.argv) < 4 or name in sys.argv[3:])]
    failed = 0
    for name, test in tests:
        folder = Path(tempfile.mkdtemp(prefix="stillpoint-"))
        start = time.monotonic()
        try:
            test(folder)
            print(f"ok      {name} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception as problem:  # every failure is shown and counted
            failed += 1
            print(f"FAILED  {name}: {type(problem).__name__}: {problem}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
