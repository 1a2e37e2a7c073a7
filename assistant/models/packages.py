"""Model files that travel inside installed Python packages: found and read as bytes, never imported."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

from assistant.errors import MissingError
from assistant.models.catalogue import File, Model, Piece
from assistant.models.manifest import BLOCK


def locate(model: Model) -> dict[str, tuple[Path, ...]]:
    """File name -> the paths of its pieces. Raises MissingError with the command for pip where one is not installed."""
    found = {file.name: tuple(_locate_piece(piece) for piece in file.pieces) for file in model.files}
    pieces = [path for paths in found.values() for path in paths]
    if missing := sum(path is None for path in pieces):
        what = f"{missing} of {len(pieces)} parts of {model.name} are" if len(pieces) > 1 else f"{model.name} is"
        raise MissingError(f"{what} not installed ({model.source}).", hint=f"Run: {model.install}")
    return {name: tuple(path for path in paths if path is not None) for name, paths in found.items()}


def _locate_piece(piece: Piece) -> Path | None:
    # The finder looks a top-level package up without running any of it.
    specification = PathFinder.find_spec(piece.package)
    for place in (specification.submodule_search_locations or ()) if specification else ():
        path = Path(place, piece.path)
        if path.is_file():
            return path
    return None


def read_blocks(file: File, pieces: tuple[Path, ...]) -> Iterator[bytes]:
    """The bytes of a file, block by block, its pieces joined in order.

    Raises MissingError where a package was removed or cut short since.
    """
    for path in pieces:
        try:
            with path.open("rb") as handle:
                while block := handle.read(BLOCK):
                    yield block
        except FileNotFoundError:
            raise MissingError(f"{path}, a part of {file.name}, is gone.", hint="Install the package again.") from None
