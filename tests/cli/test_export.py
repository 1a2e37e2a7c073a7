"""`pinwright export`: only what is approved, whole files or none, and what was left out by name."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from store.store import Store
from tests.copybook import UNSUPPORTED, creative, product, put, texts

Run = Callable[..., Any]
OPTIONS = {
    "pins-csv": ("--board", "Lamps"),
    "ads-json": ("--ad-group-id", "2680059592705", "--pin-ids", "{pins}"),
    "google-csv": ("--campaign", "Spring"),
    "merchant-tsv": (),
    "jsonl": (),
}
FORMATS = ("pin", "carousel", "search", "merchant", "meta")


@pytest.fixture
def written(home: Path, tmp_path: Path) -> list[str]:
    """One creative of each format, and a file that gives each a pin."""
    with Store.open(home / "store", create=True) as store:
        found = put(store.database.connection, product(), [creative(format=name) for name in FORMATS])
    lines = [f"{identifier},{number}" for number, identifier in enumerate(found, start=100)]
    (tmp_path / "mapping.csv").write_text("\n".join(["creative_id,pin_id", *lines]))
    return found


@pytest.fixture
def export(run: Run, written: list[str], tmp_path: Path) -> Run:
    """Export to a target with the options that it needs."""

    def exported(target: str, *more: str, out: str = "out") -> Any:
        options = [option.format(pins=tmp_path / "mapping.csv") for option in OPTIONS[target]]
        return run("export", "--to", target, "--out", str(tmp_path / out), *options, *more)

    return exported


def approve_all(run: Run) -> None:
    assert run("review", "--approve-all-passing", "--yes").code == 0


@pytest.mark.parametrize("target", OPTIONS)
def test_nothing_leaves_that_nobody_approved(export: Run, tmp_path: Path, target: str) -> None:
    ended = export(target)
    assert ended.code == 1 and "Nothing was written" in ended.err and "Not approved, so left out" in ended.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("state", ["pending", "rejected", "failed"])
def test_no_state_but_approved_leaves_by_any_target(
    run: Run, export: Run, home: Path, written: list[str], state: str
) -> None:
    approve_all(run)
    with Store.open(home / "store") as store:
        store.database.connection.change("UPDATE creatives SET state = ?", (state,))
    for target in OPTIONS:
        assert export(target, "--json").json["exported"] == []


@pytest.mark.parametrize("target", OPTIONS)
def test_what_is_approved_leaves_in_one_file(run: Run, export: Run, tmp_path: Path, target: str) -> None:
    approve_all(run)
    ended = export(target, "--json")
    assert ended.code == 0, ended.err
    assert ended.json["schema"] == "pinwright.export/1" and ended.json["files"] == [str(tmp_path / "out")]
    assert ended.json["left_out"] == [] and ended.json["not_approved"] == {}
    assert len(ended.json["exported"]) == {"ads-json": 2, "jsonl": 5}.get(target, 1)
    assert (tmp_path / "out").read_bytes()
    assert not list(tmp_path.glob(".out*"))


def test_what_a_person_overruled_leaves_and_says_so(run: Run, export: Run, home: Path, tmp_path: Path) -> None:
    with Store.open(home / "store") as store:
        (overruled,) = put(store.database.connection, product("vase"), [creative("vase", findings=(UNSUPPORTED,))])
    assert run("review", "approve", overruled, "--despite", "It is on the label.").code == 0
    assert export("jsonl").code == 0
    (line,) = map(json.loads, (tmp_path / "out").read_text().splitlines())
    assert (line["approved_despite"], line["approved_because"]) == (["number"], "It is on the label.")
    assert export("pins-csv", "--json", out="pins.csv").json["exported"] == [overruled]


@pytest.fixture
def unlinked(home: Path, written: list[str]) -> None:
    """The products as a Shopify export brings them."""
    with Store.open(home / "store") as store:
        put(store.database.connection, product("oak-lamp", link=""), [creative("oak-lamp", "search", angle="handle")])
        put(store.database.connection, product("SKU 12/b", link=""), [creative("SKU 12/b", "search", angle="none")])


def test_a_shopify_shop_gives_products_without_a_link_their_pages(
    run: Run, export: Run, unlinked: None, tmp_path: Path
) -> None:
    approve_all(run)
    ended = export("google-csv", "--shop-url", "https://kiln.example/", "--utm", "source=g")
    told = " ".join(ended.err.split())
    assert "1 link made from --shop-url, such as https://kiln.example/products/oak-lamp" in told
    assert ended.code == 1 and "1 creative without a link" in told and "Shopify handle" in told
    with (tmp_path / "out").open(encoding="utf-8", newline="") as stream:
        links = [row["Final URL"] for row in csv.DictReader(stream)]
    assert links == ["https://shop.example/lamp?utm_source=g", "https://kiln.example/products/oak-lamp?utm_source=g"]


def test_a_missing_link_names_the_option_that_makes_it(run: Run, export: Run, unlinked: None) -> None:
    approve_all(run)
    told = " ".join(export("google-csv").err.split())
    assert "its product has no link" in told
    assert "2 creatives without a link, since the product has none: with a Shopify shop, add --shop-url" in told


def test_a_pin_is_found_by_the_readers_of_csv(run: Run, export: Run, tmp_path: Path) -> None:
    approve_all(run)
    assert export("pins-csv", "--utm", "campaign=may", "--utm", "source=pins").code == 0
    with (tmp_path / "out").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["Title"], row["Pinterest board"]) == (texts("pin")["title"], "Lamps")
    assert row["Link"] == "https://shop.example/lamp?utm_campaign=may&utm_source=pins"


def test_more_than_100_pins_go_into_several_files_and_a_title_twice_is_named(
    run: Run, export: Run, home: Path, tmp_path: Path
) -> None:
    many = [creative(texts=texts("pin", f"w{n}"), angle=str(n)) for n in range(150)]
    with Store.open(home / "store") as store:
        put(
            store.database.connection,
            product("many"),
            [creative("many", angle=one.angle, texts=one.texts) for one in many],
        )
        put(store.database.connection, product("same"), [creative("same", texts=texts("pin", "w7"))])
    approve_all(run)
    ended = export("pins-csv", out="pins.csv")
    assert ended.code == 1 and "titles must differ" in " ".join(ended.err.split())
    lengths = [len(list(csv.reader(path.open(newline="")))) - 1 for path in sorted(tmp_path.glob("pins-*.csv"))]
    assert lengths == [100, 51]


def test_a_file_that_is_there_is_replaced_only_with_force(run: Run, export: Run, tmp_path: Path) -> None:
    approve_all(run)
    (tmp_path / "out").write_text("mine")
    ended = export("jsonl")
    assert ended.code == 2 and "--force" in ended.err and (tmp_path / "out").read_text() == "mine"
    assert export("jsonl", "--force").code == 0 and (tmp_path / "out").read_text() != "mine"


def test_files_of_a_longer_export_before_are_named(run: Run, export: Run, tmp_path: Path) -> None:
    approve_all(run)
    (tmp_path / "pins-002.csv").write_text("old")
    ended = export("pins-csv", "--force", out="pins.csv")
    assert ended.code == 0 and "pins-002.csv is of an earlier export" in ended.err


def test_an_edited_text_is_what_leaves(run: Run, export: Run, written: list[str], tmp_path: Path) -> None:
    assert (
        run(
            "review", "edit", written[0], "--set", "title=A lamp to read by", "--set", "description=It has a shade."
        ).code
        == 0
    )
    approve_all(run)
    assert export("pins-csv").code == 0
    assert "A lamp to read by" in (tmp_path / "out").read_text()


def test_since_and_product_narrow_the_export(run: Run, export: Run, written: list[str]) -> None:
    approve_all(run)
    assert export("jsonl", "--since", "2999-01-01").code == 1
    assert export("jsonl", "--product", "vase").code == 1
    assert export("jsonl", "--since", "2020-01-01", "--format", "meta", "--json").json["exported"] == [written[4]]


def test_a_missing_pin_is_named_and_the_rest_leaves(run: Run, export: Run, written: list[str], tmp_path: Path) -> None:
    approve_all(run)
    (tmp_path / "mapping.csv").write_text(f"creative_id,pin_id\n{written[0]},12\n")
    ended = export("ads-json")
    assert ended.code == 1 and written[1][:8] in ended.err and "--pin-ids" in ended.err
    assert [ad["pin_id"] for ad in json.loads((tmp_path / "out").read_text())["create"]["ads"]] == ["12"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--to", "tiktok"), "no target"),
        (("--to", "pins-csv"), "needs --board"),
        (("--to", "ads-json", "--ad-group-id", "1"), "needs --pin-ids"),
        (("--to", "google-csv", "--campaign", "c", "--board", "b"), "no use for --board"),
        (("--to", "pins-csv", "--board", "b", "--format", "search"), "takes no 'search'"),
        (("--to", "pins-csv", "--board", "b", "--publish-date", "soon"), "no date"),
        (("--to", "pins-csv", "--board", "b", "--publish-date", "2999-01-01"), "next 14 days"),
        (("--to", "pins-csv", "--board", "b", "--utm", "x"), "no tracking parameter"),
        (("--to", "jsonl", "--shop-url", "http://kiln.example"), "no address of a shop"),
        (("--to", "jsonl", "--shop-url", "https://kiln.example/?a=b"), "no address of a shop"),
        (("--to", "merchant-tsv", "--shop-url", "https://kiln.example"), "no use for --shop-url"),
        (("--to", "ads-json", "--ad-group-id", "x y", "--pin-ids", "{pins}"), "no id of an ad group"),
        (("--to", "ads-json", "--ad-group-id", "1", "--pin-ids", "{pins}.none"), "no file"),
        (("--to", "jsonl", "--since", "yesterday"), "no date"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    run: Run, written: list[str], tmp_path: Path, arguments: Sequence[str], message: str
) -> None:
    approve_all(run)
    given = [argument.format(pins=tmp_path / "mapping.csv") for argument in arguments]
    ended = run("export", *given, "--out", str(tmp_path / "out"))
    assert ended.code == 2 and message in " ".join(ended.err.split()), ended.err
    assert ended.err.count("→") == 1 and not (tmp_path / "out").exists()


def test_a_disk_that_refuses_leaves_nothing_half_written(run: Run, export: Run, tmp_path: Path) -> None:
    approve_all(run)
    (tmp_path / "taken").write_text("")
    assert export("jsonl", out="taken/out").code == 2
    ended = export("jsonl", out="x" * 300)
    assert ended.code == 2 and "Traceback" not in ended.err
