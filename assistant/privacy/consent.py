"""What a person allows. The record is the store's; here it gets its limits, and is read from what a row says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assistant.errors import UsageError
from store.consent import NOTHING_SAID, WINDOW_DAYS, Consent

__all__ = ["LONGEST_WINDOW", "NOTHING_SAID", "WINDOW_DAYS", "Consent", "require_window", "stated"]

LONGEST_WINDOW = 3_650
ADULT = 18
NO, YES = ("0", "false", "no", "n", "off", "denied", "refused", "withdrawn", "opt-out", "optout"), ("1", "true", "yes")


def require_window(days: int) -> int:
    """The days as they are; UsageError where that is no window."""
    if not 1 <= days <= LONGEST_WINDOW:
        raise UsageError(f"A window is from 1 to {LONGEST_WINDOW:,} days, not {days:,}.", hint="The default is 180.")
    return days


def stated(cells: Mapping[str, str], consent: Consent = NOTHING_SAID) -> Consent:
    """What a row of signals says of its person's will (`gpc`, `consent`, `age`), added to what is known.

    A row can only take away: what was refused is allowed again by the person alone, not by a later row. A `consent`
    that is there and cannot be read counts as a refusal.
    """
    given, gpc, age = (cells.get(name, "").strip().lower() for name in ("consent", "gpc", "age"))
    if given and (given in NO or given not in (*YES, "y", "on", "granted", "given", "opt-in", "optin")):
        consent = replace(consent, personal=False)
    if gpc in YES:
        consent = replace(consent, gpc=True)
    if age.isascii() and age.isdecimal() and int(age[:4]) < ADULT:
        consent = replace(consent, minor=True)
    return consent
