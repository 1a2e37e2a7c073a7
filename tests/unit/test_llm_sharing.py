"""Sharing: what several prompts have in common is laid out once, and every prompt is whole and in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.sharing import Entry, common_prefix, common_prefix_of_all, plan

# Few different tokens, so that prompts share beginnings of all lengths.
prompt = st.lists(st.integers(0, 2), min_size=1, max_size=8)
several = st.lists(prompt, min_size=1, max_size=6)


def numbered(prompts: Sequence[list[int]]) -> dict[int, list[int]]:
    """Prompts by sequence; the numbers are neither 0-based nor without gaps."""
    return {3 * place + 1: tokens for place, tokens in enumerate(prompts)}


def start_of(prompts: Sequence[list[int]], share: float) -> int:
    return int(share * (common_prefix_of_all(prompts) + 1)) if share < 1 else common_prefix_of_all(prompts)


@given(several, st.floats(0, 1))
def test_each_sequence_gets_its_own_tokens_once_and_in_order(prompts: list[list[int]], share: float) -> None:
    by_sequence, start = numbered(prompts), start_of(prompts, share)
    entries = plan(by_sequence, start)
    for sequence, tokens in by_sequence.items():
        mine = [(entry.position, entry.token) for entry in entries if sequence in entry.sequences]
        assert mine == list(enumerate(tokens))[start:]


@given(several, st.floats(0, 1))
def test_a_token_that_several_share_is_laid_out_once(prompts: list[list[int]], share: float) -> None:
    start = start_of(prompts, share)
    entries = plan(numbered(prompts), start)
    beginnings = {tuple(tokens[:end]) for tokens in prompts for end in range(start + 1, len(tokens) + 1)}
    assert len(entries) == len(beginnings)


@given(several)
def test_a_token_comes_after_all_that_it_looks_back_to(prompts: list[list[int]]) -> None:
    done: Counter[int] = Counter()
    for entry in plan(numbered(prompts), 0):
        assert {done[sequence] for sequence in entry.sequences} == {entry.position}
        done.update(entry.sequences)


@given(several, st.floats(0, 1))
def test_each_sequence_ends_at_its_last_token_and_only_there(prompts: list[list[int]], share: float) -> None:
    by_sequence, start = numbered(prompts), start_of(prompts, share)
    ends = Counter[int]()
    for entry in plan(by_sequence, start):
        assert set(entry.ends) <= set(entry.sequences)
        ends.update(entry.ends)
        assert all(entry.position == len(by_sequence[sequence]) - 1 for sequence in entry.ends)
    assert ends == Counter(dict.fromkeys(by_sequence, 1))


@given(several)
def test_the_common_prefix_of_all_leaves_a_token_of_each_to_read_from(prompts: list[list[int]]) -> None:
    common = common_prefix_of_all(prompts)
    assert all(tokens[:common] == prompts[0][:common] and len(tokens) > common for tokens in prompts)
    longer = common + 1
    assert any(len(tokens) == longer for tokens in prompts) or len({tuple(tokens[:longer]) for tokens in prompts}) > 1


@given(prompt, prompt)
def test_the_common_prefix_of_two_is_the_longest(first: list[int], second: list[int]) -> None:
    common = common_prefix(first, second)
    assert first[:common] == second[:common]
    assert common == min(len(first), len(second)) or first[common] != second[common]
    assert common == common_prefix(second, first)


def test_branches_come_one_after_another_in_the_order_of_the_sequences() -> None:
    entries = plan({1: [7, 8, 1], 2: [7, 9], 3: [7, 8, 2]}, 0)
    assert entries == [
        Entry(7, 0, (1, 2, 3)),
        Entry(8, 1, (1, 3)),
        Entry(1, 2, (1,), (1,)),
        Entry(2, 2, (3,), (3,)),
        Entry(9, 1, (2,), (2,)),
    ]


def test_equal_prompts_cost_what_one_costs_and_are_all_read_from_the_same_token() -> None:
    entries = plan({1: [5, 6], 2: [5, 6], 4: [5, 6]}, 0)
    assert len(entries) == 2
    assert entries[-1].ends == (1, 2, 4)


def test_a_prompt_that_ends_inside_another_ends_there() -> None:
    entries = plan({1: [5, 6], 2: [5, 6, 7]}, 0)
    assert [entry.ends for entry in entries] == [(), (1,), (2,)]
