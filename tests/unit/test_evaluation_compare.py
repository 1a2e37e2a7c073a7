"""Two runs: refused where they are of other queries, told apart where they differ, and the queries that made it so."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import InputError, UsageError
from assistant.evaluation.compare import compare, most_changed
from assistant.evaluation.measures import MEASURES, PRECISION
from assistant.evaluation.results import Results


def results(name: str, ndcg: dict[str, float], **changes: object) -> Results:
    known = {
        "path": Path(f"{name}.jsonl"),
        "name": name,
        "relevant_from": 1,
        "texts": {query: f"text of {query}" for query in ndcg},
        "values": {query: dict.fromkeys(MEASURES, 0.0) | {"nDCG@10": value} for query, value in ndcg.items()},
    }
    return Results(**(known | changes))  # type: ignore[arg-type]


BEFORE = results("before", {f"q{number}": 0.2 + number / 100 for number in range(30)})
AFTER = results("after", {f"q{number}": 0.3 + number / 100 - (number == 4) * 0.2 for number in reversed(range(30))})


def test_a_difference_is_the_second_less_the_first_query_by_query() -> None:
    ndcg, *others = compare(BEFORE, AFTER)
    assert ndcg.difference.mean == pytest.approx(ndcg.second - ndcg.first) == pytest.approx(2.8 / 30)
    assert ndcg.difference.low < ndcg.difference.mean < ndcg.difference.high
    assert (ndcg.better, ndcg.worse, ndcg.equal) == (29, 1, 0)
    assert ndcg.probability < 0.01
    assert [one.measure for one in (ndcg, *others)] == list(MEASURES)
    assert all(one.probability == 1.0 and one.equal == 30 and one.difference.mean == 0 for one in others)


def test_a_comparison_repeats_and_turns_its_sign_with_its_sides() -> None:
    there, back = compare(BEFORE, AFTER, seed=2)[0], compare(AFTER, BEFORE, seed=2)[0]
    assert compare(BEFORE, AFTER, seed=2)[0] == there
    assert back.difference.mean == pytest.approx(-there.difference.mean)
    assert (back.better, back.worse) == (there.worse, there.better)


def test_the_queries_that_changed_most_come_first() -> None:
    before = results("a", {"q1": 0.5, "q2": 0.5, "q3": 0.5, "q4": 0.5})
    after = results("b", {"q1": 0.6, "q2": 0.0, "q3": 0.5, "q4": 0.4})
    changes = most_changed(before, after, 10)
    assert [(change.query, change.text) for change in changes] == [
        ("q2", "text of q2"),
        ("q1", "text of q1"),
        ("q4", "text of q4"),
    ]
    assert changes[0].difference == -0.5
    assert most_changed(before, after, 1) == changes[:1]
    assert most_changed(before, after, 10, PRECISION) == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (results("other", {"q1": 0.1}), "29 of the 30 queries in before.jsonl are not in other.jsonl, such as q0"),
        (results("other", dict.fromkeys([*BEFORE.texts, "more"], 0.1)), "1 of the 31 queries in other.jsonl"),
        (
            results("other", dict.fromkeys(BEFORE.texts, 0.1), texts=dict.fromkeys(BEFORE.texts, "rug")),
            "Query q0 is 'text of q0' in before.jsonl, and 'rug' in other.jsonl",
        ),
        (results("other", dict.fromkeys(BEFORE.texts, 0.1), relevant_from=2), "from 1 on, other.jsonl from 2 on"),
    ],
    ids=["fewer", "more", "other texts", "another bound"],
)
def test_runs_over_other_queries_are_refused(other: Results, said: str) -> None:
    with pytest.raises((InputError, UsageError)) as raised:
        compare(BEFORE, other)
    assert said in str(raised.value) and raised.value.hint
