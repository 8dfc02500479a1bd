"""Runs of a network."""
from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stillpoint import _core, _given, _progress
from stillpoint._core import Integration, Noise
from stillpoint._keywords import keywords
from stillpoint._network import Network, checked
from stillpoint._synapses import OWN, Synapse, chosen

if TYPE_CHECKING:
    import xarray as xr

_INPUTS = "(trial, time, input), or (time, input) for one trial"
# name: its last dimension (of another name: variables named as a dimension are coordinates), unit, meaning
_RECORDED = {
    "rate": ("unit", "1", "firing rate r"),
    "rate_hz": ("unit", "Hz", "firing rate"),
    "state": ("entry", "1", "state x"),
    "output": ("channel", "1", "readout"),
    "efficacy": ("unit", "1", "presynaptic efficacy a"),
    "current": ("unit", "1", "synaptic current S r"),
    "synapse": ("synaptic_entry", "1", "state of the synapse"),
}

_METHODS, _STEP_MS = _core.method_names(), Integration().dt_ms

# They do not change, and making them takes a third of a short call.
_integration, _noise = lru_cache(maxsize=8)(Integration), lru_cache(maxsize=8)(Noise)


def own_step_ms(net: Network) -> float:
    """The step it was trained with, or of a flow the library's default."""
    if net.dt_ms is not None:
        return net.dt_ms
    return float(np.asarray(net.tau_ms)[0]) if net._core.is_map else _STEP_MS


def _step_of(inputs: Any) -> float | None:
    """The step [ms] that the time coordinate of an array of xarray has, if there is one."""
    if hasattr(inputs, "data_vars"):
        raise TypeError(f"inputs: a Dataset of {', '.join(map(str, inputs.data_vars)) or 'nothing'}; give the array, as trials.inputs")
    coords = getattr(inputs, "coords", {})
    if "time" not in coords or coords["time"].ndim != 1 or coords["time"].size < 2:
        return None
    time = coords["time"]
    at, expected = time.values, "times of equal distance [ms]"
    if time.attrs.get("units", "ms") != "ms":
        raise ValueError(f"inputs: time has the units {time.attrs['units']!r}; expected {expected}")
    steps = np.diff(_given.array("inputs: time", at, 1, expected))
    step = float(steps.mean())
    if step <= 0 or np.abs(steps - step).max() > 1e-6 * step:
        raise ValueError(f"inputs: time runs from {at[0]:g} to {at[-1]:g} in steps of {steps.min():g} to {steps.max():g}; expected {expected}")
    return float(f"{step:.12g}")


def _common_step(net: Network, dt_ms: float | None, of_inputs: float | None) -> float:
    """[ms]"""
    given = None if dt_ms is None else _given.number("dt_ms", dt_ms, "a number > 0 [ms]")
    known, whose = (given, "what is given") if given is not None else (net.dt_ms, "the network's")
    if known is not None and of_inputs is not None and abs(known - of_inputs) > 1e-6 * of_inputs:
        raise ValueError(f"dt_ms: {whose} is {known:g}, but time of the inputs has steps of {of_inputs:g} (times are in ms); expected one step: "
                         "give dt_ms= that of the inputs, or inputs.values, to which any step applies")
    return known if known is not None else of_inputs if of_inputs is not None else own_step_ms(net)


def _trials(net: Network, inputs: Any, steps: int | None, trials: int | None) -> np.ndarray[Any, np.dtype[np.float64]]:
    dims = [name for name in ("trial", "time", "input") if name in getattr(inputs, "dims", ())]
    if len(dims) > 1 and len(dims) == inputs.ndim:  # of xarray
        inputs = inputs.transpose(*dims)
    given = np.zeros(net.inputs) if inputs is None else _given.array("inputs", inputs, (1, 2, 3), _INPUTS + ", or (input,) held for duration_ms")
    if given.shape[-1] != net.inputs:
        raise ValueError(f"inputs: shape {given.shape}; expected {_INPUTS}, and the network has {_given.counted(net.inputs, 'input')}")
    if given.ndim == 1:
        if steps is None:
            raise ValueError("duration_ms: missing; a constant input, or none, needs the length of the run")
        given = np.broadcast_to(given, (trials or 1, steps, net.inputs))
    elif steps is not None:
        raise ValueError(f"duration_ms: given beside inputs of shape {given.shape}, which say how long they last")
    if given.ndim == 2:
        given = np.broadcast_to(given, (trials or 1, *given.shape))
    elif trials not in (None, given.shape[0]):
        raise ValueError(f"trials: {trials}; inputs of shape {given.shape} have {given.shape[0]}")
    return given


@keywords
def simulate(
    net: Network,
    inputs: ArrayLike | xr.DataArray | None = None,
    *,
    dt_ms: float | None = None,
    duration_ms: float | None = None,
    trials: int | None = None,
    method: str = "euler",
    synapse: Synapse | str = OWN,
    noise: Noise | float = 0,
    record: str | Sequence[str] = ("rate", "output"),
    every: int = 1,
    seed: int = 1,
    progress: bool = True,
) -> xr.Dataset:
    """Runs trials through a network.

    Parameters
    ----------
    net : Network
    inputs : (trial, time, input) array, optional
        Input of every step, held within it. (time, input): the same in every trial; (input,): held for ``duration_ms``.
        Default: none.
    dt_ms : float, optional
        Time step [ms]. Default: that of the network, or of the inputs' time coordinate (an error where both have one, and another);
        5 where neither has one.
    duration_ms : float, optional
        Length of a run under constant input [ms].
    trials : int, optional
        How many, each from its own initial state (all from ``r0`` where the network has one). Default: as inputs say, or 1.
    method : {"euler", "exponential_euler", "rk4", "dopri5"}
        How time advances.
    synapse : TCR, TsodyksMarkram, DerivativeFeedback, HighPass or None
        Short-term synapse; None: static. Default: the network's own.
    noise : Noise or float
        A number: standard deviation of the state of an uncoupled neuron.
    record : sequence of str
        Of rate, rate_hz, state, output, efficacy, current, synapse.
    every : int
        Keep every n-th step.
    seed : int
        Of initial states and noise.
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.

    Returns
    -------
    xarray.Dataset
        One variable for each that is recorded, with units in attrs and dims (trial, time, unit); of outputs (trial, time, channel), of
        the synapse (trial, time, synaptic_entry), of states with several entries for each neuron (lstm) (trial, time, entry). ``time``
        [ms] counts from 0, where the initial state is; then it is the end of each step, as the time of trials that a task draws:
        ``run.output - trials.targets`` is the error. Coordinates of the inputs' trials are kept.

    Raises
    ------
    TypeError, ValueError
        Where an argument is not allowed; the message names it.

    Warns
    -----
    RuntimeWarning
        Where the network diverges, or the step is too long for the synapse.

    Examples
    --------
    >>> import numpy as np, stillpoint as sp
    >>> net = sp.Network.random(30, gain=1.2, seed=2)
    >>> run = sp.simulate(net, np.ones((4, 100, 1)), dt_ms=5, synapse=sp.TCR(beta=50, tau_s_ms=200))
    >>> dict(run.rate.sizes)
    {'trial': 4, 'time': 101, 'unit': 30}
    >>> run.time.attrs["units"]
    'ms'
    """
    step = _common_step(checked(net), dt_ms, _step_of(inputs))
    integration = _integration(_given.one_of("method", method, _METHODS), step)
    steps = None
    if duration_ms is not None:
        steps = round(_given.number("duration_ms", duration_ms, "a number > 0 [ms]") / step)
        if steps < 1:
            raise ValueError(f"duration_ms: {duration_ms}; expected at least a step, {step:g} ms")
    names = [record] if isinstance(record, str) else list(record)
    for name in names:
        _given.one_of("record", name, list(_RECORDED))
    if not isinstance(noise, Noise):
        noise = _noise(_given.number("noise", noise, "Noise(), or a number >= 0"))
    shown = _trials(net, inputs, steps, None if trials is None else _given.whole("trials", trials, 1))
    own, every, seed = chosen(synapse, net.synapse), _given.whole("every", every, 1), _given.whole("seed", seed)
    try:
        with _progress.bar(progress, brief=True) as see:
            found = _core.simulate(net._core, shown, integration, noise, own, seed, names, every, see)
    except MemoryError:
        raise MemoryError(
            f"simulate: no memory for {_given.counted(shown.shape[0], 'trial')} of {_given.counted(shown.shape[1], 'step')} of {net._core.states} "
            "states; take fewer trials, or run one after another") from None
    if found.pop("diverges"):
        warnings.warn("the network diverges: what is recorded is not finite; take a smaller dt_ms, or weaker weights", RuntimeWarning, stacklevel=3)
    bound_ms = found.pop("bound_ms")
    if step > bound_ms:
        warnings.warn(
            f"dt_ms = {step:g} is past the stability bound of the synapse's own step, {bound_ms:.3g} ms at this activity; take a smaller "
            "step, or method='rk4'", RuntimeWarning, stacklevel=3)

    variables = tuple(
        (name, "unit" if name == "state" and net._core.states == net.size else _RECORDED[name][0], found[name].shape) for name in names)
    run = _blank(variables, shown.shape[1], every, step).copy(data=found)
    run.attrs = {"dt_ms": step, "method": method, "seed": seed, "synapse": repr(own), "network": repr(net)}
    coords = {name: values for name, values in getattr(inputs, "coords", {}).items() if values.dims == ("trial",)}
    return run.assign_coords(coords) if coords else run


@lru_cache(maxsize=8)
def _blank(variables: tuple[tuple[str, str, tuple[int, ...]], ...], steps: int, every: int, dt_ms: float) -> xr.Dataset:
    """Name, last dimension and shape of each: a dataset without data. To copy one with data takes a sixth of the time of making it."""
    import xarray as xr

    time = np.arange(0, steps + 1, every) * dt_ms
    time.flags.writeable = False  # all copies share it
    about = {name: {"units": units, "long_name": meaning} for name, (_, units, meaning) in _RECORDED.items()}
    return xr.Dataset(
        {name: (("trial", "time", last), np.broadcast_to(np.nan, shape), about[name]) for name, last, shape in variables},
        {"time": ("time", time, {"units": "ms", "long_name": "time"})})
