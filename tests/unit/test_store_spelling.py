"""Spelling: what the records do not have is read as what they have, and nothing else is touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import connection as connecting
from store.database import Database
from store.lexicon import Lexicon
from store.records import Ad, Kind, Pin
from store.spelling.corrector import Correction, Reading
from store.spelling.edits import folded, is_spelled, shapes, unlikeness
from store.spelling.vocabulary import Vocabulary
from store.words import split_words

TITLES = (
    "Ceramic planter for balcony herbs",
    "Ceramic vase, hand thrown",
    "Wool blanket in sage green",
    "Wool rug for the hallway",
    "Leather desk chair",
    "Folding camping chair",
    "Harbour print, framed",
    "Green watering can",
    "Bedside lamp with linen shade",
    "Newspaper rack of oak",
    "Coffee grinder with steel burrs",
    "Toffee apples for the fair",
    "Möbel aus Eiche",
    "Стеклянная ваза для цветов",
    "USB charger 360 degrees",
)
ADS = [Ad(id=f"a{number}", title=title) for number, title in enumerate(TITLES)]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
HELD = sorted({word for title in TITLES for word in split_words(title)})


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database(tmp_path_factory.mktemp("spelling") / "records.sqlite3", create=True)
    opened.put(Kind.AD, ADS, source="f", run="1")
    opened.put(Kind.PIN, [Pin(id="p", title="Terracotta pots")], source="f", run="1")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def lexicon(database: Database) -> Iterator[Lexicon]:
    made = Lexicon(database.connection)
    yield made
    made.close()


def read(lexicon: Lexicon, text: str) -> str:
    return lexicon.read(Kind.AD, text).text


def words_of(database: Database, kind: Kind = Kind.AD) -> set[str]:
    return {row[0] for row in database.connection.rows(f"SELECT word FROM {kind}_spellings")}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cermic planter", "ceramic planter"),
        ("ceramiic planter", "ceramic planter"),
        ("ceramci planter", "ceramic planter"),
        ("cerqmic planter", "ceramic planter"),
        ("ecramic planter", "ceramic planter"),
        ("xeramic planter", "ceramic planter"),
        ("Wool BLNAKET", "Wool blanket"),
        ("wool rgu", "wool rug"),
        ("mobeel", "mobel"),
        ("стекляная ваза", "стеклянная ваза"),
        ("deskchair", "desk chair"),
        ("campingqchair", "camping chair"),
        ("leathe rdesk chair", "leather desk chair"),
        ("leatherd esk chair", "leather desk chair"),
        ("news paper", "newspaper"),
        ("ceramic vasefor herbs", "ceramic vase for herbs"),
        ("charger360", "charger 360"),
        ("cermic planter, wol blanket", "ceramic planter, wool blanket"),
    ],
)
def test_a_slip_is_put_right(lexicon: Lexicon, typed: str, meant: str) -> None:
    assert read(lexicon, typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "ceramics",  # another form of a word that is there
        "CERAMIC Planter",
        "xy",
        "rqg",
        "a",
        "2024",
        "cer4mic",
        "charge360r",
        "ceramiqque",
        "ваза",
        "木の棚がほしい",
        "مزهرية خزفية",
        "the of and",
        "🪔🧶",
        "",
        "  ",
        "\ud800",
        "a\x00b",
        '" OR NEAR(',
        "plötzlich",
    ],
)
def test_what_is_known_short_a_code_or_far_from_everything_stays(lexicon: Lexicon, text: str) -> None:
    assert lexicon.read(Kind.AD, text) == Reading(text)


def test_a_correction_says_what_was_typed_and_what_it_is_read_as(lexicon: Lexicon) -> None:
    reading = lexicon.read(Kind.AD, "Wol blnaket in sage")
    assert reading.text == "wool blanket in sage"
    assert reading.corrections == (Correction("Wol", "wool"), Correction("blnaket", "blanket"))


def test_the_other_words_decide_between_two_that_are_as_near(lexicon: Lexicon) -> None:
    assert read(lexicon, "coffee grindre") == "coffee grinder"
    assert read(lexicon, "xoffee grinder") == "coffee grinder"
    assert read(lexicon, "xoffee apples") == "toffee apples"


def test_a_word_that_somebody_else_knows_stays(lexicon: Lexicon) -> None:
    assert lexicon.read(Kind.AD, "ceramia vase", knows=lambda word: word == "ceramia") == Reading("ceramia vase")
    assert lexicon.read(Kind.AD, "ceramia vase").corrections


def test_each_kind_has_words_of_its_own_and_products_none(lexicon: Lexicon) -> None:
    assert lexicon.read(Kind.PIN, "teracotta").text == "terracotta"
    assert lexicon.read(Kind.AD, "teracotta").text == "teracotta"
    assert lexicon.read(Kind.PRODUCT, "teracotta").text == "teracotta"


def test_a_long_text_is_read_by_its_beginning(lexicon: Lexicon) -> None:
    text = "cermic " + "planter " * 20_000 + "cermic"
    assert read(lexicon, text) == "ceramic " + "planter " * 20_000 + "cermic"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.text(st.characters(exclude_categories=()), max_size=60), st.text("cermi wolbank", max_size=40)))
def test_any_text_can_be_read_and_what_was_read_is_read_as_it_is(lexicon: Lexicon, text: str) -> None:
    reading = lexicon.read(Kind.AD, text)
    assert lexicon.read(Kind.AD, reading.text).corrections == ()
    assert (reading.text == text) or reading.corrections


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(HELD), min_size=1, max_size=6),
    st.lists(st.text(LETTERS, min_size=1, max_size=9), max_size=3),
    st.randoms(use_true_random=False),
)
def test_a_word_that_the_records_have_is_never_changed_by_itself(
    lexicon: Lexicon, held: list[str], other: list[str], chance: object
) -> None:
    words = [*held, *other]
    chance.shuffle(words)  # type: ignore[attr-defined]
    for correction in lexicon.read(Kind.AD, " ".join(words)).corrections:
        unknown = [word for word in split_words(correction.typed) if word not in held]
        assert unknown, correction


@settings(deadline=None)
@given(st.sampled_from([word for word in HELD if len(word) > 5]), st.data())
def test_any_one_slip_in_a_longer_word_is_found(lexicon: Lexicon, word: str, data: st.DataObject) -> None:
    plain = folded(word)
    place = data.draw(st.integers(1, len(plain) - 2))
    letter = data.draw(st.sampled_from(LETTERS))
    typed = data.draw(
        st.sampled_from(
            [
                plain[:place] + plain[place + 1 :],
                plain[:place] + plain[place] + plain[place:],
                plain[:place] + letter + plain[place + 1 :],
                plain[:place] + letter + plain[place:],
                plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :],
            ]
        )
    )
    assert shapes(typed) & shapes(plain)
    assert unlikeness(typed, plain) < 2
    assert plain in Vocabulary(lexicon._connection).near(Kind.AD, typed)


def test_usual_slips_are_less_unlike_than_others() -> None:
    assert unlikeness("lamp", "lamp") == 0
    usual = [unlikeness("lammp", "lamp"), unlikeness("lmap", "lamp"), unlikeness("lap", "lamp")]
    other = [unlikeness("laxp", "lamp"), unlikeness("laxmp", "lamp")]
    assert len(set(usual)) == 1 and len(set(other)) == 1
    assert usual[0] < other[0] < unlikeness("xamp", "lamp") < unlikeness("lxmx", "lamp")


@pytest.mark.parametrize(
    ("word", "spelled"),
    [("lamp", True), ("ваза", True), ("la", False), ("棚がほ", False), ("a4b5", False), ("x" * 31, False)],
)
def test_words_of_letters_with_capitals_can_be_misspelt(word: str, spelled: bool) -> None:
    assert is_spelled(word) is spelled


def test_the_words_follow_every_change_of_the_records(tmp_path: Path) -> None:
    database = Database(tmp_path / "records.sqlite3", create=True)
    database.put(Kind.AD, [Ad(id="1", title="zebra stripes"), Ad(id="2", title="Zebras")], source="f", run="1")
    assert words_of(database) == {"zebra", "zebras", "stripes"}
    database.put(Kind.AD, [Ad(id="1", title="zebra dots"), Ad(id="3", title="Big dots")], source="f", run="2")
    assert words_of(database) == {"zebra", "zebras", "dots", "big"}
    database.delete(Kind.AD, ["1"])
    assert words_of(database) == {"zebras", "dots", "big"}
    database.delete(Kind.AD, ["2", "3"])
    assert words_of(database) == set()
    database.close()


def test_a_store_of_before_learns_its_words_when_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = connecting.MIGRATIONS
    place = next(n for n, migration in enumerate(whole) if any("ad_spellings" in line for line in migration))
    path = tmp_path / "records.sqlite3"
    with sqlite3.connect(path) as sqlite:
        for migration in whole[:place]:
            for statement in migration:
                sqlite.execute(statement)
        sqlite.execute("INSERT INTO sources VALUES (1, 'f', 'ad', '1', '2026-01-01')")
        sqlite.execute(
            "INSERT INTO records (kind, id, record_hash, passage_hash, source, run, countries, title, passage, body)"
            " VALUES ('ad', 'x', '', '', 1, '1', '', 'Ceramic planter', 'Ceramic planter', '{}')"
        )
        sqlite.execute(f"PRAGMA user_version = {place}")
    sqlite.close()
    database = Database(path)
    assert words_of(database) == {"ceramic", "planter"}
    assert words_of(database, Kind.PIN) == set()
    assert Lexicon(database.connection).read(Kind.AD, "cermic").text == "ceramic"
    database.close()


def test_a_rebuild_makes_the_words_anew(tmp_path: Path) -> None:
    database = Database(tmp_path / "records.sqlite3", create=True)
    database.put(Kind.AD, ADS[:3], source="f", run="1")
    before = words_of(database)
    database.connection.change("DELETE FROM ad_spellings WHERE word < 'h'")
    database.connection.change("INSERT INTO ad_spellings VALUES ('nobody', 'nobody')")
    Lexicon(database.connection).rebuild(Kind.AD)
    assert words_of(database) == before
    database.close()
