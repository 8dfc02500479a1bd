"""Where a network lingers."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given
from stillpoint._network import Network, checked
from stillpoint._result import axes_for, counted, held_input, taken_as, given_states

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@dataclass(frozen=True, repr=False)
class SlowPoints:
    """Where a network lingers without resting, as ``slow_points`` found it; slowest first."""

    as_: str
    """"flow" or "map"."""
    states: NDArray[np.float64]
    """(points, D)"""
    slow_directions: NDArray[np.float64]
    """(points, D), of length 1, along which the network passes"""
    q: NDArray[np.float64]
    """(points,), |F|^2 / 2 D"""
    speed_per_s: NDArray[np.float64]
    """(points,), root mean square of dx/dt [1/s]"""
    eigenvalue: NDArray[np.complex128]
    """(points,), of the slow direction"""
    index: NDArray[np.int64]
    """(points,), unstable directions beside it"""
    passage_ms: NDArray[np.float64]
    """(points,), time to pass [ms]; NaN where it had not passed"""
    hits: NDArray[np.int64]
    """(points,), starts that ended there"""
    tau_ref_ms: float
    starts: int
    at_fixed_points: int
    unfinished: int

    def __len__(self) -> int:
        return len(self.states)

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each point: speed_per_s, q, passage_ms, index, eigenvalue, hits."""
        import pandas as pd

        names = ("speed_per_s", "q", "passage_ms", "index", "eigenvalue", "hits")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Time to pass over speed."""
        ax = axes_for(ax)
        ax.plot(self.speed_per_s, self.passage_ms, "o")
        ax.set(xlabel="speed [1/s]", ylabel="passage [ms]")
        return ax

    def __repr__(self) -> str:
        text = f"{counted(len(self), 'slow point')} of the {self.as_}"
        if len(self) and np.isfinite(self.passage_ms).any():
            text += f", passed in {np.nanmin(self.passage_ms):.4g} to {np.nanmax(self.passage_ms):.4g} ms"
        return text + f"; of {counted(self.starts, 'start')} {self.at_fixed_points} ended at fixed points, {self.unfinished} at no minimum"


def slow_points(
    net: Network,
    input: ArrayLike | None = None,
    *,
    as_: str | None = None,
    starts: int = 64,
    radius: float = 0.1,
    visited: ArrayLike | None = None,
    seed: int = 1,
) -> SlowPoints:
    """Local minima of the speed that are no fixed points, and the time to pass them. Without short-term synapses.

    Parameters
    ----------
    net : Network
    input : (inputs,) array, optional
        Held. Default: 0.
    as_ : {"flow", "map"}, optional
        Default: as the network was trained.
    starts : int
        Half where free runs are slowest, half random.
    radius : float
        Passage: from this far before the point (distance in the state) to as far behind.
    visited : (n, D) array, optional
        States that free runs begin from. Default: random ones.
    seed : int

    Returns
    -------
    SlowPoints

    Examples
    --------
    Past the fold of a neuron that excites itself:

    >>> import stillpoint as sp
    >>> found = sp.slow_points(sp.Network([[2.0]], b=[0.54]), starts=16)
    >>> len(found), found.passage_ms.round().tolist()
    (1, [1555.0])
    """
    found = _core.slow_points(
        checked(net)._core, held_input(net, input), taken_as(as_), _given.whole("starts", starts, 1), _given.number("radius", radius, "a number > 0"),
        _given.whole("seed", seed), given_states(net, visited))
    return SlowPoints(as_=found.pop("as"), **found)
