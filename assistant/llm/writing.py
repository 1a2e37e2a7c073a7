"""One text as it is written: which field it is in, what was written of it, what has to be evaluated next."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator

from assistant.llm.engine import Citations, Field, Form, Piece, Reply, Request, Text, Usage
from assistant.llm.grammar import grammar_for
from assistant.llm.native import Context, Grammar, Model, Sampler

END_OF_LINE = b"\n"
# A full stop after a digit may be a decimal point, so it ends no sentence yet.
SENTENCE_END = re.compile(r"[^\W\d][)'’]?[.!?]$")


class Writing:
    """The state of one request in one sequence. `pending` holds the tokens that the context has not seen yet."""

    def __init__(self, request: Request, sequence: int, prompt: list[int], model: Model) -> None:
        self.request, self.sequence = request, sequence
        self.prompt = prompt + model.tokenise(request.fields[0].lead, special=False)
        self.position = len(self.prompt)
        self.pending: list[int] = []
        self.finished = False
        self.usage = Usage()
        self._model = model
        self._texts: dict[str, str] = {}
        self._cut: set[str] = set()
        self._remaining = list(request.fields)
        self._begin_field()
        self._sampler = Sampler(temperature=request.temperature, top_p=request.top_p, seed=request.seed)

    def advance(self, context: Context, place: int) -> Iterator[Piece]:
        """Draw the next token from the logits at this place and say what it added."""
        token = self._draw(context, place)
        self.usage += Usage(generated=1)
        if token is None or self._model.ends_turn(token):
            self._end_field([])
            return
        self._grammar.accept(token)
        self._tokens += 1
        written, newline, _ = self._model.piece(token).partition(END_OF_LINE)
        text = self._decoder.decode(written)
        if text:
            self._written += text
            yield Piece(self.request.key, self._field.name, text)
        if newline or self._is_enough():
            self._end_field([token])
        elif self._too_long():
            self._cut.add(self._field.name)
            self._end_field([token])
        else:
            self.pending = [token]

    def reply(self) -> Reply:
        return Reply(self.request.key, dict(self._texts), frozenset(self._cut), self.usage)

    def close(self) -> None:
        self._sampler.close()
        self._grammar.close()

    @property
    def _field(self) -> Field:
        return self._remaining[0]

    def _begin_field(self) -> None:
        self._grammar = Grammar(self._model, grammar_for(self._field.form))
        self._decoder = getincrementaldecoder("utf-8")("ignore")
        self._written, self._tokens = "", 0

    def _draw(self, context: Context, place: int) -> int | None:
        token = self._sampler.draw(context, place)
        return token if self._grammar.allows(token) else self._sampler.draw_from(context.logits(place), self._grammar)

    def _is_enough(self) -> bool:
        form, text = self._field.form, self._written.strip()
        long_enough = isinstance(form, Text) and 0 < form.enough_chars <= len(text)
        return long_enough and SENTENCE_END.search(text) is not None

    def _too_long(self) -> bool:
        form = self._field.form
        over_limit = isinstance(form, Text) and len(self._written.strip()) > form.max_chars
        return over_limit or self._tokens >= self._field.max_tokens

    def _end_field(self, drawn: list[int]) -> None:
        """Keep the field's text and write the lead of the next one, on a line of its own."""
        self._texts[self._field.name] = _whole(self._field.form, self._written.strip())
        ends_line = bool(drawn) and END_OF_LINE in self._model.piece(drawn[0])
        del self._remaining[0]
        if not self._remaining:
            self.finished, self.pending = True, []
            return
        self._grammar.close()
        lead = self._model.tokenise(("" if ends_line else "\n") + self._field.lead, special=False)
        self.pending = drawn + lead
        self.usage += Usage(evaluated=len(lead))
        self._begin_field()


def _whole(form: Form, text: str) -> str:
    """The text without half an id at its end, where the tokens ran out inside of one."""
    if not isinstance(form, Citations):
        return text
    return ", ".join(identifier for identifier in text.split(", ") if identifier in form.ids)
