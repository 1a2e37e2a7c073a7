"""Agreement with texts that others judged, and with ads that ran; both sets lie outside the project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.policy.check import check
from store.creatives import Severity

DATA = Path(__file__).parents[2].parent / "shared" / "data"
CASES = DATA / "ad-policy" / "cases.jsonl"
ADS = DATA / "facebook-ads" / "commercial.jsonl"


def rows(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def flagged(text: object, *severities: Severity) -> bool:
    return any(finding.severity in severities for finding in check({"text": str(text)}))


@pytest.mark.parametrize("severities", [(Severity.BLOCK,), (Severity.BLOCK, Severity.WARN)])
def test_judged_texts_are_flagged_precisely_and_mostly_all(severities: tuple[Severity, ...]) -> None:
    judged = [(bool(case["should_flag"]), flagged(case["copy"], *severities)) for case in rows(CASES)]
    right = sum(expected and found for expected, found in judged)
    assert right >= 0.85 * sum(found for _, found in judged)
    assert right >= 0.80 * sum(expected for expected, _ in judged)


def test_ads_that_ran_mostly_pass() -> None:
    ads = rows(ADS)
    assert sum(flagged(ad["text"], Severity.BLOCK) for ad in ads) <= 0.03 * len(ads)
