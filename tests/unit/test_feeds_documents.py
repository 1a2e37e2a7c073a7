from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.feeds.reader import Accepted, Rejected, Row, open_feed
from assistant.feeds.sources import ROW_LIMIT
from store.records import Kind, Product

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title><link>https://s.example</link>
%s
</channel></rss>"""


def read(folder: Path, content: str | bytes, name: str = "feed") -> list[Row]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_feed(str(path), Kind.PRODUCT) as feed:
        return list(feed)


def accepted(rows: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.record.title) for row in rows if isinstance(row, Accepted)]


def rejected(rows: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in rows if isinstance(row, Rejected)]


def test_broken_json_lines_are_rejected_one_by_one(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "title": "Lamp"}',
        '{"id": 2, "title": "Mug"',
        "",
        "[1]",
        "[" * 100_000,
        "null",
        '{"id": 3, "title": "Cup"}',
    ]
    rows = read(tmp_path, "\n".join(lines))
    assert accepted(rows) == [(1, "Lamp"), (7, "Cup")]
    assert [line for line, _ in rejected(rows)] == [2, 4, 5, 6]
    assert rejected(rows)[0][1].startswith("not valid JSON: expecting")
    assert rejected(rows)[1][1] == "not a JSON object"


def test_a_json_line_over_the_limit_is_rejected(tmp_path: Path) -> None:
    long = json.dumps({"id": "1", "title": "x" * (2 * ROW_LIMIT)})
    rows = read(tmp_path, long + '\n{"id": "2", "title": "Mug"}\n')
    assert rejected(rows) == [(1, f"the line is longer than {ROW_LIMIT:,} characters")]
    assert accepted(rows) == [(2, "Mug")]


def test_line_separators_inside_json_texts_do_not_end_a_line(tmp_path: Path) -> None:
    assert accepted(read(tmp_path, '{"id": "1", "title": "Oak\u2028lamp"}\n{"id": "2", "title": "Mug"}\n')) == [
        (1, "Oak lamp"),
        (2, "Mug"),
    ]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("shape", ["list", "products", "items", "later"])
def test_lists_in_json_documents_are_read(tmp_path: Path, indent: int | None, shape: str) -> None:
    rows = [
        {
            "id": str(number),
            "title": f'Lamp "{number}" {{[\\',
            "variants": [{"id": "v", "products": [{}]}],
            "tags": ["a"],
        }
        for number in range(3)
    ]
    document = {
        "list": rows,
        "products": {"products": rows},
        "items": {"items": rows, "next": {"id": 9}},
        "later": {"meta": {"pages": [1, 2], "by": "x"}, "products": rows},
    }[shape]
    found = read(tmp_path, json.dumps(document, indent=indent))
    assert accepted(found) == [(number + 1, f'Lamp "{number}" {{[\\') for number in range(3)]


def test_a_broken_row_does_not_end_a_json_list(tmp_path: Path) -> None:
    rows = read(tmp_path, '[{"id": "1", "title": "Lamp"}, {"id": "2" "title": "Mug"}, {"id": "3", "title": "Cup"}]')
    assert accepted(rows) == [(1, "Lamp"), (3, "Cup")]
    assert [line for line, _ in rejected(rows)] == [2]


def test_rows_that_cross_the_chunks_of_reading_are_whole(tmp_path: Path) -> None:
    rows = [{"id": str(number), "title": 'Lamp \\ " ' + "x" * (number % 450)} for number in range(1200)]
    assert len(accepted(read(tmp_path, json.dumps(rows)))) == 1200


def test_a_row_over_the_limit_in_a_json_list_is_rejected(tmp_path: Path) -> None:
    rows = [{"id": "1", "title": "x" * (2 * ROW_LIMIT)}, {"id": "2", "title": "Mug"}]
    found = read(tmp_path, json.dumps(rows))
    assert rejected(found) == [(1, f"the item is longer than {ROW_LIMIT:,} characters")]
    assert accepted(found) == [(2, "Mug")]


@pytest.mark.parametrize("document", ['[{"id": "1", "title": "Lamp"}, {"id"', '[{"id": "1", "title": "Lamp"}}'])
def test_a_json_document_that_breaks_off_is_an_error(tmp_path: Path, document: str) -> None:
    with pytest.raises(InputError, match=r"feed .*after item 1"):
        read(tmp_path, document)


def test_rss_items_with_google_names_are_read(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        RSS
        % """<item><g:id>1</g:id><title>Oak &amp; lamp</title><g:title>Oak lamp</g:title><guid>x</guid>
        <description><![CDATA[<p>Warm</p><p>light</p>]]></description><link>https://s.example/1</link>
        <g:price>24.99 EUR</g:price><g:availability>in_stock</g:availability>
        <g:product_type>Home &gt; Lamps</g:product_type>
        <g:shipping><g:country>DE</g:country><g:price>5 EUR</g:price></g:shipping>
        <g:shipping><g:country>FR</g:country></g:shipping></item>
        <item><g:id>2</g:id><title>Mug</title><g:price>free</g:price></item>""",
    )
    assert [line for line, _ in rejected(rows)] == [2]
    [first] = [row.record for row in rows if isinstance(row, Accepted)]
    assert isinstance(first, Product)
    assert (first.id, first.title, first.description, first.link) == (
        "1",
        "Oak lamp",
        "Warm light",
        "https://s.example/1",
    )
    assert (str(first.price), first.product_type, first.countries) == ("24.99 EUR", "Home > Lamps", ("DE", "FR"))


def test_atom_entries_are_read(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>
        <entry><id>tag:x</id><g:id>1</g:id><title>Lamp</title><summary>Warm</summary>
        <link rel="self" href="https://s.example/self"/><link href="https://s.example/1"/></entry></feed>""",
    )
    [row] = rows
    assert isinstance(row, Accepted)
    assert (row.record.id, row.record.description, row.record.link) == ("1", "Warm", "https://s.example/1")


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE rss [<!ENTITY a "b">]>',
        '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
        '<!DOCTYPE rss SYSTEM "http://x.example/x.dtd">',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_document_types_and_entities_are_refused(tmp_path: Path, declaration: str) -> None:
    with pytest.raises(InputError, match="feed declares a document type or entities"):
        read(tmp_path, f'<?xml version="1.0"?>{declaration}<rss><channel><item><title>x</title></item></channel></rss>')


def test_broken_xml_gives_its_good_items_and_then_one_error(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    items = "".join(f"<item><g:id>{number}</g:id><title>Lamp {number}</title></item>\n" for number in range(2000))
    path.write_text(RSS.partition("%s")[0] + items + "<item><title>A & B</title>")
    found: list[Row] = []
    with (
        pytest.raises(InputError, match="feed is not well-formed XML at line"),
        open_feed(str(path), Kind.PRODUCT) as feed,
    ):
        for row in feed:
            found.append(row)  # noqa: PERF402
    assert len(accepted(found)) > 1500


@pytest.mark.parametrize("body", ["<a>" * 5000, "<item><title>" + "x" * (3 * ROW_LIMIT), "<x/>" * ROW_LIMIT])
def test_xml_that_would_fill_the_memory_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(InputError, match=r"feed (nests|has an item)"):
        read(tmp_path, RSS.partition("%s")[0] + body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_xml_is_read_in_the_encoding_it_declares(tmp_path: Path, encoding: str) -> None:
    text = RSS.replace('"1.0"?', f'"1.0" encoding="{encoding}"?') % "<item><g:id>1</g:id><title>Café</title></item>"
    assert accepted(read(tmp_path, text.encode(encoding))) == [(1, "Café")]


def test_xml_with_windows_letters_and_control_characters_is_read(tmp_path: Path) -> None:
    text = RSS % "<item><g:id>1</g:id><title>Caf\xe9\x0b \x92</title></item>"
    assert accepted(read(tmp_path, text.encode("latin-1"))) == [(1, "Café ’")]


def test_xml_without_items_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without any item"):
        read(tmp_path, RSS % "")


def test_a_long_row_of_a_json_list_is_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    path.write_text('[{"id": "1", "title": "' + "x" * (16 * ROW_LIMIT) + '"}]')
    tracemalloc.start()
    try:
        with open_feed(str(path), Kind.PRODUCT) as feed:
            assert len(list(feed)) == 1
        assert tracemalloc.get_traced_memory()[1] < 6 * ROW_LIMIT
    finally:
        tracemalloc.stop()
