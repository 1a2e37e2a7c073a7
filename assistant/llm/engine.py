"""What a writer is: texts are asked for as messages and fields, and come back field by field.

A field is a line of the answer. The program writes its lead itself (a label that the model need not generate) and
the model writes the rest, held to the field's form, until the end of the line. Every engine, whether it runs in this
process or behind a server, takes the same requests; what they have in common in front is worked out by the engine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Text:
    """A form: one line of free text, of `min_chars` to `max_chars` code points.

    Where `enough_chars` is set, the first sentence that ends at or after it ends the text.
    """

    max_chars: int
    min_chars: int = 1
    enough_chars: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A form: one of these texts."""

    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citations:
    """A form: one to `at_most` of these ids, separated by ", "; no other id can come out."""

    ids: tuple[str, ...]
    at_most: int = 4


Form = Text | Choice | Citations


@dataclass(frozen=True, slots=True)
class Field:
    """A line of the answer: the lead that the program writes, and the form of what the model writes after it."""

    name: str
    form: Form
    lead: str = ""
    max_tokens: int = 128


@dataclass(frozen=True, slots=True)
class Message:
    """A turn of the conversation, by `system`, `user` or `assistant`.

    `content` is data: what looks like a control token in it is plain text.
    """

    role: str
    content: str


def conversation(turns: Iterable[tuple[str, str]]) -> tuple[Message, ...]:
    """Messages from (role, content) pairs, as a rendered prompt gives them."""
    return tuple(Message(role, content) for role, content in turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to write. `key` names it in the events; two requests of one call have different keys."""

    key: str
    messages: tuple[Message, ...]
    fields: tuple[Field, ...]
    temperature: float = 0.7
    top_p: float = 0.95
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one reply: `evaluated` for its prompt and leads, `reused` from what was known, `generated`.

    A token that several requests share is counted as evaluated by the first of them and as reused by the others.
    """

    evaluated: int = 0
    reused: int = 0
    generated: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.evaluated + other.evaluated, self.reused + other.reused, self.generated + other.generated)


@dataclass(frozen=True, slots=True)
class Piece:
    """An event: some text of a field was written."""

    key: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The last event of a request. `cut` names the fields that ran out of tokens before they ended."""

    key: str
    texts: Mapping[str, str]
    cut: frozenset[str] = frozenset()
    usage: Usage = field(default_factory=Usage)


Event = Piece | Reply


class Engine(ABC):
    """A writer. Not safe for two threads at once: one worker owns it and others queue."""

    name: str
    fingerprint: str

    @abstractmethod
    def stream(self, requests: Sequence[Request]) -> Iterator[Event]:
        """Write all requests together; pieces come as they are written, a Reply ends each request.

        Closing the iterator stops the work and leaves the engine usable.
        """

    def complete(self, requests: Sequence[Request]) -> dict[str, Reply]:
        """Write all requests and return the replies by key."""
        return {event.key: event for event in self.stream(requests) if isinstance(event, Reply)}

    def close(self) -> None:  # noqa: B027 - most engines hold nothing
        """Give back the memory; the engine is of no use after."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
