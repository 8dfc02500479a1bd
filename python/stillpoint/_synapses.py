"""Short-term synapses: classes of parameters, checked as they are made."""
from __future__ import annotations

from typing import Any, TypeAlias

from stillpoint import _given
from stillpoint._core import TCR, DerivativeFeedback, HighPass, TsodyksMarkram

__all__ = ["OWN", "TCR", "DerivativeFeedback", "HighPass", "Synapse", "TsodyksMarkram", "checked_synapse", "chosen"]

Synapse: TypeAlias = TCR | TsodyksMarkram | DerivativeFeedback | HighPass | None

#: The network's own: what it was trained with, or was made with.
OWN = "own"


def chosen(synapse: Synapse | str, own: Synapse) -> Synapse:
    return own if isinstance(synapse, str) and synapse == OWN else checked_synapse(synapse, f"{OWN!r}, ")


def checked_synapse(synapse: Any, beside: str = "") -> Synapse:
    """`beside`: what else is allowed."""
    if synapse is None or isinstance(synapse, (TCR, TsodyksMarkram, DerivativeFeedback, HighPass)):
        return synapse
    kind = ValueError if isinstance(synapse, str) else TypeError
    raise kind(f"synapse: {_given.described(synapse)}; expected {beside}None, TCR(), TsodyksMarkram(), DerivativeFeedback() or HighPass()")
