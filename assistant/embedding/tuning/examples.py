"""From judged passages to examples and batches: a query, a passage that answers it, and one that does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

Grades = Mapping[str, Mapping[str, float]]
"""By the text of a query, then by that of a passage: how well it answers. What is above 0 answers in part."""

# Of a query's best grade: what has at least so much is an answer, what has less is held against it.
ANSWERS_FROM = 0.5
# A query teaches by so many of its answers in an epoch: more of one query say little that is new, and each costs time.
ANSWERS_A_QUERY = 8
# With fewer queries side by side a batch says next to nothing.
LEAST_IN_A_BATCH = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A query, a passage that answers it, and one of a lower grade; "" where none was judged."""

    query: str
    passage: str
    against: str = ""

    @property
    def texts(self) -> frozenset[str]:
        return frozenset((self.query, self.passage, self.against)) - {""}


def draw_examples(grades: Grades, random: Random) -> list[Example]:
    """The examples of an epoch, in an order by chance: some answers of each query, each against a lower passage."""
    examples = []
    for query, passages in grades.items():
        bound = ANSWERS_FROM * max(passages.values(), default=0.0)
        answers = sorted(text for text, grade in passages.items() if grade > 0 and grade >= bound)
        lower = sorted(passages.keys() - answers)
        some = random.sample(answers, min(len(answers), ANSWERS_A_QUERY))
        examples += [Example(query, text, random.choice(lower) if lower else "") for text in some]
    random.shuffle(examples)
    return examples


def batches(examples: Sequence[Example], grades: Grades, size: int) -> Iterator[list[Example]]:
    """Batches of at most `size` in which all passages but its own are wrong for each query, as the loss takes them.

    No text is twice in a batch, none was judged for two of its queries, and either all examples of a batch have a
    passage to be held against or none has. What finds no partner is left out.
    """
    for paired in (True, False):
        waiting = [example for example in examples if bool(example.against) is paired]
        while len(waiting) >= LEAST_IN_A_BATCH:
            batch, waiting = _next_batch(waiting, grades, size)
            if len(batch) < LEAST_IN_A_BATCH:
                break
            yield batch


def _next_batch(waiting: Sequence[Example], grades: Grades, size: int) -> tuple[list[Example], list[Example]]:
    batch: list[Example] = []
    left: list[Example] = []
    taken: set[str] = set()
    judged: set[str] = set()
    for example in waiting:
        texts = example.texts
        own = grades[example.query].keys()
        if len(batch) == size or texts & taken or texts & judged or taken & own:
            left.append(example)
            continue
        batch.append(example)
        taken |= texts
        judged |= own
    return batch, left
