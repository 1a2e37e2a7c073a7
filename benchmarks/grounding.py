"""How well the grounding checker finds the claims that no fact supports, by kind, on the hand-written set.

    python benchmarks/grounding.py [FOLDER] [--split dev|test|fresh|held|all] [--show] [--json]

FOLDER holds dev.jsonl and test.jsonl with products.jsonl, and fresh.jsonl and held.jsonl each with a file of products
of its own (default: tests/data/grounding, whose README has the rules and says which figures to quote). A text with an
unsupported claim is caught where the checker reports an unsupported claim that overlaps it; a text without one is a
false alarm where the checker reports any. Needs no model.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.creative.brief import product_from_facts
from assistant.creative.ground import check
from store.creatives import Claim
from store.records import Product

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "grounding"
# Each split with the file of its products.
PRODUCTS = {"dev": "products", "test": "products", "fresh": "fresh_products", "held": "held_products"}
SPLITS = tuple(PRODUCTS)
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Row:
    """A text about a product, the claim in it that is at stake (empty for style) and whether the facts support it."""

    product: Product
    text: str
    claim: str
    kind: str
    supported: bool

    @property
    def span(self) -> tuple[int, int]:
        start = self.text.index(self.claim)
        return start, start + len(self.claim)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row with the unsupported claims that the checker reported for its text."""

    row: Row
    reported: tuple[Claim, ...]

    @property
    def caught(self) -> bool:
        start, end = self.row.span
        return not self.row.supported and any(claim.start < end and start < claim.end for claim in self.reported)

    @property
    def missed(self) -> bool:
        return not self.row.supported and not self.caught

    @property
    def false_alarm(self) -> bool:
        return self.row.supported and bool(self.reported)


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of rows; precision and recall are of unsupported claims, and None where nothing can be divided by."""

    supported: int
    unsupported: int
    caught: int
    false_alarms: int

    @property
    def precision(self) -> float | None:
        return _ratio(self.caught, self.caught + self.false_alarms)

    @property
    def recall(self) -> float | None:
        return _ratio(self.caught, self.unsupported)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--split", choices=(*SPLITS, "all"), default="all")
    parser.add_argument("--show", action="store_true", help="list the misses and the false alarms")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    splits = SPLITS if options.split == "all" else (options.split,)
    for name in (*_product_files(splits), *splits):
        if not (options.folder / f"{name}.jsonl").is_file():
            parser.error(f"{options.folder} has no {name}.jsonl. Give the folder of the grounding set.")
    rows = load(options.folder, splits)
    verdicts = judge(rows, check)
    scores = score(verdicts)
    if options.json:
        print(json.dumps(as_json(scores, verdicts if options.show else ()), ensure_ascii=False, indent=2))
        return
    print("\n".join(table(scores)))
    if options.show:
        print("\n".join(("", *shown(verdicts))))


def load(folder: Path, splits: Sequence[str] = SPLITS) -> list[Row]:
    """The rows of the splits, each with its product."""
    products = {}
    for name in _product_files(splits):
        for facts in _lines(folder / f"{name}.jsonl"):
            del facts["split"]
            products[facts["id"]] = product_from_facts(facts)
    return [
        Row(products[row["product"]], row["text"], row["claim"], row["kind"], row["supported"])
        for split in splits
        for row in _lines(folder / f"{split}.jsonl")
    ]


def judge(rows: Iterable[Row], checker: Callable[[str, Product], tuple[Claim, ...]]) -> list[Verdict]:
    """What the checker reports for each row."""
    return [
        Verdict(row, tuple(claim for claim in checker(row.text, row.product) if not claim.supported)) for row in rows
    ]


def score(verdicts: Iterable[Verdict]) -> dict[str, Score]:
    """Scores by kind, in the order in which the kinds come, and their total."""
    groups = defaultdict[str, list[Verdict]](list)
    everything = []
    for verdict in verdicts:
        groups[verdict.row.kind].append(verdict)
        everything.append(verdict)
    return {kind: _counted(group) for kind, group in (*groups.items(), (TOTAL, everything))}


def table(scores: dict[str, Score]) -> list[str]:
    """The scores as lines of text."""
    counted = f"{'supported':>9} {'unsupported':>11} {'caught':>6} {'alarms':>6}"
    lines = [f"{'kind':15} {counted} {'precision':>9} {'recall':>6}"]
    for kind, found in scores.items():
        counts = f"{found.supported:9} {found.unsupported:11} {found.caught:6} {found.false_alarms:6}"
        lines.append(f"{kind:15} {counts} {_share(found.precision):>9} {_share(found.recall):>6}")
    return lines


def shown(verdicts: Iterable[Verdict]) -> list[str]:
    """The misses and false alarms, a line each."""
    lines = []
    for verdict in verdicts:
        place = f"{verdict.row.kind:14} {verdict.row.product.id}: {verdict.row.text}"
        if verdict.missed:
            lines.append(f"MISS  {place}  [{verdict.row.claim}]")
        elif verdict.false_alarm:
            lines.append(f"ALARM {place}  [{'; '.join(claim.text for claim in verdict.reported)}]")
    return lines


def as_json(scores: dict[str, Score], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The scores, and the misses and false alarms among the verdicts, as JSON has them."""
    kinds = {
        kind: {**asdict(found), "precision": found.precision, "recall": found.recall} for kind, found in scores.items()
    }
    return {"scores": kinds, "wrong": shown(verdicts)} if verdicts else {"scores": kinds}


def _counted(verdicts: Sequence[Verdict]) -> Score:
    supported = sum(verdict.row.supported for verdict in verdicts)
    return Score(
        supported=supported,
        unsupported=len(verdicts) - supported,
        caught=sum(verdict.caught for verdict in verdicts),
        false_alarms=sum(verdict.false_alarm for verdict in verdicts),
    )


def _product_files(splits: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(PRODUCTS[split] for split in splits))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
