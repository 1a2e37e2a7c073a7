"""What may leave: approved, for the facts as they are now, of a format that the target takes, and within its limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assistant.creative.export.limits import check_limits
from assistant.creative.export.rows import Exportable, LeftOut, first_title
from assistant.creative.export.targets import Target
from assistant.creative.formats import FORMATS
from store.creatives import Creative
from store.records import Product
from store.reviews import Reviewed, Reviews, Selection, State

PAGE = 500
STOCK = "availability: "


@dataclass(slots=True)
class Gathered:
    """The rows to export, what was left out of the approved ones, and how many were not approved, by state."""

    rows: list[Exportable] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    unapproved: Counter[State] = field(default_factory=Counter)


def gather(reviews: Reviews, selection: Selection, target: Target, *, outdated: bool = False) -> Gathered:
    """Look through what the selection means. With `outdated` also what was written for facts that have changed."""
    gathered = Gathered()
    approved: list[Reviewed] = []
    for found in reviews.iterate(replace(selection, since=None)):
        if found.written.format not in target.formats:
            continue
        if found.state is not State.APPROVED:
            gathered.unapproved[found.state] += 1
        elif selection.since is None or (found.decided_at and found.decided_at >= selection.since):
            approved.append(found)
    for found, product in _with_products(reviews, approved):
        if reason := _obstacle(found, product, outdated):
            gathered.left_out.append(LeftOut(found.id, first_title(found.creative), reason))
        elif product is not None:
            gathered.rows.append(Exportable.of(found, product))
    return gathered


def _with_products(reviews: Reviews, approved: list[Reviewed]) -> Iterator[tuple[Reviewed, Product | None]]:
    for start in range(0, len(approved), PAGE):
        page = approved[start : start + PAGE]
        products = reviews.products(found.written.product_id for found in page)
        for found in page:
            yield found, products.get(found.written.product_id)


def _obstacle(found: Reviewed, product: Product | None, outdated: bool) -> str:
    if found.outdated and not outdated:
        return "its product changed after it was written"
    if product is None:
        return f"its product {found.written.product_id} is not in the store any more"
    if stale := _stale_stock(found.creative, product):
        return f"it says {stale!r}, and its product's availability has changed since"
    over = check_limits(found.creative.texts, FORMATS[found.creative.format])
    blocking = (finding for finding in found.creative.blocking if finding.code not in found.despite)
    return next((finding.message for finding in (*over, *blocking)), "")


def _stale_stock(creative: Creative, product: Product) -> str:
    """What a text says of the stock as it was; a changed stock alone has nothing written again."""
    claims = (claim for found in creative.claims.values() for claim in found)
    said = (claim for claim in claims if claim.supported_by.startswith(STOCK))
    return next((claim.text for claim in said if claim.supported_by != f"{STOCK}{product.availability}"), "")
