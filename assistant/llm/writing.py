"""One text as it is written: which line it is in, what was written of it, what has to be evaluated next."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator

from assistant.llm.engine import Choice, Field, Form, Piece, Reply, Request, Text, Usage
from assistant.llm.line import END_OF_LINE, Line, Rewound
from assistant.llm.native import Context, Model
from assistant.llm.sampling import Candidates, Sampler
from assistant.llm.sharing import Place

# A full stop after a digit may be a decimal point, so it ends no sentence yet.
SENTENCE_END = re.compile(r"[^\W\d][)'’]?[.!?]$")
# A line that is sent back more often than this goes on as it is, and whoever judges it says what is wrong.
MOST_REWINDS = 30


class Writing:
    """The state of one request. `fixed` tokens of its prompt are the same for the whole job."""

    def __init__(self, request: Request, prompt: list[int], fixed: int, model: Model) -> None:
        self.request, self.fixed = request, fixed
        self.prompt = prompt + model.tokenise(request.fields[0].lead, special=False)
        self.prefix: Place | None = None
        self.place = Place(-1)
        self.finished = False
        self.usage = Usage()
        self._model = model
        self._until = math.inf
        self._texts: dict[str, str] = {}
        self._cut: set[str] = set()
        self._remaining = list(request.fields)
        self._sampler = Sampler(temperature=request.temperature, top_p=request.top_p, seed=request.seed)
        self._line = Line(self._field, model)
        self._rewinds = 0

    @property
    def most_tokens(self) -> int:
        """The context that it needs at most; a lead has a token a byte at most."""
        leads = sum(len(field.lead.encode()) + 1 for field in self.request.fields[1:])
        return len(self.prompt) + leads + sum(field.max_tokens for field in self.request.fields)

    @property
    def own_tokens(self) -> int:
        """What of it no other text of the job has."""
        return self.most_tokens - self.fixed

    def begin(self, prefix: Place, place: Place, usage: Usage) -> None:
        """It has a place now, and the clock runs."""
        self.prefix, self.place = prefix, place
        self.usage += usage
        if self.request.max_seconds:
            self._until = time.monotonic() + self.request.max_seconds

    def advance(self, context: Context, row: int) -> Iterator[Piece]:
        """Draw the next token from the logits in this row, say what it added, and lay it out in the place."""
        if not self._line.length:
            self._line.start = len(self.place.done)
        candidates = Candidates.of(context.logits(row))
        token = self._line.draw(self._sampler, candidates)
        if token is None:
            token = self._line.draw_from_all(self._sampler, context.logits(row))
        self.usage += Usage(generated=1)
        if token is None or self._model.ends_turn(token):
            ended, token = True, None
        else:
            text, ended = self._line.add(token, candidates)
            if text:
                yield Piece(self.request.key, self._field.name, text)
        before = self._rewinds
        while (wrong := self._wrong_from(ended)) is not None and (other := self._go_back(context, wrong)) is not None:
            token, ended = other, False
        if not ended and not self._is_enough() and self._too_long():
            token, ended = self._end_earlier(context, token), True
        if self._rewinds > before:
            yield Piece(self.request.key, self._field.name, self._line.text, instead=True)
        self.place.ahead = self._go_on(token, ended)

    def reply(self) -> Reply:
        return Reply(self.request.key, dict(self._texts), frozenset(self._cut), self.usage)

    def close(self) -> None:
        self._line.close()

    @property
    def _field(self) -> Field:
        return self._remaining[0]

    def _wrong_from(self, ended: bool) -> int | None:
        """Where the line begins to be what its reader does not accept.

        Asked about each token before it is evaluated: one that is a whole word then costs nothing to take back.
        """
        if self.request.watch is None or self._rewinds >= MOST_REWINDS:
            return None
        return self.request.watch(self._field.name, self._line.text.lstrip(), ended or self._is_enough())

    def _go_back(self, context: Context, wrong: int) -> int | None:
        """Forget the line from there on and take another token; None where there is no other."""
        self._rewinds += 1
        kept = self._line.rewind(wrong, self._sampler)
        return self._take_back(context, kept) if kept else None

    def _end_earlier(self, context: Context, token: int | None) -> int | None:
        """End a line that is too long where it could have ended; where it could not, it is cut after this token."""
        form = self._field.form
        ended = None
        if isinstance(form, Text):
            ended = self._line.end_earlier(form.min_chars, sentence=form.enough_chars > 0)
        if ended is None:
            self._cut.add(self._field.name)
            return token
        self._rewinds += 1
        return self._take_back(context, ended)

    def _take_back(self, context: Context, kept: Rewound) -> int | None:
        length = self._line.start + kept.length
        context.forget(self.place.sequence, length)
        self.place.done = self.place.done[:length]
        return kept.token

    def _go_on(self, token: int | None, ended: bool) -> list[int]:
        """The tokens to evaluate next: the one drawn, or what leads to the next line."""
        if ended or self._is_enough():
            return self._end_line(token)
        if time.monotonic() > self._until:
            return self._stop()
        return [] if token is None else [token]

    def _is_enough(self) -> bool:
        form, text = self._field.form, self._line.text.strip()
        long_enough = isinstance(form, Text) and 0 < form.enough_chars <= len(text)
        return long_enough and SENTENCE_END.search(text) is not None

    def _too_long(self) -> bool:
        form = self._field.form
        over_limit = isinstance(form, Text) and len(self._line.text.strip()) > form.max_chars
        return over_limit or self._line.length >= self._field.max_tokens

    def _stop(self) -> list[int]:
        """End here: the lines that are left stay empty."""
        self._cut.update(field.name for field in self._remaining)
        self._texts[self._field.name] = _whole(self._field.form, self._line.text.strip())
        self._texts |= {field.name: "" for field in self._remaining[1:]}
        self.finished = True
        return []

    def _end_line(self, token: int | None) -> list[int]:
        """Keep the line's text and write the lead of the next one, on a line of its own."""
        self._texts[self._field.name] = _whole(self._field.form, self._line.text.strip())
        drawn = [] if token is None else [token]
        ends_line = bool(drawn) and END_OF_LINE in self._model.piece(drawn[0])
        del self._remaining[0]
        if not self._remaining:
            self.finished = True
            return []
        self._line.close()
        lead = self._model.tokenise(("" if ends_line else "\n") + self._field.lead, special=False)
        self.usage += Usage(evaluated=len(lead))
        self._line, self._rewinds = Line(self._field, self._model), 0
        return drawn + lead


def _whole(form: Form, text: str) -> str:
    """The text without half an id or half an option, where the tokens ran out inside of one."""
    if isinstance(form, Choice):
        return text if text in form.options else ""
    if isinstance(form, Text):
        return text
    return ", ".join(identifier for identifier in text.split(", ") if identifier in form.ids)
