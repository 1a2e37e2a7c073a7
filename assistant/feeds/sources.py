"""The bytes of a feed: a file or standard input, plain or gzipped, in whichever encoding, read once and in bounds."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from assistant.errors import InputError
from assistant.feeds.text import shorten

ROW_LIMIT = 1 << 20
"""The longest row that is read, in characters. What is longer is rejected, and never held in memory."""

_HEAD = 1 << 16
_AGAIN = "Export the file again and run the same command."
_TABLE = "Give a CSV, TSV, JSON Lines or XML feed, plain or gzipped."

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x1f\x8b", "gzipped twice"),
)


class Line(NamedTuple):
    """A physical line with its end; `whole` is False where it was over ROW_LIMIT and only its start is here."""

    number: int
    text: str
    whole: bool


class Item(NamedTuple):
    """A row before it is understood: its cells by column, or the problem why it has none.

    `raw` is what was read; `options` the variants, where a reader joined the rows of a product.
    """

    line: int
    cells: Mapping[str, object]
    raw: Sequence[Line]
    problem: str = ""
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Source:
    """One feed's bytes, opened. `stream` gives them decompressed and without byte order mark, `head` is their start.

    Raises InputError where there is nothing that could be a feed.
    """

    def __init__(self, given: str) -> None:
        self.name = "standard input" if given == "-" else shorten(Path(given).name, 200) or given
        self._path = None if given == "-" else Path(given)
        self._raw, self._before = _open(given, self._path)
        self.total_bytes = self._before.st_size if self._before else None
        self._counted = _Counted(self._raw)
        try:
            self._sniff()
        except BaseException:
            self.close()
            raise

    @property
    def bytes_read(self) -> int:
        """How much was taken from the file, in the measure of `total_bytes`."""
        return self._counted.position

    @property
    def suffix(self) -> str:
        """The extension, lower case, without `.gz`."""
        name = self._path.name.lower().removesuffix(".gz") if self._path else ""
        return Path(name).suffix

    @property
    def head_text(self) -> str:
        """The first characters, decoded."""
        return codecs.getincrementaldecoder(self.encoding)(_handler(self.encoding)).decode(self.head)

    def text(self) -> io.TextIOWrapper:
        """The whole feed as text, line ends as they are."""
        return io.TextIOWrapper(self.stream, self.encoding, _handler(self.encoding), newline="")

    def check_unchanged(self) -> None:
        """Raise InputError where the file is not the one that was opened."""
        if self._before is None or self._path is None:
            return
        after = self._path.stat() if self._path.exists() else os.fstat(self._raw.fileno())
        if _identity(after) != _identity(self._before):
            raise InputError(
                f"{self.name} changed while it was read.", hint="Run the same command again once it is complete."
            )

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._path is not None:
            self._raw.close()

    def _sniff(self) -> None:
        head, stream = _peek(self._counted)
        if head.startswith(b"\x1f\x8b"):
            head, stream = _peek(_Gunzipped(stream))
        if not head.strip(b"\0 \t\r\n\f\xef\xbb\xbf\xff\xfe"):
            what = "is empty" if len(head) < _HEAD else "starts with nothing but blanks"
            raise InputError(f"{self.name} {what}.", hint=_TABLE)
        mark, encoding = _mark_of(head)
        stream.read(len(mark))
        self.head = head[len(mark) :]
        self.stream = stream
        if not mark:
            self._refuse_other_formats()
            encoding = _guess(self.head)
        self.encoding = encoding
        if encoding in ("utf-8", "cp1252") and _is_binary(self.head, encoding):
            raise InputError(f"{self.name} holds binary data, not text.", hint=_TABLE)

    def _refuse_other_formats(self) -> None:
        for start, what in _OTHER_FORMATS:
            if self.head.startswith(start):
                raise InputError(f"{self.name} is {what}, not a feed in text.", hint=_TABLE)


def bounded_lines(stream: io.TextIOBase) -> Iterator[Line]:
    """The lines of a text, each at most ROW_LIMIT characters; the rest of a longer one is passed over."""
    number = 0
    while text := stream.readline(ROW_LIMIT):
        number += 1
        whole = len(text) < ROW_LIMIT or text[-1] in "\r\n"
        yield Line(number, text if whole else text[:1000], whole)
        while not whole and (rest := stream.readline(ROW_LIMIT)):
            whole = rest[-1] in "\r\n"


def too_long(what: str = "row") -> str:
    """The reason for rejecting what is over ROW_LIMIT."""
    return f"the {what} is longer than {ROW_LIMIT:,} characters"


def _open(given: str, path: Path | None) -> tuple[BinaryIO, os.stat_result | None]:
    if path is None:
        if sys.stdin is None:
            raise InputError("There is no standard input.", hint="Name a file instead of -.")
        return cast(BinaryIO, getattr(sys.stdin, "buffer", sys.stdin)), None
    shown = shorten(given, 300)
    try:
        if path.is_dir():
            raise InputError(f"{shown} is a folder, not a feed.", hint="Name a file inside it.")
        stream = path.open("rb", buffering=0)
    except FileNotFoundError:
        raise InputError(f"There is no file {shown}.", hint="Check the path; - reads standard input.") from None
    except PermissionError:
        raise InputError(f"{shown} may not be read.", hint="Check the file's permissions.") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "that is no path"
        raise InputError(f"{shown} cannot be read: {reason}.", hint="Check the path.") from None
    state = os.fstat(stream.fileno())
    return cast(BinaryIO, stream), state if stat.S_ISREG(state.st_mode) else None


def _identity(state: os.stat_result) -> tuple[int, int, int, int]:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


class _Counted(io.RawIOBase):
    """A stream that knows how far it was read, and leaves closing to its owner."""

    def __init__(self, inner: BinaryIO) -> None:
        # read1 gives what a pipe has now, where read would wait until the whole buffer can be filled.
        self._read: Callable[[int], bytes | None] = getattr(inner, "read1", inner.read)
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._read(len(buffer)) or b""
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)


class _Gunzipped(io.RawIOBase):
    """The decompressed bytes of a gzip stream. What is whole before damage is given before the error is."""

    def __init__(self, inner: io.BufferedReader) -> None:
        self._inner = gzip.GzipFile(fileobj=inner, mode="rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._inner.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Joined(io.RawIOBase):
    """A head that was read before, and then the rest; a failure while the head was read comes after the head."""

    def __init__(self, head: bytes, rest: io.RawIOBase, failure: Exception | None) -> None:
        self._head = memoryview(head)
        self._rest = rest
        self._failure = failure

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._head:
            size = min(len(buffer), len(self._head))
            buffer[:size] = self._head[:size]
            self._head = self._head[size:]
            return size
        if self._failure:
            raise self._failure
        return self._rest.readinto(buffer) or 0


def _peek(stream: io.RawIOBase) -> tuple[bytes, io.BufferedReader]:
    """The first bytes of a stream, and the stream from its beginning."""
    head = bytearray()
    failure: Exception | None = None
    try:
        while len(head) < _HEAD and (data := stream.read(_HEAD - len(head))):
            head += data
    except (EOFError, OSError, zlib.error) as problem:
        failure = problem
    if failure and not head:
        raise failure
    return bytes(head), io.BufferedReader(_Joined(bytes(head), stream, failure), _HEAD)


def _mark_of(head: bytes) -> tuple[bytes, str]:
    return next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", ""))


def _guess(head: bytes) -> str:
    """UTF-16 where every other byte of the start is zero, UTF-8 where that fits better than Windows-1252."""
    start = head[:1024]
    pairs = max(1, len(start) // 2)
    even, odd = start[0::2].count(0) / pairs, start[1::2].count(0) / pairs
    if max(even, odd) > 0.4 and min(even, odd) < 0.1:
        return "utf-16-be" if even > odd else "utf-16-le"
    decoder = codecs.getincrementaldecoder("utf-8")("ignore")
    valid = decoder.decode(head)
    cut = len(decoder.getstate()[0]) if len(head) >= _HEAD else 0
    broken = len(head) - cut - len(valid.encode("utf-8"))
    wide = sum(character > "\x7f" for character in valid) if broken else 0
    return "utf-8" if wide >= broken else "cp1252"


def _is_binary(head: bytes, encoding: str) -> bool:
    """Whether there are more control characters than damaged text has; in valid UTF-8 they are more likely text."""
    controls = sum(head.count(code) for code in (*range(9), *range(14, 27), *range(28, 32)))
    return controls > 64 and controls > len(head) * (0.3 if encoding == "utf-8" else 0.05)


def _handler(encoding: str) -> str:
    if encoding not in ("utf-8", "cp1252"):
        return "replace"
    codecs.register_error("pinwright.cp1252", _as_windows_1252)
    return "pinwright.cp1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """A byte that does not fit: Windows-1252 in a file that began as ASCII, Latin-1 where that has no letter."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    letter = "" if error.encoding == "charmap" else byte.decode("cp1252", "ignore")
    return letter or byte.decode("latin-1"), error.start + 1
