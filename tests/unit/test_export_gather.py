"""What may leave, what the platform says of it afterwards, and what a person makes of it by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.export import revise
from assistant.creative.export.gather import gather
from assistant.creative.export.limits import check_limits
from assistant.creative.export.targets import TARGETS
from assistant.creative.export.verdicts import read_codes, read_pin_ids, read_verdicts
from assistant.creative.formats import FORMATS, PIN, SEARCH
from assistant.creative.ground import check
from assistant.errors import InputError, UsageError
from assistant.feeds.text import plain
from store.connection import Connection
from store.ledger import Ledger
from store.orders import Entry
from store.records import Availability
from store.reviews import Reviews, Selection, State
from tests.copybook import TOO_LONG, creative, product, put, texts

PINS = TARGETS["pins-csv"]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = Connection(tmp_path / "records.sqlite3", create=True)
    yield opened
    opened.close()


@pytest.fixture
def reviews(connection: Connection) -> Reviews:
    return Reviews(connection)


def approve(reviews: Reviews, *identifiers: str) -> None:
    reviews.approve(identifiers, by="Kim")


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.name)
def test_of_every_state_only_what_is_approved_is_gathered(
    target: object, connection: Connection, reviews: Reviews
) -> None:
    assert isinstance(target, type(PINS))
    format = sorted(target.formats)[0]
    angles = ("pending", "approved", "rejected", "edited", "failed", "withdrawn")
    written = [
        creative("lamp", format, angle=angle, texts=texts(format, f"w{n}"), findings=(TOO_LONG,) * (angle == "failed"))
        for n, angle in enumerate(angles)
    ]
    named = dict(zip(angles, put(connection, product(), written), strict=True))
    approve(reviews, *(named[angle] for angle in angles if angle != "pending"))
    reviews.reject([named["rejected"], named["withdrawn"]], by="Kim", reason="no")
    reviews.edit(named["edited"], replace(written[3], texts=texts(format, "new")))
    gathered = gather(reviews, Selection(), target, outdated=True)
    assert [row.id for row in gathered.rows] == [named["approved"]]
    assert gathered.unapproved == {State.PENDING: 2, State.REJECTED: 2, State.FAILED: 1}


def test_what_is_over_its_limit_never_leaves_also_when_somebody_approved_it(
    connection: Connection, reviews: Reviews
) -> None:
    over = texts("pin") | {"title": "x" * 101}
    (identifier,) = put(connection, product(), [creative(texts=over)])
    approve(reviews, identifier)
    gathered = gather(reviews, Selection(), PINS)
    assert gathered.rows == [] and [item.id for item in gathered.left_out] == [identifier]
    assert "101 characters, 100 are allowed" in gathered.left_out[0].reason


def test_a_text_about_the_stock_does_not_leave_once_the_stock_has_changed(
    connection: Connection, reviews: Reviews
) -> None:
    lamp = product(availability=Availability.IN_STOCK)
    said = texts("pin") | {"description": "In stock now for your desk."}
    claims = {"description": check(said["description"], lamp)}
    about, silent = put(connection, lamp, [creative(texts=said, claims=claims), creative(angle="detail")])
    approve(reviews, about, silent)
    assert [row.id for row in gather(reviews, Selection(), PINS).rows] == [about, silent]
    sold_out = replace(lamp, availability=Availability.OUT_OF_STOCK)
    Ledger(connection).register("2", 0, [Entry(sold_out, "feed.csv", 2, {"pin": "first-pin"})])
    gathered = gather(reviews, Selection(), PINS)
    assert [row.id for row in gathered.rows] == [silent]
    assert [item.id for item in gathered.left_out] == [about]
    assert "'In stock now'" in gathered.left_out[0].reason


def test_copy_for_facts_that_changed_leaves_only_when_wanted(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative()])
    approve(reviews, identifier)
    put(connection, product(title="Taller"), [creative(angle="detail")], order="second")
    assert "changed" in gather(reviews, Selection(), PINS).left_out[0].reason
    assert [row.id for row in gather(reviews, Selection(), PINS, outdated=True).rows] == [identifier]


def test_only_formats_of_the_target_and_the_selection_are_gathered(connection: Connection, reviews: Reviews) -> None:
    pin, meta = put(connection, product(), [creative(), creative(format="meta")])
    (vase,) = put(connection, product("vase"), [creative("vase", texts=texts("pin", "pine"))])
    approve(reviews, pin, meta, vase)
    assert {row.id for row in gather(reviews, Selection(), PINS).rows} == {pin, vase}
    assert [row.id for row in gather(reviews, Selection(product_id="vase"), PINS).rows] == [vase]
    assert [row.id for row in gather(reviews, Selection(format="meta"), TARGETS["jsonl"]).rows] == [meta]


def test_since_looks_at_the_time_of_the_approval_and_hides_nothing_unapproved(
    connection: Connection, reviews: Reviews
) -> None:
    first, _ = put(connection, product(), [creative(), creative(angle="detail", texts=texts("pin", "pine"))])
    approve(reviews, first)
    later = gather(reviews, Selection(since=datetime.now(UTC) + timedelta(minutes=1)), PINS)
    assert (later.rows, later.unapproved) == ([], {State.PENDING: 1})
    assert gather(reviews, Selection(since=datetime.now(UTC) - timedelta(minutes=1)), PINS).rows


def test_a_product_that_is_gone_is_named(connection: Connection, reviews: Reviews) -> None:
    (identifier,) = put(connection, product(), [creative()])
    approve(reviews, identifier)
    connection.change("DELETE FROM ledger_products")
    assert "lamp is not in the store" in gather(reviews, Selection(), PINS).left_out[0].reason


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "x" * 101}, "too_long"),
        ({"title": " "}, "empty"),
        ({"title": "a\nb"}, "unusable"),
        ({"title": "a\ud800"}, "unusable"),
        ({"description": "\x1b[31m"}, "unusable"),
        ({"headline": "x"}, "unknown_slot"),
    ],
)
def test_a_text_out_of_bounds_is_found(changes: dict[str, str], code: str) -> None:
    (found,) = check_limits(texts("pin") | changes, PIN)
    assert (found.code, found.slot) == (code, next(iter(changes)))


@pytest.mark.parametrize("name", FORMATS)
def test_texts_within_their_limits_have_no_finding(name: str) -> None:
    required = {slot.name: "x" * slot.hard for slot in FORMATS[name].slots if slot.required}
    assert check_limits(required, FORMATS[name]) == check_limits(texts(name), FORMATS[name]) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CLICKBAIT", (("CLICKBAIT",), ())),
        ("['CLICKBAIT', \"URGENCY\"]", (("CLICKBAIT", "URGENCY"), ())),
        ("clickbait; weight-loss|URGENCY URGENCY", (("CLICKBAIT", "WEIGHT_LOSS", "URGENCY"), ())),
        ("CLICKBAIT,BORING", (("CLICKBAIT",), ("BORING",))),
        ("", ((), ())),
    ],
)
def test_reason_codes_are_read_however_they_are_listed(text: str, expected: object) -> None:
    assert read_codes(text) == expected


def test_rejections_come_back_by_id_by_the_name_of_the_ad_and_by_title(
    connection: Connection, reviews: Reviews, tmp_path: Path
) -> None:
    written = [creative(angle=word, texts=texts("pin", word)) for word in ("oak", "pine", "ash", "elm")]
    first, second, third, fourth = put(connection, product(), written)
    approve(reviews, first, second, third, fourth)
    lines = (
        "Creative ID,Ad name,Status,Rejected reasons,Note",
        f'{first[:10]},,REJECTED,"CLICKBAIT,BORING",too loud',
        f",Whatever it was called ({second}),rejected,URGENCY,",
        ",warm ASH light,Disapproved,,",
        f"{fourth},,APPROVED,,",
        ",Warm birch light,REJECTED,URGENCY,",
        f"{fourth},,lost,,",
        f"{'0' * 16},,REJECTED,,",
    )
    (tmp_path / "back.csv").write_text("\r\n".join(lines), encoding="utf-16")
    verdicts = read_verdicts(str(tmp_path / "back.csv"), reviews)
    assert [(found.id, found.codes) for found in verdicts.rejected] == [
        (first, ("CLICKBAIT",)), (second, ("URGENCY",)), (third, ()),
    ]  # fmt: skip
    assert verdicts.rejected[0].note == "too loud" and verdicts.others == 1
    assert [found.line for found in verdicts.problems] == [2, 6, 7, 8]
    assert "BORING" in verdicts.problems[0].reason and "birch" in verdicts.problems[1].reason


def test_a_title_of_several_creatives_rejects_none_of_them(
    connection: Connection, reviews: Reviews, tmp_path: Path
) -> None:
    approve(reviews, *put(connection, product(), [creative(), creative(angle="detail")]))
    file = tmp_path / "back.jsonl"
    file.write_text(json.dumps({"title": "Warm oak light", "status": "REJECTED", "rejected_reasons": ["URGENCY"]}))
    verdicts = read_verdicts(str(file), reviews)
    assert verdicts.rejected == [] and "2 approved creatives" in verdicts.problems[0].reason


def test_a_file_without_a_name_for_the_creative_is_refused(reviews: Reviews, tmp_path: Path) -> None:
    (tmp_path / "back.csv").write_text("status,reason\nREJECTED,bad\n")
    with pytest.raises(InputError, match=r"back\.csv has no column"):
        read_verdicts(str(tmp_path / "back.csv"), reviews)


def test_pin_ids_are_read_by_id_and_by_title(tmp_path: Path) -> None:
    (tmp_path / "pins.csv").write_text("Title,Creative ID,Pin ID\nWarm Light,,12\n,3f9a,13\n")
    assert read_pin_ids(str(tmp_path / "pins.csv")) == {"warm light": "12", "3f9a": "13"}


@pytest.mark.parametrize(
    ("line", "reason"), [("a,8.13E+17", "no id of a pin"), (",12", "names no creative"), ("A,2\na,3", "two pins")]
)
def test_a_mapping_that_would_send_an_ad_astray_is_refused(line: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "pins.csv").write_text(f"title,pin_id\n{line}\n")
    with pytest.raises(InputError, match=reason):
        read_pin_ids(str(tmp_path / "pins.csv"))


@given(st.dictionaries(st.sampled_from([slot.name for slot in SEARCH.slots]), st.text().map(plain)))
def test_any_texts_come_back_from_the_file_that_an_editor_opens(given_texts: dict[str, str]) -> None:
    if any(text.startswith("[") for text in given_texts.values()):
        return
    back = revise.from_file(revise.to_file(creative(format="search", texts=given_texts)), SEARCH)
    assert {name: text for name, text in back.items() if text} == {n: t for n, t in given_texts.items() if t}


def test_lines_of_an_edited_text_are_joined_and_made_plain() -> None:
    assert revise.from_file("# note\n[title]\nWarm\x1b[31m \n light\n", PIN) == {"title": "Warm light"}


@pytest.mark.parametrize("text", ["[titel]\nx", "[title]\na\n[title]\nb"])
def test_a_name_that_is_unknown_or_stands_twice_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="Line"):
        revise.from_file(text, PIN)


@pytest.mark.parametrize("pair", ["title", "titel=x", "=x"])
def test_a_text_for_no_slot_is_refused(pair: str) -> None:
    with pytest.raises(UsageError, match="names no text"):
        revise.from_pairs([pair], PIN)


def test_an_edit_over_a_hard_limit_is_refused_and_others_are_checked_anew() -> None:
    with pytest.raises(UsageError, match="130 characters, 100 are allowed"):
        revise.revise(creative(), {"title": "x" * 130}, product())
    with pytest.raises(UsageError, match="the title is empty"):
        revise.revise(creative(), {"title": ""}, product())
    said = {"title": "A lamp", "description": "A lamp with a shade."}
    mended = revise.revise(creative(texts=said, findings=(TOO_LONG,)), {"title": "A lamp to read by"}, product())
    assert mended.texts == said | {"title": "A lamp to read by"} and mended.accepted, mended.problems
    assert not revise.revise(creative(texts=said), {"title": "Are you diabetic? Buy this"}, product()).accepted
