"""What the libraries say in words of the program, in those of Python."""
from __future__ import annotations

import re

#: Of options, in what they say of parameters; those of studies are called so in Python as well.
_OPTIONS = [
    (r"network\.feedback = none", "W_fb = None"),
    (r"network\.feedback = uniform", "a network with W_fb"),
    (r"network\.initial_state = trained", "train_r0=True"),
    (r"network\.rate_hz when it was trained", "rate_hz"),
    (r"synapse\.kind = tcr", "synapse=TCR()"),
    (r"synapse\.form = dense and synapse\.current = own", "form='dense' and current='own'"),
    (r"synapse\.kind", "synapse"),
    (r"rule\.form = online", "form='online'"),
    (r"tcr\.form", "consistency: form"),
    (r"tcr\.lambda", "lambda_ of TemporalConsistency"),
    (r"synapse\.beta\b", "beta of TCR"),
    (r"training\.batch", "trials of a batch"),
    (r"training\.parameters", "optimizer: parameters"),
    (r"noise\.weights", "weight_noise"),
    (r"freeze_in\.(\w+)", r"freeze_in_\1"),
    (r"schedule\.from\b", "schedule: from_"),
    (r"\b(schedule|optimizer)\.(\w+)", r"\1: \2"),
    (r"\b(?:training|integration|noise|synapse)\.(\w+)", r"\1"),
    (r", separated by spaces", ""),
    (r"^as = (\w+): the network file does not say with which step \(dt_ms\)", r"as_ = \1: the network has no step; give it one, net.replace(dt_ms=..)"),
    (r"^as = ", "as_ = "),
    (r"^exponents = 0: must", "exponents = 0, all: must"),
]
#: Of the command line.
_WORDS = [(r"--size (\d+)xTRIALS", r"size=(\1, trials)"), (r"--all takes", "all=True takes"), (r"`stillpoint summary`", "summary()"),
          (r"(?<![\w/.-])--(\w+)-(\w+)", r"\1_\2"), (r"(?<![\w/.-])--(\w+)", r"\1")]


def in_python(said: str | None, of_study: bool = False) -> str:
    text = said or ""
    for pattern, word in _WORDS if of_study else _OPTIONS + _WORDS:
        text = re.sub(pattern, word, text)
    return text
