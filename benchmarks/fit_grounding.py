"""Fits the weights by which the grounding checker judges clauses that no rule knows, and says what they bring.

    python benchmarks/fit_grounding.py [--write]

Fits on dev, test and more of the grounding set by logistic regression, cross-validated so that no product is in both
parts. `--write` puts the weights into assistant/creative/grounding/residual_weights.toml.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.creative.brief import product_from_facts
from assistant.creative.ground import check_by_rules
from assistant.creative.grounding.reading import Reading
from assistant.creative.grounding.residual import clauses, features
from assistant.creative.grounding.sheet import sheet_of
from benchmarks.grounding import FOLDER, Row, load

WEIGHTS = Path(__file__).parents[1] / "assistant" / "creative" / "grounding" / "residual_weights.toml"
FOLDS = 10
PENALTY = 1.0
STEPS = 25
# How much more a false alarm on style counts: a writer who may not paint a scene writes nothing worth reading.
STYLE = 4.0
# How likely a clause must be to claim something; chosen for precision in cross-validation.
THRESHOLD = 0.6
Vector = NDArray[np.float64]


@dataclass(slots=True)
class Sample:
    """A row with its clauses: what is counted in each, whether it is at stake, and whether a rule has found it."""

    row: Row
    counted: list[dict[str, float]] = field(default_factory=list)
    at_stake: list[bool] = field(default_factory=list)
    found: list[bool] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the weights")
    options = parser.parse_args()
    samples = [sampled(row) for row in (*load(FOLDER, ("dev", "test")), *more())]
    names = sorted({name for sample in samples for counted in sample.counted for name in counted})
    likely = cross_validated(samples, names)
    for threshold in (0.5, THRESHOLD, 0.7, 0.8, 1.1):
        precision, recall = scored(samples, likely, threshold)
        blamed = _style(samples, likely, threshold)
        print(f"threshold {threshold:.2f}: precision {precision:.3f}, recall {recall:.3f}, {blamed}")
    if options.write:
        write(names, fitted(samples, names))


def more() -> list[Row]:
    """The short texts that were written for the weights alone, about products of dev and some of their own."""
    products = {row.product.id: row.product for row in load(FOLDER, ("dev",))}
    for facts in _lines("more_products"):
        products[facts["id"]] = product_from_facts({name: text for name, text in facts.items() if name != "split"})
    return [
        Row(products[row["product"]], row["text"], row["claim"], row["kind"], row["supported"])
        for row in _lines("more")
    ]


def sampled(row: Row) -> Sample:
    """The clauses of a row, with what is counted in each."""
    reading, sheet = Reading(row.text), sheet_of(row.product)
    reported = [claim for claim in check_by_rules(row.text, row.product) if not claim.supported]
    sample, (start, end) = Sample(row), row.span
    for clause in clauses(reading):
        first, last = reading.span(clause.first, clause.last)
        sample.counted.append(dict(features(reading, clause, sheet)))
        sample.at_stake.append(not row.supported and start < last and first < end)
        sample.found.append(any(claim.start < last and first < claim.end for claim in reported))
    return sample


def fitted(samples: Sequence[Sample], names: Sequence[str]) -> Vector:
    """The weights by Newton's method, the bias first; larger weights cost more."""
    rows = [[1.0, *(counted.get(name, 0.0) for name in names)] for sample in samples for counted in sample.counted]
    values = np.array(rows)
    wanted = np.array([float(label) for sample in samples for label in sample.at_stake])
    counts = np.array([STYLE if sample.row.kind == "style" else 1.0 for sample in samples for _ in sample.counted])
    penalty = np.diag([0.0, *[PENALTY] * len(names)])
    weights = np.zeros(len(names) + 1)
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (counts * (likely - wanted)) + penalty @ weights
        bend = (values * (counts * likely * (1 - likely))[:, None]).T @ values + penalty
        weights -= np.linalg.solve(bend, slope)
    return weights


def cross_validated(samples: Sequence[Sample], names: Sequence[str]) -> dict[int, list[float]]:
    """For each sample the likelihoods of its clauses, by weights that have not seen its product."""
    products = sorted({sample.row.product.id for sample in samples})
    fold = {product: place % FOLDS for place, product in enumerate(products)}
    likely: dict[int, list[float]] = {}
    for n in range(FOLDS):
        weights = fitted([sample for sample in samples if fold[sample.row.product.id] != n], names)
        for place, sample in enumerate(samples):
            if fold[sample.row.product.id] == n:
                likely[place] = [_likely(weights, names, counted) for counted in sample.counted]
    return likely


def scored(samples: Sequence[Sample], likely: dict[int, list[float]], threshold: float) -> tuple[float, float]:
    """Precision and recall of the rules and the weights together."""
    caught = alarms = unsupported = 0
    for place, sample in enumerate(samples):
        said = [found or value >= threshold for found, value in zip(sample.found, likely[place], strict=True)]
        unsupported += not sample.row.supported
        caught += any(one and stake for one, stake in zip(said, sample.at_stake, strict=True))
        alarms += sample.row.supported and any(said)
    return caught / max(caught + alarms, 1), caught / max(unsupported, 1)


def _style(samples: Sequence[Sample], likely: dict[int, list[float]], threshold: float) -> str:
    """The share of the style texts that are blamed."""
    style = [place for place, sample in enumerate(samples) if sample.row.kind == "style"]
    blamed = [place for place in style if any(samples[place].found) or max(likely[place], default=0) >= threshold]
    return f"style blamed {len(blamed) / max(len(style), 1):.3f}"


def write(names: Sequence[str], weights: Vector) -> None:
    """Writes the weights; the bias is moved so that the threshold lies at one half."""
    bias = float(weights[0]) - math.log(THRESHOLD / (1 - THRESHOLD))
    lines = [
        f"bias = {bias:.3f}",
        *(f'"{name}" = {weight:.3f}' for name, weight in zip(names, weights[1:], strict=True)),
    ]
    head = "# Written by benchmarks/fit_grounding.py: what each count of residual.py adds to the odds.\n\n[weights]\n"
    WEIGHTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def _likely(weights: Vector, names: Sequence[str], counted: dict[str, float]) -> float:
    pairs = zip(names, weights[1:], strict=True)
    total = float(weights[0]) + sum(weight * counted.get(name, 0.0) for name, weight in pairs)
    return 1 / (1 + math.exp(-total))


if __name__ == "__main__":
    main()
