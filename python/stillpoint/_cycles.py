"""Limit cycles."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._network import Network, checked
from stillpoint._result import (
    METHODS, Items, axes_for, counted, given_duration, given_step, held_input, principal_plane, result, taken_synapse)
from stillpoint._synapses import OWN, Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@result
class Cycles(Items):
    """Limit cycles of a network as a flow under constant input.

    Attributes
    ----------
    period_ms : (cycles,)
        [ms]
    stable : (cycles,) bool
        Whether the largest multiplier is below 1 in size.
    extent : (cycles,)
        Largest distance from the first state, in units of the state.
    closure : (cycles,)
        How far the end is from the beginning, over the extent.
    found : (cycles,) int
        Searches that led there.
    paths : list of (steps + 1, D)
        Of each cycle its states in equal steps of time, back to the first.
    multipliers : list of (D - 1,) complex
        Of each cycle the Floquet multipliers of one period, by falling size, without that along it, 1; without unit.
    samples, at_rest, diverged, no_return, not_converged : int
        Searches; those that came to rest, grew without bound (beyond 10^6), did not return, returned to no cycle.
    dt_ms : float
        Step [ms].
    dimension : int
        D, entries of the state, those of a synapse included.
    as_ : {"flow"}
        As what the network was looked at.
    """

    as_: str
    period_ms: NDArray[np.float64]
    stable: NDArray[np.bool_]
    extent: NDArray[np.float64]
    closure: NDArray[np.float64]
    found: NDArray[np.int64]
    paths: list[NDArray[np.float64]]
    multipliers: list[NDArray[np.complex128]]
    samples: int
    at_rest: int
    diverged: int
    no_return: int
    not_converged: int
    dt_ms: float
    dimension: int

    _EACH = {
        "path": "paths", "multipliers": "multipliers", **{name: name for name in ("period_ms", "stable", "extent", "closure", "found")},
    }

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each cycle; columns are attributes."""
        import pandas as pd

        return pd.DataFrame({name: getattr(self, name) for name in ("period_ms", "stable", "extent", "closure", "found")})

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """The cycles along the two directions in which they extend most; broken where unstable."""
        ax = axes_for(ax)
        if not len(self):
            ax.set(title="no limit cycle")
        else:
            at, (across, up) = principal_plane(np.concatenate(self.paths))
            ends = np.cumsum([len(path) for path in self.paths])
            for i, path in enumerate(np.split(at, ends[:-1])):
                ax.plot(*path.T, "-" if self.stable[i] else "--", label=f"{self.period_ms[i]:.4g} ms")
            ax.set(xlabel=across, ylabel=up)
            ax.legend()
        return ax

    def __repr__(self) -> str:
        periods = ", ".join(f"{period:.4g} ms{'' if stable else ' (unstable)'}" for period, stable in zip(self.period_ms, self.stable))
        return (f"{counted(len(self), 'limit cycle')} of the {self.as_}{', period ' + periods if len(self) else ''}; of {self.samples} searches "
                f"{self.at_rest} came to rest, {f'{self.diverged} grew without bound, ' if self.diverged else ''}{self.no_return} did not return, {self.not_converged} returned to no cycle")


@keywords
def cycles(
    net: Network,
    input: ArrayLike | None = None,
    *,
    samples: int = 8,
    spread: float = 0.5,
    synapse: Synapse | str = OWN,
    method: str = "rk4",
    dt_ms: float | None = None,
    duration_ms: float = 10000,
    discard_ms: float = 5000,
    seed: int = 1,
    progress: bool = True,
) -> Cycles:
    """Limit cycles of the network as a flow, from returns of free runs by Newton's method (docs/analyses.md).

    Parameters
    ----------
    net : Network
        Of a differential equation; a map has no cycles of this kind.
    input : (inputs,) array, optional
        Held. Default: 0.
    samples : int
        States to search from.
    spread : float
        Their standard deviation per entry (through phi where the state is a rate).
    synapse : TCR, TsodyksMarkram, DerivativeFeedback, HighPass or None
        Default: the network's own.
    method : {"rk4", "euler", "exponential_euler"}
    dt_ms : float, optional
        Default: a tenth of the shortest time constant [ms].
    duration_ms, discard_ms : float
        A return is waited for so long, after the other [ms].
    seed : int
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.

    Returns
    -------
    Cycles

    Examples
    --------
    >>> import stillpoint as sp
    >>> sp.cycles(sp.Network([[2, -2], [2, 2]]), samples=2)
    1 limit cycle of the flow, period 341.9 ms; of 2 searches 0 came to rest, 0 did not return, 0 returned to no cycle
    """
    if checked(net)._core.is_map:
        raise ValueError(f"net: {net.kind} is a map; expected a network that is a flow")
    with _progress.bar(progress, brief=True) as see:
        found = _core.cycles(
            checked(net)._core, held_input(net, input), "flow", taken_synapse(net, synapse), _given.one_of("method", method, METHODS), given_step(dt_ms),
            _given.whole("samples", samples, 1), _given.number("spread", spread, "a number > 0"), given_duration("duration_ms", duration_ms),
            given_duration("discard_ms", discard_ms), _given.whole("seed", seed), see)
    return Cycles(as_=found.pop("as"), **found)
