"""The user's own editor, opened on a file."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from assistant.errors import UsageError


def open_editor(path: Path) -> None:
    """Open a file in $VISUAL or $EDITOR and wait until it is closed; UsageError where that cannot be done."""
    command = _editor(path)
    try:
        ended = subprocess.run([*command, str(path)], check=False).returncode
    except OSError as error:
        reason = error.strerror or "it cannot be run"
        raise UsageError(
            f"The editor {command[0]} did not start: {reason}.", hint=f"Set $EDITOR, or edit {path}."
        ) from error
    if ended:
        raise UsageError(f"The editor ended with {ended}.", hint=f"The file is {path}.")


def _editor(path: Path) -> list[str]:
    try:
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    except ValueError as error:
        raise UsageError(f"$EDITOR cannot be read: {error}.", hint="Set it to a command, such as nano.") from error
    if not command:
        raise UsageError("No editor is set.", hint=f"Set $EDITOR, or edit {path}.")
    return command
