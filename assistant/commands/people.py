"""What the commands share that have to do with people: under what name one is known, and what a signal is of."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import Context
from store.records import Interest, Kind, Signal

if TYPE_CHECKING:
    from assistant.embedding.topics import InterestGuesser
    from assistant.privacy.likeness import SecondLook
    from assistant.privacy.pseudonyms import Pseudonyms
    from store.people import People
    from store.store import Store

LEARNING = "Learning what is nobody's business from examples; this happens once, within a minute."
Person = Annotated[
    str,
    typer.Argument(help="The person's id, as your signals have it; - reads it.", metavar="PERSON", show_default=False),
]


def pseudonyms_of(context: Context) -> Pseudonyms:
    from assistant.privacy.pseudonyms import Pseudonyms

    return Pseudonyms(context.settings.home)


def known_as(given: str) -> str:
    """The id that was given; for `-` the first line of standard input, so that it stands in no shell's history."""
    return (sys.stdin.readline() if sys.stdin else "").strip() if given == "-" else given


def people_of(store: Store) -> People:
    from store.people import People

    return People(store.database.connection)


def second_look(context: Context) -> SecondLook:
    """What finds the sensitive by its meaning."""
    from assistant.privacy.likeness import SecondLook
    from assistant.terminal.progress import FirstTime

    with FirstTime(context.screen, "Learning", "examples", LEARNING) as bar:
        return SecondLook.open(context.workbench.embedder, context.settings.home / "cache", bar.update)


class Topics:
    """Which interest a signal is of: its record's where it has one, else the nearest to its words.

    Called with a signal. The embedder is loaded at the first signal whose record has no interest.
    """

    def __init__(self, context: Context, store: Store) -> None:
        self._context, self._store = context, store
        self._known: dict[tuple[Kind | None, str], Interest | None] = {}

    def __call__(self, signal: Signal) -> Interest | None:
        key = (signal.target_kind, signal.target or signal.text)
        if key not in self._known:
            self._known[key] = self._of_record(signal) or self._nearest(signal.text)
        return self._known[key]

    def _of_record(self, signal: Signal) -> Interest | None:
        record = self._store.database.get(signal.target_kind, signal.target) if signal.target_kind else None
        return record.interest if record else None

    def _nearest(self, text: str) -> Interest | None:
        vectors = self._context.workbench.embedder.embed([text], role="query")
        return self._guesser.guess(vectors)[0] if text else None

    @cached_property
    def _guesser(self) -> InterestGuesser:
        from assistant.embedding.topics import InterestGuesser

        return InterestGuesser(self._context.workbench.embedder)
