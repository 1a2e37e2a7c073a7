"""An explained intent as its reader gets it: the person it is about, an advertiser, an engineer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from assistant.creative.angles.catalogue import BY_NAME
from assistant.intent.explaining.advertising import Wanted, for_advertiser
from assistant.intent.explaining.constraints import called
from assistant.intent.explaining.looking import title_of
from assistant.intent.explaining.model import Draft, Explanation, Need
from assistant.terminal.explanations import Names, constraint_pieces, show_ads
from assistant.terminal.screen import counted
from store.records import Signal

INDENT = 2
MOST_REASONS = 3
TURN_OFF = "pinwright privacy set PERSON --no-personalisation"
DID = {
    "save": "saved",
    "closeup": "looked at",
    "click": "clicked",
    "search": "searched for",
    "purchase": "bought",
}
_THEIR = re.compile(r"\b(their|his|her|theirs|themselves)\b", re.IGNORECASE)
_YOURS = {"theirs": "yours", "themselves": "yourself"}


def show_for_person(explanation: Explanation, signals: Sequence[Signal]) -> RenderableType:
    """Why the person sees this, in plain words, and how to turn it off."""
    shown, number = Names(signals), 1
    parts: list[RenderableType] = []
    for need in explanation.needs:
        parts += [*_to_person(need, signals, shown, number), Text("")]
        number += len(need.ads)
    off = f"You can turn this off with `{TURN_OFF}`; `pinwright privacy` also leaves out an interest, or forgets all."
    return Group(*parts, Text(off, "faint"))


def show_for_advertiser(explanation: Explanation) -> RenderableType:
    """What the intents want and what to make for them; nothing of a person."""
    wanted = for_advertiser(explanation)
    if not wanted:
        return Text("No intent is clear enough in public pins to make something for it.")
    parts: list[RenderableType] = []
    number = 1
    for one in wanted:
        parts += [*_to_advertiser(one, number), Text("")]
        number += len(one.ads)
    note = "An intent is no audience: nothing here says who has it, and nobody can be targeted by it."
    return Group(*parts, Text(note, "faint"))


def show_for_engineer(explanation: Explanation, signals: Sequence[Signal]) -> RenderableType:
    """Clusters, weights, drafts with what was wrong with each, tokens and seconds."""
    shown = Names(signals)
    parts: list[RenderableType] = []
    for need in explanation.needs:
        parts += [*_to_engineer(need, shown), Text("")]
    return Group(*parts, *_figures(explanation, shown))


def reasons_of(need: Need, signals: Sequence[Signal]) -> tuple[str, ...]:
    """What the person did that a need rests on, in words: "saved “A calm desk”"."""
    cited = [signal for signal in signals if signal.id in need.statement.cites]
    return tuple(f"{DID.get(signal.kind, signal.kind)} “{title_of(signal)}”" for signal in cited[:MOST_REASONS])


def to_reader(text: str) -> str:
    """A statement about a person, said to that person."""
    return _THEIR.sub(lambda found: _YOURS.get(found[0].lower(), "your"), text)


def _to_person(need: Need, signals: Sequence[Signal], shown: Names, first: int) -> Iterator[RenderableType]:
    because = _listed([f"you {reason}" for reason in reasons_of(need, signals)])
    if need.unclear:
        number = counted(len(need.signals), "signal")
        yield Text(f"From {number} it is not clear what you are after, so nothing is concluded: {because}.")
        return
    yield Text.assemble("You see this because ", f"{because}. ", "It looks as if you want to ", (
        f"{to_reader(need.statement.text)}.", "title"
    ))  # fmt: skip
    if need.constraints:
        yield _indented(Text.assemble("Kept in mind: ", *constraint_pieces(need.constraints, shown)))
    for statement in need.looks_for[:MOST_REASONS]:
        yield _indented(Text.assemble("Still open: ", f"{statement.text} ", shown.cite(statement.cites)))
    yield from show_ads(need.ads, first)


def _to_advertiser(wanted: Wanted, first: int) -> Iterator[RenderableType]:
    yield Text.assemble(("An intent to ", "heading"), (wanted.wants, "title"))
    topics = ", ".join(topic.replace("_", " ").lower() for topic in wanted.topics)
    yield _indented(Text(" · ".join(part for part in (topics, str(wanted.stage)) if part), "faint"))
    if wanted.facets:
        kinds = dict.fromkeys(kind for kind, _ in wanted.facets)
        facets = " · ".join(
            f"{called(kind)} {', '.join(value for one, value in wanted.facets if one == kind)}" for kind in kinds
        )
        yield _indented(Text.assemble(("Looks like ", "title"), facets))
    yield _indented(Text.assemble(("Make ", "title"), f"{wanted.make} ", (f"({', '.join(wanted.formats)})", "faint")))
    yield _indented(Text.assemble(("Angle ", "title"), f"{wanted.angle}: {_instruction(wanted.angle)}"))
    if wanted.open_questions:
        yield _indented(Text.assemble(("Leave open ", "title"), "; ".join(wanted.open_questions)))
    yield from show_ads(wanted.ads, first)


def _to_engineer(need: Need, shown: Names) -> Iterator[RenderableType]:
    interest = need.interest
    yield Text.assemble((f"{interest.key} ", "name"), (interest.label or "no label", "title"))
    last = interest.last.date().isoformat() if interest.last else "no time"
    figures = (
        f"weight {interest.weight:.2f} · freshness {interest.freshness:.2f} · {interest.trend} · last {last} · "
        f"cohesion {need.cohesion:.2f}"
    )
    yield _indented(Text(figures))
    yield _indented(Text.assemble("members ", shown.cite(interest.members), " medoids ", shown.cite(interest.medoids)))
    if interest.against:
        yield _indented(Text.assemble("against ", shown.cite(interest.against)))
    if interest.topics or need.places:
        topics = [topic.lower().replace("_", " ") for topic in interest.topics]
        places = [f"{place.node} {place.cosine:.2f}" for place in need.places]
        yield _indented(Text(" · ".join([*topics, *places]), "faint"))
    by = {"writer": "by the writer", "facts": "made of the facts"}.get(need.said.by, need.unclear)
    yield _indented(Text.assemble(f"{need.statement.text or 'nothing said'} ", shown.cite(need.statement.cites)))
    yield _indented(Text(f"{by}{', rewritten' if need.said.rewritten else ''}", "faint"))
    yield from (_indented(_draft(draft, shown)) for draft in need.said.drafts)


def _draft(draft: Draft, shown: Names) -> Text:
    mark = ("✗ ", "bad") if draft.fault else ("✓ ", "good")
    fault = f" {draft.fault}: {', '.join(draft.words)}" if draft.words else f" {draft.fault}"
    more = fault if draft.fault else f" cosine {draft.cosine:.2f}{', cited otherwise' if draft.repaired else ''}"
    return Text.assemble(mark, f"{draft.text or 'nothing'} ", shown.cite(draft.cites), (more, "faint"))


def _figures(explanation: Explanation, shown: Names) -> Iterator[RenderableType]:
    usage, profile = explanation.usage, explanation.profile
    yield Text.assemble(f"{counted(profile.signals, 'signal')}, apart ", shown.cite(profile.apart))
    faults = ", ".join(f"{count} {fault}" for fault, count in explanation.faults.items()) or "none at fault"
    yield Text(f"{counted(explanation.drafts, 'draft')}: {faults}")
    yield Text(f"{explanation.rewritten} rewritten, {explanation.dropped} dropped")
    tokens = f"{usage.evaluated:,} tokens evaluated, {usage.reused:,} reused, {usage.generated:,} generated"
    yield Text(f"{tokens} in {explanation.seconds:.1f} s", "faint")


def _instruction(angle: str) -> str:
    return BY_NAME[angle].instruction


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def _indented(line: Text) -> RenderableType:
    return Padding(line, (0, 0, 0, INDENT), expand=False)
