"""What the libraries have to say beside a result: as warnings."""
from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from stillpoint import _core


@contextmanager
def told() -> Iterator[None]:
    """Warns of what was told meanwhile, at the line that called the caller, a function with @keywords."""
    try:
        yield
    finally:
        for line in _core.take_messages():
            warnings.warn(line.removeprefix("warning: "), RuntimeWarning, stacklevel=5)
