"""The options that filter what is looked for, as filters."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from assistant.commands.context import Context
from assistant.errors import UsageError
from store.records import Availability, Filters, Interest, Kind
from store.where.parse import parse


def read_filters(
    interest: Sequence[str] | None,
    min_price: str,
    max_price: str,
    availability: Sequence[str] | None,
    country: str,
    where: str,
) -> Filters:
    """The filters that the options of these names stand for; UsageError or WhereError where one cannot be read."""
    return Filters(
        interests=frozenset(read_interest("--interest", name) for name in interest or ()),
        min_price=_amount("--min-price", min_price),
        max_price=_amount("--max-price", max_price),
        availability=frozenset(_availability(name) for name in availability or ()),
        country=_country(country),
        where=parse(where) if where else None,
    )


def by_category(context: Context, filters: Filters, names: Sequence[str] | None, kind: Kind) -> Filters:
    """The filters, held to categories, in which the ids and the names of Google's taxonomy are the same.

    Raises UsageError, with the nearest names, for a category that is not known.
    """
    by_where = filters.where is not None and kind is Kind.AD
    if not names and not by_where:
        return filters
    from assistant.feeds.taxonomy import kept_taxonomy
    from assistant.feeds.text import plain
    from assistant.matching import categories

    if names:
        categories.require_offers(kind)
    elif not (filters.where and categories.names_google(filters.where.expression)):
        return filters
    named = [plain(name) for name in names or ()]
    known = categories.categories_of(kept_taxonomy(context.settings.home), context.workbench.store())
    if known.missed(named):
        context.screen.say("Ids and names of categories are the same once a taxonomy is there: `taxonomy import FILE`.")
    filters = categories.widened(filters, known)
    return categories.in_categories(filters, named, known) if named else filters


def read_interest(option: str, name: str) -> Interest:
    """One of the platform's interests, however it is spelled; UsageError with the nearest where it is none."""
    try:
        return Interest(name.strip().upper().replace(" ", "_").replace("-", "_"))
    except ValueError:
        raise _unknown(option, name, [interest.lower() for interest in Interest]) from None


def _availability(name: str) -> Availability:
    try:
        return Availability(name.strip().lower().replace("_", " ").replace("-", " "))
    except ValueError:
        raise _unknown("--availability", name, list(Availability)) from None


def _country(code: str) -> str:
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise UsageError(f"{code!r} is no country.", hint="--country takes a code of two letters, such as US.")
    return code.upper()


def _amount(option: str, text: str) -> Decimal | None:
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise UsageError(f"{text!r} is no amount.", hint=f"Write {option} like 24.99, without a currency.")
    return amount


def _unknown(option: str, name: str, known: list[str]) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."
    return UsageError(f"{option} does not know {name!r}.", hint=hint)
