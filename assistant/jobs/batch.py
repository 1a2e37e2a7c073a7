"""Write ads for a whole feed: note its rows in the ledger, write what is not done, commit each product as it ends.

The facts of all products lie in the ledger before the first is written, so a run that is stopped at any moment goes on
where it was, however the feed is ordered by then, and memory holds no more than the products that are being written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from time import perf_counter
from typing import cast

from assistant.creative.angles.catalogue import ANGLES, KINDS
from assistant.creative.angles.choosing import choose_angles
from assistant.creative.formats import Format
from assistant.creative.generate import Order, Outcome, write_all
from assistant.embedding.embedder import Embedder
from assistant.errors import PinwrightError, UsageError, defect
from assistant.feeds.reader import Accepted, Rejected, Row
from assistant.llm.engine import Engine, Piece, Usage
from assistant.matching.beside import Beside
from prompts import load
from store.creatives import Brief
from store.ledger import Ledger
from store.orders import Entry, Finished, Reject, Unwritten
from store.records import Product
from store.serial import text_hash

WINDOW = 500
# An order that failed would fail again with the same seed; this is more than the seeds of one order are apart.
SEEDS_BETWEEN_TRIES = 100_000
REASONS_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchJob:
    """What to write for each product. `brief` holds everything but the product, `settings` the same for provenance.

    `run` names this run in the ledger; `limit` is how many products are taken from the feeds, 0 for all. `refused` are
    texts by the name of the format that were rejected and must not come again.
    """

    run: str
    brief: Brief
    formats: tuple[Format, ...]
    variants: int
    settings: Mapping[str, str]
    angles: tuple[str, ...] = ()
    seed: int = 0
    limit: int = 0
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class BatchProgress:
    """How far the writing is: rows by what became of them, variants accepted and dropped, tokens and seconds."""

    total: int = 0
    done: int = 0
    failed: int = 0
    accepted: int = 0
    dropped: int = 0
    tokens: int = 0
    seconds: float = 0.0

    @property
    def finished(self) -> int:
        return self.done + self.failed

    @property
    def accepted_per_minute(self) -> float:
        return 60 * self.accepted / self.seconds if self.seconds else 0.0

    @property
    def tokens_per_variant(self) -> float:
        """Tokens evaluated and generated for each accepted variant, tries that failed included."""
        return self.tokens / self.accepted if self.accepted else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None before anything is finished."""
        return self.seconds / self.finished * (self.total - self.finished) if self.finished else None


class Batch:
    """One run over some feeds. The caller is `running` the ledger; `read` each feed, then go through `write`.

    `beside` names pins that an ad for a product would appear among, which its variants are ranked by.
    """

    def __init__(
        self,
        job: BatchJob,
        ledger: Ledger,
        engine: Engine,
        embedder: Embedder | None,
        beside: Beside = lambda _: (),
    ) -> None:
        self._job, self._ledger, self._engine, self._embedder = job, ledger, engine, embedder
        self._beside = beside
        self._formats = {format.name: format for format in job.formats}
        self._terms = {format.name: _terms(job, format, engine) for format in job.formats}
        self._open: dict[str, Unwritten] = {}
        self._taken = 0
        self.progress = BatchProgress()
        ledger.begin()

    @property
    def prompts(self) -> Mapping[str, str]:
        """The version of the prompt by the name of the format."""
        return {format.name: load(format.prompt).version for format in self._job.formats}

    def read(self, feed: str, rows: Iterable[Row], on_progress: Callable[[int], None] = lambda _: None) -> None:
        """Note the rows of a feed in the ledger; `on_progress` gets how many products are noted so far."""
        limited = self._limited(rows)
        while window := list(islice(limited, WINDOW)):
            entries = [self._entry(feed, row) for row in window if isinstance(row, Accepted)]
            rejects = [_reject(feed, row) for row in window if isinstance(row, Rejected)]
            known = self._ledger.register(self._job.run, self._taken, entries)
            rejects += [_reject_known(entry) for entry in known]
            self._ledger.reject(self._job.run, rejects)
            self._taken += len(entries)
            on_progress(self._taken)

    def write(self) -> Generator[BatchProgress, None, None]:
        """Write what the ledger has waiting. What `progress` counts as finished is committed.

        Closing this, or Ctrl-C, stops the engine: what is not finished by then is written by the next run. Raises
        StoreError where the ledger cannot be written to and EngineError where the engine fails as a whole.
        """
        counts, started = self._ledger.counts(self._job.run), perf_counter()
        self.progress.total = counts.waiting + counts.failed
        events = write_all(self._orders(), self._engine, self._embedder)
        with closing(cast("Generator[object, None, None]", events)):
            for event in events:
                if isinstance(event, Piece):
                    continue
                if isinstance(event, Outcome):
                    self._finish(self._open.pop(event.key), event)
                self.progress.seconds = perf_counter() - started
                yield self.progress
        self.progress.seconds = perf_counter() - started
        yield self.progress

    def _limited(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows as long as products are wanted."""
        room = self._job.limit - self._taken if self._job.limit else -1
        for row in rows if room else ():
            yield row
            room -= isinstance(row, Accepted)
            if room == 0:
                return

    def _entry(self, feed: str, row: Accepted) -> Entry:
        product = row.record
        assert isinstance(product, Product)
        facts = _dumped([_lasting(product.facts), product.tags, product.interest])
        orders = {name: text_hash(f"{terms} {facts}") for name, terms in self._terms.items()}
        return Entry(product, feed, row.line, orders)

    def _orders(self) -> Iterator[Order]:
        for row in self._ledger.unwritten(self._job.run, tuple(self._formats)):
            key = f"{row.product.id} {row.format}"
            try:
                order = self._order(key, row)
            except Exception as error:  # noqa: BLE001 - `defect` raises what is none again
                reason = str(error) if isinstance(error, PinwrightError) else defect(error)
                self._finish(row, Outcome(key, (), Usage(), reason))
                continue
            self._open[key] = row
            yield order

    def _order(self, key: str, row: Unwritten) -> Order:
        job = self._job
        angles = choose_angles(row.product, job.angles, job.variants)
        if not angles:
            raise UsageError("No angle suits this product.")
        return Order(
            key=key,
            brief=replace(job.brief, product=row.product),
            format=self._formats[row.format],
            angles=angles,
            seed=job.seed + row.tries * SEEDS_BETWEEN_TRIES,
            feed=row.feed,
            settings=job.settings,
            beside=self._beside(row.product),
            refused=job.refused.get(row.format, ()),
        )

    def _finish(self, row: Unwritten, outcome: Outcome) -> None:
        accepted, progress = sum(creative.accepted for creative in outcome.creatives), self.progress
        tokens = outcome.usage.evaluated + outcome.usage.generated
        finished = Finished(outcome.creatives, tokens, "" if accepted else _reason(outcome))
        if self._ledger.finish(row, finished):
            progress.done += bool(accepted)
            progress.failed += not accepted
            progress.accepted += accepted
            progress.dropped += len(outcome.creatives) - accepted
            progress.tokens += tokens


def _terms(job: BatchJob, format: Format, engine: Engine) -> str:
    """The hash of what decides the texts of all products alike. The angles of each follow from its facts and these."""
    return text_hash(
        _dumped(
            [
                format.name,
                sorted(job.settings.items()),
                *(job.variants, job.angles, text_hash(repr((ANGLES, KINDS)))),
                *(engine.fingerprint, load(format.prompt).version, job.seed),
            ]
        )
    )


def _lasting(facts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The facts but the stock, which changes by the day: no writer is told of it, and an export looks at it again.

    The price stays. A writer is not told of it either, but a text may have it from the description.
    """
    return [(name, text) for name, text in facts if name != "availability"]


def _reason(outcome: Outcome) -> str:
    problems = dict.fromkeys(problem for creative in outcome.creatives for problem in creative.problems)
    return outcome.error or " ".join(islice(problems, REASONS_TOLD)) or "Nothing was written."


def _reject(feed: str, row: Rejected) -> Reject:
    return Reject(feed, row.line, row.id, row.reason, row.excerpt)


def _reject_known(entry: Entry) -> Reject:
    reason = f"id {entry.product.id} was already in another of the feeds"
    return Reject(entry.feed, entry.line, entry.product.id, reason, entry.product.title)


def _dumped(value: Sequence[object]) -> str:
    return json.dumps(value, separators=(",", ":"))
