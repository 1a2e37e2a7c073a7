"""Labels: what the signals of an interest share and the others do not, in their own words."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.intent.interests.labels import LONGEST_LABEL, MOST_LABEL_WORDS, labels_of
from assistant.intent.interests.strands import Strand, strand_of
from store.records import Signal


def strands(*texts: str) -> list[Strand]:
    return [
        strand_of(Signal(id=str(number), kind="save", text=text), np.ones(2, dtype=np.float32), number)
        for number, text in enumerate(texts)
    ]


def test_a_label_is_what_the_members_share_and_the_others_do_not() -> None:
    lakes = strands("Slow trains to lakes in June", "Night trains and lakes", "Lakes by slow trains, June")
    bread = strands("Sourdough bread in June", "My sourdough bread, June", "First sourdough bread")
    one, other = labels_of([lakes, bread], [])
    assert "lakes" in one and "june" not in one
    assert other == "sourdough bread"


def test_a_single_signal_is_named_after_itself() -> None:
    assert labels_of([strands("Oak shelf for the hall")], []) != [""]


def test_generic_words_name_nothing() -> None:
    assert labels_of([strands("best ideas", "10 best ideas", "cute ideas")], []) == [""]


def test_what_all_have_in_common_with_those_apart_is_no_label() -> None:
    group = strands("walnut bench garden", "walnut desk garden")
    assert labels_of([group], strands("garden soup", "garden song", "garden war")) == ["walnut"]


def test_forms_of_one_word_count_together_and_the_most_frequent_is_shown() -> None:
    assert labels_of([strands("castles", "castles", "castle")], []) == ["castles"]


def test_no_word_stands_twice_in_a_label() -> None:
    (label,) = labels_of([strands("castle tour, castle ruins", "castle tour, castle ruins")], [])
    words = label.replace(",", "").split()
    assert len(words) == len(set(words)) <= MOST_LABEL_WORDS


@given(st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_a_label_of_any_text_is_one_short_plain_line(texts: list[str]) -> None:
    (label,) = labels_of([strands(*texts)], [])
    assert len(label) <= LONGEST_LABEL and len(label.split()) <= MOST_LABEL_WORDS
    assert label.isprintable() and "[" not in label and "<" not in label
