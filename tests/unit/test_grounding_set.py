"""The grounding set is what its README says, and the benchmark scores by the rules that stand there."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.creative.brief import product_from_facts
from benchmarks.grounding import PRODUCTS as PRODUCT_FILES
from benchmarks.grounding import SPLITS, TOTAL, Row, judge, load, main, score, shown
from store.creatives import Claim
from store.records import Product

FOLDER = Path(__file__).parents[1] / "data" / "grounding"
OLDER = ("dev", "test")
FRESH = "fresh"
HELD = "held"
STYLE = "style"
KINDS = {
    *("number", "price", "discount", "date", "place", "material", "colour", "size", "compatibility", "certification"),
    *("award", "origin", "guarantee", "shipping", "availability", "superlative", "comparison", "health", "safety"),
    *("environment", "popularity", "review", "audience", "included", "effect"),
}
FIELDS = {"product", "text", "claim", "kind", "supported", "note"}


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def is_title_case(text: str) -> bool:
    """Whether every word of more than four letters starts with a capital."""
    return all(word[0].isupper() for word in re.findall(r"[^\W\d_]{5,}", text))


PRODUCTS = [facts for name in dict.fromkeys(PRODUCT_FILES.values()) for facts in read(name)]
ROWS = {split: read(split) for split in SPLITS}
ALL = [row for split in SPLITS for row in ROWS[split]]


@pytest.mark.parametrize(
    ("splits", "fewest_rows", "fewest_products"),
    [(OLDER, 600, 60), ((FRESH,), 420, 30), ((HELD,), 420, 32)],
    ids=["older", FRESH, HELD],
)
def test_there_are_enough_rows_about_enough_products(
    splits: tuple[str, ...], fewest_rows: int, fewest_products: int
) -> None:
    rows = [row for split in splits for row in ROWS[split]]
    products = [facts for facts in PRODUCTS if facts["split"] in splits]
    assert len(rows) >= fewest_rows
    assert len({row["product"] for row in rows}) == len(products) >= fewest_products


def test_every_product_is_text_and_can_be_read() -> None:
    for facts in PRODUCTS:
        assert all(isinstance(text, str) and text == text.strip() != "" for text in facts.values()), facts["id"]
        assert product_from_facts(facts).id == facts["id"]
    assert len({facts["id"] for facts in PRODUCTS}) == len(PRODUCTS)


@pytest.mark.parametrize("name", dict.fromkeys(PRODUCT_FILES.values()))
def test_a_file_of_products_has_only_those_of_its_splits(name: str) -> None:
    assert {facts["split"] for facts in read(name)} == {split for split in SPLITS if PRODUCT_FILES[split] == name}


@pytest.mark.parametrize("split", SPLITS)
def test_rows_name_products_of_their_own_split(split: str) -> None:
    known = {facts["id"] for facts in PRODUCTS if facts["split"] == split}
    assert {row["product"] for row in ROWS[split]} == known


def test_every_row_has_the_fields_of_the_schema() -> None:
    for row in ALL:
        assert set(row) == FIELDS, row
        assert isinstance(row["supported"], bool)
        assert row["note"]


@pytest.mark.parametrize(("split", "fewest"), [("dev", 5), ("test", 5), (FRESH, 8), (HELD, 4)])
def test_texts_are_as_long_as_ad_copy(split: str, fewest: int) -> None:
    assert not [row["text"] for row in ROWS[split] if not fewest <= len(row["text"].split()) <= 25]


def test_only_headlines_of_held_are_shorter_than_a_sentence() -> None:
    texts = [row["text"] for row in ROWS[HELD]]
    headlines = [text for text in texts if len(text.split()) <= 8 and is_title_case(text)]
    assert 0.15 <= len(headlines) / len(texts) <= 0.25
    assert not [text for text in texts if len(text.split()) < 8 and not is_title_case(text)]


def test_a_claim_stands_once_in_its_text() -> None:
    for row in ALL:
        if row["kind"] != STYLE:
            assert row["claim"], row["text"]
            assert row["text"].count(row["claim"]) == 1, row["text"]


def test_style_has_no_claim_and_is_always_supported() -> None:
    style = [row for row in ALL if row["kind"] == STYLE]
    assert len(style) >= 100
    for split in (FRESH, HELD):
        assert len([row for row in ROWS[split] if row["kind"] == STYLE]) >= 40, split
    assert all(row["claim"] == "" and row["supported"] for row in style)


def test_no_text_is_there_twice() -> None:
    twice = [text for text, count in Counter(row["text"].casefold() for row in ALL).items() if count > 1]
    assert not twice


@pytest.mark.parametrize("rows", [*ROWS.values(), ALL], ids=[*SPLITS, "all"])
def test_about_half_of_the_rows_are_supported(rows: list[dict[str, Any]]) -> None:
    assert 0.45 <= sum(row["supported"] for row in rows) / len(rows) <= 0.55


@pytest.mark.parametrize(("splits", "fewest"), [(OLDER, 20), ((FRESH,), 14), ((HELD,), 12)], ids=["older", FRESH, HELD])
def test_every_kind_has_enough_rows(splits: tuple[str, ...], fewest: int) -> None:
    counts = Counter(row["kind"] for split in splits for row in ROWS[split])
    assert set(counts) == KINDS | {STYLE}
    assert min(counts.values()) >= fewest


@pytest.mark.parametrize("split", SPLITS)
def test_every_kind_has_both_labels_in_every_split(split: str) -> None:
    counts = Counter((row["kind"], row["supported"]) for row in ROWS[split])
    few = [(kind, label) for kind in sorted(KINDS) for label in (True, False) if counts[kind, label] < 5]
    assert not few


def test_dev_and_test_have_half_of_their_products_each() -> None:
    counts = Counter(facts["split"] for facts in PRODUCTS)
    assert abs(counts["dev"] - counts["test"]) <= 1


def perfect(rows: list[Row]) -> dict[str, tuple[Claim, ...]]:
    """What a checker without faults reports, by text."""
    return {
        row.text: (Claim(text=row.claim, start=row.span[0], end=row.span[1], kind=row.kind, reason="none"),)
        for row in rows
        if not row.supported
    }


def test_a_faultless_checker_scores_one() -> None:
    rows = load(FOLDER)
    reports = perfect(rows)
    scores = score(judge(rows, lambda text, _product: reports.get(text, ())))
    assert len(rows) == len(ALL)
    assert (scores[TOTAL].precision, scores[TOTAL].recall) == (1.0, 1.0)
    assert scores[STYLE].recall is None


@pytest.mark.parametrize("split", SPLITS)
def test_a_split_is_loaded_alone_with_its_own_products(split: str) -> None:
    rows = load(FOLDER, (split,))
    assert [(row.product.id, row.text) for row in rows] == [(row["product"], row["text"]) for row in ROWS[split]]


@pytest.mark.parametrize("split", [FRESH, HELD])
def test_a_later_split_is_read_without_the_files_of_the_others(split: str, tmp_path: Path) -> None:
    for name in (split, PRODUCT_FILES[split]):
        (tmp_path / f"{name}.jsonl").write_bytes((FOLDER / f"{name}.jsonl").read_bytes())
    assert len(load(tmp_path, (split,))) == len(ROWS[split])


def reporting(*claims: Claim) -> Callable[[str, Product], tuple[Claim, ...]]:
    return lambda _text, _product: claims


def row(text: str, claim: str, supported: bool) -> Row:
    return Row(Product(id="mug", title="Mug"), text, claim, "colour", supported)


@pytest.mark.parametrize(
    ("start", "end", "supported_by", "caught"),
    [(2, 5, "", True), (4, 9, "", True), (5, 9, "", False), (0, 2, "", False), (2, 5, "color: red", False)],
)
def test_an_unsupported_row_is_caught_by_an_unsupported_claim_that_overlaps(
    start: int, end: int, supported_by: str, caught: bool
) -> None:
    claim = Claim(text="", start=start, end=end, kind="colour", supported_by=supported_by)
    verdicts = judge([row("A red mug", "red", False)], reporting(claim))
    assert verdicts[0].caught is caught
    assert score(verdicts)[TOTAL].recall == float(caught)
    assert [line.split()[0] for line in shown(verdicts)] == ([] if caught else ["MISS"])


def test_any_unsupported_claim_in_a_supported_row_is_a_false_alarm() -> None:
    claim = Claim(text="mug", start=6, end=9, kind="size", reason="none")
    verdicts = judge([row("A red mug", "red", True), row("A mug", "", True)], reporting(claim))
    assert score(verdicts)[TOTAL].false_alarms == 2
    assert score(verdicts)[TOTAL].precision == 0.0
    assert [line.split()[0] for line in shown(verdicts)] == ["ALARM", "ALARM"]


def test_a_supported_claim_is_no_false_alarm() -> None:
    claim = Claim(text="red", start=2, end=5, kind="colour", supported_by="color: red")
    verdicts = judge([row("A red mug", "red", True)], reporting(claim))
    assert score(verdicts)[TOTAL].false_alarms == 0


def test_a_folder_without_the_set_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["grounding.py", str(tmp_path)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert f"{tmp_path} has no products.jsonl" in capsys.readouterr().err
