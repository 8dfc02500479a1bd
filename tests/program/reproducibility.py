#!/usr/bin/env python3
"""What a study gives again: for any number of jobs, after it was killed, for every condition of a seed."""
import os
import random
import signal
import subprocess
import sys
import time

import h5py
import numpy as np

from support import SMALL, all_contents, contents, given, main, ok, settings, small_run, write


def test_any_number_of_jobs_gives_the_same_bytes(tmp):
    study = write(tmp / "s.ini", SMALL)
    arms = "study.arm=none tcr tcr_permuted tcr_yoked matched_speed matched_chaos tsodyks_markram"
    for jobs in 1, 2, 4:
        ok("run", study, "--out", tmp / str(jobs), "--jobs", jobs, "--quiet", *settings(arms, "noise.activity=0.05"))
    one, two, four = (all_contents(tmp / str(jobs)) for jobs in (1, 2, 4))
    assert len(one) == 21 and one == two and one == four


def test_any_number_of_threads_within_a_run_gives_the_same_bytes(tmp):
    study, processors = write(tmp / "s.ini", SMALL), len(os.sched_getaffinity(0))
    large = settings("network.size=512", "training.batch=64", "training.updates=2", "study.seeds=1")
    for threads in 0, 1, processors:
        ok("run", study, "--out", tmp / str(threads), "--threads-per-run", threads, "--quiet", *large)
    alone = all_contents(tmp / "1")
    assert len(alone) == 2 and all(all_contents(tmp / str(threads)) == alone for threads in (0, processors))


def test_seeds_differ_and_conditions_of_a_seed_share_weights(tmp):
    files = [small_run("none", gain, seed=seed) for gain in (1, 2) for seed in (1, 2, 3)]
    W = [h5py.File(path)["initial/network/W"][()] for path in files]
    for seed in range(3):
        np.testing.assert_allclose(W[3 + seed], 2 * W[seed], rtol=1e-6)
    assert not np.allclose(W[0], W[1])
    curves = [h5py.File(path)["curve/loss"][()] for path in files]
    assert not np.allclose(curves[0], curves[1])


def test_a_killed_study_continues_to_the_same_bytes(tmp):
    study = write(tmp / "s.ini", SMALL.replace("updates = 12", "updates = 150"))
    start = time.monotonic()
    ok("run", study, "--out", tmp / "whole", "--jobs", 2, "--quiet")
    whole = time.monotonic() - start
    expected, rng = all_contents(tmp / "whole"), random.Random(3)

    def finished(out):
        return sorted((out / "runs").glob("*.h5"))  # none, when it was killed before its first

    def begun(out):
        return subprocess.Popen([given.program, "run", study, "--out", out, "--jobs", "2", "--quiet"])

    def killed(process, out):
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in finished(out):
            contents(path)  # whole, or absent

    left = []
    for attempt in range(3):
        out = tmp / f"killed{attempt}"
        for _ in range(2):
            process = begun(out)
            time.sleep(rng.uniform(0.02, 0.6 * whole))
            killed(process, out)
        # Once more, when at least one run is finished: only then can a finished run be redone.
        process, deadline = begun(out), time.monotonic() + 300
        while not finished(out) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        killed(process, out)
        before = {path: path.stat().st_mtime_ns for path in finished(out)}
        assert before, "no run was finished when the study was killed"
        left.append(len(expected) - len(before))
        ok("run", study, "--out", out, "--jobs", 2, "--quiet")
        assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items()), "a finished run was redone"
        assert all_contents(out) == expected
    assert any(left), "every run was finished when the study was killed: none was left to continue with"


if __name__ == "__main__":
    sys.exit(main(globals()))
