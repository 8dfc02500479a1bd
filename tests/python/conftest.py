"""The module as it is installed (scripts/test), against the program that came with it.

usage: build/python/bin/python -m pytest tests/python/SUBJECT.py
"""
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest

import stillpoint as sp

matplotlib.use("Agg")
PROGRAM = Path(sys.executable).with_name("stillpoint")


@pytest.fixture
def program():
    """Runs the program; it must succeed."""

    def run(*words):
        done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def analysed(program, tmp_path):
    """The program's JSON of an analysis of a network."""

    def run(kind, net, *words):
        net.save(tmp_path / "network.h5", overwrite=True)
        program("analyze", kind, tmp_path / "network.h5", *words, "--json", tmp_path / "found.json")
        return json.loads((tmp_path / "found.json").read_text())

    return run


@pytest.fixture
def bistable():
    """Two inputs, one output, two memories."""
    rng = np.random.default_rng(4)
    N = 24
    W = 1.4 * rng.normal(size=(N, N)) / np.sqrt(N)
    m = rng.normal(size=N)
    W += 2 * np.outer(m, m) / N
    return sp.Network(W, rng.normal(size=(N, 2)), W_out=rng.normal(size=(1, N)) / np.sqrt(N), tau_ms=rng.uniform(20, 60, N))


# For a process of its own: says so once it is inside of a call of the compiled part that looks for signals. Of two signals in a row
# that find the same frame at the same instruction the call began before the first.
SAYS_INSIDE = """
import signal, time
from pathlib import Path
def look(number, frame, last=[None]):
    at = frame, frame.f_lasti, Path(frame.f_code.co_filename).parent.name
    if at == last[0] and at[2] == "stillpoint" and time.process_time() > {after}:
        signal.setitimer(signal.ITIMER_REAL, 0)
        print("inside", flush=True)
    last[0] = at
signal.signal(signal.SIGALRM, look)
signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
"""


@pytest.fixture
def interrupted():
    """Runs code whose last call would last for hours, sends a signal to it once it says that it is inside, and gives back what it then
    said. That it ends at once is held against the work that led there, for a slow or busy machine is no fault of the call."""

    def run(code, number=signal.SIGINT, says_so_itself=False, after=0):
        own = "" if says_so_itself else SAYS_INSIDE.format(after=after)
        child = subprocess.Popen([sys.executable, "-c", own + code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        before_all = processor_time_of_children()
        try:
            assert child.stdout.readline() == "inside\n", f"it was not long: {child.communicate()}"
            before = processor_time(child.pid)
            child.send_signal(number)
            _, said = child.communicate(timeout=300)
        finally:
            child.kill()
            child.wait()
        afterwards = processor_time_of_children() - before_all - before
        assert afterwards < 3 * before, (afterwards, before, said[-500:])
        return said

    return run


def processor_time(pid):
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def processor_time_of_children():
    """[s], of those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
