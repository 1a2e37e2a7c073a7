"""Products and creatives for tests of what happens after writing, put into a store as a batch would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.creative.formats import FORMATS, Slot
from store.connection import Connection
from store.creatives import Claim, Creative, Finding, Provenance
from store.ledger import Ledger
from store.orders import Entry, Finished, Unwritten
from store.records import Part, Product

PROVENANCE = Provenance(model="toy", model_sha256="ab" * 32, prompt_hash="c0ffee" * 4, seed=3, attempt=1)
TOO_LONG = Finding(check="limits", code="too_long", message="the title has 130 characters, 100 are allowed")
UNSUPPORTED = Finding(
    check="grounding", code="number", message="number '350 g': no fact gives '350 g'", slot="description"
)
SUPPORTED = Claim(text="900 g", start=15, end=20, kind="number", supported_by="weight")


def product(identifier: str = "lamp", **fields: Any) -> Product:
    values: dict[str, Any] = {
        "title": f"Oak Lamp {identifier}",
        "description": "Solid oak with a linen shade. Dims by touch.",
        "link": f"https://shop.example/{identifier}",
        "image_link": f"https://img.example/{identifier}.jpg",
        "product_type": "Home > Lamps, all",
    }
    return Product(id=identifier, **(values | fields))


def texts(format: str, word: str = "oak") -> dict[str, str]:
    """A text for each slot of a format, all within its limits and each of its own."""
    return {slot.name: _text(slot, word) for slot in FORMATS[format].slots}


def creative(identifier: str = "lamp", format: str = "pin", **fields: Any) -> Creative:
    values: dict[str, Any] = {
        "angle": "question",
        "texts": texts(format),
        "claims": {},
        "findings": (),
        "provenance": PROVENANCE,
        "rank": 1,
        "parts": (Part("fit", 0.5, 0.5, 1.0),),
    }
    return Creative(product_id=identifier, format=format, **(values | fields))


def put(connection: Connection, item: Product, creatives: Sequence[Creative], order: str = "first") -> list[str]:
    """Finish one row a format with these creatives; returns their ids in the order they were given."""
    ledger = Ledger(connection)
    for format in dict.fromkeys(item.format for item in creatives):
        orders = {format: f"{order}-{format}"}
        ledger.register(f"{order}-{item.id}-{format}", 0, [Entry(item, "feed.csv", 2, orders)])
        row = Unwritten(item, format, orders[format], "feed.csv", 2, 0)
        assert ledger.finish(row, Finished([found for found in creatives if found.format == format]))
    rows = connection.rows("SELECT id, body FROM creatives WHERE product_id = ? ORDER BY number", (item.id,))
    from store.serial import to_json

    by_body = {body: identifier for identifier, body in rows}
    return [by_body[to_json(found)] for found in creatives]


def _text(slot: Slot, word: str) -> str:
    number = "".join(letter for letter in slot.name if letter.isdigit())
    return f"Warm {word} light {number}".strip() + ("." if slot.sentence else "")
