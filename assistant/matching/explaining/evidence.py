"""What an explanation of a match is made of, all frozen. Losses are measured: the text without it is scored again."""

from __future__ import annotations

from dataclasses import dataclass

from store.records import Match, Record


@dataclass(frozen=True, slots=True)
class Subject:
    """What was looked for: a text, or records and their passages one after the other."""

    text: str
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a word stands: the field, its text (of a description the sentence), and the word's code points in it."""

    field: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the query that the record has too: its BM25, its share of the sum, and where it stands.

    BM25 is a sum over the words of the query, so the shares are exact and add up to 1.
    """

    text: str
    bm25: float
    share: float
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the query, and what is lost without it: BM25, cosine, and the rank that is left.

    `rank` is None where the record is not among the first results any more, or where nobody looked.
    """

    name: str
    text: str
    bm25: float
    cosine: float
    rank: int | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the record, and how much of the cosine is lost without it."""

    field: str
    text: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the record that meets what was looked for, or does not: ("price", "219.00 USD", "above 100", False)."""

    name: str
    text: str
    bearing: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What one part alone would have to be to pass the next: its raw value now, and the one that would do."""

    part: str
    now: float
    needed: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A result next in rank, and how the points differ, part by part (of this one, beside the neighbour).

    `steps` are the ways to pass it by one part alone; `lacks` are the words of the query that it has and this has not.
    """

    rank: int
    record: Record
    gap: float
    differences: tuple[tuple[str, float], ...]
    steps: tuple[Step, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Twin:
    """A record that says almost the same: its vector is this near."""

    record: Record
    cosine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a match was found where it was.

    `pieces` and `sentences` do not add up to the cosine: words help each other. `depth` is how many results were
    looked at for the ranks of the pieces; 0 where nobody looked.
    """

    match: Match
    cosine: float
    words: tuple[Word, ...]
    pieces: tuple[Piece, ...]
    sentences: tuple[Sentence, ...]
    facts: tuple[Fact, ...]
    ahead: Neighbour | None
    behind: Neighbour | None
    twins: tuple[Twin, ...]
    depth: int = 0
