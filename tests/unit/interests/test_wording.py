"""Words and phrases: what a text says, whatever else is in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intent.interests.wording import (
    LONGEST_WORD,
    MOST_PHRASES,
    MOST_WORDS,
    is_short,
    read,
    season_of,
    stem,
)


def test_telling_words_are_stems_in_their_order_each_once() -> None:
    assert read("12 Fairytale Castles in Ohio. Travel Tips, Ohio castles").words == (
        "fairytale",
        "castle",
        "ohio",
        "travel",
    )


def test_phrases_do_not_reach_over_a_break_and_single_words_come_first() -> None:
    phrases = read("fairytale castles, slow trains").phrases
    assert phrases[:4] == ("fairytale", "castles", "slow", "trains")
    assert "fairytale castles" in phrases and "slow trains" in phrases
    assert not any("castles slow" in phrase for phrase in phrases)


def test_a_phrase_ends_with_a_word_that_tells_and_may_hold_a_little_one() -> None:
    phrases = read("castles in ohio ideas").phrases
    assert "castles in ohio" in phrases
    assert not any(phrase.endswith(("ideas", " in")) or phrase.startswith("in ") for phrase in phrases)


@pytest.mark.parametrize(
    "text", ["https://shop.example/x?y=1", "write to me@mail.example", "www.shop.com", "12 34 567"]
)
def test_addresses_and_figures_say_nothing(text: str) -> None:
    assert not {"http", "shop", "mail", "example", "me", "12", "34"} & set(read(text).words)


def test_markup_and_terminal_sequences_are_not_words() -> None:
    assert read("<script>alert(1)</script><b>Oak</b> \x1b[31mshelf\x1b[0m").words == ("oak", "shelf")


def test_hashtags_are_words_and_end_a_phrase() -> None:
    found = read("lake cabin #ohio #slowtravel")
    assert found.words == ("lake", "cabin", "ohio", "slowtravel")
    assert "cabin ohio" not in found.phrases


@pytest.mark.parametrize(
    ("word", "expected"),
    [("Castles", "castle"), ("ladies", "lady"), ("glass", "glass"), ("men's", "men"), ("bus", "bus"), ("été", "été")],
)
def test_a_stem_has_no_case_and_no_plural(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_seasons_are_known_by_their_stems() -> None:
    assert season_of(stem("Christmas")) == season_of(stem("weihnachten")) == "christmas"
    assert season_of("castle") is None


def test_a_search_is_short_and_a_description_is_not() -> None:
    assert is_short("oak shelf 60 cm") and is_short("")
    assert not is_short("an oak shelf for the small hall")


@given(st.text(max_size=400))
def test_any_text_gives_bounded_words_of_one_line(text: str) -> None:
    found = read(text)
    assert len(found.words) <= MOST_WORDS and len(found.phrases) <= MOST_PHRASES
    for phrase in (*found.words, *found.phrases):
        assert phrase and phrase.isprintable() and all(len(word) <= LONGEST_WORD for word in phrase.split(" "))
    assert len(set(found.phrases)) == len(found.phrases)
