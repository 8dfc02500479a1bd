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
    verdict : {"abrupt", "gradual", "none", "undone"}
        Whether the loss fell, and how; undone: it fell and came back.
    scale : {"logarithm", "linear"}
        Of what all is judged: the logarithm of the loss, or its values, where some are not above 0 or the curve should rise.
    drops : list of dict
        In order of update: update (half of the ramp is done) with its interval low, high; from (the last update before the ramp),
        from_low, from_high; to (the first after it), to_low, to_high; loss_before, loss_after (means of the data beside the ramp);
        fall (log of their ratio, or difference); delta_bic and strength of the evidence; undone; main.
    drop : (float, float, float) or None
        Of the main one, the largest that was not undone if there is one: update and its interval (low, high).
    drop_from, drop_to : (float, float, float) or None
        The last update before its ramp, and the first after it, with their intervals.
    loss_before_after : (float, float) or None
        Of the data beside it.
    delta_bic : float or None
        Evidence for it against smooth courses.
    strength : {"weak", "positive", "strong", "very strong"} or None
        Of that evidence.
    phases : list of dict
        name, from, to (updates), loss (geometric mean, or mean where the scale is linear), accuracy (mean, NaN where unknown).
    bic : dict
        Of each smooth course of the whole curve, where gradual.
    change_points : (changes,)
        Of the mean: first update of each level.
    falling_p : float
        Of a level against a straight line that falls.
    points_averaged : int
        Points of the curve that were averaged into one, about the main drop or throughout.
    update, fitted : (points,)
        The lines about the drops, NaN between them; else the smooth course.
    curve : ((n,), (n,))
        update and loss as they were given.
    """

    verdict: str
    scale: str
    drops: list[dict[str, Any]]
    drop: Interval | None
    drop_from: Interval | None
    drop_to: Interval | None
    loss_before_after: tuple[float, float] | None
    delta_bic: float | None
    strength: str | None
    phases: list[dict[str, Any]]
    bic: dict[str, float]
    change_points: NDArray[np.float64]
    falling_p: float
    points_averaged: int
    update: NDArray[np.float64]
    fitted: NDArray[np.float64]
    curve: tuple[NDArray[np.float64], NDArray[np.float64]]

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each phase.

        Columns
        -------
        name : str
            search, drop, plateau, drop .. comprehension (return where undone); descent of a curve that falls without a drop.
        from, to : float
            Updates.
        loss, accuracy : float
            Geometric mean of the one (mean where the scale is linear), mean of the other; NaN where it is unknown.
        """
        import pandas as pd

        return pd.DataFrame(self.phases)

    def drops_to_dataframe(self) -> pd.DataFrame:
        """One row for each drop; columns as in ``drops``, none where there is no drop."""
        import pandas as pd

        return pd.DataFrame(self.drops)

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """The curve, the fit, and the drops, the main one darker."""
        ax = axes_for(ax)
        draw = ax.semilogy if self.scale == "logarithm" else ax.plot
        draw(*self.curve, color="0.7", label="loss")
        draw(self.update, self.fitted, color="C0", label="fit")
        for drop in self.drops:
            ax.axvspan(drop["from"], drop["to"], color="C1", alpha=0.4 if drop["main"] else 0.15, label="drop" if drop["main"] else None)
        ax.set(xlabel="update", ylabel="loss")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        if not (self.drop and self.drop_from and self.drop_to and self.delta_bic is not None) or self.verdict == "gradual":
            return {"gradual": "gradual descent of the loss, without a drop that lasted", "undone": "a fall of the loss that was undone"}.get(
                self.verdict, f"no fall of the loss (p = {self.falling_p:.3g})")
        words = "abrupt drop" if self.verdict == "abrupt" else "drop that was undone"
        others = f", the largest of {len(self.drops)}" if len(self.drops) > 1 else ""
        return (f"{words} at update {self.drop[0]:g} [{self.drop[1]:g}, {self.drop[2]:g}], from {self.drop_from[0]:g} to "
                f"{self.drop_to[0]:g}{others}; evidence {self.strength}, {self.delta_bic:.1f} of BIC")


@keywords
def phases(
    curve: ArrayLike | pd.DataFrame | Curve | Trained,
    *,
    update: ArrayLike | None = None,
    accuracy: ArrayLike | None = None,
    rising: bool = False,
    resamples: int = 500,
    level: float = 0.95,
    false_positive_rate: float = 0.05,
    seed: int = 1,
    progress: bool = True,
) -> Phases:
    """Did a loss fall abruptly after a plateau, when, and how often? (docs/analyses.md)

    Parameters
    ----------
    curve : (points,) array, DataFrame, Curve or Trained
        The loss; or a table with columns update, loss and perhaps accuracy. 20 points or more.
    update : (points,) array, optional
        Updates, increasing. Default: 0, 1, 2 ..
    accuracy : (points,) array, optional
        For the table of phases.
    rising : bool
        The curve is one that learning raises, an accuracy for example: its rises are the drops.
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
            at.tolist(), loss.tolist(), right.tolist(), bool(rising), _given.whole("resamples", resamples, 20), _given.number("level", level),
            _given.number("false_positive_rate", false_positive_rate), _given.whole("seed", seed), see)
    return Phases(curve=(at, loss), **found)
