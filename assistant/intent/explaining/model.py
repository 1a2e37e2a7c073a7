"""What an explanation is made of. Every statement carries the ids of the signals that it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.intent.explaining.constraints import Constraint
from assistant.intent.interests.profile import PersonalInterest, Profile
from assistant.intent.interests.taxonomies import Place
from assistant.intent.stage import Evidence, Stage
from assistant.llm.engine import Usage
from store.records import Match


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and the ids of the signals that it rests on. An empty text: nothing that can be said is clear."""

    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One try of the writer: what it said and cited, what was found wrong ("" where it holds), and its nearness."""

    text: str
    cites: tuple[str, ...]
    fault: str = ""
    words: tuple[str, ...] = ()
    repaired: bool = False
    cosine: float = 0.0
    round: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How the sentence of an interest came about: `by` is `writer`, `facts`, or "" where there is none."""

    statement: Statement
    by: str
    drafts: tuple[Draft, ...] = ()
    rewritten: bool = False
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Public:
    """What of an interest stands in public pins and offers: a phrase for what it wants, and its constraints there."""

    wants: str = ""
    constraints: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One interest explained. `unclear` says why no goal is told, and is empty where one is.

    `looks_for` holds what was searched and not yet found, `cohesion` (0..1) how near its signals are to its most
    typical one, `public` what can be told of it without its person, `ads` what serves it, `places` where it stands in
    the taxonomy that was named.
    """

    interest: PersonalInterest
    said: Said
    unclear: str
    looks_for: tuple[Statement, ...]
    constraints: tuple[Constraint, ...]
    stage: Stage
    evidence: tuple[Evidence, ...]
    next_help: Statement
    unknown: tuple[Statement, ...]
    cohesion: float
    public: Public
    ads: tuple[Match, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def statement(self) -> Statement:
        return self.said.statement

    @property
    def signals(self) -> tuple[str, ...]:
        return self.interest.members


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a person is after: the whole, and each interest.

    `dropped` counts sentences that their signals did not bear out and that nothing could stand in for, `rewritten`
    those that were asked for again, made of the facts, or given another citation. `seconds` is what the writer took.
    """

    goal: Statement
    unclear: str
    needs: tuple[Need, ...]
    stage: Stage
    evidence: tuple[Evidence, ...]
    constraints: tuple[Constraint, ...]
    next_help: Statement
    unknown: tuple[Statement, ...]
    profile: Profile
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0

    @property
    def dropped(self) -> int:
        return sum(need.said.dropped for need in self.needs)

    @property
    def rewritten(self) -> int:
        return sum(need.said.rewritten for need in self.needs)

    @property
    def faults(self) -> Mapping[str, int]:
        """Why drafts were refused, and how often."""
        return Counter(draft.fault for need in self.needs for draft in need.said.drafts if draft.fault)

    @property
    def drafts(self) -> int:
        return sum(len(need.said.drafts) for need in self.needs)
