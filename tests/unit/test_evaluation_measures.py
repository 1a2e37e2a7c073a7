"""The four measures as worked out by hand, and the two statistics beside what scipy computes."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from assistant.evaluation.measures import MEASURES, NDCG, PRECISION, RECALL, RECIPROCAL_RANK, column, measure
from assistant.evaluation.statistics import interval, randomisation_test


def one(relevance: dict[str, int], ranking: list[str], relevant_from: int = 1) -> dict[str, float]:
    return measure({"q": relevance}, {"q": ranking}, relevant_from)["q"]


def test_the_measures_are_those_worked_out_by_hand() -> None:
    found = one({"a": 3, "b": 0, "c": 2, "d": 1}, ["b", "a", "unjudged", "c", "other", "more"])
    gained, ideal = 3 / log2(3) + 2 / log2(5), 3 + 2 / log2(3) + 1 / log2(4)
    assert found == {
        NDCG: pytest.approx(gained / ideal),
        RECALL: pytest.approx(2 / 3),
        RECIPROCAL_RANK: 0.5,
        PRECISION: pytest.approx(2 / 5),
    }


def test_the_measures_stop_where_their_names_say() -> None:
    others = [f"x{number}" for number in range(200)]
    assert one({"a": 1}, [*others[:10], "a"])[NDCG] == one({"a": 1}, [*others[:10], "a"])[RECIPROCAL_RANK] == 0
    assert one({"a": 1}, [*others[:9], "a"])[RECIPROCAL_RANK] == pytest.approx(0.1)
    assert one({"a": 1}, [*others[:99], "a"])[RECALL] == 1
    assert one({"a": 1}, [*others[:100], "a"])[RECALL] == 0
    assert one({"a": 1}, [*others[:4], "a"])[PRECISION] == pytest.approx(0.2)
    assert one({"a": 1}, [*others[:5], "a"])[PRECISION] == 0


def test_a_bound_of_relevance_moves_all_but_ndcg() -> None:
    relevance, ranking = {"a": 1, "b": 2}, ["a", "b"]
    low, high = one(relevance, ranking), one(relevance, ranking, relevant_from=2)
    assert low[NDCG] == high[NDCG]
    assert (high[RECALL], high[RECIPROCAL_RANK], high[PRECISION]) == (1.0, 0.5, pytest.approx(0.2))


def test_a_negative_judgement_is_as_good_as_none() -> None:
    ranking = ["bad", "a"]
    assert one({"a": 2, "bad": -1}, ranking) == one({"a": 2}, ranking) == one({"a": 2, "bad": 0}, ranking)


def test_the_order_counts_whatever_the_ids() -> None:
    for ranking in (["a", "b", "c"], ["c", "b", "a"]):
        assert one({ranking[0]: 1}, ranking)[RECIPROCAL_RANK] == 1
        assert one({ranking[2]: 1}, ranking)[RECIPROCAL_RANK] == pytest.approx(1 / 3)


def test_a_query_that_found_nothing_or_has_nothing_to_find_counts_as_0() -> None:
    relevance = {"found": {"a": 1}, "nothing": {"a": 1}, "absent": {"a": 1}, "idle": {"a": 0}}
    found = measure(relevance, {"found": ["a"], "nothing": [], "idle": ["a"]})
    assert list(found) == list(relevance)
    assert set(found["found"].values()) == {1.0, 0.2}
    assert all(set(found[name].values()) == {0.0} for name in ("nothing", "absent", "idle"))
    assert column(found, NDCG).tolist() == [1, 0, 0, 0]
    assert tuple(found["idle"]) == MEASURES


def test_an_interval_holds_the_mean_and_narrows_with_more_queries() -> None:
    values = np.random.default_rng(1).random(400)
    few, many = interval(values[:40], seed=3), interval(values, seed=3)
    assert few.low < few.mean < few.high and few.mean == pytest.approx(values[:40].mean())
    assert many.high - many.low < few.high - few.low
    assert interval(values, seed=3) == many != interval(values, seed=4)
    assert interval(np.array([0.5])) == (0.5, 0.5, 0.5)


def test_an_interval_is_the_percentile_bootstrap() -> None:
    from scipy.stats import bootstrap

    values = np.random.default_rng(2).beta(2, 1, 100)
    ours = interval(values, seed=5)
    theirs = bootstrap((values,), np.mean, method="percentile", n_resamples=10_000, vectorized=True).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.004)


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(6)
    samples = [generator.random(60) for _ in range(300)]
    covered = sum(one.low <= 0.5 <= one.high for one in (interval(sample, resamples=400) for sample in samples))
    assert 0.89 <= covered / 300 <= 0.99


def test_few_queries_are_tested_exactly() -> None:
    assert randomisation_test(np.array([0.1, 0.2, 0.3])) == pytest.approx(2 / 8)
    assert randomisation_test(np.array([0.1, 0.2, -0.3])) == 1.0
    assert randomisation_test(np.array([0.5] * 10)) == pytest.approx(2 / 1024)
    assert randomisation_test(np.zeros(5)) == randomisation_test(np.array([])) == 1.0
    # Queries that stay as they are have no say.
    assert randomisation_test(np.array([0.1, 0.2, 0.3] + [0.0] * 60)) == pytest.approx(2 / 8)


def test_many_queries_are_tested_as_scipy_does() -> None:
    from scipy.stats import permutation_test

    before = np.random.default_rng(7).random(80)
    after = before + np.random.default_rng(8).normal(0.02, 0.1, 80)
    theirs = permutation_test(
        (after, before), lambda x, y, axis: (x - y).mean(axis=axis), permutation_type="samples", vectorized=True
    ).pvalue
    ours = randomisation_test(after - before, seed=1)
    assert ours == pytest.approx(theirs, abs=0.02)
    assert randomisation_test(before - after, seed=1) == pytest.approx(ours, abs=0.02)
    assert randomisation_test(after - before, seed=1) == ours


def test_the_test_is_two_sided_and_never_says_0() -> None:
    assert randomisation_test(np.full(60, 0.3)) == pytest.approx(1 / 10_001)
    assert randomisation_test(np.full(60, -0.3)) == pytest.approx(1 / 10_001)


def test_many_queries_are_resampled_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.evaluation import statistics

    values = np.random.default_rng(9).random(50)
    whole, tested = interval(values, seed=1), randomisation_test(values - 0.45, seed=1)
    monkeypatch.setattr(statistics, "_BLOCK", 500)
    assert interval(values, seed=1) == whole
    assert randomisation_test(values - 0.45, seed=1) == pytest.approx(tested, abs=0.02)
