"""Signals that belong together: one group for each thing that a person seems to be after.

The number of groups is found, not given: signals are joined from the nearest on, until the next two groups would be
further apart than texts on one subject are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.embedding.embedder import Vectors

# Cosine distance, by average linkage, above which two groups are about different things.
APART = 0.58


def group(vectors: Vectors, apart: float = APART) -> list[list[int]]:
    """Group the rows of `vectors`, shape (n, dimension): lists of row numbers, the largest group first."""
    if len(vectors) < 2:
        return [[place] for place in range(len(vectors))]
    from scipy.cluster.hierarchy import fcluster, linkage  # 0.2 s

    labels = fcluster(linkage(vectors, "average", metric="cosine"), apart, "distance")
    groups = [np.flatnonzero(labels == label).tolist() for label in np.unique(labels)]
    return sorted(groups, key=lambda members: (-len(members), members[0]))


def main_groups(groups: Sequence[list[int]], most: int) -> list[list[int]]:
    """The groups that show a need: those of several signals; one alone counts only where little else is there."""
    shared = [members for members in groups if len(members) > 1]
    return (shared if len(shared) > 1 else list(groups))[:most]


def most_typical(vectors: Vectors, members: Sequence[int]) -> int:
    """The member that is nearest to all others of its group: its medoid."""
    inside = vectors[list(members)]
    return members[int(np.argmax((inside @ inside.T).sum(axis=1)))]
