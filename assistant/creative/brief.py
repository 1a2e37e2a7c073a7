"""What is to be written, from what the user has: a product's facts, and a brief from options or a file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict, cast

from assistant.creative.bounds.languages import find_language
from assistant.errors import InputError, UsageError
from assistant.feeds.text import plain
from assistant.feeds.values import price
from store.records import Price, Product

LARGEST_FILE = 1_000_000
FIELDS = ("title", "description", "brand", "color", "material", "pattern", "size", "product_type")

# The platform's campaign objectives, and what each asks of the copy.
OBJECTIVES = {
    "AWARENESS": "be noticed and remembered",
    "CONSIDERATION": "make the reader want to know more",
    "WEB_CONVERSION": "bring the reader to the shop",
    "CATALOG_SALES": "sell this product",
    "VIDEO_COMPLETION": "make the reader watch to the end",
}
BRIEF_TEXTS = ("audience", "tone", "objective", "season", "language")
BRIEF_WORDS = ("use", "avoid")
# A file may name angles too; they are no part of the brief itself.
BRIEF_ANGLES = "angles"
LONGEST_TEXT = 300
LONGEST_WORD = 60
MOST_WORDS = 50


class BriefOptions(TypedDict, total=False):
    """What a brief says besides the product and the style: `Brief(product=product, **options)`."""

    audience: str
    tone: str
    objective: str
    season: str
    language: str
    use: tuple[str, ...]
    avoid: tuple[str, ...]


def product_from_facts(facts: Mapping[str, str]) -> Product:
    """A product from named facts; a name that products do not have becomes a fact of its own."""
    facts = {name.strip().lower(): " ".join(text.split()) for name, text in facts.items()}
    if not facts.get("title"):
        raise UsageError("A product needs a title.", hint='For example: --title "Linen duvet cover, sage".')
    known: dict[str, Any] = {name: facts[name] for name in FIELDS if facts.get(name)}
    others = tuple(
        (name, (text,)) for name, text in facts.items() if text and name not in (*FIELDS, "price", "id", "type")
    )
    known.setdefault("product_type", facts.get("type", ""))
    return Product(id=facts.get("id", ""), price=_price(facts.get("price", "")), options=others, **known)


def read_facts(path: Path) -> dict[str, str]:
    """Facts from a file: a JSON object, or lines such as `material: linen`."""
    text = _read(path, "Index it as a feed instead.")
    if not text.lstrip().startswith("{"):
        return _from_lines(path, text)
    return {str(name): _as_text(value) for name, value in _from_json(path, text).items() if value not in (None, "", [])}


def read_brief(path: Path) -> BriefOptions:
    """A brief from a file, a JSON object or TOML: audience, tone, objective, season, language, use, avoid, angles."""
    return brief_options(_brief_values(path), source=str(path))


def read_angles(path: Path) -> tuple[str, ...]:
    """The names of the angles that a brief's file asks for; empty where it names none."""
    values = _brief_values(path)
    return _words(str(path), BRIEF_ANGLES, values[BRIEF_ANGLES]) if BRIEF_ANGLES in values else ()


def brief_options(values: Mapping[str, object], source: str = "The brief") -> BriefOptions:
    """A brief from named values, made plain and checked; `source` is named in what is wrong with them.

    `use` and `avoid` are lists, or texts with commas; `angles` are left out. The language comes back by its English
    name, a known objective by the platform's name. Raises UsageError for an unknown key, a language the writer does
    not know, a value of another kind or too long, and a word that is both to use and to avoid.
    """
    known = (*BRIEF_TEXTS, *BRIEF_WORDS, BRIEF_ANGLES)
    if unknown := [name for name in values if name not in known]:
        raise UsageError(f"{source} has an unknown key: {unknown[0][:40]!r}.", hint=f"Known: {', '.join(known)}.")
    texts = {name: _text(source, name, values[name]) for name in BRIEF_TEXTS if name in values}
    words = {name: _words(source, name, values[name]) for name in BRIEF_WORDS if name in values}
    if both := {word.casefold() for word in words.get("use", ())} & {
        word.casefold() for word in words.get("avoid", ())
    }:
        raise UsageError(f"{source} both uses and avoids {min(both)!r}.", hint="Take it out of one of the two lists.")
    if "objective" in texts:
        texts["objective"] = _objective(texts["objective"])
    if language := texts.pop("language", ""):
        texts["language"] = find_language(language).name
    return cast(BriefOptions, {**texts, **words})


def _objective(named: str) -> str:
    platform = "_".join(named.upper().replace("-", " ").replace("_", " ").split())
    return platform if platform in OBJECTIVES else named


def _text(source: str, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{source}: {name} must be a text.", hint='Write it in quotation marks: tone = "dry".')
    text = plain(value)
    if len(text) > LONGEST_TEXT:
        raise UsageError(
            f"{source}: {name} has {len(text)} characters; {LONGEST_TEXT} are allowed.", hint="Say it in a sentence."
        )
    return text


def _words(source: str, name: str, value: object) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(word, str) for word in given):
        raise UsageError(f"{source}: {name} must be a list of words.", hint=f'For example: {name} = ["cosy", "slow"].')
    words = _distinct(plain(word) for word in given)
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        raise UsageError(
            f"{source}: {name} takes at most {MOST_WORDS} words of at most {LONGEST_WORD} characters.",
            hint="Keep those that matter most.",
        )
    return words


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple({word.casefold(): word for word in words if word}.values())


def _brief_values(path: Path) -> dict[str, Any]:
    text = _read(path, "A brief is a few lines.")
    return _from_json(path, text) if text.lstrip().startswith("{") else _from_toml(path, text)


def _read(path: Path, instead: str) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"{path} is too large: {LARGEST_FILE:,} bytes are allowed.", hint=instead)
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: {error.reason}.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", hint="Check the path.") from error


def _from_json(path: Path, text: str) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}: not valid JSON, {error.msg}.", hint="Correct it.") from error
    except (RecursionError, ValueError) as error:
        raise InputError(
            f"{path} is not valid JSON: nested too deeply or a number too long.", hint="Give one object of texts."
        ) from error
    return values


def _from_toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputError(f"{path} is not valid TOML: {error}.", hint='Write lines like tone = "dry".') from error


def _from_lines(path: Path, text: str) -> dict[str, str]:
    facts = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or not name.strip():
            raise InputError(f"{path}, line {number}: not a fact.", hint="Write facts like `material: linen`.")
        facts[name] = value
    return facts


def _as_text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _price(text: str) -> Price | None:
    try:
        return price(text)
    except ValueError as error:
        reason = str(error).partition("; ")[0]
        raise UsageError(f"{reason[:1].upper()}{reason[1:]}.", hint="Write it like price=24.99 USD.") from error
