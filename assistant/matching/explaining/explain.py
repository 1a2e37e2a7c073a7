"""Explain matches: everything is measured by scoring again what is left without a word, a sentence or a field.

What a person reads of a score has to be what made it. Nothing is asked of a writer here: see `telling`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder, Role
from assistant.matching.explaining.evidence import Explanation, Piece, Sentence, Subject
from assistant.matching.explaining.facts import FactFinder, attributes_of
from assistant.matching.explaining.lexical import carrying_words, word_scores
from assistant.matching.explaining.neighbours import ahead_of, behind_of, twins_of
from assistant.matching.explaining.pieces import Cut, cut_fields, cut_query, cut_sentences
from store.records import NO_FILTERS, Filters, Kind, Match, Record
from store.store import Store
from store.words import Stemmer, split_words

# So far down the results a match is looked for when a piece of the query is left out.
DEPTH = 100

Vector = NDArray[np.float32]
# (text, its vector of shape (dimension,), how many) -> ids, best first: the search that found the matches.
Look = Callable[[str, Vector, int], Sequence[str]]


def explain(
    subject: Subject,
    matches: Sequence[Match],
    kind: Kind,
    store: Store,
    embedder: Embedder,
    *,
    places: Sequence[int] | None = None,
    filters: Filters = NO_FILTERS,
    look: Look | None = None,
) -> tuple[Explanation, ...]:
    """Explain the matches at these places, from 0; None: all. More matches than that make better neighbours.

    `look` searches again without each piece of the query, so up to twelve times; without it no rank is told. Embeds
    a few dozen short texts. The store's vectors have to be of this embedder.
    """
    with closing(Stemmer()) as stemmer:
        explainer = Explainer(subject, matches, kind, store, embedder, filters, stemmer)
        if look:
            explainer.look_again(look)
        return tuple(explainer.explain(place) for place in (range(len(matches)) if places is None else places))


class Explainer:
    """Explains the matches of one query, with what it needs to know of all of them."""

    def __init__(
        self,
        subject: Subject,
        matches: Sequence[Match],
        kind: Kind,
        store: Store,
        embedder: Embedder,
        filters: Filters,
        stemmer: Stemmer,
    ) -> None:
        self._matches, self._kind, self._store, self._embedder = matches, kind, store, embedder
        self._stemmer = stemmer
        records = [match.record for match in matches]
        self._scores = word_scores(subject.text, kind, [record.id for record in records], store)
        self._facts = FactFinder(subject, filters, stemmer)
        self._attributes = attributes_of(records, store)
        self._cuts = cut_query(subject.text) if subject.record is None else cut_fields(subject.record)
        role: Role = "query" if subject.record is None else "passage"
        self._query, self._rests = _whole_and_rests(subject.text, self._cuts, embedder, role)
        self._found: list[Sequence[str]] = []

    def look_again(self, look: Look) -> None:
        """Search without each piece of the query, to know what rank that leaves to each match."""
        self._found = [
            look(cut.rest, vector, DEPTH) if cut.rest else ()
            for cut, vector in zip(self._cuts, self._rests, strict=True)
        ]

    def explain(self, place: int) -> Explanation:
        """Explain the match at this place, from 0."""
        match, matches = self._matches[place], self._matches
        own = match.record.id
        cosine, sentences, vector = self._sentences(match.record)
        others = [values for identifier, values in self._attributes.items() if identifier != own]
        return Explanation(
            match=match,
            cosine=cosine,
            words=carrying_words(self._scores, match.record, self._stemmer),
            pieces=tuple(self._piece(number, own, cosine, vector) for number in range(len(self._cuts))),
            sentences=sentences,
            facts=self._facts.find(match.record, self._attributes[own], others),
            ahead=ahead_of(match, matches[place - 1], matches, self._scores) if place else None,
            behind=behind_of(match, matches[place + 1]) if place + 1 < len(matches) else None,
            twins=twins_of(match, self._kind, self._store),
            depth=DEPTH if self._found else 0,
        )

    def _sentences(self, record: Record) -> tuple[float, tuple[Sentence, ...], Vector]:
        """The cosine of query and record, what each sentence of the record does for it, and the record's vector."""
        cuts = cut_sentences(record)
        vector, rests = _whole_and_rests(record.passage, cuts, self._embedder, "passage")
        cosine = float(vector @ self._query)
        lost = [cosine - float(rest) for rest in rests @ self._query]
        said = [Sentence(cut.name, cut.text, loss) for cut, loss in zip(cuts, lost, strict=True)]
        return cosine, tuple(said), vector

    def _piece(self, number: int, identifier: str, cosine: float, vector: Vector) -> Piece:
        """What is lost to a record where the query does not have one of its pieces."""
        cut = self._cuts[number]
        left = {word.casefold() for word in split_words(cut.rest)}
        lost = [by_id.get(identifier, 0.0) for word, by_id in self._scores.items() if word.casefold() not in left]
        found = self._found[number] if self._found else ()
        rank = found.index(identifier) + 1 if identifier in found else None
        return Piece(cut.name, cut.text, sum(lost), cosine - float(self._rests[number] @ vector), rank)


def _whole_and_rests(
    text: str, cuts: Sequence[Cut], embedder: Embedder, role: Role
) -> tuple[Vector, NDArray[np.float32]]:
    """The vector of a text, and those of what is left of it, shape (len(cuts), dimension); zeros for nothing left."""
    texts = list(dict.fromkeys((text, *(cut.rest for cut in cuts if cut.rest))))
    known = dict(zip(texts, embedder.embed(texts, role=role), strict=True))
    nothing = np.zeros(embedder.dimension, dtype=np.float32)
    rests = [known.get(cut.rest, nothing) for cut in cuts]
    return known[text], np.stack(rests) if rests else np.zeros((0, embedder.dimension), dtype=np.float32)
