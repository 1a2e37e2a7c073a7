"""The ledger of batches: what is to be written, what is done, and the creatives of what is done, in one database.

A row is one product in one format. Its order is everything that decides its texts (facts, settings, model, prompt,
seed), known here by a hash: a row whose order was finished is never written again, one whose order changed is. A row
and its creatives are finished in one transaction, so whatever is reported as done survives the end of the process, and
while a batch runs (`Ledger.running`) also a loss of power.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from store.connection import RESTORE_HINT, Connection
from store.creatives import Creative
from store.errors import StoreDamagedError
from store.lock import batch_lock
from store.orders import Counts, Entry, Failure, Finished, Reject, RowState, Unwritten
from store.records import Product
from store.serial import SerialError, from_json, text_hash, to_json, write

PAGE = 200
ID_DIGITS = 16
_CURRENT = """ledger l JOIN creatives c
    ON c.product_id = l.product_id AND c.format = l.format AND l.state = 'done' AND c.outdated = 0"""
_SAME = "ledger.order_hash = excluded.order_hash"
_PUT = f"""
    INSERT INTO ledger (product_id, format, order_hash, run, position, feed, line, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')
    ON CONFLICT (product_id, format) DO UPDATE SET
        state = CASE WHEN ledger.finished_hash = excluded.order_hash THEN 'done'
            WHEN {_SAME} THEN ledger.state ELSE 'waiting' END,
        tries = CASE WHEN {_SAME} THEN ledger.tries ELSE 0 END,
        reason = CASE WHEN {_SAME} THEN ledger.reason ELSE '' END,
        tokens = CASE WHEN {_SAME} THEN ledger.tokens ELSE 0 END,
        order_hash = excluded.order_hash, run = excluded.run, position = excluded.position,
        feed = excluded.feed, line = excluded.line
    WHERE ledger.run <> excluded.run
"""


class Ledger:
    """The ledger on the connection of a store. All but reading is for who is `running` a batch."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def running(self, purpose: str) -> Iterator[None]:
        """Be the one batch of this store, or raise StoreBusyError at once, naming who is."""
        with batch_lock(self._connection.path.parent, purpose):
            # A row costs seconds of writing, so the milliseconds in which its commit reaches the disk are well spent.
            self._connection.change("PRAGMA synchronous = FULL")
            try:
                yield
            finally:
                self._connection.change("PRAGMA synchronous = NORMAL")

    def begin(self) -> None:
        """Forget the rows that an earlier run rejected."""
        self._connection.change("DELETE FROM ledger_rejects")

    def register(self, run: str, position: int, entries: Sequence[Entry]) -> list[Entry]:
        """Note what a run is to write, in the order of its feeds from `position`; returns the entries it has already.

        A row whose order is as it was keeps its state; one that goes back to the order its creatives are of is done;
        any other waits.
        """
        known = []
        with self._connection.transaction():
            for place, entry in enumerate(entries, start=position):
                if sum(self._put(run, place, entry, *order) for order in entry.orders.items()):
                    self._put_product(entry.product)
                else:
                    known.append(entry)
        return known

    def reject(self, run: str, rejects: Iterable[Reject]) -> None:
        """Note rows of the feeds that are no products."""
        rows = [(run, row.feed, row.line, row.id, row.reason, row.excerpt) for row in rejects]
        with self._connection.transaction():
            self._connection.change_many(
                "INSERT INTO ledger_rejects (run, feed, line, id, reason, excerpt) VALUES (?, ?, ?, ?, ?, ?)", rows
            )

    def unwritten(self, run: str, formats: Sequence[str]) -> Iterator[Unwritten]:
        """What a run has to write, once each: what failed before comes first, then format by format as in the feeds.

        Rows may be finished while this goes on; one that fails meanwhile is not given again.
        """
        for state in (RowState.FAILED, RowState.WAITING):
            for name in formats:
                yield from self._in_state(run, state, name)

    def finish(self, row: Unwritten, finished: Finished) -> bool:
        """Commit a row with its creatives in one transaction; False, and nothing is changed, where it is done already.

        Undecided creatives of the row are replaced; those that a person decided on or edited stay, as outdated. Where
        nothing at all could be written, those of the order before stay as they are.
        """
        with self._connection.transaction():
            if not self._mark(row, finished):
                return False
            if finished.creatives:
                self._retire(row)
                for creative in finished.creatives:
                    self._insert(row, creative)
        return True

    def counts(self, run: str) -> Counts:
        """What became of the rows of a run; the variants are those of rows that are done."""
        in_state = "SELECT state, count(*) FROM ledger WHERE run = ? GROUP BY state"
        states: dict[str, int] = dict(self._connection.rows(in_state, (run,)))
        ((accepted, dropped),) = self._connection.rows(
            "SELECT coalesce(sum(c.state <> 'failed'), 0), coalesce(sum(c.state = 'failed'), 0)"
            f" FROM {_CURRENT} WHERE l.run = ?",
            (run,),
        )
        rejected = self._connection.value("SELECT count(*) FROM ledger_rejects WHERE run = ?", (run,))
        waiting, done, failed = (states.get(state, 0) for state in RowState)
        return Counts(waiting, done, failed, accepted, dropped, rejected)

    def failures(self, run: str) -> Iterator[Failure]:
        """The rows of a run without copy: those that failed, in the order of the feeds, then those rejected."""
        last: tuple[object, ...] = (-1, "")
        while rows := self._connection.rows(
            "SELECT l.position, l.format, l.feed, l.line, l.reason, p.id, p.body"
            " FROM ledger l JOIN ledger_products p ON p.id = l.product_id"
            " WHERE l.run = ? AND l.state = 'failed' AND (l.position, l.format) > (?, ?)"
            f" ORDER BY l.position, l.format LIMIT {PAGE}",
            (run, *last),
        ):
            for _, name, feed, line, reason, identifier, body in rows:
                yield Failure(feed, line, identifier, reason, name, self._product(identifier, body).title)
            last = rows[-1][:2]
        yield from self._rejected(run)

    def accepted(self, run: str) -> Iterator[str]:
        """The ids of the accepted creatives of the rows of a run that are done, in the order of the feeds, best first.

        `Reviews` has what they say.
        """
        last = self._connection.value("SELECT max(position) FROM ledger WHERE run = ?", (run,))
        for start in range(0, (-1 if last is None else last) + 1, PAGE):
            rows = self._connection.rows(
                f"SELECT c.id FROM {_CURRENT} WHERE l.run = ? AND l.position >= ? AND l.position < ?"
                " AND c.state <> 'failed' ORDER BY l.position, l.format, c.rank, c.number",
                (run, start, start + PAGE),
            )
            yield from (row[0] for row in rows)

    def _put(self, run: str, position: int, entry: Entry, name: str, order_hash: str) -> bool:
        """Note one row; False where this run has it already."""
        values = (entry.product.id, name, order_hash, run, position, entry.feed, entry.line)
        return self._connection.change(_PUT, values) > 0

    def _put_product(self, product: Product) -> None:
        body, digest = write(product)
        self._connection.change(
            "INSERT INTO ledger_products (id, hash, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET hash = excluded.hash, body = excluded.body WHERE hash <> excluded.hash",
            (product.id, digest, body),
        )

    def _in_state(self, run: str, state: RowState, name: str) -> Iterator[Unwritten]:
        last = -1
        while rows := self._connection.rows(
            "SELECT l.position, p.id, p.body, l.format, l.order_hash, l.feed, l.line, l.tries"
            " FROM ledger l JOIN ledger_products p ON p.id = l.product_id"
            f" WHERE l.run = ? AND l.state = ? AND l.format = ? AND l.position > ? ORDER BY l.position LIMIT {PAGE}",
            (run, state, name, last),
        ):
            for _, identifier, body, *order in rows:
                yield Unwritten(self._product(identifier, body), *order)
            last = rows[-1][0]

    def _mark(self, row: Unwritten, finished: Finished) -> bool:
        done = finished.state is RowState.DONE
        finished_hash = row.order_hash if done else None
        return bool(
            self._connection.change(
                "UPDATE ledger SET state = ?, reason = ?, tokens = tokens + ?, tries = tries + ?, finished_at = ?,"
                " finished_hash = CASE WHEN ? THEN ? ELSE finished_hash END"
                " WHERE product_id = ? AND format = ? AND order_hash = ? AND state <> 'done'",
                (
                    *(finished.state, finished.reason, finished.tokens, int(not done), _now()),
                    *(bool(finished.creatives), finished_hash),
                    *(row.product.id, row.format, row.order_hash),
                ),
            )
        )

    def _retire(self, row: Unwritten) -> None:
        place = (row.product.id, row.format)
        self._connection.change(
            "DELETE FROM creatives WHERE product_id = ? AND format = ?"
            " AND state IN ('pending', 'failed') AND edited IS NULL",
            place,
        )
        self._connection.change("UPDATE creatives SET outdated = 1 WHERE product_id = ? AND format = ?", place)

    def _insert(self, row: Unwritten, creative: Creative) -> None:
        """Add a creative; where a person has decided on the same texts of the same order, that decision stands."""
        body = to_json(creative)
        texts = sorted(creative.texts.items())
        identifier = text_hash(repr((row.product.id, row.format, row.order_hash, creative.angle, texts)))[:ID_DIGITS]
        state = "pending" if creative.accepted else "failed"
        values = (identifier, row.product.id, row.format, creative.angle, creative.rank, state, _now())
        self._connection.change(
            "INSERT INTO creatives (id, product_id, format, angle, rank, state, written_at, title, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET outdated = 0, rank = excluded.rank",
            (*values, row.product.title, body),
        )

    def _rejected(self, run: str) -> Iterator[Failure]:
        last = 0
        while rows := self._connection.rows(
            "SELECT number, feed, line, id, reason, '', '', excerpt FROM ledger_rejects"
            f" WHERE run = ? AND number > ? ORDER BY number LIMIT {PAGE}",
            (run, last),
        ):
            yield from (Failure(*row[1:]) for row in rows)
            last = rows[-1][0]

    def _product(self, identifier: str, body: str) -> Product:
        try:
            return from_json(Product, body)
        except SerialError as error:
            raise StoreDamagedError(
                f"{identifier} in the ledger of {self._connection.path} cannot be read ({error}).", hint=RESTORE_HINT
            ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
