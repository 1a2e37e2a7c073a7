"""Rows to campaigns. A cell that cannot be read rejects its row: a limit that got lost would spend money or offend."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from assistant.errors import InputError
from assistant.feeds import values
from assistant.feeds.reader import MAX_EXCERPT, Rejected
from assistant.feeds.text import normalise, plain, shorten
from store.campaigns import Campaign, CampaignStatus, Objective
from store.records import Interest

MOST_WORDS = 500
LONGEST_WORD = 120
LONGEST_ID = 127
LONGEST_NAME = 500
# Times outside of these years are slips, and near the ends of the calendar no zone can be applied.
YEARS = range(1990, 2200)
HIGHEST_CAP = 1_000
HIGHEST_AGE = 120

# Field -> names of columns in the spelling of `column_name`, the better name first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "campaign_id"),
    "advertiser": ("advertiser", "advertiser_name", "brand"),
    "name": ("name", "campaign_name", "campaign", "title"),
    "status": ("status", "state"),
    "starts": ("starts", "start", "start_time", "start_date", "starts_at"),
    "ends": ("ends", "end", "end_time", "end_date", "ends_at"),
    "currency": ("currency", "currency_code"),
    "daily_budget": ("daily_budget", "daily_spend_cap", "budget_per_day"),
    "lifetime_budget": ("lifetime_budget", "lifetime_spend_cap", "total_budget", "budget"),
    "spent_today": ("spent_today", "spend_today"),
    "spent": ("spent", "spend", "total_spent", "lifetime_spend"),
    "spent_at": ("spent_at", "spend_as_of", "as_of"),
    "bid": ("bid", "max_bid", "max_cpc", "bid_cap"),
    "objective": ("objective", "objective_type"),
    "interests": ("interests", "interest", "targeting_interests"),
    "countries": ("countries", "country", "geos"),
    "languages": ("languages", "language", "locales"),
    "excluded_words": ("excluded_words", "excluded_keywords", "negative_keywords"),
    "frequency_cap": ("frequency_cap", "daily_frequency_cap"),
    "min_age": ("min_age", "minimum_age"),
}
STATUSES: Mapping[str, CampaignStatus] = {
    **dict.fromkeys(("active", "enabled", "running", "live", "on"), CampaignStatus.ACTIVE),
    **dict.fromkeys(("paused", "disabled", "off", "draft"), CampaignStatus.PAUSED),
    **dict.fromkeys(("ended", "completed", "finished", "archived", "deleted"), CampaignStatus.ENDED),
}
OBJECTIVES: Mapping[str, Objective] = {
    **dict.fromkeys(("clicks", "traffic", "consideration"), Objective.CLICKS),
    **dict.fromkeys(("saves", "engagement"), Objective.SAVES),
    **dict.fromkeys(("purchases", "conversions", "sales", "web_conversion", "catalog_sales"), Objective.PURCHASES),
    **dict.fromkeys(("impressions", "awareness", "reach"), Objective.IMPRESSIONS),
}
AMOUNTS = ("daily_budget", "lifetime_budget", "spent_today", "spent", "bid")
_DAY_ALONE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MARK_OF_MONEY = re.compile(r"[^\d\s.,'’+−-]")
Known = TypeVar("Known", CampaignStatus, Objective)
Row = tuple[int, Mapping[str, str], str]
"""The line of a row, its texts by column, and the problem why it has none."""


def read_campaigns(
    rows: Iterable[Row], known: Mapping[str, Campaign], *, name: str, now: datetime
) -> Iterator[Campaign | Rejected]:
    """The campaign of each row, or why it is none. `known` are those that there are, by id.

    Raises InputError where no row can have an id.
    """
    seen: dict[str, int] = {}
    for line, cells, problem in rows:
        if not problem and not seen and not set(COLUMNS["id"]) & cells.keys():
            columns = shorten(", ".join(list(cells)[:12]), 200)
            raise InputError(
                f"{shorten(name, 200)} has no column for the id of a campaign; its columns are: {columns}.",
                hint="Call it id or campaign_id.",
            )
        identifier = shorten(identifier_of(cells), LONGEST_ID)
        try:
            if problem or identifier in seen:
                raise ValueError(problem or f"id {identifier} was already on line {seen[identifier]}")
            campaign = apply(cells, known.get(identifier), now=now)
        except ValueError as reason:
            excerpt = shorten(", ".join(f"{column}: {text}" for column, text in cells.items()), MAX_EXCERPT)
            yield Rejected(line, str(reason), identifier, excerpt)
        else:
            seen[identifier] = line
            yield campaign


def identifier_of(cells: Mapping[str, str]) -> str:
    """The id of a row; empty where it has none."""
    found = _cell(cells, "id")
    return plain(found) if found else ""


def apply(cells: Mapping[str, str], known: Campaign | None, *, now: datetime) -> Campaign:
    """The campaign that a row describes: `known` with the fields that the row has a column for.

    What the file has no column for stays as it is known, and so does the status where its cell is empty. Spending that
    the row states is of `now` unless it says of when. Raises ValueError with the first reason why not.
    """
    identifier = identifier_of(cells)
    if not identifier:
        raise ValueError("no id")
    if len(identifier) > LONGEST_ID:
        raise ValueError(f"id is {len(identifier):,} characters long; the limit is {LONGEST_ID}")
    fields = {name: text for name in COLUMNS if (text := _cell(cells, name)) is not None}
    given: dict[str, Any] = {name: read(fields[name]) for name, read in _READERS.items() if name in fields}
    if not fields.get("status"):
        given.pop("status", None)
    given |= _amounts(fields, known)
    if fields.get("spent_today") and not given.get("spent_at"):
        same = known and known.spent_at and known.spent_on(now) == given["spent_today"]
        given["spent_at"] = known.spent_at if known and same else now
    campaign = replace(known or Campaign(id=identifier), **given)
    if campaign.starts and campaign.ends and campaign.ends <= campaign.starts:
        raise ValueError(f"it ends ({campaign.ends}) before it starts ({campaign.starts})")
    return campaign


def _cell(cells: Mapping[str, str], field: str) -> str | None:
    """The text of the first of the field's columns that is there; empty where it says nothing."""
    found = next((cells[name] for name in COLUMNS[field] if name in cells), None)
    return "" if found is not None and field != "name" and values.is_missing(found) else found


def _amounts(fields: Mapping[str, str], known: Campaign | None) -> dict[str, Any]:
    """The amounts of a row, in its one currency."""
    given = {name: fields[name] for name in AMOUNTS if name in fields}
    stated = plain(fields.get("currency", "")).upper()
    marked = {_price(name, text, "").currency for name, text in given.items() if _MARK_OF_MONEY.search(text)}
    currencies = marked | ({stated} if stated else set())
    if len(currencies) > 1:
        raise ValueError(f"its amounts are in {' and '.join(sorted(currencies))}; a campaign has one currency")
    currency = next(iter(currencies), known.currency if known else "USD")
    if currency not in values.CURRENCIES:
        raise ValueError(f"currency '{shorten(currency, 20)}' is not an ISO 4217 code such as USD")
    nothing = {"spent_today": Decimal(0), "spent": Decimal(0)}
    amounts = {name: _price(name, text, currency).amount if text else nothing.get(name) for name, text in given.items()}
    if known and amounts.keys() != set(AMOUNTS) and currency != known.currency:
        raise ValueError(f"its currency was {known.currency} and is {currency}; give all of its amounts anew")
    return {"currency": currency, **amounts}


def _price(name: str, text: str, currency: str) -> Any:
    try:
        found = values.price(text, currency)
    except ValueError as problem:
        raise ValueError(str(problem).replace("price", name, 1)) from None
    if found is None:
        raise ValueError(f"{name} '{shorten(text, 60)}' is not an amount; write it like 24.99")
    return found


def _name(text: str) -> str:
    return shorten(normalise(text), LONGEST_NAME)


def _one_of(what: str, known: Mapping[str, Known]) -> Callable[[str], Known]:
    def read(text: str) -> Known:
        default = next(iter(known.values()))
        name = re.sub(r"[\s-]+", "_", text.strip().lower())
        if text and name not in known:
            raise ValueError(f"{what} '{shorten(text, 40)}' is none of {', '.join(dict.fromkeys(known.values()))}")
        return known[name] if text else default

    return read


def _time(name: str, *, whole_day: bool = False) -> Callable[[str], datetime | None]:
    """A reader of times. With `whole_day` a day without a time stands for its end."""

    def read(text: str) -> datetime | None:
        found = values.moment(text) if text else None
        if text and (found is None or found.year not in YEARS):
            raise ValueError(f"{name} '{shorten(text, 40)}' is no time; write it like 2026-12-01T09:00+01:00")
        return found + timedelta(days=1) if found and whole_day and _DAY_ALONE.fullmatch(plain(text)) else found

    return read


def _number(name: str, low: int, high: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        found = re.fullmatch(r"([0-9]{1,9})(?:\.0+)?", plain(text))
        if text and not (found and low <= int(found[1]) <= high):
            raise ValueError(f"{name} '{shorten(text, 40)}' is no whole number from {low} to {high:,}")
        return int(found[1]) if found else None

    return read


def _parts(text: str) -> list[str]:
    return [part for part in map(plain, values.strings(text)) if part]


def _countries(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for part in _parts(text) for code in _country(part)))


def _country(part: str) -> Sequence[str]:
    if not (found := values.countries(part)) or len(part) != 2:
        raise ValueError(f"country '{shorten(part, 40)}' is not a code of two letters such as US")
    return found


def _languages(text: str) -> tuple[str, ...]:
    codes = [re.fullmatch(r"([a-z]{2})(?:[-_][a-z0-9]{2,8})*", part.lower()) for part in _parts(text)]
    if None in codes:
        wrong = _parts(text)[codes.index(None)]
        raise ValueError(f"language '{shorten(wrong, 40)}' is not a code of two letters such as en")
    return tuple(dict.fromkeys(code[1] for code in codes if code))


def _interests(text: str) -> frozenset[Interest]:
    found = {part: values.interest(part) for part in _parts(text)}
    if unknown := [part for part, interest in found.items() if interest is None]:
        raise ValueError(f"interest '{shorten(unknown[0], 40)}' is none of the platform's, such as HOME_DECOR")
    return frozenset(interest for interest in found.values() if interest)


def _words(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(filter(None, (normalise(part.strip()) for part in values.strings(text)))))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        raise ValueError(f"excluded_words holds more than {MOST_WORDS} words, or one over {LONGEST_WORD} characters")
    if silent := next((word for word in words if not any(map(str.isalnum, word))), ""):
        raise ValueError(f"excluded word '{shorten(silent, 40)}' has no letter, so it would exclude nothing")
    return words


_READERS: Mapping[str, Callable[[str], Any]] = {
    "advertiser": _name,
    "name": _name,
    "status": _one_of("status", STATUSES),
    "starts": _time("starts"),
    "ends": _time("ends", whole_day=True),
    "spent_at": _time("spent_at"),
    "objective": _one_of("objective", OBJECTIVES),
    "interests": _interests,
    "countries": _countries,
    "languages": _languages,
    "excluded_words": _words,
    "frequency_cap": _number("frequency_cap", 1, HIGHEST_CAP),
    "min_age": _number("min_age", 0, HIGHEST_AGE),
}
