"""Names that nothing has: told in one line, with what was probably meant."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from stillpoint import _given

F = TypeVar("F", bound=Callable[..., Any])

#: What others call it; of several the first that there is.
_ELSEWHERE = {
    "lr": "optimizer", "learning_rate": "optimizer", "epochs": "updates", "iterations": "updates", "batch_size": "batch",
    "n_trials": "trials", "n": "count samples starts trials exponents", "N": "size", "weights": "W", "Wrec": "W", "W_rec": "W",
    "duration": "duration_ms", "load": "Network.load", "load_study": "open_study",
}


def _folded(name: str) -> str:
    return name.lower().replace("_", "")


def misspelt(name: str, known: Iterable[str]) -> str | None:
    """What it is a slip of the keys from: letters of one another's place, or one that is missing or too many. None where it is a name
    of its own, as ``rewrite`` and ``stop`` beside ``write`` and ``step``."""
    import difflib

    word = _folded(name)
    for each in known:
        other = _folded(each)
        swapped = word[:1] == other[:1] and sorted(word) == sorted(other)
        if swapped or difflib.SequenceMatcher(None, word, other).ratio() > 0.85:
            return each
    return None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """"; did you mean dt_ms?" for dt, "" where nothing is near; of a name with a dot what follows it counts."""
    import difflib

    folded = {_folded(each.rpartition(".")[2]): each for each in known}
    word = _folded(name)
    here = [each for each in _ELSEWHERE.get(name, "").split() if each.split(".")[0] in folded.values()]
    if here:
        near = here[:1]
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
