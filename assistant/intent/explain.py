"""From signals to an explanation: what the person wants, the needs inside it, and the stage, each with its evidence.

The signals are grouped by meaning; the writer puts each group and the whole into a sentence. It can cite only signals
that it was shown, since its grammar knows no other number, and a sentence that is not about what it cites is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.embedding.embedder import Embedder, Vectors
from assistant.errors import InputError
from assistant.intent.groups import group, main_groups, most_typical
from assistant.intent.stage import Evidence, Stage, stage_of
from assistant.llm.engine import Citations, Engine, Field, Piece, Reply, Request, Text, Usage, conversation
from prompts import load
from store.records import Match, Signal

MOST_SIGNALS = 40
MOST_NEEDS = 4
SIGNAL_CHARS = 140
ATTEMPTS = 2
# A sentence is about what it cites if its cosine to one of them is at least this, and no signal of another group is
# much nearer.
ABOUT = 0.3
NEARER = 0.05
WHOLE = "whole"
DID = {
    "save": "saved",
    "closeup": "looked at",
    "click": "clicked",
    "search": "searched",
    "purchase": "bought",
    "hide": "hid",
}

FindAds = Callable[[str, Vectors], Sequence[Match]]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and the ids of the signals that it rests on. An empty text: nothing that can be said is clear."""

    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """A need inside the goal: its statement, all signals that belong to it, and the ads that serve it."""

    statement: Statement
    signals: tuple[str, ...]
    ads: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person is after. `dropped` counts statements that their citations did not support."""

    goal: Statement
    needs: tuple[Need, ...]
    stage: Stage
    evidence: tuple[Evidence, ...]
    dropped: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class _Subject:
    """What one sentence is about: rows of the signals, and their vectors."""

    key: str
    members: tuple[int, ...]


def explain(
    signals: Sequence[Signal],
    engine: Engine,
    embedder: Embedder,
    find_ads: FindAds,
    *,
    seed: int = 0,
    on_piece: Callable[[Piece], None] = lambda _: None,
) -> Explanation:
    """Explain signals, oldest first. `find_ads(text, vectors)` finds the ads for a need and the signals behind it."""
    shown = [signal for signal in signals if signal.kind != "hide"][-MOST_SIGNALS:]
    if not shown:
        raise InputError("There is no signal to explain.", hint="Give at least one pin or search: --pins ID,ID.")
    vectors = embedder.embed([signal.text for signal in shown])
    groups = main_groups(group(vectors), MOST_NEEDS)
    subjects = [_Subject(WHOLE, tuple(range(len(shown))))]
    subjects += [_Subject(f"need {number}", tuple(members)) for number, members in enumerate(groups, start=1)]
    said, dropped, usage = _say(subjects, shown, vectors, engine, embedder, seed, on_piece)
    stage, evidence = stage_of(signals)
    needs = [_need(said[subject.key], subject, shown, vectors, find_ads) for subject in subjects[1:]]
    return Explanation(said[WHOLE], tuple(needs), stage, evidence, dropped, usage)


def _say(
    subjects: Sequence[_Subject],
    shown: Sequence[Signal],
    vectors: Vectors,
    engine: Engine,
    embedder: Embedder,
    seed: int,
    on_piece: Callable[[Piece], None],
) -> tuple[Mapping[str, Statement], int, Usage]:
    """Have each subject put into a sentence; one that is not about what it cites is asked for again, then dropped."""
    said: dict[str, Statement] = {}
    usage = Usage()
    open_subjects = list(subjects)
    for attempt in range(ATTEMPTS):
        requests = [_request(subject, shown, seed + attempt) for subject in open_subjects]
        replies = engine.complete(requests, on_piece)
        for subject in open_subjects:
            reply = replies[subject.key]
            usage += reply.usage
            statement = _statement(reply, shown)
            if _is_about(statement, subject, shown, vectors, embedder):
                said[subject.key] = statement
        open_subjects = [subject for subject in open_subjects if subject.key not in said]
        if not open_subjects:
            break
    said |= {subject.key: Statement("", _ids(subject.members, shown)) for subject in open_subjects}
    return said, len(open_subjects), usage


def _request(subject: _Subject, shown: Sequence[Signal], seed: int) -> Request:
    numbers = tuple(str(member + 1) for member in subject.members)
    whole = subject.key == WHOLE
    listed = [
        (number, DID.get(signal.kind, signal.kind), signal.text[:SIGNAL_CHARS])
        for number, signal in enumerate(shown, start=1)
    ]
    turns = load("intent").render(signals=listed, group=[] if whole else list(numbers))
    lead = "The person wants to" if whole else "The person needs"
    return Request(
        key=subject.key,
        messages=conversation(turns),
        fields=(
            Field("cites", Citations(numbers, at_most=min(4, len(numbers))), "Signals:", max_tokens=24),
            Field("text", Text(200, 8, enough_chars=20), lead, max_tokens=60),
        ),
        temperature=0.3,
        seed=seed,
    )


def _statement(reply: Reply, shown: Sequence[Signal]) -> Statement:
    cited = dict.fromkeys(int(number) - 1 for number in reply.texts["cites"].split(",") if number.strip())
    text = "" if "text" in reply.cut else reply.texts["text"].strip().rstrip(".")
    return Statement(text, _ids(cited, shown))


def _ids(members: Sequence[int] | Mapping[int, None], shown: Sequence[Signal]) -> tuple[str, ...]:
    return tuple(shown[member].id for member in members)


def _is_about(
    statement: Statement, subject: _Subject, shown: Sequence[Signal], vectors: Vectors, embedder: Embedder
) -> bool:
    if not statement.text or not statement.cites:
        return False
    cosines = vectors @ embedder.embed([statement.text])[0]
    cited = [place for place, signal in enumerate(shown) if signal.id in statement.cites]
    nearest_inside = cosines[list(subject.members)].max()
    return bool(cosines[cited].max() >= ABOUT and nearest_inside >= cosines.max() - NEARER)


def _need(
    statement: Statement, subject: _Subject, shown: Sequence[Signal], vectors: Vectors, find_ads: FindAds
) -> Need:
    typical = shown[most_typical(vectors, subject.members)]
    ads = find_ads(statement.text or typical.text, vectors[list(subject.members)])
    return Need(statement, _ids(subject.members, shown), tuple(ads))
