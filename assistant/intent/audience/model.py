"""What an audience is made of. Nothing here is of one person: all of it was counted over enough of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.embedding.embedder import Vectors
from assistant.intent.audience.rules import Rules
from assistant.intent.interests.trends import Trend
from assistant.intent.stage import Stage
from assistant.llm.engine import Usage
from store.records import Interest, Match, Record


@dataclass(frozen=True, slots=True)
class Shared:
    """A text that enough people of a segment have: their share (0..1, in tenths), and the log odds that one of the
    segment has it, beside the others, in standard deviations."""

    text: str
    share: float
    lift: float = 0.0


@dataclass(frozen=True, slots=True)
class Facet:
    """A constraint that recurs: its kind, such as `budget`, its value, and the share of the people who have it."""

    kind: str
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Angle:
    """An angle of the catalogue, its score for a segment, and why it fits."""

    name: str
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Said:
    """The name of a segment and what its people want to do; `cites` are the shared texts that both rest on.

    `by` is `writer` or `facts`; `faults` says why drafts of the writer were not taken.
    """

    name: str
    text: str
    cites: tuple[str, ...]
    by: str = "facts"
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """People who are after the same thing.

    `people` is rounded down to tens, `share` is theirs of all people with a profile. `stages` has the share of each
    stage that enough people are at. `unites` are phrases of most people, `apart` those that the others seldom have,
    `searches` whole searches, `records` typical pins and offers, `hidden` what is turned away from.
    """

    key: str
    people: int
    share: float
    stage: Stage
    stages: Mapping[Stage, float]
    trend: Trend
    topics: tuple[Interest, ...]
    unites: tuple[Shared, ...]
    apart: tuple[Shared, ...]
    searches: tuple[Shared, ...]
    records: tuple[Record, ...]
    facets: tuple[Facet, ...]
    hidden: tuple[str, ...]
    vector: Vectors
    said: Said = field(default_factory=lambda: Said("", "", ()))
    ads: tuple[Match, ...] = ()
    angles: tuple[Angle, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """All texts that may be said of it, each once, those that say most first; there is no other."""
        phrases = [shared.text for shared in (*self.unites, *self.apart, *self.searches)]
        return tuple(dict.fromkeys((*phrases, *(record.title for record in self.records))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """The segments by size; how many people there are, rounded down to tens, and, as a bucket, how many are in none.

    `usage` and `seconds` are what the writer took.
    """

    segments: tuple[Segment, ...]
    people: int
    others: str
    rules: Rules
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
