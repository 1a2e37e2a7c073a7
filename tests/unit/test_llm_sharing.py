"""Sharing: each text's tokens are evaluated once and in order, and what others hold is taken from them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.sharing import Entry, Place, best_donor, common_prefix, promised

# Few different tokens, so that prompts share beginnings of all lengths.
tokens = st.lists(st.integers(0, 2), max_size=8)
prompts = st.lists(st.integers(0, 2), min_size=1, max_size=8)
held = st.lists(st.tuples(tokens, tokens), max_size=5)


def places_with(contents: Sequence[tuple[list[int], list[int]]]) -> list[Place]:
    return [Place(3 * number + 1, list(done), list(ahead)) for number, (done, ahead) in enumerate(contents)]


@given(tokens, tokens, st.lists(st.integers(0, 5)))
def test_each_token_is_an_entry_once_and_in_order_and_never_more_than_there_is_room_for(
    done: list[int], ahead: list[int], rooms: list[int]
) -> None:
    place, entries = Place(7, list(done), list(ahead)), list[Entry]()
    for room in [*rooms, len(ahead)]:
        step = place.next_entries(room)
        assert len(step) <= room
        entries += step
        assert place.done + place.ahead == done + ahead
        assert len(place.done) == len(done) + len(entries)
    assert [(entry.position, entry.token) for entry in entries] == list(enumerate(done + ahead))[len(done) :]
    assert {entry.sequence for entry in entries} <= {7}


@given(tokens, prompts, st.integers(1, 5))
def test_only_the_last_token_of_all_is_read(done: list[int], ahead: list[int], room: int) -> None:
    place, entries = Place(7, list(done), list(ahead)), list[Entry]()
    while place.ahead:
        entries += place.next_entries(room)
    assert [entry.read for entry in entries] == [False] * (len(ahead) - 1) + [True]


def test_a_place_with_nothing_ahead_has_no_entries() -> None:
    assert Place(7, [1, 2]).next_entries(5) == []


@given(tokens, tokens)
def test_the_common_prefix_of_two_is_the_longest(first: list[int], second: list[int]) -> None:
    common = common_prefix(first, second)
    assert first[:common] == second[:common]
    assert common == min(len(first), len(second)) or first[common] != second[common]
    assert common == common_prefix(second, first)


@given(prompts, held)
def test_the_best_donor_holds_the_longest_beginning_but_never_the_whole_prompt(
    prompt: list[int], contents: list[tuple[list[int], list[int]]]
) -> None:
    places = places_with(contents)
    donor, known = best_donor(prompt, places)
    assert known < len(prompt)
    assert known == max((min(common_prefix(done, prompt), len(prompt) - 1) for done, _ in contents), default=0)
    if donor is None:
        assert known == 0
    else:
        assert donor.done[:known] == prompt[:known]


def test_of_equal_donors_the_first_gives_and_one_that_knows_nothing_never() -> None:
    places = places_with([([9], []), ([1, 2], []), ([1, 2, 5], [])])
    assert best_donor([1, 2, 3], places) == (places[1], 2)
    assert best_donor([4, 4], places) == (None, 0)


def test_a_donor_gives_what_was_evaluated_and_not_what_is_ahead() -> None:
    assert best_donor([1, 2, 3, 4], places_with([([1], [2, 3, 4])]))[1] == 1


@given(prompts, held)
def test_promised_is_the_best_that_any_place_with_work_ahead_will_know(
    prompt: list[int], contents: list[tuple[list[int], list[int]]]
) -> None:
    places = places_with(contents)
    expected = promised(prompt, places)
    for place in places:
        if not place.ahead:
            place.done = []
        place.next_entries(len(place.ahead))
    assert expected == best_donor(prompt, places)[1]


def test_nothing_is_promised_by_places_that_are_finished() -> None:
    assert promised([1, 2, 3], places_with([([1, 2, 3], [])])) == 0
    assert promised([1, 2, 3], places_with([([1], [2, 9])])) == 2
    assert promised([1, 2, 3], []) == 0
