"""Reading along: where a text has to be written otherwise is found at the word, and not before it is whole."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.creative import watching
from assistant.creative.formats import PIN, SEARCH
from assistant.creative.style.house import DEFAULT_STYLE
from assistant.creative.watching import LONGEST_RUN, LONGEST_SHARED, Watching
from store.creatives import Brief, Style
from store.records import Product

SHELF = Product(
    id="S1",
    title="Kelda Wall Shelf",
    description="A shelf of oiled oak, 60 cm wide, with two hidden brackets and a rim that holds the cups.",
)
COPIED = "with two hidden brackets and a rim that"


def wrong_from(text: str, *, whole: bool = False, **brief: Any) -> int | None:
    return Watching(Brief(**{"product": SHELF, **brief}), PIN).of("gift")("description", text, whole)


@pytest.mark.parametrize("text", ["", " ", "Hang it low", "Oiled oak, 60 cm wide.", "Keys live here."])
def test_what_can_stay_is_let_go_on(text: str) -> None:
    assert wrong_from(text) is None
    assert wrong_from(text, whole=True) is None


def test_the_last_word_of_a_claim_without_a_fact_is_pointed_at() -> None:
    text = "A shelf of marble for the hall"
    assert wrong_from(text) == text.index("marble")
    assert wrong_from("Oak, 90 cm wide, for the hall") == 8


def test_the_first_of_several_is_pointed_at() -> None:
    text = "A marble shelf, waterproof too, in the hall"
    assert wrong_from(text) == text.index("marble")


def test_another_variants_run_of_words_is_pointed_at_by_its_last_word() -> None:
    watching = Watching(Brief(product=SHELF), PIN)
    gift, season = watching.of("gift"), watching.of("season")
    said = "Set down the keys when you come home"
    assert gift("description", said, True) is None
    shared = said.split()[: LONGEST_SHARED + 1]
    assert season("description", " ".join(["Then", *shared[:-1]]), False) is None
    again = " ".join(["Then", *shared])
    assert season("description", again, False) == again.rindex(shared[-1])
    assert gift("description", said, True) is None


def test_the_name_of_the_product_may_be_said_by_every_variant() -> None:
    shelf = Product(id="1", title="The Kelda Hall Wall Shelf")
    watching = Watching(Brief(product=shelf), PIN)
    gift, season = watching.of("gift"), watching.of("season")
    for watch in (gift, season):
        assert watch("title", "Kelda Hall Wall Shelf", True) is None


def test_two_variants_do_not_open_with_the_same_word() -> None:
    watching = Watching(Brief(product=SHELF), PIN)
    gift, season = watching.of("gift"), watching.of("season")
    assert gift("description", "Hang it low", False) is None
    assert season("description", "Hang a coat", False) == 0
    assert season("title", "Hang a coat", False) is None


def test_filler_is_pointed_at() -> None:
    assert wrong_from("Elevate your hall") == 0


@pytest.mark.parametrize("where", [{"avoid": ("cosy",)}, {"style": Style(avoid=("cosy",))}])
def test_a_word_to_be_avoided_is_pointed_at_in_any_capitals_and_only_as_a_whole_word(where: dict[str, Any]) -> None:
    assert wrong_from("Make the hall Cosy again", **where) == 14
    assert wrong_from("Make the hall cosyish again", **where) is None


def test_of_words_to_be_avoided_the_longest_counts_and_letters_are_no_patterns() -> None:
    assert wrong_from("Nice (really) hall", avoid=("(really)", "a.b")) == 5
    assert wrong_from("An axb hall", avoid=("a.b", "")) is None


def test_a_long_run_of_the_feeds_own_words_is_pointed_at_by_its_last_word() -> None:
    words = COPIED.split()
    assert len(words) == LONGEST_RUN + 1
    assert wrong_from(" ".join(words[:-1])) is None
    assert wrong_from(COPIED) == COPIED.rindex("that")
    assert wrong_from(f"Yes, {COPIED.upper()}") == len("Yes, ") + COPIED.rindex("that")


def test_a_product_without_a_description_has_no_words_of_its_own() -> None:
    assert wrong_from("one two three four five six seven eight nine", product=Product(id="1", title="Shelf")) is None


def test_of_all_that_is_wrong_the_earliest_is_pointed_at() -> None:
    text = "A cosy shelf of marble in the hall"
    assert wrong_from(text, avoid=("cosy",)) == 2
    assert wrong_from(text, avoid=("hall",)) == text.index("marble")


def test_a_word_that_another_variant_has_is_left_to_it_unless_the_facts_have_it_or_it_is_a_small_one() -> None:
    watching = Watching(Brief(product=SHELF), PIN)
    gift, season = watching.of("gift"), watching.of("season")
    assert gift("description", "Tidy mornings begin with an oak shelf on the wall", True) is None
    for text in ("Oak shelf", "Oak cups", "Put it to a wall"):
        assert season("title", text, True) is None
    assert season("title", "A tidier hall and mornings", False) == 18
    assert gift("title", "Mornings are tidy", True) is None, "a variant may come back to its own words"


def test_a_variant_that_is_written_again_leaves_its_old_words_to_others() -> None:
    watching = Watching(Brief(product=SHELF), PIN)
    gift, season = watching.of("gift"), watching.of("season")
    gift("description", "Tidy mornings", True)
    assert season("description", "Calm mornings", False) == 5
    watching.of("gift")
    assert season("description", "Calm mornings", False) is None


def test_what_a_text_has_said_already_is_pointed_at() -> None:
    text = "A calm hall is a good start, and a calm hall"
    assert wrong_from(text) == text.rindex("hall")
    assert wrong_from("a hall for the keys in the hall") is None


def test_an_exclamation_is_pointed_at_unless_the_brands_own_style_may_want_it() -> None:
    assert wrong_from("Home at last!", style=DEFAULT_STYLE) == 12
    assert wrong_from("Home at last!", style=Style(voice=("Loud.",))) is None


def test_a_sentence_that_begins_small_is_pointed_at_unless_the_brands_own_style_may_want_it() -> None:
    text = "Oiled oak for the hall. hidden brackets"
    assert wrong_from(text, style=DEFAULT_STYLE) == text.index("hidden")
    assert wrong_from(text, style=Style(voice=("quiet.",))) is None
    assert wrong_from("Oiled oak for the hall. Hidden brackets, 60 cm wide, e.g. for cups", style=DEFAULT_STYLE) is None


def test_a_comma_without_a_space_is_pointed_at_and_one_in_a_number_is_not() -> None:
    assert wrong_from("Calm,quiet") == 4
    assert wrong_from("Room for cups, plates") is None
    assert wrong_from("Room for 1,000", product=Product(id="1", title="Shelf for 1,000 books")) is None


def test_a_text_that_says_what_the_ad_says_in_another_of_its_kind_is_pointed_at_when_it_is_whole() -> None:
    watch = Watching(Brief(product=SHELF), SEARCH).of("gift", {"headline_1": "A calm hall"})
    assert watch("headline_2", "The calm hall", False) is None
    assert watch("headline_2", "The calm hall", True) == 9
    assert watch("description_1", "A calm hall", True) is None


def test_a_defect_in_a_check_lets_the_text_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(watching, "check", broken)
    assert wrong_from("A shelf of marble") is None
