"""What a model of search can learn from: queries with the texts that answer them, of a file of pairs or a data set.

A file has a row for each pair: a query, and the text that answers it or the id of an ad or pin in the store. A column
may say how well, by a grade or by clicks. A row that cannot be used is kept apart and named.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from assistant.errors import InputError
from assistant.evaluation.dataset import read_dataset
from assistant.feeds import jsonl, tabular
from assistant.feeds.reader import MAX_EXCERPT, Rejected
from assistant.feeds.sources import Item, Source
from assistant.feeds.text import normalise, plain, shorten
from store.records import Kind
from store.store import Store

COLUMNS: Mapping[str, frozenset[str]] = {
    "query": frozenset({"query", "querytext", "search", "searchterm", "searchquery", "keyword", "q"}),
    "text": frozenset({"text", "passage", "document", "answer", "positive", "title", "adtext"}),
    "id": frozenset({"id", "adid", "pinid", "productid", "itemid", "docid", "documentid", "corpusid"}),
    "grade": frozenset({"grade", "score", "relevance", "rating", "label", "judgement", "judgment"}),
    "clicks": frozenset({"clicks", "click", "clicked", "weight", "count", "saves", "purchases", "conversions"}),
}
# Rows that are taken together, so that ids are looked up together and a long log is not held in memory.
WINDOW = 1_000
LONGEST_QUERY = 2_000
LARGEST = 1_000_000.0
# Grades with decimals are kept in whole hundredths: measures take whole numbers, and a factor changes none of them.
HUNDREDTHS = 100
_HINT = "Give rows of `query` and `text`, or `query` and `id`, with a header; or a folder in BEIR's layout."
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})\s*")

Passages = Mapping[str, str]
Lookup = Callable[[Collection[str]], Passages]
"""From ids to the texts that they are found by; an id that is not there is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Queries and passages by id, and how well which answers which: whole numbers, above 0 where it does.

    `passages` holds what is searched, so more than was judged where there is more. `sha256` is that of the pairs, in
    whatever order they came.
    """

    path: Path
    queries: Mapping[str, str]
    passages: Passages
    relevance: Mapping[str, Mapping[str, int]]
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def pairs(self) -> int:
        return sum(map(len, self.relevance.values()))

    @property
    def sha256(self) -> str:
        lines = sorted(
            f"{self.queries[query]}\0{self.passages[passage]}\0{grade}\n"
            for query, grades in self.relevance.items()
            for passage, grade in grades.items()
        )
        return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def passages_in(store: Store) -> Lookup:
    """Looks up ids among the ads of a store, then among its pins."""

    def look_up(ids: Collection[str]) -> Passages:
        found = {**store.database.get_many(Kind.PIN, ids), **store.database.get_many(Kind.AD, ids)}
        return {identifier: record.passage for identifier, record in found.items()}

    return look_up


def read_pairs(path: Path, look_up: Callable[[], Lookup], split: str = "") -> Judged:
    """Read a file of pairs (CSV, TSV or JSON Lines, also gzipped) or a data set in BEIR's layout.

    `look_up` is called where rows name ids. Queries that nothing answers are left out. Raises InputError where nothing
    can be learned from it.
    """
    judged = _read_dataset(path, split) if path.is_dir() else _read_file(path, look_up)
    answered = {
        query: grades for query, grades in judged.relevance.items() if any(grade > 0 for grade in grades.values())
    }
    if not answered:
        raise InputError(f"{shorten(str(path), 300)} has no query with a text that answers it.", hint=_HINT)
    notes = list(judged.notes)
    if idle := len(judged.relevance) - len(answered):
        notes.append(f"{idle:,} of {len(judged.relevance):,} queries have nothing that answers them: left out.")
    queries = {query: judged.queries[query] for query in answered}
    return replace(judged, queries=queries, relevance=answered, notes=tuple(notes))


def _read_dataset(folder: Path, split: str) -> Judged:
    dataset = read_dataset(folder, split)
    passages = {document.id: document.passage for document in dataset.documents if document.passage}
    relevance = {
        query: {document: grade for document, grade in grades.items() if document in passages}
        for query, grades in dataset.questions.relevance.items()
    }
    notes = tuple(note for note in dataset.questions.notes if "no relevant document" not in note)
    return Judged(path=folder, queries=dataset.questions.queries, passages=passages, relevance=relevance, notes=notes)


@dataclass(slots=True)
class _Row:
    """A row as it is understood: the query, the text or the id, how well, and where it came from."""

    item: Item
    query: str
    text: str
    id: str
    grade: float | None
    clicks: float | None


@dataclass(slots=True)
class _Pairs:
    """What the rows of a file add up to."""

    queries: dict[str, str] = field(default_factory=dict)
    passages: dict[str, str] = field(default_factory=dict)
    grades: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, row: _Row, text: str) -> None:
        """Of several grades of a pair the highest counts; clicks add up, and so do rows that say neither."""
        query = self.queries.setdefault(row.query.casefold(), row.query)
        passage = self.passages.setdefault(text, str(len(self.passages) + 1))
        known = self.grades.setdefault(query, {})
        if row.grade is not None:
            known[passage] = max(row.grade, known.get(passage, row.grade))
        else:
            known[passage] = known.get(passage, 0.0) + (1.0 if row.clicks is None else row.clicks)


def _read_file(path: Path, look_up: Callable[[], Lookup]) -> Judged:
    rejected: list[Rejected] = []
    pairs = _Pairs()
    rows = _rows(path, rejected)
    while window := list(islice(rows, WINDOW)):
        wanted = {row.id for row in window if not row.text}
        known = look_up()(wanted) if wanted else {}
        for row in window:
            if text := row.text or known.get(row.id, ""):
                pairs.add(row, text)
            else:
                rejected.append(_rejected(row.item, f"there is no ad or pin with the id {shorten(row.id, 60)}", row.id))
    if not pairs.grades:
        first = f": {rejected[0].reason} (line {rejected[0].line})" if rejected else ""
        raise InputError(f"No row of {shorten(str(path), 300)} can be used{first}.", hint=_HINT)
    return Judged(
        path=path,
        queries={query: query for query in pairs.grades},
        passages={identifier: text for text, identifier in pairs.passages.items()},
        relevance=_whole(pairs.grades),
        rejected=tuple(sorted(rejected, key=lambda row: row.line)),
    )


def _whole(grades: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, int]]:
    decimals = any(not grade.is_integer() for row in grades.values() for grade in row.values())
    factor = HUNDREDTHS if decimals else 1
    return {
        query: {passage: _at_least_one(grade, factor) for passage, grade in row.items()}
        for query, row in grades.items()
    }


def _at_least_one(grade: float, factor: int) -> int:
    """A grade as a whole number; one above 0 stays above it."""
    return max(1, round(grade * factor)) if grade > 0 else 0


def _rows(path: Path, rejected: list[Rejected]) -> Iterator[_Row]:
    places: dict[tuple[str, ...], dict[str, str]] = {}
    for item in _items(path):
        columns = tuple(item.cells)
        if columns not in places:
            places[columns] = _places(columns)
        problem = item.problem or _missing(places[columns])
        row = None if problem else _understood(item, places[columns])
        if isinstance(row, _Row):
            yield row
        else:
            rejected.append(_rejected(item, problem or str(row)))


def _items(path: Path) -> Iterator[Item]:
    """The rows of the file, whatever its format; InputError where it has none that could be pairs."""
    try:
        with closing(Source(str(path))) as source:
            yield from _items_of(source)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(
            f"{shorten(str(path), 300)} is a damaged or cut gzip archive.", hint="Fetch it again."
        ) from None


def _items_of(source: Source) -> Iterable[Item]:
    if source.head_text.lstrip().startswith(("{", "[")):
        if jsonl.is_document(source.head_text):
            return jsonl.read_document(source.text(), source.name)
        return jsonl.read_lines(source.text())
    delimiter = tabular.sniff_delimiter(source.head_text, Kind.AD, source.suffix)
    table = tabular.Table(source.text(), delimiter, source.name)
    if problem := _missing(_places(table.columns)):
        shown = shorten(", ".join(table.columns[:12]), 200)
        raise InputError(f"{source.name}: {problem}; its columns are: {shown}.", hint=_HINT)
    return table


def _places(columns: Iterable[str]) -> dict[str, str]:
    """The columns of a row by what they are; of several of a kind the first."""
    found: dict[str, str] = {}
    for column in columns:
        name = re.sub(r"[^a-z]", "", column.lower())
        for what, names in COLUMNS.items():
            if name in names:
                found.setdefault(what, column)
    return found


def _missing(places: Mapping[str, str]) -> str:
    if "query" not in places:
        return "there is no column for the query"
    return "" if {"text", "id"} & places.keys() else "there is no column for the text or the id"


def _understood(item: Item, places: Mapping[str, str]) -> _Row | str:
    """The row, or why it cannot be used."""
    query, text, identifier = (_cell(item, places.get(name)) for name in ("query", "text", "id"))
    query, text, identifier = plain(query), normalise(text), plain(identifier)
    if not query or len(query) > LONGEST_QUERY:
        return "the query is empty" if not query else f"the query is longer than {LONGEST_QUERY:,} characters"
    if not text and not identifier:
        return "there is neither a text nor an id"
    numbers: dict[str, float | None] = {}
    for name in ("grade", "clicks"):
        cell = _cell(item, places.get(name)).strip()
        numbers[name] = _number(cell) if cell else None
        if cell and numbers[name] is None:
            return f"the {name} {shorten(cell, 40)!r} is no number from 0 to {LARGEST:,.0f}"
    return _Row(item, query, text, identifier, numbers["grade"], numbers["clicks"])


def _cell(item: Item, column: str | None) -> str:
    value = item.cells.get(column) if column else None
    if isinstance(value, bool):
        return str(int(value))
    return str(value) if isinstance(value, (str, int, float)) else ""


def _number(cell: str) -> float | None:
    cell = {"true": "1", "yes": "1", "false": "0", "no": "0"}.get(cell.lower(), cell)
    value = float(cell) if _NUMBER.fullmatch(cell) else -1.0
    return value if 0 <= value <= LARGEST else None


def _rejected(item: Item, reason: str, identifier: str = "") -> Rejected:
    raw = "".join(line.text[: 4 * MAX_EXCERPT] for line in item.raw)
    return Rejected(item.line, reason, identifier, shorten(raw, MAX_EXCERPT))
