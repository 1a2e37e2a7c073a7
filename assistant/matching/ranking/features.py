"""The features of the candidates of a query: one row a candidate, one column a feature, each the better the higher.

All are between 0 and 1, so that a weight says the most that a feature can add to a score.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from assistant.matching.ranking import company, offers, wording
from assistant.matching.ranking.candidates import Candidates, Described, Floats, scaled
from store.store import Store

MEANING, WORDS = LEGS = "meaning", "words"
# What a close look adds: each takes the described candidates, best first, with their sums of both legs.
CLOSER: Mapping[str, Callable[[Described, Floats], Floats]] = {
    "title": lambda found, _: wording.title_coverage(found),
    "text": lambda found, _: wording.text_coverage(found),
    "title words": lambda found, _: wording.title_terms(found),
    "body words": lambda found, _: wording.body_terms(found),
    "phrase": lambda found, _: wording.phrase(found),
    "subject": lambda found, _: wording.subject(found),
    "numbers": lambda found, _: wording.numbers(found),
    "described": lambda found, _: wording.described(found),
    "company": lambda found, sums: company.company(found.vectors, sums),
    "centrality": lambda found, _: company.centrality(found.vectors),
    "feedback": lambda found, sums: company.feedback(found.vectors, sums),
    "kin": lambda found, _: wording.kin(found),
    "price": lambda found, _: offers.price_agreement(found),
    "category": lambda found, _: offers.category_agreement(found),
    "freshness": lambda found, _: offers.freshness(found),
}
# Their order is that of the columns, and part of what a ranker's file is of: append only.
FEATURES = (*LEGS, *CLOSER)

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


def features_of(candidates: Candidates, store: Store, wanted: Collection[str] = FEATURES) -> Features:
    """The features of all candidates, their rows in the order of the ids; both legs and those `wanted`, others 0."""
    ids = candidates.ids
    cosines, bm25 = (
        np.array([leg.get(identifier, 0.0) for identifier in ids]) for leg in (candidates.cosines, candidates.words)
    )
    meaning, words = scaled(cosines), scaled(bm25, floor=0.0)
    sums = (meaning + words) / 2 if candidates.words else meaning
    head = np.argsort(-sums, kind="stable")[:HEAD]
    found = Described(candidates, [ids[place] for place in head], store)
    values = np.zeros((len(ids), len(FEATURES)))
    values[:, 0], values[:, 1] = meaning, words
    for column, (name, look) in enumerate(CLOSER.items(), start=len(LEGS)):
        if name in wanted:
            values[head, column] = look(found, sums[head])
    # What a broken vector makes of a number must not spoil the order of the others.
    values = np.nan_to_num(values, posinf=1.0).clip(0.0, 1.0)
    raw = np.nan_to_num(np.column_stack([cosines, bm25, values[:, 2:]]))
    return Features(ids=ids, values=values, raw=raw)
