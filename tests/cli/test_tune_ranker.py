"""`pinwright tune ranker`: what is better is kept, what is not replaces nothing, and bad input gets a sentence."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

Run = Callable[..., Any]
THINGS = ("lamp", "rug", "mug", "shelf", "chair", "bowl", "quilt", "vase", "clock", "stool", "tray", "bench")
COLOURS = ("red", "blue", "green", "white")
# The last two of each thing say more than their title, which neither words nor meaning are found by.
MORE = "Made by hand in a small workshop, sent in plain paper, with a note on care."
ADS = [
    {"id": f"{colour}-{thing}", "title": f"{colour} {thing}", "text": MORE if place > 1 else ""}
    for thing in THINGS
    for place, colour in enumerate(COLOURS)
]


def wanted(ad: dict[str, str]) -> bool:
    return bool(ad["text"])


@pytest.fixture
def data(files: Path) -> Path:
    return judged(files / "set", wanted)


def judged(folder: Path, relevant: Callable[[dict[str, str]], bool]) -> Path:
    """A data set with a query for each thing."""
    folder.mkdir()
    (folder / "corpus.jsonl").write_text("".join(json.dumps({**ad, "_id": ad["id"]}) + "\n" for ad in ADS))
    queries = "".join(json.dumps({"_id": thing, "text": thing}) + "\n" for thing in THINGS)
    (folder / "queries.jsonl").write_text(queries)
    rows = [f"{ad['id'].split('-')[1]}\t{ad['id']}\t{int(relevant(ad))}\n" for ad in ADS]
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(rows))
    return folder


@pytest.fixture
def log(run: Run, files: Path) -> Path:
    """The ads in the store, and what people did with them."""
    with (files / "ads.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "title", "description", "price", "availability", "link", "image_link"))
        for ad in ADS:
            place = f"shop.example/{ad['id']}"
            writer.writerow(
                (ad["id"], ad["title"], ad["text"], "9 USD", "in stock", f"https://{place}", f"https://{place}.jpg")
            )
    assert run("index", str(files / "ads.csv"), "--as", "products").code == 0
    return logged(files / "log.csv", lambda ad, act: 3 * wanted(ad) + (act == "click"))


def logged(path: Path, count: Callable[[dict[str, str], str], int]) -> Path:
    acts = ("click", "save", "purchase")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("query", "id", "rank", "shown", *acts))
        for number, ad in enumerate(ADS):
            writer.writerow(
                (ad["id"].split("-")[1], ad["id"], 1 + number % len(COLOURS), 9, *(count(ad, act) for act in acts))
            )
    return path


def assert_refused(ended: Any, *words: str, code: int = 2) -> None:
    assert ended.code == code and ended.out == "" and "Traceback" not in ended.err
    assert ended.err.count("✗ ") == 1 and ended.err.count("→ ") == 1
    for word in words:
        assert word in "".join(ended.err.split("\n")), ended.err


def test_a_better_ranker_is_kept_with_what_it_was_fitted_on(run: Run, data: Path, home: Path) -> None:
    ended = run("tune", "ranker", str(data))
    assert ended.code == 0 and "beside the default" in ended.out and "described" in ended.out
    content = json.loads((home / "models" / "ranker.json").read_text())
    assert content["fitted"]["on"] == "set" and content["fitted"]["queries"] == len(THINGS)
    assert content["fitted"]["after"] > content["fitted"]["before"]
    again = run("tune", "ranker", str(data), "--json").json
    assert again.keys() == {"schema", "kept", "file", "beside", "queries", "overall", "objectives", "weights"}
    assert (again["schema"], again["kept"], again["beside"]) == ("pinwright.tune.ranker/1", True, "default")
    assert again["overall"].keys() == {
        "objective", "queries", "before", "after", "difference", "low", "high", "probability",
    }  # fmt: skip


def test_what_is_no_better_replaces_nothing(run: Run, files: Path, home: Path) -> None:
    place = home / "models" / "ranker.json"
    chance = Random(5)
    ended = run("tune", "ranker", str(judged(files / "chance", lambda _: chance.random() < 0.3)))
    assert ended.code == 1 and "nothing was replaced" in " ".join(ended.err.split()) and not place.exists()
    assert run("tune", "ranker", str(judged(files / "set", wanted))).code == 0
    before = place.read_bytes()
    ended = run("tune", "ranker", str(judged(files / "bare", lambda ad: not wanted(ad))), "--json")
    kept = ended.json["kept"]
    assert (place.read_bytes() == before) is not kept and ended.code == (0 if kept else 1)


def test_all_objectives_of_a_log_share_one_ranker(run: Run, log: Path, home: Path) -> None:
    found = run("tune", "ranker", str(log), "--json").json
    assert found["kept"] and [one["objective"] for one in found["objectives"]] == ["click", "save", "purchase"]
    assert found["weights"]["described"] > 0.05
    shown = run("tune", "ranker", str(log)).out
    assert all(name in shown for name in ("click", "save", "purchase"))


def test_one_objective_may_not_lose_for_the_others(run: Run, log: Path, files: Path, home: Path) -> None:
    clash = logged(files / "clash.csv", lambda ad, act: 6 * (not wanted(ad)) if act == "purchase" else 6 * wanted(ad))
    ended = run("tune", "ranker", str(clash))
    assert ended.code == 1 and "purchase" in " ".join(ended.err.split()) and not (home / "models").exists()


def test_a_damaged_ranker_is_said_and_replaced(run: Run, data: Path, home: Path) -> None:
    place = home / "models" / "ranker.json"
    place.parent.mkdir(parents=True)
    place.write_text("{")
    ended = run("tune", "ranker", str(data))
    assert ended.code == 0 and "against the default instead" in " ".join(ended.err.split())
    assert json.loads(place.read_text())["schema"] == "pinwright.ranker/1"


def test_what_cannot_be_learned_from_is_refused(run: Run, log: Path, data: Path, files: Path, home: Path) -> None:
    assert_refused(run("tune", "ranker", str(files / "none.csv")), "none.csv")
    assert_refused(run("tune", "ranker", str(data), "--split", "dev"), "'dev'")
    assert_refused(run("tune", "ranker", str(data), "--out", str(files)), "is a folder")
    text = log.read_text().splitlines()
    log.write_text("\n".join([*text[:2], text[2].replace(",9,", ",-9,", 1)]))
    assert_refused(run("tune", "ranker", str(log)), "log.csv line 3", "`shown`")
    log.write_text("\n".join(text[:9]))
    assert_refused(run("tune", "ranker", str(log)), "Only 2 queries")
    log.write_text("query,id,rank,click\nlamp,gone,1,1\n")
    assert_refused(run("tune", "ranker", str(log)), "None of the ads", "gone on line 2", "index")
    assert not (home / "models").exists()


def test_ads_that_are_gone_are_counted(run: Run, log: Path) -> None:
    with log.open("a") as file:
        file.write("lamp,gone,5,1,1,0,0\n")
    ended = run("tune", "ranker", str(log))
    assert ended.code == 0 and "1 of 49 ads (the first is gone on line 50)" in " ".join(ended.err.split())


def test_what_is_shown_keeps_to_the_width(run: Run, data: Path) -> None:
    ended = run("tune", "ranker", str(data), columns=40)
    assert max(map(len, ended.out.splitlines())) <= 40


def test_a_file_that_is_no_ranker_is_not_written_over(run: Run, data: Path, files: Path) -> None:
    mine = files / "clicks.csv"
    mine.write_text("query,id,rank,click\n")
    ended = run("tune", "ranker", str(data), "--out", str(mine))
    assert ended.code == 2
    assert "is there and is no ranker" in ended.err
    assert mine.read_text() == "query,id,rank,click\n"
