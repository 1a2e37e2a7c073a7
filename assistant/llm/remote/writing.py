"""One request as a server writes it: asked for again where the answer is not what was asked for, then given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field

from assistant.llm.engine import Field, Piece, Reply, Request, Text, Usage
from assistant.llm.remote.objects import ObjectReader
from assistant.llm.remote.patience import Chance, Dialect, Sleep, patiently
from assistant.llm.remote.schema import as_copy, text_of, texts_of
from assistant.llm.remote.transport import Delta, PassingError, RefusedError, RequestFailedError, Transport

# Where a server does not say how many tokens a prompt has, this many characters count as one.
CHARS_A_TOKEN = 4
# An answer may be so much longer than its texts were asked to be, for keys, escapes and blanks, before it is left.
_LONGER, _CHARS_A_FIELD = 4, 1000


@dataclass(slots=True)
class Session:
    """What all requests to one server share, and what was learnt about it."""

    transport: Transport
    model: str
    timeout: float
    sleep: Sleep
    chance: Chance
    dialect: Dialect = field(default_factory=Dialect)
    # Some servers drop a text as soon as another is asked for.
    one_at_a_time: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def learn(self, used: Dialect, reason: str) -> bool:
        """Whether something else is worth trying, after the server has refused what `used` led to."""
        known = used.after(reason)
        # Several requests may be refused for the same; only the first of them teaches something.
        if known is not None and self.dialect == used:
            self.dialect = known
        return known is not None


class Answer:
    """What has come of one answer so far."""

    def __init__(self, request: Request) -> None:
        self.reader = ObjectReader()
        self.finish = ""
        self.fault = ""
        self._request = request
        self._told: Usage | None = None
        self._chars = self._events = 0

    def add(self, delta: Delta) -> None:
        self.finish = delta.finish or self.finish
        self._told = delta.usage or self._told
        self._chars += len(delta.text)
        self._events += bool(delta.text)
        try:
            for _ in self.reader.feed(delta.text):
                pass
        except ValueError as error:
            self.fault = str(error)
        if self._chars > _longest(self._request):
            self.fault = "it has no end"

    @property
    def usage(self) -> Usage:
        """As the server tells it; otherwise from the events, of which most servers send one a token."""
        if self._told is not None or not self._events:
            return self._told or Usage()
        prompt = sum(len(message.content) for message in self._request.messages)
        return Usage(evaluated=prompt // CHARS_A_TOKEN + 1, generated=self._events)


class Writing:
    """Writes one request; pieces are told to `tell` as they come."""

    def __init__(self, request: Request, session: Session, tell: Callable[[Piece], None]) -> None:
        self._request, self._session, self._tell = request, session, tell
        self._answer = Answer(request)
        self._said: dict[str, str] = {}
        self._spent = Usage()

    async def reply(self) -> Reply:
        """The reply within the time limit, whatever the server does. EngineError where it fails for all requests."""
        limit = min(self._request.max_seconds or self._session.timeout, self._session.timeout)
        try:
            async with asyncio.timeout(limit):
                return await self._written()
        except TimeoutError:
            late = RequestFailedError(
                f"The writer's server at {self._address} wrote nothing of use in {limit:g} seconds."
            )
            return self._so_far() or self._failed(late)
        except RequestFailedError as failure:
            return self._failed(failure)

    async def _written(self) -> Reply:
        reason = ""
        for seed in (self._request.seed, self._request.seed + 1):
            await self._ask_patiently(seed)
            try:
                return self._judged()
            except ValueError as error:
                reason = str(error)
        raise RequestFailedError(f"The writer's server at {self._address} did not answer as asked, twice: {reason}.")

    async def _ask_patiently(self, seed: int) -> None:
        session = self._session
        await patiently(lambda: self._ask_as_it_takes_it(seed), sleep=session.sleep, chance=session.chance)

    async def _ask_as_it_takes_it(self, seed: int) -> None:
        while True:
            used = self._session.dialect
            try:
                return await self._ask(used, seed)
            except (RefusedError, PassingError) as failure:
                if not self._session.learn(used, failure.reason):
                    raise

    async def _ask(self, dialect: Dialect, seed: int) -> None:
        session, self._answer = self._session, Answer(self._request)
        payload = dialect.payload(self._request, session.model, seed)
        try:
            turn = session.turn if session.one_at_a_time else nullcontext()
            async with turn, aclosing(session.transport.chat(payload)) as deltas:
                async for delta in deltas:
                    self._take(delta)
                    if self._answer.fault:
                        return
        finally:
            self._spent += self._answer.usage
        if not self._answer.finish and not self._answer.reader.complete:
            session.one_at_a_time = True
            raise PassingError(f"The writer's server at {self._address} stopped in the middle of its answer.")

    def _take(self, delta: Delta) -> None:
        self._answer.add(delta)
        for each in self._request.fields:
            if isinstance(each.form, Text) and each.name in self._answer.reader.texts:
                self._say(each, as_copy(self._answer.reader.texts[each.name], each.form))

    def _say(self, each: Field, text: str, *, whole: bool = False) -> None:
        """Tell what is new of a field's text, or all of it where an earlier try has said something else."""
        said = self._said.get(each.name, "")
        if text == said or (said.startswith(text) and not whole):
            return
        self._said[each.name] = text
        if text.startswith(said):
            self._tell(Piece(self._request.key, each.name, text[len(said) :]))
        else:
            self._tell(Piece(self._request.key, each.name, text, instead=True))

    def _judged(self) -> Reply:
        """The reply that the answer makes. ValueError where it is not what was asked for."""
        answer = self._answer
        if answer.fault:
            raise ValueError(answer.fault)
        if answer.finish == "content_filter":
            raise RequestFailedError(
                f"The writer's server at {self._address} withheld the text, by a filter of its own."
            )
        if answer.finish == "length" and not answer.reader.complete and (reply := self._so_far()):
            return reply
        if not answer.reader.complete:
            raise ValueError("its JSON has no end" if answer.reader.texts else "it is empty or no JSON")
        written = list(texts_of(answer.reader.values, self._request.fields))
        cut = (each.name for each, text in written if isinstance(each.form, Text) and len(text) > each.form.max_chars)
        return self._replied({each.name: text for each, text in written}, cut)

    def _so_far(self) -> Reply | None:
        """A reply from an answer that was cut off, or None where nothing of it can be used."""
        texts, cut = {}, set()
        for each in self._request.fields:
            try:
                texts[each.name] = text_of(self._answer.reader.values.get(each.name), each)
            except ValueError:
                cut.add(each.name)
                begun = self._answer.reader.texts.get(each.name, "")
                texts[each.name] = as_copy(begun, each.form) if isinstance(each.form, Text) else ""
        return self._replied(texts, cut) if any(texts.values()) else None

    def _replied(self, texts: dict[str, str], cut: Iterable[str]) -> Reply:
        """The reply, after pieces that make up its texts."""
        for each in self._request.fields:
            self._say(each, texts[each.name], whole=True)
        return Reply(self._request.key, texts, frozenset(cut), self._spent)

    def _failed(self, failure: RequestFailedError) -> Reply:
        return Reply(self._request.key, {}, usage=self._spent, error=str(failure))

    @property
    def _address(self) -> object:
        return self._session.transport.address


def _longest(request: Request) -> int:
    return sum(
        (each.form.max_chars if isinstance(each.form, Text) else 0) * _LONGER + _CHARS_A_FIELD
        for each in request.fields
    )
