"""Where a person stands between inspiration and realisation, told from signs that can be pointed at."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from store.records import Signal


class Stage(StrEnum):
    """The way from an idea to having done it."""

    INSPIRATION = "inspiration"
    CONSIDERATION = "consideration"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Sign:
    """One kind of evidence: the stage that it speaks for, how it is told (one, several), and which signals show it."""

    stage: Stage
    one: str
    several: str
    shows: Callable[[Signal], bool]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sign that was seen, in words, and the ids of the signals that show it."""

    stage: Stage
    text: str
    cites: tuple[str, ...]


# A size, a price, a limit or a comparison: the words of somebody who has begun to choose.
CONSTRAINT = re.compile(
    r"\d|\b(?:under|below|less than|vs\.?|versus|or|compare[ds]?|best|cheap(?:er|est)?|price[ds]?|cost|size[ds]?|fits?"
    r"|which|difference|worth|review[s]?|near me|where to buy|delivery|in stock)\b",
    re.IGNORECASE,
)
OFFERS = ("product", "ad")

SIGNS = (
    Sign(Stage.ACTION, "one purchase", "{} purchases", lambda signal: signal.kind == "purchase"),
    Sign(
        Stage.CONSIDERATION,
        "one click through to an offer",
        "{} clicks through to offers",
        lambda signal: signal.kind == "click" and signal.target_kind in OFFERS,
    ),
    Sign(
        Stage.CONSIDERATION,
        "one search that names a size, a price or a choice",
        "{} searches that name a size, a price or a choice",
        lambda signal: signal.kind == "search" and CONSTRAINT.search(signal.text) is not None,
    ),
    Sign(
        Stage.CONSIDERATION,
        "one offer looked at or saved",
        "{} offers looked at or saved",
        lambda signal: signal.kind in ("closeup", "save") and signal.target_kind in OFFERS,
    ),
    Sign(
        Stage.INSPIRATION,
        "one idea saved or looked at",
        "{} ideas saved or looked at",
        lambda signal: signal.kind in ("save", "closeup", "click") and signal.target_kind not in OFFERS,
    ),
    Sign(
        Stage.INSPIRATION,
        "one broad search",
        "{} broad searches",
        lambda signal: signal.kind == "search" and CONSTRAINT.search(signal.text) is None,
    ),
)
# One purchase shows action; for consideration a single sign may be chance.
NEEDED = {Stage.ACTION: 1, Stage.CONSIDERATION: 2, Stage.INSPIRATION: 0}


def stage_of(signals: Sequence[Signal]) -> tuple[Stage, tuple[Evidence, ...]]:
    """The furthest stage that enough signals show, and all the evidence, that of this stage first."""
    evidence = tuple(found for sign in SIGNS if (found := _evidence(sign, signals)))
    shown = {stage: sum(len(item.cites) for item in evidence if item.stage is stage) for stage in Stage}
    reached = next(stage for stage in reversed(Stage) if shown[stage] >= NEEDED[stage])
    return reached, tuple(sorted(evidence, key=lambda item: item.stage is not reached))


def _evidence(sign: Sign, signals: Sequence[Signal]) -> Evidence | None:
    cites = tuple(signal.id for signal in signals if sign.shows(signal))
    if not cites:
        return None
    return Evidence(sign.stage, sign.one if len(cites) == 1 else sign.several.format(len(cites)), cites)
