"""Whether there is enough to say something of an interest, and which of its signals to say it from."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.embedding.embedder import Vectors
from assistant.intent.interests.profile import PersonalInterest
from assistant.vocabulary.orders import without_orders
from store.records import Signal

# How much each kind of signal shows. Two of them may be chance, but for a purchase and two searches.
STRENGTH = {"purchase": 2.0, "search": 1.5, "click": 1.0, "save": 1.0, "closeup": 0.5}
ENOUGH = 3.0
# Below this mean cosine to its most typical signal the signals of an interest do not agree on what it is.
AGREES = 0.25
# From this share of hidden signals on, beside those for it, they contradict it.
AGAINST = 1 / 3
MOST_SHOWN = 5
SHOWN_CHARS = 110


def unclear_because(interest: PersonalInterest, members: Sequence[Signal], cohesion: float) -> str:
    """Why nothing is told of an interest; empty where something can be."""
    readable = [signal for signal in members if readable_text(signal)]
    number = f"{len(members)} signal{'s' if len(members) != 1 else ''}"
    if sum(STRENGTH.get(signal.kind, 0.5) for signal in readable) < ENOUGH:
        return f"not clear from {number}"
    hidden = len(interest.against)
    if hidden >= AGAINST * (len(members) + hidden):
        return f"not clear from {number}: as many as {hidden} like them {'were' if hidden > 1 else 'was'} hidden"
    return f"not clear from {number}, which do not agree" if cohesion < AGREES else ""


def cohesion_of(rows: Sequence[int], medoid: int, vectors: Vectors) -> float:
    """The mean cosine of the other signals of an interest to its most typical one; 1 where there is no other."""
    others = [row for row in rows if row != medoid]
    return float((vectors[others] @ vectors[medoid]).mean()) if others else 1.0


def shown_signals(interest: PersonalInterest, members: Sequence[Signal]) -> tuple[Signal, ...]:
    """The few signals that say most of an interest, oldest first: the most typical, then searches, then the latest."""
    by_id = {signal.id: signal for signal in members if readable_text(signal)}
    typical = [by_id[identifier] for identifier in interest.medoids if identifier in by_id]
    said = [signal for signal in reversed(members) if signal.kind in ("search", "purchase") and signal.id in by_id]
    latest = [signal for signal in reversed(members) if signal.id in by_id]
    chosen: dict[str, Signal] = {}
    for signal in (*typical[:2], *said[:2], *typical[2:], *latest):
        # The same text twice tells nothing more.
        if len(chosen) < MOST_SHOWN and signal.text not in {other.text for other in chosen.values()}:
            chosen[signal.id] = signal
    return tuple(signal for signal in members if signal.id in chosen)


def readable_text(signal: Signal) -> str:
    """What may be shown to the writer of a signal: no orders to it, no addresses, and not more than says what it is."""
    text = " ".join(without_orders(signal.text).split())
    if len(text) <= SHOWN_CHARS:
        return text
    return text[:SHOWN_CHARS].rpartition(" ")[0].rstrip(" .,;:-")
