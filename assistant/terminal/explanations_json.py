"""The stable shapes of an explanation for programs: the whole, and as each reader gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.intent.explaining.advertising import for_advertiser
from assistant.intent.explaining.constraints import Constraint
from assistant.intent.explaining.model import Draft, Explanation, Need, Statement
from assistant.intent.stage import Evidence
from assistant.terminal.matches import match_as_json
from assistant.terminal.readers import TURN_OFF, reasons_of, to_reader
from store.records import Signal

DIGITS = 3


def explanation_as_json(explanation: Explanation) -> Mapping[str, Any]:
    """Everything that is told, each statement with its citations."""
    return {
        "goal": statement_as_json(explanation.goal),
        "unclear": explanation.unclear or None,
        "stage": explanation.stage,
        "evidence": _evidence(explanation.evidence),
        "constraints": _constraints(explanation.constraints),
        "next": statement_as_json(explanation.next_help),
        "unknown": [statement_as_json(one) for one in explanation.unknown],
        "needs": [_need(need) for need in explanation.needs],
        "dropped": explanation.dropped,
        "rewritten": explanation.rewritten,
    }


def person_as_json(explanation: Explanation, signals: Sequence[Signal]) -> Mapping[str, Any]:
    """Why this is shown, in the second person."""
    return {
        "interests": [
            {
                "wants": to_reader(need.statement.text) or None,
                "unclear": need.unclear or None,
                "because": list(reasons_of(need, signals)),
                "cites": list(need.statement.cites),
                "constraints": _constraints(need.constraints),
                "ads": [match_as_json(match) for match in need.ads],
            }
            for need in explanation.needs
        ],
        "turn_off": TURN_OFF,
    }


def advertiser_as_json(explanation: Explanation) -> Mapping[str, Any]:
    """Intents without their person: no id of a signal and nothing that was searched."""
    return {
        "intents": [
            {
                "wants": wanted.wants,
                "topics": list(wanted.topics),
                "stage": wanted.stage,
                "facets": [{"kind": kind, "value": value} for kind, value in wanted.facets],
                "make": wanted.make,
                "formats": list(wanted.formats),
                "angle": wanted.angle,
                "open_questions": list(wanted.open_questions),
                "ads": [match_as_json(match) for match in wanted.ads],
            }
            for wanted in for_advertiser(explanation)
        ]
    }


def engineer_as_json(explanation: Explanation) -> Mapping[str, Any]:
    """The whole, and how it came about: clusters, weights, drafts with their faults, tokens and seconds."""
    profile, usage = explanation.profile, explanation.usage
    return {
        **explanation_as_json(explanation),
        "signals": profile.signals,
        "apart": list(profile.apart),
        "at": profile.at.isoformat(),
        "clusters": [_cluster(need) for need in explanation.needs],
        "drafts": explanation.drafts,
        "faults": dict(explanation.faults),
        "tokens": {"evaluated": usage.evaluated, "reused": usage.reused, "generated": usage.generated},
        "seconds": round(explanation.seconds, DIGITS),
    }


def statement_as_json(statement: Statement) -> Mapping[str, Any]:
    return {"text": statement.text or None, "cites": list(statement.cites)}


def _need(need: Need) -> Mapping[str, Any]:
    return {
        **statement_as_json(need.statement),
        "key": need.interest.key,
        "label": need.interest.label,
        "unclear": need.unclear or None,
        "weight": round(need.interest.weight, DIGITS),
        "trend": need.interest.trend,
        "topics": list(need.interest.topics),
        "places": [
            {"id": place.node.id, "path": str(place.node), "cosine": round(place.cosine, DIGITS)}
            for place in need.places
        ],
        "stage": need.stage,
        "evidence": _evidence(need.evidence),
        "looks_for": [statement_as_json(one) for one in need.looks_for],
        "constraints": _constraints(need.constraints),
        "next": statement_as_json(need.next_help),
        "unknown": [statement_as_json(one) for one in need.unknown],
        "signals": list(need.signals),
        "ads": [match_as_json(match) for match in need.ads],
    }


def _cluster(need: Need) -> Mapping[str, Any]:
    interest, said = need.interest, need.said
    return {
        "key": interest.key,
        "label": interest.label,
        "members": list(interest.members),
        "medoids": list(interest.medoids),
        "against": list(interest.against),
        "weight": round(interest.weight, DIGITS),
        "freshness": round(interest.freshness, DIGITS),
        "trend": interest.trend,
        "last": interest.last.isoformat() if interest.last else None,
        "cohesion": round(need.cohesion, DIGITS),
        "written_by": said.by or None,
        "rewritten": said.rewritten,
        "dropped": said.dropped,
        "drafts": [_draft(draft) for draft in said.drafts],
    }


def _draft(draft: Draft) -> Mapping[str, Any]:
    return {
        "text": draft.text,
        "cites": list(draft.cites),
        "fault": draft.fault or None,
        "words": list(draft.words),
        "cited_otherwise": draft.repaired,
        "cosine": round(draft.cosine, DIGITS),
        "round": draft.round,
    }


def _evidence(evidence: Sequence[Evidence]) -> list[Mapping[str, Any]]:
    return [{"stage": item.stage, "text": item.text, "cites": list(item.cites)} for item in evidence]


def _constraints(constraints: Sequence[Constraint]) -> list[Mapping[str, Any]]:
    return [{"kind": one.kind, "text": one.text, "cites": list(one.cites)} for one in constraints]
