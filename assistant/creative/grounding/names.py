"""Names, codes, dates and what is said to be free: words that are claims by what they are, whatever they mean."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.creative.grounding.candidates import GROUPS, Candidate, scene
from assistant.creative.grounding.reading import Reading, content
from assistant.vocabulary.data import grammar, toml
from assistant.vocabulary.lexicon import word_set
from assistant.vocabulary.words import Token, stem

FREE_STYLE = grammar("free_style")
NOT_GIVEN = grammar("not_given")
MONTHS = grammar("months")
DATED_BY = grammar("dated_by")
DUE_BY = grammar("due_by")
DUE_VERBS = grammar("due_verbs")
OWNING = frozenset(map(stem, grammar("owning")))
EVERYBODY = frozenset(("who", "that", "we", "would", "will", "should"))
NO_DEED = frozenset(map(stem, ("deserve", "need", "want", "dream", "know")))
PROOF = {word: kind for kind, words in toml("grammar")["proof"].items() for word in words.split()}
PARTS_OF_TIME = frozenset(("end", "start", "beginning", "middle", "mid", "early", "late"))
GRADES = frozenset(("type", "class", "grade", "category", "cat", "level", "mark", "version", "series", "size"))
HARVESTS = frozenset(map(stem, ("harvest", "cut", "crop", "pressing", "vintage", "flush", "shearing", "picking")))
ORDINALS = frozenset(("first", "second", "third", "fourth", "early", "late", "spring", "summer", "autumn", "winter"))
CERTIFIED = ("ip", "en", "iso", "upf", "spf")
# A sentence of which more words have capitals is a headline: its capitals name nothing.
HEADLINE = 0.6


def names(reading: Reading) -> Iterator[Candidate]:
    """The candidates of this module; they may overlap each other and the lexicon's phrases."""
    for place, token in enumerate(reading.tokens):
        yield from _code(reading, place, token)
        yield from _free(reading, place, token)
        yield from _proof(place, token)
        yield from _dated(reading, place, token)
        yield from _everybody(reading, place, token)
        yield from _graded(reading, place, token)
    yield from _proper_names(reading)


def _code(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """A code such as E27, IPX4 or A5."""
    if token.lower[0].isalpha() and any(letter.isdigit() for letter in token.lower):
        kind = "certification" if token.lower.startswith(CERTIFIED) else "compatibility"
        yield Candidate(place, place, kind, (place,), reading.negated[place])


def _free(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """ "free sharpening": what is said to cost nothing."""
    before, after = reading.lower(place - 1), place + 1
    compound = after < len(reading.tokens) and reading.tokens[after].joined
    if (
        token.lower not in ("free", "complimentary")
        or token.joined
        or compound
        or (place and reading.negated[place - 1])
    ):
        return
    if after >= len(reading.tokens) or reading.tokens[after].pause:
        if place and (before not in NOT_GIVEN or before in ("is", "are")):
            yield Candidate(place, place, "discount", (place,))
    elif reading.tokens[after].lower not in FREE_STYLE and content(reading.tokens[after]) and before not in NOT_GIVEN:
        yield Candidate(place, after, "discount", (place, after))


def _proof(place: int, token: Token) -> Iterator[Candidate]:
    """ "chlorine-proof", "sand-resistant": what a thing withstands or lacks."""
    if place and token.joined and token.lower in PROOF:
        kind = PROOF[token.lower]
        needs = (place - 1, place) if kind == "popularity" else (place - 1,)
        yield Candidate(place - 1, place, kind, needs, token.lower == "free", exact=kind == "popularity")


def _dated(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """ "until June", "by Friday": a date that somebody could check."""
    if not token.text[0].isupper():
        return
    before = reading.lower(place - 1)
    part = before == "of" and reading.lower(place - 2) in PARTS_OF_TIME
    month = token.lower in MONTHS and (before in DATED_BY or before in PARTS_OF_TIME or part)
    day = token.lower.endswith("day") and len(token.lower) > 5
    if month or (day and (before in DUE_BY or reading.lower(place - 2) in DUE_VERBS)):
        yield Candidate(place - 1, place, "date", (place,))


def _graded(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """ "Type A", "Class 2", "the second cut": which one of a few it is, to be said by the facts in the same words."""
    following = reading.text[token.end :].split(maxsplit=1)[:1]
    letter = bool(following) and len(following[0].strip(".,;:!?")) == 1 and following[0][0].isupper()
    if token.lower in GRADES and letter and reading.same_sentence(place, place + 1):
        yield Candidate(place, place + 1, "certification", (place, place + 1), exact=True)
    if token.stem in HARVESTS and place and reading.lower(place - 1) in ORDINALS and not token.pause:
        yield Candidate(place - 1, place, "date", (place - 1, place), exact=True)


def _everybody(reading: Reading, place: int, token: Token) -> Iterator[Candidate]:
    """ "every owner carries it", "Germany's favourite": that all of some people do or like something."""
    before = reading.lower(place - 1)
    if token.stem == "favorit" and before.endswith(("'s", "s'")) and before not in ("it's", "let's"):
        yield Candidate(place - 1, place, "popularity", (place,))
    if token.lower not in ("every", "each", "all"):
        return
    near = range(place + 1, min(place + 4, len(reading.tokens)))
    people = next((n for n in near if reading.tokens[n].stem in OWNING | GROUPS), None)
    if people is None or not reading.same_sentence(place, people + 1) or reading.tokens[people + 1].pause:
        return
    verb = reading.lower(people + 1)
    if verb in EVERYBODY or (verb.endswith("s") and stem(verb) not in NO_DEED):
        yield Candidate(place, people + 1, "popularity", (place,))


def _proper_names(reading: Reading) -> Iterator[Candidate]:
    """Names of places, makers and the like: capitals inside a sentence."""
    spans = (span for span in reading.sentences if _headline(reading, *span))
    headlines = frozenset(reading.tokens[first].sentence for first, _ in spans)
    tokens, place = reading.tokens, 0
    while place < len(tokens):
        last = place
        while last < len(tokens) and _proper(tokens[last]) and (last == place or not tokens[last].pause):
            last += 1
        single = last == place + 1
        if (
            last > place
            and tokens[place].sentence not in headlines
            and not (single and (reading.begins(place) or _introduced(reading, place)))
            and not _of_mood(reading, last)
        ):
            needs = tuple(range(place + reading.begins(place), last))
            yield Candidate(place, last - 1, "place", needs, reading.negated[place])
        place = max(last, place + 1)


def _of_mood(reading: Reading, after: int) -> bool:
    """Whether a name only tells of which mood a scene is: "Mediterranean summers", "Parisian mornings"."""
    mood = reading.same_sentence(after - 1, after) and not reading.tokens[after].pause and scene(reading.tokens[after])
    return mood or reading.of_style(after - 1, after - 1)


def _headline(reading: Reading, first: int, after: int) -> bool:
    """Whether a sentence is a headline, most words of which have capitals."""
    words = [token for token in reading.tokens[first:after] if token.lower[0].isalpha() and len(token.lower) > 3]
    return len(words) > 2 and sum(token.text[0].isupper() for token in words) > HEADLINE * len(words)


def _introduced(reading: Reading, place: int) -> bool:
    """Whether a word may have its capital for standing at a beginning: after a colon, a dash or a quote."""
    start = reading.tokens[place].start
    return reading.tokens[place].pause and reading.text[max(start - 4, 0) : start].rstrip(" \"'“‘*")[-1:] in ":–—.!?-("


def _proper(token: Token) -> bool:
    """Whether a word is a name: a capital, and no small word, day or month."""
    if not token.text[0].isupper() or len(token.lower) < 2 or token.lower.endswith("day"):
        return False
    return content(token) and token.stem not in word_set("style", "names")
