"""Features of the words: how much of the query a title and a text have, in which order, and what goes with it.

Each function takes the described candidates and gives values from 0 to 1, of shape (n,).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import log

import numpy as np

from assistant.matching.ranking.candidates import Described, Floats

# BM25's usual constants: how soon a word that is repeated says nothing more, and how much a long text is discounted.
SATURATION, LENGTH = 1.2, 0.75
# The titles of so many of the best candidates say what kind of thing is looked for, in so many of their words.
FIRST, KIN_WORDS = 10, 20


def title_coverage(found: Described) -> Floats:
    """The share of the query's words that the title has."""
    return _coverage(found.asked, found.titles)


def text_coverage(found: Described) -> Floats:
    """The share of the query's words that the whole text has."""
    return _coverage(found.asked, found.passages)


def title_terms(found: Described) -> Floats:
    """How often the title has the query's words, for its length."""
    return _frequency(found.asked, found.titles)


def body_terms(found: Described) -> Floats:
    """How often the text after the title has the query's words, for its length."""
    return _frequency(found.asked, bodies_of(found))


def phrase(found: Described) -> Floats:
    """The share of the query's neighbouring words that are neighbours in the title; its one word where it has one."""
    wanted = list(pairwise(found.asked))
    if not wanted:
        return title_coverage(found)
    there = [set(pairwise(title)) for title in found.titles]
    return np.array([sum(pair in pairs for pair in wanted) / len(wanted) for pairs in there])


def subject(found: Described) -> Floats:
    """Whether the title has the query's last word, which in English names the thing."""
    return np.array([float(bool(found.asked) and found.asked[-1] in title) for title in found.titles])


def numbers(found: Described) -> Floats:
    """The share of the query's numbers and sizes that the text has; 0 where the query has none."""
    return _coverage([stem for stem in found.asked if any(map(str.isdigit, stem))], found.passages)


def described(found: Described) -> Floats:
    """Whether there is more text than a title."""
    return np.array([float(bool(body)) for body in bodies_of(found)])


def kin(found: Described) -> Floats:
    """How many of the telling words that the best titles share this title has. The best come first."""
    titles = [set(title) for title in found.titles]
    held = Counter(word for title in titles for word in title)
    shared = Counter(word for title in titles[:FIRST] for word in title if word not in found.asked)
    worth = {word: count * log(1 + len(titles) / held[word]) for word, count in shared.items() if count > 1}
    kept = dict(sorted(worth.items(), key=lambda pair: (-pair[1], pair[0]))[:KIN_WORDS])
    whole = sum(kept.values())
    return np.array([sum(kept[word] for word in kept if word in title) / whole if whole else 0.0 for title in titles])


def bodies_of(found: Described) -> list[Sequence[str]]:
    """The words of each text without those of its title, which it begins with."""
    return [passage[len(title) :] for title, passage in zip(found.titles, found.passages, strict=True)]


def _coverage(asked: Sequence[str], texts: Sequence[Sequence[str]]) -> Floats:
    wanted = set(asked)
    return np.array([len(wanted & set(text)) / len(wanted) if wanted else 0.0 for text in texts])


def _frequency(asked: Sequence[str], texts: Sequence[Sequence[str]]) -> Floats:
    usual = max(sum(map(len, texts)) / max(len(texts), 1), 1.0)
    values = []
    for text in texts:
        slowed = SATURATION * (1 - LENGTH + LENGTH * len(text) / usual)
        counts = Counter(text)
        hits = [counts[word] / (counts[word] + slowed) if counts[word] else 0.0 for word in asked]
        values.append(sum(hits) / len(hits) if hits else 0.0)
    return np.array(values)
