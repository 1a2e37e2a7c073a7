"""What the policy has against texts, kept by the hash of each text, so that a text is checked once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from store.connection import BUSY_SECONDS, Connection, listed
from store.errors import StoreError


class Verdicts:
    """The verdicts of a store. `rules_hash` names the rules they are by: those of other rules count as none."""

    def __init__(self, connection: Connection, rules_hash: str) -> None:
        self._connection = connection
        self._rules_hash = rules_hash

    def known(self, text_hashes: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The codes against each of these texts that was checked; none at all where nothing is against it."""
        rows = self._connection.rows(
            "SELECT text_hash, codes FROM policy_verdicts"
            " WHERE rules_hash = ? AND text_hash IN (SELECT value FROM json_each(?))",
            (self._rules_hash, listed(text_hashes)),
        )
        return {text_hash: tuple(json.loads(codes)) for text_hash, codes in rows}

    def keep(self, verdicts: Mapping[str, Sequence[str]]) -> None:
        """Keep these, unless somebody else is writing just now: they can be found again, and a reader does not wait."""
        rows = [(text_hash, self._rules_hash, listed(codes)) for text_hash, codes in verdicts.items()]
        with suppress(StoreError), self._without_waiting():
            self._connection.change_many(
                "INSERT OR REPLACE INTO policy_verdicts (text_hash, rules_hash, codes) VALUES (?, ?, ?)", rows
            )

    @contextmanager
    def _without_waiting(self) -> Iterator[None]:
        self._connection.rows("PRAGMA busy_timeout = 0")
        try:
            with self._connection.transaction():
                yield
        finally:
            self._connection.rows(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
