"""Training an embedder with sentence-transformers: in-batch negatives, warm-up, early stop, old and new mixed.

Nothing is written here: whoever interrupts it has lost the training and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import numpy as np

from assistant.embedding.embedder import Embedder, Role, Vectors
from assistant.embedding.export import PROMPT_NAMES, load, prompt_of, quiet
from assistant.embedding.tuning.examples import Example, Grades, batches, draw_examples

# Where the number of a layer stands in the name of a weight.
_LAYER = re.compile(r"\blayers?\.(\d+)\.")
# How much of the way from the old weights to the new ones: between the two lies what serves queries of both kinds.
MIXES = (0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to train. `rate` is the highest learning rate, `tokens` what is read of a text meanwhile.

    `warm_up` is the share of the steps over which the rate rises; after it, it falls to 0. The check is made
    `checks` times an epoch; after `patience` of them that found nothing better it ends.
    """

    epochs: int = 2
    minutes: float = 0.0
    seed: int = 0
    rate: float = 3e-5
    batch: int = 32
    tokens: int = 64
    warm_up: float = 0.1
    checks: int = 1
    patience: int = 3
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where the training is: steps done and in all, examples seen, what the check gave at its best; -inf before it."""

    done: int
    total: int
    examples: int
    best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What became of the training: steps, what the check gave before and at its best, and the mix that gave it."""

    steps: int
    before: float
    best: float
    mix: float
    stopped: str


Check = Callable[[Embedder], float]
Progress = Callable[[Step], None]


class TunedEmbedder(Embedder):
    """A sentence-transformers model as an embedder, in training or after it."""

    def __init__(self, model: Any, name: str) -> None:
        self.name, self.fingerprint = name, f"{name}-in-training"
        self.dimension = int(model.get_embedding_dimension())
        self.max_tokens = int(model.max_seq_length)
        self.model = model
        self.prefixes: dict[Role, str] = {role: prompt_of(model, role) for role in PROMPT_NAMES}

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        vectors: Vectors = self.model.encode(
            list(texts), prompt=self.prefixes[role], normalize_embeddings=True, show_progress_bar=False
        )
        return vectors


def tune(
    source: Path, grades: Grades, plan: Plan, check: Check, on_progress: Progress = lambda _: None
) -> tuple[TunedEmbedder, Course]:
    """Train a copy in memory of the model in a folder; `check` says how good it is, on queries it does not learn from.

    Of the mixes of old and new weights that it meets, the one that the check likes best comes back; whether that is
    better than the old is for others to say. Takes 9 s to import and load, and then some 5 examples a second on one
    core. Raises ModelError where the model cannot be loaded.
    """
    with quiet():
        import torch  # 3 s

        torch.set_num_threads(plan.threads)
        torch.manual_seed(plan.seed)
        model = load(source)
        embedder = TunedEmbedder(model, source.name)
        model.max_seq_length = min(embedder.max_tokens, plan.tokens)
        try:
            course = _Training(embedder, plan, check, on_progress).run(grades)
        finally:
            model.eval()
            model.max_seq_length = embedder.max_tokens
    return embedder, course


class _Training:
    def __init__(self, embedder: TunedEmbedder, plan: Plan, check: Check, on_progress: Progress) -> None:
        import torch
        from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

        self._embedder, self._plan, self._check, self._on_progress = embedder, plan, check, on_progress
        self._weights = _free_upper_half(embedder.model)
        self._loss = MultipleNegativesRankingLoss(embedder.model)
        self._optimizer = torch.optim.AdamW(self._weights.values(), lr=plan.rate, weight_decay=0.01)
        self._start = monotonic()

    def run(self, grades: Grades) -> Course:
        plan, random = self._plan, Random(self._plan.seed)
        steps = [
            batch for _ in range(plan.epochs) for batch in batches(draw_examples(grades, random), grades, plan.batch)
        ]
        before = self._check(self._embedder)
        # It chooses among the new weights alone: on a few queries the old ones may be ahead by chance.
        self._best, self._mix = -inf, 0.0
        self._old = self._chosen = self._copy()
        done, stopped = self._learn(steps)
        self._set(self._chosen)
        return Course(
            steps=done, before=before, best=self._best if self._mix else before, mix=self._mix, stopped=stopped
        )

    def _learn(self, steps: list[list[Example]]) -> tuple[int, str]:
        """Take the steps until the check finds nothing better or the time is over; keep the best weights."""
        plan = self._plan
        every, idle, seen = max(1, len(steps) // (plan.epochs * plan.checks)), 0, 0
        for done, batch in enumerate(steps, start=1):
            share = max((done - 0.5) / len(steps), self._share_of_time())
            if share >= 1:
                if (done - 1) % every:
                    self._keep_if_better()
                return done - 1, "time"
            self._step(batch, share)
            seen += len(batch)
            if done % every == 0 or done == len(steps):
                idle = 0 if self._keep_if_better() else idle + 1
            self._on_progress(Step(done=done, total=len(steps), examples=seen, best=self._best))
            if idle == plan.patience:
                return done, "nothing better"
        return len(steps), "done"

    def _step(self, batch: list[Example], share: float) -> None:
        import torch

        warm = self._plan.warm_up
        for group in self._optimizer.param_groups:
            group["lr"] = self._plan.rate * (share / warm if share < warm else (1 - share) / (1 - warm))
        model, prefixes = self._embedder.model.train(), self._embedder.prefixes
        columns = [
            model.preprocess([example.query for example in batch], prompt=prefixes["query"]),
            model.preprocess([example.passage for example in batch], prompt=prefixes["passage"]),
        ]
        if batch[0].against:
            columns.append(model.preprocess([example.against for example in batch], prompt=prefixes["passage"]))
        self._optimizer.zero_grad()
        self._loss(columns, None).backward()
        torch.nn.utils.clip_grad_norm_(self._weights.values(), 1.0)
        self._optimizer.step()

    def _share_of_time(self) -> float:
        return (monotonic() - self._start) / (60 * self._plan.minutes) if self._plan.minutes else 0.0

    def _keep_if_better(self) -> bool:
        """Keep the weights of now, or those on the way to them from the old, if the check likes them best so far."""
        import torch

        self._embedder.model.eval()
        now, best = self._copy(), self._best
        for mix in MIXES:
            mixed = {name: torch.lerp(self._old[name], weight, mix) for name, weight in now.items()}
            self._set(mixed)
            if (found := self._check(self._embedder)) > self._best:
                self._best, self._mix, self._chosen = found, mix, mixed
        self._set(now)
        return self._best > best

    def _set(self, weights: Mapping[str, Any]) -> None:
        import torch

        with torch.no_grad():
            for name, parameter in self._weights.items():
                parameter.copy_(weights[name])

    def _copy(self) -> dict[str, Any]:
        return {name: parameter.detach().clone() for name, parameter in self._weights.items()}


def _free_upper_half(model: Any) -> dict[str, Any]:
    """The weights that are trained, by name: those of the upper half of the layers and of what comes after them.

    What words mean, and the lower layers, were learned from more text than there is here. To leave them alone costs
    little, and saves a third of the time.
    """
    parameters = dict(model.named_parameters())
    numbers = {name: int(found[1]) for name in parameters if (found := _LAYER.search(name))}
    first = (max(numbers.values(), default=-1) + 1) // 2
    for name, parameter in parameters.items():
        parameter.requires_grad = "embeddings." not in name and numbers.get(name, first) >= first
    return {name: parameter for name, parameter in parameters.items() if parameter.requires_grad}
