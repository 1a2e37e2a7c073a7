"""The declaration that goes with generated copy, in the fields and words of the AdCP schema for provenance.

It follows the EU AI Act, article 50: that a machine wrote it, which one, and how far a person looked at it. Whether a
label has to be shown is a question of law; the declaration says yes, and whoever knows better may say no.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.creative.export.rows import Exportable
from store.reviews import ALL_PASSING

DIGITAL_SOURCE_TYPE = "trained_algorithmic_media"


def declaration(row: Exportable) -> Mapping[str, Any]:
    """What is declared of one creative."""
    made = row.creative.provenance
    return {
        "digital_source_type": DIGITAL_SOURCE_TYPE,
        "ai_tool": {"name": made.model, "version": made.model_sha256},
        "human_oversight": _oversight(row),
        "declared_by": {"role": "tool" if row.decided_by == ALL_PASSING else "advertiser", "name": row.decided_by},
        "declared_at": row.decided_at.isoformat() if row.decided_at else None,
        "disclosure": {"required": True},
    }


def _oversight(row: Exportable) -> str:
    if row.edited:
        return "edited"
    # Nobody looked at what was approved because it passes: the person gave the order and no more.
    return "prompt_only" if row.decided_by == ALL_PASSING else "selected"
