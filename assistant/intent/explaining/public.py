"""What of an interest may be told to an advertiser: only what stands in public pins and offers, never in a search."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from assistant.intent.explaining.claims import sensitive_words
from assistant.intent.explaining.constraints import Constraint, constraints_of
from assistant.intent.explaining.evidence import readable_text
from assistant.intent.explaining.facts import quoting, shared_phrases
from assistant.intent.explaining.support import MOST_CITED, Support
from store.records import Interest, Signal


def public_signals(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Those whose text everybody can read: what was done to a pin or an offer, and no hide."""
    return tuple(signal for signal in signals if signal.target and signal.kind not in ("search", "hide"))


def public_wants(sentences: Sequence[str], signals: Sequence[Signal], support: Support) -> str:
    """What an interest wants, said by public texts alone: the first sentence told of it that they bear out.

    Else the phrases that most of them share; empty where they share none, or it is one that is never said.
    """
    public = public_signals(signals)
    ids = [signal.id for signal in public]
    borne_out = (text for text in sentences if text and support.check(text, ids[:MOST_CITED], ids).holds)
    if text := next(borne_out, ""):
        return text
    phrases = shared_phrases([readable_text(signal) for signal in public])
    return quoting(phrases) if phrases and not sensitive_words(" ".join(phrases)) else ""


def public_constraints(signals: Sequence[Signal], topics: Collection[Interest]) -> tuple[Constraint, ...]:
    """The constraints that several public texts share."""
    return constraints_of(public_signals(signals), topics)
