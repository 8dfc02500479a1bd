"""Attractors and what they draw in."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._network import Network, checked
from stillpoint._result import (
    METHODS, Items, axes_for, counted, given_duration, given_step, held_input, principal_plane, result, taken_as,
    taken_synapse)
from stillpoint._synapses import OWN, Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@result
class Basins(Items):
    """Attractors that sampled states reach, and the share that each draws in; by falling share.

    Attributes
    ----------
    cyclic : (attractors,) bool
        A cycle and not a fixed point.
    period_ms : (attractors,)
        0 of a fixed point [ms].
    leading_per_s : (attractors,)
        Growth of the slowest perturbation [1/s]; that along a cycle does not count.
    count : (attractors,) int
        Samples that reached it.
    share, low, high : (attractors,)
        Of all samples, with its 95 % interval (Wilson).
    states : (attractors, D)
        Of a cycle one of its states.
    paths : list of (1, D), of a cycle (steps + 1, D)
        States of each attractor.
    starts : (samples, D)
        Where the runs began.
    of_sample : (samples,) int
        The attractor; -1: unsettled.
    unsettled : int
        Samples that reached none, those that diverged among them.
    unsettled_share : (float, float, float)
        Share with its 95 % interval.
    diverged : int
        Samples that grew without bound.
    dt_ms : float
        Step [ms].
    dimension : int
        D, entries of the state, those of a synapse included.
    as_ : {"flow", "map"}
        As what the network was looked at.
    """

    as_: str
    cyclic: NDArray[np.bool_]
    period_ms: NDArray[np.float64]
    leading_per_s: NDArray[np.float64]
    count: NDArray[np.int64]
    share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    states: NDArray[np.float64]
    paths: list[NDArray[np.float64]]
    starts: NDArray[np.float64]
    of_sample: NDArray[np.int64]
    unsettled: int
    unsettled_share: tuple[float, float, float]
    diverged: int
    dt_ms: float
    dimension: int

    _EACH = {
        "state": "states", "path": "paths", **{name: name for name in ("cyclic", "period_ms", "leading_per_s", "count", "share", "low", "high")},
    }

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each attractor; columns are attributes, but for ``period_ms``, NaN of a fixed point."""
        import pandas as pd

        names = ("cyclic", "period_ms", "leading_per_s", "count", "share", "low", "high")
        return pd.DataFrame({name: getattr(self, name) for name in names}).assign(period_ms=np.where(self.cyclic, self.period_ms, np.nan))

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Starting states in the colour of the attractor that they reach, grey where unsettled, along the two directions in which the
        attractors and they differ most."""
        ax = axes_for(ax)
        at, (across, up) = principal_plane(np.concatenate([self.starts, *self.paths]))
        samples, rest = at[: len(self.starts)], at[len(self.starts):]
        ax.scatter(samples[self.of_sample < 0, 0], samples[self.of_sample < 0, 1], color="0.8", s=8)
        ends = np.cumsum([len(path) for path in self.paths])
        for i, path in enumerate(np.split(rest, ends[:-1]) if len(self) else []):
            ax.scatter(samples[self.of_sample == i, 0], samples[self.of_sample == i, 1], color=f"C{i % 10}", s=8, alpha=0.5)
            ax.plot(*path.T, "-" if self.cyclic[i] else "*", color=f"C{i % 10}", markersize=14)
        ax.set(xlabel=across, ylabel=up)
        return ax

    def __repr__(self) -> str:
        rest, cyclic = int((~self.cyclic).sum()), int(self.cyclic.sum())
        text = counted(rest, "stable fixed point") + (f" and {counted(cyclic, 'cycle')}" if cyclic else "")
        if len(self):
            text += f", the largest basin {self.share[0]:.0%} [{self.low[0]:.0%}, {self.high[0]:.0%}]"
        return text + f" of {counted(len(self.starts), 'state')}; {self.unsettled} unsettled" + (f", {self.diverged} of them without bound" if self.diverged else "")


@keywords
def basins(
    net: Network,
    input: ArrayLike | None = None,
    *,
    samples: int = 100,
    spread: float = 1,
    as_: str | None = None,
    synapse: Synapse | str = OWN,
    method: str = "rk4",
    dt_ms: float | None = None,
    duration_ms: float = 10000,
    longest_period_ms: float = 5000,
    seed: int = 1,
    progress: bool = True,
) -> Basins:
    """Attractors that sampled states reach, fixed points and cycles, and the share of each with its interval (docs/analyses.md).

    Parameters
    ----------
    net : Network
    input : (inputs,) array, optional
        Held. Default: 0.
    samples : int
        States to start from.
    spread : float
        Their standard deviation per entry (through phi where the state is a rate).
    as_ : {"flow", "map"}, optional
        Default: as the network was trained.
    synapse : TCR, TsodyksMarkram, DerivativeFeedback, HighPass or None
        Default: the network's own.
    method : {"rk4", "euler", "exponential_euler"}
    dt_ms : float, optional
        Default: a tenth of the shortest time constant [ms].
    duration_ms : float
        Of each run, before it is looked at [ms].
    longest_period_ms : float
        Of cycles [ms].
    seed : int
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.

    Returns
    -------
    Basins

    Examples
    --------
    >>> import stillpoint as sp
    >>> found = sp.basins(sp.Network([[0, 2], [2, 0]]), samples=50)
    >>> len(found), found.unsettled
    (2, 0)
    """
    with _progress.bar(progress, brief=True) as see:
        found = _core.basins(
            checked(net)._core, held_input(net, input), taken_as(as_), taken_synapse(net, synapse), _given.one_of("method", method, METHODS),
            given_step(dt_ms), _given.whole("samples", samples, 1), _given.number("spread", spread, "a number > 0"),
            given_duration("duration_ms", duration_ms), given_duration("longest_period_ms", longest_period_ms), _given.whole("seed", seed), see)
    return Basins(as_=found.pop("as"), **found)
