"""The fixed beginnings of prompts: evaluated once a job, kept in sequences of their own, and on disk between runs.

A beginning is always evaluated alone and in the same steps, or laid out again as it was, so that the texts which follow
do not depend on what was written before. For the same reason none stays where it is when the work is done: where it
lies between the tokens of others changes the last digits of what is computed from it.
"""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from assistant.llm.native import Context, version
from assistant.llm.sharing import Place, common_prefix

# A prefix takes about 25 MB on disk.
MOST_ON_DISK = 8
DIGEST_BYTES = 32
# What is shorter costs less to evaluate than to read back.
LEAST_ON_DISK = 64


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a beginning is, and how many tokens had to be evaluated for it just now."""

    place: Place
    evaluated: int


class Prefixes:
    """Keeps the beginnings used last, one a sequence, and a copy of each in a folder, if there is one."""

    def __init__(self, context: Context, sequences: Sequence[int], folder: Path | None, fingerprint: str) -> None:
        self._context, self._folder, self._fingerprint = context, folder, fingerprint
        self.places = [Place(sequence) for sequence in sequences]
        self._states: dict[tuple[int, ...], bytes] = {}

    @property
    def cells(self) -> int:
        """How much of the context they take."""
        return sum(len(place.done) for place in self.places)

    def cells_with(self, tokens: list[int]) -> int:
        """How much of the context they take at most when these tokens are kept too."""
        return self.cells + (0 if self._holding(tokens) else len(tokens))

    def known_of(self, tokens: list[int]) -> int:
        """How many of these tokens, from the first on, stand in a beginning that is kept."""
        return max((common_prefix(place.done, tokens) for place in self.places), default=0)

    def keep(self, tokens: list[int], busy: Container[int] = ()) -> Kept | None:
        """See that a sequence holds these tokens; None where all are `busy` (by `id`) with beginnings in use."""
        if (place := self._holding(tokens)) is not None:
            self._note_use(place)
            return Kept(place, 0)
        idle = [place for place in self.places if id(place) not in busy]
        if not idle:
            return None
        place = idle.pop(0)
        self._forget(place)
        while idle and self.cells + len(tokens) > self._context.cells // 2:
            self._forget(idle.pop(0))
        self._note_use(place)
        if not tokens or self._recall(place, tokens):
            return Kept(place, 0)
        self._evaluate(place, tokens)
        state = self._context.saved(place.sequence)
        self._remember(tokens, state)
        self._write(tokens, state)
        return Kept(place, len(tokens))

    def clear(self) -> None:
        """Empty the sequences; the beginnings are still known, and cost next to nothing to lay out again."""
        for place in self.places:
            self._forget(place)
        self.places.sort(key=lambda place: place.sequence)

    def _holding(self, tokens: list[int]) -> Place | None:
        return next((place for place in self.places if place.done == tokens), None)

    def _note_use(self, place: Place) -> None:
        """The one used last stands last; the first is given up when another needs room."""
        self.places.remove(place)
        self.places.append(place)
        if state := self._states.get(tuple(place.done)):
            self._remember(place.done, state)

    def _forget(self, place: Place) -> None:
        self._context.forget(place.sequence)
        place.done = []

    def _evaluate(self, place: Place, tokens: list[int]) -> None:
        place.ahead = list(tokens)
        try:
            while place.ahead:
                self._context.evaluate(place.next_entries(self._context.step))
        except BaseException:
            place.ahead = []
            self._forget(place)
            raise

    def _path(self, tokens: list[int]) -> Path | None:
        if self._folder is None or len(tokens) < LEAST_ON_DISK:
            return None
        name = blake2b(f"{self._fingerprint} {version()} {self._context.step} {tokens}".encode(), digest_size=16)
        return self._folder / f"{name.hexdigest()}.prefix"

    def _recall(self, place: Place, tokens: list[int]) -> bool:
        """Lay out a beginning as it was evaluated earlier, by this engine or by another."""
        state = self._states.get(tuple(tokens)) or self._read(tokens)
        if not state or not self._context.restore(place.sequence, state):
            return False
        place.done = list(tokens)
        self._remember(tokens, state)
        return True

    def _remember(self, tokens: list[int], state: bytes) -> None:
        """As many as there are places, the one used last standing last."""
        self._states.pop(tuple(tokens), None)
        self._states[tuple(tokens)] = state
        for oldest in list(self._states)[: -len(self.places)]:
            del self._states[oldest]

    def _read(self, tokens: list[int]) -> bytes:
        """A beginning from disk, if it is there whole: its hash stands before it."""
        path = self._path(tokens)
        try:
            stored = path.read_bytes() if path else b""
        except OSError:
            return b""
        digest, state = stored[:DIGEST_BYTES], stored[DIGEST_BYTES:]
        return state if digest == _digest(state) else b""

    def _write(self, tokens: list[int], state: bytes) -> None:
        path = self._path(tokens)
        if path is None:
            return
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        # A convenience: a disk that is full or closed to us costs the next run some seconds, nothing else.
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(_digest(state) + state)
            temporary.replace(path)
            self._drop_oldest(path.parent)
        except OSError:
            with suppress(OSError):
                temporary.unlink()

    @staticmethod
    def _drop_oldest(folder: Path) -> None:
        stored = sorted(folder.glob("*.prefix"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in stored[MOST_ON_DISK:]:
            path.unlink(missing_ok=True)


def _digest(state: bytes) -> bytes:
    return blake2b(state, digest_size=DIGEST_BYTES).digest()
