"""A line of a text while it is written: its tokens with what else was likely at each, and the way back."""

from __future__ import annotations

from codecs import getincrementaldecoder
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from assistant.llm.engine import Field
from assistant.llm.grammar import grammar_for
from assistant.llm.native import Grammar, Model
from assistant.llm.sampling import Candidates, Logits, Sampler

END_OF_LINE, FULL_STOP = b"\n", b"."
# A line that has to end is ended only where the writer thought of it at least as much as this.
LEAST_SHARE = 0.001
# After so many tokens that led nowhere at one place, the word before it is what leads there.
PATIENCE = 3


@dataclass(slots=True)
class _Step:
    """A token that was taken: where in the text it begins, what else was likely, and what of that is ruled out."""

    token: int
    begins: int
    opens_word: bool
    candidates: Candidates
    banned: set[int] = field(default_factory=set)


class Rewound(NamedTuple):
    """How many tokens of the line are kept, and the one that now follows them, if any."""

    length: int
    token: int | None


class Line:
    """The tokens of one field, held to its grammar. `start` is the position of its first token in the sequence."""

    def __init__(self, field: Field, model: Model) -> None:
        self._form, self._model = field.form, model
        self.start = -1
        self._steps: list[_Step] = []
        self._ruled_out: set[int] = set()
        self._reset()

    @property
    def length(self) -> int:
        return len(self._steps)

    def draw(self, sampler: Sampler, candidates: Candidates) -> int | None:
        return sampler.draw(candidates, self._grammar.allowed, self._ruled_out)

    def draw_from_all(self, sampler: Sampler, logits: Logits) -> int | None:
        """Draw where no likely token may come: the grammar looks at the whole vocabulary, which costs 30 ms."""
        allowed = self._grammar.allowed(np.arange(len(logits), dtype=np.int32))
        return sampler.draw(Candidates.of(np.where(allowed, logits, -np.inf)), self._grammar.allowed, self._ruled_out)

    def add(self, token: int, candidates: Candidates) -> tuple[str, bool]:
        """Take a token; returns the text that it adds, and whether it ends the line."""
        opens_word = self._model.piece(token).startswith(b" ")
        self._steps.append(_Step(token, len(self.text), opens_word, candidates, self._ruled_out))
        self._ruled_out = set()
        return self._take(token)

    def rewind(self, offset: int, sampler: Sampler) -> Rewound | None:
        """Go back to before the token that writes the code point at `offset`, and take another there.

        Where others were tried there before, or none is likely, a word further back. None, and the line is as it was,
        where there is no way at all.
        """
        before = self._steps
        offset += len(self.text) - len(self.text.lstrip())
        place = max((n for n, step in enumerate(before) if step.begins <= offset), default=-1)
        while place >= 0:
            further = self._word_before(before, place)
            patient = len(before[place].banned) < PATIENCE or further < 0
            if patient and (rewound := self._turn_off(before[place], place, sampler)):
                return rewound
            place = further
        self._keep(before)
        return None

    def end_earlier(self, least_chars: int, *, sentence: bool) -> Rewound | None:
        """End at the likeliest of the places where the writer nearly ended; a sentence takes its full stop there.

        None, and the line is as it was, where there is no such place after `least_chars`.
        """
        places = ((n, step) for n, step in enumerate(self._steps) if step.begins >= least_chars)
        ways = [(*way, n) for n, step in places if (way := self._way_to_end(step, sentence))]
        if not ways:
            return None
        _, token, place = max(ways)
        ending = self._steps[place].candidates
        self._keep(self._steps[:place])
        if sentence:
            self.add(token, ending)
        return Rewound(place, token if sentence else None)

    def _way_to_end(self, step: _Step, sentence: bool) -> tuple[float, int] | None:
        """How likely the line was to end in place of this step, and by which token."""
        for token, share in zip(step.candidates.tokens.tolist(), step.candidates.shares(), strict=True):
            if share < LEAST_SHARE:
                return None
            if self._model.piece(token).strip() == FULL_STOP if sentence else self._ends(token):
                return float(share), token
        return None

    def _turn_off(self, step: _Step, place: int, sampler: Sampler) -> Rewound | None:
        """Take another token in place of a step, which goes on with the line."""
        self._keep(self._steps[:place])
        token: int | None = step.token
        while token is not None and (token == step.token or self._ends(token)):
            step.banned.add(token)
            token = sampler.draw(step.candidates, self._grammar.allowed, step.banned)
        if token is None:
            return None
        self._ruled_out = step.banned
        self.add(token, step.candidates)
        return Rewound(place, token)

    @staticmethod
    def _word_before(steps: list[_Step], place: int) -> int:
        """The step that begins the word before the one of this step; -1 where there is none."""
        return next((n for n in range(place - 1, -1, -1) if steps[n].opens_word), -1)

    def close(self) -> None:
        self._grammar.close()

    def _take(self, token: int) -> tuple[str, bool]:
        self._grammar.accept(token)
        written, newline, _ = self._model.piece(token).partition(END_OF_LINE)
        text = self._decoder.decode(written)
        self.text += text
        return text, bool(newline)

    def _ends(self, token: int) -> bool:
        return self._model.ends_turn(token) or END_OF_LINE in self._model.piece(token)

    def _keep(self, steps: list[_Step]) -> None:
        """Let the line be these steps; the grammar and the decoder are led along them."""
        self._grammar.close()
        self._reset()
        self._steps, self._ruled_out = list(steps), set()
        for step in steps:
            self._take(step.token)

    def _reset(self) -> None:
        self.text = ""
        self._decoder = getincrementaldecoder("utf-8")("ignore")
        self._grammar = Grammar(self._model, grammar_for(self._form))
