"""Networks of PyTorch, without PyTorch."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stillpoint import _given
from stillpoint._keywords import keywords
from stillpoint._network import Network

_LAYER = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


@keywords
def from_torch(module: Any, readout: Any = None, *, nonlinearity: str | None = None, dt_ms: float = 5) -> Network:
    """A network of ``torch.nn.RNN`` or ``torch.nn.LSTM``, or of a module that holds one of them and a linear readout.

    An RNN becomes a map, ``r(t+1) = phi(W_hh r(t) + W_ih s(t) + b_ih + b_hh)``, of kind rnn_map; an LSTM one of kind lstm, whose
    gates stand in the same order. It starts from 0, as the module does: ``simulate`` gives what ``module(x)`` does, to rounding
    (``net.replace(r0=None)``: from states that are drawn). PyTorch need not be installed: tensors are asked for their values, and a state dict of arrays
    does as well.

    Parameters
    ----------
    module : torch.nn.Module or state dict
        With one layer in one direction.
    readout : torch.nn.Linear or its state dict, optional
        Default: the linear layer of the module, where it has one; else none.
    nonlinearity : {"tanh", "relu"}, optional
        Of an RNN. Default: as the module says; a state dict does not, there it is needed. An LSTM has its own.
    dt_ms : float
        What a step stands for [ms].

    Returns
    -------
    Network

    Raises
    ------
    ValueError
        Where there is no such layer, or more than one, or the nonlinearity is not known; the message names it.

    Examples
    --------
    >>> import numpy as np, stillpoint as sp
    >>> state = {"rnn.weight_ih_l0": np.ones((4, 2)), "rnn.weight_hh_l0": np.eye(4), "fc.weight": np.ones((1, 4)), "fc.bias": [0.5]}
    >>> sp.from_torch(state, nonlinearity="tanh")
    Network(rnn_map: 4 neurons, 2 inputs, 1 output, tanh, steps of 5 ms)
    """
    state = _state_of("module", module)
    cells = sorted({name[: -len("weight_hh_l0")] for name in state if name.endswith("weight_hh_l0")})
    others = [name for name in state if "_l0" in name and (name.endswith("_reverse") or "_hr_" in name)]
    others += [name for name in state if "weight_hh_l" in name and not name.endswith("l0")]
    if len(cells) != 1 or others:
        seen = f"{len(cells)} recurrent layers in {', '.join(map(str, list(state)[:8])) or 'nothing'}{' ..' * (len(state) > 8)}"
        raise ValueError(
            f"module: {', '.join(sorted(set(others))) or seen}; expected one RNN or LSTM of one layer in one direction, without projection "
            "(of an RNNCell, or what stands under \"state_dict\" of a checkpoint: with names as weight_hh_l0)")
    prefix = cells[0]
    W_in, W = (_given.array(f"module: {prefix}{name}", state[prefix + name], 2, "a matrix") for name in _LAYER[:2])
    gates = W.shape[0] // max(W.shape[1], 1)
    if W.shape[0] == 3 * W.shape[1]:
        raise ValueError(f"module: {prefix}weight_hh_l0: shape {W.shape}, as that of a GRU, which is no network here; expected an RNN or LSTM")
    if W.shape[0] != gates * W.shape[1] or gates not in (1, 4):
        raise ValueError(f"module: {prefix}weight_hh_l0: shape {W.shape}; expected (N, N) of an RNN, or (4 N, N) of an LSTM")
    b = np.zeros(len(W))
    for name in _LAYER[2:]:
        if prefix + name in state:
            b = b + _given.array(f"module: {prefix}{name}", state[prefix + name], 1, f"({len(W)},)")
    W_out, b_out = _readout(state, prefix, readout)
    rest: dict[str, Any] = {"kind": "lstm"}
    if gates == 4 and nonlinearity is not None:
        raise ValueError(f"nonlinearity: {nonlinearity!r}; expected none of an LSTM, which has its own")
    if gates == 1:
        rest = {"kind": "rnn_map", "nonlinearity": _nonlinearity(module, prefix, nonlinearity)}
    states = W.shape[1] * (1 if gates == 1 else 2)
    return Network(W, W_in, b, W_out, b_out, dt_ms=dt_ms, r0=np.zeros(states), **rest)


def _state_of(name: str, module: Any) -> Mapping[str, Any]:
    state = module.state_dict() if hasattr(module, "state_dict") else module
    if not isinstance(state, Mapping):
        raise TypeError(f"{name}: {type(module).__name__}; expected a module of PyTorch, or its state dict")
    return state


def _readout(state: Mapping[str, Any], prefix: str, readout: Any) -> tuple[Any, Any]:
    if readout is not None:
        own = _state_of("readout", readout)
        if "weight" not in own:
            raise ValueError(f"readout: {', '.join(own)}; expected weight, and perhaps bias")
        return own["weight"], own.get("bias")
    layers = [name[: -len("weight")] for name in state if name.endswith("weight") and np.ndim(state[name]) == 2]
    if not layers:
        return None, None
    if len(layers) > 1:
        raise ValueError(f"readout: the module has {', '.join(layer + 'weight' for layer in layers)}; give the one that is it")
    return state[layers[0] + "weight"], state.get(layers[0] + "bias")


def _nonlinearity(module: Any, prefix: str, given: str | None) -> str:
    if given is not None:
        return _given.one_of("nonlinearity", given, ["tanh", "relu"])
    layer = module
    for part in prefix.rstrip(".").split(".") if prefix else []:
        layer = getattr(layer, part, None)
    found = getattr(layer, "nonlinearity", None)
    if found is None:
        raise ValueError("nonlinearity: missing; a state dict does not say it: give 'tanh' or 'relu'")
    return _given.one_of("nonlinearity", found, ["tanh", "relu"])
