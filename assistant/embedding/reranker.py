"""What a reranker is: a query and passages in, one score a passage out. It reads both together, so it is slow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A look-up scores fifty passages: in a session those of the last forty stay known.
MOST_REMEMBERED = 2_000


class Reranker(ABC):
    """Says how well passages answer a query. The scores of one query compare with each other, and on no fixed scale."""

    name: str

    @abstractmethod
    def score(self, query: str, passages: Sequence[str]) -> Floats:
        """The higher the better: shape (len(passages),), float64, all of them finite."""


class RememberingReranker(Reranker):
    """Scores each pair once, as long as it is among the last two thousand.

    A page of matches is searched again where gates close many of them, and to explain what is on it.
    """

    def __init__(self, reranker: Reranker) -> None:
        self.name = reranker.name
        self._reranker = reranker
        self._known: OrderedDict[tuple[str, str], float] = OrderedDict()

    def score(self, query: str, passages: Sequence[str]) -> Floats:
        known = {passage: self._known[query, passage] for passage in passages if (query, passage) in self._known}
        new = [passage for passage in dict.fromkeys(passages) if passage not in known]
        if new:
            known |= zip(new, self._reranker.score(query, new).tolist(), strict=True)
        self._known |= {(query, passage): known[passage] for passage in new}
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return np.array([known[passage] for passage in passages], dtype=np.float64)
