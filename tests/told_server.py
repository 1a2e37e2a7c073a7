"""A server on this machine that does what a test tells it to, and what tests ask of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from assistant.llm.engine import Field, Message, Reply, Request, Text
from assistant.llm.remote.engine import RemoteEngine

KEY = "sk-secret-0123456789"
TITLE = Field("title", Text(40), "Title:", max_tokens=20)
FINE = {"title": "A lamp to read by"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.models(self)  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.next_turn(body, self.headers["Authorization"])(self)  # type: ignore[attr-defined]

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": kind, "Connection": "close"} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def event(self, text: str | None, finish: str | None = None, **more: Any) -> None:
        event = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]} | more
        self.wfile.write(f": ping\n\ndata: {json.dumps(event)}\r\n\r\n".encode())
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Says nothing: what a test reads is on stderr too."""


Turn = Callable[[Handler], None]


class Server(ThreadingHTTPServer):
    """Answers each request to write as the next of `turns` says, the last one again and again; notes what it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self.models: Turn = whole({"data": [{"id": "told"}]})
        self.turns: list[Turn] = [streamed(FINE)]
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self._lock = threading.Lock()

    def next_turn(self, asked: dict[str, Any], key: str | None) -> Turn:
        with self._lock:
            self.asked.append(asked)
            self.keys.append(key)
            return self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave are part of the tests."""


def whole(value: Any, status: int = 200, kind: str = "application/json", **headers: str) -> Turn:
    def answer(handler: Handler) -> None:
        handler.begin(status, kind, **headers)
        handler.wfile.write(value if isinstance(value, bytes) else json.dumps(value).encode())

    return answer


def refused(message: str, status: int = 400, **headers: str) -> Turn:
    return whole({"error": {"message": message, "type": "invalid_request_error"}}, status, **headers)


def streamed(value: Any, *, size: int = 5, finish: str | None = "stop", **last: Any) -> Turn:
    """An answer in pieces of `size` characters; `last` goes into its last event. A text is sent as it is."""
    text = value if isinstance(value, str) else json.dumps(value)

    def answer(handler: Handler) -> None:
        handler.begin()
        for place in range(0, len(text), size):
            handler.event(text[place : place + size])
        handler.event(None, finish, **last)
        handler.wfile.write(b"data: [DONE]\n\n")

    return answer


def broken_after(text: str) -> Turn:
    """Closes in the middle of an answer whose length it has told."""

    def answer(handler: Handler) -> None:
        handler.begin(Content_Length="100000")
        handler.event(text)

    return answer


def ask(key: str = "ad", *fields: Field, text: str = "A lamp", seed: int = 7, max_seconds: float = 0) -> Request:
    messages = (Message("system", "Write."), Message("user", text))
    return Request(key=key, messages=messages, fields=fields or (TITLE,), seed=seed, max_seconds=max_seconds)


def written(engine: RemoteEngine, *requests: Request) -> Reply:
    """The reply to the first request; no error has a traceback, a line break or the key in it."""
    reply = engine.complete(requests or [ask()])[(requests or [ask()])[0].key]
    assert "\n" not in reply.error and KEY not in reply.error and "Traceback" not in reply.error
    assert not (reply.error and reply.texts)
    return reply


def silent(handler: Handler) -> None:
    """Says nothing until the client leaves."""
    handler.rfile.read()


def hesitant(handler: Handler) -> None:
    handler.begin()
    handler.event('{"mood": "calm", "title": "A lamp to')
    silent(handler)
