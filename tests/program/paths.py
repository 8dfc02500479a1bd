#!/usr/bin/env python3
"""Analyses of a network's path through its state space: exponents, time scales, basins, cycles, dimension."""
import json
import sys

import h5py
import numpy as np

from support import example_network, main, ok, refused


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
    scales = result("timescales", linear, "--samples", 2)
    mode, = scales["states"][0]["modes"]
    assert np.isclose(mode["tau_ms"], 50 / 0.8) and np.isclose(mode["period_ms"], 2 * np.pi * 50 / 0.6)
    assert scales["populations"][0]["integrated_ms"] is None and "nothing varies" in ok("analyze", "timescales", linear)
    rest = result("basins", linear, "--samples", 20)
    point, = rest["attractors"]
    A, b = np.array([[0.2, -0.6], [0.6, 0.2]]), np.array([5.0, 5.0])
    assert point["kind"] == "fixed point" and point["count"] == 20 and point["interval"][1] == 1
    assert np.allclose(point["state"], np.linalg.solve(np.eye(2) - A, b), rtol=1e-6)
    none = result("cycles", linear, "--samples", 3)
    assert none["cycles"] == [] and none["searches"] == {"samples": 3, "at_rest": 3, "no_return": 0, "not_converged": 0}, none
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
    refused("analyze", "cycles", chaotic, names=["--as = map"])
    refused("analyze", "lyapunov", chaotic, "--dt-ms", 1, names=["--dt-ms = 1"])
    refused("analyze", "basins", linear, "--dt-ms", 500, names=["--dt-ms = 500"])
    refused("analyze", "basins", linear, "--dt-ms", 0, names=["--dt-ms = 0"])
    refused("analyze", "timescales", linear, "--state", "1,2,3", names=["--state = 3 values"])
    refused("analyze", "basins", linear, "--samples", 0, names=["--samples = 0"])
    refused("analyze", "cycles", linear, "--spread=-1", names=["--spread = -1"])
    refused("analyze", "lyapunov", linear, "--method", "dopri5", names=["--method = dopri5"])


def test_exponents_with_synapses(tmp):
    """The file's own synapse is part of the state, unless it is told otherwise; what has no equation is refused."""
    def with_synapse(name, N, **attributes):
        path = example_network(tmp / f"{name}.h5", N=N)
        with h5py.File(path, "a") as file:
            group = file["network"].create_group("synapse")
            for key, value in attributes.items():
                group.attrs[key] = value
        return path

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
