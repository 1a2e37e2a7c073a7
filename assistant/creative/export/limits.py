"""The limits of a format, checked again wherever a text comes in by hand and wherever one goes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assistant.creative.formats import Format, Shape, Slot
from store.creatives import Finding

CHECK = "limits"
# What no platform takes: control characters, line ends among them, and halves of characters.
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def check_limits(texts: Mapping[str, str], format: Format) -> tuple[Finding, ...]:
    """Why these texts cannot leave in this format, each reason with its slot; empty where they can."""
    return (*_unknown(texts, format), *(found for slot in format.slots for found in _in_slot(slot, texts)))


def _unknown(texts: Mapping[str, str], format: Format) -> Iterator[Finding]:
    known = {slot.name for slot in format.slots}
    for name in texts.keys() - known:
        yield _finding(name, "unknown_slot", f"a {format.name} has no text called {name}")


def _in_slot(slot: Slot, texts: Mapping[str, str]) -> Iterator[Finding]:
    text = texts.get(slot.name, "")
    if not text.strip():
        # A label is written by the program from the facts, and a placement can do without it.
        if slot.required and slot.shape is not Shape.LABEL:
            yield _finding(slot.name, "empty", f"the {slot.name} is empty")
        return
    if len(text) > slot.hard:
        message = f"the {slot.name} has {len(text):,} characters, {slot.hard:,} are allowed"
        yield _finding(slot.name, "too_long", message, slot.hard, len(text))
    if found := _UNUSABLE.search(text):
        yield _finding(slot.name, "unusable", f"the {slot.name} holds a control character", found.start(), found.end())


def _finding(slot: str, code: str, message: str, start: int = 0, end: int = 0) -> Finding:
    return Finding(check=CHECK, code=code, message=message, slot=slot, start=start, end=end)
