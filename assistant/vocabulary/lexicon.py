"""The words that claim something: which statement a phrase makes, of which kind, and what each statement implies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from assistant.vocabulary.data import split, toml
from assistant.vocabulary.words import Token, root, stem, tokenize

FILES = ("materials", "colours", "places", "promises", "qualities", "effects", "audiences", "sizes")
UNNAMED = "_"
DENIALS = ("cannot", "can't", "can not", "doesn't", "does not", "will not", "will never", "never")
ENDINGS = ("ing", "ed")
# The kind of what only its absence says something of: "caffeine".
LACKING = "lacking"
LACKED = frozenset(("safety", "environment", "effect", "health", "certification"))
# The kind of a phrase that claims nothing.
IDIOM = "idiom"

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of the lexicon: its stems, the kind of claim, and the statement that it makes.

    `endings` are what a single word must end with one of, where there are any: "cooling" is no "cool".
    """

    stems: Stems
    kind: str
    concept: str
    endings: tuple[str, ...] = ()


class Lexicon:
    """All phrases by their first stem, and all that each statement implies, itself included."""

    def __init__(self, terms: Iterable[Term], broader: dict[str, set[str]]) -> None:
        self._terms: dict[str, dict[Stems, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for term in terms:
            self._terms[term.stems[0]][term.stems].append(term)
        self._lengths = {first: sorted(set(map(len, found)), reverse=True) for first, found in self._terms.items()}
        self._second = {first: {words[1] for words in found if len(words) > 1} for first, found in self._terms.items()}
        self._broader = broader
        self._implied: dict[str, frozenset[str]] = {}
        self.without = dict(self._lacks())

    def at(self, tokens: Sequence[Token], place: int) -> list[Term]:
        """The terms of the longest phrase that begins at a place, none where none does."""
        first = tokens[place].stem
        following = tokens[place + 1].stem if place + 1 < len(tokens) else ""
        for length in self._lengths.get(first, ()):
            if length > 1 and following not in self._second[first]:
                continue
            window = tokens[place : place + length]
            found = self._terms[first].get(tuple(token.stem for token in window))
            if not found or len(window) < length or any(token.pause for token in window[1:]):
                continue
            if length > 1 or (found := [term for term in found if _ends(tokens[place], term)]):
                return found
        return []

    def _lacks(self) -> Iterator[tuple[Stems, Term]]:
        """What is stated by denying something: to deny "caffeine" is to say "caffeine-free"."""
        for phrases in self._terms.values():
            for words, terms in phrases.items():
                if len(words) > 1 and words[-1] == "free" and terms[0].kind in LACKED:
                    yield words[:-1], terms[0]

    def implied(self, concept: str) -> frozenset[str]:
        """What is true where a statement is: "oak" implies "hardwood" and "wood"."""
        if concept not in self._implied:
            seen, waiting = {concept}, [concept]
            while waiting:
                new = self._broader.get(waiting.pop(), set()) - seen
                seen |= new
                waiting += new
            self._implied[concept] = frozenset(seen)
        return self._implied[concept]


@cache
def lexicon() -> Lexicon:
    """The lexicon of the TOML files beside this module."""
    terms: dict[tuple[Stems, str], Term] = {}
    broader: dict[str, set[str]] = defaultdict(set)
    tables = [(kind, table) for name in FILES for kind, table in toml(name).items() if "concepts" in table]
    named = _named(tables)
    for phrase in split(" ".join(toml("style")["idioms"].split())):
        _put(terms, Term(stems(phrase), IDIOM, phrase))
    for kind, table in tables:
        for concept, words in table["concepts"].items():
            for phrase in _variants(words):
                _put(terms, _term(phrase, kind, concept))
        for words in table.get("each", {}).values():
            for phrase in split(words):
                _put(terms, _term(phrase, kind, phrase))
    for kind, table in tables:
        for concept, words in table.get("narrower", {}).items():
            if concept != UNNAMED and stems(concept) not in named:
                _put(terms, Term(stems(concept), kind, concept))
            for phrase in split(words):
                narrow = named.get(stems(phrase), phrase)
                if narrow == phrase and stems(phrase) not in named:
                    _put(terms, _term(phrase, kind, phrase))
                if concept != UNNAMED:
                    broader[narrow].add(named.get(stems(concept), concept))
    for term in list(terms.values()):
        if len(term.stems) > 1 and term.stems[-1] == "free" and term.kind in LACKED:
            _put(terms, Term(term.stems[:-1], LACKING, " ".join(term.stems[:-1])))
    return Lexicon(terms.values(), broader)


def _variants(words: str) -> Iterator[str]:
    """The phrases of a line; what "won't" do, it also "cannot", "doesn't" and "will never" do."""
    for phrase in split(words):
        yield phrase
        if phrase.startswith("won't "):
            yield from (denial + phrase.removeprefix("won't") for denial in DENIALS)


def _named(tables: Iterable[tuple[str, dict[str, Any]]]) -> dict[Stems, str]:
    """The concept that a phrase names, for those written out as concepts."""
    named: dict[Stems, str] = {}
    for _, table in tables:
        for concept, words in table["concepts"].items():
            for phrase in (concept, *split(words)):
                named.setdefault(stems(phrase), concept)
    return named


def _term(phrase: str, kind: str, concept: str) -> Term:
    words = stems(phrase)
    return Term(
        words, kind, concept, tuple(ending for ending in ENDINGS if len(words) == 1 and phrase.endswith(ending))
    )


def _put(terms: dict[tuple[Stems, str], Term], term: Term) -> None:
    known = terms.setdefault((term.stems, term.concept), term)
    if known.endings != term.endings:
        both = (*known.endings, *term.endings) if known.endings and term.endings else ()
        terms[term.stems, term.concept] = replace(known, endings=both)


def _ends(token: Token, term: Term) -> bool:
    return not term.endings or token.lower.endswith(term.endings)


def stems(phrase: str) -> Stems:
    """The stems of a phrase."""
    return tuple(token.stem for token in tokenize(phrase))


@cache
def word_set(file: str, *path: str) -> frozenset[str]:
    """The stems of a list of words, such as `word_set("style", "scene")`."""
    table: Any = toml(file)
    for name in path:
        table = table[name]
    return frozenset(map(stem, table.split()))


@cache
def shades() -> dict[str, tuple[str, ...]]:
    """For the stem of a seller's name for a colour, the colours that it is one of."""
    found: dict[str, tuple[str, ...]] = {}
    for colour, words in toml("colours")["shades"].items():
        for word in words.split():
            found[stem(word)] = (*found.get(stem(word), ()), colour)
    return found


@cache
def part_names() -> dict[str, frozenset[str]]:
    """For the stem of a part's name, the stems of its other names."""
    names: dict[str, frozenset[str]] = {}
    for words in toml("parts")["same"].values():
        group = frozenset(stem(phrase) for phrase in split(words) if " " not in phrase)
        for word in group:
            names[word] = names.get(word, frozenset()) | group
    return names


@cache
def synonyms() -> dict[str, frozenset[str]]:
    """For the root of a word, the roots of those that say the same."""
    groups: dict[str, frozenset[str]] = {}
    for line in toml("synonyms")["groups"]:
        roots = frozenset(root(word) for word in line.split())
        for word in roots:
            groups[word] = groups.get(word, frozenset()) | roots
    return groups
