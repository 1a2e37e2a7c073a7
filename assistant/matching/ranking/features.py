"""The features of the candidates of a query: one row a candidate, one column a feature, each the better the higher.

All are between 0 and 1, so that a weight says the most that a feature can add to a score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.matching.ranking import company, offers, wording
from assistant.matching.ranking.candidates import Candidates, Described, Floats, describe, scaled
from store.store import Store

# Their order is that of the columns, and part of what a ranker's file is of: append only.
MEANING, WORDS = LEGS = "meaning", "words"
FEATURES = (
    *LEGS, "title", "text", "title words", "body words", "phrase", "subject", "numbers", "described",
    "company", "centrality", "feedback", "kin", "price", "category", "freshness",
)  # fmt: skip


# So many of the best by the plain sum are looked at closely: a look at 300 records takes 0.1 s.
HEAD = 120


@dataclass(frozen=True, slots=True)
class Features:
    """`values` of shape (n, features) between 0 and 1; `raw` the same, with cosines and BM25 as the indexes gave them.

    What comes after the head of the list by the plain sum of both legs has these two alone.
    """

    ids: tuple[str, ...]
    values: Floats
    raw: Floats


def features_of(candidates: Candidates, store: Store) -> Features:
    """The features of all candidates, their rows in the order of the ids."""
    ids = candidates.ids
    cosines, bm25 = (
        np.array([leg.get(identifier, 0.0) for identifier in ids]) for leg in (candidates.cosines, candidates.words)
    )
    meaning, words = scaled(cosines), scaled(bm25, floor=0.0)
    sums = (meaning + words) / 2 if candidates.words else meaning
    head = np.argsort(-sums, kind="stable")[:HEAD]
    found = describe(candidates, [ids[place] for place in head], store)
    values = np.zeros((len(ids), len(FEATURES)))
    values[:, 0], values[:, 1] = meaning, words
    values[head, 2:] = np.stack([*_by_words(found), *_by_the_head(found, sums[head])], axis=1)
    # What a broken vector makes of a number must not spoil the order of the others.
    values = np.nan_to_num(values, posinf=1.0).clip(0.0, 1.0)
    raw = np.nan_to_num(np.column_stack([cosines, bm25, values[:, 2:]]))
    return Features(ids=ids, values=values, raw=raw)


def _by_words(found: Described) -> list[Floats]:
    return [
        wording.title_coverage(found),
        wording.text_coverage(found),
        wording.title_terms(found),
        wording.body_terms(found),
        wording.phrase(found),
        wording.subject(found),
        wording.numbers(found),
        wording.described(found),
    ]


def _by_the_head(found: Described, sums: Floats) -> list[Floats]:
    """What compares each with the best by the plain sum, and what an offer says of itself.

    The described candidates come in the order of their sums, best first.
    """
    return [
        company.company(found.vectors, sums),
        company.centrality(found.vectors),
        company.feedback(found.vectors, sums),
        wording.kin(found),
        offers.price_agreement(found),
        offers.category_agreement(found),
        offers.freshness(found),
    ]
