"""Two measures of how well options fit evidence that need no writer: by meaning, and by telling words that they share.

Both are natural logarithms, so that they may be added: how much more this option fits than chance would have it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder, Vectors
from assistant.intent.choosing.ground import words

Scores = NDArray[np.float64]
# Sentence embedders are trained to tell pairs apart by a softmax over cosines times this.
SCALE = 20.0
# Shared words are largely seen by the meaning already; what is left to them are names, makes and models.
OF_WORDS = 0.1


def meaning(evidence: Sequence[str], options: Sequence[str], embedder: Embedder, ground: Vectors) -> Scores:
    """How much nearer each option is to the evidence than to all that people buy: shape (options,), a mean of logs.

    Each piece of evidence counts by itself, so that an option has to fit them all, and once more all of it together.
    """
    together = ". ".join(evidence)
    views = embedder.embed([*evidence, together] if len(evidence) > 1 else list(evidence))
    vectors = embedder.embed(options)
    near = SCALE * (vectors @ views.T).astype(np.float64)
    return np.asarray(near.mean(axis=1) - _log_sum(SCALE * (vectors @ ground.T).astype(np.float64)))


def wording(evidence: Sequence[str], options: Sequence[str]) -> Scores:
    """What the words say that an option shares with the evidence, rare ones more than common ones: shape (options,)."""
    known = words()
    seen = frozenset[str]().union(*(known.of(text) for text in evidence))
    return np.array([OF_WORDS * known.shared(seen, known.of(option)) for option in options])


def _log_sum(rows: Scores) -> Scores:
    """The logarithm of the sum of exponentials by row."""
    highest = rows.max(axis=1)
    return np.asarray(highest + np.log(np.exp(rows - highest[:, None]).sum(axis=1)))
