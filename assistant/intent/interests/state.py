"""What is kept of a history, so that new signals are added without starting over: numbers and words, never a text.

`update` takes new signals in; `to_bytes` and `from_bytes` carry a state over to the next run. The state of 10,000
signals is about one megabyte. It holds the ids of the signals and the words of their texts, so it is as personal as
they are: who forgets a signal builds the state anew from the signals that are left.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Vectors
from assistant.errors import InputError, UsageError
from assistant.intent.interests.strands import Strand, condensed, strand_of
from store.records import Signal

MAGIC = b"PWI1"
# Signals taken in together, between two times that strands are laid together.
BLOCK = 1_024
# Only the latest hides are held against interests.
MOST_HIDES = 256
HIDE = "hide"


@dataclass(frozen=True, slots=True)
class Seen:
    """A signal of which the text is gone: `at` in seconds since 1970 or None, `target` a hash of what it was done to
    or ""."""

    id: str
    kind: str
    at: float | None
    target: str

    @property
    def moment(self) -> datetime | None:
        return None if self.at is None else datetime.fromtimestamp(self.at, tz=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileState:
    """The signals of one person, oldest first within each update, and the strands and hides that stand for them.

    `homes` (n,) is for each signal the place of its strand, or of its hide; below 0 where a hide is no longer held.
    """

    seen: tuple[Seen, ...] = ()
    homes: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    strands: tuple[Strand, ...] = ()
    hides: tuple[Strand, ...] = ()
    dimension: int = 0

    def to_bytes(self) -> bytes:
        """The state as bytes that hold no text; vectors lose what lies beyond half precision."""
        kept = (*self.strands, *self.hides)
        head = {
            "dimension": self.dimension,
            "strands": len(self.strands),
            "seen": [[seen.id, seen.kind, seen.at, seen.target] for seen in self.seen],
            "homes": self.homes.tolist(),
            "kept": [
                [kept.count, kept.typical, dict(kept.words), dict(kept.phrases), kept.board, kept.short]
                for kept in kept
            ],
        }
        packed = zlib.compress(json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
        vectors = np.array([strand.vector for strand in kept], dtype="<f2")
        return MAGIC + len(packed).to_bytes(8, "little") + packed + vectors.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> ProfileState:
        """The state that `to_bytes` gave. Raises InputError where the bytes are damaged or of another version."""
        try:
            return _unpacked(data)
        except (ValueError, KeyError, TypeError, IndexError, zlib.error) as error:
            raise InputError(
                "A kept profile cannot be read: it is damaged or of another version.",
                hint="Build it again from the signals.",
            ) from error


def _unpacked(data: bytes) -> ProfileState:
    if data[:4] != MAGIC:
        raise ValueError("no state of a profile")
    end = 12 + int.from_bytes(data[4:12], "little")
    head = json.loads(zlib.decompress(data[12:end]))
    rows = np.frombuffer(data[end:], dtype="<f2").astype(np.float32).reshape(len(head["kept"]), head["dimension"])
    kept = tuple(
        Strand(vector=row, count=count, typical=typical, words=words, phrases=phrases, board=board, short=short)
        for row, (count, typical, words, phrases, board, short) in zip(rows, head["kept"], strict=True)
    )
    seen = tuple(Seen(*values) for values in head["seen"])
    strands, hides = kept[: head["strands"]], kept[head["strands"] :]
    homes = np.array(head["homes"], dtype=np.int32)
    held = [len(hides) if item.kind == HIDE else len(strands) for item in seen]
    if len(homes) != len(seen) or (homes >= held).any():
        raise ValueError("a signal without its strand")
    return ProfileState(seen=seen, homes=homes, strands=strands, hides=hides, dimension=head["dimension"])


def update(state: ProfileState, new_signals: Sequence[Signal], new_vectors: Vectors, now: datetime) -> ProfileState:
    """The state with new signals in it; `new_vectors` has shape (n, dimension), unit rows, row i of signal i.

    A signal whose id is known already is left as it is, so that the same file can be read twice. A time after `now`
    counts as now. Raises UsageError where the vectors are of another dimension than those that are kept.
    """
    _check(state, new_signals, new_vectors)
    seen, homes = list(state.seen), state.homes
    strands, hides = list(state.strands), list(state.hides)
    for rows in _blocks(state, new_signals, now):
        block = []
        for row in rows:
            signal = new_signals[row]
            kept = hides if signal.kind == HIDE else strands
            block.append(len(kept))
            kept.append(strand_of(signal, new_vectors[row], len(seen)))
            seen.append(Seen(signal.id, signal.kind, _seconds(signal, now) if signal.at else None, _target(signal)))
        homes = np.concatenate([homes, np.array(block, dtype=np.int32)])
        strands, places = condensed(strands)
        hidden = np.array([item.kind == HIDE for item in seen])
        gone = max(0, len(hides) - MOST_HIDES)
        homes[hidden] = np.maximum(homes[hidden] - gone, -1)
        homes[~hidden] = places[homes[~hidden]]
        hides = hides[gone:]
    return ProfileState(
        seen=tuple(seen),
        homes=homes,
        strands=tuple(strands),
        hides=tuple(hides),
        dimension=state.dimension or int(new_vectors.shape[-1]),
    )


def _check(state: ProfileState, signals: Sequence[Signal], vectors: Vectors) -> None:
    if len(signals) != len(vectors):
        raise UsageError(f"{len(signals)} signals have {len(vectors)} vectors.", hint="Give one vector for each.")
    if state.dimension and len(signals) and vectors.shape[1] != state.dimension:
        raise UsageError(
            f"The profile has vectors of {state.dimension} dimensions, the new signals of {vectors.shape[1]}.",
            hint="Build the profile again: the embedder was changed.",
        )


def _blocks(state: ProfileState, signals: Sequence[Signal], now: datetime) -> Iterator[list[int]]:
    """The rows of the signals that are new, in the order of time, some at a time.

    A signal without a time stands right after the one that was given before it; of equal times the id decides.
    """
    known = {seen.id for seen in state.seen}
    last = min((_seconds(signal, now) for signal in signals if signal.at), default=0.0)
    keys: list[tuple[float, str, int]] = []
    for row, signal in enumerate(signals):
        last = _seconds(signal, now) if signal.at else last
        if signal.id not in known:
            known.add(signal.id)
            keys.append((last, signal.id if signal.at else "", row))
    rows = [row for _, _, row in sorted(keys)]
    for start in range(0, len(rows), BLOCK):
        yield rows[start : start + BLOCK]


def _seconds(signal: Signal, now: datetime) -> float:
    moment = signal.at or now
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(moment, now if now.tzinfo else now.replace(tzinfo=UTC)).timestamp()


def _target(signal: Signal) -> str:
    """A short hash of what the signal was done to; what is searched for is no such thing."""
    if not signal.target:
        return ""
    return blake2b(f"{signal.target_kind}\0{signal.target}".encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
