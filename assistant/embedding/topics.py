"""What a text is about: the nearest of the platform's interests, and how near it is to each of many broad subjects."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from assistant.embedding.embedder import Embedder, Vectors
from store.records import Interest, Record

# What each interest is about, in the words of those who pin. A record is nearest to one of the phrases.
PHRASES: dict[Interest, tuple[str, ...]] = {
    Interest.ANIMALS: (
        "dogs, cats and other pets",
        "pet food, leashes, beds and toys for animals",
        "wildlife and birds",
    ),
    Interest.ARCHITECTURE: ("buildings and facades", "architecture and house plans", "tiny houses and cabins"),
    Interest.ART: ("painting, drawing and sculpture", "illustration and photography", "art prints and artists"),
    Interest.BEAUTY: ("makeup and lipstick", "skincare, shampoo and haircare", "nail art and hairstyles", "perfume"),
    Interest.DIY_AND_CRAFTS: ("do it yourself crafts", "knitting, crochet and sewing", "hand tools and workshop"),
    Interest.EDUCATION: ("teaching and classroom ideas", "learning, books and study tips", "science for students"),
    Interest.EVENT_PLANNING: ("party decorations", "birthday and holiday party planning", "Christmas and Halloween"),
    Interest.FASHION: (
        "clothes and outfits",
        "shoes, bags and jewelry",
        "shirts, dresses and jackets",
        "watches, glasses",
    ),
    Interest.FOOD_AND_DRINKS: ("recipes and cooking", "food, groceries and snacks", "coffee, tea, wine and cocktails"),
    Interest.GARDENING: ("gardening and plants", "flowers, seeds and pots", "balcony, patio and lawn"),
    Interest.HEALTH: ("fitness, exercise and yoga", "healthy habits and wellbeing", "sports equipment"),
    Interest.HOME_DECOR: (
        "home decor and interior design",
        "furniture, rugs and lamps",
        "kitchenware, bedding and bath",
    ),
    Interest.PARENTING: ("babies and toddlers", "parenting and family life", "children's toys and nursery"),
    Interest.TRAVEL: ("travel destinations", "luggage, packing and camping", "road trips and hotels"),
    Interest.WEDDING: ("weddings and brides", "wedding invitations and bouquets", "engagement and bridesmaids"),
}


SUBJECTS = Path(__file__).with_name("subjects.toml")
# An interest less like a vector than this is none of its topics, and one so much further off than the nearest neither.
LEAST_LIKE, FURTHER = 0.35, 0.1
# Some subjects are near to everything; half of what they are like to the phrases of all others is taken off.
CROWDED = 0.5


class InterestGuesser:
    """Guesses interests by the phrases' vectors, which are embedded once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._interests = [interest for interest, phrases in PHRASES.items() for _ in phrases]
        self._vectors = embedder.embed([phrase for phrases in PHRASES.values() for phrase in phrases], role="query")

    def guess(self, vectors: Vectors) -> list[Interest]:
        """The interest of each row of `vectors`, shape (n, dimension)."""
        return [self._interests[place] for place in np.argmax(vectors @ self._vectors.T, axis=1)]

    def nearest(self, vector: Vectors, most: int = 3) -> tuple[Interest, ...]:
        """The interests that a unit vector is about, nearest first; none where it is like none of them."""
        cosines = self._vectors @ vector
        best = {interest: cosines[[own is interest for own in self._interests]].max() for interest in PHRASES}
        ranked = sorted(best, key=lambda interest: -best[interest])[:most]
        floor = max(LEAST_LIKE, best[ranked[0]] - FURTHER)
        return tuple(interest for interest in ranked if best[interest] >= floor)

    def subjects(self, vectors: Vectors) -> Vectors:
        """How like each row is to each broad subject: shape (n, subjects), a mean of cosines less what is common."""
        mean, crowded = self._subjects
        return vectors @ mean.T - crowded

    def fill_in(self, records: Sequence[Record], vectors: Vectors) -> list[Record]:
        """The records whose interest nobody stated, with a guess that is marked as one."""
        return [
            replace(record, interest=interest, interest_inferred=True)
            for record, interest in zip(records, self.guess(vectors), strict=True)
            if record.interest is None
        ]

    @cached_property
    def _subjects(self) -> tuple[Vectors, Vectors]:
        """The mean vector of each subject's phrases, and what each subject is held to be near to without reason."""
        subjects = list(tomllib.loads(SUBJECTS.read_text(encoding="utf-8")).values())
        found = self._embedder.embed([phrase for phrases in subjects for phrase in phrases], role="query")
        ends = np.cumsum([len(phrases) for phrases in subjects])[:-1]
        mean = np.stack([part.mean(axis=0) for part in np.split(found, ends)])
        among = mean @ mean.T
        others = (among.sum(axis=0) - among.diagonal()) / max(1, len(mean) - 1)
        return mean, (CROWDED * others).astype(np.float32)
