"""Records as queries: what they say most counts most, several are asked by at once, and none answers itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.embedding.hashing import HashingEmbedder
from assistant.errors import UnknownIdError, UsageError
from assistant.matching.by_record import MOST_RECORDS, find_records, queries_of, query_of, record_query, served_by
from assistant.matching.index import embed_pending
from assistant.matching.ranking.ranker import DEFAULT, Ranker
from assistant.matching.search import search, text_query
from assistant.matching.serve import Asked
from assistant.matching.whynot import why_not
from store.records import Ad, Kind, Pin, Product, advertise
from store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

EMBEDDER = HashingEmbedder(256)
PRODUCTS = (
    Product(id="lamp", title="Oak desk lamp", description="Dims by touch."),
    Product(id="shade", title="Linen lamp shade", description="For an oak stand."),
    Product(id="pot", title="Clay herb pot", description="For basil and thyme."),
    Product(id="boot", title="Waxed hiking boot", description="A cheap disclosure of affiliate links."),
    Product(id="unsold", title="Oak desk with a lamp", description="Not advertised."),
)
# So many others that a word of a few ads is a rare one.
OTHERS = tuple(Ad(id=f"other{number}", title=f"Thing number {number}") for number in range(12))
ADS = (
    *OTHERS,
    *(advertise(product) for product in PRODUCTS[:4]),
    # A second ad for the lamp, under an id of its own.
    Ad(id="lamp-again", title="Oak desk lamp, dims by touch", product_id="lamp"),
)
PINS = (
    Pin(
        id="noisy",
        title="You will love this!",
        description="Affiliate links: see the disclosure of affiliate links. Cheap.",
        tags=("desk lamp", "oak lamp", "lamp ideas"),
    ),
    Pin(id="desk", title="Oak desk with a lamp", board="work"),
    Pin(id="herbs", title="Herb pot of clay", description="Basil, thyme.", board="green"),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("by_record") / "store", create=True) as opened:
        with opened.writing("test"):
            opened.database.put(Kind.PRODUCT, PRODUCTS, source="s", run="1")
            opened.database.put(Kind.AD, ADS, source="s", run="1")
            opened.database.put(Kind.PIN, PINS, source="s", run="1")
            embed_pending(opened, EMBEDDER, lambda _done, _total: None)
        yield opened


def found(store: Store, *pins: str, kind: Kind = Kind.AD) -> list[str]:
    query = query_of(find_records(Kind.PIN, pins, store), EMBEDDER)
    return [match.record.id for match in search(query, kind, store, limit=10)]


def test_what_the_tags_say_counts_more_than_the_noise_of_a_description(store: Store) -> None:
    noisy = PINS[0]
    words = [identifier for identifier, _ in store.lexicon.search(Kind.AD, noisy.texts, 10)]
    assert words[0] in ("lamp", "lamp-again")
    # As one text, each word once, the boot's four words of the description win.
    assert store.lexicon.search(Kind.AD, noisy.passage, 10)[0][0] == "boot"
    assert found(store, "noisy")[0] in ("lamp", "lamp-again")


def test_a_record_says_what_it_tells_in_one_text_and_each_tag_in_another(store: Store) -> None:
    told = "You will love this!. Affiliate links: see the disclosure of affiliate links. Cheap"
    assert PINS[0].texts == (told, *PINS[0].tags)
    assert PINS[1].texts == ("Oak desk with a lamp. work",)
    offer = replace(PRODUCTS[0], product_type="Home > Lamps", tags=("oak", " "))
    assert offer.texts == ("Oak desk lamp. Dims by touch. Home, Lamps", "oak")


def test_a_word_of_title_and_description_counts_no_more_than_one_of_either(store: Store) -> None:
    once, twice = (replace(PINS[2], description=text) for text in ("Basil, thyme.", "Basil, thyme in a clay pot."))
    assert store.lexicon.search(Kind.AD, once.texts, 5) == store.lexicon.search(Kind.AD, twice.texts, 5)


def test_the_vector_lies_between_the_whole_and_the_tags(store: Store) -> None:
    _, query = record_query(Kind.PIN, "noisy", store, EMBEDDER)
    whole, tags = EMBEDDER.embed([PINS[0].passage, ", ".join(PINS[0].tags)])
    middle = (whole + tags) / np.linalg.norm(whole + tags)
    np.testing.assert_allclose(query.vector, middle, atol=1e-6)
    assert np.linalg.norm(query.vector) == pytest.approx(1, abs=1e-6)


def test_records_are_embedded_together_as_each_alone() -> None:
    alone = [query_of([pin], EMBEDDER).vector for pin in PINS]
    together = [query.vector for query in queries_of([[pin] for pin in PINS], EMBEDDER)]
    np.testing.assert_allclose(alone, together, atol=1e-6)


def test_a_record_is_ranked_by_weights_of_its_own_and_a_named_ranker_by_its() -> None:
    assert DEFAULT.of_records.weights["meaning"] > DEFAULT.weights["meaning"]
    assert "phrase" not in DEFAULT.of_records.weights and "price" not in DEFAULT.of_records.weights
    fitted = Ranker(name="fitted", weights={"words": 1.0})
    assert fitted.of_records is fitted


def test_the_parts_of_a_score_are_those_of_records(store: Store) -> None:
    by_pin, *_ = search(query_of(PINS[1:2], EMBEDDER), Kind.AD, store)
    by_text, *_ = search(text_query(PINS[1].title, EMBEDDER), Kind.AD, store)
    assert "phrase" in {part.name for part in by_text.parts} - {part.name for part in by_pin.parts}


def test_of_several_pins_each_is_served_and_what_they_share_counts_most(store: Store) -> None:
    both = found(store, "desk", "herbs")
    assert {"lamp", "pot"} <= {*both[:3]}


def test_what_more_of_the_pins_are_about_gains_on_what_one_is(store: Store) -> None:
    vectors = EMBEDDER.embed([next(ad.passage for ad in ADS if ad.id == identifier) for identifier in ("lamp", "pot")])
    lead = {}
    for pins in (("desk", "herbs"), ("desk", "noisy", "herbs")):
        lamp, pot = query_of(find_records(Kind.PIN, pins, store), EMBEDDER).cosines(vectors).tolist()
        lead[len(pins)] = lamp - pot
    assert lead[3] > lead[2]


def test_several_are_near_by_half_the_mean_and_half_the_nearest(store: Store) -> None:
    query = query_of(PINS[1:], EMBEDDER)
    vectors = EMBEDDER.embed([ad.passage for ad in ADS])
    each = vectors @ np.stack([query_of([pin], EMBEDDER).vector for pin in PINS[1:]]).T
    np.testing.assert_allclose(query.cosines(vectors), (each.mean(axis=1) + each.max(axis=1)) / 2, atol=1e-6)
    raw = {match.record.id: match.parts[0].raw for match in search(query, Kind.AD, store, limit=100)}
    expected = dict(zip([ad.id for ad in ADS], query.cosines(vectors).tolist(), strict=True))
    assert raw == pytest.approx(expected, abs=1e-5)


def test_a_match_says_which_pins_it_serves_nearest_first(store: Store) -> None:
    query = query_of(PINS, EMBEDDER)
    near = served_by(search(query, Kind.AD, store), Kind.AD, query, store)
    assert [record.id for record, _ in near["pot"]] == ["herbs"]
    assert {record.id for record, _ in near["lamp"]} == {"desk", "noisy"}
    assert all(list(pairs) == sorted(pairs, key=lambda pair: -pair[1]) for pairs in near.values())
    assert served_by((), Kind.AD, query, store) == {}


def test_a_pin_is_no_answer_to_itself(store: Store) -> None:
    assert found(store, "desk", kind=Kind.PIN) == ["noisy", "herbs"]
    assert found(store, "desk", "noisy", kind=Kind.PIN) == ["herbs"]
    with pytest.raises(UsageError, match="no answer"):
        why_not("desk", Asked(query=query_of(PINS[1:2], EMBEDDER), kind=Kind.PIN), store)


def test_a_product_looks_for_pins_and_for_other_ads_than_its_own(store: Store) -> None:
    for identifier, first in (("lamp", "desk"), ("unsold", "desk"), ("pot", "herbs")):
        record, query = record_query(Kind.PRODUCT, identifier, store, EMBEDDER)
        assert isinstance(record, Product)
        assert search(query, Kind.PIN, store)[0].record.id == first
    _, query = record_query(Kind.PRODUCT, "lamp", store, EMBEDDER)
    ads = [match.record.id for match in search(query, Kind.AD, store)]
    assert ads[0] == "shade" and not {"lamp", "lamp-again"} & {*ads}


def test_unknown_and_too_many_records_are_refused(store: Store) -> None:
    with pytest.raises(UnknownIdError, match="no pin with the id dsk"):
        find_records(Kind.PIN, ["desk", "dsk"], store)
    with pytest.raises(UsageError, match=f"at most {MOST_RECORDS}"):
        find_records(Kind.PIN, [str(number) for number in range(MOST_RECORDS + 1)], store)
    assert [record.id for record in find_records(Kind.PIN, ["herbs", "desk", "herbs"], store)] == ["herbs", "desk"]


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(max_size=60), min_size=4, max_size=4), count=st.integers(1, 3))
def test_whatever_a_record_says_finds_something(store: Store, texts: list[str], count: int) -> None:
    title, description, board, tag = texts
    pins = [Pin(id=f"x{n}", title=title, description=description, board=board, tags=(tag,)) for n in range(count)]
    matches = search(query_of(pins, EMBEDDER), Kind.AD, store, limit=100)
    assert len(matches) == len(ADS)
    assert all(np.isfinite(match.score) and 0 <= match.score <= 1 + 1e-6 for match in matches)
