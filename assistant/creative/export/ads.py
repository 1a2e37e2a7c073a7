"""JSON in the shape of Pinterest's `/ad_accounts/{id}/bulk/upsert`: the `create` part with its `ads`.

An ad points at a pin that is there already (bring pins in with pins-csv), so the ids of the pins come from the user.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.creative.export import links
from assistant.creative.export.rows import Exportable, LeftOut, Options, Rendering, left_out
from assistant.creative.formats import CAROUSEL
from assistant.errors import UsageError

AD_GROUP_ID = re.compile(r"(?:AG)?[0-9]+")
LONGEST_NAME = 255


def render(rows: Sequence[Exportable], options: Options) -> Rendering:
    """One document with an ad for each creative whose pin is known. Raises UsageError for an id that is none."""
    if not AD_GROUP_ID.fullmatch(options.ad_group_id):
        raise UsageError(
            f"{options.ad_group_id!r} is no id of an ad group.", hint="It is a number, such as 2680059592705."
        )
    written: list[Exportable] = []
    missed: list[LeftOut] = []
    ads = []
    users: dict[str, str] = {}
    for row in rows:
        pin = options.pin_ids.get(row.id) or options.pin_ids.get(row.title.casefold(), "")
        link = links.tracked(row.product.link, options.utm)
        if reason := _problem(pin, link, users):
            missed.append(left_out(row, reason))
            continue
        users[pin] = row.id
        written.append(row)
        ads.append(_ad(row, pin, link, options))
    document = json.dumps({"create": {"ads": ads}}, ensure_ascii=False, indent=2) + "\n"
    return Rendering((document.encode("utf-8", "backslashreplace"),) if ads else (), tuple(written), tuple(missed))


def _problem(pin: str, link: str, users: Mapping[str, str]) -> str:
    if not pin:
        return "the id of its pin is not known: name it with --pin-ids"
    if user := users.get(pin):
        return f"its pin {pin} is that of {user} too"
    return links.problem(link, "link") if link else ""


def _ad(row: Exportable, pin: str, link: str, options: Options) -> Mapping[str, Any]:
    carousel = row.creative.format == CAROUSEL.name
    ad: dict[str, Any] = {
        "ad_group_id": options.ad_group_id,
        "pin_id": pin,
        "creative_type": "CAROUSEL" if carousel else "REGULAR",
        "name": ad_name(row),
        "status": "ACTIVE" if options.active else "PAUSED",
    }
    if link:
        ad["destination_url"] = link
    if link and carousel:
        ad["carousel_destination_urls"] = [link] * len(row.group("card_title"))
    return ad


def ad_name(row: Exportable) -> str:
    """What the ad is called; its end brings a rejection back to the creative: `Light where you read (3f9a...)`."""
    end = f" ({row.id})"
    return row.title[: LONGEST_NAME - len(end)] + end
