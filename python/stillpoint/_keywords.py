"""Names that nothing has: told in one line, with what was probably meant."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from stillpoint import _given

F = TypeVar("F", bound=Callable[..., Any])

#: What others call it.
_ELSEWHERE = {
    "lr": "optimizer", "learning_rate": "optimizer", "epochs": "updates", "iterations": "updates", "batch_size": "batch", "n_trials": "trials",
    "n": "count", "N": "size", "weights": "W", "duration": "duration_ms", "load": "Network.load",
    "load_study": "open_study",
}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """"; did you mean dt_ms?" for dt, "" where nothing is near."""
    import difflib

    folded = {each.lower().replace("_", ""): each for each in known}
    word = name.lower().replace("_", "")
    if (here := _ELSEWHERE.get(name, "")).split(".")[0] in folded.values():
        near = [here]
    elif word in folded:
        near = [folded[word]]
    else:
        longer = [each for short, each in folded.items() if short.startswith(word) or word.startswith(short) and len(short) > 2]
        near = longer if len(longer) == 1 else [folded[each] for each in difflib.get_close_matches(word, folded, 1)]
    return f"; did you mean {near[0]}?" if near else ""


def unknown(of: str, name: str, known: Iterable[str]) -> str:
    names = list(known)
    return f"{of}: {name}: no such argument" + (did_you_mean(name, names) or f"; expected {', '.join(names) or 'none'}")


def too_many(of: str, count: int, known: Iterable[str]) -> str:
    return f"{of}: {_given.counted(count, 'argument')}; expected {', '.join(known) or 'none'}"


def given_twice(of: str, name: str) -> str:
    return f"{of}: {name}: given twice, by its place and by its name"


def of_another_type(of: str, name: str, value: Any, expected: str) -> str:
    return f"{of}: {name}: {_given.described(value)}; expected {expected}"


def keywords(function: F) -> F:
    """A function that says which keyword was meant where it has no such one, and whose errors speak of Python."""
    code = function.__code__
    known = tuple(name for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if name not in ("self", "cls"))
    allowed = frozenset(known)
    of = function.__qualname__.removesuffix(".__init__").replace("_draw", "draw")

    of_study = function.__module__.endswith(("_study", "_predict", "_restructuring"))

    @wraps(function)
    def called(*args: Any, **given: Any) -> Any:
        if not allowed.issuperset(given):
            raise TypeError(unknown(of, next(name for name in given if name not in allowed), known))
        try:
            return function(*args, **given)
        except ValueError as error:
            from stillpoint._words import in_python

            if type(error) is not ValueError or (said := in_python(str(error), of_study)) == str(error):
                raise
        raise ValueError(said)

    return called  # type: ignore[return-value]
