"""Errors of Chroma and of its HTTP client, told as the store's own. Neither has to be imported for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.address import Address, unreachable
from store.errors import REBUILD_HINT, StoreDamagedError, StoreError, StoreUsageError, StoreVersionError

_AUTHORISATION_HINT = "Set CHROMA_CLIENT_AUTH_PROVIDER and CHROMA_CLIENT_AUTH_CREDENTIALS as the server wants them."


class CollectionMissingError(StoreError):
    """A collection is not there, or not any more."""


@contextmanager
def translated(place: Path | Address) -> Iterator[None]:
    """Let no foreign error out of what is done with the vectors at this place."""
    try:
        yield
    except (StoreError, MemoryError, OSError):
        raise
    except Exception as error:
        raise _translate(error, place) from error
    except BaseException as error:
        # A panic of Chroma's core is no Exception. Everything else that is none means to end the process.
        if type(error).__name__ != "PanicException":
            raise
        raise _translate(error, place) from error


def _translate(error: BaseException, place: Path | Address) -> StoreError:
    name, text = type(error).__name__, " ".join(str(error).split())[:300] or type(error).__name__
    if isinstance(error, UnicodeError) or "surrogates not allowed" in text:
        return StoreUsageError(f"An id holds half of a character and cannot be stored ({text}).")
    if name == "NotFoundError":
        return CollectionMissingError(
            f"The vectors at {place} have been dropped meanwhile.", hint="Run the command again."
        )
    if name == "InvalidArgumentError" and "dimension" in text:
        return StoreVersionError(f"The vectors at {place} are of another embedder ({text}).", hint=REBUILD_HINT)
    if isinstance(place, Path):
        return StoreDamagedError(f"The vectors in {place} cannot be used ({text}).", hint=REBUILD_HINT)
    if type(error).__module__.startswith(("httpx", "httpcore")) or "Could not connect" in text:
        return unreachable(place, error)
    if name in ("AuthorizationError", "ChromaAuthError"):
        return StoreError(f"The vector server at {place} refuses this user ({text}).", hint=_AUTHORISATION_HINT)
    return StoreError(f"The vector server at {place} failed ({text}).", hint="Look at what the server has logged.")
