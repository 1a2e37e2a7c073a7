"""Grounding: what a text claims, where it stands, and which fact holds it up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.ground import check, kinds_in
from store.creatives import Claim
from store.records import Price, Product


def product(description: str = "", **fields: object) -> Product:
    return Product(id="1", title="Thing", description=description, **fields)  # type: ignore[arg-type]


def claims(text: str, description: str = "", **fields: object) -> tuple[Claim, ...]:
    return check(text, product(description, **fields))


def unsupported(text: str, description: str = "", **fields: object) -> list[str]:
    return [claim.text for claim in claims(text, description, **fields) if not claim.supported]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("It is 120 cm wide", "Width 120 cm"),
        ("It is 120cm wide", "Width: 120 cm."),
        ("Just 47 inches", '47" across'),
        ("Holds 1.50 litres", "1.5 l"),
        ("Holds 2 liters", "2.0 litres"),
        ("Weighs 5 pounds", "5 lbs"),
        ("A third is 30 percent", "30%"),
        ("100% cotton", "100 % cotton"),
        ("Two drawers", "2 drawers"),
        ("2 drawers", "two drawers"),
        ("At 120 across", "Width 120 cm"),
        ("About 2 m long", "Length 198 cm"),
        ("Nearly two metres long", "Length 198 cm"),
        ("Over a kilo and a bit", "1.1 kg"),
        ("A dozen cups", "12 cups"),
        ("Half a litre", "500 ml"),
        ("From 20 to 30 cm", "20-30 cm"),
        ("Thirty-two colours", "32 colours"),
        ("Nine in ten parents agree", "90% of parents agree"),
        ("Hundreds of parents", "412 parents"),
        ("In the 1970s", "Since 1974"),
    ],
)
def test_a_number_is_supported_by_the_same_number_with_the_same_unit(text: str, fact: str) -> None:
    assert claims(text, fact)[0].kind in ("number", "size", "date")
    assert unsupported(text, fact) == []


@pytest.mark.parametrize(
    ("text", "fact", "said"),
    [
        ("It is 120 kg", "Width 120 cm", "120 kg"),
        ("It is 120 mm", "Width 120 cm", "120 mm"),
        ("It is 12 cm", "Width 120 cm", "12 cm"),
        ("It is 1200 cm", "Width 120 cm", "1200 cm"),
        ("It is 1.5 cm", "Width 15 cm", "1.5 cm"),
        ("Costs $24", "Costs 24 EUR", "$24"),
        ("20% lighter", "20 g lighter", "20%"),
        ("Three drawers", "2 drawers", "Three"),
        ("It is 2 m long", "Length 180 cm", "2 m"),
        ("About 2 m long", "Length 160 cm", "2 m"),
        ("Two straps", "2 pockets, 3 straps", "Two"),
        ("It is 30 cm tall", "30 cm wide, 40 cm tall", "30 cm"),
        ("Since 1975", "Since 1974", "1975"),
        ("Twice as bright as the old one", "20% brighter than the old one", "Twice"),
    ],
)
def test_another_number_or_another_unit_is_not_supported(text: str, fact: str, said: str) -> None:
    (claim,) = [claim for claim in claims(text, fact) if not claim.supported]
    assert claim.text == said
    assert said in claim.reason


def test_a_price_is_supported_by_the_current_price_in_its_currency() -> None:
    price = Price(Decimal("24.50"))
    assert unsupported("Yours for $24.50", price=price) == []
    assert unsupported("Yours for 24.50 USD", price=price) == []
    assert unsupported("Yours for €24.50", price=price) == ["€24.50"]
    assert unsupported("Yours for $24.50", price=price, sale_price=Price(Decimal(20))) == ["$24.50"]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("A waterproof jacket", "A waterproof jacket"),
        ("A WATERPROOF jacket", "waterproof"),
        ("Water resistant", "water-resistant"),
        ("A wooden frame", "made of wood"),
        ("An aluminum frame", "aluminium frame"),
        ("Grey", "gray"),
    ],
)
def test_a_word_is_supported_by_the_same_word_in_another_form(text: str, fact: str) -> None:
    assert claims(text, fact)
    assert unsupported(text, fact) == []


@pytest.mark.parametrize("text", ["It is not waterproof", "It is never waterproof", "It isn't waterproof"])
def test_what_is_denied_is_no_support_for_what_is_said_and_the_reverse(text: str) -> None:
    (said,) = claims("It is waterproof", text)
    (denied,) = [claim for claim in claims(text, "It is waterproof") if claim.text == "waterproof"]
    assert said.reason == denied.reason == "the facts say the opposite"
    assert unsupported(text, text) == []


def test_a_negation_far_before_the_word_says_nothing_about_it() -> None:
    assert unsupported("There is no better thing for a long walk in the rain than a waterproof hat", "waterproof") == []


def test_a_price_under_a_bound_is_supported_by_any_lower_one_and_a_discount_by_what_was_paid_before() -> None:
    price, sale = Price(Decimal(60)), Price(Decimal(48))
    assert unsupported("Under $50", price=price, sale_price=sale) == []
    assert unsupported("Under $40", price=price, sale_price=sale) == ["$40"]
    assert unsupported("Now 20% off", price=price, sale_price=sale) == []
    assert unsupported("Now 30% off", price=price, sale_price=sale) == ["30%"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("oak", "material"),
        ("teal", "colour"),
        ("waterproof", "effect"),
        ("dries in seconds", "effect"),
        ("handmade", "origin"),
        ("imported", "origin"),
        ("unbeatable", "superlative"),
        ("lighter than air", "comparison"),
        ("free shipping", "shipping"),
        ("half price", "discount"),
        ("lifetime warranty", "guarantee"),
        ("in stock", "availability"),
        ("organic", "certification"),
        ("award-winning", "award"),
        ("biodegradable", "environment"),
        ("detox", "health"),
        ("non-toxic", "safety"),
        ("bestselling", "popularity"),
        ("5-star", "review"),
        ("dishwasher safe", "compatibility"),
        ("king-size", "size"),
        ("Lisbon", "place"),
        ("for toddlers", "audience"),
        ("with a zipper", "included"),
        ("since 1950", "date"),
        ("$12", "price"),
        ("7 kg", "number"),
    ],
)
def test_each_kind_of_claim_is_found_and_is_not_taken_on_trust(said: str, kind: str) -> None:
    found = claims(f"A thing, {said}, for you", "Nothing of it")
    assert (kind, False) in {(claim.kind, claim.supported) for claim in found}
    assert kind in kinds_in(product(f"A thing, {said}, for you"))


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("A wooden frame", "An oak frame"),
        ("In grey", "In charcoal"),
        ("A fabric seat", "A cotton seat"),
        ("Goes in the dishwasher", "Dishwasher safe"),
        ("Made by hand", "Handcrafted"),
        ("No plastic", "Plastic-free"),
        ("European linen", "Linen from Belgium"),
    ],
)
def test_a_fact_supports_what_it_implies_and_never_the_other_way_round(text: str, fact: str) -> None:
    assert unsupported(text, fact) == []
    if text not in ("Goes in the dishwasher", "Made by hand", "No plastic"):
        assert unsupported(fact, text) != []


@pytest.mark.parametrize(
    ("text", "said"),
    [("A black backpack", ["black"]), ("A beige backpack with black straps", []), ("Beige straps", ["Beige"])],
)
def test_a_colour_belongs_to_what_it_is_said_of(text: str, said: list[str]) -> None:
    assert unsupported(text, "A beige backpack with black straps") == said


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Bits in the box", "Bits not included"),
        ("With a spare cover", "A cover. Spare covers sold separately."),
        ("A case with a USB port", "A case. USB port not included."),
    ],
)
def test_what_the_facts_deny_supports_nothing(text: str, fact: str) -> None:
    assert unsupported(text, fact) != []


@pytest.mark.parametrize(
    ("text", "fact", "supported"),
    [
        ("The lightest shoe in our range", "The lightest shoe in our range", True),
        ("The lightest shoe ever made", "The lightest shoe in our range", False),
        ("The softest mornings", "", True),
        ("Lighter than the old one", "20% lighter than the old one", True),
        ("Roomier than the old one", "20% lighter than the old one", False),
    ],
)
def test_superlatives_and_comparisons_say_no_more_than_the_facts(text: str, fact: str, supported: bool) -> None:
    assert (unsupported(text, fact) == []) is supported


@pytest.mark.parametrize("field", ["brand", "color", "material", "pattern", "size", "product_type"])
def test_every_field_is_a_fact(field: str) -> None:
    assert unsupported("A velvet thing", **{field: "velvet"}) == []


def test_the_other_columns_of_a_feed_are_facts() -> None:
    assert unsupported("Holds 5 litres", extra={"capacity": "5 l"}) == []


def test_a_claim_names_its_fact_and_how_sure_that_is() -> None:
    (exact,) = claims("In oak", "Made of oak")
    (implied,) = claims("In wood", "Made of oak")
    assert exact.supported_by == "description: Made of oak"
    assert 0 < implied.confidence < exact.confidence <= 1


def test_a_colour_is_supported_by_the_colour_of_the_product_and_by_no_other() -> None:
    (claim,) = claims("In sage", color="Sage green")
    assert claim.supported_by.startswith("color: ")
    assert unsupported("In teal", color="Sage green") == ["teal"]


def test_the_options_of_a_product_are_facts() -> None:
    assert unsupported("In navy", options=(("Color", ("Navy", "Bone")),)) == []


@pytest.mark.parametrize(
    "text", ["A tangle of charms", "Rededicate a corner", "Glassy light", "Stonehenge", "Soak in a cloak"]
)
def test_a_word_that_only_holds_another_claims_nothing(text: str) -> None:
    assert [claim for claim in claims(text) if claim.text.lower() in ("tan", "red", "stone", "oak")] == []


@pytest.mark.parametrize(
    "text",
    [
        "Drape it over a pale sofa and let the evening come in.",
        "A cosy corner, soft morning light.",
        "Perfect for a slow Sunday.",
        "Two quiet minutes, just for you.",
        "A million stars and nobody to answer to.",
        "Golden hour, blue skies, black coffee.",
        "Breathe in. Breathe out. The rest can wait.",
    ],
)
def test_style_claims_nothing(text: str) -> None:
    assert claims(text) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A one of a kind sterling silver ring", ["one of a kind", "sterling silver"]),
        ("A 5-star lamp", ["5"]),
        ("Now 20 % off", ["20 %"]),
    ],
)
def test_claims_do_not_overlap_and_the_longest_at_a_place_counts_alone(text: str, said: list[str]) -> None:
    assert [claim.text for claim in claims(text)] == said


@pytest.mark.parametrize("before", ["", "🪔🛋️ ", "👩‍👩‍👧‍👦👍🏽", "e\u0301\u0301 – ", "木の棚 ", "ﬁne ", "İ "])
def test_spans_are_in_code_points_whatever_stands_before(before: str) -> None:
    text = f"{before} in red, 12 cm. Waterproof!"
    found = claims(text, "red, 12 cm, waterproof")
    assert [text[claim.start : claim.end] for claim in found] == ["red", "12 cm", "Waterproof"]
    assert [claim.text for claim in found] == ["red", "12 cm", "Waterproof"]
    assert all(claim.supported for claim in found)


@pytest.mark.parametrize("text", ["12 cm", '12"', "$12", "120 cm², 5 W"])
def test_a_number_says_which_fact_supports_it_in_its_words(text: str) -> None:
    for claim in claims(text, f"Its size is {text} and so on. " + "Then much more is said about it. " * 5):
        name, _, words = claim.supported_by.partition(": ")
        assert name == "description"
        assert claim.text.strip("$")[:2] in words and len(words) <= 60


pieces = st.lists(
    st.one_of(
        st.sampled_from(
            ["red ", "12 cm", "$9", "not ", "waterproof", "one of a kind", "🪔", " two ", "1,2.3", "%", "."]
        ),
        st.text(max_size=8),
    ),
    max_size=12,
).map("".join)


@given(pieces, pieces)
def test_whatever_the_texts_spans_lie_in_the_text_in_order_and_apart(text: str, fact: str) -> None:
    end = 0
    for claim in claims(text, fact, color=fact[:20]):
        assert end <= claim.start < claim.end <= len(text)
        assert claim.text == text[claim.start : claim.end]
        assert claim.supported != bool(claim.reason)
        end = claim.end


@given(pieces)
def test_what_is_copied_from_the_facts_is_supported_by_them(text: str) -> None:
    assert unsupported(text, text) == []


@given(pieces)
def test_the_kinds_of_a_product_are_those_of_the_claims_in_its_facts(text: str) -> None:
    whole = product(text)
    assert kinds_in(whole) == {claim.kind for _, fact in whole.facts for claim in check(fact, whole)}


def test_a_text_of_a_hundred_thousand_words_is_read() -> None:
    assert len(claims("no red lamp " * 30_000)) == 30_000


@given(pieces, pieces)
def test_a_text_is_judged_alike_each_time(text: str, fact: str) -> None:
    assert claims(text, fact) == claims(text, fact)


def test_a_title_without_a_word_is_read_as_one_with_no_facts() -> None:
    bare = Product(id="1", title="((((")
    assert check("((((", bare) == ()
    assert [claim.text for claim in check("Red.", bare)] == ["Red"]
