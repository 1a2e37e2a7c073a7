"""An amount with its dimension, and whether one amount bears out another."""

from __future__ import annotations

import re
from dataclasses import dataclass

MONEY = frozenset(("USD", "EUR", "GBP", "CAD", "AUD", "JPY", "CHF", "SEK"))
# Dimensions of which a number is right or wrong, and never nearly right.
EXACT = frozenset(("count", "percent", "times", "date"))
# How sure a number is that lies within a range of the facts.
WITHIN = 0.7
# How far from the fact, in per cent, a share in words may be: "nine in ten" for 92%.
SPOKEN_SHARE = 2.5
# How far from the fact a number may be, as a share of it: in the same unit, in another, after "about", after
# "nearly" (six days are nearly a week), after "under".
CLOSE, CONVERTED, ROUGH, NEARLY, BOUND = 0.015, 0.025, 0.12, 0.17, 0.4


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount, or a range, of a dimension ("count" where there is no unit), and the words of the text that it takes.

    `bound` is how it is said: "<" under, ">" over, "~" about, "-" nearly, "" as it is. `noun` is what is counted or
    measured, as stems; `unit` the unit's own name.
    """

    first: int
    last: int
    low: float
    high: float
    dimension: str
    unit: str = ""
    bound: str = ""
    noun: tuple[str, ...] = ()
    spelled: bool = False

    @property
    def money(self) -> bool:
        return self.dimension in MONEY


def agrees(said: Quantity, fact: Quantity) -> float:
    """How well a fact bears out what is said, 0 where it does not: 1 for the same, less for rounded and bounded."""
    if said.dimension != fact.dimension:
        return 0.0
    wider = fact.low < fact.high and said.low < said.high and not said.spelled and said.dimension != "date"
    if said.low <= fact.low and fact.high <= said.high and not (wider and _wider(said, fact)):
        return 1.0
    if fact.low < fact.high and fact.low < said.low <= said.high < fact.high:
        return WITHIN
    return max(_near(said, value, fact.unit) for value in {fact.low, fact.high})


def _wider(said: Quantity, fact: Quantity) -> bool:
    """Whether a range says more than the range of the facts: "sizes 18 to 35" for 22 to 33."""
    return said.high - said.low > (1 + CONVERTED) * (fact.high - fact.low)


def _near(said: Quantity, fact: float, unit: str) -> float:
    value = said.high if said.bound == "<" else said.low
    distance = abs(value - fact) / max(abs(fact), 1e-9)
    exact = said.dimension in EXACT
    if distance <= (1e-6 if exact else CONVERTED if said.unit != unit and not said.money else CLOSE):
        return 1.0 if distance < 1e-6 else 0.85
    if said.dimension == "date":
        return 0.0
    if said.spelled and said.dimension == "percent" and abs(value - fact) <= SPOKEN_SHARE:
        return 0.8
    if said.bound in ("<", ">"):
        held = fact < value if said.bound == "<" else fact > value
        return 0.8 if held and distance <= BOUND else 0.0
    if said.bound == "-":
        return 0.8 if fact < value and distance <= NEARLY else 0.0
    return 0.8 if said.bound == "~" and distance <= ROUGH else 0.0


def plain(text: str) -> float:
    """A number as written: a comma or full stop before three digits parts thousands where several do or it can."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    text = text.replace(",", ".")
    head, _, rest = text.rpartition(".") if text.count(".") > 1 else ("", "", text)
    digits = head.replace(".", "") + ("." if head else "") + rest
    return float(digits[:300])
