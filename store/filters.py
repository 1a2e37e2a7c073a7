"""Filters as SQL conditions: the short columns of the records, and what a `--where` names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from store.connection import listed
from store.errors import StoreUsageError
from store.records import Ad, Filters, Kind, Offer, Pin, Product, Record
from store.where.conditions import Condition, condition

RECORD_TYPES: dict[Kind, type[Record]] = {Kind.PRODUCT: Product, Kind.PIN: Pin, Kind.AD: Ad}


def conditions(kind: Kind, filters: Filters, feed_columns: Callable[[], Iterable[str]]) -> list[Condition]:
    """What a record has to satisfy, each as SQL with its parameters; for `feed_columns` see `store.where.conditions`.

    A record passes by any of the interests and any of the availabilities. One without a price passes no filter on
    the price, one without an availability none on that; one without countries is offered everywhere. Pins have
    neither price, availability nor countries: asking them for one raises StoreUsageError.
    """
    _require_sense(kind, filters)
    found: list[Condition] = []
    if filters.interests:
        found.append(("interest IN (SELECT value FROM json_each(?))", (listed(sorted(filters.interests)),)))
    if filters.min_price is not None:
        found.append(("price >= ?", (float(filters.min_price),)))
    if filters.max_price is not None:
        found.append(("price <= ?", (float(filters.max_price),)))
    if filters.availability:
        found.append(("availability IN (SELECT value FROM json_each(?))", (listed(sorted(filters.availability)),)))
    if filters.country:
        found.append(("(countries = '' OR instr(countries, ?) > 0)", (country_list((filters.country,)),)))
    if filters.where:
        found.append(condition(kind, filters.where, feed_columns))
    return found


def country_list(countries: tuple[str, ...]) -> str:
    """Countries as one text in which `,GB,` finds a whole code; empty where there are none."""
    return f",{','.join(country.upper() for country in countries)}," if countries else ""


def price_number(amount: Decimal | None) -> float | None:
    """A price to compare with; what is no finite amount of money counts as none."""
    return float(amount) if amount is not None and amount.is_finite() else None


def _require_sense(kind: Kind, filters: Filters) -> None:
    offered = {
        "price": filters.min_price is not None or filters.max_price is not None,
        "availability": bool(filters.availability),
        "country": bool(filters.country),
    }
    asked = [name for name, given in offered.items() if given]
    if asked and not issubclass(RECORD_TYPES[kind], Offer):
        raise StoreUsageError(
            f"A {kind} has no {asked[0]} to filter by.", hint=f"Leave the {asked[0]} out, or look among ads."
        )
    for price in (filters.min_price, filters.max_price):
        if price is not None and not price.is_finite():
            raise StoreUsageError(f"{price} is no price to filter by.", hint="Give an amount such as 24.99.")
    if filters.min_price is not None and filters.max_price is not None and filters.min_price > filters.max_price:
        raise StoreUsageError(
            f"The lowest price, {filters.min_price}, is above the highest, {filters.max_price}.", hint="Swap them."
        )
