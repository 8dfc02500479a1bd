"""What a training left behind."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stillpoint._network import Network
from stillpoint._result import Items, counted, loss_over_updates, result
from stillpoint._synapses import Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd

Floats = NDArray[np.float64]

_OF_UPDATE = ("update", "loss", "accuracy", "speed", "stability_bound_ms", "strength")


@result
class Curve(Items):
    """A learning curve: arrays (updates,), measured before the weights of the update change.

    Attributes
    ----------
    update : (updates,) int
        Number, from 0.
    loss : (updates,)
        Mean squared error of the graded outputs.
    accuracy : (updates,)
        Share of graded outputs that are right, 0 to 1.
    speed : (updates,)
        Population speed [1/s].
    stability_bound_ms : (updates,)
        Largest stable step of the synapse [ms], infinite without one.
    strength : (updates,)
        Factor on the strength of temporal consistency.
    alignment : dict of ((updates,), (updates,))
        Of the rule and its shadows: cosine with BPTT's gradient, and norm as a share of its norm.
    """

    update: NDArray[np.int64]
    loss: Floats
    accuracy: Floats
    speed: Floats
    stability_bound_ms: Floats
    strength: Floats
    alignment: dict[str, tuple[Floats, Floats]]

    _EACH = {name: name for name in _OF_UPDATE}

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each update: attributes, and of the rule and its shadows, where there are any,

        Columns
        -------
        cosine_RULE, norm_ratio_RULE : float
            Cosine with BPTT's gradient, and norm as a share of its norm.
        """
        import pandas as pd

        columns = {name: getattr(self, name) for name in _OF_UPDATE}
        for name, (cosine, ratio) in self.alignment.items():
            columns |= {f"cosine_{name}": cosine, f"norm_ratio_{name}": ratio}
        return pd.DataFrame(columns)

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Loss over updates."""
        return loss_over_updates(ax, self.update, self.loss)

    def __repr__(self) -> str:
        return f"Curve({counted(len(self), 'update')}" + (f", loss {self.loss[0]:.3g} to {self.loss[-1]:.3g})" if len(self) else ")")


@result
class Trained:
    """What ``train`` made of a network.

    Attributes
    ----------
    network : Network
        As it is at the end.
    initial : Network
        As the training began: that which was given, rounded to the training's precision (single unless ``precision="double"``).
    curve : Curve
        Loss and more by update.
    outcome : {"reached", "not_reached", "diverged", "unfinished"}
        Unfinished: the callback or an exception stopped it.
    reached_at : int or None
        Update at which the criterion was first met.
    diverged_at : int or None
        Update whose loss, state or gradient was not finite.
    final_loss, final_accuracy : float
        On 512 trials of their own; NaN where it diverged or was stopped.
    checkpoints : dict of Network
        By update: the network before its change.
    after_freeze_in : Network or None
        As it was when temporal consistency had learned alone.
    """

    network: Network
    initial: Network
    curve: Curve
    outcome: str
    reached_at: int | None
    diverged_at: int | None
    final_loss: float
    final_accuracy: float
    checkpoints: dict[int, Network]
    after_freeze_in: Network | None

    def to_dataframe(self) -> pd.DataFrame:
        """That of the curve: one row for each update."""
        return self.curve.to_dataframe()

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Loss over updates; broken line: the criterion was met."""
        return loss_over_updates(ax, self.curve.update, self.curve.loss, self.reached_at)

    def __repr__(self) -> str:
        updates = len(self.curve)
        text = {
            "reached": f"reached the criterion at update {self.reached_at}, of {updates}",
            "not_reached": f"did not reach the criterion in {counted(updates, 'update')}",
            "diverged": f"diverged at update {self.diverged_at}",
        }.get(self.outcome, f"stopped after {counted(updates, 'update')}")
        if updates:
            text += f"; loss {self.curve.loss[0]:.3g} to {self.curve.loss[-1]:.3g}"
        return text if np.isnan(self.final_loss) else f"{text}, {self.final_accuracy:.1%} right of 512 trials at the end"


def trained(found: dict[str, Any], synapse: Synapse) -> Trained:
    """Of what the compiled part has made."""
    def network(core: Any) -> Network:
        return Network._of(core, synapse)

    curve = Curve(**{name: found.pop(name) for name in (*_OF_UPDATE, "alignment")})
    after = found.pop("after_freeze_in")
    return Trained(
        network=network(found.pop("network")), initial=network(found.pop("initial")), curve=curve,
        checkpoints={update: network(core) for update, core in found.pop("checkpoints").items()},
        after_freeze_in=None if after is None else network(after), **found)
