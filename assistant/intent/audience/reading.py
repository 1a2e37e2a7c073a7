"""The histories of many people: from a file of theirs, or those that the store keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from assistant.intent.audience.gathering import History
from assistant.intent.rows import Refused, Row
from assistant.intent.signals import SignalFile, joined
from store.consent import NOTHING_SAID, Consent
from store.people import People
from store.records import Signal

PAGE = 256
MOST_PROBLEMS = 5


@dataclass(slots=True)
class Rows:
    """The rows of a file so far, by the pseudonym of their person; of those that cannot be used the first are told."""

    signals: dict[str, list[Signal]] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    refused: int = 0
    read: int = 0

    def histories(self, people: People) -> Iterator[History]:
        """Each person's history, and what they allow by the file and by the store; it is let go of as it is given."""
        while pseudonyms := list(islice(self.signals, PAGE)):
            known = people.consents(pseudonyms)
            for person in pseudonyms:
                consent = joined(known[person], self.consents.pop(person))
                yield History(signals=self.signals.pop(person), consent=consent)

    def _take(self, row: Row) -> None:
        signals = self.signals.setdefault(row.person, [])
        signal = replace(row.signal, id=row.signal.id or f"s{len(signals) + 1}")
        # What the store can tell again needs no room here.
        signals.append(replace(signal, text="") if signal.target else signal)
        self.consents[row.person] = joined(self.consents.get(row.person, NOTHING_SAID), row.consent)

    def take(self, window: Sequence[Row | Refused], name: str) -> None:
        """Take in what can be used of a window; a row without a person belongs to nobody who could be counted."""
        for found in window:
            self.read += 1
            if isinstance(found, Row) and found.person:
                self._take(found)
                continue
            reason = found.reason if isinstance(found, Refused) else "it names no person"
            self.refused += 1
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append(f"{name}, line {found.line}: {reason}")


def read_rows(file: SignalFile, on_progress: Callable[[Rows], None] = lambda _: None) -> Rows:
    """All rows of an open file. InputError where it cannot be read on."""
    rows = Rows()
    for window in file.windows():
        rows.take(window, file.name)
        on_progress(rows)
    return rows


def kept_histories(people: People) -> Iterator[History]:
    """The histories of all people that the store keeps, some at a time."""
    everyone = people.everyone()
    while page := list(islice(everyone, PAGE)):
        consents = people.consents(page)
        for person in page:
            yield History(signals=people.signals(person), consent=consents[person])
