"""What of an interest may be told to an advertiser: only what stands in public pins and offers, never in a search."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assistant.intent.explaining.constraints import Constraint, constraints_of
from assistant.intent.explaining.evidence import readable_text
from assistant.intent.explaining.facts import quoting, shared_phrase
from assistant.intent.explaining.support import MOST_CITED, Support, sensitive_words
from store.records import Interest, Signal


def public_signals(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Those whose text everybody can read: what was done to a pin or an offer, and no hide."""
    return tuple(signal for signal in signals if signal.target and signal.kind not in ("search", "hide"))


def public_wants(text: str, signals: Sequence[Signal], support: Support) -> str:
    """What an interest wants, said by public texts alone: the sentence told of it where they bear it out.

    Else the phrase that most of them share; empty where they share none, or it is one that is never said.
    """
    ids = [signal.id for signal in public_signals(signals)]
    if text and support.check(text, ids[:MOST_CITED], ids).holds:
        return text
    phrase = shared_phrase([readable_text(signal) for signal in public_signals(signals)])
    return quoting(phrase) if phrase and not sensitive_words(phrase) else ""


def public_constraints(signals: Sequence[Signal], topics: Collection[Interest]) -> tuple[Constraint, ...]:
    """The constraints that several public texts share."""
    return constraints_of(public_signals(signals), topics)
