"""Bounds: what keeps a text from leaving, and what the writer is told about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.bounds import Finding, copied_share, findings
from assistant.creative.formats import PIN, Format, Slot
from store.records import Product

PRODUCT = Product(
    id="1",
    title="Kelda Oak Wall Shelf",
    description="A wall shelf of oiled oak with two hidden brackets, made for narrow halls and small kitchens.",
)
GOOD = {"description": "Clear the hall in an afternoon. The brackets stay out of sight.", "title": "A calmer hall"}
SMALL = Format("small", "Small", (Slot("description", 40, 30, 10, 20, True), Slot("title", 12, 8, 0, 6, False)))


def found(
    others: list[dict[str, str]] | None = None,
    cut: frozenset[str] = frozenset(),
    format: Format = PIN,
    **texts: str,
) -> list[str]:
    return [finding.problem for finding in findings({**GOOD, **texts}, cut, format, PRODUCT, others or [])]


def test_a_good_variant_may_leave() -> None:
    assert found() == []


@pytest.mark.parametrize("slot", ["title", "description"])
def test_an_empty_text_is_found(slot: str) -> None:
    assert found(**{slot: ""}) == [f"the {slot} is empty"]


@pytest.mark.parametrize(("slot", "hard"), [("title", 100), ("description", 800)])
def test_a_text_of_its_limit_passes_and_one_more_does_not(slot: str, hard: int) -> None:
    end = "." if slot == "description" else "x"
    assert found(**{slot: "x" * (hard - 1) + end}) == []
    assert found(**{slot: "x" * hard + end}) == [f"the {slot} has {hard + 1} characters, {hard} are allowed"]


def test_the_limits_are_those_of_the_platform_in_code_points() -> None:
    assert {slot.name: slot.hard for slot in PIN.slots} == {"description": 800, "title": 100}
    assert found(title="🪔" * 100) == []
    assert found(title="🪔" * 101) == ["the title has 101 characters, 100 are allowed"]


def test_the_limits_of_the_format_that_is_given_count() -> None:
    assert found(format=SMALL, title="Thirteen char", description="Short enough.") == [
        "the title has 13 characters, 12 are allowed"
    ]


@pytest.mark.parametrize(
    "text",
    ["A shelf for", "A shelf with", "A shelf and", "A shelf,", "A shelf:", "A shelf –", "A shelf -", "Shelf of THE"],
)
def test_a_title_that_ends_in_the_open_is_cut_off(text: str) -> None:
    assert found(title=text) == ["the title is cut off"]


@pytest.mark.parametrize("text", ["A sofa", "The brand", "Bathe in it", "A calm hall?", "Shelf (oak)"])
def test_a_title_that_only_looks_open_is_whole(text: str) -> None:
    assert found(title=text) == []


@pytest.mark.parametrize("text", ["It hangs. And then", "It hangs there", "It hangs;"])
def test_a_description_ends_as_a_sentence(text: str) -> None:
    assert found(description=text) == ["the description is cut off"]


@pytest.mark.parametrize("text", ["It hangs.", "It hangs!", "Does it?", "It hangs (well.)", "It ‘hangs.’"])
def test_a_description_may_end_in_any_full_stop(text: str) -> None:
    assert found(description=text) == []


def test_what_the_engine_says_is_cut_is_cut_off() -> None:
    assert found(cut=frozenset({"title"})) == ["the title is cut off"]


@pytest.mark.parametrize(
    "left",
    [
        "Title: A hall",
        "Angle: gift",
        "{shelf}",
        "[shelf]",
        "<b>shelf",
        "see https://x.test/hall",
        "#shelfie",
        "Facts: oak",
    ],
)
def test_remains_of_the_prompt_and_marks_of_markup_are_not_copy(left: str) -> None:
    (problem,) = found(title=left)
    assert problem.startswith("the title holds") and problem.endswith("which is not copy")


def test_a_colon_or_a_number_sign_in_plain_use_is_copy() -> None:
    assert found(title="Subtitle: calm") == []
    assert found(title="Our # 1 of halls") == []


def test_a_text_that_another_variant_has_is_found_whatever_its_capitals() -> None:
    assert found([{**GOOD, "description": "Another one."}], title="A CALMER hall") == [
        "the title is the same as another variant's"
    ]
    assert found([{"title": "Another", "description": "Another one."}]) == []


@pytest.mark.parametrize("title", ["Kelda Oak Wall Shelf", "kelda oak wall shelf!", "Kelda: Oak, Wall Shelf"])
def test_a_title_that_is_the_products_name_is_found(title: str) -> None:
    assert found(title=title) == ["the title is only the product's name"]
    assert found(title=f"{title} at home") == []


def test_a_description_that_repeats_the_feed_is_found() -> None:
    assert found(description=PRODUCT.description) == ["the description repeats the product's own, word for word"]
    assert found(description="Put it up: a wall shelf of oiled oak with brackets that nobody sees at all.") == []


def test_every_finding_says_what_to_do() -> None:
    everything = findings(
        {"title": "Kelda Oak Wall Shelf", "description": f"[{PRODUCT.description * 10} and"},
        frozenset(),
        PIN,
        PRODUCT,
        [{"title": "kelda oak wall shelf", "description": ""}],
    )
    assert len(everything) == 6
    assert all(isinstance(finding, Finding) and finding.advice.endswith(".") for finding in everything)


words = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=20).map(" ".join)


@given(words, words)
def test_the_copied_share_is_between_none_and_all(text: str, source: str) -> None:
    share = copied_share(text, source)
    assert 0 <= share <= 1
    runs = [text.split()[start : start + 6] for start in range(len(text.split()) - 5)]
    joined = f" {source} "
    expected = sum(f" {' '.join(run)} " in joined for run in runs) / len(runs) if runs else 0.0
    assert share == pytest.approx(expected)


def test_a_text_shorter_than_six_words_copies_nothing() -> None:
    assert copied_share("one two three four five", "one two three four five") == 0
    assert copied_share("one two three four five six", "ONE, two; three four five six!") == 1


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=60))
def test_any_text_is_judged_without_an_error(title: str, description: str, feed: str) -> None:
    product = Product(id="1", title=feed, description=feed)
    for finding in findings({"title": title, "description": description}, frozenset(), PIN, product, []):
        assert finding.problem and finding.advice
