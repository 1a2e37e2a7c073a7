"""How well the policy check agrees with judged texts, and how many ads that ran it would stop.

    python benchmarks/policy.py CASES.jsonl ADS.jsonl [--lines odd|even|all] [--json]

CASES.jsonl has `copy` and `should_flag` in each row, ADS.jsonl has `text`. Precision and recall are given for texts
that are blocked and for texts that are blocked or warned of; `--lines` takes every other
case, counted from 1.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from assistant.policy.check import check
from store.creatives import Severity

LINES: dict[str, slice] = {"all": slice(None), "odd": slice(0, None, 2), "even": slice(1, None, 2)}
LEVELS = {"block": {Severity.BLOCK}, "block or warn": {Severity.BLOCK, Severity.WARN}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("ads", type=Path)
    parser.add_argument("--lines", choices=LINES, default="all")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(read(options.cases)[LINES[options.lines]], read(options.ads))
    print(json.dumps(figures, indent=2) if options.json else table(figures))


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def measure(cases: Sequence[dict[str, object]], ads: Sequence[dict[str, object]]) -> dict[str, dict[str, float]]:
    """Precision and recall over the cases and the share of ads, each by what counts as flagged."""
    expected = [bool(case["should_flag"]) for case in cases]
    judged = [severities(str(case["copy"])) for case in cases]
    ran = [severities(str(ad["text"])) for ad in ads]
    return {
        level: agreement(expected, [bool(found & counted) for found in judged])
        | {"ads": share([bool(found & counted) for found in ran])}
        for level, counted in LEVELS.items()
    }


def severities(text: str) -> set[Severity]:
    return {finding.severity for finding in check({"text": text})}


def agreement(expected: Sequence[bool], flagged: Sequence[bool]) -> dict[str, float]:
    """Precision and recall of `flagged`; 0 where nothing was flagged or nothing should have been."""
    right = sum(one and other for one, other in zip(expected, flagged, strict=True))
    return {
        "cases": len(expected),
        "precision": round(right / max(sum(flagged), 1), 3),
        "recall": round(right / max(sum(expected), 1), 3),
    }


def share(flagged: Sequence[bool]) -> float:
    return round(sum(flagged) / max(len(flagged), 1), 4)


def table(figures: dict[str, dict[str, float]]) -> str:
    """One line a level."""
    lines = [f"{'flagged means':<14} {'cases':>6} {'precision':>10} {'recall':>7} {'of the ads that ran':>20}"]
    lines += [
        f"{level:<14} {row['cases']:>6} {row['precision']:>10.3f} {row['recall']:>7.3f} {row['ads']:>20.1%}"
        for level, row in figures.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
