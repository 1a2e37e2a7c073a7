"""Ad formats as data: their slots in the order of writing, and the limits of each in code points.

Pinterest: its API allows 100 characters of title, of which the first 40 show in the feed, 800 of description and 500 of
alt text; its help pages ask for at most 500 of description; a carousel has 2 to 5 cards. Google: a responsive search ad
has 3 to 15 headlines of at most 30 and 2 to 4 descriptions of at most 90; a Merchant title at most 150, a description
5,000. Meta gives no hard limits; what is longer than 125, 40 and 30 is folded away.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum


class Shape(StrEnum):
    """How a text of a slot ends: as a sentence, as a title, or as a label that the program writes from the facts."""

    SENTENCE = "sentence"
    TITLE = "title"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Slot:
    """A text of a format: never above `hard`, better not above `soft`; a sentence that ends after `enough` closes it.

    `lead` stands before it in the writer's answer. `visible` is how much of it shows before it is folded away. `group`
    names slots of one kind (`headline` for `headline_7`), which is what limits and exports speak of. A creative can do
    without one that is not `required`.
    """

    name: str
    group: str
    lead: str
    shape: Shape
    hard: int
    soft: int
    enough: int = 0
    visible: int = 0
    required: bool = True

    @property
    def sentence(self) -> bool:
        return self.shape is Shape.SENTENCE


@dataclass(frozen=True, slots=True)
class Format:
    """What a placement wants to be filled; `prompt` is the name of the template that asks for it."""

    name: str
    title: str
    prompt: str
    slots: tuple[Slot, ...]

    def slot(self, name: str) -> Slot:
        return next(slot for slot in self.slots if slot.name == name)

    def only(self, names: Collection[str]) -> Format:
        """This format with the slots of these names, or of these groups, alone."""
        return replace(self, slots=tuple(slot for slot in self.slots if {slot.name, slot.group} & set(names)))

    @property
    def written(self) -> tuple[Slot, ...]:
        """The slots that the model writes; the program writes labels itself."""
        return tuple(slot for slot in self.slots if slot.shape is not Shape.LABEL)


ALT_TEXT = Slot("alt_text", "alt_text", "", Shape.LABEL, hard=500, soft=250)

PIN = Format(
    name="pin",
    title="Pinterest pin",
    prompt="pin",
    slots=(
        Slot("description", "description", "Description:", Shape.SENTENCE, 800, 500, enough=110, visible=125),
        Slot("title", "title", "Title:", Shape.TITLE, 100, 60, visible=40),
        ALT_TEXT,
    ),
)

CARDS = (2, 5)


def _card(number: int) -> tuple[Slot, ...]:
    required = number <= CARDS[0]
    return (
        Slot(f"card_{number}_title", "card_title", f"Card {number}:", Shape.TITLE, 100, 50, 0, 40, required),
        Slot(f"card_{number}_description", "card_description", "Text:", Shape.SENTENCE, 800, 200, 50, 125, required),
    )


CAROUSEL = Format(
    name="carousel",
    title="Pinterest carousel",
    prompt="carousel",
    slots=tuple(slot for number in range(1, CARDS[1] + 1) for slot in _card(number)),
)

HEADLINES, DESCRIPTIONS = 15, 4
FEWEST_HEADLINES, FEWEST_DESCRIPTIONS = 3, 2

SEARCH = Format(
    name="search",
    title="Google responsive search ad",
    prompt="search",
    slots=tuple(
        Slot(f"headline_{n}", "headline", f"Headline {n}:", Shape.TITLE, 30, 28, required=n <= FEWEST_HEADLINES)
        for n in range(1, HEADLINES + 1)
    )
    + tuple(
        Slot(f"description_{n}", "description", f"Text {n}:", Shape.SENTENCE, 90, 85, 45, 0, n <= FEWEST_DESCRIPTIONS)
        for n in range(1, DESCRIPTIONS + 1)
    ),
)

MERCHANT = Format(
    name="merchant",
    title="Google Merchant structured title and description",
    prompt="merchant",
    slots=(
        Slot("structured_title", "title", "Title:", Shape.TITLE, 150, 120, visible=70),
        Slot("structured_description", "description", "Description:", Shape.SENTENCE, 5000, 700, enough=160),
    ),
)

META = Format(
    name="meta",
    title="Meta feed ad",
    prompt="meta",
    slots=(
        Slot("primary_text", "primary_text", "Text:", Shape.SENTENCE, 500, 125, enough=60, visible=125),
        Slot("headline", "headline", "Headline:", Shape.TITLE, 80, 40, visible=40),
        Slot("description", "description", "Line:", Shape.TITLE, 60, 30, visible=30),
    ),
)

FORMATS = {format.name: format for format in (PIN, CAROUSEL, SEARCH, MERCHANT, META)}
