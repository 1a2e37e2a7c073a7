"""Under what name a person is known here: a keyed hash of their own id, which nobody can undo without the key.

The key lies in the home folder, readable by its owner alone. Without it no pseudonym can be made again, so whoever
deletes it has cut off every person in the store for good.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import unicodedata
from contextlib import suppress
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path

from assistant.errors import UsageError

KEY_NAME = "privacy.key"
KEY_BYTES = 32
PSEUDONYM_DIGITS = 32
LONGEST_ID = 1_000
EMAIL = re.compile(r"[^\s@<>\"',;:()]{1,64}@[^\s@<>\"',;:()]{1,255}\.[^\W\d_]{2,24}")
# Digits alone may be any number; a sign in front or between them makes it one that can be called.
PHONE = re.compile(
    r"(?<![\w.])(?:\+|00|\()[\d(][\d \t().\-/]{6,22}\d(?!\w)"
    r"|(?<!\w)\d{3}[ .\-]\d{3}[ .\-]\d{4}(?!\w)"
    r"|(?<!\w)0\d{2,4}[ /\-]\d[\d \-/]{4,12}\d(?!\w)"
)
LEAST_DIGITS, MOST_DIGITS = 8, 15


class Pseudonyms:
    """Makes pseudonyms with the key of a home folder, which is made with the first one.

    Raises UsageError where the key cannot be read or is damaged: another one would tear people from what they said.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / KEY_NAME
        self._of = lru_cache(maxsize=10_000)(self._make)

    def of(self, person: str) -> str:
        """The pseudonym of a person's own id: 32 hexadecimal digits that do not contain it.

        Raises UsageError for an id that is empty or no id at all; the message does not repeat it.
        """
        if not (cleaned := _cleaned(person)):
            raise UsageError("The id of the person is empty.", hint="Give the id that your signals carry.")
        if len(cleaned) > LONGEST_ID:
            raise UsageError(
                f"The id of the person has more than {LONGEST_ID:,} characters.", hint="Give the id alone."
            )
        return self._of(cleaned)

    def _make(self, cleaned: str) -> str:
        # An id of one digit stands in most hashes: a round more gives another one.
        for turn in count():
            message = f"{turn}\0{cleaned}".encode("utf-8", "surrogatepass")
            found = hmac.new(self._key, message, sha256).hexdigest()[:PSEUDONYM_DIGITS]
            if cleaned.casefold() not in found:
                return found
        raise AssertionError("there is no end to counting")

    @cached_property
    def _key(self) -> bytes:
        try:
            return self._read()
        except FileNotFoundError:
            return self._create()

    def _read(self) -> bytes:
        text = self._path.read_bytes().strip()
        with suppress(ValueError):
            if len(key := bytes.fromhex(text.decode("ascii", "replace"))) == KEY_BYTES:
                if self._path.stat().st_mode & 0o077:
                    self._path.chmod(0o600)
                return key
        raise UsageError(
            f"The key in {self._path} is damaged, so nobody can be found by their id.",
            hint="Put back a copy of it. Without one, delete it together with the people: `pinwright store clear`.",
        )

    def _create(self) -> bytes:
        """Write a new key so that it is there whole or not at all; another process may be quicker."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}.tmp")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(secrets.token_hex(KEY_BYTES).encode("ascii"))
                stream.flush()
                os.fsync(stream.fileno())
            with suppress(FileExistsError):
                os.link(temporary, self._path)
        finally:
            temporary.unlink(missing_ok=True)
        return self._read()


def kind_of_contact(text: str) -> str:
    """What in a text reaches a person: "an e-mail address", "a phone number", or empty."""
    if EMAIL.search(text):
        return "an e-mail address"
    digits = (sum(map(str.isdigit, found[0])) for found in PHONE.finditer(text))
    return "a phone number" if any(LEAST_DIGITS <= number <= MOST_DIGITS for number in digits) else ""


def masked(text: str) -> str:
    """The text without what reaches a person, for a message that repeats what was given."""
    text = EMAIL.sub("…", text)
    return PHONE.sub(lambda found: "…" if kind_of_contact(found[0]) else found[0], text)


def _cleaned(person: str) -> str:
    """One spelling of an id: addresses do not tell cases apart, nor numbers how their digits are set."""
    text = unicodedata.normalize("NFC", person).strip()
    if EMAIL.fullmatch(text):
        return text.casefold()
    if PHONE.fullmatch(text) and kind_of_contact(text):
        digits = "".join(filter(str.isdigit, text))
        return f"+{digits.removeprefix('00')}" if text.startswith(("+", "00")) else digits
    return text
