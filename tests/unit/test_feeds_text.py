from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.feeds.text import first_sentence, normalise, plain, shorten

BIDI = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
AWKWARD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("<>&;{}:#!-/\"'= \t\n\x1b[]\\\x07\u200d\u200c\ufe0f\u202e\U000e0041\ud800\u0338\u037eabBpP"),
    )
)
PIECES = st.lists(
    st.sampled_from(
        ["<", ">", "&", ";", "amp", "lt", "gt", "#60", "<b", "</", "<!--", "-->", "<![", "]]>", "<style>", "</style>",
         "p{", "color:red", "}", "\x1b[", "31m", "&amp;", "&Lt;", " ", "x", "'", '"', "<script", "CDATA[", "<?", "/>"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


def is_forbidden(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Cc", "Cs") or ord(character) in BIDI or 0xE0000 <= ord(character) < 0xE1000
    )


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("<p>Soft&nbsp;cotton</p><p>Dries fast</p>", "Soft cotton Dries fast"),
        ("size < 40 and > 30", "size < 40 and > 30"),
        ("I <3 you & R&D, AT&T; x", "I <3 you & R&D, AT&T; x"),
        ("one<br>two<br/>three", "one two three"),
        ("<ul><li>Oak<li>Brass</ul>", "Oak Brass"),
        ("bo<b>ld</b>", "bold"),
        ("<style>p { color: red }</style>Lamp<script>if (a<b) alert(1)</script>", "Lamp"),
        ("Lamp <style>p { color: red", "Lamp"),
        ("Lamp <!-- not shown --> oak", "Lamp oak"),
        ("Lamp <!-- never closed", "Lamp <!-- never closed"),
        ("<![CDATA[ Lamp <i>oak</i> ]]>", "Lamp oak"),
        ("<![if x]>Lamp<![endif]>", "Lamp"),
        ("Nice .a1 { text-align: center; } body, ul,li{margin:0} lamp", "Nice lamp"),
        ("Bloghop {Week 2: Classroom}", "Bloghop {Week 2: Classroom}"),
        ("&lt;b&gt;Lamp&lt;/b&gt; &amp;amp; shade", "Lamp & shade"),
        ("Nano&Trade; blade", "Nano™ blade"),
        ('<a title="a > b">Lamp</a>', "Lamp"),
        ("[bold]Lamp[/bold]", "[bold]Lamp[/bold]"),
        ("  two \t\r\n lines  ", "two lines"),
    ],
)
def test_markup_becomes_what_a_reader_would_see(given_text: str, expected: str) -> None:
    assert normalise(given_text) == expected


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("\x1b[31;1mred\x1b[0m", "red"),
        ("\x9b2Jred", "red"),
        ("\x1b]8;;http://x.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]0;never closed", "]0;never closed"),
        ("a\x1bb", "ab"),
        ("a\x00b\x07c\x7f", "abc"),
        ("a\u202eb\u2066c\u2069\u200e", "abc"),
        ("Sa\u200ble\ufeff Sa\u200dle", "Sale Sale"),
        ("a\ud83db", "ab"),
        ("a\U000e0048\U000e0049b", "ab"),
        ("didn\x92t", "didn’t"),
        ("e\u0301", "é"),
    ],
)
def test_what_a_terminal_would_act_on_is_removed(given_text: str, expected: str) -> None:
    assert normalise(given_text) == expected
    assert plain(given_text) == expected


@pytest.mark.parametrize(
    "text", ["❤️\u200d🔥", "👩\u200d👩\u200d👧", "👍🏽", "می\u200cخواهم", "שלום עולם", "日本語", "क्\u200dष"]
)
def test_emoji_and_other_scripts_survive(text: str) -> None:
    assert normalise(text) == text


@given(st.one_of(AWKWARD, PIECES))
def test_normalising_twice_changes_nothing_and_leaves_nothing_unsafe(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert not [character for character in once if is_forbidden(character)]
    assert once == unicodedata.normalize("NFC", once) == once.strip()
    assert "  " not in once


@given(AWKWARD)
def test_plain_is_idempotent_and_safe(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert not [character for character in once if is_forbidden(character)]


@pytest.mark.parametrize(
    "piece", ["<a ", "<!--", "&amp;", "<![x", "<a \"'", "</", "&#38;#38;", "\x1b]", "<p>", "{margin:", "p.a:b", "a, "]
)
def test_a_megabyte_of_broken_markup_is_normalised(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    once = normalise(text + "{margin:0}")
    assert normalise(once) == once


def test_a_long_run_of_words_before_a_style_rule_is_read() -> None:
    assert normalise("p.a:b" * 300 + "! {margin:0} Lamp").endswith("! Lamp")


def test_shorten_keeps_the_limit_and_marks_the_cut() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abcdefg", 6) == "abcde…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oak lamp. Warm light.", "Oak lamp."),
        ("Oak lamp", "Oak lamp"),
        ("word " * 30, "word " * 14 + "word…"),
        ("x" * 100, "x" * 79 + "…"),
        ("", ""),
    ],
)
def test_the_first_sentence_is_cut_between_words(text: str, expected: str) -> None:
    found = first_sentence(text.strip())
    assert found == expected
    assert len(found) <= 80
