"""Trainings that are ended from outside: what they had reached is kept."""
import signal

import numpy as np
import pytest

import stillpoint as sp

TASK = sp.tasks.EvidenceAccumulation()


def train(net, task=TASK, **more):
    return sp.train(net, task, **{"batch": 3, "seed": 4, "checkpoints": [0, 2], "progress": False, **more})


def network(N=20):
    return sp.Network.random(N, inputs=2, seed=3)


@pytest.mark.parametrize("inside", ["", ", callback=told", ", rule=Own()"])
def test_ctrl_c_ends_a_training_at_once(inside, interrupted):
    code = ("import numpy as np, stillpoint as sp\ncalls = 0\n"
            "def told(*_):\n    global calls\n    calls += 1\n    if calls == 3: print('inside', flush=True)\n"
            "class Own(sp.Rule):\n    def step(self, t, view, error): pass\n    def write(self, view, changes): told()\n"
            "net = sp.Network.random(100, inputs=2, seed=1)\n"
            f"sp.train(net, sp.tasks.EvidenceAccumulation(), updates=10**7, progress=False{inside})\n")
    assert "KeyboardInterrupt" in interrupted(code, says_so_itself=bool(inside))


def stopped(after):
    def callback(update, now, loss):
        if update == after:
            raise KeyboardInterrupt

    return callback


def test_what_an_interrupted_training_reached_is_kept():
    net = network()
    with pytest.raises(KeyboardInterrupt) as ended:
        train(net, updates=9, callback=stopped(after=2))
    found, whole = ended.value.result, train(net, updates=3)
    assert found.outcome == "unfinished" and np.array_equal(found.network.W, whole.network.W) and "stopped after 3 updates" in repr(found)
    assert found.curve.loss.tolist() == whole.curve.loss.tolist() and sorted(found.checkpoints) == [0, 2]
    assert "stopped after 3 updates" in "".join(ended.value.__notes__)
    with pytest.raises(ZeroDivisionError) as ended:
        train(net, sp.tasks.FromFunction(lambda seed, count: 1 / 0))
    assert len(ended.value.result.curve) == 0 and np.array_equal(ended.value.result.network.W, ended.value.result.initial.W)
    with pytest.raises(ValueError) as ended:
        train(net, criterion=2)
    assert not hasattr(ended.value, "result")


def test_a_signal_at_any_time_leaves_whole_updates():
    """It comes in the middle of one."""
    net = network(100)

    def handler(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt) as ended:
            train(net, updates=10**6, batch=16)
    finally:
        signal.signal(signal.SIGALRM, before)
    found = ended.value.result
    measured = len(found.curve)
    assert measured > 1 and any(  # the last may have been measured and not yet made
        np.array_equal(found.network.W, train(net, updates=updates, batch=16, checkpoints=[0]).network.W)
        for updates in (measured, measured - 1))
