"""Whether the facts bear out a number: its value, its unit, what it counts, and what it is the measure of."""

from __future__ import annotations

from dataclasses import replace

from assistant.creative.grounding.prices import OFF, is_discount, judge_discount, judge_price, judge_share, stands
from assistant.creative.grounding.reading import Reading, content
from assistant.creative.grounding.sheet import Measured, Sheet, around, beside
from assistant.creative.grounding.support import Verdict
from assistant.vocabulary.data import grammar
from assistant.vocabulary.lexicon import synonyms, word_set
from assistant.vocabulary.quantity import WITHIN, Quantity, agrees
from assistant.vocabulary.words import root, stem

# What a number may be the measure of; one that is said of another topic bears nothing out.
TOPICS = {
    "hot": "hot", "cold": "cold chilled", "load": "load capacity", "charging": "charge charging recharge",
    "height": "height high tall h", "width": "width wide w", "depth": "depth deep d", "length": "length long l",
    "thickness": "thick thickness", "diameter": "diameter across",
    "shipping": "ship deliver delivery dispatch post arrive letterbox courier shipping",
    "guarantee": "guarantee warranty guaranteed cover", "return": "return refund exchange trial send back",
}  # fmt: skip
ROOT_TOPICS = {root(word): topic for topic, words in TOPICS.items() for word in words.split()}
GENERIC = frozenset(
    map(
        stem,
        ["pack", "set", "piece", "box", "total", "unit", "item", "pcs", "pk", "count", "kit", "bundle", "x", "pair"],
    )
)
# What facts count their own product by: "300 made" are 300 hoodies.
COUNTED_AS = frozenset(map(stem, ("made", "sold", "produced", "numbered", "available", "pcs", "pieces", "pc")))
# A count so large is the same count, whatever it is called: "over 90,000 sold" and "found a home".
TELLING = 100
OF_ANY = frozenset(map(stem, ("piece", "copy")))
RATINGS = frozenset(map(root, ("star", "review", "rating")))

FITTING = frozenset(map(stem, ("fit", "fits", "suitable", "suit", "compatible", "for", "works")))


def kind_of(reading: Reading, quantity: Quantity) -> str:
    """The kind of claim that a number makes."""
    if is_discount(reading, quantity):
        return "discount"
    if quantity.money:
        return "price"
    if quantity.dimension == "date":
        return "date"
    topics = topics_of(around(reading, quantity.first, quantity.last))
    named = next((topic for topic in ("guarantee", "shipping") if topic in topics), "")
    nouns = {root(noun) for noun in quantity.noun}
    if nouns & RATINGS:
        return "review"
    return named or ("size" if quantity.dimension == "length" else "number")


def topics_of(roots: frozenset[str]) -> frozenset[str]:
    return frozenset(topic for word in roots if (topic := ROOT_TOPICS.get(word)))


# Before "of" and a number: "the price of seven", "first of thirty", "children of five".
COUNTED_OF = frozenset(("price", "first", "one", "children", "kids", "boys", "girls", "age"))
PEOPLE = frozenset(map(stem, grammar("seated")))
SERVING = frozenset(("seats", "serves", "sleeps", "accommodates"))
CHOICES = frozenset(map(stem, grammar("choices")))
# "10 Ways to Style a Shelf": what an article lists, and no product.
LISTED = frozenset(map(stem, grammar("listed")))
BUYING = frozenset(("buy", "order", "take"))
AGES = frozenset(("ages", "aged", "age"))


def asserted(reading: Reading, quantity: Quantity, sheet: Sheet) -> bool:
    """Whether a number can be checked; "two quiet minutes" and "a million stars" cannot."""
    after = [token.lower for token in reading.tokens[quantity.last + 1 : quantity.last + 4]]
    if after[:3] in (["in", "the", "morning"], ["in", "the", "afternoon"]) or after[:1] in (
        ["am"],
        ["pm"],
        ["o'clock"],
    ):
        return False
    if quantity.dimension == "count" and LISTED & set(quantity.noun[:3]):
        return False
    if not quantity.spelled or quantity.dimension not in ("count", "time"):
        return True
    before = reading.lower(quantity.first - 1)
    people = not quantity.noun or bool(PEOPLE & set(quantity.noun))
    if before == "for" and people and quantity.dimension == "count" and _meant_for(reading, quantity, sheet):
        return True
    if quantity.dimension == "count" and (before in SERVING or CHOICES & set(quantity.noun[:2])):
        return True
    if before in BUYING and quantity.dimension == "count" and quantity.noun:
        return True
    if before in AGES or after[:1] in (["left"], ["remain"]) or after[:2] in (["are", "left"], ["is", "left"]):
        return True
    if before == "of" and reading.lower(quantity.first - 2) in COUNTED_OF:
        return True
    scenery = any(word in word_set("style", "scene") for word in quantity.noun[-1:] + quantity.noun[:1])
    if quantity.dimension == "count" and quantity.noun[:1] == ("star",) and quantity.low <= 5:
        return True
    if quantity.dimension == "count":
        if before == "no" or not quantity.noun or quantity.low == 0:
            return False
        if quantity.low >= 100:
            return not any(word in word_set("style", "times") for word in quantity.noun)
        known = any(sheet.naming(noun) for noun in quantity.noun[:2])
        return known or _product_noun(quantity) or (quantity.low > 10 and not scenery)
    return (
        before
        in ("in", "within", "under", "over", "to", "for", "than", "about", "lasts", "up", "nearly", "almost", "from")
        or quantity.low > 12
    )


def _meant_for(reading: Reading, quantity: Quantity, sheet: Sheet) -> bool:
    """Whether "for six" tells for how many people the product is, and not a scene: "coffee for two"."""
    seated = quantity.first > 1 and reading.tokens[quantity.first - 2].stem in sheet.own_name and quantity.low > 2
    return seated if quantity.noun else sheet.seats or seated


def _product_noun(quantity: Quantity) -> bool:
    return any(
        word in word_set("parts", "features") or word in word_set("parts", "things") for word in quantity.noun[:2]
    )


def judge_quantity(reading: Reading, quantity: Quantity, sheet: Sheet) -> Verdict:
    """Whether a number of the facts is the same, of the same thing."""
    start, end = reading.span(quantity.first, quantity.last)
    said = reading.text[start:end]
    if is_discount(reading, quantity):
        found = judge_discount(quantity, sheet)
    elif quantity.money:
        found = judge_price(reading, quantity, sheet)
    elif quantity.dimension == "percent" and (paid := judge_share(quantity, sheet)):
        found = paid
    else:
        found = _judge_amount(reading, quantity, sheet) or _judge_otherwise(reading, quantity, sheet)
    return found or Verdict(reason=f"no fact gives {said!r}", confidence=0.9)


# What may follow a bare number that is a price ("from 50 down"), and one that is a measure: "at 120 across".
AFTER_PRICE = frozenset(("down", "now", "today", "instead", "before", "plus"))
UNNAMED = frozenset(("across", "wide", "tall", "high", "long", "deep", "behind", "ahead", "rear", "front", "each"))
# A year that is over for sure, to tell how long "since 1974" is at least.
PAST_YEAR = 2024


def _judge_otherwise(reading: Reading, quantity: Quantity, sheet: Sheet) -> Verdict | None:
    """Numbers that stand for something else: a bare price, a sum in pounds, the years since a date."""
    said = reading.tokens[quantity.first].lower
    numbered = _numbered(reading, quantity.first)
    bare = quantity.dimension == "count" and not set(quantity.noun) - AFTER_PRICE
    for measured in sheet.measures:
        other = measured.quantity
        if bare and other.money and other.low == quantity.low:
            return stands(sheet, measured, 0.8)
        same_digits = said.isdigit() and said == sheet.readings[measured.fact].tokens[other.first].lower
        if same_digits and quantity.dimension == "count" and not (quantity.noun and quantity.noun[0] not in UNNAMED):
            return stands(sheet, measured, 0.6)
        if numbered and numbered == _numbered(sheet.readings[measured.fact], other.first):
            return stands(sheet, measured, 0.8)
        years = (PAST_YEAR - other.low) * 8760
        if (
            other.dimension == "date"
            and quantity.unit in ("year", "decade", "century")
            and quantity.low <= years <= 1.7 * quantity.low
        ):
            return stands(sheet, measured, 0.7)
    return _judge_pounds(reading, quantity, sheet)


def _numbered(reading: Reading, n: int) -> tuple[str, str] | None:
    """What a number numbers, with the number: "batch 3"."""
    if n == 0 or not content(reading.tokens[n - 1]) or not reading.same_sentence(n - 1, n):
        return None
    return reading.tokens[n - 1].stem, reading.tokens[n].lower


def _judge_pounds(reading: Reading, quantity: Quantity, sheet: Sheet) -> Verdict | None:
    """ "18 pounds" may be money."""
    if quantity.unit != "lb" or not reading.tokens[quantity.last].lower.startswith("pound"):
        return None
    value = quantity.low / 453.6
    pounds = replace(quantity, low=value, high=value, dimension="GBP", unit="gbp")
    return judge_price(reading, pounds, sheet) or judge_discount(pounds, sheet)


def _judge_amount(reading: Reading, quantity: Quantity, sheet: Sheet) -> Verdict | None:
    said = around(reading, quantity.first, quantity.last) | beside(reading, quantity)
    topics = topics_of(said - frozenset(map(root, sheet.own_name)))
    same = [m for m in sheet.measures if m.quantity.dimension == quantity.dimension and not _excluded(m, sheet)]
    if not _scale(reading, quantity.first):
        same = [m for m in same if not _scale(sheet.readings[m.fact], m.quantity.first)]
    topical = [m for m in same if topics & topics_of(m.around | m.near)]
    exact = 2 if quantity.dimension == "count" else 1
    named = quantity.noun[:exact] if len(quantity.noun) >= exact else ()
    namely = [m for m in same if named and m.quantity.noun[:exact] == named]
    best: tuple[float, Measured] | None = None
    for measured in namely or topical or same:
        sure = agrees(quantity, measured.quantity)
        if sure and not topical and topics and topics_of(measured.around | measured.near):
            sure = (
                0.0
                if {"shipping", "guarantee", "return"} & (topics | topics_of(measured.around | measured.near))
                else sure * 0.7
            )
        if sure == WITHIN and not (topical or measured.around & around(reading, quantity.first, quantity.last)):
            sure = 0.0
        if sure and quantity.dimension in ("count", "percent") and not _same_thing(quantity, measured, sheet.own_name):
            sure = 0.0
        if sure and (best is None or sure > best[0]):
            best = (sure, measured)
    if best:
        return stands(sheet, best[1], best[0])
    if quantity.dimension == "count" and quantity.low == 1 and quantity.noun:
        place = next((place for noun in quantity.noun[:2] if (place := sheet.naming(noun))), None)
        return Verdict(support=sheet.quote(place), confidence=0.7) if place else None
    return _counted(quantity, sheet) if quantity.dimension == "count" else None


def _excluded(measured: Measured, sheet: Sheet) -> bool:
    """Whether the facts name a number to say that it does not fit: "does not fit 15 or 16 inch"."""
    reading, first = sheet.readings[measured.fact], measured.quantity.first
    denier = reading.deniers[first]
    return denier is not None and any(reading.tokens[n].stem in FITTING for n in range(denier, first))


def _scale(reading: Reading, n: int) -> bool:
    """Whether a number is what another is counted out of: the 5 of "4.8 of 5"."""
    of = n - 1 - (reading.lower(n - 1) == "of")
    of -= reading.lower(of) == "out"
    return of < n - 1 and reading.lower(of)[:1].isdigit()


def _same_thing(quantity: Quantity, measured: Measured, own_name: frozenset[str]) -> bool:
    """Whether two counts count the same, as far as they say what."""
    fact = measured.quantity
    nouns = [noun for noun in quantity.noun if noun not in GENERIC]
    others = [noun for noun in fact.noun if noun not in GENERIC]
    if fact.dimension == "count" and quantity.low >= TELLING:
        return True
    if nouns and nouns[0] in own_name | OF_ANY and fact.noun[:1] and fact.noun[0] in COUNTED_AS:
        return True
    rated = bool(RATINGS & {root(noun) for noun in nouns} - measured.around)
    if not nouns or (not others and quantity.dimension == "count" and not rated):
        return True
    if quantity.noun[:1] and quantity.noun[0] in OFF and measured.near & OFF:
        return True
    wanted = {key for noun in nouns for key in synonyms().get(root(noun), {root(noun)})}
    return bool(wanted & (measured.around | {root(noun) for noun in others}))


def _counted(quantity: Quantity, sheet: Sheet) -> Verdict | None:
    """How many colours or sizes there are to choose from."""
    for noun in quantity.noun:
        for key in synonyms().get(root(noun), frozenset((root(noun), "color" if noun == "shad" else ""))):
            if sheet.counts.get(key) == quantity.low:
                return Verdict(support=f"{key}: {int(quantity.low)} to choose from", confidence=0.8)
    return None
