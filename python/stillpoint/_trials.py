"""Trials as arrays: those of users, checked, and those that a task draws."""
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stillpoint import _core, _given

if TYPE_CHECKING:
    import xarray as xr

#: inputs, targets, mask, condition, length, as the compiled part takes them
Checked = tuple[_given.Floats, _given.Floats, _given.Floats, list[int], list[int]]

_ARRAYS = ("inputs", "targets", "mask", "condition", "length")


def checked_trials(inputs: Any, targets: Any, mask: Any = None, condition: Any = None, length: Any = None) -> Checked:
    """Arrays of one shape; whether they can be graded says the compiled part."""
    shown = _given.array("inputs", inputs, 3, "(trial, time, input)")
    trials, steps = shown.shape[:2]
    if trials == 0 or steps == 0:
        raise ValueError(f"inputs: shape {shown.shape}; expected (trial, time, input), a trial and a step at least")
    wanted = _given.array("targets", targets, 3, "(trial, time, channel)")
    if wanted.shape[:2] != (trials, steps) or wanted.shape[2] == 0:
        raise ValueError(f"targets: shape {wanted.shape}; expected ({trials}, {steps}, channel), as inputs of shape {shown.shape}")
    lengths = _whole_numbers("length", length, trials, steps, 1, steps)
    if mask is None:
        graded = np.broadcast_to((np.arange(steps) < np.asarray(lengths)[:, None])[..., None], wanted.shape).astype(float)
    else:
        graded = _given.array("mask", mask, (2, 3), "(trial, time, channel), or (trial, time) for every channel")
        graded = graded[..., None] if graded.ndim == 2 else graded
        if graded.shape not in (wanted.shape, (trials, steps, 1)):
            raise ValueError(f"mask: shape {graded.shape}; expected {wanted.shape}, that of targets, or ({trials}, {steps})")
        graded = np.broadcast_to(graded, wanted.shape)
    return shown, wanted, graded, _whole_numbers("condition", condition, trials, 0, 0, 10**9), lengths


def _whole_numbers(name: str, value: Any, trials: int, fallback: int, least: int, most: int) -> list[int]:
    if value is None:
        return [fallback] * trials
    found = _given.array(name, value, 1, f"({trials},)")
    if found.shape != (trials,) or (found != np.round(found)).any() or not ((found >= least) & (found <= most)).all():
        raise ValueError(f"{name}: {_given.described(value)}; expected {trials} whole numbers from {least} to {most}, one for each trial")
    return [int(one) for one in found]


def made_by(made: Any) -> Checked:
    """What a function of the user gave back: a tuple in order, or a mapping (of xarray too) by name."""
    if isinstance(made, Mapping):
        unknown = set(made) - set(_ARRAYS)
        if unknown or not {"inputs", "targets"} <= set(made):
            raise ValueError(f"function: gave back {', '.join(map(str, made))}; expected inputs, targets, and mask, condition, length or not")
        return checked_trials(**{str(name): np.asarray(values) for name, values in made.items()})
    if not isinstance(made, tuple) or not 2 <= len(made) <= 5:
        raise TypeError(f"function: gave back {_given.described(made)}; expected (inputs, targets, mask), or a mapping by these names")
    return checked_trials(*made)


def dataset(task: Any, count: int, dt_ms: float, seed: int, update: int, name: str) -> xr.Dataset:
    import xarray as xr

    drawn = _core.draw_trials(task, dt_ms, seed, update, count)
    about = {
        "inputs": ("input", "1", "input, held within the step that ends at this time"), "targets": ("channel", "1", "what the output at this time should be"),
        "mask": ("channel", "1", "1 where that is graded"),
    }
    variables: dict[str, Any] = {
        key: (("trial", "time", last), drawn[key].transpose(1, 0, 2), {"units": units, "long_name": meaning})
        for key, (last, units, meaning) in about.items()
    }
    variables["condition"] = ("trial", drawn["condition"], {"long_name": "type of trial"})
    variables["length_ms"] = ("trial", drawn["length"] * dt_ms, {"units": "ms", "long_name": "length of the trial; zeros follow"})
    time = np.arange(1, drawn["inputs"].shape[0] + 1) * dt_ms  # as simulate labels what it records
    attrs = {"task": name, "dt_ms": dt_ms, "seed": seed, "update": update, "tolerance": drawn["tolerance"]}
    return xr.Dataset(variables, {"time": ("time", time, {"units": "ms", "long_name": "end of the step"})}, attrs)
