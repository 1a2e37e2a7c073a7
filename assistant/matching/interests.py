"""Which of the platform's interests a record belongs to, where its feed does not say: the nearest by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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


class InterestGuesser:
    """Guesses interests by the phrases' vectors, which are embedded once."""

    def __init__(self, embedder: Embedder) -> None:
        self._interests = [interest for interest, phrases in PHRASES.items() for _ in phrases]
        self._vectors = embedder.embed([phrase for phrases in PHRASES.values() for phrase in phrases], role="query")

    def guess(self, vectors: Vectors) -> list[Interest]:
        """The interest of each row of `vectors`, shape (n, dimension)."""
        return [self._interests[place] for place in np.argmax(vectors @ self._vectors.T, axis=1)]

    def fill_in(self, records: Sequence[Record], vectors: Vectors) -> list[Record]:
        """The records whose interest nobody stated, with a guess that is marked as one."""
        return [
            replace(record, interest=interest, interest_inferred=True)
            for record, interest in zip(records, self.guess(vectors), strict=True)
            if record.interest is None
        ]
