"""Which creative angles fit a segment: by how far its people are, what they ask for, and the products for them."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from assistant.intent.audience.model import Angle, Segment
from assistant.intent.journey import data as journey_data
from assistant.intent.journey import serving

DATA = Path(__file__).with_name("audience.toml")
MOST_ANGLES = 3


def fitting(segment: Segment, suits: Sequence[Mapping[str, float]]) -> tuple[Angle, ...]:
    """The angles that fit a segment best, at most three, with the reason that weighs most.

    `suits` holds for each product that serves it the angles that suit the product and how well, from about 0 to 2. An
    angle that is missing from one is silly for that product; one that is silly for most products is left out.
    """
    points: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for name, because, worth in (*_by_stage(segment), *_by_facets(segment), *_by_products(suits)):
        points[name][because] = max(worth, points[name].get(because, 0.0))
    silly = {name for name in points if 2 * sum(name in one for one in suits) < len(suits)}
    ranked = sorted(points.keys() - silly, key=lambda name: (-sum(points[name].values()), name))
    return tuple(
        Angle(name, round(sum(points[name].values()), 2), max(points[name], key=lambda why: points[name][why]))
        for name in ranked[:MOST_ANGLES]
    )


@cache
def data() -> Mapping[str, Any]:
    """The tables of audience.toml."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def _by_stage(segment: Segment) -> list[tuple[str, str, float]]:
    worth = data()["worth"]
    return [
        (name, f"it serves {stage}", share * max(worth["stage"] - place * worth["later"], 0.0))
        for stage, share in segment.stages.items()
        for place, name in enumerate(serving(stage).angles)
    ]


def _by_facets(segment: Segment) -> list[tuple[str, str, float]]:
    asked = journey_data()["angle_for"]
    return [
        (asked[facet.kind], f"{facet.text} is asked for", facet.share * data()["worth"]["asked"])
        for facet in segment.facets
        if facet.kind in asked
    ]


def _by_products(suits: Sequence[Mapping[str, float]]) -> list[tuple[str, str, float]]:
    if not suits:
        return []
    names = dict.fromkeys(name for one in suits for name in one)
    worth = data()["worth"]["suits"]
    return [
        (name, "it suits the products", worth * sum(one.get(name, 0.0) for one in suits) / len(suits)) for name in names
    ]
