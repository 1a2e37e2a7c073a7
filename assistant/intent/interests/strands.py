"""A strand: one signal, or several that are so alike that a long history keeps only what they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Vectors
from assistant.intent.interests.clusters import joins, labelled
from assistant.intent.interests.wording import MOST_PHRASES, MOST_WORDS, is_short, read
from store.records import Signal

# Beyond so many strands the most alike are laid together until so few are left: a history of up to this many signals
# is kept whole, and a longer one is compared in bounded time and memory.
MOST_STRANDS, KEPT_STRANDS = 768, 576


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """What is kept of its signals: `vector` (dimension,) is the mean of their unit vectors, `typical` the number of
    the signal nearest to it; `words` and `phrases` say in how many signals each is; `board` is "" where they differ.
    """

    vector: Vectors
    count: int
    typical: int
    words: Mapping[str, int]
    phrases: Mapping[str, int]
    board: str = ""
    short: bool = False


def strand_of(signal: Signal, vector: Vectors, number: int) -> Strand:
    """The strand of a single signal, which is the one of this number in the history."""
    words, phrases = read(signal.text)
    return Strand(
        vector=np.asarray(vector, dtype=np.float32),
        count=1,
        typical=number,
        words=dict.fromkeys(words, 1),
        phrases=dict.fromkeys(phrases, 1),
        board=getattr(signal, "board", ""),
        short=is_short(signal.text),
    )


def laid_together(strands: Sequence[Strand]) -> Strand:
    """One strand that stands for several."""
    if len(strands) == 1:
        return strands[0]
    counts = np.array([strand.count for strand in strands], dtype=np.float32)
    vectors = np.stack([strand.vector for strand in strands])
    mean = counts @ vectors / counts.sum()
    nearest = int(np.argmax(vectors @ mean / np.linalg.norm(vectors, axis=1).clip(1e-6)))
    boards = {strand.board for strand in strands}
    return Strand(
        vector=mean.astype(np.float32),
        count=int(counts.sum()),
        typical=strands[nearest].typical,
        words=_most(MOST_WORDS, (strand.words for strand in strands)),
        phrases=_most(MOST_PHRASES, (strand.phrases for strand in strands)),
        board=boards.pop() if len(boards) == 1 else "",
        short=all(strand.short for strand in strands),
    )


def condensed(strands: Sequence[Strand]) -> tuple[list[Strand], NDArray[np.int64]]:
    """At most `MOST_STRANDS` strands, and for each that was given the place of the one that now stands for it."""
    size = len(strands)
    if size <= MOST_STRANDS:
        return list(strands), np.arange(size)
    vectors = np.stack([strand.vector for strand in strands])
    counts = np.array([strand.count for strand in strands], dtype=np.float32)
    labels = labelled(size, joins(vectors @ vectors.T, counts)[: size - KEPT_STRANDS])
    groups, places = np.unique(labels, return_inverse=True)
    return [
        laid_together([strands[row] for row in np.flatnonzero(labels == group).tolist()]) for group in groups
    ], places


def _most(limit: int, counted: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    """The sums of the counts, of the most frequent keys; of equals the shorter ones, then by the alphabet."""
    total: Counter[str] = Counter()
    for counts in counted:
        total.update(counts)
    ranked = sorted(total.items(), key=lambda item: (-item[1], item[0].count(" "), item[0]))
    return dict(ranked[:limit])
