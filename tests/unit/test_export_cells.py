"""Cells that a spreadsheet does not run, and CSV that readers read back; links and files on their way out."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.creative.export import files, links
from assistant.creative.export.cells import as_csv, harmless, is_dangerous
from assistant.creative.export.rows import Exportable
from assistant.errors import UsageError
from store.reviews import Reviewed, State
from tests.copybook import creative, product

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", '"=1', "'=1",
    "“=1", "« @A", "＝1", "＋1", "－1", "＠A", "﹦1", "\x00=1", '" \'=cmd|',
)  # fmt: skip
PLAIN = ("Oak lamp", "a=b", "5 + 5", "(=1)", "", " ", '"quoted"', "~@", "1-2", "…=1")


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_a_spreadsheet_might_run_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", PLAIN)
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.lists(st.lists(st.text(), min_size=2, max_size=4), max_size=6))
@example([["=1", 'a"b'], ["x,y", "line\r\nline"], ["\r", "\x00"], ["", ""]])
def test_any_text_survives_csv_and_no_cell_begins_dangerously(rows: list[list[str]]) -> None:
    header = ["A", "B"]
    found = read(as_csv(header, rows))
    assert found[0] == header
    assert [[cell.removeprefix("'") if is_dangerous(text) else cell for cell, text in zip(*pair, strict=True)]
            for pair in zip(found[1:], rows, strict=True)] == rows  # fmt: skip
    for cell in (cell for row in found[1:] for cell in row):
        assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


def test_csv_is_utf_8_with_crlf_and_no_mark_before_the_header() -> None:
    assert as_csv(("Title", "Note"), [("Café", 'a "b"')]) == 'Title,Note\r\nCafé,"a ""b"""\r\n'.encode()


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://a.example/x", "https://a.example/x?utm_source=pins&utm_campaign=a%20b%26c"),
        ("https://a.example/x?q=1%20a#top", "https://a.example/x?q=1%20a&utm_source=pins&utm_campaign=a%20b%26c#top"),
        ("https://a.example/?UTM_source=old&b", "https://a.example/?b&utm_source=pins&utm_campaign=a%20b%26c"),
        ("", ""),
    ],
)
def test_a_link_gets_its_tracking_and_keeps_the_rest(link: str, expected: str) -> None:
    assert links.tracked(link, links.read_utm(["source=pins", "utm_campaign=a b&c"])) == expected


@pytest.mark.parametrize("pair", ["campaign", "campaign=", "colour=red", "=x", ""])
def test_tracking_that_is_none_is_refused(pair: str) -> None:
    with pytest.raises(UsageError, match="no tracking parameter"):
        links.read_utm([pair])


@pytest.mark.parametrize("link", ["javascript:alert(1)", "shop.example", "https://", "https://a b", "http://[", "/x"])
def test_a_link_that_is_no_address_is_named(link: str) -> None:
    assert "no address of the web" in links.problem(link, "link")


def test_a_link_is_held_to_its_limit() -> None:
    assert not links.problem("https://a.example/".ljust(2048, "x"), "link")
    assert "2,049 characters" in links.problem("https://a.example/".ljust(2049, "x"), "link")
    assert links.problem("", "image_link") == "its product has no image_link"


def test_several_files_are_numbered(tmp_path: Path) -> None:
    assert files.places(tmp_path / "pins.csv", 1) == [tmp_path / "pins.csv"]
    assert [path.name for path in files.places(tmp_path / "pins.csv", 2)] == ["pins-001.csv", "pins-002.csv"]


@pytest.mark.parametrize("there", ["pins.csv", "pins-002.csv"])
def test_what_is_there_is_replaced_only_when_wanted(there: str, tmp_path: Path) -> None:
    (tmp_path / there).write_text("old")
    with pytest.raises(UsageError, match=there):
        files.check_free(tmp_path / "pins.csv", force=False)
    files.check_free(tmp_path / "pins.csv", force=True)
    files.check_free(tmp_path / "other.csv", force=False)


def test_a_folder_or_a_device_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "pins.csv").mkdir()
    for place in (tmp_path / "pins.csv", Path(os.devnull)):
        with pytest.raises(UsageError, match="no file that can be replaced"):
            files.check_free(place, force=True)


def test_files_appear_together_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        files.write_files([(tmp_path / "new" / "x.csv", b"x"), (tmp_path / ("y" * 300), b"y")])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    files.write_files([(tmp_path / "new" / "x.csv", b"x"), (tmp_path / "y.csv", b"y")])
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["x.csv", "y.csv"]


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(UsageError, match="taken"):
        files.write_files([(tmp_path / "taken" / "x.csv", b"x")])


@pytest.mark.parametrize(
    "given",
    [
        *("kiln.example", "http://kiln.example", "https://", "https://kiln", "ftp://kiln.example", "", "https:///a"),
        *("https://kiln.example?a=b", "https://kiln.example#a", "https://me@kiln.example", "https://kiln.example/a b"),
    ],
)
def test_what_is_no_address_of_a_shop_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="no address of a shop"):
        links.read_shop(given)


@pytest.mark.parametrize(
    "given", ["https://kiln.example", " https://kiln.example/ ", "https://kiln.example:8443/en-gb/"]
)
def test_a_shop_is_its_address_without_the_last_slash(given: str) -> None:
    assert links.read_shop(given) == given.strip().rstrip("/")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"link": ""}, "https://kiln.example/products/oak-lamp"),
        ({"link": "https://own.example/lamp"}, "https://own.example/lamp"),
        ({"link": "", "extra": {"Handle": "a-lamp"}}, "https://kiln.example/products/a-lamp"),
        ({"link": "", "extra": {"Handle": "a lamp"}}, ""),
        ({"link": "", "extra": {"Handle": "é"}}, "https://kiln.example/products/%C3%A9"),
    ],
)
def test_a_product_without_a_link_is_found_in_the_shop_by_its_handle(fields: dict[str, Any], expected: str) -> None:
    item = product("oak-lamp", **fields)
    reviewed = Reviewed(id="a", product_title="", state=State.APPROVED, written=creative("oak-lamp"), decided_by="Kim")
    assert links.linked(Exportable.of(reviewed, item), "https://kiln.example").product.link == expected
