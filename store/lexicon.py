"""Lexical search over pins and ads: SQLite's FTS5, ranked by BM25."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from store.connection import Connection, listed
from store.counts import Counts, phrase, some
from store.errors import StoreDamagedError
from store.forms import measures, variants
from store.records import Kind
from store.spelling.corrector import Corrector, Knows, Reading
from store.spelling.vocabulary import Vocabulary
from store.where.among import Condition
from store.words import Stemmer, counted_words, split_words

SEARCHED = (Kind.PIN, Kind.AD)
# A query may be a whole pin. FTS5 takes expressions of limited depth, and what a text is about comes first.
MOST_WORDS = 64
# A word that a record says in more of its texts counts no more: each time is another look into the index.
MOST_TIMES = 12
# So many of the words are looked for in other forms.
WORDS_VARIED = 16
# How many times as many records have a form for it to be the usual one.
USUAL_BY = 4
# The passage begins with the title, so a word of the title counts once more than its weight says.
TITLE_WEIGHT = 1.0
PASSAGE_WEIGHT = 1.0


class Lexicon:
    """Finds records by words. The triggers of the database keep it in step with the records."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stemmer: Stemmer | None = None
        self._vocabulary = Vocabulary(connection)
        self._corrector = Corrector(connection, self._vocabulary)

    def read(self, kind: Kind, text: str, knows: Knows = lambda _: False) -> Reading:
        """The text as it was probably meant, by the words of the records of a kind: see `Corrector.read`."""
        return self._corrector.read(kind, text, knows)

    def search(
        self,
        kind: Kind,
        text: str | Sequence[str],
        limit: int,
        ids: Set[str] | None = None,
        where: Condition | None = None,
    ) -> list[tuple[str, float]]:
        """The ids of the records that share words with the text, as (id, BM25), best and highest first.

        Any word may match. Of several texts a word counts once for each that it stands in. `ids` restricts the search
        to these, `where` to the records that satisfy it. Nothing in the text is query syntax.
        """
        texts = [text] if isinstance(text, str) else text
        counts = counted_words(texts, MOST_WORDS)
        words = list(counts)
        if kind not in SEARCHED or not words or (ids is not None and not ids):
            return []
        table = f"{kind}_words"
        if ids is not None:
            where = "kind = ? AND id IN (SELECT value FROM json_each(?))", (kind, listed(sorted(ids)))
        # The plus keeps FTS5 from running the whole query once for each id.
        among = f"AND +rowid IN (SELECT number FROM records WHERE {where[0]})" if where else ""
        rows = self._connection.rows(
            f"""SELECT records.id, -best.score FROM (
                SELECT rowid, bm25({table}, {TITLE_WEIGHT}, {PASSAGE_WEIGHT}) AS score
                FROM {table} WHERE {table} MATCH ? {among} ORDER BY score, rowid LIMIT ?
            ) AS best JOIN records ON records.number = best.rowid ORDER BY best.score, records.number""",
            (
                some([*_repeated(counts), *self._other_forms(kind, " ".join(texts), words)]),
                *(where[1] if where else ()),
                limit,
            ),
        )
        return [(identifier, float(score)) for identifier, score in rows]

    def shared_words(self, query_text: str | Sequence[str], passage: str) -> tuple[str, ...]:
        """The words of the query that the passage has too, in whatever form, as the query writes them."""
        stemmer = self._open_stemmer()
        texts = [query_text] if isinstance(query_text, str) else query_text
        asked = stemmer.stems(counted_words(texts, MOST_WORDS))
        there = set(stemmer.stems(split_words(passage)).values())
        first = {stem: word for word, stem in reversed(asked.items()) if stem in there and stem}
        return tuple(word for word, stem in asked.items() if first.get(stem) == word)

    def check(self, kind: Kind) -> bool:
        """Whether the index of a kind agrees with its records, word by word."""
        table = f"{kind}_words"
        try:
            self._connection.change(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
        except StoreDamagedError:
            return False
        return True

    def rebuild(self, kind: Kind) -> None:
        """Make the index and the vocabulary of a kind anew from the records."""
        table = f"{kind}_words"
        with self._connection.transaction():
            self._connection.change(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")
            self._vocabulary.rebuild(kind)

    def close(self) -> None:
        if self._stemmer is not None:
            self._stemmer.close()

    def _other_forms(self, kind: Kind, text: str, words: list[str]) -> list[str]:
        """How else records say what these words of a text say.

        Only where most records say it so: BM25 would take a form that is rarer than the typed one for the telling word.
        """
        counts = Counts(self._connection, kind)
        usual = [
            variant.other
            for variant in variants(words[:WORDS_VARIED])
            if counts.of(phrase(variant.other)) >= USUAL_BY * max(1, counts.of(phrase(variant.typed)))
        ]
        typed = {word.casefold() for word in words}
        return [form for form in dict.fromkeys([*usual, *measures(text)]) if form not in typed]

    def _open_stemmer(self) -> Stemmer:
        if self._stemmer is None:
            self._stemmer = Stemmer()
        return self._stemmer


def _repeated(counts: Mapping[str, int]) -> list[str]:
    """Each word as often as it counts: FTS5 knows no weights of words, and adds up what is repeated."""
    return [word for word, count in counts.items() for _ in range(min(count, MOST_TIMES))]
