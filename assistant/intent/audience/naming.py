"""What a segment is called and what its people want to do, in words that enough of them share.

The writer sees the shared texts and nothing else. What it says has to be borne out by those that it cites; where no
draft is, or where no writer is asked, the sentence is made of the shared phrases themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.embedding.embedder import Embedder
from assistant.intent.audience.model import Audience, Said, Segment
from assistant.intent.explaining.evidence import readable_text
from assistant.intent.explaining.support import MOST_CITED, Support
from assistant.llm.engine import Citations, Engine, Field, Piece, Reply, Request, Text, Usage, conversation
from prompts import load
from store.records import Signal

DRAFTS, TEMPERATURE = 3, 0.4
MOST_FACTS = 10
LONGEST_NAME = 48
LEAD = "They want to"
MOST_IN_SENTENCE = 3


@dataclass(frozen=True, slots=True)
class _Subject:
    """A segment with its facts as the writer sees them, by the number that it cites."""

    segment: Segment
    facts: Mapping[str, str]

    def support(self, embedder: Embedder) -> Support:
        """Checks what is said of the segment against the facts, as if each were a search: one alone is no chance."""
        signals = [Signal(id=number, kind="search", text=text) for number, text in self.facts.items()]
        return Support(signals, embedder.embed([signal.text for signal in signals]), embedder)


def named(audience: Audience) -> Audience:
    """The audience with each segment named by its facts; no writer is asked."""
    return replace(audience, segments=tuple(replace(one, said=_of_facts(one)) for one in audience.segments))


def told(
    audience: Audience,
    engine: Engine,
    embedder: Embedder,
    *,
    seed: int = 0,
    on_piece: Callable[[Piece], None] = lambda _: None,
) -> Audience:
    """The audience with each segment named by the writer where the shared texts bear it out, else by its facts."""
    began = time.perf_counter()
    subjects = [subject for one in audience.segments if (subject := _subject(one)).facts]
    requests = [request for subject in subjects for request in _requests(subject, seed)]
    replies = engine.complete(requests, on_piece) if requests else {}
    said: dict[str, Said] = {}
    for subject in subjects:
        own = [reply for key, reply in replies.items() if key.startswith(f"{subject.segment.key} ")]
        said[subject.segment.key] = _said(subject, own, subject.support(embedder), list(said.values()))
    segments = tuple(replace(one, said=said.get(one.key) or _of_facts(one)) for one in audience.segments)
    usage = sum((reply.usage for reply in replies.values()), Usage())
    return replace(audience, segments=segments, usage=usage, seconds=time.perf_counter() - began)


def _subject(segment: Segment) -> _Subject:
    facts = [text for fact in segment.facts if (text := readable_text(Signal(id="", kind="fact", text=fact)))]
    numbered = enumerate(dict.fromkeys(facts[:MOST_FACTS]), start=1)
    return _Subject(segment, {str(number): text for number, text in numbered})


def _requests(subject: _Subject, seed: int) -> list[Request]:
    numbers = tuple(subject.facts)
    messages = conversation(load("audience").render(facts=list(subject.facts.values())))
    fields = (
        Field("cites", Citations(numbers, at_most=min(MOST_CITED, len(numbers))), "Facts:", max_tokens=24),
        Field("name", Text(LONGEST_NAME, 3), "Name:", max_tokens=16),
        Field("text", Text(160, 8, enough_chars=20), LEAD, max_tokens=44),
    )
    return [
        Request(
            key=f"{subject.segment.key} draft {number}",
            messages=messages,
            fields=fields,
            temperature=TEMPERATURE,
            seed=seed * 100 + number,
        )
        for number in range(1, DRAFTS + 1)
    ]


def _said(subject: _Subject, replies: Sequence[Reply], support: Support, others: Sequence[Said]) -> Said:
    """The draft that holds, says what no other does, and is nearest to the segment; the facts where there is none."""
    faults: list[str] = []
    held: list[tuple[float, Said]] = []
    before = {text.casefold() for other in others for text in (other.text, other.name)}
    for reply in replies:
        draft, fault = _draft(reply, subject, support)
        if draft.text.casefold() in before:
            fault = "says what is said of another segment"
        elif _repeats(draft.text):
            fault = "says something twice"
        if fault:
            faults.append(fault)
        else:
            held.append((float(support.vector(draft.text) @ subject.segment.vector), draft))
    if not held:
        return replace(_of_facts(subject.segment), faults=tuple(faults))
    best = max(held, key=lambda pair: pair[0])[1]
    name = best.name if best.name.casefold() not in before else ""
    return replace(best, name=name or _of_facts(subject.segment).name, faults=tuple(faults))


def _draft(reply: Reply, subject: _Subject, support: Support) -> tuple[Said, str]:
    """What a reply says, and what is wrong with it; a name that does not hold is left out."""
    if reply.error:
        return Said("", "", ()), reply.error
    numbers = [number.strip() for number in reply.texts.get("cites", "").split(",") if number.strip()]
    text = "" if "text" in reply.cut else _tidy(reply.texts.get("text", "")).removeprefix("to ")
    verdict = support.check(text, numbers, list(subject.facts))
    name = "" if "name" in reply.cut else _tidy(reply.texts.get("name", ""))
    named = support.check(name, numbers, list(subject.facts)) if name else None
    cites = tuple(subject.facts[number] for number in verdict.cites)
    return Said(name if named and named.holds else "", text, cites, by="writer"), verdict.fault or ""


def _of_facts(segment: Segment) -> Said:
    """A name and a sentence of the shared phrases; of a typical title where no phrase is shared."""
    phrases = [shared.text for shared in (*segment.unites, *segment.apart, *segment.searches)]
    chosen = tuple(dict.fromkeys(phrases or [record.title for record in segment.records]))[:MOST_IN_SENTENCE]
    if not chosen:
        topics = ", ".join(topic.replace("_", " ").lower() for topic in segment.topics[:1])
        return Said(topics or f"segment {segment.key.removeprefix('a')}", "", ())
    *first, last = chosen
    listed = f"{', '.join(first)} and {last}" if first else last
    return Said(", ".join(chosen[:2])[:LONGEST_NAME].rstrip(" ,"), f"look into {listed}", chosen)


def _repeats(text: str) -> bool:
    words = text.casefold().replace(",", "").split()
    pairs = list(pairwise(words))
    return len(set(pairs)) < len(pairs)


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip().rstrip(".!?;, ")
