"""The ids that a run has met, and where: exact, and in bounded memory however many there are."""

from __future__ import annotations

import sqlite3

from assistant.errors import InputError


class SeenIds:
    """Ids with the place where each was first met, in a temporary database that vanishes when it is closed."""

    def __init__(self) -> None:
        # The empty name is a private database that SQLite keeps in its cache and spills to a deleted file.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA cache_size = -16384")
        self._database.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def add(self, identifier: str, place: int) -> int | None:
        """Note an id; where it is known already, the place where it was first met."""
        try:
            added = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (identifier, place)).rowcount
            if added:
                return None
            found = self._database.execute("SELECT place FROM seen WHERE id = ?", (identifier,)).fetchone()
        except sqlite3.OperationalError as problem:
            raise InputError(
                f"The list of ids that were read cannot be kept: {problem}.",
                hint="Free some space in the folder for temporary files.",
            ) from None
        return int(found[0])

    def close(self) -> None:
        """Forget everything."""
        self._database.close()
