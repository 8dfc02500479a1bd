#!/usr/bin/env python3
"""Faults on purpose: a disk that is full at each call, a read-only one, clocks that jump, kills at random instants. Nothing
is lost, nothing is half, and going on ends with the same bytes.

scripts/check-full sets STILLPOINT_KILLS (how many; 20) and STILLPOINT_CALLS (which calls fail, every n-th; 4).
"""
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py

from support import SMALL, all_contents, faulty, given, main, ok, settings, small_run, stillpoint, write

KILLS = int(os.environ.get("STILLPOINT_KILLS", "20"))
CALLS = int(os.environ.get("STILLPOINT_CALLS", "4"))


def left_behind(out):
    return [path.name for path in out.rglob("*") if path.is_file() and path.suffix not in (".h5", ".json")]


def test_a_disk_that_is_full_at_any_call(tmp):
    study = write(tmp / "s.ini", SMALL.replace("seeds = 3", "seeds = 1") + "[tune]\nrate = 1 2\nseeds = 1\n")
    ok("run", study, "--out", tmp / "whole", "--quiet", "--jobs", 1)
    expected = all_contents(tmp / "whole")
    for kind in errno.ENOSPC, errno.EROFS, errno.EIO:
        lasting = kind != errno.EIO  # that one strikes once
        failed, call = 0, 1 - CALLS
        while True:
            call += CALLS
            out = tmp / "out"
            done = stillpoint("run", study, "--out", out, "--quiet", "--jobs", 1,
                              env=faulty(tmp, out, errno=kind, **{"from": call}, calls=1 << 30 if lasting else 1))
            assert done.returncode in (0, 2) and done.stderr.count("\n") <= 1, (call, done.returncode, done.stderr)
            assert (done.returncode == 2) == (str(out) in done.stderr), (call, done.returncode, done.stderr)
            failed += done.returncode == 2
            partial = [name for name in left_behind(out) if not ".claim-" in name] if out.exists() else []
            assert partial == [], (call, partial)
            finished = {path: path.stat().st_mtime_ns for path in out.rglob("*.h5")}
            for path in finished:
                h5py.File(path).close()
            ok("run", study, "--out", out, "--quiet", "--jobs", 1)
            assert all_contents(out) == expected, call
            assert all(path.stat().st_mtime_ns == stamp for path, stamp in finished.items()), "a finished run was redone"
            assert left_behind(out) == [], (call, left_behind(out))
            shutil.rmtree(out)
            if done.returncode == 0 and call > 5:
                break
        assert failed > 30 // CALLS, f"only {failed} calls failed"


def test_a_session_on_a_disk_that_is_full_at_any_call(tmp):
    """It is written as it is simulated: what is there of it then goes, what had its name before stays."""
    folder, words = tmp / "out", ("--experiments", "rest,trial", "--trials", 4, "--neurons", 20, "--quiet")
    folder.mkdir()
    out = folder / "s.nwb"
    ok("export-nwb", small_run("tcr", seed=3), out, *words)
    before, failed, call = out.read_bytes(), 0, 1 - CALLS
    while True:
        call += CALLS
        done = stillpoint("export-nwb", small_run("tcr", seed=3), out, *words,
                          env=faulty(tmp, folder, errno=errno.ENOSPC, **{"from": call}, calls=1 << 30))
        assert out.read_bytes() == before and [path.name for path in folder.iterdir()] == ["s.nwb"], call
        if done.returncode == 0:
            break
        failed += 1
        assert done.returncode == 2 and done.stderr == f"{out}: cannot be written: No space left on device\n", (call, done)
    assert failed > 30 // CALLS, f"only {failed} calls failed"


def test_what_cannot_be_kept_is_said_and_training_goes_on(tmp):
    """The state of a run is kept on SIGUSR1; where that fails, the run itself does not."""
    study = write(tmp / "s.ini", SMALL.replace("seeds = 3", "seeds = 1").replace("updates = 12", "updates = 3000"))
    one, out = settings("study.arm=none"), tmp / "out"
    ok("run", study, "--out", tmp / "whole", "--quiet", *one)
    ok("run", study, "--out", out, "--quiet", *one, *settings("training.updates=1"))
    # The claim is made and written: what comes next is what is kept.
    process = subprocess.Popen([given.program, "run", study, "--out", out, "--quiet", *one], stderr=subprocess.PIPE, text=True,
                               env=faulty(tmp, out, **{"from": 3}, calls=1))
    while not list(out.glob("runs/*.claim-*")):
        time.sleep(0.002)
    time.sleep(0.1)
    process.send_signal(signal.SIGUSR1)
    error = process.communicate(timeout=120)[1]
    assert process.returncode == 0 and error.count("\n") == 1 and "goes on" in error and "No space" in error, error
    assert all_contents(out) == all_contents(tmp / "whole")


def test_clocks_that_jump_change_nothing(tmp):
    study = write(tmp / "s.ini", SMALL.replace("updates = 12", "updates = 200"))
    ok("run", study, "--out", tmp / "whole", "--quiet")
    out = tmp / "out"
    processes = [subprocess.Popen([given.program, "run", study, "--out", out, "--quiet"], env=faulty(tmp, out, clock=True))
                 for _ in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    assert all_contents(out) == all_contents(tmp / "whole") and left_behind(out) == []
    with h5py.File(next(out.glob("runs/*.h5"))) as run:
        year = int(str(run["provenance"].attrs["finished"]).strip("b'")[:5].split("-")[0])
    assert abs(year - time.gmtime().tm_year) >= 1, "the clock did not jump"


def test_processes_killed_at_random_instants(tmp):
    """One to four processes work on a directory; every so often one is killed, stopped or paused, and another begins."""
    study = write(tmp / "s.ini", SMALL.replace("seeds = 3", "seeds = 4").replace("updates = 12", "updates = 250")
                  .replace("size = 20", "size = 40") + "[tune]\nrate = 1 2\nseeds = 1\n")
    start = time.monotonic()
    ok("run", study, "--out", tmp / "whole", "--jobs", 2, "--quiet")
    whole = time.monotonic() - start
    expected, rng = all_contents(tmp / "whole"), random.Random(7)
    kills, rounds, in_the_middle = 0, 0, 0
    while kills < KILLS:
        out, processes = tmp / f"round{rounds}", []
        rounds += 1
        first_kill = kills

        def begin():
            processes.append(subprocess.Popen([given.program, "run", study, "--out", out, "--jobs", "1", "--quiet"],
                                              stderr=subprocess.PIPE, text=True))
        for _ in range(rng.randint(1, 4)):
            begin()
        while kills < KILLS and kills - first_kill < 8:
            time.sleep(rng.uniform(0.01, 0.25) * whole)
            alive = [process for process in processes if process.poll() is None]
            if not alive:
                break
            victim, how = rng.choice(alive), rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
            victim.send_signal(signal.SIGUSR1 if rng.random() < 0.5 else 0)
            victim.send_signal(how)
            kills += 1
            in_the_middle += not all((out / "runs" / name).exists() for name in expected)
            if how == signal.SIGSTOP:
                time.sleep(0.2)
                victim.send_signal(signal.SIGCONT)
            else:
                begin()
            for path in out.glob("*/*.h5"):
                h5py.File(path).close()  # whole, or absent
        begin()
        for process in processes:
            error = process.communicate(timeout=300)[1]
            assert process.returncode in (0, -signal.SIGKILL, 128 + signal.SIGTERM, -signal.SIGUSR1, -signal.SIGTERM), error
        ok("run", study, "--out", out, "--quiet")
        assert all_contents(out) == expected
        assert (out / "tuning.json").read_bytes() == (tmp / "whole/tuning.json").read_bytes()
        assert left_behind(out) == [], left_behind(out)
        shutil.rmtree(out)
    assert in_the_middle > KILLS / 3, f"only {in_the_middle} of {kills} kills met a study that was not finished"
    print(f"        {kills} kills in {rounds} rounds, {in_the_middle} of them in the middle")


if __name__ == "__main__":
    sys.exit(main(globals()))
