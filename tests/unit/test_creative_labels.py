"""Labels: alt text says what the facts say, in full words, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.bounds.findings import findings
from assistant.creative.formats import PIN
from assistant.creative.labels import LONGEST, alt_text
from assistant.feeds.text import normalise, plain
from store.records import Product


@pytest.mark.parametrize(
    ("facts", "label"),
    [
        ({"title": "Mauve Leather Daypack", "color": "mauve", "material": "leather"}, "Mauve Leather Daypack"),
        (
            {"title": "Kelda wall shelf", "color": "moss green", "material": "oiled oak"},
            "Kelda wall shelf, moss green, oiled oak",
        ),
        ({"title": "Linen duvet cover", "material": "Linen", "pattern": "striped"}, "Linen duvet cover, striped"),
        ({"title": "Kelda", "product_type": "Home > Wall shelves", "color": "grey"}, "Kelda, Wall shelves, grey"),
        ({"title": "Kelda shelf", "product_type": "Home > Shelfs"}, "Kelda shelf"),
        ({"title": "A good wall shelf", "product_type": "Home > Oak"}, "A good wall shelf"),
        ({"title": "Plates, blue,"}, "Plates, blue"),
        ({"title": "<b>Wall</b> shelf &amp; hooks", "material": "<i>oak</i>."}, "Wall shelf & hooks, oak"),
        ({"title": "Gold ring", "options": (("Color", ("Navy", "Bone")),)}, "Gold ring"),
    ],
)
def test_a_label_has_the_title_and_what_is_to_be_seen_besides(facts: dict[str, Any], label: str) -> None:
    assert alt_text(Product(id="1", **facts)) == label


def test_price_size_and_description_are_not_seen() -> None:
    product = Product(id="1", title="Oak wall shelf", size="60 cm", description="Waterproof.", brand="Kelda")
    assert alt_text(product) == "Oak wall shelf"


def test_a_long_title_ends_with_a_whole_word() -> None:
    assert alt_text(Product(id="1", title="shelf " * 100)) == " ".join(["shelf"] * 41)
    whole = "oak " + "x" * (LONGEST - 4)
    assert alt_text(Product(id="1", title=f"{whole} y")) == whole
    assert alt_text(Product(id="1", title="x" * LONGEST + " y")) == "x" * LONGEST
    assert len(alt_text(Product(id="1", title="棚" * 400))) == LONGEST


def test_a_fact_that_does_not_fit_is_left_out_as_a_whole() -> None:
    product = Product(id="1", title="x" * (LONGEST - 8), color="moss green", material="oak")
    assert alt_text(product) == "x" * (LONGEST - 8) + ", oak"


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=40), st.text(max_size=40))
def test_a_label_is_within_its_limits_plain_and_made_of_the_facts_alone(
    title: str, color: str, material: str, kind: str
) -> None:
    product = Product(id="1", title=title, color=color, material=material, product_type=kind)
    label = alt_text(product)
    assert len(label) <= LONGEST
    assert plain(label) == label
    facts = " ".join(normalise(fact) for fact in (title, kind.rpartition(">")[2], color, material))
    assert set(re.findall(r"\w+", label)) <= set(re.findall(r"\w+", facts)) or len(normalise(title)) > LONGEST
    texts = {"title": "Oak at home", "description": "Hang it low.", "alt_text": label}
    assert {finding.code for finding in findings(texts, frozenset(), PIN, product, ())} <= {"empty"}
