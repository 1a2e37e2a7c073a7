"""How well interests are found in histories that were composed from pins of known categories.

    python benchmarks/interests.py PINS.jsonl [--seed 1] [--half all|first|second] [--searches 0.3] [--without tattoos]

Composes 60 histories of 8 to 40 saves from the pins of one to four categories each, and groups each twice: as it is,
and with a fifth more pins from other categories mixed in. The adjusted Rand index says how well the groups agree with
the categories; k-means on the same vectors, which is told the true number of categories, stands beside it. An unrelated
pin is a class of its own, and a signal that is put apart a group of its own; `without_unrelated` leaves the unrelated
pins out of the index, though not out of the history. Needs the default embedder. Prints one JSON object.

The constants of assistant/intent/interests were chosen with --half first, seeds 1, 2, 7, 21 and 22.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5
from itertools import pairwise
from math import comb
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any
from unittest import mock

import numpy as np

from assistant.embedding import topics
from assistant.embedding.embedder import Embedder, Vectors
from assistant.embedding.topics import InterestGuesser
from assistant.feeds.reader import Accepted, open_feed
from assistant.intent.interests.profile import Profile, build_profile
from assistant.settings import load_settings
from assistant.wiring import Workbench
from store.records import Kind, Pin, Signal

HISTORIES, FEWEST, MOST, MIXED, UNRELATED = 60, 8, 40, 4, 0.2
NOW = datetime(2026, 6, 1, tzinfo=UTC)
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class History:
    """Rows of pins in the order of time with their categories, and rows of pins that have nothing to do with them."""

    rows: tuple[int, ...]
    classes: tuple[str, ...]
    unrelated: tuple[int, ...]

    @property
    def mixed(self) -> int:
        return len(set(self.classes))


@dataclass(frozen=True, slots=True)
class Material:
    """The pins, and the text and the vector of each."""

    pins: Sequence[Pin]
    texts: Sequence[str]
    vectors: Vectors
    searches: frozenset[int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pins", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=("all", "first", "second"), default="all")
    parser.add_argument(
        "--searches", type=float, default=0.0, help="the share of pins that one of their tags stands for"
    )
    parser.add_argument("--categories", default="", help="compose from these alone")
    parser.add_argument("--chars", type=int, default=600, help="characters of a text that are read")
    parser.add_argument("--without", default="", help="names of subjects that are not known, or `all`")
    options = parser.parse_args()
    with_embedder = Workbench(load_settings({})).embedder
    print(json.dumps(measure(options, with_embedder), indent=2))


def measure(options: argparse.Namespace, embedder: Embedder) -> dict[str, Any]:
    """All figures of one seed."""
    started = process_time()
    pins = pins_of(options.pins, options.half, {name for name in options.categories.split(",") if name})
    random = Random(options.seed)
    searches = frozenset(row for row, pin in enumerate(pins) if pin.tags and random.random() < options.searches)
    texts = [
        random.choice(pin.tags) if row in searches else pin.passage[: options.chars] for row, pin in enumerate(pins)
    ]
    material = Material(pins, texts, embedder.embed(texts), searches)
    guesser = guesser_without(options.without, embedder)
    embedded = process_time()
    histories = compose(pins, random)
    figures: dict[str, Any] = {
        "pins": len(pins),
        "categories": len({pin.category for pin in pins}),
        "histories": len(histories),
        "plain": compared(histories, material, guesser, unrelated=False),
        "a_fifth_unrelated": compared(histories, material, guesser, unrelated=True),
    }
    return figures | {
        "cpu_seconds_embedding": round(embedded - started, 1),
        "cpu_seconds_grouping": round(process_time() - embedded, 1),
    }


def guesser_without(names: str, embedder: Embedder) -> InterestGuesser | None:
    """A guesser that does not know some subjects, or none where it is to know no subject at all."""
    if names == "all":
        return None
    gone = tuple(f"{name} =" for name in names.split(",") if name)
    lines = topics.SUBJECTS.read_text(encoding="utf-8").splitlines()
    with TemporaryDirectory() as folder:
        some = Path(folder) / "subjects.toml"
        some.write_text("\n".join(line for line in lines if not line.startswith(gone)), encoding="utf-8")
        with mock.patch.object(topics, "SUBJECTS", some):
            guesser = InterestGuesser(embedder)
            guesser.subjects(embedder.embed(["read them now"]))
    return guesser


def pins_of(path: Path, half: str, categories: set[str]) -> list[Pin]:
    """The pins of a feed, or the half of them whose ids hash to an even or an odd number."""
    with open_feed(str(path), Kind.PIN) as feed:
        found = [row.record for row in feed if isinstance(row, Accepted) and isinstance(row.record, Pin)]
    return [pin for pin in found if half in ("all", _half(pin)) and (not categories or pin.category in categories)]


def _half(pin: Pin) -> str:
    return ("first", "second")[md5(pin.id.encode(), usedforsecurity=False).digest()[-1] % 2]


def compose(pins: Sequence[Pin], random: Random) -> list[History]:
    """As many histories of one category as of two, three and four; each category has two pins or more."""
    by: dict[str, list[int]] = {}
    for row, pin in enumerate(pins):
        by.setdefault(pin.category, []).append(row)
    return [_history(by, number % MIXED + 1, random) for number in range(HISTORIES)]


def _history(by: Mapping[str, Sequence[int]], mixed: int, random: Random) -> History:
    chosen = random.sample(sorted(by), mixed)
    size = random.randint(FEWEST, MOST)
    cuts = [0, *sorted(random.sample(range(1, size // 2), mixed - 1)), size / 2]
    shares = [int(2 * end) - int(2 * start) for start, end in pairwise(cuts)]
    drawn = [
        (row, category)
        for category, share in zip(chosen, shares, strict=True)
        for row in random.sample(by[category], min(share, len(by[category])))
    ]
    random.shuffle(drawn)
    others = [category for category in sorted(by) if category not in chosen]
    unrelated: list[int] = []
    while len(unrelated) < round(UNRELATED * len(drawn)):  # no two of a category before each had one
        for category in random.sample(others, min(len(others), round(UNRELATED * len(drawn)) - len(unrelated))):
            unrelated.append(random.choice([row for row in by[category] if row not in unrelated]))
    return History(tuple(row for row, _ in drawn), tuple(name for _, name in drawn), tuple(unrelated))


def compared(
    histories: Sequence[History], material: Material, guesser: InterestGuesser | None, *, unrelated: bool
) -> dict[str, Any]:
    """The mean indices of both, by the number of categories, and how many interests were found against mixed."""
    ours, theirs, without, theirs_without, found = [], [], [], [], []
    for history in histories:
        rows = [*history.rows, *(history.unrelated if unrelated else ())]
        classes = [*history.classes, *(f"unrelated {row}" for row in history.unrelated if unrelated)]
        size, told = len(history.rows), k_means(material.vectors[rows], history.mixed)
        profile, groups = grouped(rows, material, guesser)
        ours.append(rand_index(classes, groups))
        theirs.append(rand_index(classes, told))
        without.append(rand_index(classes[:size], groups[:size]))
        theirs_without.append(rand_index(classes[:size], told[:size]))
        found.append(len(profile.interests) - history.mixed)
    mixed = np.array([history.mixed for history in histories])
    return {
        "ours": _rounded(ours),
        "k_means_with_the_true_k": _rounded(theirs),
        "difference_95": _interval(np.array(ours) - np.array(theirs)),
        "without_unrelated": {"ours": _rounded(without), "k_means": _rounded(theirs_without)},
        "by_mixed": {
            str(k): {"ours": _rounded(np.array(ours)[mixed == k]), "k_means": _rounded(np.array(theirs)[mixed == k])}
            for k in range(1, MIXED + 1)
        },
        "found_less_mixed": {"mean": _rounded(found), "mean_absolute": _rounded(np.abs(found))},
    }


def grouped(rows: Sequence[int], material: Material, guesser: InterestGuesser | None) -> tuple[Profile, list[str]]:
    """The profile of a history of one signal a day, and the group of each row: an interest, or itself alone."""
    signals = [
        Signal(
            id=f"s{number}",
            kind="search" if row in material.searches else "save",
            text=material.texts[row],
            target="" if row in material.searches else material.pins[row].id,
            at=NOW - timedelta(days=len(rows) - number),
        )
        for number, row in enumerate(rows)
    ]
    profile = build_profile(signals, material.vectors[list(rows)], NOW, guesser)
    homes = {member: interest.key for interest in profile.interests for member in interest.members}
    return profile, [homes.get(signal.id, signal.id) for signal in signals]


def k_means(vectors: Vectors, k: int) -> list[str]:
    from sklearn.cluster import KMeans  # comes with sentence-transformers

    return [str(label) for label in KMeans(k, n_init=10, random_state=0).fit_predict(vectors)]


def rand_index(classes: Sequence[str], groups: Sequence[str]) -> float:
    """The adjusted Rand index (Hubert and Arabie): 1 where the two agree, about 0 where they do by chance."""
    pairs = comb(len(classes), 2)
    both = _pairs(list(zip(classes, groups, strict=True)))
    one, other = _pairs(list(classes)), _pairs(list(groups))
    chance, most = one * other / max(1, pairs), (one + other) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def _pairs(names: Sequence[Any]) -> int:
    counts: dict[Any, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return sum(comb(count, 2) for count in counts.values())


def _rounded(values: Any) -> float:
    return round(float(np.mean(values)), 3)


def _interval(differences: Any) -> list[float]:
    """The middle 95% of the mean over resampled histories."""
    draws = np.random.default_rng(0).choice(differences, (RESAMPLES, len(differences))).mean(axis=1)
    return [round(float(value), 3) for value in np.percentile(draws, [2.5, 97.5])]


if __name__ == "__main__":
    main()
