#!/usr/bin/env python3
"""Fixed points, cycles of maps and slow points."""
import json
import shutil
import sys

import h5py
import numpy as np

from support import example_network, main, ok, refused, small_run


def pair(tmp):
    """A self-exciting pair: tanh(2 x) = x three times."""
    def change(arrays, kind):
        arrays["W"], arrays["tau_ms"] = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array(50.0)
    return example_network(tmp / "pair.h5", N=2, change=change)


def flipping(arrays, kind):
    """The map x' = 1 - 2 relu(y), y' = 1 - 2 relu(x)."""
    kind["kind"], kind["nonlinearity"] = np.bytes_("plrnn"), np.bytes_("relu")
    arrays["W"], arrays["A"], arrays["b"], arrays["tau_ms"] = np.array([[0.0, -2], [-2, 0]]), np.zeros(2), np.ones(2), np.array(5.0)


def test_fixed_points_of_a_pair(tmp):
    network = pair(tmp)
    text = ok("analyze", "fixed-points", network, "--as", "flow", "--starts", 200, "--json", tmp / "points.json")
    assert "3 fixed points of the flow" in text and "visited by free runs" in text and "proved: there is no other" in text, text
    found = json.loads((tmp / "points.json").read_text())
    assert (found["kind"], found["as"], found["complete"], found["starts"]) == ("fixed-points", "flow", "proved", 200)
    assert found["missing"] == {"estimate": 0, "low": 0, "high": 0} and found["unseen_share"]["high"] == 0 and found["converged_share"] == 1
    assert found["proof"]["points"] == 3 and found["proof"]["undecided"] == [], found["proof"]
    assert abs(found["tau_ref_ms"] - 50) < 1e-9 and found["cycles"] == [] and "synapse" not in found, found
    assert len(found["points"]) == 3
    for point in found["points"]:
        x = np.array(point["state"])
        W = np.ones((2, 2))
        assert np.abs(np.tanh(W @ x) - x).max() <= 1e-12 and point["residual"] <= 1e-12, point
        J = -np.eye(2) + np.diag(1 - np.tanh(W @ x) ** 2) @ W
        expected = sorted(np.linalg.eigvals(J).real)
        assert np.allclose(sorted(re for re, im in point["eigenvalues"]), expected, atol=1e-9), point
        assert point["index"] == sum(e > 0 for e in expected) and point["stable"] == (max(expected) < 0), point
    assert sum(point["hits"] for point in found["points"]) == found["converged"]
    assert [point["number"] for point in found["points"]] == [1, 2, 3] and found["continua"] == [] and all(point["neutral"] == 0 for point in found["points"])
    assert [np.sign(round(point["state"][0], 6)) for point in found["points"]] == [-1, 1, 0]  # stable ones first, by their states
    ok("analyze", "fixed-points", network, "--as", "flow", "--starts", 200, "--json", tmp / "again.json")
    assert (tmp / "again.json").read_bytes() == (tmp / "points.json").read_bytes()

    # As the Euler map of the file's 5 ms the multipliers are 1 + dt / tau times the eigenvalues.
    as_map = json.loads(ok("analyze", "fixed-points", network, "--starts", 200, "--json", "-"))
    assert as_map["as"] == "map"
    assert np.isclose(as_map["points"][0]["eigenvalues"][0][0], 1 + 0.1 * found["points"][0]["eigenvalues"][0][0])
    with_tcr = json.loads(ok("analyze", "fixed-points", network, "--as", "flow", "--synapse", "tcr", "--beta", 10, "--tau-s-ms", 100, "--json", "-"))
    assert len(with_tcr["points"][0]["eigenvalues"]) == 4
    assert abs(with_tcr["synapse"].pop("remaining_eigenvalue") + 0.5) < 1e-12
    assert with_tcr["synapse"] == {"kind": "tcr", "beta": 10, "tau_s_ms": 100, "multiplicity": 2}

    defaults = json.loads(ok("analyze", "fixed-points", network, "--as", "flow", "--synapse", "tcr", "--json", "-"))["synapse"]
    assert (defaults["beta"], defaults["tau_s_ms"]) == (100, 200), defaults


def test_fixed_points_with_synapses_in_their_steady_state(tmp):
    network = pair(tmp)
    use, tau_f, tau_d, f_max = 0.2, 1.5, 0.2, 20  # defaults, in seconds
    joint = json.loads(ok("analyze", "fixed-points", network, "--as", "flow", "--synapse", "tsodyks_markram", "--starts", 100, "--json", "-"))
    assert joint["synapse"] == {"kind": "tsodyks_markram", "use": 0.2, "tau_f_ms": 1500, "tau_d_ms": 200, "f_max_hz": 20, "normalise": "rest"}
    assert joint["points"]
    for point in joint["points"]:
        x, p, q = (np.array(point[name]) for name in ("state", "use", "resource"))
        def steady(f): return (u := use * (1 + tau_f * f) / (1 + use * tau_f * f), 1 / (1 + tau_d * u * f))
        assert np.allclose([p, q], steady(f_max * (x + 1) / 2)) and len(point["eigenvalues"]) == 6, point
        assert np.abs(np.tanh(np.ones((2, 2)) @ (p * q * x) / np.prod(steady(f_max / 2))) - x).max() < 1e-12, point


def test_a_line_of_fixed_points_is_one_row_and_a_degenerate_point_is_one_too(tmp):
    # r' = -r + relu(W r) with W = 1/2 rests wherever r1 = r2 >= 0; x' = -x + tanh(x) at 0 alone, where F = -x^3/3.
    def line(arrays, kind):
        kind["nonlinearity"] = np.bytes_("relu")
        arrays["W"] = np.full((2, 2), 0.5)
    network = example_network(tmp / "line.h5", N=2, change=line)
    for form in "flow", "map":
        text = ok("analyze", "fixed-points", network, "--as", form, "--starts", 200, "--json", tmp / "line.json")
        found = json.loads((tmp / "line.json").read_text())
        continuum, = found["continua"]
        assert (continuum["dimension"], continuum["attracts"], continuum["index"], continuum["number"]) == (1, True, [0, 0], 1), continuum
        assert continuum["points"] == len(found["points"]) > 50 and found["missing"]["estimate"] == 0 == found["chao1"], continuum
        states = np.array([point["state"] for point in found["points"]])
        assert np.ptp(states, axis=1).max() < 1e-9 and states.min() >= 0 and np.isclose(continuum["extent"], np.sqrt(2) * np.ptp(states[:, 0])), states
        for point in found["points"]:
            re, im = point["nearest_to_neutral"]
            assert point["number"] == 1 and (point.get("on_kink") or (point["neutral"] == 1 and abs(np.hypot(re, im) - (form == "map")) < 1e-9)), point
        rows = [line for line in text.splitlines() if "attracts" in line]
        assert len(rows) == 1 and f"a line or ring of them ({len(states)} points found" in text and "estimated: of " in text, text
    def critical(arrays, kind):
        arrays["W"], arrays["W_in"], arrays["tau_ms"] = np.ones((1, 1)), np.zeros((1, 2)), np.array(50.0)
    text = ok("analyze", "fixed-points", example_network(tmp / "critical.h5", N=1, change=critical), "--as", "flow", "--json", tmp / "critical.json")
    found = json.loads((tmp / "critical.json").read_text())
    point, = found["points"]
    assert found["continua"] == [] and point["neutral"] == 1 and not point["stable"] and abs(point["state"][0]) < 2e-4 and "1 fixed point of the flow" in text, text


def test_cycles_of_a_piecewise_linear_map(tmp):
    plrnn = example_network(tmp / "plrnn.h5", N=2, change=flipping)
    exact = json.loads(ok("analyze", "fixed-points", plrnn, "--max-cycle", 2, "--json", "-"))
    assert exact["complete"] == "exact" and len(exact["points"]) == 3 and exact["cycles_exact_to"] == 2, exact
    assert "3 cycles of k = 2: exact" in ok("analyze", "fixed-points", plrnn, "--max-cycle", 2)
    def resting(arrays, kind):
        flipping(arrays, kind)
        arrays["W"] = np.zeros((2, 2))
    assert "0 cycles of k = 2 to 3: exact" in ok("analyze", "fixed-points", example_network(tmp / "resting.h5", N=2, change=resting), "--max-cycle", 3)
    assert len(exact["cycles"]) == 3 and all(cycle["k"] == 2 for cycle in exact["cycles"]), exact["cycles"]
    cycle, = [cycle for cycle in exact["cycles"] if cycle["stable"]]
    assert sorted(cycle["states"]) == [[-1, -1], [1, 1]], cycle


def test_a_pair_has_no_slow_points(tmp):
    # Every minimum of the speed of this pair is a fixed point, which is said.
    network = pair(tmp)
    slow = json.loads(ok("analyze", "slow-points", network, "--as", "flow", "--starts", 10, "--json", "-"))
    assert slow["kind"] == "slow-points" and slow["points"] == [] and slow["starts"] == 10, slow
    assert "0 slow points from 10 starts" in ok("analyze", "slow-points", network, "--as", "flow", "--starts", 10)


def test_points_that_cannot_be_found_are_refused(tmp):
    network, plrnn = pair(tmp), example_network(tmp / "plrnn.h5", N=2, change=flipping)
    def nan(arrays, kind): arrays["W"][0, 1] = np.nan
    broken = example_network(tmp / "nan.h5", change=nan)
    for kind in "fixed-points", "slow-points":
        refused("analyze", kind, broken, names=["nan.h5", "W = not finite"])
        refused("analyze", kind, network, "--input", "1,2,3", names=["--input = 3 values", "2 input channels"])
        refused("analyze", kind, network, "--starts", 0, names=["--starts = 0"])
        refused("analyze", kind, tmp / "absent.h5", names=["absent.h5: no such file"])
        assert "example:" in ok("analyze", kind, "--help")
    refused("analyze", "fixed-points", network, "--as", "flow", "--max-cycle", 2, names=["--max-cycle = 2", "flow"])
    refused("analyze", "fixed-points", network, "--max-cycle", 2, names=["--max-cycle = 2", "relu"])
    refused("analyze", "fixed-points", network, "--synapse", "learned", names=["--synapse = learned", "trained", "tsodyks_markram"])
    for path in network, small_run("tcr"):
        assert ok("analyze", "fixed-points", path, "--starts", 8, "--synapse", "trained") == ok("analyze", "fixed-points", path, "--starts", 8)
    refused("analyze", "fixed-points", network, "--synapse", "tsodyks_markram", "--beta", 1, names=["--beta = 1", "--synapse tcr"])
    refused("analyze", "fixed-points", network, "--synapse", "tcr", "--beta", "-1", names=["--beta = -1"])
    refused("analyze", "fixed-points", network, "--beta", "1", names=["--beta = 1", "--synapse tcr"])
    for synapse, directions in ("tcr", 4), ("tsodyks_markram", 6):
        discrete = json.loads(ok("analyze", "fixed-points", plrnn, "--synapse", synapse, "--starts", 50, "--json", "-"))
        assert discrete["points"] and all(len(point["eigenvalues"]) == directions for point in discrete["points"]), discrete
    refused("analyze", "slow-points", network, "--radius", 0, names=["--radius = 0"])


def test_starts_visited_by_the_trials_of_a_run(tmp):
    # The second of these networks has slow points, so that it matters where the search for them begins.
    for run, kind, words, instead in ((small_run("tcr"), "fixed-points", "32 visited by the task's trials, 32 random", "visited by free runs"),
                                      (small_run("none", seed=2), "slow-points", "free runs from the trials' states", "free runs from random states")):
        run = shutil.copy(run, tmp / f"{kind}.h5")
        text = ok("analyze", kind, run, "--starts", 64, "--json", tmp / "a.json")
        assert words in text and instead not in text and ok("analyze", kind, run, "--starts", 64) == text, text
        by_trials = json.loads((tmp / "a.json").read_text())
        free = json.loads(ok("analyze", kind, run, "--starts", 64, "--visited", "free", "--json", "-"))
        assert (by_trials.pop("visited"), free.pop("visited")) == ("trials", "free") and free != by_trials
        network = example_network(tmp / "network.h5")
        assert json.loads(ok("analyze", kind, network, "--starts", 8, "--json", "-"))["visited"] == "free"
        refused("analyze", kind, network, "--visited", "trials", names=["network.h5: is not a run file: one is needed here, as `stillpoint run` writes it\n"])
        refused("analyze", kind, run, "--visited", "all", names=["--visited = all", "trials or free"])
        refused("analyze", kind, run, "--starts=-5", names=["--starts = -5"])
        with h5py.File(run, "a") as file:  # a task that cannot be made again: free runs, unless it is asked for
            file["options"].attrs["task.name"] = "file"
        told = ok("analyze", kind, run, "--starts", 8)
        assert instead in told and "free runs in the place of the task's trials" in told and "its task cannot be made again" in told, told
        assert "in the place of" not in ok("analyze", kind, run, "--starts", 8, "--visited", "free") + text
        refused("analyze", kind, run, "--visited", "trials", names=["its task cannot be made again"])


if __name__ == "__main__":
    sys.exit(main(globals()))
