"""Logs of what was shown: rows add up, ranks are corrected for, and what is wrong is named by row and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.evaluation.logs import MOST_WORTH, read_log

ROWS = """\
query,id,rank,shown,click,save
red lamp,a,1,10,4,0
red lamp,b,5,10,1,1
red lamp,a,2,5,1,
blue rug,c,40,1,1,0
"""


def written(folder: Path, text: str, name: str = "log.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_acts_count_by_how_likely_their_rank_is_looked_at(tmp_path: Path) -> None:
    log = read_log(written(tmp_path, ROWS))
    assert log.objectives == ("click", "save") and log.rows == {"a": 2, "b": 3, "c": 5}
    lamp = log.shown["red lamp"]
    assert (lamp["a"].times, lamp["a"].acts) == (15, {"click": 4 + 2, "save": 0})
    assert (lamp["b"].times, lamp["b"].acts) == (10, {"click": 5, "save": 5})
    assert log.shown["blue rug"]["c"].acts["click"] == MOST_WORTH
    assert read_log(tmp_path / "log.csv", bias=0).shown["red lamp"]["b"].acts == {"click": 1, "save": 1}


def test_json_lines_say_the_same(tmp_path: Path) -> None:
    rows = '{"query": "red  lamp", "ad_id": "a", "position": 2, "clicked": true}\n'
    log = read_log(written(tmp_path, rows, "log.jsonl"))
    assert log.shown["red lamp"]["a"].acts == {"click": 2} and log.objectives == ("click",)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("query,id,click\nx,a,1\n", "log.csv", "no column `rank`"),
        ("query,id,rank\nx,a,1\n", "log.csv", "no click, save or purchase"),
        ("query,id,rank,click\n", "log.csv", "holds no rows"),
        ("query,id,rank,click\nx,a,0,1\n", "log.csv", "line 2: `rank` is '0'"),
        ("query,id,rank,click\nx,a,1,1\nx,b,2,-3\n", "log.csv", "line 3: `click` is '-3'"),
        ("query,id,rank,click\nx,a,1,nan\n", "log.csv", "line 2: `click`"),
        ("query,id,rank,click\nx,a,1,1e99\n", "log.csv", "line 2: `click`"),
        ("query,id,rank,click\nx,a,one,1\n", "log.csv", "line 2: `rank` is 'one'"),
        ("query,id,rank,click\n ,a,1,1\n", "log.csv", "line 2: `query` is empty"),
        ("query,id,rank,click\nx,,1,1\n", "log.csv", "line 2: there is no `id`"),
        ("query,id,rank,click\nx,a,1\n", "log.csv", "line 2: too few columns"),
        ('{"query": "x", "id": "a"}\n', "log.jsonl", "line 1: there is no `rank`"),
        ("nonsense\n", "log.jsonl", "line 1"),
        ("", "log.jsonl", "is empty"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_log(written(tmp_path, text, name))
    assert name in str(caught.value) and caught.value.hint


def test_a_log_that_is_not_there_is_said(tmp_path: Path) -> None:
    for name in ("none.csv", "none.jsonl"):
        with pytest.raises(InputError, match="There is no file"):
            read_log(tmp_path / name)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.text(max_size=12), min_size=4, max_size=4), name=st.sampled_from(["log.csv", "log.jsonl"]))
def test_any_row_is_read_or_refused(tmp_path: Path, cells: list[str], name: str) -> None:
    text = "query,id,rank,click\n" + ",".join(cells) + "\n"
    (tmp_path / name).write_bytes(text.encode("utf-8", "replace"))
    try:
        log = read_log(tmp_path / name)
    except InputError as error:
        assert name in str(error)
    else:
        assert all(one.times >= 0 for shown in log.shown.values() for one in shown.values())
