"""What analyses give back: arrays, a table, a picture, a sentence."""
from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

import numpy as np
from numpy.typing import ArrayLike

from stillpoint import _given
from stillpoint._given import counted as counted
from stillpoint._network import Network, checked
from stillpoint._synapses import OWN, Synapse, chosen

if TYPE_CHECKING:
    import matplotlib.axes


#: value, low, high
Interval = tuple[float, float, float]

Class = TypeVar("Class")

METHODS = ["euler", "exponential_euler", "rk4"]


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def result(made: type[Class]) -> type[Class]:
    """A class of frozen fields: its help is what they hold, not how it is made, and it equals itself alone, as arrays do."""
    made = dataclass(frozen=True, repr=False, eq=False)(made)
    made.__signature__ = inspect.Signature()  # type: ignore[attr-defined]
    return made


def axes_for(ax: matplotlib.axes.Axes | None) -> matplotlib.axes.Axes:
    """These axes, or those of a new figure."""
    if ax is not None:
        if not hasattr(ax, "scatter"):
            raise TypeError(f"ax: {_given.described(ax)}; expected axes of matplotlib")
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]


def held_input(net: Network, value: ArrayLike | None) -> _given.Floats:
    """Constant input, (inputs,)."""
    if value is None:
        return np.zeros(checked(net).inputs)
    found = np.atleast_1d(_given.array("input", value, (0, 1), "(inputs,), or one number of one input"))
    if len(found) != checked(net).inputs:
        raise ValueError(f"input: shape {found.shape}; the network has {counted(net.inputs, 'input')}")
    return found


def taken_as(value: str | None) -> str | None:
    return None if value is None else _given.one_of("as_", value, ["flow", "map"])


def taken_synapse(net: Network, synapse: Synapse | str = OWN) -> Synapse:
    return chosen(synapse, net.synapse)


def principal_plane(states: _given.Floats) -> tuple[_given.Floats, list[str]]:
    """States as they are where they have two entries or one, else their coordinates along the two directions of largest variance;
    and the names of the two axes."""
    if states.shape[1] <= 2:
        names = [f"entry {i}" for i in range(states.shape[1])] + [""] * (2 - states.shape[1])
        return np.pad(states, ((0, 0), (0, 2 - states.shape[1]))), names
    centred = states - states.mean(axis=0)
    directions: Any = np.linalg.svd(centred, full_matrices=False)[2][:2]
    return np.pad(centred @ directions.T, ((0, 0), (0, 2 - len(directions)))), ["first principal component", "second"]


def given_step(dt_ms: float | None) -> float | None:
    return None if dt_ms is None else _given.number("dt_ms", dt_ms, "a number > 0 [ms]")


def given_duration(name: str, value: float) -> float:
    return _given.number(name, value, "a number >= 0 [ms]")


def given_states(net: Network, visited: ArrayLike | None) -> _given.Floats | None:
    """States that a search is to begin from, (n, D)."""
    if visited is None:
        return None
    states = _given.array("visited", visited, 2, "(n, D)")
    if states.shape[1] != net._core.states:
        raise ValueError(f"visited: shape {states.shape}; expected (n, {net._core.states})")
    return states
