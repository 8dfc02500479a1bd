#!/usr/bin/env python3
"""Several processes on one directory: the work is divided, nothing is done twice, dead and paused owners are survived."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy as np

from support import SMALL, all_contents, given, main, ok, refused, runs, settings, stillpoint, write

STUDY = SMALL.replace("seeds = 3", "seeds = 6").replace("updates = 12", "updates = 300").replace("size = 20", "size = 50")


def begun(study, out, *words):
    return subprocess.Popen([given.program, "run", study, "--out", out, "--jobs", "1", *words], stderr=subprocess.PIPE, text=True)


def ended(process):
    error = process.communicate(timeout=300)[1]
    assert process.returncode == 0, error
    return error


def left_behind(out):
    return [path.name for path in out.rglob("*") if path.is_file() and path.suffix not in (".h5", ".json")]


def test_what_dead_processes_left_is_gone_when_the_study_is_finished(tmp):
    study, out = write(tmp / "s.ini", STUDY), tmp / "out"
    ok("run", study, "--out", out, "--quiet", "--jobs", 2)
    for path in out / "study.json", next((out / "planned").iterdir()):  # of a run its claim is left as well
        write(path.with_name(path.name + ".0123456789abcdef-0.partial"), "{")
    assert len(left_behind(out)) == 2
    ok("run", study, "--out", out, "--quiet", "--jobs", 2)
    assert left_behind(out) == []


def test_processes_divide_the_runs(tmp):
    study = write(tmp / "s.ini", STUDY)
    ok("run", study, "--out", tmp / "one", "--quiet", "--jobs", 2)
    for count in 2, 8:
        out = tmp / str(count)
        for process in [begun(study, out) for _ in range(count)]:
            ended(process)
        assert all_contents(out) == all_contents(tmp / "one"), count
        assert left_behind(out) == []


def test_a_run_is_trained_once(tmp):
    """Each process says how many runs it saw to an end, by itself or by others: the file's own stamp says when it was written."""
    study, out = write(tmp / "s.ini", STUDY), tmp / "out"
    processes = [begun(study, out, "--quiet") for _ in range(4)]
    stamps = {}
    while any(process.poll() is None for process in processes):
        for path in (out / "runs").glob("*.h5") if (out / "runs").exists() else []:
            stamps.setdefault(path.name, path.stat().st_mtime_ns)
        time.sleep(0.005)
    for process in processes:
        ended(process)
    assert {path.name: path.stat().st_mtime_ns for path in runs(out)} == stamps


def test_tuning_is_divided_as_well(tmp):
    study = write(tmp / "s.ini", STUDY.replace("seeds = 6", "seeds = 2").replace("updates = 300", "updates = 60") +
                  "[tune]\nrate = 0.5 1 2\nseeds = 2\n")
    ok("run", study, "--out", tmp / "one", "--quiet", "--jobs", 2)
    for process in [begun(study, tmp / "three", "--quiet") for _ in range(3)]:
        ended(process)
    assert all_contents(tmp / "three") == all_contents(tmp / "one")
    assert (tmp / "three/tuning.json").read_bytes() == (tmp / "one/tuning.json").read_bytes()
    assert left_behind(tmp / "three") == []


def test_a_process_that_dies_is_followed_at_once(tmp):
    study, out = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 3000")), tmp / "out"
    process = begun(study, out, "--quiet")
    while not list(out.glob("runs/*.claim-0")):
        time.sleep(0.01)
    process.kill()
    process.wait()
    start = time.monotonic()
    ok("run", study, "--out", out, "--quiet", *settings("training.updates=20"))
    assert time.monotonic() - start < 20, "it waited for a dead process"
    assert left_behind(out) == []


def test_a_claim_that_was_never_filled_is_followed_soon(tmp):
    study, out = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 20")), tmp / "out"
    ok("run", study, "--out", out, "--quiet")
    run = runs(out)[0]
    run.unlink()
    run.with_name(f"{run.name}.claim-0").touch()
    start = time.monotonic()
    ok("run", study, "--out", out, "--quiet")
    assert time.monotonic() - start < 20, "it waited for a process that had died before it wrote"
    assert run.exists() and left_behind(out) == []


def test_a_paused_owner_is_taken_over_and_does_no_harm(tmp):
    """An owner that does not move for half a minute loses its run; it wakes while the other works on it, or after."""
    study = write(tmp / "s.ini", STUDY.replace("seeds = 6", "seeds = 1").replace("updates = 300", "updates = 4000"))
    one = settings("study.arm=none")
    ok("run", study, "--out", tmp / "one", "--quiet", *one)
    out = tmp / "out"
    paused = begun(study, out, "--quiet", *one)
    while not any(claim.stat().st_size > 0 for claim in out.glob("runs/*.claim-0")):  # an empty one is waited for less
        time.sleep(0.005)
    paused.send_signal(signal.SIGSTOP)
    try:
        other = begun(study, out, *one)
        start = time.monotonic()
        while not list(out.glob("runs/*.claim-1")) and other.poll() is None:
            time.sleep(0.02)
        waited = time.monotonic() - start
        assert other.poll() is None and 29 < waited < 60, waited
    finally:
        paused.send_signal(signal.SIGCONT)
    assert "other processes work on the run that is left" in ended(other)
    ended(paused)
    assert all_contents(out) == all_contents(tmp / "one")
    assert left_behind(out) == []


def test_a_claim_of_an_unknown_owner_is_waited_for_while_it_moves(tmp):
    study, out = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 5")), tmp / "out"
    one = settings("study.arm=none", "study.seeds=1")
    ok("run", study, "--out", tmp / "one", "--quiet", *one)
    ok("run", study, "--out", out, "--quiet", *one)
    run = runs(out)[0]
    run.unlink()
    claim = write(run.with_name(run.name + ".claim-0"), "who knows\n")
    process = begun(study, out, *one)
    for i in range(34):
        write(claim, f"who knows {i}\n")
        time.sleep(1)
    assert process.poll() is None and not run.exists(), "the run was taken while its owner was at work"
    ended(process)
    assert all_contents(out) == all_contents(tmp / "one") and left_behind(out) == []


def test_a_directory_that_vanishes_is_one_line(tmp):
    study, out = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 1000000")), tmp / "out"
    process = begun(study, out, "--quiet")
    while not list(out.glob("runs/*.claim-0")):
        time.sleep(0.01)
    shutil.rmtree(out)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == 2 and error.count("\n") == 1 and "vanished" in error, (process.returncode, error)


def test_files_are_not_locked_for_others(tmp):
    """Reading takes no lock, which a shared file system may not have: a file that is locked by another is read."""
    import fcntl
    study = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 3"))
    ok("run", study, "--out", tmp / "out", "--quiet")
    with open(runs(tmp / "out")[0], "r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ok("summary", tmp / "out")


def test_whatever_changes_a_result_is_in_the_identity(tmp):
    study = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 3"))
    network = tmp / "start.h5"
    ok("run", study, "--out", tmp / "first", "--quiet", *settings("study.seeds=1"))
    shutil.copy(runs(tmp / "first")[0], network)
    started = write(tmp / "started.ini", STUDY.replace("updates = 300", "updates = 3").replace("gain = 2\n", ""))
    start = settings(f"network.start={network}", "study.seeds=1")
    ok("run", started, "--out", tmp / "out", "--quiet", *start)
    with h5py.File(network, "a") as file:
        file["final/network/W"][0, 0] += 1
    refused("run", started, "--out", tmp / "out", "--quiet", *start, names=["network.start", "--out"])

    # A default that another version of the program had.
    description = json.loads((tmp / "first/study.json").read_text())
    assert "optimizer.beta2 = 0.999\n" in description["identity"]
    description["identity"] = description["identity"].replace("optimizer.beta2 = 0.999\n", "optimizer.beta2 = 0.99\n")
    (tmp / "first/study.json").write_text(json.dumps(description))
    refused("run", study, "--out", tmp / "first", "--quiet", *settings("study.seeds=1"), names=["optimizer.beta2", "0.99", "0.999"])
    # The same value, written otherwise, is the same study.
    ok("run", study, "--out", tmp / "same", "--quiet", *settings("study.seeds=1", "network.gain=2"))
    ok("run", study, "--out", tmp / "same", "--quiet", *settings("study.seeds=1", "network.gain=2.0"))


def test_a_run_counts_where_its_name_says(tmp):
    study, out = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 3").replace("seeds = 6", "seeds = 2")), tmp / "out"
    ok("run", study, "--out", out, "--quiet")
    first, second, other = (out / "runs" / f"condition000{c}-seed00000{s}.h5" for c, s in ((0, 1), (0, 2), (1, 1)))
    whole = first.read_bytes()
    for wrong, name in (second, "seed"), (other, "study.arm"):
        first.write_bytes(wrong.read_bytes())
        for words in ("summary", out), ("compare", out), ("run", study, "--out", out):
            refused(*words, names=[name if words[0] == "run" or name != "seed" else "seed 2", "remove it"])
    first.write_bytes(whole)
    ok("summary", out)


def test_different_budgets_in_one_condition_are_said(tmp):
    study, out = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 3").replace("seeds = 6", "seeds = 2")), tmp / "out"
    ok("run", study, "--out", out, "--quiet")
    assert "budgets" not in stillpoint("summary", out).stderr
    ok("run", study, "--out", out, "--quiet", *settings("study.seeds=1", "training.updates=9"))
    for words in ("summary", out), ("compare", out), ("figure", out, "--out", tmp / "f.svg"):
        said = stillpoint(*words).stderr
        assert said.count("\n") == 1 and "1 of 3 updates, 1 of 9 updates" in said, said


def test_a_log_that_is_full_or_closed_stops_nothing(tmp):
    study = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 3").replace("seeds = 6", "seeds = 2"))
    for closed in "2>/dev/full", "2>&-":
        out = tmp / closed[-4:].strip("/&")
        done = subprocess.run(f'"{given.program}" run "{study}" --out "{out}" {closed}', shell=True)
        assert done.returncode == 0 and len(runs(out)) == 4
        assert subprocess.run(f'"{given.program}" run "{tmp}/no.ini" --out "{out}" {closed}', shell=True).returncode == 2


def test_runs_of_two_programs_are_said_in_every_summary(tmp):
    study, out = write(tmp / "s.ini", STUDY.replace("updates = 300", "updates = 3")), tmp / "out"
    ok("run", study, "--out", out, "--quiet")
    assert "programs" not in ok("summary", out)
    with h5py.File(runs(out)[0], "a") as file:
        file["provenance"].attrs.modify("commit", np.bytes_("0123456789ab"))
    for words in ("summary", out), ("compare", out), ("figure", out, "--out", tmp / "f.svg"), ("run", study, "--out", out):
        done = stillpoint(*words)
        assert done.returncode == 0, done.stderr
        assert "2 programs" in done.stderr and "0123456789ab" in done.stderr, (words, done.stderr)
    both = [row for row in json.loads(ok("summary", out, "--format", "json")) if len(row["programs"]) > 1]
    assert len(both) == 1 and any("0123456789ab" in program for program in both[0]["programs"])


if __name__ == "__main__":
    sys.exit(main(globals()))
