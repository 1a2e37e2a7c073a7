"""What the second look learns from: examples of both kinds, and a fit that is near 1 at those that tell, -1 elsewhere.

Regularised least squares over a kernel. Two texts are alike by a Gaussian kernel of their cosine, and by the words and
pairs of words that they share, as a small embedder knows few names of medicines, rites and forms.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np

from assistant.embedding.embedder import Vectors
from assistant.vocabulary.words import tokenize
from store.words import STOP_WORDS

EXAMPLES = Path(__file__).with_name("examples")
# How fast likeness falls with the distance, and how little one example may bend the fit.
SHARPNESS, SMOOTHNESS = 3.0, 0.1
# What shared words count beside the meaning, and how many numbers their weights take: two may share one by chance.
OF_WORDS, PLACES = 0.4, 1 << 16
# The score of what is like nothing known: harmless, as most is.
UNLIKE = -1.0
# What was learnt with other settings is learnt anew.
SETTINGS = f"{SHARPNESS}-{SMOOTHNESS}-{OF_WORDS}-{UNLIKE}"


class Examples(NamedTuple):
    """Texts as people write them: of what is nobody's business, and of what only sounds so or is everybody's."""

    tells: tuple[str, ...]
    harmless: tuple[str, ...]


@cache
def examples() -> Examples:
    """All examples, each once."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob("*.toml"))]
    return Examples(*(tuple(text for table in tables for text in table.get(name, ())) for name in Examples._fields))


def kernel_of(left: Vectors, right: Vectors) -> Vectors:
    """How alike unit vectors are, of shape (n, m): 1 where they are the same."""
    alike = np.asarray(left @ right.T, dtype=np.float32)
    alike -= 1
    alike *= SHARPNESS
    return np.exp(alike, out=alike)


def fit_of(vectors: Vectors, texts: Sequence[str], telling: int) -> Vectors:
    """Of each example its weight, and its score by a fit without it, of shape (n, 2); the first so many tell.

    Leaving one out needs no fit of its own: it is off by weight / diagonal of the inverse (Rifkin and Lippert, 2007).
    """
    from scipy.linalg.lapack import spotrf, spotri, spotrs  # 200 ms; they work in place, in a third of the memory

    wanted = np.where(np.arange(len(vectors)) < telling, 1 - UNLIKE, -1 - UNLIKE).astype(np.float32)
    kernel = kernel_of(vectors, vectors)
    _add_shared_words(kernel, texts)
    kernel[np.diag_indices_from(kernel)] += SMOOTHNESS
    factor, _ = spotrf(kernel.T, overwrite_a=True)
    weights, _ = spotrs(factor, wanted)
    inverse, _ = spotri(factor, overwrite_c=True)
    return np.stack([weights, UNLIKE + wanted - weights / np.diag(inverse)], axis=1)


def _add_shared_words(kernel: Vectors, texts: Sequence[str]) -> None:
    """Add to the kernel, shape (n, n), the share of words that each two texts have in common, as a cosine."""
    rows: defaultdict[int, list[int]] = defaultdict(list)
    norms = np.empty(len(texts), dtype=np.float32)
    for row, text in enumerate(texts):
        places, norms[row] = word_places(text)
        for place in places:
            rows[place].append(row)
    for having in rows.values():
        kernel[np.ix_(having, having)] += OF_WORDS / np.outer(norms[having], norms[having])


def word_weights(texts: Sequence[str], weights: Vectors) -> Vectors:
    """What each word adds to a score, of shape (1, PLACES), from the weights of the examples that have it."""
    found = np.zeros((1, PLACES), dtype=np.float32)
    for text, weight in zip(texts, weights.tolist(), strict=True):
        places, norm = word_places(text)
        found[0, places] += weight / norm
    return found


def word_places(text: str) -> tuple[list[int], float]:
    """Where the words of a text and the pairs of neighbours among them have their weights; the root of their number.

    Small words tell how somebody writes and not of what, so they are passed over.
    """
    stems = [token.stem for token in tokenize(text) if token.lower not in STOP_WORDS]
    told = {*stems, *(f"{first} {second}" for first, second in pairwise(stems))}
    places = sorted({crc32(one.encode("utf-8", "surrogatepass")) % PLACES for one in told})
    return places, max(len(places), 1) ** 0.5
