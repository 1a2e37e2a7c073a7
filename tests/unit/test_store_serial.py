"""Records survive the way to JSON and back, and what is no record is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.creatives import Claim, Creative, Finding, Provenance
from store.records import Ad, Availability, Interest, Pin, Price, Product
from store.serial import SerialError, from_json, to_json, write

# Everything that Python can hold in a text: control characters, emoji, and halves of surrogate pairs.
texts = st.text(st.characters(exclude_categories=()), max_size=20)
prices = st.builds(Price, st.decimals(allow_nan=False, places=2), st.sampled_from(["USD", "EUR"])) | st.none()
moments = st.datetimes(
    timezones=st.none() | st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))
)
common = {
    "id": texts,
    "title": texts,
    "description": texts,
    "interest": st.none() | st.sampled_from(Interest),
    "interest_inferred": st.booleans(),
    "tags": st.lists(texts, max_size=3).map(tuple),
    "extra": st.dictionaries(texts, texts, max_size=3),
}
offer = {
    "price": prices,
    "sale_price": prices,
    "availability": st.none() | st.sampled_from(Availability),
    "countries": st.lists(texts, max_size=3).map(tuple),
}
options = st.lists(st.tuples(texts, st.lists(texts, max_size=3).map(tuple)), max_size=3).map(tuple)
records = (
    st.builds(Product, **common, **offer, options=options)
    | st.builds(Ad, **common, **offer, campaign=texts)
    | st.builds(Pin, **common, board=texts, created_at=st.none() | moments)
)


@given(records)
def test_a_record_comes_back_as_it_was(record: Product | Ad | Pin) -> None:
    written = to_json(record)
    written.encode()
    assert from_json(type(record), written) == record


def test_nested_records_come_back_as_they_were() -> None:
    claim = Claim(text="cotton", start=0, end=6, kind="material", supported_by="material")
    provenance = Provenance(model="m", model_sha256="0", prompt_hash="1", seed=7, attempt=1)
    creative = Creative(
        product_id="P1",
        format="pin",
        angle="season",
        texts={"title": "Cool 🧵", "text": "b"},
        claims={"title": (claim,), "text": ()},
        findings=(Finding(check="limits", code="too_long", message="too long", slot="title"),),
        provenance=provenance,
    )
    assert from_json(Creative, to_json(creative)) == creative
    assert list(from_json(Creative, to_json(creative)).texts) == ["title", "text"]


def test_what_holds_its_default_is_not_written() -> None:
    assert json.loads(to_json(Pin(id="1", title="t"))) == {"id": "1", "title": "t"}


def test_a_field_that_came_later_reads_as_its_default() -> None:
    assert from_json(Ad, '{"id":"1","title":"t"}').availability is None


def test_equal_records_have_equal_hashes_whatever_the_order_of_their_columns() -> None:
    one, other = (Pin(id="1", title="t", extra=extra) for extra in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}))
    assert write(one).hash == write(other).hash


@given(records, records)
def test_records_with_one_hash_are_equal(one: Product | Ad | Pin, other: Product | Ad | Pin) -> None:
    if type(one) is type(other) and one != other:
        assert write(one).hash != write(other).hash


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "null",
        "[" * 100_000,
        '{"id":"1"}',
        '{"id":1,"title":"t"}',
        '{"id":"1","title":"t","colour":"red"}',
        '{"id":"1","title":"t","interest":"KNITTING"}',
        '{"id":"1","title":"t","tags":"red"}',
        '{"id":"1","title":"t","price":{"amount":"much"}}',
        '{"id":"1","title":"t","price":{"amount":9.99}}',
        '{"id":"1","title":"t","interest_inferred":1}',
    ],
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(SerialError):
        from_json(Ad, text)


def test_a_moment_keeps_its_zone() -> None:
    made = Pin(id="1", title="t", created_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert from_json(Pin, to_json(made)).created_at == made.created_at


class Shade(StrEnum):
    LIGHT = "light"


@dataclass(frozen=True)
class Odd:
    """Types that no record has yet."""

    amount: Decimal
    ratio: float
    count: int
    shade: Shade
    pair: tuple[str, int] = ("", 0)


def test_the_types_of_the_fields_decide() -> None:
    odd = Odd(Decimal("1.20"), 2, 3, Shade.LIGHT, ("a", 1))
    back = from_json(Odd, to_json(odd))
    assert back == odd
    assert (str(back.amount), back.shade) == ("1.20", Shade.LIGHT)
    with pytest.raises(SerialError):
        from_json(Odd, '{"amount":"1","ratio":1,"count":true,"shade":"light"}')


def test_a_type_without_a_form_is_a_defect() -> None:
    @dataclass(frozen=True)
    class Strange:
        what: complex

    with pytest.raises((TypeError, NameError)):
        to_json(Strange(1j))
