"""The rules, read from the TOML files of topics/, checked and compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from assistant.errors import InputError
from assistant.patterns.compiler import PatternError, WordLists, compile_symbols, compile_words
from assistant.policy.codes import ReasonCode
from assistant.policy.predicates import PREDICATES, Predicate
from store.creatives import Severity

TOPICS = Path(__file__).with_name("topics")
WORD_LISTS = "words.toml"
REQUIRED = ("id", "code", "severity", "message", "advice")
FINDERS = ("words", "symbols", "test")
CONTEXTS = ("with", "unless", "without")
Member = TypeVar("Member", ReasonCode, Severity)
KEYS = frozenset((*REQUIRED, *FINDERS, *CONTEXTS, "at_least"))


class RuleError(InputError):
    """A rule file that cannot be used; the message names the file, the rule and the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is looked for, what it means, and what is said about it.

    A rule finds by `words` (whole words), `symbols` (anywhere) or `test` (a predicate), any of which may be None. A hit
    counts only where the text has `requires` somewhere and `excludes` nowhere, where no match of `unless` touches it,
    and where there are `at_least` hits. `message` may hold `{found}`, the words that were found.
    """

    id: str
    code: ReasonCode
    severity: Severity
    message: str
    advice: str
    words: re.Pattern[str] | None = None
    symbols: re.Pattern[str] | None = None
    test: Predicate | None = None
    requires: re.Pattern[str] | None = None
    excludes: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    at_least: int = 1


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of this release."""
    return load_rules(TOPICS)


def load_rules(folder: Path) -> tuple[Rule, ...]:
    """All rules of a folder's TOML files; RuleError where one is not usable or an id stands twice."""
    lists = word_lists(folder / WORD_LISTS)
    found: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name == WORD_LISTS:
            continue
        for rule in _rules_of(path, lists):
            if rule.id in found:
                raise RuleError(f"{path.name}: the rule id {rule.id!r} stands twice.", hint="Rename one of them.")
            found[rule.id] = rule
    return tuple(found.values())


def _rules_of(path: Path, lists: WordLists) -> Iterator[Rule]:
    document = _read(path)
    if set(document) != {"rule"} or not isinstance(document["rule"], list):
        raise RuleError(f"{path.name} holds more than [[rule]] tables.", hint="Move word lists to words.toml.")
    for number, table in enumerate(document["rule"], start=1):
        try:
            yield _rule(table, lists)
        except (PatternError, ValueError) as problem:
            name = table.get("id", f"number {number}")
            raise RuleError(f"{path.name}, rule {name}: {problem}.", hint="Correct the rule file.") from None


def _rule(table: Mapping[str, Any], lists: WordLists) -> Rule:
    _check_keys(table)
    test = table.get("test")
    if test is not None and test not in PREDICATES:
        raise ValueError(f"there is no predicate {test!r}; there are {', '.join(sorted(PREDICATES))}")
    context = {key: compile_words(_texts(table, key), lists) if key in table else None for key in CONTEXTS}
    return Rule(
        id=table["id"],
        code=_member(ReasonCode, table["code"], "code"),
        severity=_member(Severity, table["severity"], "severity"),
        message=table["message"],
        advice=table["advice"],
        words=compile_words(_texts(table, "words"), lists) if "words" in table else None,
        symbols=compile_symbols(_texts(table, "symbols"), lists) if "symbols" in table else None,
        test=PREDICATES[test] if test is not None else None,
        requires=context["with"],
        excludes=context["without"],
        unless=context["unless"],
        at_least=table.get("at_least", 1),
    )


def _check_keys(table: Mapping[str, Any]) -> None:
    if unknown := sorted(set(table) - KEYS):
        raise ValueError(f"unknown key {unknown[0]!r}")
    for key in REQUIRED:
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise ValueError(f"{key!r} has to be a text")
    if not any(key in table for key in FINDERS):
        raise ValueError("one of 'words', 'symbols' or 'test' is needed")
    if not isinstance(table.get("at_least", 1), int) or table.get("at_least", 1) < 1:
        raise ValueError("'at_least' has to be a number of 1 or more")
    try:
        table["message"].format(found="")
    except (KeyError, IndexError, ValueError):
        raise ValueError("'message' may hold {found} and no other brace") from None


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    entries = table[key]
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, str) and entry for entry in entries):
        raise ValueError(f"{key!r} has to be a list of patterns")
    return tuple(entries)


def _member(kind: type[Member], value: str, key: str) -> Member:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{value!r} is no {key}") from None


def word_lists(path: Path) -> WordLists:
    document = _read(path)
    try:
        return {name: _texts(document, name) for name in document}
    except ValueError as problem:
        raise RuleError(f"{path.name}: {problem}.", hint="Correct the list.") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(f"{path.name} is no TOML file: {error}.", hint="Correct the rule file.") from None
