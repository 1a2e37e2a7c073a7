"""A supplemental feed for Google Merchant Center: titles and descriptions that say that a machine wrote them.

The values of `structured_title` and `structured_description` have two parts, `trained_algorithmic_media:"the text"`,
with quotes inside the text doubled. No cell begins with a quote or holds a tab, so it reads alike whether the data
source is set to quoted fields or not.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.creative.export.cells import is_dangerous
from assistant.creative.export.provenance import DIGITAL_SOURCE_TYPE
from assistant.creative.export.rows import Exportable, LeftOut, Options, Rendering, left_out

HEADER = ("id", "structured_title", "structured_description")


def render(rows: Sequence[Exportable], options: Options) -> Rendering:
    """A row for each product: of several approved texts the one that ranks best."""
    del options  # the feed has no place for any of them
    missed: list[LeftOut] = []
    best: dict[str, Exportable] = {}
    for row in sorted(rows, key=lambda row: row.creative.rank or len(rows) + 1):
        if reason := _problem(row.product.id):
            missed.append(left_out(row, reason))
        elif (holder := best.setdefault(row.product.id, row)) is not row:
            missed.append(left_out(row, f"a product has one title here, and {holder.id} ranks better", expected=True))
    written = tuple(row for row in rows if best.get(row.product.id) is row)
    lines = ["\t".join(HEADER), *("\t".join(_cells(row)) for row in written)]
    content = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    return Rendering((content,) if written else (), written, tuple(missed))


def structured(text: str) -> str:
    """A text with where it comes from, as a text feed has it."""
    doubled = text.replace('"', '""')
    return f'{DIGITAL_SOURCE_TYPE}:"{doubled}"'


def _problem(identifier: str) -> str:
    """An id cannot be changed, not even by an apostrophe: Merchant Center would not find the product."""
    if is_dangerous(identifier):
        return f"a spreadsheet might run its product's id {identifier!r}"
    if identifier.startswith('"') or any(letter.isspace() and letter != " " for letter in identifier):
        return f"its product's id {identifier!r} cannot stand in a text feed"
    return ""


def _cells(row: Exportable) -> tuple[str, ...]:
    title, description = row.texts["structured_title"], row.texts["structured_description"]
    return (row.product.id, structured(title), structured(description))
