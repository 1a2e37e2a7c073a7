"""The records: what is put, found, counted, filtered and forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.connection import Connection
from store.database import Database, PutCount
from store.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreMissingError,
    StoreUsageError,
    StoreVersionError,
)
from store.records import NO_FILTERS, Ad, Availability, Filters, Interest, Kind, Pin, Price, Product
from store.where.parse import parse


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "records.sqlite3", create=True)
    yield opened
    opened.close()


def ads(*numbers: int) -> list[Ad]:
    return [Ad(id=f"A{number}", title=f"Lamp {number}") for number in numbers]


def put_ads(database: Database, *numbers: int, run: str = "1", source: str = "feed") -> PutCount:
    return database.put(Kind.AD, ads(*numbers), source=source, run=run)


def test_put_tells_what_is_new_what_changed_and_what_did_not(database: Database) -> None:
    assert put_ads(database, 1, 2) == (2, 0, 0)
    changed = replace(ads(2)[0], price=Price(Decimal(5)))
    assert database.put(Kind.AD, [*ads(1), changed, *ads(3)], source="feed", run="2") == (1, 1, 1)
    assert database.get(Kind.AD, "A2") == changed


def test_of_two_records_with_one_id_the_later_stays(database: Database) -> None:
    first, second = ads(1)[0], replace(ads(1)[0], title="Another lamp")
    assert database.put(Kind.AD, [first, second, second], source="feed", run="1") == (1, 1, 1)
    assert database.get(Kind.AD, "A1") == second
    assert database.count(Kind.AD) == 1


def test_nothing_of_a_batch_is_kept_where_one_record_cannot_be(database: Database) -> None:
    for broken in (Ad(id="", title="t"), Ad(id="\ud800", title="t")):
        with pytest.raises(StoreUsageError):
            database.put(Kind.AD, [*ads(1), broken], source="feed", run="1")
    assert database.count(Kind.AD) == 0
    assert database.sources() == []


def test_a_record_of_another_kind_is_a_defect(database: Database) -> None:
    with pytest.raises(TypeError):
        database.put(Kind.PIN, ads(1), source="feed", run="1")


def test_an_id_is_unique_within_its_kind_only(database: Database) -> None:
    database.put(Kind.AD, [Ad(id="1", title="ad")], source="f", run="1")
    database.put(Kind.PIN, [Pin(id="1", title="pin")], source="f", run="1")
    assert [database.get(kind, "1") and database.get(kind, "1").title for kind in (Kind.AD, Kind.PIN)] == ["ad", "pin"]  # type: ignore[union-attr]


def test_get_many_keeps_the_order_and_leaves_out_what_is_not_there(database: Database) -> None:
    put_ads(database, 1, 2, 3)
    assert list(database.get_many(Kind.AD, ["A3", "nobody", "A1", "A3"])) == ["A3", "A1"]
    assert database.get(Kind.AD, "nobody") is None


@settings(deadline=None)
@given(title=st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_text_can_be_stored(title: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    database = Database(tmp_path_factory.mktemp("any") / "records.sqlite3", create=True)
    ad = Ad(id="1", title=title, description="\x00\x1b[31m\n")
    database.put(Kind.AD, [ad], source="f", run="1")
    assert database.get(Kind.AD, "1") == ad
    assert len(database.pending(Kind.AD, 5)) == 1
    database.close()


def test_what_is_new_or_reads_otherwise_waits_for_a_vector(database: Database) -> None:
    put_ads(database, 1, 2)
    waiting = database.pending(Kind.AD, 10)
    assert [(item.id, item.passage) for item in waiting] == [("A1", "Lamp 1"), ("A2", "Lamp 2")]
    database.mark_embedded(Kind.AD, [(item.id, item.hash) for item in waiting])
    assert database.pending(Kind.AD, 10) == []
    dearer, renamed = replace(ads(1)[0], price=Price(Decimal(9))), replace(ads(2)[0], title="Desk lamp")
    database.put(Kind.AD, [dearer, renamed], source="feed", run="2")
    assert [item.id for item in database.pending(Kind.AD, 10)] == ["A2"]


def test_what_changed_while_it_was_embedded_goes_on_waiting(database: Database) -> None:
    put_ads(database, 1)
    (before,) = database.pending(Kind.AD, 1)
    database.put(Kind.AD, [replace(ads(1)[0], title="Desk lamp")], source="feed", run="2")
    database.mark_embedded(Kind.AD, [(before.id, before.hash)])
    assert [item.passage for item in database.pending(Kind.AD, 1)] == ["Desk lamp"]


def test_products_never_wait_for_a_vector(database: Database) -> None:
    database.put(Kind.PRODUCT, [Product(id="1", title="t")], source="f", run="1")
    assert database.pending(Kind.PRODUCT, 10) == []
    assert database.count_pending(Kind.PRODUCT) == 0


def test_marked_as_pending_a_record_waits_again(database: Database) -> None:
    put_ads(database, 1, 2)
    database.mark_embedded(Kind.AD, [(item.id, item.hash) for item in database.pending(Kind.AD, 10)])
    assert list(database.embedded_ids(Kind.AD)) == ["A1", "A2"]
    database.mark_pending(Kind.AD, ["A2"])
    assert [item.id for item in database.pending(Kind.AD, 10)] == ["A2"]
    database.mark_pending(Kind.AD)
    assert database.count_pending(Kind.AD) == 2


def test_unseen_is_what_a_source_no_longer_brings(database: Database) -> None:
    put_ads(database, 1, 2, 3, 4)
    put_ads(database, 9, source="other")
    put_ads(database, 1, 2, run="2")
    database.mark_seen(Kind.AD, ["A3"], run="2")
    assert list(database.unseen(Kind.AD, "feed", "2")) == ["A4"]
    assert list(database.unseen(Kind.AD, "nobody", "2")) == []


def test_unseen_may_be_deleted_as_it_comes(database: Database) -> None:
    put_ads(database, *range(2500))
    put_ads(database, 7, run="2")
    assert sum(database.delete(Kind.AD, [gone]) for gone in database.unseen(Kind.AD, "feed", "2")) == 2499
    assert [record.id for record in database.iterate(Kind.AD)] == ["A7"]


def test_a_record_belongs_to_the_source_that_brought_it_last(database: Database) -> None:
    put_ads(database, 1)
    put_ads(database, 1, source="other", run="2")
    assert list(database.unseen(Kind.AD, "feed", "3")) == []
    assert [(row.source, row.records) for row in database.sources()] == [("feed", 0), ("other", 1)]


def test_delete_tells_how_many_there_were(database: Database) -> None:
    put_ads(database, *range(2100))
    assert database.delete(Kind.AD, [f"A{number}" for number in range(3000)]) == 2100
    assert database.count(Kind.AD) == 0


def test_a_guessed_interest_stays_until_the_passage_changes(database: Database) -> None:
    stated = Ad(id="A2", title="Lamp 2", interest=Interest.ART)
    database.put(Kind.AD, [*ads(1), stated], source="feed", run="1")
    database.infer_interests(Kind.AD, {"A1": Interest.HOME_DECOR, "A2": Interest.HOME_DECOR})
    guessed = database.get(Kind.AD, "A1")
    assert guessed is not None
    assert (guessed.interest, guessed.interest_inferred) == (Interest.HOME_DECOR, True)
    assert database.get(Kind.AD, "A2") == stated
    assert put_ads(database, 1, run="2").unchanged == 1
    database.put(Kind.AD, [replace(ads(1)[0], price=Price(Decimal(3)))], source="feed", run="3")
    assert database.select_ids(Kind.AD, Filters(interests=frozenset({Interest.HOME_DECOR})), None) == ["A1"]
    database.put(Kind.AD, [replace(ads(1)[0], title="Rug")], source="feed", run="4")
    assert database.get(Kind.AD, "A1") == replace(ads(1)[0], title="Rug")


OFFERS = [
    Ad(id="cheap", title="t", price=Price(Decimal("10.00")), interest=Interest.ART, countries=("US", "GB")),
    Ad(id="sale", title="t", price=Price(Decimal(90)), sale_price=Price(Decimal("24.99")), countries=("gb",)),
    Ad(id="dear", title="t", price=Price(Decimal(500)), availability=Availability.IN_STOCK, interest=Interest.TRAVEL),
    Ad(id="bare", title="t", availability=Availability.PREORDER, countries=("BG",)),
]


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        (NO_FILTERS, ["cheap", "sale", "dear", "bare"]),
        (Filters(interests=frozenset({Interest.ART, Interest.TRAVEL})), ["cheap", "dear"]),
        (Filters(max_price=Decimal("24.99")), ["cheap", "sale"]),
        (Filters(min_price=Decimal("24.99")), ["sale", "dear"]),
        (Filters(min_price=Decimal(0)), ["cheap", "sale", "dear"]),
        (Filters(availability=frozenset({Availability.PREORDER})), ["bare"]),
        (Filters(country="GB"), ["cheap", "sale", "dear"]),
        (Filters(country="us"), ["cheap", "dear"]),
        (Filters(country="G"), ["dear"]),
        (Filters(country="GB", max_price=Decimal(20), interests=frozenset({Interest.ART})), ["cheap"]),
    ],
)
def test_filters_let_through_what_satisfies_all_of_them(
    database: Database, filters: Filters, passing: list[str]
) -> None:
    database.put(Kind.AD, OFFERS, source="f", run="1")
    assert database.select_ids(Kind.AD, filters, None) == passing
    assert database.select_ids(Kind.AD, filters, 1) == passing[:1]
    assert database.count_matching(Kind.AD, filters) == len(passing)


def test_pins_are_filtered_by_interest_alone(database: Database) -> None:
    database.put(Kind.PIN, [Pin(id="1", title="t", interest=Interest.ART)], source="f", run="1")
    assert database.select_ids(Kind.PIN, Filters(interests=frozenset({Interest.ART})), None) == ["1"]
    for filters in (
        Filters(max_price=Decimal(1)),
        Filters(country="GB"),
        Filters(availability=frozenset({Availability.IN_STOCK})),
    ):
        with pytest.raises(StoreUsageError, match="A pin has no"):
            database.select_ids(Kind.PIN, filters, None)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(min_price=Decimal(2), max_price=Decimal(1)),
        Filters(min_price=Decimal("NaN")),
        Filters(max_price=Decimal("Infinity")),
    ],
)
def test_prices_that_make_no_sense_are_refused(database: Database, filters: Filters) -> None:
    with pytest.raises(StoreUsageError):
        database.count_matching(Kind.AD, filters)


def test_a_price_that_is_no_number_passes_no_filter(database: Database) -> None:
    database.put(Kind.AD, [Ad(id="1", title="t", price=Price(Decimal("sNaN")))], source="f", run="1")
    assert database.select_ids(Kind.AD, Filters(min_price=Decimal(0)), None) == []


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (
            "interest = 'ART' AND price >= 1 AND countries = ''",
            "COVERING INDEX records_filtered (kind=? AND interest=?",
        ),
        ("price >= 1 AND countries = ''", "COVERING INDEX records_priced (kind=? AND price>?"),
    ],
)
def test_filtering_reads_a_range_of_an_index_and_no_record(database: Database, where: str, index: str) -> None:
    plan = database.connection.rows(
        f"EXPLAIN QUERY PLAN SELECT id FROM records WHERE kind = 'ad' AND {where} ORDER BY number"
    )
    assert index in plan[0][3]


def test_a_where_on_the_price_reads_a_range_of_an_index(database: Database) -> None:
    seen: list[str] = []
    database.connection._sqlite.set_trace_callback(seen.append)
    database.select_ids(Kind.AD, Filters(where=parse("price < 40")), None)
    database.connection._sqlite.set_trace_callback(None)
    plan = database.connection.rows(f"EXPLAIN QUERY PLAN {seen[-1]}")
    assert "records_priced (kind=? AND price>? AND price<?)" in plan[0][3]


def test_what_waits_is_found_without_a_look_at_the_rest(database: Database) -> None:
    seen: list[str] = []
    database.connection._sqlite.set_trace_callback(seen.append)
    database.pending(Kind.AD, 1)
    database.count_pending(Kind.AD)
    database.connection._sqlite.set_trace_callback(None)
    for sql in seen:
        assert "records_waiting" in database.connection.rows(f"EXPLAIN QUERY PLAN {sql}")[0][3]


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [("LAMP-O042", "LAMP-0042"), ("lamp-0042", "LAMP-0042"), ("XAMP-0042", "LAMP-0042"), ("LAMP-004", "LAMP-0040")],
)
def test_similar_ids_are_what_was_meant(database: Database, mistyped: str, meant: str) -> None:
    database.put(Kind.AD, [Ad(id=f"LAMP-{n:04}", title="t") for n in range(0, 80, 2)], source="f", run="1")
    assert meant in database.similar_ids(Kind.AD, mistyped)


def test_an_id_that_resembles_none_has_no_similar_ones(database: Database) -> None:
    put_ads(database, 1)
    assert database.similar_ids(Kind.AD, "zzzzzzzz") == []
    assert database.similar_ids(Kind.AD, "A" * 1_000_000) == []


def test_settings_are_kept_replaced_and_removed(database: Database) -> None:
    assert database.setting("embedder") is None
    database.set_setting("embedder", "x")
    database.set_setting("embedder", "y")
    assert database.setting("embedder") == "y"
    database.set_setting("embedder", None)
    assert database.setting("embedder") is None


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.connection.transaction():
        put_ads(database, 1)
        raise RuntimeError
    assert database.count(Kind.AD) == 0
    put_ads(database, 1)


def test_a_database_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError) as caught:
        Database(tmp_path / "records.sqlite3")
    assert caught.value.exit_code == 3
    assert "pinwright demo" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    path.write_bytes(b"id,title\n" * 1000)
    with pytest.raises(StoreDamagedError, match=r"records\.sqlite3"):
        Database(path)


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite3"
    with sqlite3.connect(path) as sqlite:
        sqlite.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreVersionError, match="newer"):
        Database(path)


def test_a_migration_that_fails_leaves_the_version_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "records.sqlite3"
    Database(path, create=True).close()
    import store.connection as module

    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, ("CREATE TABLE more (x)", "NO SQL")))
    with pytest.raises(Exception, match="could not be used"):
        Connection(path, create=False)
    monkeypatch.undo()
    opened = Database(path)
    assert opened.connection.value("SELECT count(*) FROM sqlite_master WHERE name = 'more'") == 0
    opened.close()


def test_a_record_that_cannot_be_read_is_named(database: Database) -> None:
    put_ads(database, 1)
    database.connection.change("UPDATE records SET body = '{'")
    with pytest.raises(StoreDamagedError, match="The ad A1"):
        database.get(Kind.AD, "A1")


def test_a_second_writer_is_told_that_the_database_is_busy(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    import store.connection as module

    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    second = Database(database.connection.path)
    with database.connection.transaction(), pytest.raises(StoreBusyError):
        put_ads(second, 1)
    put_ads(second, 1)
    assert database.count(Kind.AD) == 1
    second.close()


def test_reading_goes_on_while_another_connection_writes(database: Database) -> None:
    put_ads(database, 1)
    second = Database(database.connection.path)
    with second.connection.transaction():
        put_ads(second, 2)
        assert database.count(Kind.AD) == 1
    assert database.count(Kind.AD) == 2
    second.close()


def test_what_is_deleted_is_not_left_in_the_file(database: Database) -> None:
    database.put(Kind.AD, [Ad(id="secret-id", title="t", extra={"note": "secretnote"})], source="f", run="1")
    database.delete(Kind.AD, ["secret-id"])
    path = database.connection.path
    database.close()
    assert b"secretnote" not in path.read_bytes()
