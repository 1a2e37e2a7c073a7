"""The words of written copy, all frozen: briefs, house styles, findings, claims, creatives and their provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from store.records import Part, Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A house style: how a brand sounds, what it does and does not do, its words, and a few of its own ads."""

    name: str = ""
    voice: str = ""
    do: tuple[str, ...] = ()
    dont: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


NO_STYLE = Style()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What is to be written: a product's facts, for whom, in which tone, for what and in which language.

    `use` are words that the copy should have, `avoid` words that it must not have.
    """

    product: Product
    audience: str = ""
    tone: str = ""
    objective: str = ""
    season: str = ""
    language: str = "English"
    use: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    style: Style = NO_STYLE


class Severity(StrEnum):
    """What a finding does: a blocked text does not leave; a warning is shown for a person to decide."""

    BLOCK = "block"
    WARN = "warn"
    INFORM = "inform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found in a text.

    `check` is who found it: `limits`, `policy`, `grounding`, `distinct` or `language`. `code` is the platform's own
    reason code for policy (`WEIGHT_LOSS`), a short name otherwise (`too_long`). The span is in code points of the text
    of `slot`; start and end are both 0 where the whole text is meant. `message` is for a person, `advice` for the
    writer who tries again.
    """

    check: str
    code: str
    message: str
    severity: Severity = Severity.BLOCK
    slot: str = ""
    start: int = 0
    end: int = 0
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something that a text asserts, its span in code points, and the fact that supports it (or why none does).

    `confidence` is how sure the checker is of its verdict, from 0 to 1.
    """

    text: str
    start: int
    end: int
    kind: str
    supported_by: str = ""
    reason: str = ""
    confidence: float = 1.0

    @property
    def supported(self) -> bool:
        return bool(self.supported_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a creative comes from, so that it can be made again: everything that decided its text.

    `feed` and `product_hash` say which facts, `settings` what was asked for (audience, tone, style, variants ...).
    """

    model: str
    model_sha256: str
    prompt_hash: str
    seed: int
    attempt: int
    feed: str = ""
    product_hash: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Creative:
    """One variant of an ad: its texts by slot, the claims in each, what was found, where it comes from.

    Once ranked among the variants of its product it has a `rank` from 1, the `parts` of its score and a `reason` in a
    sentence. `tokens` counts what was evaluated and generated for it, retries included.
    """

    product_id: str
    format: str
    angle: str
    texts: Mapping[str, str]
    claims: Mapping[str, tuple[Claim, ...]]
    findings: tuple[Finding, ...]
    provenance: Provenance
    rank: int = 0
    parts: tuple[Part, ...] = ()
    reason: str = ""
    tokens: int = 0

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What keeps it from leaving."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.BLOCK)

    @property
    def accepted(self) -> bool:
        return not self.blocking

    @property
    def problems(self) -> tuple[str, ...]:
        """What keeps it from leaving, in sentences."""
        return tuple(finding.message for finding in self.blocking)

    @property
    def score(self) -> float:
        return sum(part.points for part in self.parts)
