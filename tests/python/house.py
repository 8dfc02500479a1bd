"""What a guest in a process of others keeps to: memory, threads, signals, settings, time to import; types and examples."""
import doctest
import importlib
import inspect
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import stillpoint as sp

SOURCE = Path(__file__).resolve().parents[2]
CHAOTIC = sp.Network.random(200, gain=3, seed=1)


def python(code, **environment):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environment}, timeout=120)


def test_import_is_quick_and_loads_nothing_large():
    code = ("import time; began = time.process_time(); import numpy; between = time.process_time(); import stillpoint, sys; "
            "print(time.process_time() - between, time.process_time() - began, *[name for name in ('pandas', 'xarray', 'matplotlib', 'tqdm') if name in sys.modules])")
    own, whole, *loaded = min((python(code).stdout.split() for _ in range(5)), key=lambda words: float(words[1]))
    assert loaded == [] and float(own) < 0.2 and float(whole) < 0.3, (own, whole, loaded)


def test_a_call_costs_little():
    net = sp.Network(np.eye(3))
    inputs = np.zeros((1, 1, 0))
    core, integration, noise = net._core, sp.Integration(), sp.Noise()
    best = min(timed(lambda: [sp._simulate._core.simulate(core, inputs, integration, noise, None, 1, ["rate"], 1, None) for _ in range(1000)]) for _ in range(5))
    assert best / 1000 < 60e-6, best / 1000  # the work of a simulation of one step included


def timed(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def test_a_thousand_calls_leak_nothing():
    net = sp.Network.random(40, seed=1).replace(synapse=sp.TCR())
    inputs = np.ones((4, 25, 1))
    small = sp.Network([[0, 2], [2, 0]])

    def calls(count):
        for _ in range(count):
            sp.simulate(net, inputs, dt_ms=5)
            _ = net.W, net.arrays(), sp.Network(net.W), repr(net)
            sp.fixed_points(small, starts=8)
            with pytest.raises(ValueError):
                sp.simulate(net, inputs[..., :0])

    calls(200)
    before = resident()
    calls(1000)
    assert resident() - before < 3e6, (before, resident())  # the arrays of one call of simulate: 60 kB


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_two_threads_at_once():
    inputs = np.ones((8, 400, 1))
    alone = [sp.simulate(CHAOTIC, inputs, dt_ms=5, seed=seed).rate.values for seed in range(4)]
    together = [None] * 4

    def run(i):
        together[i] = sp.simulate(CHAOTIC, inputs, dt_ms=5, seed=i).rate.values

    threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_other_threads_go_on():
    """The interpreter's lock is not held while something is computed."""
    counted = 0
    done = threading.Event()

    def count():
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    sp.lyapunov(CHAOTIC, exponents=2, duration_ms=20000, discard_ms=0)
    done.set()
    thread.join()
    assert counted > 20  # 2 where the lock is held


LONG = {
    "lyapunov": "sp.lyapunov(net, duration_ms=1e9)",
    "simulate": "sp.simulate(sp.Network.random(2000), duration_ms=20000, dt_ms=1, record='output')",
    "fixed_points": "sp.fixed_points(net, starts=100000)",
    "slow_points": "sp.slow_points(net, starts=100000)",
    "basins": "sp.basins(net, samples=500, duration_ms=1e8)",
    "cycles": "sp.cycles(net, samples=500, discard_ms=1e8)",
    "phases": "sp.phases(10 ** -np.clip((np.arange(900) - 300) / 50, 0, 1) * np.exp(0.05 * np.random.default_rng(1).normal(size=900)), resamples=10**7)",
    "relu": "sp.fixed_points(net.replace(nonlinearity='relu'), starts=100000)",
    "check_gradients": "sp.check_gradients(sp.UORO(), draws=10**6)",
    "follow": "sp.follow([sp.Network.random(60, gain=g) for g in np.linspace(0.5, 3, 300)], stable_only=False)",
}


@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_ends_a_long_call_at_once(name, interrupted):
    assert "KeyboardInterrupt" in interrupted(
        f"import numpy as np, stillpoint as sp\nnet = sp.Network.random(100, gain=3, seed=1)\n{LONG[name]}\n")


class Told(Exception):
    pass


@pytest.mark.parametrize("name", LONG)
def test_a_long_call_tells_how_far_it_is(name, monkeypatch):
    """And what a bar raises ends it."""
    def see(self, what, done, of, share):
        raise Told(what, done, of, share)

    monkeypatch.setattr(sp._progress.bar, "__call__", see)
    with pytest.raises(Told) as told:
        eval(LONG[name], {"np": np, "sp": sp, "net": sp.Network.random(100, gain=3, seed=1)})
    what, done, of, share = told.value.args
    assert 0 <= done < of and share == done / of and what.endswith("s")


def test_a_bar_is_shown_where_a_call_lasts_and_goes_with_it():
    code = ("import signal, stillpoint as sp, sys\n"
            "signal.signal(signal.SIGALRM, signal.default_int_handler)\nsignal.setitimer(signal.ITIMER_REAL, 2)\n"
            "try:\n    sp.lyapunov(sp.Network.random(20, gain=3, seed=1), duration_ms={}, progress={})\nexcept KeyboardInterrupt:\n    pass\n"
            "print('tqdm' in sys.modules)\n")
    long, short, unwanted = (python(code.format(*how)) for how in ((1e9, True), (400, True), (1e9, False)))
    assert " steps " in long.stderr and not long.stderr.splitlines()[-1].strip() and long.stdout == "True\n", long
    assert (short.stderr, short.stdout) == (unwanted.stderr, unwanted.stdout) == ("", "False\n")


def test_handlers_of_one_s_own_are_called_and_others_threads_leave_signals_alone():
    code = ("import signal, sys, threading, stillpoint as sp\n"
            "net = sp.Network.random(100, gain=3)\n"
            "def handler(*_):\n    raise RuntimeError('mine')\n"
            "signal.signal(signal.SIGALRM, handler)\nsignal.setitimer(signal.ITIMER_REAL, 0.5)\n"
            "try:\n    sp.lyapunov(net, duration_ms=1e9)\nexcept RuntimeError as error:\n    print(error)\n")
    assert python(code).stdout == "mine\n"


def test_nothing_of_the_process_changes():
    """Threads of numpy's BLAS, how HDF5 prints, handlers of signals, the rounding of numbers."""
    import ctypes

    import h5py

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)}
    library = ctypes.CDLL("libopenblas.so.0")  # the module's own
    threads = library.openblas_get_num_threads()
    library.openblas_set_num_threads(2)
    try:
        sp.fixed_points(CHAOTIC, starts=4)
        sp.simulate(CHAOTIC, duration_ms=50)
        assert library.openblas_get_num_threads() == 2
        with pytest.raises(KeyError):
            h5py.File.in_memory()["nothing"] if hasattr(h5py.File, "in_memory") else {}["nothing"]
    finally:
        library.openblas_set_num_threads(threads)
    assert before == {number: signal.getsignal(number) for number in before}


def test_the_module_is_typed(tmp_path):
    package = Path(sp.__file__).parent
    assert (package / "py.typed").exists() and (package / "_core.pyi").exists()
    use = tmp_path / "use.py"
    use.write_text(
        "import numpy as np\nimport stillpoint as sp\n\nnet = sp.Network(np.eye(3), tau_ms=20)\n"
        "found: sp.FixedPoints = sp.fixed_points(net)\nreveal_type(sp.simulate(net, duration_ms=5, synapse=sp.TCR(beta=3)))\nreveal_type(net.W)\n")
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import stillpoint as sp\n\nsp.TCR(beta='much')\nsp.fixed_points(3)\n")
    settings = ["--config-file", str(SOURCE / "pyproject.toml"), "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run([sys.executable, "-m", "mypy", *settings, "-p", "stillpoint"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    done = subprocess.run([sys.executable, "-m", "mypy", *settings, str(use)], capture_output=True, text=True)
    assert done.returncode == 0 and "Dataset" in done.stdout and "ndarray" in done.stdout, done.stdout
    done = subprocess.run([sys.executable, "-m", "mypy", *settings, str(wrong)], capture_output=True, text=True)
    assert done.stdout.count("error:") == 2, done.stdout


@pytest.mark.parametrize("name", sorted(
    {getattr(getattr(sp, name), "__module__", f"stillpoint.{name}") for name in sp.__all__} - {"stillpoint._core"}))
def test_examples_of_docstrings(name):
    failed, tried = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0
    assert tried > 0 or name.endswith(("_restructuring", "_predict", "_run", "._study", "_trained"))  # of what others make


def test_examples_of_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testfile(str(SOURCE / "docs/python.md"), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert failed == 0 and tried > 10


def test_everything_public_says_what_it_takes():
    for name in sp.__all__:
        documented = getattr(sp, name).__doc__
        assert documented and len(documented.split()) > 4, name
        if callable(getattr(sp, name)) and name.islower():
            assert "Parameters\n" in documented and "Returns\n" in documented, name


def test_signatures_are_told_of_compiled_classes_as_well():
    """What completes keywords."""
    for of in [getattr(sp, name) for name in sp.__all__] + [getattr(sp.tasks, name) for name in sp.tasks.__all__]:
        if callable(of):
            assert isinstance(inspect.signature(of), inspect.Signature)
    beta = inspect.signature(sp.TCR).parameters["beta"]
    assert beta.default == sp.TCR().beta and list(inspect.signature(sp.tasks.FlipFlop).parameters)[0] == "bits"
    assert dir(sp.tasks) == sorted(sp.tasks.__all__) and "__version__" in dir(sp) and "_core" not in dir(sp)


def test_the_program_comes_with_it():
    program = Path(sys.executable).with_name("stillpoint")
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    assert re.search(rf"\b{re.escape(sp.__version__)}\b", said), said
