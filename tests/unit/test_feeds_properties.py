from __future__ import annotations

import csv
import gzip
import io
import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.feeds.reader import Accepted, Rejected, Row, open_feed
from assistant.feeds.text import normalise, plain
from store.records import Kind

RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ROWS = st.lists(st.fixed_dictionaries({"title": TEXT, "description": TEXT, "note": TEXT}), max_size=8)
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def read(path: Path, kind: Kind = Kind.PRODUCT) -> list[Row]:
    with open_feed(str(path), kind) as feed:
        return list(feed)


def check(rows: list[dict[str, str]], found: list[Row]) -> None:
    assert len(found) == len(rows)
    for number, (row, got) in enumerate(zip(rows, found, strict=True)):
        if not normalise(row["title"]):
            assert isinstance(got, Rejected) and got.reason == "no title" and got.id == f"id {number}"
            continue
        assert isinstance(got, Accepted), got
        assert got.record.title == normalise(row["title"])
        assert got.record.description == normalise(row["description"])
        assert got.record.extra.get("note", "") == plain(row["note"])


@RELAXED
@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    packed=st.booleans(),
)
def test_any_texts_written_as_csv_read_back(
    tmp_path: Path, rows: list[dict[str, str]], delimiter: str, encoding: str, ending: str, packed: bool
) -> None:
    # A file that is a third control characters is taken for binary.
    assume(sum(not character.isprintable() for row in rows for text in row.values() for character in text) <= 64)
    buffer = io.StringIO()
    # The csv module leaves a bare carriage return unquoted where lines end in "\n": no reader can know what it means.
    quoting = csv.QUOTE_ALL if ending == "\n" else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=ending, quoting=quoting)
    writer.writerow(["id", "title", "description", "note"])
    for number, row in enumerate(rows):
        writer.writerow([f"id {number}", row["title"], row["description"], row["note"]])
    content = buffer.getvalue().encode(encoding)
    path = tmp_path / "feed"
    path.write_bytes(gzip.compress(content) if packed else content)
    check(rows, read(path))


@RELAXED
@given(rows=ROWS, ascii_only=st.booleans(), packed=st.booleans(), as_list=st.booleans())
def test_any_texts_written_as_json_read_back(
    tmp_path: Path, rows: list[dict[str, str]], ascii_only: bool, packed: bool, as_list: bool
) -> None:
    numbered = [{"id": f"id {number}", **row} for number, row in enumerate(rows)]
    text = (
        json.dumps(numbered, ensure_ascii=ascii_only)
        if as_list
        else "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in numbered)
    )
    path = tmp_path / "feed"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    if text:
        check(rows, read(path))


STARTS = st.sampled_from(
    [b"", b"id,title,price\n", b"id\ttitle\n", b'{"id":', b"[{", b'{"products": [{"id": 1', b"<rss><channel><item>",
     b"<?xml version='1.0'?><feed><entry><id>", b"\x1f\x8b\x08\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"sep=;\n",
     b"Handle,Title,Body (HTML),Variant Price\n", gzip.compress(b"id,title\n1,Lamp\n"), b"\xff\xfe\0\0"]
)  # fmt: skip


@RELAXED
@given(start=STARTS, rest=st.binary(max_size=300), kind=st.sampled_from(Kind))
def test_random_bytes_are_rows_or_an_input_error(tmp_path: Path, start: bytes, rest: bytes, kind: Kind) -> None:
    path = tmp_path / "feed"
    path.write_bytes(start + rest)
    try:
        rows = read(path, kind)
    except InputError as error:
        assert plain(str(error)) == str(error) and error.hint
        return
    for row in rows:
        if isinstance(row, Rejected):
            assert plain(row.reason) == row.reason
            assert plain(row.excerpt) == row.excerpt


@RELAXED
@given(cells=st.lists(st.lists(st.text('ab,"\n x', max_size=6), min_size=1, max_size=4), max_size=20))
def test_every_row_of_a_table_comes_out_once_and_in_order(tmp_path: Path, cells: list[list[str]]) -> None:
    path = tmp_path / "feed"
    path.write_text("id,title\n" + "\n".join(",".join(row) for row in cells), newline="")
    lines = [row.line for row in read(path)]
    assert lines == sorted(set(lines))


COLUMNS = (
    "id title description link image price sale_price currency availability stock category style tags interest "
    "countries shipping gender condition created_at odd"
)


@RELAXED
@given(
    value=st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
        max_leaves=6,
    ),
    column=st.sampled_from(COLUMNS.split()),
    kind=st.sampled_from(Kind),
)
def test_any_json_value_in_any_column_is_a_record_or_a_reason(
    tmp_path: Path, value: object, column: str, kind: Kind
) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text(json.dumps({"id": "1", "title": "Lamp", "category": "x", column: value}))
    assert len(read(path, kind)) == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not beside this checkout")
@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("feeds/shopify-apparel.csv", Kind.PRODUCT, 20),
        ("feeds/shopify-fashion.csv", Kind.PRODUCT, 997),
        ("feeds/shopify-home-and-garden.csv", Kind.PRODUCT, 20),
        ("feeds/shopify-jewelery.csv", Kind.PRODUCT, 20),
        ("retail-demo-store/products.jsonl", Kind.PRODUCT, 2465),
        ("pins/pins.jsonl", Kind.PIN, 1601),
        ("esci200/corpus.jsonl", Kind.PRODUCT, 200),
    ],
)
def test_real_feeds_are_read_whole(name: str, kind: Kind, expected: int) -> None:
    rows = read(SHARED / name, kind)
    assert sum(isinstance(row, Accepted) for row in rows) == len(rows) == expected


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not beside this checkout")
def test_a_real_export_with_random_damage_never_raises_anything_else(tmp_path: Path) -> None:
    content = (SHARED / "feeds" / "shopify-jewelery.csv").read_bytes()
    chance = random.Random(7)
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 20)):
            damaged[chance.randrange(len(damaged))] = chance.choice(b'",\n\x00\xff\x1b{<')
        path = tmp_path / "feed"
        path.write_bytes(damaged)
        try:
            assert read(path)
        except InputError:
            continue
