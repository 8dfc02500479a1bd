"""Training."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from stillpoint import _core, _given, tasks
from stillpoint._core import EProp, Integration, Noise, Optimizer, Schedule, TemporalConsistency
from stillpoint._keywords import keywords
from stillpoint._network import Network, checked
from stillpoint._result import axes_for, counted, result, taken_synapse
from stillpoint._rules import AnyRule, compiled_rule
from stillpoint._simulate import own_step_ms
from stillpoint._synapses import OWN, TCR, Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd

Floats = NDArray[np.float64]


@result
class Curve:
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

    def __len__(self) -> int:
        return len(self.update)

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each update; of shadow rules columns cosine_NAME and norm_ratio_NAME."""
        import pandas as pd

        columns = {name: getattr(self, name) for name in ("update", "loss", "accuracy", "speed", "stability_bound_ms", "strength")}
        for name, (cosine, ratio) in self.alignment.items():
            columns |= {f"cosine_{name}": cosine, f"norm_ratio_{name}": ratio}
        return pd.DataFrame(columns)

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
        Unfinished: the callback stopped it.
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
        """The curve: one row for each update."""
        return self.curve.to_dataframe()

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Loss over updates; broken line: the criterion was met."""
        ax = axes_for(ax)
        ax.semilogy(self.curve.update, self.curve.loss, color="C0")
        if self.reached_at is not None:
            ax.axvline(self.reached_at, color="0.5", linestyle="--")
        ax.set(xlabel="update", ylabel="loss")
        return ax

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


@keywords
def train(
    net: Network,
    task: tasks.Task,
    rule: AnyRule | None = None,
    *,
    synapse: Synapse | str = OWN,
    updates: int = 400,
    batch: int = 16,
    seed: int = 1,
    criterion: float = 0.95,
    criterion_mse: float = 0.01,
    stop_at_criterion: bool = False,
    callback: Callable[[int, Network, float], Any] | None = None,
    progress: bool = True,
    optimizer: Optimizer | float | None = None,
    dt_ms: float | None = None,
    method: Literal["euler", "exponential_euler"] = "euler",
    precision: Literal["float", "double"] = "float",
    noise: Noise | float = 0,
    checkpoints: int | Sequence[int] | Literal["log"] | None = "log",
    shadows: Sequence[AnyRule] = (),
    added: AnyRule | None = None,
    consistency: TemporalConsistency | None = None,
    schedule: Schedule | None = None,
    train_r0: bool = False,
    within_trial: int = 0,
    weight_noise: float = 0,
    freeze_in_updates: int = 0,
    freeze_in_every: int = 0,
) -> Trained:
    """Trains a network on a task, as ``stillpoint run`` does from ``network.start``: the same bits (docs/rules.md).

    Ctrl-C ends it at once.

    Parameters
    ----------
    net : Network
        Where to start; it stays as it is.
    task : a task of ``stillpoint.tasks``
        Its channels are the network's.
    rule : BPTT, EProp, FORCE .., or an own Rule
        Default: EProp().
    synapse : TCR, TsodyksMarkram, DerivativeFeedback, HighPass or None
        Short-term synapse; None: static. Default: the network's own.
    updates, batch : int
        Changes of the weights, trials for each.
    seed : int
        Of trials, initial states and noise.
    criterion : float
        Accuracy that counts as learned, of the running average (.9) and of 512 trials of their own.
    criterion_mse : float
        The same of tasks that are graded by error: mean squared error.
    stop_at_criterion : bool
        End there.
    callback : callable (update, net, loss), optional
        Called after each update with a copy of the network and the loss that the update began with; False ends the training.
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.
    optimizer : Optimizer or float, optional
        A number: the learning rate of Adam. Default: Optimizer().
    dt_ms : float, optional
        Time step [ms]. Default: that of the network, or of the task; 5 where neither has one.
    method : {"euler", "exponential_euler"}
        How time advances.
    precision : {"float", "double"}
        Arithmetic of the training.
    noise : Noise or float
        A number: standard deviation of the state of an uncoupled neuron.
    checkpoints : "log", int, sequence of int or None
        Updates before which the network is kept: 1, 3, 10, 30 ..; every so many; these; none.
    shadows : sequence of rules
        Gradient rules that are compared with BPTT on every set of trials and change nothing.
    added : AntiHebbian or Oja, optional
        A second rule.
    consistency : TemporalConsistency, optional
        In the long term, of form "loss", "local" or "instantaneous".
    schedule : Schedule, optional
        Of its strength, and of that of a TCR synapse.
    train_r0 : bool
        The initial state learns.
    within_trial : int
        Online rules: change the weights every so many steps as well; 0: at the end of a trial.
    weight_noise : float
        After each update W += weight_noise N(0,1) / sqrt(N).
    freeze_in_updates, freeze_in_every : int
        Updates at the start, and every so many after them, in which temporal consistency learns alone.

    Returns
    -------
    Trained

    Raises
    ------
    TypeError, ValueError
        Where an argument is not allowed, or two do not go together; the message names them.

    Examples
    --------
    >>> import stillpoint as sp
    >>> task = sp.tasks.DelayedCueDiscrimination(delay_ms=50)
    >>> found = sp.train(sp.Network.random(30, task=task), task, updates=5, progress=False)
    >>> found.outcome, len(found.curve), sorted(found.checkpoints)
    ('not_reached', 5, [1, 3])
    """
    step = dt_ms
    if step is None:
        step = checked(net).dt_ms or tasks.own_dt_ms(task) or own_step_ms(net)
    step = _given.number("dt_ms", step, "a number > 0 [ms]")
    integration = Integration(method=_given.one_of("method", method, _core.method_names()), dt_ms=step)
    if not isinstance(noise, Noise):
        noise = Noise(activity=_given.number("noise", noise, "Noise(), or a number >= 0"))
    if not isinstance(optimizer, (Optimizer, type(None))):
        optimizer = Optimizer(rate=_given.number("optimizer", optimizer, "Optimizer(), or a learning rate > 0"))
    for name, value, kind in (("consistency", consistency, TemporalConsistency), ("schedule", schedule, Schedule)):
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{name}: {_given.described(value)}; expected {kind.__name__}()")
    if callback is not None and not callable(callback):
        raise TypeError(f"callback: {_given.described(callback)}; expected a function (update, net, loss)")
    if train_r0 and net.r0 is None:
        raise ValueError("train_r0: the network has no r0, its initial state is drawn for each trial; give it one by net.replace(r0=..)")
    if not isinstance(shadows, Iterable):
        raise TypeError(f"shadows: {_given.described(shadows)}; expected a sequence of rules, as [EProp()]")
    count = _given.whole("updates", updates, 1)
    own = taken_synapse(net, synapse)
    _require_an_effect(consistency, schedule, own)
    found: dict[str, Any]
    with _Bar(count, progress) as bar:
        found = _core.train(
            net._core, tasks.compiled(task, step), compiled_rule("rule", EProp() if rule is None else rule), own, integration, noise,
            optimizer or Optimizer(), consistency or TemporalConsistency(), schedule or Schedule(),
            None if added is None else compiled_rule("added", added), [compiled_rule("shadows", one) for one in shadows], count,
            _given.whole("batch", batch, 1), _given.number("criterion", criterion), _given.number("criterion_mse", criterion_mse),
            bool(stop_at_criterion), _kept(checkpoints, count), bool(train_r0), _given.number("weight_noise", weight_noise),
            _given.whole("within_trial", within_trial), _given.whole("freeze_in_updates", freeze_in_updates),
            _given.whole("freeze_in_every", freeze_in_every), _given.whole("seed", seed),
            _given.one_of("precision", precision, ["float", "double"]),
            None if callback is None else lambda update, core, loss: not _ends(callback(update, Network._of(core, own), loss)), bar)
    curve = Curve(**{name: found.pop(name) for name in ("update", "loss", "accuracy", "speed", "stability_bound_ms", "strength", "alignment")})
    after = found.pop("after_freeze_in")
    return Trained(
        network=Network._of(found.pop("network"), own), initial=Network._of(found.pop("initial"), own), curve=curve,
        checkpoints={update: Network._of(core, own) for update, core in found.pop("checkpoints").items()},
        after_freeze_in=None if after is None else Network._of(after, own), **found)


def _ends(answer: Any) -> bool:
    """What a callback gives back: False ends the training, numpy's as well; None does not."""
    return isinstance(answer, (bool, np.bool_)) and not answer


def _require_an_effect(consistency: TemporalConsistency | None, schedule: Schedule | None, synapse: Synapse) -> None:
    if consistency is not None and consistency.form == "none":
        raise ValueError("consistency: form = 'none' does nothing; expected form='loss' (of gradient rules), 'local' or 'instantaneous' "
                         "(beside any rule), or consistency=None")
    if schedule is not None and consistency is None and not isinstance(synapse, TCR):
        raise ValueError("schedule: nothing to schedule; expected consistency=TemporalConsistency(..) or synapse=TCR(..) beside it")


def _kept(checkpoints: Any, updates: int) -> list[int]:
    if checkpoints is None:
        return []
    if isinstance(checkpoints, str):
        _given.one_of("checkpoints", checkpoints, ["log"])
        return list(_core.log_checkpoints(updates))
    if np.ndim(checkpoints) == 0:
        return list(range(0, updates, _given.whole("checkpoints", checkpoints, 1)))
    chosen = sorted({_given.whole("checkpoints", one) for one in checkpoints})
    if chosen and chosen[-1] >= updates:
        raise ValueError(f"checkpoints: {chosen[-1]}; expected updates from 0 to {updates - 1}")
    return chosen


class _Bar:
    """A bar of tqdm, told how many updates are done; None where there is to be none."""

    def __init__(self, updates: int, shown: bool) -> None:
        self._bar: Any = None
        if shown:
            from tqdm import tqdm  # of tqdm.auto Jupyter asks for ipywidgets

            self._bar = tqdm(total=updates, unit="update", delay=0.5, leave=False)

    def __enter__(self) -> Callable[[int], None] | None:
        return None if self._bar is None else self._to

    def _to(self, done: int) -> None:
        self._bar.update(done - self._bar.n)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
