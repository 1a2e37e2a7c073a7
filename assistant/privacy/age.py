"""Whether a history shows signs that its person is under 18. Nothing else is made of it than that no profile is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from assistant.patterns.prefilter import Prefilter
from assistant.patterns.topics import Words, compiled
from assistant.privacy.sensitive import AGE, MOST_REMEMBERED, TOPICS, reading, text_of
from store.records import Signal


class Signs(NamedTuple):
    """What says it, hints of which `together` different ones say it, and what shows that others are meant."""

    says: Words
    hints: tuple[Words, ...]
    others: Words
    together: int
    prefilter: Prefilter


def tells_of_a_minor(signals: Iterable[Signal]) -> bool:
    """Whether one of these signals of one person says it, or several hint at it together."""
    hinted: dict[int, set[str]] = {}
    for signal in signals:
        said, hints = _signs_of(text := text_of(signal))
        if said:
            return True
        for number in hints:
            hinted.setdefault(number, set()).add(text)
    different = {text for texts in hinted.values() for text in texts}
    return min(len(hinted), len(different)) >= _signs().together


@lru_cache(maxsize=MOST_REMEMBERED)
def _signs_of(text: str) -> tuple[bool, tuple[int, ...]]:
    """Whether a text says it, and which hints it has."""
    passage, signs = reading(text), _signs()
    if not signs.prefilter.may_find(passage):
        return False, ()
    said = signs.says.found_in(passage)
    hints = tuple(number for number, hint in enumerate(signs.hints) if hint.found_in(passage))
    if (said or hints) and signs.others.found_in(passage):
        return False, ()
    return said, hints


@cache
def _signs() -> Signs:
    table = tomllib.loads((TOPICS / AGE).read_text(encoding="utf-8"))
    unless = table["unless"]
    hints = tuple(compiled([hint], unless) for hint in table["hints"])
    prefilter = Prefilter((*table["says"], *table["hints"]))
    return Signs(compiled(table["says"], unless), hints, compiled(table["others"]), int(table["together"]), prefilter)
