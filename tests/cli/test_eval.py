"""`pinwright eval`: search is measured on judgements or by categories, runs are compared, bad input gets a sentence."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

Run = Callable[..., Any]
MEASURES = ["nDCG@10", "recall@100", "MRR@10", "precision@5"]
PATIENCE = 120.0
COLOURS, THINGS = ("red", "blue", "oak", "brass"), ("lamp", "rug", "mug", "shelf", "chair")


@pytest.fixture
def data(files: Path) -> Path:
    """Twenty products, and a query for each thing that one of them answers fully and three in part."""
    folder = files / "set"
    (folder / "qrels").mkdir(parents=True)
    names = [(colour, thing) for colour in COLOURS for thing in THINGS]
    rows = [{"_id": f"{a}-{b}", "title": f"{a} {b}", "text": f"A {b} in {a}."} for a, b in names]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    queries = [{"_id": thing, "text": f"{COLOURS[n % 4]} {thing}"} for n, thing in enumerate(THINGS)]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    judged = [
        f"{thing}\t{colour}-{thing}\t{3 if colour == COLOURS[n % 4] else 1}\n"
        for n, thing in enumerate(THINGS)
        for colour in COLOURS
    ]
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(judged))
    return folder


def assert_refused(ended: Any, *words: str) -> None:
    assert ended.code == 2 and ended.out == "" and "Traceback" not in ended.err
    assert ended.err.count("✗ ") == 1 and ended.err.count("→ ") == 1
    for word in words:
        assert word in "".join(ended.err.split("\n")), ended.err


def test_a_data_set_is_measured_and_its_index_kept(run: Run, data: Path, home: Path) -> None:
    first = run("eval", "retrieval", str(data))
    assert first.code == 0
    assert "set: 20 documents, 5 judged queries, 20 judgements." in first.err
    assert all(name in first.out for name in MEASURES) and "default" in first.out
    (kept,) = (home / "evaluation").iterdir()
    assert str(kept) in first.err.replace("\n", "")
    second = run("eval", "retrieval", str(data))
    assert second.out == first.out and "Indexing" not in second.err
    assert not (home / "store").exists()


def test_an_index_need_not_be_kept(run: Run, data: Path, home: Path) -> None:
    assert run("eval", "retrieval", str(data), "--no-keep").code == 0
    assert not (home / "evaluation").exists()


def test_a_reranker_is_measured_beside_the_default(run: Run, data: Path) -> None:
    ended = run(
        "eval", "retrieval", str(data), "--setting", "default", "--setting", "reranker", "--reranker", "hashing"
    )
    assert ended.code == 0 and "reranker" in ended.out
    everything = run("eval", "retrieval", str(data), "--all-settings", "--reranker", "hashing", "--json").json
    assert [one["setting"] for one in everything["settings"]][-1] == "reranker"
    run("eval", "retrieval", str(data), "--setting", "reranker", "--reranker", "hashing", "--run", str(data / "run"))
    ranked = [line.split()[2] for line in (data / "run").read_text().splitlines() if line.startswith("lamp ")]
    assert len(ranked) == 20


def test_a_reranker_that_is_not_there_is_asked_for_before_any_work(run: Run, data: Path, home: Path) -> None:
    assert_refused(run("eval", "retrieval", str(data), "--setting", "reranker"), "needs a cross-encoder", "--reranker")
    ended = run("eval", "retrieval", str(data), "--setting", "reranker", "--reranker", str(data / "none"))
    assert ended.code == 3 and "There is no reranker at" in ended.err and ended.out == ""
    assert not (home / "evaluation").exists()


def test_settings_stand_side_by_side(run: Run, data: Path) -> None:
    found = run("eval", "retrieval", str(data), "--all-settings", "--json").json
    assert found.keys() == {
        "schema", "dataset", "documents", "queries", "notes", "embedder", "relevant_from", "typos", "seed", "settings",
        "files",
    }  # fmt: skip
    assert (found["schema"], found["dataset"], found["documents"]) == ("pinwright.eval.retrieval/1", "set", 20)
    assert [one["setting"] for one in found["settings"]] == [
        "default",
        "dense",
        "lexical",
        "reciprocal",
        "sum",
        "ranker",
    ]
    for one in found["settings"]:
        assert one.keys() == {"setting", "difference", "probability", "measures"}
        assert [item["name"] for item in one["measures"]] == MEASURES
        assert all(0 <= item["low"] <= item["mean"] <= item["high"] <= 1 for item in one["measures"])
    assert found["settings"][0]["probability"] is None and 0 < found["settings"][1]["probability"] <= 1
    shown = run("eval", "retrieval", str(data), "--setting", "lexical", "--setting", "DENSE").out
    assert shown.index("lexical") < shown.index("dense") and shown.count("●") == 2


def test_files_hold_what_was_found_and_can_be_compared(run: Run, data: Path, files: Path) -> None:
    options = ("--setting", "lexical", "--setting", "dense", "--run", str(files / "a.run"))
    found = run("eval", "retrieval", str(data), *options, "--results", str(files / "a.jsonl"), "--json").json
    names = {Path(name).name for name in found["files"]}
    assert names == {"a-lexical.run", "a-lexical.jsonl", "a-dense.run", "a-dense.jsonl"}
    rows = [json.loads(line) for line in (files / "a-dense.jsonl").read_text().splitlines()]
    assert [row["query"] for row in rows] == list(THINGS) and rows[0]["text"] == "red lamp"
    means = {item["name"]: item["mean"] for item in found["settings"][1]["measures"]}
    assert all(sum(row[name] for row in rows) / 5 == pytest.approx(means[name], abs=1e-4) for name in MEASURES)

    by_results = run("eval", "compare", str(files / "a-dense.jsonl"), str(files / "a-lexical.jsonl"), "--json").json
    by_runs = run(
        "eval", "compare", str(files / "a-dense.run"), str(files / "a-lexical.run"), "--data", str(data), "--json"
    ).json
    assert by_results["measures"] == by_runs["measures"] and by_results["changed"] == by_runs["changed"]
    assert by_results.keys() == {"schema", "first", "second", "queries", "measures", "changed"}
    assert by_results["first"] == {"file": str(files / "a-dense.jsonl"), "name": "dense"}
    assert by_results["measures"][0].keys() == {
        "name", "first", "second", "difference", "low", "high", "probability", "better", "worse", "equal",
    }  # fmt: skip
    mixed = run("eval", "compare", str(files / "a-dense.run"), str(files / "a-dense.jsonl"), "--data", str(data))
    assert mixed.code == 0 and "do not tell" in mixed.err


def test_a_comparison_shows_the_queries_that_changed_most(run: Run, data: Path, files: Path) -> None:
    line = "lamp Q0 {} 1 1.0 x\n"
    (files / "good.run").write_text(line.format("red-lamp"))
    (files / "bad.run").write_text(line.format("red-rug") + "rug Q0 blue-rug 1 1.0 x\n")
    ended = run("eval", "compare", str(files / "bad.run"), str(files / "good.run"), "--data", str(data))
    assert ended.code == 0 and "good against bad, over 5 queries" in ended.err
    lamp, rug = (next(line for line in ended.out.splitlines() if text in line) for text in ("red lamp", "blue rug"))
    assert lamp.startswith("+") and rug.startswith("-")
    assert (
        "red lamp"
        not in run(
            "eval", "compare", str(files / "bad.run"), str(files / "good.run"), "--data", str(data), "-n", "0"
        ).out
    )


def test_typos_change_what_is_asked_and_repeat_with_the_seed(run: Run, data: Path, files: Path) -> None:
    def typed(seed: str) -> list[str]:
        place = files / "typos.jsonl"
        options = ("--typos", "0.3", "--seed", seed, "--results", str(place), "--force")
        assert run("eval", "retrieval", str(data), *options).code == 0
        return [json.loads(line).get("asked", "") for line in place.read_text().splitlines()]

    assert any(typed("1")) and typed("1") == typed("1") != typed("2")


def test_nothing_is_written_over_unless_that_is_wanted(run: Run, data: Path, files: Path) -> None:
    place = files / "mine.run"
    place.write_text("mine")
    command = ("eval", "retrieval", str(data), "--run", str(place))
    assert_refused(run(*command), "mine.run", "--force")
    assert place.read_text() == "mine"
    assert run(*command, "--force").code == 0 and "Q0" in place.read_text()
    corpus = data / "corpus.jsonl"
    before = corpus.read_text()
    assert_refused(run(*command[:3], "--results", str(corpus), "--force"), "part of the data set")
    assert corpus.read_text() == before
    assert_refused(run(*command[:3], "--results", str(place), "--run", str(place), "--force"), "the same file")
    assert_refused(run(*command[:3], "--run", str(place / "under")), "under")


def test_what_cannot_be_measured_is_refused(run: Run, data: Path, files: Path) -> None:
    assert_refused(run("eval", "retrieval", str(files / "none")), "none")
    assert_refused(run("eval", "retrieval", str(data), "--setting", "bm25"), "'bm25'", "lexical")
    assert_refused(run("eval", "retrieval", str(data), "--all-settings", "--setting", "sum"), "exclude")
    assert_refused(run("eval", "retrieval", str(data), "--split", "dev"), "'dev'", "test")
    assert_refused(run("eval", "retrieval", str(data), "--typos", "2"), "--typos")
    (data / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nlamp\tred-lamp\tgood\n")
    assert_refused(run("eval", "retrieval", str(data)), "test.tsv line 2", "'good'")


def test_what_is_odd_is_said_and_measured_all_the_same(run: Run, data: Path) -> None:
    with (data / "qrels" / "test.tsv").open("a") as file:
        file.write("lamp\tgone-1\t1\nlamp\tgone-2\t1\n")
    ended = run("eval", "retrieval", str(data))
    assert ended.code == 0
    assert "2 judged documents (the first is gone-1 on line 22) not in corpus.jsonl" in ended.err.replace("\n", " ")
    assert run("eval", "retrieval", str(data), "--json").json["notes"]
    (data / "a.run").write_text("lamp Q0 red-lamp 1 1.0 x\n")
    with (data / "queries.jsonl").open("a") as file:
        file.write('{"_id": "empty", "text": " "}\n')
    compared = run("eval", "compare", str(data / "a.run"), str(data / "a.run"), "--data", str(data))
    assert compared.code == 0 and "1 query (empty on line 6) without text" in compared.err.replace("\n", " ")


def test_an_id_with_a_blank_is_measured_but_goes_into_no_run(run: Run, data: Path, files: Path) -> None:
    for name in ("corpus.jsonl", "qrels/test.tsv"):
        (data / name).write_text((data / name).read_text().replace("red-lamp", "red lamp"))
    assert run("eval", "retrieval", str(data)).code == 0
    assert_refused(run("eval", "retrieval", str(data), "--run", str(files / "a.run")), "'red lamp'", "--run")


def test_runs_that_cannot_be_compared_are_refused(run: Run, data: Path, files: Path) -> None:
    (files / "a.run").write_text("lamp Q0 red-lamp 1 1.0 x\n")
    (files / "b.run").write_text("other Q0 red-lamp 1 1.0 x\n")
    a, b, none = (str(files / name) for name in ("a.run", "b.run", "none.run"))
    assert_refused(run("eval", "compare", a, a), "a.run", "--data")
    assert_refused(run("eval", "compare", a, b, "--data", str(data)), "b.run", "query other")
    assert_refused(run("eval", "compare", a, none, "--data", str(data)), "none.run")
    assert_refused(run("eval", "compare", a, str(files), "--data", str(data)), "is a folder")
    assert_refused(run("eval", "compare", a, str(files / "pins.jsonl"), "--data", str(data)), "pins.jsonl line 1")


def test_pins_are_matched_by_category(run: Run, files: Path) -> None:
    pins = [
        {"id": "p1", "title": "oak desk lamp", "category": "home-decor"},
        {"id": "p2", "title": "waxed hiking boot", "category": "outdoor"},
        {"id": "p3", "title": "a quote", "category": "quotes"},
    ]
    products = [
        {"id": "1", "title": "Oak desk lamp", "price": "9 USD", "product_type": "Home > Lighting"},
        {"id": "2", "title": "Waxed hiking boot", "price": "9 USD", "product_type": "Footwear"},
    ]
    for name, rows in (("p.jsonl", pins), ("a.jsonl", products)):
        (files / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = ("eval", "matching", str(files / "p.jsonl"), str(files / "a.jsonl"), "--top", "1")
    pairs = ("--same", "home-decor=lighting", "--same", "outdoor=footwear")
    ended = run(*command, *pairs, "--all-settings")
    assert ended.code == 0 and "1.000" in ended.out and "home-decor" in ended.out and "quotes" not in ended.out
    found = run(*command, "--same", "home-decor=footwear", "--same", "outdoor=footwear", "--json").json
    assert found.keys() == {"schema", "embedder", "pins", "ads", "with_types", "top", "seed", "settings"}
    shares = {one["name"]: one["mean"] for one in found["settings"][0]["categories"]}
    assert (found["pins"], shares) == (2, {"home-decor": 0.0, "outdoor": 1.0, "all pins": 0.5})
    # A product type is what is checked by, so it is searched only where that is wanted.
    products[0] |= {"title": "Something else", "product_type": "Home > oak desk lamp"}
    (files / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in products))
    lamp = ("--same", "home-decor=oak desk lamp", "--setting", "lexical", "--json")
    for types, expected in (((), 0.0), (("--with-types",), 1.0)):
        assert run(*command, *lamp, *types).json["settings"][0]["categories"][0]["mean"] == expected
    assert_refused(run(*command), "No pin has a category", "--same", "quotes", "oakdesklamp")
    assert_refused(run(*command, "--same", "home-decor"), "--same", "home-decor=")


@pytest.mark.skipif(os.name != "posix", reason="signals are tried on POSIX")
def test_a_run_that_is_interrupted_says_so_and_goes_on_where_it_was(
    run: Run, started: Callable[..., Any], data: Path, files: Path, home: Path
) -> None:
    with (data / "corpus.jsonl").open("a") as file:
        file.writelines(json.dumps({"_id": f"n{n}", "title": f"Rug {n} of wool"}) + "\n" for n in range(4000))
    process = started("eval", "retrieval", str(data), "--run", str(files / "a.run"))
    end = monotonic() + PATIENCE
    while not (kept := embedded(home)):
        assert monotonic() < end and process.poll() is None
        sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, b""), told
    assert told.decode().count("✗ Interrupted.") == 1 and b"Traceback" not in told
    assert not list(files.glob("*.run")) and not list(files.glob(".*.run*"))
    assert 0 < kept <= embedded(home) < 4020
    assert run("eval", "retrieval", str(data)).code == 0
    assert embedded(home) == 4020


def embedded(home: Path) -> int:
    """How many texts of the one index that is kept have a vector."""
    paths = list((home / "evaluation").glob("*/records.sqlite3"))
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(f"file:{[*paths, ''][0]}?mode=ro", uri=True)) as sql,
    ):
        return int(sql.execute("SELECT count(*) FROM records WHERE embedded_hash IS NOT NULL").fetchone()[0])
    return 0


@pytest.mark.parametrize("columns", [80, 40])
def test_what_is_shown_keeps_to_the_width(run: Run, data: Path, files: Path, columns: int) -> None:
    results = ("--results", str(files / "a.jsonl"), "--force")
    shown = run("eval", "retrieval", str(data), "--all-settings", *results, columns=columns).out
    shown += run("eval", "compare", str(files / "a-dense.jsonl"), str(files / "a-sum.jsonl"), columns=columns).out
    assert max(map(len, shown.splitlines())) <= columns
