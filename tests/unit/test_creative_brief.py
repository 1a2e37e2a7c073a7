"""Briefs: facts and a brief, from options or a file, become a product and what is to be written of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.brief import (
    LARGEST_FILE,
    LONGEST_TEXT,
    OBJECTIVES,
    brief_options,
    product_from_facts,
    read_brief,
    read_facts,
)
from assistant.errors import InputError, PinwrightError, UsageError
from store.creatives import Brief
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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "b.toml",
            'audience = "renters"\ntone = "dry"\nobjective = "web conversion"\nseason = "spring"\nlanguage = "fr"\n'
            'use = ["oak", "slow", "Oak"]\navoid = "cheap, must-have ,"\n',
        ),
        (
            "b.json",
            '{"audience": "renters", "tone": " dry\\n", "objective": "WEB_CONVERSION", "season": "spring", '
            '"language": "French", "use": ["Oak", "slow", "oak"], "avoid": ["cheap", "must-have"]}',
        ),
    ],
)
def test_a_brief_is_read_from_toml_and_from_json(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    options = read_brief(path)
    assert options == {
        "audience": "renters",
        "tone": "dry",
        "objective": "WEB_CONVERSION",
        "season": "spring",
        "language": "French",
        "use": options["use"],
        "avoid": ("cheap", "must-have"),
    }
    assert [word.casefold() for word in options["use"]] == ["oak", "slow"]
    brief = Brief(product=BARE, **options)
    assert (brief.language, brief.avoid) == ("French", ("cheap", "must-have"))


def test_what_a_brief_does_not_say_is_left_to_the_defaults(tmp_path: Path) -> None:
    assert read_brief(file(tmp_path, 'tone = "dry"')) == {"tone": "dry"}
    assert read_brief(file(tmp_path, "")) == {}
    assert brief_options({"language": ""}) == {}


@pytest.mark.parametrize("objective", sorted(OBJECTIVES))
def test_an_objective_of_the_platform_is_known_in_any_spelling(objective: str) -> None:
    for spelt in (objective, objective.lower(), objective.replace("_", " ").title(), objective.replace("_", "-")):
        assert brief_options({"objective": spelt}) == {"objective": objective}
    assert brief_options({"objective": "more saves, please"}) == {"objective": "more saves, please"}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"mood": "dry"}, "unknown key: 'mood'"),
        ({"language": "Klingon"}, "'Klingon'"),
        ({"tone": 3}, "tone must be a text"),
        ({"tone": "x" * (LONGEST_TEXT + 1)}, f"{LONGEST_TEXT} are allowed"),
        ({"use": 3}, "use must be a list"),
        ({"use": ["oak", 3]}, "use must be a list"),
        ({"avoid": {"a": 1}}, "avoid must be a list"),
        ({"avoid": ["x" * 61]}, "at most"),
        ({"avoid": [str(number) for number in range(51)]}, "at most"),
        ({"use": ["Oak"], "avoid": ["oak"]}, "both uses and avoids 'oak'"),
    ],
)
def test_a_brief_that_cannot_be_followed_is_refused_in_a_sentence(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        brief_options(values)
    assert caught.value.hint


def test_an_unknown_key_is_named_with_the_file_and_the_known_ones(tmp_path: Path) -> None:
    path = file(tmp_path, 'tones = "dry"')
    with pytest.raises(UsageError, match="'tones'") as caught:
        read_brief(path)
    assert str(path) in str(caught.value)
    for name in ("audience", "tone", "objective", "season", "use", "avoid", "language"):
        assert name in caught.value.hint


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("tone: dry", "not valid TOML"),
        ('{"tone": "dry"', "line 1"),
        (b"tone = '\xff'", "not UTF-8"),
        ("#" * (LARGEST_FILE + 1), "too large"),
        ('{"a":' * 20_000, "not valid JSON"),
    ],
)
def test_a_file_that_is_no_brief_is_named(tmp_path: Path, content: str | bytes, problem: str) -> None:
    path = file(tmp_path, content)
    with pytest.raises(InputError, match=problem) as caught:
        read_brief(path)
    assert str(path) in str(caught.value) and caught.value.hint


@given(st.text(max_size=80))
def test_whatever_is_in_a_brief_ends_in_a_brief_or_an_error_of_the_program(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    path = file(tmp_path_factory.getbasetemp(), content.encode("utf-8", "replace"))
    try:
        Brief(product=BARE, **read_brief(path))
    except PinwrightError as error:
        assert str(error)
