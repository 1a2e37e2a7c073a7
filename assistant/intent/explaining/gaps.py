"""What is not known yet, told by what is missing for interests of this kind, and what would help next."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assistant.intent.explaining.constraints import Constraint
from assistant.intent.explaining.data import toml
from assistant.intent.explaining.model import Statement
from assistant.intent.stage import Evidence, Stage
from store.records import Interest

MOST_UNKNOWN = 3
MOST_CITED = 4


def missing(topics: Collection[Interest], stage: Stage, constraints: Sequence[Constraint]) -> tuple[str, ...]:
    """The kinds of constraint that matter for these interests at this stage and that no signal shows."""
    data = toml("gaps")
    matter = [kind for topic in list(topics)[:1] for kind in data["matters"][topic]] or data["matters"]["other"]
    known = {constraint.kind for constraint in constraints}
    return tuple(kind for kind in data["asked"][stage] if kind in matter and kind not in known)[:MOST_UNKNOWN]


def unknown(kinds: Sequence[str], looked_through: Sequence[str]) -> tuple[Statement, ...]:
    """What is missing in words; each rests on all signals that were looked through."""
    number = f"{len(looked_through)} signal{'s' if len(looked_through) != 1 else ''}"
    told = toml("gaps")["missing"]
    return tuple(Statement(told[kind].format(n=number), tuple(looked_through)) for kind in kinds)


def next_help(stage: Stage, kinds: Sequence[str], evidence: Sequence[Evidence]) -> Statement:
    """What would help next; it rests on the signals that show the stage."""
    helps = toml("gaps")["next"][stage]
    text = helps[next((kind for kind in kinds if kind in helps), "any")]
    shown = [identifier for item in evidence if item.stage is stage for identifier in item.cites]
    return Statement(text, tuple(shown[-MOST_CITED:]))


def more_signals(seen: Sequence[str]) -> Statement:
    """What helps where nothing is clear yet."""
    return Statement(toml("gaps")["unclear"], tuple(seen[-MOST_CITED:]))
