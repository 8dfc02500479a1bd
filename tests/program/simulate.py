#!/usr/bin/env python3
"""Networks run again, trained here or elsewhere, and stepped by hand in numpy."""
import sys

import h5py
import numpy as np

from support import SMALL, attributes, example_network, example_trials, main, ok, refused, runs, settings, small_run, stillpoint, write


def test_simulate_reads_a_network_made_elsewhere(tmp):
    network = example_network(tmp / "n.h5")
    for method in "euler", "exponential_euler", "rk4", "dopri5":
        ok("simulate", network, "--out", tmp / f"{method}.h5", "--method", method, "--duration-ms", 200, "--dt-ms", 1, "--input", "1,-0.5", "--trials", 3)
    results = {method: h5py.File(tmp / f"{method}.h5") for method in ("euler", "rk4", "dopri5")}
    rates = {method: file["recording/rate"][()] for method, file in results.items()}
    assert rates["rk4"].shape == (3, 201, 6) and results["rk4"]["recording/output"].shape == (3, 201, 1)
    assert np.abs(rates["rk4"] - rates["dopri5"]).max() < 1e-6 < np.abs(rates["rk4"] - rates["euler"]).max() < 2e-2

    # The same run by hand: forward Euler in numpy.
    with h5py.File(network) as file:
        W, W_in, b = (file["network"][name][()].astype(float) for name in ("W", "W_in", "b"))
    r = rates["euler"][0, 0]
    for t in range(200):
        np.testing.assert_allclose(rates["euler"][0, t], r, atol=1e-12)
        r = r + 1 / 50 * (-r + np.tanh(W @ r + W_in @ [1, -0.5] + b))


def test_simulate_takes_a_trained_network_through_its_task(tmp):
    run = small_run("tcr", seed=3)
    text = ok("simulate", run, "--out", tmp / "a.h5", "--task", "evidence_accumulation", "--trials", 4, "--record", "rate,output,current,synapse")
    assert "synapse tcr" in text and "accuracy" in text
    with h5py.File(tmp / "a.h5") as file:
        assert file["recording/synapse"].shape == (4, 61, 400) and np.abs(file["recording/current"][()]).max() > 0
        assert file["trials/target"].shape == (4, 60, 1)
    with h5py.File(tmp / "a.h5") as file:
        assert attributes(file["network/synapse"])["kind"] == "tcr"
    for beta, past in ("1e5", True), ("1", False):
        done = stillpoint("simulate", run, "--out", tmp / "past.h5", "--synapse", "tcr", *settings(f"synapse.beta={beta}"))
        assert done.returncode == 0 and ("stability bound" in done.stderr) == past, (beta, done.stderr)
    text = ok("simulate", run, "--out", tmp / "b.h5", "--synapse", "tsodyks_markram", "--method", "rk4", "--record", "efficacy", "--group", "initial/network")
    assert "synapse tsodyks_markram" in text
    with h5py.File(run) as trained, h5py.File(tmp / "b.h5") as file:
        np.testing.assert_array_equal(file["network/W"][()], trained["initial/network/W"][()])
        efficacy = file["recording/efficacy"][()]
        assert efficacy.shape[2] == 20 and efficacy.min() > 0 and efficacy.std() > 0, efficacy


def test_a_network_is_shown_the_inputs_of_a_file_in_their_order(tmp):
    network = example_network(tmp / "n.h5")
    shown = np.random.default_rng(3).normal(size=(3, 12, 2))
    with h5py.File(tmp / "in.h5", "w") as file:
        file["inputs"], file.attrs["dt_ms"] = shown, 5.0
    text = ok("simulate", network, "--out", tmp / "a.h5", "--inputs", tmp / "in.h5")
    assert "3 trials of 60 ms" in text and "accuracy" not in text, text
    with h5py.File(network) as file:
        W, W_in, b = (file["network"][name][()].astype(float) for name in ("W", "W_in", "b"))
    with h5py.File(tmp / "a.h5") as file:
        np.testing.assert_array_equal(file["trials/input"][()], shown)
        assert "target" not in file["trials"] and list(file["trials/length"][()]) == [12, 12, 12]
        for trial, rates in enumerate(file["recording/rate"][()]):
            for t in range(12):
                stepped = rates[t] + 5 / 50 * (-rates[t] + np.tanh(W @ rates[t] + W_in @ shown[trial, t] + b))
                np.testing.assert_allclose(stepped, rates[t + 1], atol=1e-12)
    ok("simulate", network, "--out", tmp / "b.h5", "--inputs", tmp / "in.h5", "--trials", 2)
    with h5py.File(tmp / "b.h5") as file:
        np.testing.assert_array_equal(file["trials/input"][()], shown[:2])

    step = "\n".join(f"{x},{y}" for x, y in shown[1])
    for name, lines in ("plain.csv", step), ("named.csv", f"left,right\n{step}\n"):
        ok("simulate", network, "--out", tmp / "c.h5", "--inputs", write(tmp / name, lines))
        with h5py.File(tmp / "c.h5") as file:
            np.testing.assert_array_equal(file["trials/input"][()], shown[1:2])

    # Trials that are graded are graded; a flow takes the step of the file.
    def flow(arrays, _): del arrays["dt_ms"]
    trials = example_trials(tmp / "trials.h5")
    assert "accuracy" in ok("simulate", example_network(tmp / "flow.h5", change=flow), "--out", tmp / "d.h5", "--inputs", trials)
    with h5py.File(trials) as given, h5py.File(tmp / "d.h5") as file:
        for name in "condition", "length":
            np.testing.assert_array_equal(file["trials"][name][()], given[name][()])
        assert file["time_ms"][1] == 10 and file["trials/target"].shape == (30, 25, 1)
    silent = example_network(tmp / "silent.h5", K=0)
    with h5py.File(tmp / "none.h5", "w") as file:
        file["inputs"], file.attrs["dt_ms"] = np.zeros((2, 12, 0)), 5.0
    assert "2 trials of 60 ms" in ok("simulate", silent, "--out", tmp / "e.h5", "--inputs", tmp / "none.h5")
    ok("simulate", silent, "--out", tmp / "e.h5")

    refuse = lambda *words, names: refused("simulate", network, "--out", tmp / "o.h5", *words, names=names)
    refuse("--inputs", trials, names=["trials.h5: attribute dt_ms = 10: must be 5"])
    refuse("--inputs", tmp / "none.h5", names=["none.h5: inputs = 0 channels: the network has 2"])
    refuse("--inputs", tmp / "in.h5", "--trials", 4, names=["--trials 4", "in.h5 has 3"])
    refuse("--inputs", tmp / "in.h5", "--task", "flip_flop", names=["--inputs", "--task"])
    refuse("--inputs", tmp / "in.h5", "--input", "1,2", names=["--input given with --inputs"])
    refuse("--inputs", write(tmp / "bad.csv", "1,2\n1,x\n"), names=["bad.csv: line 2: 'x': must be a number"])
    refuse("--inputs", write(tmp / "uneven.csv", "1,2\n1\n"), names=["uneven.csv: line 2: has 1 values, the first step has 2"])
    refuse("--inputs", write(tmp / "empty.csv", "a,b\n"), names=["empty.csv: holds no step"])
    refuse("--inputs", write(tmp / "in.npy", "other"), names=["in.npy", "docs/file-formats.md"])
    assert not (tmp / "o.h5").exists()


def test_options_that_change_nothing_are_refused_and_rounded_times_said(tmp):
    network = example_network(tmp / "n.h5")
    for words, name in [
        (["--synapse", "tcr", *settings("synapse.use=0.2")], "synapse.use = 0.2: has no effect: needs synapse.kind = tsodyks_markram, is tcr"),
        (settings("synapse.beta=3"), "needs synapse.kind = tcr, is none"),
        (settings("synapse.bta=3"), "did you mean synapse.beta"),
        (settings("synapes.beta=3"), "did you mean synapse.beta"),
        (settings("integration.tolerance=1e-3"), "needs integration.method = dopri5, is euler"),
        (settings("integration.precision=float"), "integration.precision = float: has no effect"),
        (settings("noise.drive_tau_ms=4"), "needs noise.drive > 0, is 0"),
        (["--task", "sine_generation", *settings("task.slots=3")], "task.slots = 3"),
        (["--duration-ms", "1e300"], "--duration-ms = 1e+300 ms: is 2e+299 steps of integration.dt_ms = 5 ms"),
        (["--dt-ms", "1e-300"], "steps of integration.dt_ms = 1e-300 ms"),
        (["--record", "rates"], "did you mean rate"),
    ]:
        refused("simulate", network, "--out", tmp / "o.h5", *words, names=[name])
    done = stillpoint("simulate", network, "--out", tmp / "o.h5", "--duration-ms", 12)
    assert done.returncode == 0 and done.stderr == "--duration-ms = 12 is 2 steps of dt_ms = 5: 10 ms\n", done.stderr


def test_networks_of_other_kinds_train_and_are_read_by_others(tmp):
    """Trained, simulated, and stepped again in numpy from what the run file says."""
    def logistic(u):
        return 1 / (1 + np.exp(-u))

    def step(kind, w, x, s):
        drive = w["W_in"] @ s + w["b"]
        if kind == "plrnn":
            return w["A"] * x + w["W"] @ np.maximum(x, 0) + drive
        if kind in ("low_rank", "low_rank_current"):
            W = w["M"] @ w["V"].T / len(x) + w["bulk"]
            return x + 10 / 50 * (-x + (np.tanh(W @ x + drive) if kind == "low_rank" else W @ np.tanh(x) + drive))
        h, c = np.split(x, 2)
        i, f, g, o = np.split(w["W"] @ h + drive, 4)
        c = logistic(f) * c + logistic(i) * np.tanh(g)
        return np.concatenate([logistic(o) * np.tanh(c), c])

    for kind, more in ("plrnn", []), ("low_rank", ["network.rank=2", "network.bulk=0.8"]), ("low_rank_current", ["network.rank=2", "network.bulk=0.8"]), ("lstm", []):
        chosen = ["study.arm=none", "study.seeds=1", f"network.kind={kind}", "network.initial_state=trained", "rule.name=bptt", *more]
        study = write(tmp / f"{kind}.ini", SMALL)
        ok("run", study, "--out", tmp / kind, "--quiet", *settings(*chosen))
        run, = runs(tmp / kind)
        ok("simulate", run, "--out", tmp / f"{kind}.h5", "--duration-ms", 200, "--input", "0.5,-0.3", "--trials", 1, "--record", "state,output", "--quiet")
        with h5py.File(run) as file:
            w = {name: values[()].astype(float) for name, values in file["final/network"].items() if name != "synapse"}
            assert not np.array_equal(w["r0"], file["initial/network/r0"][()])
        with h5py.File(tmp / f"{kind}.h5") as file:
            x, y = file["recording/state"][0], file["recording/output"][0]
        np.testing.assert_allclose(x[0], w["r0"], rtol=1e-12)
        for t in range(20):
            np.testing.assert_allclose(step(kind, w, x[t], np.array([0.5, -0.3])), x[t + 1], rtol=1e-9, atol=1e-12)
        seen = np.tanh(x[-1]) if kind == "low_rank_current" else x[-1][:w["W_out"].shape[1]]
        np.testing.assert_allclose(y[-1], w["W_out"] @ seen + w["b_out"], rtol=1e-9)


def test_rates_with_a_unit_are_recorded_in_it(tmp):
    relu = settings("network.nonlinearity=relu", "network.rate_hz=40", "study.arm=none", "study.seeds=1")
    ok("run", write(tmp / "hz.ini", SMALL), "--out", tmp / "hz", "--quiet", *relu)
    run, = runs(tmp / "hz")
    ok("simulate", run, "--out", tmp / "hz.h5", "--duration-ms", 100, "--record", "rate,rate_hz", "--quiet")
    with h5py.File(tmp / "hz.h5") as file:
        np.testing.assert_allclose(file["recording/rate_hz"][()], 40 * file["recording/rate"][()])
        assert file["recording/rate_hz"][()].min() >= 0 and file["recording/rate_hz"][()].max() > 1
    refused("simulate", example_network(tmp / "n.h5"), "--out", tmp / "x.h5", "--record", "rate_hz", names=["rate_hz", "no unit"])


def test_bad_network_files(tmp):
    def shape(arrays, _): arrays["W_in"] = arrays["W_in"][:4]
    def missing(arrays, _): del arrays["W"]
    def no_tau(arrays, _): del arrays["tau_ms"]
    def nan(arrays, _): arrays["W"][2, 3] = np.nan
    def kind(_, attributes): attributes["kind"] = np.bytes_("spiking")
    def negative(arrays, _): arrays["tau_ms"] = np.float32(-1)
    def text(arrays, _): arrays["b"] = np.bytes_("zero")
    def not_square(arrays, _): arrays["W"] = arrays["W"][:, :5]
    def misspelt(arrays, _): arrays["Wout"] = arrays.pop("W_out")
    def taus(arrays, _): arrays["tau_ms"] = np.full(4, 50, dtype="f4")
    def rows(arrays, _): arrays["W_out"] = arrays["W_out"][:, :3]
    def bias(arrays, _): arrays["b_out"] = np.zeros(3, dtype="f4")
    def no_step(arrays, _): arrays["dt_ms"] = np.float32(np.nan)
    def long_step(arrays, _): arrays["dt_ms"] = np.float32(60)
    cases = [(shape, ["W_in", "4 x 2", "must be N x K with N = 6 (the rows of W)"]), (rows, ["W_out = 1 x 3: must be O x N with N = 6 (the rows of W)"]),
             (bias, ["b_out = 3 x 1: must be O x 1 with O = 1 (the rows of W_out)"]), (taus, ["tau_ms = 4 values: must be one number, or N = 6"]),
             (no_step, ["dt_ms = nan: must be a number > 0 [ms]"]), (long_step, ["long_step.h5: dt_ms = 60: must be at most the membrane time constant"]), (missing, ["dataset W: missing"]), (no_tau, ["tau_ms", "missing"]), (nan, ["W = not finite"]),
             (kind, ["kind", "spiking", "leaky_rate"]), (negative, ["tau_ms = -1"]), (text, ["dataset b", "real numbers"]), (not_square, ["W = 6 x 5"]),
             (misspelt, ["Wout", "W_out"])]
    for change, names in cases:
        path = example_network(tmp / f"{change.__name__}.h5", change=change)
        refused("simulate", path, "--out", tmp / "o.h5", names=[path.name, *names])
    refused("simulate", example_network(tmp / "f.h5", attributes=[("format", "other"), ("version", 1)]), "--out", tmp / "o.h5", names=["format = other"])
    refused("simulate", example_network(tmp / "v.h5", attributes=[("format", "stillpoint-network"), ("version", 9)]), "--out", tmp / "o.h5", names=["version = 9"])
    refused("simulate", write(tmp / "text.h5", "not hdf5"), "--out", tmp / "o.h5", names=["text.h5", "HDF5"])
    for name in "n.npz", "n.npy", "n.mat", "n.pt":
        refused("simulate", write(tmp / name, "other"), "--out", tmp / "o.h5", names=[name, "docs/file-formats.md"])
    refused("simulate", tmp / "absent.h5", "--out", tmp / "o.h5", names=["absent.h5: no such file"])
    good = example_network(tmp / "good.h5")
    refused("simulate", good, "--out", tmp / "o.h5", "--input", "1,2,3", names=["--input 3 values", "2 input channels"])
    refused("simulate", good, "--out", tmp / "o.h5", "--task", "flip_flop", names=["flip_flop", "3 input channels", "the network has 2"])
    refused("simulate", good, "--out", tmp / "o.h5", "--record", "dreams", names=["--record", "dreams", "rate"])
    refused("simulate", good, "--out", tmp / "o.h5", "--method", "rk4", *settings("noise.activity=0.1"), names=["rk4", "noise"])
    refused("simulate", good, "--out", tmp / "o.h5", "--seed", "-4", names=["--seed -4"])
    refused("simulate", good, "--out", tmp / "o.h5", "--method", "magic", names=["integration.method", "magic", "dopri5"])
    refused("simulate", good, "--out", tmp / "o.h5", "--duration-ms", "0", names=["--duration-ms 0"])
    refused("simulate", good, "--out", "/proc/nothing/o.h5", names=["/proc/nothing/o.h5: cannot be written"])
    refused("simulate", good, "--out", good, names=["--out", "lost"])
    refused("simulate", good, "--out", tmp / "o.h5", "--task", "evidence_accumulation", "--input", "1,2", names=["--input", "--task"])
    refused("simulate", good, "--out", tmp / "o.h5", "--task", "evidence_accumulation", "--duration-ms", "5", names=["--duration-ms", "--task"])
    refused("simulate", good, "--out", tmp / "o.h5", *settings("network.gain=3"), names=["network.gain=3", "file"])
    refused("simulate", good, "--out", tmp / "o.h5", *settings("task.delay_ms=3"), names=["task.delay_ms=3", "--task"])
    assert not (tmp / "o.h5").exists()


if __name__ == "__main__":
    sys.exit(main(globals()))
