"""Pairs to learn from: every layout reads the same, and what cannot be used is named and kept apart."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import InputError, PinwrightError
from assistant.evaluation.pairs import Judged, read_pairs

STORE = {"a1": "An oak lamp.", "a2": "A red shoe."}
TEXTS = st.text("abc XYZ,;\"'\t木é<&", min_size=1, max_size=20).filter(lambda text: text.strip(" \t,;\"'<&") != "")


def look_up(ids: object) -> dict[str, str]:
    return {name: text for name, text in STORE.items() if name in set(ids)}  # type: ignore[call-overload]


def read(path: Path) -> Judged:
    return read_pairs(path, lambda: look_up)


def told(judged: Judged) -> dict[str, dict[str, int]]:
    """The judgements by the texts themselves."""
    return {
        judged.queries[query]: {judged.passages[name]: grade for name, grade in grades.items()}
        for query, grades in judged.relevance.items()
    }


def written(tmp_path: Path, text: str, name: str = "pairs.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.csv", "query,text,score\nlamp,An oak lamp.,2\nlamp,A red shoe.,0\n"),
        ("p.tsv", "Search Term\tPassage\tGrade\nlamp\tAn oak lamp.\t2\nlamp\tA red shoe.\t0\n"),
        ("p.csv", "score;query;id\n2;lamp;a1\n0;lamp;a2\n"),
        (
            "p.jsonl",
            '{"query": "lamp", "ad_id": "a1", "score": 2}\n{"query": "lamp", "text": "A red shoe.", "score": "0"}\n',
        ),
        ("p.json", '[{"query": "lamp", "id": "a1", "score": 2}, {"query": "lamp", "id": "a2", "score": 0}]'),
    ],
)
def test_each_layout_reads_the_same(tmp_path: Path, name: str, text: str) -> None:
    judged = read(written(tmp_path, text, name))
    assert told(judged) == {"lamp": {"An oak lamp.": 2, "A red shoe.": 0}}
    assert judged.rejected == ()
    packed = tmp_path / "packed.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    assert told(read(packed)) == told(judged)
    assert read(packed).sha256 == judged.sha256


def test_rows_of_clicks_add_up_and_of_grades_the_highest_counts(tmp_path: Path) -> None:
    clicks = written(tmp_path, "query,id,clicked\nlamp,a1,1\nLamp,a1,yes\nlamp,a2,0\nlamp,a1,0\n")
    assert told(read(clicks)) == {"lamp": {"An oak lamp.": 2, "A red shoe.": 0}}
    seen = written(tmp_path, "query,id\nlamp,a1\nlamp,a1\n", "seen.csv")
    assert told(read(seen)) == {"lamp": {"An oak lamp.": 2}}
    grades = written(tmp_path, "query,id,grade\nlamp,a1,1\nlamp,a1,3\nlamp,a1,2\n", "grades.csv")
    assert told(read(grades)) == {"lamp": {"An oak lamp.": 3}}


def test_grades_with_decimals_keep_their_order_and_none_above_0_becomes_0(tmp_path: Path) -> None:
    path = written(tmp_path, "query,text,score\nlamp,b,0.5\nlamp,c,1\nlamp,d,0.001\nlamp,e,0\n")
    assert told(read(path)) == {"lamp": {"b": 50, "c": 100, "d": 1, "e": 0}}


def test_a_row_that_cannot_be_used_is_named_and_the_others_count(tmp_path: Path) -> None:
    rows = [
        "query,id,text,score",
        "lamp,a1,,1",
        ",a1,,1",
        "lamp,,,1",
        "lamp,nobody,,1",
        "lamp,a2,,high",
        "lamp,a2,,-1",
        "lamp,a2,,nan",
        f"{'x' * 2001},a2,,1",
        "lamp,a2",
    ]
    judged = read(written(tmp_path, "\n".join(rows)))
    assert told(judged) == {"lamp": {"An oak lamp.": 1}}
    reasons = {row.line: row.reason for row in judged.rejected}
    assert sorted(reasons) == list(range(3, 11))
    for line, word in {
        3: "query",
        4: "neither",
        5: "nobody",
        6: "high",
        7: "-1",
        8: "nan",
        9: "2,000",
        10: "few",
    }.items():
        assert word in reasons[line]
    assert judged.rejected[2].id == "nobody"


def test_a_query_that_nothing_answers_is_left_out_and_noted(tmp_path: Path) -> None:
    judged = read(written(tmp_path, "query,id,clicks\nlamp,a1,1\nshoe,a1,0\n"))
    assert list(told(judged)) == ["lamp"]
    assert "1 of 2 queries" in judged.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("query,text\n", "No row"),
        ("first,second\nlamp,An oak lamp.\n", "no column for the query"),
        ("query,colour\nlamp,red\n", "no column for the text or the id"),
        ("query,id\nlamp,nobody\n", "there is no ad or pin with the id nobody (line 2)"),
        ("query,id,clicks\nlamp,a1,0\n", "no query with a text that answers it"),
        ("{not json}\n", "No row"),
        ('{"query": "lamp"}\n', "no column for the text or the id"),
    ],
)
def test_a_file_that_teaches_nothing_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(written(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_store_is_asked_only_where_rows_name_ids(tmp_path: Path) -> None:
    def no_store() -> object:
        raise AssertionError("nobody named an id")

    path = written(tmp_path, "query,text\nlamp,An oak lamp.\n")
    assert told(read_pairs(path, no_store)) == {"lamp": {"An oak lamp.": 1}}  # type: ignore[arg-type]


def test_a_data_set_brings_all_its_texts_and_only_answered_queries(tmp_path: Path) -> None:
    documents = [{"_id": "d1", "title": "oak lamp"}, {"_id": "d2", "title": "red shoe"}, {"_id": "d3", "title": "rug"}]
    queries = [{"_id": "q1", "text": "lamp"}, {"_id": "q2", "text": "shoe"}]
    for name, rows in (("corpus", documents), ("queries", queries)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t3\nq1\td2\t-1\nq2\td2\t0\n")
    judged = read(tmp_path)
    assert told(judged) == {"lamp": {"oak lamp": 3, "red shoe": -1}}
    assert len(judged.passages) == 3
    assert any("1 of 2 queries" in note for note in judged.notes)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS, st.integers(1, 9)), min_size=1, max_size=8))
def test_what_was_written_is_read_and_its_hash_knows_no_order(tmp_path: Path, rows: list[tuple[str, str, int]]) -> None:
    def table(ordered: list[tuple[str, str, int]]) -> Judged:
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows([("query", "text", "clicks"), *ordered])
        return read(written(tmp_path, stream.getvalue()))

    judged = table(rows)
    assert sum(map(sum, (grades.values() for grades in judged.relevance.values()))) == sum(row[2] for row in rows)
    assert set(judged.relevance) == set(judged.queries)
    assert all(name in judged.passages for grades in judged.relevance.values() for name in grades)
    if len({query.casefold() for query, _, _ in rows}) == len({query for query, _, _ in rows}):
        assert table(rows[::-1]).sha256 == judged.sha256


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"query,id,score\n{text}".encode()))
def test_any_bytes_are_read_or_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(content)
    try:
        judged = read(path)
    except PinwrightError as error:
        assert str(error) and "\n" not in str(error)
    else:
        assert judged.queries and judged.pairs
