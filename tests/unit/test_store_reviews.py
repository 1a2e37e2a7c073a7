"""Decisions on creatives: who may approve what, what an edit does, and what is kept of a rejection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.connection import Connection
from store.creatives import Creative, Finding
from store.errors import StoreDamagedError
from store.ledger import Ledger
from store.orders import Entry
from store.records import Kind, Part
from store.reviews import Reviews, Selection, State
from tests.copybook import TOO_LONG, UNSUPPORTED, creative, product, put, texts

EVERYTHING = Selection()


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = Connection(tmp_path / "records.sqlite3", create=True)
    yield opened
    opened.close()


@pytest.fixture
def reviews(connection: Connection) -> Reviews:
    return Reviews(connection)


def ids(reviews: Reviews, selection: Selection) -> list[str]:
    return [found.id for found in reviews.iterate(selection)]


def edited(found: Creative, **changes: str) -> Creative:
    return replace(found, texts={**found.texts, **changes}, findings=())


def test_what_was_written_waits_and_what_failed_its_checks_has_failed(connection: Connection, reviews: Reviews) -> None:
    put(connection, product(), [creative(), creative(angle="detail", findings=(TOO_LONG,))])
    assert [found.state for found in reviews.iterate(EVERYTHING)] == [State.PENDING, State.FAILED]
    assert {found.product_title for found in reviews.iterate(EVERYTHING)} == {"Oak Lamp lamp"}


def test_an_approval_says_who_and_when(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative()])
    before = datetime.now(UTC)
    approved, refused = reviews.approve([identifier, identifier, "unknown"], by="Kim")
    assert ([found.id for found in approved], refused) == ([identifier], [])
    found = reviews.get(identifier)
    assert found and (found.state, found.decided_by) == (State.APPROVED, "Kim")
    assert found.decided_at and before <= found.decided_at <= datetime.now(UTC)


def test_what_failed_cannot_be_approved_also_not_after_a_rejection(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative(findings=(TOO_LONG,))])
    _, refused = reviews.approve([identifier], by="Kim")
    assert [item.reason for item in refused] == [TOO_LONG.message]
    reviews.reject([identifier], by="Kim", reason="no")
    assert not reviews.approve([identifier], by="Kim")[0]
    assert ids(reviews, Selection(states=frozenset({State.APPROVED}))) == []


def test_what_a_person_overrules_is_approved_with_the_codes_and_the_reason(
    connection: Connection, reviews: Reviews
) -> None:
    (identifier,) = put(connection, product(), [creative(findings=(UNSUPPORTED,))])
    approved, _ = reviews.approve([identifier], by="Kim", despite="The label says 350 g.")
    found = reviews.get(identifier)
    assert found and [row.id for row in approved] == [identifier]
    assert (found.state, found.decided_by) == (State.APPROVED, "Kim")
    assert (found.despite, found.reason, found.codes) == (("number",), "The label says 350 g.", ())
    reviews.reject([identifier], by="Kim", reason="no", codes=["CLICKBAIT"])
    after = reviews.get(identifier)
    assert after and (after.despite, after.codes) == ((), ("CLICKBAIT",))


@pytest.mark.parametrize("code", ["too_long", "empty", "markup", "control", "unusable", "unknown_slot"])
def test_nobody_overrules_what_the_platform_would_send_back(
    connection: Connection, reviews: Reviews, code: str
) -> None:
    hard = Finding(check="limits", code=code, message="It would come back.")
    (identifier,) = put(connection, product(), [creative(findings=(UNSUPPORTED, hard))])
    approved, (refused,) = reviews.approve([identifier], by="Kim", despite="I want it.")
    assert (approved, refused.reason, refused.final) == ([], "It would come back.", True)


def test_a_reason_to_overrule_is_kept_only_where_something_is_overruled(
    connection: Connection, reviews: Reviews
) -> None:
    (identifier,) = put(connection, product(), [creative()])
    reviews.approve([identifier], by="Kim", despite="Just in case.")
    found = reviews.get(identifier)
    assert found and (found.state, found.despite, found.reason) == (State.APPROVED, (), "")


def test_a_product_with_copy_that_a_person_approved_is_not_written_again(
    connection: Connection, reviews: Reviews
) -> None:
    (identifier,) = put(connection, product(), [creative(findings=(UNSUPPORTED,))])
    ledger, entry = Ledger(connection), Entry(product(), "feed.csv", 2, {"pin": "first-pin"})
    ledger.register("2", 0, [entry])
    assert [row.product.id for row in ledger.unwritten("2", ["pin"])] == ["lamp"]
    reviews.approve([identifier], by="Kim", despite="The label says 350 g.")
    ledger.register("3", 0, [entry])
    assert list(ledger.unwritten("3", ["pin"])) == []
    assert list(ledger.accepted("3")) == [identifier]


def test_an_edit_is_kept_beside_what_was_written_and_waits_again(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative()])
    reviews.approve([identifier], by="Kim")
    after = reviews.edit(identifier, edited(creative(), title="Light by hand"))
    assert (after.state, after.decided_by, after.decided_at) == (State.PENDING, "", None)
    assert after.written == creative() and after.creative.texts["title"] == "Light by hand"
    assert reviews.get(identifier) == after


def test_an_edit_mends_what_failed_and_one_that_fails_has_failed(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative(findings=(TOO_LONG,))])
    assert reviews.edit(identifier, edited(creative())).state is State.PENDING
    assert reviews.edit(identifier, replace(creative(), findings=(TOO_LONG,))).state is State.FAILED


def test_a_rejection_takes_an_approval_back_and_teaches(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative()])
    reviews.approve([identifier], by="Kim")
    reviews.reject([identifier], by="the platform", reason="bait", codes=["CLICKBAIT"])
    found = reviews.get(identifier)
    assert found and (found.state, found.codes, found.reason) == (State.REJECTED, ("CLICKBAIT",), "bait")
    assert reviews.counter_examples("pin", 5) == [(texts("pin"), ("CLICKBAIT",), "bait")]
    assert reviews.counter_examples("search", 5) == []


def test_a_counter_example_outlives_an_edit_and_not_an_approval(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative()])
    reviews.reject([identifier], by="Kim", reason="dull")
    reviews.edit(identifier, edited(creative(), title="Brighter"))
    reviews.approve([identifier], by="Kim")
    assert [example.texts["title"] for example in reviews.counter_examples("pin", 5)] == [texts("pin")["title"]]
    reviews.reject([identifier], by="Kim", reason="by mistake")
    reviews.approve([identifier], by="Kim")
    assert "Brighter" not in [example.texts["title"] for example in reviews.counter_examples("pin", 5)]


def test_the_latest_rejections_come_first_and_each_text_once(connection: Connection, reviews: Reviews) -> None:
    first, second = put(connection, product(), [creative(), creative(angle="detail", texts=texts("pin", "pine"))])
    for identifier in (first, second, first):
        reviews.reject([identifier], by="Kim", reason=f"about {identifier}")
    assert [found.reason for found in reviews.counter_examples("pin", 5)] == [f"about {first}", f"about {second}"]
    assert len(reviews.counter_examples("pin", 1)) == 1


def test_filters_narrow_what_is_listed(connection: Connection, reviews: Reviews) -> None:
    strong = creative(parts=(Part("fit", 0.9, 0.9, 1.0),), texts=texts("pin", "ÉCLAT"))
    unranked = creative(angle="detail", rank=0, parts=())
    first, second = put(connection, product(), [strong, unranked])
    (third,) = put(connection, product("vase"), [creative("vase", "meta")])
    reviews.approve([third], by="Kim")
    for selection, expected in {
        Selection(format="meta"): [third],
        Selection(product_id="lamp"): [first, second],
        Selection(angle="detail"): [second],
        Selection(states=frozenset({State.PENDING, State.APPROVED})): [first, second, third],
        Selection(words=("éclat", "WARM")): [first],
        Selection(words=("éclat", "cold")): [],
        Selection(below=0.8): [third],
        Selection(below=0.95): [first, third],
        Selection(since=datetime.now(UTC) - timedelta(hours=1)): [third],
        Selection(since=datetime.now(UTC) + timedelta(hours=1)): [],
    }.items():
        assert ids(reviews, selection) == expected, selection


def test_what_was_decided_stays_and_is_outdated_once_the_product_changes(
    connection: Connection, reviews: Reviews
) -> None:
    (identifier,) = put(connection, product(), [creative()])
    reviews.approve([identifier], by="Kim")
    (newer,) = put(connection, product(title="Oak Lamp, taller"), [creative(angle="detail")], order="second")
    assert ids(reviews, Selection(outdated=True)) == [identifier]
    assert ids(reviews, Selection(outdated=False)) == [newer]


def test_the_beginning_of_an_id_names_it(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative()])
    assert reviews.beginning_with(identifier[:4]) == [identifier]
    assert reviews.beginning_with("%") == reviews.beginning_with("zzzz") == []


def test_a_product_is_the_one_that_the_batch_read_or_else_the_indexed_one(
    tmp_path: Path, connection: Connection, reviews: Reviews
) -> None:
    from store.database import Database

    database = Database(tmp_path / "records.sqlite3")
    database.put(Kind.PRODUCT, [product(title="Indexed"), product("vase")], source="feed", run="1")
    database.close()
    put(connection, product(title="In the batch"), [creative()])
    found = reviews.products(["lamp", "vase", "gone"])
    assert {name: item.title for name, item in found.items()} == {"lamp": "In the batch", "vase": "Oak Lamp vase"}


def test_a_damaged_creative_is_named(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative()])
    connection.change("UPDATE creatives SET body = '{'")
    with pytest.raises(StoreDamagedError, match=identifier):
        reviews.get(identifier)


def test_more_creatives_than_a_page_are_all_found_while_they_are_decided_on(
    connection: Connection, reviews: Reviews
) -> None:
    many = [creative(angle=f"angle {number}", texts=texts("pin", f"word{number}")) for number in range(1_100)]
    put(connection, product(), many)
    seen = 0
    for found in reviews.iterate(Selection(states=frozenset({State.PENDING}))):
        reviews.approve([found.id], by="Kim")
        seen += 1
    assert seen == 1_100
