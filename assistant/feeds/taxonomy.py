"""Google's product taxonomy, read from the file of names with ids: `166 - Apparel & Accessories`, one a line.

The file has no licence to ship it under, so a user imports one, in any language.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from assistant.errors import InputError, MissingError
from assistant.feeds.sources import Line, Source, bounded_lines
from assistant.feeds.text import plain, shorten
from store.where.cells import folded, levels

KEPT_NAME = "google_product_taxonomy.txt"
MOST_LINES = 100_000
LONGEST_PATH = 1000
WHERE_FROM = "https://www.google.com/basepages/producttype/taxonomy-with-ids.en-US.txt"
IMPORT_HINT = f"Fetch {WHERE_FROM}, or another language, and run `pinwright taxonomy import FILE`."
_LINE = re.compile(r"([0-9]{1,10}) ?[-–] ?(\S.*)")
_VERSION = re.compile(r"#.*?Version: ?(\S+)", re.IGNORECASE)


class Category(NamedTuple):
    """`536`, `Home & Garden`; the levels of a path are joined by ` > `."""

    id: str
    path: str


class BadLine(NamedTuple):
    """A line that is no category, and why not."""

    line: int
    reason: str


@dataclass(frozen=True)
class Taxonomy:
    """All categories in the order of the file; `version` is what the file states, empty where it states none."""

    version: str
    categories: Sequence[Category]

    @cached_property
    def by_id(self) -> Mapping[str, Category]:
        return {category.id: category for category in self.categories}

    def within(self, text: str) -> list[Category]:
        """The category of an id, or of a name, and all below it: those in whose path its levels stand in a row."""
        named = self.by_id.get(text.strip())
        sought = levels(named.path if named else text)
        return [found for found, run in self._runs if sought and sought in run]

    def called(self, words: str) -> list[Category]:
        """Those with all of these words in their paths, what is called so first; of an id what is just below it too."""
        if named := self.by_id.get(words.strip()):
            return [named, *(one for one in self.categories if one.path.rpartition(" > ")[0] == named.path)]
        sought = (folded(words) or "").replace(">", " ").split()
        found = [one for one in self.categories if all(word in (folded(one.path) or "") for word in sought)]
        return sorted(found, key=lambda one: (folded(one.path) != folded(words.strip()), _distance(one, sought)))

    @cached_property
    def _runs(self) -> Sequence[tuple[Category, str]]:
        return [(category, levels(category.path) or "") for category in self.categories]


def read_taxonomy(given: str) -> tuple[Taxonomy, list[BadLine]]:
    """The categories of a file (`-` is standard input), and the lines that are none.

    Raises InputError where the file cannot be read, or no line of it is a category.
    """
    shown = shorten(given, 300)
    try:
        with closing(Source(given)) as source:
            taxonomy, bad = _categories([*islice(bounded_lines(source.text()), MOST_LINES)])
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"{shown} is a damaged gzip archive.", hint="Fetch it again.") from None
    except OSError as problem:
        raise InputError(f"{shown} cannot be read: {problem.strerror or problem}.", hint="Check the file.") from None
    if not taxonomy.categories:
        first = f" Line {bad[0].line}: {bad[0].reason}." if bad else ""
        raise InputError(f"{shown} holds no category.{first}", hint=IMPORT_HINT)
    return taxonomy, bad


def taxonomy_as_text(taxonomy: Taxonomy) -> str:
    """The file of a taxonomy as it is kept."""
    head = [f"# Google_Product_Taxonomy_Version: {taxonomy.version}"] if taxonomy.version else []
    return "".join(f"{line}\n" for line in [*head, *(f"{one.id} - {one.path}" for one in taxonomy.categories)])


def kept_taxonomy(home: Path) -> Taxonomy | None:
    """The taxonomy that was imported into a home folder; None where there is none."""
    place = home / KEPT_NAME
    return read_taxonomy(str(place))[0] if place.is_file() else None


def require_taxonomy(home: Path) -> Taxonomy:
    """The same; MissingError where there is none."""
    if (found := kept_taxonomy(home)) is None:
        raise MissingError("No taxonomy was imported yet.", hint=IMPORT_HINT)
    return found


def _categories(lines: Iterable[Line]) -> tuple[Taxonomy, list[BadLine]]:
    version, found, bad = "", dict[str, Category](), list[BadLine]()
    paths: dict[str, int] = {}
    numbers: dict[str, int] = {}
    for line in lines:
        text = plain(line.text)
        if not text or text.startswith("#"):
            stated = _VERSION.match(text)
            version = version or (shorten(stated[1], 40) if stated else "")
            continue
        try:
            category = _category(line, text)
            for known, what in ((numbers, category.id), (paths, levels(category.path) or "")):
                if what in known:
                    raise ValueError(f"{shorten(what.strip('> '), 60)} stands on line {known[what]} already")
        except ValueError as problem:
            bad.append(BadLine(line.number, str(problem)))
        else:
            found[category.id] = category
            numbers[category.id] = paths[levels(category.path) or ""] = line.number
    return Taxonomy(version, tuple(found.values())), bad


def _category(line: Line, text: str) -> Category:
    """Raises ValueError with the reason where a line is no category."""
    parts = _LINE.fullmatch(text)
    if not line.whole or parts is None:
        raise ValueError(f"'{shorten(text, 60)}' is not like `166 - Apparel & Accessories`, an id and a name")
    path = [level.strip() for level in parts[2].split(">")]
    if not all(path):
        raise ValueError(f"'{shorten(text, 60)}' has an empty level")
    if len(parts[2]) > LONGEST_PATH:
        raise ValueError(f"the name is longer than {LONGEST_PATH:,} characters")
    return Category(parts[1], " > ".join(path))


def _distance(category: Category, words: Sequence[str]) -> tuple[int, ...]:
    """How far a category is from these words: those that its last level has whole, or within a word; then its depth."""
    last = folded(category.path.rpartition(">")[2]) or ""
    own = re.findall(r"\w+", last)
    return (
        -sum(word in own for word in words),
        -sum(word in last for word in words),
        len(own),
        category.path.count(">"),
    )
