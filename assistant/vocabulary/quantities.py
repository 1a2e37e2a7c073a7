"""Quantities: numbers in digits or words, with units, ranges and "about", as a text says them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.vocabulary.data import grammar, split, toml
from assistant.vocabulary.lexicon import stems, word_set
from assistant.vocabulary.quantity import Quantity, plain
from assistant.vocabulary.words import Token, stem

NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)([^\W\d_]*)")
WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
GROUPS = {"pair": 2, "dual": 2, "twin": 2, "double": 2, "triple": 3, "trio": 3, "quad": 4, "quartet": 4, "dozen": 12}
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
SEVERAL = {"dozens": (24, 500), "hundreds": (200, 2000), "thousands": (1500, 1e6), "millions": (1.5e6, 1e12)}
PARTS = {
    "half": 50.0,
    "third": 100 / 3,
    "quarter": 25.0,
    "fifth": 20.0,
    "tenth": 10.0,
    "halves": 50.0,
    "thirds": 200 / 3,
}
TIMES = {"twice": 2.0, "thrice": 3.0, "double": 2.0, "triple": 3.0}
AT_MOST = {
    "under": "<", "below": "<", "less": "<", "within": "<", "fewer": "<", "max": "<", "beneath": "<", "sub": "<",
    "over": ">", "above": ">", "more": ">", "least": ">", "beyond": ">", "exceeding": ">", "from": ">=",
    "starting": ">=",
    "about": "~", "around": "~", "roughly": "~", "approximately": "~", "approx": "~", "circa": "~", "some": "~",
    "nearly": "-", "almost": "-", "close": "-", "up": "=",
}  # fmt: skip
FOLLOWED = {"less": "than", "more": "than", "fewer": "than", "least": "", "close": "to", "up": "to", "starting": ""}
SMALL = frozenset(("than", "to", "at", "a", "the", "just", "only", "little", "well", "an", "for", "of", "full", "of"))


@cache
def _units() -> dict[tuple[str, ...], tuple[str, str, float]]:
    """From the stems of a unit's name to its dimension, own name and size."""
    return {
        stems(name) or (name,): (dimension, unit, float(size))
        for dimension, units in toml("units").items()
        for unit, (size, names) in units.items()
        for name in split(names)
    }


def quantities(tokens: Sequence[Token]) -> Iterator[Quantity]:
    """The quantities of a text in order."""
    place = 0
    while place < len(tokens):
        found = _at(tokens, place)
        if found is None:
            place += 1
            continue
        yield found
        place = found.last + 1


def _at(tokens: Sequence[Token], place: int) -> Quantity | None:
    low = _value(tokens, place)
    if (share := _share(tokens, place)) is not None:
        return share
    if low is None:
        return _fraction(tokens, place)
    value, high, end, tail = low
    if _lower(tokens, end + 1) in ("times", "x") or tail == "x":
        after = _lower(tokens, end + 1 + (not tail))
        if after in ("as", "more", "the") or after.endswith("er"):
            return Quantity(place, end + (not tail), value, high, "times", spelled=True)
    sign = _unit_of(tokens[place - 1].lower) if place and tokens[place - 1].lower in "$€£" else None
    if (second := _range_end(tokens, end)) is not None:
        high, end, tail = second
    unit, end = _unit(tokens, end, tail) if sign is None else (sign, end)
    return _quantity(tokens, (place - (sign is not None), end), (value, high), unit)


def _share(tokens: Sequence[Token], place: int) -> Quantity | None:
    """ "nine in ten" and "9 out of 10" are shares in per cent."""
    parsed = _value(tokens, place)
    if parsed is None or parsed[3] or parsed[0] != int(parsed[0]):
        return None
    skip = parsed[2] + 1 + (_lower(tokens, parsed[2] + 1) == "out")
    whole = _value(tokens, skip + 1) if _lower(tokens, skip) in ("in", "of") and skip + 1 < len(tokens) else None
    if whole is None or whole[0] not in (10, 100) or whole[0] < parsed[0]:
        return None
    value = 100 * parsed[0] / whole[0]
    return Quantity(
        place, whole[2], value, value, "percent", "percent", _bound(tokens, place), _noun(tokens, whole[2] + 1), True
    )


def _quantity(
    tokens: Sequence[Token], span: tuple[int, int], values: tuple[float, float], unit: tuple[str, str, float] | None
) -> Quantity:
    if (years := _years(tokens, span, values, unit)) is not None:
        return years
    dimension, name, size = unit or ("count", "", 1.0)
    low, high = sorted(_scaled(value, name, size, dimension) for value in values)
    return Quantity(
        first=span[0], last=span[1], low=low, high=high, unit=name,
        dimension=dimension if dimension != "other" else name,
        bound=_bound(tokens, span[0]), noun=_noun(tokens, span[1] + 1), spelled=not tokens[span[0]].lower[0].isdigit(),
    )  # fmt: skip


def _years(
    tokens: Sequence[Token], span: tuple[int, int], values: tuple[float, float], unit: tuple[str, str, float] | None
) -> Quantity | None:
    """A year or a decade: "since 1974", "the 1970s"."""
    word = tokens[span[0]].lower
    if not re.fullmatch(r"(?:18|19|20)\d\d(?:s|'s)?", word):
        return None
    decade = word.endswith("s")
    likely = 1930 <= values[0] <= 2060 or _lower(tokens, span[0] - 1) in DATED
    if not decade and (unit is not None or not likely):
        return None
    return Quantity(
        span[0], span[0], values[0], values[0] + 9 if decade else values[1], "date", bound=_bound(tokens, span[0])
    )


DATED = frozenset(
    ("in", "since", "of", "from", "the", "for", "until", "by", "year", "before", "after", *grammar("months"))
)


def _scaled(value: float, unit: str, size: float, dimension: str) -> float:
    if unit == "f":
        return (value - 32) / 1.8
    return value if dimension == "other" else value * size


Parsed = tuple[float, float, int, str]


def _value(tokens: Sequence[Token], place: int) -> Parsed | None:
    """The value at a place, from and to, the place of its last word, and the letters that hang on its digits."""
    word = tokens[place].lower
    if (match := NUMBER.fullmatch(word)) and not re.match(r"0\d", word) and match[2] not in ("xl", "xxl"):
        value, end = plain(match[1]), place
        if not match[2] and (scale := SCALES.get(_lower(tokens, place + 1))):
            value, end = value * scale, place + 1
        return value, value, end, match[2]
    if word in SEVERAL:
        low, high = SEVERAL[word]
        factor = 10 if _lower(tokens, place - 2) == "tens" else 1
        return low * factor, high * factor, place, ""
    if word == "tens" and _lower(tokens, place + 1) == "of" and _lower(tokens, place + 2) in SEVERAL:
        low, high = SEVERAL[_lower(tokens, place + 2)]
        return low * 10, max(high, low * 10 * 5), place + 2, ""
    return _worded(tokens, place)


def _worded(tokens: Sequence[Token], place: int) -> Parsed | None:
    """A number in words: "thirty-two", "a thousand", "a dozen", "a year and a half"."""
    word, after = tokens[place].lower, _lower(tokens, place + 1)
    if word in ("a", "an", "one", "per") and (after in SCALES or after == "dozen"):
        value, end = float(SCALES.get(after, 12)), place + 1
        while (scale := SCALES.get(_lower(tokens, end + 1))) is not None:
            value, end = value * scale, end + 1
        return value, value, end, ""
    if (part := _part_of_unit(tokens, place)) is not None:
        return part
    if word in ("a", "an", "one", "half", "full") and (unit := _measured(tokens, place)):
        return unit
    if word in GROUPS and after not in ("up", "as", "the"):
        return float(GROUPS[word]), float(GROUPS[word]), place + (after == "of"), ""
    if word not in WORDS or (word == "one" and not _counts(tokens, place)):
        return None
    value, end = float(WORDS[word]), place
    if value >= 20 and after in WORDS and WORDS[after] < 10 and tokens[place + 1].joined:
        value, end = value + WORDS[after], place + 1
    while (scale := SCALES.get(_lower(tokens, end + 1))) is not None:
        value, end = value * scale, end + 1
    if _lower(tokens, end + 1) == "dozen":
        value, end = value * 12, end + 1
    if [_lower(tokens, end + step) for step in (1, 2, 3)] == ["and", "a", "half"]:
        value, end = value + 0.5, end + 3
    return value, value, end, ""


def _part_of_unit(tokens: Sequence[Token], place: int) -> Parsed | None:
    """ "three quarters of a litre", "a third of a metre"."""
    word, part = tokens[place].lower, stem(_lower(tokens, place + 1))
    if (word not in WORDS and word not in ("a", "one")) or part not in ("quarter", "third"):
        return None
    measured = _lower(tokens, place + 2) == "of" and _lower(tokens, place + 3) in ("a", "an")
    if not measured or _unit_of(_lower(tokens, place + 4)) is None:
        return None
    value = WORDS.get(word, 1) / (4 if part == "quarter" else 3)
    return value, value, place + 3, ""


def _measured(tokens: Sequence[Token], place: int) -> Parsed | None:
    """ "a metre", "half an inch", "a year and a half": one or a part of a unit of measure."""
    word = tokens[place].lower
    skip = place + 1 if word != "half" else place + 1 + (_lower(tokens, place + 1) in ("a", "an"))
    skip += _lower(tokens, skip) == "full"
    value = 0.5 if word == "half" else 1.0
    if word in ("a", "an") and _lower(tokens, place + 1) == "half":
        value, skip = 0.5, place + 2
    unit = _unit_of(_lower(tokens, skip)) if skip < len(tokens) and not tokens[skip].pause else None
    if (
        unit is None
        or unit[0] in ("other", "temperature", "percent")
        or len(_lower(tokens, skip)) < 3
        or unit[1] in ("yd", "cup")
    ):
        fluid = _lower(tokens, skip) == "fluid"
        return (value, value, skip - 1, "") if fluid else None
    if unit[0] == "time" and not _timed(tokens, place, _lower(tokens, skip)):
        return None
    if [_lower(tokens, skip + step) for step in (1, 2, 3)] == ["and", "a", "half"]:
        value += 0.5
    return value, value, skip - 1, ""


# Words after which "a day" is a time that can be kept, and not a mood: "within a day", "for over a year".
TIMED = grammar("timed")


def _timed(tokens: Sequence[Token], place: int, unit: str) -> bool:
    before = _lower(tokens, place - 1)
    return before in TIMED or (tokens[place].lower in ("one", "full") and _lower(tokens, place + 1) != "day") or (
        before == "for" and unit in ("hour", "decade", "year", "century")
    ) or unit in ("decade", "century") or _lower(tokens, place + 2) == "to"  # fmt: skip


def _counts(tokens: Sequence[Token], place: int) -> bool:
    """Whether "one" is a count: "one drawer", "one litre", "one-year"; not "one day" or "the one"."""
    after = _lower(tokens, place + 1)
    unit = _unit_of(after)
    if place + 1 < len(tokens) and tokens[place + 1].joined:
        return unit is not None
    measured = unit is not None and unit[0] not in ("time", "temperature", "other") and len(after) > 1
    return measured or stem(after) in word_set("parts", "features")


def _range_end(tokens: Sequence[Token], end: int) -> tuple[float, int, str] | None:
    """The upper end of a range: "22 to 35", "62-127"."""
    if end + 1 >= len(tokens):
        return None
    following = tokens[end + 1]
    place = end + 1 if following.joined and NUMBER.fullmatch(following.lower) else end + 2
    if place == end + 2 and following.lower not in ("to", "–", "till"):
        return None
    if place >= len(tokens) or (not NUMBER.fullmatch(tokens[place].lower) and tokens[place].lower not in WORDS):
        return None
    parsed = _value(tokens, place)
    return (parsed[1], parsed[2], parsed[3]) if parsed else None


def _unit(tokens: Sequence[Token], end: int, tail: str) -> tuple[tuple[str, str, float] | None, int]:
    """The unit after a number and the place where it ends; for "45 x 45 cm" that of the whole run."""
    if tail:
        return _unit_of(tail), end
    end += (
        _lower(tokens, end + 1) in ("working", "business", "calendar") and _unit_of(_lower(tokens, end + 2)) is not None
    )
    for length in (2, 1):
        window = tuple(token.stem for token in tokens[end + 1 : end + 1 + length])
        if len(window) == length and window in _units() and not tokens[end + 1].pause:
            if window == ("in",) and not _inch(tokens, end + 1):
                return None, end
            return _units()[window], end + length
    scan = end + 1
    while scan + 1 < len(tokens) and tokens[scan].lower in ("x", "by", "×", "d", "h") and scan < end + 8:
        scan += 1 + (tokens[scan + 1].lower in ("d", "h", "w", "l"))
        parsed = _value(tokens, scan) if scan < len(tokens) else None
        if parsed is None:
            break
        unit, _ = _unit(tokens, parsed[2], parsed[3])
        if unit:
            return (unit, end) if unit[0] == "length" else (None, end)
        scan = parsed[2] + 1
    return None, end


# What may follow "in" where it is an inch.
INCH = grammar("inch")


def _inch(tokens: Sequence[Token], place: int) -> bool:
    return tokens[place - 1].lower[0].isdigit() and (
        place + 1 >= len(tokens) or tokens[place + 1].pause or tokens[place + 1].lower in INCH
    )


def _unit_of(word: str) -> tuple[str, str, float] | None:
    return _units().get((stem(word),)) or _units().get((word,))


def _fraction(tokens: Sequence[Token], place: int) -> Quantity | None:
    """ "a quarter smaller", "twice as bright", "three times": shares in per cent, and times."""
    word = tokens[place].lower
    if word in TIMES and _lower(tokens, place + 1) in ("as", "the", "more"):
        return Quantity(place, place, TIMES[word], TIMES[word], "times", spelled=True)
    if word in PARTS and _lower(tokens, place - 1) in ("a", "one", "two"):
        after = _lower(tokens, place + 1)
        if after in ("off", "less", "more", "of") or after.endswith("er") or after == "the":
            noun = _noun(tokens, place + 1)
            return Quantity(
                place, place, PARTS[word], PARTS[word], "percent", "percent", _bound(tokens, place - 1), noun, True
            )
    return None


def _bound(tokens: Sequence[Token], place: int) -> str:
    """How a number is said, from the words before it: "about", "under", "up to"."""
    if [_lower(tokens, place + step) for step in (2, 3, 4)] == ["and", "a", "bit"]:
        return ">"
    for back in range(1, 5):
        word = _lower(tokens, place - back)
        if word in AT_MOST:
            after = _lower(tokens, place - back + 1)
            return "" if FOLLOWED.get(word, "") not in ("", after) else AT_MOST[word]
        if word not in SMALL:
            break
    return ""


def _noun(tokens: Sequence[Token], place: int) -> tuple[str, ...]:
    """What is counted: the next words up to a small word or a pause, at most four."""
    found: list[str] = []
    for token in tokens[place : place + 5]:
        if token.pause or token.lower in STOPS or token.lower[0].isdigit():
            if token.lower in ("of", "on", "for", "the") and not found and not token.pause:
                continue
            break
        found.append(token.stem)
    return tuple(found[:4])


STOPS = grammar("stops")


def _lower(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].lower if 0 <= place < len(tokens) else ""
