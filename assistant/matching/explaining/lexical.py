"""Which words carried the lexical score of a record, each by its own BM25, and where they stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence

from assistant.matching.explaining.evidence import Spot, Word
from assistant.matching.explaining.pieces import texts_of
from store.lexicon import MOST_WORDS
from store.records import Kind, Record
from store.store import Store
from store.words import Stemmer, counted_words, words_in

Scores = Mapping[str, Mapping[str, float]]
"""BM25 by word of the query, then by id."""


def word_scores(said: Sequence[str], kind: Kind, ids: Collection[str], store: Store) -> Scores:
    """The BM25 of each telling word of a query for each of these records: one look into the lexicon a word.

    A word counts as often as there are texts of the query that say it.
    """
    wanted = set(ids)
    return {
        word: dict(store.lexicon.search(kind, [word] * count, len(wanted), ids=wanted))
        for word, count in counted_words(said, MOST_WORDS).items()
    }


def carrying_words(scores: Scores, record: Record, stemmer: Stemmer) -> tuple[Word, ...]:
    """The words of the query that the record has, the weightiest first."""
    found = {word: by_id[record.id] for word, by_id in scores.items() if by_id.get(record.id, 0.0) > 0}
    total = sum(found.values())
    ordered = sorted(found.items(), key=lambda pair: -pair[1])
    return tuple(Word(word, bm25, bm25 / total, tuple(spots(word, record, stemmer))) for word, bm25 in ordered)


def spots(word: str, record: Record, stemmer: Stemmer) -> Iterator[Spot]:
    """The first place of a word, in whatever form, in each field of a record."""
    stem, seen = stemmer.stems([word])[word], set()
    for field, text in texts_of(record):
        if field in seen or not stem:
            continue
        text = unicodedata.normalize("NFC", text)
        stems = stemmer.stems(word.text for word in words_in(text))
        place = next((word for word in words_in(text) if stems[word.text] == stem), None)
        if place is not None:
            seen.add(field)
            yield Spot(field, text, place.start, place.end)
