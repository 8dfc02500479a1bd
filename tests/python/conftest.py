"""The module as it is installed (scripts/test), against the program that came with it.

usage: build/python/bin/python -m pytest tests/python/SUBJECT.py
"""
import json
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
