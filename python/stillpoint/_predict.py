"""What the networks of a study predict of recordings."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stillpoint import _core, _given, _progress
from stillpoint._core import Recording
from stillpoint._keywords import keywords
from stillpoint._result import axes_for, counted, result
from stillpoint._study import Study, directory_of
from stillpoint._told import told

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd

_PAIR = (
    "a", "b", "difference", "difference_low", "difference_high", "neurons", "trials", "sessions", "auc", "auc_low", "auc_high", "animals_80",
    "animals_90", "holds_in", "settings",
)


@result
class Predictions:
    """Experiments on the networks of a study, as ``predict`` made them.

    Attributes
    ----------
    directory : Path
        predictions.md to read, a figure for each, predictions.json, predictions.csv.
    report : dict
        predictions.json (docs/file-formats.md).
    """

    directory: Path
    report: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """Of what was measured."""
        return [one["name"] for one in self.report["predictions"]]

    @property
    def hypotheses(self) -> list[str]:
        """Whose networks there are."""
        return list(dict.fromkeys(name for one in self.report["predictions"] for name in one["hypotheses"]))

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each prediction, pair of hypotheses and size of a recording.

        Columns
        -------
        prediction, unit : str
            What is measured, and its unit ("" without one).
        a, b : str
            The hypotheses.
        difference, difference_low, difference_high : float
            b less a, of the rates of all neurons, with its 95 % interval [unit]; over the seeds and settings that both have, so that it
            need not be that of ``values()``, which are of all seeds.
        neurons, trials, sessions : int
            Size of a recording: what a session records, and sessions of an animal.
        auc, auc_low, auc_high : float
            Chance that a recording under b has the larger value than one under a, with its 95 % interval.
        animals_80, animals_90 : int
            That it takes to tell them apart with a power of 80 and 90 %; missing where the most that are tried do not.
        holds_in, settings : int
            Settings in which the difference has this sign, of how many.
        """
        import pandas as pd

        rows = []
        for one in self.report["predictions"]:
            for pair in one["pairs"]:
                row = {**pair}
                for name in ("difference", "auc"):
                    row[f"{name}_low"], row[f"{name}_high"] = pair[f"{name}_interval"] or (np.nan, np.nan)
                for power in (80, 90):
                    row[f"animals_{power}"] = (pair[f"sample_{power}"] or {}).get("animals")
                rows.append({"prediction": one["name"], "unit": one["unit"], **{name: row[name] for name in _PAIR}})
        table = pd.DataFrame(rows, columns=["prediction", "unit", *_PAIR])
        return table.astype({"difference": float, "auc": float, "animals_80": "Int64", "animals_90": "Int64"})

    def values(self) -> pd.DataFrame:
        """One row for each prediction and hypothesis, by the rates of all neurons.

        Columns
        -------
        prediction, unit, hypothesis : str
            What is measured, its unit ("" without one), and whose networks.
        value, low, high : float
            Mean over networks, with its 95 % interval over seeds [unit]; NaN where it is undefined, as what is measured in a delay of a
            task without one.
        networks : int
            How many.
        """
        import pandas as pd

        rows = []
        for one in self.report["predictions"]:
            for hypothesis, found in one["hypotheses"].items():
                low, high = found["interval"] or (np.nan, np.nan)
                rows.append({
                    "prediction": one["name"], "unit": one["unit"], "hypothesis": hypothesis, "value": found["value"], "low": low, "high": high,
                    "networks": found["networks"],
                })
        return pd.DataFrame(rows).astype({"value": float})

    def plot(self, ax: matplotlib.axes.Axes | None = None, prediction: str | None = None) -> matplotlib.axes.Axes:
        """Each hypothesis by its value and interval, of one prediction; of the first unless it is named."""
        name = self.names[0] if prediction is None else _given.one_of("prediction", prediction, self.names)
        ax = axes_for(ax)
        table = self.values()
        table = table[table.prediction == name]
        ax.errorbar(
            table.value, range(len(table)), xerr=[table.value - table.low, table.high - table.value], fmt="o", capsize=3)
        ax.set_yticks(range(len(table)), table.hypothesis)
        unit = next(one["unit"] for one in self.report["predictions"] if one["name"] == name)
        ax.set(xlabel=f"{name} [{unit}]" if unit else name)
        return ax

    def __repr__(self) -> str:
        table = self.to_dataframe()
        told_apart = table[table.animals_80.notna()].groupby(["a", "b"]).ngroups
        networks = self.report["networks"] - self.report["not_measured"]
        return (f"{counted(len(self.names), 'prediction')} of {counted(networks, 'network')} under {', '.join(self.hypotheses)}: "
                f"{told_apart} of {counted(table.groupby(['a', 'b']).ngroups, 'pair')} told apart by samples of up to "
                f"{self.report['most_animals']} animals; in {self.directory / 'predictions.md'}")


@keywords
def predict(
    study: Study | str | Path | Sequence[Study | str | Path],
    out: str | Path,
    *,
    size: tuple[int, int] | Sequence[tuple[int, int]] = (),
    only: str | Sequence[str] = (),
    recording: Recording | None = None,
    all: bool = False,
    half_step: int | None = None,
    f_max_hz: float | None = None,
    trials_per_day: float | None = None,
    jobs: int = 0,
    progress: bool = True,
) -> Predictions:
    """What an electrode would see in the networks of a study under each hypothesis, and how many animals it takes to tell the
    hypotheses apart, as `stillpoint predict` has it (docs/predictions.md).

    Parameters
    ----------
    study : Study, str, Path or a sequence of them
        Whose conditions are hypotheses, ``study.arm``. Studies after the first are settings outside of the table.
    out : str or Path
        Directory for tables and figures, and for what is measured of each network: it is not measured again.
    size : (neurons, trials) or a sequence of them
        That a session records. Default: those of 10 x 20, 30 x 40 and 60 x 60 that the networks have the neurons for.
    only : str or sequence of str
        Predictions. Default: all.
    recording : Recording, optional
        What an electrode or a microscope sees of rates. Default: Recording().
    all : bool
        Whether networks count that did not reach criterion.
    half_step : int, optional
        Networks of each condition that are measured at half the time step, too. Default: this and the next two are the program's
        (`stillpoint predict --help`).
    f_max_hz : float, optional
        Firing rate that r = 1 stands for [Hz].
    trials_per_day : float, optional
        That an animal is trained on: days of the part on learning, of runs with checkpoints.
    jobs : int
        Networks at a time; 0: one per processor that may be used.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Predictions

    Raises
    ------
    ValueError
        Where no network reached criterion, or records so many neurons.
    """
    given = list(study) if isinstance(study, Sequence) and not isinstance(study, str) else [study]
    directories = [str(directory_of(one, "study")) for one in given]
    known = _core.prediction_names()
    names = [_given.one_of("only", name, known) for name in ([only] if isinstance(only, str) else only)]
    if not isinstance(recording, (Recording, type(None))):
        raise TypeError(f"recording: {_given.described(recording)}; expected Recording()")
    if not str(out):
        raise ValueError("out: empty; expected a directory")
    folder = _given.path("out", out)
    with told(), _progress.bar(progress) as see:
        text = _core.predict(
            directories, str(folder), _sizes(size), names, recording or Recording(), bool(all), None if half_step is None else _given.whole("half_step", half_step),
            None if f_max_hz is None else _given.number("f_max_hz", f_max_hz),
            None if trials_per_day is None else _given.number("trials_per_day", trials_per_day), _given.whole("jobs", jobs), see)
    return Predictions(folder, json.loads(text))


def _sizes(given: Any) -> list[tuple[int, int]]:
    expected = "(neurons, trials), at least 1 and 6, or several of them"
    try:
        pairs = np.asarray(given)
    except ValueError:
        raise ValueError(f"size: {given!r}; expected {expected}") from None
    if pairs.size == 0:
        return []
    pairs = np.atleast_2d(pairs)
    if pairs.dtype.kind not in "iu":
        raise TypeError(f"size: {_given.described(given)}; expected {expected}")
    if pairs.ndim != 2 or pairs.shape[1] != 2 or (pairs < (1, 6)).any():
        raise ValueError(f"size: {given!r}; expected {expected}")
    return [(int(neurons), int(trials)) for neurons, trials in pairs]
