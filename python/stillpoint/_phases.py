"""Search, drop and comprehension of a learning curve."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._result import Interval, axes_for, result

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd

    from stillpoint._trained import Curve, Trained


@result
class Phases:
    """Search, drop and comprehension of a learning curve, as ``phases`` found them.

    Attributes
    ----------
    verdict : {"abrupt", "gradual", "none"}
        Whether the loss fell, and how.
    drop : (float, float, float) or None
        Update at which half of the ramp is done, with its interval (low, high); None unless abrupt.
    drop_from, drop_to : (float, float, float) or None
        The last update before the ramp, and the first after it, with their intervals.
    loss_before_after : (float, float) or None
        Of the fit, there.
    phases : list of dict
        name, from, to (updates), loss (geometric mean), accuracy (mean, NaN where unknown).
    delta_bic : float
        Evidence for the broken line against the smooth decays; above 0 in its favour.
    strength : {"weak", "positive", "strong", "very strong"}
        Of that evidence.
    bic : dict
        Of each model.
    ramp : (float, float, float) or None
        Of the broken line, also where gradual: middle, from, to.
    change_points : (changes,)
        Of the mean: first update of each level.
    falling_p : float
        Of a level against a straight line that falls.
    rho, sigma : float
        Of the noise of log loss about the better model: its autocorrelation from point to point, and its standard deviation.
    points_averaged : int
        Points of the curve that were averaged into one.
    update, fitted : (points,)
        Those that were fitted, and the better model's loss there.
    curve : ((n,), (n,))
        update and loss as they were given.
    """

    verdict: str
    drop: Interval | None
    drop_from: Interval | None
    drop_to: Interval | None
    loss_before_after: tuple[float, float] | None
    phases: list[dict[str, Any]]
    delta_bic: float
    strength: str
    bic: dict[str, float]
    ramp: Interval | None
    change_points: NDArray[np.float64]
    falling_p: float
    rho: float
    sigma: float
    points_averaged: int
    update: NDArray[np.float64]
    fitted: NDArray[np.float64]
    curve: tuple[NDArray[np.float64], NDArray[np.float64]]

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each phase.

        Columns
        -------
        name : {"search", "drop", "comprehension"} or {"descent"}
            The last of a curve that falls without a drop.
        from, to : float
            Updates.
        loss, accuracy : float
            Geometric mean of the one, mean of the other; NaN where it is unknown.
        """
        import pandas as pd

        return pd.DataFrame(self.phases)

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """The curve, the fit, and the drop."""
        ax = axes_for(ax)
        ax.semilogy(*self.curve, color="0.7", label="loss")
        ax.semilogy(self.update, self.fitted, color="C0", label="fit")
        if self.drop_from and self.drop_to:
            ax.axvspan(self.drop_from[0], self.drop_to[0], color="C1", alpha=0.3, label="drop")
        ax.set(xlabel="update", ylabel="loss")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        if self.drop and self.drop_from and self.drop_to:
            text = (f"abrupt drop at update {self.drop[0]:g} [{self.drop[1]:g}, {self.drop[2]:g}], from {self.drop_from[0]:g} to "
                    f"{self.drop_to[0]:g}")
        else:
            text = "gradual descent" if self.verdict == "gradual" else f"no fall of the loss (p = {self.falling_p:.3g})"
        return text if self.verdict == "none" else f"{text}; evidence {self.strength}, {abs(self.delta_bic):.1f} of BIC"


@keywords
def phases(
    curve: ArrayLike | pd.DataFrame | Curve | Trained,
    *,
    update: ArrayLike | None = None,
    accuracy: ArrayLike | None = None,
    resamples: int = 500,
    level: float = 0.95,
    false_positive_rate: float = 0.05,
    seed: int = 1,
    progress: bool = True,
) -> Phases:
    """Did a loss fall abruptly after a plateau, and when? (docs/analyses.md)

    Parameters
    ----------
    curve : (points,) array, DataFrame, Curve or Trained
        The loss, above 0; or a table with columns update, loss and perhaps accuracy. 20 points or more.
    update : (points,) array, optional
        Updates, at equal distances. Default: 0, 1, 2 ..
    accuracy : (points,) array, optional
        For the table of phases.
    resamples : int
        Of the bootstrap, 20 or more.
    level : float
        Of intervals.
    false_positive_rate : float
        Of a fall where there is none.
    seed : int
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.

    Returns
    -------
    Phases

    Examples
    --------
    >>> import numpy as np, stillpoint as sp
    >>> t = np.arange(200)
    >>> loss = 10 ** -np.clip((t - 90) / 20, 0, 1) * np.exp(0.05 * np.random.default_rng(1).normal(size=200))
    >>> sp.phases(loss).verdict
    'abrupt'
    """
    if hasattr(curve, "to_dataframe"):  # of a training
        curve = curve.to_dataframe()
    if hasattr(curve, "columns"):
        table: Any = curve
        if "loss" not in table.columns:
            raise ValueError(f"curve: columns {', '.join(map(str, table.columns))}; expected update, loss, and perhaps accuracy")
        update = table["update"] if update is None and "update" in table.columns else update
        accuracy = table["accuracy"] if accuracy is None and "accuracy" in table.columns else accuracy
        curve = table["loss"]
    loss = _given.array("curve", curve, 1, "(points,), or a DataFrame with a column loss, or what train gave back")
    at = np.arange(len(loss), dtype=float) if update is None else _given.array("update", update, 1, "(points,)")
    right = np.empty(0) if accuracy is None else _given.array("accuracy", accuracy, 1, "(points,)", finite=False)
    for name, values in (("update", at), ("accuracy", right)):
        if len(values) not in (len(loss), 0 if name == "accuracy" else len(loss)):
            raise ValueError(f"{name}: shape {values.shape}; the curve has shape {loss.shape}")
    with _progress.bar(progress, brief=True) as see:
        found = _core.phases(
            at.tolist(), loss.tolist(), right.tolist(), _given.whole("resamples", resamples, 20), _given.number("level", level),
            _given.number("false_positive_rate", false_positive_rate), _given.whole("seed", seed), see)
    return Phases(curve=(at, loss), **found)
