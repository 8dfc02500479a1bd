"""Where a network lingers."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._network import Network, checked
from stillpoint._result import Items, axes_for, counted, given_states, held_input, result, taken_as, without
from stillpoint._synapses import Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@result
class SlowPoints(Items):
    """Where a network lingers without resting, as ``slow_points`` found it; slowest first.

    Attributes
    ----------
    states : (points, D)
        States.
    slow_directions : (points, D)
        Of length 1, along which the network passes.
    q : (points,)
        |F|^2 / 2 D; F is tau_ref_ms dx/dt of a flow, the change in one step of a map.
    speed_per_s : (points,)
        Root mean square of dx/dt over the entries [1/s].
    eigenvalue : (points,) complex
        Of the slow direction, in the units of ``FixedPoints.eigenvalues``.
    index : (points,) int
        Unstable directions beside it.
    passage_ms : (points,)
        Time to pass [ms]; NaN where it had not passed.
    hits : (points,) int
        Starts that ended there.
    tau_ref_ms : float
        Geometric mean of the time constants [ms]; of a map its step.
    left_aside : TCR, TsodyksMarkram, DerivativeFeedback, HighPass or None
        The network's own synapse, without which it was looked at.
    starts, at_fixed_points, unfinished : int
        Searches, those that ended at fixed points, and those that ended at no minimum.
    as_ : {"flow", "map"}
        As what the network was looked at.
    """

    as_: str
    states: NDArray[np.float64]
    slow_directions: NDArray[np.float64]
    q: NDArray[np.float64]
    speed_per_s: NDArray[np.float64]
    eigenvalue: NDArray[np.complex128]
    index: NDArray[np.int64]
    passage_ms: NDArray[np.float64]
    hits: NDArray[np.int64]
    tau_ref_ms: float
    left_aside: Synapse
    starts: int
    at_fixed_points: int
    unfinished: int

    _EACH = {
        "state": "states", "slow_direction": "slow_directions",
        **{name: name for name in ("q", "speed_per_s", "eigenvalue", "index", "passage_ms", "hits")},
    }

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each point; columns are attributes."""
        import pandas as pd

        names = ("speed_per_s", "q", "passage_ms", "index", "eigenvalue", "hits")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Time to pass over speed."""
        ax = axes_for(ax)
        if not len(self):
            ax.set(title="no slow point")
        ax.plot(self.speed_per_s, self.passage_ms, "o")
        ax.set(xlabel="speed [1/s]", ylabel="passage [ms]")
        return ax

    def __repr__(self) -> str:
        text = f"{counted(len(self), 'slow point')} of the {self.as_}{without(self.left_aside)}"
        if len(self) and np.isfinite(self.passage_ms).any():
            ends = dict.fromkeys(f"{end(self.passage_ms):.4g}" for end in (np.nanmin, np.nanmax))
            text += f", passed in {' to '.join(ends)} ms"
        return text + f"; of {counted(self.starts, 'start')} {self.at_fixed_points} ended at fixed points, {self.unfinished} at no minimum"


@keywords
def slow_points(
    net: Network,
    input: ArrayLike | None = None,
    *,
    as_: str | None = None,
    starts: int = 64,
    radius: float = 0.1,
    visited: ArrayLike | None = None,
    seed: int = 1,
    progress: bool = True,
) -> SlowPoints:
    """Local minima of the speed that are no fixed points, and the time to pass them. A short-term synapse, the network's own
    as well, is left aside: they are those of the static network.

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
        Of the passage, distance in the state: the network is simulated from this far before the point, along the slow direction, until
        it is as far behind, or twice as far away; beside unstable directions it ends as soon as these have pushed the state aside. After
        200000 steps it has not passed.
    visited : (n, D) array, optional
        States that free runs begin from. Default: random ones.
    seed : int
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.

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
    with _progress.bar(progress, brief=True) as see:
        found = _core.slow_points(
            checked(net)._core, held_input(net, input), taken_as(as_), _given.whole("starts", starts, 1), _given.number("radius", radius, "a number > 0"),
            _given.whole("seed", seed), given_states(net, visited), see)
    return SlowPoints(as_=found.pop("as"), left_aside=net.synapse, **found)
