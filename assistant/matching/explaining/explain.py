"""Explain matches: everything is measured by scoring again what is left without a word, a sentence or a field.

What a person reads of a score has to be what made it. Nothing is asked of a writer here: see `telling`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder, Role
from assistant.matching.by_record import queries_of
from assistant.matching.explaining.evidence import Explanation, Piece, Sentence, Subject
from assistant.matching.explaining.facts import FactFinder, attributes_of
from assistant.matching.explaining.lexical import carrying_words, word_scores
from assistant.matching.explaining.neighbours import ahead_of, behind_of, twins_of
from assistant.matching.explaining.pieces import Cut, cut_query, cut_records, cut_sentences
from assistant.matching.search import Query
from store.lexicon import MOST_TIMES
from store.records import NO_FILTERS, Filters, Kind, Match, Record
from store.store import Store
from store.words import Stemmer, split_words

# So far down the results a match is looked for when a piece of the query is left out.
DEPTH = 100

Vector = NDArray[np.float32]
# (query, how many) -> ids, best first: the search that found the matches.
Look = Callable[[Query, int], Sequence[str]]


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
        self._cuts = cut_records(subject.records) if subject.records else cut_query(subject.text)
        self._query, *self._rests = _queries(subject, self._cuts, embedder)
        self._counts = [_counts(query) for query in (self._query, *self._rests)]
        self._scores = word_scores(self._query.said, kind, [record.id for record in records], store)
        self._facts = FactFinder(subject, filters, stemmer)
        self._attributes = attributes_of(records, store)
        self._found: list[Sequence[str]] = []

    def look_again(self, look: Look) -> None:
        """Search without each piece of the query, to know what rank that leaves to each match."""
        self._found = [look(rest, DEPTH) if rest.text else () for rest in self._rests]

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
        vectors = _embedded([record.passage, *(cut.rest for cut in cuts)], self._embedder, "passage")
        cosine, *rests = self._query.cosines(vectors).tolist()
        lost = [cosine - rest for rest in rests]
        said = [Sentence(cut.name, cut.text, loss) for cut, loss in zip(cuts, lost, strict=True)]
        return cosine, tuple(said), vectors[:1]

    def _piece(self, number: int, identifier: str, cosine: float, vector: Vector) -> Piece:
        """What is lost to a record where the query does not have one of its pieces."""
        cut, rest = self._cuts[number], self._rests[number]
        lost = [by_id.get(identifier, 0.0) * self._lost_of(word, number) for word, by_id in self._scores.items()]
        found = self._found[number] if self._found else ()
        rank = found.index(identifier) + 1 if identifier in found else None
        return Piece(cut.name, cut.text, sum(lost), cosine - float(rest.cosines(vector)[0]), rank)

    def _lost_of(self, word: str, number: int) -> float:
        """The share of what a word counts that is lost with a piece of the query."""
        whole, left = (min(self._counts[place][word.casefold()], MOST_TIMES) for place in (0, number + 1))
        return 1 - left / whole if left < whole else 0.0


def _counts(query: Query) -> Counter[str]:
    """How many of the texts of a query have each word."""
    return Counter(fold for text in query.said for fold in {word.casefold() for word in split_words(text)})


def _queries(subject: Subject, cuts: Sequence[Cut], embedder: Embedder) -> list[Query]:
    """The query, and the rest of it without each of its pieces: no text and a zero vector where nothing is left."""
    if subject.records:
        nothing = np.zeros(embedder.dimension, dtype=np.float32)
        queries = queries_of([subject.records, *(cut.left for cut in cuts)], embedder)
        return [query if query.text.strip() else Query("", nothing) for query in queries]
    texts = [subject.text, *(cut.rest for cut in cuts)]
    return [Query(text, vector) for text, vector in zip(texts, _embedded(texts, embedder, "query"), strict=True)]


def _embedded(texts: Sequence[str], embedder: Embedder, role: Role) -> NDArray[np.float32]:
    """The vectors of texts, shape (len(texts), dimension), each embedded once; zeros for an empty one."""
    new = list(dict.fromkeys(text for text in texts if text))
    known = dict(zip(new, embedder.embed(new, role=role), strict=True))
    nothing = np.zeros(embedder.dimension, dtype=np.float32)
    return np.stack([known.get(text, nothing) for text in texts])
