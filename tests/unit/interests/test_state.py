"""The state that is kept: it comes back as it was, takes new signals in, and stays within bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError, UsageError
from assistant.intent.interests.profile import Profile, build_profile, profile_of
from assistant.intent.interests.state import MAGIC, MOST_HIDES, ProfileState, update
from assistant.intent.interests.strands import MOST_STRANDS
from store.records import Signal

from .conftest import NOW, Made, signal, vector


def history(count: int, subjects: int = 4) -> Made:
    rows = [(number % subjects, number) for number in range(count)]
    signals = [signal(subject, number, days=100 - number * 99 / count) for subject, number in rows]
    return signals, np.array([vector(subject, number) for subject, number in rows])


def partition(profile: Profile) -> set[frozenset[str]]:
    return {frozenset(interest.members) for interest in profile.interests} | {
        frozenset([name]) for name in profile.apart
    }


def test_a_state_comes_back_from_its_bytes() -> None:
    signals, vectors = history(40)
    state = update(ProfileState(), [*signals, signal(0, 99, kind="hide")], np.concatenate([vectors, vectors[:1]]), NOW)
    back = ProfileState.from_bytes(state.to_bytes())
    assert back.seen == state.seen and back.homes.tolist() == state.homes.tolist()
    assert [(kept.words, kept.typical, kept.board) for kept in back.strands] == [
        (kept.words, kept.typical, kept.board) for kept in state.strands
    ]
    assert len(back.hides) == 1
    assert partition(profile_of(back, NOW)) == partition(profile_of(state, NOW))


def test_an_empty_state_comes_back_too() -> None:
    assert ProfileState.from_bytes(ProfileState().to_bytes()).seen == ()


@given(st.binary(max_size=60))
def test_damaged_bytes_are_named_and_nothing_else_is_raised(data: bytes) -> None:
    for damaged in (data, MAGIC + data, ProfileState().to_bytes()[:-1] + data[:1]):
        try:
            ProfileState.from_bytes(damaged)
        except InputError as error:
            assert "damaged" in str(error) and error.hint


def test_bytes_that_lost_their_end_are_refused() -> None:
    whole = update(ProfileState(), *history(10), NOW).to_bytes()
    with pytest.raises(InputError, match="damaged"):
        ProfileState.from_bytes(whole[:-2])


def test_the_bytes_hold_no_text_of_a_signal() -> None:
    one = Signal(id="a", kind="search", text="zebra crossing near the quarry")
    assert b"near the quarry" not in update(ProfileState(), [one], vector(0, 0)[None], NOW).to_bytes()


def test_a_short_history_in_two_steps_is_exactly_as_at_once() -> None:
    signals, vectors = history(60)
    once = build_profile(signals, vectors, NOW)
    first = update(ProfileState(), signals[:45], vectors[:45], NOW)
    second = profile_of(update(first, signals[45:], vectors[45:], NOW), NOW)
    assert partition(second) == partition(once)
    assert [interest.label for interest in second.interests] == [interest.label for interest in once.interests]


def test_a_long_history_is_bounded_and_near_in_two_steps_to_at_once() -> None:
    signals, vectors = history(2_600, subjects=6)
    whole = update(ProfileState(), signals, vectors, NOW)
    assert len(whole.strands) <= MOST_STRANDS and len(whole.seen) == len(signals)
    assert sum(strand.count for strand in whole.strands) == len(signals)
    first = ProfileState.from_bytes(update(ProfileState(), signals[:2_500], vectors[:2_500], NOW).to_bytes())
    stepped = profile_of(update(first, signals[2_500:], vectors[2_500:], NOW), NOW)
    assert partition(stepped) == partition(profile_of(whole, NOW))
    assert len(stepped.interests) == 6


def test_the_same_signals_again_change_nothing() -> None:
    signals, vectors = history(12)
    state = update(ProfileState(), signals, vectors, NOW)
    again = update(state, signals, vectors, NOW)
    assert again.seen == state.seen and len(again.strands) == len(state.strands)


def test_signals_of_one_second_and_of_the_future_are_taken_as_now() -> None:
    rows = [signal(number % 2, number, days=-400) for number in range(1_500)]
    vectors = np.array([vector(number % 2, number) for number in range(1_500)])
    profile = build_profile(rows, vectors, NOW)
    assert sorted(len(interest.members) for interest in profile.interests) == [750, 750]
    assert all(interest.freshness == 1.0 and interest.last == NOW for interest in profile.interests)


def test_a_time_without_a_zone_is_read_as_utc() -> None:
    naive = replace(signal(0, 0), at=(NOW - timedelta(days=2)).replace(tzinfo=None))
    state = update(ProfileState(), [naive], vector(0, 0)[None], NOW)
    assert state.seen[0].moment == NOW - timedelta(days=2)


def test_vectors_of_another_dimension_are_refused() -> None:
    state = update(ProfileState(), *history(3), NOW)
    with pytest.raises(UsageError, match="16 dimensions"):
        update(state, [signal(0, 77)], np.ones((1, 8), dtype=np.float32), NOW)
    with pytest.raises(UsageError, match="1 signals have 2 vectors"):
        update(state, [signal(0, 77)], np.ones((2, 16), dtype=np.float32), NOW)


def test_only_the_latest_hides_are_held() -> None:
    count = MOST_HIDES + 20
    hides = [signal(0, number, kind="hide", days=count - number) for number in range(count)]
    state = update(ProfileState(), hides, np.array([vector(0, number) for number in range(count)]), NOW)
    assert len(state.hides) == MOST_HIDES and len(state.seen) == count
    assert (state.homes < 0).sum() == 20
    assert len(profile_of(state, NOW).apart) == count
