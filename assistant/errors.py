"""The error tree: every error says what happened in one sentence, what to do next, and how the process ends."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from traceback import extract_tb

from prompts.errors import PromptError
from store.errors import StoreError

DEFECT = "A defect of the program"


class ExitCode(IntEnum):
    """How the process ends. Scripts rely on these, so a number never changes its meaning."""

    OK = 0
    PARTIAL = 1
    USAGE = 2
    MISSING = 3
    ENGINE = 4
    POLICY = 5
    INTERRUPTED = 130


class PinwrightError(Exception):
    """The base of all errors that a user may see.

    `message` is one sentence that names the file, the row or the option; `hint` is what to do about it.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(PinwrightError):
    """An option, an argument or a setting that cannot be used as given."""


class InputError(PinwrightError):
    """A file or a stream that cannot be read as what it was given for."""


class UnknownIdError(PinwrightError):
    """An id that the store does not hold."""

    @classmethod
    def of(cls, kind: str, identifier: str, near: Sequence[str]) -> UnknownIdError:
        """With the ids that look most like the one that was asked for; none where none of this kind is indexed."""
        hint = (
            f"Did you mean {' or '.join(near)}?"
            if near
            else f"See `pinwright store info` for what is there, or bring some in: `pinwright index FILE --as {kind}s`."
        )
        return cls(f"There is no {kind} with the id {identifier}.", hint=hint)


class MissingError(PinwrightError):
    """A model, a package or a store that has to be there first."""

    exit_code = ExitCode.MISSING


class ModelError(PinwrightError):
    """A model file that is damaged, of another kind or too large for this machine."""

    exit_code = ExitCode.ENGINE


class EngineError(PinwrightError):
    """The writer or the embedder failed while it worked."""

    exit_code = ExitCode.ENGINE


class PrivacyError(PinwrightError):
    """Something that a person, or the program for every person, does not allow."""

    exit_code = ExitCode.POLICY


def describe(error: BaseException) -> tuple[str, str, ExitCode] | None:
    """Translate an error into (message, hint, exit code), or None where it is a defect and should be seen whole."""
    if isinstance(error, PinwrightError):
        return str(error), error.hint, error.exit_code
    if isinstance(error, StoreError):
        return str(error), error.hint, ExitCode(error.exit_code)
    if isinstance(error, PromptError):
        return str(error), "Restore the templates under prompts/ from the release.", ExitCode.USAGE
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted.", "Nothing is half written: run the same command again.", ExitCode.INTERRUPTED
    if isinstance(error, OSError):
        return _describe_os_error(error)
    return None


def defect(error: Exception) -> str:
    """A defect, in a sentence, where the work on one product fails and that on others goes on.

    Raises again what is no defect, and all of them in Python's development mode, so that they are seen whole.
    """
    if sys.flags.dev_mode or describe(error) is not None:
        raise error
    place = extract_tb(error.__traceback__)[-1]
    return (
        f"{DEFECT}: {type(error).__name__} in {Path(place.filename).name}, line {place.lineno}."
        " Please report it; with PYTHONDEVMODE=1 the next run ends there and shows it whole."
    )


def _describe_os_error(error: OSError) -> tuple[str, str, ExitCode]:
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"No space left on the disk{place}.", "Free some space and run the command again.", ExitCode.USAGE
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"Not allowed to read or write{place}.",
            "Check the permissions, or choose another --home.",
            ExitCode.USAGE,
        )
    return f"{error.strerror or error}{place}.", "Check the path and the disk.", ExitCode.USAGE
