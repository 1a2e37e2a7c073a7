"""Grammars: each form gives the line it promises. llama.cpp itself is asked only in the contract of the engines."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.engine import Choice, Citations, Form, Text
from assistant.llm.grammar import NOT_IN_COPY, grammar_for

RULE = re.compile(r"^(\w+) ::= (.*)$")
TERMINAL = re.compile(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]')


def as_pattern(grammar: str) -> re.Pattern[str]:
    """The language of a grammar as a regular expression: the rules used here are not recursive."""
    rules = dict(match.groups() for line in grammar.split("\n") if (match := RULE.match(line)))
    return re.compile(_converted(rules["root"], rules))


def _converted(rule: str, rules: dict[str, str]) -> str:
    pattern, end = "", 0
    for match in TERMINAL.finditer(rule):
        pattern += _structure(rule[end : match.start()], rules)
        terminal = match[0]
        if terminal.startswith('"'):
            text = terminal[1:-1].replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
            pattern += f"(?:{re.escape(text)})"
        else:
            pattern += terminal
        end = match.end()
    return pattern + _structure(rule[end:], rules)


def _structure(text: str, rules: dict[str, str]) -> str:
    named = re.sub(r"\b[a-z]+\b", lambda match: f"(?:{_converted(rules[match[0]], rules)})", text)
    return named.replace(" ", "")


def fits(form: Form, line: str) -> bool:
    return as_pattern(grammar_for(form)).fullmatch(line) is not None


@pytest.mark.parametrize("line", ["A shelf for the hall.", " A shelf", "Café, 12 cm – it's 5% oak.\n", "木の棚。"])
def test_a_text_is_one_line_of_plain_copy_with_or_without_its_end(line: str) -> None:
    assert fits(Text(200), line)


@pytest.mark.parametrize(
    "mark", [*'\n\r\t\x00\x07\x1b\x7f<>{}[]|\\^~`*#_="“”„«»', "\u200b", "\u202e", "\u2066", "\ufeff", "\ufffd"]
)
def test_marks_that_have_no_place_in_copy_cannot_come_out(mark: str) -> None:
    assert fits(Text(200), "An oak shelf")
    for line in (f"{mark}An oak shelf", f"An oak{mark} shelf", f"{mark}"):
        assert not fits(Text(200), line)
    if mark != "\n":
        assert not fits(Text(200), f"An oak shelf{mark}")


@pytest.mark.parametrize("line", ["", " ", "\n", "  An oak shelf", " \n"])
def test_a_text_begins_with_something_after_one_blank_at_most(line: str) -> None:
    assert not fits(Text(200), line)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_text_has_at_least_its_least_characters(least: int, length: int) -> None:
    assert fits(Text(100, min_chars=least), "x" * length) == (length >= max(least, 1))


def test_the_length_is_not_cut_by_the_grammar() -> None:
    assert fits(Text(10), "x" * 500)


options = st.lists(st.text('ab"\\\n .-|()', min_size=1, max_size=6), min_size=1, max_size=4)


@given(options, st.text('ab"\\\n .-|()', max_size=6))
def test_a_choice_is_exactly_one_of_its_options(given_options: list[str], other: str) -> None:
    form = Choice(tuple(given_options))
    assert all(fits(form, option) and fits(form, f" {option}\n") for option in given_options)
    around = {f"{blank}{option}{end}" for option in given_options for blank in ("", " ") for end in ("", "\n")}
    assert fits(form, other) == (other in around)


@given(st.integers(1, 5), st.lists(st.sampled_from(["1", "2", "12", "30"]), min_size=1, max_size=7))
def test_citations_hold_given_ids_only_and_no_more_than_allowed(at_most: int, cited: list[str]) -> None:
    form = Citations(("1", "2", "12"), at_most)
    assert fits(form, ", ".join(cited)) == (len(cited) <= at_most and "30" not in cited)


@pytest.mark.parametrize("line", ["", "1,2", "1, ", ", 1", "1 2", "12, 2, 1, 1, 1", "1 and 2", "01"])
def test_citations_have_one_way_to_be_written(line: str) -> None:
    assert fits(Citations(("1", "2", "12"), 4), "1, 12")
    assert not fits(Citations(("1", "2", "12"), 4), line)


def test_what_is_not_in_copy_is_a_class_of_regular_expressions_too() -> None:
    assert re.sub(f"[{NOT_IN_COPY}]", "", "a<b>[x]^\\d\x1b*#_=|~`{}") == "abxd"
    assert (
        re.sub(f"[{NOT_IN_COPY}]", "", "It's 5% off, isn't it? (Yes; 2-3 cm.)")
        == "It's 5% off, isn't it? (Yes; 2-3 cm.)"
    )
