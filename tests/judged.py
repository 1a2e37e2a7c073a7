"""Copy that was judged by a reader: ads with one idea or two, and pairs of a better and a worse one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from assistant.creative.ranking.rank import rank
from assistant.embedding.embedder import Embedder
from store.creatives import Brief, Claim, Creative, Finding, Provenance
from store.records import Product

DATA = Path(__file__).parent / "data"
NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?: (?:cm|kg|kW|litres|ml|g)\b)?")
PROVENANCE = Provenance(model="toy", model_sha256="ab" * 32, prompt_hash="c0ffee" * 4, seed=3, attempt=1)


@dataclass(frozen=True)
class Pair:
    """What is written for, the better ad and the worse one, and what makes the difference."""

    brief: Brief
    better: Creative
    worse: Creative
    why: str


def ideas() -> list[tuple[Product, list[dict[str, str]]]]:
    """Each product with the texts of four ads: the first two have one idea, the last two another."""
    rows = tomllib.loads((DATA / "ideas.toml").read_text(encoding="utf-8"))["product"]
    return [
        (Product(id="x", title=row["title"], description=row["description"]), [*map(texts_of, chain(*row["ideas"]))])
        for row in rows
    ]


def texts_of(text: str) -> dict[str, str]:
    """The texts of a pin from "title | description"."""
    return dict(zip(("title", "description"), text.split(" | "), strict=True))


def creative(text: str, product: Product, angle: str = "everyday", findings: tuple[Finding, ...] = ()) -> Creative:
    """A pin from "title | description"; each number that the facts hold is a claim that they support."""
    texts = texts_of(text)
    facts = " ".join(fact for _, fact in product.facts)
    claims = {
        slot: tuple(
            Claim(text=found[0], start=found.start(), end=found.end(), kind="number", supported_by="description")
            for found in NUMBER.finditer(written)
            if found[0] in facts
        )
        for slot, written in texts.items()
    }
    return Creative(
        product_id=product.id, format="pin", angle=angle, texts=texts, claims=claims, findings=findings,
        provenance=PROVENANCE,
    )  # fmt: skip


def pairs() -> list[Pair]:
    rows = tomllib.loads((DATA / "better.toml").read_text(encoding="utf-8"))["pair"]
    return [_pair(number, row) for number, row in enumerate(rows)]


def _pair(number: int, row: dict[str, str]) -> Pair:
    product = Product(id="x", title=row["title"], description=row["description"])
    brief = Brief(
        product=product, audience=row.get("audience", ""), season=row.get("season", ""), use=tuple(row.get("use", ()))
    )
    # Which of the two comes first in the alphabet of the angles must not help it.
    better, worse = ("a", "b") if number % 2 else ("b", "a")
    return Pair(brief, creative(row["better"], product, better), creative(row["worse"], product, worse), row["why"])


def wins(embedder: Embedder | None) -> list[bool]:
    """For each pair whether the better one is ranked first."""
    return [rank([pair.worse, pair.better], pair.brief, embedder)[0].texts == pair.better.texts for pair in pairs()]
