"""Where copy can go, as data: the formats that each target takes, the options that it needs, and who writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.creative.export import ads, google, lines, merchant, pins
from assistant.creative.export.rows import Exportable, Options, Rendering
from assistant.creative.formats import CAROUSEL, FORMATS, MERCHANT, PIN, SEARCH


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of file. `needs` are the options that it cannot do without, `takes` those that it can use."""

    name: str
    title: str
    formats: frozenset[str]
    render: Callable[[Sequence[Exportable], Options], Rendering]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


_ALL = (
    Target(
        "pins-csv",
        "Pinterest, CSV for many pins",
        frozenset({PIN.name}),
        pins.render,
        needs=("board",),
        takes=("publish_date", "shop_url", "utm"),
    ),
    Target(
        "ads-json",
        "Pinterest, JSON for the bulk upsert of ads",
        frozenset({PIN.name, CAROUSEL.name}),
        ads.render,
        needs=("ad_group_id", "pin_ids"),
        takes=("shop_url", "utm", "active"),
    ),
    Target(
        "google-csv",
        "Google Ads Editor, CSV",
        frozenset({SEARCH.name}),
        google.render,
        needs=("campaign",),
        takes=("ad_group", "shop_url", "utm", "active"),
    ),
    Target(
        "merchant-tsv",
        "Google Merchant Center, supplemental feed",
        frozenset({MERCHANT.name}),
        merchant.render,
    ),
    Target("jsonl", "JSON Lines with provenance", frozenset(FORMATS), lines.render, takes=("shop_url", "utm")),
)
TARGETS = {target.name: target for target in _ALL}
