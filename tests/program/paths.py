#!/usr/bin/env python3
"""Analyses of a network's path through its state space: exponents, time scales, basins, cycles, dimension."""
import json
import re
import sys

import h5py
import numpy as np

from support import example_network, main, ok, refused, small_run, stillpoint


def rotating(arrays, kind):
    """Two relu neurons above threshold that rotate as they decay: eigenvalues .2 +- .6i."""
    kind["nonlinearity"] = np.bytes_("relu")
    arrays.update(W=np.array([[0.2, -0.6], [0.6, 0.2]]), b=np.array([5.0, 5.0]))
    del arrays["dt_ms"]


def test_analyses_of_paths(tmp):
    def result(kind, *words):
        out = tmp / "result.json"
        text = ok("analyze", kind, *words, "--json", out)
        first = out.read_bytes()
        assert text and ok("analyze", kind, *words, "--json", out) == text and out.read_bytes() == first
        assert json.loads(first)["kind"] == kind
        return json.loads(first)

    linear = example_network(tmp / "linear.h5", N=2, change=rotating)
    exponents = result("lyapunov", linear, "--duration-ms", 50000)
    assert exponents["as"] == "flow" and exponents["dimension"] == 2
    assert np.allclose(exponents["exponents_per_s"], -1000 * 0.8 / 50, rtol=0.01), exponents
    assert exponents["kaplan_yorke_dimension"] == 0
    assert result("lyapunov", linear, "--exponents", 1, "--method", "exponential_euler")["exponents_per_s"][0] < 0
    scales = result("timescales", linear, "--samples", 2, "--duration-ms", 0)
    mode, = scales["states"][0]["modes"]
    assert np.isclose(mode["tau_ms"], 50 / 0.8) and np.isclose(mode["period_ms"], 2 * np.pi * 50 / 0.6)
    assert scales["activity"] is None and scales["populations"] == []
    rest = result("basins", linear, "--samples", 20)
    point, = rest["attractors"]
    A, b = np.array([[0.2, -0.6], [0.6, 0.2]]), np.array([5.0, 5.0])
    assert point["kind"] == "fixed point" and point["count"] == 20 and point["interval"][1] == 1
    assert np.allclose(point["state"], np.linalg.solve(np.eye(2) - A, b), rtol=1e-6)
    none = result("cycles", linear, "--samples", 3)
    assert none["cycles"] == [] and none["searches"] == {"samples": 3, "at_rest": 3, "diverged": 0, "no_return": 0, "not_converged": 0}, none
    assert result("dimension", linear)["participation_ratio"] is None

    def strong(arrays, kind):
        arrays["W"] *= 3

    chaotic = example_network(tmp / "chaotic.h5", N=60, change=strong)
    found = result("dimension", chaotic, "--samples", 8, "--duration-ms", 2000)
    assert found["interval"][0] < found["participation_ratio"] < found["interval"][1]
    assert len(found["eigenvalues"]) == 60 and found["as"] == "map"
    assert len(result("lyapunov", chaotic, "--exponents", 3, "--duration-ms", 2000)["exponents_per_s"]) == 3

    def not_a_number(arrays, kind):
        arrays["W"][1, 1] = np.nan

    refused("analyze", "lyapunov", example_network(tmp / "nan.h5", change=not_a_number), names=["nan.h5: group /network: W = not finite"])
    refused("analyze", "lyapunov", chaotic, "--exponents", 61, names=["--exponents = 61", "60"])
    refused("analyze", "lyapunov", chaotic, "--duration-ms=-5", names=["--duration-ms = -5"])
    refused("analyze", "dimension", chaotic, "--duration-ms=nan", names=["--duration-ms = nan"])
    refused("analyze", "dimension", chaotic, "--samples", 3, names=["--samples = 3"])
    refused("analyze", "basins", chaotic, "--input", "1,2,3", names=["--input = 3 values"])
    refused("analyze", "cycles", chaotic, names=["give --as flow"])
    assert "--as = " not in stillpoint("analyze", "cycles", chaotic).stderr, "it names an option that was not given"
    refused("analyze", "cycles", chaotic, "--as", "map", names=["--as = map", "must be flow"])
    refused("analyze", "lyapunov", chaotic, "--dt-ms", 1, names=["--dt-ms = 1"])
    refused("analyze", "basins", linear, "--dt-ms", 500, names=["--dt-ms = 500"])
    refused("analyze", "basins", linear, "--dt-ms", 0, names=["--dt-ms = 0"])
    refused("analyze", "timescales", linear, "--state", "1,2,3", names=["--state = 3 values"])
    refused("analyze", "basins", linear, "--samples", 0, names=["--samples = 0"])
    refused("analyze", "cycles", linear, "--spread=-1", names=["--spread = -1"])
    refused("analyze", "basins", linear, "--samples", 10**12, names=["--samples = 1000000000000", "of memory"])
    refused("analyze", "dimension", chaotic, "--noise", 0.1, "--duration-ms", 1e15, names=["--samples = 32", "of memory"])
    refused("analyze", "lyapunov", linear, "--method", "dopri5", names=["--method = dopri5"])


def network_with_synapse(path, N, change=None, **attributes):
    example_network(path, N=N, change=change)
    with h5py.File(path, "a") as file:
        group = file["network"].create_group("synapse")
        for key, value in attributes.items():
            group.attrs[key] = value
    return path


def measured(kind, *words):
    return json.loads(ok("analyze", kind, *words, "--json", "-"))


PATHS = "timescales", "basins", "cycles", "dimension", "lyapunov"
SHORT = {"timescales": ("--duration-ms", 0, "--discard-ms", 100), "basins": ("--samples", 2, "--duration-ms", 100),
         "cycles": ("--as", "flow", "--samples", 1, "--discard-ms", 100, "--duration-ms", 100),
         "dimension": ("--samples", 5, "--discard-ms", 0, "--duration-ms", 40, "--sample-ms", 5),
         "lyapunov": ("--exponents", 2, "--discard-ms", 100, "--duration-ms", 200), "slow-points": ("--starts", 2)}


def test_the_first_line_says_what_is_left_out(tmp):
    """The network is taken as it was trained; what is not of it, the first line says, and the JSON."""
    run = small_run("tcr")
    for kind in PATHS:
        text = ok("analyze", kind, run, *SHORT[kind])
        assert text.startswith("left out: task evidence_accumulation\n"), (kind, text)
        result = measured(kind, run, *SHORT[kind])
        assert (result["synapse"], result["left_out"]) == ("tcr", ["task evidence_accumulation"]), (kind, result)
        assert result["dimension"] == 20 + 20 * 20
        text = ok("analyze", kind, run, *SHORT[kind], "--synapse", "none")
        assert text.startswith("left out: synapse tcr, task evidence_accumulation\n"), (kind, text)
        bare = measured(kind, run, *SHORT[kind], "--synapse", "none")
        assert (bare["synapse"], bare["dimension"], bare["left_out"][0]) == ("none", 20, "synapse tcr"), bare
        refused("analyze", kind, run, "--synapse", "tcr", names=["--synapse = tcr", "trained or none"])
    assert ok("analyze", "slow-points", run, *SHORT["slow-points"]).startswith("left out: synapse tcr\n")
    # Controls: no equation of one trial's state, but the time loop has them.
    for control, value in ("current", "yoked"), ("postsynaptic", "permuted"):
        network = network_with_synapse(tmp / f"{value}.h5", 6, kind="tcr", beta="20", **{control: value})
        for kind in PATHS[:-1]:
            first, *_ = ok("analyze", kind, network, *SHORT[kind]).splitlines()
            assert first == f"left out: synapse tcr (synapse.{control} = {value}: no differential equation of one trial's state)", first
        first, *_ = ok("analyze", "timescales", network, "--noise", 0.1, "--duration-ms", 1000).splitlines()
        assert first.endswith("state; of the modes, the activity is with it)"), first
        assert measured("dimension", network, "--noise", 0.1, "--duration-ms", 1000)["left_out"] == []
    # What the whole state has: 42 entries of the program's are 6 of the network for whoever reads the file.
    tcr = network_with_synapse(tmp / "tcr.h5", 6, kind="tcr", beta="20")
    assert all(len(one["state"]) == 6 for one in measured("basins", tcr, "--samples", 5)["attractors"])
    modes = measured("timescales", tcr, *SHORT["timescales"])["states"][0]["modes"]
    assert sum(mode["directions"] * (1 if mode["period_ms"] is None else 2) for mode in modes) == 42, modes


def test_time_scales_of_linear_units_with_a_synapse(tmp):
    """Modes in closed form; the activity under noise against a simulation of the file in numpy."""
    w, b, tau, tau_s, beta, dt = np.array([0.2, 0.6]), 0.5, 50.0, 200.0, 4.0, 5.0

    def uncoupled(arrays, kind):
        kind["nonlinearity"] = np.bytes_("relu")
        arrays.update(W=np.diag(w), b=np.full(2, b), tau_ms=np.array(tau), dt_ms=np.array(dt))

    path = network_with_synapse(tmp / "linear.h5", 2, uncoupled, kind="tcr", beta=str(beta), tau_s_ms=str(tau_s))
    found = measured("timescales", path, "--duration-ms", 0, "--as", "flow", "--discard-ms", 40000)["states"][0]["modes"]
    expected = []
    rest = b / (1 - w)
    for i in range(2):  # tau r' = (w-1) r + s,  tau_s s' = -s - (beta/N) |r*|^2 ((w-1) r + s)
        slowing = beta / 2 * np.sum(rest**2)
        matrix = np.array([[(w[i] - 1) / tau, 1 / tau], [-slowing * (w[i] - 1) / tau_s, -(1 + slowing) / tau_s]])
        expected += list(-1 / np.linalg.eigvals(matrix).real)
    # of four synapses two act through no current
    assert np.allclose([mode["tau_ms"] for mode in found if mode["directions"] == 2], [tau_s])
    assert np.allclose(sorted(mode["tau_ms"] for mode in found if mode["directions"] == 1), sorted(expected), rtol=1e-6), (found, expected)

    noise = "0.05"
    result = measured("timescales", path, "--noise", noise, "--duration-ms", 100000, "--samples", 32, "--seed", 3)
    assert result["activity"] == "noise" and result["noise"] == {"activity": 0.05, "drive": 0} and result["left_out"] == []

    def simulated(with_synapse, runs=40, steps=20000, discard=400):
        rng = np.random.default_rng(8)
        r, S = np.tile(rest[:, None], runs), np.zeros((2, 2, runs))
        kick = float(noise) * np.sqrt(1 - (1 - dt / tau) ** 2)
        kept = np.empty((steps // 2, 2, runs))
        for t in range(discard + steps):
            u = w[:, None] * r + b + (np.einsum("ijk,jk->ik", S, r) if with_synapse else 0)
            q = np.maximum(u, 0) - r  # tau dr/dt, at slope 1
            S += dt / tau_s * (-S - beta / 2 * q[:, None] * r[None])
            r = r + dt / tau * q + kick * rng.normal(size=r.shape)
            if t >= discard and (t - discard) % 2:
                kept[(t - discard) // 2] = r
        kept -= kept.mean(axis=0)
        lags = len(kept) // 4
        value = np.array([np.mean(kept[:len(kept) - lag] * kept[lag:]) for lag in range(min(lags, 400))])
        value /= value[0]
        total = 5.0
        for lag in range(1, len(value)):
            total += 10 * value[lag]
            if lag * 10 >= 5 * total:
                return total, np.sqrt(np.mean(kept**2))
        raise AssertionError("not reached")

    population, = result["populations"]
    (slow, sd), (fast, other_sd) = simulated(True), simulated(False)

    def standard_error(tau_ms, runs):  # relative, of two neurons' windows of five taus over 100 s (Sokal 1997)
        return np.sqrt(2 * (10 * tau_ms + 10) / (2 * runs * 100000))

    assert abs(population["integrated_ms"] / slow - 1) < 3 * np.hypot(standard_error(slow, 32), standard_error(slow, 40)), (population["integrated_ms"], slow)
    assert abs(result["rates_sd"] / sd - 1) < 0.05, (result["rates_sd"], sd)
    alone = measured("timescales", path, "--noise", noise, "--duration-ms", 100000, "--samples", 32, "--synapse", "none")
    assert abs(alone["populations"][0]["integrated_ms"] / fast - 1) < 3 * np.hypot(standard_error(fast, 32), standard_error(fast, 40)), (alone["populations"][0]["integrated_ms"], fast)
    assert alone["left_out"] == ["synapse tcr"] and slow > 3 * fast, (slow, fast)


def test_runs_too_short_for_their_time_scale_are_said(tmp):
    """Two uncoupled units of 998 ms."""
    def slow(arrays, kind):
        kind["nonlinearity"] = np.bytes_("relu")
        arrays.update(W=0.95 * np.eye(2), b=np.array([5.0, 5.0]))

    network, truth = example_network(tmp / "slow.h5", N=2, change=slow), -5 / np.log(1 - 0.1 * 0.05)
    words = "timescales", network, "--noise", 0.1, "--discard-ms", 10000
    short = measured(*words)
    found, told = short["populations"][0]["integrated_ms"], ok("analyze", *words)
    times, of, share, enough = map(float, re.search(r"\nhint: runs are only (\S+) times as long as (\S+) ms: short by a share of some (\S+) %; --duration-ms (\S+) has a hundred\n", told).groups())
    assert found < truth and np.isclose(of, found, rtol=1e-3) and times == round(20000 / found) and share == round(found / 20) and 100 * found <= enough < 110 * found, told
    assert len(short["hints"]) == 1 and "--duration-ms" in short["hints"][0] and not any(mark.isdigit() for mark in short["hints"][0].replace("some 10 tau", "")), short["hints"]
    long = measured(*words, "--duration-ms", 300000)
    assert long["hints"] == [] and "hint:" not in ok("analyze", *words, "--duration-ms", 300000)
    assert abs(long["populations"][0]["integrated_ms"] / truth - 1) < 3 * np.sqrt(20 * truth / (16 * 300000)), long["populations"]  # Sokal 1997
    assert measured("timescales", small_run("tcr"), "--trials", 32)["hints"] == []


def test_counts_of_what_mostly_did_not_settle_are_said(tmp):
    """A limit cycle, whose map is quasi-periodic."""
    def turning(arrays, kind):
        arrays.update(W=np.array([[1.5, -1.0], [1.0, 1.5]]))

    network = example_network(tmp / "turning.h5", N=2, change=turning)
    words = "basins", network, "--samples", 8, "--duration-ms", 3000
    unsettled, told = measured(*words), ok("analyze", *words)
    assert unsettled["unsettled"]["share"] > 0.5 and len(unsettled["hints"]) == 1, unsettled
    assert "--as flow" in unsettled["hints"][0] and "--duration-ms" in unsettled["hints"][0] and f"hint: {unsettled['hints'][0]}\n" in told, told
    flow, told = measured(*words, "--as", "flow"), ok("analyze", *words, "--as", "flow")
    assert [one["kind"] for one in flow["attractors"]] == ["cycle"] and flow["hints"] == [] and "--as flow" not in told, told
    lost = measured("cycles", network, "--as", "flow", "--samples", 2, "--duration-ms", 100)
    assert lost["searches"]["no_return"] == 2 and "--duration-ms" in lost["hints"][0], lost
    assert measured("cycles", network, "--as", "flow", "--samples", 2)["hints"] == []


def test_what_grows_without_bound_is_said(tmp):
    """relu neurons that excite themselves: half of the states fall to rest, the others grow for ever."""
    def exciting(arrays, kind):
        kind["nonlinearity"] = np.bytes_("relu")
        arrays.update(W=np.array([[5.0]]))

    network = example_network(tmp / "exciting.h5", N=1, change=exciting)
    words = "cycles", network, "--as", "flow", "--samples", 20
    found, told = measured(*words), ok("analyze", *words)
    searches = found["searches"]
    assert searches["at_rest"] > 0 and searches["diverged"] > 0 and searches["at_rest"] + searches["diverged"] == 20 and found["hints"] == [], searches
    assert f"{searches['at_rest']} came to rest, {searches['diverged']} grew without bound, 0 did not return" in told, told

    def always(arrays, kind):
        exciting(arrays, kind)
        arrays["b"] = np.array([0.1])

    words = "basins", example_network(tmp / "always.h5", N=1, change=always), "--as", "flow", "--samples", 20
    found, told = measured(*words), ok("analyze", *words)
    assert found["diverged"] == found["unsettled"]["count"] == 20 and len(found["hints"]) == 1, found
    assert "without bound" in found["hints"][0] and "--duration-ms" not in found["hints"][0] and f"hint: {found['hints'][0]}\n" in told, told


def test_what_does_not_move_has_no_time_scale(tmp):
    """Rest and dying transients are refused in a line that says what to ask for; what moves is measured."""
    def weak(factor):
        def change(arrays, kind):
            arrays["W"] *= factor
        return change

    resting = example_network(tmp / "resting.h5", change=weak(0.9))
    refused("analyze", "timescales", resting, "--duration-ms", 2000, names=["resting.h5", "dies out", "less than half", "--noise SD", "--trials n", "--duration-ms 0"])
    refused("analyze", "timescales", resting, "--discard-ms", 60000, names=["resting.h5", "is at rest", "--noise SD"])
    refused("analyze", "dimension", resting, "--duration-ms", 2000, names=["resting.h5", "dies out", "dimension", "--noise SD"])
    result = measured("timescales", resting, "--noise", 1e-6)
    assert result["populations"][0]["integrated_ms"] > 20 and 1e-7 < result["rates_sd"] < 1e-4, result
    assert measured("dimension", resting, "--noise", 1e-6)["participation_ratio"] > 1
    chaotic = example_network(tmp / "chaotic.h5", N=60, change=weak(4))
    result = measured("timescales", chaotic, "--duration-ms", 4000)
    assert result["activity"] == "free" and result["rates_sd"] > 0.1, result
    refused("analyze", "timescales", resting, "--noise=-1", names=["--noise = -1", ">= 0"])
    refused("analyze", "timescales", resting, "--noise", 0.1, "--as", "flow", names=["--as = flow", "--noise 0"])
    refused("analyze", "timescales", resting, "--trials", 8, names=["resting.h5: is not a run file"])
    run = small_run("tcr", seed=2)
    refused("analyze", "timescales", run, "--trials", 1, names=["--trials = 1", "2 or more"])
    for kind in "timescales", "dimension":
        trials = measured(kind, run, "--trials", 32)
        assert trials["activity"] == "trials" and trials["left_out"] == [] and trials["rates_sd"] > 0, trials
        assert "task" not in ok("analyze", kind, run, "--trials", 32).splitlines()[0]
    assert measured("timescales", run, "--trials", 32)["trials"] == 32


def test_exponents_with_synapses(tmp):
    """The file's own synapse is part of the state, unless it is told otherwise; what has no equation is refused."""
    def with_synapse(name, N, **attributes):
        return network_with_synapse(tmp / f"{name}.h5", N, **attributes)

    def exponents(*words):
        return json.loads(ok("analyze", "lyapunov", *words, "--duration-ms", 2000, "--json", "-"))

    tcr = with_synapse("tcr", 6, kind="tcr", beta="20", tau_s_ms="100")
    full = exponents(tcr)
    assert (full["synapse"], full["dimension"], len(full["exponents_per_s"])) == ("tcr", 42, 42), full
    assert len(exponents(tcr, "--as", "flow", "--method", "exponential_euler", "--exponents", 3)["exponents_per_s"]) == 3
    alone = exponents(tcr, "--synapse", "none")
    assert (alone["synapse"], alone["dimension"]) == ("none", 6)
    assert alone["exponents_per_s"] == exponents(example_network(tmp / "plain.h5"))["exponents_per_s"]
    assert "joint state of network and synapses, 18 entries" in ok("analyze", "lyapunov", with_synapse("tm", 6, kind="tsodyks_markram"), "--duration-ms", 2000)
    large = with_synapse("large", 40, kind="tcr")
    refused("analyze", "lyapunov", large, names=["--exponents = 0", "1 to 1000", "1640"])
    refused("analyze", "lyapunov", large, "--exponents", 1641, names=["--exponents = 1641", "1640"])
    assert len(exponents(large, "--exponents", 2)["exponents_per_s"]) == 2
    refused("analyze", "lyapunov", tcr, "--synapse", "tcr", names=["--synapse = tcr", "trained or none"])
    refused("analyze", "lyapunov", with_synapse("yoked", 6, kind="tcr", current="yoked"), names=["synapse.current = yoked", "--synapse none"])
    refused("analyze", "lyapunov", with_synapse("permuted", 6, kind="tcr", postsynaptic="permuted"), names=["synapse.postsynaptic = permuted"])
    refused("analyze", "lyapunov", with_synapse("odd", 6, kind="tcr", beta="-1"), names=["synapse.beta = -1"])


if __name__ == "__main__":
    sys.exit(main(globals()))
