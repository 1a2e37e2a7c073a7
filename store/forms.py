"""Other ways to write what a query says, so that it meets records that say it so: sizes, plurals, compounds.

The full-text index holds what was written. A query is what varies, and costs a few words more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from store.words import split_words

# Each line is one unit, as it is written; the index knows the plurals that end in s.
_UNITS = """
in inch
ft foot feet
yd yard
mm millimeter millimetre
cm centimeter centimetre
m meter metre
mi mile
km kilometer kilometre
oz ounce
lb lbs pound
g gram gr
kg kilo kilogram
ml milliliter millilitre
cl centiliter centilitre
l liter litre
gal gallon
qt quart
pt pint
w watt
kw kilowatt
v volt
a amp
hz hertz
mb megabyte
gb gigabyte
tb terabyte
mah
ct count
pc pcs piece
pk pack
"""
UNITS = tuple(tuple(line.split()) for line in _UNITS.split("\n") if line)
_UNIT_OF = {name: unit for unit in UNITS for name in unit} | {
    "'": UNITS[1],
    "′": UNITS[1],
    '"': UNITS[0],
    "″": UNITS[0],
}
# What a size without a unit may be in.
_USUAL_UNITS = (*UNITS[1], *UNITS[0], "cm")

_NUMBER = r"\d+(?:[.,]\d+)?"
_NAMES = "|".join(sorted({name for unit in UNITS for name in unit}, key=lambda name: (-len(name), name)))
_UNIT = rf"(?:[\s-]?(?:{_NAMES})(?:s|es)?(?![^\W_])|['′\"″])"
_BETWEEN = r"\s*(?:x|×|\*|\bby\b)\s*"
_START = r"(?<![^\W_])(?<!\d[.,])"
_SIDE = rf"({_NUMBER})({_UNIT})?"
_SIZE = re.compile(rf"{_START}{_SIDE}{_BETWEEN}{_SIDE}(?:{_BETWEEN}{_SIDE})?", re.I)
# "5 in 1" is no length.
_AMOUNT = re.compile(rf"{_START}({_NUMBER})({_UNIT})(?!\s*\d)", re.I)
MOST_MEASURES = 4

# A plural beside its singular, where neither ends in s.
_PLURALS = "man men woman women child children foot feet tooth teeth mouse mice goose geese person people"
_PAIRS = [*zip(_PLURALS.split()[::2], _PLURALS.split()[1::2], strict=True)]
_OTHER_NUMBER = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}


class Variant(NamedTuple):
    """Another form of a word or of two side by side: what was typed, and what a record may say for it."""

    typed: str
    other: str


def variants(words: Sequence[str]) -> list[Variant]:
    """Plurals and singulars that the index does not know to be one word, and two words written as one."""
    return [*_numbers(words), *_compounds(words)]


def measures(text: str) -> list[str]:
    """Every usual way to write the sizes and amounts of a text, the typed among them, as words and phrases."""
    return list(dict.fromkeys(map(str.casefold, _measures(text))))


def _measures(text: str) -> Iterator[str]:
    sizes = list(_SIZE.finditer(text))[:MOST_MEASURES]
    for size in sizes:
        yield from _sizes(
            [number for number in size.group(1, 3, 5) if number], _unit(size[6] or size[4] or size[2] or "")
        )
    for amount in list(_AMOUNT.finditer(text))[:MOST_MEASURES]:
        if not any(size.start() <= amount.start() < size.end() for size in sizes):
            for name in _unit(amount[2]):
                yield from (_phrase(f"{amount[1]}{name}"), _phrase(f"{amount[1]} {name}"))


def _sizes(numbers: list[str], unit: tuple[str, ...]) -> Iterator[str]:
    yield from (_phrase(sign.join(numbers)) for sign in ("x", " x ", " by ", " "))
    for name, sign in product(unit or _USUAL_UNITS, (" x ", " by ")):
        yield from (_phrase(sign.join(f"{number}{gap}{name}" for number in numbers)) for gap in ("", " "))
    yield from (_phrase("x".join(numbers) + name) for name in unit)


def _unit(written: str) -> tuple[str, ...]:
    name = written.strip(" -\t\n").casefold()
    return _UNIT_OF.get(name) or _UNIT_OF.get(name.removesuffix("s")) or _UNIT_OF.get(name.removesuffix("es")) or ()


def _numbers(words: Sequence[str]) -> Iterator[Variant]:
    for word in words:
        plain = word.casefold()
        if plain in _OTHER_NUMBER:
            yield Variant(plain, _OTHER_NUMBER[plain])
        elif plain.endswith("ves"):
            yield from (Variant(plain, f"{plain[:-3]}{end}") for end in ("f", "fe"))
        elif plain.endswith(("f", "fe")) and not plain.endswith("ff"):
            yield Variant(plain, f"{plain.removesuffix('e').removesuffix('f')}ves")


def _compounds(words: Sequence[str]) -> Iterator[Variant]:
    for first, second in pairwise(words):
        if first.isalpha() and second.isalpha():
            yield Variant(f"{first} {second}", first + second)


def _phrase(text: str) -> str:
    return " ".join(split_words(text))
