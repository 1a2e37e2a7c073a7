"""From signals to an explanation: interests, what each is after, what holds it, where it stands, what is unknown.

The writer says one sentence of each interest; all else is read off the signals. Where they are too few or disagree,
nothing is made up: it is said that it is not clear, and from how many signals.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from assistant.embedding.embedder import Embedder, Vectors
from assistant.embedding.topics import InterestGuesser
from assistant.errors import InputError
from assistant.intent.explaining.constraints import Constraint, avoided, constraints_of
from assistant.intent.explaining.evidence import cohesion_of, shown_signals, unclear_because
from assistant.intent.explaining.gaps import missing, more_signals, next_help, unknown
from assistant.intent.explaining.looking import looked_for
from assistant.intent.explaining.model import Explanation, Need, Public, Said, Statement
from assistant.intent.explaining.public import public_constraints, public_wants
from assistant.intent.explaining.support import MOST_CITED, Support
from assistant.intent.explaining.writing import Subject, say
from assistant.intent.interests.profile import PersonalInterest, Profile, build_profile
from assistant.intent.stage import stage_of
from assistant.llm.engine import Engine, Piece
from store.records import Interest, Match, Signal

MOST_NEEDS = 4
MOST_IN_GOAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What ads are looked for: the text of a need, the vectors of its signals (n, dimension), and its topics.

    `taken` are the ids of ads that are shown already, `unwanted` the colours and materials that it turns away from.
    """

    text: str
    vectors: Vectors
    topics: tuple[Interest, ...] = ()
    taken: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()


FindAds = Callable[[Sought], Sequence[Match]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What explaining works with. `now` is when it happens; without a `guesser` interests have no topics."""

    engine: Engine
    embedder: Embedder
    find_ads: FindAds
    guesser: InterestGuesser | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """The signals with their vectors, by id."""

    signals: Mapping[str, Signal]
    vectors: Vectors
    rows: Mapping[str, int]

    def of(self, identifiers: Sequence[str]) -> tuple[Signal, ...]:
        return tuple(self.signals[identifier] for identifier in identifiers)


def vectors_of(signals: Sequence[Signal], embedder: Embedder) -> Vectors:
    """Vectors of signals, shape (n, dimension): queries and pins in one space."""
    return embedder.embed([signal.text for signal in signals])


def explain(
    signals: Sequence[Signal],
    vectors: Vectors,
    parts: Parts,
    *,
    seed: int = 0,
    on_piece: Callable[[Piece], None] = lambda _: None,
) -> Explanation:
    """Explain the signals of one person, oldest first; row i of `vectors` is of `signals[i]`.

    InputError where none of them can be explained.
    """
    if all(signal.kind == "hide" for signal in signals):
        raise InputError("There is no signal to explain.", hint="Give at least one pin or search: --pins ID,ID.")
    profile = build_profile(signals, vectors, parts.now or datetime.now(UTC), parts.guesser)
    read = _Read({one.id: one for one in signals}, vectors, {one.id: row for row, one in enumerate(signals)})
    support = Support(signals, vectors, parts.embedder)
    needs = [_need(interest, read) for interest in profile.interests[:MOST_NEEDS]]
    subjects = [_subject(need.interest, read) for need in needs if not need.unclear]
    began = time.perf_counter()
    said, usage = say(subjects, parts.engine, support, seed=seed, on_piece=on_piece)
    seconds = time.perf_counter() - began
    told = [_told(need, said.get(need.interest.key), read, support) for need in needs]
    served = _served(told, read, parts.find_ads)
    return replace(_whole(served, signals, profile), usage=usage, seconds=seconds)


def _subject(interest: PersonalInterest, read: _Read) -> Subject:
    members = read.of(interest.members)
    return Subject(interest, shown_signals(interest, members), members)


def _need(interest: PersonalInterest, read: _Read) -> Need:
    """All that is read off the signals of an interest; its sentence is not written yet."""
    members = read.of(interest.members)
    rows = [read.rows[identifier] for identifier in interest.members]
    cohesion = cohesion_of(rows, read.rows[interest.medoids[0]], read.vectors)
    stage, evidence = stage_of(members)
    constraints = constraints_of(members, interest.topics)
    unclear = unclear_because(interest, members, cohesion)
    gaps = () if unclear else missing(interest.topics, stage, constraints)
    return Need(
        interest=interest,
        said=Said(statement=Statement("", interest.members[:MOST_CITED]), by=""),
        unclear=unclear,
        looks_for=looked_for(members, read.vectors[rows]),
        constraints=constraints,
        stage=stage,
        evidence=evidence,
        next_help=more_signals(interest.members) if unclear else next_help(stage, gaps, evidence),
        unknown=unknown(gaps, interest.members),
        cohesion=cohesion,
        public=Public(constraints=public_constraints(members, interest.topics)),
    )


def _told(need: Need, said: Said | None, read: _Read, support: Support) -> Need:
    if said is None:
        return need
    unclear = "" if said.statement.text else f"not clear from {len(need.signals)} signals"
    sentences = (said.statement.text, *(draft.text for draft in said.drafts))
    wants = public_wants(sentences, read.of(need.signals), support)
    return replace(need, said=said, unclear=unclear, public=replace(need.public, wants=wants))


def _served(needs: Sequence[Need], read: _Read, find_ads: FindAds) -> list[Need]:
    """The needs with their ads; no ad serves two of them."""
    taken: set[str] = set()
    served = []
    for need in needs:
        typical = read.signals[need.interest.medoids[0]]
        rows = [read.rows[identifier] for identifier in need.signals]
        sought = Sought(
            text=need.statement.text or typical.text,
            vectors=read.vectors[rows],
            topics=need.interest.topics,
            taken=frozenset(taken),
            unwanted=avoided(read.of(need.interest.members)),
        )
        ads = tuple(find_ads(sought))
        taken |= {match.record.id for match in ads}
        served.append(replace(need, ads=ads))
    return served


def _whole(needs: Sequence[Need], signals: Sequence[Signal], profile: Profile) -> Explanation:
    clear = [need for need in needs if not need.unclear]
    stage, evidence = stage_of(signals)
    leading = clear[0] if clear else None
    shown = [signal.id for signal in signals if signal.kind != "hide"]
    return Explanation(
        goal=_goal(clear) if clear else Statement("", tuple(shown[:MOST_CITED])),
        unclear="" if clear else f"not clear from {len(shown)} signal{'s' if len(shown) != 1 else ''}",
        needs=tuple(needs),
        stage=stage,
        evidence=evidence,
        constraints=_shared([need.constraints for need in clear]),
        next_help=leading.next_help if leading else more_signals(shown),
        unknown=leading.unknown if leading else (),
        profile=profile,
    )


def _goal(clear: Sequence[Need]) -> Statement:
    """What is told of each interest, side by side: a story that joins them is more than the signals show."""
    first, *others = [need.statement for need in clear[:MOST_IN_GOAL]]
    text = "; and to ".join((first.text, *(other.text for other in others)))
    cites = dict.fromkeys(identifier for one in (first, *others) for identifier in one.cites)
    return Statement(text, tuple(cites))


def _shared(found: Sequence[Sequence[Constraint]]) -> tuple[Constraint, ...]:
    """The constraints that several interests share; those of the only one, where there is one."""
    if len(found) == 1:
        return tuple(found[0])
    cited: dict[tuple[str, str], list[Constraint]] = {}
    for constraints in found:
        for one in constraints:
            cited.setdefault((one.kind, one.text.casefold()), []).append(one)
    return tuple(
        replace(same[0], cites=tuple(dict.fromkeys(identifier for one in same for identifier in one.cites)))
        for same in cited.values()
        if len(same) > 1
    )
