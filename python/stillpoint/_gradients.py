"""What a rule's gradient is."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stillpoint import _core, _given, _progress, tasks
from stillpoint._core import Integration, Noise
from stillpoint._keywords import keywords
from stillpoint._network import Network, checked
from stillpoint._result import axes_for, result, taken_synapse
from stillpoint._rules import AnyRule, compiled_rule
from stillpoint._simulate import own_step_ms
from stillpoint._synapses import OWN, Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@result
class GradientCheck:
    """What ``check_gradients`` found of a rule.

    Attributes
    ----------
    rule : str
        Its name.
    kind : {"exact", "unbiased", "approximate", "not checked", "none"}
        Not checked: too many weights are at kinks of relu. None: it writes finished changes.
    claim : str
        What it says of itself.
    tried : list of dict
        Exact, then unbiased: verdict, against, error (share of the gradient's norm, or standard errors), bound (of the error), note.
    own_claim : dict or None
        Of a rule that claims neither: the same against its published formula; "not checked" where it has none here.
    cosine : float
        With BPTT's gradient of W, W_in and b; NaN of rules that cannot be compared.
    norm_ratio : float
        Its norm as a share of that of BPTT's.
    """

    rule: str
    kind: str
    claim: str
    tried: list[dict[str, Any]]
    own_claim: dict[str, Any] | None
    cosine: float
    norm_ratio: float

    @property
    def ok(self) -> bool | None:
        """Whether it is what it claims; None where there is nothing to check it against."""
        if self.kind == "not checked":
            return None
        if self.claim in ("exact", "unbiased"):
            return self.kind in ("exact", self.claim)
        verdict = self.own_claim["verdict"] if self.own_claim else "not checked"
        return None if verdict == "not checked" else verdict == "ok"

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each test; the last against the rule's own formula, where it has one.

        Columns
        -------
        verdict : {"ok", "failed", "not checked"}
            Whether the error is within its bound.
        against : str
            What the gradient is held against.
        error, bound : float
            Share of the gradient's norm, or standard errors.
        note : str
            More of it.
        """
        import pandas as pd

        return pd.DataFrame(self._tests(), columns=["verdict", "against", "error", "bound", "note"])

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """The error of each test beside its bound."""
        ax = axes_for(ax)
        made = [test for test in self._tests() if test["verdict"] != "not checked"]
        for row, test in enumerate(made):
            colour = "C2" if test["verdict"] == "ok" else "C3"
            ax.plot(test["error"], row, "o", color=colour)
            ax.plot(test["bound"], row, "|", color="k", markersize=14)
        ax.set_yticks(range(len(made)), [test["against"] for test in made])
        ax.set(xlabel="error (bar: its bound)", xscale="log", title=self.rule)
        return ax

    def _tests(self) -> list[dict[str, Any]]:
        return self.tried + ([self.own_claim] if self.own_claim else [])

    def __repr__(self) -> str:
        if self.kind == "none":
            text = f"{self.rule}: no gradient, it writes finished changes"
        elif self.kind == "not checked":
            text = f"{self.rule}: not checked, {self.tried[-1]['note']}"
        elif self.kind == "approximate":
            text = f"{self.rule}: approximate, cosine {self.cosine:.3f} with the gradient, {self.norm_ratio:.3g} of its norm"
        else:
            last = self.tried[-1]
            text = f"{self.rule}: {self.kind}, {last['error']:.2g} off {last['against']} (bound {last['bound']:g})"
        if self.own_claim and self.own_claim["verdict"] != "not checked":
            text += f"; {self.own_claim['error']:.2g} off {self.own_claim['against']}"
        return text + (f"; it claims to be {self.claim}" if self.ok is False else "")


@keywords
def check_gradients(
    rule: AnyRule | str,
    net: Network | None = None,
    task: tasks.Task | None = None,
    *,
    synapse: Synapse | str = OWN,
    dt_ms: float | None = None,
    noise: Noise | float = 0,
    trials: int = 4,
    steps: int | None = 20,
    draws: int = 1000,
    seed: int = 1,
    progress: bool = True,
) -> GradientCheck:
    """Is a rule's gradient exact, unbiased, or approximate? Against central differences of the loss, then as the mean of many draws
    against the exact gradient; the rule's claim is not asked (docs/rules.md).

    Parameters
    ----------
    rule : rule or str
        As for ``train``, or the name of one of the toolkit's, "e_prop".
    net : Network, optional
        Small: every weight is changed in turn. Default: 16 neurons.
    task : a task of ``stillpoint.tasks``, optional
        Default: FlipFlop().
    synapse : TCR, TsodyksMarkram, DerivativeFeedback, HighPass or None
        Its current is held, as the long-term gradient takes it. Default: the network's own.
    dt_ms : float, optional
        Time step [ms]. Default: as for ``train``.
    noise : Noise or float
        The same in every run.
    trials : int
        How many.
    steps : int or None
        The last so many of each trial; None: all.
    draws : int
        Of a random estimator, 100 or more.
    seed : int
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.

    Returns
    -------
    GradientCheck

    Examples
    --------
    >>> import stillpoint as sp
    >>> sp.check_gradients(sp.BPTT()).kind, sp.check_gradients("e_prop", draws=100).kind
    ('exact', 'approximate')
    """
    task = tasks.FlipFlop() if task is None else task
    made = _core.rule_named(rule) if isinstance(rule, str) else compiled_rule("rule", rule)
    if net is None:
        net = Network.random(16, task=task, seed=seed)
    step = _given.number("dt_ms", dt_ms or checked(net).dt_ms or tasks.own_dt_ms(task) or own_step_ms(net), "a number > 0 [ms]")
    if not isinstance(noise, Noise):
        noise = Noise(activity=_given.number("noise", noise, "Noise(), or a number >= 0"))
    with _progress.bar(progress, brief=True) as see:
        found = _core.check_gradients(
            made, net._core, tasks.compiled(task, step), taken_synapse(net, synapse), Integration(dt_ms=step), noise,
            _given.whole("trials", trials, 1), None if steps is None else _given.whole("steps", steps, 1), _given.whole("draws", draws, 100),
            _given.whole("seed", seed), see)
    return GradientCheck(**found)
