"""Angles: each is whole and costs little; those of a product suit it, its facts carry them, and they differ."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.angles.catalogue import ANGLES, BY_NAME, KINDS, Angle
from assistant.creative.angles.choosing import NOT_SILLY, choose_angles, kinds_of, rank_angles, spare_angles
from assistant.creative.bounds.findings import findings
from assistant.creative.formats import PIN
from assistant.errors import UsageError
from store.records import Interest, Product

BARE = Product(id="1", title="A thing for the wall")
SCREWS = Product(id="2", title="M6 hex screws, pack of 100", product_type="Hardware > Fasteners")
NECKLACE = Product(id="3", title="Moonstone necklace", product_type="Jewellery > Necklaces")
CLAIMS = {
    *("number", "price", "discount", "date", "place", "material", "colour", "size", "compatibility", "certification"),
    *("award", "origin", "guarantee", "shipping", "availability", "superlative", "comparison", "health", "safety"),
    *("environment", "popularity", "review", "audience", "included", "effect"),
}
MOST_WORDS = 16


def names(product: Product, count: int = 4) -> list[str]:
    return [angle.name for angle in choose_angles(product, [], count)]


def test_there_are_angles_enough_with_names_of_their_own() -> None:
    assert len(ANGLES) == len(BY_NAME) >= 16


@pytest.mark.parametrize("angle", ANGLES, ids=lambda angle: angle.name)
def test_an_angle_is_whole(angle: Angle) -> None:
    assert angle.family and angle.instruction.endswith(".")
    assert len(angle.instruction.split()) <= MOST_WORDS, "each word costs tokens in every variant"
    assert set(angle.needs) <= CLAIMS
    assert {*angle.fits, *angle.never} <= KINDS.keys() and not set(angle.fits) & set(angle.never)
    assert angle.fits


@pytest.mark.parametrize("angle", ANGLES, ids=lambda angle: angle.name)
def test_the_example_of_an_angle_could_leave(angle: Angle) -> None:
    assert angle.example
    product = Product(id="1", title=angle.example.product)
    texts = {"title": angle.example.title, "description": angle.example.description}
    assert findings(texts, frozenset(), PIN, product, ()) == ()
    assert angle.example.text.splitlines() == [angle.example.title, angle.example.description]


def test_no_two_examples_are_alike() -> None:
    assert len({angle.example.title for angle in ANGLES if angle.example}) == len(ANGLES)


@pytest.mark.parametrize(
    "title",
    [
        "M6 hex screws, pack of 100",
        "HEPA filter for vacuum cleaner",
        "USB-C charging cable 2 m",
        "Replacement glass jug for coffee maker",
        "Brass hinges (pair)",
        "Vacuum bags, 10 pcs",
        "AA batteries",
        "Dishwasher tablets 60",
    ],
)
@pytest.mark.parametrize("interest", [None, Interest.HOME_DECOR])
def test_no_spare_part_is_a_gift_however_many_angles_are_asked_for(title: str, interest: Interest | None) -> None:
    product = Product(id=title, title=title, interest=interest)
    told = choose_angles(product, [], len(ANGLES))
    assert "gift" not in {angle.name for angle in told} and len(told) >= 4
    assert "gift" not in {angle.name for angle in spare_angles(product, [])}


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Cable-knit wool jumper", "spare"),
        ("Cable knit wool jumper", "spare"),
        ("Battery-powered table lamp", "spare"),
        ("Jar with screw lid", "spare"),
        ("Lamp with fabric cord", "spare"),
        ("Capsule collection", "jewellery"),
        ("Desktop monitor", "clothes"),
    ],
)
def test_a_thing_is_not_what_it_only_has_or_sounds_like(title: str, kind: str) -> None:
    assert kind not in kinds_of(Product(id="1", title=title))


@pytest.mark.parametrize(
    ("product", "kind"),
    [
        (Product(id="1", title="Enamel mugs, set of 4"), "kitchen"),
        (Product(id="1", title="Nine", product_type="Home > Lighting > Lamps"), "lighting"),
        (Product(id="1", title="Nine", tags=("garden",)), "garden"),
        (Product(id="1", title="Nine", interest=Interest.GARDENING), "garden"),
        (Product(id="1", title="Nine", product_type="Hardware > Screws"), "spare"),
    ],
)
def test_a_kind_is_known_by_title_type_tags_or_interest(product: Product, kind: str) -> None:
    assert kind in kinds_of(product)


def test_angles_that_fit_come_before_those_that_do_not() -> None:
    scores = {angle.name: score for angle, score, _ in rank_angles(NECKLACE)}
    assert scores["gift"] > max(scores["everyday"], scores["problem"], scores["project"])
    assert min(scores["everyday"], scores["ritual"]) > max(scores["travel"], scores["compatibility"])


def test_every_angle_is_ranked_with_a_reason() -> None:
    ranked = rank_angles(dataclasses.replace(NECKLACE, color="Rose"))
    assert {angle for angle, _, _ in ranked} == set(ANGLES)
    assert [score for _, score, _ in ranked] == sorted((score for _, score, _ in ranked), reverse=True)
    why = {angle.name: reason for angle, _, reason in ranked}
    assert why["gift"] == "it suits jewellery"
    assert why["colour"] == "it suits jewellery and the facts state its colour"
    assert why["everyday"] == "it suits any product"
    assert "do not hold" in why["compatibility"] or "not for" in why["compatibility"]
    assert {angle.name: reason for angle, _, reason in rank_angles(SCREWS)}["gift"] == "it is not for spare parts"


@given(st.text(min_size=1, max_size=12))
def test_a_products_angles_differ_in_family_and_are_always_the_same(identifier: str) -> None:
    product = Product(id=identifier, title="Oak wall shelf", description="Oiled oak, 60 cm wide.", color="oak")
    chosen = choose_angles(product, [], 4)
    assert len({angle.family for angle in chosen}) == 4
    assert chosen == choose_angles(product, [], 4)


def test_the_products_of_a_catalogue_do_not_all_get_the_same_angles() -> None:
    products = [Product(id=str(number), title="Stoneware bowl", color="grey") for number in range(40)]
    assert len({tuple(sorted(names(product))) for product in products}) >= 10
    assert len({name for product in products for name in names(product)}) >= 8


@pytest.mark.parametrize("count", range(1, 15))
def test_a_title_alone_gets_angles_that_need_no_facts(count: int) -> None:
    chosen = choose_angles(BARE, [], count)
    assert len(chosen) == count
    assert not [angle.name for angle in chosen if angle.needs or angle.mentions]


def test_what_the_facts_hold_makes_an_angle_possible() -> None:
    assert "material" not in names(BARE, 8)
    oak = {angle.name: score for angle, score, _ in rank_angles(dataclasses.replace(BARE, material="oak"))}
    assert oak["material"] > oak["everyday"]
    washable = {a.name: score for a, score, _ in rank_angles(dataclasses.replace(BARE, description="Wipe clean."))}
    assert washable["care"] > washable["everyday"]


def test_the_angles_that_are_wanted_come_first_in_their_order_and_once() -> None:
    chosen = choose_angles(BARE, ["season", "gift", "season"], 3)
    assert [angle.name for angle in chosen[:2]] == ["season", "gift"]
    assert len(chosen) == len(set(chosen)) == 3


def test_all_wanted_angles_are_given_even_if_fewer_are_counted_or_they_are_silly() -> None:
    assert [angle.name for angle in choose_angles(SCREWS, ["gift", "season"], 1)] == ["gift", "season"]


@given(st.lists(st.sampled_from(sorted(BY_NAME)), max_size=4), st.integers(1, len(ANGLES)))
def test_as_many_different_angles_are_chosen_as_are_asked_for(wanted: list[str], count: int) -> None:
    chosen = choose_angles(BARE, wanted, count)
    assert len(chosen) == len(set(chosen)) == max(count, len(set(wanted)))


def test_spare_angles_are_of_other_families_first_and_never_silly() -> None:
    chosen = choose_angles(NECKLACE, [], 3)
    spare = spare_angles(NECKLACE, chosen)
    assert not set(spare) & set(chosen)
    assert spare[0].family not in {angle.family for angle in chosen}
    silly = {angle for angle, score, _ in rank_angles(NECKLACE) if score < NOT_SILLY}
    assert silly and not silly & set(spare)
    assert len(spare) == len(ANGLES) - len(chosen) - len(silly)


def test_an_angle_that_is_not_known_is_named_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="'speed'") as caught:
        choose_angles(BARE, ["gift", "speed"], 2)
    assert all(name in caught.value.hint for name in BY_NAME)


@pytest.mark.parametrize("count", [0, -1, len(ANGLES) + 1])
def test_a_number_of_variants_that_there_are_no_angles_for_is_refused(count: int) -> None:
    with pytest.raises(UsageError, match=f"1 to {len(ANGLES)}"):
        choose_angles(BARE, [], count)


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_any_product_has_angles(title: str, kind: str, tag: str) -> None:
    product = Product(id=title, title=title, product_type=kind, tags=(tag,))
    assert len(rank_angles(product)) == len(ANGLES)
    assert len(choose_angles(product, [], 4)) == 4
