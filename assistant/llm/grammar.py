"""From the form of a field to a GBNF grammar. Every form ends at the end of its line.

Length is not left to the grammar: a grammar that ends a text at its limit cuts it mid-word and hides that it did, so
the decoder counts and says that a text was cut.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.llm.engine import Choice, Citations, Form, Text

# Marks of markup, code and placeholders, which have no place in a line of copy; control and bidi characters neither.
# They stand in a class, [^...], of GBNF and of Python's regular expressions alike.
NOT_IN_COPY = r"\n\r\t\x00-\x1F\x7F<>{}\[\]|\\^~`*#_=\"“”„«»\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF\uFFFD"


def grammar_for(form: Form) -> str:
    """The grammar of one line in this form, its end of line optional: the model may end its turn instead."""
    if isinstance(form, Text):
        return f'root ::= " "? [^ {NOT_IN_COPY}] [^{NOT_IN_COPY}]{{{max(form.min_chars - 1, 0)},}} "\\n"?'
    if isinstance(form, Choice):
        return f'root ::= " "? ({_any_of(form.options)}) "\\n"?'
    return _citations(form)


def _citations(form: Citations) -> str:
    more = f'(", " id){{0,{form.at_most - 1}}}' if form.at_most > 1 else ""
    return f'root ::= " "? id {more} "\\n"?\nid ::= {_any_of(form.ids)}'


def _any_of(options: Iterable[str]) -> str:
    return " | ".join(_quoted(option) for option in options)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
