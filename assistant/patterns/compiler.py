"""The language in which rules are written, and its translation to regular expressions.

A pattern is a regular expression over normalised text (lower case, plain letters) with four conveniences: a space is
one space, line break or hyphen; ` ... ` is a gap of at most three words inside a sentence; `{name}` is any entry of
the word list `name`; a leading `^` is the beginning of a sentence. A figure that matters is written as `[0-9]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

WordLists = Mapping[str, tuple[str, ...]]
LIST_NAME = re.compile(r"\{([a-z_]+)\}")
GAP = "(?:[\\s,'/&\\-]{1,3}[\\w$%]+){0,3}?[\\s,\\-]{1,3}"
SPACE = "(?:[ \\n]?-[ \\n]?|[ \\n])"
SENTENCE_BEGINS = "(?:\\A|(?<=\\n)|(?<=[^\\w\\s,'\"&\\-])|(?<=[^\\w\\s,'\"&\\-] ))"
BETWEEN = re.compile(r"\[(?:\\.|[^\]\\])*\]| \.\.\. | ")  # a space in a character class stays what it is
MEANINGS = {" ": SPACE, " ... ": GAP}
DEEPEST = 4


class PatternError(ValueError):
    """A pattern that cannot be read; the message says why."""


def compile_words(patterns: Iterable[str], lists: WordLists) -> re.Pattern[str]:
    """One expression that finds any of the patterns as whole words."""
    return _compile(f"(?<!\\w)(?:{_either(patterns, lists)})(?!\\w)")


def compile_symbols(patterns: Iterable[str], lists: WordLists) -> re.Pattern[str]:
    """One expression that finds any of the patterns anywhere, also inside words."""
    return _compile(_either(patterns, lists))


def _either(patterns: Iterable[str], lists: WordLists) -> str:
    return "|".join(_translate(pattern, lists) for pattern in patterns)


def _translate(pattern: str, lists: WordLists, depth: int = 0) -> str:
    if depth > DEEPEST:
        raise PatternError(f"{pattern!r} names lists that name each other")
    start = SENTENCE_BEGINS if pattern.startswith("^") else ""
    spelled = BETWEEN.sub(lambda found: MEANINGS.get(found[0], found[0]), pattern.removeprefix("^"))
    return start + LIST_NAME.sub(lambda found: _entries(found[1], lists, depth), spelled)


def _entries(name: str, lists: WordLists, depth: int) -> str:
    if name not in lists:
        raise PatternError(f"there is no word list {name!r}")
    return f"(?:{'|'.join(_translate(entry, lists, depth + 1) for entry in lists[name])})"


def _compile(expression: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(expression)
    except re.error as error:
        raise PatternError(f"no regular expression: {error.msg}") from None
    if compiled.match("") and compiled.fullmatch(""):
        raise PatternError("a pattern that matches nothing at all would match everywhere")
    return compiled
