"""How many records of a kind have some words, counted no further than it takes to tell rare from common."""

from __future__ import annotations

from collections.abc import Sequence

from store.connection import Connection
from store.records import Kind

# Counting stops here, so that a word of every other record costs no more than a rare one.
MOST_COUNTED = 500


class Counts:
    """Counts by the full-text index of a kind. Words are letters and digits, so that quotes are all they need."""

    def __init__(self, connection: Connection, kind: Kind) -> None:
        self._connection = connection
        self._table = f"{kind}_words"

    def of(self, expression: str, most: int = MOST_COUNTED) -> int:
        """How many records an expression of FTS5 finds, at most `most`."""
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {self._table} WHERE {self._table} MATCH ? LIMIT ?)"
        return int(self._connection.value(sql, (expression, most)))


def phrase(*words: str) -> str:
    """The expression for words side by side, in this order."""
    return f'"{" ".join(words)}"'


def every(words: Sequence[str]) -> str:
    """The expression for all of the words, wherever they stand."""
    return " AND ".join(map(phrase, words))


def some(words: Sequence[str]) -> str:
    """The expression for any of the words, or phrases."""
    return " OR ".join(map(phrase, words))
