"""The words of a batch: what a run is to write, what came of it, and what was left without copy and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from store.creatives import Creative
from store.records import Product


class RowState(StrEnum):
    """What became of a row's present order."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A product of a feed, the line where it stands, and the hash of its order in each format."""

    product: Product
    feed: str
    line: int
    orders: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row of a feed that is no product; `excerpt` is what it looks like."""

    feed: str
    line: int
    id: str
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A row that is to be finished. `tries` counts the times that this order failed before."""

    product: Product
    format: str
    order_hash: str
    feed: str
    line: int
    tries: int


class Finished(NamedTuple):
    """What came of a row: its creatives, accepted or not, the tokens they took, and why where none was accepted."""

    creatives: Sequence[Creative]
    tokens: int = 0
    reason: str = ""

    @property
    def state(self) -> RowState:
        return RowState.DONE if any(creative.accepted for creative in self.creatives) else RowState.FAILED


class Failure(NamedTuple):
    """A row without copy and why. One that is no product has no format and no title, but what it looks like."""

    feed: str
    line: int
    id: str
    reason: str
    format: str = ""
    title: str = ""
    excerpt: str = ""


class Counts(NamedTuple):
    """How many rows of a run are in which state, the variants of those that are done, and the rows rejected."""

    waiting: int
    done: int
    failed: int
    accepted: int
    dropped: int
    rejected: int

    @property
    def rows(self) -> int:
        return self.waiting + self.done + self.failed

    @property
    def complete(self) -> bool:
        """Whether every row of the feeds became a product with all its variants."""
        return not (self.waiting or self.failed or self.dropped or self.rejected)
