"""An embedder that remembers: the variants of a product are held against each other and the product time and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from assistant.embedding.embedder import Embedder, Role, Vectors

MOST_REMEMBERED = 1_000


class RememberingEmbedder(Embedder):
    """Embeds each text once, as long as it is among the last thousand."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.dimension, self.max_tokens = embedder.dimension, embedder.max_tokens
        self._embedder = embedder
        self._known: OrderedDict[tuple[Role, str], Vectors] = OrderedDict()

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        known = {text: self._known[role, text] for text in texts if (role, text) in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= zip(new, self._embedder.embed(new, role=role), strict=True)
        self._remember({(role, text): known[text] for text in new})
        return np.stack([known[text] for text in texts]) if texts else self._embedder.embed([])

    def knows(self, word: str) -> bool:
        return self._embedder.knows(word)

    def _remember(self, found: dict[tuple[Role, str], Vectors]) -> None:
        self._known |= found
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
