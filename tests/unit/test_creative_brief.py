"""Briefs: facts from options or a file become a product, and angles are chosen that its facts can carry."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.angles import ANGLES, BY_NAME
from assistant.creative.brief import LARGEST_FILE, choose_angles, product_from_facts, read_facts
from assistant.errors import InputError, PinwrightError, UsageError
from store.records import Price, Product

BARE = Product(id="1", title="A thing for the wall")


def file(folder: Path, content: str | bytes) -> Path:
    path = folder / "facts.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_named_facts_become_the_fields_of_the_product() -> None:
    made = product_from_facts(
        {
            "Title": " Oak  shelf\n",
            "material": "oak",
            "color": "",
            "price": "24.5 eur",
            "id": "S1",
            "type": "Home > Wall",
        }
    )
    assert (made.id, made.title, made.material, made.color) == ("S1", "Oak shelf", "oak", "")
    assert made.price == Price(Decimal("24.5"), "EUR")
    assert made.product_type == "Home > Wall"
    assert made.options == ()


def test_a_fact_that_products_have_no_field_for_is_a_fact_all_the_same() -> None:
    made = product_from_facts({"title": "Shelf", "Care": "wipe with a damp cloth", "empty": ""})
    assert ("care", "wipe with a damp cloth") in made.facts
    assert "empty" not in dict(made.facts)


@pytest.mark.parametrize("facts", [{}, {"title": "  "}, {"material": "oak"}])
def test_a_product_needs_a_title(facts: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="title") as caught:
        product_from_facts(facts)
    assert caught.value.hint


@pytest.mark.parametrize("price", ["cheap", "1.2.3", "1e9999999 USD", "24 ZZZ"])
def test_a_price_that_is_none_is_refused(price: str) -> None:
    with pytest.raises(UsageError, match=r"^Price") as caught:
        product_from_facts({"title": "Shelf", "price": price})
    assert price in str(caught.value)


def test_a_price_without_a_currency_is_in_dollars() -> None:
    assert product_from_facts({"title": "Shelf", "price": "12"}).price == Price(Decimal(12), "USD")


@pytest.mark.parametrize(
    "content",
    [
        "title: Oak shelf\n\nmaterial: oiled oak: local\n",
        "\ufefftitle: Oak shelf\r\nmaterial: oiled oak: local",
        '{"title": "Oak shelf", "material": "oiled oak: local", "color": null, "size": ""}',
        '  \n{"title": "Oak shelf", "material": ["oiled oak: local"]}',
    ],
)
def test_facts_are_read_from_lines_and_from_json(tmp_path: Path, content: str) -> None:
    made = product_from_facts(read_facts(file(tmp_path, content)))
    assert (made.title, made.material) == ("Oak shelf", "oiled oak: local")


def test_a_list_of_values_becomes_one_fact(tmp_path: Path) -> None:
    assert read_facts(file(tmp_path, '{"sizes": ["60 cm", 90]}')) == {"sizes": "60 cm, 90"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("title: Oak shelf\nno fact at all\n", "line 2"),
        ("title: Oak shelf\n: nothing named\n", "line 2"),
        ('{"title": "Oak shelf",\n oops}', "line 2"),
        ('{"title"', "line 1"),
        (b"title: \xff\xfe", "not UTF-8"),
        ("x" * (LARGEST_FILE + 1), "too large"),
    ],
)
def test_a_file_that_holds_no_facts_is_named_with_the_line(tmp_path: Path, content: str | bytes, problem: str) -> None:
    path = file(tmp_path, content)
    with pytest.raises(InputError, match=problem) as caught:
        read_facts(path)
    assert str(path) in str(caught.value) and caught.value.hint


def test_a_file_that_is_not_there_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(InputError, match="cannot be read") as caught:
            read_facts(path)
        assert str(path) in str(caught.value)


@given(st.text(max_size=80))
def test_whatever_is_in_the_file_ends_in_facts_or_an_error_of_the_program(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    path = file(tmp_path_factory.getbasetemp(), content.encode("utf-8", "replace"))
    try:
        facts = read_facts(path)
        product_from_facts(facts)
    except PinwrightError as error:
        assert str(error)


def test_the_angles_that_are_wanted_come_first_in_their_order_and_once() -> None:
    chosen = choose_angles(BARE, ["season", "gift", "season"], 3)
    assert [angle.name for angle in chosen[:2]] == ["season", "gift"]
    assert len(chosen) == len(set(chosen)) == 3


def test_all_wanted_angles_are_given_even_if_fewer_are_counted() -> None:
    assert [angle.name for angle in choose_angles(BARE, ["gift", "season"], 1)] == ["gift", "season"]


def test_an_angle_that_no_fact_can_carry_comes_after_those_that_can_be_carried() -> None:
    needy = {angle.name for angle in ANGLES if angle.needs}
    free = len(ANGLES) - len(needy)
    assert not needy & {angle.name for angle in choose_angles(BARE, [], free)}
    oak = Product(id="1", title="Oak shelf")
    assert "material" in {angle.name for angle in choose_angles(oak, [], free + 1)}
    assert "detail" not in {angle.name for angle in choose_angles(oak, [], free + 1)}


@given(st.lists(st.sampled_from(sorted(BY_NAME)), max_size=4), st.integers(1, len(ANGLES)))
def test_as_many_different_angles_are_chosen_as_are_asked_for(wanted: list[str], count: int) -> None:
    chosen = choose_angles(BARE, wanted, count)
    assert len(chosen) == len(set(chosen)) == max(count, len(set(wanted)))


def test_an_angle_that_is_not_known_is_named_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="'speed'") as caught:
        choose_angles(BARE, ["gift", "speed"], 2)
    assert all(name in caught.value.hint for name in BY_NAME)


@pytest.mark.parametrize("count", [0, -1, len(ANGLES) + 1])
def test_a_number_of_variants_that_there_are_no_angles_for_is_refused(count: int) -> None:
    with pytest.raises(UsageError, match=f"1 to {len(ANGLES)}"):
        choose_angles(BARE, [], count)
