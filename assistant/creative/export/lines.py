"""JSON Lines: every creative whole, with where it comes from and what is declared of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assistant.creative.export.links import tracked
from assistant.creative.export.provenance import declaration
from assistant.creative.export.rows import Exportable, Options, Rendering


def render(rows: Sequence[Exportable], options: Options) -> Rendering:
    """One JSON object a line, UTF-8."""
    text = "".join(json.dumps(_line(row, options), ensure_ascii=False) + "\n" for row in rows)
    # Half a character has an escape in JSON and none in UTF-8.
    return Rendering((text.encode("utf-8", "backslashreplace"),) if rows else (), tuple(rows))


def _line(row: Exportable, options: Options) -> Mapping[str, Any]:
    creative = row.creative
    return {
        "id": row.id,
        "product_id": creative.product_id,
        "format": creative.format,
        "angle": creative.angle,
        "rank": creative.rank,
        "score": round(creative.score, 4),
        "texts": dict(creative.texts),
        "link": tracked(row.product.link, options.utm),
        "image_link": row.product.image_link,
        "edited": row.edited,
        "approved_by": row.decided_by,
        "approved_at": row.decided_at.isoformat() if row.decided_at else None,
        "approved_despite": list(row.despite),
        "approved_because": row.reason,
        "provenance": declaration(row),
        "made_with": asdict(creative.provenance),
    }
