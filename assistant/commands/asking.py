"""What a look-up is asked by: a text, or pins, an ad or a product of the store; and how results remember it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from store.records import Kind, Record

if TYPE_CHECKING:
    from store.store import Store

SEVERAL = "pins"


@dataclass(frozen=True, slots=True)
class AskedBy:
    """The words, or the kind of the records and what was given for their ids."""

    words: str = ""
    kind: Kind | None = None
    given: tuple[str, ...] = ()

    @property
    def among(self) -> Kind:
        """What is looked among where nobody says so: pins for what is for sale, else ads."""
        return Kind.PIN if self.kind in (Kind.AD, Kind.PRODUCT) else Kind.AD

    def records(self, store: Store) -> tuple[Record, ...]:
        """The records that are asked by; UnknownIdError where one is not there. A text has none."""
        from assistant.matching.by_record import find_records

        if self.kind is None:
            return ()
        ids = [identifier for text in self.given for identifier in _ids(text, self.kind, store)]
        if not ids:
            raise UsageError(f"--{self.kind} has no id.", hint=f"Write it like --{self.kind} ID.")
        return find_records(self.kind, ids, store)


def asked_by(words: Sequence[str], pins: Sequence[str], ad: str, product: str) -> AskedBy:
    """What the options of these names ask by; UsageError unless that is one thing."""
    from assistant.feeds.text import plain

    text = plain(" ".join(words))
    kinds = ((Kind.PIN, tuple(map(plain, pins))), (Kind.AD, (plain(ad),)), (Kind.PRODUCT, (plain(product),)))
    found = [AskedBy(kind=kind, given=given) for kind, given in kinds if any(given)]
    found += [AskedBy(words=text)] if text else []
    if len(found) != 1:
        raise UsageError(
            "Give one of: a text, --pin ID, --ad ID, or --product ID.",
            hint='For example `pinwright match "small balcony herb garden"`.',
        )
    return found[0]


def source_of(records: Sequence[Record], text: str) -> str:
    """What results remember: `text oak lamp`, `pin ID`, `ad ID`, `product ID`, or `pins ["ID", "ID"]`."""
    from assistant.matching.by_record import kind_of

    if not records:
        return f"text {text}"
    if len(records) > 1:
        return f"{SEVERAL} {json.dumps([record.id for record in records], ensure_ascii=False)}"
    return f"{kind_of(records[0])} {records[0].id}"


def records_of(source: str, store: Store) -> tuple[Record, ...]:
    """The records that a source names, as the store has them now; none for a text. UsageError where one is gone."""
    name, _, named = source.partition(" ")
    if name == SEVERAL:
        kind, ids = Kind.PIN, _listed(named)
    elif name in tuple(Kind):
        kind, ids = Kind(name), [named]
    else:
        return ()
    found = store.database.get_many(kind, ids)
    if gone := next((identifier for identifier in ids if identifier not in found), ""):
        raise UsageError(f"The {kind} {gone} is not in the store any more.", hint="Look something up again.")
    return tuple(found[identifier] for identifier in ids)


def _ids(text: str, kind: Kind, store: Store) -> list[str]:
    """The id, or several with commas between them. An id may have a comma itself."""
    if kind is not Kind.PIN or "," not in text or store.database.get(kind, text) is not None:
        return [text] if text else []
    return [identifier for part in text.split(",") if (identifier := part.strip())]


def _listed(text: str) -> list[str]:
    try:
        return [str(identifier) for identifier in json.loads(text)]
    except (ValueError, TypeError, RecursionError):
        raise UsageError("It is not known any more what this was found for.", hint="Look something up again.") from None
