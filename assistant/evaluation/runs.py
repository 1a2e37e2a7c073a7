"""TREC run files: what was found for each query, in the form that every tool of the field reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from assistant.errors import InputError
from assistant.evaluation.files import checked_id, fault, lines_of
from assistant.feeds.text import shorten

COLUMNS = 6
Rankings = Mapping[str, Sequence[tuple[str, float]]]
"""By query: ids with their scores, best first."""
_HINT = "Each line is: query id, Q0, document id, rank, score, name of the run."


def run_as_text(rankings: Rankings, name: str) -> str:
    """A run file. Where scores tie, or are too near for the single precision that tools compute in, they are parted."""
    lines = []
    for query, ranking in rankings.items():
        before = np.float32(np.inf)
        for place, (identifier, score) in enumerate(ranking, start=1):
            before = min(np.float32(score), np.nextafter(before, np.float32(-np.inf)))
            lines.append(f"{query} Q0 {identifier} {place} {before:.9g} {name}\n")
    return "".join(lines)


def read_run(path: Path) -> dict[str, tuple[str, ...]]:
    """The ids by query, best first: by falling score, and where scores tie by falling id, as TREC's own tool does.

    Raises InputError, with the line, for other columns, a score that is no number and a document that comes twice.
    """
    scores: dict[str, dict[str, float]] = {}
    for line in lines_of(path):
        cells = line.text.split()
        if len(cells) != COLUMNS:
            raise fault(path, line.number, f"{len(cells)} columns, where a run has {COLUMNS}", hint=_HINT)
        query = checked_id(path, line.number, "query id", cells[0])
        document = checked_id(path, line.number, "document id", cells[2])
        found = scores.setdefault(query, {})
        if document in found:
            raise fault(path, line.number, f"document {document} is there twice for query {query}")
        found[document] = _score(path, line.number, cells[4])
    if not scores:
        raise InputError(f"{path} is empty.", hint=_HINT)
    return {query: _ordered(found) for query, found in scores.items()}


def _ordered(scores: Mapping[str, float]) -> tuple[str, ...]:
    by_id = sorted(scores, reverse=True)
    return tuple(sorted(by_id, key=lambda identifier: -scores[identifier]))


def _score(path: Path, line: int, cell: str) -> float:
    try:
        score = float(cell)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise fault(path, line, f"the score {shorten(cell, 40)!r} is no number", hint=_HINT)
    return score


def require_ids_for_a_run(identifiers: Sequence[str]) -> None:
    """Raise InputError where an id has a blank: the columns of a run file are parted by them."""
    if broken := next((identifier for identifier in identifiers if identifier.split() != [identifier]), None):
        raise InputError(f"The id {broken!r} has a blank in it, which a run file cannot hold.", hint="Leave out --run.")
