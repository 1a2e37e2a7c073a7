"""What a text asserts by how its sentences are built: superlatives, comparisons, and what the product does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from assistant.creative.grounding.reading import Reading, content
from assistant.vocabulary.data import grammar, split, toml
from assistant.vocabulary.lexicon import word_set
from assistant.vocabulary.words import Token, stem

NOT_SUPERLATIVE = grammar("not_superlative")
OWN_RANGE = frozenset(("our", "we", "ours", "we've", "we're", "we'll", "i", "i've", "my"))
GRADED = frozenset(("the", "our", "its", "world", "world's"))
COMPARATIVES = frozenset(("more", "less", "fewer", "better", "worse"))
MULTIPLIERS = frozenset(("twice", "half", "double", "triple", "times"))
# Before "than" and a number these only tell on which side of it something lies.
MEASURING = grammar("measuring")
NO_COMPARISON = frozenset(("before", "words", "meets", "ever"))
PRONOUNS = frozenset(("it", "they", "this", "these", "which", "that"))
OWNERS = grammar("owners")
NUMERALS = grammar("numerals")
AUXILIARY = grammar("auxiliary")
# Verbs that say nothing by themselves: what follows them does.
LIGHT = grammar("light")
OBJECTS = grammar("objects")
LONGEST = 9
DENYING = frozenset(("never", "won't", "not", "can't", "cannot", "doesn't", "don't"))
GROUPS = frozenset(map(stem, grammar("groups")))
VOUCHING = frozenset(map(stem, grammar("vouching")))
ADVERBS = frozenset(("all", "always", "really", "also", "still", "already", "everywhere", "just", "secretly"))
# "Write it down before it floats away": what happens then is of the scene.
UNTIL = frozenset(("before", "until", "till", "while"))
SCENE_OF_PEOPLE = frozenset(("your", "my", "their", "his", "her", "when", "while", "until", "where", "if", "as", "let"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of words that asserts something, its kind, and the places of those words that a fact must have.

    `exact` tells that it must have them one after the other.
    """

    first: int
    last: int
    kind: str
    needs: tuple[int, ...]
    negated: bool = False
    exact: bool = False


def predicates(reading: Reading) -> Iterator[Candidate]:
    """The candidates of this module; they may overlap each other and the lexicon's phrases."""
    for place, token in enumerate(reading.tokens):
        yield from _superlative(reading, place, token)
        yield from _comparison(reading, place, token)
        yield from _effect(reading, place, token)
        yield from _framed(reading, place, token)
        yield from _denied(reading, place, token)
        yield from _vouched(reading, place, token)
        yield from _sensed(reading, place, token)


def scene(token: Token) -> bool:
    """Whether a word paints a scene or a mood."""
    return token.stem in word_set("style", "scene") or token.stem in word_set("style", "qualities")


def clause_end(reading: Reading, place: int, limit: int = LONGEST) -> int:
    """The last word of the clause from a place on, at most so many words away."""
    tokens, end = reading.tokens, place
    while end + 1 < len(tokens) and end + 1 - place < limit and not tokens[end + 1].pause:
        end += 1
    return end


def is_superlative(token: Token) -> bool:
    return token.lower.endswith("est") and len(token.lower) > 5 and token.lower not in NOT_SUPERLATIVE


def is_comparative(token: Token) -> bool:
    return (token.lower.endswith("er") and len(token.lower) > 4) or token.lower in COMPARATIVES


def own_range(reading: Reading, first: int, last: int) -> bool:
    """Whether a superlative is said of the seller's own things alone."""
    span = range(max(first - 1, 0), min(last + 5, len(reading.tokens)))
    return any(reading.tokens[n].lower in OWN_RANGE for n in span)


def _telling(reading: Reading, first: int, last: int, *, scenes: bool = False) -> tuple[int, ...]:
    """The words of a span that say something, scenery only where it is asked for."""
    words = (n for n in range(first, last + 1) if content(reading.tokens[n]))
    return tuple(n for n in words if scenes or not scene(reading.tokens[n]))


def _superlative(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    graded = token.lower in ("most", "least") and reading.lower(place - 1) in GRADED
    adjective = place + graded
    if (
        not (is_superlative(token) or graded)
        or adjective >= len(reading.tokens)
        or not content(reading.tokens[adjective])
    ):
        return
    if reading.lower(adjective + 1) == "of" and reading.lower(adjective + 2) in NUMERALS:
        return
    noun = reading.tokens[adjective + 1] if adjective + 1 < len(reading.tokens) else None
    if noun is not None and not noun.pause and noun.stem in word_set("style", "times"):
        return
    if reading.lower(place - 1) in OWNERS:
        return
    first = place - (reading.lower(place - 1) in ("the", "our"))
    yield Candidate(first, clause_end(reading, adjective, 5), "superlative", (adjective,))


def _comparison(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    if token.lower in MULTIPLIERS and reading.lower(place + 1) in ("as", "the", "more"):
        first = place
    elif token.lower != "than" or (found := _compared(reading, place)) is None:
        return
    else:
        first = found
    last = clause_end(reading, place, 7)
    needs = tuple(n for n in range(first, last + 1) if content(reading.tokens[n]) or is_comparative(reading.tokens[n]))
    yield Candidate(first, last, "comparison", needs)


def _compared(reading: Reading, than: int) -> int | None:
    """The place of the comparative before "than"; none for "more than 40"."""
    first = next((n for n in range(than - 1, max(than - 7, -1), -1) if is_comparative(reading.tokens[n])), None)
    after = reading.lower(than + 1)
    bare = first == than - 1 and reading.lower(than - 1) in ("more", "less", "fewer")
    measured = not after.isalpha() or after in NUMERALS
    bounded = first == than - 1 and (bare or reading.lower(first) in MEASURING) and measured
    return None if after in NO_COMPARISON or bounded else first


def _effect(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """ "that dries in seconds", "it folds flat", "Keeps your plants alive": what the product does."""
    relative = token.lower in ("that", "which") and place > 0 and not token.pause
    opening = _opens(reading, place)
    if not (relative or opening or token.lower in PRONOUNS) or _of_another(reading, place):
        return
    verb = place + (not opening)
    while reading.lower(verb) in AUXILIARY:
        verb += 1
    if not reading.same_sentence(place, verb) or not _acts(reading, verb, relative):
        return
    if token.lower in ("it", "this") and verb == place + 1 and not reading.lower(verb).endswith(("s", "ed")):
        return
    yield from _doing(reading, verb, verb if opening else place + 1)


def _of_another(reading: Reading, place: int) -> bool:
    """Whether what follows is said of the scene: "before it floats away", "in a world that never stops"."""
    if not place or reading.tokens[place].pause:
        return False
    before = reading.tokens[place - 1]
    return before.lower in UNTIL or any(before.stem in word_set("style", name) for name in ("times", "abroad"))


def _doing(reading: Reading, verb: int, first: int) -> Iterator[Candidate]:
    """What a verb says of the product, from a place on; a verb that says nothing alone needs what follows it."""
    last = clause_end(reading, verb)
    complement = _telling(reading, verb + 1, last, scenes=reading.tokens[verb].stem == "help")
    light = reading.tokens[verb].stem in LIGHT or not content(reading.tokens[verb])
    if needs := complement if light else (verb, *complement):
        yield Candidate(first, last, "effect", needs, verb > first and reading.negated[verb])


def _opens(reading: Reading, place: int) -> bool:
    """Whether a sentence begins with what the product does."""
    token = reading.tokens[place]
    if token.lower in ("won't", "doesn't", "also"):
        return reading.begins(place)
    effect = (
        token.stem in word_set("effects", "verbs", "effect")
        and token.lower.endswith("s")
        and not token.lower.endswith("ss")
    )
    followed = reading.same_sentence(place, place + 1) and _object(reading.tokens[place + 1])
    return effect and followed and reading.begins(place)


def _object(token: Token) -> bool:
    return not token.pause and (token.lower in OBJECTS or (content(token) and token.lower.isalpha()))


def _acts(reading: Reading, verb: int, relative: bool) -> bool:
    """Whether a word is a verb that tells an effect; after "that" any that is no mood is, and any that is denied."""
    token = reading.tokens[verb]
    mood = token.stem in word_set("effects", "verbs", "mood")
    if token.stem in word_set("effects", "verbs", "effect") and not (mood and not relative):
        return True
    if relative and (_lacks(reading, verb) or (reading.negated[verb] and content(token))):
        return True
    verbal = token.lower.endswith("s") and not token.lower.endswith("ss")
    return relative and verbal and not mood and content(token) and not scene(token)


def _lacks(reading: Reading, verb: int) -> bool:
    """ "needs no steaming", "leaves no marks": a verb that is followed by what there is none of."""
    return reading.lower(verb + 1) in ("no", "nothing", "none", "without")


def _denied(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """ "Pieces never bend", "The lid will not leak": what something of the product does not do."""
    if token.lower not in DENYING or reading.begins(place) or token.pause:
        return
    before = reading.tokens[place - 1 - (reading.lower(place - 1) in ("will", "does", "do", "can"))]
    verb = place + 1
    thing = content(before) and not scene(before)
    if not thing or not reading.same_sentence(place, verb) or reading.tokens[verb].pause:
        return
    if reading.tokens[verb].stem in word_set("effects", "verbs", "effect"):
        yield from _doing(reading, verb, place)


def _vouched(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """ "Midwives love it", "the harness police dogs wear": what a group of people does with the product."""
    if token.stem not in VOUCHING or token.pause or place == 0 or token.lower.endswith(("ing", "ed")):
        return
    who = place - 1 - (reading.lower(place - 1) in ADVERBS)
    people = reading.tokens[who] if who >= 0 else token
    known = people.stem in GROUPS and (people.lower != people.stem or people.lower in ("police", "people", "crew"))
    if known and reading.same_sentence(who, place) and not _addressed(reading, who):
        yield Candidate(who, place, "popularity", (who, place))


def _sensed(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """ "feels incredibly soft", "tastes sweet": what the product is like to the senses."""
    sensing = toml("grammar")["sensing"]
    quality = place + 1
    if token.lower not in sensing["verbs"].split():
        return
    while reading.lower(quality) in sensing["adverbs"].split():
        quality += 1
    if reading.same_sentence(place, quality) and reading.tokens[quality].stem in word_set("style", "touch"):
        yield Candidate(place, quality, "effect", (quality,), reading.negated[quality])


def _addressed(reading: Reading, who: int) -> bool:
    """Whether people are the reader's own or stand in a scene: "your guests", "when friends"."""
    return any(reading.lower(n) in SCENE_OF_PEOPLE for n in range(max(who - 2, 0), who))


@cache
def _frames() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """By its first word, the frames and the kinds of claim that they make, the longest first."""
    frames: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for kind, phrases in toml("grammar")["frames"].items():
        for phrase in split(phrases):
            words = tuple(phrase.split())
            frames.setdefault(words[0], []).append((words, kind))
    return frames


def _framed(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """ "compatible with ...", "impossible to ...": what a product suits, does or stands."""
    framing = toml("grammar")["framing"]
    for words, kind in _frames().get(token.lower, ()):
        first = place + len(words)
        if (
            not reading.same_sentence(place, first)
            or tuple(reading.lower(place + n) for n in range(len(words))) != words
        ):
            continue
        last = clause_end(reading, first, 6)
        scenes = (
            bool({words[0], "-".join(words)} & set(framing["any_noun"].split())) and reading.lower(first) not in OWNERS
        )
        if needs := _telling(reading, first, last, scenes=scenes):
            whole = words[0] in framing["whole"].split()
            yield Candidate(place, last, kind, (place, *needs) if whole else needs, reading.negated[first])
        return
