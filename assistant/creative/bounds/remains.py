"""What must not stand in copy: markup, gaps, notes to the reader, stray quotes, damaged letters (remains.toml)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

from assistant.feeds.text import plain
from store.records import Product

DATA = Path(__file__).with_name("remains.toml")
LONGEST_QUOTE = 40
INCHES = re.compile(r"(?<=\d)\s?[\"″”]")
QUOTES = re.compile(r"[\"“”„‟]")
PAIRS = {")": "(", "]": "[", "}": "{", "»": "«", "›": "‹", "」": "「", "』": "『", "】": "【"}
WRAPPED = re.compile(r"^\W*[\"“„«][^\"“”„«»]+[\"”“»][.!?]?$|^\W*['‘](?!tis|twas|til).*['’][.!?]?$", re.IGNORECASE)
STRAY_APOSTROPHE = re.compile(r"(?<=[^\W\dsn])['’][.!?]?$|(?:^|\s)['’](?=\s|$)")
OPENING_APOSTROPHE = re.compile(r"(?:^|\s)['‘]\w")
# UTF-8 read as Windows-1252: a letter that leads several bytes, then one of those that only follow.
FOLLOWS = "[" + "".join(chr(code) for code in range(0x80, 0xC0)) + "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
MISREAD = re.compile(rf"\ufffd|(?<!\w)[ÂÃ](?=\s|$)|[ÂÃ]{FOLLOWS}|â[€„‚†]{FOLLOWS}?|(?:[ÄÅÐÑ]{FOLLOWS}){{2,}}|ï»¿|ðŸ")
CAPITALS = re.compile(r"(?<![^\W_])[^\W\d_]{2,}(?![^\W_])")
# A shorter word in capitals is an abbreviation more often than a shout, unless several stand together.
SHOUTED_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Remain:
    """Something in a text that is not copy: its code, what it is in words, its span, and what the writer is told."""

    code: str
    what: str
    start: int
    end: int
    advice: str


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    what: str
    advice: str
    patterns: tuple[re.Pattern[str], ...]
    unless_stated: bool = False


def _read_rules() -> Iterator[_Rule]:
    for table in tomllib.loads(DATA.read_text(encoding="utf-8"))["rule"]:
        flags = re.NOFLAG if table.pop("exact", False) else re.IGNORECASE
        patterns = tuple(re.compile(pattern, flags) for pattern in table.pop("patterns"))
        yield _Rule(**table, patterns=patterns)


RULES = tuple(_read_rules())


def patterns_of(code: str) -> tuple[re.Pattern[str], ...]:
    """What finds the remains of one code."""
    return tuple(pattern for rule in RULES if rule.code == code for pattern in rule.patterns)


def remains(text: str, product: Product) -> tuple[Remain, ...]:
    """What stands in a text and is not copy, one of each code, in the order of the rules."""
    first: dict[str, Remain] = {}
    for remain in (*_by_rules(text, product), *_quotes(text), *_damaged(text), *_capitals(text, product)):
        first.setdefault(remain.code, remain)
    return tuple(first.values())


def _by_rules(text: str, product: Product) -> Iterator[Remain]:
    stated = " ".join(fact for name, fact in product.facts if name != "description").casefold()
    for rule in RULES:
        for match in (match for pattern in rule.patterns for match in pattern.finditer(text)):
            if not (rule.unless_stated and match[0].casefold() in stated):
                yield Remain(rule.code, rule.what, match.start(), match.end(), rule.advice)


def _quotes(text: str) -> Iterator[Remain]:
    """Quotation marks around the whole text, and marks or brackets whose other half is missing."""
    advice = "Write no quotation marks, and close what you open."
    if WRAPPED.search(text):
        yield Remain("quote", "in quotation marks as a whole", 0, len(text), advice)
    place = _unpaired(text)
    if place is not None:
        yield Remain("quote", "a mark whose other half is missing", place, place + 1, advice)


def _unpaired(text: str) -> int | None:
    # The inch sign after a number is no quotation mark; as long as before, so that places stay right.
    text = INCHES.sub(lambda found: " " * len(found[0]), text)
    quotes = [found.start() for found in QUOTES.finditer(text)]
    if len(quotes) % 2:
        return quotes[-1]
    opened: list[int] = []
    for place, letter in enumerate(text):
        if letter in PAIRS.values():
            opened.append(place)
        elif letter in PAIRS and (not opened or text[opened.pop()] != PAIRS[letter]):
            return place
    stray = None if OPENING_APOSTROPHE.search(text) else STRAY_APOSTROPHE.search(text)
    return opened[0] if opened else stray.start() if stray else None


def _damaged(text: str) -> Iterator[Remain]:
    """Control and invisible characters, and UTF-8 that was read as another encoding ("Ã©")."""
    if plain(text) != unicodedata.normalize("NFC", " ".join(text.split())):
        hidden = (place for place, letter in enumerate(text) if not letter.isspace() and not plain(letter))
        place = next(hidden, 0)
        advice = "Write plain letters, no control characters or hidden marks."
        yield Remain("control", "a character that nobody can see", place, place + 1, advice)
    if damaged := MISREAD.search(text):
        yield Remain("mojibake", "damaged text", damaged.start(), damaged.end(), "Write plain letters.")


def _capitals(text: str, product: Product) -> Iterator[Remain]:
    """Words in capitals that the facts do not have so: a long one, or two side by side."""
    known = _known_capitals(product.brand, product.facts)
    shouted = [match for match in CAPITALS.finditer(text) if match[0].isupper() and match[0] not in known]
    for match, following in zip_longest(shouted, shouted[1:]):
        beside = following is not None and not re.search(r"\w", text[match.end() : following.start()])
        if beside or len(match[0]) >= SHOUTED_LETTERS:
            advice = "Write words in small letters."
            yield Remain("capitals", "a word in capitals", match.start(), match.end(), advice)
            return


@lru_cache(maxsize=64)
def _known_capitals(brand: str, facts: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """Words that the facts write in capitals, from facts that are not in capitals throughout; and the brand's."""
    known = set(CAPITALS.findall(brand))
    for _, fact in facts:
        words = CAPITALS.findall(fact)
        if not _is_shouted(words):
            known |= {word for word in words if word.isupper()}
    return frozenset(known)


def _is_shouted(words: Iterable[str]) -> bool:
    cases = Counter(word.isupper() for word in words)
    return cases[True] > 2 and cases[True] > cases[False]
