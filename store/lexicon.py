"""Lexical search over pins and ads: SQLite's FTS5, ranked by BM25."""

from __future__ import annotations

from collections.abc import Set

from store.connection import Connection, listed
from store.errors import StoreDamagedError
from store.records import Kind
from store.words import Stemmer, split_words, telling_words

SEARCHED = (Kind.PIN, Kind.AD)
# A query may be a whole pin. FTS5 takes expressions of limited depth, and what a text is about comes first.
MOST_WORDS = 64
# The passage begins with the title, so a word of the title counts once more than its weight says.
TITLE_WEIGHT = 1.0
PASSAGE_WEIGHT = 1.0


class Lexicon:
    """Finds records by words. The triggers of the database keep it in step with the records."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stemmer: Stemmer | None = None

    def search(self, kind: Kind, text: str, limit: int, ids: Set[str] | None = None) -> list[tuple[str, float]]:
        """The ids of the records that share words with the text, as (id, BM25), best and highest first.

        Any word may match. `ids` restricts the search to these. Nothing in the text is query syntax.
        """
        words = telling_words(text, MOST_WORDS)
        if kind not in SEARCHED or not words or (ids is not None and not ids):
            return []
        table = f"{kind}_words"
        # The plus keeps FTS5 from running the whole query once for each id.
        among = (
            ""
            if ids is None
            else (
                "AND +rowid IN (SELECT number FROM records WHERE kind = ? AND id IN (SELECT value FROM json_each(?)))"
            )
        )
        rows = self._connection.rows(
            f"""SELECT records.id, -best.score FROM (
                SELECT rowid, bm25({table}, {TITLE_WEIGHT}, {PASSAGE_WEIGHT}) AS score
                FROM {table} WHERE {table} MATCH ? {among} ORDER BY score, rowid LIMIT ?
            ) AS best JOIN records ON records.number = best.rowid ORDER BY best.score, records.number""",
            (_expression(words), *(() if ids is None else (kind, listed(sorted(ids)))), limit),
        )
        return [(identifier, float(score)) for identifier, score in rows]

    def shared_words(self, query_text: str, passage: str) -> tuple[str, ...]:
        """The words of the query that the passage has too, in whatever form, as the query writes them."""
        stemmer = self._open_stemmer()
        asked = stemmer.stems(telling_words(query_text, MOST_WORDS))
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
        """Make the index of a kind anew from the records."""
        table = f"{kind}_words"
        with self._connection.transaction():
            self._connection.change(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")

    def close(self) -> None:
        if self._stemmer is not None:
            self._stemmer.close()

    def _open_stemmer(self) -> Stemmer:
        if self._stemmer is None:
            self._stemmer = Stemmer()
        return self._stemmer


def _expression(words: list[str]) -> str:
    """An FTS5 query for any of the words. They are letters and digits only, so quotes are all they need."""
    return " OR ".join(f'"{word}"' for word in words)
