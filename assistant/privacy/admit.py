"""The one door through which a profile's signals come: what is not allowed, and what is nobody's business, stays out.

What is dropped is counted by the reason and never described: neither what it was, nor of which topic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant.privacy.age import tells_of_a_minor
from assistant.privacy.sensitive import sensitive_places
from store.consent import Consent
from store.records import Interest, Signal

if TYPE_CHECKING:
    from assistant.privacy.likeness import SecondLook

# Clocks differ.
TOLERANCE = timedelta(minutes=5)
TopicOf = Callable[[Signal], Interest | None]


class Reason(StrEnum):
    """Why a signal is dropped."""

    OFF = "off"
    GPC = "gpc"
    MINOR = "minor"
    EXCLUDED = "excluded"
    OLD = "old"
    SENSITIVE = "sensitive"
    FUTURE = "future"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The signals that a profile may be made of, in the order given, and how many were dropped for which reason."""

    signals: tuple[Signal, ...]
    dropped: Mapping[Reason, int]

    @property
    def dropped_in_all(self) -> int:
        return sum(self.dropped.values())


def admit(
    signals: Sequence[Signal],
    consent: Consent,
    now: datetime,
    topic_of: TopicOf = lambda _: None,
    look: SecondLook | None = None,
) -> Admitted:
    """The signals of one person that their profile may be made of. Each that is dropped is counted once.

    `topic_of` says which of the platform's interests a signal is of; it is asked only where the person excludes some.
    `look` finds what is sensitive by its meaning, where words alone do not say it.
    Give all signals of the person at once: what single ones do not say, several together may.
    """
    if (reason := _shut(consent)) is not None:
        return _none(signals, reason)
    reasons: list[Reason | None] = [_by_time(signal, consent, now) for signal in signals]
    open_places = [place for place, reason in enumerate(reasons) if reason is None]
    # What is too old for a profile still tells that its person is no adult.
    if tells_of_a_minor(signals):
        return _none(signals, Reason.MINOR)
    inside = [signals[place] for place in open_places]
    sensitive = {open_places[place] for place in sensitive_places(inside, look)}
    for place in open_places:
        if consent.excluded and topic_of(signals[place]) in consent.excluded:
            reasons[place] = Reason.EXCLUDED
        elif place in sensitive:
            reasons[place] = Reason.SENSITIVE
    kept = tuple(signal for signal, reason in zip(signals, reasons, strict=True) if reason is None)
    return Admitted(signals=kept, dropped=MappingProxyType(dict(Counter(filter(None, reasons)))))


def _shut(consent: Consent) -> Reason | None:
    """Why no profile of this person may be made, where that is so."""
    if not consent.personal:
        return Reason.OFF
    if consent.gpc:
        return Reason.GPC
    return Reason.MINOR if consent.minor else None


def _none(signals: Sequence[Signal], reason: Reason) -> Admitted:
    return Admitted(signals=(), dropped=MappingProxyType({reason: len(signals)} if signals else {}))


def _by_time(signal: Signal, consent: Consent, now: datetime) -> Reason | None:
    if signal.at is None:
        return None
    if signal.at > now + TOLERANCE:
        return Reason.FUTURE
    return Reason.OLD if now - signal.at > timedelta(days=consent.window_days) else None
