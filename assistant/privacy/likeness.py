"""The second look: whether a text is like those that tell something sensitive, or like those that only sound so.

Words alone do not say that a card for the first sober year is nobody's business. A model of meaning does, held against
texts of both kinds (examples/*.toml; see `learning`): a text scores near 1 where it lies among those that tell, near -1
among the harmless. How much is enough follows from the harmless ones themselves, each scored by a fit that leaves it
out, so that it suits whichever embedder is in use.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder, Vectors
from assistant.embedding.known import Progress, known_array, known_vectors, place_of
from assistant.privacy.learning import (
    OF_WORDS,
    PLACES,
    SETTINGS,
    UNLIKE,
    examples,
    fit_of,
    kernel_of,
    word_places,
    word_weights,
)

MOST_REMEMBERED = 200_000
# So many texts are held against the examples at a time, which takes some tens of megabytes.
BLOCK = 1_000
# Which share of the harmless examples scores less: than what tells by itself, than what does so beside another like
# it, than what a hint of the words makes telling, than what goes with something that tells, and than what is believed
# although its words sound harmful.
ALONE, TOGETHER, HINTED, BESIDE, SPARED = 0.987, 0.98, 0.85, 0.75, 0.9
# A long history has some that score high by chance; more than so many times as many are none.
OFTEN = 2.0
# How often one that tells has to score above one that is harmless for the embedder to be believed against words: the
# default one does 97 times in 100.
ABLE = 0.95

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

    def __init__(self, embedder: Embedder, vectors: Vectors, fit: Vectors, words: Vectors, telling: int) -> None:
        """With the examples' vectors, of each its weight and the score that it has where it is left out, and the
        weights of words, shape (1, PLACES). The first `telling` of the examples tell.
        """
        self._embedder = embedder
        self._vectors, self._weights, self._words = vectors, fit[:, 0], words[0]
        self._known: dict[str, float] = {}
        self.bounds = _bounds(fit[:telling, 1], fit[telling:, 1])

    @classmethod
    def open(cls, embedder: Embedder, folder: Path, on_progress: Progress = lambda *_: None) -> SecondLook:
        """With what the examples come to from files in the folder.

        To make them takes half a minute, once, with progress.
        """
        tells, harmless = examples()
        texts = [*tells, *harmless]
        vectors = known_vectors(texts, embedder, folder, "examples", on_progress=on_progress)
        place = place_of(texts, embedder, folder, f"fit-{SETTINGS}")
        fit = known_array(place, (len(texts), 2), lambda: fit_of(vectors, texts, len(tells)))
        place = place_of(texts, embedder, folder, f"words-{SETTINGS}")
        words = known_array(place, (1, PLACES), lambda: word_weights(texts, fit[:, 0]))
        return cls(embedder, vectors, fit, words, len(tells))

    def __call__(self, texts: Sequence[str]) -> Scores:
        """The scores of texts, of shape (n,)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        fresh = dict(zip(new, self._score(new).tolist(), strict=True)) if new else {}
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
        if not (
            _more_than_chance(sure, ALONE, texts) or (len(likely) > 1 and _more_than_chance(likely, TOGETHER, texts))
        ):
            return sure
        # Where something tells, what is near to it tells as well.
        return sure | {*hinted, *np.flatnonzero(scores > bounds.beside).tolist()}

    def _score(self, texts: Sequence[str]) -> Scores:
        vectors = self._embedder.embed(texts)
        scores = UNLIKE + np.array([self._score_of_words(text) for text in texts])
        for start in range(0, len(texts), BLOCK):
            block = slice(start, start + BLOCK)
            scores[block] += kernel_of(vectors[block], self._vectors) @ self._weights
        return scores

    def _score_of_words(self, text: str) -> float:
        places, norm = word_places(text)
        return OF_WORDS * float(self._words[places].sum()) / norm


def _more_than_chance(found: Collection[int], share: float, texts: Sequence[str]) -> bool:
    """Whether more is found than a history of so many harmless texts would have, of which `share` scores less."""
    return len(found) > OFTEN * (1 - share) * len(texts)


def _bounds(tells: Vectors, harmless: Vectors) -> Bounds:
    """From the scores of the examples, each left out of its fit. An embedder that is not able spares nothing."""
    bounds = Bounds(*np.quantile(harmless, (ALONE, TOGETHER, HINTED, BESIDE, SPARED)).tolist())
    above = np.searchsorted(np.sort(harmless), tells).mean() / len(harmless)
    return bounds if above >= ABLE else bounds._replace(spared=-np.inf)
