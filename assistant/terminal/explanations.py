"""An explained intent on the screen: what the person is after, each interest inside it, the ads that serve it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from assistant.intent.explaining.constraints import Constraint, called
from assistant.intent.explaining.model import Explanation, Need, Statement
from assistant.intent.stage import Evidence, Stage
from assistant.terminal.matches import details, shorten
from assistant.terminal.screen import counted
from store.records import Match, Signal

INDENT = 2
MOST_SIGNALS = 4
MOST_CITED = 6
SHORT_ID = 10
SHARE = 100
Piece = str | tuple[str, str]


def show_explanation(explanation: Explanation, signals: Sequence[Signal]) -> RenderableType:
    """Goal and stage of the whole, then each interest, with the signals that all rests on; ads are numbered through."""
    shown = Names(signals)
    parts: list[RenderableType] = [_goal(explanation, shown), stage_line(explanation.stage)]
    parts += [_indented(line) for line in _signs(explanation.evidence, shown)]
    number = 1
    for need in explanation.needs:
        parts += [Text(""), *_need(need, shown, number)]
        number += len(need.ads)
    if note := checked(explanation):
        parts.append(Text(f"\n{note}", "faint"))
    return Group(*parts)


class Names:
    """How signals are called on the screen: by their ids where these are short, else by their places, s1, s2, ..."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        self._texts = {signal.id: signal.text for signal in signals}
        self._short = all(len(identifier) <= SHORT_ID for identifier in self._texts)
        self._places = {identifier: f"s{place}" for place, identifier in enumerate(self._texts, start=1)}

    def cite(self, identifiers: Sequence[str]) -> tuple[str, str]:
        """The citations, in brackets and in the faint style; of many the first ones and how many more there are."""
        names = [self.name(identifier) for identifier in identifiers[:MOST_CITED]]
        more = len(identifiers) - len(names)
        return f"[{', '.join(names)}{f' and {more} more' if more else ''}]", "faint"

    def line(self, identifier: str) -> Text:
        """A signal's name and what it was about; its id too, where the name is only a place."""
        text = f"{self.name(identifier)}: {shorten(self._texts.get(identifier, ''), 70)}"
        return Text(text if self._short else f"{text} · {identifier}", "faint")

    def name(self, identifier: str) -> str:
        return identifier if self._short else self._places.get(identifier, identifier)


def stage_line(reached: Stage) -> Text:
    """The way with the stage that is reached."""
    way = Text.assemble(("Stage  ", "heading"))
    for stage in Stage:
        here = stage is reached
        way.append("● " if here else "○ ", "good" if here else "faint")
        way.append(f"{stage}   ", "title" if here else "faint")
    return way


def checked(explanation: Explanation) -> str:
    """What the checks did to what was written; empty where they had nothing to do."""
    parts = []
    if explanation.rewritten:
        parts.append(f"{counted(explanation.rewritten, 'statement')} rewritten")
    if explanation.dropped:
        parts.append(f"{counted(explanation.dropped, 'statement')} dropped, which the signals do not support")
    return f"{', '.join(parts)}." if parts else ""


def show_ads(ads: Sequence[Match], first: int) -> Iterator[RenderableType]:
    """Ads with their numbers, a title and a line of facts each."""
    for number, match in enumerate(ads, start=first):
        facts = " · ".join((*details(match.record), match.record.id))
        yield Text.assemble((f"{number:>3} ", "number"), (match.record.title, "title"))
        yield Padding(Text(facts, "faint"), (0, 0, 0, 4), expand=False)


def constraint_pieces(constraints: Iterable[Constraint], shown: Names) -> Iterator[Piece]:
    """Constraints by kind, each value with its citations."""
    last = ""
    for constraint in constraints:
        before = "" if not last else ", " if last == constraint.kind else " · "
        # "size 39 or 40" says by itself that it is a size.
        named = last == constraint.kind or constraint.text.casefold().startswith(f"{called(constraint.kind)} ")
        kind = "" if named else f"{called(constraint.kind)} "
        yield from (before, (kind, "faint"), f"{constraint.text} ", shown.cite(constraint.cites))
        last = constraint.kind


def _goal(explanation: Explanation, shown: Names) -> Text:
    lead = "Wants to " if explanation.goal.text else "Goal  "
    return Text.assemble((lead, "heading"), *_cited(explanation.goal, explanation.unclear, shown))


def _signs(evidence: Sequence[Evidence], shown: Names) -> Iterator[Text]:
    for item in evidence:
        yield Text.assemble(f"{item.text} ", shown.cite(item.cites))


def _need(need: Need, shown: Names, first: int) -> Iterator[RenderableType]:
    clear = not need.unclear
    lead = "Wants to " if clear else f"{need.interest.label or 'An interest'}  "
    yield Text.assemble(
        (f"{need.interest.key} ", "name"), (lead, "heading"), *_cited(need.statement, need.unclear, shown)
    )
    share = f"{need.interest.weight * SHARE:.0f}% of the attention · {need.interest.trend} · {need.stage}"
    yield _indented(Text(share, "faint"))
    yield from (_indented(line) for line in _read_off(need, shown))
    for identifier in need.signals[:MOST_SIGNALS]:
        yield _indented(shown.line(identifier))
    if len(need.signals) > MOST_SIGNALS:
        yield _indented(Text(f"and {len(need.signals) - MOST_SIGNALS} more", "faint"))
    if need.places:
        yield _indented(
            Text.assemble(("In the taxonomy ", "title"), " · ".join(str(place.node) for place in need.places))
        )
    yield from show_ads(need.ads, first)
    if not need.ads:
        yield _indented(Text("no ad in the store serves this", "faint"))


def _read_off(need: Need, shown: Names) -> Iterator[Text]:
    """What the program found with certainty, a line each."""
    for statement in need.looks_for:
        yield Text.assemble(("Looks for ", "title"), f"{statement.text} ", shown.cite(statement.cites))
    if need.constraints:
        yield Text.assemble(("Held to ", "title"), *constraint_pieces(need.constraints, shown))
    if need.unclear:
        return
    signs = [item for item in need.evidence if item.stage is need.stage]
    for item in signs[:1]:
        yield Text.assemble(("Stage ", "title"), f"{item.stage}: {item.text} ", shown.cite(item.cites))
    if need.unknown:
        told = "; ".join(_without_count(statement.text) for statement in need.unknown)
        yield Text.assemble(("Unknown ", "title"), f"{told} ", shown.cite(need.unknown[0].cites))
    yield Text.assemble(("Helps next ", "title"), f"{need.next_help.text} ", shown.cite(need.next_help.cites))


def _without_count(text: str) -> str:
    """Without how many signals were looked through, which the citation beside it shows."""
    return text.rpartition(" in ")[0] or text


def _cited(statement: Statement, unclear: str, shown: Names) -> tuple[Piece, ...]:
    return (f"{statement.text or unclear} ", shown.cite(statement.cites))


def _indented(line: Text) -> RenderableType:
    return Padding(line, (0, 0, 0, INDENT), expand=False)
