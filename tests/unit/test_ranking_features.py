"""What the features of a candidate say: each is what its name says, between 0 and 1, the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.embedding.hashing import HashingEmbedder
from assistant.evaluation.kept import open_index
from assistant.matching.ranking.candidates import Candidates, scaled
from assistant.matching.ranking.features import FEATURES, HEAD, Features, features_of
from assistant.matching.ranking.offers import asked_price
from assistant.matching.ranking.ranker import DEFAULT, order
from assistant.matching.rankings import look
from assistant.matching.search import text_query
from store.records import Ad, Kind, Price
from store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

EMBEDDER = HashingEmbedder(64)
HOSTILE = "\x1b[31m[bold]{{x}}\u202e \ud83d\ude00 ' OR 1=1 -- =cmd \uffff"
ADS = [
    Ad(
        id="lamp", title="Oak desk lamp", description="Dims by touch.", price=Price(Decimal("35")), product_type="Light"
    ),
    Ad(id="dear", title="Oak desk lamp in brass", price=Price(Decimal("350")), product_type="Light > Desk"),
    Ad(id="mixed", title="Lamp for an oak desk", description="A desk lamp of oak, 12 oz.", product_type="Light"),
    Ad(id="rug", title="Wool rug 8x10", description="A rug for the hall, beside a lamp.", product_type="Rugs"),
    Ad(id="odd", title=HOSTILE, description=HOSTILE * 20),
    Ad(id="plain", title="Shade of linen"),
    Ad(id="bare", title=""),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_index(tmp_path_factory.mktemp("features") / "index", {Kind.AD: ADS}, EMBEDDER) as opened:
        yield opened


def seen(text: str, store: Store) -> dict[str, dict[str, float]]:
    """The features by id and name."""
    found = look(text_query(text, EMBEDDER), Kind.AD, store)
    return {
        name: dict(zip(FEATURES, row, strict=True)) for name, row in zip(found.ids, found.values.tolist(), strict=True)
    }


def test_words_are_counted_apart_in_title_and_text(store: Store) -> None:
    found = seen("lamps for the hall", store)
    assert (found["lamp"]["title"], found["lamp"]["text"]) == (0.5, 0.5)
    assert (found["rug"]["title"], found["rug"]["text"]) == (0.0, 1.0)
    assert found["lamp"]["title words"] > 0 == found["rug"]["title words"]
    assert found["rug"]["body words"] > 0 == found["lamp"]["body words"]
    assert (found["lamp"]["described"], found["plain"]["described"]) == (1.0, 0.0)


def test_words_in_order_make_a_phrase(store: Store) -> None:
    found = seen("oak desk lamp", store)
    assert (found["lamp"]["phrase"], found["mixed"]["phrase"], found["rug"]["phrase"]) == (1.0, 0.5, 0.0)
    assert seen("lamps", store)["mixed"]["phrase"] == 1.0


def test_the_last_word_names_the_thing(store: Store) -> None:
    found = seen("wool rugs", store)
    assert found["rug"]["subject"] == 1.0 and found["lamp"]["subject"] == 0.0


def test_numbers_count_where_the_query_has_some(store: Store) -> None:
    found = seen("rug 8x10", store)
    assert found["rug"]["numbers"] == 1.0 and found["mixed"]["numbers"] == 0.0
    assert not any(row["numbers"] for row in seen("wool rug", store).values())


def test_a_price_that_is_asked_for_is_agreed_with(store: Store) -> None:
    bounded = seen("desk lamp under $40", store)
    assert bounded["lamp"]["price"] == 1.0 > 0.01 > bounded["dear"]["price"] > 0 == bounded["rug"]["price"]
    near = seen("desk lamp 350 USD", store)
    assert near["dear"]["price"] == 1.0 > near["lamp"]["price"]
    assert not any(row["price"] for row in seen("desk lamp 40", store).values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lamp under $40", (40.0, True)),
        ("lamp for 19,99 €", (19.99, False)),
        ("LESS THAN 30 dollars", (30.0, True)),
        ("8x10 rug", None),
        ("under 40", None),
        ("$0", None),
        ("", None),
    ],
)
def test_a_price_needs_a_currency(text: str, expected: tuple[float, bool] | None) -> None:
    assert asked_price(text) == expected


def test_the_category_of_the_best_is_agreed_with(store: Store) -> None:
    found = seen("oak desk lamp", store)
    assert found["lamp"]["category"] == found["dear"]["category"] > found["rug"]["category"]


def test_company_is_that_of_ones_like_it() -> None:
    from assistant.matching.ranking.company import company

    pair, alone = [1.0, 0.0], [0.0, 1.0]
    vectors = np.array([pair, pair, alone], dtype=np.float32)
    found = company(vectors, np.array([1.0, 0.6, 0.2]))
    assert found == pytest.approx([0.6, 1.0, 0.0])


def test_what_comes_after_the_head_has_its_legs_alone(store: Store) -> None:
    cosines = {f"gone{n}": 0.5 - n / 1000 for n in range(HEAD + 5)}
    query = text_query("lamp", EMBEDDER)
    found = features_of(Candidates(kind=Kind.AD, text="lamp", vector=query.vector, cosines=cosines, words={}), store)
    rest = [place for place, name in enumerate(found.ids) if int(name[4:]) >= HEAD]
    assert len(rest) == 5 and found.values[rest, 0].any() and not found.values[rest, 2:].any()


def test_features_are_the_same_every_time(store: Store) -> None:
    first, second = (look(text_query("oak desk lamp", EMBEDDER), Kind.AD, store) for _ in range(2))
    assert first.ids == second.ids and (first.values == second.values).all() and (first.raw == second.raw).all()


def test_no_candidates_are_no_trouble(store: Store) -> None:
    nothing = Candidates(kind=Kind.AD, text="", vector=np.zeros(64, dtype=np.float32), cosines={}, words={})
    assert features_of(nothing, store).values.shape == (0, len(FEATURES))
    assert order(nothing, store) == []


def test_scaling_keeps_the_order_within_bounds() -> None:
    assert scaled(np.array([2.0, 4.0, 3.0])).tolist() == [0.0, 1.0, 0.5]
    assert scaled(np.array([2.0, 4.0]), floor=0.0).tolist() == [0.5, 1.0]
    assert scaled(np.array([3.0, 3.0])).tolist() == [1.0, 1.0]
    assert scaled(np.array([0.0, 0.0]), floor=0.0).tolist() == [0.0, 0.0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=300).filter(str.strip), cosine=st.floats(-1e30, 1e30))
def test_hostile_texts_give_finite_scores(store: Store, text: str, cosine: float) -> None:
    vector = EMBEDDER.embed([text], role="query")[0]
    cosines = {"lamp": cosine, "odd": float("nan"), "gone": float("inf"), "bare": 0.0}
    candidates = Candidates(kind=Kind.AD, text=text, vector=vector, cosines=cosines, words={"odd": 1e300, "lamp": 1.0})
    found: Features = features_of(candidates, store)
    assert np.isfinite(found.values).all() and ((found.values >= 0) & (found.values <= 1)).all()
    scores = [sum(part.points for part in parts) for _, parts in DEFAULT.order(found)]
    assert all(0 <= score <= 1 + 1e-9 for score in scores) and scores == sorted(scores, reverse=True)
