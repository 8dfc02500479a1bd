"""Networks: arrays in and out, files, what the program reads."""
import gc
import pickle

import h5py
import numpy as np
import pytest

import stillpoint as sp

RNG = np.random.default_rng(2)


def test_arrays_come_back_as_they_went_in_whatever_their_order():
    W, W_in = RNG.normal(size=(5, 5)), RNG.normal(size=(5, 2))
    for given in (W, np.asfortranarray(W), np.repeat(W, 2, axis=1)[:, ::2], W.tolist()):
        net = sp.Network(given, W_in, b=np.arange(10.0)[::2], tau_ms=[10, 20, 30, 40, 50])
        assert np.array_equal(net.W, W) and np.array_equal(net.W_in, W_in) and np.array_equal(net.b, [0, 2, 4, 6, 8])
    assert (net.size, net.inputs, net.outputs, net.kind, net.nonlinearity, net.dt_ms) == (5, 2, 0, "leaky_rate", "tanh", None)
    assert net.W_out is None and net.mask is None
    assert sp.Network(W.astype(np.float32)).W.dtype == np.float64
    assert np.array_equal(sp.Network((W > 0)).W, W > 0)


def test_arrays_are_looks_at_the_network_and_outlive_it():
    net = sp.Network.random(50, seed=3)
    W = net.W
    assert not W.flags.writeable and not W.flags.owndata
    with pytest.raises(ValueError):
        W[0, 0] = 1
    kept = W.copy()
    del net
    gc.collect()
    _ = [np.ones((50, 50)) for _ in range(20)]
    assert np.array_equal(W, kept)


def test_files_are_those_of_the_program(tmp_path, program):
    path = tmp_path / "network.h5"
    net = sp.Network.random(12, gain=1.8, inputs=2, outputs=3, seed=5).replace(dt_ms=5, synapse=sp.TCR(beta=30))
    net.save(path)
    with h5py.File(path) as file:
        assert np.array_equal(file["network/W"], net.W) and file["network/synapse"].attrs["beta"] in ("30", b"30")
    again = sp.Network.load(path)
    assert again.synapse == sp.TCR(beta=30) and again.dt_ms == 5
    assert all(np.array_equal(values, again.arrays()[name]) for name, values in net.arrays().items())
    assert "12 neurons" in program("simulate", path, "--out", tmp_path / "run.h5", "--trials", 1) or (tmp_path / "run.h5").exists()
    with pytest.raises(FileExistsError):
        net.save(path)
    net.save(path, overwrite=True)
    with pytest.raises(FileNotFoundError):
        sp.Network.load(tmp_path / "nothing.h5")
    (tmp_path / "no.h5").write_text("no")
    with pytest.raises(ValueError, match="no.h5"):
        sp.Network.load(tmp_path / "no.h5")


def test_every_kind_of_synapse_is_kept_in_a_file(tmp_path):
    for i, synapse in enumerate((
        None, sp.TCR(beta=12.5, form="chunked", chunk=3), sp.TsodyksMarkram(use=0.3, normalise="none"),
        sp.DerivativeFeedback(tau_e_ms=120), sp.HighPass(strength=0.1, tau_h_ms=300),
    )):
        net = sp.Network.random(6, seed=1).replace(synapse=synapse)
        net.save(tmp_path / f"{i}.h5")
        assert sp.Network.load(tmp_path / f"{i}.h5").synapse == synapse
        assert pickle.loads(pickle.dumps(net)).synapse == synapse


def test_every_kind_of_network():
    N = 4
    W = RNG.normal(size=(N, N))
    off = W - np.diag(np.diag(W))
    assert sp.Network(off, kind="plrnn", A=np.full(N, 0.5), nonlinearity="relu").A.shape == (N,)
    assert sp.Network(RNG.normal(size=(4 * N, N)), kind="lstm").W.shape == (4 * N, N)
    assert sp.Network(kind="low_rank", M=W[:, :1], V=W[:, 1:2], bulk=W).W is None
    net = sp.Network(W, kind="rnn_map", dt_ms=7)
    assert np.array_equal(net.tau_ms, np.full(N, 7.0))
    assert np.array_equal(net.replace(dt_ms=3).tau_ms, np.full(N, 3.0))
    assert np.array_equal(sp.Network(abs(W), sign=np.ones(N), mask=np.ones((N, N))).sign, np.ones(N))
    same = pickle.loads(pickle.dumps(net))
    assert np.array_equal(same.W, W) and repr(same) == repr(net)


def test_the_networks_that_are_drawn_are_the_program_s(tmp_path, program):
    out = tmp_path / "study"
    (tmp_path / "s.ini").write_text(
        "[study]\nname = s\nseeds = 1\n[network]\nsize = 20\ngain = 1.3\n[training]\nupdates = 1\nbatch = 2\n"
        "[integration]\nprecision = double\n[task]\nname = flip_flop\n")
    program("run", tmp_path / "s.ini", "--out", out)
    run = next((out / "runs").glob("*.h5"))
    initial = sp.Network.load(run, "initial/network")
    drawn = sp.Network.random(20, gain=1.3, inputs=initial.inputs, outputs=initial.outputs, seed=1)
    assert np.array_equal(drawn.W, initial.W) and np.array_equal(drawn.W_in, initial.W_in)


def test_a_network_does_not_change():
    """What is set would be shown, and ignored by everything that is computed."""
    net = sp.Network.random(4, seed=1)
    W = net.W.copy()
    for name in ("W", "tau_ms", "inputs", "synapse", "nonlinearity", "foo", "_core"):
        with pytest.raises(AttributeError, match=f"{name}: a network does not change; net.replace"):
            setattr(net, name, 3)
        with pytest.raises(AttributeError, match="does not change"):
            delattr(net, name)
    assert np.array_equal(net.W, W) and not hasattr(net, "foo")


def test_what_depends_on_what_is_replaced_goes_with_it():
    net = sp.Network(np.eye(3), np.ones((3, 1)), W_out=np.ones((1, 3)), b_out=[2.0])
    assert net.replace(W_out=None).outputs == 0
    small = sp.Network(np.eye(3), tau_ms=20).replace(W=np.eye(2))
    assert small.size == 2 and small.tau_ms.tolist() == [20, 20]
    with pytest.raises(ValueError, match="tau_ms"):
        sp.Network(np.eye(3), tau_ms=[10, 20, 30]).replace(W=np.eye(2))
    assert net.replace(dt_ms=5).b_out.tolist() == [2]


def test_one_number_stands_for_every_neuron():
    net = sp.Network(np.eye(3), np.ones((3, 1)), b=0.1, r0=-0.5, W_out=np.ones((2, 3)), b_out=3)
    assert net.b.tolist() == [0.1] * 3 and net.r0.tolist() == [-0.5] * 3 and net.b_out.tolist() == [3, 3]
    lstm = sp.Network(np.ones((8, 2)), kind="lstm", b=1, r0=2)
    assert lstm.b.tolist() == [1] * 8 and lstm.r0.tolist() == [2] * 4
    assert np.array_equal(sp.fixed_points(net, 0.3, starts=8).states, sp.fixed_points(net, [0.3], starts=8).states)
    with pytest.raises(ValueError, match="input"):
        sp.fixed_points(net.replace(W_in=np.ones((3, 2))), 0.3)


@pytest.mark.parametrize("task, channels", [
    (sp.tasks.FlipFlop(bits=4), (4, 4)), (sp.tasks.EvidenceAccumulation(pulse_ms=2), (2, 1)),
    (sp.tasks.FromArrays(np.ones((2, 5, 3)), np.ones((2, 5, 2)), dt_ms=7), (3, 2)),
])
def test_a_network_for_a_task(task, channels):
    net = sp.Network.random(5, task=task, seed=2)
    assert (task.inputs, task.outputs) == (net.inputs, net.outputs) == channels
    assert np.array_equal(net.W_in, sp.Network.random(5, inputs=channels[0], outputs=channels[1], seed=2).W_in)
    assert sp.Network.random(5, task=task, inputs=7).inputs == 7
