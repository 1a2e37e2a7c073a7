"""Run files and per-query results: what was written is read, in the same order, and what is broken is named."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.evaluation.dataset import Questions
from assistant.evaluation.measures import MEASURES, measure
from assistant.evaluation.results import read_results, results_as_text, score_run
from assistant.evaluation.runs import read_run, require_ids_for_a_run, run_as_text

IDS = st.text("abXY01-_.:/é木", min_size=1, max_size=8)
SCORES = st.floats(-1e6, 1e6, width=64)
RUNS = st.dictionaries(IDS, st.dictionaries(IDS, SCORES, min_size=1, max_size=8), min_size=1, max_size=4)
QUESTIONS = Questions(
    name="set",
    queries={"q1": "an oak lamp", "q2": "木 [bold]"},
    relevance={"q1": {"a": 2, "b": 1}, "q2": {"c": 1}},
    files=(),
)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a.run"
    path.write_text(text, encoding="utf-8")
    return path


@given(scores=RUNS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
def test_a_run_is_read_in_the_order_it_was_written_in(tmp_path: Path, scores: dict[str, dict[str, float]]) -> None:
    rankings = {query: sorted(found.items(), key=lambda pair: -pair[1]) for query, found in scores.items()}
    path = write(tmp_path, run_as_text(rankings, "test"))
    assert read_run(path) == {query: tuple(name for name, _ in ranking) for query, ranking in rankings.items()}
    for query in rankings:
        written = [np.float32(line.split()[4]) for line in path.read_text().splitlines() if line.split()[0] == query]
        assert all(high > low for high, low in pairwise(written))


def test_a_run_file_has_the_columns_of_the_field() -> None:
    text = run_as_text({"q1": [("a", 0.5), ("b", 0.25), ("c", 0.25)]}, "pinwright-sum")
    rows = [line.split() for line in text.splitlines()]
    assert [row[:4] for row in rows] == [["q1", "Q0", "a", "1"], ["q1", "Q0", "b", "2"], ["q1", "Q0", "c", "3"]]
    assert {row[5] for row in rows} == {"pinwright-sum"} and rows[0][4] == "0.5"


def test_scores_decide_the_order_and_ties_fall_as_in_the_tool_of_trec(tmp_path: Path) -> None:
    path = write(tmp_path, "q1 Q0 a 1 0.1 x\nq1 Q0 c 2 0.5 x\nq1 Q0 b 3 0.5 x\nq2 Q0 a 1 -1e3 x\n")
    assert read_run(path) == {"q1": ("c", "b", "a"), "q2": ("a",)}
    import pytrec_eval

    run = {"q1": {"a": 0.1, "c": 0.5, "b": 0.5}}
    judged = pytrec_eval.RelevanceEvaluator({"q1": {"c": 1}}, {"recip_rank"})
    assert judged.evaluate(run)["q1"]["recip_rank"] == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("q1 Q0 a 1 0.5\n", "line 1: 5 columns, where a run has 6"),
        ("q1 Q0 a 1 0.5 x\n\nq1\ta\t1\n", "line 3: 3 columns"),
        ("q1 Q0 a 1 high x\n", "line 1: the score 'high'"),
        ("q1 Q0 a 1 nan x\n", "line 1: the score 'nan'"),
        ("q1 Q0 a 1 inf x\n", "line 1: the score 'inf'"),
        ("q1 Q0 a 1 0.5 x\nq1 Q0 a 2 0.4 x\n", "line 2: document a is there twice for query q1"),
    ],
)
def test_a_broken_run_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as raised:
        read_run(path)
    assert said in str(raised.value) and path.name in str(raised.value)


@given(content=st.one_of(st.text(max_size=200).map(str.encode), st.binary(max_size=200)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@pytest.mark.parametrize("read", [read_run, read_results])
def test_nothing_that_is_read_ends_in_another_error(tmp_path: Path, read: object, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    assert callable(read)
    try:
        read(path)
    except InputError as error:
        assert "\n" not in str(error)


def test_an_id_with_a_blank_does_not_go_into_a_run() -> None:
    require_ids_for_a_run(["a", "木-1"])
    for broken in ("a b", "a\u2003b"):
        with pytest.raises(InputError, match="blank"):
            require_ids_for_a_run(["a", broken])


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    values = measure(QUESTIONS.relevance, {"q1": ["b", "a"], "q2": []})
    text = results_as_text(
        QUESTIONS, values, name="sum", relevant_from=2, asked={"q1": "an oak lmap", "q2": QUESTIONS.queries["q2"]}
    )
    assert [json.loads(line).get("asked") for line in text.splitlines()] == ["an oak lmap", None]
    found = read_results(write(tmp_path, text))
    assert (found.name, found.relevant_from, found.texts, found.values) == ("sum", 2, QUESTIONS.queries, values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"query": None}, "line 2: there is no `query`"),
        ({"query": "q1"}, "line 2: query q1 is there twice"),
        ({"nDCG@10": None}, "line 2: `nDCG@10` is no number"),
        ({"nDCG@10": 1.5}, "line 2: `nDCG@10` is no number from 0 to 1"),
        ({"recall@100": float("nan")}, "line 2: `recall@100`"),
        ({"MRR@10": True}, "line 2: `MRR@10`"),
        ({"relevant_from": 3}, "line 2: `relevant_from`"),
        ({"relevant_from": "1"}, "line 2: `relevant_from`"),
    ],
)
def test_broken_results_are_named_with_their_line(tmp_path: Path, change: dict[str, object], said: str) -> None:
    row = {"query": "q1", "text": "lamp", "setting": "sum", "relevant_from": 1, **dict.fromkeys(MEASURES, 0.5)}
    path = write(tmp_path, json.dumps(row) + "\n" + json.dumps(row | {"query": "q2"} | change) + "\n")
    with pytest.raises(InputError) as raised:
        read_results(path)
    assert said in str(raised.value) and raised.value.hint


def test_a_run_is_measured_against_the_judgements(tmp_path: Path) -> None:
    found = score_run(write(tmp_path, "q1 Q0 b 1 0.5 x\nq1 Q0 a 2 0.4 x\n"), QUESTIONS, 1)
    assert found.values == measure(QUESTIONS.relevance, {"q1": ["b", "a"]})
    assert (found.name, found.texts) == ("a", QUESTIONS.queries)
    with pytest.raises(InputError, match="query q7 and 1 more"):
        score_run(write(tmp_path, "q1 Q0 b 1 0.5 x\nq7 Q0 b 1 0.5 x\nq8 Q0 b 1 0.5 x\n"), QUESTIONS, 1)
