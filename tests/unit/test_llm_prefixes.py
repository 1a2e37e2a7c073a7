"""Fixed beginnings: evaluated once, laid out again at no cost, kept on disk, given up in order when room runs out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from assistant.llm import prefixes
from assistant.llm.native import Context
from assistant.llm.prefixes import MOST_ON_DISK, Prefixes
from assistant.llm.sharing import Entry

FIRST, SECOND, THIRD, FOURTH = ([number] * 70 for number in range(1, 5))


class FakeContext:
    """Remembers which tokens each sequence holds; a saved state is their text."""

    cells, step = 1000, 32

    def __init__(self) -> None:
        self.held: dict[int, list[int]] = {}
        self.evaluated = 0
        self.fail_after: int | None = None

    def evaluate(self, entries: Sequence[Entry]) -> None:
        if self.fail_after is not None and self.evaluated >= self.fail_after:
            raise KeyboardInterrupt
        assert 0 < len(entries) <= self.step
        for entry in entries:
            tokens = self.held.setdefault(entry.sequence, [])
            assert entry.position == len(tokens)
            tokens.append(entry.token)
        self.evaluated += len(entries)

    def forget(self, sequence: int, start: int = 0) -> None:
        self.held[sequence] = self.held.get(sequence, [])[:start]

    def saved(self, sequence: int) -> bytes:
        return ",".join(map(str, self.held[sequence])).encode()

    def restore(self, sequence: int, state: bytes) -> bool:
        assert not self.held.get(sequence)
        if state.startswith(b"of another model"):
            return False
        self.held[sequence] = [int(token) for token in state.split(b",")]
        return True


@pytest.fixture(autouse=True)
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "version", lambda: "1")


def opened(folder: Path | None = None, *, sequences: int = 3, fingerprint: str = "f") -> tuple[Prefixes, FakeContext]:
    context = FakeContext()
    return Prefixes(cast(Context, context), range(sequences), folder, fingerprint), context


def evaluated(kept: Prefixes, *beginnings: list[int]) -> list[int]:
    found = [kept.keep(tokens) for tokens in beginnings]
    return [each.evaluated for each in found if each is not None]


def in_folder(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.iterdir())


def test_a_beginning_is_evaluated_once_into_a_sequence_of_its_own() -> None:
    kept, context = opened()
    assert evaluated(kept, FIRST, SECOND, FIRST, SECOND) == [70, 70, 0, 0]
    assert sorted(map(str, context.held.values())) == [str(FIRST), str(SECOND)]
    assert kept.cells == 140


def test_the_place_that_is_given_holds_the_beginning() -> None:
    kept, context = opened()
    for tokens in (FIRST, SECOND, FIRST, THIRD, FOURTH, SECOND):
        found = kept.keep(tokens)
        assert found is not None
        assert found.place.done == context.held[found.place.sequence] == tokens
        assert found.place.ahead == []


def test_of_more_beginnings_than_places_the_one_not_used_longest_is_given_up() -> None:
    kept, _ = opened()
    evaluated(kept, FIRST, SECOND, THIRD, FIRST, FOURTH)
    assert sorted(place.done for place in kept.places) == [FIRST, THIRD, FOURTH]


def test_a_beginning_in_use_is_not_given_up_and_where_all_are_there_is_no_place() -> None:
    kept, _ = opened()
    evaluated(kept, FIRST, SECOND, THIRD)
    in_use = {id(place) for place in kept.places if place.done in (FIRST, SECOND)}
    assert kept.keep(FOURTH, in_use) is not None
    assert sorted(place.done for place in kept.places) == [FIRST, SECOND, FOURTH]
    everything = {id(place) for place in kept.places}
    assert kept.keep(THIRD, everything) is None
    assert kept.keep(FIRST, everything) is not None
    assert sorted(place.done for place in kept.places) == [FIRST, SECOND, FOURTH]


def test_beginnings_take_no_more_than_half_of_the_context_while_others_can_be_given_up() -> None:
    kept, context = opened()
    evaluated(kept, [1] * 200, [2] * 200, [3] * 300)
    assert kept.cells <= context.cells // 2
    assert [place.done for place in kept.places if place.done] == [[2] * 200, [3] * 300]
    kept.keep([4] * 500)
    assert [place.done for place in kept.places if place.done] == [[4] * 500]


def test_what_is_in_use_stays_also_where_room_is_short() -> None:
    kept, _ = opened()
    evaluated(kept, [1] * 300, [2] * 150)
    in_use = {id(place) for place in kept.places if len(place.done) == 300}
    kept.keep([3] * 400, in_use)
    assert sorted(len(place.done) for place in kept.places) == [0, 300, 400]


def test_what_will_be_taken_of_the_context_is_known_beforehand() -> None:
    kept, _ = opened()
    kept.keep(FIRST)
    assert kept.cells_with(FIRST) == 70
    assert kept.cells_with(SECOND) == 140
    assert kept.known_of([*FIRST, 9, 9]) == 70
    assert kept.known_of([1, 1, 9]) == 2
    assert kept.known_of([9]) == 0


def test_after_clearing_the_context_is_empty_and_the_beginnings_are_laid_out_again_at_no_cost() -> None:
    kept, context = opened()
    evaluated(kept, FIRST, SECOND)
    kept.clear()
    assert not any(context.held.values()) and kept.cells == 0
    assert [place.sequence for place in kept.places] == [0, 1, 2]
    assert evaluated(kept, SECOND, FIRST) == [0, 0]
    assert context.held[0] == SECOND and context.held[1] == FIRST
    assert context.evaluated == 140


def test_as_many_beginnings_are_remembered_as_there_are_places() -> None:
    kept, _ = opened(sequences=2)
    evaluated(kept, FIRST, SECOND, FIRST, THIRD)
    kept.clear()
    assert evaluated(kept, THIRD, FIRST, SECOND) == [0, 0, 70]


def test_an_interrupt_while_a_beginning_is_evaluated_leaves_nothing_of_it() -> None:
    kept, context = opened()
    context.fail_after = 32
    with pytest.raises(KeyboardInterrupt):
        kept.keep(FIRST)
    assert not any(context.held.values()) and kept.cells == 0
    context.fail_after = None
    assert evaluated(kept, FIRST) == [70]


def test_a_beginning_of_no_tokens_costs_nothing() -> None:
    kept, context = opened(sequences=1)
    assert evaluated(kept, [], FIRST, [], FIRST, []) == [0, 70, 0, 0, 0]
    assert context.evaluated == 70


def test_a_beginning_is_read_back_from_disk_by_another_engine(tmp_path: Path) -> None:
    evaluated(opened(tmp_path / "new" / "cache")[0], FIRST)
    again, context = opened(tmp_path / "new" / "cache")
    assert evaluated(again, FIRST) == [0]
    assert context.held[0] == FIRST and context.evaluated == 0


@pytest.mark.parametrize("different", ["tokens", "model", "library", "steps"])
def test_only_the_same_beginning_evaluated_in_the_same_way_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, different: str
) -> None:
    evaluated(opened(tmp_path)[0], FIRST)
    monkeypatch.setattr(prefixes, "version", lambda: "2" if different == "library" else "1")
    monkeypatch.setattr(FakeContext, "step", 16 if different == "steps" else FakeContext.step)
    another, _ = opened(tmp_path, fingerprint="g" if different == "model" else "f")
    assert evaluated(another, [*FIRST[:-1], 2] if different == "tokens" else FIRST) == [70]


@pytest.mark.parametrize("damage", ["empty", "half", "one byte", "hash only", "of another model", "a folder"])
def test_what_is_damaged_on_disk_is_ignored_and_made_anew(tmp_path: Path, damage: str) -> None:
    evaluated(opened(tmp_path)[0], FIRST)
    (path,) = in_folder(tmp_path)
    whole = path.read_bytes()
    state = b"of another model"
    content = {
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "one byte": whole[:-1] + b"9",
        "hash only": prefixes._digest(b""),
        "of another model": prefixes._digest(state) + state,
    }
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    else:
        path.write_bytes(content[damage])
    again, context = opened(tmp_path)
    assert evaluated(again, FIRST) == [70]
    assert context.held[0] == FIRST
    if damage != "a folder":
        assert path.read_bytes() == whole
    assert list(in_folder(tmp_path)) == [path]


def test_a_folder_that_cannot_be_written_to_does_no_harm(tmp_path: Path) -> None:
    """A file stands where the folder would be, which stops the administrator of a machine as well."""
    (tmp_path / "file").write_text("")
    kept, _ = opened(tmp_path / "file" / "cache")
    assert evaluated(kept, FIRST, FIRST) == [70, 0]
    kept, _ = opened(tmp_path / "file")
    assert evaluated(kept, FIRST, FIRST) == [70, 0]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    kept, _ = opened(tmp_path)
    assert evaluated(kept, FIRST) == [70]
    assert list(in_folder(tmp_path)) == []


def test_what_is_short_is_not_written(tmp_path: Path) -> None:
    evaluated(opened(tmp_path)[0], [1] * 63)
    assert list(in_folder(tmp_path)) == []


def test_only_the_newest_stay_on_disk_and_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    kept, _ = opened(tmp_path, sequences=1)
    paths: list[Path] = []
    for number in range(MOST_ON_DISK + 2):
        kept.keep([number] * 70)
        (new,) = set(tmp_path.glob("*.prefix")) - set(paths)
        os.utime(new, (number, number))
        paths.append(new)
    assert set(in_folder(tmp_path)) == {*paths[2:], tmp_path / "notes.txt"}
