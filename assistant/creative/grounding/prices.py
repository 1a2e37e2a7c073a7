"""Whether the facts bear out a price, a discount, or how much of a former price is left."""

from __future__ import annotations

from dataclasses import replace

from assistant.creative.grounding.reading import Reading
from assistant.creative.grounding.sheet import FORMER, Measured, Place, Sheet
from assistant.creative.grounding.support import Verdict
from assistant.vocabulary.quantity import Quantity, agrees
from assistant.vocabulary.words import stem

BEFORE = FORMER | frozenset(("from", "were", "originally", "usually", "before", "normally", "formerly"))
EACH = frozenset(("each", "apiece", "per"))
SAVING = frozenset(("save", "saving", "saves"))
OFF = SAVING | frozenset(("off", "discount", "reduction", "reduced", "savings", "less", "cheaper", "down", "below"))
PRICED = frozenset(map(stem, ("price", "cost", "original", "new")))
# How far a discount in per cent, or in words, may be from the one that the prices make.
ROUNDED, SPOKEN = 0.6, 1.5


def is_discount(reading: Reading, quantity: Quantity) -> bool:
    """Whether a number is said of what a price is lowered by."""
    if not (quantity.money or quantity.dimension == "percent"):
        return False
    after = {token.lower for token in reading.tokens[quantity.last + 1 : quantity.last + 3]}
    before = {token.lower for token in reading.tokens[max(quantity.first - 2, 0) : quantity.first]}
    return bool(after & OFF) or bool(before & SAVING)


def judge_discount(quantity: Quantity, sheet: Sheet) -> Verdict | None:
    """Whether two prices of the facts make a discount, or a fact names it."""
    worth = sheet.saved if quantity.money else sheet.discount
    if worth and _worth(quantity, worth):
        unit = "" if quantity.money else "%"
        return Verdict(support=f"price: {worth:.{2 if quantity.money else 0}f}{unit} below the regular one")
    for paid, former in sheet.reductions:
        saved = former.quantity.low - paid.quantity.low
        if _worth(quantity, saved if quantity.money else 100 * saved / former.quantity.low):
            return stands(sheet, former, 0.9)
    for measured in sheet.measures:
        if agrees(quantity, measured.quantity) and (measured.near & OFF or _minus(measured, sheet)):
            return stands(sheet, measured, 1.0)
    return None


def judge_share(quantity: Quantity, sheet: Sheet) -> Verdict | None:
    """ "less than a third of the price": what is left of a former price."""
    if not PRICED & set(quantity.noun):
        return None
    for paid, former in sheet.reductions:
        if _worth(quantity, 100 * paid.quantity.low / former.quantity.low):
            return stands(sheet, former, 0.8)
    return None


def judge_price(reading: Reading, quantity: Quantity, sheet: Sheet) -> Verdict | None:
    """Whether a sum of money is a price of the facts, now or, where the text says so, before."""
    tokens = reading.tokens
    after = {token.lower for token in tokens[quantity.last + 1 : quantity.last + 3]}
    before = {token.lower for token in tokens[max(quantity.first - 4, 0) : quantity.first]}
    named = reading.lower(quantity.last + 1) == "a" and any(
        token.stem in sheet.own_name for token in tokens[quantity.last + 2 : quantity.last + 4]
    )
    if (after & EACH or named) and (found := _each(quantity, sheet)):
        return found
    for measured in sheet.measures:
        own = sheet.names[measured.fact] == "price"
        if sheet.former(measured) and not own and not before & BEFORE:
            continue
        said = replace(quantity, bound="") if quantity.bound in ("<", ">") and not own else quantity
        if (sure := agrees(said, measured.quantity)) or _cheaper(quantity, measured, sheet):
            return stands(sheet, measured, sure or 0.8)
    return None


def stands(sheet: Sheet, measured: Measured, sure: float) -> Verdict:
    """What supports a number, with how sure that is."""
    quantity = measured.quantity
    return Verdict(support=sheet.quote(Place(measured.fact, quantity.first, quantity.last)), confidence=sure)


def _worth(quantity: Quantity, worth: float) -> bool:
    """Whether a discount is as large as is said: to the cent, to the per cent, or as a share in words."""
    exact = replace(quantity, dimension="percent" if quantity.dimension == "count" else quantity.dimension)
    if quantity.bound:
        return agrees(exact, replace(exact, low=worth, high=worth, bound="")) > 0
    return abs(worth - quantity.low) <= (0.01 if quantity.money else SPOKEN if quantity.spelled else ROUNDED)


def _minus(measured: Measured, sheet: Sheet) -> bool:
    """Whether a fact has a minus before a number: "from 10 pieces -12%"."""
    reading = sheet.readings[measured.fact]
    before = reading.text[: reading.tokens[measured.quantity.first].start][-2:]
    return before.endswith(("-", "−", "–")) and not before[0].isalnum()


def _cheaper(quantity: Quantity, measured: Measured, sheet: Sheet) -> bool:
    """ "under 50" is true of any lower price."""
    same = measured.quantity.dimension == quantity.dimension and sheet.names[measured.fact] == "price"
    return quantity.bound == "<" and same and measured.quantity.high < quantity.low


def _each(quantity: Quantity, sheet: Sheet) -> Verdict | None:
    """The price of one of a pack."""
    counts = {m.quantity.low for m in sheet.measures if m.quantity.dimension == "count" and 2 <= m.quantity.low <= 200}
    for measured in sheet.measures:
        if sheet.names[measured.fact] == "price" and measured.quantity.dimension == quantity.dimension:
            for count in counts:
                one = measured.quantity.low / count
                if agrees(quantity, replace(measured.quantity, low=one, high=one)):
                    return stands(sheet, measured, 0.8)
    return None
