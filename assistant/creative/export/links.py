"""Links as they leave: an address of the web, within its limit, with the tracking parameters that were asked for.

Shopify's export carries no links. A product's page is `https://SHOP/products/HANDLE` in each of its shops, and the
handle is the id under which such a product is known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, urlsplit

from assistant.creative.export.rows import Exportable
from assistant.errors import UsageError

LONGEST = 2048
UTM_NAMES = ("source", "medium", "campaign", "term", "content", "id")

_HANDLE = re.compile(r"[\w-]+")
_SHOP = re.compile(r"https://[\w.-]+\.\w+(?::\d+)?(?:/[\w-]+)*")


def read_shop(address: str) -> str:
    """The address of a shop, such as `https://kiln.example`. Raises UsageError for any other address."""
    shop = address.strip().rstrip("/")
    if not _SHOP.fullmatch(shop):
        raise UsageError(
            f"--shop-url {address[:200]!r} is no address of a shop.",
            hint="Write it like https://kiln.example: with https, and with nothing after a ? or #.",
        )
    return shop


def linked(row: Exportable, shop: str) -> Exportable:
    """The row with the page of its product in a Shopify shop, where the product has no link and can have that one."""
    handle = row.product.extra.get("Handle", row.product.id)
    if not shop or row.product.link or not _HANDLE.fullmatch(handle):
        return row
    return replace(row, product=replace(row.product, link=f"{shop}/products/{quote(handle)}"))


def read_utm(pairs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pairs such as `campaign=spring`. Raises UsageError for a name that no analytics knows, or an empty value."""
    found = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        name = name.strip().lower().removeprefix("utm_")
        if name not in UTM_NAMES or not value.strip():
            raise UsageError(
                f"--utm {pair!r} is no tracking parameter.",
                hint=f"Write it like --utm campaign=spring; known: {', '.join(UTM_NAMES)}.",
            )
        found[name] = value.strip()
    return tuple(found.items())


def tracked(link: str, utm: Sequence[tuple[str, str]]) -> str:
    """The link with these parameters. Others keep their place and their letters, one of the same name gives way."""
    if not link or not utm:
        return link
    address, hash_mark, fragment = link.partition("#")
    path, _, query = address.partition("?")
    names = {f"utm_{name}" for name, _ in utm}
    kept = [part for part in query.split("&") if part and part.partition("=")[0].lower() not in names]
    added = [f"utm_{name}={quote(value, safe='')}" for name, value in utm]
    return f"{path}?{'&'.join(kept + added)}{hash_mark}{fragment}"


def problem(link: str, what: str, *, longest: int = LONGEST) -> str:
    """Why this is no address to export, in a clause; empty where it is one."""
    if not link:
        return f"its product has no {what}"
    try:
        parts = urlsplit(link)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound or any(letter.isspace() for letter in link):
        return f"the {what} of its product is no address of the web"
    return f"its {what} has {len(link):,} characters, {longest:,} are allowed" if len(link) > longest else ""
