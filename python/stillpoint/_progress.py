"""Bars of progress."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: what is counted, how many are done, of how many, and the share of all work
See = Callable[[str, int, int, float], None]

_FORMAT = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"


@contextmanager
def bar(shown: bool) -> Iterator[See]:
    """A function that moves a bar, or does nothing."""
    if not shown:
        yield lambda what, done, of, share: None
        return
    from tqdm import tqdm

    now: Any = None
    counted = ""

    def see(what: str, done: int, of: int, share: float) -> None:
        nonlocal now, counted
        if now is None or what != counted or share < now.n:  # another piece of work
            if now is not None:
                now.close()
            now, counted = tqdm(total=1.0, bar_format=_FORMAT), what
        now.set_description_str(f"{done}/{of} {what}", refresh=done == of)
        now.update(share - now.n)

    try:
        yield see
    finally:
        if now is not None:
            now.close()
