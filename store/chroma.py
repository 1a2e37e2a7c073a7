"""Chroma's clients, opened as the store wants them: of a folder, and of a server."""

from __future__ import annotations

import os
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

from store.address import Address, require_server

DATABASE = "chroma.sqlite3"
# The start of a graph's header: version, start of the data, places, places taken, bytes a place.
HEADER = struct.Struct("<i4Q")


def open_folder(folder: Path) -> Any:
    """A client of an embedded folder, which is made where it is not there."""
    import chromadb  # 600 ms, and opening the folder another 90 ms.
    from chromadb.api.shared_system_client import SharedSystemClient

    folder.mkdir(parents=True, exist_ok=True)
    try:
        return chromadb.PersistentClient(folder, settings=_settings())
    except BaseException:
        # Chroma keeps what it failed to open, and would hand it out again once the folder is mended.
        SharedSystemClient.clear_system_cache()
        raise


def connect(server: Address, timeout: float) -> Any:
    """A client of a server, which has `timeout` seconds for each request. Raises StoreUnreachableError."""
    require_server(server)
    import chromadb  # 600 ms

    client = chromadb.HttpClient(server.host, server.port, ssl=server.secure, settings=_settings())
    # Chroma has no setting for it and waits without end; a test holds it to this.
    client._server._session.timeout = timeout
    return client


def vacuum(folder: Path) -> None:
    """Rewrite the database of an embedded folder that nobody has open: no page of it holds what was deleted."""
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as sqlite:
        sqlite.execute("PRAGMA secure_delete = ON").fetchall()
        sqlite.execute("VACUUM")
    for header in folder.glob("*/header.bin"):
        _blank_unused(header)


def _blank_unused(header: Path) -> None:
    """Overwrite the places of a graph's file that no vector has yet: Chroma fills them with what its memory held."""
    vectors = header.with_name("data_level0.bin")
    found = header.read_bytes()[: HEADER.size]
    if len(found) < HEADER.size or not vectors.exists():
        return
    _, _, places, taken, size = HEADER.unpack(found)
    if places * size == vectors.stat().st_size and taken < places:
        with vectors.open("r+b") as file:
            file.seek(taken * size)
            for _ in range(places - taken):
                file.write(bytes(size))
            file.flush()
            os.fsync(file.fileno())


def _settings() -> Any:
    from chromadb.config import Settings

    # A file named .env in whatever folder the user is in is none of the store's business.
    return Settings(_env_file=None, anonymized_telemetry=False)
