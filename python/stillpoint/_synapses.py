"""Short-term synapses: classes of parameters, checked as they are made."""
from __future__ import annotations

from typing import TypeAlias

from stillpoint._core import TCR, DerivativeFeedback, HighPass, TsodyksMarkram

__all__ = ["OWN", "TCR", "DerivativeFeedback", "HighPass", "Synapse", "TsodyksMarkram", "chosen"]

Synapse: TypeAlias = TCR | TsodyksMarkram | DerivativeFeedback | HighPass | None

#: The network's own: what it was trained with, or was made with.
OWN = "own"


def chosen(synapse: Synapse | str, own: Synapse) -> Synapse:
    if isinstance(synapse, str):
        if synapse != OWN:
            raise ValueError(f"synapse: {synapse!r}; expected 'own', None, TCR(), TsodyksMarkram(), DerivativeFeedback() or HighPass()")
        return own
    if synapse is not None and not isinstance(synapse, (TCR, TsodyksMarkram, DerivativeFeedback, HighPass)):
        raise TypeError(
            f"synapse: {type(synapse).__name__}; expected 'own', None, TCR(), TsodyksMarkram(), DerivativeFeedback() or HighPass()")
    return synapse
