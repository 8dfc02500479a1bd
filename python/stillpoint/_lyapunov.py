"""How fast neighbouring states part."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._network import Network, checked
from stillpoint._result import (
    METHODS, Items, axes_for, counted, given_duration, given_step, held_input, result, taken_as, taken_synapse)
from stillpoint._synapses import OWN, Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@result
class Lyapunov(Items):
    """Lyapunov exponents of a network along a path under constant input.

    Attributes
    ----------
    per_second : (exponents,)
        Falling [1/s]; -inf where a step's Jacobian is singular.
    standard_error : (exponents,)
        Over 20 blocks of the path [1/s].
    kaplan_yorke : float or None
        Dimension of the attractor; None where there are too few exponents to tell.
    entropy_per_second : float
        Sum of the positive exponents [1/s].
    dt_ms : float
        Step [ms].
    dimension : int
        Entries of the state, those of a synapse included.
    as_ : {"flow", "map"}
        As what the network was looked at.
    """

    as_: str
    per_second: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    kaplan_yorke: float | None
    entropy_per_second: float
    dt_ms: float
    dimension: int

    _EACH = {name: name for name in ("per_second", "standard_error")}

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each exponent; columns are attributes."""
        import pandas as pd

        return pd.DataFrame({"per_second": self.per_second, "standard_error": self.standard_error})

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """The exponents with their standard errors, over their number."""
        ax = axes_for(ax)
        ax.errorbar(np.arange(1, len(self) + 1), self.per_second, self.standard_error, fmt=".")
        ax.axhline(0, color="0.8", zorder=0)
        ax.set(xlabel="exponent", ylabel="growth rate [1/s]")
        ax.locator_params(axis="x", integer=True)
        return ax

    def __repr__(self) -> str:
        text = f"leading Lyapunov exponent {self.per_second[0]:.3g} +- {self.standard_error[0]:.2g} /s of the {self.as_}, along one path"
        if self.kaplan_yorke is None:
            return text + f"; {counted(len(self), 'exponent')}, too few for the dimension"
        return text + f"; Kaplan-Yorke dimension {self.kaplan_yorke:.3g} of {self.dimension}"


@keywords
def lyapunov(
    net: Network,
    input: ArrayLike | None = None,
    *,
    exponents: int = 0,
    as_: str | None = None,
    synapse: Synapse | str = OWN,
    method: str = "rk4",
    dt_ms: float | None = None,
    duration_ms: float = 20000,
    discard_ms: float = 2000,
    seed: int = 1,
    progress: bool = True,
) -> Lyapunov:
    """Lyapunov exponents under constant input, short-term synapses included (docs/analyses.md).

    They are those of one path: where a network has several attractors, the seed decides on which (``basins``).

    Parameters
    ----------
    net : Network
    input : (inputs,) array, optional
        Held. Default: 0.
    exponents : int
        The leading ones; 0: all. With a synapse, whose state has entries as well (``dimension``), at most 1000: where there are more
        of them, say how many.
    as_ : {"flow", "map"}, optional
        Default: as the network was trained.
    synapse : TCR, TsodyksMarkram, DerivativeFeedback, HighPass or None
        Default: the network's own.
    method : {"rk4", "euler", "exponential_euler"}
        Of a flow; a map has its own steps.
    dt_ms : float, optional
        Step of a flow [ms]. Default: a tenth of the shortest time constant.
    duration_ms, discard_ms : float
        Measured for the one, after the other [ms].
    seed : int
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.

    Returns
    -------
    Lyapunov

    Examples
    --------
    >>> import stillpoint as sp
    >>> sp.lyapunov(sp.Network([[-1.0]], tau_ms=100), duration_ms=1000).per_second.round(3).tolist()
    [-20.0]
    """
    with _progress.bar(progress, brief=True) as see:
        found = _core.lyapunov(
            checked(net)._core, held_input(net, input), taken_as(as_), taken_synapse(net, synapse), _given.one_of("method", method, METHODS),
            given_step(dt_ms), _given.whole("exponents", exponents), given_duration("duration_ms", duration_ms), given_duration("discard_ms", discard_ms),
            _given.whole("seed", seed), see)
    return Lyapunov(as_=found.pop("as"), **found)
