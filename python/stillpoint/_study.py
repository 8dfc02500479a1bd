"""Studies: started, and read."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._result import axes_for, counted
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
        """One row for each condition, by number: what it varies, label, runs planned, done, running and missing, how many reached
        criterion and diverged, and the values that were tuned for it."""
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
            One row for each condition: reached and median_updates with their intervals; of what is compared (columns
            ``comparison.*``) the difference in updates to criterion, its interval, p, corrected p and Cliff's delta.
        """
        with told():
            return _table(_core.compare(str(self.directory), [by] if isinstance(by, str) else list(by), str(against), bool(equal_seconds)))

    @keywords
    def summary(self, against: str = "", *, by: str | Sequence[str] = ()) -> pd.DataFrame:
        """What came of each condition, as `stillpoint summary` has it; `against` and `by` as for ``compare``.

        Returns
        -------
        pandas.DataFrame
            One row for each condition: label, runs, reached with its interval, median_updates to criterion with its interval,
            final_accuracy and
            final_loss (means over runs that did not diverge), speed.start and speed.end (mean population speed V [1/s]),
            seconds_per_update,
            the comparison (columns ``comparison.*``) and others; intervals are (low, high).
        """
        with told():
            return _table(_core.summary(str(self.directory), [by] if isinstance(by, str) else list(by), str(against)))

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Loss of every run, in the colour of its condition, and the median of each condition."""
        ax = axes_for(ax)
        curves = self.curves()
        update = curves["update"].values
        for i, condition in enumerate(self._conditions):
            loss = curves.loss.isel(run=np.flatnonzero(curves.condition == i))
            if loss.sizes["run"] == 0:
                continue
            ax.semilogy(update, loss.values.T, color=f"C{i % 10}", alpha=0.2, linewidth=0.7)
            ax.semilogy(update, loss.median("run").values, color=f"C{i % 10}", label=condition["label"])
        ax.set(xlabel="update", ylabel="loss")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        def total(name: str) -> int:
            return sum(condition[name] for condition in self._conditions)

        varied = list(self._conditions[0]["varied"]) if self._conditions else []
        text = f"Study {self.name}: {counted(len(self._conditions), 'condition')}"
        text += f" over {', '.join(varied)}" if varied else ""
        text += f", {total('done')} of {counted(total('planned'), 'run')} done"
        text += f", {total('running')} running" if total("running") else ""
        reached, diverged = sum(run.outcome == "reached" for run in self.runs), sum(run.diverged_at is not None for run in self.runs)
        return text + f"; {reached} reached criterion, {diverged} diverged"


def _table(text: str) -> pd.DataFrame:
    import json

    import pandas as pd

    return pd.json_normalize(json.loads(text))


def directory_of(study: Study | str | Path) -> Path:
    return study.directory if isinstance(study, Study) else Path(study).expanduser()


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
    FileNotFoundError
    ValueError
        Where it holds no study, or a file of it is damaged; the message names it.
    """
    folder = Path(directory).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such directory")
    with told():
        found = _core.read_study(str(folder))
    return Study(folder, found)


@keywords
def run_study(
    study: str | Path | Mapping[str, Mapping[str, Any]], out: str | Path, *, options: Mapping[str, Any] | None = None, quick: bool = False,
    jobs: int = 0, progress: bool = True,
) -> Study:
    """Trains every condition of a study for every seed, as `stillpoint run` does it (docs/running.md).

    Runs that are finished are not done again. Ctrl-C stops it, and what the runs have reached is kept: the same call, or the program,
    goes on there.

    Parameters
    ----------
    study : str, Path or dict
        A study file, or its sections as a dict of dicts; several values of a [grid] or of a list are a list.
    out : str or Path
        Directory of the results.
    options : dict, optional
        Values over those of the study, ``{"training.updates": 50}``.
    quick : bool
        Whether its section [quick] replaces other entries: the study's quick version.
    jobs : int
        Runs at a time; 0: one per processor that may be used.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Study
        As ``open_study(out)``.

    Raises
    ------
    ValueError
        Where an option is not known or a value not allowed, and where the directory holds another study.

    Examples
    --------
    >>> import tempfile, stillpoint as sp
    >>> study = sp.run_study({
    ...     "study": {"name": "small", "seeds": 2}, "grid": {"rule.name": ["bptt", "e_prop"]},
    ...     "network": {"size": 10}, "task": {"name": "flip_flop"}, "training": {"updates": 5, "batch": 4},
    ... }, tempfile.mkdtemp(), progress=False)
    >>> study
    Study small: 2 conditions over rule.name, 4 of 4 runs done; 0 reached criterion, 0 diverged
    >>> study.runs[3]
    Run(condition 1: rule.name = e_prop; seed 2: did not reach criterion of 5)
    >>> study.runs[3].network("start")
    Network(leaky_rate: 10 neurons, 3 inputs, 3 outputs, tanh, tau 50 ms, steps of 5 ms)
    >>> dict(study.curves().loss.sizes)
    {'run': 4, 'update': 5}
    """
    path, entries = ("", _entries(study)) if isinstance(study, Mapping) else (_given.existing(study), [])
    if not str(out):
        raise ValueError("out: empty; expected a directory")
    if quick and isinstance(study, Mapping) and "quick" not in study:
        raise ValueError("quick: True; the study has no section 'quick'")
    over = [(name, _text(name, value)) for name, value in (options or {}).items()]
    folder = Path(out).expanduser()
    with told(), _progress.bar(progress) as see:
        _core.run_study(path, entries, over, bool(quick), str(folder), _given.whole("jobs", jobs), see)
    return open_study(folder)


def _entries(study: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    found = []
    for section, options in study.items():
        if not isinstance(options, Mapping):
            raise TypeError(f"study: {section}: {_given.described(options)}; expected a section, as {{'network': {{'size': 100}}}}")
        found += [(f"{section}.{name}", _text(f"{section}.{name}", value)) for name, value in options.items()]
    if not found:
        raise ValueError("study: empty; expected sections, as {'task': {'name': 'flip_flop'}}")
    return found


def _text(name: str, value: Any) -> str:
    """As it would stand in a study file."""
    if isinstance(value, (str, Path)):
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    if isinstance(value, (list, tuple, np.ndarray)):
        return " ".join(_text(name, each) for each in value)
    raise TypeError(f"study: {name}: {_given.described(value)}; expected a number, a text, True, False, or a list of them")
