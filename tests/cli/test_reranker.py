"""`match --reranker` as somebody uses it: what is shown, told, explained and refused, and where it is set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
QUERY = ("match", "oak desk lamp", "--no-gates")


def order_of(ended: Any) -> list[str]:
    assert ended.code == 0, ended.err
    return [match["id"] for match in ended.json["matches"]]


def test_the_score_of_the_reranker_is_a_part_of_each_match(store: Run) -> None:
    found = store(*QUERY, "--json", "--reranker", "hashing").json["matches"]
    assert [match["parts"][0]["name"] for match in found] == ["reranker"] * len(found)
    raws = [match["parts"][0]["raw"] for match in found]
    assert raws == sorted(raws, reverse=True) and found[0]["score"] == 1.0
    assert {part["weight"] for match in found for part in match["parts"][1:]} == {0.0}


@pytest.mark.parametrize("columns", [80, 40])
def test_it_is_told_on_the_screen(store: Run, columns: int) -> None:
    ended = store(*QUERY, "--reranker", "hashing", columns=columns)
    assert ended.code == 0 and "reranker" in ended.out and "meaning" not in ended.out
    plain = store(*QUERY, columns=columns)
    assert "reranker" not in plain.out and "meaning" in plain.out


def test_it_can_be_set_and_left_out_again(store: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, reranked = (order_of(store(*QUERY, "--json", "--reranker", name)) for name in ("", "hashing"))
    assert plain != reranked
    monkeypatch.setenv("PINWRIGHT_RERANKER", "hashing")
    assert order_of(store(*QUERY, "--json")) == reranked
    assert order_of(store(*QUERY, "--json", "--reranker", "")) == plain
    monkeypatch.delenv("PINWRIGHT_RERANKER")
    (home / "config.toml").write_text('reranker = "hashing"\n')
    assert order_of(store(*QUERY, "--json")) == reranked


def test_a_match_is_explained_and_missed_by_what_ordered_it(store: Run) -> None:
    explained = store(*QUERY, "--reranker", "hashing", "--explain")
    assert explained.code == 0 and "1.00 reranker (raw" in explained.out
    why = store("why", "2")
    assert why.code == 0 and "reranker (raw" in why.out
    last = order_of(store(*QUERY, "--json", "--reranker", "hashing"))[-1]
    missed = store(*QUERY, "--reranker", "hashing", "--limit", "1", "--why-not", last)
    assert missed.code == 0 and "Alone this would be enough: reranker" in missed.out


def test_a_folder_that_is_none_is_refused_in_one_sentence(store: Run, files: Path, home: Path) -> None:
    kept = (home / "last-results.json").read_bytes() if (home / "last-results.json").exists() else b""
    for path, code, words in (
        (files / "none", 3, "There is no reranker at"),
        (files / "pins.jsonl", 4, "is a file; a reranker is a folder"),
        (files, 4, "it has no config.json"),
    ):
        ended = store(*QUERY, "--reranker", str(path))
        assert (ended.code, ended.out) == (code, "") and words in ended.err.replace("\n", " ").replace("  ", " ")
        assert ended.err.count("✗ ") == 1 and ended.err.count("→ ") == 1 and "Traceback" not in ended.err
    assert ((home / "last-results.json").read_bytes() if kept else b"") == kept


def test_a_real_cross_encoder_orders_the_head(
    store: Run, files: Path, make_tiny_crossencoder: Callable[..., Path]
) -> None:
    folder = make_tiny_crossencoder(files / "cross")
    ended = store(*QUERY, "--json", "--reranker", str(folder))
    raws = [match["parts"][0]["raw"] for match in ended.json["matches"]]
    assert ended.code == 0 and len(raws) == 5 and raws == sorted(raws, reverse=True)
    assert "Loading the reranker cross" in ended.err
