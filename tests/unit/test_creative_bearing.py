"""An ad that holds next to nothing of its product's facts is found; where that cannot be told, nothing is said."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.creative.formats import PIN
from assistant.creative.judge import judge
from assistant.creative.ranking.bearing import ENOUGH_FACTS, beside_the_point
from store.creatives import Brief
from store.records import Product

HOLDALL = Product(
    id="B1",
    title="Brae Waxed Holdall",
    description="A weekend bag of waxed canvas with bridle leather handles and a brass zip. The lining is striped "
    "cotton, the pocket inside takes a paperback, and the strap comes off. Olive, made for trains and short flights.",
)
ABOUT = {
    "description": "Two days away fit into waxed canvas. The strap comes off at the door.",
    "title": "Friday, packed",
}
AFAR = {
    "description": "She meets her friends by the lake and they swim until it is dark.",
    "title": "A day by the water",
}


def found(texts: dict[str, str], **brief: Any) -> str:
    finding = beside_the_point(texts, Brief(**{"product": HOLDALL, **brief}), PIN)
    return finding.code if finding else ""


def test_a_scene_without_a_fact_is_found_and_an_ad_with_some_is_not() -> None:
    assert found(AFAR) == "beside_the_point"
    assert found(ABOUT) == ""


def test_one_word_of_the_facts_is_not_enough_and_small_words_do_not_count() -> None:
    assert found({**AFAR, "title": "A bag by the water"}) == "beside_the_point"
    assert found({**AFAR, "title": "A canvas bag by the water"}) == ""
    assert found({"description": "It is made for the and with a.", "title": "Off and inside"}) == "beside_the_point"


@pytest.mark.parametrize("description", ["", "A weekend bag of waxed canvas."])
def test_few_facts_ask_for_none_of_them(description: str) -> None:
    few = Product(id="B1", title="Brae Holdall", description=description)
    assert len(" ".join(fact for _, fact in few.facts).split()) < ENOUGH_FACTS
    assert found(AFAR, product=few) == ""


def test_copy_in_another_language_than_the_facts_cannot_be_held_against_them() -> None:
    german = {"description": "Zwei Tage am See, und alles hat seinen Platz.", "title": "Freitag, gepackt"}
    assert found(german, language="German") == ""
    assert found(german, language="Klingon") == ""


def test_it_blocks_the_whole() -> None:
    assert "" in judge(AFAR, Brief(product=HOLDALL), PIN).failing
    assert "" not in judge(ABOUT, Brief(product=HOLDALL), PIN).failing
