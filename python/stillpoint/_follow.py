"""Fixed points through learning."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stillpoint import _core, _given, _progress
from stillpoint._keywords import keywords
from stillpoint._network import Network
from stillpoint._result import axes_for, counted, held_input, principal_plane, result, taken_as, without
from stillpoint._synapses import Synapse

if TYPE_CHECKING:
    import matplotlib.axes
    import pandas as pd


@result
class Followed:
    """Fixed points followed through learning, as ``follow`` found them.

    Attributes
    ----------
    points : list of dict
        Of each network: states (points, D), index, stable, leading (eigenvalue, in the units of ``FixedPoints.eigenvalues``),
        searched (False:
        continuation alone found it), track (-1: met, but not followed).
    changes : list of dict
        type, effect, interval (number of the network before), s (0 to 1 of the way from it to the next), update, tracks,
        index_before, index_after,
        eigenvalue, state (D,).
    matched : list of (interval, track before, track after, why)
        Pairs by distance, where continuation was lost on both sides.
    tracks : int
        How many there are.
    birth_cost : float
        Distance beyond which points are not matched, in units of the state.
    successions, alike, mistaken : int
        From one stable point to the next, by continuation; those that matching by distance alone finds as well; its pairs that are none.
    updates : (networks,)
        When they were.
    left_aside : list of synapse or None
        Of each network its own synapse, without which it was looked at.
    as_ : {"flow", "map"}
        As what the networks were looked at.
    """

    as_: str
    points: list[dict[str, NDArray[Any]]]
    changes: list[dict[str, Any]]
    matched: list[tuple[int, int, int, str]]
    tracks: int
    birth_cost: float
    successions: int
    alike: int
    mistaken: int
    updates: NDArray[np.float64]
    left_aside: list[Synapse]

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each change.

        Columns
        -------
        update : float
            When it happens, in the unit of ``updates``.
        type, effect : str
            What it is, as "fold", and what it does, as "birth" (docs/analyses.md).
        interval, s : int, float
            Number of the network before, and how far it is from there to the next, 0 to 1.
        tracks : list of int
            Of the points that take part.
        index_before, index_after : int
            Unstable directions.
        eigenvalue : complex
            That which crosses, in the units of ``FixedPoints.eigenvalues``.
        """
        import pandas as pd

        names = ("update", "type", "effect", "interval", "s", "tracks", "index_before", "index_after", "eigenvalue")
        return pd.DataFrame([{name: change[name] for name in names} for change in self.changes], columns=list(names))

    def plot(self, ax: matplotlib.axes.Axes | None = None) -> matplotlib.axes.Axes:
        """Points along the direction in which they differ most, over updates: one colour for each track, open where unstable; dotted
        lines where something happens."""
        ax = axes_for(ax)
        states = np.concatenate([at["states"] for at in self.points])
        if len(states):
            height = principal_plane(states)[0][:, 0]
            ends = np.cumsum([len(at["states"]) for at in self.points])
            for update, at, here in zip(self.updates, self.points, np.split(height, ends[:-1])):
                for track, stable, y in zip(at["track"], at["stable"], here):
                    colour = "0.7" if track < 0 else f"C{track % 10}"
                    ax.plot(update, y, "o", color=colour, fillstyle="full" if stable else "none")
        for change in self.changes:
            ax.axvline(change["update"], ls=":", color="0.6", zorder=0)
        ax.set(xlabel="update", ylabel="state, first principal component")
        return ax

    def __repr__(self) -> str:
        kinds: dict[str, int] = {}
        for change in self.changes:
            kinds[change["type"]] = kinds.get(change["type"], 0) + 1
        text = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "no change"
        synapse = without(next((one for one in self.left_aside if one is not None), None))
        return f"{counted(self.tracks, 'track')} of fixed points through {len(self.points)} networks{synapse}: {text}"


@keywords
def follow(
    networks: Sequence[Network],
    input: ArrayLike | None = None,
    *,
    updates: ArrayLike | None = None,
    as_: str | None = None,
    starts: int = 16,
    stable_only: bool = True,
    birth_cost: float | None = None,
    every_spectrum: bool = False,
    seed: int = 1,
    progress: bool = True,
) -> Followed:
    """Which fixed point of one network on the way of learning is which of the next, and what happens to them in between: births,
    deaths, folds and other changes (docs/analyses.md). Short-term synapses, the networks' own as well, are left aside.

    Parameters
    ----------
    networks : sequence of Network
        Two or more of one kind and shape, in the order of training.
    input : (inputs,) array, optional
        Held. Default: 0.
    updates : (networks,) array, optional
        When they were; default: 0, 1, 2 ..
    as_ : {"flow", "map"}, optional
        Default: as the first was trained.
    starts : int
        Of the search at each network.
    stable_only : bool
        Follow stable points, and meet others where a branch leads to them.
    birth_cost : float, optional
        Of a point that stays alone when points are matched by distance. Default: a quarter of the spread of all points.
    every_spectrum : bool
        Eigenvalues at every step: finds pairs that cross and come back, for a longer time.
    seed : int
    progress : bool
        A bar (tqdm), where it lasts longer than half a second.

    Returns
    -------
    Followed

    Examples
    --------
    A neuron that begins to excite itself comes to hold two memories:

    >>> import stillpoint as sp
    >>> sp.follow([sp.Network([[w]]) for w in (0.5, 1.5)])
    3 tracks of fixed points through 2 networks: 1 branch point
    """
    if isinstance(networks, Network) or not isinstance(networks, Iterable):
        raise TypeError(f"networks: {_given.described(networks)}; expected a sequence of 2 or more")
    given = list(networks)
    for i, net in enumerate(given):
        if not isinstance(net, Network):
            raise TypeError(f"networks: {type(net).__name__} at {i}; expected Network")
    if len(given) < 2:
        raise ValueError(f"networks: {len(given)}; expected 2 or more")
    at = np.arange(len(given), dtype=float) if updates is None else _given.array("updates", updates, 1, "(networks,)")
    if len(at) != len(given) or not (np.diff(at) > 0).all():
        raise ValueError(f"updates: shape {at.shape}; expected {len(given)} rising numbers, one for each network")
    with _progress.bar(progress, brief=True) as see:
        found = _core.follow(
            [net._core for net in given], held_input(given[0], input), taken_as(as_), _given.whole("starts", starts, 1), bool(stable_only),
            None if birth_cost is None else _given.number("birth_cost", birth_cost, "a number > 0"), bool(every_spectrum),
            _given.whole("seed", seed), see)
    for change in found["changes"]:
        k = change["interval"]
        change["update"] = float(at[k] + change["s"] * (at[k + 1] - at[k]))
    return Followed(as_=found.pop("as"), updates=at, left_aside=[net.synapse for net in given], **found)
