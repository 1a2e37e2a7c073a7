"""An explained intent on the screen: what the person is trying to do, the needs inside it, the ads that serve them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from assistant.intent.explain import Explanation, Need, Statement
from assistant.intent.stage import Stage
from assistant.terminal.matches import details, match_as_json, shorten
from assistant.terminal.screen import counted
from store.records import Match, Signal

INDENT = 2
MOST_SIGNALS = 4
SHORT_ID = 10
UNCLEAR = "not clear from what is there"


def show_explanation(explanation: Explanation, signals: Sequence[Signal]) -> RenderableType:
    """Goal, stage and needs, each with the signals that it rests on; the ads are numbered through."""
    shown = _Signals(signals)
    parts: list[RenderableType] = [_goal(explanation, shown), _stage(explanation, shown)]
    number = 1
    for need in explanation.needs:
        parts += [Text(""), *_need(need, shown, number)]
        number += len(need.ads)
    if explanation.dropped:
        dropped = counted(explanation.dropped, "statement")
        parts.append(Text(f"\n{dropped} dropped, which the signals do not support.", "faint"))
    return Group(*parts)


class _Signals:
    """How signals are called on the screen: by their ids where these are short, else by their places, s1, s2, ..."""

    def __init__(self, signals: Sequence[Signal]) -> None:
        self._texts = {signal.id: signal.text for signal in signals}
        self._short = all(len(identifier) <= SHORT_ID for identifier in self._texts)
        self._places = {identifier: f"s{place}" for place, identifier in enumerate(self._texts, start=1)}

    def cite(self, identifiers: Sequence[str]) -> tuple[str, str]:
        """The citations, in brackets and in the faint style."""
        return f"[{', '.join(self._name(identifier) for identifier in identifiers)}]", "faint"

    def line(self, identifier: str) -> Text:
        """A signal's name and what it was about; its id too, where the name is only a place."""
        text = f"{self._name(identifier)}: {shorten(self._texts.get(identifier, ''), 70)}"
        return Text(text if self._short else f"{text} · {identifier}", "faint")

    def _name(self, identifier: str) -> str:
        return identifier if self._short else self._places.get(identifier, identifier)


def explanation_as_json(explanation: Explanation) -> Mapping[str, Any]:
    """The stable shape of an explanation for programs."""
    return {
        "goal": _statement_as_json(explanation.goal),
        "stage": explanation.stage,
        "evidence": [
            {"stage": item.stage, "text": item.text, "cites": list(item.cites)} for item in explanation.evidence
        ],
        "needs": [
            {
                **_statement_as_json(need.statement),
                "signals": list(need.signals),
                "ads": [match_as_json(match) for match in need.ads],
            }
            for need in explanation.needs
        ],
        "dropped": explanation.dropped,
    }


def _statement_as_json(statement: Statement) -> Mapping[str, Any]:
    return {"text": statement.text or None, "cites": list(statement.cites)}


def _goal(explanation: Explanation, shown: _Signals) -> Text:
    lead = "Wants to " if explanation.goal.text else "Goal  "
    return Text.assemble((lead, "heading"), *_cited(explanation.goal, shown))


def _stage(explanation: Explanation, shown: _Signals) -> RenderableType:
    way = Text.assemble(("Stage  ", "heading"))
    for stage in Stage:
        here = stage is explanation.stage
        way.append("● " if here else "○ ", "good" if here else "faint")
        way.append(f"{stage}   ", "title" if here else "faint")
    evidence = [Text.assemble(f"{item.text} ", shown.cite(item.cites)) for item in explanation.evidence]
    return Group(way, *(_indented(line, INDENT) for line in evidence))


def _need(need: Need, shown: _Signals, first: int) -> Iterator[RenderableType]:
    lead = "Needs " if need.statement.text else "Need  "
    yield Text.assemble((lead, "heading"), *_cited(need.statement, shown))
    for identifier in need.signals[:MOST_SIGNALS]:
        yield _indented(shown.line(identifier), INDENT)
    if len(need.signals) > MOST_SIGNALS:
        yield _indented(Text(f"and {len(need.signals) - MOST_SIGNALS} more", "faint"), INDENT)
    for number, match in enumerate(need.ads, start=first):
        yield _ad(number, match)
    if not need.ads:
        yield _indented(Text("no ad in the store serves this", "faint"), INDENT)


def _ad(number: int, match: Match) -> RenderableType:
    facts = " · ".join((*details(match.record), match.record.id))
    return Group(
        Text.assemble((f"{number:>3} ", "number"), (match.record.title, "title")), _indented(Text(facts, "faint"), 4)
    )


def _cited(statement: Statement, shown: _Signals) -> tuple[str | tuple[str, str], ...]:
    text = f"{statement.text} " if statement.text else f"{UNCLEAR} "
    return (text, shown.cite(statement.cites))


def _indented(line: Text, columns: int) -> RenderableType:
    return Padding(line, (0, 0, 0, columns), expand=False)
