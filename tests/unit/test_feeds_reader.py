from __future__ import annotations

import gzip
import io
import json
import os
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.errors import ExitCode, InputError
from assistant.feeds.reader import Accepted, Rejected, Row, open_feed
from store.records import Ad, Availability, Kind, Pin, Price, Product

HEADER = "id,title,price\n"


def read(path: Path | str, kind: Kind = Kind.PRODUCT) -> list[Row]:
    with open_feed(str(path), kind) as feed:
        return list(feed)


def write(folder: Path, content: str | bytes, name: str = "products.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def products(rows: Sequence[Row]) -> list[Product]:
    assert not [row for row in rows if isinstance(row, Rejected)]
    return [row.record for row in rows if isinstance(row, Accepted) and isinstance(row.record, Product)]


def rejected(rows: Sequence[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in rows if isinstance(row, Rejected)]


def test_a_catalogue_row_fills_every_field_it_names(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "g:id,Title,DESCRIPTION,link,image-link,price,sale price,availability,brand,product_type,colour,material,"
        "pattern,size,gender,age_group,item_group_id,condition,tags,interest,shipping,odd\n"
        "a1,Oak lamp,<p>Warm</p>,https://s.example/a,https://s.example/a.jpg,24.99 EUR,19.99 EUR,in_stock,Northbay,"
        "Home>Lamps,brown,oak,plain,M,F,adult,g1,New,oak|lamp,home decor,DE:::5 EUR,=1+1\n",
    )
    with open_feed(str(path), Kind.PRODUCT) as feed:
        [row] = list(feed)
        assert (feed.name, feed.format, feed.encoding, feed.delimiter) == ("products.csv", "csv", "utf-8", ",")
        assert (
            feed.mapped["g:id"] == "id" and feed.mapped["colour"] == "color" and feed.mapped["shipping"] == "countries"
        )
        assert feed.ignored == ("odd",)
        assert feed.bytes_read == feed.total_bytes == path.stat().st_size
    assert isinstance(row, Accepted) and isinstance(row.record, Product)
    found = row.record
    assert (row.line, found.id, found.description, found.product_type) == (2, "a1", "Warm", "Home > Lamps")
    assert (found.price, found.sale_price) == (Price(Decimal("24.99"), "EUR"), Price(Decimal("19.99"), "EUR"))
    assert (found.color, found.gender, found.age_group, found.condition) == ("brown", "female", "adult", "new")
    assert (found.availability, found.tags, found.countries) == (Availability.IN_STOCK, ("oak", "lamp"), ("DE",))
    assert str(found.interest) == "HOME_DECOR" and found.extra == {"odd": "=1+1"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_delimiters_encodings_and_gzip_are_found_in_the_content(
    tmp_path: Path, delimiter: str, encoding: str, packed: bool
) -> None:
    text = "id;title;price\n1;Café “lamp”, oak;5\n".replace(";", delimiter).replace(
        "Café “lamp”, oak", '"Café ""lamp"", oak"'
    )
    content = text.encode(encoding)
    path = write(tmp_path, gzip.compress(content) if packed else content, "feed.dat")
    with open_feed(str(path), Kind.PRODUCT) as feed:
        [found] = products(list(feed))
        assert feed.delimiter == delimiter
        assert feed.format == ("tsv" if delimiter == "\t" else "csv")
    assert found.title == 'Café "lamp", oak'


def test_windows_letters_after_a_long_plain_start_are_read(tmp_path: Path) -> None:
    rows = "".join(f"{number},plain title {number},1\n" for number in range(5000))
    path = write(tmp_path, (HEADER + rows).encode() + "last,Café,1\n".encode("cp1252"))
    assert products(read(path))[-1].title == "Café"


def test_standard_input_is_read_without_seeking(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.write(writing, gzip.compress((HEADER + "1,Lamp,5\n").encode()))
    os.close(writing)
    with io.TextIOWrapper(io.open(reading, "rb")) as piped:  # noqa: UP020
        monkeypatch.setattr(sys, "stdin", piped)
        with open_feed("-", Kind.PRODUCT) as feed:
            assert (feed.name, feed.total_bytes) == ("standard input", None)
            assert [product.title for product in products(list(feed))] == ["Lamp"]
        assert not piped.buffer.closed


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07" * 100, "binary"),
        (b"PK\x03\x04rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (gzip.compress(gzip.compress(b"id,title\n")), "gzipped twice"),
        (gzip.compress(b""), "is empty"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"apples,pears\n1,2\n", "no column for the id and the title; its columns are: apples, pears"),
        (b"id,pears\n1,2\n", "no column for the title"),
        (b'id,"title\n1,2\n', "header"),
    ],
)
def test_what_is_no_feed_is_refused_in_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(InputError, match=says) as caught:
        read(path)
    assert "products.csv" in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file .*nothing\.csv"):
        open_feed(str(tmp_path / "nothing.csv"), Kind.PRODUCT)
    with pytest.raises(InputError, match="is a folder"):
        open_feed(str(tmp_path), Kind.PRODUCT)
    with pytest.raises(InputError):
        open_feed("a\0b", Kind.PRODUCT)


def test_a_truncated_archive_gives_its_good_rows_and_then_one_error(tmp_path: Path) -> None:
    rows = "".join(f"{number},Lamp {os.urandom(20).hex()},5\n" for number in range(20_000))
    content = gzip.compress((HEADER + rows).encode())
    path = write(tmp_path, content[: len(content) // 2], "products.csv.gz")
    found: list[Row] = []
    with (
        pytest.raises(InputError, match=r"products\.csv\.gz ends too early"),
        open_feed(str(path), Kind.PRODUCT) as feed,
    ):
        for row in feed:
            found.append(row)  # noqa: PERF402
    assert 9000 < len(products(found)) < 11_000


def test_a_damaged_archive_is_one_error(tmp_path: Path) -> None:
    content = bytearray(gzip.compress((HEADER + "1,Lamp,5\n" * 2000).encode()))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(InputError, match=r"damaged gzip archive|ends too early"):
        read(write(tmp_path, bytes(content)))


def test_a_file_that_changes_while_it_is_read_is_reported_after_its_rows(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "1,Lamp,5\n2,Mug,6\n")
    found: list[Row] = []
    with (
        pytest.raises(InputError, match=r"products\.csv changed while it was read"),
        open_feed(str(path), Kind.PRODUCT) as feed,
    ):
        for row in feed:
            found.append(row)
            if len(found) == 1:
                with path.open("a") as more:
                    more.write("3,Vase,7\n")
    assert len(found) >= 2


def test_an_id_that_comes_twice_is_rejected_with_the_line_of_the_first(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "1,Lamp,5\n2,Mug,6\n1,Vase,7\n")
    assert rejected(read(path)) == [(4, "id 1 was already on line 2")]


def test_an_id_whose_first_row_was_rejected_may_come_again(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "1,Lamp,free\n1,Lamp,5\n")
    assert rejected(read(path)) == [(2, "price 'free' is not an amount; write it like 24.99 USD")]


@pytest.mark.parametrize(
    ("column", "limit"),
    [("id", 127), ("title", 500), ("description", 10_000), ("link", 511), ("image_link", 2000), ("brand", 1000)],
)
def test_a_text_over_its_limit_is_rejected_with_both_numbers(tmp_path: Path, column: str, limit: int) -> None:
    def row(length: int) -> str:
        return json.dumps({"id": "1", "title": "Lamp", column: "é" * length}) + "\n"

    assert len(products(read(write(tmp_path, row(limit), "ok.jsonl")))) == 1
    [(_, reason)] = rejected(read(write(tmp_path, row(limit + 1), "long.jsonl")))
    assert reason == f"{column} is {limit + 1:,} characters long; the limit is {limit:,}"


def test_rows_without_id_or_title_are_rejected(tmp_path: Path) -> None:
    path = write(tmp_path, "id,title,description\n,Lamp,x\n2,,Only this\n3,<p></p>,x\n4,Lamp,\n")
    rows = read(path)
    assert rejected(rows) == [(2, "no id"), (3, "no title"), (4, "no title")]
    assert [row.id for row in rows if isinstance(row, Rejected)] == ["", "2", "3"]


def test_an_excerpt_is_short_and_safe(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "1,\x1b[31mLamp\u202e" + "x" * 5000 + ",free\n")
    [row] = read(path)
    assert isinstance(row, Rejected)
    assert len(row.excerpt) <= 500 and row.excerpt.isprintable() and row.excerpt.startswith("1,Lamp")


def test_a_sale_price_that_is_not_below_the_price_is_left_out_and_kept_as_it_came(tmp_path: Path) -> None:
    path = write(tmp_path, "id,title,price,sale_price\n1,Lamp,5,9\n2,Mug,5,soon\n3,Vase,9,5\n4,Cup,5,1 EUR\n")
    found = products(read(path))
    assert [product.sale_price for product in found] == [None, None, Price(Decimal(5)), None]
    assert [dict(product.extra) for product in found] == [
        {"sale_price": "9"},
        {"sale_price": "soon"},
        {},
        {"sale_price": "1 EUR"},
    ]


def test_a_higher_price_of_before_makes_the_price_a_sale(tmp_path: Path) -> None:
    [found] = products(read(write(tmp_path, "id,title,price,compare_at_price\n1,Lamp,5,9\n")))
    assert (found.price, found.sale_price) == (Price(Decimal(9)), Price(Decimal(5)))


def test_values_that_mean_nothing_here_stay_readable_in_extra(tmp_path: Path) -> None:
    path = write(tmp_path, "id,title,availability,interest,condition\n1,Lamp,perhaps,submarines,mint\n")
    [found] = products(read(path))
    assert (found.availability, found.interest, found.condition) == (None, None, "")
    assert found.extra == {"availability": "perhaps", "interest": "submarines", "condition": "mint"}


def test_extra_is_bounded_in_columns_and_length(tmp_path: Path) -> None:
    row = {"id": "1", "title": "Lamp"} | {f"odd {number}": "x" * 900 for number in range(50)}
    [found] = products(read(write(tmp_path, json.dumps(row), "one.jsonl")))
    assert len(found.extra) == 20
    assert {len(text) for text in found.extra.values()} == {500}


def test_category_and_style_make_two_levels_and_stock_counts(tmp_path: Path) -> None:
    rows = [
        {
            "id": 7,
            "title": "Bag",
            "category": "accessories",
            "style": "bag",
            "stock": 0,
            "price": 9.5,
            "currency": "EUR",
        },
        {"_id": "8", "title": "Bag", "style": "bag", "gender_affinity": "F"},
    ]
    first, second = products(read(write(tmp_path, "\n".join(map(json.dumps, rows)))))
    assert (first.id, first.product_type, first.availability) == ("7", "accessories > bag", Availability.OUT_OF_STOCK)
    assert str(first.price) == "9.50 EUR"
    assert (second.product_type, second.extra, second.gender) == ("", {"style": "bag"}, "female")


def test_pins_keep_nothing_of_other_people(tmp_path: Path) -> None:
    row = {
        "id": "p1",
        "title": "Oak lamp",
        "category": "home-decor",
        "board": "Lights",
        "poster": "Someone",
        "followers": 12,
        "created_at": "2025-03-01T10:00:00Z",
    }
    with open_feed(str(write(tmp_path, json.dumps(row))), Kind.PIN) as feed:
        [found] = list(feed)
        assert feed.ignored == ("poster", "followers")
    assert isinstance(found, Accepted) and isinstance(found.record, Pin)
    assert (found.record.board, found.record.category, found.record.extra) == ("Lights", "home-decor", {})
    assert found.record.created_at is not None


def test_a_pin_without_a_title_takes_its_first_sentence(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "title": "No Title", "description": "Warm light. And more."},
        {"id": "2", "title": "", "description": "No description available"},
        {"id": "3", "description": "Oak"},
    ]
    found = read(write(tmp_path, "\n".join(map(json.dumps, rows))), Kind.PIN)
    assert [row.record.title for row in found if isinstance(row, Accepted)] == ["Warm light.", "Oak"]
    assert rejected(found) == [(2, "no title and no description")]


def test_an_ad_keeps_the_product_it_is_for(tmp_path: Path) -> None:
    path = write(
        tmp_path, "ad_id,headline,product_id,campaign,advertiser,price,country\na1,Lamp,p1,Spring,Northbay,5,US\n"
    )
    [row] = read(path, Kind.AD)
    assert isinstance(row, Accepted) and isinstance(row.record, Ad)
    found = row.record
    assert (found.id, found.product_id, found.title) == ("a1", "p1", "Lamp")
    assert (found.campaign, found.advertiser, found.countries) == ("Spring", "Northbay", ("US",))


def test_the_content_decides_not_the_extension(tmp_path: Path) -> None:
    path = write(tmp_path, '{"id": "1", "title": "Lamp"}\n', "products.csv")
    with open_feed(str(path), Kind.PRODUCT) as feed:
        assert feed.format == "jsonl"
        assert len(products(list(feed))) == 1


def test_a_broken_first_line_does_not_make_json_lines_a_table(tmp_path: Path) -> None:
    path = write(tmp_path, 'oops\n{"id": "1", "title": "Lamp"}\n', "products.jsonl")
    rows = read(path)
    assert [line for line, _ in rejected(rows)] == [1]
    assert len(rows) == 2


def test_a_pin_may_have_a_longer_link_than_a_product(tmp_path: Path) -> None:
    row = {"id": "1", "title": "Lamp", "link": "https://s.example/" + "x" * 1000}
    path = write(tmp_path, json.dumps(row))
    assert [type(row) for row in read(path, Kind.PIN)] == [Accepted]
    assert [type(row) for row in read(path, Kind.PRODUCT)] == [Rejected]
