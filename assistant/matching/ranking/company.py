"""Features of the vectors: what is near to the head of the list is more likely of the kind that is looked for.

Each function takes vectors of shape (n, dimension), in the order of the plain sum of both legs, best first, and gives
values from 0 to 1, of shape (n,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.matching.ranking.candidates import Floats, scaled

Vectors = NDArray[np.float32]
# How many neighbours speak for a candidate, and among how many of the best they are looked for.
NEIGHBOURS, AMONG = 10, 100
HEAD = 20


def company(vectors: Vectors, sums: Floats) -> Floats:
    """The mean sum of the candidates nearest to this one, the nearer the weightier."""
    among = min(AMONG, len(vectors))
    nearness = (vectors @ vectors[:among].T).astype(np.float64)
    nearness[np.arange(among), np.arange(among)] = -1.0
    nearest = np.argsort(-nearness, axis=1, kind="stable")[:, :NEIGHBOURS]
    weights = np.take_along_axis(nearness, nearest, axis=1).clip(0) ** 2
    return np.asarray((weights * sums[nearest]).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9))


def centrality(vectors: Vectors) -> Floats:
    """How near a candidate is to the best ones, on the average."""
    return scaled((vectors @ vectors[:HEAD].T).sum(axis=1, dtype=np.float64))


def feedback(vectors: Vectors, sums: Floats) -> Floats:
    """How near a candidate is to the middle of the best ones, in which the better counts more."""
    middle = ((sums[:HEAD] ** 2)[:, None] * vectors[:HEAD]).sum(axis=0)
    return scaled((vectors @ middle) / max(float(np.linalg.norm(middle)), 1e-9))
