"""Pins against ads by category: the share that goes with the pin, category by category, for each setting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.embedding.hashing import HashingEmbedder
from assistant.errors import InputError, UsageError
from assistant.evaluation.agreement import (
    EVERYTHING,
    agreement,
    categories_of,
    going_with,
    pins_to_ask,
    read_pairs,
    without_types,
)
from assistant.evaluation.kept import open_index
from assistant.matching.rankings import Setting
from store.records import Ad, Kind, Pin
from store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

ADS = [
    *(Ad(id=f"lamp{number}", title=f"oak desk lamp {number}", product_type="Lighting > Lamps") for number in range(4)),
    *(Ad(id=f"coat{number}", title=f"wool winter coat {number}", product_type="apparel") for number in range(4)),
]
PINS = [
    Pin(id="p1", title="desk lamp oak", category="home-decor"),
    Pin(id="p2", title="winter coat wool", category="Home Decor"),
    Pin(id="p3", title="winter coat wool", category="fashion"),
    Pin(id="p4", title="a quote", category="quotes"),
]
PAIRS = read_pairs(["home-decor=lamps", "fashion=apparel"])
FITS = going_with(PAIRS, {ad.id: categories_of(ad) for ad in ADS})
EMBEDDER = HashingEmbedder(64)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("agreement") / "index"
    with open_index(folder, {Kind.AD: without_types(ADS), Kind.PIN: PINS}, EMBEDDER) as opened:
        yield opened


def test_a_pair_is_stated_in_one_form() -> None:
    assert read_pairs(["Home-Decor=Furniture, house wares", "home decor=lamps", "beauty=beauty"]) == {
        "homedecor": {"furniture", "housewares", "lamps"},
        "beauty": {"beauty"},
    }
    for broken in ("", "home-decor", "home-decor=", "=furniture", "home-decor= ,-"):
        with pytest.raises(UsageError) as raised:
            read_pairs([broken])
        assert "--same" in str(raised.value) and "furniture" in raised.value.hint


def test_every_level_of_a_product_type_counts() -> None:
    assert categories_of(ADS[0]) == {"lighting", "lamps"}
    assert categories_of(Ad(id="x", title="x")) == frozenset()


def test_pins_of_categories_that_go_with_none_are_not_asked() -> None:
    asked, _ = pins_to_ask(PINS, ADS, PAIRS)
    assert [pin.id for pin in asked] == ["p1", "p2", "p3"]
    same = [Pin(id="x", title="x", category="Apparel"), Pin(id="y", title="y")]
    assert [pin.id for pin in pins_to_ask(same, ADS, {})[0]] == ["x"]
    with pytest.raises(InputError) as raised:
        pins_to_ask(PINS, ADS, {})
    assert "quotes" in raised.value.hint and "apparel" in raised.value.hint


def test_the_share_is_that_of_the_first_results(store: Store) -> None:
    (found,) = agreement(PINS[:3], FITS, store, EMBEDDER, [Setting.DEFAULT], top=4)
    assert {name: share.mean for name, share in found.shares.items()} == {
        "home-decor": 0.5,
        "fashion": 1.0,
        EVERYTHING: pytest.approx(2 / 3),
    }
    assert list(found.shares)[-1] == EVERYTHING
    (half,) = agreement(PINS[:1], FITS, store, EMBEDDER, [Setting.DEFAULT], top=8)
    assert half.shares[EVERYTHING].mean == 0.5
    # What a setting does not find does not go with the pin either.
    (found,) = agreement(PINS[:1], FITS, store, EMBEDDER, [Setting.LEXICAL], top=8)
    assert found.shares[EVERYTHING].mean == 0.5


def test_settings_stand_side_by_side_and_progress_is_told(store: Store) -> None:
    told: list[tuple[int, int]] = []
    settings = [Setting.DENSE, Setting.LEXICAL]
    found = agreement(
        PINS[:3], FITS, store, EMBEDDER, settings, top=4, on_progress=lambda done, total: told.append((done, total))
    )
    assert [one.setting for one in found] == settings
    assert told == [(1, 3), (2, 3), (3, 3)]
