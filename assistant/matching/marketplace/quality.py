"""How well made an ad is, by what anybody can check: whether a person who sees it gets what an ad should show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from store.records import Ad

# A title of fewer words says too little, and a longer one is cut on a phone.
FEWEST_WORDS, LONGEST_TITLE = 3, 100
# An ad that lacks everything still is one: its quality never falls to nothing.
LEAST = 0.2


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that a good ad has: its share of the quality, how it is missed, and whether an ad has it."""

    share: float
    missing: str
    has: Callable[[Ad], bool]


TRAITS = (
    Trait(0.25, "no image", lambda ad: bool(ad.image_link)),
    Trait(0.20, "no description", lambda ad: bool(ad.description)),
    Trait(0.15, "no link", lambda ad: bool(ad.link)),
    Trait(0.10, "no price", lambda ad: ad.current_price is not None),
    Trait(0.05, "a title that is too short or too long", lambda ad: _is_long_enough(ad.title)),
    Trait(0.05, "a title in capitals", lambda ad: ad.title != ad.title.upper()),
)


@dataclass(frozen=True, slots=True)
class Quality:
    """A score between LEAST and 1, and what is missing for a full one."""

    score: float
    missing: tuple[str, ...]


def quality_of(ad: Ad) -> Quality:
    """How well made an ad is."""
    present = sum(trait.share for trait in TRAITS if trait.has(ad))
    return Quality(round(LEAST + present, 4), tuple(trait.missing for trait in TRAITS if not trait.has(ad)))


def _is_long_enough(title: str) -> bool:
    return len(title.split()) >= FEWEST_WORDS and len(title) <= LONGEST_TITLE
