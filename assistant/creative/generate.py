"""Write variants of ads, many products at once: one angle each, checked, and written again where a check failed.

What failed is written again alone, up to three times, with what was wrong; texts that passed stay as they are. While
one product's variants are judged the next one's are being written, so that the writer is never idle.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.creative.angles.catalogue import Angle
from assistant.creative.angles.choosing import spare_angles
from assistant.creative.asking import examples, fields, messages
from assistant.creative.formats import Format, Shape
from assistant.creative.judge import Judgement, judge, without_optional
from assistant.creative.labels import alt_text
from assistant.creative.ranking.rank import rank
from assistant.creative.watching import Watching
from assistant.embedding.embedder import Embedder
from assistant.embedding.remembering import RememberingEmbedder
from assistant.errors import defect
from assistant.llm.engine import Engine, Field, Piece, Reply, Request, Usage
from prompts import load
from store.creatives import Brief, Creative, Finding, Provenance, Severity
from store.serial import text_hash, to_json

ATTEMPTS = 3
TEMPERATURE = 0.6
# A retry draws from another part of the random numbers than any first attempt.
SEEDS_APART = 1000
# What is found where a variant has the idea of another one.
SAME_AGAIN = frozenset({"same_idea", "same_words"})
# A text that the machine takes longer for than this has gone astray.
MOST_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to write for one product in one format: a variant for each angle.

    `kept` has texts by angle and slot that are not to be written; something has to be left to write. `feed` and
    `settings` go into the provenance.
    """

    key: str
    brief: Brief
    format: Format
    angles: tuple[Angle, ...]
    seed: int = 0
    feed: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order: its creatives, the accepted ones first and ranked.

    `error` says why one could not be written at all, so that there are fewer creatives than angles.
    """

    key: str
    creatives: tuple[Creative, ...]
    usage: Usage
    error: str = ""


Event = Piece | Creative | Outcome


def write_all(orders: Iterable[Order], engine: Engine, embedder: Embedder | None = None) -> Iterator[Event]:
    """Yield pieces as they are written, a creative each time one is judged, and an outcome at the end of each order.

    Orders are taken as there is room, and end in the order in which they are done. A creative with problems is followed
    by another of the same angle, up to three in all. The key of a piece is that of its order and the angle's name.
    """
    desk = _Desk(orders, engine, embedder)
    for event in engine.serve(desk.requests):
        if isinstance(event, Piece):
            yield event
        else:
            yield from desk.receive(event)
    # An order without angles asks for nothing, and an engine that was given nothing has nothing to reply to.
    yield from desk.finished()


def write(order: Order, engine: Engine, embedder: Embedder | None = None) -> Iterator[Event]:
    """Write the variants of one order."""
    return write_all([order], engine, embedder)


def piece_key(order: Order, angle: Angle) -> str:
    return f"{order.key} {angle.name}".strip()


@dataclass(slots=True)
class _Variant:
    """One variant on its way: which texts are given, which passed, what was wrong with the others, what it has cost."""

    job: _Job
    number: int
    angle: Angle
    kept: Mapping[str, str]
    passed: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0
    advice: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)
    creative: Creative | None = None
    error: str = ""

    @property
    def key(self) -> str:
        return piece_key(self.job.order, self.angle)

    def request(self) -> Request:
        order = self.job.order
        self.attempt += 1
        return Request(
            key=self.key,
            messages=messages(order.brief, order.format, self.advice),
            fields=self.left_to_write,
            temperature=TEMPERATURE,
            seed=self.seed,
            max_seconds=MOST_SECONDS,
            watch=self.job.watch.of(self.key, {**self.passed, **self.kept}),
        )

    @property
    def left_to_write(self) -> tuple[Field, ...]:
        return fields(self.job.order.format, self.angle.instruction, {**self.passed, **self.kept})

    @property
    def tried_enough(self) -> bool:
        """Whether another try is one too many, or would have nothing to write: only a kept text is wrong then."""
        return self.attempt == ATTEMPTS or not self.left_to_write

    @property
    def seed(self) -> int:
        return self.job.order.seed + self.attempt * SEEDS_APART + self.number

    def take_another_angle(self) -> None:
        """Where the idea of another variant came out again, an angle that nobody has taken leads elsewhere."""
        alike = self.creative is not None and any(found.code in SAME_AGAIN for found in self.creative.findings)
        if alike and self.job.spare:
            self.angle, self.advice = self.job.spare.popleft(), ()


@dataclass(slots=True)
class _Job:
    """An order on its way."""

    order: Order
    watch: Watching
    spare: deque[Angle]
    variants: list[_Variant] = field(default_factory=list)
    left: int = 0

    @property
    def accepted(self) -> list[Mapping[str, str]]:
        return [found.creative.texts for found in self.variants if found.creative and found.creative.accepted]


class _Desk:
    """Hands out what is to be written, retries first, and judges what comes back."""

    def __init__(self, orders: Iterable[Order], engine: Engine, embedder: Embedder | None) -> None:
        self._orders, self._engine = iter(orders), engine
        self._embedder = RememberingEmbedder(embedder) if embedder else None
        self._waiting: deque[_Variant] = deque()
        self._writing: dict[str, _Variant] = {}
        self._without_angles: list[_Job] = []

    def requests(self, room: int) -> Sequence[Request]:
        while len(self._waiting) < room and (order := next(self._orders, None)) is not None:
            self._open(order)
        taken = [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
        self._writing |= {variant.key: variant for variant in taken}
        return [variant.request() for variant in taken]

    def receive(self, reply: Reply) -> Iterator[Creative | Outcome]:
        variant = self._writing.pop(reply.key)
        variant.usage += reply.usage
        if reply.error:
            variant.error = reply.error
        else:
            try:
                variant.creative = self._judged(variant, reply)
            except Exception as error:  # noqa: BLE001 - `defect` raises what is none again
                variant.creative, variant.error = None, defect(error)
            else:
                yield variant.creative
                if not variant.creative.accepted and not variant.tried_enough:
                    variant.take_another_angle()
                    self._waiting.appendleft(variant)
                    return
        variant.job.left -= 1
        if not variant.job.left:
            yield self._outcome(variant.job)

    def finished(self) -> Iterator[Outcome]:
        return (self._outcome(job) for job in self._without_angles)

    def _open(self, order: Order) -> None:
        spare = deque(spare_angles(order.brief.product, order.angles))
        job = _Job(order, Watching(order.brief, order.format), spare, left=len(order.angles))
        job.variants = [
            _Variant(job, number, angle, order.kept.get(angle.name, {})) for number, angle in enumerate(order.angles)
        ]
        self._waiting.extend(job.variants)
        if not job.variants:
            self._without_angles.append(job)

    def _judged(self, variant: _Variant, reply: Reply) -> Creative:
        order = variant.job.order
        texts = _in_order(order.format, {**_labels(order), **variant.passed, **reply.texts, **variant.kept})
        judgement = judge(
            texts,
            order.brief,
            order.format,
            cut=reply.cut,
            others=[_without(variant.kept, texts) for texts in variant.job.accepted],
            examples=(*examples(order.format), *order.refused),
            embedder=self._embedder,
        )
        variant.passed, variant.advice = _lessons(reply, variant.passed, judgement)
        if variant.tried_enough:
            texts, judgement = without_optional(texts, order.format, judgement)
        return self._creative(variant, texts, judgement)

    def _creative(self, variant: _Variant, texts: Mapping[str, str], judgement: Judgement) -> Creative:
        order, engine = variant.job.order, self._engine
        return Creative(
            product_id=order.brief.product.id,
            format=order.format.name,
            angle=variant.angle.name,
            texts=texts,
            claims=judgement.claims,
            findings=judgement.findings,
            tokens=variant.usage.evaluated + variant.usage.generated,
            provenance=Provenance(
                model=engine.name,
                model_sha256=engine.fingerprint,
                prompt_hash=load(order.format.prompt).version,
                seed=variant.seed,
                attempt=variant.attempt,
                feed=order.feed,
                product_hash=text_hash(to_json(order.brief.product)),
                settings=order.settings,
            ),
        )

    def _outcome(self, job: _Job) -> Outcome:
        written = [variant.creative for variant in job.variants if variant.creative]
        ranked = rank(written, job.order.brief, self._embedder, job.order.beside)
        usage = sum((variant.usage for variant in job.variants), Usage())
        error = next((variant.error for variant in job.variants if not variant.creative), "")
        return Outcome(job.order.key, ranked, usage, error)


def _labels(order: Order) -> dict[str, str]:
    """The texts that the program writes itself."""
    slots = (slot for slot in order.format.slots if slot.shape is Shape.LABEL)
    return {slot.name: alt_text(order.brief.product) for slot in slots}


def _in_order(format: Format, texts: Mapping[str, str]) -> dict[str, str]:
    return {slot.name: texts[slot.name] for slot in format.slots if slot.name in texts}


def _without(kept: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, str]:
    """What is kept may be the same in all variants."""
    return {name: text for name, text in texts.items() if name not in kept}


def _lessons(reply: Reply, passed: Mapping[str, str], judgement: Judgement) -> tuple[dict[str, str], tuple[str, ...]]:
    """The texts that stay, and what to tell the writer about the others.

    Where the whole is at fault (it is like another variant, say) all of it is written again.
    """
    blocking: list[Finding] = [finding for finding in judgement.findings if finding.severity is Severity.BLOCK]
    advice = tuple(finding.advice for finding in blocking if finding.advice)
    if "" in judgement.failing:
        return {}, advice
    texts = {**passed, **reply.texts}
    return {name: text for name, text in texts.items() if name not in judgement.failing}, advice
