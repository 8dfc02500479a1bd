"""Runs of a study."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from stillpoint import _core, _given
from stillpoint._network import Network
from stillpoint._result import axes_for, counted, loss_over_updates, result

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd
    import xarray as xr

Value = bool | int | float | str

_CURVE = {"loss": "1", "accuracy": "1", "speed": "1/s"}
_TABLE = (
    "condition", "seed", "outcome", "reached_at", "diverged_at", "updates", "final_loss", "final_accuracy", "seconds_per_update", "unmatched",
)


def value_of(text: str) -> Value:
    """Of an option as a file has it."""
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            pass
    return {"true": True, "false": False}.get(text, text)


def read_array(path: Path, name: str) -> NDArray[np.float64]:
    return np.asarray(_core.read_array(_given.existing(path), name), dtype=np.float64)


@result
class Run:
    """One finished run of a study. What is more than a line is read from its file when it is asked for.

    Attributes
    ----------
    path : Path
        Its file.
    condition : int
        Number of the condition, from 0.
    seed : int
        Of its network, trials and noise.
    outcome : {"reached", "not_reached", "diverged"}
        How it ended.
    reached_at : int or None
        Update at which criterion was reached.
    diverged_at : int or None
        Update whose loss, state or gradient was not finite.
    updates : int
        That it was given.
    final_loss, final_accuracy : float
        On the evaluation trials; NaN where it diverged.
    seconds_per_update : float
        Of the training [s].
    unmatched : bool
        A matched control for which no match was found.
    collapsed : bool
        After freeze-in all trials ended alike.
    options : dict
        Every option that it was trained with.
    varied : dict
        Of them, those that differ between conditions.
    """

    path: Path
    condition: int
    seed: int
    outcome: str
    reached_at: int | None
    diverged_at: int | None
    updates: int
    final_loss: float
    final_accuracy: float
    seconds_per_update: float
    unmatched: bool
    collapsed: bool
    options: Mapping[str, Value]
    varied: Mapping[str, Value] = field(default_factory=dict)

    @property
    def curve(self) -> xr.Dataset:
        """Loss, accuracy and speed V [1/s] by update, each before the change of that update."""
        import xarray as xr

        found = _core.read_curve(_given.existing(self.path))
        variables = {name: ("update", found[name], {"units": units}) for name, units in _CURVE.items()}
        return xr.Dataset(variables, {"update": found["update"].astype(np.int64)}, {"condition": self.condition, "seed": self.seed})

    def to_dataframe(self) -> pd.DataFrame:
        """The curve: one row for each update, as of ``Curve``."""
        return self.curve.to_dataframe().reset_index()

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Loss over updates; broken line: the criterion was met."""
        curve = self.curve
        return loss_over_updates(ax, curve["update"], curve.loss, self.reached_at)

    @property
    def checkpoints(self) -> list[int]:
        """Updates whose networks were kept on the way."""
        updates: list[int] = _core.read_checkpoints(_given.existing(self.path))
        return updates

    def network(self, at: str | int = "end") -> Network:
        """A network of the run, with the synapse that it was trained with.

        Parameters
        ----------
        at : "start", "end" or int
            Before the first change of weights, after the last one, or before that of an update of ``checkpoints``.

        Raises
        ------
        ValueError
            Where no network was kept there.
        """
        if isinstance(at, str):
            group = {"start": "initial/network", "end": "final/network"}[_given.one_of("at", at, ["start", "end"])]
        else:
            update, kept = _given.whole("at", at), self.checkpoints
            if update not in kept:
                listed = ", ".join(map(str, kept)) or "none; training.checkpoints keeps some"
                raise ValueError(f"at: {update}; expected 'start', 'end', or an update whose network was kept: {listed}")
            group = f"checkpoints/{update:08d}/network"
        return Network.load(self.path, group)

    def array(self, name: str) -> NDArray[np.float64]:
        """Any array of the run's file, by its place (docs/file-formats.md): ``"curve/strength"``, ``"alignment/e_prop/cosine"``."""
        return read_array(self.path, name)

    def __repr__(self) -> str:
        varied = ", ".join(f"{name} = {value}" for name, value in self.varied.items())
        ended = f"reached criterion at update {self.reached_at}" if self.reached_at is not None else "did not reach criterion"
        if self.diverged_at is not None:
            ended += f", diverged at update {self.diverged_at}"
        return f"Run(condition {self.condition}{': ' * bool(varied)}{varied}; seed {self.seed}: {ended} of {self.updates})"


class Runs(Sequence[Run]):
    """The finished runs of a study, by condition, then by seed."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = tuple(runs)

    @overload
    def __getitem__(self, at: int) -> Run: ...
    @overload
    def __getitem__(self, at: slice) -> Runs: ...
    def __getitem__(self, at: int | slice) -> Run | Runs:
        if isinstance(at, slice):
            return Runs(self._runs[at])
        return self._runs[_given.place(at, len(self), "those of a condition: [run for run in runs if run.condition == 0]")]

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each run, in their order: what its condition varies, then attributes of ``Run``."""
        import pandas as pd

        table = pd.DataFrame([{**run.varied, **{name: getattr(run, name) for name in _TABLE}} for run in self._runs])
        whole = {name: "Int64" for name in ("reached_at", "diverged_at") if name in table}
        return table.astype(whole)

    def curves(self) -> xr.Dataset:
        """Learning curves of all of them, (run, update); NaN after the end of a run. Conditions, seeds and what varies are
        coordinates of the runs."""
        import xarray as xr

        if not self._runs:
            raise ValueError("curves: no run is finished")
        read = [run.curve for run in self._runs]
        together: xr.Dataset = xr.concat(read, "run", join="outer", combine_attrs="drop_conflicts")
        along: dict[str, Any] = {"condition": [run.condition for run in self._runs], "seed": [run.seed for run in self._runs]}
        for name in self._runs[0].varied:
            along[name] = [run.varied[name] for run in self._runs]
        return together.assign_coords({name: ("run", values) for name, values in along.items()})

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Loss of every run, in the colour of its condition, and the median of each condition."""
        curves = self.curves()
        ax = axes_for(ax)
        named = {run.condition: ", ".join(f"{name} = {value}" for name, value in run.varied.items()) for run in self._runs}
        for condition, label in named.items():
            loss = curves.loss.isel(run=np.flatnonzero(curves.condition == condition))
            colour = f"C{condition % 10}"
            ax.semilogy(curves["update"], loss.values.T, color=colour, alpha=0.2, linewidth=0.7)
            ax.semilogy(curves["update"], loss.median("run").values, color=colour, label=label or f"condition {condition}")
        ax.set(xlabel="update", ylabel="loss")
        ax.legend()
        return ax

    def __repr__(self) -> str:
        return counted(len(self), "finished run")
