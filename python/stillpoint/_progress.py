"""Bars of progress."""
from __future__ import annotations

import time
from typing import Any

from stillpoint import _given

_FORMAT = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"


class bar:
    """Moves a bar when it is called, or does nothing. A brief one comes after half a second, and goes with the call."""

    def __init__(self, shown: bool, brief: bool = False) -> None:
        self._from = time.monotonic() + 0.5 * brief if _given.truth("progress", shown) else float("inf")
        self._stays = not brief
        self._now: Any = None
        self._counted = ""

    def __enter__(self) -> bar:
        return self

    def __call__(self, what: str, done: int, of: int, share: float) -> None:
        """what is counted, how many are done, of how many, and the share of all work"""
        if time.monotonic() < self._from:
            return
        if self._now is None or what != self._counted or share < self._now.n:  # another piece of work
            from tqdm import tqdm  # of tqdm.auto Jupyter asks for ipywidgets

            self.__exit__()
            self._now, self._counted = tqdm(total=1.0, bar_format=_FORMAT, leave=self._stays), what
        self._now.set_description_str(f"{done}/{of} {what}", refresh=done == of)
        self._now.update(share - self._now.n)

    def __exit__(self, *_: object) -> None:
        if self._now is not None:
            self._now.close()
