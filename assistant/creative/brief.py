"""What is to be written, from what the user has: a product of the store, options, or a file of facts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.creative.angles import ANGLES, BY_NAME, Angle
from assistant.creative.ground import kinds_in
from assistant.errors import InputError, UsageError
from assistant.feeds.values import price
from store.records import Price, Product

LARGEST_FILE = 1_000_000
FIELDS = ("title", "description", "brand", "color", "material", "pattern", "size", "product_type")


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
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"{path} is too large for the facts of one product.", hint="Index it as a feed instead.")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: {error.reason}.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", hint="Check the path.") from error
    return _from_json(path, text) if text.lstrip().startswith("{") else _from_lines(path, text)


def choose_angles(product: Product, wanted: Sequence[str], count: int) -> tuple[Angle, ...]:
    """The angles that were asked for, filled up to `count` with those that the product's facts can carry."""
    if unknown := [name for name in wanted if name not in BY_NAME]:
        raise UsageError(f"There is no angle {unknown[0]!r}.", hint=f"Known: {', '.join(BY_NAME)}.")
    if not 1 <= count <= len(ANGLES):
        raise UsageError(
            f"--variants takes 1 to {len(ANGLES)}, not {count}.", hint="There is one variant for each angle."
        )
    chosen = [BY_NAME[name] for name in dict.fromkeys(wanted)]
    stated = kinds_in(product)
    fitting = [angle for angle in ANGLES if angle not in chosen and (not angle.needs or stated & set(angle.needs))]
    others = [angle for angle in ANGLES if angle not in chosen and angle not in fitting]
    return tuple((chosen + fitting + others)[: max(count, len(chosen))])


def _from_json(path: Path, text: str) -> dict[str, str]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}: not valid JSON, {error.msg}.", hint="Correct it.") from error
    except RecursionError as error:
        raise InputError(f"{path} is nested too deeply.", hint="Give one JSON object of texts.") from error
    return {str(name): _as_text(value) for name, value in values.items() if value not in (None, "", [])}


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
