"""What the tests of the program share: running it, reading what it wrote with h5py alone, networks and trials as other
programs would write them, and one small study that most of them look at.

Every other file here but small_study.py is a subject; a test of it is a function test_..(tmp), given an empty directory:

usage: SUBJECT.py PROGRAM [--study DIR] [NAME ...]

DIR holds the small study, as small_study.py makes it and as every subject leaves it; without --study the subject runs it
for itself. NAMEs choose tests.
"""
import argparse
import os
import re
import shutil
import subprocess
import tempfile
import time
import traceback
from pathlib import Path

import h5py
import numpy as np

SOURCE = Path(__file__).resolve().parents[2]
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

# As SMALL, with two gains and two rules, and with a criterion that some of its runs reach and others do not.
SMALL_STUDY = """
[study]
name = small
seeds = 3
[grid]
study.arm = none tcr
network.gain = 1 2
rule.name = bptt e_prop
[network]
size = 20
[integration]
dt_ms = 10
[training]
updates = 12
batch = 4
criterion = 0.4
checkpoints = 0 5
"""


class given:
    """What main() was told: the program, and the directory of the small study once there is one."""
    program = None
    study = None


# --- running the program ---------------------------------------------------------------------------------------------

def stillpoint(*words, **options):
    return subprocess.run([str(given.program), *map(str, words)], capture_output=True, text=True, timeout=600, **options)


def ok(*words):
    done = stillpoint(*words)
    assert done.returncode == 0, f"{words}: exit {done.returncode}: {done.stderr}"
    return done.stdout


def faulty(tmp, under, **faults):
    """The environment of a process on a faulty system (faulty_system.c)."""
    library = tmp / "faulty.so"
    if not library.exists():
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("faulty_system.c"), "-ldl"],
                       check=True)
    return {**os.environ, "LD_PRELOAD": str(library), "ASAN_OPTIONS": "verify_asan_link_order=0", "FAULTY_UNDER": str(under),
            **{f"FAULTY_{name.upper()}": str(int(value)) for name, value in faults.items()}}


def keys_of(value):
    """All keys of a JSON value, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def says(text, name):
    """Whether `name` stands in the text for itself: an option `network.size` is not in `network.sizes`, nor a 0 in 10 or 0.5."""
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w|\.\w)", text) is not None


def refused(*words, names, **options):
    """Exit code 2, nothing on standard output, one line on standard error that says every one of `names`."""
    done = stillpoint(*words, **options)
    shown = f"{' '.join(map(str, words))}: exit {done.returncode}, stdout {done.stdout!r}, stderr {done.stderr!r}"
    assert done.returncode == 2, shown
    assert done.stdout == "", shown
    assert done.stderr.count("\n") == 1 and done.stderr.endswith("\n"), shown
    for name in names:
        assert says(done.stderr, name), f"{name!r} is not in it: {shown}"


def settings(*entries):
    """The words that set options on the command line."""
    return [word for entry in entries for word in ("--set", entry)]


def write(path, text):
    path.write_text(text)
    return path


# --- reading what it wrote -------------------------------------------------------------------------------------------

def runs(directory):
    """The run files of a study by condition and seed. A loop over no files would pass, so there must be some."""
    found = sorted((Path(directory) / "runs").glob("*.h5"))
    assert found, f"{directory} has no run files"
    return found


def attributes(node):
    """Attributes by name. Text is of fixed length, which h5py hands over as bytes."""
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in node.attrs.items()}


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
    return {path.name: contents(path) for path in runs(directory)}


# --- the small study -------------------------------------------------------------------------------------------------

def make_small_study(directory):
    study = write(directory.with_suffix(".ini"), SMALL_STUDY)
    ok("run", study, "--out", directory, "--quiet")


def small_study():
    """The small study, run already. It is shared by tests that run at the same time: what is to be changed is copied."""
    if given.study is None:
        given.study = Path(tempfile.mkdtemp(prefix="stillpoint-")) / "small"
        make_small_study(given.study)
    return given.study


def small_run(arm, gain=2, rule="e_prop", seed=1):
    """A run file of the small study."""
    wanted = {"study.arm": arm, "network.gain": gain, "rule.name": rule}
    for path in runs(small_study()):
        with h5py.File(path) as run:
            if run.attrs["seed"] == seed and all(attributes(run["options"])[name] == value for name, value in wanted.items()):
                return path
    raise AssertionError(f"the small study has no run of {wanted} with seed {seed}")


# --- networks and trials made elsewhere ------------------------------------------------------------------------------

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


# --- running the tests of a subject ----------------------------------------------------------------------------------

def main(names):
    """Runs the tests among the globals of a subject; the exit code is 0 when there are some and all pass."""
    parser = argparse.ArgumentParser(usage="%(prog)s PROGRAM [--study DIR] [NAME ...]")
    parser.add_argument("program", type=Path)
    parser.add_argument("--study", type=Path)
    parser.add_argument("chosen", nargs="*", metavar="NAME")
    words = parser.parse_args()
    given.program, given.study = words.program.resolve(), words.study
    tests = {name: test for name, test in names.items() if name.startswith("test_")}
    unknown = set(words.chosen) - set(tests)
    if unknown:
        parser.error(f"no test {', '.join(sorted(unknown))}; there are {', '.join(tests)}")
    failed = 0
    for name in words.chosen or tests:
        folder = Path(tempfile.mkdtemp(prefix="stillpoint-"))
        start = time.monotonic()
        try:
            tests[name](folder)
            print(f"ok      {name} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception as problem:  # every failure is shown and counted
            failed += 1
            print(f"FAILED  {name}: {type(problem).__name__}: {problem}\n{traceback.format_exc()}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
    if given.study and given.study != words.study:
        shutil.rmtree(given.study.parent, ignore_errors=True)
    number = len(words.chosen or tests)
    print(f"{number - failed} passed, {failed} failed")
    return 1 if failed or not tests else 0
