"""Networks of PyTorch: the equations of its documentation in numpy; live where it is installed."""
import types

import numpy as np
import pytest

import stillpoint as sp

RNG = np.random.default_rng(3)
N, K, O, T = 5, 2, 3, 12
INPUTS = RNG.normal(size=(4, T, K))


class Tensor:
    """What a tensor is asked for."""

    def __init__(self, values):
        self.values = values
        self.ndim, self.shape = values.ndim, values.shape

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.values


def state_of(gates):
    shapes = {"weight_ih_l0": (gates * N, K), "weight_hh_l0": (gates * N, N), "bias_ih_l0": (gates * N,), "bias_hh_l0": (gates * N,)}
    state = {f"rnn.{name}": RNG.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    state["fc.weight"], state["fc.bias"] = RNG.normal(size=(O, N)), RNG.normal(size=O)
    return state


def outputs_of(net):
    return sp.simulate(net, INPUTS).output.values[:, 1:]


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_rnn(nonlinearity):
    state = state_of(1)
    phi = np.tanh if nonlinearity == "tanh" else lambda u: np.maximum(u, 0)
    w_ih, w_hh, b_ih, b_hh = (np.float64(state[f"rnn.{name}"]) for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"))
    h, expected = np.zeros((4, N)), []
    for t in range(T):
        h = phi(INPUTS[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        expected.append(h @ state["fc.weight"].T + state["fc.bias"])
    net = sp.from_torch(state, nonlinearity=nonlinearity)
    assert np.allclose(outputs_of(net), np.stack(expected, axis=1), rtol=1e-9, atol=1e-9)
    module = types.SimpleNamespace(
        state_dict=lambda: {name: Tensor(np.asarray(values)) for name, values in state.items()}, rnn=types.SimpleNamespace(nonlinearity=nonlinearity))
    same = sp.from_torch(module)
    assert same.nonlinearity == nonlinearity and np.array_equal(same.W, net.W) and np.array_equal(same.b, net.b)


def test_lstm():
    state = state_of(4)
    w_ih, w_hh, b_ih, b_hh = (np.float64(state[f"rnn.{name}"]) for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"))
    logistic = lambda u: 1 / (1 + np.exp(-u))  # noqa: E731
    h, c, expected = np.zeros((4, N)), np.zeros((4, N)), []
    for t in range(T):
        i, f, g, o = np.split(INPUTS[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, axis=1)
        c = logistic(f) * c + logistic(i) * np.tanh(g)
        h = logistic(o) * np.tanh(c)
        expected.append(h @ state["fc.weight"].T + state["fc.bias"])
    assert np.allclose(outputs_of(sp.from_torch(state)), np.stack(expected, axis=1), rtol=1e-9, atol=1e-9)


def test_layers_of_their_own():
    state = state_of(1)
    cell = {name[4:]: values for name, values in state.items() if name.startswith("rnn.") and "bias" not in name}
    net = sp.from_torch(cell, {"weight": state["fc.weight"]}, nonlinearity="tanh")
    assert np.array_equal(net.W_out, state["fc.weight"]) and not net.b.any() and not net.b_out.any()
    assert sp.from_torch(cell, nonlinearity="relu").W_out is None


@pytest.mark.parametrize("change, words", [
    (lambda s: s.update({"rnn.weight_hh_l1": s["rnn.weight_hh_l0"]}), ["weight_hh_l1", "one layer"]),
    (lambda s: s.update({"rnn.weight_hh_l0_reverse": s["rnn.weight_hh_l0"]}), ["reverse", "one direction"]),
    (lambda s: s.update({"other.weight_hh_l0": s["rnn.weight_hh_l0"]}), ["2 recurrent layers"]),
    (lambda s: s.update({"rnn.weight_hh_l0": np.ones((3 * N, N))}), ["(15, 5)", "LSTM"]),
    (lambda s: s.update({"second.weight": np.ones((2, N))}), ["readout", "second.weight"]),
    (lambda s: s.update({"rnn.bias_hh_l0": np.ones((N, 1))}), ["bias_hh_l0", "(5, 1)"]),
    (lambda s: None, ["nonlinearity"]),
])
def test_refused(change, words):
    state = state_of(1)
    change(state)
    with pytest.raises(ValueError) as raised:
        sp.from_torch(state)
    assert all(word in str(raised.value) for word in words), raised.value


def test_live():
    torch = pytest.importorskip("torch")
    for layer in (torch.nn.RNN(K, N, batch_first=True), torch.nn.LSTM(K, N, batch_first=True)):
        readout = torch.nn.Linear(N, O)
        expected = readout(layer(torch.tensor(INPUTS, dtype=torch.float32))[0]).detach().numpy()
        assert np.allclose(outputs_of(sp.from_torch(layer, readout)), expected, atol=1e-5)
