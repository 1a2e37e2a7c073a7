"""Made histories: subjects are axes of a small space, so that what belongs together is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.embedding.embedder import Vectors
from store.records import Kind, Signal

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORDS = ("lighthouse", "sourdough", "macrame", "tandem", "terrarium", "origami", "kayak", "violin")
Made = tuple[list[Signal], Vectors]


def vector(subject: int, number: int, spread: float = 0.06) -> Vectors:
    """A unit vector near to the axis of a subject, another for each number."""
    made = np.random.default_rng(1_000 * subject + number).normal(scale=spread, size=16)
    made[subject] += 1
    return (made / np.linalg.norm(made)).astype(np.float32)


def signal(subject: int, number: int, *, kind: str = "save", days: float | None = None, target: str = "") -> Signal:
    """A signal on a subject, so many days ago, on a pin of its own where none is named."""
    return Signal(
        id=f"{subject}-{number}",
        kind=kind,
        text=f"{WORDS[subject]} kit number {number} for the weekend",
        target=target or f"pin-{subject}-{number}",
        target_kind=Kind.PIN,
        at=None if days is None else NOW - timedelta(days=days),
    )


@pytest.fixture(scope="session")
def made() -> Callable[..., Made]:
    """Makes a history of `(subject, kind, days ago)`."""

    def make(*rows: tuple[int, str, float | None]) -> Made:
        signals = [signal(subject, number, kind=kind, days=days) for number, (subject, kind, days) in enumerate(rows)]
        vectors = [vector(subject, number) for number, (subject, _, _) in enumerate(rows)]
        return signals, np.array(vectors, dtype=np.float32).reshape(len(rows), 16)

    return make
