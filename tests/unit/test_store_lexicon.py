"""Search by words: what is found, in which order, and that nothing a user types is syntax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.database import Database
from store.lexicon import Lexicon
from store.records import Ad, Kind, Pin, Product

ADS = [
    Ad(
        id="linen",
        title="Linen bedding",
        description="A duvet cover and two pillow cases, washed, soft, for cool nights.",
    ),
    Ad(id="cotton", title="Cotton sheets", description="Goes with linen bedding."),
    Ad(id="cafe", title="Café table", description="For running a small bar."),
    Ad(id="odd", title='NEAR("the" OR title:and)', description="AND NOT *"),
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "records.sqlite3", create=True)
    opened.put(Kind.AD, ADS, source="f", run="1")
    yield opened
    opened.close()


@pytest.fixture
def lexicon(database: Database) -> Iterator[Lexicon]:
    made = Lexicon(database.connection)
    yield made
    made.close()


def found(lexicon: Lexicon, text: str, **options: set[str]) -> list[str]:
    return [identifier for identifier, _ in lexicon.search(Kind.AD, text, 10, **options)]


def test_a_word_of_the_title_counts_more_than_one_of_the_text(lexicon: Lexicon) -> None:
    results = lexicon.search(Kind.AD, "linen", 10)
    assert [identifier for identifier, _ in results] == ["linen", "cotton"]
    assert results[0][1] > results[1][1] > 0


def test_any_of_the_words_may_match(lexicon: Lexicon) -> None:
    assert set(found(lexicon, "linen zebra table")) == {"linen", "cotton", "cafe"}


def test_forms_of_a_word_and_accents_do_not_matter(lexicon: Lexicon) -> None:
    assert found(lexicon, "SHEET") == ["cotton"]
    assert found(lexicon, "cafe") == found(lexicon, "CAFÉ") == found(lexicon, "cafe\u0301s") == ["cafe"]


def test_stop_words_do_not_count_unless_there_is_nothing_else(lexicon: Lexicon) -> None:
    assert found(lexicon, "the duvet for a") == ["linen"]
    assert "linen" in found(lexicon, "a and")


def test_only_these_ids_are_searched_where_some_are_given(lexicon: Lexicon) -> None:
    assert found(lexicon, "linen", ids={"cotton", "nobody"}) == ["cotton"]
    assert found(lexicon, "linen", ids=set()) == []


def test_the_index_follows_every_change(database: Database, lexicon: Lexicon) -> None:
    database.put(Kind.AD, [replace(ADS[0], title="Wool rug", description="")], source="f", run="2")
    assert found(lexicon, "linen") == ["cotton"]
    assert found(lexicon, "rug") == ["linen"]
    database.put(Kind.AD, [replace(ADS[0], title="Wool rug", description="Shaggy")], source="f", run="3")
    assert found(lexicon, "shaggy") == ["linen"]
    assert lexicon.check(Kind.AD)
    database.delete(Kind.AD, ["linen"])
    assert found(lexicon, "rug") == []
    assert lexicon.check(Kind.AD)


def test_kinds_are_searched_apart_and_products_not_at_all(database: Database, lexicon: Lexicon) -> None:
    database.put(Kind.PIN, [Pin(id="p", title="Linen ideas")], source="f", run="1")
    database.put(Kind.PRODUCT, [Product(id="q", title="Linen shirt")], source="f", run="1")
    assert [identifier for identifier, _ in lexicon.search(Kind.PIN, "linen", 5)] == ["p"]
    assert lexicon.search(Kind.PRODUCT, "linen", 5) == []
    assert "q" not in found(lexicon, "linen shirt")


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "title:linen",
        "NEAR(linen cover)",
        "lin*",
        "-linen",
        "(",
        "linen AND",
        "^linen",
        "a\x00b",
        "\ud800",
        "{}",
        "💡",
    ],
)
def test_nothing_that_is_typed_is_syntax(lexicon: Lexicon, text: str) -> None:
    assert isinstance(lexicon.search(Kind.AD, text, 5), list)


def test_an_operator_is_a_word_like_any_other(lexicon: Lexicon) -> None:
    assert found(lexicon, "NEAR") == ["odd"]
    assert found(lexicon, "NOT") == ["odd"]
    assert found(lexicon, "cover NOT linen")[0] == "linen"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_can_be_searched_for(lexicon: Lexicon, text: str) -> None:
    lexicon.search(Kind.AD, text, 5)
    assert len(lexicon.shared_words(text, text)) <= len(text)


def test_a_query_may_be_long(lexicon: Lexicon) -> None:
    assert "linen" in found(lexicon, "linen " + " ".join(f"word{number}" for number in range(5000)))


def test_shared_words_are_those_of_the_query_in_its_order(lexicon: Lexicon) -> None:
    shared = lexicon.shared_words("The Running shoes for women's cafés, shoe", "A cafe where a woman runs; shoes")
    assert shared == ("Running", "shoes", "cafés")


def test_shared_words_do_not_hold_what_says_nothing(lexicon: Lexicon) -> None:
    assert lexicon.shared_words("lamp for the desk", "the desk for you") == ("desk",)
    assert lexicon.shared_words("!!", "!!") == ()


def test_an_index_that_does_not_fit_is_noticed_and_made_anew(database: Database, lexicon: Lexicon) -> None:
    database.connection.change("INSERT INTO ad_words (ad_words) VALUES ('delete-all')")
    assert not lexicon.check(Kind.AD)
    assert found(lexicon, "linen") == []
    lexicon.rebuild(Kind.AD)
    assert lexicon.check(Kind.AD)
    assert found(lexicon, "linen") == ["linen", "cotton"]
