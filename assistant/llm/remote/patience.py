"""Asking a server again: when, how often, and what that server has shown that it does not take."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from assistant.errors import EngineError
from assistant.llm.engine import Field, Request
from assistant.llm.remote.schema import messages_for, schema_for
from assistant.llm.remote.transport import PassingError, UnreachableError

TRIES = 4
FIRST_WAIT = 0.5
# Who is told to wait for longer than this, in seconds, does not wait at all.
LONGEST_WAIT = 60.0
# What JSON takes beside the text of a field: its key, quotes and separators.
_TOKENS_A_FIELD = 24
_LARGEST_SEED = 2**31 - 1

Sleep = Callable[[float], Awaitable[None]]
Chance = Callable[[], float]
Result = TypeVar("Result")


async def patiently(attempt: Callable[[], Awaitable[Result]], *, sleep: Sleep, chance: Chance) -> Result:
    """Try up to four times, with waits that double and vary by chance, and are no shorter than the server asks for.

    The last try's PassingError comes through; a server that cannot be reached at all is an EngineError.
    """
    for tried in range(1, TRIES + 1):
        try:
            return await attempt()
        except PassingError as failure:
            if tried == TRIES or (failure.wait or 0) > LONGEST_WAIT:
                raise unreachable(failure) if isinstance(failure, UnreachableError) else failure from failure
            await sleep((failure.wait or FIRST_WAIT * 2 ** (tried - 1)) * (1 + chance() / 2))
    raise AssertionError("the last try returns or raises")


def unreachable(failure: UnreachableError) -> EngineError:
    return EngineError(str(failure), hint="Start the server or correct the address, or choose another --writer.")


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "copy", "strict": True, "schema": schema}}


# How servers are held to an object, from the strictest that some take to nothing but the words of the instruction.
_FORMS: tuple[Callable[[Sequence[Field]], dict[str, Any]], ...] = (
    lambda fields: {"response_format": _strict(schema_for(fields))},
    lambda fields: {"response_format": _strict(schema_for(fields, lengths=False))},
    lambda fields: {"response_format": {"type": "json_object", "schema": schema_for(fields)}},
    lambda _: {"response_format": {"type": "json_object"}},
    lambda _: {},
)
_ABOUT_THE_FORM = re.compile(r"response_?format|json_?(schema|object)|schema|grammar", re.IGNORECASE)
_NOT_TAKEN = re.compile(
    r"un(supported|known|recogni[sz]ed|expected)|not (support|permit|allow|recogni)|extra (input|field)", re.IGNORECASE
)
_OPTIONAL = ("max_tokens", "temperature", "top_p", "seed", "stream_options")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server takes, as far as is known: the form of answers, and the options that it refused."""

    form: int = 0
    refused: frozenset[str] = frozenset()

    def payload(self, request: Request, model: str, seed: int) -> dict[str, Any]:
        """What to send to have a request written."""
        most = sum(field.max_tokens + _TOKENS_A_FIELD for field in request.fields)
        options: dict[str, Any] = {
            "temperature": request.temperature,
            "top_p": request.top_p,
            # Some servers hold seeds in 32 bits, and take -1 for a wish for chance.
            "seed": seed % _LARGEST_SEED,
            "stream_options": {"include_usage": True},
            "max_tokens": most,
        }
        taken = {name: value for name, value in options.items() if name not in self.refused}
        if "max_tokens" in self.refused:
            taken["max_completion_tokens"] = most
        messages = messages_for(request.messages, request.fields)
        return {"model": model, "messages": messages, "stream": True} | taken | _FORMS[self.form](request.fields)

    def after(self, reason: str) -> Dialect | None:
        """What is left to try once the server has refused for this reason; None where it says nothing about it."""
        if _NOT_TAKEN.search(reason):
            named = {name for name in _OPTIONAL if re.search(rf"\b{name}\b", reason)} - self.refused
            if named:
                return replace(self, refused=self.refused | named)
        if _ABOUT_THE_FORM.search(reason) and self.form + 1 < len(_FORMS):
            return replace(self, form=self.form + 1)
        return None
