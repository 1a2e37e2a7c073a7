"""The grammar of `--where`: what is read, how it is written again, and how each mistake is answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreUsageError, WhereError
from store.where.expression import (
    AllOf,
    Among,
    AnyOf,
    Column,
    Containing,
    Empty,
    Expression,
    Not,
    Order,
    Ordered,
    Value,
)
from store.where.parse import DEEPEST, MOST_COMPARISONS, parse
from store.where.tokens import LONGEST

PRICE, COLOR = Column("price"), Column("color")
GREEN, SAGE, FORTY = Value("green"), Value("sage"), Value("40")
CHEAP = Ordered(PRICE, Order.LESS, FORTY)

odd_texts = st.text(max_size=12).filter(str.strip)
bare_values = st.lists(
    st.sampled_from(["green", "40", "$9.99", "2026-01-31", "in", "not", "empty", "men's", "NEW!", "a'b", "×"]),
    min_size=1,
    max_size=3,
).map(" ".join)
values = st.builds(Value, bare_values) | st.builds(Value, odd_texts, st.just(True))
columns = st.builds(Column, st.sampled_from(["price", "Custom Label 0", "g:color", "not", "and", "is"]) | odd_texts)
comparisons: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Among, columns, st.lists(values, min_size=1, max_size=3).map(tuple)),
    st.builds(Ordered, columns, st.sampled_from(Order), values),
    st.builds(Containing, columns, values),
    st.builds(Empty, columns),
)


def depth(part: Expression) -> int:
    if isinstance(part, Not):
        return 2 + depth(part.part)
    return 1 + max(map(depth, part.parts)) if isinstance(part, AllOf | AnyOf) else 0


def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.builds(Not, inner) | st.builds(AllOf, parts) | st.builds(AnyOf, parts)


expressions = st.recursive(comparisons, larger, max_leaves=12).filter(lambda part: depth(part) <= DEEPEST)
pieces = st.sampled_from(
    ["price", "color", "is", "empty", "not", "in", "contains", "and", "or", "(", ")", ",", "=", "!=", "<", ">=", "!",
     '"', "'", "“", "40", "$4", "green", "2026-01-31", " ", "\n", "\x00", "🪔", "--", ";", "%", "{folded}", "?"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price < 40", CHEAP),
        ("price<40", CHEAP),
        ("color = green", Among(COLOR, (GREEN,))),
        ("color == green", Among(COLOR, (GREEN,))),
        ("color in (green, sage)", Among(COLOR, (GREEN, SAGE))),
        ("color NOT IN (green,sage)", Not(Among(COLOR, (GREEN, SAGE)))),
        ("color != green", Not(Among(COLOR, (GREEN,)))),
        ("color <> green", Not(Among(COLOR, (GREEN,)))),
        ("color contains green", Containing(COLOR, GREEN)),
        ("color not contains green", Not(Containing(COLOR, GREEN))),
        ("color is empty", Empty(COLOR)),
        ("color Is Not Empty", Not(Empty(COLOR))),
        ("price ≤ 40", Ordered(PRICE, Order.AT_MOST, FORTY)),
        ("price >= 40", Ordered(PRICE, Order.AT_LEAST, FORTY)),
        ('color = "green and ""sage"""', Among(COLOR, (Value('green and "sage"', True),))),
        ("color = 'sage'", Among(COLOR, (Value("sage", True),))),
        ("color = “sage”", Among(COLOR, (Value("sage", True),))),
        ("color = women's sage", Among(COLOR, (Value("women's sage"),))),
        ("availability = in stock", Among(Column("availability"), (Value("in stock"),))),
        ("availability in (in stock, preorder)", Among(Column("availability"), (Value("in stock"), Value("preorder")))),
        ("custom label 0 = x", Among(Column("custom label 0"), (Value("x"),))),
        ('"is it new" = yes', Among(Column("is it new"), (Value("yes"),))),
        ("not color = green and price < 40", AllOf((Not(Among(COLOR, (GREEN,))), CHEAP))),
        ("not (color is empty)", Not(Empty(COLOR))),
        ("price < 40 or color is empty and price < 40", AnyOf((CHEAP, AllOf((Empty(COLOR), CHEAP))))),
        ("(price < 40 or color is empty) and price < 40", AllOf((AnyOf((CHEAP, Empty(COLOR))), CHEAP))),
        ("price < 40 and price < 40 and price < 40", AllOf((CHEAP, CHEAP, CHEAP))),
    ],
)
def test_an_expression_is_read_as_it_is_meant(text: str, expected: Expression) -> None:
    assert parse(text).expression == expected
    assert parse(f"  {text}\n").expression == expected


@given(expressions)
def test_what_was_written_is_read_as_the_same(expression: Expression) -> None:
    assert parse(str(expression)).expression == expression


@given(st.text(max_size=80) | st.lists(pieces, max_size=30).map(" ".join) | st.lists(pieces, max_size=30).map("".join))
def test_any_text_is_read_or_answered_by_one_sentence_that_shows_the_place(text: str) -> None:
    try:
        found = parse(text)
    except WhereError as error:
        message = str(error)
        assert message.endswith(".") and "\n" not in message and error.hint
        assert error.excerpt and error.excerpt[0] == text and 0 <= error.excerpt[1] <= len(text)
    else:
        assert parse(str(found.expression)).expression == found.expression


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("", "is empty", 0),
        ("   ", "is empty", 0),
        ("price <", "value is missing", 7),
        ("price < and color = red", "value is missing", 8),
        ("price", "After price a comparison is missing", 5),
        ("price 40", "After price 40 a comparison is missing", 8),
        ("price not 40", "comparison is missing", 10),
        ("price not < 40", "comparison is missing", 10),
        ("color is red", "`empty` or `not empty`", 9),
        ("color in green", "list in parentheses", 9),
        ("color in ()", "value is missing", 10),
        ("color in (green", "( is not closed", 9),
        ("color in (green sage = 3)", "is missing", 21),
        ("(price < 4", "( is not closed", 0),
        ("price < 4)", "no ( to this )", 9),
        ("price < 4 color = red", "`and` or `or` is missing", 16),
        ("price < 1,000", "comma stands outside of `in (...)`", 9),
        ("(price < 1,000)", "comma stands outside of `in (...)`", 10),
        ('color = "red', "quotation in --where is not closed", 8),
        ("= 4", "name of a column is missing", 0),
        ("and price < 4", "name of a column is missing", 0),
        ("price < 4 and", "name of a column is missing", 13),
        ("price < 4 or or price > 3", "name of a column is missing", 13),
        ('"" = 4', "name of a column is missing", 0),
        ('color = ""', "value is missing", 8),
        ('color = ")" )', "no ( to this )", 12),
    ],
)
def test_a_mistake_is_named_at_its_place(text: str, message: str, place: int) -> None:
    with pytest.raises(WhereError) as caught:
        parse(text)
    assert message in str(caught.value) and caught.value.hint
    assert caught.value.excerpt == (text, place)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 100_000, "100,000 characters long"),
        ("(" * 10_000, f"nested more than {DEEPEST} deep"),
        ("not " * 4_000 + "a = 1", f"nested more than {DEEPEST} deep"),
        ("(" * 9_000 + "a = 1" + ")" * 9_000, f"nested more than {DEEPEST} deep"),
        (" or ".join(["a = 1"] * (MOST_COMPARISONS + 1)), f"more than {MOST_COMPARISONS} comparisons"),
        ("a = " + "'" * (LONGEST - 5), "not closed"),
        ("'\"" * (LONGEST // 2), "not closed"),
    ],
    ids=["long", "open", "not", "deep", "many", "quotes", "mixed"],
)
def test_what_would_go_too_far_is_refused(text: str, message: str) -> None:
    with pytest.raises(StoreUsageError, match=message):
        parse(text)


def test_as_many_and_as_deep_as_is_allowed_is_read() -> None:
    parse(" or ".join(["a = 1"] * MOST_COMPARISONS))
    parse("(" * DEEPEST + "a = 1" + ")" * DEEPEST)
    assert len(parse(f"a in ({', '.join(map(str, range(3_000)))})").expression.values) == 3_000  # type: ignore[union-attr]
