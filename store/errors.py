"""What can go wrong with the store. It stands below the assistant, so it has a small tree of its own."""

from __future__ import annotations

REBUILD_HINT = "Run `pinwright store rebuild`: it makes the indexes anew from the records."
FIRST_STEPS_HINT = "Run `pinwright index FILE --as products`, or `pinwright demo` for an example."


class StoreError(Exception):
    """One sentence that names the store, and a hint of what to do. `exit_code` is that of the process."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class StoreUsageError(StoreError):
    """An address, a filter or an id that cannot be used as given."""

    exit_code = 2


class WhereError(StoreUsageError):
    """A `--where` that cannot be read, or that asks for what is not there.

    `excerpt` is its text and the character to point at; None where no one place is to blame.
    """

    def __init__(self, message: str, *, hint: str = "", excerpt: tuple[str, int] | None = None) -> None:
        super().__init__(message, hint=hint)
        self.excerpt = excerpt


class StoreMissingError(StoreError):
    """There is no store yet, or none where it was looked for."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = FIRST_STEPS_HINT) -> None:
        super().__init__(message, hint=hint)


class StoreBusyError(StoreError):
    """Another process writes to this store."""

    exit_code = 2


class StoreVersionError(StoreError):
    """The store was made by a newer Pinwright, or for another embedder."""

    exit_code = 2


class StoreUnreachableError(StoreError):
    """The vector server does not answer."""


class StoreDamagedError(StoreError):
    """A file of the store is not what it was when it was written."""
