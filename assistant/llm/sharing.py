"""What several texts have in common is evaluated once. Plain bookkeeping over tokens; no model is needed here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Tokens = Sequence[int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A token to evaluate at a position of a sequence. Where `read` is set, its logits are looked at after it."""

    token: int
    position: int
    sequence: int
    read: bool = False


@dataclass(slots=True)
class Place:
    """A sequence of the context: the tokens that were evaluated into it, and those that are to be.

    A place whose text is finished keeps its tokens until another text takes it: what comes next may begin alike.
    """

    sequence: int
    done: list[int] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)

    def next_entries(self, room: int) -> list[Entry]:
        """The next tokens, at most `room` of them, marked as done: whoever takes them evaluates them."""
        step, first = self.ahead[:room], len(self.done)
        del self.ahead[: len(step)]
        self.done += step
        last = len(step) - 1
        return [
            Entry(token, first + offset, self.sequence, read=offset == last and not self.ahead)
            for offset, token in enumerate(step)
        ]


def common_prefix(first: Tokens, second: Tokens) -> int:
    """How many tokens both begin with."""
    limit = min(len(first), len(second))
    return next((place for place in range(limit) if first[place] != second[place]), limit)


def best_donor(prompt: Tokens, places: Iterable[Place]) -> tuple[Place | None, int]:
    """The place that holds the longest beginning of a prompt, and how long that is.

    At least the prompt's last token is left over, as its answer is read from there.
    """
    best, longest = None, 0
    for place in places:
        known = min(common_prefix(place.done, prompt), len(prompt) - 1)
        if known > longest:
            best, longest = place, known
    return best, longest


def promised(prompt: Tokens, places: Iterable[Place]) -> int:
    """The longest beginning of a prompt that some place will hold once all its tokens are evaluated."""
    wanted = prompt[:-1]
    return max((common_prefix([*place.done, *place.ahead], wanted) for place in places if place.ahead), default=0)
