"""Per-query results: one JSON object a query, so that two runs can be compared later, or read by other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import InputError
from assistant.evaluation.dataset import Questions
from assistant.evaluation.files import checked_id, fault, objects_of
from assistant.evaluation.measures import MEASURES, Values, measure
from assistant.evaluation.runs import read_run
from assistant.feeds.text import plain

_HINT = "Give a file that `pinwright eval retrieval --results` wrote, or a TREC run file with --data DIR."


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a run reached: the texts of its queries, their measures, and from which judgement on a document counts.

    `asked` has what was searched for instead of a text, as with typos.
    """

    path: Path
    name: str
    relevant_from: int
    texts: Mapping[str, str]
    values: Values
    asked: Mapping[str, str] = field(default_factory=dict)


def results_as_text(
    questions: Questions, values: Values, *, name: str, relevant_from: int, asked: Mapping[str, str]
) -> str:
    """JSON Lines: query, text, what was searched for where that differs, setting and measures."""
    rows = (
        {
            "query": query,
            "text": questions.queries[query],
            **({"asked": asked[query]} if asked[query] != questions.queries[query] else {}),
            "setting": name,
            "relevant_from": relevant_from,
            **row,
        }
        for query, row in values.items()
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_results(path: Path) -> Results:
    """Read a file of per-query results. Raises InputError, with the line, where it is something else."""
    texts: dict[str, str] = {}
    values: dict[str, dict[str, float]] = {}
    asked: dict[str, str] = {}
    name, relevant_from = "", 0
    for line, row in objects_of(path):
        query = checked_id(path, line, "`query`", row.get("query"), hint=_HINT)
        if query in texts:
            raise fault(path, line, f"query {query} is there twice")
        values[query] = {measured: _value(path, line, row, measured) for measured in MEASURES}
        texts[query] = plain(str(row.get("text", "")))
        if "asked" in row:
            asked[query] = plain(str(row["asked"]))
        before, found = relevant_from, row.get("relevant_from")
        if not isinstance(found, int) or isinstance(found, bool) or before not in (0, found):
            raise fault(path, line, "`relevant_from` is no number, or another than above", hint=_HINT)
        name, relevant_from = plain(str(row.get("setting", ""))), found
    if not texts:
        raise InputError(f"{path} is empty.", hint=_HINT)
    return Results(path=path, name=name, relevant_from=relevant_from, texts=texts, values=values, asked=asked)


def score_run(path: Path, questions: Questions, relevant_from: int) -> Results:
    """A TREC run file, measured against the judgements; a query that it lacks found nothing.

    Raises InputError where the run is of other queries.
    """
    run = read_run(path)
    if strange := [query for query in run if query not in questions.queries]:
        raise InputError(
            f"{path} has results for query {strange[0]}"
            f"{f' and {len(strange) - 1:,} more' if len(strange) > 1 else ''}, not judged in {questions.name}.",
            hint="The run is of another data set or of another split: see --data and --split.",
        )
    values = measure(questions.relevance, run, relevant_from)
    return Results(path=path, name=path.stem, relevant_from=relevant_from, texts=questions.queries, values=values)


def _value(path: Path, line: int, row: Mapping[str, object], name: str) -> float:
    value = row.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
        raise fault(path, line, f"`{name}` is no number from 0 to 1", hint=_HINT)
    return float(value)
