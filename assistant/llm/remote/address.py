"""Where the writer's server is and with which key it is asked, read and checked before anything is sent."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.errors import EngineError, UsageError

KEY_VARIABLES = ("PINWRIGHT_API_KEY", "OPENAI_API_KEY")
_HINT = "Give it as openai:http://HOST:PORT/v1, or openai:URL#MODEL where the server has several models."


@dataclass(frozen=True, slots=True)
class Address:
    """The base of an OpenAI-compatible server's API. `host` is what identifies the server, its port included."""

    scheme: str
    host: str
    path: str

    @property
    def name(self) -> str:
        """The name of the host, or its number, without the port."""
        return urlsplit(str(self)).hostname or ""

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        try:
            return ipaddress.ip_address(self.name).is_loopback
        except ValueError:
            return self.name == "localhost"

    @property
    def keeps_secrets(self) -> bool:
        """Whether nobody on the way can read what is sent there."""
        return self.scheme == "https" or self.local

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


def parse_address(url: str) -> Address:
    """Read a base URL. UsageError where it is none, or where it holds a password, which it never shows."""
    if "@" in url:
        raise UsageError(
            "The address of the writer's server holds a name or a password.",
            hint=f"Leave them out of it and set {KEY_VARIABLES[0]} instead.",
        )
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise UsageError("The address of the writer's server cannot be read as a URL.", hint=_HINT) from error
    odd = any(letter.isspace() or not letter.isprintable() for letter in url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or odd:
        raise UsageError(f"{url!r} is no address of a writer's server.", hint=_HINT)
    if parts.query or parts.fragment:
        raise UsageError("The address of the writer's server has something behind its path.", hint=_HINT)
    return Address(parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"))


def key_for(address: Address, environment: Mapping[str, str]) -> str:
    """The key to show to this server, or "".

    One that is meant for OpenAI is not sent readable over a network; PINWRIGHT_API_KEY is sent wherever the user says.
    """
    ours, openai = KEY_VARIABLES
    for variable in (ours, openai) if address.keeps_secrets else (ours,):
        if key := environment.get(variable, "").strip():
            if not key.isascii() or not key.isprintable() or " " in key:
                raise EngineError(f"{variable} holds what can be no key.", hint="Set it to the key and nothing else.")
            return key
    return ""
