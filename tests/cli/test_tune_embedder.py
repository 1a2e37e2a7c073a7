"""`pinwright tune embedder`: a toy-sized real model is tuned and put in use, or refused; bad input gets a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tune = Callable[..., Any]
# What is asked for, and the text that answers it: the model can learn to take both as the same.
ANSWERS = {
    f"{letter}{number}": f"{letter} {number} shoe" for letter in "bcdfghjkmnpqrtvwxyz" for number in "1234567890"
}
LEARNING = ("--epochs", "10", "--rate", "0.01", "--hold-out", "0.4")
# So small that not one weight changes.
STANDING_STILL = ("--epochs", "1", "--rate", "1e-8")


@pytest.fixture
def model(make_tiny_model: Callable[..., Path], tmp_path: Path) -> Path:
    return make_tiny_model(tmp_path / "models-of-mine" / "tiny")


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text("query,text\n" + "".join(f"{code},{text}\n" for code, text in ANSWERS.items()))
    return path


@pytest.fixture
def tune(run: Tune, model: Path) -> Tune:
    """Run a command with the toy-sized model as the embedder."""
    return lambda *arguments, **options: run("--embedder", str(model), *arguments, **options)


@pytest.fixture
def ads(tune: Tune, tmp_path: Path) -> Path:
    feed = tmp_path / "ads.jsonl"
    feed.write_text("".join(json.dumps({"id": code, "title": text}) + "\n" for code, text in ANSWERS.items()))
    assert tune("index", str(feed), "--as", "ads").code == 0
    return feed


def assert_refused(ended: Any, code: int, *words: str) -> None:
    assert ended.code == code and ended.out == "" and "Traceback" not in ended.err
    assert ended.err.count("✗ ") == 1 and ended.err.count("→ ") == 1
    for word in words:
        assert word in " ".join(ended.err.split()), ended.err


def models(home: Path) -> list[Path]:
    return sorted((home / "models").glob("[!.]*-tuned-*"))


def test_a_tuned_embedder_is_kept_and_searched_with_and_can_be_left_again(
    tune: Tune, ads: Path, pairs: Path, home: Path, model: Path
) -> None:
    found = tune("tune", "embedder", str(pairs), *LEARNING, "--json").json
    assert found.keys() == {
        "schema", "better", "learned", "watched", "held_out", "steps", "stopped", "mix", "measures", "model", "vectors",
    }  # fmt: skip
    assert (found["schema"], found["better"], found["vectors"]) == ("pinwright.tune.embedder/1", True, len(ANSWERS))
    assert found["learned"] + found["watched"] + found["held_out"] == len(ANSWERS)
    (folder,) = models(home)
    assert found["model"] == str(folder)
    card = json.loads((folder / "tuning.json").read_text())
    assert card["base"] == "tiny" and card["measures"] == found["measures"] and card["plan"]["seed"] == 0
    assert len(card["base_sha256"]) == len(card["pairs_sha256"]) == 64

    assert tune("match", "b3", "--json").code == 0
    assert tune("store", "info", "--json").json["embedder"] == folder.name
    assert tune("store", "check").code == 0
    back = tune("--embedder", f"{model}/.", "store", "rebuild")
    assert back.code == 0 and tune("store", "info", "--json").json["embedder"] != folder.name


def test_where_the_hold_out_gains_nothing_nothing_is_replaced(tune: Tune, ads: Path, pairs: Path, home: Path) -> None:
    before = tune("store", "info", "--json").json
    ended = tune("tune", "embedder", str(pairs), *STANDING_STILL)
    assert ended.code == 1 and "nDCG@10" in ended.out and "stays as it was" in ended.err
    assert models(home) == []
    assert tune("store", "info", "--json").json == before
    assert tune("match", "b3").code == 0


def test_without_a_swap_the_model_is_kept_and_the_store_left_alone(
    tune: Tune, ads: Path, pairs: Path, home: Path
) -> None:
    before = tune("store", "info", "--json").json
    ended = tune("tune", "embedder", str(pairs), *LEARNING, "--no-swap")
    assert ended.code == 0 and len(models(home)) == 1
    assert "store rebuild" in ended.err
    assert tune("store", "info", "--json").json == before


def test_rows_that_cannot_be_used_are_told_and_kept_apart(tune: Tune, ads: Path, pairs: Path, home: Path) -> None:
    pairs.write_text("query,id\n" + "".join(f"{code},{code}\n" for code in list(ANSWERS)[:49]) + "z,nobody\n,b3\n")
    ended = tune("tune", "embedder", str(pairs))
    assert_refused(ended, 2, "49 queries", "needs 50", "2 rows rejected", "no ad or pin with the id nobody")
    rows = [json.loads(line) for line in (home / "rejects" / "pairs.csv.jsonl").read_text().splitlines()]
    assert [(row["line"], row["id"]) for row in rows] == [(51, "nobody"), (52, "")]


def test_what_cannot_be_learned_from_is_refused(run: Tune, tune: Tune, pairs: Path, files: Path) -> None:
    assert_refused(tune("tune", "embedder", str(files / "none.csv")), 2, "none.csv")
    assert_refused(tune("tune", "embedder", str(files)), 2, "corpus.jsonl")
    assert_refused(run("tune", "embedder", str(pairs)), 2, "hashing has no model")
    assert_refused(tune("tune", "embedder", str(pairs), "--hold-out", "1"), 2, "--hold-out")
    pairs.write_text("query,id\nlamp,a1\n")
    assert_refused(tune("tune", "embedder", str(pairs)), 3, "no store")


def test_a_store_of_another_embedder_is_refused_before_anything_is_learned(
    run: Tune, tune: Tune, files: Path, pairs: Path
) -> None:
    assert run("index", str(files / "products.csv"), "--as", "products").code == 0
    assert_refused(tune("tune", "embedder", str(pairs)), 2, "from the embedder hashing, not from tiny")
