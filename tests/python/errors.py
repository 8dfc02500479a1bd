"""What is not allowed: ValueError or TypeError that names the parameter, its shape or value, and what was expected; never a crash."""
import numpy as np
import pytest

import stillpoint as sp

W = np.eye(3)
NET = sp.Network(W, np.ones((3, 2)), W_out=np.ones((1, 3)))
NAN = W.copy()
NAN[1, 1] = np.nan
INPUTS = np.zeros((2, 10, 2))
LOSS = np.exp(-np.arange(50) / 10)


@pytest.mark.parametrize("call, kind, words", [
    (lambda: sp.Network(np.ones((3, 4))), ValueError, ["W", "3 x 4"]),
    (lambda: sp.Network(np.ones(3)), ValueError, ["W", "(3,)", "(N, N)"]),
    (lambda: sp.Network(np.ones((0, 0))), ValueError, ["W"]),
    (lambda: sp.Network(), ValueError, ["W", "missing"]),
    (lambda: sp.Network([["a", "b"], ["c", "d"]]), TypeError, ["W", "real numbers"]),
    (lambda: sp.Network([[1, 2], [3]]), ValueError, ["W"]),
    (lambda: sp.Network(W * 1j), TypeError, ["W", "complex"]),
    (lambda: sp.Network(np.array([[object()]])), TypeError, ["W", "object"]),
    (lambda: sp.Network(NAN), ValueError, ["W", "nan at [1, 1]", "finite"]),
    (lambda: sp.Network(W, np.ones((4, 2))), ValueError, ["W_in", "4 x 2", "N x K"]),
    (lambda: sp.Network(W, W_out=np.ones((1, 2))), ValueError, ["W_out", "1 x 2"]),
    (lambda: sp.Network(W, b=np.ones(2)), ValueError, ["b", "2 x 1"]),
    (lambda: sp.Network(W, tau_ms=0), ValueError, ["tau_ms", "> 0"]),
    (lambda: sp.Network(W, tau_ms=[1, 2]), ValueError, ["tau_ms", "2 values", "N = 3"]),
    (lambda: sp.Network(W, tau_ms="fast"), TypeError, ["tau_ms"]),
    (lambda: sp.Network(W, tau_ms=np.empty(0)), ValueError, ["tau_ms"]),
    (lambda: sp.Network(W, kind="leaky"), ValueError, ["kind", "leaky_rate"]),
    (lambda: sp.Network(W, nonlinearity="sigmoid"), ValueError, ["nonlinearity", "logistic"]),
    (lambda: sp.Network(W, nonlinearity=np.tanh), TypeError, ["nonlinearity"]),
    (lambda: sp.Network(W, kind="lstm"), ValueError, ["W", "4N x N"]),
    (lambda: sp.Network(W, kind="low_rank"), ValueError, ["M", "missing"]),
    (lambda: sp.Network(W, A=np.ones(3)), ValueError, ["A", "has none"]),
    (lambda: sp.Network(W, mask=np.full((3, 3), 2)), ValueError, ["mask"]),
    (lambda: sp.Network(W, sign=np.ones(2)), ValueError, ["sign"]),
    (lambda: sp.Network(W, dt_ms=-1), ValueError, ["dt_ms"]),
    (lambda: sp.Network(W, rate_hz=np.nan), ValueError, ["rate_hz"]),
    (lambda: sp.Network.random(0), ValueError, ["size", "1 or more"]),
    (lambda: sp.Network.random(2.5), TypeError, ["size", "2.5"]),
    (lambda: sp.Network.random(10, gain=-1), ValueError, ["gain"]),
    (lambda: sp.TCR(beta=-1), ValueError, ["beta", "-1"]),
    (lambda: sp.TCR(beta=np.nan), ValueError, ["beta"]),
    (lambda: sp.TCR(tau_s_ms=0), ValueError, ["tau_s_ms"]),
    (lambda: sp.TCR(form="sparse"), ValueError, ["form", "dense"]),
    (lambda: sp.TCR(gamma=1), TypeError, ["beta"]),
    (lambda: sp.TCR(beta="50"), TypeError, ["TCR: beta: '50'; expected float"]),
    (lambda: sp.TCR(tau_s=200), TypeError, ["TCR: tau_s: no such argument; did you mean tau_s_ms?"]),
    (lambda: sp.TCR(1, beta=2), TypeError, ["TCR: beta: given twice"]),
    (lambda: sp.BPTT(1), TypeError, ["BPTT: 1 argument; expected none"]),
    (lambda: sp.tasks.FlipFlop(bit=1), TypeError, ["FlipFlop: bit: no such argument; did you mean bits?"]),
    (lambda: sp.tasks.EvidenceAccumulation(delay_ms=(1, 2, 3)), TypeError, ["delay_ms: (1, 2, 3); expected float or (float, float)"]),
    (lambda: sp.Noise(activity=-1), ValueError, ["activity"]),
    (lambda: sp.Recording(signal="voltage"), ValueError, ["signal", "calcium"]),
    (lambda: sp.Recording(frame_hz=0), ValueError, ["frame_hz", "0"]),
    (lambda: sp.simulate(NET, INPUTS[:, :, :1]), ValueError, ["inputs", "(2, 10, 1)", "2 inputs"]),
    (lambda: sp.simulate(NET, INPUTS[:0]), ValueError, ["trials", "0"]),
    (lambda: sp.simulate(NET, INPUTS[:0], synapse=sp.TCR(), method="rk4", record="state"), ValueError, ["trials", "0"]),
    (lambda: sp.simulate(NET, INPUTS[..., None]), ValueError, ["inputs", "(2, 10, 2, 1)"]),
    (lambda: sp.simulate(NET, np.full_like(INPUTS, np.inf)), ValueError, ["inputs", "finite"]),
    (lambda: sp.simulate(NET, "inputs"), TypeError, ["inputs"]),
    (lambda: sp.simulate(NET), ValueError, ["duration_ms"]),
    (lambda: sp.simulate(NET, duration_ms=0), ValueError, ["duration_ms"]),
    (lambda: sp.simulate(NET, INPUTS, duration_ms=5), ValueError, ["duration_ms"]),
    (lambda: sp.simulate(NET, INPUTS, trials=3), ValueError, ["trials", "3"]),
    (lambda: sp.simulate(NET, INPUTS, dt_ms=0), ValueError, ["dt_ms"]),
    (lambda: sp.simulate(NET, INPUTS, dt_ms="5"), TypeError, ["dt_ms"]),
    (lambda: sp.simulate(NET, INPUTS, method="heun"), ValueError, ["method", "rk4"]),
    (lambda: sp.simulate(NET, INPUTS, synapse="tcr"), ValueError, ["synapse", "TCR()"]),
    (lambda: sp.simulate(NET, INPUTS, synapse=3), TypeError, ["synapse"]),
    (lambda: sp.simulate(NET, INPUTS, record="spikes"), ValueError, ["record", "rate"]),
    (lambda: sp.simulate(NET, INPUTS, record="efficacy"), ValueError, ["record", "efficacy"]),
    (lambda: sp.simulate(NET, INPUTS, record="rate_hz"), ValueError, ["record", "rate_hz"]),
    (lambda: sp.simulate(NET, INPUTS, every=0), ValueError, ["every"]),
    (lambda: sp.simulate(NET, INPUTS, seed=-1), ValueError, ["seed"]),
    (lambda: sp.simulate(NET, INPUTS, noise=0.1, method="rk4"), ValueError, ["method", "noise"]),
    (lambda: sp.simulate(NET, INPUTS, noise="loud"), TypeError, ["noise"]),
    (lambda: sp.simulate(NET, INPUTS, dt_ms=20, synapse=sp.TCR(tau_s_ms=10)), ValueError, ["tau_s_ms"]),
    (lambda: sp.simulate(sp.Network(np.ones((8, 2)), np.ones((8, 2)), kind="lstm"), INPUTS, synapse=sp.TCR()), ValueError, ["synapse"]),
    (lambda: sp.fixed_points(NET, [1, 2, 3]), ValueError, ["input", "(3,)", "2 inputs"]),
    (lambda: sp.fixed_points(NET, as_="map"), ValueError, ["dt_ms"]),
    (lambda: sp.fixed_points(NET, as_="ode"), ValueError, ["as_", "flow"]),
    (lambda: sp.fixed_points(NET, starts=0), ValueError, ["starts"]),
    (lambda: sp.fixed_points(NET, starts=1e3), TypeError, ["starts"]),
    (lambda: sp.fixed_points(NET, max_cycle=3), ValueError, ["max_cycle"]),
    (lambda: sp.fixed_points(NET, visited=np.ones((5, 4))), ValueError, ["visited", "(5, 4)"]),
    (lambda: sp.fixed_points(NET, synapse=sp.TCR(current="yoked")), ValueError, ["current", "yoked"]),
    (lambda: sp.slow_points(NET, radius=0), ValueError, ["radius"]),
    (lambda: sp.lyapunov(NET, exponents=7), ValueError, ["exponents"]),
    (lambda: sp.lyapunov(sp.Network.random(40), synapse=sp.TCR()), ValueError, ["exponents = 0, all: must be from 1 to 1000 with a synapse"]),
    (lambda: sp.lyapunov(NET, progress="no"), TypeError, ["progress: 'no'; expected True or False"]),
    (lambda: sp.lyapunov(NET, duration_ms=-1), ValueError, ["duration"]),
    (lambda: sp.lyapunov(NET, method="dopri5"), ValueError, ["method"]),
    (lambda: sp.lyapunov(NET, dt_ms=100), ValueError, ["dt_ms"]),
    (lambda: sp.cycles(NET, spread=0), ValueError, ["spread"]),
    (lambda: sp.basins(NET, samples=0), ValueError, ["samples"]),
    (lambda: sp.phases(LOSS[:10]), ValueError, ["20"]),
    (lambda: sp.phases({1: 2}), TypeError, ["curve", "(points,), or a DataFrame"]),
    (lambda: sp.phases(LOSS * np.nan), ValueError, ["curve"]),
    (lambda: sp.phases(LOSS, update=np.arange(49)), ValueError, ["update", "(49,)"]),
    (lambda: sp.phases(LOSS, accuracy=np.ones(3)), ValueError, ["accuracy", "(3,)"]),
    (lambda: sp.phases(LOSS, resamples=2), ValueError, ["resamples"]),
    (lambda: sp.follow([NET]), ValueError, ["networks"]),
    (lambda: sp.follow(NET), TypeError, ["networks", "sequence"]),
    (lambda: sp.follow([NET, W]), TypeError, ["networks", "ndarray"]),
    (lambda: sp.follow([NET, sp.Network(np.eye(2))]), ValueError, ["2"]),
    (lambda: sp.follow([NET, NET], updates=[3, 1]), ValueError, ["updates"]),
    (lambda: sp.train(NET, sp.tasks.FlipFlop(), checkpoints="all"), ValueError, ["checkpoints: 'all'; expected 'log', a whole number", "None"]),
    (lambda: sp.Network.load("."), IsADirectoryError, ["a directory; expected a file"]),
    (lambda: sp.Network.load(5), TypeError, ["path: 5"]),
    (lambda: sp.open_study(5), TypeError, ["directory: 5"]),
    (lambda: sp.open_study(__file__), NotADirectoryError, ["errors.py: a file; expected the directory of a study"]),
    (lambda: sp.run_study([1], "x"), TypeError, ["study: [1]"]),
    (lambda: sp.run_study({"task": {"name": "flip_flop"}}, 5), TypeError, ["out: 5"]),
    (lambda: sp.predict(5, "x"), TypeError, ["study: 5"]),
    (lambda: sp.restructuring("/nowhere"), FileNotFoundError, ["/nowhere"]),
    (lambda: sp.from_torch({}), ValueError, ["recurrent"]),
    (lambda: sp.from_torch({"weight_hh_l0": np.ones((12, 3)), "weight_ih_l0": np.ones((12, 3))}, nonlinearity="tanh"), ValueError, ["nonlinearity", "LSTM"]),
    (lambda: sp.from_torch({"weight_hh_l0": np.ones((9, 3)), "weight_ih_l0": np.ones((9, 3))}), ValueError, ["GRU", "expected an RNN or LSTM"]),
    (lambda: sp.from_torch({"state_dict": {}}), ValueError, ["0 recurrent layers in state_dict"]),
    (lambda: sp.Network(W, synapse="tcr"), ValueError, ["synapse", "'tcr'", "TCR()"]),
    (lambda: sp.Network(W, synapse="own"), ValueError, ["synapse", "'own'", "TCR()"]),
    (lambda: NET.replace(synapse=sp.TCR), TypeError, ["synapse", "TCR, a class", "TCR()"]),
    (lambda: sp.from_torch(3), TypeError, ["module"]),
])
def test_named(call, kind, words):
    with pytest.raises(kind) as raised:
        call()
    message = str(raised.value)
    assert all(word in message for word in words), message
    assert "\n" not in message, message


@pytest.mark.parametrize("function", [sp.simulate, sp.fixed_points, sp.slow_points, sp.lyapunov, sp.cycles, sp.basins])
@pytest.mark.parametrize("net", [None, W, "network.h5"])
def test_something_else_than_a_network(function, net):
    with pytest.raises(TypeError, match="net"):
        function(net)


@pytest.mark.parametrize("make, said", [
    (lambda: sp.TemporalConsistency(), "TemporalConsistency: form = none: does nothing; must be loss "),
    (lambda: sp.TemporalConsistency(lambda_=3), "TemporalConsistency: lambda_ = 3: has no effect: needs form = loss or local or "),
    (lambda: sp.TCR(beta=-1), "TCR: beta = -1: must be a number >= 0"),
    (lambda: sp.TCR(consolidation=1, current="yoked"), "TCR: current = yoked: must be own where consolidation > 0"),
    (lambda: sp.TCR(form="dense", chunk=3), "TCR: chunk = 3: has no effect: needs form = auto or chunked, is dense"),
    (lambda: sp.DerivativeFeedback(tau_e_ms=5, tau_i_ms=10), "DerivativeFeedback: tau_e_ms = 5: "),
    (lambda: sp.Optimizer(name="sgd", beta1=0.5), "Optimizer: beta1 = 0.5: has no effect: needs name = adam, is sgd"),
    (lambda: sp.Optimizer(rate=0), "Optimizer: rate = 0: must be a number > 0"),
    (lambda: sp.Schedule(shape="linear", from_=5, until=3), "Schedule: until = 3: must be after from_ = 5"),
    (lambda: sp.Schedule(shape="exponential", final=0), "Schedule: final = 0: must be > 0"),
    (lambda: sp.Schedule(speed=3), "Schedule: speed = 3: has no effect: needs shape = controlled"),
    (lambda: sp.Noise(drive_tau_ms=3), "Noise: drive_tau_ms = 3: has no effect: needs drive > 0, is 0"),
    (lambda: sp.EProp(feedback_decay=0.5), "EProp: feedback_decay = 0.5: has no effect: needs feedback = "),
    (lambda: sp.Recording(signal="calcium", calcium_rise_ms=900), "Recording: calcium_rise_ms = 900: must be below calcium_decay_ms = "),
    (lambda: sp.tasks.EvidenceAccumulation(pulse_ms=40), "EvidenceAccumulation: pulse_ms = 40: must be at most slot_ms"),
    (lambda: sp.tasks.FlipFlop(settle_ms=200), "FlipFlop: settle_ms = 200: must be "),
    (lambda: sp.tasks.WorkingMemory(distractors=9, distractor_ms=900), "WorkingMemory: distractor_ms = 900: 9 of them must fit "),
    (lambda: sp.tasks.TrialFile("nothing.h5"), "nothing.h5: "),
])
def test_what_can_be_judged_alone_is_refused_when_it_is_made(make, said):
    with pytest.raises(ValueError) as raised:
        make()
    assert str(raised.value).startswith(said) and "\n" not in str(raised.value), raised.value


def test_what_depends_on_the_step_is_not():
    assert sp.tasks.EvidenceAccumulation(pulse_ms=0.004).pulse_ms == 0.004
    with pytest.raises(ValueError, match="pulse_ms"):
        sp.tasks.EvidenceAccumulation(pulse_ms=0.004).draw(dt_ms=5)


def test_a_test_of_this_kind_can_fail():
    with pytest.raises(pytest.fail.Exception):
        test_named(lambda: None, ValueError, [])


STUDY = {"task": {"name": "flip_flop"}}


@pytest.mark.parametrize("call, said", [
    (lambda: sp.Network(W, tau=3), "Network: tau: no such argument; did you mean tau_ms?"),
    (lambda: sp.Network(W, Win=W), "Network: Win: no such argument; did you mean W_in?"),
    (lambda: NET.replace(w=W), "Network: w: no such argument; did you mean W?"),
    (lambda: sp.Network.random(5, g=2), "Network.random: g: no such argument; did you mean gain?"),
    (lambda: sp.simulate(NET, INPUTS, dt=3), "simulate: dt: no such argument; did you mean dt_ms?"),
    (lambda: sp.fixed_points(NET, n_starts=3), "fixed_points: n_starts: no such argument; did you mean starts?"),
    (lambda: sp.train(NET, None, lr=3), "train: lr: no such argument; did you mean optimizer?"),
    (lambda: sp.train(NET, None, epochs=3), "train: epochs: no such argument; did you mean updates?"),
    (lambda: sp.run_study(STUDY, "x", n_jobs=3), "run_study: n_jobs: no such argument; did you mean jobs?"),
    (lambda: sp.lyapunov(NET, qqq=3), "lyapunov: qqq: no such argument; expected net, input, exponents, as_, "),
    (lambda: sp.tasks.FlipFlop().draw(n=3), "draw: n: no such argument; did you mean count?"),
    (lambda: sp.tasks.FromArrays(INPUTS, INPUTS, lengths=3), "FromArrays: lengths: no such argument; did you mean length?"),
    (lambda: NET.N, "a network has no N; did you mean size?"),
    (lambda: NET.tau, "a network has no tau; did you mean tau_ms?"),
    (lambda: sp.load, "module 'stillpoint' has no attribute 'load'; did you mean Network.load?"),
    (lambda: sp.load_study, "module 'stillpoint' has no attribute 'load_study'; did you mean open_study?"),
    (lambda: NET.Wrec, "a network has no Wrec; did you mean W?"),
    (lambda: sp.basins(NET, n=10), "basins: n: no such argument; did you mean samples?"),
    (lambda: sp.fixed_points(NET, n=10), "fixed_points: n: no such argument; did you mean starts?"),
    (lambda: sp.FlipFlop, "module 'stillpoint' has no attribute 'FlipFlop'; did you mean tasks.FlipFlop?"),
    (lambda: sp.tasks.Flipflop, "module 'stillpoint.tasks' has no attribute 'Flipflop'; did you mean FlipFlop?"),
    (lambda: sp.tasks.evidence_accumulation, "module 'stillpoint.tasks' has no attribute 'evidence_accumulation'; did you mean EvidenceAccumulation?"),
    (lambda: sp.lyapunov_exponents, "module 'stillpoint' has no attribute 'lyapunov_exponents'; did you mean lyapunov?"),
])
def test_what_was_meant(call, said):
    with pytest.raises((TypeError, AttributeError)) as raised:
        call()
    assert str(raised.value).startswith(said) and "\n" not in str(raised.value)


def test_every_function_says_what_was_meant():
    for name in sp.__all__:
        if name.islower() and callable(made := getattr(sp, name)):
            with pytest.raises(TypeError, match=f"^{name}: zzz: no such argument; expected "):
                made(zzz=1)


EVIDENCE = sp.tasks.EvidenceAccumulation()
TWO = sp.Network.random(8, task=EVIDENCE)


@pytest.mark.parametrize("call, words, none_of", [
    (lambda: sp.train(TWO, EVIDENCE, sp.FORCE(), updates=1, progress=False), ["W_fb"], "network.feedback"),
    (lambda: sp.train(TWO, EVIDENCE, optimizer=sp.Optimizer(parameters=["r0"]), updates=1, progress=False), ["train_r0=True"], "network.initial_state"),
    (lambda: sp.train(TWO, EVIDENCE, weight_noise=-1, progress=False), ["weight_noise = -1"], "noise.weights"),
    (lambda: sp.fixed_points(TWO, as_="map"), ["as_ = map", "replace(dt_ms=..)"], "file"),
    (lambda: sp.cycles(sp.Network(W, kind="rnn_map")), ["net", "rnn_map is a map"], "as = "),
    (lambda: sp.from_torch({"weight_hh_l0": W, "weight_ih_l0": W}, nonlinearity="tanh", dt_ms=0), ["dt_ms: 0"], "tau_ms"),
    (lambda: sp.simulate(TWO, np.ones((1, 5, 2)), synapse=sp.TCR(current="yoked")), ["trials", "yoked"], "training.batch"),
])
def test_errors_speak_of_python(call, words, none_of):
    with pytest.raises(ValueError) as raised:
        call()
    message = str(raised.value)
    assert all(word in message for word in words) and none_of not in message, message


def test_help_and_errors_of_studies_speak_of_python(tmp_path):
    assert "train_r0=True" in sp.Optimizer.__doc__ and "separated" not in sp.tasks.ContextIntegration.__doc__
    of = {"network": {"size": 8}, "task": {"name": "flip_flop"}, "training": {"updates": 1, "batch": 2}}
    study = sp.run_study({**of, "study": {"name": "--a", "seeds": 1}, "grid": {"rule.name": ["bptt", "e_prop"]}}, tmp_path / "a--b", progress=False)
    assert len(study) == len(list(study)) == 2 and study.compare(by="rule.name").equals(study.compare(by=["rule.name"]))
    for call, words in ((lambda: study.compare("nope"), "^against nope"), (lambda: study.compare(by="r"), "^by r: must be one of: rule.name"),
                        (lambda: sp.predict(study, tmp_path / "p", progress=False), "a--b: .*all=True"),
                        (lambda: sp.run_study({**of, "study": {"name": "b"}}, tmp_path / "a--b", progress=False), "a--b: .*choose another out$")):
        with pytest.raises(ValueError, match=words) as raised:
            call()
        assert " --" not in str(raised.value)
