"""What holds an interest: sizes, money, dates, places, styles, read off the signals with certainty, never guessed.

A constraint is written as it stands in the signals that it cites. One search that names it is enough, since a person
wrote that; what saved ideas and offers merely mention counts where several of them say the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.intent.explaining.data import toml
from assistant.intent.explaining.stating import OF_WORDS, WITHOUT, Found, read
from store.records import Interest, Signal

MOST_OF_A_KIND = 4
# What no search names has to stand in so many signals, and in such a share of them.
LEAST_SIGNALS, LEAST_SHARE = 2, 0.3
# A kind and what is the same for two ways of writing it; the signals that state it, and how.
Key = tuple[str, str]
Told = Sequence[tuple[Signal, str]]


@dataclass(frozen=True, slots=True)
class Constraint:
    """A kind such as `budget`, its value as it stands in the signals, and the ids of those that state it."""

    kind: str
    text: str
    cites: tuple[str, ...]


def constraints_of(signals: Sequence[Signal], topics: Collection[Interest] = ()) -> tuple[Constraint, ...]:
    """The constraints that these signals show, by kind; of a kind those first that most signals state."""
    stated: dict[tuple[str, str], list[tuple[Signal, str]]] = defaultdict(list)
    for signal in signals:
        if signal.kind != "hide":
            for found in {(one.kind, one.same): one for one in _read_of(signal, topics)}.values():
                stated[found.kind, found.same].append((signal, found.text))
    meant = _still_meant(stated, [signal.id for signal in signals])
    least = max(LEAST_SIGNALS, LEAST_SHARE * sum(signal.kind != "hide" for signal in signals))
    shown = {key: told for key, told in meant.items() if _asked(told) or _texts(told) >= least}
    order = list(toml("constraints")["called"])
    ranked = sorted(shown.items(), key=lambda item: (order.index(item[0][0]), -_asked(item[1]), -len(item[1])))
    return _without_parts(Constraint(kind, _best(told), _ids(told)) for (kind, _), told in _agreed(ranked))


def avoided(signals: Sequence[Signal]) -> frozenset[str]:
    """The colours and materials that searches turn away from, as concepts of the vocabulary; see `shows`."""
    searches = [signal for signal in signals if signal.kind == "search"]
    stated = {(one.kind, one.same): [(signal, one.text)] for signal in searches for one in read(signal.text)}
    kept = _still_meant(stated, [signal.id for signal in signals])
    return frozenset(same for kind, same in kept if kind == WITHOUT)


def shows(text: str, concepts: Collection[str]) -> bool:
    """Whether a text has one of these colours or materials."""
    return any(one.kind in OF_WORDS and one.same in concepts for one in read(text))


def _still_meant(stated: Mapping[Key, Told], order: Sequence[str]) -> dict[Key, Told]:
    """Without what a later search takes back: another budget, or "not wool" after wool, and the other way round."""
    places = {identifier: place for place, identifier in enumerate(order)}
    latest = {
        key: max((places[signal.id] for signal, _ in told if signal.kind == "search"), default=-1)
        for key, told in stated.items()
    }
    last_budget = max((place for (kind, _), place in latest.items() if kind == "budget"), default=-1)
    kept = {}
    for (kind, same), told in stated.items():
        place = latest[kind, same]
        others: Collection[str] = OF_WORDS if kind == WITHOUT else (WITHOUT,) if kind in OF_WORDS else ()
        taken_back = any(latest.get((other, same), -1) > place for other in others)
        if not taken_back and not (kind == "budget" and place < last_budget):
            kept[kind, same] = told
    return kept


def _read_of(signal: Signal, topics: Collection[Interest]) -> Iterator[Found]:
    """What a signal states; of what was not typed by the person, amounts count in the title alone.

    A description gives the measures of its thing, which are not what somebody asked for.
    """
    if signal.kind == "search":
        yield from read(signal.text, topics)
        return
    # What an idea is without says nothing of what somebody wants.
    title = frozenset(one.same for one in read(signal.text.partition(". ")[0], topics))
    amounts = frozenset(toml("constraints")["amounts"]["kinds"])
    told = (one for one in read(signal.text, topics) if one.kind != WITHOUT)
    yield from (one for one in told if one.kind not in amounts or one.same in title)


def called(kind: str) -> str:
    """How a kind of constraint is told."""
    return str(toml("constraints")["called"][kind])


def _agreed(ranked: Sequence[tuple[tuple[str, str], Told]]) -> Iterator[tuple[tuple[str, str], Told]]:
    """Without the values of a kind of which only one can be meant, where ideas name several and no search one."""
    single = toml("constraints")["single"]["kinds"]
    kinds = Counter(kind for (kind, _), _ in ranked)
    asked = {kind for (kind, _), told in ranked if _asked(told)}
    for (kind, same), told in ranked:
        if kind not in single or kinds[kind] == 1 or (kind in asked and _asked(told)):
            yield (kind, same), told


def _asked(told: Told) -> int:
    return sum(signal.kind == "search" for signal, _ in told)


def _texts(told: Told) -> int:
    """How many different texts state it: a thing that was clicked and then bought states it once."""
    return len({signal.text for signal, _ in told})


def _best(told: Told) -> str:
    """As a search says it, where one does: the last one, which is what is wanted now."""
    searched = [text for signal, text in told if signal.kind == "search"]
    return (searched or [text for _, text in told])[-1]


def _ids(told: Told) -> tuple[str, ...]:
    return tuple(dict.fromkeys(signal.id for signal, _ in told))


def _without_parts(found: Iterator[Constraint]) -> tuple[Constraint, ...]:
    """At most a few of a kind, and none that another of its kind contains: "60 cm" in "under 60 cm"."""
    kept: list[Constraint] = []
    for one in found:
        of_kind = [other for other in kept if other.kind == one.kind]
        part = any(one.text.casefold() in other.text.casefold() for other in of_kind)
        if len(of_kind) < MOST_OF_A_KIND and not part:
            kept.append(one)
    return tuple(kept)
