"""A batch that is killed at random moments: see benchmarks/kills.py, which does the same two hundred times."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.kills import kill_batches

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL is tried on POSIX")


def test_twenty_kills_lose_nothing_and_write_nothing_twice(tmp_path: Path) -> None:
    report = kill_batches(kills=20, products=120, seed=7, folder=tmp_path)
    assert report.kills == 20
    assert report.while_writing >= 5
