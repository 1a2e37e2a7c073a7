"""A synthetic day: the pins of the store are looked at and their tags looked for, as often as people are awake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UsageError
from assistant.feeds.text import plain
from assistant.matching.marketplace.opportunities import Opportunity, Subject
from store.records import Kind, Pin
from store.store import Store

# How much happens in each hour of a day, from midnight: little at night, most after supper.
HOURS = (3, 2, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 5, 5, 6, 7, 8, 9, 10, 10, 8, 5)
TYPED = 0.3
# How much less often the next subject comes up than the one before: a few are everywhere, most are rare.
POPULARITY = 0.7
OPPORTUNITIES_A_VIEWER = 5
MOST_PINS = 5_000


def synthetic_day(store: Store, count: int, *, day: date, seed: int) -> tuple[Opportunity, ...]:
    """`count` opportunities of a day in UTC, in order; the same for the same pins and seed.

    Raises UsageError where the store has no pin to look at.
    """
    pins = [record for record, _ in zip(store.database.iterate(Kind.PIN), range(MOST_PINS), strict=False)]
    if not pins:
        raise UsageError(
            "There is no pin to make a day of.",
            hint="Bring some in by `pinwright index FILE --as pins`, or give a log by --log FILE.",
        )
    chance = np.random.default_rng(seed)
    subjects = _subjects([pin for pin in pins if isinstance(pin, Pin)], count, chance)
    viewers = chance.integers(max(1, count // OPPORTUNITIES_A_VIEWER), size=count)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return tuple(
        Opportunity(midnight + timedelta(seconds=second), subject, f"viewer-{viewer}")
        for second, subject, viewer in zip(_seconds(count, chance), subjects, viewers.tolist(), strict=True)
    )


def _seconds(count: int, chance: np.random.Generator) -> list[float]:
    """When the opportunities come, in seconds after midnight, in order, to the millisecond."""
    shares = np.array(HOURS, dtype=np.float64)
    hours = chance.choice(len(HOURS), size=count, p=shares / shares.sum())
    moments: NDArray[np.float64] = np.sort(hours * 3600 + chance.random(count) * 3600)
    return [round(moment, 3) for moment in np.minimum(moments, 86_399.999).tolist()]


def _subjects(pins: Sequence[Pin], count: int, chance: np.random.Generator) -> list[Subject]:
    """What is looked at or for: pins, and for some of the time the words that lead to one."""
    order = chance.permutation(len(pins))
    weights = 1 / np.arange(1, len(pins) + 1) ** POPULARITY
    places = chance.choice(len(pins), size=count, p=weights / weights.sum())
    searches = [_search(pin, share) for pin, share in zip(pins, chance.random(len(pins)).tolist(), strict=True)]
    typed = chance.random(count) < TYPED
    return [
        searches[which] if by_words else Subject(Kind.PIN, pins[which].id)
        for which, by_words in zip(order[places].tolist(), typed.tolist(), strict=True)
    ]


def _search(pin: Pin, share: float) -> Subject:
    """The words by which a pin is looked for: one of its tags, or its title where it has none."""
    words = pin.tags[int(share * len(pin.tags))] if pin.tags else pin.title
    return Subject(None, words) if plain(words) else Subject(Kind.PIN, pin.id)
