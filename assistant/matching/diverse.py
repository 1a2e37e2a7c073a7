"""A page of different things: maximal marginal relevance over the stored vectors, and caps by shop and category.

The best match always comes first. What is held back fills the page where there is nothing else, and a repeat gives way
only to what is at least half as relevant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from store.records import Ad, Match, Offer, Pin, Record

# Two offers of one shop whose cosine is above this are mostly one thing in two colours or sizes: of a catalogue of 191
# products, embedded by the default model, such pairs had 0.87 to 0.96, and other pairs of one shop at most 0.85.
REPEAT = 0.87
# A repeat is shown where all else is less relevant than this share of it.
GIVES_WAY = 0.5
# How much relevance counts, and how much being unlike what is shown already, where variety is asked for.
BALANCE = 0.7

Vectors = Mapping[str, NDArray[np.float32]]


class Held(StrEnum):
    """Why a match was held back."""

    REPEAT = "repeat"
    ADVERTISER = "advertiser"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """What is asked for. `balance` is 1 where only relevance counts and 0 where only variety does."""

    balance: float = 1.0
    repeats: bool = False
    per_advertiser: int | None = None
    per_category: int | None = None


AS_RANKED = Diversity(repeats=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """The matches chosen, in the order to show them, and what was held back by which rule.

    `filled` is how many of the chosen were held back first, and taken as there was nothing else.
    """

    chosen: tuple[Match, ...]
    held: Mapping[str, Held]
    filled: int


def choose(matches: Sequence[Match], vectors: Vectors, limit: int, diversity: Diversity) -> Choice:
    """Choose at most `limit` of matches that come best first; a match without a vector is like nothing else."""
    if not matches or diversity == AS_RANKED:
        return Choice(tuple(matches[:limit]), {}, 0)
    page = _Page(matches, _matrix(matches, vectors), diversity)
    while len(page.chosen) < limit and (place := page.best()) is not None:
        page.take(place)
    missing = limit - len(page.chosen)
    spare = page.spare()[:missing]
    # Only maximal marginal relevance has an order of its own.
    shown = [*page.chosen, *spare] if diversity.balance < 1 else sorted((*page.chosen, *spare))
    held = {matches[place].record.id: why for place, why in page.held.items() if place not in {*shown}}
    return Choice(tuple(matches[place] for place in shown), held, len(spare))


class _Page:
    """The page while it is filled: what is on it, and how near the rest comes to that."""

    def __init__(self, matches: Sequence[Match], matrix: NDArray[np.float32], diversity: Diversity) -> None:
        self.chosen: dict[int, None] = {}
        self.held: dict[int, Held] = {}
        self._diversity = diversity
        self._matrix = matrix
        # A match does not count for more than the one before it, whatever its score is made of.
        self._relevance = np.minimum.accumulate([match.score for match in matches])
        self._nearest = np.zeros(len(matches))
        self._shops = [advertiser_of(match.record) for match in matches]
        self._categories = [category_of(match.record) for match in matches]
        self._titles = [match.record.title.casefold() for match in matches]
        self._by_shop: Counter[str] = Counter()
        self._by_category: Counter[str] = Counter()
        self._open = np.ones(len(matches), dtype=bool)

    def best(self) -> int | None:
        """The place of the next to take: of equals the one that came first; None where nothing may be taken."""
        if not self.chosen:
            return 0
        if not self._open.any():
            return None
        balance = self._diversity.balance
        gain = balance * self._relevance - (1 - balance) * self._nearest
        best = int(np.argmax(np.where(self._open, gain, -np.inf)))
        repeat = next((place for place, why in sorted(self.held.items()) if self._may_return(place, why)), best)
        return repeat if self._relevance[repeat] * GIVES_WAY > self._relevance[best] else best

    def spare(self) -> list[int]:
        """The places that are not taken, to fill the page with: repeats first, as no cap was set on them."""
        left = [place for place in range(len(self._shops)) if place not in self.chosen]
        return sorted(left, key=lambda place: self.held.get(place) is not Held.REPEAT)

    def take(self, place: int) -> None:
        self.chosen[place] = None
        self._open[place] = False
        self._by_shop[self._shops[place]] += 1
        self._by_category[self._categories[place]] += 1
        likeness = self._matrix @ self._matrix[place]
        self._nearest = likeness if len(self.chosen) == 1 else np.maximum(self._nearest, likeness)
        for other in np.flatnonzero(self._open):
            if why := self._held(int(other), place, float(likeness[other])):
                self.held[int(other)] = why
                self._open[other] = False

    def _held(self, other: int, taken: int, likeness: float) -> Held | None:
        """What speaks against a match, now that another is on the page."""
        shop = self._shops[other]
        same = likeness >= REPEAT or self._titles[other] == self._titles[taken]
        if not self._diversity.repeats and same and shop == self._shops[taken]:
            return Held.REPEAT
        return self._over_a_cap(other)

    def _may_return(self, place: int, why: Held) -> bool:
        return why is Held.REPEAT and place not in self.chosen and not self._over_a_cap(place)

    def _over_a_cap(self, place: int) -> Held | None:
        shop, category = self._shops[place], self._categories[place]
        if shop and _full(self._by_shop[shop], self._diversity.per_advertiser):
            return Held.ADVERTISER
        if category and _full(self._by_category[category], self._diversity.per_category):
            return Held.CATEGORY
        return None


def advertiser_of(record: Record) -> str:
    """Who offers something: by name, else by the host of its link; empty where neither is known."""
    named = " ".join(record.advertiser.casefold().split()) if isinstance(record, Ad) else ""
    if named or not isinstance(record, Offer):
        return named
    try:
        return (urlsplit(record.link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def category_of(record: Record) -> str:
    """The shelf that an offer stands on, or the topic of a pin; empty where the feed does not say."""
    if isinstance(record, Offer):
        return record.product_type.casefold()
    return record.category.casefold() if isinstance(record, Pin) else ""


def _full(count: int, cap: int | None) -> bool:
    return cap is not None and count >= cap


def _matrix(matches: Sequence[Match], vectors: Vectors) -> NDArray[np.float32]:
    """The unit vectors of the matches, shape (n, dimension), zero where there is none."""
    dimension = len(next(iter(vectors.values()), ()))
    nothing = np.zeros(max(dimension, 1), dtype=np.float32)
    rows = np.stack([vectors.get(match.record.id, nothing) for match in matches])
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)
