"""Write variants of an ad: one angle each, together, checked, and written again where the check found something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.creative.angles import Angle
from assistant.creative.bounds import Finding, findings
from assistant.creative.formats import Format, Slot
from assistant.creative.ground import check
from assistant.llm.engine import Engine, Field, Piece, Reply, Request, Text, conversation
from prompts import load
from store.records import Brief, Claim, Creative, Provenance

PROMPT = "write"
ATTEMPTS = 3
TEMPERATURE = 0.7
SEEDS_APART = 1000
LONGEST_FACT = 1200


def write(
    brief: Brief, angles: Sequence[Angle], format: Format, engine: Engine, *, seed: int = 0
) -> Iterator[Piece | Creative]:
    """Yield pieces as they are written and a creative when it is judged, each keyed by its angle's name.

    A creative with problems is followed by another of the same angle, up to three in all; the last one counts.
    """
    known: dict[str, tuple[Finding, ...]] = {angle.name: () for angle in angles}
    accepted: list[Creative] = []
    for attempt in range(1, ATTEMPTS + 1):
        waiting = [angle for angle in angles if attempt == 1 or known[angle.name]]
        step = _Attempt(brief, format, engine, number=attempt, seed=seed + attempt * SEEDS_APART)
        for event in engine.stream([step.request(angle, known[angle.name]) for angle in waiting]):
            if isinstance(event, Piece):
                yield event
                continue
            creative, known[event.key] = step.judge(event, accepted)
            if creative.accepted:
                accepted.append(creative)
            yield creative
        if not any(known.values()):
            return


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One round: the requests for what is still to be written, and the judgement of what came back."""

    brief: Brief
    format: Format
    engine: Engine
    number: int
    seed: int

    def request(self, angle: Angle, known: Sequence[Finding]) -> Request:
        brief = self.brief
        turns = load(PROMPT).render(
            language=brief.language,
            facts=[(name, text[:LONGEST_FACT]) for name, text in brief.product.facts if name != "availability"],
            audience=brief.audience,
            tone=brief.tone,
            season=brief.season,
            objective=brief.objective,
            angle=angle.instruction,
            advice=list(dict.fromkeys(finding.advice for finding in known)),
        )
        return Request(
            key=angle.name,
            messages=conversation(turns),
            fields=tuple(_field(slot) for slot in self.format.slots),
            temperature=TEMPERATURE,
            seed=self.seed,
        )

    def judge(self, reply: Reply, accepted: Sequence[Creative]) -> tuple[Creative, tuple[Finding, ...]]:
        product = self.brief.product
        claims = {name: check(text, product) for name, text in reply.texts.items()}
        others = [creative.texts for creative in accepted]
        found = (*findings(reply.texts, reply.cut, self.format, product, others), *_unsupported(claims.values()))
        creative = Creative(
            product_id=product.id,
            format=self.format.name,
            angle=reply.key,
            texts=dict(reply.texts),
            claims=claims,
            problems=tuple(finding.problem for finding in found),
            provenance=Provenance(
                model=self.engine.name,
                model_sha256=self.engine.fingerprint,
                prompt_hash=load(PROMPT).version,
                seed=self.seed,
                attempt=self.number,
            ),
        )
        return creative, found


def _field(slot: Slot) -> Field:
    form = Text(max_chars=slot.soft, min_chars=slot.visible // 3, enough_chars=slot.enough)
    return Field(slot.name, form, f"{slot.name.capitalize()}:", max_tokens=slot.soft // 3)


def _unsupported(claims: Iterable[Iterable[Claim]]) -> tuple[Finding, ...]:
    """One finding for each thing that no fact supports, however often it is said."""
    found = {
        f"{claim.kind} {claim.text!r}: {claim.reason}": f"Leave out: {claim.text}."
        for group in claims
        for claim in group
        if not claim.supported
    }
    return tuple(Finding(problem, advice) for problem, advice in found.items())
