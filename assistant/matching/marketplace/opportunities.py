"""Moments at which an ad can be shown: what somebody looks at or looks for, when, and what was shown there before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.records import Kind


@dataclass(frozen=True, slots=True)
class Shown:
    """An ad that a log says was shown, its place from 1, and whether it was clicked."""

    ad: str
    place: int
    clicked: bool


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What ads are looked for: a pin, by its id, or words that somebody typed."""

    kind: Kind | None
    text: str


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A moment, in UTC. `viewer` is a pseudonym, empty where it is not known."""

    at: datetime
    subject: Subject
    viewer: str = ""
    shown: tuple[Shown, ...] = ()
