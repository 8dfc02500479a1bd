"""Networks."""
from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given
from stillpoint._core import Network as _Core
from stillpoint._keywords import did_you_mean, keywords
from stillpoint._synapses import Synapse, checked_synapse

_SHAPES = {
    "W": "(N, N)", "W_in": "(N, inputs)", "b": "(N,)", "W_out": "(outputs, N)", "b_out": "(outputs,)", "tau_ms": "(N,)", "M": "(N, rank)",
    "V": "(N, rank)", "A": "(N,)", "bulk": "(N, N)", "W_fb": "(N, outputs)", "mask": "as W", "sign": "(N,)", "r0": "(N,)",
}
_OF_LSTM = {"W": "(4 N, N)", "W_in": "(4 N, inputs)", "b": "(4 N,)", "mask": "(4 N, N)", "r0": "(2 N,)"}


if TYPE_CHECKING:
    from stillpoint import tasks


class _Array:
    """One array of a network, read-only; it keeps the network alive and copies nothing."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, network: None, owner: type) -> _Array: ...
    @overload
    def __get__(self, network: Network, owner: type) -> NDArray[np.float64] | None: ...
    def __get__(self, network: Network | None, owner: type) -> _Array | NDArray[np.float64] | None:
        if network is None:
            return self
        found: NDArray[np.float64] | None = network._core.array(self._name)
        return found


class Network:
    """A recurrent rate network: N neurons, weights, time constants.

    For ``leaky_rate``, ``tau dr/dt = -r + phi(W r + W_in s + b)``; docs/model.md has the equations of every kind. A network
    does not change once it is made: ``replace`` makes another one.

    Parameters
    ----------
    W : (N, N) array
        Recurrent weights; row: postsynaptic neuron. Of an lstm (4 N, N), gates i, f, g, o. None of a low_rank network.
    W_in : (N, inputs) array, optional
        Input weights. Default: no inputs.
    b : float or (N,) array, optional
        Biases. Default: 0.
    W_out : (outputs, N) array, optional
        Readout weights. Default: no outputs.
    b_out : float or (outputs,) array, optional
        Biases of the readout. Default: 0.
    tau_ms : float or (N,) array, optional
        Membrane time constants [ms], 50 by default; of a map it has no place, its step is ``dt_ms``.
    nonlinearity : {"tanh", "relu", "softplus", "logistic"}
        phi.
    kind : {"leaky_rate", "leaky_current", "low_rank", "low_rank_current", "plrnn", "lstm", "rnn_map"}
        The equation.
    dt_ms : float, optional
        The time step the network was trained with [ms]. Without one a leaky network is a flow, and analyses look at its
        differential equation; with one at the map of its Euler step.
    rate_hz : float
        What a rate of 1 means [Hz]; 0: rates have no unit.
    M, V, bulk : arrays, optional
        Of a low_rank network, ``W = M V.T / N + bulk``; (N, rank), (N, rank), (N, N).
    A : float or (N,) array, optional
        Of a plrnn: what a neuron keeps per step.
    W_fb : (N, outputs) array, optional
        Feedback of the readout.
    mask : array like W, optional
        1 where a connection may exist, 0 elsewhere.
    sign : (N,) array, optional
        1 excitatory, -1 inhibitory neurons (Dale's law).
    r0 : float or (N,) array, optional
        State at trial start. Default: drawn for each trial.
    synapse : TCR, TsodyksMarkram, DerivativeFeedback or HighPass, optional
        Short-term synapse that simulations and analyses take unless told otherwise.

    Raises
    ------
    TypeError
        Where an array is none of real numbers.
    ValueError
        Where shapes do not fit, a value is not finite or not allowed; the message names the parameter.

    Examples
    --------
    >>> import numpy as np, stillpoint as sp
    >>> net = sp.Network(2 * np.eye(3), tau_ms=20)
    >>> net
    Network(leaky_rate: 3 neurons, 0 inputs, 0 outputs, tanh, tau 20 ms)
    >>> net.W.shape
    (3, 3)
    """

    _core: _Core
    _synapse: Synapse

    W = _Array("Recurrent weights, (N, N); None of a low_rank network.")
    W_in = _Array("Input weights, (N, inputs); None without inputs.")
    b = _Array("Biases, (N,).")
    W_out = _Array("Readout weights, (outputs, N); None without outputs.")
    b_out = _Array("Biases of the readout, (outputs,); None without outputs.")
    tau_ms = _Array("Membrane time constants [ms], (N,).")
    M = _Array("Left factor of W of a low_rank network, (N, rank), or None.")
    V = _Array("Right factor of W of a low_rank network, (N, rank), or None.")
    bulk = _Array("What is beside the factors, (N, N), or None.")
    A = _Array("What a neuron of a plrnn keeps per step, (N,), or None.")
    W_fb = _Array("Feedback of the readout, (N, outputs), or None.")
    mask = _Array("1 where a connection may exist, as W, or None.")
    sign = _Array("1 excitatory, -1 inhibitory, (N,), or None.")
    r0 = _Array("State at trial start, (N,), or None: drawn for each trial.")

    @keywords
    def __init__(
        self,
        W: ArrayLike | None = None,
        W_in: ArrayLike | None = None,
        b: ArrayLike | None = None,
        W_out: ArrayLike | None = None,
        b_out: ArrayLike | None = None,
        *,
        tau_ms: ArrayLike | None = None,
        nonlinearity: str = "tanh",
        kind: str = "leaky_rate",
        dt_ms: float | None = None,
        rate_hz: float = 0,
        M: ArrayLike | None = None,
        V: ArrayLike | None = None,
        bulk: ArrayLike | None = None,
        A: ArrayLike | None = None,
        W_fb: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        sign: ArrayLike | None = None,
        r0: ArrayLike | None = None,
        synapse: Synapse = None,
    ) -> None:
        _given.one_of("kind", kind, _core.network_kinds())
        _given.one_of("nonlinearity", nonlinearity, _core.nonlinearity_names())
        if dt_ms is not None and _given.number("dt_ms", dt_ms, "a number > 0 [ms]") <= 0:
            raise ValueError(f"dt_ms: {dt_ms:g}; expected a number > 0 [ms]")
        if tau_ms is None and kind not in ("plrnn", "lstm", "rnn_map"):
            tau_ms = 50
        given = {
            "W": W, "W_in": W_in, "b": b, "W_out": W_out, "b_out": b_out, "tau_ms": tau_ms, "M": M, "V": V, "bulk": bulk, "A": A,
            "W_fb": W_fb, "mask": mask, "sign": sign, "r0": r0,
        }
        shapes = {**_SHAPES, **_OF_LSTM} if kind == "lstm" else _SHAPES
        arrays = {}
        for name, value in given.items():
            if value is None:
                continue
            vector = shapes[name].endswith(",)")
            expected = f"{shapes[name]}, or one number" if vector else shapes[name]
            arrays[name] = _given.array(f"network: {name}", value, (0, 1) if vector else 2, expected)
        for name, found in arrays.items():
            if found.ndim == 0:
                arrays[name] = np.full(1 if name == "tau_ms" else _entries(name, kind, arrays), found)
        self._hold(_core.Network.make(
            kind, nonlinearity, arrays, None if dt_ms is None else float(dt_ms),
            _given.number("rate_hz", rate_hz, "a number >= 0 [Hz]")), checked_synapse(synapse))

    @classmethod
    def _of(cls, core: _Core, synapse: Synapse = None) -> Network:
        made = cls.__new__(cls)
        made._hold(core, synapse)
        return made

    def _hold(self, core: _Core, synapse: Synapse) -> None:
        object.__setattr__(self, "_core", core)
        object.__setattr__(self, "_synapse", synapse)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{name}: a network does not change; net.replace({name}=..) makes another one")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            known = [each for each in dir(Network) if not each.startswith("_")]
            raise AttributeError(f"a network has no {name}" + did_you_mean(name, known))

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{name}: a network does not change; net.replace({name}=None) makes another one")

    @classmethod
    @keywords
    def random(
        cls, size: int = 100, gain: float = 1.5, *, inputs: int | None = None, outputs: int | None = None, task: tasks.Task | None = None,
        nonlinearity: str = "tanh", tau_ms: float = 50, seed: int = 1,
    ) -> Network:
        """A leaky_rate network with W ~ N(0, gain^2 / size), W_in ~ N(0, 1), W_out ~ N(0, 1 / size), as the program draws it.

        Parameters
        ----------
        size : int
            Neurons N.
        gain : float
            g; above 1 the network is strongly connected.
        inputs, outputs : int, optional
            Channels. Default: those of the task, or 1.
        task : a task of ``stillpoint.tasks``, optional
            What the network is for.
        nonlinearity : {"tanh", "relu", "softplus", "logistic"}
        tau_ms : float
            Membrane time constant [ms].
        seed : int
            The same network for the same seed; gains differ by a factor only.

        Examples
        --------
        >>> import stillpoint as sp
        >>> sp.Network.random(20, gain=2, seed=3)
        Network(leaky_rate: 20 neurons, 1 input, 1 output, tanh, tau 50 ms)
        >>> sp.Network.random(20, task=sp.tasks.FlipFlop(bits=2))
        Network(leaky_rate: 20 neurons, 2 inputs, 2 outputs, tanh, tau 50 ms)
        """
        _given.one_of("nonlinearity", nonlinearity, _core.nonlinearity_names())
        if task is not None and not hasattr(task, "draw"):
            raise TypeError(f"task: {_given.described(task)}; expected a task, as FlipFlop()")
        if inputs is None:
            inputs = 1 if task is None else task.inputs
        if outputs is None:
            outputs = 1 if task is None else task.outputs
        return cls._of(_core.Network.draw(
            _given.whole("size", size, 1), _given.number("gain", gain), _given.whole("inputs", inputs),
            _given.whole("outputs", outputs), nonlinearity, _given.number("tau_ms", tau_ms), _given.whole("seed", seed)))

    @classmethod
    @keywords
    def load(cls, path: str | Path, group: str | None = None) -> Network:
        """The network of a network file, or the final one of a run file, with the synapse that it was trained with.

        Parameters
        ----------
        path : str or Path
            HDF5, as the program and ``save`` write it; of a study's directory, ``open_study``.
        group : str, optional
            Another network of a run file: ``"initial/network"``, ``"checkpoints/00000100/network"``.

        Raises
        ------
        FileNotFoundError, IsADirectoryError
        ValueError
            Where the file is no such file; the message names what is missing or wrong.
        """
        core = _core.Network.load(_given.existing(path), group)
        return cls._of(core, _core.trained_with(core))

    @keywords
    def save(self, path: str | Path, overwrite: bool = False) -> None:
        """Writes a network file, which the program reads (docs/file-formats.md), with its synapse.

        Raises
        ------
        FileExistsError
            Where there is a file, unless it may be overwritten.
        """
        target = _given.path("path", path)
        if target.exists() and not overwrite:
            raise FileExistsError(f"{target}: exists; give overwrite=True to replace it")
        self._core.save(str(target), _core.as_stored(self.synapse))

    def replace(self, **changes: Any) -> Network:
        """Another network, like this one but for what is given, by the names of the constructor."""
        own = {name: self._core.array(name) for name in _SHAPES}
        for name in ("b", "b_out"):  # of another size they are 0 again
            if own[name] is not None and not own[name].any():
                own[name] = None
        if changes.get("W_out", ()) is None:
            own["b_out"] = None
        if (tau := own["tau_ms"]) is not None and tau.min() == tau.max():
            own["tau_ms"] = tau[0]
        if self._core.is_map and "dt_ms" in changes:  # which stood in for it
            own["tau_ms"] = None
        return Network(**{**own, **self._rest(), **changes})

    @property
    def kind(self) -> str:
        """The equation."""
        return self._core.kind

    @property
    def nonlinearity(self) -> str:
        """phi."""
        return self._core.nonlinearity

    @property
    def dt_ms(self) -> float | None:
        """The step that it was trained with [ms]; None: a flow."""
        return self._core.dt_ms

    @property
    def rate_hz(self) -> float:
        """What a rate of 1 means [Hz]; 0: rates have no unit."""
        return self._core.rate_hz

    @property
    def size(self) -> int:
        """Neurons N."""
        return self._core.size

    @property
    def inputs(self) -> int:
        """Input channels."""
        return self._core.inputs

    @property
    def outputs(self) -> int:
        """Output channels."""
        return self._core.outputs

    @property
    def synapse(self) -> Synapse:
        """Its short-term synapse; None: static."""
        return self._synapse

    def arrays(self) -> Mapping[str, NDArray[np.float64]]:
        """Every array that the network has, by name."""
        found = {name: self._core.array(name) for name in _core.Network.array_names()}
        return {name: values for name, values in found.items() if values is not None}

    def __reduce__(self) -> Any:
        return _again, ({name: np.array(values) for name, values in self.arrays().items()}, self._rest())

    def _rest(self) -> dict[str, Any]:
        return {"kind": self.kind, "nonlinearity": self.nonlinearity, "dt_ms": self.dt_ms, "rate_hz": self.rate_hz, "synapse": self.synapse}

    def __repr__(self) -> str:
        return self._words

    @cached_property
    def _words(self) -> str:
        parts = [_given.counted(self.size, "neuron"), _given.counted(self.inputs, "input"), _given.counted(self.outputs, "output")]
        if self.kind != "lstm":
            parts.append(self.nonlinearity)
        if not self._core.is_map:
            tau = np.asarray(self.tau_ms)
            parts.append(f"tau {tau.min():g} ms" if tau.min() == tau.max() else f"tau {tau.min():g} to {tau.max():g} ms")
        if self.dt_ms is not None:
            parts.append(f"steps of {self.dt_ms:g} ms")
        if self.synapse is not None:
            parts.append(repr(self.synapse))
        return f"Network({self.kind}: {', '.join(parts)})"


def _entries(name: str, kind: str, arrays: Mapping[str, Any]) -> int:
    """Of an array that was given as one number."""
    if name == "b_out":
        return len(arrays.get("W_out", ()))
    recurrent = arrays.get("W", arrays.get("M", np.empty((0, 0))))
    N = len(recurrent) // (4 if kind == "lstm" else 1)
    return N * ({"b": 4, "r0": 2}.get(name, 1) if kind == "lstm" else 1)


def checked(net: Network) -> Network:
    if not isinstance(net, Network):
        raise TypeError(f"net: {_given.described(net)}; expected Network")
    return net


def _again(arrays: dict[str, Any], rest: dict[str, Any]) -> Network:
    return Network(**arrays, **rest)
