"""How much of what an exact search finds is found: by the dense leg of a search, and by the search as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.matching.search import Query, search
from store.records import Filters, Kind
from store.store import Store

Floats = NDArray[np.float32]

DEPTH = 10


class Exact:
    """Stands in for the vectors of a store: every answer is that of a scan over all that was drawn."""

    def __init__(self, vectors: Floats) -> None:
        self._vectors = vectors

    def query(self, _: Kind, vector: Floats, limit: int, among: Sequence[str] | None = None) -> list[tuple[str, float]]:
        rows = None if among is None else np.array([int(name[1:]) for name in among])
        cosines = (self._vectors if rows is None else self._vectors[rows]) @ vector
        best = np.argpartition(-cosines, min(limit, len(cosines)) - 1)[:limit]
        best = best[np.argsort(-cosines[best])]
        return [(f"A{place if rows is None else rows[place]}", float(cosines[place])) for place in best]

    def get(self, _: Kind, ids: Sequence[str]) -> dict[str, Floats]:
        return {name: self._vectors[int(name[1:])] for name in ids}

    def count(self, _: Kind) -> int:
        return len(self._vectors)


class Watched:
    """Stands in for the vectors of a store and passes on: what it was asked last, it remembers the answer to."""

    def __init__(self, vectors: Any) -> None:
        self._vectors = vectors
        self.answer: list[tuple[str, float]] = []

    def query(self, *arguments: Any, **named: Any) -> list[tuple[str, float]]:
        self.answer = self._vectors.query(*arguments, **named)
        return self.answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vectors, name)


class Instead:
    """A store with other vectors."""

    def __init__(self, store: Store, vectors: Any) -> None:
        self._store, self._vectors = store, vectors

    def vectors(self) -> Any:
        return self._vectors

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def recall(queries: Sequence[Query], filters: Filters, store: Store, exact: Exact) -> dict[str, float]:
    """The means over queries of what share of the first 10 is found."""
    passing = set(store.database.select_ids(Kind.AD, filters, None)) if filters else None
    found = [_recall(query, filters, store, exact, passing) for query in queries]
    dense, whole = np.mean(found, axis=0)
    return {"dense": round(float(dense), 4), "whole": round(float(whole), 4)}


def overlap(found: Sequence[Any], exact: Sequence[Any]) -> float:
    """The share of what is exact that was found."""
    return len({*found} & {*exact}) / len(exact) if exact else 1.0


def _recall(
    query: Query, filters: Filters, store: Store, exact: Exact, passing: set[str] | None
) -> tuple[float, float]:
    dense, whole = [], []
    for vectors in (Watched(store.vectors()), Watched(exact)):
        instead: Any = Instead(store, vectors)
        whole.append([match.record.id for match in search(query, Kind.AD, instead, filters=filters, limit=DEPTH)])
        dense.append([name for name, _ in vectors.answer if passing is None or name in passing][:DEPTH])
    return overlap(*dense), overlap(*whole)
