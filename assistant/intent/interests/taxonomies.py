"""The nearest nodes to an interest in a taxonomy that the user names: a Google or an IAB file, or one like it.

Two layouts are read. `3237 - Animals & Pet Supplies > Live Animals`, one node a line, with or without the number; and
a table with a column `Unique ID` and columns `Tier 1`, `Tier 2` and on, wherever its header stands. Nothing of the
file is kept.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.embedding.embedder import Embedder, Vectors
from assistant.embedding.known import known_vectors
from assistant.errors import InputError
from assistant.feeds.sources import Source
from assistant.feeds.text import normalise, shorten

MOST_NODES, LONGEST_LEVEL, HEADER_WITHIN = 50_000, 100, 10
ID_COLUMN, TIER = "unique id", re.compile(r"tier \d+")
NUMBERED = re.compile(r"(?P<id>[\w.-]{1,20})\s+-\s+(?P<path>.+)")
# A node less like an interest than this is not its place.
LEAST_LIKE = 0.42


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a taxonomy: its id, "" where the file has none, and the names from the top down to it."""

    id: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return " > ".join(self.path)


class Place(NamedTuple):
    """A node that an interest is near to, and the cosine of the two."""

    node: Node
    cosine: float


def read_nodes(given: str) -> tuple[Node, ...]:
    """The nodes of a file, each path once. Raises InputError where it is no taxonomy that can be read."""
    source = Source(given)
    try:
        lines = list(islice((line.rstrip("\r\n") for line in source.text()), MOST_NODES))
    finally:
        source.close()
    found = {node.path: node for node in (_from_table(lines) or _from_lines(lines))}
    if not found:
        raise InputError(
            f"{source.name} holds no taxonomy that can be read.",
            hint="Give one node a line, such as `12 - Home > Lamps`, or a table with the columns Unique ID and Tier 1.",
        )
    return tuple(found.values())


def _from_table(lines: Sequence[str]) -> list[Node]:
    """The nodes of a tab-separated table; none where no header is among the first lines."""
    rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        names = [cell.strip().casefold() for cell in row]
        if ID_COLUMN in names and "tier 1" in names:
            return list(_from_rows(rows[number + 1 :], names))
    return []


def _from_rows(rows: Iterable[Sequence[str]], names: Sequence[str]) -> Iterator[Node]:
    """The nodes below a header; of two sets of tiers, as a file that maps one taxonomy to another has, the first."""
    place = names.index(ID_COLUMN)
    tiers = list(dict.fromkeys(name for name in names if TIER.fullmatch(name)))
    columns = [names.index(tier) for tier in tiers]
    for row in rows:
        cells = [_level(row[column]) for column in columns if column < len(row)]
        path = tuple(cell for cell in cells if cell)
        if path and place < len(row):
            yield Node(shorten(row[place], 20), path)


def _from_lines(lines: Iterable[str]) -> Iterator[Node]:
    for line in lines:
        match = NUMBERED.fullmatch(line.strip())
        text = match["path"] if match else line
        path = tuple(level for level in map(_level, text.split(">")) if level)
        if path and not line.startswith("#") and (match or len(path) > 1):
            yield Node(match["id"] if match else "", path)


def _level(text: str) -> str:
    return shorten(normalise(text[: 4 * LONGEST_LEVEL]), LONGEST_LEVEL)


class Taxonomy:
    """Nodes with their vectors: an interest is compared with what each node and the one above it are called."""

    def __init__(self, nodes: Sequence[Node], embedder: Embedder, folder: Path) -> None:
        """`folder` keeps the vectors: to embed the six thousand names of a large one takes half a minute."""
        self._nodes = tuple(nodes)
        names = [", ".join(reversed(node.path[-2:])) for node in nodes]
        self._vectors = known_vectors(names, embedder, folder, "taxonomy", role="query")

    def nearest(self, vector: Vectors, most: int = 3) -> tuple[Place, ...]:
        """The nodes that a unit vector is nearest to, nearest first; none where it is like none."""
        cosines = self._vectors @ vector
        ranked = np.argsort(-cosines, kind="stable")[:most]
        return tuple(
            Place(self._nodes[row], float(cosines[row])) for row in ranked.tolist() if cosines[row] >= LEAST_LIKE
        )
