"""What a statement claims: which of its words signals have to bear out, and which are never said of anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.intent.explaining.data import toml
from assistant.patterns.compiler import compile_words
from assistant.patterns.passage import normalise
from assistant.policy.check import check as check_policy
from assistant.policy.codes import ReasonCode
from assistant.policy.rulebook import TOPICS, WORD_LISTS, word_lists
from assistant.vocabulary.lexicon import IDIOM, LACKING, Term, lexicon
from assistant.vocabulary.words import Token, root, stem, tokenize
from store.words import STOP_WORDS

# So many words after "their" may be what is theirs: "their love and faith".
POSSESSED = 4
# The lists of support.toml of which any inflection is meant.
STEMMED = ("frame", "strict", "acts")
# Kinds of the vocabulary whose words are as often used loosely as they are meant.
LOOSE = frozenset((IDIOM, LACKING, "compatibility", "promise", "effect"))


def sensitive_words(text: str) -> tuple[str, ...]:
    """What a text touches of that which is never said of a person, whatever the signals say."""
    passage = normalise(text)
    pattern, unless = _never()
    harmless = [found.span() for found in unless.finditer(passage.text)]
    found = [
        match[0]
        for match in pattern.finditer(passage.text)
        if not any(start < match.end() and match.start() < end for start, end in harmless)
    ]
    to_reader = f"You want to {text}."
    targeting = (one for one in check_policy({"text": to_reader}) if one.code == ReasonCode.TARGETING)
    return (*found, *(to_reader[one.start : one.end] for one in targeting))


def content(text: str) -> frozenset[str]:
    """The stems of a text that say something of a thing."""
    return frozenset(token.stem for token in claimed(tokenize(text)))


def claimed(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The words that have to be borne out: not those that frame what is said, but for the acts that it begins with."""
    framing, acts = listed("frame"), listed("acts")
    return tuple(
        token
        for place, token in enumerate(tokens)
        if (token.lower in acts and not (place and token.lower in STOP_WORDS))
        or (token.lower not in STOP_WORDS and token.lower not in framing and token.stem not in framing)
    )


def owned(tokens: Sequence[Token]) -> tuple[str, ...]:
    """What is told to be the person's own and says who they are: "their new baby"."""
    return tuple(
        after.text
        for place, token in enumerate(tokens)
        if token.lower in listed("possessive")
        for after in tokens[place + 1 : place + 1 + POSSESSED]
        if after.lower in listed("belonging")
    )


def may_follow(token: Token) -> bool:
    """A number, a name and a word that judges follow from nothing."""
    return token.text.islower() and token.lower.isalpha() and not _is_strict(token)


def _is_strict(token: Token) -> bool:
    return token.lower in listed("strict") or token.stem in listed("strict")


def terms_of(tokens: Sequence[Token]) -> list[Term]:
    """The colours, materials, places, sizes and qualities among these words."""
    found = [term for place in range(len(tokens)) for term in lexicon().at(tokens, place)]
    return [term for term in found if term.kind not in LOOSE]


@cache
def listed(name: str) -> frozenset[str]:
    """A list of support.toml, by its name."""
    words = str(toml("support")[name]).split()
    return frozenset(words) | frozenset(map(stem, words) if name in STEMMED else ())


@cache
def same_words() -> dict[str, frozenset[str]]:
    """For the stem or root of a word, those that bear it out."""
    groups: dict[str, frozenset[str]] = {}
    for line in toml("support")["same"]:
        group = frozenset(part for word in line.split() for part in (stem(word), root(word)))
        for word in group:
            groups[word] = groups.get(word, frozenset()) | group
    return groups


@cache
def _never() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = toml("support")["never"]
    lists = word_lists(TOPICS / WORD_LISTS)
    return compile_words(table["words"], lists), compile_words(table["unless"], lists)
