"""Google's taxonomy from a file: what a line is, what is left out with which reason, and what lies below what."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError, MissingError
from assistant.feeds.taxonomy import (
    KEPT_NAME,
    Category,
    Taxonomy,
    kept_taxonomy,
    read_taxonomy,
    require_taxonomy,
    taxonomy_as_text,
)

ENGLISH = """\
# Google_Product_Taxonomy_Version: 2021-09-21
536 - Home & Garden
594 - Home & Garden > Lighting
4636 - Home & Garden > Lighting > Lamps
696 - Home & Garden > Decor
500044 - Home & Garden > Lawn & Garden > Lamp Posts
166 - Apparel & Accessories
2947 - Home & Garden > Lighting > Light Bulbs > Fluorescent Lamps
"""
GERMAN = "536 - Heim & Garten\n594 - Heim & Garten > Beleuchtung\n"
JAPANESE = "536 - ホーム・ガーデン\n594 - ホーム・ガーデン > 照明\n"


def write(folder: Path, content: str | bytes) -> str:
    place = folder / "taxonomy.txt"
    place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(place)


@pytest.fixture
def english(tmp_path: Path) -> Taxonomy:
    taxonomy, bad = read_taxonomy(write(tmp_path, ENGLISH))
    assert not bad
    return taxonomy


def paths(found: list[Category]) -> list[str]:
    return [one.path for one in found]


def test_a_line_is_an_id_and_a_path(english: Taxonomy) -> None:
    assert english.version == "2021-09-21" and len(english.categories) == 7
    assert english.by_id["594"] == Category("594", "Home & Garden > Lighting")


@pytest.mark.parametrize(
    "content",
    [
        GERMAN,
        JAPANESE,
        GERMAN.encode("utf-16"),
        b"\xef\xbb\xbf" + GERMAN.encode(),
        GERMAN.replace("\n", "\r\n"),
        gzip.compress(GERMAN.encode()),
        "594 – Heim>Licht\n\n   \n# a remark\n536- Heim",
    ],
)
def test_any_language_and_encoding_is_read(tmp_path: Path, content: str | bytes) -> None:
    taxonomy, bad = read_taxonomy(write(tmp_path, content))
    assert set(taxonomy.by_id) == {"536", "594"} and not bad
    assert " > " in taxonomy.by_id["594"].path


def test_what_is_no_category_is_left_out_with_its_line_and_the_reason(tmp_path: Path) -> None:
    lines = (
        "1 - Animals", "Animals > Cats", "2 - ", "3 - Animals > > Dogs", "1 - Birds", "4 - animals", "x5 - Fish",
        "6 - \x1b[31mFish\x1b[0m", f"7 - {'a' * 2000}", "8 - [red]Cats[/red]",
    )  # fmt: skip
    taxonomy, bad = read_taxonomy(write(tmp_path, "\n".join(lines)))
    assert [one.path for one in taxonomy.categories] == ["Animals", "Fish", "[red]Cats[/red]"]
    assert [one.line for one in bad] == [2, 3, 4, 5, 6, 7, 9]
    reasons = dict(bad)
    assert "is not like `166 - Apparel & Accessories`" in reasons[2] and "'Animals > Cats'" in reasons[2]
    assert "has an empty level" in reasons[4]
    assert reasons[5] == "1 stands on line 1 already" and reasons[6] == "animals stands on line 1 already"
    assert "longer than 1,000" in reasons[9]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"Animals\nAnimals > Cats\n", "holds no category. Line 1: 'Animals' is not like"),
        (b"# nothing\n", "holds no category."),
        (b"\x89PNG\r\n" + bytes(200), "is an image"),
        (gzip.compress(GERMAN.encode())[:20], "damaged gzip"),
        (b'{"id": 5}', "holds no category"),
    ],
)
def test_a_file_that_is_no_taxonomy_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        read_taxonomy(write(tmp_path, content))
    assert refused.value.hint


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        read_taxonomy(str(tmp_path / "none"))
    with pytest.raises(InputError, match="is a folder"):
        read_taxonomy(str(tmp_path))


def test_what_lies_below_is_found_by_id_and_by_whole_levels(english: Taxonomy) -> None:
    below = ["Home & Garden > Lighting", "Home & Garden > Lighting > Lamps"]
    below.append("Home & Garden > Lighting > Light Bulbs > Fluorescent Lamps")
    assert paths(english.within("594")) == paths(english.within("home & garden>LIGHTING")) == below
    assert paths(english.within("Lighting > Lamps")) == ["Home & Garden > Lighting > Lamps"]
    assert paths(english.within("Lamps")) == ["Home & Garden > Lighting > Lamps"]
    assert english.within("Light") == english.within("999") == english.within("") == english.within(">") == []


def test_categories_are_found_by_words_the_plainest_first(english: Taxonomy) -> None:
    assert paths(english.called("lamps")) == [
        "Home & Garden > Lighting > Lamps",
        "Home & Garden > Lighting > Light Bulbs > Fluorescent Lamps",
    ]
    assert paths(english.called("garden lamp"))[0] == "Home & Garden > Lawn & Garden > Lamp Posts"
    assert paths(english.called("536")) == [
        "Home & Garden", "Home & Garden > Lighting", "Home & Garden > Decor",
    ]  # fmt: skip
    assert english.called("zzz") == []


def test_what_is_kept_is_what_was_read(english: Taxonomy, tmp_path: Path) -> None:
    assert kept_taxonomy(tmp_path) is None
    with pytest.raises(MissingError, match="No taxonomy was imported yet"):
        require_taxonomy(tmp_path)
    (tmp_path / KEPT_NAME).write_text(taxonomy_as_text(english), encoding="utf-8")
    assert require_taxonomy(tmp_path) == english


@given(st.lists(st.one_of(st.text(max_size=60), st.from_regex(r"[0-9]{1,4} - [A-Z a-z>&]{1,20}", fullmatch=True))))
def test_whatever_the_lines_are_each_is_taken_or_named(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    content = "\n".join(line.replace("\r", "").replace("\n", "") for line in ["77777 - Known", *lines])
    taxonomy, bad = read_taxonomy(write(folder, content.encode("utf-8", "replace")))
    assert taxonomy.categories[0].path == "Known" and all(one.reason for one in bad)
    (folder / KEPT_NAME).write_text(taxonomy_as_text(taxonomy), encoding="utf-8")
    assert kept_taxonomy(folder) == taxonomy
