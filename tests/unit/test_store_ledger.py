"""The ledger of batches: nothing that was finished is lost or written twice, whatever happens in between."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store.connection import Connection
from store.creatives import Creative, Finding, Provenance
from store.errors import StoreBusyError, StoreDamagedError, StoreError
from store.health import clear
from store.ledger import PAGE, Ledger
from store.orders import Counts, Entry, Failure, Finished, Reject, Unwritten
from store.records import Product
from store.reviews import Reviews
from store.store import DATABASE_NAME, Store

ROOT = Path(__file__).parents[2]
PROVENANCE = Provenance(model="m", model_sha256="0", prompt_hash="p", seed=1, attempt=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / DATABASE_NAME


@pytest.fixture
def connection(path: Path) -> Iterator[Connection]:
    opened = Connection(path, create=True)
    yield opened
    opened.close()


@pytest.fixture
def ledger(connection: Connection) -> Ledger:
    return Ledger(connection)


def product(identifier: str, title: str = "") -> Product:
    return Product(id=identifier, title=title or f"Oak shelf {identifier}")


def entry(identifier: str, order: str = "first", line: int = 2, formats: Sequence[str] = ("pin",)) -> Entry:
    return Entry(product(identifier), "feed.csv", line, {name: f"{order} {identifier} {name}" for name in formats})


def register(ledger: Ledger, run: str, *entries: Entry) -> list[Entry]:
    return ledger.register(run, 0, entries)


def variant(row: Unwritten, angle: str, *, passes: bool = True, rank: int = 1, text: str = "") -> Creative:
    found = () if passes else (Finding(check="limits", code="too_long", message="It is too long."),)
    return Creative(
        product_id=row.product.id,
        format=row.format,
        angle=angle,
        texts={"title": text or f"{angle} of {row.order_hash}"},
        claims={},
        findings=found,
        provenance=PROVENANCE,
        rank=rank,
    )


def variants(row: Unwritten, count: int = 2, **options: object) -> Finished:
    written = [variant(row, f"angle {number}", rank=number, **options) for number in range(1, count + 1)]  # type: ignore[arg-type]
    return Finished(written, tokens=10)


def unwritten(ledger: Ledger, run: str, *formats: str) -> list[Unwritten]:
    return list(ledger.unwritten(run, formats or ("pin",)))


def finish_all(ledger: Ledger, run: str) -> None:
    for row in unwritten(ledger, run):
        ledger.finish(row, variants(row))


def states(connection: Connection, identifier: str) -> list[tuple[str, int]]:
    sql = "SELECT state, outdated FROM creatives WHERE product_id = ? ORDER BY number"
    return [tuple(row) for row in connection.rows(sql, (identifier,))]  # type: ignore[misc]


def test_rows_are_given_in_the_order_of_the_feed_format_by_format(ledger: Ledger) -> None:
    register(ledger, "1", *(entry(name, formats=("pin", "meta")) for name in "zab"))
    assert [(row.format, row.product.id) for row in unwritten(ledger, "1", "pin", "meta")] == [
        (name, identifier) for name in ("pin", "meta") for identifier in "zab"
    ]


def test_all_rows_of_a_long_feed_are_given_while_they_are_finished(ledger: Ledger) -> None:
    count = 2 * PAGE + 3
    ledger.register("1", 0, [entry(f"p{number}") for number in range(count)])
    given = []
    for row in ledger.unwritten("1", ("pin",)):
        given.append(row.product.id)
        ledger.finish(row, variants(row) if len(given) % 2 else Finished((), reason="no"))
    assert given == [f"p{number}" for number in range(count)]
    assert len(list(ledger.accepted("1"))) == 2 * (PAGE + 2)


def test_a_row_that_is_done_and_unchanged_is_not_given_again_wherever_it_stands(ledger: Ledger) -> None:
    register(ledger, "1", entry("a"), entry("b"))
    finish_all(ledger, "1")
    register(ledger, "2", entry("c"), entry("b", line=9), entry("a", line=7))
    assert [row.product.id for row in unwritten(ledger, "2")] == ["c"]
    assert ledger.counts("2") == Counts(waiting=1, done=2, failed=0, accepted=4, dropped=0, rejected=0)


def test_a_row_whose_order_changed_is_given_with_its_new_facts(ledger: Ledger) -> None:
    register(ledger, "1", entry("a"), entry("b"))
    finish_all(ledger, "1")
    changed = replace(entry("a", "second"), product=product("a", "Ash shelf"))
    register(ledger, "2", changed, entry("b"))
    (row,) = unwritten(ledger, "2")
    assert (row.product.title, row.order_hash, row.tries) == ("Ash shelf", "second a pin", 0)


def test_going_back_to_the_order_of_the_creatives_writes_nothing_again(ledger: Ledger) -> None:
    register(ledger, "1", entry("a"))
    finish_all(ledger, "1")
    register(ledger, "2", entry("a", "second"))
    ledger.finish(unwritten(ledger, "2")[0], Finished((), reason="The server does not answer."))
    register(ledger, "3", entry("a"))
    assert unwritten(ledger, "3") == [] and len(list(ledger.accepted("3"))) == 2


def test_what_failed_is_tried_first_next_time_and_not_again_in_the_same_run(ledger: Ledger) -> None:
    register(ledger, "1", *map(entry, "abc"))
    for row in ledger.unwritten("1", ("pin",)):
        if row.product.id == "c":
            ledger.finish(row, Finished((), reason="no"))
    register(ledger, "2", *map(entry, "abc"))
    given = []
    for row in ledger.unwritten("2", ("pin",)):
        given.append((row.product.id, row.tries))
        ledger.finish(row, variants(row, passes=False))
    assert given == [("c", 1), ("a", 0), ("b", 0)]


def test_tries_count_the_failures_of_the_present_order_alone(ledger: Ledger) -> None:
    for run, order, tries in (("1", "first", 0), ("2", "first", 1), ("3", "first", 2), ("4", "second", 0)):
        register(ledger, run, entry("a", order))
        (row,) = unwritten(ledger, run)
        assert row.tries == tries
        ledger.finish(row, Finished((), reason="no"))


def test_a_row_with_one_accepted_variant_is_done_and_one_with_none_has_failed(ledger: Ledger) -> None:
    register(ledger, "1", entry("a"), entry("b"))
    first, second = unwritten(ledger, "1")
    ledger.finish(first, Finished([variant(first, "x"), variant(first, "y", passes=False)]))
    ledger.finish(second, Finished([variant(second, "x", passes=False)], reason="It is too long."))
    assert ledger.counts("1") == Counts(waiting=0, done=1, failed=1, accepted=1, dropped=1, rejected=0)
    assert list(ledger.failures("1")) == [Failure("feed.csv", 2, "b", "It is too long.", "pin", "Oak shelf b")]


def test_a_row_is_finished_once(ledger: Ledger, connection: Connection) -> None:
    register(ledger, "1", entry("a"))
    (row,) = unwritten(ledger, "1")
    assert ledger.finish(row, variants(row))
    before = connection.rows("SELECT * FROM ledger")
    assert not ledger.finish(row, variants(row, 3, text="Other words"))
    assert connection.rows("SELECT * FROM ledger") == before
    assert len(states(connection, "a")) == 2


def test_nothing_of_a_row_is_kept_where_one_creative_cannot_be(ledger: Ledger, connection: Connection) -> None:
    register(ledger, "1", entry("a"))
    (row,) = unwritten(ledger, "1")
    with pytest.raises(StoreError):
        ledger.finish(row, Finished([variant(row, "x"), variant(row, "\ud800")]))
    assert states(connection, "a") == []
    assert ledger.counts("1").waiting == 1


def test_a_full_disk_is_a_sentence_and_loses_nothing(ledger: Ledger, connection: Connection) -> None:
    register(ledger, "1", *map(entry, "ab"))
    first, second = unwritten(ledger, "1")
    ledger.finish(first, variants(first))
    connection.change(f"PRAGMA max_page_count = {connection.value('PRAGMA page_count')}")
    with pytest.raises(StoreError, match="No space left"):
        ledger.finish(second, variants(second, 4, text="x" * 100_000))
    assert ledger.counts("1") == Counts(waiting=1, done=1, failed=0, accepted=2, dropped=0, rejected=0)
    connection.change("PRAGMA max_page_count = 100000")
    assert ledger.finish(second, variants(second))


def test_written_again_undecided_creatives_are_replaced_and_decided_ones_stay_as_outdated(
    ledger: Ledger, connection: Connection
) -> None:
    register(ledger, "1", entry("a"))
    (row,) = unwritten(ledger, "1")
    failing = variant(row, "z", passes=False)
    ledger.finish(row, Finished([*variants(row, 4).creatives, failing]))
    reviews = Reviews(connection)
    approved, rejected, edited, _ = ledger.accepted("1")
    reviews.approve([approved], by="Ida")
    reviews.reject([rejected], by="Ida", reason="dull")
    found = reviews.get(edited)
    assert found is not None
    reviews.edit(edited, replace(found.written, texts={"title": "By hand"}))

    register(ledger, "2", entry("a", "second"))
    assert list(ledger.accepted("2")) == []
    (row,) = unwritten(ledger, "2")
    ledger.finish(row, variants(row))
    assert states(connection, "a") == [("approved", 1), ("rejected", 1), ("pending", 1), ("pending", 0), ("pending", 0)]
    assert len(list(ledger.accepted("2"))) == 2


def test_the_same_texts_of_the_same_order_keep_what_was_decided_on_them(ledger: Ledger, connection: Connection) -> None:
    for run, order in (("1", "first"), ("2", "second"), ("3", "first")):
        register(ledger, run, entry("a", order))
        finish_all(ledger, run)
        if run == "1":
            Reviews(connection).approve(list(ledger.accepted("1"))[:1], by="Ida")
    assert states(connection, "a") == [("approved", 0), ("pending", 0)]


def test_where_nothing_could_be_written_the_creatives_before_it_stay(ledger: Ledger, connection: Connection) -> None:
    register(ledger, "1", entry("a"))
    finish_all(ledger, "1")
    register(ledger, "2", entry("a", "second"))
    ledger.finish(unwritten(ledger, "2")[0], Finished((), reason="no"))
    assert states(connection, "a") == [("pending", 0), ("pending", 0)]
    assert list(ledger.accepted("2")) == []


def test_an_id_that_a_run_has_already_is_returned_and_changes_nothing(ledger: Ledger) -> None:
    register(ledger, "1", entry("a"))
    twin = replace(entry("a", "second"), product=product("a", "Another"))
    assert ledger.register("1", 1, [twin, entry("b")]) == [twin]
    first = unwritten(ledger, "1")[0]
    assert (first.product.title, first.order_hash) == ("Oak shelf a", "first a pin")


def test_products_that_a_feed_no_longer_has_are_left_alone(ledger: Ledger, connection: Connection) -> None:
    register(ledger, "1", entry("a"), entry("b"))
    finish_all(ledger, "1")
    register(ledger, "2", entry("b"))
    assert unwritten(ledger, "2") == [] and len(list(ledger.accepted("2"))) == 2
    assert len(states(connection, "a")) == 2


def test_accepted_creatives_come_in_the_order_of_the_feed_and_the_best_first(
    ledger: Ledger, connection: Connection
) -> None:
    register(ledger, "1", *map(entry, "ba"))
    for row in reversed(unwritten(ledger, "1")):
        ledger.finish(row, Finished([variant(row, "x", rank=2), variant(row, "y", rank=1)]))
    reviews = Reviews(connection)
    found = [found.written for identifier in ledger.accepted("1") if (found := reviews.get(identifier))]
    assert [(creative.product_id, creative.angle) for creative in found] == [
        (identifier, angle) for identifier in "ba" for angle in "yx"
    ]


def test_rejected_rows_are_kept_for_the_run_alone(ledger: Ledger) -> None:
    ledger.begin()
    ledger.reject("1", [Reject("feed.csv", 17, "abc", "no title", "abc,,")])
    assert list(ledger.failures("1")) == [Failure("feed.csv", 17, "abc", "no title", excerpt="abc,,")]
    ledger.begin()
    assert list(ledger.failures("1")) == [] and ledger.counts("2").rejected == 0


def test_a_damaged_product_is_named(ledger: Ledger, connection: Connection) -> None:
    register(ledger, "1", entry("abc"))
    connection.change("UPDATE ledger_products SET body = '{'")
    with pytest.raises(StoreDamagedError, match="abc"):
        unwritten(ledger, "1")


def test_one_batch_at_a_time_and_indexing_is_not_held_up(tmp_path: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from store.ledger import Ledger
        from store.store import Store
        with Store.open(Path(sys.argv[1])) as store:
            try:
                with Ledger(store.database.connection).running("batch b.csv"):
                    pass
            except Exception as error:
                print(type(error).__name__, error)
            with store.writing("index a.csv"):
                print("indexed")"""
    with Store.open(tmp_path / "store", create=True) as store:
        with Ledger(store.database.connection).running("batch a.csv"):
            command = [sys.executable, "-c", code, str(tmp_path / "store")]
            told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
            with pytest.raises(StoreBusyError, match=r"batch a\.csv"):
                clear(tmp_path / "store")
        assert store.database.connection.value("PRAGMA synchronous") == 1
    assert told.startswith("StoreBusyError") and "(batch a.csv)" in told and told.endswith("indexed\n")
    clear(tmp_path / "store")
    assert not (tmp_path / "store").exists()


IDS, FORMATS, ORDERS = tuple("abcd"), ("pin", "meta"), ("first", "second")
Key = tuple[str, str]


class LedgerMachine(RuleBasedStateMachine):
    """Batches over a feed that grows, shrinks, changes and is reordered; each may be killed between any two steps.

    `finished` holds, by row, the order that was reported as done with the ids of its creatives.
    """

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.connection = Connection(self.folder / DATABASE_NAME, create=True)
        self.ledger = Ledger(self.connection)
        self.run, self.current, self.given = 0, dict[Key, str](), set[Key]()
        self.finished, self.decided = dict[Key, tuple[str, list[str]]](), dict[str, str]()
        self.rows: Iterator[Unwritten] = iter(())

    def teardown(self) -> None:
        self.connection.close()
        shutil.rmtree(self.folder)

    @rule(ids=st.lists(st.sampled_from(IDS), unique=True), order=st.sampled_from(ORDERS))
    def start_a_run(self, ids: list[str], order: str) -> None:
        """Also what a run does that finds the ledger as a killed one left it."""
        self.connection.close()
        self.connection = Connection(self.folder / DATABASE_NAME, create=False)
        self.ledger = Ledger(self.connection)
        self.run += 1
        entries = [entry(identifier, order, formats=FORMATS) for identifier in ids]
        self.ledger.register(str(self.run), 0, entries)
        self.current = {(item.product.id, name): item.orders[name] for item in entries for name in FORMATS}
        self.rows, self.given = self.ledger.unwritten(str(self.run), FORMATS), set()

    @rule(accepted=st.integers(0, 2), dropped=st.integers(0, 1))
    def finish_the_next_row(self, accepted: int, dropped: int) -> None:
        row = next(self.rows, None)
        if row is None:
            return
        key = (row.product.id, row.format)
        assert key not in self.given and self.current[key] == row.order_hash
        assert self.finished.get(key, ("", []))[0] != row.order_hash, "written twice"
        self.given.add(key)
        written = [variant(row, f"angle {n}", rank=n + 1) for n in range(accepted)]
        written += [variant(row, f"bad {n}", passes=False) for n in range(dropped)]
        assert self.ledger.finish(row, Finished(written, reason="" if accepted else "no"))
        if accepted:
            self.finished[key] = (row.order_hash, self._ids(key))
        elif dropped:
            self.finished.pop(key, None)

    @rule(inserted=st.integers(0, 1))
    def be_killed_while_a_row_is_finished(self, inserted: int) -> None:
        row = next(self.rows, None)
        if row is None:
            return
        insert, calls = Ledger._insert, iter(range(9))

        def stop_after(ledger: Ledger, row: Unwritten, creative: Creative) -> None:
            if next(calls) == inserted:
                raise KeyboardInterrupt
            insert(ledger, row, creative)

        with patch.object(Ledger, "_insert", stop_after), pytest.raises(KeyboardInterrupt):
            self.ledger.finish(row, variants(row))
        self.start_a_run(list(dict.fromkeys(key[0] for key in self.current)), row.order_hash.split()[0])

    @precondition(lambda self: self.finished)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.finished)))
        identifier = self.finished[key][1][0]
        Reviews(self.connection).approve([identifier], by="Ida")
        self.decided[identifier] = "approved"

    @invariant()
    def nothing_is_lost_and_nothing_waits_that_is_done(self) -> None:
        if not hasattr(self, "ledger"):
            return
        done = {key for key, order in self.current.items() if self.finished.get(key, ("", []))[0] == order}
        counts = self.ledger.counts(str(self.run))
        assert (counts.done, counts.rows) == (len(done), len(self.current))
        assert sorted(self.ledger.accepted(str(self.run))) == sorted(i for key in done for i in self.finished[key][1])
        for identifier, state in self.decided.items():
            assert self.connection.value("SELECT state FROM creatives WHERE id = ?", (identifier,)) == state

    def _ids(self, key: Key) -> list[str]:
        sql = "SELECT id FROM creatives WHERE product_id = ? AND format = ? AND outdated = 0 AND state <> 'failed'"
        return [row[0] for row in self.connection.rows(sql, key)]


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_a_reader_sees_whole_rows_only_while_one_is_finished(ledger: Ledger, path: Path) -> None:
    register(ledger, "1", entry("a"))
    (row,) = unwritten(ledger, "1")
    seen = []
    insert = Ledger._insert

    def look(itself: Ledger, row: Unwritten, creative: Creative) -> None:
        insert(itself, row, creative)
        with sqlite3.connect(path) as other:
            seen.append(other.execute("SELECT (SELECT count(*) FROM creatives), state FROM ledger").fetchone())

    with patch.object(Ledger, "_insert", look):
        ledger.finish(row, variants(row))
    assert seen == [(0, "waiting")] * 2
