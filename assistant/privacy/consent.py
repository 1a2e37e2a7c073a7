"""What a person allows. The record is the store's; here it gets its limits, and is read from what a row says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from assistant.errors import UsageError
from store.consent import NOTHING_SAID, WINDOW_DAYS, Consent

__all__ = ["LONGEST_WINDOW", "NOTHING_SAID", "WINDOW_DAYS", "Consent", "require_window", "stated"]

LONGEST_WINDOW = 3_650
ADULT, OLDEST = 18, 130
UNDER = ("under", "below", "less", "younger", "<")
NO, YES = ("0", "false", "no", "n", "off", "denied", "refused", "withdrawn", "opt-out", "optout"), ("1", "true", "yes")


def require_window(days: int) -> int:
    """The days as they are; UsageError where that is no window."""
    if not 1 <= days <= LONGEST_WINDOW:
        raise UsageError(f"A window is from 1 to {LONGEST_WINDOW:,} days, not {days:,}.", hint="The default is 180.")
    return days


def stated(cells: Mapping[str, str], consent: Consent = NOTHING_SAID) -> Consent:
    """What a row of signals says of its person's will (`gpc`, `consent`, `age`), added to what is known.

    A row can only take away: what was refused is allowed again by the person alone, not by a later row. A `consent`
    that is there and cannot be read counts as a refusal, and such an `age` as one under 18.
    """
    given, gpc, age = (cells.get(name, "").strip().lower() for name in ("consent", "gpc", "age"))
    if given and (given in NO or given not in (*YES, "y", "on", "granted", "given", "opt-in", "optin")):
        consent = replace(consent, personal=False)
    if gpc in YES:
        consent = replace(consent, gpc=True)
    if age and not _is_adult(age):
        consent = replace(consent, minor=True)
    return consent


def _is_adult(age: str) -> bool:
    """Whether an age that was given, such as 34, 34.0, 18-24 or 65+, is surely 18 or more."""
    years = re.findall(r"\d+(?:\.\d+)?", age)
    if not years or age.startswith("-") or any(word in age for word in UNDER):
        return False
    return all(ADULT <= float(year[:9]) <= OLDEST for year in years)
