"""What a writer is: texts are asked for as messages and fields, and come back field by field.

A field is a line of the answer. The program writes its lead itself (a label that the model need not generate) and
the model writes the rest, held to the field's form, until the end of the line. Every engine, whether it runs in this
process or behind a server, takes the same requests; what they have in common in front is worked out by the engine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from assistant.errors import EngineError


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


# (field, its text so far, whether it is all) -> the code point from which it has to be written otherwise, or None.
Watch = Callable[[str, str, bool], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to write. `key` names it in the events; two requests of one call have different keys.

    `max_seconds` counts from when its writing begins: what is not done by then is cut. 0 means no limit. `watch` reads
    along: an engine that can go back writes what it points at otherwise; one that cannot leaves it as it is.
    """

    key: str
    messages: tuple[Message, ...]
    fields: tuple[Field, ...]
    temperature: float = 0.7
    top_p: float = 0.95
    seed: int = 0
    max_seconds: float = 0
    watch: Watch | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one reply: `evaluated` for its prompt and leads, `reused` from what was known, `generated`.

    A token that several requests share is counted as evaluated by the first of them and as reused by the others. What
    was evaluated and then taken back counts as generated too.
    """

    evaluated: int = 0
    reused: int = 0
    generated: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.evaluated + other.evaluated, self.reused + other.reused, self.generated + other.generated)


@dataclass(frozen=True, slots=True)
class Piece:
    """An event: some text of a field was written. With `instead` it stands in place of all that was written of it."""

    key: str
    field: str
    text: str
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The last event of a request. `cut` names the fields that ran out of tokens or time before they ended.

    `error` says in a sentence why this request could not be written at all; its texts are empty then, and the other
    requests are not disturbed.
    """

    key: str
    texts: Mapping[str, str]
    cut: frozenset[str] = frozenset()
    usage: Usage = field(default_factory=Usage)
    error: str = ""


Event = Piece | Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Texts that could follow: how likely is each of `answers` where the conversation stands, right after `lead`?

    The lead is the beginning of the engine's own turn, as that of a field is; an answer goes on from it, so that one
    that begins a word begins with a blank. All is data: what looks like a control token is plain text.
    """

    key: str
    messages: tuple[Message, ...]
    answers: tuple[str, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """What a writer thinks of the answers of one question.

    `logs` are the natural logarithms of their probabilities, `tokens` their lengths, both in the order of the answers.
    With an `error`, one sentence of why this question could not be weighed, there are none.
    """

    key: str
    logs: tuple[float, ...]
    tokens: tuple[int, ...]
    usage: Usage = field(default_factory=Usage)
    error: str = ""


# Asked for at most so many more requests, whenever there is room for some.
Source = Callable[[int], Sequence[Request]]


class Engine(ABC):
    """A writer. Not safe for two threads at once: one worker owns it and others queue."""

    name: str
    fingerprint: str
    can_score = False

    @abstractmethod
    def serve(self, source: Source) -> Iterator[Event]:
        """Write requests as `source` gives them; pieces come as they are written, a Reply ends each request.

        Whenever a text is finished, `source` is asked to fill its place, so that what it gives may depend on the
        replies so far. It ends when `source` has nothing to give and nothing is being written. Closing the iterator
        stops the work and leaves the engine usable.
        """

    def stream(self, requests: Sequence[Request]) -> Iterator[Event]:
        """Write all of these requests together."""
        waiting = deque(requests)
        return self.serve(lambda room: [waiting.popleft() for _ in range(min(room, len(waiting)))])

    def complete(
        self, requests: Sequence[Request], on_piece: Callable[[Piece], None] = lambda _: None
    ) -> dict[str, Reply]:
        """Write all requests and return the replies by key, in the order of the requests; pieces go to `on_piece`."""
        replies: dict[str, Reply] = {}
        for event in self.stream(requests):
            if isinstance(event, Piece):
                on_piece(event)
            else:
                replies[event.key] = event
        return {request.key: replies[request.key] for request in requests}

    def score(self, questions: Sequence[Question]) -> dict[str, Likelihoods]:  # noqa: ARG002 - for those that can
        """How likely the answers of each question are, by key, in the order of the questions; nothing is written.

        EngineError where `can_score` is false: this writer tells its texts alone.
        """
        raise EngineError(
            f"The writer {self.name} does not say how likely a given text is.",
            hint="Choose a GGUF that runs here: --writer.",
        )

    def close(self) -> None:  # noqa: B027 - most engines hold nothing
        """Give back the memory; the engine is of no use after."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
