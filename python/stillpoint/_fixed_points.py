"""Where a network rests."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given
from stillpoint._network import Network, checked
from stillpoint._result import axes_for, counted, held_input, principal_plane, taken_as, taken_synapse, given_states
from stillpoint._synapses import OWN, Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@dataclass(frozen=True, repr=False)
class FixedPoints:
    """Fixed points of a network under constant input, as ``fixed_points`` found them; stable ones first."""

    as_: str
    """"flow" or "map"."""
    states: NDArray[np.float64]
    """(points, D)"""
    eigenvalues: NDArray[np.complex128]
    """(points, D), the most unstable first; of a flow in units of 1 / tau_ref_ms, of a map multipliers"""
    nearest_to_neutral: NDArray[np.complex128]
    """(points,), the eigenvalue nearest to the border of stability"""
    stable: NDArray[np.bool_]
    """(points,)"""
    index: NDArray[np.int64]
    """(points,), unstable directions"""
    neutral: NDArray[np.int64]
    """(points,), directions that neither grow nor decay"""
    hits: NDArray[np.int64]
    """(points,), starts that ended there"""
    residual: NDArray[np.float64]
    """(points,), max|F| / max(1, max|x|)"""
    number: NDArray[np.int64]
    """(points,), from 1; points of one continuum share one"""
    on_kink: NDArray[np.bool_]
    """(points,), relu: the Jacobian differs between directions"""
    continuum: NDArray[np.int64]
    """(points,), place in ``continua``; -1: isolated"""
    continua: list[dict[str, Any]]
    """Lines, rings, planes of fixed points: number, dimension, points, extent, hits, index, attracts"""
    cycles: list[dict[str, Any]]
    """Periodic orbits of relu maps: k, states (k, D), multipliers (D,), stable"""
    cycles_exact_to: int
    """Up to this k all of them were found"""
    exact: bool
    """Every point was found"""
    missing_at_least: float
    """Points that the search missed, lower bound"""
    chao1: float
    """Points that the first phase missed, lower bound"""
    tau_ref_ms: float
    """Geometric mean of the time constants [ms]"""
    starts: int
    converged: int
    deflated_starts: int
    found_by_deflation: int
    singular_regions: int


    def __len__(self) -> int:
        return len(self.states)

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each point: number, stable, index, neutral, largest and nearest_to_neutral eigenvalue, rms of the state, hits,
        residual, on_kink, continuum."""
        import pandas as pd

        columns = {
            "number": self.number, "stable": self.stable, "index": self.index, "neutral": self.neutral,
            "largest_eigenvalue": self.eigenvalues[:, 0] if len(self) else np.empty(0, complex),
            "nearest_to_neutral": self.nearest_to_neutral, "rms": np.sqrt((self.states**2).mean(axis=1)), "hits": self.hits,
            "residual": self.residual, "on_kink": self.on_kink, "continuum": self.continuum,
        }
        return pd.DataFrame(columns)

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """The points along the two directions in which they differ most: filled where stable, open where not."""
        ax = axes_for(ax)
        if len(self):
            at, (across, up) = principal_plane(self.states)
            ax.scatter(at[self.stable, 0], at[self.stable, 1], c="C0", label="stable")
            ax.scatter(at[~self.stable, 0], at[~self.stable, 1], facecolors="none", edgecolors="C3", label="unstable")
            ax.set(xlabel=across, ylabel=up)
            ax.legend()
        return ax

    def __repr__(self) -> str:
        isolated = int((self.continuum < 0).sum())
        stable = int((self.stable & (self.continuum < 0)).sum())
        text = f"{counted(isolated, 'isolated fixed point' if self.continua else 'fixed point')} of the {self.as_}, {stable} stable"
        for one in self.continua:
            kind = {1: "a line or ring", 2: "a surface"}.get(one["dimension"], f"a continuum of dimension {one['dimension']}")
            text += f"; {kind} of them{', attracting' if one['attracts'] else ''}"
        if self.exact:
            return text + "; exact: every linear region was solved"
        missing = f"at least {self.missing_at_least:.3g} missing," if self.missing_at_least > 0 else "no sign of missing ones"
        return text + f"; {missing} by {counted(self.starts, 'start')}"


def fixed_points(
    net: Network,
    input: ArrayLike | None = None,
    *,
    as_: str | None = None,
    synapse: Synapse | str = OWN,
    starts: int = 1024,
    max_cycle: int = 1,
    visited: ArrayLike | None = None,
    seed: int = 1,
) -> FixedPoints:
    """Fixed points under constant input, their stability, and how many the search may have missed.

    Newton's method from many starts, then with every known point deflated; networks with relu region by region
    (docs/analyses.md).

    Parameters
    ----------
    net : Network
    input : (inputs,) array, optional
        Held. Default: 0.
    as_ : {"flow", "map"}, optional
        Default: as the network was trained, a map where it has a ``dt_ms``.
    synapse : TCR, TsodyksMarkram, DerivativeFeedback, HighPass or None
        Stability (and, where it moves them, points) with this short-term synapse. Default: the network's own.
    starts : int
        Of the search; half visited states, half random ones.
    max_cycle : int
        Of relu maps: periodic orbits up to this length too.
    visited : (n, D) array, optional
        States that the network was seen in, to start from. Default: states of free runs.
    seed : int

    Returns
    -------
    FixedPoints

    Raises
    ------
    TypeError, ValueError
        Where an argument is not allowed; the message names it.

    Examples
    --------
    Two neurons that excite each other hold one of two memories:

    >>> import stillpoint as sp
    >>> found = sp.fixed_points(sp.Network([[0, 2], [2, 0]]))
    >>> found
    3 fixed points of the flow, 2 stable; no sign of missing ones by 1024 starts
    >>> found.states.round(3).tolist()
    [[-0.958, -0.958], [0.958, 0.958], [0.0, 0.0]]
    >>> found.to_dataframe()["index"].tolist()
    [0, 0, 1]
    """
    found = _core.fixed_points(
        checked(net)._core, held_input(net, input), taken_as(as_), taken_synapse(net, synapse), _given.whole("starts", starts, 1),
        _given.whole("max_cycle", max_cycle, 1), _given.whole("seed", seed), given_states(net, visited))
    return FixedPoints(as_=found.pop("as"), **found)
