"""`--where` over stored records: each kind of column, what is empty, what is wrong, and a reading by hand beside it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product as every

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.database import Database
from store.errors import StoreUsageError, WhereError
from store.records import Ad, Availability, Filters, Interest, Kind, Pin, Price, Product, advertise
from store.where.expression import (
    AllOf,
    Among,
    AnyOf,
    Column,
    Containing,
    Empty,
    Expression,
    Not,
    Order,
    Ordered,
    Value,
    Where,
)
from store.where.parse import DEEPEST, MOST_COMPARISONS, parse

PRODUCTS = (
    Product(
        id="cover", title="Washed Linen Cover", brand="Lune", color="Sage", size="10", material="Linen",
        google_product_category="Home & Garden>Linens & Bedding > Bedding", condition="new",
        price=Price(Decimal("149.00"), "EUR"), sale_price=Price(Decimal("99.00"), "EUR"),
        extra={"Season": "Summer", "Custom Label 0": "12.50"}, tags=("bed linen", "soft"),
    ),
    Product(
        id="lamp", title="Oak Desk Lamp", brand="Hall & Oak", color="Brown", size="10 in", countries=("US", "GB"),
        price=Price(Decimal("24.99")), availability=Availability.IN_STOCK, interest=Interest.HOME_DECOR,
        product_type="Lighting > Lamps > Desk lamps", options=(("Colour", ("Grün", "Red")), ("Size", ("M",))),
    ),
)  # fmt: skip
OWN_ADS = (
    Ad(
        id="spring", title="SPRING Sale", campaign="Spring", advertiser="Acme", interest=Interest.GARDENING,
        availability=Availability.OUT_OF_STOCK,
        extra={"start_date": "2026-03-01T08:00:00Z", "End Date": "2026-04-30", "language": "EN", "Color": "GREEN"},
    ),
    Ad(id="bare", title="x", extra={"start_date": "soon"}),
)  # fmt: skip
ADS = ("cover", "lamp", "spring", "bare")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database(tmp_path_factory.mktemp("where") / "records.sqlite3", create=True)
    opened.put(Kind.PRODUCT, PRODUCTS, source="f", run="1")
    opened.put(Kind.AD, [*map(advertise, PRODUCTS), *OWN_ADS], source="f", run="1")
    pins = [
        Pin(id="new", title="t", board="Work", created_at=datetime(2026, 2, 1, 23, 30, tzinfo=UTC)),
        Pin(id="old", title="t", category="DIY", created_at=datetime(2025, 2, 1, tzinfo=UTC)),
        Pin(id="undated", title="t"),
    ]
    opened.put(Kind.PIN, pins, source="p", run="1")
    yield opened
    opened.close()


def passing(database: Database, where: str, kind: Kind = Kind.AD) -> list[str]:
    return database.select_ids(kind, Filters(where=parse(where)), None)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("price < 40", ["lamp"]),
        ("price <= 99", ["cover", "lamp"]),
        ("price = $24.99", ["lamp"]),
        ("price = 24.99 USD", ["lamp"]),
        ('price in (99, "€24.99")', ["cover", "lamp"]),
        ("price != 99", ["lamp", "spring", "bare"]),
        ("not price < 40", ["cover", "spring", "bare"]),
        ("price is empty", ["spring", "bare"]),
        ("sale_price > 50", ["cover"]),
        ("currency = eur", ["cover"]),
        ("currency = USD", ["lamp"]),
        ("currency is empty", ["spring", "bare"]),
        ("id = LAMP", ["lamp"]),
        ("id >= l", ["lamp", "spring"]),
        ("title contains LINEN", ["cover"]),
        ("title = 'spring  sale'", ["spring"]),
        ("title = ｓｐｒｉｎｇ sale", ["spring"]),
        ("tags contains linen", ["cover"]),
        ("tags = soft", ["cover"]),
        ("tags = linen", []),
        ("tags is empty", ["lamp", "spring", "bare"]),
        ("interest = home decor", ["lamp"]),
        ("interest in (HOME_DECOR, gardening)", ["lamp", "spring"]),
        ("interest contains garden", ["spring"]),
        ("interest is empty", ["cover", "bare"]),
        ("availability = in stock", ["lamp"]),
        ("availability != in_stock", ["cover", "spring", "bare"]),
        ("availability contains stock", ["lamp", "spring"]),
        ("product_type = lamps", ["lamp"]),
        ("product_type = 'Lighting>Lamps'", ["lamp"]),
        ("product_type = lamp", []),
        ("product_type contains lamp", ["lamp"]),
        ("google product category = home & garden", ["cover"]),
        ("google_product_category in (500, bedding)", ["cover"]),
        ("brand = lune or brand = acme", ["cover", "spring"]),
        ("advertiser = hall & oak", ["lamp"]),
        ("campaign = spring", ["spring"]),
        ("color = sage", ["cover"]),
        ("colour in (grün, GREEN)", ["lamp", "spring"]),
        ("color is empty", ["bare"]),
        ("color not in (sage, brown)", ["spring", "bare"]),
        ("material contains lin", ["cover"]),
        ("condition = new", ["cover"]),
        ("size = 10", ["cover"]),
        ("size = 10.0", ["cover"]),
        ('size = "10.0"', []),
        ("size < 11", ["cover"]),
        ("size = m", ["lamp"]),
        ("country = us", ["cover", "lamp", "spring", "bare"]),
        ("country = de", ["cover", "spring", "bare"]),
        ("country is not empty", ["lamp"]),
        ("season = summer", ["cover"]),
        ("custom_label_0 > 12", ["cover"]),
        ("custom_label_0 = 12.5", ["cover"]),
        ("Custom Label 0 is empty", ["lamp", "spring", "bare"]),
        ("language = en", ["spring"]),
        ("start_date >= 2026-03-01", ["spring"]),
        ("start date = 2026-03-01", ["spring"]),
        ("start_date > 2026-03-01", []),
        ("start_date = soon", ["bare"]),
        ("start_date <= 2026-03-15 and end_date >= 2026-03-15", ["spring"]),
        ("price < 40 and color in (brown, sage)", ["lamp"]),
        ("price < 40 or color = sage", ["cover", "lamp"]),
        ("not (price < 40 or color = sage)", ["spring", "bare"]),
        ("title = '); DROP TABLE records; --'", []),
        ("title contains '{folded} % ? $.x'", []),
    ],
)
def test_a_condition_lets_through_what_satisfies_it(database: Database, where: str, expected: list[str]) -> None:
    assert passing(database, where) == expected
    assert database.count_matching(Kind.AD, Filters(where=parse(where))) == len(expected)
    assert sorted(passing(database, where) + passing(database, f"not ({where})")) == sorted(ADS)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("created_at >= 2026-01-01", ["new"]),
        ("date = 2026-02-01", ["new"]),
        ("created_at < '2026-02-01'", ["old"]),
        ("created_at is empty", ["undated"]),
        ("board = work or category = diy", ["new", "old"]),
    ],
)
def test_pins_have_columns_of_their_own(database: Database, where: str, expected: list[str]) -> None:
    assert passing(database, where, Kind.PIN) == expected


def test_products_are_asked_themselves(database: Database) -> None:
    assert passing(database, "color = red and size = m", Kind.PRODUCT) == ["lamp"]
    assert passing(database, "season = summer", Kind.PRODUCT) == ["cover"]


def test_other_filters_hold_as_well(database: Database) -> None:
    cheap = Filters(max_price=Decimal(100), where=parse("brand = lune or campaign = spring"))
    assert database.select_ids(Kind.AD, cheap, None) == ["cover"]


def test_an_ad_of_a_product_that_is_gone_has_none_of_its_columns(database: Database) -> None:
    # There is an ad of that id, whose feed has a colour.
    database.put(Kind.AD, [Ad(id="orphan", title="x", product_id="spring")], source="o", run="1")
    try:
        assert "orphan" in passing(database, "color is empty")
    finally:
        database.delete(Kind.AD, ["orphan"])


def test_what_is_blank_is_empty(database: Database) -> None:
    database.put(Kind.AD, [Ad(id="blank", title="x", campaign="  ")], source="o", run="1")
    try:
        assert "blank" in passing(database, "campaign is empty")
        assert "blank" not in passing(database, "campaign < z")
    finally:
        database.delete(Kind.AD, ["blank"])


def test_half_a_character_in_a_feed_or_in_a_condition_spoils_nothing(database: Database) -> None:
    database.put(
        Kind.AD, [Ad(id="half", title="x", campaign="\ud800!", extra={"a\ud800": "b\ud800"})], source="o", run="1"
    )
    try:
        assert passing(database, "campaign contains !") == ["half"]
        assert passing(database, "campaign contains 'q\ud800'") == []
        with pytest.raises(WhereError, match="has a column"):
            passing(database, "nothing_like_it = 1")
    finally:
        database.delete(Kind.AD, ["half"])


@pytest.mark.parametrize(
    ("where", "message", "hint", "place"),
    [
        ("colr = red", "No ad has a column colr.", "Did you mean color?", 0),
        ("price < 4 and seson = x", "No ad has a column seson.", "Did you mean Season?", 14),
        ("qqqq = 1", "No ad has a column qqqq.", "Columns: id, title,", 0),
        ("price < cheap", "cheap is no amount", "price < 24.99", 8),
        ("price in (4, much)", "much is no amount", "price < 24.99", 13),
        ("price < 1e5", "1e5 is no amount", "price < 24.99", 8),
        ("price = nan", "nan is no amount", "price < 24.99", 8),
        ("price contains 4", "price is no text", "=, < or >", 0),
        ("interest = gardning", "interest is never gardning.", "Did you mean gardening?", 11),
        ("availability in (in stock, qq)", "availability is never qq.", "Known: in stock, out of stock, preorder.", 27),
        ("interest < beauty", "interest has no order", "=, != or in", 0),
        ("x" * 10_000 + " = 1", "No ad has a column xxx", "Columns: ", 0),
    ],
)
def test_what_a_column_cannot_be_asked_is_answered_at_its_place(
    database: Database, where: str, message: str, hint: str, place: int
) -> None:
    with pytest.raises(WhereError) as caught:
        passing(database, where)
    assert message in str(caught.value) and len(str(caught.value)) < 200
    assert hint in caught.value.hint
    assert caught.value.excerpt == (where, place)


@pytest.mark.parametrize("where", ["price < 4", "color = red", "campaign = x", "created = 1"])
def test_a_pin_has_no_column_of_an_offer(database: Database, where: str) -> None:
    with pytest.raises(WhereError, match=r"No pin has a column|is no date"):
        passing(database, where, Kind.PIN)


@pytest.mark.parametrize(
    "where",
    [
        " or ".join(["size = 1"] * MOST_COMPARISONS),
        "size = 1 and (size = 1 or (" * (DEEPEST // 2) + "size = 1" + "))" * (DEEPEST // 2),
        "size = 1 and not (" * (DEEPEST // 2) + "size = 1" + ")" * (DEEPEST // 2),
        "not " * DEEPEST + "country = US",
        "(" * DEEPEST + "country = US" + ")" * DEEPEST,
        f"product_type in ({', '.join(map(str, range(3_000)))})",
        f"size in ({', '.join(map(str, range(3_000)))})",
    ],
    ids=["many", "deep", "deep-not", "not", "parentheses", "levels", "values"],
)
def test_what_can_be_read_can_be_asked(database: Database, where: str) -> None:
    passing(database, where)


def test_filtering_by_a_short_column_reads_the_index_and_no_record(database: Database) -> None:
    seen: list[str] = []
    database.connection._sqlite.set_trace_callback(seen.append)
    passing(database, "price < 40 and interest = art and not availability = in stock")
    database.connection._sqlite.set_trace_callback(None)
    (sql,) = seen
    assert "COVERING INDEX records_filtered" in database.connection.rows(f"EXPLAIN QUERY PLAN {sql}")[0][3]


# Read by hand: every ad of these has all of its cells in plain sight.
COLORS, SIZES, SEASONS, PRICES = (
    (None, "Green", "sage"),
    ("", "8", "10", "12 oz"),
    (None, "Summer", "10"),
    (None, 8, 40),
)
GRID = [(f"{number:03}", *cells) for number, cells in enumerate(every(PRICES, COLORS, SIZES, SEASONS, ((), ("US",))))]


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database(tmp_path_factory.mktemp("grid") / "records.sqlite3", create=True)
    products, ads = [], []
    for identifier, price, color, size, season, countries in GRID:
        products.append(Product(id=f"P{identifier}", title="t", color=color or "", size=size))
        ads.append(
            Ad(
                id=identifier, title=f"Ad {identifier}", product_id=f"P{identifier}", countries=countries,
                price=Price(Decimal(price)) if price else None, extra={"Season": season} if season else {},
            )
        )  # fmt: skip
    opened.put(Kind.PRODUCT, products, source="p", run="1")
    opened.put(Kind.AD, ads, source="a", run="1")
    yield opened
    opened.close()


Cell = str | float | None
COMPARE: dict[Order, Callable[[object, object], bool]] = {
    Order.LESS: operator.lt, Order.AT_MOST: operator.le, Order.MORE: operator.gt, Order.AT_LEAST: operator.ge,
}  # fmt: skip


def as_number(text: str) -> float | None:
    return float(text) if text.isdigit() else None


def by_hand(part: Expression, row: tuple[object, ...]) -> bool:
    if isinstance(part, Not):
        return not by_hand(part.part, row)
    if isinstance(part, AllOf | AnyOf):
        return (all if isinstance(part, AllOf) else any)(by_hand(inner, row) for inner in part.parts)
    identifier, price, color, size, season, countries = row
    if part.column.name == "country":
        assert isinstance(countries, tuple)
        return not countries or (isinstance(part, Among) and any(value.text == "US" for value in part.values))
    cell: object = {"price": price, "color": color, "size": size, "season": season, "id": identifier}[part.column.name]
    if isinstance(part, Empty):
        return cell in (None, "")
    return cell not in (None, "") and holds(part, str(cell).lower())


def holds(part: Among | Ordered | Containing, cell: str) -> bool:
    open_column = part.column.name in ("price", "size", "season")
    if isinstance(part, Containing):
        return part.value.text.lower() in cell
    if isinstance(part, Ordered):
        value = as_number(part.value.text)
        if open_column and value is not None:
            number = as_number(cell)
            return number is not None and COMPARE[part.order](number, value)
        return COMPARE[part.order](cell, part.value.text.lower())
    return any(
        cell == value.text.lower()
        or (open_column and as_number(cell) is not None and as_number(cell) == as_number(value.text))
        for value in part.values
    )


def named(*names: str) -> st.SearchStrategy[Column]:
    return st.sampled_from(names).map(Column)


texts = st.sampled_from(["green", "SAGE", "summer", "10", "8", "12 oz", "a", "nothing"]).map(Value)
numbers = st.sampled_from(["8", "10", "40", "100"]).map(Value)
open_columns = named("color", "size", "season", "id")
comparisons: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Among, open_columns, st.lists(texts, min_size=1, max_size=3).map(tuple)),
    st.builds(Among, named("price"), st.lists(numbers, min_size=1, max_size=3).map(tuple)),
    st.builds(Among, named("country"), st.just((Value("US"),)) | st.just((Value("DE"),))),
    st.builds(Ordered, open_columns, st.sampled_from(Order), texts),
    st.builds(Ordered, named("price"), st.sampled_from(Order), numbers),
    st.builds(Containing, open_columns, texts),
    st.builds(Empty, named("price", "color", "size", "season", "id")),
)


def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(Not, inner) | st.builds(AllOf, parts) | st.builds(AnyOf, parts)


@given(st.recursive(comparisons, larger, max_leaves=6))
def test_what_passes_is_what_passes_by_hand(grid: Database, expression: Expression) -> None:
    expected = [str(row[0]) for row in GRID if by_hand(expression, row)]
    assert grid.select_ids(Kind.AD, Filters(where=Where(str(expression), expression)), None) == expected


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["= {}", "< {}", "in ({}, {})", "contains {}"]))
def test_nothing_that_is_asked_is_ever_sql(grid: Database, column: str, value: str, form: str) -> None:
    quoted = '"{}"'.format(value.replace('"', '""'))
    for name in ("season", "id", '"{}"'.format(column.replace('"', '""'))):
        try:
            found = passing(grid, f"{name} {form.replace('{}', quoted)}")
        except StoreUsageError as error:
            assert str(error).endswith(".") and error.hint
        else:
            assert set(found) <= {str(row[0]) for row in GRID}
    assert grid.count(Kind.AD) == len(GRID)
