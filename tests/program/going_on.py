#!/usr/bin/env python3
"""Runs that are stopped go on where they were kept, and finished ones go on to a larger budget: to the same bytes."""
import contextlib
import random
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy as np

from support import all_contents, given, main, ok, refused, runs, settings, write

# Long enough to be met in the middle, and of every kind of arm, rule and schedule that remembers something.
LONG = """
[study]
name = long
seeds = 2
[grid]
study.arm = none tcr tcr_yoked tcr_local
rule.name = e_prop reward_hebbian
[network]
size = 60
gain = 2
[integration]
dt_ms = 10
[schedule]
shape = controlled
[training]
updates = 150
batch = 8
checkpoints = every 40
"""


def begun(study, out, *words):
    return subprocess.Popen([given.program, "run", study, "--out", out, "--jobs", "2", "--quiet", *words],
                            stderr=subprocess.PIPE, text=True)


def unfinished(out):
    return sorted((out / "runs").glob("*.unfinished"))


def left_behind(out):
    return [path.name for path in (out / "runs").iterdir() if path.suffix != ".h5"]


def interrupted(study, out, rng, whole, stop):
    """Stopped again and again until it is finished; how often a run was found half done."""
    found = 0
    for attempt in range(200):
        process = begun(study, out)
        while process.poll() is None and not list(out.glob("runs/*.claim-*")):
            time.sleep(0.001)
        time.sleep(rng.uniform(0.05, 0.15) * whole)
        if process.poll() is None:
            stop(process)
        error = process.communicate()[1]
        if process.returncode == 0:
            return found
        assert "Traceback" not in error and "terminate" not in error, error
        found += len(unfinished(out))
    raise AssertionError("it did not come to an end")


def test_stopped_runs_go_on_to_the_same_bytes(tmp):
    study, rng = write(tmp / "s.ini", LONG), random.Random(1)
    start = time.monotonic()
    ok("run", study, "--out", tmp / "whole", "--jobs", 2, "--quiet")
    whole = time.monotonic() - start
    expected = all_contents(tmp / "whole")

    def stop(process):
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
        assert code in (128 + signal.SIGTERM, 0), code  # 0: the signal came when all was done
    kept = interrupted(study, tmp / "stopped", rng, whole, stop)
    assert kept > 3, f"only {kept} runs were stopped in the middle"
    assert all_contents(tmp / "stopped") == expected
    assert left_behind(tmp / "stopped") == []

    def keep_and_kill(process):
        def stamps():
            found = {}
            for path in unfinished(tmp / "killed"):
                with contextlib.suppress(FileNotFoundError):  # its run was finished just now
                    found[path] = path.stat().st_mtime_ns
            return found
        before = stamps()
        while process.poll() is None and stamps() == before:  # asked again: a run that is not yet begun keeps nothing
            process.send_signal(signal.SIGUSR1)
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    rng = random.Random(2)
    kept = interrupted(study, tmp / "killed", rng, whole, keep_and_kill)
    assert kept > 3, f"only {kept} runs were kept before they were killed"
    assert all_contents(tmp / "killed") == expected
    assert left_behind(tmp / "killed") == [], left_behind(tmp / "killed")


def test_a_study_that_is_stopped_says_so_in_one_line(tmp):
    study = write(tmp / "s.ini", LONG.replace("updates = 150", "updates = 100000"))
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU:
        process = begun(study, tmp / "out")
        while len(list((tmp / "out").glob("runs/*.claim-*"))) < 2 and process.poll() is None:
            time.sleep(0.01)
        while len(unfinished(tmp / "out")) < 2 and process.poll() is None:  # a run that is not yet begun keeps nothing
            process.send_signal(signal.SIGUSR1)
            time.sleep(0.02)
        process.send_signal(number)
        error = process.communicate(timeout=300)[1]
        assert process.returncode == 128 + number
        assert error.count("\n") == 1 and f"signal {int(number)}" in error and "same command" in error, error
    assert len(unfinished(tmp / "out")) == 2
    kept = unfinished(tmp / "out")[0]
    for words in ("analyze", "fixed-points", kept), ("analyze", "phases", kept), ("simulate", kept, "--out", tmp / "x.h5"):
        refused(*words, names=["has not finished"])


def short(updates, *more):
    return settings("study.arm=none tcr", "rule.name=bptt", "study.seeds=1", f"training.updates={updates}", "schedule.shape=constant",
                    "synapse.beta=20",
                    *more)


def test_finished_runs_go_on_to_a_larger_budget(tmp):
    study = write(tmp / "s.ini", LONG)
    ok("run", study, "--out", tmp / "whole", "--quiet", *short(60))
    ok("run", study, "--out", tmp / "grown", "--quiet", *short(25))
    ok("run", study, "--out", tmp / "grown", "--quiet", *short(60))
    assert all_contents(tmp / "grown") == all_contents(tmp / "whole")
    refused("run", study, "--out", tmp / "grown", "--quiet", *short(50), names=["training.updates", "50", "60", "--out"])
    before = all_contents(tmp / "grown")
    ok("run", study, "--out", tmp / "grown", "--quiet", *short(60))
    assert all_contents(tmp / "grown") == before
    # What was kept of a finished run, whose process died before it was removed, goes; what was kept of a larger budget stays.
    longer = runs(tmp / "grown")[0]
    kept = longer.with_suffix(".unfinished")
    shutil.copy(longer, kept)
    ok("run", study, "--out", tmp / "grown", "--quiet", *short(60))
    assert left_behind(tmp / "grown") == [] and all_contents(tmp / "grown") == before
    ok("run", study, "--out", tmp / "small", "--quiet", *short(25))
    shutil.copy(longer, tmp / "small" / "runs" / kept.name)
    ok("run", study, "--out", tmp / "small", "--quiet", *short(25))
    assert left_behind(tmp / "small") == [kept.name]


def test_a_larger_budget_is_refused_where_the_end_matters(tmp):
    study = write(tmp / "s.ini", LONG)
    for name, entry in ("schedule.until", "schedule.shape=linear"), ("training.stop_at_criterion", "training.stop_at_criterion=true"):
        out = tmp / name
        ok("run", study, "--out", out, "--quiet", *short(10, entry))
        before = all_contents(out)
        refused("run", study, "--out", out, "--quiet", *short(20, entry), names=[name, "10", "20", "--out"])
        assert all_contents(out) == before
    tuned = write(tmp / "t.ini", LONG + "[tune]\nrate = 1 2\nseeds = 1\n")
    ok("run", tuned, "--out", tmp / "tuned", "--quiet", *short(10))
    refused("run", tuned, "--out", tmp / "tuned", "--quiet", *short(20), names=["training.updates", "tune", "10", "20"])


def test_a_kept_run_of_another_program_or_study_is_refused(tmp):
    study = write(tmp / "s.ini", LONG)
    ok("run", study, "--out", tmp / "out", "--quiet", *short(10))
    finished = runs(tmp / "out")[0]
    kept = finished.with_suffix(".unfinished")
    changes = {"commit": lambda file: file["provenance"].attrs.modify("commit", np.bytes_("0123456789ab")),
               "network.gain": lambda file: file["options"].attrs.modify("network.gain", 3.0),
               "seed": lambda file: file.attrs.modify("seed", 77),
               "loss": lambda file: (file.__delitem__("curve/loss"), file["curve"].create_dataset("loss", data=np.zeros(3))),
               "W": lambda file: (file.__delitem__("final/network/W"), file["final/network"].create_dataset("W", data=np.zeros((2, 3)))),
               "state": lambda file: file.__delitem__("state"),
               "state is damaged": lambda file: (file.__delitem__("state"), file.create_dataset("state", data=np.zeros(7, dtype="u1")))}
    for name, change in changes.items():
        shutil.move(finished, kept)
        whole = kept.read_bytes()
        with h5py.File(kept, "a") as file:
            change(file)
        refused("run", study, "--out", tmp / "out", "--quiet", *short(20), names=[name, str(kept)])
        assert not finished.exists() and not list((tmp / "out/runs").glob("*claim*"))
        kept.write_bytes(whole)
        shutil.move(kept, finished)
    kept.write_bytes(finished.read_bytes()[:2000])
    finished.unlink()
    refused("run", study, "--out", tmp / "out", "--quiet", *short(20), names=["HDF5"])


def test_a_finished_run_of_an_earlier_program_is_kept_but_not_gone_on_with(tmp):
    study = write(tmp / "s.ini", LONG)
    ok("run", study, "--out", tmp / "out", "--quiet", *short(10))
    with h5py.File(runs(tmp / "out")[0], "a") as file:
        del file["state"]
    ok("run", study, "--out", tmp / "out", "--quiet", *short(10))
    refused("run", study, "--out", tmp / "out", "--quiet", *short(20), names=["no state", "--out"])


if __name__ == "__main__":
    sys.exit(main(globals()))
