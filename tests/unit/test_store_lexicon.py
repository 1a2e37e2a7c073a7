"""Search by words: what is found, in which order, and that nothing a user types is syntax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.database import Database
from store.lexicon import MOST_TIMES, MOST_WORDS, Lexicon
from store.records import Ad, Kind, Pin, Product
from store.words import counted_words, split_words

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


def test_a_word_counts_once_for_each_text_that_has_it(lexicon: Lexicon) -> None:
    """Counted twice, a word is worth twice its BM25; said twice in one text, it is worth no more."""
    (once,) = lexicon.search(Kind.AD, "duvet", 10)
    (twice,) = lexicon.search(Kind.AD, ["duvet duvet", "A Duvet"], 10)
    assert twice == (once[0], pytest.approx(2 * once[1]))
    assert lexicon.search(Kind.AD, ["duvet duvet"], 10) == [once]
    # A word of a title leads, until another is what most of the texts say.
    assert found(lexicon, "duvet sheets")[0] == "cotton"
    assert lexicon.search(Kind.AD, ["duvet sheets", "a duvet", "duvet for two"], 10)[0][0] == "linen"


def test_a_word_that_is_said_without_end_counts_no_more_than_some_times(lexicon: Lexicon) -> None:
    most, more = (lexicon.search(Kind.AD, ["duvet"] * count, 10) for count in (MOST_TIMES, 20 * MOST_TIMES))
    assert most == more


@given(texts=st.lists(st.text(max_size=40), max_size=80))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_in_many_texts_is_syntax(lexicon: Lexicon, texts: list[str]) -> None:
    assert isinstance(lexicon.search(Kind.AD, texts, 5), list)
    assert len(lexicon.shared_words(texts, " ".join(texts))) <= MOST_WORDS


@given(texts=st.lists(st.text(alphabet="ab cé the", max_size=30), max_size=6))
def test_words_are_counted_by_the_texts_that_have_them(texts: list[str]) -> None:
    counts = counted_words(texts, 1000)
    assert all(
        count == sum(word.casefold() in map(str.casefold, split_words(text)) for text in texts)
        for word, count in counts.items()
    )
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert not (counts.keys() & {"the"}) or counts.keys() <= {"the", "a"}
