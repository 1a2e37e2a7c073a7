"""The words, quotations and signs that a `--where` is made of."""

from __future__ import annotations

import re
from typing import NamedTuple

from store.errors import WhereError
from store.where.expression import QUOTES, WORD

# The text is read in one go, each answer names a place in it, and SQLite takes expressions of limited depth.
LONGEST = 20_000

_QUOTATION = "|".join(f"{start}(?:[^{end}]|{end}{end})*{end}" for start, end in QUOTES.items())
_TOKEN = re.compile(rf"(?P<sign><=|>=|!=|<>|==|[=<>≤≥≠])|(?P<mark>[(),])|(?P<quotation>{_QUOTATION})|(?P<word>{WORD})")
_SAME_SIGN = {"==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">="}


class Token(NamedTuple):
    """A piece of the text: a sign, a mark, a quotation (its quotes taken off), a word, or the end of it all."""

    kind: str
    text: str
    place: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.casefold() in words

    def is_mark(self, mark: str) -> bool:
        return self.kind == "mark" and self.text == mark


def tokens_of(text: str) -> list[Token]:
    """All tokens, the last of them the end. Raises WhereError where a quotation is not closed."""
    if len(text) > LONGEST:
        raise WhereError(
            f"--where is {len(text):,} characters long; the limit is {LONGEST:,}.",
            hint="Compare with fewer values, or give the feed a column to filter by.",
        )
    found = [_token(text, match) for match in _TOKEN.finditer(text)]
    return [*found, Token("end", "", len(text.rstrip()))]


def _token(text: str, match: re.Match[str]) -> Token:
    kind, piece, place = match.lastgroup or "", match.group(), match.start()
    if kind == "quotation":
        end = QUOTES[piece[0]]
        return Token(kind, piece[1:-1].replace(end + end, end), place)
    if kind == "word" and piece[0] in QUOTES:
        raise WhereError(
            "A quotation in --where is not closed.", hint=f"Put {QUOTES[piece[0]]} after it.", excerpt=(text, place)
        )
    return Token(kind, _SAME_SIGN.get(piece, piece), place)
