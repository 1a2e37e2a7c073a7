"""A data set in BEIR's layout: read as it comes, counted where it is odd, refused in a sentence where it is broken."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from assistant.errors import InputError, UsageError
from assistant.evaluation.dataset import read_dataset, read_questions

DOCUMENTS = (
    {"_id": "d1", "title": "Oak lamp", "text": "Dims by touch.", "metadata": {}},
    {"_id": "d2", "title": "", "text": "<p>Wool&nbsp;rug</p>"},
    {"_id": 3, "title": "Clay pot"},
)
QUERIES = ({"_id": "q1", "text": "reading lamp"}, {"_id": "q2", "text": "soft rug"}, {"_id": "q3", "text": "spare"})
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t3\nq1\td2\t0\nq2\td2\t2\n"


def lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound data set of three documents, three queries and three judgements of two of them."""
    (tmp_path / "set" / "qrels").mkdir(parents=True)
    (tmp_path / "set" / "corpus.jsonl").write_text(lines(*DOCUMENTS))
    (tmp_path / "set" / "queries.jsonl").write_text(lines(*QUERIES))
    (tmp_path / "set" / "qrels" / "test.tsv").write_text(QRELS)
    return tmp_path / "set"


def refused(folder: Path, *said: str) -> None:
    with pytest.raises((InputError, UsageError)) as raised:
        read_dataset(folder)
    assert all(part in str(raised.value) for part in said), raised.value
    assert "\n" not in str(raised.value) and raised.value.hint


def test_a_sound_set_is_read_whole(folder: Path) -> None:
    dataset = read_dataset(folder)
    assert [(ad.id, ad.title, ad.description) for ad in dataset.documents] == [
        ("d1", "Oak lamp", "Dims by touch."),
        ("d2", "", "Wool rug"),
        ("3", "Clay pot", ""),
    ]
    questions = dataset.questions
    assert (questions.name, questions.notes) == ("set", ())
    assert questions.queries == {"q1": "reading lamp", "q2": "soft rug"}
    assert questions.relevance == {"q1": {"d1": 3, "d2": 0}, "q2": {"d2": 2}}
    assert read_questions(folder) == questions


def test_files_may_be_gzipped_and_the_table_may_lie_beside_them(folder: Path) -> None:
    expected = read_dataset(folder)
    (folder / "qrels" / "test.tsv").rename(folder / "qrels.tsv")
    for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
        (folder / name).unlink()
    found = read_dataset(folder)
    assert found.documents == expected.documents
    assert found.questions.relevance == expected.questions.relevance


def test_a_split_is_chosen(folder: Path) -> None:
    (folder / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\nq3\td1\t1\n")
    assert set(read_questions(folder).queries) == {"q1", "q2"}
    assert set(read_questions(folder, "train").queries) == {"q3"}
    with pytest.raises(UsageError, match="dev") as raised:
        read_questions(folder, "dev")
    assert "test, train" in raised.value.hint
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "dev.tsv")
    with pytest.raises(UsageError, match="dev, train") as raised:
        read_questions(folder)
    assert "--split" in raised.value.hint


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_is_named_with_the_layout(folder: Path, name: str) -> None:
    (folder / name).unlink()
    refused(folder, name.partition("/")[0] if "/" not in name else "no judgements", str(folder))


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x1f\x8b\x08cut", b"\x00\x01\x02\x03" * 200])
def test_a_file_that_holds_nothing_of_use_is_named(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    refused(folder, Path(name).name)


def test_what_is_no_folder_is_refused(folder: Path) -> None:
    refused(folder / "corpus.jsonl", "is a file")
    refused(folder / "none", "is not there")


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("corpus.jsonl", '{"title": "no id"}', "there is no _id"),
        ("corpus.jsonl", '{"_id": ["d"], "title": "x"}', "there is no _id"),
        ("corpus.jsonl", '{"_id": true, "title": "x"}', "there is no _id"),
        ("corpus.jsonl", '{"_id": "d\\u001b[2J", "title": "x"}', "do not show"),
        ("corpus.jsonl", '{"_id": "\\ud800", "title": "x"}', "do not show"),
        ("corpus.jsonl", '{"_id": "d1", "title": "again"}', "the id d1 is on line 1 already"),
        ("corpus.jsonl", '{"_id": "d9", "body": "x"}', "the document d9 has neither `title` nor `text`"),
        ("corpus.jsonl", '{"_id": "d9", "title": 5}', "`title` is no text"),
        ("corpus.jsonl", '{"_id": "d9", "title"', "not valid JSON"),
        ("corpus.jsonl", "[1]", "not a JSON object"),
        ("corpus.jsonl", "[" * 100_000, "nested too deeply"),
        ("queries.jsonl", '{"_id": "q9", "query": "x"}', "the query q9 has no `text`; it has: _id, query"),
        ("queries.jsonl", '{"_id": "q9", "text": ["x"]}', "`text` is no text"),
        ("queries.jsonl", '{"_id": "q1", "text": "again"}', "the id q1 is on line 1 already"),
    ],
)
def test_a_broken_row_is_named_with_its_line(folder: Path, name: str, row: str, said: str) -> None:
    with (folder / name).open("a") as file:
        file.write(row + "\n")
    refused(folder, f"{folder / name} line 4: ", said)


def test_what_is_odd_is_counted_and_named(folder: Path) -> None:
    with (folder / "corpus.jsonl").open("a") as file:
        file.write(lines({"_id": "d4", "title": "", "text": "<br>"}, {"_id": "d5", "text": None}))
    with (folder / "queries.jsonl").open("a") as file:
        file.write(lines({"_id": "q4", "text": " \u200b "}))
    with (folder / "qrels" / "test.tsv").open("a") as file:
        file.write("q4\td1\t1\nq8\td1\t1\nq9\td1\t1\nq1\td7\t1\nq2\td8\t1\nq3\td1\t0\n")
    dataset = read_dataset(folder)
    assert dataset.questions.notes == (
        "queries.jsonl: 1 query (q4 on line 4) without text, left out.",
        "test.tsv: 2 judged queries (the first is q8 on line 6) not in queries.jsonl, left out.",
        "1 of the queries have no relevant document: they count as 0, as is the custom.",
        "corpus.jsonl: 2 documents (the first is d4 on line 4) without text: nothing can find them.",
        "test.tsv: 2 judged documents (the first is d7 on line 8) not in corpus.jsonl; they count as not found.",
    )
    assert set(dataset.questions.queries) == {"q1", "q2", "q3"}
    assert dataset.questions.relevance["q1"] == {"d1": 3, "d2": 0, "d7": 1}


@pytest.mark.parametrize(
    ("table", "said"),
    [("q1\tx1\t1\nq2\tx2\t1\n", "x1 on line 1"), ("x1\td1\t1\n", "x1 on line 1"), ("d1\tq1\t1\n", "d1 on line 1")],
)
def test_judgements_of_another_set_are_refused(folder: Path, table: str, said: str) -> None:
    (folder / "qrels" / "test.tsv").write_text(table)
    refused(folder, "None of the", said)


def test_queries_that_all_lack_a_text_are_refused(folder: Path) -> None:
    (folder / "queries.jsonl").write_text(lines({"_id": "q1", "text": ""}, {"_id": "q2", "text": "  "}))
    refused(folder, "None of the queries")
