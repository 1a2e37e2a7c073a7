"""The writer behind an OpenAI-compatible server: llama.cpp's, vLLM, Ollama, LM Studio or a platform's own.

Requests run at the same time in an event loop of their own thread, so that closing the iterator, a time limit or
Ctrl-C ends them at once, whatever the server does; their events come through a queue to the caller's thread.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from assistant.errors import EngineError
from assistant.llm.engine import Engine, Event, Reply, Request, Source
from assistant.llm.remote.address import Address, key_for, parse_address
from assistant.llm.remote.patience import Chance, Sleep, patiently, unreachable
from assistant.llm.remote.transport import RequestFailedError, Transport, UnreachableError
from assistant.llm.remote.writing import Session, Writing

SECONDS_FOR_MODELS = 30.0
Result = TypeVar("Result")
Events = SimpleQueue[Event | BaseException]
Running = dict[str, asyncio.Task[None]]


class RemoteEngine(Engine):
    """Writes with a model of a server whose API begins at `base_url`, such as http://127.0.0.1:8000/v1.

    `model` may be left out where the server has one. `parallel` requests run at once, each for at most `timeout`
    seconds with all its retries. The key comes from PINWRIGHT_API_KEY or OPENAI_API_KEY. A server's weights cannot be
    hashed: the fingerprint is of its host and of the name that it gives the model, and says nothing of a model that
    was replaced under the same name.

    Raises UsageError for an address that is none, EngineError where the server cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        model: str = "",
        *,
        parallel: int = 4,
        timeout: float = 300.0,
        environment: Mapping[str, str] | None = None,
        sleep: Sleep = asyncio.sleep,
        chance: Chance = random.random,
    ) -> None:
        address = parse_address(base_url)
        transport = Transport(address, key_for(address, os.environ if environment is None else environment))
        self.parallel = parallel
        self._session = Session(transport, model, timeout, sleep, chance)
        self._background = _Background()
        try:
            self._session.model = self.name = self._background.run(self._find_model(address, model))
        except BaseException:
            self.close()
            raise
        self.fingerprint = sha256(f"{address.host}\n{self.name}".encode()).hexdigest()

    @classmethod
    def named(cls, place: str) -> RemoteEngine:
        """By what stands behind `openai:` in the settings: URL, or URL#MODEL."""
        url, _, model = place.partition("#")
        return cls(url, model)

    def serve(self, source: Source) -> Iterator[Event]:
        events: Events = SimpleQueue()
        running: Running = {}
        try:
            while True:
                room = (1 if self._session.one_at_a_time else self.parallel) - len(running)
                for request in source(room) if room > 0 else ():
                    self._background.run(self._begin(request, running, events))
                if not running:
                    return
                yield from self._until_a_reply(running, events)
        finally:
            if running and not self._background.closed:
                self._background.run(_cancel(running.values()))

    def close(self) -> None:
        if not self._background.closed:
            self._background.run(self._end())
            self._background.close()

    async def _end(self) -> None:
        await _cancel(asyncio.all_tasks() - {asyncio.current_task()})
        await self._session.transport.close()

    @staticmethod
    def _until_a_reply(running: Running, events: Events) -> Iterator[Event]:
        while not isinstance(event := events.get(), Reply):
            if isinstance(event, BaseException):
                raise event
            yield event
        del running[event.key]
        yield event

    async def _begin(self, request: Request, running: Running, events: Events) -> None:
        task = asyncio.create_task(_write(Writing(request, self._session, events.put), events))
        task.add_done_callback(partial(_tell_failure, events))
        # Noted here, so that an interrupt of the caller's thread cannot come between beginning and knowing of it.
        running[request.key] = task

    async def _find_model(self, address: Address, wanted: str) -> str:
        """The name of the model to ask for, as the server tells it."""
        try:
            async with asyncio.timeout(min(SECONDS_FOR_MODELS, self._session.timeout)):
                known = await patiently(self._models, sleep=self._session.sleep, chance=self._session.chance)
        except TimeoutError as error:
            message = f"The writer's server at {address} does not answer in time."
            raise EngineError(message, hint="See what it is doing, or choose another --writer.") from error
        except RequestFailedError as failure:
            raise EngineError(str(failure), hint="Name the address of its API, which often ends in /v1.") from failure
        if wanted or len(known) == 1:
            return wanted or known[0]
        told = f"has {len(known)} models" if known else "does not say which models it has"
        near = f", such as {', '.join(known[:3])}" if known else ""
        hint = f"Name one{near}: openai:{address}#MODEL."
        raise EngineError(f"The writer's server at {address} {told}.", hint=hint)

    async def _models(self) -> list[str]:
        try:
            return await self._session.transport.models()
        except UnreachableError as failure:
            # Nobody waits for a server that was never there.
            raise unreachable(failure) from failure


class _Background:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="remote-writer", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run this there and wait for what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    @property
    def closed(self) -> bool:
        return self._loop.is_closed()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _write(writing: Writing, events: Events) -> None:
    events.put(await writing.reply())


async def _cancel(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    ending = [task for task in tasks if task is not None]
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


def _tell_failure(events: Events, task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        events.put(error)
