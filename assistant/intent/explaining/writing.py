"""The sentence of each interest: a few drafts by the writer, of which the first that its signals bear out is taken.

All drafts of all interests are written together. Where none holds, the writer is asked once more; then a sentence is
made of the facts; where even that does not hold, or says what another interest says, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.intent.choosing.choose import choose
from assistant.intent.explaining.claims import content
from assistant.intent.explaining.evidence import readable_text
from assistant.intent.explaining.facts import quoting, searching, shared_phrases
from assistant.intent.explaining.model import Draft, Said, Statement
from assistant.intent.explaining.support import MOST_CITED, Fault, Support, Verdict
from assistant.intent.interests.profile import PersonalInterest
from assistant.llm.engine import Citations, Engine, Field, Piece, Reply, Request, Text, Usage, conversation
from prompts import load
from store.records import Signal

DRAFTS = (3, 2)
TEMPERATURES = (0.4, 0.8)
LEAD = "The person wants to"
# How each draft of a round begins. Left to itself a small model says "make" of much that is only looked for.
OPENINGS = ("", "find ")
# A search speaks for its interest if its cosine to it is at least this.
OF_INTEREST = 0.5
# Two statements say the same if they are so near, or share so many of their words.
SAME_COSINE, SAME_WORDS = 0.85, 0.6
# Of two drafts that hold, the one that fits these signals more than it fits anything is better, by its log odds; each
# word that has to be borne out, and a citation that was put right, counts against one.
FITS, A_WORD, CITED_OTHERWISE = 0.05, 0.02, 0.05
# What several signals say is what the interest is about; what one says may be its own.
SHARED = 0.3
# A small model writes "a itinerary".
A_VOWEL = re.compile(r"\ba(?= (?!one\b|uni|use|eu|u[rst]e)[aeio])|\ba(?= (?:un[^i]|up|um|ug|ul)[a-z])", re.IGNORECASE)
DID = {
    "save": "saved",
    "closeup": "looked at",
    "click": "clicked",
    "search": "searched",
    "purchase": "bought",
    "hide": "hid",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What one sentence is about: an interest, the signals that the writer is shown, and all of its signals."""

    interest: PersonalInterest
    shown: tuple[Signal, ...]
    members: tuple[Signal, ...]


@dataclass(slots=True)
class _Tries:
    """What was written for one subject so far, and what was taken."""

    subject: Subject
    drafts: list[Draft] = field(default_factory=list)
    taken: Draft | None = None


def say(
    subjects: Sequence[Subject],
    engine: Engine,
    support: Support,
    *,
    seed: int = 0,
    on_piece: Callable[[Piece], None] = lambda _: None,
) -> tuple[Mapping[str, Said], Usage]:
    """A sentence for each subject, by the key of its interest; no two say the same."""
    tries = [_Tries(subject) for subject in subjects]
    usage = Usage()
    for turn, count in enumerate(DRAFTS, start=1):
        open_ones = [one for one in tries if one.taken is None]
        requests = {
            request.key: (request, one) for one in open_ones for request in _requests(one.subject, count, turn, seed)
        }
        replies = engine.complete([request for request, _ in requests.values()], on_piece) if requests else {}
        for key, reply in replies.items():
            usage += reply.usage
            one = requests[key][1]
            one.drafts.append(_draft(reply, one.subject, support, turn))
        _take(tries, support)
    said: dict[str, Said] = {}
    for one in tries:
        said[one.subject.interest.key] = _said(one, support, [other.statement.text for other in said.values()])
    return said, usage


def _requests(subject: Subject, count: int, turn: int, seed: int) -> list[Request]:
    """The same question, to be answered a few times; what the requests have in common is evaluated once."""
    numbers = tuple(str(number) for number in range(1, len(subject.shown) + 1))
    listed = [(DID.get(signal.kind, signal.kind), readable_text(signal)) for signal in subject.shown]
    messages = conversation(load("intent").render(signals=listed))
    fields = (
        Field("cites", Citations(numbers, at_most=min(MOST_CITED, len(numbers))), "Signals:", max_tokens=24),
        Field("text", Text(160, 8, enough_chars=20), f"{LEAD} {OPENINGS[turn - 1]}".rstrip(), max_tokens=44),
    )
    return [
        Request(
            key=f"{subject.interest.key} draft {turn}.{number}",
            messages=messages,
            fields=fields,
            temperature=TEMPERATURES[turn - 1],
            seed=seed * 100 + turn * 10 + number,
        )
        for number in range(1, count + 1)
    ]


def _draft(reply: Reply, subject: Subject, support: Support, turn: int) -> Draft:
    numbers = dict.fromkeys(int(number) for number in reply.texts.get("cites", "").split(",") if number.strip())
    cites = tuple(subject.shown[number - 1].id for number in numbers)
    written = "" if "text" in reply.cut else reply.texts.get("text", "")
    text = _tidy(OPENINGS[turn - 1] + written) if written else ""
    verdict = support.check(text, cites, [signal.id for signal in subject.members])
    return _judged(text, verdict, turn)


def _judged(text: str, verdict: Verdict, turn: int) -> Draft:
    return Draft(
        text=text,
        cites=verdict.cites,
        fault=verdict.fault or "",
        words=verdict.words,
        repaired=verdict.repaired,
        cosine=verdict.cosine,
        round=turn,
    )


def _tidy(text: str) -> str:
    """Without the end of a sentence, and as it goes on after the lead."""
    return A_VOWEL.sub("an", " ".join(text.split()).strip().rstrip(".!?;, ").removeprefix("to "))


def _take(tries: Sequence[_Tries], support: Support) -> None:
    """Take for each subject in turn its best draft that holds and says what no other says."""
    for one in tries:
        others = [other.taken.text for other in tries if other is not one and other.taken]
        held = [draft for draft in one.drafts if not draft.fault and not _said_before(draft.text, others, support)]
        if one.taken is None and held:
            worths = _worths(held, one.subject, support)
            one.taken = held[max(range(len(held)), key=worths.__getitem__)]


def _worths(drafts: Sequence[Draft], subject: Subject, support: Support) -> list[float]:
    """How good each is: that it fits these signals rather than any, that many share its words, that it is short."""
    evidence = [readable_text(signal) for signal in subject.shown]
    fits = choose(evidence, [draft.text for draft in drafts], support.embedder).parts["meaning"]
    members = [signal.id for signal in subject.members]
    return [
        FITS * fit
        + SHARED * support.shared(draft.text, members)
        - A_WORD * len(content(draft.text))
        - CITED_OTHERWISE * draft.repaired
        for draft, fit in zip(drafts, fits, strict=True)
    ]


def _said_before(text: str, others: Sequence[str], support: Support) -> bool:
    return any(_alike(text, other, support) for other in others if other)


def _alike(first: str, second: str, support: Support) -> bool:
    words, others = content(first), content(second)
    shared = len(words & others) / max(len(words | others), 1)
    return shared >= SAME_WORDS or float(support.vector(first) @ support.vector(second)) >= SAME_COSINE


def _said(one: _Tries, support: Support, others: Sequence[str]) -> Said:
    drafts = tuple(one.drafts)
    if one.taken is not None:
        again = one.taken.round > 1 or one.taken.repaired
        return Said(statement=Statement(one.taken.text, one.taken.cites), by="writer", drafts=drafts, rewritten=again)
    made = _made_of_facts(one.subject, support)
    if made and not _said_before(made.text, others, support):
        return Said(statement=made, by="facts", drafts=drafts, rewritten=True)
    return Said(statement=Statement("", one.subject.interest.medoids), by="", drafts=drafts, dropped=True)


def _made_of_facts(subject: Subject, support: Support) -> Statement | None:
    """A sentence that quotes a search, the phrases that most signals share, or the interest's label."""
    members = [signal.id for signal in subject.members]
    if search := _typical_search(subject, support):
        said = readable_text(search)
        verdict = support.check(said, [search.id, *subject.interest.medoids], members)
        # What somebody typed needs no second signal.
        if verdict.fault in (None, Fault.CHANCE):
            return Statement(searching(said), (search.id, *support.beside(search.id, members)))
    typical = [*subject.interest.medoids, *(signal.id for signal in subject.shown)][:MOST_CITED]
    shared = shared_phrases([readable_text(signal) for signal in subject.members])
    # Of the two the one with more words tells more.
    label = tuple(filter(None, subject.interest.label.split(", ")))
    for phrases in sorted((shared, label), key=lambda one: -len(" ".join(one).split())):
        verdict = support.check(" ".join(phrases), typical, members)
        if phrases and verdict.holds:
            return Statement(quoting(phrases), verdict.cites)
    return None


def _typical_search(subject: Subject, support: Support) -> Signal | None:
    """The search since the last purchase that lies nearest to the interest, where one lies near."""
    bought = max((place for place, signal in enumerate(subject.members) if signal.kind == "purchase"), default=-1)
    near = {
        float(support.vector(text) @ subject.interest.vector): signal
        for signal in subject.members[bought + 1 :]
        if signal.kind == "search" and (text := readable_text(signal))
    }
    nearest = max(near, default=0.0)
    return near[nearest] if nearest >= OF_INTEREST else None
