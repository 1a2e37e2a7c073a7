"""Matches on the screen: a table where there is room, a list of short lines where there is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.matching.by_record import Near
from store.records import Ad, Match, Offer, Pin, Product, Record

BAR = 10
MOST_TITLE = 40
NOTHING: Mapping[str, Near] = {}
# The legs of a search, which every score has; what else the ranker looks at is told as one number.
LEGS = ("meaning", "words")
RERANKER = "reranker"
CSV_HEADER = ("rank", "id", "title", "score", "meaning", "words", "price", "availability", "interest", "link")


def show_matches(
    matches: Sequence[Match], *, narrow: bool, first: int = 1, near: Mapping[str, Near] = NOTHING
) -> RenderableType:
    """Matches with their scores and what these are made of, numbered from `first`; `near`: which pins each serves."""
    numbered = list(enumerate(matches, start=first))
    serves = {identifier: _serves(records) for identifier, records in near.items() if records}
    return Group(*(_lines(number, match, serves) for number, match in numbered)) if narrow else _table(numbered, serves)


def called(records: Sequence[Record]) -> str:
    """What is asked by, in a line: the title, or several of them."""
    if len(records) == 1:
        return records[0].title
    return f"{len(records)} pins: {'; '.join(shorten(record.title, MOST_TITLE) for record in records)}"


def tell_unserved(records: Sequence[Record], near: Mapping[str, Near]) -> Iterator[str]:
    """Which of several records none of the matches serves, a sentence each."""
    served = {record.id for pairs in near.values() for record, _ in pairs}
    for record in records if near else ():
        if record.id not in served:
            yield f"None of these serves the pin {shorten(record.title, MOST_TITLE)} ({record.id})."


def asked_by_as_json(record: Record) -> Mapping[str, str]:
    """What programs get of a record that is asked by."""
    kind = "pin" if isinstance(record, Pin) else "product" if isinstance(record, Product) else "ad"
    return {"kind": kind, "id": record.id, "title": record.title}


def serves_as_json(near: Near) -> list[Mapping[str, Any]]:
    """The records that a match serves, nearest first, for programs."""
    return [{"id": record.id, "cosine": round(cosine, 4)} for record, cosine in near]


def match_as_json(match: Match) -> Mapping[str, Any]:
    """The stable shape of a match for programs."""
    return {
        "rank": match.rank,
        "score": round(match.score, 4),
        "parts": [
            {
                "name": part.name,
                "raw": round(part.raw, 4),
                "scaled": round(part.scaled, 4),
                "weight": round(part.weight, 4),
            }
            for part in match.parts
        ],
        "shared_words": list(match.shared_words),
        **record_as_json(match.record),
    }


def record_as_json(record: Record) -> Mapping[str, Any]:
    """What programs get of a pin or an ad."""
    common = {
        "id": record.id,
        "title": record.title,
        "description": record.description,
        "link": record.link,
        "interest": record.interest,
        "interest_inferred": record.interest_inferred,
        "tags": list(record.tags),
    }
    if isinstance(record, Offer):
        price = record.current_price
        common |= {
            "price": str(price.amount) if price else None,
            "currency": price.currency if price else None,
            "availability": record.availability,
            "product_type": record.product_type,
            "countries": list(record.countries),
        }
    if isinstance(record, Ad):
        common |= {"product_id": record.product_id, "advertiser": record.advertiser, "campaign": record.campaign}
    if isinstance(record, Pin):
        common |= {"board": record.board, "category": record.category}
    return common


def match_as_row(match: Match) -> tuple[object, ...]:
    """A match as a row under CSV_HEADER."""
    record = match.record
    parts = {part.name: round(part.raw, 4) for part in match.parts}
    price, availability = (record.current_price, record.availability) if isinstance(record, Offer) else (None, None)
    return (
        match.rank,
        record.id,
        record.title,
        round(match.score, 4),
        parts.get("meaning", ""),
        parts.get("words", ""),
        price or "",
        availability or "",
        record.interest or "",
        record.link,
    )


def points_of(match: Match) -> Mapping[str, float]:
    """The points of each leg and of the reranker, where it read this one, and those of all else together as `more`."""
    own = (*LEGS, *([RERANKER] if _is_reranked(match) else []))
    legs = {name: sum(part.points for part in match.parts if part.name == name) for name in own}
    return {**legs, "more": sum(part.points for part in match.parts if part.name not in own)}


def _is_reranked(match: Match) -> bool:
    return any(part.name == RERANKER for part in match.parts)


def details(record: Record) -> Iterator[str]:
    """The short facts that stand beside a title."""
    if isinstance(record, Offer):
        if record.current_price:
            yield str(record.current_price)
        if record.availability and record.availability != "in stock":
            yield str(record.availability)
    if isinstance(record, Pin) and record.board:
        yield record.board
    if record.interest:
        yield ("~" if record.interest_inferred else "") + record.interest.replace("_", " ").lower()


def shorten(text: str, limit: int) -> str:
    """The text, or its beginning and an ellipsis: for showing only, never for what is exported."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _serves(near: Near) -> str:
    return f"serves {'; '.join(shorten(record.title, MOST_TITLE) for record, _ in near)}"


def _table(numbered: Sequence[tuple[int, Match]], serves: Mapping[str, str]) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    table.add_column("#", justify="right", style="number", no_wrap=True)
    table.add_column("score", no_wrap=True)
    columns = _columns([match for _, match in numbered])
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True, style="faint")
    table.add_column("", ratio=1)
    for number, match in numbered:
        found = points_of(match)
        points = [f"{found[name]:.2f}" if name in found else "" for name in columns]
        table.add_row(str(number), _score(match), *points, _body(match, serves))
    return table


def _columns(matches: Sequence[Match]) -> Sequence[str]:
    """The parts that are shown: both legs and `more`; where something was reranked, those that have any points."""
    if not any(map(_is_reranked, matches)):
        return (*LEGS, "more")
    found = [points_of(match) for match in matches]
    return [name for name in (RERANKER, *LEGS, "more") if name == RERANKER or any(points.get(name) for points in found)]


def _lines(number: int, match: Match, serves: Mapping[str, str]) -> RenderableType:
    found, columns = points_of(match), _columns([match])
    parts = " + ".join(f"{found[name]:.2f} {name}" for name in columns if found[name] or name != "more")
    return Group(
        Text.assemble((f"{number} ", "number"), (match.record.title, "title")),
        Text.assemble("  ", f"{match.score:.2f}", (f" = {parts}", "faint")),
        Padding(Group(*_about(match, serves)), (0, 0, 0, 2), expand=False),
    )


def _score(match: Match) -> Text:
    filled = round(match.score * BAR)
    return Text.assemble(f"{match.score:.2f} ", ("━" * filled, "good"), ("─" * (BAR - filled), "faint"))


def _body(match: Match, serves: Mapping[str, str]) -> RenderableType:
    return Group(Text(match.record.title, "title"), *_about(match, serves))


def _about(match: Match, serves: Mapping[str, str]) -> Iterator[Text]:
    """The lines under a title."""
    yield Text(" · ".join((*details(match.record), match.record.id)), "faint")
    if match.record.id in serves:
        yield Text(serves[match.record.id], "faint")
