"""What was looked for and not found yet: searches that nothing near them came after, and offers that are weighed."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.embedding.embedder import Vectors
from assistant.intent.explaining.evidence import readable_text
from assistant.intent.explaining.model import Statement
from assistant.intent.stage import OFFERS
from store.records import Signal

# What comes after a search answers it if the cosine of the two is at least this.
ANSWERS = 0.45
ANSWERED_BY = ("closeup", "save", "click", "purchase")
MOST_SEARCHES = 3
MOST_OFFERS = 3
# Two offers are weighed against each other if their cosine is at least this.
ALIKE = 0.6
TITLE_CHARS = 60


def open_searches(signals: Sequence[Signal], vectors: Vectors) -> tuple[Signal, ...]:
    """The searches without a later close-up, save, click or purchase near them; row i of `vectors` is of signal i."""
    found = []
    for row, signal in enumerate(signals):
        if signal.kind != "search":
            continue
        later = [place for place in range(row + 1, len(signals)) if signals[place].kind in ANSWERED_BY]
        if not later or float((vectors[later] @ vectors[row]).max()) < ANSWERS:
            found.append(signal)
    return tuple(found)


def looked_for(signals: Sequence[Signal], vectors: Vectors) -> tuple[Statement, ...]:
    """What is still looked for in an interest, in the words of its signals: nothing here is written by a model."""
    searches = [
        Statement(text, (signal.id,))
        for signal in open_searches(signals, vectors)[-MOST_SEARCHES:]
        if (text := readable_text(signal))
    ]
    weighed = _weighed(signals, vectors)
    return (*searches, weighed) if weighed else tuple(searches)


def _weighed(signals: Sequence[Signal], vectors: Vectors) -> Statement | None:
    """The offers of one kind that were looked at since the last purchase, where there are several."""
    bought = max((row for row, signal in enumerate(signals) if signal.kind == "purchase"), default=-1)
    hidden = {signal.target for signal in signals if signal.kind == "hide"}
    rows = {
        signal.target: row
        for row, signal in enumerate(signals)
        if row > bought
        and signal.target_kind in OFFERS
        and signal.kind in ANSWERED_BY
        and signal.target not in hidden
        and readable_text(signal)
    }
    if not rows:
        return None
    latest = list(rows.values())[-1]
    alike = [row for row in rows.values() if float(vectors[row] @ vectors[latest]) >= ALIKE]
    if len(alike) < 2:
        # The last one may be of another kind than those that are compared.
        alike = _pair(list(rows.values()), vectors)
    offers = [signals[row] for row in alike[-MOST_OFFERS:]]
    titles = " or ".join(title_of(signal).partition(",")[0] for signal in offers)
    return Statement(f"which one: {titles}", tuple(signal.id for signal in offers)) if offers else None


def _pair(rows: Sequence[int], vectors: Vectors) -> list[int]:
    """The first of these rows that are alike, with all that are like it; none where no two are."""
    for first in rows:
        alike = [row for row in rows if float(vectors[row] @ vectors[first]) >= ALIKE]
        if len(alike) > 1:
            return alike
    return []


def title_of(signal: Signal) -> str:
    """The first sentence of what a signal was about, shortened at a word."""
    title = readable_text(signal).partition(". ")[0]
    return title if len(title) <= TITLE_CHARS else title[:TITLE_CHARS].rpartition(" ")[0]
