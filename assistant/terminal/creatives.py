"""Creatives on the screen: as they are written, and judged: each length against its limit, each claim by its fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from assistant.creative.formats import Format, Shape, Slot
from assistant.creative.judge import SURE
from assistant.llm.engine import Piece
from assistant.terminal.screen import Harmless, Screen, hanging
from store.creatives import Claim, Creative, Finding, Severity

INDENT = 2
MARKS = {Severity.BLOCK: ("✗ ", "bad"), Severity.WARN: ("! ", "warn"), Severity.INFORM: ("· ", "faint")}
ORDER = (Shape.TITLE, Shape.SENTENCE, Shape.LABEL)
TRIES = {1: "first try", 2: "second try", 3: "third try"}


class Draft:
    """Texts while they are written, redrawn in place on a terminal; a context manager. Elsewhere it shows nothing."""

    def __init__(self, screen: Screen) -> None:
        self._texts: dict[str, dict[str, str]] = {}
        self._live = Live(console=screen.err, transient=True, refresh_per_second=8) if screen.live else None

    def __enter__(self) -> Draft:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def add(self, piece: Piece) -> None:
        fields = self._texts.setdefault(piece.key, {})
        fields[piece.field] = piece.text if piece.instead else fields.get(piece.field, "") + piece.text
        self._draw()

    def finish(self, key: str) -> None:
        """A text is judged: it is shown as a result and no longer as a draft."""
        self._texts.pop(key, None)
        self._draw()

    def _draw(self) -> None:
        if self._live:
            self._live.update(Harmless(Group(*(self._lines(key, fields) for key, fields in self._texts.items()))))

    @staticmethod
    def _lines(key: str, fields: Mapping[str, str]) -> RenderableType:
        return Text.assemble((f"{key}  ", "name"), " ".join(text.strip() for text in fields.values()), ("▌", "faint"))


def show_creative(number: int, creative: Creative, format: Format) -> RenderableType:
    """A variant: title first, its claims coloured where they stand, then what speaks for it and what is wrong."""
    mark = ("✓ ", "good") if creative.accepted else ("✗ ", "bad")
    head = Text.assemble(
        (f"{number} ", "number"), mark, (f"{creative.angle}  ", "name"), (TRIES[creative.provenance.attempt], "faint")
    )
    slots = [slot for slot in format.slots if slot.name in creative.texts]
    if len({slot.group for slot in slots}) == len(slots):
        slots.sort(key=lambda slot: ORDER.index(slot.shape))
    lines = [line for slot in slots for line in _slot(slot, creative)] + list(_verdict(creative))
    return Group(head, *(Padding(line, (0, 0, 0, INDENT), expand=False) for line in lines), Text(""))


def creative_as_json(creative: Creative) -> Mapping[str, Any]:
    """The stable shape of a creative for programs."""
    return {
        "product_id": creative.product_id,
        "format": creative.format,
        "angle": creative.angle,
        "accepted": creative.accepted,
        "texts": dict(creative.texts),
        "claims": {name: [claim_as_json(claim) for claim in claims] for name, claims in creative.claims.items()},
        "findings": [finding_as_json(finding) for finding in creative.findings],
        "problems": list(creative.problems),
        "rank": creative.rank,
        "score": round(creative.score, 4),
        "parts": [{**asdict(part), "points": round(part.points, 4)} for part in creative.parts],
        "reason": creative.reason,
        "tokens": creative.tokens,
        "provenance": asdict(creative.provenance),
    }


def claim_as_json(claim: Claim) -> Mapping[str, Any]:
    """The stable shape of a claim for programs."""
    return {**asdict(claim), "supported": claim.supported}


def finding_as_json(finding: Finding) -> Mapping[str, Any]:
    """The stable shape of a finding for programs."""
    return asdict(finding)


def show_findings(findings: Sequence[Finding]) -> RenderableType:
    """What checks found, a line each: what blocks first."""
    ordered = sorted(findings, key=lambda finding: list(Severity).index(finding.severity))
    return Group(*(_finding(finding) for finding in ordered))


def show_claims(claims: Sequence[Claim]) -> RenderableType:
    """Claims, a line each, with the fact that supports each or the reason that none does."""
    return Group(*(_claim(claim) for claim in claims))


def _slot(slot: Slot, creative: Creative) -> Iterator[RenderableType]:
    text = creative.texts[slot.name]
    shown = Text(text, "" if slot.sentence else "title")
    for claim in creative.claims.get(slot.name, ()):
        shown.stylize(_colour(claim), claim.start, claim.end)
    yield shown
    length = len(text)
    style = "bad" if length > slot.hard else "warn" if length > slot.soft else "faint"
    folded = f", {slot.visible} show in the feed" if not slot.sentence and 0 < slot.visible < length else ""
    yield Text(f"{slot.name} {length} of {slot.hard}{folded}", style)


def _verdict(creative: Creative) -> Iterator[RenderableType]:
    supported = {
        claim.text.lower(): claim for claims in creative.claims.values() for claim in claims if claim.supported
    }
    yield from (_claim(claim) for claim in supported.values())
    yield from (_finding(finding) for finding in creative.findings if finding.severity is not Severity.INFORM)
    if creative.reason:
        yield Text(creative.reason, "faint")


def _colour(claim: Claim) -> str:
    return "good" if claim.supported else "bad" if claim.confidence >= SURE else "warn"


def _claim(claim: Claim) -> RenderableType:
    if claim.supported:
        return hanging(("✓ ", "good"), Text.assemble(claim.text, (f"  {claim.supported_by}", "faint")))
    mark = ("✗ ", "bad") if claim.confidence >= SURE else ("? ", "warn")
    return hanging(mark, Text.assemble(claim.text, (f"  {claim.kind}: {claim.reason}", "faint")))


def _finding(finding: Finding) -> RenderableType:
    code = f"  {finding.code}" if finding.check == "policy" else ""
    return hanging(MARKS[finding.severity], Text.assemble(finding.message, (code, "faint")))
