"""Vectors of signals of many people: those of the store where it has them, and each other text embedded once."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from assistant.embedding.embedder import Embedder, Vectors
from store.records import Kind, Signal
from store.store import Store

STORED = (Kind.PIN, Kind.AD)
# So many texts are remembered by their hash, of which 384 dimensions are 100 megabytes.
MOST_REMEMBERED = 65_536


class SignalVectors:
    """Finds the vectors of signals; a text that is met again is not embedded again."""

    def __init__(self, embedder: Embedder, store: Store) -> None:
        self.embedded = 0
        self._embedder, self._store = embedder, store
        self._rows: dict[bytes, int] = {}
        self._kept = np.zeros((0, embedder.dimension), dtype=np.float32)

    def of(self, signals: Sequence[Signal]) -> Vectors:
        """One row for each signal, shape (n, dimension), of length 1."""
        found = np.zeros((len(signals), self._embedder.dimension), dtype=np.float32)
        stored = self._stored(signals)
        open_rows = []
        for row, signal in enumerate(signals):
            vector = stored.get((signal.target_kind, signal.target))
            if vector is None:
                open_rows.append(row)
            else:
                found[row] = vector
        found[open_rows] = self._of_texts([signals[row].text for row in open_rows])
        return found

    def _stored(self, signals: Sequence[Signal]) -> dict[tuple[Kind | None, str], Vectors]:
        found: dict[tuple[Kind | None, str], Vectors] = {}
        for kind in STORED:
            wanted = list(dict.fromkeys(one.target for one in signals if one.target and one.target_kind is kind))
            vectors = self._store.vectors().get(kind, wanted) if wanted else {}
            found |= {(kind, name): vector for name, vector in vectors.items()}
        return found

    def _of_texts(self, texts: Sequence[str]) -> Vectors:
        keys = {text: _hash(text) for text in texts}
        new = [text for text, key in keys.items() if key not in self._rows]
        fresh = dict(zip(new, self._embedder.embed(new), strict=True)) if new else {}
        self.embedded += len(new)
        rows = [fresh[text] if text in fresh else self._kept[self._rows[keys[text]]] for text in texts]
        self._remember({keys[text]: vector for text, vector in fresh.items()})
        return np.stack(rows) if rows else self._kept[:0]

    def _remember(self, fresh: dict[bytes, Vectors]) -> None:
        room = MOST_REMEMBERED - len(self._rows)
        for key, vector in list(fresh.items())[: max(room, 0)]:
            row = len(self._rows)
            if row >= len(self._kept):
                more = np.zeros((max(1_024, len(self._kept)), self._embedder.dimension), dtype=np.float32)
                self._kept = np.concatenate([self._kept, more])
            self._kept[row] = vector
            self._rows[key] = row


def _hash(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
