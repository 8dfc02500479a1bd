"""Learning rules: those of the toolkit, classes of parameters, and those of one's own."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from stillpoint import _core, _given
from stillpoint._core import BPTT, FORCE, KFRTRL, RTRL, UORO, AntiHebbian, EProp, FullFORCE, NodePerturbation, Oja, RewardHebbian

RuleView: TypeAlias = _core.RuleView | _core.RuleView32
RuleChanges: TypeAlias = _core.RuleChanges | _core.RuleChanges32


class Rule:
    """A learning rule of one's own: a class with ``write``, and ``begin`` and ``step`` where it needs them.

    In each update ``begin(view)`` is called before the first step, ``step(t, view, error)`` after each step (only of a rule that has
    it) and ``write(view, changes)`` after the last. ``view`` is what the rule may read: arrays of numpy, [trial, time, neuron or
    channel], that lie where the training computes, single or double as its ``precision``. ``changes`` has ``W``, ``W_in``, ``b``,
    ``W_out``, ``b_out``, zeros of the network's shapes, which the rule fills (``changes.W += ..``). No array outlives the call that it
    came with: a rule keeps copies. One that keeps an array ends the training with a RuntimeError. docs/python.md shows a rule, and
    beside it the same rule in C++.

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

    def begin(self, view: Any) -> None:
        """Before the first step of a set of trials."""

    def step(self, t: int, view: Any, error: Any) -> None:
        """After step t; error: (trial, channel). Called of classes that have it themselves."""

    def write(self, view: Any, changes: Any) -> None:
        """Fills what was learned into ``changes``."""
        raise NotImplementedError(f"rule {type(self).__name__}: has no write(view, changes)")


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
    return _core.OwnRule(
        _Calls(rule), kind.__name__, _given.one_of("emits", rule.emits, ["gradient", "change", "change_by_step"]),
        _given.one_of("truth", rule.truth, ["approximate", "unbiased", "exact"]), rule.supervised, rule.own_readout, rule.any_network,
        kind.step is not Rule.step)
