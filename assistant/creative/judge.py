"""Whether a text may leave: every check over it in one place, for the model's copy and for a person's alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.creative.bounds.findings import findings as out_of_bounds
from assistant.creative.bounds.vocabulary import vocabulary_findings
from assistant.creative.formats import Format, Shape
from assistant.creative.ground import check as check_claims
from assistant.creative.labels import alt_text
from assistant.creative.ranking.bearing import beside_the_point
from assistant.creative.ranking.distinct import too_alike
from assistant.embedding.embedder import Embedder
from assistant.policy.check import check as check_policy
from store.creatives import Brief, Claim, Finding, Severity

# A checker that is less sure than this of its verdict warns and leaves the decision to a person.
SURE = 0.7


@dataclass(frozen=True, slots=True)
class Judgement:
    """The claims of each text with their support, and what all checks found."""

    claims: Mapping[str, tuple[Claim, ...]]
    findings: tuple[Finding, ...]

    @property
    def failing(self) -> frozenset[str]:
        """The slots that something blocks; an empty name stands for the whole."""
        return frozenset(finding.slot for finding in self.findings if finding.severity is Severity.BLOCK)


def judge(
    texts: Mapping[str, str],
    brief: Brief,
    format: Format,
    *,
    cut: frozenset[str] = frozenset(),
    others: Sequence[Mapping[str, str]] = (),
    examples: Sequence[str] = (),
    embedder: Embedder | None = None,
) -> Judgement:
    """Judge the texts of one variant, by slot.

    `cut` names the slots that the writer could not finish, `others` are the variants accepted before, `examples` the
    ads that the writer was shown. A label as the program writes it is true by construction; a person's is looked at.
    """
    own = alt_text(brief.product)
    copy = {name: text for name, text in texts.items() if format.slot(name).shape is not Shape.LABEL or text != own}
    claims = {name: check_claims(text, brief.product) for name, text in copy.items()}
    shown = (*examples, *brief.style.examples)
    found = [
        *out_of_bounds(texts, cut, format, brief.product, others, brief.language, shown),
        *vocabulary_findings(copy, brief, format),
        *(finding for name, group in claims.items() for finding in unsupported(name, group)),
        *check_policy(copy, product=brief.product),
    ]
    of_the_whole = (
        beside_the_point(copy, brief, format),
        too_alike(copy, others, brief.product, format, embedder) if others else None,
    )
    return Judgement(claims, (*found, *filter(None, of_the_whole)))


def unsupported(slot: str, claims: Sequence[Claim]) -> tuple[Finding, ...]:
    """A finding for each thing that no fact supports, once however often it is said."""
    found = {claim.text.casefold(): claim for claim in reversed(claims) if not claim.supported}
    return tuple(_finding(slot, claim) for claim in sorted(found.values(), key=lambda claim: claim.start))


def _finding(slot: str, claim: Claim) -> Finding:
    return Finding(
        check="grounding",
        code=claim.kind,
        message=f"{claim.kind} {claim.text!r}: {claim.reason}",
        severity=Severity.BLOCK if claim.confidence >= SURE else Severity.WARN,
        slot=slot,
        start=claim.start,
        end=claim.end,
        advice=f"Leave out: {claim.text}.",
    )


def without_optional(
    texts: Mapping[str, str], format: Format, judgement: Judgement
) -> tuple[dict[str, str], Judgement]:
    """Leave out the failing texts that the format can do without, and say so; the others stay as they are."""
    dropped = {
        other.name
        for slot in format.slots
        if slot.name in judgement.failing and not slot.required
        for other in format.slots
        if other.name == slot.name or (_card(slot.name) and _card(other.name) == _card(slot.name))
    }
    kept = {name: text for name, text in texts.items() if name not in dropped}
    claims = {name: group for name, group in judgement.claims.items() if name not in dropped}
    found = tuple(
        replace(finding, severity=Severity.INFORM, message=f"left out, since {finding.message}")
        if finding.slot in dropped and finding.severity is Severity.BLOCK
        else finding
        for finding in judgement.findings
    )
    return kept, Judgement(claims, found)


def _card(slot: str) -> str:
    """The card that a slot belongs to, such as `card_3`; nothing where it belongs to none."""
    return slot.rpartition("_")[0] if slot.startswith("card_") else ""
