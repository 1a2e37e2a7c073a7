"""Read a `--where` such as `price < 40 and color in (green, sage)`.

    expression:  part ("or" part)*, where a part is  unit ("and" unit)*
    unit:        "not" unit | "(" expression ")" | comparison
    comparison:  column ("=" | "!=" | "<" | "<=" | ">" | ">=") value
                 | column ["not"] "in" "(" value ("," value)* ")"
                 | column ["not"] "contains" value
                 | column "is" ["not"] "empty"

A value or a column is a quotation, or words: a value goes on to `and`, `or` or the next sign.
"""

from __future__ import annotations

from typing import NoReturn

from store.errors import WhereError
from store.where.expression import (
    AFTER_COLUMN,
    AFTER_VALUE,
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
    Where,
    shorten,
)
from store.where.tokens import Token, tokens_of

# Of parentheses and `not`. SQLite's parser may hold 100 pieces of an expression that it has not seen the end of.
DEEPEST = 12
MOST_COMPARISONS = 200

EXAMPLE_HINT = 'For example --where "price < 40 and color in (green, sage)".'
COMPARISONS_HINT = "Compare by =, !=, <, <=, >, >=, in (...), contains, is empty; `not` may stand before in."


def parse(text: str) -> Where:
    """Read the text of a `--where`. Raises WhereError, with the place, where it cannot be read."""
    return Where(text, _Parser(text).read())


class _Parser:
    """A recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0
        self._comparisons = 0

    def read(self) -> Expression:
        if self._next.kind == "end":
            self._fail("--where is empty.", EXAMPLE_HINT)
        found = self._any(0)
        self._refuse_comma()
        if self._next.is_mark(")"):
            self._fail("There is no ( to this ).", "Take it away, or add a ( before.")
        if self._next.kind != "end":
            self._fail("Before this, `and` or `or` is missing.", "Put a value of several words in quotes.")
        return found

    def _any(self, depth: int) -> Expression:
        parts = [self._all(depth)]
        while self._take("or"):
            parts.append(self._all(depth))
        return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def _all(self, depth: int) -> Expression:
        parts = [self._unit(depth)]
        while self._take("and"):
            parts.append(self._unit(depth))
        return AllOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def _unit(self, depth: int) -> Expression:
        if depth > DEEPEST:
            self._fail(f"--where is nested more than {DEEPEST} deep.", "Leave out parentheses that change nothing.")
        if self._take("not"):
            return Not(self._unit(depth + 1))
        if self._next.is_mark("("):
            opened = self._step()
            inner = self._any(depth + 1)
            self._close(opened)
            return inner
        return self._comparison()

    def _comparison(self) -> Expression:
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            self._fail(f"--where makes more than {MOST_COMPARISONS} comparisons.", "Write `in (...)` for many values.")
        column = self._column()
        if self._next.kind == "sign":
            return self._by_sign(column)
        return self._by_word(column)

    def _by_sign(self, column: Column) -> Expression:
        sign = self._step().text
        value = self._value()
        if sign in ("=", "!="):
            equal = Among(column, (value,))
            return equal if sign == "=" else Not(equal)
        return Ordered(column, Order(sign), value)

    def _by_word(self, column: Column) -> Expression:
        if self._take("is"):
            return self._emptiness(column)
        negated = self._take("not")
        if self._take("in"):
            found: Expression = Among(column, self._values())
        elif self._take("contains"):
            found = Containing(column, self._value())
        else:
            self._fail(f"After {shorten(column.name)} a comparison is missing.", COMPARISONS_HINT)
        return Not(found) if negated else found

    def _emptiness(self, column: Column) -> Expression:
        negated = self._take("not")
        if not self._take("empty"):
            self._fail("After `is` comes `empty` or `not empty`.", f"For a value write {shorten(column.name)} = ...")
        return Not(Empty(column)) if negated else Empty(column)

    def _values(self) -> tuple[Value, ...]:
        if not self._next.is_mark("("):
            self._fail("After `in` comes a list in parentheses.", "For example color in (green, sage).")
        opened = self._step()
        values = [self._value()]
        while self._next.is_mark(","):
            self._step()
            values.append(self._value())
        self._close(opened)
        return tuple(values)

    def _column(self) -> Column:
        start = self._next
        name = self._words(AFTER_COLUMN)
        if not name.strip():
            self._fail("Here the name of a column is missing.", EXAMPLE_HINT, start)
        return Column(name, start.place)

    def _value(self) -> Value:
        start = self._next
        text = self._words(AFTER_VALUE)
        if not text.strip():
            self._fail("Here a value is missing.", "To find what has none, write `is empty`.", start)
        return Value(text, start.kind == "quotation", start.place)

    def _words(self, ends: frozenset[str]) -> str:
        """A quotation, or the words up to one that ends them."""
        if self._next.kind == "quotation":
            return self._step().text
        words = []
        while self._next.kind == "word" and not self._next.is_word(*ends):
            words.append(self._step().text)
        return " ".join(words)

    def _close(self, opened: Token) -> None:
        if self._next.kind == "end":
            self._fail("This ( is not closed.", "Add a ) where it ends.", opened)
        self._refuse_comma()
        if not self._next.is_mark(")"):
            self._fail("Before this, `and`, `or`, a comma or ) is missing.", "Put a value of several words in quotes.")
        self._step()

    def _refuse_comma(self) -> None:
        if self._next.is_mark(","):
            self._fail(
                "This comma stands outside of `in (...)`.", "Write 1000, not 1,000, and several values as `in (a, b)`."
            )

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _step(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, word: str) -> bool:
        """Go past this word if it comes next."""
        if found := self._next.is_word(word):
            self._at += 1
        return found

    def _fail(self, message: str, hint: str, token: Token | None = None) -> NoReturn:
        raise WhereError(message, hint=hint, excerpt=(self._text, (token or self._next).place))
