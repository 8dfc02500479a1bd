"""Every analysis against the program's on the same network, to the bit; tables, pictures, words."""
import dataclasses
import inspect
import json
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from matplotlib import pyplot

import stillpoint as sp


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    pyplot.close("all")


def as_complex(pairs):
    return np.array([complex(*pair) for pair in pairs])


def shown(found):
    """Of any result: a table, a picture in axes of one's own, words."""
    table, ax = found.to_dataframe(), pyplot.figure().subplots()
    assert found.plot(ax) is ax and found.plot() is not ax
    assert len(repr(found)) > 20 and "object at" not in repr(found)
    return table


def test_fixed_points(analysed, bistable):
    for net, words, options in [
        (bistable, [], {}),
        (bistable.replace(dt_ms=5), ["--seed", "3", "--starts", "64", "--input", "0.5,-0.5"], {"seed": 3, "starts": 64, "input": [0.5, -0.5]}),
        (bistable.replace(synapse=sp.TCR(beta=60)), ["--starts", "64"], {"starts": 64}),
        (bistable.replace(synapse=sp.TsodyksMarkram(), nonlinearity="logistic"), ["--starts", "64"], {"starts": 64}),
        (sp.Network(bistable.W[:8, :8], nonlinearity="relu", b=np.ones(8)), [], {}),
    ]:
        expected, found = analysed("fixed-points", net, *words), sp.fixed_points(net, **options)
        points = expected["points"]
        assert len(found) == len(points) > 0
        assert np.array_equal(found.states, [point["state"] for point in points])
        assert np.array_equal(found.eigenvalues, [as_complex(point["eigenvalues"]) for point in points])
        assert np.array_equal(found.nearest_to_neutral, as_complex(point["nearest_to_neutral"] for point in points))
        for name in ("stable", "index", "neutral", "hits", "residual", "number"):
            assert getattr(found, name).tolist() == [point[name] for point in points], name
        for name in ("as", "tau_ref_ms", "complete", "missing", "unseen_share", "chao1", "starts", "converged", "deflated_starts", "found_by_deflation"):
            assert getattr(found, "as_" if name == "as" else name) == expected[name], name
        assert shown(found)["index"].tolist() == found.index.tolist()


def test_low_rank(analysed):
    """By factors, and as a full matrix whose rank is seen."""
    rng = np.random.default_rng(2)
    V = rng.normal(size=(30, 2))
    M = V @ [[1.8, -1.5], [1.5, 1.8]] + 0.3 * rng.normal(size=(30, 2))
    for net in sp.Network(kind="low_rank", M=M, V=V), sp.Network(kind="low_rank_current", M=M, V=V), sp.Network(M @ V.T / 30):
        assert sp.fixed_points(net, starts=32).rank == analysed("fixed-points", net, "--starts", "32")["rank"] == 2
        expected, found = analysed("cycles", net, "--samples", "2"), sp.cycles(net, samples=2)
        assert expected["rank"] == 2 and np.array_equal(found.paths[0], expected["cycles"][0]["path"])
        assert len(found.multipliers[0]) == 29


def test_a_line_of_fixed_points(analysed):
    net = sp.Network(np.outer([1, 1], [0.5, 0.5]), nonlinearity="relu")
    expected, found = analysed("fixed-points", net, "--starts", "32"), sp.fixed_points(net, starts=32)
    assert [continuum["dimension"] for continuum in found.continua] == [continuum["dimension"] for continuum in expected["continua"]] == [1]
    assert "line" in repr(found)
    shown(found)


def test_slow_points(analysed, bistable):
    for net, options in [(sp.Network([[2.0]], b=[0.54]), ["--starts", "16"]), (bistable, ["--starts", "16"])]:
        expected, found = analysed("slow-points", net, *options), sp.slow_points(net, starts=16)
        points = expected["points"]
        assert np.array_equal(found.states, np.array([point["state"] for point in points]).reshape(-1, net.size))
        assert found.q.tolist() == [point["q"] for point in points]
        assert np.array_equal(found.passage_ms, [np.nan if point["passage_ms"] is None else point["passage_ms"] for point in points], equal_nan=True)
        assert (found.at_fixed_points, found.unfinished) == (expected["at_fixed_points"], expected["unfinished"])
        assert len(shown(found)) == len(points)


def test_lyapunov(analysed, bistable):
    for net, words, options in [
        (bistable, ["--exponents", "4"], {"exponents": 4}),
        (bistable.replace(synapse=sp.HighPass()), ["--exponents", "3", "--method", "euler", "--dt-ms", "1"],
         {"exponents": 3, "method": "euler", "dt_ms": 1}),
    ]:
        expected = analysed("lyapunov", net, "--duration-ms", "500", "--discard-ms", "100", *words)
        found = sp.lyapunov(net, duration_ms=500, discard_ms=100, **options)
        assert found.per_second.tolist() == expected["exponents_per_s"] and found.dimension == expected["dimension"]
        assert found.standard_error.tolist() == expected["standard_errors_per_s"]
        assert found.kaplan_yorke == expected["kaplan_yorke_dimension"]
        shown(found)
    with pytest.raises(ValueError, match="exponents"):
        sp.lyapunov(sp.Network.random(40), synapse=sp.TCR())


def test_cycles(analysed):
    net = sp.Network([[2, -2], [2, 2]])
    expected, found = analysed("cycles", net, "--samples", "3"), sp.cycles(net, samples=3)
    assert len(found) == len(expected["cycles"]) == 1
    one = expected["cycles"][0]
    assert found.period_ms[0] == one["period_ms"] and np.array_equal(found.paths[0], one["path"])
    assert np.array_equal(found.multipliers[0], as_complex(one["multipliers"])) and found.found[0] == one["found"]
    assert len(shown(found)) == 1
    with pytest.raises(ValueError, match="flow"):
        sp.cycles(sp.Network(np.eye(2), kind="rnn_map"))


def test_basins(analysed, bistable):
    net = bistable.replace(synapse=sp.TCR(beta=20))
    expected = analysed("basins", net, "--samples", "20", "--duration-ms", "2000", "--spread", "2")
    found = sp.basins(net, samples=20, duration_ms=2000, spread=2)
    assert found.count.tolist() == [one["count"] for one in expected["attractors"]]
    assert np.array_equal(found.states, [one["state"] for one in expected["attractors"]])
    assert found.of_sample.tolist() == expected["of_sample"] and found.unsettled == expected["unsettled"]["count"]
    assert [[low, high] for low, high in zip(found.low, found.high)] == [one["interval"] for one in expected["attractors"]]
    shown(found)


def test_phases(program, tmp_path):
    rng = np.random.default_rng(1)
    t = np.arange(0, 600, 3)
    for loss in (
        0.01 + 1 / (1 + np.exp((t - 300) / 9)) * np.exp(0.02 * rng.normal(size=200)),
        np.exp(-t / 200 + 0.05 * rng.normal(size=200)),
        np.exp(0.05 * rng.normal(size=200)),
    ):
        (tmp_path / "curve.csv").write_text("update,loss\n" + "".join(f"{u},{float(x)!r}\n" for u, x in zip(t, loss)))
        program("analyze", "phases", tmp_path / "curve.csv", "--json", tmp_path / "found.json", "--bootstrap", 50)
        expected, found = json.loads((tmp_path / "found.json").read_text()), sp.phases(loss, update=t, resamples=50)
        assert found.verdict == expected["verdict"] and found.delta_bic == expected["evidence"]["delta_bic"]
        if expected["drop"]:
            assert found.drop == tuple(expected["drop"][name] for name in ("update", "low", "high"))
            assert found.loss_before_after == (expected["drop"]["loss_before"], expected["drop"]["loss_after"])
        assert [one["update"] for one in found.drops] == [one["update"] for one in expected["drops"]]
        assert len(found.drops_to_dataframe()) == len(found.drops)
        assert found.falling_p == expected["evidence"]["falling_p"]
        assert shown(found)["name"].tolist() == [phase["name"] for phase in expected["phases"]]
        import pandas as pd

        table = pd.DataFrame({"update": t, "loss": loss})
        assert sp.phases(table, resamples=50).drop == found.drop


def test_follow_and_restructuring(program, tmp_path):
    (tmp_path / "s.ini").write_text(
        "[study]\nname = s\nseeds = 2\n[network]\nsize = 12\ngain = 1.2\n[training]\nupdates = 40\nbatch = 4\ncheckpoints = every 10\n"
        "[integration]\ndt_ms = 10\n[task]\nname = flip_flop\n")
    program("run", tmp_path / "s.ini", "--out", tmp_path / "study")
    run = next((tmp_path / "study/runs").glob("*.h5"))
    program("analyze", "follow", run, "--json", tmp_path / "found.json")
    expected = json.loads((tmp_path / "found.json").read_text())
    updates = [at["update"] for at in expected["checkpoints"]]
    groups = ["initial/network", *(f"checkpoints/{update:08d}/network" for update in updates[1:-1]), "final/network"]
    found = sp.follow([sp.Network.load(run, group) for group in groups], updates=updates)
    for at, there in zip(found.points, expected["checkpoints"], strict=True):
        assert np.array_equal(at["states"], [point["state"] for point in there["points"]])
        assert at["index"].tolist() == [point["index"] for point in there["points"]]
    assert [change["type"] for change in found.changes] == [change["type"] for change in expected["changes"]]
    assert found.tracks == expected["tracks"]
    shown(found)

    program("analyze", "restructuring", tmp_path / "study", "--json", tmp_path / "events.json", "--walks", "19", "--quiet")
    expected = json.loads((tmp_path / "events.json").read_text())
    found = sp.restructuring(tmp_path / "study", walks=19)
    for condition, there in zip(found.conditions, expected["conditions"], strict=True):
        assert [run["verdict"] for run in condition["runs"]] == [run["verdict"] for run in there["each"]]
        assert [run["events"] for run in condition["runs"]] == [run["events"] for run in there["each"]]
    shown(found)


def test_words_say_what_became_of_runs_and_weights():
    exciting = sp.Network([[5.0]], nonlinearity="relu")
    found = sp.cycles(exciting, samples=20)
    assert found.at_rest > 0 and found.diverged > 0 and found.at_rest + found.diverged == 20, found
    assert f"{found.at_rest} came to rest, {found.diverged} grew without bound, 0 did not return" in repr(found)
    found = sp.basins(exciting, samples=20, spread=0.5)
    assert found.diverged == found.unsettled > 0 and repr(found).endswith(f"{found.unsettled} unsettled, {found.diverged} of them without bound")
    assert "others for at most 0.0207 of starts" in repr(sp.fixed_points(sp.Network(np.zeros((2, 2))), starts=64, proof=0))
    assert repr(sp.fixed_points(sp.Network(np.zeros((2, 2))), starts=64)).endswith("proved: there is no other")
    silent = sp.fixed_points(sp.Network(0.5 * np.eye(2)), synapse=sp.TCR())
    assert silent.stable.all() and np.allclose(silent.eigenvalues[0] / silent.tau_ref_ms * 1000, [-5, -5, -10, -10])
    checked = sp.check_gradients(sp.BPTT(), sp.Network.random(20, gain=1.2, seed=1, nonlinearity="relu"), sp.tasks.FlipFlop(bits=1))
    assert checked.kind == "not checked" and checked.ok is None and len(checked.tried) == 1
    assert repr(checked).startswith("bptt: not checked, ") and "weights are at relu kinks" in repr(checked) and "the others agree to" in repr(checked)


def test_threads_that_call_at_once_get_the_same_bits():
    net = sp.Network.random(60, gain=3, seed=1)
    alone = sp.lyapunov(net, duration_ms=3000, discard_ms=100).per_second
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda _: sp.lyapunov(net, duration_ms=3000, discard_ms=100), range(4)):
            assert np.array_equal(found.per_second, alone)


@pytest.mark.parametrize("name", [name for name in sp.__all__ if hasattr(getattr(sp, name), "__dataclass_fields__")])
def test_results_say_what_they_hold(name):
    """In what help() shows, each attribute with its shape or type and what it is."""
    kind = getattr(sp, name)
    said = re.findall(r"^    ([\w, ]+) : \S.*\n        \S", kind.__doc__, re.MULTILINE)
    assert sorted(one for line in said for one in line.split(", ")) == sorted(kind.__dataclass_fields__)
    assert not inspect.signature(kind).parameters  # two dozen that nobody is to give


def test_results_are_equal_to_themselves_alone():
    found, again = (sp.fixed_points(sp.Network([[0, 2], [2, 0]]), starts=8) for _ in range(2))
    assert found == found and found != again and len({found, again}) == 2


def marks(ax):
    return {scattered.get_label(): len(scattered.get_offsets()) for scattered in ax.collections}


def test_pictures_of_fixed_points_tell_a_continuum_from_unstable_points():
    m = abs(np.random.default_rng(0).normal(size=8))
    line = sp.fixed_points(sp.Network(np.outer(m, m) / (m @ m), nonlinearity="relu"), starts=64)
    seen = marks(line.plot())
    assert seen.pop("neutral") > 10 and not seen
    assert line.to_dataframe().attracts.all() and not line.stable.any()
    three = sp.fixed_points(sp.Network([[0, 2], [2, 0]]))
    assert marks(three.plot()) == {"stable": 2, "unstable": 1} and three.to_dataframe().attracts.tolist() == [True, True, False]
    far = dataclasses.replace(three, states=three.states * [[1], [1], [0]] + [[0, 0], [0, 0], [2e7, 1]])
    ax = far.plot()
    assert marks(ax) == {"stable": 2} and "1 point far out" in ax.get_legend().get_title().get_text()


def test_pictures_of_nothing_say_so():
    quiet = sp.Network([[0.5]])
    for found, said in ((sp.cycles(quiet, samples=2), "no limit cycle"), (sp.slow_points(quiet, starts=4), "no slow point")):
        assert len(found) == 0 and found.plot().get_title() == said
    with pytest.raises(TypeError, match="ax: 3; expected axes"):
        sp.lyapunov(quiet, duration_ms=200).plot(3)


def test_a_check_of_gradients_makes_a_table_and_a_picture():
    for rule in (sp.BPTT(), sp.EProp()):
        found = sp.check_gradients(rule, draws=100)
        table = shown(found)
        assert table.verdict.tolist()[: len(found.tried)] == [one["verdict"] for one in found.tried] and {"error", "bound"} <= set(table)
