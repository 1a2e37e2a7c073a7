"""How commands end: the exit code, one sentence and one hint on standard error, and never a traceback."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

HEADER = "id,title,description,link,image_link,price,availability"
ROW = "a1,Linen cover,Soft,https://x.example/a,https://x.example/a.jpg,24.00 USD,in stock"

UNREADABLE = {
    "empty.csv": b"",
    "binary.csv": bytes(range(256)) * 20,
    "no-columns.csv": b"hello\nthere\n",
    "list.json": b'[1, 2, "a"]',
    "bomb.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><rss><channel><item>&b;</item></channel></rss>',
    "cut.csv.gz": gzip.compress(f"{HEADER}\n{ROW}\n".encode() * 50)[:60],
}
READABLE = {
    "utf-16.csv": f"{HEADER}\n{ROW}\n".encode("utf-16"),
    "latin-1.csv": f"{HEADER}\n{ROW.replace('Linen', 'Café')}\n".encode("latin-1"),
    "escapes.csv": f"{HEADER}\n{ROW.replace('Linen', chr(27) + '[31mRed' + chr(7) + '[bold]')}\n".encode(),
    "header.csv": f"{HEADER}\n".encode(),
}
REJECTED = {
    "too-few.csv": (f"{HEADER}\na1,T\n", "too few columns"),
    "too-many.csv": (f"{HEADER}\n{ROW},more\n", "too many columns"),
    "twice.csv": (f"{HEADER}\n{ROW}\n{ROW}\n", "already on line 2"),
    "free.csv": (f"{HEADER}\n{ROW.replace('24.00 USD', 'free')}\n", "'free' is not an amount"),
    "long.csv": (f"{HEADER}\n{ROW.replace('Linen', 'x' * 1_000_000)}\n", "the limit is 500"),
    "cut.json": ('{"id": "x"', "not valid JSON"),
    "deep.jsonl": ('{"a":' * 50_000, "nested too deeply"),
}


def assert_one_sentence_and_a_hint(ended: Any, *words: str) -> None:
    text = ended.err
    assert "Traceback" not in text and "\x1b" not in text
    assert text.count("✗ ") == 1 and text.count("→ ") == 1, text
    assert text.index("✗ ") < text.index("→ ")
    for word in words:
        assert word in " ".join(text.split()), text


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_feed_that_cannot_be_read_is_named_and_brings_nothing_in(
    name: str, run: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(UNREADABLE[name])
    ended = run("index", str(tmp_path / name), "--as", "products")
    assert (ended.code, ended.out) == (2, "")
    assert_one_sentence_and_a_hint(ended, name)
    held = run("store", "info", "--json")
    assert held.code == 3 or held.json["products"] == 0


@pytest.mark.parametrize("name", READABLE)
def test_a_feed_in_another_encoding_is_read(name: str, run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(READABLE[name])
    ended = run("index", str(tmp_path / name), "--as", "products", "--json")
    assert ended.code == 0
    assert ended.json["feeds"][0]["added"] == (0 if name == "header.csv" else 1)
    assert "\x1b" not in ended.err


@pytest.mark.parametrize("name", REJECTED)
def test_a_row_that_cannot_be_used_is_told_with_its_line_and_kept(
    name: str, run: Callable[..., Any], tmp_path: Path
) -> None:
    content, reason = REJECTED[name]
    (tmp_path / name).write_text(content, encoding="utf-8")
    ended = run("index", str(tmp_path / name), "--as", "products", "--json")
    assert ended.code == 1
    assert reason in " ".join(ended.err.split())
    (kept,) = [json.loads(line) for line in Path(ended.json["feeds"][0]["rejects_file"]).read_text().splitlines()]
    assert kept["line"] == (3 if name == "twice.csv" else 1 if "json" in name else 2)


def test_a_missing_file_among_several_is_found_before_any_is_indexed(
    run: Callable[..., Any], files: Path, home: Path
) -> None:
    ended = run("index", str(files / "products.csv"), str(files / "none.csv"), "--as", "products")
    assert ended.code == 2
    assert_one_sentence_and_a_hint(ended, "none.csv")
    assert not (home / "store").exists()


def test_a_feed_is_never_written_over_by_its_rejects(run: Callable[..., Any], tmp_path: Path) -> None:
    feed = tmp_path / "twice.csv"
    feed.write_text(REJECTED["twice.csv"][0])
    ended = run("index", str(feed), "--as", "products", "--rejects", str(feed))
    assert ended.code == 2
    assert_one_sentence_and_a_hint(ended, "is the feed itself")
    assert feed.read_text() == REJECTED["twice.csv"][0]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("match", "lamp"), "no store"),
        (("match", "--pin", "x"), "no store"),
        (("write", "1"), "no store"),
        (("intent", "--pins", "x"), "no store"),
        (("store", "info"), "no store"),
        (("store", "check"), "no store"),
        (("store", "rebuild"), "no store"),
        (("models", "path", "smollm2-135m"), "not here yet"),
    ],
)
def test_what_has_to_be_there_first_ends_with_code_3(
    arguments: tuple[str, ...], word: str, run: Callable[..., Any]
) -> None:
    ended = run(*arguments)
    assert (ended.code, ended.out) == (3, "")
    assert_one_sentence_and_a_hint(ended, word, "pinwright")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("match",), ("a text, --pin ID, --ad ID, or --product ID",)),
        (("match", "  "), ("a text, --pin ID, --ad ID, or --product ID",)),
        (("match", "\udcff"), ("a text, --pin ID, --ad ID, or --product ID",)),
        (("match", "lamp", "--pin", "pin-desk"), ("a text, --pin ID, --ad ID, or --product ID",)),
        (("match", "lamp", "--json", "--csv"), ("exclude each other",)),
        (("match", "lamp", "--among", "boards"), ("'boards'",)),
        (("match", "lamp", "--country", "USA"), ("'USA'",)),
        (("match", "lamp", "--max-price", "cheap"), ("'cheap'",)),
        (("match", "lamp", "--max-price", "NaN"), ("'NaN'",)),
        (("match", "lamp", "--min-price", "-1"), ("'-1'",)),
        (("match", "lamp", "--min-price", "9", "--max-price", "3"), ("above",)),
        (("match", "lamp", "--limit", "0"), ("'--limit'",)),
        (("match", "lamp", "--limit", "many"), ("'--limit'",)),
        (("match", "lamp", "--limit"), ("'--limit'", "requires an argument")),
        (("match", "--pin", "\x1b[31mpin-dsek\x07"), ("the id pin-dsek", "pin-desk")),
        (("why", "0"), ("no 0",)),
        (("why", "two"), ("'NUMBER'",)),
        (("write",), ("Name one product",)),
        (("write", "nothing-like-it"), ("nothing-like-it",)),
        (("write", "1", "--product", "lamp-oak"), ("Name one product",)),
        (("write", "1", "--title", "Lamp"), ("not both",)),
        (("write", "--description", "warm"), ("needs a title",)),
        (("write", "--title", "Lamp", "--fact", "oak"), ("'oak'",)),
        (("write", "--title", "Lamp", "--fact", "price=free"), ("'free'",)),
        (("write", "--title", "Lamp", "--fact", "price=-4"), ("-4",)),
        (("write", "--title", "Lamp", "--variants", "0"), ("--variants",)),
        (("write", "--title", "Lamp", "--angle", "shock"), ("'shock'", "gift")),
        (("write", "--title", "Lamp", "--format", "poster"), ("'poster'", "pin")),
        (("write", "--facts", "no-such-file"), ("no-such-file",)),
        (("write", "--title", "Lamp", "--only", "headline"), ("'headline'", "title")),
        (("write", "--title", "Lamp", "--only", "alt_text"), ("Nothing is left to write",)),
        (("write", "--title", "Lamp", "--keep", "headline=Calm"), ("'headline'", "title")),
        (("write", "--title", "Lamp", "--keep", "title"), ("'title' keeps nothing",)),
        (("write", "--title", "Lamp", "--keep", "title= "), ("keeps nothing",)),
        (("write", "--title", "Lamp", "--only", "title", "--keep", "title=Calm"), ("Nothing is left to write",)),
        (("write", "--title", "Lamp", "--format", "search", "--keep", "headline=Calm"), ("headline_1", "headline_15")),
        (("write", "--title", "Lamp", "--language", "Klingon"), ("Klingon",)),
        (("write", "--title", "Lamp", "--style", "kiln"), ("kiln",)),
        (("check", ""), ("Name one product",)),
        (("check", "Calm", "--product", "lamp-oka"), ("lamp-oka", "lamp-oak")),
        (("check", "", "--title", "Lamp"), ("no text to check",)),
        (("check", "  \n ", "--title", "Lamp"), ("no text to check",)),
        (("check", "x" * 100_001, "--title", "Lamp"), ("longer than 100,000 characters",)),
        (("check", "Calm", "--title", "Lamp", "--slot", "headline"), ("'headline'", "alt_text")),
        (("check", "Calm", "--title", "Lamp", "--format", "poster"), ("'poster'", "pin")),
        (("intent",), ("--pins",)),
        (("intent", "--pins", "pin-desc"), ("pin-desc", "Did you mean pin-desk")),
        (("intent", "--pins", ","), ("no signal",)),
        (("intent", "--signals", "no-such-file"), ("no-such-file",)),
        (("intent", "--pins", "pin-desk", "--ads", "99"), ("'--ads'",)),
        (("index", "-", "-", "--as", "pins"), ("read once",)),
        (("store", "inof"), ("Did you mean info",)),
        (("store", "clear"), ("Nothing was removed", "--yes")),
        (("models", "pull"), ("--default",)),
        (("models", "pull", "smolm2-135m"), ("smollm2-135m",)),
        (("models", "path", "none"), ("none",)),
        (("--bogus",), ("--bogus",)),
        (("doctor", "extra"), ("extra",)),
    ],
)
def test_a_command_line_that_cannot_be_used_ends_with_code_2(
    arguments: tuple[str, ...], words: tuple[str, ...], store: Callable[..., Any]
) -> None:
    ended = store(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert_one_sentence_and_a_hint(ended, *words)


def test_settings_that_cannot_be_used_end_with_code_2(run: Callable[..., Any], home: Path) -> None:
    home.mkdir()
    for content in ("x = 1", "store_url = 3", "writer =", 'threads = "all"'):
        (home / "config.toml").write_text(content)
        ended = run("models", "list")
        assert ended.code == 2, content
        assert_one_sentence_and_a_hint(ended)


def test_a_home_that_is_a_file_is_named(run: Callable[..., Any], home: Path) -> None:
    home.write_text("")
    ended = run("models", "list")
    assert ended.code == 2
    assert_one_sentence_and_a_hint(ended, "home", "--home")


def test_what_a_path_holds_cannot_command_the_terminal(run: Callable[..., Any], tmp_path: Path) -> None:
    ended = run("--home", str(tmp_path / "\x1b[31mred\x9b2J\u202e"), "store", "info")
    assert ended.code == 3
    assert_one_sentence_and_a_hint(ended, "red")
    assert "\x9b" not in ended.err and "\u202e" not in ended.err


def test_a_damaged_store_ends_with_code_4_and_can_be_cleared(store: Callable[..., Any], home: Path) -> None:
    for name in ("records.sqlite3-wal", "records.sqlite3-shm"):
        (home / "store" / name).unlink(missing_ok=True)
    (home / "store" / "records.sqlite3").write_bytes(b"not a database" * 1000)
    for command in (("match", "lamp"), ("store", "info"), ("store", "check"), ("store", "rebuild")):
        ended = store(*command)
        assert ended.code == 4, command
        assert_one_sentence_and_a_hint(ended, "records.sqlite3")
    assert store("store", "clear", "--yes").code == 0
    assert store("match", "lamp").code == 3


def test_damaged_vectors_are_found_and_made_anew(store: Callable[..., Any], home: Path) -> None:
    (home / "store" / "vectors" / "chroma.sqlite3").write_bytes(b"not a database" * 1000)
    # So few are scored one by one, by the vectors that are kept beside the records.
    assert store("match", "lamp").code == 0
    checked = store("store", "check")
    assert checked.code == 1 and "store rebuild" in " ".join(checked.out.split())
    assert store("store", "rebuild").code == 0
    assert store("store", "check").code == 0
    assert store("match", "lamp").code == 0


def test_a_wrong_server_leaves_the_vectors_that_are_here_in_use(store: Callable[..., Any], files: Path) -> None:
    nobody = ("--store-url", "http://127.0.0.1:1")
    ended = store(*nobody, "index", str(files / "pins.jsonl"), "--as", "pins")
    assert ended.code == 4
    assert_one_sentence_and_a_hint(ended, "127.0.0.1:1", "chroma run")
    assert store(*nobody, "match", "lamp").code == 3
    assert store("match", "lamp").code == 0


def test_another_embedder_is_refused_with_the_command_that_helps(store: Callable[..., Any], home: Path) -> None:
    import sqlite3

    with sqlite3.connect(home / "store" / "records.sqlite3") as connection:
        connection.execute("UPDATE settings SET value = 'other' WHERE name = 'embedder'")
    connection.close()
    ended = store("match", "lamp")
    assert ended.code == 2
    assert_one_sentence_and_a_hint(ended, "pinwright store rebuild")


def test_what_a_writer_could_not_keep_to_ends_with_code_1(store: Callable[..., Any]) -> None:
    ended = store("write", "--title", "Reading lamp", "--variants", "4", "--json")
    assert ended.code == 1
    *accepted, failed = ended.json["creatives"]
    assert [creative["accepted"] for creative in accepted] == [True, True, True]
    assert not failed["accepted"] and failed["problems"] and failed["rank"] == 0


def test_only_what_is_named_is_written_and_what_is_kept_stands_in_every_variant(store: Callable[..., Any]) -> None:
    only = store("write", "--product", "lamp-oak", "-n", "1", "--only", "title", "--json").json["creatives"]
    assert [creative["texts"].keys() for creative in only] == [{"title"}]
    ended = store("write", "--product", "lamp-oak", "-n", "2", "--keep", "title=A calm corner", "--json")
    assert ended.code == 0
    assert [creative["texts"]["title"] for creative in ended.json["creatives"]] == ["A calm corner"] * 2
    settings = ended.json["creatives"][0]["provenance"]["settings"]
    assert settings["keep"] == "title=A calm corner"


def test_a_group_of_one_text_names_that_text(store: Callable[..., Any]) -> None:
    ended = store("write", "--title", "Lamp", "-n", "1", "--format", "merchant", "--keep", "title=A lamp", "--json")
    assert ended.json["creatives"][0]["texts"]["structured_title"] == "A lamp"


@pytest.mark.parametrize(
    ("text", "code"), [("An oak lamp that dims by touch.", 0), ("A waterproof lamp.", 5), ("Lose weight with it.", 5)]
)
def test_a_text_that_does_not_pass_ends_with_code_5(text: str, code: int, store: Callable[..., Any]) -> None:
    ended = store("check", text, "--product", "lamp-oak", "--json")
    assert (ended.code, ended.json["passes"]) == (code, code == 0)
    assert ended.json["texts"] == {"description": text}


def test_a_text_of_100_000_characters_is_still_judged(store: Callable[..., Any]) -> None:
    ended = store("check", "An oak lamp. " * 7_692, "--title", "Oak lamp", "--json")
    assert ended.code == 5 and "too_long" in {found["code"] for found in ended.json["findings"]}


def test_a_persons_label_is_checked_like_any_text(store: Callable[..., Any]) -> None:
    assert store("check", "A lamp of marble", "--product", "lamp-oak", "--slot", "alt_text").code == 5
    assert store("check", "A lamp of oak", "--product", "lamp-oak", "--slot", "alt_text").code == 0


@pytest.mark.parametrize(
    ("given", "code", "word"),
    [
        ("An oak lamp.\n".encode("utf-8-sig"), 0, "passes"),
        (b"An oak lamp\r\nthat dims by touch.", 0, "passes"),
        (b"\xff\xfe", 2, "not UTF-8"),
        (b" \n", 2, "no text"),
        ("🪔".encode() * 100_001, 2, "longer than 100,000"),
        ("é".encode() * 400_000, 2, "longer than 100,000"),
    ],
    ids=["a mark in front", "two lines", "not a text", "nothing", "too long", "far too long"],
)
def test_a_text_to_check_is_read_from_standard_input(
    given: bytes, code: int, word: str, store: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(given)))
    ended = store("check", "-", "--product", "lamp-oak")
    assert ended.code == code and word in " ".join((ended.out + ended.err).split())
    if code:
        assert_one_sentence_and_a_hint(ended, word)


def test_without_standard_input_the_text_is_asked_for(
    store: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    ended = store("check", "-", "--product", "lamp-oak")
    assert ended.code == 2
    assert_one_sentence_and_a_hint(ended, "no standard input")


def test_half_a_character_and_terminal_codes_in_a_text_do_no_harm(store: Callable[..., Any]) -> None:
    ended = store("check", "Oak \udcff \x1b[31mlamp 3 kg.", "--title", "Oak lamp")
    assert ended.code == 5 and "\x1b" not in ended.out + ended.err


def test_signals_that_cannot_be_used_are_named_and_the_others_explained(
    store: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [{"kind": "save", "pin": "pin-desk"}, {"kind": "hug", "pin": "pin-desk"}, {"kind": "save", "pin": "gone"}]
    (tmp_path / "signals.jsonl").write_text("\n".join(map(json.dumps, rows)))
    ended = store("intent", "--signals", str(tmp_path / "signals.jsonl"))
    assert ended.code == 1
    assert "line 2: the kind 'hug'" in ended.err and "line 3: there is no pin with the id gone" in ended.err


@pytest.mark.parametrize("command", ["store", "models"])
def test_a_group_without_a_command_shows_its_help_and_ends_with_code_2(command: str, run: Callable[..., Any]) -> None:
    ended = run(command)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage: pinwright" in ended.err


def test_an_option_of_all_commands_that_stands_too_late_is_told_its_place(run: Callable[..., Any]) -> None:
    ended = run("match", "lamp", "--quiet")
    assert ended.code == 2
    assert "--quiet goes before the command: `pinwright --quiet ...`." in ended.err


def test_clearing_leaves_no_copy_of_what_was_brought_in(store: Callable[..., Any], home: Path) -> None:
    for name in ("rejects/products.jsonl", "evaluation/x/corpus.jsonl"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text("a lamp of oak")
    assert store("match", "oak lamp").code == 0 and (home / "last-results.json").exists()
    assert store("store", "clear", "--yes").code == 0
    assert not [path for path in home.rglob("*") if path.is_file() and b"oak" in path.read_bytes()]
