"""What users hand over, checked: one error that names the parameter, its shape and what was expected."""
from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def described(value: Any) -> str:
    if isinstance(value, type):
        return f"{value.__name__}, a class, not an object of it"
    shape = getattr(value, "shape", None)
    if shape is None:
        return repr(value) if len(repr(value)) < 60 else type(value).__name__
    return f"{type(value).__name__} of shape {tuple(shape)}, {getattr(value, 'dtype', '?')}"


def array(name: str, value: ArrayLike, axes: int | Sequence[int], expected: str, finite: bool = True) -> Floats:
    """The value as float64 with so many axes; no copy where it is that already. Tensors that lie in the memory of the processor
    are arrays.

    Raises
    ------
    TypeError
        Where it is no array of real numbers.
    ValueError
        Where the number of axes is another, or entries are not finite.
    """
    source: Any = value
    if hasattr(source, "detach"):  # a tensor of PyTorch
        source = source.detach().cpu().numpy()
    try:
        found = np.asarray(source)
    except ValueError:  # rows of several lengths
        raise ValueError(f"{name}: rows of several lengths; expected {expected}") from None
    if found.dtype.kind not in "fiub":
        raise TypeError(f"{name}: {described(source)}; expected an array of real numbers, {expected}")
    if found.ndim not in ([axes] if isinstance(axes, int) else axes):
        raise ValueError(f"{name}: shape {found.shape}; expected {expected}")
    found = np.asarray(found, dtype=np.float64)
    if finite and not np.isfinite(found).all():
        first = tuple(map(int, np.argwhere(~np.isfinite(found))[0]))
        raise ValueError(f"{name}: shape {found.shape}, {found[first]} at {list(first)}; every entry must be a finite number")
    return found


def number(name: str, value: Any, expected: str = "a number") -> float:
    if isinstance(value, (str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{name}: {described(value)}; expected {expected}")
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {described(value)}; expected {expected}") from None
    if not np.isfinite(found):
        raise ValueError(f"{name}: {found}; expected {expected}")
    return found


def whole(name: str, value: Any, least: int = 0) -> int:
    expected = f"a whole number, {least} or more"
    try:
        found = int(value.__index__())
    except (AttributeError, TypeError):
        raise TypeError(f"{name}: {described(value)}; expected {expected}") from None
    if not least <= found < 2**53:
        raise ValueError(f"{name}: {found}; expected {expected}")
    return found


def one_of(name: str, value: Any, known: Sequence[str]) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name}: {described(value)}; expected one of {', '.join(known)}")
    if value not in known:
        raise ValueError(f"{name}: {value!r}; expected one of {', '.join(known)}")
    return value


def truth(name: str, value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}: {described(value)}; expected True or False")
    return bool(value)


def place(at: Any, count: int, instead: str) -> int:
    """From 0, of an index that may be counted from the end; `instead`: how to take what it is no index of."""
    try:
        found: int = range(count)[at]
    except TypeError:
        raise TypeError(f"index: {described(at)}; expected a whole number or a slice; {instead}") from None
    except IndexError:
        raise IndexError(f"index: {at}; there are {count}, from 0" if count else f"index: {at}; there are none") from None
    return found


def path(name: str, value: Any, expected: str = "a path, a str or Path") -> Path:
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name}: {described(value)}; expected {expected}")
    return Path(value).expanduser()


def existing(value: str | Path, name: str = "path", expected: str = "a path, a str or Path") -> str:
    found = path(name, value, expected)
    if found.is_dir():
        of_study = "; open_study opens the study in it" if (found / "study.json").is_file() else ""
        raise IsADirectoryError(f"{found}: a directory; expected a file{of_study}")
    if not found.is_file():
        raise FileNotFoundError(f"{found}: no such file")
    return str(found)
