"""Scoring vectors one by one: what is few enough needs no graph, and is then found exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from store.errors import REBUILD_HINT, StoreVersionError
from store.kept import KeptVectors
from store.records import Kind

Floats = NDArray[np.float32]
Scored = list[tuple[str, float]]
"""Ids with their cosines."""

# To import Chroma and to load a graph takes 0.8 s, to read so many vectors 0.2 s; each query then takes 3 ms.
MOST = 20_000


class Scan:
    """The vectors of the kinds of which there are few, read at the first look at them and held until `forget`."""

    def __init__(self, kept: KeptVectors | None) -> None:
        self._kept = kept
        self._held: dict[Kind, tuple[list[str], Floats] | None] = {}

    def covers(self, kind: Kind) -> bool:
        """Whether all vectors of this kind are here."""
        if kind not in self._held:
            self._held[kind] = self._kept.everything(kind, MOST) if self._kept is not None else None
        return self._held[kind] is not None

    def query(self, kind: Kind, vector: Floats, limit: int) -> Scored:
        """The nearest of a kind that it covers, best first; equal ones by id."""
        held = self._held[kind]
        return ordered(nearest(*held, vector, limit), limit) if held else []

    def forget(self) -> None:
        """Read anew at the next look: something was written."""
        self._held.clear()


def ordered(found: Scored, limit: int) -> Scored:
    """The best of these, highest first; equal ones by id."""
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]


def nearest(names: Sequence[str], matrix: Floats, vector: Floats, limit: int) -> Scored:
    """The exact cosines of the nearest rows of a matrix, and of those that are as near as the last of them."""
    if not names or not limit:
        return []
    if matrix.shape[1:] != vector.shape:
        raise StoreVersionError(
            f"The vectors are of another embedder: {matrix.shape[1]} dimensions, not {vector.shape[0]}.",
            hint=REBUILD_HINT,
        )
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(vector)
    # Rounded, since the same vector in another row may differ in its last bits.
    cosines = np.round(matrix @ vector / np.maximum(lengths, np.finfo(np.float32).tiny), 6)
    least = np.partition(cosines, -limit)[-limit] if len(names) > limit else -np.inf
    return [(names[place], float(cosines[place])) for place in np.flatnonzero(cosines >= least).tolist()]
