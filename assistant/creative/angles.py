"""Angles as data: each is one idea to tell a product from. A variant has one angle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Angle:
    """An idea: its name, what it asks of the writer, and the kinds of claims of which the facts must hold one."""

    name: str
    instruction: str
    needs: tuple[str, ...] = ()


ANGLES = (
    Angle("everyday", "Everyday use. Show one moment of an ordinary day in which it is used."),
    Angle("styling", "Styling. Say where it goes and what it goes with."),
    Angle(
        "detail",
        "A telling detail. Pick the one fact that a careful buyer would look for, and say why it matters.",
        needs=("number", "protection", "included", "certification"),
    ),
    Angle("problem", "Problem and solution. Name a small everyday trouble and how a fact of the product answers it."),
    Angle(
        "material",
        "Craft and material. Say what it is made of and what that is like to see or touch.",
        needs=("material",),
    ),
    Angle("gift", "Gift. Say for whom it would be a thoughtful present and which fact makes it so."),
    Angle("project", "A project. Name a plan that the reader may be working on, and the part that this plays in it."),
    Angle("season", "Season. Tie it to a season or an occasion that suits it."),
)

BY_NAME = {angle.name: angle for angle in ANGLES}
