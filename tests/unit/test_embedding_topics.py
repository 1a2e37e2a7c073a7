"""Interests: the nearest phrase decides, and a guess is marked as one."""

from __future__ import annotations

import pytest

from assistant.embedding.hashing import HashingEmbedder
from assistant.embedding.topics import PHRASES, InterestGuesser
from store.records import Interest, Pin

EMBEDDER = HashingEmbedder(1024)


@pytest.fixture(scope="module")
def guesser() -> InterestGuesser:
    return InterestGuesser(EMBEDDER)


def test_every_interest_has_phrases_and_no_phrase_is_of_two() -> None:
    assert set(PHRASES) == set(Interest)
    phrases = [phrase.casefold() for group in PHRASES.values() for phrase in group]
    assert len(phrases) == len(set(phrases)) and all(phrases)


@pytest.mark.parametrize(("interest", "phrase"), [(key, phrase) for key in PHRASES for phrase in PHRASES[key]])
def test_what_is_said_in_a_phrase_has_the_interest_of_the_phrase(
    guesser: InterestGuesser, interest: Interest, phrase: str
) -> None:
    assert guesser.guess(EMBEDDER.embed([phrase, f"My {phrase}!"])) == [interest, interest]


def test_guesses_come_in_the_order_of_the_vectors(guesser: InterestGuesser) -> None:
    vectors = EMBEDDER.embed(["weddings and brides", "wildlife and birds", "perfume"])
    assert guesser.guess(vectors) == [Interest.WEDDING, Interest.ANIMALS, Interest.BEAUTY]


def test_no_vectors_have_no_guesses(guesser: InterestGuesser) -> None:
    assert guesser.guess(EMBEDDER.embed([])) == []


def test_only_what_states_no_interest_is_filled_in_and_marked(guesser: InterestGuesser) -> None:
    pins = [
        Pin(id="1", title="perfume", interest=Interest.ART),
        Pin(id="2", title="weddings and brides"),
        Pin(id="3", title="perfume"),
    ]
    filled = guesser.fill_in(pins, EMBEDDER.embed([pin.title for pin in pins]))
    assert [(pin.id, pin.interest, pin.interest_inferred) for pin in filled] == [
        ("2", Interest.WEDDING, True),
        ("3", Interest.BEAUTY, True),
    ]
