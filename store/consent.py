"""What a person allows, and nothing else of them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from store.connection import Row, listed
from store.records import Interest

WINDOW_DAYS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a person allows. The default is that of somebody who has said nothing.

    `gpc` is the Global Privacy Control of their browser. What is in one of the `excluded` interests, or older than
    `window_days`, goes into no profile. `minor` is what was stated of a person under 18, not what was guessed.
    """

    personal: bool = True
    gpc: bool = False
    excluded: frozenset[Interest] = frozenset()
    window_days: int = WINDOW_DAYS
    minor: bool = False

    @property
    def profiled(self) -> bool:
        """Whether a profile of this person may be made at all."""
        return self.personal and not self.gpc and not self.minor


NOTHING_SAID = Consent()


def consent_row(consent: Consent) -> Row:
    """As it is kept: personal, gpc, minor, excluded, window_days."""
    return (consent.personal, consent.gpc, consent.minor, listed(sorted(consent.excluded)), consent.window_days)


def read_consent(row: Row) -> Consent:
    """From what is kept; ValueError where that is damaged."""
    personal, gpc, minor, excluded, days = row
    return Consent(
        personal=bool(personal),
        gpc=bool(gpc),
        minor=bool(minor),
        excluded=frozenset(map(Interest, json.loads(excluded))),
        window_days=int(days),
    )
