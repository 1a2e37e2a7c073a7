"""Whether a phrase of the lexicon claims something where it stands, or only paints a scene or a mood."""

from __future__ import annotations

from bisect import bisect_left

from assistant.creative.grounding.reading import Mention, Reading
from assistant.creative.grounding.sheet import Sheet
from assistant.vocabulary.data import grammar
from assistant.vocabulary.lexicon import IDIOM, LACKING, lexicon, word_set
from assistant.vocabulary.quantities import STOPS

MADE = grammar("made")
MADE_REACH = 6
OWNERS = frozenset(("your", "my", "their", "the", "a", "an", "every", "any", "that"))
THINGS = frozenset(("tin", "tins", "glass", "glasses", "iron", "paper", "papers", "canvas", "rubber", "rock", "cork"))
ARTICLES = OWNERS | frozenset(("each", "this", "one", "per", "another"))
# "Camping Ideas for Families": what is for them is no product.
IDEAS = grammar("ideas")
FOR = frozenset(("for", "suits", "suit", "fits", "by", "fit", "carries", "seats", "supports"))


def stated(reading: Reading, mention: Mention, sheet: Sheet) -> bool:
    """Whether a phrase is a claim; a colour of the sky or a child in a scene is none."""
    if mention.kind == IDIOM:
        return False
    if mention.kind == LACKING:
        return mention.negated
    if mention.kind == "audience":
        return _addressed(reading, mention)
    if mention.kind == "popularity" and _of_scenery(reading, mention, sheet):
        return False
    if mention.last > mention.first:
        return True
    if mention.kind == "shipping" and mention.first and _comes(reading, mention.first):
        return False
    if mention.kind == "effect" and _bidden(reading, mention):
        return False
    if mention.kind == "award" and reading.begins(mention.first) and reading.lower(mention.first) == "win":
        return False
    if mention.kind == "colour" and _edible(reading, mention):
        return False
    if mention.kind == "material" and _a_thing(reading, mention):
        return False
    if mention.kind in ("colour", "material"):
        return not _of_scenery(reading, mention, sheet) or mention.part != ""
    if mention.kind == "place" and _made(reading, mention):
        return True
    if mention.kind in ("place", "effect", "superlative", "popularity", "availability", "review"):
        return not _of_scenery(reading, mention, sheet)
    return True


def kind_of(reading: Reading, mention: Mention) -> str:
    """The kind of claim of a phrase: a place is an origin where a thing is said to be made, or come, from there."""
    if mention.kind == LACKING:
        return "safety"
    made = _made(reading, mention)
    named = reading.tokens[mention.last].lower.endswith(("ish", "ese", "ian", "ch", "ed", "ic", "an"))
    return "origin" if mention.kind == "place" and (made or named) else mention.kind


def _made(reading: Reading, mention: Mention) -> bool:
    """Whether a place is one that a thing is made in or comes from."""
    return any(reading.tokens[n].lower in MADE for n in range(max(mention.first - MADE_REACH, 0), mention.first))


def _addressed(reading: Reading, mention: Mention) -> bool:
    """Whether a group of people is named as the one that the product is for."""
    tokens = reading.tokens
    mention = _first_of_list(reading, mention)
    if tokens[mention.last].lower.endswith(("'s", "s'")) and mention.first > 0:
        return tokens[mention.first - 1].lower not in OWNERS
    for back in range(1, 5):
        place = mention.first - back
        if place < 0 or tokens[place + 1].sentence != tokens[place].sentence:
            return False
        if tokens[place].lower in FOR:
            return reading.lower(place - 1) not in IDEAS
        if tokens[place + 1].pause and back > 1:
            return False
    return False


def _first_of_list(reading: Reading, mention: Mention) -> Mention:
    """The first of the groups of people or animals in a row: "rabbits" of "rabbits, guinea pigs and ponies"."""
    place = bisect_left(reading.mentions, mention.first, key=lambda other: other.first) - 1
    while place >= 0 and (other := reading.mentions[place]).kind == "audience":
        between = {reading.lower(n) for n in range(other.last + 1, mention.first)}
        if not between <= {"and", "or"} or not reading.same_sentence(other.first, mention.first):
            break
        mention, place = other, place - 1
    return mention


def _bidden(reading: Reading, mention: Mention) -> bool:
    """Whether a verb bids the reader do something: "Breathe in", "let the street fade out"."""
    token = reading.tokens[mention.first]
    plain = not token.lower.endswith(("s", "ed", "ing", "y", "al", "ive", "ble", "proof", "free", "ent", "ant"))
    verb = plain and token.stem in word_set("effects", "verbs", "effect")
    return verb and (mention.first == 0 or token.pause or _let(reading, mention.first))


def _comes(reading: Reading, place: int) -> bool:
    """Whether somebody or a season arrives, and no parcel: "when the guests arrive"."""
    before = reading.tokens[place - 1]
    return not reading.tokens[place].pause and before.stem in word_set("style", "scene")


def _a_thing(reading: Reading, mention: Mention) -> bool:
    """Whether a word that names a material and a thing names the latter: "refill the tin", "need papers"."""
    token, after = reading.tokens[mention.first], mention.last + 1
    alone = after >= len(reading.tokens) or reading.tokens[after].pause or reading.tokens[after].lower in STOPS
    return alone and token.lower in THINGS and reading.lower(mention.first - 1) in ARTICLES


def _edible(reading: Reading, mention: Mention) -> bool:
    """Whether a word that names a colour and a fruit or herb names the latter: it stands in a list, and alone."""
    word, after = reading.tokens[mention.last].stem, mention.last + 1
    alone = after >= len(reading.tokens) or reading.tokens[after].pause or reading.tokens[after].lower in STOPS
    listed = reading.tokens[mention.first].pause or reading.lower(mention.first - 1) in ("and", "of", "with", "&")
    if word not in word_set("colours", "edible") or not (alone and listed):
        return False
    before = [n for n in (mention.first - 1, mention.first - 2) if n >= 0]
    return not any(term.kind == "colour" for n in before for term in lexicon().at(reading.tokens[n : n + 1], 0))


def _let(reading: Reading, place: int) -> bool:
    return any(token.lower in ("let", "lets", "and", "to") for token in reading.tokens[max(place - 3, 0) : place])


def _of_scenery(reading: Reading, mention: Mention, sheet: Sheet) -> bool:
    """Whether the noun that follows is of the scene: "golden light", "on a wooden table"."""
    tokens, place = reading.tokens, mention.last + 1
    if place >= len(tokens) or tokens[place].pause or tokens[place].lower in STOPS:
        return False
    noun = tokens[place].stem in word_set("style", "scene")
    return noun and tokens[place].stem not in word_set("parts", "features") and not sheet.naming(tokens[place].stem)
