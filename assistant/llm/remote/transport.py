"""Talking HTTP to an OpenAI-compatible server: what it streams as deltas, what goes wrong as one sentence each.

A fault of one request is a RequestFailedError, and a PassingError where another try may help. What concerns all
requests (nobody listens, the key is refused, the model is unknown) is an EngineError. No message has the key in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from assistant.errors import EngineError
from assistant.llm.engine import Usage
from assistant.llm.remote.address import KEY_VARIABLES, Address

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 8 * 1024 * 1024
SECONDS_TO_CONNECT = 10.0
_WORTH_ANOTHER_TRY = (408, 409, 425, 429)
_END = b"[DONE]"


class RequestFailedError(Exception):
    """This request cannot be written, for a reason that is one sentence."""


class RefusedError(RequestFailedError):
    """The server does not take what the request asks it for; `reason` is the server's own."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class PassingError(RequestFailedError):
    """Something that another try may get past, not before `wait` seconds where the server says so."""

    def __init__(self, message: str, wait: float | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.wait, self.reason = wait, reason


class BrokenOffError(PassingError):
    """The server ended its answer before the model did."""


class UnreachableError(PassingError):
    """Nobody listens there."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What one event of an answer adds: some text, why it ended, what it took."""

    text: str = ""
    finish: str = ""
    usage: Usage | None = None


class Transport:
    """Connections to one server, for use in one event loop."""

    def __init__(self, address: Address, key: str) -> None:
        self.address = address
        self._key = key
        self._client: httpx.AsyncClient | None = None

    async def models(self) -> list[str]:
        """The names of the models that the server tells of; none where it has no such list."""
        async with self._answer("GET", "/models") as answer:
            if answer.status_code in (404, 405, 501):
                return []
            await self._check(answer)
            told = self._object(await self._whole(answer)).get("data")
        entries = told if isinstance(told, list) else []
        names = [entry.get("id") for entry in entries if isinstance(entry, dict)]
        return [self.clean(name) for name in names if isinstance(name, str) and name]

    async def chat(self, payload: dict[str, Any]) -> AsyncGenerator[Delta, None]:
        """The answer as it comes; in one piece where the server does not stream."""
        async with self._answer("POST", "/chat/completions", payload) as answer:
            await self._check(answer)
            if "event-stream" not in answer.headers.get("content-type", ""):
                yield self._delta(self._object(await self._whole(answer)))
                return
            async for line in self._lines(answer):
                field, _, data = line.partition(b":")
                if field != b"data":
                    continue
                if data.strip() == _END:
                    return
                yield self._delta(self._object(data))

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def clean(self, text: str) -> str:
        """What a server says, fit to be shown: on one line, not too long, without the key."""
        text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
        return (text.replace(self._key, "…") if self._key else text)[:300].strip()

    def _open(self) -> httpx.AsyncClient:
        import httpx  # 100 ms

        if self._client is None:
            # An answer is read as it is, so that a small one cannot unpack to a huge one.
            headers = {"Accept-Encoding": "identity", "Content-Type": "application/json"}
            if self._key:
                headers["Authorization"] = f"Bearer {self._key}"
            # How long an answer may take is limited where it is waited for: it differs by request.
            timeout = httpx.Timeout(None, connect=SECONDS_TO_CONNECT)
            # A proxy of the environment is not asked for what is on this machine.
            self._client = httpx.AsyncClient(headers=headers, timeout=timeout, trust_env=not self.address.local)
        return self._client

    @asynccontextmanager
    async def _answer(self, method: str, path: str, payload: Any = None) -> AsyncIterator[httpx.Response]:
        import httpx

        # ASCII alone: half a character in a product's text is no reason to fail before anything is sent.
        body = None if payload is None else json.dumps(payload).encode("ascii")
        try:
            async with self._open().stream(method, f"{self.address}{path}", content=body) as answer:
                yield answer
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            why = self.clean(str(error)) or "no answer"
            raise UnreachableError(f"The writer's server at {self.address} cannot be reached ({why}).") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = self.clean(str(error)) or type(error).__name__
            raise BrokenOffError(
                f"The connection to the writer's server at {self.address} broke off ({why})."
            ) from error

    async def _check(self, answer: httpx.Response) -> None:
        """Raise what an answer other than success means."""
        status = answer.status_code
        if answer.is_success:
            return
        if status in (401, 403):
            hint = f"Set {KEY_VARIABLES[0]} to a key that it takes."
            raise EngineError(f"The writer's server at {self.address} refuses access (HTTP {status}).", hint=hint)
        if answer.is_redirect:
            target = self.clean(answer.headers.get("location", "").partition("?")[0].rpartition("@")[2])
            raise EngineError(
                f"The writer's server at {self.address} points elsewhere, to {target or 'nowhere'} (HTTP {status}).",
                hint="Name the address where the API itself is.",
            )
        reason = self._reason(await self._whole(answer))
        message = f"The writer's server at {self.address} failed (HTTP {status}{reason and f': {reason}'})."
        if status == 404:
            raise EngineError(message, hint="Check the path, often /v1, and the name of the model: openai:URL#MODEL.")
        if status in _WORTH_ANOTHER_TRY or status >= 500:
            raise PassingError(message, _seconds(answer.headers.get("retry-after", "")), reason)
        raise RefusedError(message, reason)

    async def _whole(self, answer: httpx.Response) -> bytes:
        return b"\n".join([line async for line in self._lines(answer)])

    async def _lines(self, answer: httpx.Response) -> AsyncIterator[bytes]:
        """The lines of an answer, which is read up to a limit."""
        read, begun = 0, bytearray()
        async for chunk in answer.aiter_raw():
            read += len(chunk)
            if read > MOST_BYTES:
                raise RequestFailedError(
                    f"The writer's server at {self.address} sends more than {MOST_BYTES >> 20} MiB."
                )
            begun += chunk
            if b"\n" in chunk:
                *lines, rest = bytes(begun).split(b"\n")
                begun = bytearray(rest)
                for line in lines:
                    yield line.rstrip(b"\r")
        yield bytes(begun)

    def _object(self, data: bytes) -> dict[str, Any]:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            if error := value.get("error"):
                raise PassingError(f"The writer's server at {self.address} failed: {self._told(error) or 'no reason'}.")
            return value
        what = "a web page" if data.lstrip()[:1] == b"<" else "something else"
        raise RequestFailedError(
            f"The server at {self.address} answers with {what} where JSON belongs; its API may have another path."
        )

    def _reason(self, data: bytes) -> str:
        """What the body of a failure says."""
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return "" if data.lstrip()[:1] == b"<" else self.clean(data.decode(errors="replace"))
        return self._told(value.get("error", value) if isinstance(value, dict) else value)

    def _told(self, error: Any) -> str:
        told = error.get("message", error) if isinstance(error, dict) else error
        return self.clean(told if isinstance(told, str) else json.dumps(told)).rstrip(".")

    def _delta(self, event: dict[str, Any]) -> Delta:
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        message = choice.get("delta") or choice.get("message")
        text = message.get("content") if isinstance(message, dict) else None
        finish = choice.get("finish_reason")
        return Delta(
            text if isinstance(text, str) else "", finish if isinstance(finish, str) else "", _usage(event.get("usage"))
        )


def _usage(told: Any) -> Usage | None:
    if not isinstance(told, dict):
        return None
    details = told.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    prompt = _count(told.get("prompt_tokens"))
    reused = min(cached, prompt)
    return Usage(evaluated=prompt - reused, reused=reused, generated=_count(told.get("completion_tokens")))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _seconds(retry_after: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """What a Retry-After says: a number of seconds, or a date."""
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", retry_after, re.ASCII):
        return float(retry_after)
    try:
        return max((parsedate_to_datetime(retry_after) - now()).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
