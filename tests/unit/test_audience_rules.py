"""What may be told of many people: rounded, never of few, never by difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import PrivacyError
from assistant.intent.audience.rules import LEAST_PEOPLE, Rules, bucket, told_people, told_share

people = st.integers(0, 100_000)
rules = st.integers(LEAST_PEOPLE, 5_000).map(lambda least: Rules(least=least))


@given(people)
def test_a_size_is_rounded_down_to_tens(count: int) -> None:
    assert told_people(count) % 10 == 0 and 0 <= count - told_people(count) < 10


@given(people, people, rules)
def test_a_share_is_told_in_tenths_and_of_nobody_where_few_have_it(some: int, all_of: int, held: Rules) -> None:
    some = min(some, all_of)
    share = told_share(some, all_of, held)
    assert 0 <= share <= 1 and round(share * 10) == pytest.approx(share * 10)
    if some < held.least / 10 or some < all_of / 10:
        assert share == 0


@given(people, rules)
def test_no_text_is_told_that_one_person_has(count: int, held: Rules) -> None:
    assert held.sharing(count) >= 10


@given(people, people, rules)
def test_the_others_are_told_alike_whether_there_are_none_or_few(one: int, other: int, held: Rules) -> None:
    if (one < held.least) == (other < held.least):
        assert bucket(one, held) == bucket(other, held)


@pytest.mark.parametrize("least", [1, 50, 99])
def test_fewer_than_a_hundred_need_made_data(least: int) -> None:
    with pytest.raises(PrivacyError, match=f"cannot be {least}"):
        Rules(least=least)


@pytest.mark.parametrize("least", [0, 1])
def test_one_person_is_no_audience_whatever_the_data(least: int) -> None:
    with pytest.raises(PrivacyError, match="One person is no audience"):
        Rules(least=least, made_data=True)
