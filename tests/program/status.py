#!/usr/bin/env python3
"""How far a study is: what is finished, running (where, since when), failed and left, on every directory that `run` made."""
import json
import os
import signal
import subprocess
import sys
import time

import h5py
import numpy as np

from support import SMALL as FAST, given, main, ok, refused, runs, settings, stillpoint, write

SMALL = FAST + "[synapse]\nbeta = 20\n"
COUNTS = "finished", "running", "failed", "left"


def status(out):
    return json.loads(ok("status", out, "--format", "json"))


def counts(found):
    return tuple(found[name] for name in COUNTS)


def begun(study, out, *words):
    return subprocess.Popen([given.program, "run", study, "--out", out, "--quiet", *map(str, words)])


def wait_until(what, seconds=60):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)
    return found


def test_a_study_before_while_and_after_it_runs(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("study.seeds=1"))
    assert counts(status(out)) == (2, 0, 0, 0) and status(out)["seconds_left"] == 0
    before = int(time.time())
    child = begun(study, out, "--jobs", 2, *settings("study.seeds=3", "training.updates=1000000", "study.first_seed=5"))
    found = wait_until(lambda: (found := status(out))["running"] == 2 and found)
    assert counts(found) == (2, 2, 0, 4) and found["planned"] == 8, found
    for run in found["running_runs"]:
        assert run["host"] == os.uname().nodename and run["process"] == str(child.pid) and run["run"].endswith("seed000005"), run
        since = int(subprocess.run(["date", "-d", run["since"], "+%s"], capture_output=True, text=True).stdout)
        assert before <= since <= time.time(), run
    assert found["seconds_left"] >= 0 and found["seconds_left_one_at_a_time"] > 0, found
    table = ok("status", out)
    assert f"{os.uname().nodename}" in table and f"{child.pid}" in table and "at a time" in table, table
    child.send_signal(signal.SIGTERM)
    child.wait()
    found = status(out)
    assert counts(found) == (2, 0, 0, 6) and found["seconds_left"] is None and found["kept"] <= 2, found
    assert "nobody works on it" in ok("status", out)
    child = begun(study, out, *settings("study.seeds=3", "training.updates=1000000", "study.first_seed=5"))
    wait_until(lambda: status(out)["running"] > 0)
    child.kill()
    child.wait()
    assert counts(status(out)) == (2, 0, 0, 6), "a process that is dead does not run"


def test_the_time_left_is_by_what_runs_took(tmp):
    """Runs whose times are known, set by hand: 10 s each of one condition, 30 s of the other."""
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("study.seeds=2"))
    for path in runs(out):
        seconds = 30 if "condition0001" in path.name else 10
        with h5py.File(path, "a") as file:
            file["provenance"].attrs["wall_seconds"] = seconds
            file["provenance"].attrs["seconds_per_update"] = 0.5 * seconds / 12
    assert status(out)["seconds_left"] == 0
    write(out / "planned/seeds000001-000010.json", json.dumps({"first_seed": 1, "seeds": 10}))
    found = status(out)
    assert found["seconds_left"] is None and abs(found["seconds_left_one_at_a_time"] - 8 * 40) < 1e-6, found
    # Two processes, one run each, half done: 15 s more of one, 5 s of the other; then the 16 - 2 that are left.
    boot = open("/proc/sys/kernel/random/boot_id").read().strip()
    for condition in 0, 1:
        claim = f"elsewhere-{boot} pid:[1] 77 5 token node{condition} {int(time.time()) - (5, 15)[condition]} {1:020}\n"
        write(out / f"runs/condition{condition:04d}-seed000003.h5.claim-0", claim)
    found = status(out)
    assert counts(found) == (4, 2, 0, 14) and {run["host"] for run in found["running_runs"]} == {"node0", "node1"}, found
    assert abs(found["seconds_left_one_at_a_time"] - (7 * 40 + 40)) < 3, found  # what is not kept may be begun again
    assert abs(found["seconds_left"] - (7 * 40 + 20) / 2) < 16, found
    for path in runs(out)[2:]:
        path.unlink()
    assert status(out)["seconds_left"] is None and "is not known" in ok("status", out), "nothing is known of one condition"


def test_a_run_that_cannot_be_gone_on_with_has_failed_until_it_is(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("study.seeds=1"))
    finished = runs(out)[0]
    kept = finished.with_suffix(".unfinished")
    finished.rename(kept)
    with h5py.File(kept, "a") as file:
        file["provenance"].attrs.modify("commit", np.bytes_("0123456789ab"))
    refused("run", study, "--out", out, "--quiet", names=["commit"])
    found = status(out)
    assert counts(found) == (5, 0, 1, 0) and found["failed_runs"][0]["run"] == finished.stem and "commit" in found["failed_runs"][0]["reason"], found
    assert finished.stem in ok("status", out)
    kept.unlink()
    ok("run", study, "--out", out, "--quiet")
    assert counts(status(out)) == (6, 0, 0, 0) and not finished.with_suffix(".failed").exists()


def test_finished_runs_whose_files_are_cut_short_are_named(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    ok("run", study, "--out", out, "--quiet", *settings("study.seeds=3"))
    assert status(out)["unreadable"] == 0 and "cannot be read" not in ok("status", out)
    paths = runs(out)
    for path, size in zip(paths, (0, 30, 1000, paths[3].stat().st_size - 1)):
        os.truncate(path, size)
    write(paths[4], "no run " * 1000)
    found, table = status(out), ok("status", out)
    assert counts(found) == (6, 0, 0, 0) and found["unreadable"] == 5, found
    assert found["unreadable_runs"] == [path.stem for path in paths[:5]], found
    said = f"5 of the finished cannot be read, cut short or no HDF5: {', '.join(path.name for path in paths[:3])} and 2 more; remove them and give"
    assert said in table, table
    for path in paths[:5]:
        path.unlink()
    ok("run", study, "--out", out, "--quiet", *settings("study.seeds=3"))
    assert counts(status(out)) == (6, 0, 0, 0) and status(out)["unreadable"] == 0


def test_tuning_is_told_for_itself(tmp):
    study, out = write(tmp / "s.ini", SMALL + "[tune]\nrate = 1 2\nseeds = 1\n"), tmp / "out"
    child = begun(study, out, "--jobs", 1, *settings("training.updates=1000000"))
    found = wait_until(lambda: out.joinpath("planned").exists() and (found := status(out))["tuning"] and found["tuning"]["running"] and found)
    assert counts(found["tuning"]) == (0, 1, 0, 3) and counts(found) == (0, 0, 0, 6) and found["seconds_left"] is None, found
    assert "4 tuning runs" in ok("status", out)
    child.kill()
    child.wait()
    ok("run", study, "--out", out, "--quiet")
    assert status(out)["tuning"] is None and counts(status(out)) == (6, 0, 0, 0)


def test_what_is_no_study_is_one_line(tmp):
    refused("status", tmp / "nowhere", names=["nowhere", "does not exist"])
    refused("status", tmp, names=["no study"])
    refused("status", names=["DIR"])
    ok("run", write(tmp / "s.ini", SMALL), "--out", tmp / "out", "--quiet")
    refused("status", tmp / "out", "--format", "csv", names=["--format csv", "json"])
    write(next((tmp / "out/planned").iterdir()), "{")
    refused("status", tmp / "out", names=["damaged"])


def test_a_process_that_leaves_takes_over_what_died_and_waits_for_nobody(tmp):
    study, out = write(tmp / "s.ini", SMALL), tmp / "out"
    other = begun(study, out, "--jobs", 1, *settings("study.arm=none", "training.updates=1000000"))
    wait_until(lambda: list(out.glob("runs/*.claim-0")))
    start = time.monotonic()
    done = stillpoint("run", study, "--out", out, "--leave", *settings("study.arm=none", "study.seeds=1", "training.updates=1000000"))
    assert done.returncode == 0 and "1 run is left to other processes" in done.stderr and 30 < time.monotonic() - start < 60, done.stderr
    assert status(out)["running"] == 1, "its claim is gone"
    other.kill()
    other.wait()
    ok("run", study, "--out", out, "--leave", "--quiet", *settings("study.arm=none", "study.seeds=1", "training.updates=20"))
    assert len(runs(out)) == 1 and status(out)["left"] == 2


if __name__ == "__main__":
    sys.exit(main(globals()))
