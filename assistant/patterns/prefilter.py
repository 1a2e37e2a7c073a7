"""A quick look whether any of many patterns may stand in a text: most texts have none, and need no closer look.

Patterns are sorted by the characters that they can begin with, so that at each word of a text only a few are tried.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from assistant.patterns.compiler import compile_symbols

_BEGINNING = re.compile(r"(?<!\w)\S")
_DIGITS = frozenset("0123456789")
# Stands for any character: what a pattern begins with cannot be told from its spelling.
_ANY = "any"


class Prefilter:
    """Built of patterns once; `may_find` is True wherever one of them would be found as whole words."""

    def __init__(self, patterns: Iterable[str]) -> None:
        groups: dict[str, list[str]] = defaultdict(list)
        for pattern in patterns:
            for letter in _beginnings(pattern):
                groups[letter].append(pattern)
        anywhere = groups.pop(_ANY, [])
        self._by_letter = {
            letter: compile_symbols([f"(?:{'|'.join([*found, *anywhere])})(?!\\w)"], {})
            for letter, found in groups.items()
        }
        self._else = compile_symbols([f"(?:{'|'.join(anywhere)})(?!\\w)"], {}) if anywhere else None

    def may_find(self, passage: str) -> bool:
        """Whether one of the patterns stands in a normalised text."""
        for begun in _BEGINNING.finditer(passage):
            expression = self._by_letter.get(begun[0], self._else)
            if expression is not None and expression.match(passage, begun.start()):
                return True
        return False


def _beginnings(pattern: str) -> frozenset[str]:
    """The characters with which a match can begin; {_ANY} where that cannot be told."""
    letters, may_be_empty = _of_alternatives(pattern)
    return frozenset({_ANY}) if may_be_empty or _ANY in letters else letters


def _of_alternatives(pattern: str) -> tuple[frozenset[str], bool]:
    found = [_of_sequence(part) for part in _split(pattern)]
    return frozenset[str]().union(*(letters for letters, _ in found)), any(empty for _, empty in found)


def _of_sequence(pattern: str) -> tuple[frozenset[str], bool]:
    """As `_of_alternatives`, of a pattern without a bar outside of brackets."""
    if not pattern:
        return frozenset(), True
    if pattern.startswith("(?:"):
        end = _closing(pattern)
        letters, empty = _of_alternatives(pattern[3:end])
        rest = pattern[end + 1 :]
    elif pattern.startswith("\\d"):
        letters, empty, rest = _DIGITS, False, pattern[2:]
    elif pattern[0] == "\\" and not pattern[1].isalnum():
        letters, empty, rest = frozenset(pattern[1]), False, pattern[2:]
    elif pattern[0].isalnum() or pattern[0] in "&£€%#":
        letters, empty, rest = frozenset(pattern[0]), False, pattern[1:]
    else:
        return frozenset({_ANY}), False
    if rest[:1] in ("?", "*", "{") or empty:
        after, empty = (
            _of_sequence(rest[1:] if rest[:1] in ("?", "*") else rest) if rest[:1] != "{" else (letters, False)
        )
        letters |= after
    return letters, empty


def _closing(pattern: str) -> int:
    """Where the bracket that opens a pattern is closed."""
    depth = place = 0
    while place < len(pattern):
        if pattern[place] == "\\":
            place += 1
        elif pattern[place] in "()":
            depth += 1 if pattern[place] == "(" else -1
            if depth == 0:
                return place
        place += 1
    return len(pattern)


def _split(pattern: str) -> list[str]:
    """The parts of a pattern between the bars that stand outside of brackets."""
    parts, depth, start, place = [], 0, 0, 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\":
            place += 1
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == "|" and depth == 0:
            parts.append(pattern[start:place])
            start = place + 1
        place += 1
    return [*parts, pattern[start:]]
