"""Features of what is offered: its price beside the one asked for, its category beside those of the best, its age.

Each function gives values from 0 to 1, of shape (n,): all 0 where it has nothing to compare.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from math import exp, log
from typing import NamedTuple

import numpy as np

from assistant.matching.ranking.candidates import Described, Floats
from store.records import Offer, Pin, Record

FIRST = 10
# What is so many days older than the newest candidate counts half.
HALF_LIFE = 180.0
_AMOUNT = r"(\d{1,7}(?:[.,]\d{1,2})?)(?![\d.,]*\d)"
_MARKED = rf"(?:[$€£]\s*{_AMOUNT}|{_AMOUNT}\s*(?:[$€£]|(?:dollars?|usd|eur|euros?|gbp|pounds?)\b))"
_BOUND = re.compile(rf"(?:\b(under|below|less than|up to|at most|max|cheaper than)\s+)?{_MARKED}", re.IGNORECASE)


class Asked(NamedTuple):
    """A price in a query: the amount, and whether it is the most that may be paid."""

    amount: float
    most: bool


def asked_price(text: str) -> Asked | None:
    """The first price of a query, which needs a currency to be one: `under $40`, `40 EUR`; None where there is none."""
    found = _BOUND.search(text)
    if not found:
        return None
    amount = float((found[2] or found[3]).replace(",", "."))
    return Asked(amount, bool(found[1])) if amount > 0 else None


def price_agreement(found: Described) -> Floats:
    """1 for what costs what is asked, or no more where that is a bound; less the further the price is from it."""
    asked = asked_price(found.text)
    if asked is None:
        return np.zeros(len(found.ids))
    return np.array([_agreement(asked, found.records.get(identifier)) for identifier in found.ids])


def category_agreement(found: Described) -> Floats:
    """How many of the best are of the same category. The best come first."""
    categories = [_category(found.records.get(identifier)) for identifier in found.ids]
    held = Counter(categories[:FIRST])
    return np.array([held[name] / max(held.total(), 1) if name else 0.0 for name in categories])


def freshness(found: Described) -> Floats:
    """1 for the newest candidate, half of it for what is half a year older; 0 where no date is known."""
    dates = [_date(found.records.get(identifier)) for identifier in found.ids]
    newest = max((date for date in dates if date), default=None)
    days = [(newest - date).total_seconds() / 86_400 if date and newest else None for date in dates]
    return np.array([0.0 if age is None else 0.5 ** (age / HALF_LIFE) for age in days])


def _agreement(asked: Asked, record: Record | None) -> float:
    price = record.current_price if isinstance(record, Offer) else None
    if price is None or price.amount <= 0:
        return 0.0
    ratio = float(price.amount) / asked.amount
    return 1.0 if asked.most and ratio <= 1 else exp(-abs(log(ratio)) * (4 if asked.most else 1))


def _category(record: Record | None) -> str:
    """The first level of a product type, a pin's category, or the interest."""
    if isinstance(record, Offer) and record.product_type:
        return record.product_type.partition(">")[0].strip().casefold()
    if isinstance(record, Pin) and record.category:
        return record.category.casefold()
    return str(record.interest or "") if record else ""


def _date(record: Record | None) -> datetime | None:
    date = record.created_at if isinstance(record, Pin) else None
    return date.replace(tzinfo=UTC) if date and date.tzinfo is None else date
