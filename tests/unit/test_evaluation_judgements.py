"""Tables of judgements: both layouts, with a header or without; what is wrong is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.evaluation.judgements import LARGEST, read_judgements

IDS = st.text("abcXYZ019-_.:/äß木", min_size=1, max_size=12).filter(lambda text: text == text.strip())
TABLES = st.dictionaries(IDS, st.dictionaries(IDS, st.integers(-LARGEST, LARGEST), min_size=1, max_size=4), min_size=1)


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "test.tsv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t-1\nq2\td1\t0\n",
        "score\tquery_id\tdoc_id\n2\tq1\td1\n-1\tq1\td2\n0\tq2\td1\n",
        "\ufeffQuery-ID\tCorpus-ID\tScore\r\nq1\td1\t2.0\r\n\r\nq1\td2\t-1\r\nq2\td1\t0\r\n",
        "q1\td1\t2\nq1\td2\t-1\nq2\td1\t0",
        "q1 0 d1 2\nq1 0 d2 -1\nq2 Q0 d1 +0\n",
    ],
    ids=["beir", "other order and names", "mark, carriage returns and points", "no header", "trec"],
)
def test_each_layout_reads_the_same(tmp_path: Path, text: str) -> None:
    assert read_judgements(table(tmp_path, text)).relevance == {"q1": {"d1": 2, "d2": -1}, "q2": {"d1": 0}}


def test_each_id_has_the_line_where_it_is_judged_first(tmp_path: Path) -> None:
    found = read_judgements(table(tmp_path, "query-id\tcorpus-id\tscore\n\nq1\td1\t2\nq1\td2\t1\nq2\td1\t1\n"))
    assert found.query_lines == {"q1": 3, "q2": 5}
    assert found.document_lines == {"d1": 3, "d2": 4}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("query-id\tcorpus-id\tscore\n", "no judgement"),
        ("query-id\tscore\nq1\t1\n", "line 1: no column for document"),
        ("first\tsecond\tthird\nq1\td1\t1\n", "line 1: no column for query and document and relevance"),
        ("q1,d1,1\n", "line 1: no column"),
        ("query-id\tcorpus-id\tscore\nq1\td1\n", "line 2: 2 columns, where line 1 has 3"),
        ("query-id\tcorpus-id\tscore\nq1\td1\thigh\n", "line 2: the relevance 'high'"),
        ("query-id\tcorpus-id\tscore\nq1\td1\t1.5\n", "line 2: the relevance '1.5'"),
        ("query-id\tcorpus-id\tscore\nq1\td1\tnan\n", "line 2: the relevance 'nan'"),
        ("query-id\tcorpus-id\tscore\nq1\td1\t١\n", "line 2: the relevance"),
        ("query-id\tcorpus-id\tscore\nq1\td1\t1001\n", "line 2: the relevance '1001'"),
        ("query-id\tcorpus-id\tscore\nq1\td1\t99999999999999999999\n", "line 2: the relevance"),
        ("query-id\tcorpus-id\tscore\n\td1\t1\n", "line 2: there is no query id"),
        ("query-id\tcorpus-id\tscore\nq1\t\t1\n", "line 2: there is no document id"),
        ("query-id\tcorpus-id\tscore\nq\x1b[2J1\td1\t1\n", "line 2: the query id"),
        ("query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td1\t1\n", "line 3: query q1 and document d1"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = table(tmp_path, text)
    with pytest.raises(InputError) as raised:
        read_judgements(path)
    assert (said in str(raised.value) and str(path) in str(raised.value)) or path.name in str(raised.value)
    assert said in str(raised.value)


@given(relevance=TABLES, trec=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_was_written_is_read(tmp_path: Path, relevance: dict[str, dict[str, int]], trec: bool) -> None:
    rows = [(query, name, score) for query, grades in relevance.items() for name, score in grades.items()]
    if trec:
        text = "".join(f"{query} 0 {name} {score}\n" for query, name, score in rows)
    else:
        text = "query-id\tcorpus-id\tscore\n" + "".join(f"{query}\t{name}\t{score}\n" for query, name, score in rows)
    assert read_judgements(table(tmp_path, text)).relevance == relevance


@given(content=st.one_of(st.text(max_size=200).map(str.encode), st.binary(max_size=200)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_nothing_that_is_read_ends_in_another_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.tsv"
    path.write_bytes(content)
    try:
        found = read_judgements(path)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert all(abs(score) <= LARGEST for grades in found.relevance.values() for score in grades.values())
