"""A creative edited by hand: the small file that an editor opens, and the checks of what comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.creative.export.limits import check_limits
from assistant.creative.formats import FORMATS, Format
from assistant.creative.judge import judge
from assistant.errors import UsageError
from assistant.feeds.text import plain
from store.creatives import Brief, Creative
from store.records import Product

_HEADING = re.compile(r"\[(\w+)\]")
_HEAD = (
    "# Change the texts under their names, save, and leave the editor.",
    "# An optional text that is empty is left out. Lines above the first name do not count.",
)


def to_file(creative: Creative, notes: Sequence[str] = ()) -> str:
    """The texts under their names, each with its limit; `notes` say what kept an earlier edit out."""
    format = FORMATS[creative.format]
    lines = [*_HEAD, *(f"# {note}" for note in notes)]
    lines += [f"# {slot.name}: at most {slot.hard:,} characters" for slot in format.slots]
    for slot in format.slots:
        lines += ["", f"[{slot.name}]", plain(creative.texts.get(slot.name, ""))]
    return "\n".join(lines) + "\n"


def from_file(text: str, format: Format) -> dict[str, str]:
    """The texts of an edited file; lines of one text are joined. Raises UsageError for a name that is unknown."""
    known = {slot.name for slot in format.slots}
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        heading = _HEADING.fullmatch(line.strip())
        if heading is None:
            current.append(line)
        elif heading[1] in known and heading[1] not in found:
            current = found[heading[1]] = []
        else:
            what = "stands twice" if heading[1] in known else f"is no text of a {format.name}"
            raise UsageError(f"Line {number}: [{heading[1]}] {what}.", hint=f"Known: {', '.join(sorted(known))}.")
    return {name: plain(" ".join(lines)) for name, lines in found.items()}


def from_pairs(pairs: Sequence[str], format: Format) -> dict[str, str]:
    """Texts such as `title=Light where you read`. Raises UsageError for what is none."""
    known = [slot.name for slot in format.slots]
    found = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or name.strip() not in known:
            raise UsageError(f"--set {pair[:80]!r} names no text.", hint=f"Write NAME=TEXT with {', '.join(known)}.")
        found[name.strip()] = plain(text)
    return found


def revise(creative: Creative, texts: Mapping[str, str], product: Product) -> Creative:
    """The creative with these texts in place of its own, and all that the checks find in them.

    Raises UsageError where a text is over a hard limit, is missing, or holds what no platform takes.
    """
    format = FORMATS[creative.format]
    merged = {name: text for name, text in {**creative.texts, **texts}.items() if text}
    if broken := check_limits(merged, format):
        problems = "; ".join(finding.message for finding in broken)
        raise UsageError(f"This cannot be kept: {problems}.", hint="Nothing was changed: mend it and try again.")
    language = creative.provenance.settings.get("language", "")
    brief = Brief(product=product, language=language) if language else Brief(product=product)
    judgement = judge(merged, brief, format)
    return replace(creative, texts=merged, claims=judgement.claims, findings=judgement.findings)
