"""Training against the program, to the bit; tasks; what callbacks and bars see."""
import resource
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr

import stillpoint as sp
from stillpoint import _core

SOURCE = Path(__file__).resolve().parents[2]
TASKS = {
    "evidence_accumulation": sp.tasks.EvidenceAccumulation, "flip_flop": sp.tasks.FlipFlop, "delayed_addition": sp.tasks.DelayedAddition,
    "delayed_cue_discrimination": sp.tasks.DelayedCueDiscrimination, "sine_generation": sp.tasks.SineGeneration,
    "fast_tracking": sp.tasks.FastTracking, "delayed_match_to_sample": sp.tasks.DelayedMatchToSample,
    "context_integration": sp.tasks.ContextIntegration, "working_memory_n": sp.tasks.WorkingMemory,
    "interval_timing": sp.tasks.IntervalTiming, "file": sp.tasks.TrialFile,
}
INPUTS = np.random.default_rng(5).normal(size=(30, 12, 2))
TARGETS = np.sign(INPUTS.sum(axis=(1, 2)))[:, None, None] * np.ones((30, 12, 1))
MASK = np.zeros((30, 12, 1))
MASK[:, -3:] = 1


def listed(path, macro):
    return [line.split("(")[1].rstrip(")\n") for line in (SOURCE / path).read_text().splitlines() if line.startswith(macro)]


def network_for(task, N=20, seed=3, **more):
    trials = task.draw(1, dt_ms=5)
    rng = np.random.default_rng(seed)
    return sp.Network(1.5 * rng.normal(size=(N, N)) / np.sqrt(N), rng.normal(size=(N, trials.sizes["input"])),
                      W_out=rng.normal(size=(trials.sizes["channel"], N)) / np.sqrt(N), **more)


@pytest.fixture
def trials_file(tmp_path):
    with h5py.File(tmp_path / "trials.h5", "w") as file:
        file["inputs"], file["targets"], file["mask"], file.attrs["dt_ms"] = INPUTS, TARGETS, MASK, 5.0
    return tmp_path / "trials.h5"


@pytest.fixture
def by_program(program, tmp_path):
    """A training by `stillpoint run` from this network: its run file."""

    def run(net, task, **options):
        net.save(tmp_path / "start.h5", overwrite=True)
        given = {"training.updates": 4, "training.batch": 3, "training.checkpoints": "0 2", "task.name": task, **options}
        sections = {"study": ["name = s", "seeds = 1", "first_seed = 4"], "network": [f"start = {tmp_path / 'start.h5'}"]}
        for name, value in given.items():
            section, key = name.split(".", 1)
            sections.setdefault(section, []).append(f"{key} = {value}")
        (tmp_path / "s.ini").write_text("\n".join(f"[{name}]\n" + "\n".join(lines) for name, lines in sections.items()) + "\n")
        out = tmp_path / f"study{time.monotonic_ns()}"
        program("run", tmp_path / "s.ini", "--out", out)
        return h5py.File(next((out / "runs").glob("*.h5")))

    return run


def assert_same(found, file):
    for group, net in (("final", found.network), ("initial", found.initial), ("checkpoints/00000002", found.checkpoints[2])):
        arrays = file[f"{group}/network"]
        for name, values in net.arrays().items():
            assert np.array_equal(arrays[name], values), (group, name)
        assert net.dt_ms == arrays["dt_ms"][()]
    for name in ("loss", "accuracy", "speed", "strength"):
        assert np.array_equal(file[f"curve/{name}"], getattr(found.curve, name)), name


def train(net, task, rule=None, **more):
    return sp.train(net, task, rule, **{"updates": 4, "batch": 3, "seed": 4, "checkpoints": [0, 2], "progress": False, **more})


def test_every_task_and_every_rule_is_here():
    assert sorted(TASKS) == sorted(listed("tasks/tasks.def", "STILLPOINT_TASK")) and set(sp.tasks.__all__) - {
        made.__name__ for made in TASKS.values()} == {"FromArrays", "FromFunction"}
    rules = listed("plasticity/rules.def", "STILLPOINT_RULE")
    assert len({type(_core.rule_named(name)) for name in rules}) == len(rules) == 11
    assert all(type(_core.rule_named(name)).__name__ in sp.__all__ for name in rules)


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_the_program_s(by_program, trials_file, name):
    task = TASKS[name](file=str(trials_file)) if name == "file" else TASKS[name]()
    net = network_for(task)
    options = {"task.file": trials_file} if name == "file" else {}
    with by_program(net, name, **options) as file:
        assert_same(train(net, task), file)


PULSES = {"task.slots": 4, "task.delay_ms": "20..60", "task.ties": "second"}
EVIDENCE = sp.tasks.EvidenceAccumulation(slots=4, delay_ms=(20, 60), ties="second")
FED_BACK = {"kind": "leaky_current", "W_fb": np.linspace(-1, 1, 20)[:, None]}


@pytest.mark.parametrize("rule, options, more, network", [
    (sp.BPTT(), {"rule.name": "bptt"}, {}, {}),
    (sp.RTRL(), {"rule.name": "rtrl", "training.within_trial": 10}, {"within_trial": 10}, {}),
    (sp.UORO(), {"rule.name": "uoro"}, {}, {}),
    (sp.KFRTRL(), {"rule.name": "kf_rtrl"}, {}, {}),
    (sp.EProp(feedback="kolen_pollack", feedback_decay=0.01, form="online"),
     {"rule.name": "e_prop", "rule.feedback": "kolen_pollack", "rule.feedback_decay": 0.01, "rule.form": "online"}, {}, {}),
    (sp.NodePerturbation(sigma=0.05), {"rule.name": "node_perturbation", "node_perturbation.sigma": 0.05}, {}, {}),
    (sp.RewardHebbian(rate=0.2, frequency_hz=10), {"rule.name": "reward_hebbian", "reward_hebbian.rate": 0.2,
                                                   "reward_hebbian.frequency_hz": 10}, {}, {}),
    (sp.FORCE(every=3), {"rule.name": "force", "force.every": 3}, {}, FED_BACK),
    (sp.FullFORCE(gain=1.2), {"rule.name": "full_force", "full_force.gain": 1.2}, {}, {}),
    (sp.AntiHebbian(rate=0.01), {"rule.name": "anti_hebbian", "anti_hebbian.rate": 0.01}, {}, {}),
    (sp.Oja(), {"rule.name": "oja"}, {}, {}),
    (None, {"synapse.kind": "tcr", "synapse.beta": 40}, {"synapse": sp.TCR(beta=40)}, {}),
    (None, {"synapse.kind": "tsodyks_markram", "integration.precision": "double"},
     {"synapse": sp.TsodyksMarkram(), "precision": "double"}, {"kind": "leaky_current"}),
    (sp.BPTT(), {"rule.name": "bptt", "tcr.form": "loss", "tcr.lambda": 0.3, "schedule.shape": "linear", "schedule.from": 1,
                 "shadow.rules": "e_prop", "rule.add": "oja", "oja.rate": 0.002, "noise.weights": 0.01, "noise.activity": 0.05,
                 "optimizer.name": "momentum", "optimizer.rate": 0.01, "integration.method": "exponential_euler", "freeze_in.updates": 1},
     {"consistency": sp.TemporalConsistency(form="loss", lambda_=0.3), "schedule": sp.Schedule(shape="linear", from_=1),
      "shadows": [sp.EProp()], "added": sp.Oja(rate=0.002), "weight_noise": 0.01, "noise": 0.05,
      "optimizer": sp.Optimizer(name="momentum", rate=0.01), "method": "exponential_euler", "freeze_in_updates": 1}, {}),
])
def test_every_rule_and_what_is_beside_it_is_the_program_s(by_program, rule, options, more, network):
    net = network_for(EVIDENCE, **network)
    with by_program(net, "evidence_accumulation", **PULSES, **options) as file:
        found = train(net, EVIDENCE, rule, **more)
        assert_same(found, file)
        for name, (cosine, ratio) in found.curve.alignment.items():
            assert np.array_equal(file[f"alignment/{name}/cosine"], cosine, equal_nan=True)
            assert np.array_equal(file[f"alignment/{name}/norm_ratio"], ratio, equal_nan=True)
        assert ("alignment" in file) == bool(found.curve.alignment)


def test_a_longer_run_reaches_the_criterion_where_the_program_s_does(by_program):
    task = sp.tasks.DelayedCueDiscrimination(delay_ms=50)
    net = network_for(task, N=40)
    options = {"training.updates": 300, "training.stop_at_criterion": "true", "optimizer.rate": 0.01, "task.delay_ms": 50}
    with by_program(net, "delayed_cue_discrimination", **options) as file:
        found = train(net, task, updates=300, optimizer=0.01, stop_at_criterion=True)
        assert_same(found, file)
        assert found.outcome == "reached" and found.reached_at == file.attrs["reached_at"] < 300
        assert found.final_accuracy == file.attrs["final_accuracy"] and "reached the criterion" in repr(found)
    assert sp.phases(found.curve, resamples=20).update.size and len(found.to_dataframe()) == len(found.curve)
    assert found.plot().get_xlabel() == "update"


def test_trials_are_drawn_with_dims_and_units():
    trials = EVIDENCE.draw(7, dt_ms=2, seed=9, update=3)
    assert isinstance(trials, xr.Dataset) and trials.inputs.dims == ("trial", "time", "input")
    assert trials.targets.dims == trials.mask.dims == ("trial", "time", "channel") and trials.condition.dims == ("trial",)
    assert trials.time.attrs["units"] == trials.length_ms.attrs["units"] == "ms" and trials.time[:2].values.tolist() == [2, 4]
    assert trials.equals(EVIDENCE.draw(7, dt_ms=2, seed=9, update=3)) and trials.equals(EVIDENCE.draw(20, dt_ms=2, seed=9, update=3)[{"trial": slice(7)}])
    assert not trials.inputs.equals(EVIDENCE.draw(7, dt_ms=2, seed=9, update=4).inputs)
    assert (trials.mask.sum("time") == 50).all() and set(np.unique(trials.targets)) == {-1, 0, 1}
    lengths = set(trials.length_ms.values)
    assert len(lengths) > 1 and all(240 <= one <= 280 for one in lengths)
    run = sp.simulate(network_for(EVIDENCE), trials.inputs, dt_ms=2)
    assert run.sizes["trial"] == 7


def test_arrays_are_drawn_as_those_of_a_file(trials_file):
    arrays = sp.tasks.FromArrays(INPUTS, TARGETS, MASK[..., 0], dt_ms=5)
    of_file = sp.tasks.TrialFile(str(trials_file))
    drawn = arrays.draw(100)
    assert drawn.equals(of_file.draw(100)) and len(np.unique(drawn.inputs[:, 0, 0])) > 20
    net = network_for(arrays)
    assert np.array_equal(train(net, arrays).network.W, train(net, of_file).network.W)
    for other in (np.asfortranarray(INPUTS), np.repeat(INPUTS, 2, axis=0)[::2], INPUTS.tolist()):
        assert np.array_equal(sp.tasks.FromArrays(other, TARGETS, MASK).draw(9).inputs, drawn.inputs[:9])
    graded = sp.tasks.FromArrays(INPUTS, INPUTS[..., :1], tolerance=0.1, length=np.arange(30) % 12 + 1).draw(50)
    assert graded.attrs["tolerance"] == 0.1 and (graded.mask.sum("time")[:, 0] * 5 == graded.length_ms).all()
    beyond = graded.time > graded.length_ms
    assert not graded.inputs.where(beyond, 0).any() and graded.inputs.where(~beyond, 0).any()


def test_a_function_of_one_s_own():
    seeds = []

    def function(seed, count):
        seeds.append(seed)
        rng = np.random.default_rng(seed)
        inputs = rng.normal(size=(count, 12, 2))
        return {"inputs": inputs, "targets": np.sign(inputs.sum(axis=(1, 2)))[:, None, None] * np.ones((count, 12, 1)), "mask": MASK[:1].repeat(count, 0)}

    task = sp.tasks.FromFunction(function)
    net = network_for(task)
    seeds.clear()
    first, second = train(net, task), train(net, task)
    assert np.array_equal(first.network.W, second.network.W) and seeds[:5] == seeds[5:] and len(set(seeds)) == 5
    assert not np.array_equal(train(net, task, seed=5).network.W, first.network.W)
    by_hand = function(seeds[1], 3)  # of update 1
    assert np.array_equal(task.draw(3, seed=4, update=1).inputs, by_hand["inputs"])

    def wrong(seed, count):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        train(net, sp.tasks.FromFunction(wrong))
    with pytest.raises(ValueError, match="2 were asked"):
        train(net, sp.tasks.FromFunction(lambda seed, count: (INPUTS[:1], TARGETS[:1])), batch=2)


def test_callbacks_see_every_update_and_may_stop():
    net = network_for(EVIDENCE)
    seen = []

    def callback(update, now, loss):
        seen.append((update, now, loss))
        return update < 2

    found = train(net, EVIDENCE, updates=9, callback=callback)
    whole = train(net, EVIDENCE, updates=3, precision="float")
    assert [update for update, *_ in seen] == [0, 1, 2] and found.outcome == "unfinished" and "stopped after 3" in repr(found)
    assert [loss for *_, loss in seen] == found.curve.loss.tolist() == whole.curve.loss.tolist()
    assert np.array_equal(seen[-1][1].W, found.network.W) and np.array_equal(found.network.W, whole.network.W)
    assert np.array_equal(seen[0][1].W, train(net, EVIDENCE, updates=1, checkpoints=[0]).network.W)  # each is a copy
    assert train(net, EVIDENCE, callback=lambda *_: None).outcome == "not_reached"
    for answer, updates in ((np.False_, 1), (np.True_, 4), (0, 4)):
        assert len(train(net, EVIDENCE, callback=lambda *_: answer).curve) == updates
    assert len(train(net, EVIDENCE, schedule=sp.Schedule(), synapse=sp.TCR()).curve) == 4
    with pytest.raises(ZeroDivisionError):
        train(net, EVIDENCE, callback=lambda *_: 1 / 0)


def test_results_outlive_what_they_came_from():
    net = network_for(EVIDENCE)
    W = train(net, EVIDENCE).network.W
    kept = W.copy()
    assert np.array_equal(net.W, network_for(EVIDENCE).W) and np.array_equal(W, kept) and not W.flags.writeable


def test_a_network_that_diverges():
    found = train(network_for(EVIDENCE), EVIDENCE, optimizer=sp.Optimizer(name="sgd", rate=1e30, clip=0), updates=9)
    assert found.outcome == "diverged" and found.diverged_at is not None and "diverged at" in repr(found) and np.isnan(found.final_loss)


def test_a_bar_says_how_far_it_is():
    code = ("import stillpoint as sp, sys\nnet = sp.Network.random(100, inputs=2, seed=1)\n"
            "sp.train(net, sp.tasks.EvidenceAccumulation(), updates={}, progress={})\nprint('tqdm' in sys.modules)\n")
    said = {shown: subprocess.run([sys.executable, "-c", code.format(updates, shown)], capture_output=True, text=True)
            for shown, updates in (("True", 300), ("False", 3))}
    assert "/300" in said["True"].stderr and said["True"].stdout == "True\n", said
    assert said["False"].stderr == "" and said["False"].stdout == "False\n"


def test_a_thousand_trainings_leak_nothing():
    class Own(sp.Rule):
        def step(self, t, view, error):
            pass

        def write(self, view, changes):
            changes.W += view.rate[0, 0, 0]

    arrays = sp.tasks.FromArrays(INPUTS, TARGETS, MASK)
    function = sp.tasks.FromFunction(lambda seed, count: (INPUTS[:1].repeat(count, 0), TARGETS[:1].repeat(count, 0)))
    net = network_for(arrays, N=8)

    def calls(count):
        for i in range(count):
            train(net, (arrays, function)[i % 2], (sp.EProp(), Own())[i // 2 % 2], callback=lambda *_: None, updates=3)
            with pytest.raises(ValueError):
                train(net, arrays, criterion=2)

    calls(200)
    before = resident()
    calls(1000)
    assert resident() - before < 3e6, (before, resident())  # the trials that one call draws at its end: 200 kB


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


NET = network_for(EVIDENCE)


@pytest.mark.parametrize("call, kind, words", [
    (lambda: sp.tasks.FlipFlop(bits=0), ValueError, ["bits", "0"]),
    (lambda: sp.tasks.FlipFlop(bits=2.5), TypeError, ["bits"]),
    (lambda: sp.tasks.FlipFlop(colour=1), TypeError, ["bits"]),
    (lambda: sp.tasks.EvidenceAccumulation(delay_ms=(300, 200)), ValueError, ["delay_ms"]),
    (lambda: sp.tasks.EvidenceAccumulation(delay_ms="200..300"), TypeError, ["delay_ms"]),
    (lambda: sp.tasks.EvidenceAccumulation(ties="third"), ValueError, ["ties", "redraw"]),
    (lambda: sp.tasks.EvidenceAccumulation(pulse_ms=40).draw(), ValueError, ["pulse_ms", "40"]),
    (lambda: sp.tasks.SineGeneration(frequencies_hz=[]), ValueError, ["frequencies_hz"]),
    (lambda: sp.tasks.TrialFile("nothing.h5").draw(), ValueError, ["nothing.h5"]),
    (lambda: EVIDENCE.draw(0), ValueError, ["count"]),
    (lambda: EVIDENCE.draw(dt_ms=-1), ValueError, ["dt_ms"]),
    (lambda: sp.tasks.FromArrays(INPUTS[0], TARGETS), ValueError, ["inputs", "(12, 2)"]),
    (lambda: sp.tasks.FromArrays(INPUTS, TARGETS[:, :5]), ValueError, ["targets", "(30, 5, 1)"]),
    (lambda: sp.tasks.FromArrays(INPUTS, TARGETS, MASK[:5]), ValueError, ["mask", "(5, 12, 1)"]),
    (lambda: sp.tasks.FromArrays(INPUTS, TARGETS, MASK * 2), ValueError, ["mask", "0 or 1"]),
    (lambda: sp.tasks.FromArrays(INPUTS, TARGETS, 0 * MASK), ValueError, ["mask", "trial 0"]),
    (lambda: sp.tasks.FromArrays(INPUTS, TARGETS, MASK, length=[5] * 30), ValueError, ["mask", "length"]),
    (lambda: sp.tasks.FromArrays(INPUTS, TARGETS / 2, MASK), ValueError, ["targets", "tolerance"]),
    (lambda: sp.tasks.FromArrays(INPUTS, TARGETS, MASK, length=[13] * 30), ValueError, ["length", "12"]),
    (lambda: sp.tasks.FromArrays(INPUTS * np.nan, TARGETS), ValueError, ["inputs", "finite"]),
    (lambda: sp.tasks.FromArrays(INPUTS, TARGETS, dt_ms=5).draw(dt_ms=2), ValueError, ["dt_ms", "5 ms"]),
    (lambda: sp.tasks.FromFunction(3), TypeError, ["function"]),
    (lambda: sp.tasks.FromFunction(lambda seed, count: 3).draw(), TypeError, ["function"]),
    (lambda: sp.tasks.FromFunction(lambda seed, count: {"input": 1}).draw(), ValueError, ["function", "inputs"]),
    (lambda: sp.EProp(form="offline"), ValueError, ["form", "batched"]),
    (lambda: sp.NodePerturbation(sigma=-1), ValueError, ["sigma", "-1"]),
    (lambda: sp.FORCE(every=0), ValueError, ["every"]),
    (lambda: sp.Optimizer(name="adagrad"), ValueError, ["name", "adam"]),
    (lambda: sp.Optimizer(parameters=["W", "U"]), ValueError, ["parameters", "U"]),
    (lambda: sp.Schedule(shape="step"), ValueError, ["shape"]),
    (lambda: sp.train(None, EVIDENCE), TypeError, ["net"]),
    (lambda: sp.train(NET, "flip_flop"), TypeError, ["task"]),
    (lambda: sp.train(NET, sp.tasks.FlipFlop), TypeError, ["task", "FlipFlop()"]),
    (lambda: train(NET, sp.tasks.FlipFlop()), ValueError, ["W_in", "2 input", "3"]),
    (lambda: train(NET, EVIDENCE, "e_prop"), TypeError, ["rule", "EProp()"]),
    (lambda: train(NET, EVIDENCE, sp.EProp), TypeError, ["rule", "EProp()"]),
    (lambda: train(NET, EVIDENCE, sp.FORCE()), ValueError, ["force", "feedback"]),
    (lambda: train(NET, EVIDENCE, updates=0), ValueError, ["updates"]),
    (lambda: train(NET, EVIDENCE, batch=2.0), TypeError, ["batch"]),
    (lambda: train(NET, EVIDENCE, seed=-1), ValueError, ["seed"]),
    (lambda: train(NET, EVIDENCE, criterion=2), ValueError, ["criterion", "2"]),
    (lambda: train(NET, EVIDENCE, checkpoints=[4]), ValueError, ["checkpoints", "4", "3"]),
    (lambda: train(NET, EVIDENCE, checkpoints="every 3"), ValueError, ["checkpoints", "log"]),
    (lambda: train(NET, EVIDENCE, method="rk4"), ValueError, ["method", "rk4"]),
    (lambda: train(NET, EVIDENCE, precision="half"), ValueError, ["precision"]),
    (lambda: train(NET, EVIDENCE, optimizer="adam"), TypeError, ["optimizer"]),
    (lambda: train(NET, EVIDENCE, optimizer=-1), ValueError, ["rate"]),
    (lambda: train(NET, EVIDENCE, consistency=sp.TCR()), TypeError, ["consistency"]),
    (lambda: train(NET, EVIDENCE, consistency=sp.TemporalConsistency(lambda_=3)), ValueError, ["lambda_ = 3", "form = loss or local"]),
    (lambda: train(NET, EVIDENCE, schedule=sp.Schedule(shape="linear")), ValueError, ["schedule", "nothing to schedule"]),
    (lambda: train(NET, EVIDENCE, schedule=sp.Schedule(), synapse=sp.HighPass()), ValueError, ["schedule", "nothing to schedule"]),
    (lambda: train(NET, EVIDENCE, shadows=[sp.FORCE()]), ValueError, ["shadow", "force"]),
    (lambda: train(NET, EVIDENCE, shadows=sp.EProp()), TypeError, ["shadows", "EProp()"]),
    (lambda: train(NET, EVIDENCE, added=sp.BPTT()), ValueError, ["add", "bptt"]),
    (lambda: train(NET, EVIDENCE, train_r0=True), ValueError, ["r0"]),
    (lambda: train(NET, EVIDENCE, callback=3), TypeError, ["callback"]),
    (lambda: train(NET, EVIDENCE, freeze_in_updates=9), ValueError, ["freeze_in"]),
    (lambda: train(NET, EVIDENCE, synapse="tcr"), ValueError, ["synapse"]),
    (lambda: train(NET, EVIDENCE, dt_ms=0), ValueError, ["dt_ms"]),
    (lambda: sp.check_gradients("eprop"), ValueError, ["rule.name", "e_prop"]),
    (lambda: sp.check_gradients(sp.BPTT(), draws=1), ValueError, ["draws"]),
    (lambda: sp.check_gradients(sp.RTRL(), sp.Network.random(40, inputs=3, outputs=3)), ValueError, ["rtrl"]),
])
def test_named(call, kind, words):
    with pytest.raises(kind) as raised:
        call()
    message = str(raised.value)
    assert all(word in message for word in words), message
    assert "\n" not in message, message
