from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from assistant.feeds.reader import Accepted, Rejected, Row, open_feed
from store.records import Availability, Kind, Price, Product

COLUMNS = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
    "Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,"
    "Variant Compare At Price,Image Src,Image Position,Google Shopping / Gender,Gift Card"
)


def read(folder: Path, *rows: dict[str, str]) -> list[Row]:
    path = folder / "export.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS.split(","), restval="")
        writer.writeheader()
        writer.writerows(rows)
    with open_feed(str(path), Kind.PRODUCT) as feed:
        found = list(feed)
        assert feed.format == "shopify"
        assert feed.mapped["Handle"] == "id" and feed.mapped["Variant Price"] == "price"
        assert "Variant SKU" not in feed.mapped
        return found


def only(rows: list[Row]) -> Product:
    [row] = rows
    assert isinstance(row, Accepted) and isinstance(row.record, Product)
    return row.record


def variant(handle: str, price: str, **cells: str) -> dict[str, str]:
    return {"Handle": handle, "Variant Price": price, **cells}


def test_the_rows_of_a_handle_are_one_product(tmp_path: Path) -> None:
    found = only(
        read(
            tmp_path,
            variant("vase", "30", Title="Vase", Vendor="Northbay", Type="Home", Tags="clay, blue", Published="false")
            | {"Body (HTML)": "<p>Fired\n twice</p><p>Glazed</p>", "Option1 Name": "Colour", "Option1 Value": "Blue"}
            | {
                "Option2 Name": "Size",
                "Option2 Value": "S",
                "Image Src": "https://s.example/2.jpg",
                "Image Position": "2",
            },
            variant("vase", "20") | {"Option1 Value": "Blue", "Option2 Value": "M", "Variant Compare At Price": "25"},
            variant("vase", "40") | {"Option1 Value": "Bone", "Option2 Value": "S"},
            {"Handle": "vase", "Image Src": "https://s.example/1.jpg", "Image Position": "1"},
        )
    )
    assert (found.id, found.title, found.description) == ("vase", "Vase", "Fired twice Glazed")
    assert (found.brand, found.product_type, found.tags) == ("Northbay", "Home", ("clay", "blue"))
    assert found.options == (("Colour", ("Blue", "Bone")), ("Size", ("S", "M")))
    assert (found.price, found.sale_price) == (Price(Decimal(25)), Price(Decimal(20)))
    assert found.image_link == "https://s.example/1.jpg"


def test_a_product_without_variants_has_no_options(tmp_path: Path) -> None:
    found = only(
        read(
            tmp_path, variant("vase", "30", Title="Vase") | {"Option1 Name": "Title", "Option1 Value": "Default Title"}
        )
    )
    assert found.options == ()


def test_a_product_is_out_of_stock_where_no_variant_can_be_bought(tmp_path: Path) -> None:
    tracked = {"Variant Inventory Tracker": "shopify", "Variant Inventory Policy": "deny"}
    gone, some, anyway, untracked = read(
        tmp_path,
        variant("gone", "3", Title="Gone") | tracked | {"Variant Inventory Qty": "0"},
        variant("gone", "3") | tracked | {"Variant Inventory Qty": "-1"},
        variant("some", "3", Title="Some") | tracked | {"Variant Inventory Qty": "0"},
        variant("some", "3") | tracked | {"Variant Inventory Qty": "2"},
        variant("anyway", "3", Title="Anyway") | tracked | {"Variant Inventory Policy": "continue"},
        variant("untracked", "3", Title="Untracked") | {"Variant Inventory Qty": "0"},
    )
    assert only([gone]).availability is Availability.OUT_OF_STOCK
    assert {only([row]).availability for row in (some, anyway, untracked)} == {Availability.IN_STOCK}


def test_rejects_name_the_line_where_the_product_starts(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        variant("a", "3", Title="Lamp"),
        variant("a", "4"),
        variant("b", "gratis", Title="Mug"),
        variant("c", "5"),
        variant("", "5", Title="Cup"),
        variant("a", "3", Title="Lamp"),
    )
    assert [(row.line, row.reason) for row in rows if isinstance(row, Rejected)] == [
        (4, "price 'gratis' is not an amount; write it like 24.99 USD"),
        (5, "no title"),
        (6, "no id"),
        (7, "id a was already on line 2"),
    ]


def test_a_row_that_is_broken_is_rejected_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Handle,Title,Body (HTML),Variant Price\na,Lamp,x,3\na,broken\na,,,2\n")
    with open_feed(str(path), Kind.PRODUCT) as feed:
        rows = list(feed)
    [found] = [row.record for row in rows if isinstance(row, Accepted)]
    assert isinstance(found, Product) and found.price == Price(Decimal(2))
    assert [row.line for row in rows if isinstance(row, Rejected)] == [3]


def test_the_same_export_can_be_read_as_ads(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Handle,Title,Body (HTML),Vendor,Variant Price\na,Lamp,x,Northbay,3\na,,,,2\n")
    with open_feed(str(path), Kind.AD) as feed:
        [row] = list(feed)
    assert isinstance(row, Accepted) and row.record.id == "a"
