"""The price that a query asks for in words: "under $40", "between 20 and 50 euros", "at least 100 USD"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from store.records import Filters, Price

_AMOUNT = r"(?P<{0}>\d{{1,7}}(?:\.\d\d?)?)"
_MONEY = r"(?:usd|eur|gbp|dollars?|euros?|pounds|bucks|[$€£])"
# "under 100 cm" asks for no price.
_NO_UNIT = (
    r"(?![\d.,]*\d)(?!\s*(?:x|×|%|[cm]?m|in(?:ch(?:es)?)?\b(?!\s+[a-z])|ft|feet|k?g|oz|lbs?|m?l|w|years?|months?)\b)"
)
_BELOW = r"(?:under|below|less than|cheaper than|up to|at most|no more than|not over|max(?:imum)?)"
_ABOVE = r"(?:over|above|more than|at least|no less than|min(?:imum)?)"
_BETWEEN = re.compile(
    rf"\b(?:between|from)\s*{_MONEY}?\s*{_AMOUNT.format('low')}\s*(?:and|to|-|–)\s*{_MONEY}?\s*{_AMOUNT.format('high')}"
    + _NO_UNIT,
    re.IGNORECASE,
)
_AT_MOST = re.compile(rf"\b{_BELOW}\s*{_MONEY}?\s*{_AMOUNT.format('high')}{_NO_UNIT}", re.IGNORECASE)
# "over 65" may be an age, so the money has to be named.
_AT_LEAST = re.compile(
    rf"\b{_ABOVE}\s*(?:{_MONEY}\s*{_AMOUNT.format('marked')}|{_AMOUNT.format('named')}\s*{_MONEY})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A price that is asked for, in whatever currency the offer has; None leaves an end open."""

    low: Decimal | None = None
    high: Decimal | None = None

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def digits(self) -> frozenset[str]:
        """The words that these amounts are written in."""
        ends = [str(end) for end in (self.low, self.high) if end is not None]
        return frozenset(part for end in ends for part in (end, *end.split(".")))

    def meets(self, price: Price) -> bool:
        above = self.low is None or price.amount >= self.low
        return above and (self.high is None or price.amount <= self.high)

    def __str__(self) -> str:
        if self.low is not None and self.high is not None:
            return f"between {self.low} and {self.high}"
        return f"at most {self.high}" if self.high is not None else f"at least {self.low}"


def asked_price(text: str, filters: Filters) -> Asked:
    """The price that the filters hold to, or else the one that the words ask for."""
    if filters.min_price is not None or filters.max_price is not None:
        return Asked(filters.min_price, filters.max_price)
    if between := _BETWEEN.search(text):
        low, high = sorted((Decimal(between["low"]), Decimal(between["high"])))
        return Asked(low, high)
    most, least = _AT_MOST.search(text), _AT_LEAST.search(text)
    return Asked(
        Decimal(least["marked"] or least["named"]) if least else None,
        Decimal(most["high"]) if most else None,
    )
