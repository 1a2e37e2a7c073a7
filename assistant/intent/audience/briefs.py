"""The brief of a segment, as `write --brief` and `batch --brief` take it: in words that enough of its people share."""

from __future__ import annotations

import json
from collections.abc import Mapping

from assistant.intent.audience.angles import data
from assistant.intent.audience.model import Segment
from assistant.intent.audience.rules import Rules

LONGEST_TEXT, LONGEST_WORD = 300, 60
MOST_USED = 5


def brief_of(segment: Segment) -> Mapping[str, str | list[str]]:
    """Audience, objective, season, words to use and to avoid, and angles; what a segment does not tell is left out."""
    season = next((one.text for one in segment.facets if one.kind in data()["season"]["kinds"]), "")
    phrases = [shared.text for shared in (*segment.unites, *segment.apart) if len(shared.text) <= LONGEST_WORD]
    used = list(dict.fromkeys(phrases))[:MOST_USED]
    wants = segment.said.text or f"look into {segment.said.name}"
    told: dict[str, str | list[str]] = {
        "audience": f"People who want to {wants}"[:LONGEST_TEXT],
        "objective": data()["objective"][segment.stage],
        "season": season,
        "use": used,
        "avoid": [text for text in segment.hidden if text not in used and len(text) <= LONGEST_WORD],
        "angles": [angle.name for angle in segment.angles],
    }
    return {name: value for name, value in told.items() if value}


def as_toml(segment: Segment, rules: Rules) -> str:
    """The brief as a file that says in its first lines what it stands for."""
    stands_for = "made-up data, no real audience" if rules.made_data else f"{segment.people:,} people or a few more"
    head = (
        f"# {segment.said.name}: {stands_for}; {segment.stage}.",
        f"# Every word is shared by at least {rules.sharing(segment.people):,} of them.",
    )
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in brief_of(segment).items()]
    return "\n".join((*head, *lines)) + "\n"
