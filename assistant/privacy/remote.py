"""Where personal signals may go: nowhere but to this machine, unless the user names the place."""

from __future__ import annotations

from assistant.errors import PrivacyError
from assistant.llm.remote.address import Address, parse_address
from assistant.settings import Settings

OPENAI = "openai"


def require_allowed(settings: Settings, what: str = "what a person did") -> None:
    """Raise PrivacyError where the writer is on another machine to which nothing personal may be sent.

    `personal_to` of the settings names the hosts that may have it, separated by commas: `gpu.example` or, for one port
    alone, `gpu.example:8000`. A server of this very machine needs no leave. To be asked before the first request that
    holds a signal is made.
    """
    kind, _, place = settings.writer.partition(":")
    if kind != OPENAI:
        return
    address = parse_address(place.partition("#")[0])
    if address.local or is_named(address, settings.personal_to):
        return
    raise PrivacyError(
        f"The writer is on another machine ({address.host}), which may not get {what}.",
        hint=f"Choose a --writer on this machine, or allow it by name: PINWRIGHT_PERSONAL_TO={address.host}",
    )


def is_named(address: Address, hosts: str) -> bool:
    """Whether a list of hosts names this one, with its port or with any."""
    named = {host.strip().lower() for host in hosts.split(",")} - {""}
    return address.host in named or address.name in named
