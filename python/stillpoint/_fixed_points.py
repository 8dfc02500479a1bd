"""Where a network rests."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._network import Network, checked
from stillpoint._result import (
    Items, axes_for, counted, given_states, held_input, principal_plane, result, taken_as, taken_synapse)
from stillpoint._synapses import OWN, Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@result
class FixedPoints(Items):
    """Fixed points of a network under constant input, as ``fixed_points`` found them; stable ones first.

    Attributes
    ----------
    states : (points, D)
        States; D entries: rates or currents of N neurons, of an lstm c and h (2 N).
    eigenvalues : (points, E) complex
        Of the Jacobian, the most unstable first, E = D, with a short-term synapse its entries too: of a flow in units of
        1 / tau_ref_ms (divided by tau_ref_ms they are per ms), of a map multipliers of one step, without unit.
    nearest_to_neutral : (points,) complex
        The eigenvalue nearest to the border of stability: real part 0 of a flow, modulus 1 of a map.
    stable : (points,) bool
        All directions decay. False of points of a continuum, along which nothing decays: see `continua`.
    index : (points,) int
        Unstable directions.
    neutral : (points,) int
        Directions that neither grow nor decay.
    hits : (points,) int
        Starts that ended there; 0: found by deflation or enumeration alone.
    residual : (points,)
        max|F| / max(1, max|x|), F what Newton's method brings to 0.
    number : (points,) int
        From 1; points of one continuum share one.
    on_kink : (points,) bool
        relu: the Jacobian differs between directions.
    continuum : (points,) int
        Place in `continua`; -1: isolated.
    continua : list of dict
        Lines, rings, planes of fixed points: number, dimension, points, extent (largest distance of two), hits, index, attracts.
    cycles : list of dict
        Periodic orbits of relu maps: k (steps), states (k, D), multipliers (D,), stable.
    cycles_exact_to : int
        Up to this k all of them were found.
    complete : {"exact", "proved", "estimated"}
        There is no other point, since every linear region was solved or by interval arithmetic; or nobody knows.
    unseen_share : dict
        Of starts that are drawn in the same way and converge: the share that ends at unlisted points, ``estimate`` and ``high``
        (95 %), by ``unlisted`` of ``converged`` starts that were only counted; ``ended``: "complete", "covered" (high is at most
        `coverage`), "budget" (it is spent), or "many_points" (more than a fifth of the ends were met once).
    missing : dict
        Points that are not listed: ``estimate`` (from below, Chao1), ``low`` (95 %), ``high`` (None where nobody knows).
    proof : dict or None
        Of the proof, where one was tried: ``boxes`` looked at, ``points`` proved, ``low`` and ``high`` (boxes, latent) of what is
        left undecided.
    rank : int or None
        Of W, where its latent variables were searched: it has factors, or is of low rank to rounding.
    chao1 : float
        Points that the first phase missed, lower bound of a mean by the hits.
    tau_ref_ms : float
        Geometric mean of the time constants [ms]; of a map its step.
    starts, converged : int
        Of the first phase: searches, and those that ended at a zero.
    deflated_starts, found_by_deflation : int
        Of the second: searches, and points that the first had missed.
    singular_regions : int
        relu: regions without a unique solution, where points may form a continuum.
    as_ : {"flow", "map"}
        As what the network was looked at.
    """

    as_: str
    states: NDArray[np.float64]
    eigenvalues: NDArray[np.complex128]
    nearest_to_neutral: NDArray[np.complex128]
    stable: NDArray[np.bool_]
    index: NDArray[np.int64]
    neutral: NDArray[np.int64]
    hits: NDArray[np.int64]
    residual: NDArray[np.float64]
    number: NDArray[np.int64]
    on_kink: NDArray[np.bool_]
    continuum: NDArray[np.int64]
    continua: list[dict[str, Any]]
    cycles: list[dict[str, Any]]
    cycles_exact_to: int
    complete: str
    unseen_share: dict[str, Any]
    missing: dict[str, Any]
    proof: dict[str, Any] | None
    rank: int | None
    chao1: float
    tau_ref_ms: float
    starts: int
    converged: int
    deflated_starts: int
    found_by_deflation: int
    singular_regions: int

    _EACH = {
        "state": "states", "eigenvalues": "eigenvalues", **{name: name for name in (
            "nearest_to_neutral", "stable", "index", "neutral", "hits", "residual", "number", "on_kink", "continuum")},
    }

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each point: attributes, and

        Columns
        -------
        attracts : bool
            Stable, or on a continuum that attracts.
        largest_eigenvalue : complex
            The most unstable of ``eigenvalues``.
        rms : float
            Root mean square of the entries of the state.
        """
        import pandas as pd

        columns = {
            "number": self.number, "stable": self.stable, "attracts": self._attracts(), "index": self.index, "neutral": self.neutral,
            "largest_eigenvalue": self.eigenvalues[:, 0] if len(self) else np.empty(0, complex),
            "nearest_to_neutral": self.nearest_to_neutral, "rms": np.sqrt((self.states**2).mean(axis=1)), "hits": self.hits,
            "residual": self.residual, "on_kink": self.on_kink, "continuum": self.continuum,
        }
        return pd.DataFrame(columns)

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """The points along the two directions in which they differ most: filled where stable, grey where on a continuum or otherwise
        neutral without an unstable direction, open where unstable. Points a hundred times as far out as the others are left out."""
        ax = axes_for(ax)
        size = np.abs(self.states).max(axis=1, initial=0)
        near = size <= 100 * max(1.0, float(np.median(size)) if len(self) else 0.0)
        if not near.any():
            ax.set(title="no fixed point")
            return ax
        at, (across, up) = principal_plane(self.states[near])
        unstable, stable = self.index[near] > 0, self.stable[near]
        marks: dict[str, tuple[NDArray[np.bool_], dict[str, Any]]] = {
            "stable": (stable, {"c": "C0"}), "neutral": (~stable & ~unstable, {"c": "0.6", "marker": "s", "s": 12, "zorder": 0}),
            "unstable": (unstable, {"facecolors": "none", "edgecolors": "C3"}),
        }
        for label, (which, style) in marks.items():
            if which.any():
                ax.scatter(at[which, 0], at[which, 1], label=label, **style)
        ax.set(xlabel=across, ylabel=up)
        ax.legend(title=None if near.all() else f"{counted(int((~near).sum()), 'point')} far out")
        return ax

    def _attracts(self) -> NDArray[np.bool_]:
        of_continua = np.array([one["attracts"] for one in self.continua] + [False], dtype=bool)
        found: NDArray[np.bool_] = self.stable | of_continua[self.continuum]  # the last: of none
        return found

    def __repr__(self) -> str:
        isolated = int((self.continuum < 0).sum())
        stable = int((self.stable & (self.continuum < 0)).sum())
        text = f"{counted(isolated, 'isolated fixed point' if self.continua else 'fixed point')} of the {self.as_}, {stable} stable"
        for one in self.continua:
            kind = {1: "a line or ring", 2: "a surface"}.get(one["dimension"], f"a continuum of dimension {one['dimension']}")
            text += f"; {kind} of them{', attracting' if one['attracts'] else ''}"
        if self.complete == "exact":
            return text + "; exact: every linear region was solved"
        if self.complete == "proved":
            return text + "; proved: there is no other"
        return text + f"; others for at most {self.unseen_share['high']:.3g} of starts"


@keywords
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
    budget: int | None = None,
    coverage: float = 0.01,
    proof: int | None = None,
    progress: bool = True,
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
    budget : int, optional
        Starts in all, with those that are only counted to see what share of them ends at unlisted points. Default: 4 times `starts`.
    coverage : float
        No more of these where that share is at most this, with 95 %.
    proof : int, optional
        Boxes for a proof by interval arithmetic that there is no other point (tanh, logistic). Default: 20000 up to 10 neurons or
        3 latent variables of low rank, else none.
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.

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
    3 fixed points of the flow, 2 stable; proved: there is no other
    >>> found.states.round(3).tolist()
    [[-0.958, -0.958], [0.958, 0.958], [0.0, 0.0]]
    >>> found.to_dataframe()["index"].tolist()
    [0, 0, 1]
    """
    with _progress.bar(progress, brief=True) as see:
        found = _core.fixed_points(
            checked(net)._core, held_input(net, input), taken_as(as_), taken_synapse(net, synapse), _given.whole("starts", starts, 1),
            _given.whole("max_cycle", max_cycle, 1), _given.whole("seed", seed), given_states(net, visited),
            None if budget is None else _given.whole("budget", budget, 0), _given.number("coverage", coverage),
            None if proof is None else _given.whole("proof", proof, 0), see)
    return FixedPoints(as_=found.pop("as"), **found)
