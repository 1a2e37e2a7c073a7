"""The words that the pins and the ads are written in, kept so that those near to a mistyped one are found at once.

A table of SQLite holds each word under each of its shapes, so its size follows the vocabulary and not the records. It
says which words there may be; how many records have one is for the full-text index to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from store.connection import Connection, listed
from store.migrations import spellings_of_records
from store.records import Kind
from store.spelling.edits import is_spelled, shapes, spelled_words

SEARCHED = (Kind.PIN, Kind.AD)
# How many records are looked through for a word that may be gone. One that is in none of them is rare beside its other
# forms, which are found in its place.
RECORDS_READ = 100


class Vocabulary:
    """The words of each kind. Whoever changes records says so in the same transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def update(self, kind: Kind, *, come: Iterable[str] = (), gone: Iterable[str] = ()) -> None:
        """Take up the words of passages that have come, and give up those of passages that are gone.

        The full-text index is as it is afterwards: a word that it still finds in another record stays.
        """
        if kind not in SEARCHED:
            return
        come_words: set[str] = set().union(*map(spelled_words, come))
        gone_words: set[str] = set().union(*map(spelled_words, gone))
        self._connection.change_many(
            f"INSERT OR IGNORE INTO {kind}_spellings (shape, word) VALUES (?, ?)",
            _rows(self.lacking(kind, come_words)),
        )
        self._connection.change_many(
            f"DELETE FROM {kind}_spellings WHERE shape = ? AND word = ?",
            _rows(word for word in gone_words - come_words if not self._is_written(kind, word)),
        )

    def near(self, kind: Kind, word: str) -> list[str]:
        """The words that share a shape with this one, which may itself be among them."""
        rows = self._connection.rows(
            f"SELECT DISTINCT word FROM {kind}_spellings WHERE shape IN (SELECT value FROM json_each(?)) ORDER BY word",
            (listed(sorted(shapes(word))),),
        )
        return [row[0] for row in rows]

    def lacking(self, kind: Kind, words: Iterable[str]) -> set[str]:
        """Those of the words that could be here and are not."""
        rows = self._connection.rows(
            f"""SELECT value FROM json_each(?) WHERE NOT EXISTS (
                SELECT 1 FROM {kind}_spellings WHERE shape = value AND word = value
            )""",
            (listed(sorted(filter(is_spelled, words))),),
        )
        return {row[0] for row in rows}

    def rebuild(self, kind: Kind) -> None:
        """Make the words of a kind anew from the records."""
        with self._connection.transaction():
            self._connection.change(f"DELETE FROM {kind}_spellings")
            self._connection.change(spellings_of_records(kind))

    def _is_written(self, kind: Kind, word: str) -> bool:
        sql = f"""SELECT 1 FROM records WHERE spells(passage, ?) AND number IN (
            SELECT rowid FROM {kind}_words WHERE {kind}_words MATCH ? LIMIT {RECORDS_READ}
        ) LIMIT 1"""
        return self._connection.value(sql, (word, f'"{word}"')) is not None


def _rows(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((shape, word) for word in sorted(words) for shape in sorted(shapes(word)))
