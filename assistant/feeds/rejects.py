"""The rejects file: one JSON object a line for each row that was not taken, so that it can be mended and fed again."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO

from assistant.errors import UsageError
from assistant.feeds.reader import Rejected

FIELDS = ("file", "line", "id", "reason", "row")
LONGEST_LINE = 1_000_000


class RejectsFile:
    """Writes rejected rows to `path` as JSON Lines: file, line, id, reason, row.

    A context manager. The file appears whole when the block ends, also when it ends in an error: what was rejected
    until then is true. Where nothing was rejected there is no file, not even one of an earlier run. Raises
    UsageError where the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._stream: IO[str] | None = None

    def __enter__(self) -> RejectsFile:
        if self.path.is_dir():
            raise UsageError(f"{self.path} is a folder.", hint="Name a file for the rejected rows.")
        if self.path.exists() and not _is_of_rejects(self.path):
            raise UsageError(
                f"{self.path} is there and holds no rejected rows, so it is left alone.",
                hint="Name another file for the rejected rows.",
            )
        return self

    def add(self, feed: str, row: Rejected) -> None:
        """Note one row of the feed with this name."""
        entry = dict(zip(FIELDS, (feed, row.line, row.id, row.reason, row.excerpt), strict=True))
        try:
            if self._stream is None:
                self._stream = self._begin()
            self._stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
        except OSError as problem:
            raise self._unwritable(problem) from None
        self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._stream is None:
                self.path.unlink(missing_ok=True)
            else:
                self._publish(self._stream)
        except OSError as problem:
            if error is None:
                raise self._unwritable(problem) from None

    def _begin(self) -> IO[str]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=self.path.parent, prefix=f".{self.path.name}.", delete=False
        )

    def _publish(self, stream: IO[str]) -> None:
        try:
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
            Path(stream.name).replace(self.path)
        except OSError:
            Path(stream.name).unlink(missing_ok=True)
            raise

    def _unwritable(self, problem: OSError) -> UsageError:
        reason = problem.strerror or str(problem)
        return UsageError(f"The rejects file {self.path} cannot be written: {reason}.", hint="Name another file.")


def _is_of_rejects(path: Path) -> bool:
    """Whether a file is empty, or begins as one of rejected rows does: only such a one may be replaced."""
    if not path.is_file():
        return False  # /dev/null is neither to be deleted nor to be replaced
    try:
        with path.open("rb") as file:
            first = file.readline(LONGEST_LINE)
        return not first or tuple(json.loads(first)) == FIELDS
    except (OSError, ValueError, TypeError):
        return False
