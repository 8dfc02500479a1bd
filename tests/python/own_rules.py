"""Rules written in Python: e-prop against the toolkit's, views that end with their call, the judge."""
import gc
import traceback

import numpy as np
import pytest

import stillpoint as sp

TASK = sp.tasks.EvidenceAccumulation(slots=4, delay_ms=(20, 60))
NET = sp.Network.random(12, gain=1.2, inputs=2, seed=2)


class OwnEProp(sp.Rule):
    """Eligibility traces p <- a p + c z, summed with the learning signal rho F e of their step."""

    any_network = False

    def begin(self, view):
        trials, _, units = view.rate.shape
        self.size = units
        self.traces = np.zeros((trials, units, units + view.inputs.shape[2] + 1))
        self.sum = np.zeros(self.traces.shape[1:])

    def step(self, t, view, error):
        before = np.concatenate([view.presynaptic[:, t], view.inputs[:, t], np.ones((len(error), 1))], axis=1)
        self.traces = view.leak[:, None] * self.traces + view.gain()[:, t, :, None] * before[:, None, :]
        signal = view.readout_gain()[:, t] * (error @ view.feedback.T)
        self.sum += np.einsum("bi,bij->ij", signal, self.traces)

    def write(self, view, changes):
        changes.W = self.sum[:, : self.size]
        changes.W_in += self.sum[:, self.size : -1]
        changes.b[:] = self.sum[:, -1]


def train(rule, **more):
    return sp.train(NET, TASK, rule, **{"updates": 3, "batch": 5, "progress": False, "precision": "double", "checkpoints": None, **more})


@pytest.mark.parametrize("kind", ["leaky_rate", "leaky_current"])
def test_e_prop_in_python_is_the_toolkit_s(kind):
    net = NET.replace(kind=kind)
    own = sp.train(net, TASK, OwnEProp(), updates=3, batch=5, progress=False, precision="double")
    theirs = sp.train(net, TASK, sp.EProp(form="online"), updates=3, batch=5, progress=False, precision="double")
    assert np.allclose(own.network.W, theirs.network.W, rtol=0, atol=1e-12) and not np.allclose(own.network.W, net.W, rtol=0, atol=1e-4)
    assert np.allclose(own.network.W_in, theirs.network.W_in, rtol=0, atol=1e-12) and np.allclose(own.network.b, theirs.network.b, rtol=0, atol=1e-12)
    beside = sp.train(net, TASK, sp.BPTT(), shadows=[OwnEProp()], updates=2, batch=5, progress=False, precision="double")
    known = sp.train(net, TASK, sp.BPTT(), shadows=[sp.EProp()], updates=2, batch=5, progress=False, precision="double")
    assert np.allclose(beside.curve.alignment["OwnEProp"][0], known.curve.alignment["e_prop"][0], rtol=1e-9)
    assert np.array_equal(beside.network.W, known.network.W)


def test_what_a_rule_sees():
    seen = {}

    class Looks(sp.Rule):
        def begin(self, view):
            with pytest.raises(AttributeError, match="first step"):
                _ = view.error
            seen["seed"] = view.seed

        def step(self, t, view, error):
            assert error.shape == (5, 1) and np.array_equal(error, view.error[:, t])
            seen["steps"] = t + 1

        def write(self, view, changes):
            for name in ("state", "rate", "read", "presynaptic", "activation", "output", "inputs", "targets", "mask", "error", "feedback", "leak"):
                array = getattr(view, name)
                assert not array.flags.writeable and not array.flags.owndata, name
                seen[name] = array.copy()
            seen.update({name: view.weights(name).copy() for name in ("W", "W_in", "W_out", "tau_ms")})
            seen.update({"length": view.length, "condition": view.condition, "dt_ms": view.dt_ms, "none": view.weights("mask")})
            for name, shape in (("W", (12, 12)), ("W_in", (12, 2)), ("b", (12,)), ("W_out", (1, 12)), ("b_out", (1,))):
                array = getattr(changes, name)
                assert array.shape == shape and array.flags.writeable and not array.any()

    found = train(Looks(), updates=1, seed=6)
    trials = TASK.draw(5, seed=6)
    for name in ("inputs", "targets", "mask"):
        assert np.array_equal(seen[name], trials[name])
    T = trials.sizes["time"]
    assert seen["seed"] == (6, 0) and seen["steps"] == T and seen["rate"].shape == (5, T + 1, 12) and seen["dt_ms"] == 5
    assert np.array_equal(seen["W"], NET.W) and np.array_equal(seen["feedback"], NET.W_out.T) and seen["none"] is None
    assert np.allclose(seen["output"], seen["rate"][:, 1:] @ NET.W_out.T, atol=1e-12)
    assert np.allclose(seen["error"], 2 * seen["mask"] * (seen["output"] - seen["targets"]) / seen["mask"].sum(), atol=1e-15)
    assert np.array_equal(seen["length"] * 5, trials.length_ms) and np.array_equal(seen["condition"], trials.condition)
    assert np.allclose(seen["leak"], 1 - 5 / 50) and np.array_equal(found.network.W, NET.W)  # a gradient of zeros
    class Single(sp.Rule):
        def write(self, view, changes):
            seen["dtype"] = view.rate.dtype, changes.W.dtype
    train(Single(), updates=1, precision="float")
    assert seen["dtype"] == (np.float32, np.float32)


@pytest.mark.parametrize("keep", ["view.rate", "view.rate[1:, ::2].T", "view", "changes.W", "view.error", "changes", "view.weights('W')"])
def test_a_view_that_is_kept_is_an_error(keep):
    class Keeps(sp.Rule):
        def write(self, view, changes):
            self.kept = eval(keep)

    rule = Keeps()
    with pytest.raises(RuntimeError, match="Keeps.*copies"):
        train(rule)
    if keep in ("view", "changes"):
        with pytest.raises(AttributeError, match="over"):
            _ = rule.kept.W if keep == "changes" else rule.kept.rate


def test_errors_of_a_rule_reach_the_user_and_hold_no_memory():
    class Fails(sp.Rule):
        def write(self, view, changes):
            rate = view.rate
            try:
                raise KeyError(rate.shape)
            except KeyError:
                raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as raised:
        train(Fails())
    frames = [frame for frame, _ in traceback.walk_tb(raised.tb)] + [frame for frame, _ in traceback.walk_tb(raised.value.__context__.__traceback__)]
    assert all("rate" not in frame.f_locals for frame in frames) and len(frames) > 2

    class Misfits(sp.Rule):
        def write(self, view, changes):
            changes.W = np.ones((3, 4))

    with pytest.raises(ValueError, match="broadcast"):
        train(Misfits())

    class Writes(sp.Rule):
        def write(self, view, changes):
            view.rate[:] = 0

    with pytest.raises(ValueError, match="read-only"):
        train(Writes())
    with pytest.raises(NotImplementedError, match="write"):
        train(sp.Rule())


@pytest.mark.parametrize("name, value, meant", [
    ("emit", "change", "emits"), ("own_readouts", True, "own_readout"), ("beginn", lambda self, view: None, "begin"),
    ("wirte", lambda self, view, changes: None, "write"), ("Step", lambda self, t, view, error: None, "step"),
])
def test_a_misspelt_hook_or_attribute_is_refused(name, value, meant):
    """It would be passed over."""
    with pytest.raises(TypeError, match=f"rule Mine: {name}: not known of a rule; did you mean {meant}\\?"):
        type("Mine", (sp.Rule,), {name: value})
    if not callable(value):
        rule = OwnEProp()
        setattr(rule, name, value)
        with pytest.raises(TypeError, match=f"did you mean {meant}"):
            train(rule)


def test_other_names_are_the_rule_s_own():
    own = {"steps": 3, "stop": train, "rewrite": train, "items": [], "_emit": 1, "traces": None, "update": train, "begin": train}
    assert type("Mine", (sp.Rule,), own).steps == 3


def test_finished_changes():
    class Adds(sp.Rule):
        emits = "change"

        def write(self, view, changes):
            changes.W += 0.5

    found = train(Adds(), updates=3)
    assert np.allclose(found.network.W, NET.W + 1.5) and not np.array_equal(found.network.W_out, NET.W_out)

    class ByStep(sp.Rule):
        emits, own_readout = "change_by_step", True
        calls = 0

        def write(self, view, changes):
            assert not changes.b.any()
            changes.b += 1
            ByStep.calls += 1

    found = train(ByStep(), updates=1)
    assert ByStep.calls >= TASK.draw(5).sizes["time"] and np.allclose(found.network.b, TASK.draw(5).sizes["time"])
    assert np.array_equal(found.network.W_out, NET.W_out)


def test_what_a_gradient_is():
    class Claims(OwnEProp):
        truth = "exact"

    class Exact(sp.Rule):
        """BPTT of leaky_rate, tanh."""

        def write(self, view, changes):
            gain, leak, W = view.gain(), view.leak, view.weights("W")
            signal = view.error @ view.feedback.T
            q = np.zeros(signal[:, 0].shape)
            for t in reversed(range(gain.shape[1])):
                q += signal[:, t]
                drive = gain[:, t] * q
                changes.W += drive.T @ view.presynaptic[:, t]
                changes.W_in += drive.T @ view.inputs[:, t]
                changes.b += drive.sum(axis=0)
                q = leak * q + drive @ W

    class Noisy(Exact):
        """The same with noise of mean zero."""

        def begin(self, view):
            self.rng = np.random.default_rng(view.seed)

        def write(self, view, changes):
            super().write(view, changes)
            changes.W += 0.01 * self.rng.normal(size=changes.W.shape)

    exact = sp.check_gradients(Exact())
    assert exact.kind == "exact" and exact.tried[0]["error"] < 1e-6 and exact.ok is None and exact.cosine == pytest.approx(1)
    noisy = sp.check_gradients(Noisy(), draws=300)
    assert noisy.kind == "unbiased" and noisy.tried[0]["verdict"] == "failed"
    own, theirs = sp.check_gradients(OwnEProp(), draws=100), sp.check_gradients(sp.EProp(), draws=100)
    assert own.kind == theirs.kind == "approximate" and own.cosine == pytest.approx(theirs.cosine, rel=1e-9) and 0 < own.cosine < 0.999
    assert own.ok is None and theirs.ok is True and "approximate" in repr(own)
    lies = sp.check_gradients(Claims(), draws=100)
    assert lies.ok is False and "claims to be exact" in repr(lies)
    assert sp.check_gradients("bptt").ok and sp.check_gradients("bptt", synapse=sp.TCR(beta=20)).ok
    unbiased = sp.check_gradients(sp.UORO(), draws=2000)
    assert unbiased.kind == "unbiased" and unbiased.ok, unbiased
    none = sp.check_gradients(sp.Oja(rate=0.1))
    assert none.kind == "none" and none.ok and "finished changes" in repr(none)


def test_objects_are_let_go_of():
    alive = []

    class Counted(sp.Rule):
        def __init__(self):
            alive.append(1)

        def __del__(self):
            alive.pop()

        def write(self, view, changes):
            pass

    train(Counted())
    with pytest.raises(ValueError):
        train(Counted(), updates=0)
    gc.collect()
    assert alive == []


@pytest.mark.parametrize("answer", ["{'W': changes.W}", "changes.W + 1", "True"])
def test_a_rule_that_gives_back_what_it_learned_is_told_where_to_write_it(answer):
    namespace = {"sp": sp}
    exec(f"class Own(sp.Rule):\n    def write(self, view, changes):\n        return {answer}", namespace)
    with pytest.raises(TypeError, match=r"rule Own: write gives back \w+, .* changes\.W \+="):
        sp.train(sp.Network.random(8, inputs=2, seed=1), sp.tasks.EvidenceAccumulation(), namespace["Own"](), updates=1, progress=False)
    exec("class Own(sp.Rule):\n    def write(self, view, changes):\n        changes.W += 1\n        return changes", namespace)
    assert sp.train(sp.Network.random(8, inputs=2, seed=1), sp.tasks.EvidenceAccumulation(), namespace["Own"](), updates=1, progress=False)
