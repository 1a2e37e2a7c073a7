"""What can be left out: the words or clauses of a text, the fields of a record, the sentences of an ad."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from store.records import Offer, Pin, Record
from store.words import split_words, telling_words

# A query of more words is left out clause by clause: one word of a paragraph changes next to nothing.
MOST_PIECES = 12
# What stands further behind an embedder hardly reads.
MOST_SENTENCES = 12
_CLAUSE = re.compile(r"(?<=[.!?;:,…。！？，；])\s*")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of a text, the field it stands in, and the whole text without it.

    `left` are the records without the piece, where it is one of theirs.
    """

    name: str
    text: str
    rest: str
    left: tuple[Record, ...] = ()


def cut_query(text: str) -> list[Cut]:
    """A text without each of its words in turn; a long one without each of its clauses."""
    words = telling_words(text, MOST_PIECES + 1)
    if len(words) <= MOST_PIECES:
        return [Cut("word", word, _without(text, word)) for word in words]
    clauses = [clause for clause in _CLAUSE.split(text) if clause.strip()]
    runs = _runs(clauses if len(clauses) > 2 else text.split(), MOST_PIECES)
    return [Cut("words", run, " ".join([*runs[:place], *runs[place + 1 :]])) for place, run in enumerate(runs)]


def cut_fields(record: Record) -> list[Cut]:
    """A record's passage without each of its fields in turn."""
    cuts = []
    for name, text in fields_of(record):
        attribute = "product_type" if name == "type" else name
        empty: dict[str, object] = {attribute: () if name == "tags" else ""}
        left = replace(record, **empty)  # type: ignore[arg-type]
        cuts.append(Cut(name, text, left.passage, (left,)))
    return cuts


def cut_records(records: Sequence[Record]) -> list[Cut]:
    """One record without each of its fields in turn; several without each, or a few, of them."""
    if len(records) == 1:
        return cut_fields(records[0])
    size, cuts = ceil(len(records) / MOST_PIECES), []
    name = "pin" if isinstance(records[0], Pin) else "record"
    for start in range(0, len(records), size):
        run, rest = records[start : start + size], (*records[:start], *records[start + size :])
        titles = "; ".join(record.title for record in run)
        cuts.append(Cut(name if size == 1 else f"{name}s", titles, " ".join(one.passage for one in rest), rest))
    return cuts


def cut_sentences(record: Record) -> list[Cut]:
    """A record's passage without each of its sentences in turn."""
    fields = {cut.name: cut for cut in cut_fields(record)}
    cuts = []
    for place, (name, text) in enumerate(texts_of(record)[:MOST_SENTENCES]):
        cuts.append(_without_sentence(record, place, text) if name == "description" else fields[name])
    return cuts


def fields_of(record: Record) -> list[tuple[str, str]]:
    """The fields that are searched, as (name, text), without empty ones; in the order of the passage."""
    fields = [("title", record.title), ("description", record.description)]
    if isinstance(record, Pin):
        fields.append(("board", record.board))
    if isinstance(record, Offer):
        fields.append(("type", record.product_type))
    fields.append(("tags", ", ".join(record.tags)))
    return [(name, text) for name, text in fields if text.strip()]


def texts_of(record: Record) -> list[tuple[str, str]]:
    """The sentences of a record as (field, text): the description's one by one, the other fields whole."""
    return [
        (name, sentence)
        for name, text in fields_of(record)
        for sentence in (sentences(text) if name == "description" else (text,))
    ]


def sentences(text: str) -> list[str]:
    """The sentences of a text, in their order."""
    return [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]


def _without_sentence(record: Record, place: int, sentence: str) -> Cut:
    """The passage without the sentence that stands at this place among all texts of the record."""
    said = [text for name, text in texts_of(record) if name == "description"]
    first = next(number for number, (name, _) in enumerate(texts_of(record)) if name == "description")
    rest = " ".join([*said[: place - first], *said[place - first + 1 :]])
    return Cut("description", sentence, replace(record, description=rest).passage)


def _without(text: str, word: str) -> str:
    """The text without a word, wherever it stands in it."""
    rest = re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", " ", text, flags=re.IGNORECASE)
    # What is left may be no word at all, and then there is nothing to look for.
    return " ".join(rest.split()) if split_words(rest) else ""


def _runs(parts: Sequence[str], most: int) -> list[str]:
    """The parts in at most so many runs of about the same number."""
    size = ceil(len(parts) / most) or 1
    return [" ".join(part.strip() for part in parts[start : start + size]) for start in range(0, len(parts), size)]
