"""The writer in this process: many texts decoded together, what they share evaluated once.

Prompt tokens are the cost of generation on a CPU (250 of them cost as much as 90 generated ones on two cores), so: the
messages before the last, which are the same for a whole job, are evaluated once and kept; what a text has in common
with one that is or was just written is taken from there; the leads of fields are evaluated, never generated. A text
that is finished makes room for the next at once, so that the batch stays full.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import EngineError
from assistant.llm.chat import Chat
from assistant.llm.engine import Engine, Event, Likelihoods, Question, Reply, Source, Usage
from assistant.llm.native import Context, Model
from assistant.llm.prefixes import Prefixes
from assistant.llm.scoring import Weighed, weigh
from assistant.llm.sharing import Entry, Place, best_donor, promised
from assistant.llm.writing import Writing

CONTEXT_CELLS = 10240
# Fixed beginnings that are kept at once: one a format that is being written.
KEPT = 3
# A prompt is evaluated in steps of at most this many tokens, so that Ctrl-C is heard within about two seconds.
STEP = 128
# Wide batches keep both cores busy: on two of them a token costs half in a batch of 32.
PARALLEL = 32


class LlamaEngine(Engine):
    """Writes with a GGUF model on llama.cpp. `parallel` texts are decoded at once; more of them wait their turn.

    `cache` is a folder for the fixed beginnings of prompts, evaluated once for all runs.
    """

    can_score = True

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        fingerprint: str,
        threads: int,
        parallel: int = PARALLEL,
        cache: Path | None = None,
    ) -> None:
        self.name, self.fingerprint, self.parallel = name, fingerprint, parallel
        self._model = Model(path)
        self._chat = Chat(self._model, name)
        # One more than texts need: what the answers of a question go on from.
        sequences = KEPT + parallel + 1
        self._context = Context(self._model, cells=CONTEXT_CELLS, sequences=sequences, step=STEP, threads=threads)
        self._prefixes = Prefixes(self._context, range(KEPT), cache, fingerprint)
        self._places = [Place(sequence) for sequence in range(KEPT, sequences - 1)]
        self._base = Place(sequences - 1)
        self._writings: dict[int, Writing] = {}
        self._held: deque[Writing] = deque()
        self._turn = threading.Lock()
        self._owner = 0

    def serve(self, source: Source) -> Iterator[Event]:
        with self._owned():
            try:
                while True:
                    yield from self._take_in(source)
                    entries = self._next_step()
                    if not entries:
                        return
                    self._context.evaluate(entries)
                    for row, entry in enumerate(entries):
                        if entry.read:
                            yield from self._advance(entry.sequence, row)
            finally:
                self._clear()

    def score(self, questions: Sequence[Question]) -> dict[str, Likelihoods]:
        with self._owned():
            try:
                return {question.key: self._likelihoods(question) for question in questions}
            finally:
                self._clear()

    def close(self) -> None:
        self._context.close()
        self._model.close()

    def _likelihoods(self, question: Question) -> Likelihoods:
        """Weigh one question; what its prompt has in common with the one before is not evaluated again."""
        tokens, fixed = self._chat.tokens(question.messages)
        prompt = tokens + self._model.tokenise(question.lead, special=False)
        answers = [self._model.tokenise(answer, special=False) for answer in question.answers]
        weighed = Weighed(question, prompt, fixed, answers)
        if (needed := weighed.cells(self.parallel)) > self._longest:
            return Likelihoods(question.key, (), (), error=self._too_long(needed))
        kept = self._prefixes.keep(prompt[:fixed])
        places = [self._base] if kept is None else [kept.place, self._base]
        donor, known = best_donor(prompt, places)
        self._hand_over(donor, self._base, known)
        self._base.ahead = prompt[known:]
        evaluated = (kept.evaluated if kept else 0) + len(self._base.ahead)
        weigh(weighed, self._base, self._places, self._context)
        return weighed.likelihoods(Usage(evaluated + weighed.own_tokens, len(prompt) - evaluated))

    @contextmanager
    def _owned(self) -> Iterator[None]:
        """One thread writes at a time and others wait; who asks again in the middle of its own texts is refused."""
        if self._owner == threading.get_ident():
            raise EngineError("The writer is busy with other texts.", hint="Report this as a defect.")
        with self._turn:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = 0

    def _take_in(self, source: Source) -> Iterator[Event]:
        """Fill the free places, and begin what need not wait for what another text is about to evaluate."""
        # Asked again after a text that is refused: it left its place free, and another may come instead.
        while (free := self._free) > 0 and (requests := source(free)):
            for request in requests:
                tokens, fixed = self._chat.tokens(request.messages)
                writing = Writing(request, tokens, fixed, self._model)
                if writing.most_tokens > self._longest:
                    writing.close()
                    yield self._refusal(writing)
                else:
                    self._held.append(writing)
        for _ in range(len(self._held)):
            writing = self._held.popleft()
            if not self._begin(writing):
                self._held.append(writing)

    @property
    def _free(self) -> int:
        return self.parallel - len(self._writings) - len(self._held)

    @property
    def _longest(self) -> int:
        """The tokens that one text may need: half of the context is for fixed beginnings."""
        return min(self._model.trained_context, self._context.cells // 2)

    def _begin(self, writing: Writing) -> bool:
        """Give a text a place and what is known of its prompt; False where it has to wait."""
        if not self._has_room(writing):
            return False
        busy = {id(active.prefix) for active in self._writings.values()}
        kept = self._prefixes.keep(writing.prompt[: writing.fixed], busy)
        if kept is None:
            return False
        active = [place for place in self._places if place.sequence in self._writings]
        donor, known = best_donor(writing.prompt, [kept.place, *self._places])
        if promised(writing.prompt, active) > known:
            return False
        place = next(place for place in self._places if place not in active)
        self._hand_over(donor, place, known)
        place.ahead = writing.prompt[known:]
        writing.begin(kept.place, place, Usage(kept.evaluated + len(place.ahead), known - kept.evaluated))
        self._writings[place.sequence] = writing
        # The one used last stands last, so that what was written lately is known for as long as possible.
        self._places.remove(place)
        self._places.append(place)
        return True

    def _has_room(self, writing: Writing) -> bool:
        """Whether a text fits beside those that are being written, if need be without what is only remembered."""
        needed = writing.own_tokens + sum(active.own_tokens for active in self._writings.values())
        room = self._context.cells - self._prefixes.cells_with(writing.prompt[: writing.fixed])
        if needed > room and self._writings:
            return False
        remembered = [place for place in self._places if place.sequence not in self._writings]
        if needed + sum(len(place.done) - self._prefixes.known_of(place.done) for place in remembered) > room:
            for place in remembered:
                self._forget(place)
        return True

    def _hand_over(self, donor: Place | None, place: Place, known: int) -> None:
        """Let a place begin with what a donor, which may be itself, knows of a prompt."""
        if donor is place:
            self._context.forget(place.sequence, known)
            place.done = place.done[:known]
            return
        self._forget(place)
        if donor is not None:
            self._context.share(donor.sequence, place.sequence, known)
            place.done = donor.done[:known]

    def _next_step(self) -> list[Entry]:
        """One step for all: what was drawn comes first, so that texts go on while prompts are evaluated."""
        active = [place for place in self._places if place.sequence in self._writings]
        entries: list[Entry] = []
        for place in sorted(active, key=lambda place: (len(place.ahead), place.sequence)):
            entries += place.next_entries(STEP - len(entries))
        return entries

    def _advance(self, sequence: int, row: int) -> Iterator[Event]:
        writing = self._writings[sequence]
        yield from writing.advance(self._context, row)
        if writing.finished:
            del self._writings[sequence]
            writing.close()
            yield writing.reply()

    def _forget(self, place: Place) -> None:
        self._context.forget(place.sequence)
        place.done, place.ahead = [], []

    def _clear(self) -> None:
        """Forget all texts, so that the next ones are the same whatever was written before."""
        for writing in (*self._writings.values(), *self._held):
            writing.close()
        self._writings.clear()
        self._held.clear()
        for place in (*self._places, self._base):
            self._forget(place)
        self._prefixes.clear()
        self._places.sort(key=lambda place: place.sequence)

    def _refusal(self, writing: Writing) -> Reply:
        return Reply(writing.request.key, {}, error=self._too_long(writing.most_tokens))

    def _too_long(self, tokens: int) -> str:
        return f"It needs {tokens} tokens of context, and {self._longest} are there for one text."
