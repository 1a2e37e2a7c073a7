"""`match --where` as somebody uses it: what is found, what is wrong and where, alone and in a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def found(store: Run, *arguments: str) -> list[str]:
    ended = store("match", "lamp", "--no-gates", "--json", *arguments)
    assert ended.code == 0, ended.err
    return sorted(match["id"] for match in ended.json["matches"])


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("price < 100", ["lamp-brass", "lamp-oak", "pot-terracotta"]),
        ("price < $100 and material in (oak, clay)", ["lamp-oak", "pot-terracotta"]),
        ("availability = in stock and not material = oak", ["lamp-brass", "pot-terracotta"]),
        ("interest = home decor and currency = EUR", ["duvet-linen"]),
        ("title contains 'herb'", ["pot-terracotta"]),
        ("price > 1000", []),
    ],
)
def test_only_what_satisfies_the_condition_is_found(store: Run, where: str, expected: list[str]) -> None:
    assert found(store, "--where", where) == expected


def test_a_condition_holds_beside_the_other_filters(store: Run) -> None:
    assert found(store, "--where", "material = oak or material = brass", "--max-price", "90") == ["lamp-oak"]
    assert found(store, "--where", "price > 90", "--interest", "gardening") == []


def test_columns_that_only_the_feed_knows_can_be_named(run: Run, tmp_path: Path) -> None:
    feed = tmp_path / "ads.csv"
    feed.write_text(
        "id,title,price,Season,Start date\na,Lamp,5 USD,Summer,2026-05-01\nb,Lamp,5 USD,Winter,2026-11-01\n"
    )
    assert run("index", str(feed), "--as", "ads").code == 0
    assert found(run, "--where", "season = summer") == ["a"]
    assert found(run, "--where", "start_date >= 2026-06-01") == ["b"]


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize(
    ("where", "shown"),
    [
        (
            "price < 40 and colr = red",
            "✗ No ad has a column colr.\n  price < 40 and colr = red\n                 ^\n→ Did you mean color?\n",
        ),
        (
            "(price < 40",
            "✗ This ( is not closed.\n  (price < 40\n  ^\n→ Add a ) where it ends.\n",
        ),
        (
            "price <",
            "✗ Here a value is missing.\n  price <\n         ^\n→ To find what has none, write `is empty`.\n",
        ),
    ],
)
def test_a_mistake_is_shown_with_its_place(store: Run, where: str, shown: str, columns: int) -> None:
    ended = store("match", "lamp", "--where", where, columns=columns)
    assert (ended.code, ended.out, ended.err) == (2, "", shown)


@pytest.mark.parametrize("columns", [80, 40])
def test_of_a_long_condition_the_part_around_the_mistake_is_shown(store: Run, columns: int) -> None:
    where = " and ".join([*["price < 40"] * 20, "colr = red", *["price > 4"] * 20])
    message, excerpt, caret, _ = store("match", "lamp", "--where", where, columns=columns).err.splitlines()
    assert message == "✗ No ad has a column colr."
    assert excerpt.startswith("  …") and excerpt.endswith("…") and len(excerpt) <= columns
    assert excerpt[caret.index("^") :].startswith("colr = red")


@pytest.mark.parametrize("where", ["x" * 100_000, "(" * 10_000, "not " * 4_000, "a = 1 or " * 2_000, "\x1b[31m = '"])
def test_a_hostile_condition_is_answered_by_a_sentence(store: Run, where: str) -> None:
    ended = store("match", "lamp", "--where", where)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("✗ ") and len(ended.err) < 1_000 and "Traceback" not in ended.err
    assert "\x1b" not in ended.err


def test_a_column_of_ads_is_none_of_pins(store: Run) -> None:
    ended = store("match", "lamp", "--among", "pins", "--where", "price < 4")
    assert ended.code == 2 and "No pin has a column price." in ended.err
    assert "Columns: id, title," in ended.err


def test_a_scope_may_be_a_condition(store: Run, home: Path, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    import cli
    from assistant.commands.context import Context
    from assistant.commands.session import Session
    from assistant.settings import Settings

    settings = Settings(home=home, writer=f"scripted:{files / 'script.json'}", embedder="hashing")
    with Context(settings, in_session=True) as context:
        session = Session(context, typer.main.get_command(cli.app))
        assert session.run('scope --where "price < 50"') == 0
        session.run("lamp")
        shown = capsys.readouterr().out
        assert "pot-terracotta" in shown and "lamp-oak" not in shown
        assert session.run('scope --where "price < "') == 2
        assert "Here a value is missing." in capsys.readouterr().err
        assert "scope: --where price < 50" in session.status()
