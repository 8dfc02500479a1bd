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
        yield lambda what, done, runs, share: None
        return
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def see(what: str, done: int, runs: int, share: float) -> None:
        if what not in bars:  # what went before is over
            for each in bars.values():
                each.close()
            bars[what] = tqdm(total=1.0, bar_format=_FORMAT)
        one = bars[what]
        one.set_description_str(f"{done}/{runs} {what}", refresh=False)
        one.update(max(0.0, share - one.n))
        if done == runs:
            one.refresh()

    try:
        yield see
    finally:
        for each in bars.values():
            each.close()
