"""Whether an embedded vector folder can be read, found out by another process.

Chroma's graph is read without checks: a file that is cut or half written can end the process that loads it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import StoreError

if TYPE_CHECKING:
    from store.records import Kind
    from store.vectors import Vectors

# What the other process runs, with the same packages as this one.
_CODE = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from store.soundness import main; main(sys.argv[2])"
SECONDS = 600.0
# So many vectors are looked for, and nearly all have to be found: the graph may miss a few.
SAMPLE = 200
LEAST_HITS = 0.9
NEARLY_ONE = 0.999
PAGE = 1000


def find_fault(folder: Path) -> str:
    """Say what is wrong with the vectors in a folder; "" where every one of them can be read, and found."""
    if not (folder / "chroma.sqlite3").exists():
        return ""
    command = [sys.executable, "-c", _CODE, json.dumps(sys.path), str(folder)]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"they could not be read in {SECONDS:.0f} seconds"
    if ended.returncode == 0:
        return ended.stdout.strip()
    return f"reading them ends the process with code {ended.returncode}"


def main(folder: str) -> None:
    """Print the first fault that is found; what the other process does."""
    from store.vectors import SEARCHED, Vectors

    vectors = Vectors(Path(folder))
    try:
        faults = [fault for kind in SEARCHED if (fault := _fault_of(vectors, kind))]
    except StoreError as error:
        faults = [f"Chroma cannot read them ({' '.join(str(error.__cause__).split())[:200]})"]
    sys.stdout.write(faults[0] if faults else "")


def _fault_of(vectors: Vectors, kind: Kind) -> str:
    ids = list(vectors.ids(kind))
    for start in range(0, len(ids), PAGE):
        wanted = ids[start : start + PAGE]
        there = vectors.get(kind, wanted)
        # What was cut off is read as zeros.
        if len(there) < len(wanted) or not all(vector.any() for vector in there.values()):
            return f"some {kind}s have lost their vector"
    sample = vectors.get(kind, ids[:: max(1, len(ids) // SAMPLE)])
    # By its cosine and not by its id: another may have the same vector.
    nearest = [vectors.query(kind, vector, 1) for vector in sample.values()]
    hits = [bool(found) and found[0][1] > NEARLY_ONE for found in nearest]
    if sum(hits) < LEAST_HITS * len(hits):
        return f"{len(hits) - sum(hits)} of {len(hits)} {kind}s are not found by their own vector"
    return ""
