"""The options that say when, where and to whom an ad would be shown, as an occasion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.commands.filtering import read_interest
from assistant.errors import UnknownIdError, UsageError
from store.records import Ad, Interest, Kind

if TYPE_CHECKING:
    from assistant.matching.eligible.occasion import Occasion
    from store.store import Store

MOST_SEEN = 1_000_000


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The options as they were given; `country` has been read already."""

    country: str = ""
    language: str = ""
    at: str = ""
    age: int | None = None
    likes: Sequence[str] = ()
    seen: Sequence[str] = ()
    personal: bool = True


def read_occasion(given: Circumstances, beside: str, topics: frozenset[Interest], store: Store) -> Occasion:
    """The occasion beside a text, or records of these interests. UsageError names the option that cannot be read."""
    from assistant.matching.eligible.occasion import Occasion

    return Occasion(
        now=moment(given.at),
        beside=beside,
        topics=topics,
        country=given.country,
        language=_language(given.language),
        age=given.age,
        likes=frozenset(read_interest("--interested-in", name) for name in given.likes),
        personal=given.personal,
        impressions=_impressions(given.seen, store),
    )


def moment(text: str) -> datetime:
    """The time that `--at` names, in UTC; now where it names none. Raises UsageError."""
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is no time.", hint="Write --at like 2026-12-01T09:00+01:00; without a zone it is UTC."
        ) from None


def _language(code: str) -> str:
    found = code.lower().replace("_", "-").partition("-")[0]
    if code and not (len(found) == 2 and found.isascii() and found.isalpha()):
        raise UsageError(f"{code!r} is no language.", hint="--language takes a code of two letters, such as en.")
    return found


def _impressions(seen: Sequence[str], store: Store) -> Mapping[str, int]:
    """How often ads of each campaign were seen, from `AD=COUNT`; a campaign's cap is on all of its ads together."""
    from store.campaigns import Campaigns

    counts = Counter[str]()
    for text in seen:
        identifier, count = _seen(text)
        counts[identifier] += count
    if not counts:
        return {}
    ads = store.database.get_many(Kind.AD, counts)
    if unknown := next((identifier for identifier in counts if identifier not in ads), ""):
        raise UnknownIdError.of(Kind.AD, unknown, store.database.similar_ids(Kind.AD, unknown))
    named = (ad.campaign for ad in ads.values() if isinstance(ad, Ad))
    campaigns = Campaigns(store.database.connection).called(named)
    impressions = Counter[str]()
    for ad in ads.values():
        if isinstance(ad, Ad) and ad.campaign in campaigns:
            impressions[campaigns[ad.campaign].id] += counts[ad.id]
    return impressions


def _seen(text: str) -> tuple[str, int]:
    identifier, mark, count = text.rpartition("=")
    if not (mark and identifier and count.isascii() and count.isdecimal() and len(count) <= 7):
        raise UsageError(f"--seen cannot read {text[:80]!r}.", hint="Write it like --seen AD=3, once for each ad.")
    return identifier, min(int(count), MOST_SEEN)
