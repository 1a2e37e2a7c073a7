"""Rank the variants of a product: the best first, with the parts of its score and a sentence that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.creative.ranking.measures import Measure, measure
from assistant.embedding.embedder import Embedder
from store.creatives import Brief, Creative
from store.records import Part

WEIGHTS = {"product": 0.15, "audience": 0.25, "specificity": 0.25, "readability": 0.2, "style": 0.15}
ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
ADVANTAGES_NAMED = 2
# Below this a part is nothing to be praised for, and a gap to the best below the other is none to be told.
WORTH_PRAISE, WORTH_TELLING = 0.5, 0.02
Measures = Mapping[str, Measure]


def rank(
    creatives: Sequence[Creative], brief: Brief, embedder: Embedder | None, beside: Sequence[str] = ()
) -> tuple[Creative, ...]:
    """The accepted variants best first, each with rank, parts and reason; then the failed ones as they came, unranked.

    `beside` are texts of the pins that the ad would appear among. Without an embedder shared words stand for meaning.
    The same variants in whatever order get the same ranks; equal scores follow the alphabet of the angles.
    """
    accepted = [creative for creative in creatives if creative.accepted]
    failed = [replace(creative, rank=0, parts=(), reason="") for creative in creatives if not creative.accepted]
    if not accepted:
        return tuple(failed)
    measured = measure(accepted, brief, embedder, beside)
    rows = [(replace(creative, parts=_weigh(parts)), parts) for creative, parts in zip(accepted, measured, strict=True)]
    rows.sort(key=lambda row: (-round(row[0].score, 6), row[0].angle, sorted(row[0].texts.items())))
    field = [parts for _, parts in rows]
    ranked = [
        replace(creative, rank=place, reason=_reason(place, parts, field))
        for place, (creative, parts) in enumerate(rows, start=1)
    ]
    return (*ranked, *failed)


def _weigh(parts: Measures) -> tuple[Part, ...]:
    """The parts with their weights, which sum to 1 also where a part could not be measured."""
    total = sum(WEIGHTS[name] for name in parts)
    return tuple(
        Part(name, round(part.raw, 4), round(part.scaled, 4), WEIGHTS[name] / total) for name, part in parts.items()
    )


def _reason(place: int, parts: Measures, field: Sequence[Measures]) -> str:
    ordinal = ORDINALS[place - 1] if place <= len(ORDINALS) else f"Number {place}"
    praise = " and ".join(_advantages(parts, field))
    if len(field) == 1:
        return f"The only one that passed; what speaks for it: {praise}." if praise else "The only one that passed."
    if place == 1:
        return f"First for {praise}." if praise else "First by a little in each part."
    behind = _shortfall(parts, field[0])
    told = [f"for {praise}"] * bool(praise) + [f"behind for {behind}" if behind else "close to the first"]
    return f"{ordinal} {'; '.join(told)}."


def _advantages(parts: Measures, field: Sequence[Measures]) -> list[str]:
    """What is good about a variant, that in which it is furthest ahead of the others first."""

    def lead(part: Measure) -> float:
        return WEIGHTS[part.name] * (part.scaled - sum(other[part.name].scaled for other in field) / len(field))

    praised = [part for part in parts.values() if part.praise and part.scaled >= WORTH_PRAISE]
    praised.sort(key=lambda part: (-round(lead(part), 6), part.name))
    return [part.praise for part in praised[:ADVANTAGES_NAMED]]


def _shortfall(parts: Measures, best: Measures) -> str:
    """In what a variant is furthest behind the first."""

    def gap(part: Measure) -> float:
        return WEIGHTS[part.name] * (best[part.name].scaled - part.scaled)

    furthest = max(parts.values(), key=lambda part: (round(gap(part), 6), part.name))
    return furthest.blame if gap(furthest) >= WORTH_TELLING else ""
