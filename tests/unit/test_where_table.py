"""The table of cells: in step with the records, filled in an older store, empty after all is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import connection
from store.database import Database
from store.migrations import MIGRATIONS
from store.records import Ad, Filters, Kind, Product, advertise
from store.where.cells import folded
from store.where.parse import parse
from store.where.table import CELLS, LONGEST

COLOURS = ("", "sage", "Sage", "grün", "oak \ud800", "x" * LONGEST, "y" * (LONGEST + 1))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "records.sqlite3", create=True)
    yield opened
    opened.close()


def products(draw: st.DrawFn) -> Product:
    options = (("Size", tuple(draw(st.lists(st.sampled_from(("S", "M", "L")), max_size=2)))),)
    return Product(
        id=draw(st.sampled_from("abc")),
        title=draw(st.sampled_from(("Lamp", "Rug"))),
        color=draw(st.sampled_from(COLOURS)),
        tags=tuple(draw(st.lists(st.sampled_from(("soft", "new")), max_size=2))),
        options=options,
        extra=draw(st.dictionaries(st.sampled_from(("Season", "Label")), st.sampled_from(COLOURS), max_size=2)),
    )


steps = st.lists(st.one_of(st.composite(products)(), st.sampled_from("abc")), max_size=8)


def in_table(database: Database) -> set[tuple[int, bytes, bytes, bool]]:
    rows = database.connection.rows(
        "SELECT record, name, text, long FROM record_cells JOIN cell_values ON cell_values.number = record_cells.value"
    )
    return {(record, name, text, bool(long)) for record, name, text, long in rows}


def in_records(database: Database) -> set[tuple[int, bytes, bytes, bool]]:
    rows = database.connection.rows("SELECT record, name, text FROM stored_cells")
    return {
        (record, name, b"" if len(text) > LONGEST else text, len(text) > LONGEST)
        for record, name, text in rows
    }  # fmt: skip


@given(steps)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_the_table_has_what_the_records_have(database: Database, some: list[Product | str]) -> None:
    for step in some:
        if isinstance(step, str):
            database.delete(Kind.PRODUCT, [step])
        else:
            database.put(Kind.PRODUCT, [step], source="f", run="1")
        assert in_table(database) == in_records(database)
    database.delete(Kind.PRODUCT, "abc")
    assert database.connection.value("SELECT count(*) FROM cell_values") == 0
    assert database.connection.value("SELECT count(*) FROM record_cells") == 0


def test_a_long_cell_is_found_in_its_record(database: Database) -> None:
    care = "wash cold. " * 100 + "never iron"
    product = Product(id="rug", title="Rug", extra={"care": care})
    database.put(Kind.PRODUCT, [product, Product(id="lamp", title="Lamp", extra={"care": "wipe"})], source="f", run="1")
    database.put(Kind.AD, [advertise(product)], source="f", run="1")
    for kind in (Kind.PRODUCT, Kind.AD):
        assert database.select_ids(kind, Filters(where=parse("care contains 'never iron'")), None) == ["rug"]
    assert care.encode() not in {text for _, _, text, _ in in_table(database)}


def test_a_column_is_known_as_long_as_a_record_has_it(database: Database) -> None:
    database.put(Kind.AD, [Ad(id="a", title="x", extra={"Season": "summer", "Board": "b"})], source="f", run="1")
    database.put(
        Kind.PRODUCT, [Product(id="p", title="x", extra={"Season": "winter", "Cut": "1"})], source="f", run="1"
    )
    assert database.feed_columns(Kind.AD) == ["Board", "Cut", "Season"]
    assert database.feed_columns(Kind.PIN) == []
    database.delete(Kind.AD, ["a"])
    assert database.feed_columns(Kind.AD) == ["Cut", "Season"]


def test_an_older_store_gets_the_table_of_what_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, ad = tmp_path / "records.sqlite3", Ad(id="a", title="x", campaign="Spring", extra={"Season": "summer"})
    with monkeypatch.context() as patch:
        patch.setattr(connection, "MIGRATIONS", MIGRATIONS[: MIGRATIONS.index(CELLS)])
        older = Database(path, create=True)
        older.put(Kind.AD, [ad], source="f", run="1")
        older.close()
    opened = Database(path)
    assert in_table(opened) == in_records(opened) != set()
    assert opened.select_ids(Kind.AD, Filters(where=parse("season = summer")), None) == ["a"]
    opened.close()


def test_a_column_of_a_feed_is_read_in_the_table_and_not_in_the_records(database: Database) -> None:
    """Each text once: the function that reads a cell is called as often as there are texts."""
    ads = [Ad(id=f"a{number}", title="x", extra={"Season": ("summer", "winter")[number % 2]}) for number in range(300)]
    database.put(Kind.AD, ads, source="f", run="1")
    read: list[bytes] = []

    def watched(cell: bytes) -> str | None:
        read.append(cell)
        return folded(cell)

    database.connection._sqlite.create_function("folded", 1, watched, deterministic=True)
    assert len(database.select_ids(Kind.AD, Filters(where=parse("season = summer")), None)) == 150
    assert sorted(read) == [b"summer", b"winter"]
