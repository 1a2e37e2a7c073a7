"""Drawing the next token: the likeliest ones by top-k, top-p, temperature and a seed. Plain numpy, no model needed.

What was likeliest at each place is remembered, so that a text can go back there and take another way without being
evaluated again.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import numpy as np

Logits = np.ndarray[Any, np.dtype[np.float32]]
Tokens = np.ndarray[Any, np.dtype[np.int32]]
Allowed = Callable[[Tokens], np.ndarray[Any, np.dtype[np.bool_]]]

# Of a vocabulary of 150,000 the first 48 hold nearly all of the probability.
REMEMBERED = 48


@dataclass(frozen=True, slots=True)
class Candidates:
    """The likeliest tokens at one place, the likeliest first, with their logits: two rows of the same length."""

    tokens: Tokens
    logits: Logits

    @classmethod
    def of(cls, logits: Logits) -> Candidates:
        """From the logits of the whole vocabulary; of equal ones the smaller token comes first."""
        count = min(REMEMBERED, len(logits))
        top = np.argpartition(logits, len(logits) - count)[-count:].astype(np.int32)
        top = top[np.lexsort((top, -logits[top]))]
        return cls(top, logits[top].astype(np.float32))

    def shares(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """How the probability is divided between them: as many shares, which add up to 1."""
        weights = np.exp((self.logits - self.logits[0]).astype(np.float64))
        return np.asarray(weights / weights.sum())


class Sampler:
    """Draws tokens for one text. The same seed draws the same from the same candidates."""

    def __init__(self, *, temperature: float, top_p: float, seed: int, top_k: int = 40) -> None:
        self._temperature, self._top_p, self._top_k = temperature, top_p, top_k
        self._random = np.random.default_rng(seed % 2**64)

    def draw(self, candidates: Candidates, allowed: Allowed, banned: Container[int] = ()) -> int | None:
        """One of the candidates that is allowed and not banned; None where there is none.

        What is allowed costs time to find out, so the token that would be drawn is tried alone first. Where it is not
        allowed, chance is asked anew: what led to it leads to its neighbours more often than to the others.
        """
        free = np.array([token not in banned for token in candidates.tokens.tolist()]) & np.isfinite(candidates.logits)
        token = self._pick(candidates, free)
        if token is None or allowed(np.array([token], np.int32))[0]:
            return token
        return self._pick(candidates, free & allowed(candidates.tokens))

    def _pick(self, candidates: Candidates, free: np.ndarray[Any, Any]) -> int | None:
        places = np.flatnonzero(free)[: self._top_k]
        if not len(places):
            return None
        if self._temperature <= 0:
            return int(candidates.tokens[places[0]])
        weights = np.exp((candidates.logits[places] - candidates.logits[places[0]]).astype(np.float64))
        # As llama.cpp does, the nucleus is cut before the temperature widens it.
        nucleus = np.searchsorted(np.cumsum(weights) / weights.sum(), self._top_p) + 1
        widened = weights[:nucleus] ** (1 / self._temperature)
        drawn = np.searchsorted(np.cumsum(widened) / widened.sum(), self._random.random(), side="right")
        return int(candidates.tokens[places[min(int(drawn), len(widened) - 1)]])
