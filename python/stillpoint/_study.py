"""Studies, read."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from stillpoint import _core, _given
from stillpoint._keywords import keywords
from stillpoint._result import counted
from stillpoint._run import Run, Runs, value_of
from stillpoint._told import told

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd
    import xarray as xr


class Study:
    """A study's directory, as it was when it was opened: ``open_study``."""

    directory: Path
    name: str
    runs: Runs
    """Finished runs, by condition, then by seed"""
    left_out: list[tuple[dict[str, Any], str]]
    """Combinations that cannot be run: what they vary, and why"""

    def __init__(self, directory: Path, found: dict[str, Any]) -> None:
        self.directory = directory
        self.name = found["name"]
        self._conditions = found["conditions"]
        self._kept = sum(not path.with_suffix(".h5").exists() for path in (directory / "runs").glob("*.unfinished"))
        for condition in self._conditions:
            condition["varied"] = {name: value_of(text) for name, text in condition["varied"].items()}
        shared: dict[int, dict[str, Any]] = {}  # options, by what came from the files: one object for runs that have the same
        for run in found["runs"]:
            if id(run["options"]) not in shared:
                shared[id(run["options"])] = {name: value_of(text) for name, text in run["options"].items()}
        self.runs = Runs([
            Run(**{
                **run, "path": Path(run["path"]), "options": shared[id(run["options"])],
                "varied": self._conditions[run["condition"]]["varied"],
            }) for run in found["runs"]
        ])
        self.left_out = [({name: value_of(text) for name, text in varied.items()}, why) for varied, why in found["left_out"]]

    @property
    def conditions(self) -> pd.DataFrame:
        """One row for each condition, by number: what it varies, and

        Columns
        -------
        label : str
            The same in short.
        planned, done, running, missing : int
            Runs that were asked for; that are finished, that some process works on, that nobody works on.
        reached, diverged : int
            Finished runs that reached criterion, and that diverged.
        tuned : dict
            Options that were tuned for it, with their values.
        """
        import pandas as pd

        rows = []
        for i, condition in enumerate(self._conditions):
            ended = [run for run in self.runs if run.condition == i]
            rows.append({
                **condition["varied"], **{name: condition[name] for name in ("label", "planned", "done", "running", "missing")},
                "reached": sum(run.outcome == "reached" for run in ended), "diverged": sum(run.diverged_at is not None for run in ended),
                "tuned": condition["tuned"],
            })
        return pd.DataFrame(rows).rename_axis("condition")

    def __len__(self) -> int:
        return len(self.runs)

    @overload
    def __getitem__(self, at: int) -> Run: ...
    @overload
    def __getitem__(self, at: slice) -> Runs: ...
    def __getitem__(self, at: int | slice) -> Run | Runs:
        return self.runs[at]

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def to_dataframe(self) -> pd.DataFrame:
        """The table of the runs."""
        return self.runs.to_dataframe()

    def curves(self) -> xr.Dataset:
        """Learning curves of all runs, (run, update)."""
        return self.runs.curves()

    @keywords
    def compare(self, against: str = "", *, by: str | Sequence[str] = (), equal_seconds: bool = False) -> pd.DataFrame:
        """Conditions compared over the seeds that they share, as `stillpoint compare` does it (docs/statistics.md).

        Parameters
        ----------
        against : str
            What the others are compared with: a condition by number or label, or a value that each group has. Default: the first.
        by : str or sequence of str
            Options whose values are compared, all others being equal. Default: synapse and tcr, or the rule where these do not vary.
        equal_seconds : bool
            Over the same time of training in place of the same number of updates.

        Returns
        -------
        pandas.DataFrame
            One row for each condition. Intervals are [low, high], of 95 %; what there is not is None or NaN.

        Columns
        -------
        number : int
            Of the condition, from 0.
        label : str
            What it varies, in short.
        condition.OPTION : number or str
            Value of each option that varies.
        runs, planned, planned_at_least, running, kept, missing : int or bool
            Runs that are finished; that were asked for, and whether more may have been; that some process works on; that are begun and
            kept; that nobody works on.
        unmatched : int
            Runs of a matched control for which no match was found.
        task : str
            Its name.
        unit : {"updates", "ms"}
            Of budget, median_updates and comparison.updates: updates, or milliseconds of training where ``equal_seconds``.
        reached, diverged : int
            Runs that reached criterion, and that diverged.
        reached_interval : list of float
            Of the share of runs that reached it, 0 to 1 (Wilson).
        budget : int or float
            Most that a run was given [unit].
        median_updates, median_updates_interval : float, list of float
            To criterion [unit]; None beyond the budget.
        seconds_per_update, seconds_to_criterion : float
            Of training, medians [s].
        cosine : float
            Mean alignment with the true gradient, where it was measured.
        comparison.against.number, comparison.against.label : int, str
            The condition that this one is compared with; the comparison's columns are empty where there is none.
        comparison.test : {"paired", "log_rank"}
            Over shared seeds, or without any.
        comparison.pairs, comparison.set_apart : int
            Seeds that both have, and those left out because a control of theirs is unmatched.
        comparison.budget : int or float
            Up to which both are followed [unit].
        comparison.reached_points.value, comparison.reached_points.interval : float, list of float
            Difference of the shares that reached criterion [percentage points].
        comparison.p_reached_holm : float
            Of that difference, by turned signs; corrected over all comparisons (Holm).
        comparison.updates.value, comparison.updates.interval : float, list of float
            Difference of min(time to criterion, budget), mean over pairs [unit]; below 0 is faster.
        comparison.p, comparison.p_holm, comparison.comparisons : float, float, int
            Of that difference, by turned signs or of the log-rank test; corrected over all comparisons (Holm); how many these are.
        comparison.log_rank : float
            p of the log-rank test.
        comparison.cliffs_delta, comparison.cliffs_delta_interval : float, list of float
            From -1, every run faster, to 1, every run slower.
        """
        with told():
            return _table(_core.compare(str(self.directory), [by] if isinstance(by, str) else list(by), str(against), bool(equal_seconds)))

    @keywords
    def summary(self, against: str = "", *, by: str | Sequence[str] = ()) -> pd.DataFrame:
        """What came of each condition, as `stillpoint summary` has it; `against` and `by` as for ``compare``.

        Returns
        -------
        pandas.DataFrame
            One row for each condition; what is not listed here is as of ``compare``, over updates.

        Columns
        -------
        collapsed : int
            Runs that after freeze-in ended all trials alike.
        final_accuracy, final_loss : float
            On the evaluation trials, means over runs that did not diverge.
        speed.start, speed.end : float
            Mean population speed V at the first and the last update [1/s].
        over_stability_bound : float
            Share of runs whose step was past the stability bound of the synapse.
        controlled.set_point, controlled.speed, controlled.missed : float, float, int
            Of a controlled schedule: V asked for and reached [1/s], runs that missed it.
        tuned_edge : str
            Tuned options whose best value is the last of those tried.
        alignment.RULE.cosine, alignment.RULE.norm_ratio : float
            Of the rule and its shadows, where they were compared with BPTT's gradient: cosine, and norm as a share of its norm.
        programs : list of str
            Builds of the program that made the runs.
        """
        with told():
            return _table(_core.summary(str(self.directory), [by] if isinstance(by, str) else list(by), str(against)))

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Loss of every run, in the colour of its condition, and the median of each condition."""
        return self.runs.plot(ax)

    def __repr__(self) -> str:
        def total(name: str) -> int:
            return sum(condition[name] for condition in self._conditions)

        varied = list(self._conditions[0]["varied"]) if self._conditions else []
        text = f"Study {self.name}: {counted(len(self._conditions), 'condition')}"
        text += f" over {', '.join(varied)}" if varied else ""
        text += f", {total('done')} of {counted(total('planned'), 'run')} done"
        text += f", {total('running')} running" if total("running") else ""
        text += f", {self._kept} kept on their way" if self._kept else ""
        reached, diverged = sum(run.outcome == "reached" for run in self.runs), sum(run.diverged_at is not None for run in self.runs)
        return text + f"; {reached} reached criterion, {diverged} diverged"


def _table(text: str) -> pd.DataFrame:
    """The same columns whatever there is to be said."""
    import json

    import pandas as pd

    rows = json.loads(text)
    for row in rows:
        comparison = row["comparison"] = {**_NO_COMPARISON, **(row["comparison"] or {})}
        for name in ("reached_points", "updates"):
            comparison[name] = comparison[name] or {"value": None, "interval": None}
        if "controlled" in row:
            row["controlled"] = row["controlled"] or dict.fromkeys(("set_point", "speed", "missed"))
    return pd.json_normalize(rows)


_NO_COMPARISON = {
    "against": {"number": None, "label": None}, **dict.fromkeys((
        "test", "pairs", "set_apart", "budget", "reached_points", "updates", "p_reached_holm", "log_rank", "p", "p_holm", "comparisons", "cliffs_delta",
        "cliffs_delta_interval")),
}


def directory_of(study: Study | str | Path, name: str = "directory") -> Path:
    folder = study.directory if isinstance(study, Study) else _given.path(name, study, "the directory of a study, a str or Path")
    if folder.is_file():
        here = f", {folder.parent}" if folder.name == "study.json" else ""
        raise NotADirectoryError(f"{folder}: a file; expected the directory of a study{here}")
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such directory")
    return folder


@keywords
def open_study(directory: str | Path) -> Study:
    """The study in a directory, finished or not.

    Parameters
    ----------
    directory : str or Path
        That `stillpoint run` or ``run_study`` wrote.

    Returns
    -------
    Study
        ``conditions`` and ``runs`` (``to_dataframe()``); ``curves()``; ``runs[3].network("end")``. What every run ended with is read,
        and its file checked; curves and networks are read when they are asked for.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
    ValueError
        Where it holds no study, or a file of it is damaged; the message names it.
    """
    folder = directory_of(directory)
    with told():
        found = _core.read_study(str(folder))
    return Study(folder, found)
