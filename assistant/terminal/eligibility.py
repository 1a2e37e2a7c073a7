"""What was left out of the matches and why, on the screen and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assistant.matching.diverse import Held
from assistant.matching.eligible.gates import LEFT_OUT
from assistant.matching.ranking.reranking import HEAD, levers
from assistant.matching.serve import Served
from assistant.matching.whynot import WhyNot, needed
from assistant.terminal.matches import match_as_json, record_as_json, shorten
from assistant.terminal.screen import counted, hanging
from store.records import Match

HELD: Mapping[Held, str] = {
    Held.REPEAT: "almost like another of the same shop",
    Held.ADVERTISER: "over --per-advertiser",
    Held.CATEGORY: "over --per-category",
}


def tell_served(served: Served) -> Iterator[str]:
    """What was left out and held back, a sentence each."""
    if served.refused:
        yield f"No ads here: {served.refused.reason}."
    if total := sum(served.left_out.values()):
        gates = ", ".join(f"{count:,} {LEFT_OUT[gate]}" for gate, count in served.left_out.items())
        least = "At least " if served.more_left_out else ""
        yield f"{least}{counted(total, 'ad')} {'was' if total == 1 else 'were'} left out: {gates}. See --why-not ID."
    if served.held:
        reasons = Counter(HELD[why] for why in served.held.values()).most_common()
        named = ", ".join(f"{count:,} {why}" for why, count in reasons)
        yield f"Held back: {named}."
    if served.filled:
        yield f"{served.filled:,} of these would be held back, but there was nothing else to fill the page with."
    if served.matches and abs(served.relevance - served.as_ranked) >= 0.005:
        yield f"Mean score {served.relevance:.2f}; by the score alone it would be {served.as_ranked:.2f}."


def served_as_json(served: Served) -> Mapping[str, Any]:
    """What stands beside the matches for programs."""
    return {
        "refused": served.refused.reason if served.refused else None,
        "left_out": {gate.value: count for gate, count in served.left_out.items()},
        "more_left_out": served.more_left_out,
        "diversity": {
            "held_back": {identifier: why.value for identifier, why in served.held.items()},
            "filled": served.filled,
            "mean_score": round(served.relevance, 4),
            "mean_score_as_ranked": round(served.as_ranked, 4),
        },
    }


def show_why_not(found: WhyNot, query: str, limit: int) -> RenderableType:
    """Why a record is not shown: what keeps it out, then how far it got beside the last one shown."""
    lines: list[RenderableType] = [
        Text.assemble((found.record.title, "title"), (f"  {found.record.id}", "faint")),
        Text.assemble(("for ", "faint"), shorten(query, 100)),
        Text(""),
    ]
    lines += [hanging(("✗ ", "bad"), Text(f"It does not pass {sentence}.")) for sentence in found.filters]
    for closed in found.closed:
        lines.append(hanging(("✗ ", "bad"), Text(f"{closed.reason[:1].upper()}{closed.reason[1:]}.")))
        lines.append(hanging(("  → ", "name"), Text(f"What opens this: {closed.opens}.")))
    lines += [hanging((mark, style), Text(text)) for mark, style, text in _standing(found, limit)]
    if found.match and found.last and not found.shown_at and found.rank:
        lines += ["", _beside(found.match, found.last)]
    lines += [hanging(("  ", ""), Text(text, "faint")) for text in _wanting(found)]
    return Group(*lines)


def why_not_as_json(found: WhyNot) -> Mapping[str, Any]:
    """The same for programs."""
    return {
        "record": record_as_json(found.record),
        "filters": list(found.filters),
        "gates": [{"gate": gate.value, "reason": reason, "opens": opens} for gate, reason, opens in found.closed],
        "campaign": found.campaign.id if found.campaign else None,
        "campaign_unknown": found.campaign_is_unknown,
        "shown_at": found.shown_at,
        "held_back": found.held.value if found.held else None,
        "rank": found.rank,
        "ranked": found.depth,
        "gap": round(found.gap, 4) if found.rank else None,
        "match": match_as_json(found.match) if found.match else None,
        "last_shown": match_as_json(found.last) if found.last else None,
        "lacking_words": list(found.lacking),
    }


def _standing(found: WhyNot, limit: int) -> Iterator[tuple[str, str, str]]:
    """Where it stands, as a mark, its style and a sentence."""
    if found.campaign_is_unknown:
        yield "! ", "warn", "Its campaign is not known here, so no gate of a campaign was asked: `campaigns import`."
    if found.shown_at:
        yield "✓ ", "good", f"It is shown, as number {found.shown_at}."
    elif found.held:
        yield "✗ ", "bad", f"It is held back: it is {HELD[found.held]}. --as-ranked shows it."
    if found.filters or found.shown_at:
        return
    if found.rank is None:
        yield "✗ ", "bad", f"It is not among the first {found.depth:,}."
    elif found.closed:
        yield "! ", "warn", f"Otherwise it would be number {found.rank:,} by its score; {limit:,} are shown."
    else:
        mark, style = ("! ", "warn") if found.held else ("✗ ", "bad")
        yield mark, style, f"By its score it is number {found.rank:,}; {limit:,} are shown."


def _wanting(found: WhyNot) -> Iterator[str]:
    """What would have put it among the shown."""
    if found.filters or found.shown_at or not (found.match and found.last):
        return
    if found.rank and found.gap > 0:
        yield f"It is {found.gap:.3f} points short of the last one shown."
        if levels := [f"{name} {raw:.2f}" for name, raw in needed(found.match, found.last)]:
            yield f"Alone this would be enough: {', or '.join(levels)}."
    if found.rank and levers(found.match, found.last) == ():
        yield f"The reranker reads the first {HEAD} alone, and this one is not among them."
    if found.lacking:
        yield f"Words that it lacks: {', '.join(found.lacking[:12])}."


def _beside(match: Match, last: Match) -> RenderableType:
    """The parts of the score beside those of the last one shown."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    for name in ("", "this one", "last shown", "points"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    others = {part.name: part for part in last.parts}
    for part in match.parts:
        other = others.get(part.name)
        raw, points = (f"{other.raw:.3f}", f"{part.points - other.points:+.3f}") if other else ("", "")
        table.add_row(part.name, f"{part.raw:.3f}", raw, points)
    table.add_row("score", f"{match.score:.3f}", f"{last.score:.3f}", f"{match.score - last.score:+.3f}")
    return table
