"""The words everybody shares: products, pins, ads, signals and matches, all frozen (copy has `creatives.py`).

A record is what a row of a feed became. Limits and enumerations follow the platform's public catalogue
specification (title 500, description 10,000, link 511 code points for a product).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from store.where.expression import Where

NO_EXTRA: Mapping[str, str] = {}


class Kind(StrEnum):
    """What a record is. An id is unique within its kind."""

    PRODUCT = "product"
    PIN = "pin"
    AD = "ad"


class Availability(StrEnum):
    """Whether a product can be bought now."""

    IN_STOCK = "in stock"
    OUT_OF_STOCK = "out of stock"
    PREORDER = "preorder"


class Interest(StrEnum):
    """The platform's interests."""

    ANIMALS = "ANIMALS"
    ARCHITECTURE = "ARCHITECTURE"
    ART = "ART"
    BEAUTY = "BEAUTY"
    DIY_AND_CRAFTS = "DIY_AND_CRAFTS"
    EDUCATION = "EDUCATION"
    EVENT_PLANNING = "EVENT_PLANNING"
    FASHION = "FASHION"
    FOOD_AND_DRINKS = "FOOD_AND_DRINKS"
    GARDENING = "GARDENING"
    HEALTH = "HEALTH"
    HOME_DECOR = "HOME_DECOR"
    PARENTING = "PARENTING"
    TRAVEL = "TRAVEL"
    WEDDING = "WEDDING"


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """An amount of money: `Price(Decimal("24.99"), "USD")`, written `24.99 USD`."""

    amount: Decimal
    currency: str = "USD"

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What products, pins and ads have in common. `extra` keeps the feed's other columns as they came."""

    id: str
    title: str
    description: str = ""
    link: str = ""
    image_link: str = ""
    interest: Interest | None = None
    interest_inferred: bool = False
    tags: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=lambda: NO_EXTRA)

    @property
    def passage(self) -> str:
        """The text that is embedded and searched: the title, then what else says what this is."""
        return ". ".join(part.rstrip(". ") for part in self._passage_parts() if part)

    @property
    def texts(self) -> tuple[str, ...]:
        """The same as texts of their own: what is told, in one, then each tag; without empty ones."""
        told = ". ".join(part.rstrip(". ") for part in self._passage_parts()[:-1] if part)
        return tuple(text for text in (told, *self.tags) if text.strip())

    def _passage_parts(self) -> tuple[str, ...]:
        """The texts that make the passage, in its order; the last are the tags."""
        return (self.title, self.description, ", ".join(self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Record):
    """What products and ads have in common: something that can be bought, at a price, in some countries.

    `countries` holds ISO 3166 alpha-2 codes; empty means everywhere.
    """

    price: Price | None = None
    sale_price: Price | None = None
    availability: Availability | None = None
    product_type: str = ""
    countries: tuple[str, ...] = ()

    @property
    def current_price(self) -> Price | None:
        return self.sale_price or self.price

    def _passage_parts(self) -> tuple[str, ...]:
        return (self.title, self.description, self.product_type.replace(" > ", ", "), ", ".join(self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Offer):
    """A row of a catalogue. `options` are the variants that can be chosen: (("Color", ("Navy", "Bone")),)."""

    brand: str = ""
    google_product_category: str = ""
    condition: str = ""
    color: str = ""
    material: str = ""
    pattern: str = ""
    size: str = ""
    gender: str = ""
    age_group: str = ""
    item_group_id: str = ""
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What may be said of this product, as (name, text) in the order a reader wants it; empty ones left out."""
        named = (
            ("title", self.title),
            ("description", self.description),
            ("brand", self.brand),
            ("type", self.product_type),
            ("color", self.color),
            ("material", self.material),
            ("pattern", self.pattern),
            ("size", self.size),
            ("gender", self.gender),
            ("age group", self.age_group),
            ("condition", self.condition if self.condition != "new" else ""),
            ("price", str(self.current_price or "")),
            ("availability", str(self.availability or "")),
        )
        chosen = tuple((name.lower(), ", ".join(values)) for name, values in self.options)
        return tuple((name, text) for name, text in named + chosen if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Record):
    """A saved idea. `category` is the feed's own word for its topic."""

    board: str = ""
    category: str = ""
    created_at: datetime | None = None

    def _passage_parts(self) -> tuple[str, ...]:
        return (self.title, self.description, self.board, ", ".join(self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ad(Offer):
    """Something shown for money. An ad made from a product carries the product's id as its own."""

    product_id: str = ""
    advertiser: str = ""
    campaign: str = ""


def advertise(product: Product) -> Ad:
    """The ad that a product becomes."""
    return Ad(
        id=product.id,
        title=product.title,
        description=product.description,
        link=product.link,
        image_link=product.image_link,
        interest=product.interest,
        interest_inferred=product.interest_inferred,
        tags=product.tags,
        price=product.price,
        sale_price=product.sale_price,
        availability=product.availability,
        product_type=product.product_type,
        countries=product.countries,
        product_id=product.id,
        advertiser=product.brand,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing a person did: a save, closeup, click, search, hide or purchase. `text` is what it was about, in words.

    `target` is the id of the pin, product or ad it was done to, and `target_kind` which of these it is; a search has
    neither. `board` is the person's own board, `surface` the part of the platform that it was done on.
    """

    id: str
    kind: str
    text: str
    target: str = ""
    target_kind: Kind | None = None
    at: datetime | None = None
    board: str = ""
    surface: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a match must satisfy. Empty means any; prices are in the currency of the offer."""

    interests: frozenset[Interest] = frozenset()
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    availability: frozenset[Availability] = frozenset()
    country: str = ""
    where: Where | None = None

    def __bool__(self) -> bool:
        return self != NO_FILTERS


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: `raw` as the index gave it, `scaled` to 0..1 among the candidates, times `weight`."""

    name: str
    raw: float
    scaled: float
    weight: float

    @property
    def points(self) -> float:
        return self.scaled * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A record that was found, its rank from 1, and what its score (0..1) is made of."""

    rank: int
    record: Record
    parts: tuple[Part, ...]
    shared_words: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        return sum(part.points for part in self.parts)
