"""Things that a text says the product has or comes with: parts, features and what lies in the box."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.creative.grounding.candidates import PRONOUNS, Candidate, clause_end, scene
from assistant.creative.grounding.reading import Reading, content
from assistant.vocabulary.data import grammar
from assistant.vocabulary.lexicon import word_set
from assistant.vocabulary.words import Token

INTRODUCE = grammar("introduce")
# Of these, the ones that tell of things and never of a scene.
STRONG = grammar("strong")
SUPPLIED = grammar("supplied")
NO_THING_AFTER = grammar("no_thing_after")
NO_THING_BEFORE = grammar("no_thing_before")
# After "or" these extend a number: "Android 9 or newer".
OR_MORE = frozenset(("newer", "later", "older", "more", "less", "above", "below", "up", "higher", "lower", "younger"))
# These tell that a thing comes beside the product: "with a matching blanket".
MORE = frozenset(
    ("matching", "spare", "extra", "free", "bonus", "complimentary", "additional", "detachable", "removable")
)
# With what follows these a product is shown, worn or placed, and not sold.
PAIRED = grammar("paired")
PARTICLES = frozenset(("in", "on", "off", "up", "down", "out"))
ENDS_ITEM = grammar("ends_item")
SCENERY = grammar("scenery")
OWNED = grammar("owners") | grammar("asked_for")
BOXES = grammar("boxes")
JOINS = frozenset(("and", "&", "or", "plus"))
BARE_BEFORE = frozenset(("the", "your", "it", "them", "a", "up", "in", "away", "on", "off", "down", "out"))
# What begins another clause after a list: "with a zip pocket, it's ...".
TURNS = frozenset(
    ("it's", "it", "they", "they're", "this", "these", "perfect", "ideal", "you", "you'll", "we", "we've")
)
LONGEST_LIST = 24
HANDLE = grammar("handle")


def things(reading: Reading, own_name: frozenset[str] = frozenset()) -> Iterator[Candidate]:
    """The things of a text; they may overlap each other and the lexicon's phrases."""
    for place, token in enumerate(reading.tokens):
        yield from _listed(reading, place, token, own_name)
        yield from _feature(reading, place, token)


def _listed(reading: Reading, place: int, token: Token, own_name: frozenset[str]) -> Iterator[Candidate]:
    """What follows "with", "includes" and the like."""
    if (
        token.lower not in INTRODUCE
        or reading.lower(place + 1) in NO_THING_AFTER
        or reading.lower(place - 1) in NO_THING_BEFORE
    ):
        return
    if {reading.tokens[n].lower for n in range(max(place - 2, 0), place)} & PAIRED and token.lower == "with":
        return
    strong = token.lower in STRONG or reading.lower(place - 1) in SUPPLIED
    subject = reading.tokens[reading.sentence_start(place)].lower in ("a", "an", "one", "our")
    named = place > 0 and reading.tokens[place - 1].stem in own_name and not token.pause
    for first, last in _items(reading, place + 1):
        nouns = [n for n in range(first, last + 1) if content(reading.tokens[n])]
        while token.lower != "have" and len(nouns) > 1 and _participle(reading.tokens[nouns[-1]]):
            nouns.pop()
        strong = strong or any(reading.lower(n) in MORE for n in range(first, last + 1))
        if reading.lower(first - 1) == "or" and reading.lower(first) in OR_MORE:
            continue
        if nouns and reading.tokens[nouns[-1]].stem in word_set("style", "abstract"):
            continue
        if nouns and (
            not scene(reading.tokens[nouns[-1]]) or ((strong or subject or named) and _known(reading.tokens[nouns[-1]]))
        ):
            which = [n for n in nouns[-3:-1] if _modifies(reading.tokens[n])]
            if named and not (strong or subject or which) and scene(reading.tokens[nouns[-1]]):
                continue
            yield Candidate(first, nouns[-1], "included", (*which, nouns[-1]), reading.negated[nouns[-1]])


def _participle(token: Token) -> bool:
    """Whether a word tells what is done and names no thing: "a pendant surrounded", "a look adding charm"."""
    return (
        token.lower.endswith(("ed", "ing")) and len(token.lower) > 5 and not _known(token) and token.stem != token.lower
    )


def _known(token: Token) -> bool:
    return token.stem in word_set("parts", "features") or token.stem in word_set("parts", "things")


def _items(reading: Reading, place: int) -> Iterator[tuple[int, int]]:
    """The parts of a list from a place on: "two doors, a porch and poles"."""
    tokens, first = reading.tokens, place
    while first - place < LONGEST_LIST and reading.same_sentence(place - 1, first):
        if first > place and (
            (_participle(tokens[first]) and tokens[first].lower not in MORE) or tokens[first].lower in TURNS
        ):
            return
        last = first
        while last + 1 < len(tokens) and not tokens[last + 1].pause and not _ends_item(tokens[last + 1]):
            last += 1
        if tokens[first].lower not in ENDS_ITEM and tokens[first].lower not in PRONOUNS:
            yield first, last
        if last + 1 < len(tokens) and tokens[last + 1].lower in ENDS_ITEM:
            return
        first = last + 1 + (reading.lower(last + 1) in JOINS)


def _ends_item(token: Token) -> bool:
    """Whether a word ends one thing of a list; not the "in" of "built-in"."""
    return token.lower in JOINS | ENDS_ITEM and not token.joined


def _feature(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """A part that products have, unless it is where the reader is: "on the shelf", "in your pocket"."""
    features = word_set("parts", "features")
    added = _added(reading, place)
    last_listed = token.stem in word_set("parts", "things") and _after_and(reading, place)
    if not content(token) or (token.stem not in features and not added and not last_listed):
        return
    if not added and (
        _scenery(reading, place)
        or _bare(reading, place)
        or _handled(reading, place)
        or _asked(reading, place)
        or reading.negated[place]
    ):
        return
    following = reading.tokens[place + 1] if place + 1 < len(reading.tokens) else None
    if following is not None and not following.pause and following.stem in features:
        return
    first = place
    while first > 0 and not reading.tokens[first].pause and _modifies(reading.tokens[first - 1]) and place - first < 2:
        first -= 1
    yield Candidate(first, place, "included", tuple(range(first, place + 1)))


def _added(reading: Reading, place: int) -> bool:
    """ "envelopes included", "a cable in the box"."""
    after = [reading.lower(place + step) for step in (1, 2, 3)]
    comes = after[0] in ("comes", "come") and after[1:] in (["with", "it"], ["with", "every"])
    return (
        comes or after[0] in ("included", "include", "supplied") or (after[:2] == ["in", "the"] and after[2] in BOXES)
    )


def _after_and(reading: Reading, place: int) -> bool:
    """Whether a thing is the last of a list: "hoops, a box and a polishing cloth"."""
    pairs = ((reading.lower(n), reading.lower(n + 1)) for n in range(place - 4, place - 1))
    return any(joined in ("and", "plus") and article in ("a", "an", "two", "three") for joined, article in pairs)


def _scenery(reading: Reading, place: int) -> bool:
    """Whether a thing is where the reader is, or is the reader's own."""
    for back in range(1, 4):
        if place - back < 0 or reading.tokens[place - back + 1].pause:
            return False
        if reading.lower(place - back) in OWNED:
            return True
        if reading.lower(place - back) in SCENERY:
            return back > 1
    return False


def _bare(reading: Reading, place: int) -> bool:
    """Whether a word begins a sentence as a verb or a call does: "Zip the door", "Pocket, hand, table"."""
    after = reading.tokens[place + 1] if place + 1 < len(reading.tokens) else None
    particle = after is not None and after.lower in PARTICLES and _ends_clause(reading, place + 1)
    if particle or (after is not None and after.lower in ("itself", "themselves")):
        return True
    return reading.begins(place) and (after is None or after.pause or after.lower in BARE_BEFORE)


def _ends_clause(reading: Reading, place: int) -> bool:
    """Whether a clause ends with a word, as "so just plug in and read on" does with "in"."""
    after = place + 1
    return after >= len(reading.tokens) or reading.tokens[after].pause or reading.tokens[after].lower in JOINS


def _handled(reading: Reading, place: int) -> bool:
    """Whether a part is what a sentence bids the reader handle, whichever: "Roll up the sleeves"."""
    first = reading.sentence_start(place)
    bidden = reading.tokens[first].lower in HANDLE and place - first <= 3
    return bidden and not any(reading.tokens[n].pause for n in range(first + 1, place + 1))


def _asked(reading: Reading, place: int) -> bool:
    """Whether a word stands in a question."""
    _, end = reading.span(place, clause_end(reading, place))
    return reading.text[end : end + 3].lstrip()[:1] == "?"


def _modifies(token: Token) -> bool:
    """Whether a word before a noun tells which one it is: "spare", "wall"; not "beautiful"."""
    style = token.stem in word_set("style", "qualities")
    return content(token) and not style and token.lower.isalpha() and not token.lower.endswith(("s", "ly"))
