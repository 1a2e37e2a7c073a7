"""Ad formats as data: their slots, and the limits of each in code points.

Pinterest's API allows 100 characters of title, of which the first 40 show in the feed, and 800 of description; its help
pages ask for at most 500.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """A text of a format: never above `hard`, better not above `soft`; a sentence that ends after `enough` closes it.

    `visible` is how much of it shows before it is folded away. `sentence` tells a text of sentences from a title.
    """

    name: str
    hard: int
    soft: int
    enough: int
    visible: int
    sentence: bool


@dataclass(frozen=True, slots=True)
class Format:
    """What a placement wants to be filled. The slots stand in the order of writing: the title comes last."""

    name: str
    title: str
    slots: tuple[Slot, ...]

    def slot(self, name: str) -> Slot:
        return next(slot for slot in self.slots if slot.name == name)


PIN = Format(
    name="pin",
    title="Pinterest pin",
    slots=(
        Slot("description", hard=800, soft=500, enough=110, visible=125, sentence=True),
        Slot("title", hard=100, soft=60, enough=0, visible=40, sentence=False),
    ),
)

FORMATS = {PIN.name: PIN}
