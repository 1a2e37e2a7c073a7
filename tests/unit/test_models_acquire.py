"""Pulling, verifying and removing models, with a catalogue of toy models in packages made for the test."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.errors import ExitCode, MissingError, ModelError, UsageError
from assistant.models import catalogue, staging
from assistant.models.acquire import installed, path_of, pull, remove, verify
from assistant.models.catalogue import File, Model, Piece
from assistant.models.manifest import MANIFEST_NAME, combined_sha256
from assistant.models.resolve import resolve
from assistant.models.staging import full_disk_explained, write_checked

ROOT = Path(__file__).parents[2]
PARTS = (b"GGUF" + b"a" * 3_000_000, b"b" * 1_500_000, b"c" * 7)
WHOLE = b"".join(PARTS)


class Toy(NamedTuple):
    """A toy writer of three packages, and the folders that it travels between."""

    packages: Path
    models: Path
    model: Model


def make_toy(place: Path) -> Toy:
    packages = place / "site"
    for number, part in enumerate(PARTS, start=1):
        folder = packages / f"toy_part{number}"
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "part.bin").write_bytes(part)
        (folder / "__init__.py").write_text("raise RuntimeError('the code of a model package was run')\n")
    return Toy(packages, place / "home" / "models", toy_model())


def toy_model() -> Model:
    pieces = tuple(Piece(f"toy_part{number}", "data/part.bin") for number in (1, 2, 3))
    file = File("toy.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest(), pieces)
    install = "pip install toy-parts"
    return Model("toy", "writer", "Toy", "A toy.", "Apache-2.0", "a test", install, memory=9, files=(file,))


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    made = make_toy(tmp_path)
    monkeypatch.syspath_prepend(made.packages)
    monkeypatch.setattr(catalogue, "CATALOGUE", (made.model,))
    return made


def visible_and_hidden(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"} if folder.is_dir() else set()


def test_pull_joins_the_pieces_in_order_and_returns_the_file(toy: Toy) -> None:
    path = pull("toy", toy.models)
    assert path == toy.models / "toy" / "toy.gguf"
    assert path.read_bytes() == WHOLE


def test_pull_never_runs_the_code_of_a_package(toy: Toy) -> None:
    pull("toy", toy.models)
    assert not any(name.startswith("toy_part") for name in sys.modules)


def test_progress_goes_up_to_the_size_of_the_model(toy: Toy) -> None:
    calls: list[tuple[int, int]] = []
    pull("toy", toy.models, lambda done, total: calls.append((done, total)))
    assert calls[-1] == (len(WHOLE), len(WHOLE))
    assert len(calls) > 3
    assert calls == sorted(calls)


def test_a_second_pull_writes_nothing(toy: Toy) -> None:
    first = pull("toy", toy.models)
    before = first.stat()
    calls: list[int] = []
    assert pull("toy", toy.models, lambda done, _total: calls.append(done)) == first
    assert first.stat().st_ino == before.st_ino
    assert calls == []


def test_the_manifest_says_what_was_written(toy: Toy) -> None:
    path = pull("toy", toy.models)
    manifest = json.loads((path.parent / MANIFEST_NAME).read_text())
    assert manifest["name"] == "toy"
    assert manifest["source"] == "a test"
    (file,) = manifest["files"]
    assert file["sha256"] == toy.model.files[0].sha256
    assert file["size"] == len(WHOLE)
    assert file["mtime_ns"] == path.stat().st_mtime_ns


def test_packages_that_are_not_installed_are_named_with_the_command(toy: Toy) -> None:
    shutil.rmtree(toy.packages / "toy_part2")
    with pytest.raises(MissingError, match="1 of 3 parts of toy") as caught:
        pull("toy", toy.models)
    assert caught.value.exit_code == ExitCode.MISSING
    assert "pip install toy-parts" in caught.value.hint
    assert visible_and_hidden(toy.models) == set()


@pytest.mark.parametrize("damage", ["changed", "short", "long"])
def test_a_piece_that_differs_is_refused_and_nothing_is_left(toy: Toy, damage: str) -> None:
    piece = toy.packages / "toy_part2" / "data" / "part.bin"
    data = piece.read_bytes()
    piece.write_bytes({"changed": b"x" + data[1:], "short": data[:-1], "long": data + b"x" * 5}[damage])
    with pytest.raises(ModelError, match=toy.model.files[0].sha256) as caught:
        pull("toy", toy.models)
    assert "toy.gguf" in str(caught.value)
    assert visible_and_hidden(toy.models) == set()


def test_no_room_is_said_before_anything_is_written(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "SPARE_BYTES", 1 << 60)
    calls: list[int] = []
    with pytest.raises(UsageError, match=r"toy needs .* MB .* MB are free"):
        pull("toy", toy.models, lambda done, _total: calls.append(done))
    assert calls == []
    assert visible_and_hidden(toy.models) == set()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to write to")
def test_a_disk_that_fills_up_meanwhile_is_one_sentence(toy: Toy) -> None:
    with pytest.raises(UsageError, match="filled up while toy"), full_disk_explained("toy", toy.models):
        write_checked([WHOLE], Path("/dev/full"), toy.model.files[0], lambda _count: None)


def test_an_interrupt_leaves_nothing(toy: Toy) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done > 2_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull("toy", toy.models, interrupt)
    assert visible_and_hidden(toy.models) == set()


def run_pull(toy: Toy, on_progress: str) -> subprocess.Popen[str]:
    """Pull in a process of its own; `on_progress` is the body of a function of done and total."""
    script = f"""
import os, signal, sys, time
from pathlib import Path
sys.path[:0] = [{str(ROOT)!r}, {str(toy.packages)!r}]
from assistant.models import catalogue
from assistant.models.acquire import pull
from assistant.models.catalogue import File, Model, Piece
catalogue.CATALOGUE = ({toy.model!r},)
calls = []
def on_progress(done, total):
    calls.append(done)
    {on_progress}
print(pull("toy", Path({str(toy.models)!r}), on_progress), len(calls))
"""
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_what_a_killed_process_left_is_cleaned_by_the_next_pull(toy: Toy) -> None:
    killed = run_pull(toy, "os.kill(os.getpid(), signal.SIGKILL)")
    killed.communicate(timeout=60)
    assert killed.returncode == -9
    assert visible_and_hidden(toy.models) == {".toy.partial"}
    assert installed(toy.models) == []
    assert pull("toy", toy.models).read_bytes() == WHOLE
    assert visible_and_hidden(toy.models) == {"toy"}


def test_of_two_processes_that_pull_at_once_one_writes_and_both_find_it(toy: Toy, tmp_path: Path) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    wait = f"Path({str(started)!r}).touch()\n    while not Path({str(go)!r}).exists(): time.sleep(0.01)"
    first = run_pull(toy, wait)
    while not started.exists() and first.poll() is None:
        time.sleep(0.01)
    second = run_pull(toy, "pass")
    with pytest.raises(subprocess.TimeoutExpired):  # it waits for as long as the first one writes
        second.wait(timeout=1)
    go.touch()
    outputs = [process.communicate(timeout=60)[0].split() for process in (first, second)]
    assert [process.returncode for process in (first, second)] == [0, 0]
    assert outputs[0][0] == outputs[1][0]
    assert int(outputs[0][1]) > 0
    assert int(outputs[1][1]) == 0


def test_a_model_that_was_not_pulled_is_missing_with_the_command(toy: Toy) -> None:
    with pytest.raises(MissingError, match="toy") as caught:
        path_of("toy", toy.models)
    assert caught.value.hint == "Run `pinwright models pull toy`."


def test_a_file_of_another_size_is_noticed_and_pulled_anew(toy: Toy) -> None:
    path = pull("toy", toy.models)
    with path.open("ab") as handle:
        handle.write(b"!")
    with pytest.raises(ModelError, match=r"toy\.gguf has"):
        path_of("toy", toy.models)
    pull("toy", toy.models)
    assert path_of("toy", toy.models).read_bytes() == WHOLE


def test_a_file_changed_in_place_is_noticed_by_its_time(toy: Toy) -> None:
    path = pull("toy", toy.models)
    with path.open("r+b") as handle:
        handle.seek(100)
        handle.write(b"?")
    os.utime(path, ns=(1, 1))
    with pytest.raises(ModelError, match="SHA-256"):
        path_of("toy", toy.models)


def test_a_copied_home_is_read_once_and_then_known(toy: Toy, tmp_path: Path) -> None:
    pull("toy", toy.models)
    shutil.copytree(toy.models, tmp_path / "copy", copy_function=shutil.copyfile)
    path = path_of("toy", tmp_path / "copy")
    manifest = json.loads((path.parent / MANIFEST_NAME).read_text())
    assert manifest["files"][0]["mtime_ns"] == path.stat().st_mtime_ns


def test_a_missing_file_is_named(toy: Toy) -> None:
    pull("toy", toy.models).unlink()
    with pytest.raises(ModelError, match=r"toy\.gguf is missing"):
        path_of("toy", toy.models)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"name": "toy"}', '{"files": 3}', "\x00"])
def test_a_damaged_manifest_is_one_sentence_and_pull_repairs_it(toy: Toy, text: str) -> None:
    path = pull("toy", toy.models)
    (path.parent / MANIFEST_NAME).write_text(text)
    with pytest.raises(ModelError, match=r"manifest\.json is damaged"):
        path_of("toy", toy.models)
    assert installed(toy.models) == []
    pull("toy", toy.models)
    assert path_of("toy", toy.models) == path


def test_a_manifest_cannot_point_outside_its_folder(toy: Toy) -> None:
    path = pull("toy", toy.models)
    manifest = path.parent / MANIFEST_NAME
    manifest.write_text(manifest.read_text().replace("toy.gguf", "../../toy.gguf"))
    with pytest.raises(ModelError, match="damaged"):
        path_of("toy", toy.models)


def test_verify_reads_everything_and_finds_a_change_that_size_and_time_hide(toy: Toy) -> None:
    path = pull("toy", toy.models)
    calls: list[tuple[int, int]] = []
    assert verify("toy", toy.models, lambda done, total: calls.append((done, total))) == path
    assert calls[-1] == (len(WHOLE), len(WHOLE))
    before = path.stat()
    with path.open("r+b") as handle:
        handle.seek(1_000_000)
        handle.write(b"?")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    path_of("toy", toy.models)
    with pytest.raises(ModelError, match=toy.model.files[0].sha256):
        verify("toy", toy.models)


def test_verify_holds_a_catalogue_model_to_the_pinned_hash_not_to_its_manifest(toy: Toy) -> None:
    path = pull("toy", toy.models)
    manifest = path.parent / MANIFEST_NAME
    path.write_bytes(WHOLE[:-1] + b"?")
    row = json.loads(manifest.read_text())
    row["files"][0] |= {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "mtime_ns": path.stat().st_mtime_ns}
    manifest.write_text(json.dumps(row))
    with pytest.raises(ModelError, match=toy.model.files[0].sha256):
        verify("toy", toy.models)


def test_installed_lists_what_is_there(toy: Toy) -> None:
    assert installed(toy.models) == []
    path = pull("toy", toy.models)
    (found,) = installed(toy.models)
    assert (found.manifest.name, found.path, found.manifest.size) == ("toy", path, len(WHOLE))


def test_remove_deletes_the_folder_and_says_how_much(toy: Toy) -> None:
    pull("toy", toy.models)
    assert remove("toy", toy.models) >= len(WHOLE)
    assert visible_and_hidden(toy.models) == set()
    with pytest.raises(MissingError):
        remove("toy", toy.models)


def test_remove_refuses_a_file_of_the_users_own(toy: Toy, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"GGUF")
    with pytest.raises(UsageError):
        remove(str(mine), toy.models)
    assert mine.exists()


def test_pull_of_a_path_uses_it_in_place(toy: Toy, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"GGUF and more")
    assert pull(str(mine), toy.models) == mine
    assert visible_and_hidden(toy.models) == set()


def test_resolve_gives_the_pulled_file_with_its_hash(toy: Toy) -> None:
    path = pull("toy", toy.models)
    model = resolve("TOY", "writer", toy.models)
    assert (model.name, model.path, model.sha256) == ("toy", path, toy.model.files[0].sha256)


def test_resolve_refuses_a_model_of_the_other_role(toy: Toy) -> None:
    pull("toy", toy.models)
    with pytest.raises(UsageError, match="writer, not embedder"):
        resolve("toy", "embedder", toy.models)


def test_one_hash_stands_for_several_files_in_any_order() -> None:
    pairs = [("b", "2" * 64), ("a", "1" * 64)]
    assert combined_sha256(pairs) == combined_sha256(reversed(pairs))
    assert combined_sha256(pairs) != combined_sha256([("b", "1" * 64), ("a", "2" * 64)])
    assert combined_sha256(pairs[:1]) == "2" * 64
