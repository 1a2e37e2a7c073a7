"""The columns that a `--where` may name, and where in the records their values stand.

Nothing a user wrote is in the SQL of this table: the name of a feed's own column goes in as a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from store.records import Availability, Interest, Kind
from store.where.cells import squash
from store.where.table import COLUMN, FIELD, OPTION


class Meaning(StrEnum):
    """What the cells of a column are; an open one is whatever each cell looks like."""

    TEXT = "text"
    LEVELS = "levels"
    AMOUNT = "amount"
    DAY = "date"
    CHOICE = "choice"
    OPEN = "open"


class Source(NamedTuple):
    """Where values stand: the SQL of a cell of the record itself, or the names of cells of `store.where.table`.

    A `plain` cell is a column of the database that can be compared as it is. The names begin with their mark; those of
    options are compared folded. `of_product`: the cells are those of the product that an ad is made from.
    """

    cell: str = ""
    plain: bool = False
    names: tuple[str, ...] = ()
    of_product: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, what its cells are, and where they stand. `everywhere`: an empty one has every value."""

    name: str
    meaning: Meaning
    sources: tuple[Source, ...]
    other_names: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    everywhere: bool = False
    # Whether columns that feeds call so as well belong to it: an ad has the colour of its product, and maybe its own.
    in_feeds: bool = False


def fields_of(kind: Kind) -> tuple[Field, ...]:
    """The columns that records of this kind have whatever their feed."""
    return tuple(field for some in (_shared, *_OF_KIND[kind]) for field in some())


def by_name(fields: Iterable[Field]) -> Mapping[str, Field]:
    """Fields by each of their squashed names."""
    return {squash(name): field for field in fields for name in (field.name, *field.other_names)}


def feed_field(names: Iterable[str], kind: Kind, columns: Iterable[str]) -> Field | None:
    """The columns of the feeds that are called by one of these names, as one field; None where there are none."""
    wanted = [*names]
    squashed = {*map(squash, wanted)}
    called = tuple(column for column in columns if squash(column) in squashed)
    places = (False, True) if kind is Kind.AD else (False,)
    sources = tuple(_cells(COLUMN, *called, of_product=of_product) for of_product in places)
    return Field(wanted[0], Meaning.OPEN, sources) if called else None


def joined(field: Field, more: Field | None) -> Field:
    """A field with the values of another."""
    return replace(field, sources=field.sources + more.sources) if more else field


def _shared() -> Iterator[Field]:
    yield Field("id", Meaning.TEXT, (Source("records.id"),))
    yield Field("title", Meaning.TEXT, (Source("records.title"),), ("name",))
    for name in ("description", "link", "image_link"):
        yield Field(name, Meaning.TEXT, (_stored(name),))
    interests = tuple(interest.value for interest in Interest)
    yield Field("interest", Meaning.CHOICE, (Source("records.interest", plain=True),), choices=interests)
    yield Field("tags", Meaning.TEXT, (_cells(FIELD, "tags"),), ("tag", "keywords"))


def _offer() -> Iterator[Field]:
    yield Field("price", Meaning.AMOUNT, (Source("records.price", plain=True),), ("current_price",))
    yield Field("sale_price", Meaning.AMOUNT, (_cells(FIELD, "sale_price.amount"),))
    yield Field("currency", Meaning.TEXT, (Source(_CURRENCY),))
    choices = tuple(availability.value for availability in Availability)
    yield Field("availability", Meaning.CHOICE, (Source("records.availability", plain=True),), choices=choices)
    yield Field("product_type", Meaning.LEVELS, (_cells(FIELD, "product_type"),), ("type", "category"))
    yield Field("country", Meaning.TEXT, (_cells(FIELD, "countries"),), ("countries",), everywhere=True)


def _product(*, of_product: bool = False) -> Iterator[Field]:
    """What a product has beyond an offer; asked of an ad, it is what the product of the ad has."""
    for name in ("google_product_category", "brand", "condition", "gender", "age_group", "item_group_id"):
        meaning = Meaning.LEVELS if name == "google_product_category" else Meaning.TEXT
        yield Field(name, meaning, (_cells(FIELD, name, of_product=of_product),))
    for name in ("color", "material", "pattern", "size"):
        other_names = ("colour",) if name == "color" else ()
        options = _cells(OPTION, name, *other_names, of_product=of_product)
        meaning = Meaning.OPEN if name == "size" else Meaning.TEXT
        yield Field(name, meaning, (_cells(FIELD, name, of_product=of_product), options), other_names)


def _ad() -> Iterator[Field]:
    # Its own, or its product's: the later of two fields of one name counts.
    types = tuple(_cells(FIELD, "product_type", of_product=of_product) for of_product in (False, True))
    yield Field("product_type", Meaning.LEVELS, types, ("type", "category"))
    for name in ("product_id", "advertiser", "campaign"):
        yield Field(name, Meaning.TEXT, (_cells(FIELD, name),))
    for field in _product(of_product=True):
        # A feed of ads that names only a brand names the advertiser with it.
        own = (_cells(FIELD, "advertiser"),) if field.name == "brand" else ()
        yield replace(field, sources=field.sources + own, in_feeds=True)


def _pin() -> Iterator[Field]:
    for name in ("board", "category"):
        yield Field(name, Meaning.TEXT, (_cells(FIELD, name),))
    yield Field("created_at", Meaning.DAY, (_cells(FIELD, "created_at"),), ("date", "created"))


_OF_KIND: Mapping[Kind, tuple[Callable[[], Iterator[Field]], ...]] = {
    Kind.PIN: (_pin,),
    Kind.PRODUCT: (_offer, _product),
    Kind.AD: (_offer, _ad),
}

# The price that counts is the sale price where there is one; USD is not written out.
_CURRENCY = """CASE WHEN records.price IS NOT NULL THEN coalesce(
    CASE WHEN json_type(records.body, '$.sale_price') IS NULL THEN json_extract(records.body, '$.price.currency')
    ELSE json_extract(records.body, '$.sale_price.currency') END, 'USD') END"""


def _stored(name: str) -> Source:
    """A field that is read in the record: no two records have it alike."""
    return Source(f"json_extract(records.body, '$.{name}')")


def _cells(mark: str, *names: str, of_product: bool = False) -> Source:
    return Source(names=tuple(mark + name for name in names), of_product=of_product)
