"""What may be told of many people at once, so that nothing is told of one.

No group below the least is shown, a text only where enough different people have it, sizes and shares are rounded, and
what is left over is told as a bucket, so that two answers held against each other do not show a small group either.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from assistant.errors import PrivacyError

LEAST_PEOPLE = 100
# A text is told where one in so many has it, and no fewer than a tenth of the least audience.
ONE_IN = 10
STEP = 10
STEPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`least` people are an audience; `made_data` says that nobody real is among them, else 100 are the fewest."""

    least: int = LEAST_PEOPLE
    made_data: bool = False

    def __post_init__(self) -> None:
        if self.least < LEAST_PEOPLE and not self.made_data:
            raise PrivacyError(
                f"An audience has at least {LEAST_PEOPLE} people, so --min-audience cannot be {self.least}.",
                hint="Give a larger number. For data that was made up, add --small-test-audience.",
            )
        if self.least < 2:
            raise PrivacyError("One person is no audience.", hint="Give --min-audience a larger number.")

    def sharing(self, people: int) -> int:
        """How many of `people` have to have a text, so that it may be told."""
        return max(2, ceil(self.least / ONE_IN), ceil(people / ONE_IN))


def told_people(people: int) -> int:
    """A size as it is told: rounded down to tens, so that one person more or less is seldom seen."""
    return people // STEP * STEP


def told_share(some: int, people: int, rules: Rules) -> float:
    """A share as it is told: rounded to a tenth; 0 where those who have it are too few to be told of."""
    return round(some / people * STEPS) / STEPS if people and some >= rules.sharing(people) else 0.0


def bucket(people: int, rules: Rules) -> str:
    """How many people are in no segment: only whether they would be an audience. None and few are told alike."""
    return f"{rules.least:,} or more" if people >= rules.least else f"fewer than {rules.least:,}"
