"""The writer in this process: many texts decoded together, what they share evaluated once.

Prompt tokens are the cost of generation on a CPU (250 of them cost as much as 90 generated ones on two cores), so:
the tokens that all requests of a call have in common stay in sequence 0 for the next call; what only some share is
evaluated once for those; the leads of fields are evaluated, never generated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.errors import EngineError
from assistant.llm.chat import Chat
from assistant.llm.engine import Engine, Event, Request, Usage
from assistant.llm.native import Context, Model
from assistant.llm.sharing import Entry, common_prefix, common_prefix_of_all, plan
from assistant.llm.writing import Writing

KEPT = 0
CONTEXT_CELLS = 8192
# A prompt is evaluated in steps of this many tokens, so that Ctrl-C is heard within about two seconds.
STEP = 128


class LlamaEngine(Engine):
    """Writes with a GGUF model on llama.cpp. `parallel` texts are decoded at once; more of them wait their turn."""

    def __init__(self, path: Path, *, name: str, fingerprint: str, threads: int, parallel: int = 8) -> None:
        self.name, self.fingerprint, self.parallel = name, fingerprint, parallel
        self._model = Model(path)
        self._chat = Chat(self._model, name)
        cells = min(CONTEXT_CELLS, self._model.trained_context)
        self._context = Context(self._model, cells=cells, sequences=parallel + 1, step=STEP, threads=threads)
        self._kept: list[int] = []

    def stream(self, requests: Sequence[Request]) -> Iterator[Event]:
        for start in range(0, len(requests), self.parallel):
            yield from self._write(requests[start : start + self.parallel])

    def close(self) -> None:
        self._context.close()
        self._model.close()

    def _write(self, requests: Sequence[Request]) -> Iterator[Event]:
        writings: list[Writing] = []
        try:
            for sequence, request in enumerate(requests, start=KEPT + 1):
                writings.append(Writing(request, sequence, self._chat.tokens(request.messages), self._model))
            yield from self._advance(writings, self._prepare(writings))
            while active := [writing for writing in writings if not writing.finished]:
                yield from self._advance(writings, [entry for writing in active for entry in _pending(writing)])
        finally:
            for writing in writings:
                self._context.forget(writing.sequence)
                writing.close()

    def _advance(self, writings: Sequence[Writing], entries: Sequence[Entry]) -> Iterator[Event]:
        """Evaluate entries step by step, and let each text go on whose last known token was among them."""
        for start in range(0, len(entries), STEP):
            step = entries[start : start + STEP]
            self._context.evaluate(step)
            self._kept += [entry.token for entry in step if KEPT in entry.sequences]
            for place, entry in enumerate(step):
                for sequence in entry.ends:
                    writing = writings[sequence - KEPT - 1]
                    yield from writing.advance(self._context, place)
                    if writing.finished:
                        yield writing.reply()

    def _prepare(self, writings: Sequence[Writing]) -> list[Entry]:
        """Hand out what is known already, and lay out the rest of the prompts."""
        prompts = {writing.sequence: writing.prompt for writing in writings}
        common = common_prefix_of_all(list(prompts.values()))
        known = min(common_prefix(self._kept, writings[0].prompt), common)
        self._context.forget(KEPT, known)
        # It grows as tokens are evaluated, so that it is right wherever this is stopped.
        self._kept = self._kept[:known]
        for sequence in prompts:
            self._context.share(KEPT, sequence, known)
        entries = plan(prompts, known)
        self._check_room(known + len(entries), writings)
        _count(writings, entries)
        return [
            replace(entry, sequences=(KEPT, *entry.sequences)) if entry.position < common else entry
            for entry in entries
        ]

    def _check_room(self, tokens: int, writings: Sequence[Writing]) -> None:
        room = tokens + sum(field.max_tokens for writing in writings for field in writing.request.fields)
        if room > self._context.cells:
            self._kept = []
            self._context.forget_all()
            raise EngineError(
                f"These texts need {room} tokens of context, and the model {self.name} has {self._context.cells}.",
                hint="Ask for fewer variants at a time, or shorten the product's description.",
            )


def _pending(writing: Writing) -> Iterator[Entry]:
    """The tokens that this text has drawn or been given since the last step."""
    pending, first = writing.pending, writing.position
    writing.position += len(pending)
    for offset, token in enumerate(pending):
        ends = (writing.sequence,) if offset == len(pending) - 1 else ()
        yield Entry(token, first + offset, (writing.sequence,), ends)


def _count(writings: Sequence[Writing], entries: Sequence[Entry]) -> None:
    """Credit each token of the prompts to the first text that needs it."""
    evaluated = dict.fromkeys((writing.sequence for writing in writings), 0)
    for entry in entries:
        evaluated[entry.sequences[0]] += 1
    for writing in writings:
        own = evaluated[writing.sequence]
        writing.usage += Usage(evaluated=own, reused=len(writing.prompt) - own)
