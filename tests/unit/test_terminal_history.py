"""The history of a session keeps no line that names a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.terminal.history import drop_lines_with, names_a_person
from assistant.terminal.prompt import _history


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("privacy show ana", True),
        ("pinwright privacy forget ana", True),
        ("intent --signals a.csv --person ana", True),
        ("intent --person=ana", True),
        ("match privacy screen for a balcony", False),
        ("match personal gifts", False),
        ("signals import a.csv", False),
    ],
)
def test_a_line_that_names_a_person_is_known_and_not_kept(tmp_path: Path, line: str, names: bool) -> None:
    assert names_a_person(line) is names
    _history(tmp_path / "history").append_string(line)
    assert (line in (tmp_path / "history").read_text()) is not names


def test_lines_of_an_older_version_are_dropped_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b"\n# 1\n+match oak\n\n# 2\n+intent --person ana\n+ana again\n\n# 3\n+match \xff elm\n")
    assert drop_lines_with(path, "ana") == 2
    assert path.read_bytes() == b"\n# 1\n+match oak\n\n# 2\n\n# 3\n+match \xff elm\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert drop_lines_with(path, "ana") == drop_lines_with(tmp_path / "none", "ana") == drop_lines_with(path, "") == 0
