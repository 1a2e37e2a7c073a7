"""The store: records, their words and their vectors, in one folder, with one writer at a time."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from store.address import Address, parse_address
from store.database import Database
from store.errors import (
    REBUILD_HINT,
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreMissingError,
    StoreUsageError,
)
from store.lexicon import Lexicon
from store.lock import writer_lock
from store.records import Kind
from store.soundness import find_fault

if TYPE_CHECKING:
    from store.vectors import Vectors

DATABASE_NAME = "records.sqlite3"
VECTORS_NAME = "vectors"
# A setting that is there while the vectors are being written, and after a writer was killed.
UNSETTLED = "vectors_unsettled"
SEARCHED = (Kind.PIN, Kind.AD)


class Store:
    """What a command works with. Made by `Store.open`; a context manager that closes it."""

    def __init__(self, folder: Path, database: Database, server: Address | None) -> None:
        self.folder = folder
        self.database = database
        self.lexicon = Lexicon(database.connection)
        self._server = server
        self._vectors: Vectors | None = None
        self._seen_version = self._data_version()
        self._writing = False

    @classmethod
    def open(cls, folder: Path, *, url: str = "", create: bool = False) -> Store:
        """Open the store in a folder, with its vectors there or on the Chroma server at `url`.

        Raises StoreMissingError where there is none and `create` is False, StoreVersionError where a newer Pinwright
        made it, StoreDamagedError where its database is none, StoreUsageError for an address that is none. The server
        is not asked for anything yet.
        """
        server = parse_address(url) if url else None
        if create:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise StoreUsageError(f"{folder} is no folder.", hint="Choose another --home.") from error
        return cls(folder, Database(folder / DATABASE_NAME, create=create), server)

    def vectors(self) -> Vectors:
        """The vectors, as the last writer left them. Opened at the first call, which imports what it needs.

        Only who is `writing` may change them. Raises StoreDamagedError where a run that was killed has spoilt them.
        """
        if not self._writing:
            self._require_vectors_here()
            self._look_after_a_kill()
            self._notice_other_writers()
        return self._open_vectors()

    @contextmanager
    def writing(self, purpose: str) -> Iterator[None]:
        """Be the one writer of this store, or raise StoreBusyError at once, naming who is."""
        if self._writing:
            yield
            return
        with writer_lock(self.folder, purpose):
            self._notice_other_writers()
            self._writing = True
            try:
                self._claim_vectors_here()
                self._drop_spoilt_vectors()
                yield
                self._settle()
            except BaseException:
                with suppress(StoreError):
                    self._settle()
                raise
            finally:
                self._writing = False
                # Last of all, so that whoever sees it sees the vectors that were written before it as well.
                with suppress(StoreError):
                    self.database.set_setting("written_at", datetime.now(UTC).isoformat(timespec="microseconds"))

    def delete(self, kind: Kind, identifiers: Iterable[str]) -> int:
        """Remove records, their words and their vectors; returns how many records were there."""
        ids = list(identifiers)
        # A vector without a record is passed over by every reader; a record marked as having one, and without it,
        # would never be found. So the record goes first.
        deleted = self.database.delete(kind, ids)
        if kind in SEARCHED:
            self.vectors().delete(kind, ids)
        return deleted

    def close(self) -> None:
        if self._vectors is not None:
            self._vectors.close()
        self.lexicon.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _place(self) -> str:
        return str(self._server or "this store's folder")

    def _open_vectors(self) -> Vectors:
        if self._vectors is None:
            from store.vectors import Vectors  # 130 ms for numpy; Chroma itself comes with the first use

            prefix = f"pinwright-{self._identity()}" if self._server else "pinwright"
            self._vectors = Vectors(
                self.folder / VECTORS_NAME, server=self._server, prefix=prefix, before_write=self._note_unsettled
            )
        return self._vectors

    def _note_unsettled(self) -> None:
        """Mark the vectors as being written, until they are settled: see `_drop_spoilt_vectors`."""
        if not self._writing:
            raise RuntimeError("vectors are written inside `with store.writing(...)`")
        if self._server is None and self.database.setting(UNSETTLED) is None:
            self.database.set_setting(UNSETTLED, "yes")

    def _settle(self) -> None:
        if self._vectors is not None:
            self._vectors.settle()
            self.database.set_setting(UNSETTLED, None)

    def _look_after_a_kill(self) -> None:
        """Where a writer was killed, make sure that what it left can be read: see `_drop_spoilt_vectors`."""
        if self._server is not None or self.database.setting(UNSETTLED) is None:
            return
        # Busy: the writer lives.
        with suppress(StoreBusyError), writer_lock(self.folder, "look after a run that was killed"):
            if fault := find_fault(self.folder / VECTORS_NAME):
                raise StoreDamagedError(f"A run that was killed has spoilt the vectors: {fault}.", hint=REBUILD_HINT)
            self.database.set_setting(UNSETTLED, None)

    def _drop_spoilt_vectors(self) -> None:
        """Drop vectors whose writer was killed, if they cannot be read: every record waits for a new one then.

        Chroma writes its graph in place, and reading one that is half written ends the process; so another looks.
        """
        if self._server is not None or self.database.setting(UNSETTLED) is None:
            return
        if find_fault(self.folder / VECTORS_NAME):
            for kind in SEARCHED:
                self.database.mark_pending(kind)
            self._open_vectors().destroy()
        self.database.set_setting(UNSETTLED, None)

    def _identity(self) -> str:
        """A name of this store, so that several may keep their vectors on one server."""
        if (known := self.database.setting("identity")) is None:
            known = secrets.token_hex(4)
            self.database.set_setting("identity", known)
        return known

    def _require_vectors_here(self) -> None:
        known = self.database.setting("vectors_at")
        if known is not None and known != self._place:
            address = f"Add --store-url {known}" if "://" in known else "Leave out --store-url"
            raise StoreMissingError(
                f"The vectors of this store are in {known}, not in {self._place}.",
                hint=f"{address}, or run `pinwright store rebuild`, which embeds every record again.",
            )

    def _claim_vectors_here(self) -> None:
        """Note where this store's vectors are; where that is new, every record waits for one again."""
        known = self.database.setting("vectors_at")
        if known == self._place:
            return
        if self._server is not None:
            # Where nobody answers, this raises before the place that is known is given up.
            self._open_vectors().count(SEARCHED[0])
        with self.database.connection.transaction():
            if known is not None:
                for kind in SEARCHED:
                    self.database.mark_pending(kind)
            self.database.set_setting("vectors_at", self._place)

    def _notice_other_writers(self) -> None:
        version = self._data_version()
        if version != self._seen_version and self._vectors is not None:
            self._vectors.refresh()
        self._seen_version = version

    def _data_version(self) -> int:
        """A number that changes when another connection has written to the database, and only then."""
        return int(self.database.connection.value("PRAGMA data_version"))
