"""Bring rows of a feed into the store and give what is matched a vector.

Records are written first, vectors second, and the mark that a record is embedded last, so a run that is stopped at any
moment goes on where it was: what has no mark is embedded next time, what has not changed is not embedded again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Any

from assistant.embedding.embedder import Embedder
from assistant.embedding.topics import InterestGuesser
from assistant.feeds.reader import Accepted, Rejected, Row
from store.errors import StoreVersionError
from store.records import Kind, Product, Record, advertise
from store.store import Store

# Rows are taken in windows: large enough for texts of a similar length to share a batch, small enough for progress to
# move and for Ctrl-C to be heard.
WINDOW = 512
MATCHED = (Kind.PIN, Kind.AD)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexJob:
    """What to do with the rows: their kind, the name of the feed they come from, and the time of this run."""

    kind: Kind
    source: str
    run: str
    advertise: bool = True
    prune: bool = False


@dataclass(slots=True)
class IndexReport:
    """What became of the rows. `embedded` counts vectors that were computed, `seconds` the whole run."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    embedded: int = 0
    pruned: int = 0
    seconds: float = 0.0

    @property
    def rows_per_second(self) -> float:
        return self.read / self.seconds if self.seconds else 0.0


Progress = Callable[[IndexReport], None]
OnReject = Callable[[Rejected], None]


def index(
    rows: Iterable[Row],
    job: IndexJob,
    store: Store,
    embedder: Embedder,
    *,
    on_progress: Progress = lambda _: None,
    on_reject: OnReject = lambda _: None,
) -> IndexReport:
    """Index rows as they come. The caller holds the store's writer lock."""
    claim_embedder(store, embedder)
    report, started = IndexReport(), perf_counter()
    guesser: InterestGuesser | None = None
    for window in _windows(rows):
        records = [row.record for row in window if isinstance(row, Accepted)]
        rejects = [row for row in window if isinstance(row, Rejected)]
        for reject in rejects:
            on_reject(reject)
        _put(records, rejects, job, store, report)
        guesser = guesser or InterestGuesser(embedder)
        report.embedded += _embed_some(store, embedder, guesser, (job.kind, Kind.AD))
        report.read += len(window)
        report.rejected += len(rejects)
        report.seconds = perf_counter() - started
        on_progress(report)
    # A feed that brought no row at all is more likely broken than a shop without products.
    if job.prune and report.read:
        report.pruned = _prune(job, store)
    report.seconds = perf_counter() - started
    return report


def embed_pending(store: Store, embedder: Embedder, on_progress: Callable[[int, int], None]) -> int:
    """Embed every pin and ad that has no vector yet; `on_progress` gets how many are done and how many there are."""
    guesser, done = InterestGuesser(embedder), 0
    total = sum(store.database.count(kind) for kind in MATCHED)
    while some := _embed_some(store, embedder, guesser, MATCHED):
        done += some
        on_progress(done, total)
    return done


def claim_embedder(store: Store, embedder: Embedder) -> None:
    """Keep which embedder the store's vectors are from, and refuse another: their vectors cannot be compared."""
    if store.database.setting("embedder") is None:
        store.database.set_setting("embedder", embedder.fingerprint)
        store.database.set_setting("embedder_name", embedder.name)
        store.database.set_setting("dimension", str(embedder.dimension))
    require_embedder(store, embedder)


def require_embedder(store: Store, embedder: Embedder) -> None:
    """Raise StoreVersionError where the store's vectors are from another embedder than this."""
    known = store.database.setting("embedder")
    if known not in (None, embedder.fingerprint):
        name = store.database.setting("embedder_name")
        raise StoreVersionError(
            f"This store's vectors are from the embedder {name}, not from {embedder.name}.",
            hint=f"Add --embedder {name}, or run `pinwright store rebuild` to embed everything again.",
        )


def _windows(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while window := list(islice(source, WINDOW)):
        yield window


def _put(
    records: Sequence[Record], rejects: Sequence[Rejected], job: IndexJob, store: Store, report: IndexReport
) -> None:
    count = store.database.put(job.kind, records, source=job.source, run=job.run)
    report.added += count.added
    report.changed += count.changed
    report.unchanged += count.unchanged
    # What a broken row stands for is still in the feed, so it is not gone.
    store.database.mark_seen(job.kind, [reject.id for reject in rejects if reject.id], run=job.run)
    if job.kind is Kind.PRODUCT and job.advertise:
        ads = [advertise(record) for record in records if isinstance(record, Product)]
        store.database.put(Kind.AD, ads, source=job.source, run=job.run)
        store.database.mark_seen(Kind.AD, [reject.id for reject in rejects if reject.id], run=job.run)


def _embed_some(store: Store, embedder: Embedder, guesser: InterestGuesser, kinds: Iterable[Kind]) -> int:
    """Embed up to a window of what waits, of each kind; returns how many."""
    return sum(_embed_kind(store, embedder, guesser, kind) for kind in dict.fromkeys(kinds) if kind in MATCHED)


def _embed_kind(store: Store, embedder: Embedder, guesser: InterestGuesser, kind: Kind) -> int:
    waiting = store.database.pending(kind, WINDOW)
    if not waiting:
        return 0
    vectors: Any = embedder.embed([item.passage for item in waiting])
    ids = [item.id for item in waiting]
    store.vectors().upsert(kind, ids, vectors)
    store.database.infer_interests(kind, dict(zip(ids, guesser.guess(vectors), strict=True)))
    store.database.mark_embedded(kind, [(item.id, item.hash) for item in waiting])
    return len(waiting)


def _prune(job: IndexJob, store: Store) -> int:
    """Remove what this source brought before and does not bring any more."""
    kinds = (Kind.AD, job.kind) if job.kind is Kind.PRODUCT else (job.kind,)
    for kind in kinds:
        gone = list(store.database.unseen(kind, job.source, job.run))
        store.delete(kind, gone)
    return len(gone)
