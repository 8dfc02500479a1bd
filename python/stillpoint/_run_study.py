"""Studies, started."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._study import Study, open_study
from stillpoint._told import told


@keywords
def run_study(
    study: str | Path | Mapping[str, Mapping[str, Any]], out: str | Path, *, options: Mapping[str, Any] | None = None, quick: bool = False,
    jobs: int = 0, progress: bool = True,
) -> Study:
    """Trains every condition of a study for every seed, as `stillpoint run` does it (docs/running.md).

    Runs that are finished are not done again. Ctrl-C stops it, and what the runs have reached is kept: the same call, or the program,
    goes on there.

    Parameters
    ----------
    study : str, Path or dict
        A study file, or its sections as a dict of dicts; several values of a [grid] or of a list are a list.
    out : str or Path
        Directory of the results. What it has of this study stays, and is what is given back as well: runs of more seeds too.
    options : dict, optional
        Values over those of the study, ``{"training.updates": 50}``.
    quick : bool
        Whether its section [quick] replaces other entries: the study's quick version.
    jobs : int
        Runs at a time; 0: one per processor that may be used.
    progress : bool
        Whether to show a bar.

    Returns
    -------
    Study
        As ``open_study(out)``.

    Raises
    ------
    ValueError
        Where an option is not known or a value not allowed, and where the directory holds another study.

    Examples
    --------
    >>> import tempfile, stillpoint as sp
    >>> study = sp.run_study({
    ...     "study": {"name": "small", "seeds": 2}, "grid": {"rule.name": ["bptt", "e_prop"]},
    ...     "network": {"size": 10}, "task": {"name": "flip_flop"}, "training": {"updates": 5, "batch": 4},
    ... }, tempfile.mkdtemp(), progress=False)
    >>> study
    Study small: 2 conditions over rule.name, 4 of 4 runs done; 0 reached criterion, 0 diverged
    >>> study.runs[3]
    Run(condition 1: rule.name = e_prop; seed 2: did not reach criterion of 5)
    >>> study.runs[3].network("start")
    Network(leaky_rate: 10 neurons, 3 inputs, 3 outputs, tanh, tau 50 ms, steps of 5 ms)
    >>> dict(study.curves().loss.sizes)
    {'run': 4, 'update': 5}
    """
    path, entries = ("", _entries(study)) if isinstance(study, Mapping) else (_given.existing(study, "study", "a study file, or its sections as a dict"), [])
    if not str(out):
        raise ValueError("out: empty; expected a directory")
    if quick and isinstance(study, Mapping) and "quick" not in study:
        raise ValueError("quick: True; the study has no section 'quick'")
    over = [(name, _text(name, value)) for name, value in (options or {}).items()]
    folder = _given.path("out", out)
    try:
        with told(), _progress.bar(progress) as see:
            _core.run_study(path, entries, over, bool(quick), str(folder), _given.whole("jobs", jobs), see)
    except KeyboardInterrupt as stopped:
        if (folder / "study.json").is_file():
            stopped.add_note(f"What the runs have reached is kept in {folder}: the same call goes on there.")
        raise
    return open_study(folder)


def _entries(study: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    found = []
    for section, options in study.items():
        if not isinstance(options, Mapping):
            raise TypeError(f"study: {section}: {_given.described(options)}; expected a section, as {{'network': {{'size': 100}}}}")
        found += [(f"{section}.{name}", _text(f"{section}.{name}", value)) for name, value in options.items()]
    if not found:
        raise ValueError("study: empty; expected sections, as {'task': {'name': 'flip_flop'}}")
    return found


def _text(name: str, value: Any) -> str:
    """As it would stand in a study file."""
    if isinstance(value, (str, Path)):
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    if isinstance(value, (list, tuple, np.ndarray)):
        return " ".join(_text(name, each) for each in value)
    raise TypeError(f"study: {name}: {_given.described(value)}; expected a number, a text, True, False, or a list of them")
