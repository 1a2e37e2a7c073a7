"""An audience on the screen, for programs and as a table: segments without anybody in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from assistant.creative.angles.catalogue import BY_NAME
from assistant.intent.audience.model import Audience, Segment, Shared
from assistant.intent.audience.rules import Rules, told_people
from assistant.intent.explaining.constraints import called
from assistant.intent.interests.trends import Trend
from assistant.intent.journey import serving
from assistant.intent.stage import Stage
from assistant.privacy.admit import Reason
from assistant.terminal.explanations import show_ads
from assistant.terminal.matches import match_as_json, shorten
from assistant.terminal.privacy import tell_dropped
from assistant.terminal.screen import counted
from store.records import Record

INDENT = 2
PERCENT = 100
TITLE_CHARS = 70
CSV_HEADER = (
    "key", "name", "people_at_least", "share", "wants", "stage", "trend", "interests", "unites", "apart", "searches",
    "constraints", "angles", "ads",
)  # fmt: skip
NOBODY = "Nothing here says who is in a segment. Sizes are rounded down to tens; what few share is not told."
MADE_UP = "Made-up data: this is no audience, and nobody may be targeted by it."


def show_audience(audience: Audience) -> RenderableType:
    """Each segment with what unites it, the stage, what to make and the ads for it; ads are numbered through."""
    parts: list[RenderableType] = [Text(MADE_UP, "warn"), Text("")] if audience.rules.made_data else []
    number = 1
    for segment in audience.segments:
        parts += [*_segment(segment, number), Text("")]
        number += len(segment.ads)
    if not audience.segments:
        least = counted(audience.rules.least, "person").replace("persons", "people")
        parts.append(Text(f"No intent is shared by {least} or more, so none is shown."))
    others = f"In no segment: {audience.others} of {audience.people:,} people."
    return Group(*parts, Text(f"{others} {NOBODY}", "faint"))


def audience_as_json(audience: Audience) -> Mapping[str, Any]:
    """The stable shape of an audience for programs."""
    return {
        "people_at_least": audience.people,
        "others": audience.others,
        "min_audience": audience.rules.least,
        "made_up": audience.rules.made_data,
        "segments": [_as_json(segment) for segment in audience.segments],
    }


def audience_as_rows(audience: Audience) -> Iterator[Sequence[object]]:
    """Each segment as a row under CSV_HEADER; of several values the first is that which most people have."""
    for segment in audience.segments:
        yield (
            segment.key,
            segment.said.name,
            segment.people,
            segment.share,
            segment.said.text,
            segment.stage,
            segment.trend,
            _joined(segment.topics),
            _joined(shared.text for shared in segment.unites),
            _joined(shared.text for shared in segment.apart),
            _joined(shared.text for shared in segment.searches),
            _joined(f"{facet.kind}: {facet.text}" for facet in segment.facets),
            _joined(angle.name for angle in segment.angles),
            _joined(match.record.id for match in segment.ads),
        )


def tell_why_none(rules: Rules) -> tuple[str, str]:
    """That there are too few people at all, and what to do; how many there are is not told."""
    return (
        f"These are fewer than {rules.least:,} people with an interest that may be used, so no audience is shown.",
        "Bring in more with `pinwright signals import`, or name a larger --signals FILE.",
    )


def tell_left_out(dropped: Mapping[Reason, int]) -> str:
    """How many signals were left out and why, in tens, so that it does not tell of one person; empty where few were."""
    told = tell_dropped({reason: told_people(count) for reason, count in dropped.items()})
    return f"Left out, in tens: {told}." if told else ""


def _segment(segment: Segment, first: int) -> Iterator[RenderableType]:
    said = segment.said
    yield Text.assemble((f"{segment.key} ", "name"), (said.name, "heading"), f"  {segment.people:,} people", (
        f" · {segment.share:.0%}", "faint"
    ))  # fmt: skip
    if said.text:
        yield _line("", f"They want to {said.text}.", style="title")
    yield _line("", " · ".join(_about(segment)), style="faint")
    yield from (_line(lead, text) for lead, text in _shared_lines(segment) if text)
    serves = serving(segment.stage)
    yield _line("Make ", f"{serves.does} ({', '.join(serves.formats)})")
    for angle in segment.angles[:1]:
        also = ", ".join(other.name for other in segment.angles[1:])
        more = f" Also {also}." if also else ""
        instruction = BY_NAME[angle.name].instruction.rstrip(".")
        yield _line("Angle ", f"{angle.name}, as {angle.because}. {instruction}.{more}")
    yield from show_ads(segment.ads, first)


def _about(segment: Segment) -> Iterator[str]:
    yield from (topic.replace("_", " ").lower() for topic in segment.topics[:1])
    stages = [f"{stage} {share:.0%}" for stage in Stage if (share := segment.stages.get(stage))]
    yield ", ".join(stages) or str(segment.stage)
    if segment.trend is not Trend.UNKNOWN:
        yield str(segment.trend)


def _shared_lines(segment: Segment) -> Iterator[tuple[str, str]]:
    yield "United by ", _shares(segment.unites)
    yield "Set apart by ", _shares(segment.apart)
    yield "Search for ", _shares(segment.searches)
    yield "Keep ", " · ".join(f"“{shorten(record.title, TITLE_CHARS)}”" for record in segment.records)
    yield "Hold to ", " · ".join(f"{called(facet.kind)} {facet.text} {facet.share:.0%}" for facet in segment.facets)
    yield "Turn away from ", ", ".join(segment.hidden)


def _shares(shared: Sequence[Shared]) -> str:
    return " · ".join(f"{one.text} {one.share:.0%}" for one in shared)


def _line(lead: str, text: str, *, style: str = "") -> RenderableType:
    return Padding(Text.assemble((lead, "title"), (text, style)), (0, 0, 0, INDENT), expand=False)


def _as_json(segment: Segment) -> Mapping[str, Any]:
    said, serves = segment.said, serving(segment.stage)
    return {
        "key": segment.key,
        "name": said.name,
        "wants": said.text or None,
        "cites": list(said.cites),
        "written_by": said.by,
        "people_at_least": segment.people,
        "share": segment.share,
        "stage": segment.stage,
        "stages": {str(stage): share for stage, share in segment.stages.items()},
        "trend": segment.trend,
        "interests": list(segment.topics),
        "unites": [_shared_as_json(shared) for shared in segment.unites],
        "apart": [_shared_as_json(shared) for shared in segment.apart],
        "searches": [_shared_as_json(shared) for shared in segment.searches],
        "keeps": [_record_as_json(record) for record in segment.records],
        "constraints": [{"kind": one.kind, "text": one.text, "share": one.share} for one in segment.facets],
        "turned_away": list(segment.hidden),
        "make": serves.does,
        "formats": list(serves.formats),
        "angles": [{"name": one.name, "score": one.score, "because": one.because} for one in segment.angles],
        "ads": [match_as_json(match) for match in segment.ads],
    }


def _shared_as_json(shared: Shared) -> Mapping[str, Any]:
    return {"text": shared.text, "share": shared.share, "lift": shared.lift}


def _record_as_json(record: Record) -> Mapping[str, Any]:
    return {"id": record.id, "title": record.title, "link": record.link}


def _joined(texts: Any) -> str:
    return "; ".join(map(str, texts))
