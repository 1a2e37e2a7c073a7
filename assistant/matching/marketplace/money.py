"""Money as whole millionths of a currency, so that sums are exact and equal amounts compare as equal."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MILLION = 1_000_000


def micros(amount: Decimal) -> int:
    """The nearest number of millionths: `micros(Decimal("0.25"))` is 250000."""
    return int((amount * MILLION).to_integral_value(ROUND_HALF_UP))


def amount(micros: int) -> Decimal:
    """The amount that so many millionths are: `amount(250000)` is `Decimal("0.25")`."""
    return Decimal(micros) / MILLION
