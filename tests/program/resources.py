#!/usr/bin/env python3
"""What a study takes of the machine: processors, and memory that is told before anything runs."""
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from support import example_network, given, main, ok, refused, runs, settings, small_run, stillpoint, write

STUDY = "[study]\nname = resources\n[network]\ngain = 1\n[training]\nupdates = 2\n"


# Threads that a library starts on its own, and arenas of the allocator where two threads meet in it, take addresses at a time of their own.
ALONE = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


def limited(space):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (int(space), int(space)))


def space_of_program(tmp):
    """Bytes of addresses while a small run goes on; in much less the libraries do not start, and say so in their own ways."""
    words = ["run", write(tmp / "space.ini", STUDY), "--out", tmp / "space", "--jobs", 1, "--quiet", *settings("training.updates=1000000")]
    child = subprocess.Popen([str(given.program), *map(str, words)], env=ALONE)
    while not list((tmp / "space").glob("runs/*.claim-*")):
        time.sleep(0.01)
    while not list((tmp / "space").glob("runs/*.unfinished")):  # kept when it is asked to, once it has begun
        child.send_signal(signal.SIGUSR1)
        time.sleep(0.02)
    status = Path(f"/proc/{child.pid}/status").read_text()
    child.kill()
    child.wait()
    shutil.rmtree(tmp / "space")
    return int(re.search(r"VmPeak:\s+(\d+) kB", status)[1]) * 1024


def bytes_in(text, before):
    number, unit = re.search(rf"{before} about ([\d.]+) (MB|GB)", text).groups()
    return float(number) * {"MB": 1e6, "GB": 1e9}[unit]


def most_threads(*words):
    """Of the program, looked at again and again while it runs."""
    child = subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    most = looks = 0
    while child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/status") as status:
                text = status.read()
        except (FileNotFoundError, ProcessLookupError):
            break
        if "\nThreads:" in text and "taskset" not in text.splitlines()[0]:
            most = max(most, int(re.search(r"Threads:\s+(\d+)", text)[1]))
            looks += 1
        time.sleep(0.002)
    said = child.stderr.read()
    assert child.wait() == 0, said
    assert looks > 10, "it was over before it was looked at"
    return most


def test_a_simulation_that_does_not_fit_is_one_line(tmp):
    network = example_network(tmp / "n.h5", N=200)
    for words in (["--trials", 1000000000], ["--duration-ms", 1e9, "--trials", 1000],
                  ["--record", "synapse", "--synapse", "tcr", "--trials", 100, "--duration-ms", 100000]):
        refused("simulate", network, "--out", tmp / "x.h5", *words, names=["--trials", "of memory", "--every"])
        assert not (tmp / "x.h5").exists()


def test_processors_are_those_that_affinity_leaves(tmp):
    study = write(tmp / "s.ini", STUDY)
    processor = min(os.sched_getaffinity(0))
    words = [given.program, "run", study, "--quiet", *settings("study.seeds=6", "training.updates=40")]
    # One more renews the claims of the runs.
    assert most_threads("taskset", "-c", processor, *words, "--out", tmp / "one") == 1 + 1
    assert most_threads("taskset", "-c", processor, *words, "--out", tmp / "two", "--jobs", 2) > 1 + 1  # given, it is obeyed


def test_a_large_run_takes_the_processors_that_no_other_takes(tmp):
    study = write(tmp / "s.ini", STUDY)
    two = sorted(os.sched_getaffinity(0))[:2]
    if len(two) < 2:
        return  # nothing is free
    words = ["env", "OPENBLAS_NUM_THREADS=1", "taskset", "-c", ",".join(map(str, two)), given.program, "run", study, "--quiet", *settings("study.seeds=1")]
    large = settings("network.size=512", "training.batch=64")
    assert most_threads(*words, *large, "--out", tmp / "alone", "--threads-per-run", 1) == 1 + 1
    assert most_threads(*words, *large, "--out", tmp / "shared") == 2 + 1
    assert most_threads(*words, *settings("network.size=100", "training.updates=200"), "--out", tmp / "small") == 1 + 1


def test_a_run_that_does_not_fit_is_one_line_and_nothing_is_written(tmp):
    study, space = write(tmp / "s.ini", STUDY), space_of_program(tmp) + 600e6
    for sets, names in [
        (["training.batch=1000000"], ["training.batch = 1000000", "would fit"]),
        (["network.size=100000"], ["network.size = 100000", "would fit"]),
        (["training.checkpoints=every 1", "training.updates=1000000"], ["training.checkpoints = every 1", "would fit"]),
        (["grid.training.batch=8 1000000", "study.inapplicable=skip"], ["training.batch = 1000000"]),  # of this machine, not of the study
        (["tune.training.batch=8 1000000"], ["training.batch = 1000000"]),
    ]:
        refused("run", study, "--out", tmp / "out", *settings(*sets), names=["of memory", *names], preexec_fn=limited(space), env=ALONE)
        assert not (tmp / "out").exists()

    # What is said to fit does.
    said = stillpoint("run", study, "--out", tmp / "out", *settings("training.batch=1000000"), preexec_fn=limited(space), env=ALONE).stderr
    fits = re.search(r"; (\d+) would fit", said)[1]
    assert int(fits) > 100, said
    done = stillpoint("run", study, "--out", tmp / "out", "--quiet", "--jobs", 1, *settings(f"training.batch={fits}"), preexec_fn=limited(space), env=ALONE)
    assert done.returncode == 0 and len(runs(tmp / "out")) == 1, done.stderr


def test_as_many_runs_at_a_time_as_fit_together(tmp):
    study, space = write(tmp / "s.ini", STUDY + "batch = 800\n"), space_of_program(tmp) + 700e6
    words = ["--quiet", "--jobs", 8, *settings("study.seeds=6")]
    done = stillpoint("run", study, "--out", tmp / "out", *words, preexec_fn=limited(space), env=ALONE)
    assert done.returncode == 0 and len(runs(tmp / "out")) == 6, done.stderr
    found = re.fullmatch(r"(\d) runs? at a time instead of 6: each needs about (\d+) MB of (\d+) MB\n", done.stderr)
    assert found, done.stderr
    together, needed, available = map(int, found.groups())
    assert 1 <= together < 6 and together * needed <= available, found[0]  # threads take addresses as well
    shutil.rmtree(tmp / "out")
    done = stillpoint("run", study, "--out", tmp / "out", *words)
    assert done.returncode == 0 and done.stderr == "", done.stderr  # where there is enough nothing is said


def test_memory_is_estimated_as_runs_take_it(tmp):
    study, space = write(tmp / "s.ini", STUDY), space_of_program(tmp)
    for name, sets in {
        "trials": ["training.batch=1500", "rule.name=bptt"],
        "synapse": ["training.batch=800", "rule.name=e_prop", "synapse.kind=tcr", "synapse.form=dense", "integration.dt_ms=20"],
        "weights": ["network.size=2000", "integration.dt_ms=20", "task.slots=1"],
    }.items():
        words = ["run", study, "--quiet", "--jobs", "1", *settings(*sets)]
        estimate = bytes_in(stillpoint(*words, "--out", tmp / "refused", preexec_fn=limited(space), env=ALONE).stderr, "a run needs")
        child = subprocess.Popen([str(given.program), *map(str, words), "--out", str(tmp / name)])
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0, sets
        ratio = usage.ru_maxrss * 1024 / estimate
        # A run that takes more than was said is killed where it was let in: a tenth for what the allocator wastes. Half is
        # what an estimate may lose on a run by counting together what is not there at the same time.
        assert 0.5 < ratio < 1.1, (name, estimate, ratio)


def test_what_an_analysis_has_no_memory_for_is_named_as_it_was_asked_for(tmp):
    for starts in 10**9, 10**14:
        refused("analyze", "fixed-points", small_run("none"), "--starts", starts, names=["out of memory", f"--starts {starts}"],
                preexec_fn=limited(space_of_program(tmp) + 1e9), env=ALONE)


if __name__ == "__main__":
    sys.exit(main(globals()))
