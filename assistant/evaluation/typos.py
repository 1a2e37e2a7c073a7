"""Queries as people mistype them: letters left out, doubled, swapped or replaced, by chance with a seed."""

from __future__ import annotations

from random import Random

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def mistype(text: str, share: float, seed: str) -> str:
    """The text after changes to a share (0..1) of its characters, at least one where the share is above 0.

    The same text, share and seed give the same result.
    """
    chance = Random(f"{seed}\0{text}")
    characters = list(text)
    changes = max(1, round(share * len(text))) if share > 0 and text else 0
    for place in sorted(chance.sample(range(len(text)), min(changes, len(text)))):
        characters[place] = _changed(characters, place, chance)
    typed = "".join(characters)
    return typed if typed.strip() else text


def _changed(characters: list[str], place: int, chance: Random) -> str:
    letter = characters[place]
    kind = chance.choice(("leave out", "double", "replace", "swap"))
    if kind == "leave out":
        return ""
    if kind == "double":
        return letter * 2
    if kind == "swap" and place and characters[place - 1] not in ("", letter):
        characters[place - 1], letter = letter, characters[place - 1]
        return letter
    return chance.choice([other for other in LETTERS if other != letter.lower()])
