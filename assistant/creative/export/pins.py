"""Pinterest's CSV for many pins at once: at most 100 rows a file, each title once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from assistant.creative.export import links
from assistant.creative.export.cells import as_csv, harmless
from assistant.creative.export.rows import Exportable, LeftOut, Options, Rendering, left_out
from assistant.creative.formats import PIN
from assistant.errors import UsageError

HEADER = ("Title", "Media URL", "Pinterest board", "Thumbnail", "Description", "Link", "Publish date", "Keywords")
ROWS_A_FILE = 100
DAYS_AHEAD = 14
LONGEST_KEYWORD = 120
LONGEST_IMAGE_LINK = 2000


def render(rows: Sequence[Exportable], options: Options) -> Rendering:
    """A row for each pin; the board and the date are the same for all. Raises UsageError for a date out of reach."""
    date = read_date(options.publish_date)
    lines: list[tuple[str, ...]] = []
    written: list[Exportable] = []
    missed: list[LeftOut] = []
    holders: dict[str, str] = {}
    for row in rows:
        link = links.tracked(row.product.link, options.utm)
        if reason := _problem(row, link, holders):
            missed.append(left_out(row, reason))
            continue
        holders[row.texts["title"].casefold()] = row.id
        written.append(row)
        lines.append(_line(row, options.board, link, date))
    files = tuple(as_csv(HEADER, lines[start : start + ROWS_A_FILE]) for start in range(0, len(lines), ROWS_A_FILE))
    return Rendering(files, tuple(written), tuple(missed))


def read_date(text: str, now: datetime | None = None) -> str:
    """A date as the platform takes it, `2026-05-01T09:00:00` in UTC; empty stays empty."""
    if not text:
        return ""
    now = now or datetime.now(UTC)
    try:
        date = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is no date.", hint="Write it like 2026-05-01T09:00:00, in UTC.") from error
    date = date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    if not now <= date <= now + timedelta(days=DAYS_AHEAD):
        raise UsageError(
            f"The publish date {text} is not within the next {DAYS_AHEAD} days.",
            hint=f"Give one from {_written(now)} to {_written(now + timedelta(days=DAYS_AHEAD))}, in UTC.",
        )
    return _written(date)


def keywords(row: Exportable) -> str:
    """The levels of the product's category, which is what the shop itself calls it."""
    levels = (level.strip().replace(",", " ") for level in row.product.product_type.split(">"))
    return ", ".join(dict.fromkeys(level for level in levels if 0 < len(level) <= LONGEST_KEYWORD))


def _problem(row: Exportable, link: str, holders: dict[str, str]) -> str:
    title = row.texts["title"]
    if holder := holders.get(title.casefold()):
        return f"its title is the same as that of {holder}, and titles must differ"
    image = links.problem(row.product.image_link, "image_link", longest=LONGEST_IMAGE_LINK)
    return image or (links.problem(link, "link") if link else "") or next(_too_long_as_cells(row), "")


def _too_long_as_cells(row: Exportable) -> Iterator[str]:
    for name in ("title", "description"):
        if len(harmless(row.texts[name])) > PIN.slot(name).hard:
            yield f"the {name} begins like a formula and is too long with the apostrophe that makes it harmless"


def _line(row: Exportable, board: str, link: str, date: str) -> tuple[str, ...]:
    return (row.texts["title"], row.product.image_link, board, "", row.texts["description"], link, date, keywords(row))


def _written(date: datetime) -> str:
    return date.strftime("%Y-%m-%dT%H:%M:%S")
