"""A text as the checker sees it: its words, what it denies, its numbers, and the phrases of the lexicon in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from assistant.vocabulary.data import grammar
from assistant.vocabulary.lexicon import Term, lexicon, word_set
from assistant.vocabulary.quantities import STOPS, quantities
from assistant.vocabulary.quantity import Quantity
from assistant.vocabulary.words import Token, root, tokenize

NEGATORS = grammar("negators")
NOT_DENYING = frozenset(("only", "just", "merely", "matter", "wonder", "longer", "doubt", "more", "two"))
# After a noun, these deny it: "bulb not included", "footprint sold separately".
DENIED_AFTER = grammar("denied_after")
REACH = 7
ENDS_DENIAL = frozenset(("but", "just", "only", "because", "and", "&"))
# What is lacked is named at once: "without residue from painted walls" denies no walls.
LACKS = frozenset(("without", "zero", "no"))
ENDS_LACK = frozenset(("from", "on", "with", "when", "in", "by", "near", "anywhere", "for"))


# After a name these tell of a look, and before it of what a look is taken from.
STYLES = grammar("styles")
STYLED_THINGS = frozenset(("girl", "country", "farmhouse", "garden", "riviera", "cottage", "diner"))
INSPIRED = frozenset(("inspired", "reminiscent", "spirit", "influenced"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase of the lexicon in a text: the words it takes, what it states, and the part of the product it is said of.

    `part` is the stem of that part ("strap"), empty where it is the product itself. `fixed` tells that the mention
    states something wherever it stands, and is no scenery.
    """

    first: int
    last: int
    kind: str
    concepts: frozenset[str]
    negated: bool
    part: str = ""


class Reading:
    """A text taken apart; everything is found once and in time linear in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)

    @cached_property
    def deniers(self) -> tuple[int | None, ...]:
        """For each word the place of the one that denies it, None where none does."""
        return tuple(_denied(self.tokens))

    @cached_property
    def negated(self) -> tuple[bool, ...]:
        """For each word whether the text denies it."""
        return tuple(denier is not None for denier in self.deniers)

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        return tuple(self._mentions())

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(quantities(self.tokens))

    @cached_property
    def numbered(self) -> frozenset[int]:
        """The places where quantities begin."""
        return frozenset(quantity.first for quantity in self.quantities)

    @cached_property
    def priced(self) -> frozenset[int]:
        """The places where sums of money begin."""
        return frozenset(quantity.first for quantity in self.quantities if quantity.money)

    @cached_property
    def roots(self) -> tuple[str, ...]:
        return tuple(root(token.lower) for token in self.tokens)

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """For each sentence the places of its first word and after its last."""
        starts = [n for n, token in enumerate(self.tokens) if n == 0 or token.sentence != self.tokens[n - 1].sentence]
        return tuple(pairwise((*starts, len(self.tokens)))) if starts else ()

    def lower(self, place: int) -> str:
        """The word at a place in lower case, empty where there is none."""
        return self.tokens[place].lower if 0 <= place < len(self.tokens) else ""

    def same_sentence(self, first: int, second: int) -> bool:
        """Whether there are words at both places, in one sentence."""
        inside = 0 <= first < len(self.tokens) and 0 <= second < len(self.tokens)
        return inside and self.tokens[first].sentence == self.tokens[second].sentence

    def begins(self, place: int) -> bool:
        """Whether a sentence begins with the word at a place."""
        return place == 0 or not self.same_sentence(place - 1, place)

    def sentence_start(self, place: int) -> int:
        """The place of the first word of the sentence."""
        return self.sentences[self.tokens[place].sentence - self.tokens[0].sentence][0]

    def span(self, first: int, last: int) -> tuple[int, int]:
        return self.tokens[first].start, self.tokens[last].end

    def of_style(self, first: int, last: int) -> bool:
        """Whether a name only tells what a thing looks like: "Persian-style", "inspired by Japan"."""
        after = last + 1 + (self.lower(last + 1) in STYLED_THINGS)
        named = self.same_sentence(last, after) and self.lower(after) in STYLES and not self.tokens[after].pause
        return named or (self.lower(first - 1) in ("by", "of") and self.lower(first - 2) in INSPIRED)

    def _mentions(self) -> Iterator[Mention]:
        place = 0
        while place < len(self.tokens):
            if not (terms := lexicon().at(self.tokens, place)):
                place += 1
                continue
            last = place + len(terms[0].stems) - 1
            if terms[0].kind != "place" or not self.of_style(place, last):
                yield self._mention(place, last, terms)
            place = last + 1

    def _mention(self, first: int, last: int, terms: Sequence[Term]) -> Mention:
        denier = self.deniers[first]
        negated = denier is not None and not first <= denier <= last
        if negated and (opposite := lexicon().without.get(terms[0].stems)) is not None:
            terms, negated = [opposite], False
        if last + 1 < len(self.tokens) and self.tokens[last + 1].lower == "free" and _freed(self.tokens, last + 1):
            last += 1
        kind = terms[0].kind
        part = part_of(self.tokens, first, last, kind) if kind in ("material", "colour") else ""
        return Mention(first, last, kind, frozenset(term.concept for term in terms), negated, part)


def _denied(tokens: Sequence[Token]) -> list[int | None]:
    denied: list[int | None] = [None] * len(tokens)
    for place, token in enumerate(tokens):
        if token.lower in NEGATORS or _free_of(tokens, place):
            _deny_after(tokens, place, denied)
        if _denies_before(tokens, place) or (token.lower == "free" and _freed(tokens, place)):
            _deny_before(tokens, place, denied, whole=token.lower != "free")
    return denied


def _free_of(tokens: Sequence[Token], place: int) -> bool:
    return (
        tokens[place].lower in ("of", "from")
        and place > 0
        and (tokens[place - 1].lower == "free" or _kept_out(tokens, place))
    )


def _kept_out(tokens: Sequence[Token], place: int) -> bool:
    """ "keep it out of the dishwasher"."""
    before = {token.stem for token in tokens[max(place - 4, 0) : place - 1]}
    return tokens[place - 1].lower == "out" and bool(before & {"keep", "stay"})


def _freed(tokens: Sequence[Token], place: int) -> bool:
    """Whether "free" denies the word before it: "BPA-free", "gluten free."; not "ships free"."""
    before = tokens[place - 1].lower if place else ""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if after is not None and after.lower in ("of", "from"):
        return False
    return tokens[place].joined or (bool(before) and before in FREED and not tokens[place].pause)


FREED = grammar("freed")


def _denies_before(tokens: Sequence[Token], place: int) -> bool:
    """ "not included", "is not supported", "sold separately", "available separately"."""
    token = tokens[place]
    if token.lower == "separately":
        return place > 0 and tokens[place - 1].lower in ("sold", "available", "purchased", "bought")
    after = tokens[place + 1].stem if place + 1 < len(tokens) else ""
    alone = place + 1 == len(tokens) or tokens[place + 1].pause
    return token.lower in ("not", "isn't", "aren't") and (
        (alone and place > 1)
        or after in DENIED_AFTER
        or (after, token.lower) == ("includ", "not")
        or after.startswith(("includ", "support", "suppl", "avail"))
    )


def _deny_after(tokens: Sequence[Token], place: int, denied: list[int | None]) -> None:
    if place + 1 < len(tokens) and tokens[place + 1].lower in NOT_DENYING:
        return
    # "no-drill", "non slip": only the next word is denied.
    hyphened = place + 1 < len(tokens) and tokens[place + 1].joined
    reach = 1 if tokens[place].lower == "non" or hyphened else REACH
    ends = ENDS_DENIAL | (ENDS_LACK if tokens[place].lower in LACKS else frozenset())
    ends -= frozenset(("and", "&")) if tokens[place].lower in ("of", "from") else frozenset()
    for after in range(place + 1, min(place + 1 + reach, len(tokens))):
        contrast = after > place + 1 and tokens[after].lower in ends
        if tokens[after].pause or contrast:
            return
        denied[after] = place if denied[after] is None else denied[after]


def _deny_before(tokens: Sequence[Token], place: int, denied: list[int | None], *, whole: bool) -> None:
    for before in range(place - 1, max(place - 1 - (8 if whole else 1), -1), -1):
        denied[before] = place
        if tokens[before].pause:
            return


# Words that part a material from the part that it is said of: "the handle is made of oak", "straps in black".
LINKS = grammar("links")


def part_of(tokens: Sequence[Token], first: int, last: int, kind: str) -> str:
    """The part that a colour or material is said of: the next noun that names one, or the one that it is linked to."""
    features = word_set("parts", "parts_of_things")
    if on_part := _on_part(tokens, last, features):
        return on_part
    for place in range(last + 1, min(last + 5, len(tokens))):
        token = tokens[place]
        if token.pause or (token.lower in STOPS and token.lower not in ("and", "&", "or")):
            break
        if token.stem in features and not token.lower.endswith(("ed", "shioning")):
            return _last_part(tokens, place, features)
    for place in range(first - 1, max(first - 7, -1), -1):
        if tokens[place + 1].pause:
            break
        if tokens[place].stem in features:
            return tokens[place].stem
        # "straps in black", but "beads in cotton" are no cotton beads.
        if tokens[place].lower not in LINKS or (tokens[place].lower == "in" and kind == "material"):
            break
    return ""


def _on_part(tokens: Sequence[Token], last: int, features: frozenset[str]) -> str:
    """ "white on top", "grey on the sole"."""
    place = last + 2 + (last + 2 < len(tokens) and tokens[last + 2].lower == "the")
    if place >= len(tokens) or tokens[last + 1].lower not in ("on", "at") or tokens[last + 1].pause:
        return ""
    return tokens[place].stem if tokens[place].stem in features else ""


def _last_part(tokens: Sequence[Token], place: int, features: frozenset[str]) -> str:
    """The last of some parts in a row: the bag of a drawstring bag."""
    after = place + 1
    if after < len(tokens) and not tokens[after].pause and tokens[after].stem in features:
        return _last_part(tokens, after, features)
    return tokens[place].stem


def content(token: Token) -> bool:
    """Whether a word says something by itself: no small word, number or sign."""
    return (
        token.lower not in STOPS
        and token.lower not in SMALL_WORDS
        and token.lower[0].isalpha()
        and len(token.lower) > 1
    )


SMALL_WORDS = grammar("small_words")
