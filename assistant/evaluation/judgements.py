"""Which documents are relevant to which query: the table of a data set, of BEIR's three columns or TREC's four."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import InputError
from assistant.evaluation.files import checked_id, fault, lines_of
from assistant.feeds.text import shorten

COLUMNS = {
    "query": {"queryid", "query", "qid", "topic", "topicid"},
    "document": {"corpusid", "documentid", "document", "docid", "docno", "did", "productid"},
    "relevance": {"score", "relevance", "rel", "grade", "label", "judgement", "judgment"},
}
# By how many columns there are: where query, document and relevance stand in a table without a header.
PLACES = {3: (0, 1, 2), 4: (0, 2, 3)}
LARGEST = 1000
_WHOLE = re.compile(r"[+-]?[0-9]{1,6}(?:\.0{1,6})?")
_HINT = "Write query id, document id and relevance, with tabs between them."


@dataclass(frozen=True, slots=True)
class Judgements:
    """Relevance by query and document, and the first line on which each id is judged."""

    path: Path
    relevance: dict[str, dict[str, int]]
    query_lines: dict[str, int]
    document_lines: dict[str, int]


def read_judgements(path: Path) -> Judgements:
    """Read a table of judgements, with a header or without; whole numbers from -1,000 to 1,000.

    Raises InputError, with the line, for a column that is missing, a relevance that is no whole number and a pair that
    is judged twice.
    """
    found = Judgements(path, {}, {}, {})
    lines = lines_of(path)
    first = next(lines, None)
    if first is None:
        raise InputError(f"{path} is empty.", hint=_HINT)
    cells = _cells(first.text)
    places = _named(path, first.number, cells)
    if places is None:
        places = PLACES.get(len(cells))
        if places is None:
            raise fault(path, first.number, f"{len(cells)} columns, where three or four are wanted", hint=_HINT)
        _add(found, first.number, cells, places)
    for line in lines:
        row = _cells(line.text)
        if len(row) != len(cells):
            raise fault(
                path, line.number, f"{len(row)} columns, where line {first.number} has {len(cells)}", hint=_HINT
            )
        _add(found, line.number, row, places)
    if not found.relevance:
        raise InputError(f"{path} has a header and no judgement.", hint=_HINT)
    return found


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.rstrip("\r\n").split("\t")] if "\t" in text else text.split()


def _named(path: Path, line: int, cells: Sequence[str]) -> tuple[int, int, int] | None:
    """Where the columns are by the names of a header; None where the line is no header but a judgement."""
    names = [re.sub(r"[^a-z]", "", cell.lower()) for cell in cells]
    places = [next((names.index(name) for name in names if name in known), -1) for known in COLUMNS.values()]
    if min(places) >= 0:
        return places[0], places[1], places[2]
    if len(cells) in PLACES and _WHOLE.fullmatch(cells[PLACES[len(cells)][2]]):
        return None
    missing = [what for what, place in zip(COLUMNS, places, strict=True) if place < 0]
    shown = shorten(", ".join(cells[:12]), 200)
    raise fault(path, line, f"no column for {' and '.join(missing)}; there is: {shown}", hint=_HINT)


def _add(found: Judgements, line: int, cells: Sequence[str], places: tuple[int, int, int]) -> None:
    query, document, relevance = (cells[place] for place in places)
    query = checked_id(found.path, line, "query id", query)
    document = checked_id(found.path, line, "document id", document)
    judged = found.relevance.setdefault(query, {})
    if document in judged:
        raise fault(found.path, line, f"query {query} and document {document} are judged on an earlier line already")
    judged[document] = _relevance(found.path, line, relevance)
    found.query_lines.setdefault(query, line)
    found.document_lines.setdefault(document, line)


def _relevance(path: Path, line: int, cell: str) -> int:
    value = int(float(cell)) if _WHOLE.fullmatch(cell) else LARGEST + 1
    if abs(value) > LARGEST:
        problem = f"the relevance {shorten(cell, 40)!r} is no whole number from -{LARGEST} to {LARGEST}"
        raise fault(path, line, problem)
    return value
