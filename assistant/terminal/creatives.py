"""Creatives on the screen: as they are written, and judged: each length against its limit, each claim by its fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from assistant.creative.formats import Format, Slot
from assistant.llm.engine import Piece
from assistant.terminal.screen import Harmless, Screen
from store.records import Creative

INDENT = 2
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
        fields[piece.field] = fields.get(piece.field, "") + piece.text
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
    """A variant: title first, its claims coloured where they stand, then what is wrong with it, if anything is."""
    mark = ("✓ ", "good") if creative.accepted else ("✗ ", "bad")
    head = Text.assemble(
        (f"{number} ", "number"), mark, (f"{creative.angle}  ", "name"), (TRIES[creative.provenance.attempt], "faint")
    )
    slots = sorted(format.slots, key=lambda slot: slot.sentence)
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
        "claims": {
            name: [{**asdict(claim), "supported": claim.supported} for claim in claims]
            for name, claims in creative.claims.items()
        },
        "problems": list(creative.problems),
        "provenance": asdict(creative.provenance),
    }


def _slot(slot: Slot, creative: Creative) -> Iterator[Text]:
    text = creative.texts[slot.name]
    shown = Text(text, "" if slot.sentence else "title")
    for claim in creative.claims[slot.name]:
        shown.stylize("good" if claim.supported else "bad", claim.start, claim.end)
    yield shown
    length = len(text)
    style = "bad" if length > slot.hard else "warn" if length > slot.soft else "faint"
    folded = f", {slot.visible} show in the feed" if not slot.sentence and length > slot.visible else ""
    yield Text(f"{slot.name} {length} of {slot.hard}{folded}", style)


def _verdict(creative: Creative) -> Iterator[Text]:
    supported = {
        claim.text.lower(): claim for claims in creative.claims.values() for claim in claims if claim.supported
    }
    for claim in supported.values():
        yield Text.assemble(("✓ ", "good"), claim.text, (f"  {claim.supported_by}", "faint"))
    for problem in creative.problems:
        yield Text.assemble(("✗ ", "bad"), problem)
