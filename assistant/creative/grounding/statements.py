"""Whether the facts of a product state what a phrase of the lexicon states."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from assistant.creative.grounding.candidates import NUMERALS
from assistant.creative.grounding.reading import Mention, Reading, content
from assistant.creative.grounding.sheet import Place, Sheet
from assistant.creative.grounding.support import ALL, OPPOSITE, Verdict, covering, unmentioned
from assistant.vocabulary.data import grammar
from assistant.vocabulary.lexicon import lexicon, part_names, synonyms
from assistant.vocabulary.words import root, stem

# How many words to either side of a promise a condition may stand.
NEAR = 20
# Before a place: all of it is meant, and not somewhere in it.
# Before a material: there is no other in it.
PURE = frozenset(("pure", "purely", "entirely", "only", "nothing"))
THROUGHOUT = frozenset(("across", "throughout"))
NOMINATED = frozenset(map(stem, ("shortlisted", "finalist", "nominated", "nominee", "longlisted")))
MAKING = grammar("making")
MANUFACTURE = frozenset(("made", "manufacture", "production", "craftsmanship", "woven", "grown", "built"))
ELSEWHERE = grammar("elsewhere")
# Kinds of which another word may stand for the one that is used.
PARAPHRASED = frozenset(("effect", "origin", "audience", "environment", "popularity", "review"))
EXACT = frozenset(
    (
        "colour",
        "material",
        "place",
        "certification",
        "shipping",
        "guarantee",
        "discount",
        "award",
        "superlative",
        "availability",
    )
)
CONDITIONS = frozenset(("available", "over", "orders", "order", "if", "above", "registered", "subscription", "members"))
WITHOUT_CONDITION = frozenset(("every", "all", "any"))
# Kinds that the facts may state of a part or on a condition alone.
LIMITED = frozenset(("material", "colour", "shipping", "award"))
IMITATED = grammar("imitated")


def judge_mention(reading: Reading, mention: Mention, sheet: Sheet) -> Verdict:
    """Whether the facts state what a phrase of the lexicon states, of the same part of the product."""
    if mention.kind == "material" and reading.lower(mention.first - 1) in PURE and _mixed(mention, sheet):
        return Verdict(reason="the facts name other materials, too", confidence=0.8)
    if mention.kind == "material" and (number := _unknown_number(reading, mention, sheet)) is not None:
        return Verdict(reason=unmentioned(reading, number, mention.last), confidence=0.9)
    stated = list(sheet.stating(mention.concepts))
    agreeing = [(fact, found) for fact, found in stated if found.negated == mention.negated]
    for fact, found in agreeing:
        if _bears_out(reading, mention, sheet, (fact, found), agreeing):
            sure = 1.0 if found.concepts & mention.concepts else 0.9
            return Verdict(support=sheet.quote(Place(fact, found.first, found.last)), confidence=sure)
    if agreeing and mention.kind in LIMITED:
        return Verdict(reason=_limit(mention, agreeing[0][1]), confidence=0.7)
    if stated and _told_not_to(reading, mention):
        fact, found = stated[0]
        return Verdict(support=sheet.quote(Place(fact, found.first, found.last)), confidence=0.5)
    if stated:
        return Verdict(reason=OPPOSITE, confidence=0.9)
    return _reduced(mention, sheet) or _told_otherwise(reading, mention, sheet)


def _mixed(mention: Mention, sheet: Sheet) -> bool:
    """Whether the facts' list of materials has others than the one that is said to be all there is."""
    listed = (other for name, other in zip(sheet.names, sheet.readings, strict=True) if name == "material")
    found = (other for reading in listed for other in reading.mentions if other.kind == "material" and not other.part)
    return any(not mention.concepts & lexicon().implied(own) for other in found for own in other.concepts)


def _unknown_number(reading: Reading, mention: Mention, sheet: Sheet) -> int | None:
    """The place of the number of a material, such as the 14 of "14k gold", that the facts do not have."""
    numbered = [n for n in range(mention.first, mention.last + 1) if reading.lower(n)[0].isdigit()]
    if not numbered:
        return None
    known = {_digits(token.lower) for other in sheet.readings for token in other.tokens}
    return next((n for n in numbered if _digits(reading.lower(n)) not in known), None)


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())


def _bears_out(
    reading: Reading,
    mention: Mention,
    sheet: Sheet,
    there: tuple[int, Mention],
    agreeing: Iterable[tuple[int, Mention]],
) -> bool:
    """Whether a phrase of the facts says it of the same part, of as much, and on no condition."""
    fact, found = there
    if mention.kind == "place":
        named = sheet.names[fact] in ("title", "brand") and not _adjective(sheet.readings[fact], found)
        return not _elsewhere(reading, mention, sheet.readings[fact], found, named=named)
    if mention.kind == "award":
        return not _nominated(reading, mention, sheet, Place(fact, found.first, found.last))
    same = (
        _alone(reading, mention) or _same_part(mention, found, agreeing, sheet) or _part_before(reading, mention, found)
    )
    return same and not _conditional(reading, mention, sheet, Place(fact, found.first, found.last))


def _limit(mention: Mention, found: Mention) -> str:
    """Why facts that say it do not bear it out."""
    if mention.kind == "award":
        return "the facts only say that it was nominated"
    return f"the facts say it of the {found.part} only" if found.part else "the facts say it under a condition only"


def _reduced(mention: Mention, sheet: Sheet) -> Verdict | None:
    """What the prices of the facts tell of a sale."""
    if "on sale" in mention.concepts and sheet.reduced:
        return Verdict(support=f"{sheet.reduced}: more than the price now")
    half = sheet.halved() if "half price" in mention.concepts else None
    return Verdict(support=sheet.quote(half)) if half else None


def _told_otherwise(reading: Reading, mention: Mention, sheet: Sheet) -> Verdict:
    if (named := _by_words(reading, mention, sheet)) is not None:
        return Verdict(support=sheet.quote(named), confidence=0.7)
    return Verdict(reason=unmentioned(reading, mention.first, mention.last), confidence=0.9)


def _elsewhere(reading: Reading, mention: Mention, fact: Reading, found: Mention, *, named: bool) -> bool:
    """Whether a place of the facts is not the place that is meant: where it is sent from, or a part of it."""
    wide = reading.lower(mention.first - 1) in THROUGHOUT and not found.concepts & mention.concepts
    bare = named and not _before(fact, found) & (MAKING | {"from", "in"})
    return wide or (_made(reading, mention) and (bare or _not_made(fact, found)))


def _adjective(reading: Reading, found: Mention) -> bool:
    """Whether a place is named by its adjective: "Japanese", not "Kyoto"."""
    return reading.tokens[found.last].lower.endswith(("ish", "ese", "ian", "ch", "an", "ic"))


def _told_not_to(reading: Reading, mention: Mention) -> bool:
    """ "don't wait for the blue one": what the reader is told not to do, which denies nothing of the product."""
    denier = reading.deniers[mention.first]
    return mention.kind in ("colour", "material") and denier is not None and reading.lower(denier) == "don't"


def _by_words(reading: Reading, mention: Mention, sheet: Sheet) -> Place | None:
    """Where the facts say in the same words, or in a longer name, what the lexicon does not find in them."""
    if mention.kind == "size":
        return sheet.sized(reading.tokens[mention.first].lower)
    if mention.kind in ("material", "colour"):
        return _within(reading, mention, sheet)
    words = [n for n in range(mention.first, mention.last + 1) if content(reading.tokens[n])]
    if mention.kind == "origin" and len(words) == 1:
        return sheet.having(reading.roots[words[0]], denied=mention.negated)
    if len(words) == 1 and (denied := _unsaid(reading.tokens[words[0]].lower, sheet)):
        return denied
    # One word out of a phrase such as "zips off" does not say what the product does.
    least = 2 if mention.kind == "effect" and mention.last > mention.first else 1
    if mention.kind in EXACT or len(words) < least:
        return None
    if _of_all(reading, mention) and not _as_wide(sheet, sheet.having(reading.roots[words[0]])):
        return None
    if mention.kind in PARAPHRASED:
        lacking = reading.negated[words[0]] and reading.lower(mention.first) != "no"
        if len(words) > 1 and not lacking:
            return sheet.together(reading.roots[n] for n in words)
        return covering(reading, words, sheet, lacking, 1.0)
    places = [sheet.having(reading.roots[n], denied=mention.negated) for n in words]
    return places[0] if all(places) else None


def _as_wide(sheet: Sheet, place: Place | None) -> bool:
    """Whether a sentence of the facts says something of all things, too."""
    if place is None:
        return False
    first, after = sheet.sentence_of(place)
    return any(token.lower in ALL for token in sheet.readings[place.fact].tokens[first:after])


def _of_all(reading: Reading, mention: Mention) -> bool:
    """Whether a phrase says something of all things: "fits every" is more than "fits"."""
    return any(reading.lower(n) in ALL for n in range(mention.first, mention.last + 1))


def _unsaid(word: str, sheet: Sheet) -> Place | None:
    """Where the facts deny what a word with "un" denies: "not filtered" for "unfiltered"."""
    return sheet.naming(stem(word[2:]), denied=True) if word.startswith("un") and len(word) > 5 else None


def _within(reading: Reading, mention: Mention, sheet: Sheet) -> Place | None:
    """Where the facts have a word within a longer name: "percale" in "cotton percale"; no leather in "faux leather"."""
    wanted = [reading.tokens[n].stem for n in range(mention.first, mention.last + 1)]
    for fact, other in enumerate(sheet.readings):
        for found in other.mentions:
            tokens = other.tokens[found.first : found.last + 1]
            ends = len(tokens) > len(wanted) and [token.stem for token in tokens[-len(wanted) :]] == wanted
            if ends and found.negated == mention.negated and not IMITATED & {token.lower for token in tokens}:
                return Place(fact, found.first, found.last)
    return None


def _same_part(said: Mention, found: Mention, agreeing: Iterable[tuple[int, Mention]], sheet: Sheet) -> bool:
    """Colours and materials belong to what they are said of: black straps make no black bag."""
    if said.kind not in ("material", "colour") or sheet.part(said) == sheet.part(found):
        return True
    if sheet.part(found) == "":
        return not _other_of_part(said, sheet)
    same = synonyms().get(root(said.part), frozenset())
    return root(found.part) in same if sheet.part(said) else any(sheet.part(other) == "" for _, other in agreeing)


def _made(reading: Reading, said: Mention) -> bool:
    """Whether a place is said to be where the product is made."""
    return bool(MAKING & _before(reading, said)) or (
        reading.lower(said.last + 1) in MANUFACTURE and not reading.tokens[said.last + 1].pause
    )


def _not_made(reading: Reading, found: Mention) -> bool:
    """Whether a place of the facts is where the product is designed, kept or sent from, and not where it is made."""
    before = _before(reading, found)
    return bool(before & ELSEWHERE) and not before & MAKING


def _before(reading: Reading, mention: Mention) -> frozenset[str]:
    """The four words before a phrase in its clause."""
    first = mention.first
    while first > 0 and mention.first - first < 4 and not reading.tokens[first].pause:
        first -= 1
    return frozenset(token.lower for token in reading.tokens[first : mention.first])


def _part_before(reading: Reading, said: Mention, found: Mention) -> bool:
    """Whether the part that the facts say it of stands shortly before: "insert in chrome steel", "lined in viscose"."""
    names = part_names().get(found.part, frozenset((found.part,)))
    before = [n for n in range(max(said.first - 3, 0), said.first) if reading.same_sentence(n, said.first)]
    return said.kind == "material" and any(reading.tokens[n].stem in names for n in before)


def _alone(reading: Reading, said: Mention) -> bool:
    """Whether a colour or material stands without a noun: "just paper", "brass, glass and oak"."""
    after = reading.tokens[said.last + 1] if said.last + 1 < len(reading.tokens) else None
    before = reading.tokens[said.first - 1].lower if said.first else ""
    listed = said.kind == "material" and reading.tokens[said.first].pause
    if listed and (after is None or after.pause or after.lower in ("and", "&")):
        return True
    return before in ("just", "only", "plus") and (after is None or after.pause)


def _other_of_part(said: Mention, sheet: Sheet) -> bool:
    """Whether the facts give the part another colour or material than what is said."""
    ways = [mention for reading in sheet.readings for mention in reading.mentions if mention.part == said.part]
    same_kind = [mention for mention in ways if mention.kind == said.kind and not mention.negated]
    return bool(said.part) and bool(same_kind)


def _conditional(reading: Reading, mention: Mention, sheet: Sheet, place: Place) -> bool:
    """Whether the facts promise it on a condition that the text leaves out: "free delivery on orders over 150"."""
    if mention.kind != "shipping":
        return False
    fact = sheet.readings[place.fact]
    after = [token.lower for token in takewhile(lambda token: not token.pause, fact.tokens[place.last + 1 :][:4])]
    bounded = any(word == "from" and after[n + 1 : n + 2] and _number(after[n + 1]) for n, word in enumerate(after))
    near = reading.tokens[max(mention.first - NEAR, 0) : mention.last + NEAR]
    said = {token.lower for token in near if token.sentence == reading.tokens[mention.first].sentence}
    bounded = bounded and not any(map(_number, said))
    return (
        (bounded or bool(CONDITIONS & set(after))) and not set(after) & WITHOUT_CONDITION and not _same_condition(said)
    )


def _same_condition(said: set[str]) -> bool:
    """Whether a text names a condition, too, and does not do away with it: "on all orders"."""
    return bool(said & CONDITIONS) and not said & WITHOUT_CONDITION


def _nominated(reading: Reading, mention: Mention, sheet: Sheet, place: Place) -> bool:
    """Whether the facts only have it nominated, and the text does not say so: "shortlisted for Lamp of the Year"."""
    if mention.kind != "award":
        return False
    first, after = sheet.sentence_of(place)
    start = reading.sentence_start(mention.first)
    said = [token.stem for token in reading.tokens[start:] if token.sentence == reading.tokens[start].sentence]
    known = [token.stem for token in sheet.readings[place.fact].tokens[first:after]]
    return bool(NOMINATED & set(known)) and not NOMINATED & set(said)


def _number(word: str) -> bool:
    return word[0].isdigit() or word in NUMERALS
