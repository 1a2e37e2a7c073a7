from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.feeds.reader import Rejected
from assistant.feeds.rejects import RejectsFile

ROW = Rejected(3, "price 'free' is not an amount", "a1", "a1,Café,free")


def test_rejected_rows_are_written_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "rejects.jsonl"
    with RejectsFile(path) as rejects:
        rejects.add("products.csv", ROW)
        rejects.add("products.csv", ROW)
        assert not path.exists()
    lines = path.read_text(encoding="utf-8").splitlines()
    assert rejects.count == len(lines) == 2
    assert json.loads(lines[0]) == {
        "file": "products.csv",
        "line": 3,
        "id": "a1",
        "reason": "price 'free' is not an amount",
        "row": "a1,Café,free",
    }
    assert list(path.parent.iterdir()) == [path]


def test_without_rejects_there_is_no_file_not_even_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    path.write_text('{"file": "a", "line": 1, "id": "", "reason": "", "row": ""}\n')
    with RejectsFile(path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["old", '{"query": "a"}\n', "[1, 2]\n", "\x00"])
def test_a_file_of_something_else_is_left_alone(content: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(content)
    with pytest.raises(UsageError, match="holds no rejected rows"), RejectsFile(path):
        pass
    assert path.read_text() == content


def test_what_was_rejected_before_an_error_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    with pytest.raises(KeyError), RejectsFile(path) as rejects:
        rejects.add("products.csv", ROW)
        raise KeyError
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_or_a_file_in_the_way_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"), RejectsFile(tmp_path):
        pass
    blocking = tmp_path / "file"
    blocking.write_text("")
    with pytest.raises(UsageError, match="cannot be written"), RejectsFile(blocking / "rejects.jsonl") as rejects:
        rejects.add("products.csv", ROW)


def test_what_is_no_file_is_neither_deleted_nor_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="left alone"), RejectsFile(pipe):
        pass
    assert pipe.exists()
