"""The CSV that Google Ads Editor imports: one responsive search ad a row."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from assistant.creative.export import links
from assistant.creative.export.cells import as_csv, harmless
from assistant.creative.export.rows import Exportable, LeftOut, Options, Rendering, left_out
from assistant.creative.formats import DESCRIPTIONS, HEADLINES, SEARCH

AD_TYPE = "Responsive search ad"
HEADER = (
    "Campaign",
    "Ad Group",
    "Ad type",
    *(f"Headline {number}" for number in range(1, HEADLINES + 1)),
    *(f"Description {number}" for number in range(1, DESCRIPTIONS + 1)),
    "Path 1",
    "Path 2",
    "Final URL",
    "Status",
)
# Google serves no more than these of one ad group.
MOST_ENABLED = 3


def render(rows: Sequence[Exportable], options: Options) -> Rendering:
    """A row for each ad, in an ad group of its product where none is named."""
    lines: list[tuple[str, ...]] = []
    written: list[Exportable] = []
    missed: list[LeftOut] = []
    enabled: Counter[str] = Counter()
    for row in rows:
        group = options.ad_group or row.product.title
        link = links.tracked(row.product.link, options.utm)
        if reason := _problem(row, link) or _crowded(group, enabled, options):
            missed.append(left_out(row, reason))
            continue
        enabled[group] += 1
        written.append(row)
        lines.append(_line(row, group, link, options))
    return Rendering((as_csv(HEADER, lines),) if lines else (), tuple(written), tuple(missed))


def width(text: str) -> int:
    """The length as Google counts it: a letter of double width is two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _problem(row: Exportable, link: str) -> str:
    for slot in SEARCH.slots:
        if (length := width(harmless(row.texts.get(slot.name, "")))) > slot.hard:
            return f"the {slot.name} counts as {length} characters here, {slot.hard} are allowed"
    for name in ("headline", "description"):
        texts = [text.casefold() for text in row.group(name)]
        if len(set(texts)) < len(texts):
            return f"two of its {name}s are the same"
    return links.problem(link, "link")


def _crowded(group: str, enabled: Counter[str], options: Options) -> str:
    if options.active and enabled[group] >= MOST_ENABLED:
        return f"the ad group {group} has {MOST_ENABLED} enabled ads already, and more are not served"
    return ""


def _line(row: Exportable, group: str, link: str, options: Options) -> tuple[str, ...]:
    headlines, descriptions = row.group("headline"), row.group("description")
    return (
        options.campaign,
        group,
        AD_TYPE,
        *headlines,
        *[""] * (HEADLINES - len(headlines)),
        *descriptions,
        *[""] * (DESCRIPTIONS - len(descriptions)),
        "",
        "",
        link,
        "Enabled" if options.active else "Paused",
    )
