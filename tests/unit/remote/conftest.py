"""A server that is told what to answer, and engines that ask it without waiting between their tries."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant.llm.remote.engine import RemoteEngine
from tests.told_server import KEY, Server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def open_engine(server: Server, waits: list[float]) -> Iterator[Callable[..., RemoteEngine]]:
    opened: list[RemoteEngine] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def open_one(url: str = "", **options: Any) -> RemoteEngine:
        options = {"environment": {"PINWRIGHT_API_KEY": KEY}, "sleep": sleep, "chance": lambda: 0.0} | options
        opened.append(RemoteEngine(url or server.url, **options))
        return opened[-1]

    yield open_one
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(open_engine: Callable[..., RemoteEngine]) -> RemoteEngine:
    return open_engine()
