"""What several prompts have in common is evaluated once. Plain functions over tokens; no model is needed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Tokens = Sequence[int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A token to evaluate at a position, for all the `sequences` that share it; those in `ends` are read after it."""

    token: int
    position: int
    sequences: tuple[int, ...]
    ends: tuple[int, ...] = ()


def common_prefix(first: Tokens, second: Tokens) -> int:
    """How many tokens both begin with."""
    limit = min(len(first), len(second))
    return next((place for place in range(limit) if first[place] != second[place]), limit)


def common_prefix_of_all(prompts: Sequence[Tokens]) -> int:
    """How many tokens all begin with; at least one token of each is left over, as its answer is read from there."""
    shortest = min(len(prompt) for prompt in prompts) - 1
    return min([shortest, *(common_prefix(prompts[0], other) for other in prompts[1:])])


def plan(prompts: Mapping[int, Tokens], start: int) -> list[Entry]:
    """Lay out the tokens from `start` on, in an order in which each comes after all that it looks back to.

    The prompts (by sequence) agree before `start`. A run of tokens that several share is laid out once, with all of
    their sequences; the order is that of the sequences, and depth first.
    """
    entries: list[Entry] = []
    branches = [(tuple(prompts), start)]
    while branches:
        sequences, position = branches.pop()
        groups: dict[int, list[int]] = {}
        for sequence in sequences:
            if position < len(prompts[sequence]):
                groups.setdefault(prompts[sequence][position], []).append(sequence)
        for token, sharers in reversed(groups.items()):
            if len(groups) == 1:
                entries.append(_entry(prompts, token, position, sharers))
                branches.append((tuple(sharers), position + 1))
            else:
                branches.append((tuple(sharers), position))
    return entries


def _entry(prompts: Mapping[int, Tokens], token: int, position: int, sharers: Sequence[int]) -> Entry:
    ends = tuple(sequence for sequence in sharers if len(prompts[sequence]) == position + 1)
    return Entry(token, position, tuple(sharers), ends)
