"""Restructuring events of a study."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._result import axes_for, counted, result
from stillpoint._study import Study, directory_of
from stillpoint._told import told

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@result
class Restructuring:
    """Geometric restructuring events in the runs of a study, as ``restructuring`` found them.

    Attributes
    ----------
    conditions : list of dict
        varied (option: value), synapse, runs, note; numbers of runs: abrupt, gradual, no_drop, diverged, not_measured,
        with_event; permuted_drops and
        shifted_events, tests of whether the last event is closer to the drop than by chance. Each of runs: seed, problem,
        verdict, drop_onset and
        lead (value, low, high, in updates), events.
    """

    conditions: list[dict[str, Any]]

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each event: what its condition varies, and

        Columns
        -------
        seed : int
            Of the run.
        update : int
            Checkpoint at which the event counts as there.
        after, peak, over : int
            Checkpoints before it, at its height and after it.
        p : float
            Of as large a change among the controls.
        descriptors : list of str
            Those that carry it.
        """
        import pandas as pd

        rows = [
            {**condition["varied"], "seed": run["seed"], **event}
            for condition in self.conditions for run in condition["runs"] for event in run["events"]
        ]
        return pd.DataFrame(rows)

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """One row for each run: events as dots, the onset of the drop as a bar."""
        ax = axes_for(ax)
        row = 0
        for i, condition in enumerate(self.conditions):
            for run in condition["runs"]:
                ax.plot([event["update"] for event in run["events"]], [row] * len(run["events"]), ".", color=f"C{i % 10}")
                if run["drop_onset"]:
                    ax.plot(run["drop_onset"][0], row, "|", color="k", markersize=10)
                row += 1
        ax.set(xlabel="update", ylabel="run")
        return ax

    def __repr__(self) -> str:
        runs = sum(len(condition["runs"]) for condition in self.conditions)
        return (f"{counted(len(self.conditions), 'condition')}, {counted(runs, 'run')}: {sum(c['with_event'] for c in self.conditions)} with a "
                f"restructuring event, {sum(c['abrupt'] for c in self.conditions)} with an abrupt drop")


@keywords
def restructuring(
    directory: Study | str | Path,
    *,
    trials: int = 32,
    walks: int | None = None,
    false_positive_rate: float = 0.05,
    descriptors: Sequence[str] = (),
    jobs: int = 0,
    progress: bool = True,
) -> Restructuring:
    """Restructuring events of all runs of a study, and how long before the drop of the loss the last of them was
    (docs/studies/restructuring.md).

    Parameters
    ----------
    directory : Study, str or Path
        A study whose runs have checkpoints. Descriptors are kept in it and not computed again.
    trials : int
        Of the task, that networks are probed with.
    walks : int, optional
        Random walks per run. Default: as few as each condition needs.
    false_positive_rate : float
        Of any event in a run without restructuring.
    descriptors : sequence of str
        Those that count. Default: all.
    jobs : int
        Threads; 0: one per processor.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Restructuring

    Examples
    --------
    >>> import stillpoint as sp
    >>> found = sp.restructuring("results/gr_before_drop")  # doctest: +SKIP
    >>> found.to_dataframe().groupby("seed").update.last()  # doctest: +SKIP
    """
    folder = directory_of(directory)
    known = _core.descriptor_names()
    with told(), _progress.bar(progress) as see:
        return Restructuring(_core.restructuring(
            str(folder), _given.whole("trials", trials, 1), None if walks is None else _given.whole("walks", walks, 1),
            _given.number("false_positive_rate", false_positive_rate), [_given.one_of("descriptors", name, known) for name in descriptors],
            _given.whole("jobs", jobs), see))
