#!/usr/bin/env python3
"""What files say of a network, its step and its task is used, unless the user says otherwise."""
import shutil
import sys

import h5py
import numpy as np

from support import SMALL, attributes, example_network, main, ok, refused, runs, settings, stillpoint, write

START = """
[study]
name = start
[network]
start = {}
[training]
updates = 2
batch = 4
"""


def trained(study, out, *entries):
    """The options of the one run of a study, and its initial network."""
    done = stillpoint("run", study, "--out", out, *settings(*entries))
    assert done.returncode == 0, done.stderr
    run, = runs(out)
    with h5py.File(run) as file:
        return attributes(file["options"]), {name: values[()] for name, values in file["initial/network"].items() if name != "synapse"}, done.stderr


def test_a_study_starts_from_what_the_file_says(tmp):
    def current(arrays, attributes):
        attributes["kind"] = np.bytes_("leaky_current")
        arrays["r0"] = np.full(6, 0.5, dtype="f4")
        arrays["dt_ms"] = np.float32(20)
        arrays["W_fb"] = np.ones((6, 1), dtype="f4")
    path = example_network(tmp / "start.h5", change=current)
    study = write(tmp / "s.ini", START.format(path) + "[rule]\nname = force\n")
    options, network, said = trained(study, tmp / "a")
    assert (options["network.kind"], options["network.size"], options["integration.dt_ms"]) == ("leaky_current", 6, 20)
    assert (options["network.initial_state"], options["network.feedback"]) == ("fixed", "uniform")
    assert (network["r0"] == 0.5).all() and network["dt_ms"] == 20 and "start.h5" not in said
    ok("simulate", runs(tmp / "a")[0], "--group", "initial/network", "--out", tmp / "a.h5", "--trials", 3, "--record", "state", "--quiet")
    with h5py.File(tmp / "a.h5") as file:
        assert (file["recording/state"][:, 0] == 0.5).all()
    # What is said otherwise is done, and said.
    options, network, said = trained(study, tmp / "b", "integration.dt_ms=10", "network.initial_state=random")
    assert options["integration.dt_ms"] == network["dt_ms"] == 10 and "r0" not in network
    lines = [line for line in said.splitlines() if "start.h5" in line]
    assert len(lines) == 2 and "20 ms" in lines[0] and "r0" in lines[1], said
    shutil.copy(path, tmp / "other.h5")
    said = stillpoint("run", study, "--out", tmp / "two", *settings("integration.dt_ms=10", f"grid.network.start={path} {tmp / 'other.h5'}")).stderr
    lines = [line for line in said.splitlines() if line.startswith("integration.dt_ms")]
    assert len(lines) == 2 and "20 ms" in lines[0] and lines[1] == "integration.dt_ms: likewise for 1 more of network.start", said
    for entry, value in ("network.kind=leaky_rate", "leaky_current"), ("network.size=7", "6"), ("network.feedback=none", "W_fb"):
        refused("run", study, "--out", tmp / "c", *settings(entry), names=[entry.replace("=", " = "), "start.h5", value])
    refused("run", study, "--out", tmp / "c", *settings("network.tau_ms=50"), names=["network.tau_ms = 50: has no effect: needs network.start = none, is"])
    def long_step(arrays, _): arrays["dt_ms"], arrays["tau_ms"] = np.float32(10), np.float32(8)
    other = write(tmp / "l.ini", START.format(example_network(tmp / "long.h5", change=long_step)))
    refused("run", other, "--out", tmp / "c", names=["long.h5: integration.dt_ms = 10: must be at most the membrane time constant"])
    assert not (tmp / "c").exists()
    # Gradients are checked on networks of the file's kind, which are drawn.
    assert "leaky_current" in ok("check-gradients", study, "--rule", "bptt", *settings("network.feedback=none", "rule.name=bptt"))
    # A finished run is read without the file that it began with.
    path.unlink()
    ok("analyze", "basins", runs(tmp / "a")[0], "--samples", 2, "--duration-ms", 100)
    ok("summary", tmp / "a")


def test_a_file_without_them_leaves_the_defaults(tmp):
    def flow(arrays, _): del arrays["dt_ms"]
    study = write(tmp / "s.ini", START.format(example_network(tmp / "start.h5", change=flow)))
    options, network, _ = trained(study, tmp / "a")
    assert options["integration.dt_ms"] == 5 and options["network.initial_state"] == "random" and options["network.feedback"] == "none"
    assert "r0" not in network


def test_a_run_is_simulated_with_its_own_task_and_method(tmp):
    study = write(tmp / "s.ini", SMALL.replace("[training]", "method = exponential_euler\n[task]\ndelay_ms = 150\ndifficulty = hard\n[noise]\nactivity = 0.1\n[training]"))
    ok("run", study, "--out", tmp / "out", "--quiet", *settings("study.arm=none", "study.seeds=1"))
    run, = runs(tmp / "out")
    with h5py.File(run) as file:
        of_run = attributes(file["options"])

    def simulated(*words):
        done = stillpoint("simulate", run, "--out", tmp / "o.h5", "--task", "evidence_accumulation", *words)
        assert done.returncode == 0, done.stderr
        with h5py.File(tmp / "o.h5") as file:
            return attributes(file["options"]), done.stderr
    options, said = simulated()
    names = [name for name in of_run if name.startswith("task.")]
    assert len(names) > 4 and of_run["task.delay_ms"] == 150
    for name in names:
        assert str(options[name]) == str(of_run[name]) or float(options[name]) == of_run[name], name
    assert options["integration.method"] == "exponential_euler" and float(options["noise.activity"]) == 0
    assert said.count("\n") == 1 and "noise.activity = 0.1" in said, said
    options, said = simulated("--method", "euler", *settings("task.delay_ms=200", "noise.activity=0.1"))
    assert options["integration.method"] == "euler" and options["task.delay_ms"] == "200" and said == ""
    easy, _ = simulated(*settings("task.difficulty=easy"))
    usual, _ = simulated(*settings("task.difficulty=paper"))
    assert easy != usual  # a preset given is over the run's values
    done = stillpoint("simulate", run, "--out", tmp / "o.h5", "--task", "delayed_addition", *settings("noise.activity=0.1"))
    assert "the run's task is evidence_accumulation" in done.stderr and "delayed_addition the defaults" in done.stderr, done


if __name__ == "__main__":
    sys.exit(main(globals()))
