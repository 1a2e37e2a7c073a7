"""The second look: whether a text is like those that tell something sensitive, or like those that only sound so.

Words alone do not say that a card for the first sober year is nobody's business. A model of meaning does, held against
texts of both kinds (likeness.toml): a text scores the mean cosine to the nearest three that tell, less that to the
nearest three that are harmless. How much is enough follows from the harmless ones themselves, each held against the
others, so that it fits whichever embedder is in use.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder, Vectors
from assistant.embedding.known import known_vectors

EXAMPLES = Path(__file__).with_name("likeness.toml")
NEAREST = 3
MOST_REMEMBERED = 200_000
# Which share of the harmless examples scores less: than what tells by itself, than what does so beside another like
# it, than what a hint of the words makes telling, than what goes with something that tells, and than what is believed
# although its words sound harmful.
ALONE, TOGETHER, HINTED, BESIDE, SPARED = 0.98, 0.95, 0.78, 0.7, 0.45

Scores = NDArray[np.float64]


class Bounds(NamedTuple):
    """From which score on a text tells, in the order of the shares above."""

    alone: float
    together: float
    hinted: float
    beside: float
    spared: float


class SecondLook:
    """Scores texts; one that is met again is not embedded again."""

    def __init__(self, embedder: Embedder, tells: Vectors, harmless: Vectors) -> None:
        self._embedder = embedder
        self._tells, self._harmless = tells, harmless
        self._known: dict[str, float] = {}
        spared = _nearest(harmless @ tells.T) - _nearest(_without_itself(harmless))
        self.bounds = Bounds(*np.quantile(spared, (ALONE, TOGETHER, HINTED, BESIDE, SPARED)).tolist())

    @classmethod
    def open(cls, embedder: Embedder, folder: Path) -> SecondLook:
        """With the vectors of the examples from a file in the folder; to make them takes three seconds, once."""
        tells, harmless = tomllib.loads(EXAMPLES.read_text(encoding="utf-8")).values()
        vectors = known_vectors([*tells, *harmless], embedder, folder, "likeness")
        return cls(embedder, vectors[: len(tells)], vectors[len(tells) :])

    def __call__(self, texts: Sequence[str]) -> Scores:
        """The scores of texts, of shape (n,)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        fresh = dict(zip(new, self._score(self._embedder.embed(new)).tolist(), strict=True)) if new else {}
        found = np.array([fresh[text] if text in fresh else self._known[text] for text in texts])
        if len(self._known) + len(fresh) > MOST_REMEMBERED:
            self._known.clear()
        self._known |= fresh
        return found

    def alike(self, texts: Sequence[str], said: Collection[int], hinted: Collection[int]) -> set[int]:
        """The places of the texts of one person that tell; what the words say and hint at is known by their places."""
        scores, bounds = self(texts), self.bounds
        sure = {*np.flatnonzero(scores > bounds.alone).tolist()}
        sure |= {place for place in hinted if scores[place] > bounds.hinted}
        # Words that stand among harmless texts alone are a game, a dish or a name.
        if sure or any(scores[place] > bounds.spared for place in said):
            sure |= {*said}
        likely = {*np.flatnonzero(scores > bounds.together).tolist()}
        if not sure and len(likely) < 2:
            return set()
        # Where something tells, what is near to it tells as well.
        return sure | {*hinted, *np.flatnonzero(scores > bounds.beside).tolist()}

    def _score(self, vectors: Vectors) -> Scores:
        return _nearest(vectors @ self._tells.T) - _nearest(vectors @ self._harmless.T)


def _nearest(cosines: Vectors) -> Scores:
    """The mean of the highest of each row."""
    return np.asarray(np.sort(cosines, axis=1)[:, -NEAREST:].mean(axis=1, dtype=np.float64))


def _without_itself(vectors: Vectors) -> Vectors:
    cosines = np.array(vectors @ vectors.T)
    np.fill_diagonal(cosines, -1.0)
    return cosines
