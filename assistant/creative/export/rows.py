"""What an export is made of: approved creatives with their products, the user's options, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from assistant.creative.formats import FORMATS, Shape
from store.creatives import Creative
from store.records import Product
from store.reviews import Reviewed, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Exportable:
    """A creative that somebody approved, and the product that it is for.

    `despite` are the codes of the findings that were overruled for it, `reason` why.
    """

    id: str
    creative: Creative
    product: Product
    decided_by: str
    decided_at: datetime | None
    edited: bool
    despite: tuple[str, ...] = ()
    reason: str = ""

    @classmethod
    def of(cls, reviewed: Reviewed, product: Product) -> Exportable:
        """Raises ValueError for what nobody approved: it cannot be exported by any path."""
        if reviewed.state is not State.APPROVED or not reviewed.decided_by:
            raise ValueError(f"the creative {reviewed.id} is {reviewed.state}, not approved")
        return cls(
            id=reviewed.id,
            creative=reviewed.creative,
            product=product,
            decided_by=reviewed.decided_by,
            decided_at=reviewed.decided_at,
            edited=reviewed.edited is not None,
            despite=reviewed.despite,
            reason=reviewed.reason,
        )

    @property
    def texts(self) -> Mapping[str, str]:
        return self.creative.texts

    @property
    def title(self) -> str:
        return first_title(self.creative)

    def group(self, name: str) -> list[str]:
        """The texts of the slots of one kind that are filled, in order: `headline_1`, `headline_2` ..."""
        slots = FORMATS[self.creative.format].slots
        return [self.texts[slot.name] for slot in slots if slot.group == name and self.texts.get(slot.name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user says about where the copy goes. `utm` are pairs such as ("campaign", "spring").

    `shop_url` is the Shopify shop where the products without a link have their pages.
    `pin_ids` maps the id or the casefolded title of a creative to the id of its pin on the platform.
    """

    board: str = ""
    ad_group_id: str = ""
    campaign: str = ""
    ad_group: str = ""
    publish_date: str = ""
    shop_url: str = ""
    utm: tuple[tuple[str, str], ...] = ()
    pin_ids: Mapping[str, str] = field(default_factory=dict)
    active: bool = False


class LeftOut(NamedTuple):
    """What did not go out and why. `expected` where that is how the target is, and nothing is to be mended."""

    id: str
    title: str
    reason: str
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Rendering:
    """The files of an export as bytes, what is in them, and what is not."""

    files: tuple[bytes, ...]
    written: tuple[Exportable, ...]
    left_out: tuple[LeftOut, ...] = ()


def first_title(creative: Creative) -> str:
    """What a creative is known by: its first text in the shape of a title, else its first text."""
    format = FORMATS.get(creative.format)
    titles = [slot.name for slot in format.slots if slot.shape is Shape.TITLE] if format else []
    return next((creative.texts[name] for name in (*titles, *creative.texts) if creative.texts.get(name)), "")


def left_out(row: Exportable, reason: str, *, expected: bool = False) -> LeftOut:
    return LeftOut(row.id, row.title, reason, expected)
