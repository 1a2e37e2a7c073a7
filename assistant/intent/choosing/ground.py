"""The neutral ground: what people buy in general, which a text is held against to see whether it speaks of this here.

A goal that fits anything ("they are good value") lies a little near to all products, one about other things ("they are
phone cases") very near to a few of them. A plain cosine sees neither; held against this ground both are seen.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.embedding.embedder import Embedder, Vectors
from store.words import STOP_WORDS, Stemmer, split_words

FILE = Path(__file__).with_name("ground.toml")
# The ground as embedders see it, by their fingerprints: it costs a second, so each process pays it once.
_known: dict[str, Vectors] = {}
MOST_KNOWN = 4


@dataclass(frozen=True, slots=True)
class Words:
    """How telling a stem is, by how few of the things that people buy have it."""

    stemmer: Stemmer
    counts: Counter[str]
    size: int

    def of(self, text: str) -> frozenset[str]:
        """The stems of a text that may tell something: no stop words, lone letters or bare numbers."""
        words = [word.casefold() for word in split_words(text)]
        found = self.stemmer.stems(word for word in words if word not in STOP_WORDS)
        return frozenset(stem for stem in found.values() if len(stem) > 1 and not stem.isdigit())

    def weight(self, stem: str) -> float:
        """The natural logarithm of how surprising it is that a text has this stem."""
        return math.log((self.size + 1) / (self.counts[stem] + 0.5))

    def shared(self, first: frozenset[str], second: frozenset[str]) -> float:
        return sum(self.weight(stem) for stem in sorted(first & second))


@cache
def names() -> tuple[str, ...]:
    """What people buy, from all departments."""
    departments = tomllib.loads(FILE.read_text(encoding="utf-8"))["products"].values()
    return tuple(name for department in departments for name in department.strip().splitlines())


@cache
def words() -> Words:
    stemmer = Stemmer()
    empty = Words(stemmer, Counter(), 0)
    return Words(stemmer, Counter(stem for name in names() for stem in empty.of(name)), len(names()))


def ground_of(embedder: Embedder) -> Vectors:
    """The vectors of the ground, shape (names, dimension)."""
    known = _known.get(embedder.fingerprint)
    if known is None:
        while len(_known) >= MOST_KNOWN:
            del _known[next(iter(_known))]
        known = _known[embedder.fingerprint] = embedder.embed(names())
    return known
