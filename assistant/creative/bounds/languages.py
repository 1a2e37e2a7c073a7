"""The languages that copy is written in (languages.toml), and whether a short text is in another than was asked for.

It decides only where it is sure: by letters of a foreign script, or by several function words of another language
where those of the language that was asked for are missing. Words of the product's own facts never count.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import UsageError

DATA = Path(__file__).with_name("languages.toml")
WORD = re.compile(r"[^\W\d_]+")
SCRIPTS = {
    "Latin": "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Cyrillic": "\u0400-\u052f",
    "Hebrew": "\u0590-\u05ff",
    "Arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "Devanagari": "\u0900-\u097f",
    "Thai": "\u0e00-\u0e7f",
    "Hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "Kana": "\u3040-\u30ff\uff66-\uff9d",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f",
}
RUNS = {name: re.compile(f"[{letters}]+") for name, letters in SCRIPTS.items()}
# Written without spaces between words, so that one letter can be a word of its own.
UNSPACED = frozenset({"Han", "Kana", "Thai"})
# So many letters of a text must be judged before it may be said to lack a script altogether.
ENOUGH_LETTERS = 12
ENOUGH_WORDS = 3
LEAST_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its English name, its code (ISO 639-1) and own name, and what it is known by; see the data file."""

    name: str
    code: str
    own: str
    scripts: tuple[str, ...]
    words: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()


def _language(name: str, table: Mapping[str, Any]) -> Language:
    sets = {key: frozenset(value) for key, value in table.items() if key in ("words", "open", "loose", "asks")}
    lists = {key: tuple(value) for key, value in table.items() if key in ("scripts", "endings")}
    return Language(name=name, **{**table, **sets, **lists})


LANGUAGES: Mapping[str, Language] = {
    name: _language(name, table) for name, table in tomllib.loads(DATA.read_text(encoding="utf-8")).items()
}


def find_language(named: str) -> Language:
    """The language of an English name, its own name or an ISO 639-1 code with or without a region ("pt-BR")."""
    wanted = named.strip().casefold()
    code = re.split(r"[-_]", wanted)[0]
    for language in LANGUAGES.values():
        if wanted in (language.name.casefold(), language.own.casefold()) or code == language.code:
            return language
    raise UsageError(
        f"The writer does not know the language {named[:40]!r}.",
        hint=f"Known: {', '.join(f'{language.name} ({language.code})' for language in LANGUAGES.values())}.",
    )


def other_language(text: str, asked: Language, facts: Iterable[str] = ()) -> str:
    """What a text is written in, in a word or two, where it is surely not the language that was asked for; or ""."""
    own = " ".join(facts)
    known = {word.casefold() for word in WORD.findall(own)}
    words = [word for word in WORD.findall(text) if word.casefold() not in known]
    return _foreign_script(words, own, asked) or _other_words({word.casefold() for word in words}, asked)


def _foreign_script(words: list[str], own: str, asked: Language) -> str:
    """A script that the language does not use; Latin names and units stand in texts of any script."""
    letters: Counter[str] = Counter()
    for script, runs in RUNS.items():
        for run in (run for word in words for run in runs.findall(word)):
            # A single Greek letter or the like is a sign, such as a unit; a letter of an unspaced script is a word.
            if (len(run) > 1 or script in UNSPACED) and run not in own:
                letters[script] += len(run)
    strange = [script for script in letters if script not in asked.scripts and script != "Latin"]
    if strange:
        return f"{max(strange, key=letters.__getitem__)} letters"
    seen = sum(letters.values())
    if seen >= ENOUGH_LETTERS and letters[asked.scripts[0]] < LEAST_SHARE * seen:
        main = max(letters, key=letters.__getitem__)
        return f"{main} letters" if main != asked.scripts[0] else ""
    return ""


def language_of(text: str) -> str:
    """The language with the most function words in a text; the first that is known where there are none."""
    found = _function_words({word.casefold() for word in WORD.findall(text)})
    return max(found, key=found.__getitem__)


def _function_words(words: set[str]) -> dict[str, int]:
    """How many of these words each language has among its function words."""
    return {language.name: len(words & language.words) for language in LANGUAGES.values()}


def _other_words(words: set[str], asked: Language) -> str:
    """The language of the same script that has most function words in a text, where it is well ahead."""
    found = _function_words(words)
    best = max(found, key=found.__getitem__)
    ahead = found[best] - found[asked.name]
    return best if best != asked.name and ahead >= ENOUGH_WORDS and found[best] >= LEAST_SHARE * len(words) else ""
