"""Reviews on the screen: a list to decide from, one creative whole, and what differs from the feed's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from difflib import SequenceMatcher
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.creative.export.rows import LeftOut, first_title
from assistant.creative.formats import FORMATS, Format
from assistant.terminal.creatives import MARKS
from assistant.terminal.matches import shorten
from assistant.terminal.reports import show_pairs
from assistant.terminal.screen import hanging
from store.creatives import Creative
from store.records import Record
from store.reviews import Reviewed, State

SHORT_ID = 8
LONGEST_SHOWN = 1_000
# Below this share of words in common a difference word by word is harder to read than old and new in one piece.
ALIKE = 0.5
NAMED = 5
STYLES = {State.PENDING: "warn", State.APPROVED: "good", State.REJECTED: "bad", State.FAILED: "bad"}
_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
_TITLES, _DESCRIPTIONS = ("title", "headline", "card_title"), ("description", "primary_text", "card_description")


def show_reviews(found: Sequence[Reviewed], *, narrow: bool) -> RenderableType:
    """Creatives numbered from 1, each with its state, its score, its first text and what it is for."""
    numbered = list(enumerate(found, start=1))
    return Group(*(_lines(*row) for row in numbered)) if narrow else _table(numbered)


def show_review(found: Reviewed, current: Record | None) -> RenderableType:
    """One creative with every text, claim and finding, its history, and how it differs from the ad or product as is."""
    creative = found.creative
    parts: list[RenderableType] = [_head(found), Text("")]
    parts += [part for name, text in _in_order(creative) for part in _text(name, text, creative)]
    parts += [
        hanging(MARKS[item.severity], Text(f"{item.slot or item.check}: {item.message}")) for item in creative.findings
    ]
    parts += [Text(""), show_pairs(_facts(found))]
    for heading, differences in _differences(found, current):
        parts += [Text(""), Text(heading, "heading"), *_told(differences)]
    return Group(*parts)


def review_as_json(found: Reviewed) -> Mapping[str, Any]:
    """The stable shape of a reviewed creative for programs."""
    creative = found.creative
    return {
        "id": found.id,
        "product_id": creative.product_id,
        "product": found.product_title,
        "format": creative.format,
        "angle": creative.angle,
        "rank": creative.rank,
        "score": round(creative.score, 4),
        "state": found.state,
        "edited": found.edited is not None,
        "outdated": found.outdated,
        "decided_by": found.decided_by,
        "decided_at": found.decided_at.isoformat() if found.decided_at else None,
        "reason": found.reason,
        "codes": list(found.codes),
        "despite": list(found.despite),
        "texts": dict(creative.texts),
        "written": dict(found.written.texts),
        "claims": {name: [asdict(claim) for claim in claims] for name, claims in creative.claims.items()},
        "findings": [asdict(finding) for finding in creative.findings],
        "provenance": asdict(creative.provenance),
    }


def differences_as_json(found: Reviewed, current: Record | None) -> Sequence[Mapping[str, str]]:
    """What `show_review` compares, as texts before and after."""
    return [
        {"with": heading, "name": name, "old": old, "new": new}
        for heading, differences in _differences(found, current)
        for name, old, new in differences
    ]


def word_difference(old: str, new: str) -> Text:
    """From one text to another: what goes as [-so-], what comes as {+so+}, in colour where there is any."""
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < ALIKE:
        return Text.assemble(*_gone(old), " " if old and new else "", *_come(new))
    shown = Text()
    for what, start, end, start_after, end_after in matcher.get_opcodes():
        if what == "equal":
            shown.append("".join(before[start:end]))
        else:
            shown.append_text(Text.assemble(*_gone("".join(before[start:end]))))
            shown.append_text(Text.assemble(*_come("".join(after[start_after:end_after]))))
    return shown


def show_left_out(left_out: Iterable[LeftOut]) -> RenderableType:
    """What an export left out, by reason, a few of each named."""
    by_reason: dict[str, list[LeftOut]] = {}
    for item in left_out:
        by_reason.setdefault(item.reason, []).append(item)
    lines = []
    for reason, items in by_reason.items():
        named = ", ".join(f"{shorten(item.title, 40)} ({item.id[:SHORT_ID]})" for item in items[:NAMED])
        more = f" and {len(items) - NAMED:,} more" if len(items) > NAMED else ""
        lines.append(hanging(("  · ", "faint"), Text(f"{named}{more}: {reason}")))
    return Group(*lines)


def _table(numbered: Sequence[tuple[int, Reviewed]]) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    table.add_column("#", justify="right", style="number", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("", ratio=1)
    for number, found in numbered:
        rank = (str(found.creative.rank), f"{found.creative.score:.2f}") if found.creative.rank else ("–", "–")
        body = Group(Text(first_title(found.creative), "title"), Text(_for_whom(found), "faint"))
        table.add_row(str(number), Text(found.state, STYLES[found.state]), *rank, body)
    return table


def _lines(number: int, found: Reviewed) -> RenderableType:
    score = f"  {found.creative.score:.2f}" if found.creative.rank else ""
    return Group(
        Text.assemble((f"{number} ", "number"), (first_title(found.creative), "title")),
        Text.assemble("  ", (found.state, STYLES[found.state]), score),
        Padding(Text(_for_whom(found), "faint"), (0, 0, 0, 2), expand=False),
    )


def _for_whom(found: Reviewed) -> str:
    marks = ["edited"] * (found.edited is not None) + ["outdated"] * found.outdated
    marks += [f"despite {', '.join(found.despite)}"] if found.despite else []
    creative = found.creative
    parts = (found.product_title, creative.format, creative.angle, found.id[:SHORT_ID], *marks)
    return " · ".join(part for part in parts if part)


def _head(found: Reviewed) -> RenderableType:
    return Text.assemble(
        (f"{found.state}  ", STYLES[found.state]), (found.product_title, "title"), f"  {_marks(found)}"
    )


def _marks(found: Reviewed) -> str:
    return ", ".join(
        mark for mark, there in (("edited by hand", found.edited), ("its product has changed", found.outdated)) if there
    )


def _in_order(creative: Creative) -> Iterator[tuple[str, str]]:
    """Titles first, then sentences, then what the format does not know."""
    format = FORMATS.get(creative.format)
    slots = sorted(format.slots, key=lambda slot: slot.sentence) if format else ()
    names = dict.fromkeys([*(slot.name for slot in slots), *creative.texts])
    return ((name, creative.texts[name]) for name in names if name in creative.texts)


def _text(name: str, text: str, creative: Creative) -> Iterator[RenderableType]:
    shown = Text(text)
    claims = creative.claims.get(name, ())
    for claim in claims:
        shown.stylize("good" if claim.supported else "bad", claim.start, claim.end)
    yield Text.assemble((name, "name"), (f"  {_length(name, text, FORMATS.get(creative.format))}", "faint"))
    yield Padding(shown, (0, 0, 0, 2), expand=False)
    for claim in claims:
        mark, why = (("✓ ", "good"), claim.supported_by) if claim.supported else (("✗ ", "bad"), claim.reason)
        line = hanging(mark, Text.assemble(claim.text, (f"  {claim.kind}: {why}", "faint")))
        yield Padding(line, (0, 0, 0, 2), expand=False)


def _length(name: str, text: str, format: Format | None) -> str:
    hard = next((slot.hard for slot in format.slots if slot.name == name), None) if format else None
    return f"{len(text):,} of {hard:,}" if hard else f"{len(text):,}"


def _facts(found: Reviewed) -> Iterator[tuple[str, str]]:
    creative, made = found.creative, found.creative.provenance
    yield "id", found.id
    yield "for", f"{creative.product_id}, {creative.format}, {creative.angle}"
    if creative.rank:
        parts = ", ".join(f"{part.name} {part.points:.2f}" for part in creative.parts)
        yield "rank", f"{creative.rank}, {creative.score:.2f} = {parts}"
    if creative.reason:
        yield "because", creative.reason
    if found.decided_by:
        when = f" on {found.decided_at:%Y-%m-%d %H:%M} UTC" if found.decided_at else ""
        yield found.state, f"by {found.decided_by}{when}"
    if found.despite:
        yield "despite", f"{', '.join(found.despite)}: {found.reason}"
    elif found.reason or found.codes:
        yield "reason", " ".join(part for part in (", ".join(found.codes), found.reason) if part)
    yield "written by", f"{made.model}, try {made.attempt}, seed {made.seed}, prompt {made.prompt_hash[:12]}"


Differences = list[tuple[str, str, str]]


def _differences(found: Reviewed, current: Record | None) -> Iterator[tuple[str, Differences]]:
    if found.edited:
        written, edited = found.written.texts, found.edited.texts
        names = [name for name in dict.fromkeys((*written, *edited)) if written.get(name) != edited.get(name)]
        yield "edited", [(name, written.get(name, ""), edited.get(name, "")) for name in names]
    if current is not None:
        fields = (("title", _TITLES, current.title), ("description", _DESCRIPTIONS, current.description))
        yield (
            "the feed's own",
            [(name, shorten(old, LONGEST_SHOWN), _first_of(found.creative, groups)) for name, groups, old in fields],
        )


def _first_of(creative: Creative, groups: tuple[str, ...]) -> str:
    format = FORMATS.get(creative.format)
    slots = [slot.name for slot in format.slots if slot.group in groups] if format else []
    return next((creative.texts[name] for name in slots if creative.texts.get(name)), "")


def _told(differences: Differences) -> Iterator[RenderableType]:
    for name, old, new in differences:
        yield Text(name, "name")
        shown = word_difference(old, new) if old != new else Text(f"the same: {new}", "faint")
        yield Padding(shown, (0, 0, 0, 2), expand=False)


def _gone(text: str) -> Iterator[tuple[str, str]]:
    if text:
        yield f"[-{text}-]", "bad"


def _come(text: str) -> Iterator[tuple[str, str]]:
    if text:
        yield f"{{+{text}+}}", "good"
