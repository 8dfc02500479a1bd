"""What analyses give back: arrays, a table, a picture, a sentence."""
from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, SupportsIndex, TypeVar, dataclass_transform, overload

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


class Item:
    """One of what a result holds, with its values by name."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __repr__(self) -> str:
        def shown(value: Any) -> str:
            if np.ndim(value):
                return f"of shape {np.shape(value)}"
            return f"{value:.4g}" if isinstance(value, (float, complex)) else str(value)

        return ", ".join(f"{name} {shown(value)}" for name, value in vars(self).items())


class Items:
    """A result that is a list of points, cycles ..: ``found[0]``, ``len(found)``, ``for one in found``. No Sequence of Python, whose
    ``index`` and ``count`` are arrays here."""

    _EACH: ClassVar[Mapping[str, str]]  # name of an item's value: the array that holds it for all

    def __len__(self) -> int:
        return len(getattr(self, next(iter(self._EACH.values()))))

    @overload
    def __getitem__(self, at: SupportsIndex) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...
    def __getitem__(self, at: SupportsIndex | slice) -> Item | list[Item]:
        if isinstance(at, slice):
            return [self[i] for i in range(len(self))[at]]
        i = _given.place(at, len(self), "arrays of all are attributes")
        return Item(**{name: getattr(self, array)[i] for name, array in self._EACH.items()})

    def __iter__(self) -> Iterator[Item]:
        return (self[i] for i in range(len(self)))


def axes_for(ax: matplotlib.axes.Axes | None) -> matplotlib.axes.Axes:
    """These axes, or those of a new figure."""
    if ax is not None:
        if not hasattr(ax, "scatter"):
            raise TypeError(f"ax: {_given.described(ax)}; expected axes of matplotlib")
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]


def loss_over_updates(
    ax: matplotlib.axes.Axes | None, update: ArrayLike, loss: ArrayLike, reached_at: int | None = None) -> matplotlib.axes.Axes:
    """Broken line: the criterion was met."""
    ax = axes_for(ax)
    ax.semilogy(update, loss, color="C0")
    if reached_at is not None:
        ax.axvline(reached_at, color="0.5", linestyle="--")
    ax.set(xlabel="update", ylabel="loss")
    return ax


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


def without(synapse: Synapse) -> str:
    """What a sentence says of a synapse that was left aside."""
    return "" if synapse is None else f", without the synapse {type(synapse).__name__}"


def principal_plane(states: _given.Floats) -> tuple[_given.Floats, list[str]]:
    """States as they are where they have two entries or one, else their coordinates along the two directions of largest variance;
    and the names of the two axes."""
    if states.shape[1] <= 2:
        names = [f"entry {i}" for i in range(states.shape[1])] + [""] * (2 - states.shape[1])
        return np.pad(states, ((0, 0), (0, 2 - states.shape[1]))), names
    centred = states - states.mean(axis=0)
    directions: Any = np.linalg.svd(centred, full_matrices=False)[2][:2]
    at = np.pad(centred @ directions.T, ((0, 0), (0, 2 - len(directions))))
    at[:, np.abs(at).max(axis=0, initial=0) < 1e-9 * np.abs(at).max(initial=0)] = 0  # rounding is no direction
    return at, ["first principal component", "second"]


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
