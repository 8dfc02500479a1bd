"""Learning rules: those of the toolkit, classes of parameters, and those of one's own."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from stillpoint import _core, _given
from stillpoint._core import BPTT, FORCE, KFRTRL, RTRL, UORO, AntiHebbian, EProp, FullFORCE, NodePerturbation, Oja, RewardHebbian
from stillpoint._keywords import misspelt

RuleView: TypeAlias = _core.RuleView | _core.RuleView32
RuleChanges: TypeAlias = _core.RuleChanges | _core.RuleChanges32


class Rule:
    """A learning rule of one's own: a class with ``write``, and ``begin`` and ``step`` where it needs them.

    In each update ``begin(view)`` is called before the first step, ``step(t, view, error)`` after each step (only of a rule that has
    it) and ``write(view, changes)`` after the last. ``view`` is what the rule may read: arrays of numpy, [trial, time, neuron or
    channel], that lie where the training computes, single or double as its ``precision``. ``changes`` has ``W``, ``W_in``, ``b``,
    ``W_out``, ``b_out``, zeros of the network's shapes, which the rule fills (``changes.W += ..``). No array outlives the call that it
    came with: a rule keeps copies. One that keeps an array ends the training with a RuntimeError. docs/python.md shows a rule, and
    beside it the same rule in C++. A name that is one of these misspelt is refused when the class is made; others are the rule's own.

    Attributes
    ----------
    emits : {"gradient", "change", "change_by_step"}
        What ``write`` fills in: the gradient of the loss, which the optimizer applies and to which the readout's own is added; a
        finished change; or one for every step, written after it.
    truth : {"approximate", "unbiased", "exact"}
        What the rule claims of its gradient; where it is not approximate the learning signal goes through the transposed readout.
    supervised : bool
        Whether it learns from errors.
    own_readout : bool
        Whether it changes the readout itself.
    any_network : bool
        Whether it serves networks with more than one state per neuron (lstm).

    Notes
    -----
    What ``view`` has; T steps, D entries of the state, step t leads from state t to state t + 1:

    ``state`` : (trial, T + 1, D)
        x(0) .. x(T).
    ``rate`` : (trial, T + 1, unit)
        r(0) .. r(T).
    ``read`` : (trial, T + 1, unit)
        What the readout sees.
    ``presynaptic`` : (trial, T, unit)
        What W acts on, z(0) .. z(T-1).
    ``activation`` : (trial, T, drive)
        f(0) .. f(T-1).
    ``output`` : (trial, T, channel)
        Of states 1 to T, as ``targets`` and ``error``.
    ``inputs`` : (trial, T, input)
    ``targets``, ``mask`` : (trial, T, channel)
        The mask: 1 where the output is graded.
    ``error`` : (trial, T, channel)
        e = 2 m (y_hat - y) / sum m; not in ``begin``.
    ``feedback`` : (unit, channel)
        F of the learning signal F e; not in ``begin``.
    ``leak`` : (D,)
        dx(t+1)/dx(t) at fixed drive.
    ``gain()`` : (trial, T, unit)
        dx(t+1)/du(t); an array of its own.
    ``readout_gain()`` : (trial, T, unit)
        dr/dx where the readout sees r(t+1), else 1; an array of its own.
    ``weights(name)``
        An array of the network as it is now, by its name in ``Network``; None where there is none.
    ``length``, ``condition`` : (trial,)
        Valid steps of each trial, and its type.
    ``dt_ms`` : float
        Time step [ms].
    ``seed`` : (int, int)
        Of the training, and the update: ``numpy.random.default_rng`` takes it.

    Examples
    --------
    A reservoir: input weights learn by the error at their own step, recurrent weights rest.

    >>> import numpy as np, stillpoint as sp
    >>> class Reservoir(sp.Rule):
    ...     def write(self, view, changes):
    ...         signal = view.error @ view.feedback.T * view.gain()
    ...         changes.W_in += np.einsum("bti,btk->ik", signal, view.inputs)
    >>> net = sp.Network.random(20, inputs=2, seed=1)
    >>> sp.train(net, sp.tasks.EvidenceAccumulation(), rule=Reservoir(), updates=3, progress=False).outcome
    'not_reached'
    """

    emits: Literal["gradient", "change", "change_by_step"] = "gradient"
    truth: Literal["approximate", "unbiased", "exact"] = "approximate"
    supervised: bool = True
    own_readout: bool = False
    any_network: bool = False

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        _refuse_misspelt(cls.__name__, vars(cls))

    def begin(self, view: Any) -> None:
        """Before the first step of a set of trials."""

    def step(self, t: int, view: Any, error: Any) -> None:
        """After step t; error: (trial, channel). Called of classes that have it themselves."""

    def write(self, view: Any, changes: Any) -> None:
        """Fills what was learned into ``changes``."""
        raise NotImplementedError(f"rule {type(self).__name__}: has no write(view, changes)")


_CALLED = ("begin", "step", "write")
_SAID = ("emits", "truth", "supervised", "own_readout", "any_network")


def _refuse_misspelt(rule: str, own: Mapping[str, Any]) -> None:
    """A hook or attribute by another name would be passed over, and the rule be another one."""
    for name, value in own.items():
        known = _CALLED if callable(value) else _SAID
        if name.startswith("_") or name in known:
            continue
        if meant := misspelt(name, known):
            raise TypeError(f"rule {rule}: {name}: not known of a rule; did you mean {meant}? What is the rule's own takes another name, as _{name}")


OfToolkit: TypeAlias = (
    BPTT | RTRL | UORO | KFRTRL | EProp | NodePerturbation | RewardHebbian | FORCE | FullFORCE | AntiHebbian | Oja)
AnyRule: TypeAlias = OfToolkit | Rule


class _Calls:
    """The calls that a rule gets."""

    def __init__(self, rule: Rule) -> None:
        self.begin, self.step = rule.begin, rule.step
        self._write: Callable[[Any, Any], Any] = rule.write
        self._name = type(rule).__name__

    def write(self, view: Any, changes: Any) -> None:
        made = self._write(view, changes)
        if made is not None and made is not changes:
            raise TypeError(f"rule {self._name}: write gives back {type(made).__name__}, which nobody reads; fill changes, as changes.W += ..")


def compiled_rule(name: str, rule: Any) -> Any:
    """What the compiled part takes."""
    if isinstance(rule, OfToolkit):
        return rule
    if not isinstance(rule, Rule):
        called = f"{rule.__name__}, a class; expected an object of it, {rule.__name__}()" if isinstance(rule, type) else (
            f"{_given.described(rule)}; expected a rule, as EProp(), or one of your own, a subclass of Rule")
        raise TypeError(f"{name}: {called}")
    kind = type(rule)
    _refuse_misspelt(kind.__name__, vars(rule))
    return _core.OwnRule(
        _Calls(rule), kind.__name__, _given.one_of("emits", rule.emits, ["gradient", "change", "change_by_step"]),
        _given.one_of("truth", rule.truth, ["approximate", "unbiased", "exact"]), rule.supervised, rule.own_readout, rule.any_network,
        kind.step is not Rule.step)
