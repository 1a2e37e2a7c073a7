"""`match --category` and `taxonomy` as somebody uses them: what is found, told and refused, alone and in a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
TAXONOMY = "# Google_Product_Taxonomy_Version: 2021-09-21\n536 - Home & Garden\n594 - Home & Garden > Lighting\n"
FEED = """id,title,price,google_product_category,product_type
lamp,Oak lamp,20 USD,594,Lamps > Desk
shade,Linen lamp shade,15 USD,Home & Garden > Lighting,
rug,Lamp rug,30 USD,Home & Garden,Rugs
"""


@pytest.fixture
def shop(run: Run, files: Path) -> Run:
    (files / "shop.csv").write_text(FEED)
    (files / "taxonomy.txt").write_text(TAXONOMY)
    assert run("index", str(files / "shop.csv"), "--as", "products").code == 0
    return run


@pytest.fixture
def informed(shop: Run, files: Path) -> Run:
    assert shop("taxonomy", "import", str(files / "taxonomy.txt")).code == 0
    return shop


def found(ended: Any) -> list[str]:
    assert ended.code == 0, ended.err
    return sorted(match["id"] for match in ended.json["matches"])


def look(shop: Run, *arguments: str) -> Any:
    return shop("match", "lamp", "--no-gates", "--json", *arguments)


def assert_refused(ended: Any, *words: str, code: int = 2) -> None:
    assert (ended.code, ended.out) == (code, "") and "Traceback" not in ended.err
    assert ended.err.count("✗ ") == 1 and ended.err.count("→ ") == 1
    for word in words:
        assert word in " ".join(ended.err.split()), ended.err


def test_without_a_taxonomy_ids_and_names_are_what_they_say(shop: Run) -> None:
    by_id = look(shop, "--category", "594")
    assert found(by_id) == ["lamp"] and "`taxonomy import FILE`" in by_id.err
    assert found(look(shop, "--category", "home & garden")) == ["rug", "shade"]
    assert found(look(shop, "--category", "Lamps", "--category", "Rugs")) == ["lamp", "rug"]


def test_with_one_they_are_the_same(informed: Run) -> None:
    for name in ("594", "Lighting", "Home & Garden > Lighting"):
        ended = look(informed, "--category", name)
        assert found(ended) == ["lamp", "shade"] and "taxonomy" not in ended.err
    assert found(look(informed, "--category", "536")) == ["lamp", "rug", "shade"]
    assert found(look(informed, "--where", "google_product_category = 536")) == ["lamp", "rug", "shade"]
    assert found(look(informed, "--where", "google_product_category = Lighting and price < 18")) == ["shade"]
    assert found(look(informed, "--category", "536", "--max-price", "18")) == ["shade"]


def test_why_not_tells_of_the_category(informed: Run) -> None:
    missed = informed("match", "lamp", "--category", "594", "--why-not", "rug")
    assert missed.code == 0 and "--category 594: its product type is Rugs" in missed.out
    by_where = informed("match", "lamp", "--where", "google_product_category = 594", "--why-not", "rug")
    assert by_where.code == 0 and "--where google_product_category = 594" in by_where.out


def test_an_unknown_category_is_refused_with_the_nearest(informed: Run) -> None:
    assert_refused(look(informed, "--category", "Lihgting"), "There is no category 'Lihgting'", "Did you mean Lighting")
    assert_refused(look(informed, "--category", "12345678"), "There is no category '12345678'", "taxonomy show")
    assert_refused(look(informed, "--category", "[red]\x1b[31m"), "There is no category '[red]'")
    assert_refused(look(informed, "--category", ""), "--category is empty")
    assert_refused(
        informed("match", "lamp", "--among", "pins", "--category", "Lamps"), "A pin has no category of products"
    )


def test_a_taxonomy_is_imported_whole_or_its_bad_lines_are_named(shop: Run, files: Path, home: Path) -> None:
    ended = shop("taxonomy", "import", str(files / "taxonomy.txt"), "--json")
    assert ended.code == 0 and ended.json == {
        "schema": "pinwright.taxonomy.import/1",
        "file": str(files / "taxonomy.txt"),
        "version": "2021-09-21",
        "categories": 2,
        "left_out": [],
    }
    (files / "bad.txt").write_text("1 - Animals\nAnimals > Cats\n2 - \x1b[31mFish\x1b[0m\n1 - Birds\n")
    partly = shop("taxonomy", "import", str(files / "bad.txt"))
    assert partly.code == 1 and "2 lines are no category" in partly.err
    assert "line 2: 'Animals > Cats'" in partly.err and "line 4: 1 stands on line 1 already" in partly.err
    kept = (home / "google_product_taxonomy.txt").read_text()
    assert kept == "1 - Animals\n2 - Fish\n"
    (files / "none.txt").write_text("Animals\n")
    assert_refused(shop("taxonomy", "import", str(files / "none.txt")), "none.txt holds no category", "Line 1")
    assert_refused(shop("taxonomy", "import", str(files / "not-there")), "There is no file")
    assert (home / "google_product_taxonomy.txt").read_text() == kept


@pytest.mark.parametrize("columns", [80, 40])
def test_a_category_is_looked_up(informed: Run, columns: int) -> None:
    ended = informed("taxonomy", "show", "lighting", columns=columns)
    assert ended.code == 0 and "594" in ended.out and "Home & Garden > Lighting" in ended.out
    assert informed("taxonomy", "show", "536", "--json").json["categories"] == [
        {"id": "536", "path": "Home & Garden"},
        {"id": "594", "path": "Home & Garden > Lighting"},
    ]
    assert "And 1 more" in informed("taxonomy", "show", "garden", "--limit", "1").err
    assert_refused(informed("taxonomy", "show", "zzz"), "The taxonomy has no category 'zzz'")


def test_to_look_one_up_there_has_to_be_a_taxonomy(shop: Run) -> None:
    assert_refused(shop("taxonomy", "show", "lamps"), "No taxonomy was imported yet", "taxonomy import", code=3)


def test_a_scope_may_be_a_category(informed: Run, home: Path, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    import cli
    from assistant.commands.context import Context
    from assistant.commands.session import Session
    from assistant.settings import load_settings

    settings = load_settings({"home": home, "embedder": "hashing", "writer": "scripted"}, {})
    with Context(settings, in_session=True) as context:
        session = Session(context, typer.main.get_command(cli.app))
        assert session.run("scope --category Lihgting") == 2
        assert "Did you mean Lighting" in capsys.readouterr().err
        assert session.run("scope --category Lighting") == 0
        assert session.run("match lamp --no-gates") == 0
        out = capsys.readouterr().out
        assert "Oak lamp" in out and "rug" not in out
