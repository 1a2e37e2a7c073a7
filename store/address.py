"""The address of a vector server, read and checked before anything is sent to it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from store.errors import StoreError, StoreUnreachableError, StoreUsageError

SECONDS_TO_ANSWER = 5.0
DEFAULT_PORTS = {"http": 8000, "https": 443}
_HINT = "Give it as http://HOST:PORT, and start the server with `chroma run`."


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Chroma server listens. `host` is written as in a URL, an IPv6 address in brackets."""

    scheme: str
    host: str
    port: int

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def parse_address(url: str) -> Address:
    """Read `http://HOST:PORT` or `https://HOST:PORT`; the port may be left out (8000, 443). Raises StoreUsageError."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise StoreUsageError(f"{url!r} is no address of a vector server ({error}).", hint=_HINT) from error
    if parts.scheme not in DEFAULT_PORTS or not host or any(letter.isspace() for letter in url.strip()):
        raise StoreUsageError(f"{url!r} is no address of a vector server.", hint=_HINT)
    if parts.username is not None or parts.password is not None:
        raise StoreUsageError(
            "The address of the vector server holds a name or a password.",
            hint="Leave them out; set CHROMA_CLIENT_AUTH_PROVIDER and CHROMA_CLIENT_AUTH_CREDENTIALS instead.",
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise StoreUsageError(f"{url!r} has something behind the port.", hint=_HINT)
    return Address(parts.scheme, f"[{host}]" if ":" in host else host, port or DEFAULT_PORTS[parts.scheme])


def unreachable(address: Address, reason: object) -> StoreUnreachableError:
    """The error for a server that does not answer."""
    return StoreUnreachableError(
        f"The vector server at {address} does not answer ({str(reason).strip() or type(reason).__name__}).",
        hint="Start it with `chroma run`, or leave --store-url out to keep the vectors on this machine.",
    )


def require_server(address: Address) -> None:
    """Make sure that a Chroma server answers here within some seconds.

    Chroma's own client waits without end for a server that accepts a connection and says nothing.
    """
    import httpx  # 100 ms; Chroma's client uses it too, so proxies and certificates are treated alike.

    try:
        answer = httpx.get(f"{address}/api/v2/heartbeat", timeout=SECONDS_TO_ANSWER)
        alive = answer.is_success and "nanosecond heartbeat" in answer.json()
    except ValueError:
        alive = False
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise unreachable(address, error) from error
    if not alive:
        raise StoreError(f"What answers at {address} is no Chroma server of version 1 or later.", hint=_HINT)
