"""A data set for search in BEIR's layout: documents, queries, and which documents are relevant to which query."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import InputError, UsageError
from assistant.evaluation.files import checked_id, fault, objects_of
from assistant.evaluation.judgements import Judgements, read_judgements
from assistant.feeds.text import normalise, plain, shorten
from store.records import Ad

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"
USUAL_SPLIT = "test"
ID_NAMES = ("_id", "id")
_LAYOUT = f"The folder needs {CORPUS}, {QUERIES} and {QRELS}/{USUAL_SPLIT}.tsv (or {QRELS}.tsv)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What is measured: the judged queries by id, their judgements, and `notes` on what is odd with them."""

    name: str
    queries: dict[str, str]
    relevance: dict[str, dict[str, int]]
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Documents, as the ads that they are indexed as, and what is asked of them."""

    documents: list[Ad]
    questions: Questions


def read_dataset(folder: Path, split: str = "") -> Dataset:
    """Read a data set whole. Raises InputError, with file and line, where it cannot be measured with.

    Judged ids that are not there, queries without text and documents without text are noted and counted.
    """
    questions, judged = _read_questions(folder, split)
    path = _find(folder, CORPUS)
    notes = list(questions.notes)
    documents = list(_documents(path, notes))
    notes += _unknown_documents(judged, {document.id for document in documents})
    return Dataset(documents=documents, questions=replace(questions, notes=tuple(notes)))


def read_questions(folder: Path, split: str = "") -> Questions:
    """Read the queries and the judgements alone: enough to score a run that was made before."""
    return _read_questions(folder, split)[0]


def _read_questions(folder: Path, split: str) -> tuple[Questions, Judgements]:
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise InputError(f"{shorten(str(folder), 300)} {what}, where a folder is wanted.", hint=_LAYOUT)
    corpus, asked, table = _find(folder, CORPUS), _find(folder, QUERIES), _qrels(folder, split)
    notes: list[str] = []
    queries, judged = _queries(asked, notes), read_judgements(table)
    known = {name: text for name, text in queries.items() if name in judged.relevance}
    notes += _unknown_queries(judged, queries)
    measured = {name: text for name, text in known.items() if text}
    if not measured:
        raise InputError(f"None of the queries that {table} judges has a text.", hint="Write the texts of the queries.")
    relevance = {name: judged.relevance[name] for name in measured}
    if idle := sum(max(grades.values()) <= 0 for grades in relevance.values()):
        notes.append(f"{idle:,} of the queries have no relevant document: they count as 0, as is the custom.")
    name, files = folder.resolve().name, (corpus, asked, table)
    return Questions(name=name, queries=measured, relevance=relevance, files=files, notes=tuple(notes)), judged


def _find(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise InputError(f"There is no {name} in {shorten(str(folder), 300)}.", hint=_LAYOUT)


def _qrels(folder: Path, split: str) -> Path:
    """The table of judgements: the split that is asked for, `test`, or the only one."""
    tables = {path.stem: path for path in sorted((folder / QRELS).glob("*.tsv"))}
    if split:
        if split not in tables:
            known = f"There is: {', '.join(tables)}." if tables else f"There is no folder {QRELS} with tables."
            raise UsageError(f"{shorten(str(folder), 300)} has no judgements {split!r}.", hint=known)
        return tables[split]
    alone = [path for path in (folder / f"{QRELS}.tsv", folder / f"{QRELS}.tsv.gz") if path.is_file()]
    choices = alone or [tables[USUAL_SPLIT]] if alone or USUAL_SPLIT in tables else list(tables.values())
    if len(choices) == 1:
        return choices[0]
    if choices:
        raise UsageError(f"There are several tables of judgements: {', '.join(tables)}.", hint="Name one with --split.")
    raise InputError(f"There are no judgements in {shorten(str(folder), 300)}.", hint=_LAYOUT)


def _rows(path: Path) -> Iterator[tuple[int, str, Mapping[str, object]]]:
    """Line, id and cells of each object; an id that comes twice is refused."""
    lines: dict[str, int] = {}
    for line, cells in objects_of(path):
        identifier = checked_id(path, line, "_id", next((cells[name] for name in ID_NAMES if name in cells), None))
        if identifier in lines:
            raise fault(path, line, f"the id {identifier} is on line {lines[identifier]} already")
        lines[identifier] = line
        yield line, identifier, cells
    if not lines:
        raise InputError(f"{path} holds nothing.", hint=_LAYOUT)


def _text(path: Path, line: int, cells: Mapping[str, object], name: str) -> str:
    value = cells.get(name)
    if value is not None and not isinstance(value, str):
        raise fault(path, line, f"`{name}` is no text")
    return value or ""


def _queries(path: Path, notes: list[str]) -> dict[str, str]:
    """The texts of all queries, "" where one has none."""
    queries: dict[str, str] = {}
    empty: list[str] = []
    for line, identifier, cells in _rows(path):
        if "text" not in cells:
            raise fault(path, line, f"the query {identifier} has no `text`; it has: {', '.join(map(str, cells))[:200]}")
        queries[identifier] = plain(_text(path, line, cells, "text"))
        if not queries[identifier]:
            empty.append(f"{identifier} on line {line}")
    if empty:
        notes.append(f"{path.name}: {_first(empty, 'query', 'queries')} without text, left out.")
    return queries


def _documents(path: Path, notes: list[str]) -> Iterator[Ad]:
    empty: list[str] = []
    for line, identifier, cells in _rows(path):
        if not {"title", "text"} & cells.keys():
            raise fault(path, line, f"the document {identifier} has neither `title` nor `text`")
        title, text = (normalise(_text(path, line, cells, name)) for name in ("title", "text"))
        if not title and not text:
            empty.append(f"{identifier} on line {line}")
        yield Ad(id=identifier, title=title, description=text)
    if empty:
        notes.append(f"{path.name}: {_first(empty, 'document')} without text: nothing can find them.")


def _unknown_queries(judged: Judgements, queries: Collection[str]) -> Iterator[str]:
    if unknown := _not_among(queries, judged.query_lines, "queries", QUERIES, judged.path):
        yield f"{judged.path.name}: {_first(unknown, 'judged query', 'judged queries')} not in {QUERIES}, left out."


def _unknown_documents(judged: Judgements, documents: Collection[str]) -> Iterator[str]:
    if unknown := _not_among(documents, judged.document_lines, "documents", CORPUS, judged.path):
        yield f"{judged.path.name}: {_first(unknown, 'judged document')} not in {CORPUS}; they count as not found."


def _not_among(known: Collection[str], judged: Mapping[str, int], what: str, file: str, table: Path) -> list[str]:
    """The judged ids that a file has not, with their lines. Raises InputError where it has none of them."""
    unknown = [f"{name} on line {line}" for name, line in judged.items() if name not in known]
    if len(unknown) == len(judged):
        raise InputError(
            f"None of the {what} that {table} judges is in {file}, such as {unknown[0]}.",
            hint="The files are of different data sets, or their columns are mixed up.",
        )
    return unknown


def _first(places: list[str], one: str, many: str = "") -> str:
    noun = one if len(places) == 1 else many or f"{one}s"
    return f"{len(places):,} {noun} ({'' if len(places) == 1 else 'the first is '}{places[0]})"
