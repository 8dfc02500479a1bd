"""What networks are asked to do: objects that draw trials.

The toolkit's own tasks (docs/tasks.md) take their parameters as keywords, times in ms; a delay (low, high) is drawn for each trial.
``FromArrays`` and ``FromFunction`` make tasks of one's own trials.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from numpy.typing import ArrayLike

from stillpoint import _core, _given, _trials
from stillpoint._given import counted
from stillpoint._keywords import did_you_mean, keywords
from stillpoint._words import in_python

if TYPE_CHECKING:
    import xarray as xr

__all__ = [
    "ContextIntegration", "DelayedAddition", "DelayedCueDiscrimination", "DelayedMatchToSample", "EvidenceAccumulation", "FastTracking",
    "FlipFlop", "FromArrays", "FromFunction", "IntervalTiming", "SineGeneration", "TrialFile", "WorkingMemory",
]


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:

    def __getattr__(name: str) -> NoReturn:
        raise AttributeError(f"module 'stillpoint.tasks' has no attribute {name!r}" + did_you_mean(name, __all__))


@keywords
def _draw(self: Any, count: int = 64, *, dt_ms: float | None = None, seed: int = 1, update: int = 0) -> xr.Dataset:
    """Draws trials, those of a training with this seed at this update.

    Parameters
    ----------
    count : int
        How many.
    dt_ms : float, optional
        Time step [ms]. Default: that of the task, or 5.
    seed, update : int
        Trial i depends on these and on i alone.

    Returns
    -------
    xarray.Dataset
        inputs (trial, time, input), targets and mask (trial, time, channel), condition (trial), length_ms (trial). ``time`` [ms]
        is the end of a step, as in ``simulate``: an output there is graded by the target there, and comes of inputs up to there.

    Examples
    --------
    >>> import stillpoint as sp
    >>> trials = sp.tasks.FlipFlop(bits=2).draw(8, dt_ms=10)
    >>> dict(trials.targets.sizes)
    {'trial': 8, 'time': 100, 'channel': 2}

    Mean squared error of a network, and the share of outputs with the right sign:

    >>> run = sp.simulate(sp.Network.random(20, inputs=2, outputs=2), trials.inputs)
    >>> error = ((run.output - trials.targets)**2).where(trials.mask > 0).mean()
    >>> right = (run.output * trials.targets > 0).where(trials.mask > 0).mean()
    """
    step = own_dt_ms(self) or _core.Integration().dt_ms
    if dt_ms is not None:
        step = _given.number("dt_ms", dt_ms, "a number > 0 [ms]")
    return _trials.dataset(
        compiled(self, step), _given.whole("count", count, 1), step, _given.whole("seed", seed), _given.whole("update", update), repr(self))


def _channels(of: str, meaning: str) -> Any:
    def counted_of(task: Any) -> int:
        try:
            trial = task.draw(1)
        except ValueError:  # of pulses that are shorter than the usual step
            if own_dt_ms(task) is not None:
                raise
            trial = task.draw(1, dt_ms=0.5)
        return int(trial.sizes[of])

    return property(counted_of, doc=meaning)


_inputs = _channels("input", "Input channels, as those of a network for it.")
_outputs = _channels("channel", "Output channels, as those of a network for it.")


class EvidenceAccumulation(_core.EvidenceAccumulation):
    __doc__ = in_python(_core.EvidenceAccumulation.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class FlipFlop(_core.FlipFlop):
    __doc__ = in_python(_core.FlipFlop.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class DelayedAddition(_core.DelayedAddition):
    __doc__ = in_python(_core.DelayedAddition.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class DelayedCueDiscrimination(_core.DelayedCueDiscrimination):
    __doc__ = in_python(_core.DelayedCueDiscrimination.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class SineGeneration(_core.SineGeneration):
    __doc__ = in_python(_core.SineGeneration.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class FastTracking(_core.FastTracking):
    __doc__ = in_python(_core.FastTracking.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class DelayedMatchToSample(_core.DelayedMatchToSample):
    __doc__ = in_python(_core.DelayedMatchToSample.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class ContextIntegration(_core.ContextIntegration):
    __doc__ = in_python(_core.ContextIntegration.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class WorkingMemory(_core.WorkingMemory):
    __doc__ = in_python(_core.WorkingMemory.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class IntervalTiming(_core.IntervalTiming):
    __doc__ = in_python(_core.IntervalTiming.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class TrialFile(_core.TrialFile):
    __doc__ = in_python(_core.TrialFile.__doc__)
    draw = _draw
    inputs = _inputs
    outputs = _outputs


class FromArrays:
    """Trials of one's own, drawn with replacement.

    Parameters
    ----------
    inputs : (trial, time, input) array
        Input of each step, held within it.
    targets : (trial, time, channel) array
        What the output at the end of a step should be; 1 or -1 where graded, unless there is a tolerance.
    mask : (trial, time, channel) or (trial, time) array, optional
        1 where the output is graded, 0 elsewhere. Default: all of a trial.
    dt_ms : float, optional
        The step that they were made for [ms]. Default: any.
    tolerance : float
        Above 0: an output this close counts as right, and learned means a small mean squared error. 0: the sign counts.
    condition : (trial,) array of int, optional
        Type of each trial. Default: 0.
    length : (trial,) array of int, optional
        Valid steps of each trial. Default: all.

    Examples
    --------
    >>> import numpy as np, stillpoint as sp
    >>> inputs = np.random.default_rng(1).normal(size=(50, 20, 1))
    >>> sp.tasks.FromArrays(inputs, np.sign(inputs.sum(axis=1, keepdims=True)) * np.ones((50, 20, 1)))
    FromArrays(50 trials of 20 steps: 1 input, 1 output)
    """

    @keywords
    def __init__(
        self, inputs: ArrayLike, targets: ArrayLike, mask: ArrayLike | None = None, *, dt_ms: float | None = None, tolerance: float = 0,
        condition: ArrayLike | None = None, length: ArrayLike | None = None,
    ) -> None:
        taken = _trials.checked_trials(inputs, targets, mask, condition, length)
        self.dt_ms = None if dt_ms is None else _given.number("dt_ms", dt_ms, "a number > 0 [ms]")
        self._task = _core.ArrayTask(*taken, _tolerance(tolerance))
        self._shape = (*taken[0].shape, taken[1].shape[2])

    draw = _draw
    inputs = _inputs
    outputs = _outputs

    def __repr__(self) -> str:
        trials, steps, inputs, outputs = self._shape
        return f"FromArrays({counted(trials, 'trial')} of {counted(steps, 'step')}: {counted(inputs, 'input')}, {counted(outputs, 'output')})"


class FromFunction:
    """Trials that a function makes.

    Parameters
    ----------
    function : callable (seed, count) -> (inputs, targets, mask)
        Makes ``count`` trials, the same for the same ``seed``, a whole number below 2^53 that differs from update to update; arrays
        as those of ``FromArrays``, in order (inputs, targets[, mask[, condition[, length]]]) or as a mapping by these names.
    dt_ms : float, optional
        The step that they are made for [ms]. Default: any.
    tolerance : float
        Above 0: an output this close counts as right, and learned means a small mean squared error. 0: the sign counts.

    Examples
    --------
    >>> import numpy as np, stillpoint as sp
    >>> def larger(seed, count):
    ...     inputs = np.random.default_rng(seed).normal(size=(count, 20, 2))
    ...     sign = np.sign(inputs.sum(axis=1) @ [1, -1])
    ...     return inputs, sign[:, None, None] * np.ones((count, 20, 1))
    >>> task = sp.tasks.FromFunction(larger)
    >>> dict(task.draw(5).inputs.sizes)
    {'trial': 5, 'time': 20, 'input': 2}
    """

    @keywords
    def __init__(self, function: Callable[[int, int], Any], *, dt_ms: float | None = None, tolerance: float = 0) -> None:
        if not callable(function):
            raise TypeError(f"function: {_given.described(function)}; expected a function (seed, count) -> (inputs, targets, mask)")
        self.function = function
        self.dt_ms = None if dt_ms is None else _given.number("dt_ms", dt_ms, "a number > 0 [ms]")
        self._task = _core.FunctionTask(lambda seed, count: _trials.made_by(function(seed, count)), _tolerance(tolerance))

    draw = _draw
    inputs = _inputs
    outputs = _outputs

    def __repr__(self) -> str:
        return f"FromFunction({getattr(self.function, '__name__', repr(self.function))})"


Task: TypeAlias = (
    EvidenceAccumulation | FlipFlop | DelayedAddition | DelayedCueDiscrimination | SineGeneration | FastTracking | DelayedMatchToSample
    | ContextIntegration | WorkingMemory | IntervalTiming | TrialFile | FromArrays | FromFunction)


def _tolerance(value: float) -> float:
    found = _given.number("tolerance", value, "a number >= 0")
    if found < 0:
        raise ValueError(f"tolerance: {found:g}; expected a number >= 0")
    return found


def own_dt_ms(task: Any) -> float | None:
    """The step that one's own trials were made for."""
    found: float | None = getattr(task, "dt_ms", None)
    return found


def compiled(task: Any, dt_ms: float) -> Any:
    """What the compiled part takes."""
    if isinstance(task, type) and task.__name__ in __all__:
        raise TypeError(f"task: {task.__name__}; expected an object of it, {task.__name__}()")
    if type(task).__name__ not in __all__ or not hasattr(task, "draw"):
        raise TypeError(f"task: {_given.described(task)}; expected a task, as FlipFlop(), FromArrays() or FromFunction()")
    own = own_dt_ms(task)
    if own is not None and abs(own - dt_ms) > 1e-9 * own:
        raise ValueError(f"dt_ms: {dt_ms:g}; the task's trials were made for {own:g} ms")
    return getattr(task, "_task", task)
