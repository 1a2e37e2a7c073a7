"""An intent as an advertiser may see it: what is wanted, what to make, by which angle and format; nobody in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.intent.explaining.constraints import Constraint
from assistant.intent.explaining.model import Explanation, Need
from assistant.intent.journey import data, serving
from assistant.intent.stage import Stage
from store.records import Interest, Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One intent without its person: `facets` are kinds and values from public texts, `make` says what to make."""

    wants: str
    topics: tuple[Interest, ...]
    stage: Stage
    facets: tuple[tuple[str, str], ...]
    make: str
    formats: tuple[str, ...]
    angle: str
    open_questions: tuple[str, ...]
    ads: tuple[Match, ...]


def for_advertiser(explanation: Explanation) -> tuple[Wanted, ...]:
    """The clear intents of an explanation that public texts can tell of, in their order."""
    return tuple(_wanted(need) for need in explanation.needs if not need.unclear and need.public.wants)


def _wanted(need: Need) -> Wanted:
    serves = serving(need.stage)
    constraints = need.public.constraints
    return Wanted(
        wants=need.public.wants,
        topics=need.interest.topics,
        stage=need.stage,
        facets=tuple((one.kind, one.text) for one in constraints),
        make=serves.does,
        formats=serves.formats,
        angle=_angle(constraints, serves.angles),
        open_questions=tuple(_kind(statement.text) for statement in need.unknown),
        ads=need.ads,
    )


def _angle(constraints: Sequence[Constraint], of_stage: Sequence[str]) -> str:
    """The angle that the first constraint asks for, else the stage's own."""
    kinds = {constraint.kind for constraint in constraints}
    asked = data()["angle_for"]
    return str(next((angle for kind, angle in asked.items() if kind in kinds), of_stage[0]))


def _kind(text: str) -> str:
    """What is open, without how many signals were looked through: "no budget is named"."""
    return text.partition(" in ")[0]
