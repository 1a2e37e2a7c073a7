"""Mistyped queries: as many changes as asked for, the same every time."""

from __future__ import annotations

from difflib import SequenceMatcher

from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.typos import mistype

TEXT = "waterproof hiking boots for wet paths in the north"


def changed(before: str, after: str) -> int:
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return max(len(before), len(after)) - sum(block.size for block in blocks)


def test_a_share_of_the_characters_is_changed() -> None:
    assert mistype(TEXT, 0.0, "1") == TEXT
    few, many = (sum(changed(TEXT, mistype(TEXT, share, str(n))) for n in range(40)) / 40 for share in (0.05, 0.3))
    assert 1 < few < 4 < many < 20
    assert mistype("mug", 0.05, "1") != "mug" or mistype("mug", 0.05, "2") != "mug"


def test_the_seed_decides() -> None:
    assert mistype(TEXT, 0.1, "1") == mistype(TEXT, 0.1, "1") != mistype(TEXT, 0.1, "2")


@given(text=st.text(max_size=60), share=st.floats(0, 1), seed=st.text(max_size=5))
def test_any_text_stays_a_text_that_can_be_looked_for(text: str, share: float, seed: str) -> None:
    typed = mistype(text, share, seed)
    assert bool(typed.strip()) == bool(text.strip())
    assert len(typed) <= 2 * len(text)
