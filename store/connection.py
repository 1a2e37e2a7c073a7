"""SQLite behind the store's own errors: opened safely, migrated, and with transactions that are whole or nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from store.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreMissingError,
    StoreUsageError,
    StoreVersionError,
)
from store.migrations import MIGRATIONS
from store.spelling.edits import teach_spelling
from store.where.cells import teach

BUSY_SECONDS = 5.0
RESTORE_HINT = "Move the file away and index your feeds again, or put back a copy of it."

Row = tuple[Any, ...]


class Connection:
    """One connection, which this process shares among its threads; only one of them may write."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self._inside = False
        if not create and not path.exists():
            raise StoreMissingError(f"There is no store at {path.parent} yet.")
        with self._translated():
            self._sqlite = self._open(create)
            try:
                self._prepare()
            except BaseException:
                self._sqlite.close()
                raise

    def _open(self, create: bool) -> sqlite3.Connection:
        # SQLite is built serialised, so a thread that completes ids while another shows a table does no harm.
        opened = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=sqlite3.threadsafety < 3,
        )
        teach(opened)
        teach_spelling(opened)
        return opened

    def _prepare(self) -> None:
        # secure_delete: what is deleted is overwritten, not only unlinked.
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
            self._sqlite.execute(f"PRAGMA {pragma}").fetchall()
        if self._version() != len(MIGRATIONS):
            self._migrate()

    def _version(self) -> int:
        return int(self._sqlite.execute("PRAGMA user_version").fetchone()[0])

    def _migrate(self) -> None:
        """Bring the database up to date, one transaction a migration; another process may be doing the same."""
        while (found := self._version()) != len(MIGRATIONS):
            if found > len(MIGRATIONS):
                raise StoreVersionError(
                    f"{self.path} was made by a newer Pinwright (version {found}, this one knows {len(MIGRATIONS)}).",
                    hint="Install the newer Pinwright, or choose another --home.",
                )
            with self.transaction():
                if self._version() == found:
                    for statement in MIGRATIONS[found]:
                        self._sqlite.execute(statement)
                    self._sqlite.execute(f"PRAGMA user_version = {found + 1}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is there after it, or none of it is. One inside another joins it."""
        if self._inside:
            yield
            return
        # Ctrl-C may come between any two steps, and must not leave a transaction open.
        try:
            self._inside = True
            with self._translated():
                self._sqlite.execute("BEGIN IMMEDIATE")
            yield
            with self._translated():
                self._sqlite.execute("COMMIT")
        except BaseException:
            if self._sqlite.in_transaction:
                self._sqlite.execute("ROLLBACK")
            raise
        finally:
            self._inside = False

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        with self._translated():
            return self._sqlite.execute(sql, parameters).fetchall()

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        with self._translated():
            row = self._sqlite.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def change(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement that writes; returns how many rows it touched."""
        with self._translated():
            return self._sqlite.execute(sql, parameters).rowcount

    def change_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        with self._translated():
            self._sqlite.executemany(sql, rows)

    def close(self) -> None:
        self._sqlite.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except UnicodeEncodeError as error:
            raise StoreUsageError(
                f"{error.object!a:.80} holds half of a character and cannot be stored.",
                hint="Save the feed as UTF-8 again.",
            ) from error
        except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise
        except sqlite3.Error as error:
            raise _translate(error, self.path) from error


def _translate(error: sqlite3.Error, path: Path) -> StoreError:
    # The low byte is the kind of error, the others say more of it.
    code = (getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusyError(
            f"Another process has been writing to {path} for more than {BUSY_SECONDS:.0f} seconds.",
            hint="Wait until it is done, or stop it.",
        )
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StoreDamagedError(f"{path} is damaged or is no database of Pinwright ({error}).", hint=RESTORE_HINT)
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"No space left on the disk ({path}).", hint="Free some space and run the command again.")
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreUsageError(
            f"Not allowed to read or write {path} ({error}).", hint="Check the permissions, or choose another --home."
        )
    return StoreError(f"{path} could not be used ({error}).", hint="Check the disk, and the free space on it.")


def listed(texts: Iterable[str]) -> str:
    """Texts as one parameter, for `IN (SELECT value FROM json_each(?))`: SQLite limits the number of parameters."""
    return json.dumps(list(texts), ensure_ascii=False)
