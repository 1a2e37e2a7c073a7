"""The rule of an auction: a few numbers that decide who is shown and at what price, kept in a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from assistant.errors import InputError
from assistant.feeds.values import CURRENCIES

LARGEST_RESERVE = Decimal(1_000_000)
LONGEST_FILE = 100_000
RULE_HINT = "`pinwright auction rule` prints a rule with all its keys."


class Pricing(StrEnum):
    """What a click costs: the least that keeps the place, or what was bid."""

    SECOND = "second"
    FIRST = "first"


class Pacing(StrEnum):
    """How a budget is spent over the day: in step with the traffic, or as fast as it goes."""

    EVEN = "even"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The rule of an auction.

    Ads are ordered by bid x rate^squashing x relevance^relevance_weight x quality^quality_weight. None is sold that is
    below `relevance_floor` (0..1), whatever it bids, nor one whose bid is worth less than `reserve`, an amount of
    `currency` for a thousand showings.
    """

    currency: str = "USD"
    reserve: Decimal = Decimal("1.00")
    pricing: Pricing = Pricing.SECOND
    pacing: Pacing = Pacing.EVEN
    relevance_floor: Decimal = Decimal("0.30")
    relevance_weight: Decimal = Decimal("1.0")
    quality_weight: Decimal = Decimal("1.0")
    squashing: Decimal = Decimal("1.0")


# The lowest and the highest that a number may be.
BOUNDS: Mapping[str, tuple[Decimal, Decimal]] = {
    "reserve": (Decimal(0), LARGEST_RESERVE),
    "relevance_floor": (Decimal(0), Decimal(1)),
    "relevance_weight": (Decimal(0), Decimal(5)),
    "quality_weight": (Decimal(0), Decimal(5)),
    "squashing": (Decimal(0), Decimal(2)),
}
_CHOICES: Mapping[str, type[Pricing] | type[Pacing]] = {"pricing": Pricing, "pacing": Pacing}


def read_rule(path: Path) -> Rule:
    """The rule that a TOML file states; what it leaves out is as in `Rule()`.

    Raises InputError where it cannot be read, has an unknown key or a value that is out of bounds.
    """
    try:
        return _rule(tomllib.loads(_text_of(path), parse_float=Decimal))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problem = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is nested too deeply"
        raise InputError(f"{path} is no TOML file: {problem}.", hint=RULE_HINT) from None
    except ValueError as error:
        raise InputError(f"{path}: {error}.", hint=RULE_HINT) from None


def rule_as_toml(rule: Rule) -> str:
    """A rule as the text of a file that `read_rule` reads."""
    return "".join(f"{name} = {_toml(value)}\n" for name, value in asdict(rule).items())


def _text_of(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LONGEST_FILE + 1)
    except OSError as error:
        raise InputError(
            f"The rule {path} cannot be read: {error.strerror or error}.", hint="Check the path."
        ) from None
    if len(text) > LONGEST_FILE:
        raise ValueError("it is too long for a rule")
    return text


def _rule(table: Mapping[str, object]) -> Rule:
    known = [field.name for field in fields(Rule)]
    if unknown := next((name for name in table if name not in known), None):
        near = get_close_matches(unknown[:50], known, 1)
        instead = f"did you mean {near[0]}" if near else f"there are {', '.join(known)}"
        raise ValueError(f"a rule has no key {unknown[:50]!r}; {instead}")
    return Rule(**{name: _value(name, value) for name, value in table.items()})  # type: ignore[arg-type]


def _value(name: str, value: object) -> object:
    if name == "currency":
        if str(value) not in CURRENCIES:
            raise ValueError(f"currency has to be an ISO 4217 code such as USD, not {_shown(value)}")
        return value
    if choices := _CHOICES.get(name):
        try:
            return choices(str(value))
        except ValueError:
            raise ValueError(f"{name} has to be {' or '.join(choices)}, not {_shown(value)}") from None
    low, high = BOUNDS[name]
    number = Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else Decimal("NaN")
    if not (number.is_finite() and low <= number <= high):
        raise ValueError(f"{name} has to be a number from {low} to {high:,}, not {_shown(value)}")
    return number


def _shown(value: object) -> str:
    return repr(str(value)[:50]) if isinstance(value, str) else str(value)[:50]


def _toml(value: object) -> str:
    return str(value) if isinstance(value, Decimal) else f'"{value}"'
