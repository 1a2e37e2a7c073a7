"""What is never inferred: told by one signal, or by several together; and what only sounds so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assistant.patterns.prefilter import Prefilter
from assistant.privacy.age import tells_of_a_minor
from assistant.privacy.sensitive import reading, sensitive_places, topics, touch
from benchmarks.sensitive import measure, outcome_of, read
from store.records import Signal

DEV = Path(__file__).parents[1] / "data" / "sensitive" / "dev.jsonl"


def history(*texts: str) -> list[Signal]:
    return [Signal(id=f"s{number}", kind="search", text=text) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    "text",
    [
        "soft caps for chemotherapy",
        "DIABETES friendly desserts",
        "d i a b e t e s snacks",
        "diаbetes snacks",
        "anti-depressants and coffee",
        "adhd cleaning schedule",
        "six months sober gift",
        "after a miscarriage",
        "anorexia recovery meals",
        "self-harm scars",
        "food stamp recipes",
        "eviction notice help",
        "prayer rug",
        "first communion dress",
        "kosher meal plan",
        "how to come out to my parents",
        "chest binder",
        "hairstyles for black women",
        "green card interview",
        "vote republican sign",
        "union steward handbook",
        "picket line snacks",
        "prison visit outfit",
        "leaving an abusive husband",
    ],
)
def test_what_says_it_alone_is_found_however_it_is_written(text: str) -> None:
    assert sensitive_places(history("oak shelf", text)) == {1}


@pytest.mark.parametrize(
    "text",
    [
        "yoga mat",
        "church wedding venue",
        "crime novel",
        "unicorn pride cake",
        "healthy recipes",
        "union jack cushion",
        "Christmas decoration",
        "budget meal plan",
        "political history bookshelf",
        "cancer zodiac necklace",
        "depression glass vase",
        "dog anxiety wrap",
        "kosher salt caramels",
        "credit union card",
        "murder mystery dinner",
        "prison costume for Halloween",
        "gluten free bread",
        "christian dior bag",
        "green party dress",
        "straight jeans",
        "prayer plant care",
    ],
)
def test_what_only_sounds_so_passes(text: str) -> None:
    assert sensitive_places(history(text, text, text)) == set()


def test_hints_say_it_together_and_not_alone() -> None:
    hints = ("sugar free cake", "low glycemic snacks", "medical id bracelet")
    for hint in hints:
        assert sensitive_places(history("oak shelf", hint, hint, hint)) == set()
    assert sensitive_places(history("oak shelf", *hints)) == {1, 2, 3}


def test_a_hint_beside_what_says_it_goes_with_it_and_hints_of_another_topic_stay() -> None:
    found = sensitive_places(history("wig shop near me", "chemo diary", "mocktail recipes", "oak shelf"))
    assert found == {0, 1}


def test_hints_in_one_signal_count_once() -> None:
    assert sensitive_places(history("sugar free low glycemic medical id bracelet")) == set()


def test_an_animal_a_story_or_a_lesson_is_not_the_person() -> None:
    assert (
        sensitive_places(history("arthritis in old dogs", "documentary about cancer", "nursing school diabetes notes"))
        == set()
    )
    assert sensitive_places(history("my cancer journey documentary")) == {0}
    assert sensitive_places(history("service dog vest for ptsd")) == {0}


@pytest.mark.parametrize(
    "texts",
    [
        ["I am 15 and need a job"],
        ["im 13 outfits"],
        ["my 10th grade homework"],
        ["first day of 7th grade outfit"],
        ["how to convince my mom to get a cat"],
        ["my middle school locker"],
        ["homecoming dress", "locker decor", "sleepover ideas"],
    ],
)
def test_signs_of_a_minor_are_seen(texts: list[str]) -> None:
    assert tells_of_a_minor(history("oak shelf", *texts))


@pytest.mark.parametrize(
    "texts",
    [
        ["gift for my 15 year old daughter"],
        ["8th grade science lesson plans"],
        ["I am 15 weeks pregnant"],
        ["16 inch necklace"],
        ["prom dress"],
        ["high school reunion"],
        ["homecoming dress"] * 5,
        ["my son's 13th birthday party", "teen bedroom for my son"],
    ],
)
def test_parents_teachers_and_measures_are_no_signs_of_a_minor(texts: list[str]) -> None:
    assert not tells_of_a_minor(history(*texts))


def test_the_development_set_is_whole_and_judged_as_it_should_be() -> None:
    rows = read(DEV)
    assert len(rows) == 60 == len({row["id"] for row in rows})
    figures = measure([outcome_of(row) for row in rows], 0.0)
    assert figures["sensitive"] == figures["harmless"] == 30
    assert figures["inferred"] == 0 and figures["kept_share"] >= 0.9


def test_the_benchmark_sees_a_door_that_lets_something_through() -> None:
    row = {"id": "x", "label": "sensitive", "signals": [{"kind": "search", "query": "oak shelf"}]}
    assert measure([outcome_of(row)], 0.0)["inferred"] == 1
    told = {"kind": "search", "query": "oak shelf", "tells": True}
    row = {"id": "x", "label": "sensitive", "signals": [told, {"kind": "search", "query": "chemo hats"}]}
    assert outcome_of(row).inferred


def test_a_second_look_finds_no_more_than_the_quick_one_lets_it() -> None:
    """Wherever a pattern stands, the quick look says so."""
    texts = [json.dumps(row) for row in read(DEV)] + [
        signal["query"] for row in read(DEV) for signal in row["signals"] if "query" in signal
    ]
    words = [found for topic in topics() for found in (topic.says, topic.any_hint)]
    from assistant.privacy import sensitive

    for text in texts:
        passage = reading(text)
        if any(found.words.search(passage) for found in words):
            assert sensitive._prefilter().may_find(passage), text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("cats?", "a cat"),
        ("(?:a|b)c", "bc"),
        ("(?:un)?tied", "tied"),
        ("(?:un)?tied", "untied"),
        ("x?y", "so y"),
        ("\\d{2} days", "for 30 days"),
        ("(?:\\$|£)?\\d+ only", "£5 only"),
        ("one|(?:two|three) bees", "three bees"),
        ("\\w+less", "endless"),
        ("[ab]c", "bc"),
        ("a{2}b", "aab"),
        ("(?:(?:x|y)z|q)", "yz"),
        ("(?:a|)b", "b"),
    ],
)
def test_the_quick_look_finds_every_shape_of_pattern(pattern: str, text: str) -> None:
    quick = Prefilter([pattern])
    assert quick.may_find(text)
    assert not quick.may_find("nothing of the kind here")
    assert re.search(pattern, text)


def test_an_empty_text_touches_nothing() -> None:
    assert not touch("").said and not touch("  \n").hinted
    assert sensitive_places([]) == set()
