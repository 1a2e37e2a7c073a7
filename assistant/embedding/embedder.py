"""What an embedder is: texts in, unit vectors out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Role = Literal["query", "passage"]


class Embedder(ABC):
    """Turns texts into vectors that are compared by cosine.

    `fingerprint` changes whenever the vectors would: a store keeps it and refuses vectors of another.
    `max_tokens` is how much of a text is read; the rest is left out.
    """

    name: str
    fingerprint: str
    dimension: int
    max_tokens: int

    @abstractmethod
    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        """Embed texts: shape (len(texts), dimension), float32, each row of length 1."""

    def knows(self, word: str) -> bool:  # noqa: ARG002 - who has no list of words knows none
        """Whether the model has this word whole among what it reads, so that it is hardly a slip of the finger."""
        return False
