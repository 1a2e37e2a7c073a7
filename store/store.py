"""The store: records, their words and their vectors, in one folder, with one writer at a time."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from store.address import Address, parse_address
from store.database import PAGE, Database
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
    from store.kept import KeptVectors
    from store.vectors import Vectors

DATABASE_NAME = "records.sqlite3"
VECTORS_NAME = "vectors"
# A setting that is there while the vectors are being written, and after a writer was killed.
UNSETTLED = "vectors_unsettled"
# Settings that name vectors made beside the first ones: those in use, and those that are to be dropped.
GENERATION, RETIRED = "vectors_generation", "vectors_retired"
SEARCHED = (Kind.PIN, Kind.AD)


class Store:
    """What a command works with. Made by `Store.open`; a context manager that closes it."""

    def __init__(self, folder: Path, database: Database, server: Address | None) -> None:
        self.folder = folder
        self.database = database
        self.lexicon = Lexicon(database.connection)
        self._server = server
        self._vectors: Vectors | None = None
        self._generation = ""
        self._kept: KeptVectors | None = None
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
                self._drop_retired_vectors()
                self.index_kept()
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

    @property
    def vectors_folder(self) -> Path:
        """Where the vectors in use are, unless a server has them."""
        return self._folder_of(self._in_use())

    def begin_vectors_beside(self) -> Vectors:
        """Vectors, empty as yet, that nobody searches until `use_vectors_beside`; what a killed run left is dropped.

        Only who is `writing` may ask for them.
        """
        self._drop_retired_vectors()
        generation = secrets.token_hex(4)
        self.database.set_setting(RETIRED, generation)
        return self._make_vectors(generation)

    def use_vectors_beside(self, settings: Mapping[str, str | None]) -> None:
        """Search the vectors of `begin_vectors_beside` from now on, and keep these settings, both in one step.

        They hold every record's vector and are settled. A process that is killed leaves the old or the new ones.
        """
        with self.database.connection.transaction():
            before, after = self._in_use(), self.database.setting(RETIRED)
            for kind in SEARCHED:
                self.kept_vectors().clear(kind)
                self.database.mark_all_embedded(kind)
            for name, value in {**settings, GENERATION: after, RETIRED: before}.items():
                self.database.set_setting(name, value)
        self._drop_retired_vectors()
        for kind in SEARCHED:
            self._keep_all(kind)

    def delete(self, kind: Kind, identifiers: Iterable[str]) -> int:
        """Remove records, their words and their vectors; returns how many records were there."""
        ids = list(identifiers)
        # A vector without a record is passed over by every reader; a record marked as having one, and without it,
        # would never be found. So the record goes first.
        deleted = self.database.delete(kind, ids)
        if kind in SEARCHED:
            self.vectors().delete(kind, ids)
        return deleted

    def kept_vectors(self) -> KeptVectors:
        """The vectors as they were made, beside the records."""
        if self._kept is None:
            from store.kept import KeptVectors  # 130 ms for numpy

            self._kept = KeptVectors(self.database.connection)
        return self._kept

    def index_kept(self, on_progress: Callable[[int], None] = lambda _: None) -> int:
        """Index what waits although its vector is here: after a kill, a move to another place, or with a new graph.

        Nothing is embedded. `on_progress` gets how many are done; returns that too. Only for who is `writing`.
        """
        done = 0
        for kind in SEARCHED:
            if not self.database.count_pending(kind):
                continue
            for page in self.kept_vectors().waiting(kind):
                self.vectors().index_kept(kind, page)
                self.database.mark_embedded(kind, [(vector.id, vector.passage_hash) for vector in page])
                done += len(page)
                on_progress(done)
        return done

    def reindex(self, on_progress: Callable[[int], None] = lambda _: None) -> int:
        """Make the indexes of vectors anew, without an embedder, so that no file of them holds what was deleted.

        What has a vector in the index alone, by an older version, is kept first. Only for who is `writing`.
        """
        for kind in SEARCHED:
            self._keep_all(kind)
        # First the marks, then the vectors: a process that is killed between the two has lost nothing.
        with self.database.connection.transaction():
            for kind in SEARCHED:
                self.database.mark_pending(kind)
        self.vectors().destroy()
        return self.index_kept(on_progress)

    def _keep_all(self, kind: Kind) -> None:
        missing = self.kept_vectors().without(kind)
        for start in range(0, len(missing), PAGE):
            if found := self.vectors().get(kind, missing[start : start + PAGE]):
                self.kept_vectors().put_all(kind, found)

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

    def _in_use(self) -> str:
        return self.database.setting(GENERATION) or ""

    def _folder_of(self, generation: str) -> Path:
        return self.folder / "-".join(filter(None, (VECTORS_NAME, generation)))

    def _open_vectors(self) -> Vectors:
        generation = self._in_use()
        if self._vectors is not None and generation != self._generation:
            self._vectors.close()
            self._vectors = None
        if self._vectors is None:
            self._vectors, self._generation = self._make_vectors(generation, self.kept_vectors()), generation
        return self._vectors

    def _make_vectors(self, generation: str, kept: KeptVectors | None = None) -> Vectors:
        from store.vectors import Vectors  # 130 ms for numpy; Chroma itself comes with the first use

        names = ("pinwright", self._identity() if self._server else "", generation if self._server else "")
        return Vectors(
            self._folder_of(generation),
            server=self._server,
            prefix="-".join(filter(None, names)),
            kept=kept,
            before_write=self._note_unsettled,
        )

    def _drop_retired_vectors(self) -> None:
        """Drop the vectors whose place others have taken, or that a killed run had not finished."""
        if (generation := self.database.setting(RETIRED)) is None:
            return
        self._open_vectors().close()
        retired = self._make_vectors(generation)
        retired.destroy()
        retired.close()
        self._folder_of(generation).with_suffix(".lock").unlink(missing_ok=True)
        self.database.set_setting(RETIRED, None)

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
            if fault := find_fault(self.vectors_folder):
                raise StoreDamagedError(f"A run that was killed has spoilt the vectors: {fault}.", hint=REBUILD_HINT)
            self.database.set_setting(UNSETTLED, None)

    def _drop_spoilt_vectors(self) -> None:
        """Drop vectors whose writer was killed, if they cannot be read: every record waits to be indexed anew then.

        Chroma writes its graph in place, and reading one that is half written ends the process; so another looks.
        """
        if self._server is not None or self.database.setting(UNSETTLED) is None:
            return
        if find_fault(self.vectors_folder):
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
