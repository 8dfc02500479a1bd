"""Training."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np

from stillpoint import _core, _given, _progress, tasks
from stillpoint._core import EProp, Integration, Noise, Optimizer, Schedule, TemporalConsistency
from stillpoint._keywords import keywords
from stillpoint._network import Network, checked
from stillpoint._result import taken_synapse
from stillpoint._rules import AnyRule, compiled_rule
from stillpoint._simulate import own_step_ms
from stillpoint._synapses import OWN, TCR, Synapse
from stillpoint._trained import Trained, trained


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

    Ctrl-C ends it at once; ``result`` of the KeyboardInterrupt is what was trained until then. So it is with an exception of the
    callback, the rule or the task.

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

    What an interrupted training has reached:

    >>> try:
    ...     found = sp.train(sp.Network.random(30, task=task), task, updates=10)
    ... except KeyboardInterrupt as stopped:
    ...     found = stopped.result
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
    with _progress.bar(progress, brief=True) as see:
        found = _core.train(
            net._core, tasks.compiled(task, step), compiled_rule("rule", EProp() if rule is None else rule), own, integration, noise,
            optimizer or Optimizer(), consistency, schedule or Schedule(),
            None if added is None else compiled_rule("added", added), [compiled_rule("shadows", one) for one in shadows], count,
            _given.whole("batch", batch, 1), _given.number("criterion", criterion), _given.number("criterion_mse", criterion_mse),
            bool(stop_at_criterion), _kept(checkpoints, count), bool(train_r0), _given.number("weight_noise", weight_noise),
            _given.whole("within_trial", within_trial), _given.whole("freeze_in_updates", freeze_in_updates),
            _given.whole("freeze_in_every", freeze_in_every), _given.whole("seed", seed),
            _given.one_of("precision", precision, ["float", "double"]),
            None if callback is None else lambda update, core, loss: not _ends(callback(update, Network._of(core, own), loss)), see)
    ended_by = found.pop("ended_by")
    made = trained(found, own)
    if ended_by is None:
        return made
    ended_by.result = made
    ended_by.add_note(f"`result` of this exception, sys.last_value.result, is what was trained: {made}")
    raise ended_by


def _ends(answer: Any) -> bool:
    """What a callback gives back: False ends the training, numpy's as well; None does not."""
    return isinstance(answer, (bool, np.bool_)) and not answer


def _require_an_effect(consistency: TemporalConsistency | None, schedule: Schedule | None, synapse: Synapse) -> None:
    if schedule is not None and consistency is None and not isinstance(synapse, TCR):
        raise ValueError("schedule: nothing to schedule; expected consistency=TemporalConsistency(..) or synapse=TCR(..) beside it")


def _kept(checkpoints: Any, updates: int) -> list[int]:
    if checkpoints is None:
        return []
    if isinstance(checkpoints, str):
        if checkpoints != "log":
            raise ValueError(f"checkpoints: {checkpoints!r}; expected 'log', a whole number (every so many updates), a sequence of updates, or None")
        return list(_core.log_checkpoints(updates))
    if np.ndim(checkpoints) == 0:
        return list(range(0, updates, _given.whole("checkpoints", checkpoints, 1)))
    chosen = sorted({_given.whole("checkpoints", one) for one in checkpoints})
    if chosen and chosen[-1] >= updates:
        raise ValueError(f"checkpoints: {chosen[-1]}; expected updates from 0 to {updates - 1}")
    return chosen
