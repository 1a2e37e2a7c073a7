"""Sampling: the likeliest tokens are remembered in order, and one of them is drawn within the bounds that were set."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Container, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.sampling import REMEMBERED, Candidates, Sampler

Mask = np.ndarray[Any, np.dtype[np.bool_]]

# Few different values, so that there are ties.
logits = st.lists(st.sampled_from([-np.inf, -2.0, 0.0, 0.5, 3.0]), min_size=1, max_size=2 * REMEMBERED)
EVEN = [0.0, 0.0, 0.0, 0.0]


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """Arithmetic on what is not a number would show as one."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def candidates(values: list[float]) -> Candidates:
    return Candidates.of(np.array(values, np.float32))


def all_but(*refused: int) -> Callable[[np.ndarray[Any, Any]], Mask]:
    return lambda tokens: ~np.isin(tokens, refused)


def drawn(
    values: list[float],
    *,
    count: int = 400,
    temperature: float = 1.0,
    top_p: float = 1.0,
    top_k: int = 40,
    refused: tuple[int, ...] = (),
    banned: Container[int] = (),
    seed: int = 11,
) -> list[int | None]:
    sampler = Sampler(temperature=temperature, top_p=top_p, seed=seed, top_k=top_k)
    return [sampler.draw(candidates(values), all_but(*refused), banned) for _ in range(count)]


@given(logits)
def test_candidates_are_the_likeliest_tokens_the_likeliest_first(values: list[float]) -> None:
    found = candidates(values)
    assert len(found.tokens) == len(found.logits) == min(REMEMBERED, len(values))
    assert found.logits.tolist() == sorted(values, reverse=True)[:REMEMBERED]
    assert [values[token] for token in found.tokens] == found.logits.tolist()
    assert len(set(found.tokens.tolist())) == len(found.tokens)


@given(logits)
def test_of_equally_likely_candidates_the_smaller_token_comes_first(values: list[float]) -> None:
    found = candidates(values)
    pairs = list(zip((-found.logits).tolist(), found.tokens.tolist(), strict=True))
    assert pairs == sorted(pairs)


def test_candidates_keep_nothing_of_memory_that_is_written_again() -> None:
    values = np.array([1.0, 5.0, 3.0], np.float32)
    found = Candidates.of(values)
    values[:] = 0
    assert found.logits.tolist() == [5.0, 3.0, 1.0]


@pytest.mark.parametrize("temperature", [0.0, -1.0])
def test_without_temperature_the_likeliest_is_drawn(temperature: float) -> None:
    assert set(drawn([1.0, 4.0, 3.9], temperature=temperature)) == {1}
    assert set(drawn([1.0, 4.0, 3.9], temperature=temperature, refused=(1,))) == {2}
    assert set(drawn([1.0, 4.0, 3.9], temperature=temperature, banned={1, 2})) == {0}


@pytest.mark.parametrize("seed", [0, -1, 2**32 - 1, 2**70])
def test_the_same_seed_draws_the_same_and_another_does_not(seed: int) -> None:
    assert drawn(EVEN, seed=seed) == drawn(EVEN, seed=seed)
    assert drawn(EVEN, seed=seed) != drawn(EVEN, seed=seed + 1)


def shares(tokens: list[int | None]) -> dict[int | None, float]:
    return {token: count / len(tokens) for token, count in Counter(tokens).items()}


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    chances = [0.5, 0.3, 0.15, 0.05]
    found = shares(drawn(np.log(chances).tolist(), count=6000))
    assert found == pytest.approx(dict(enumerate(chances)), abs=0.02)


def test_temperature_widens_and_narrows() -> None:
    chances = np.array([0.8, 0.2])
    for temperature in (0.5, 2.0):
        expected = chances ** (1 / temperature) / (chances ** (1 / temperature)).sum()
        found = shares(drawn(np.log(chances).tolist(), count=6000, temperature=temperature))
        assert found == pytest.approx(dict(enumerate(expected)), abs=0.02)


def test_where_the_first_pick_is_not_allowed_the_others_are_drawn_as_often_as_they_are_likely() -> None:
    found = shares(drawn(np.log([0.5, 0.25, 0.25]).tolist(), count=6000, refused=(0,)))
    assert found == pytest.approx({1: 0.5, 2: 0.5}, abs=0.02)


def test_the_nucleus_ends_with_the_token_that_fills_it() -> None:
    values = np.log([0.5, 0.3, 0.15, 0.05]).tolist()
    assert set(drawn(values, top_p=0.0)) == {0}
    assert set(drawn(values, top_p=0.45)) == {0}
    assert set(drawn(values, top_p=0.6)) == {0, 1}
    assert set(drawn(values, top_p=0.6, temperature=50.0)) == {0, 1}
    assert set(drawn(values, top_p=1.0)) == {0, 1, 2, 3}


def test_no_more_than_top_k_are_drawn_from() -> None:
    assert set(drawn([0.0] * 10, top_k=3)) == {0, 1, 2}
    assert set(drawn([0.0] * 10, top_k=3, banned={0, 2})) == {1, 3, 4}
    assert set(drawn([0.0] * 10, top_k=3, refused=(0, 2))) == {1, 3, 4}


@given(logits, st.sets(st.integers(0, 95)), st.sets(st.integers(0, 95)), st.floats(0, 2), st.floats(0, 1))
def test_what_is_banned_not_allowed_or_impossible_is_never_drawn(
    values: list[float], banned: set[int], refused: set[int], temperature: float, top_p: float
) -> None:
    remembered = zip(*(row.tolist() for row in (candidates(values).tokens, candidates(values).logits)), strict=True)
    possible = {token for token, logit in remembered if logit > -np.inf} - banned - refused
    found = drawn(values, count=5, temperature=temperature, top_p=top_p, refused=tuple(refused), banned=banned)
    assert set(found) <= (possible or {None})


def test_where_nothing_is_left_nothing_is_drawn() -> None:
    assert drawn([1.0, 2.0], count=1, banned={0, 1}) == [None]
    assert drawn([1.0, 2.0], count=1, refused=(0, 1)) == [None]
    assert drawn([1.0, 2.0], count=1, refused=(0,), banned={1}) == [None]
    assert drawn([-np.inf, -np.inf], count=1) == [None]


def test_what_may_come_is_looked_up_for_all_only_where_the_first_pick_is_refused() -> None:
    asked: list[int] = []

    def allowed(tokens: np.ndarray[Any, Any]) -> Mask:
        asked.append(len(tokens))
        return np.ones(len(tokens), bool)

    Sampler(temperature=1.0, top_p=1.0, seed=1).draw(candidates(EVEN), allowed)
    assert asked == [1]
