"""With the real embedder: what it says carried a match is what a person would say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.embedding.embedder import Embedder
from assistant.embedding.onnx import OnnxEmbedder
from assistant.matching.explaining.evidence import Explanation, Subject
from assistant.matching.explaining.explain import explain
from assistant.matching.index import embed_pending
from assistant.matching.search import search, text_query
from store.records import Ad, Kind
from store.store import Store

pytestmark = [pytest.mark.real_model, pytest.mark.filterwarnings("ignore:legacy embedding function config")]

ADS = (
    Ad(
        id="kettle",
        title="Enamel Kettle, 2 Litres",
        description="Boils water on gas and induction. The handle stays cool. Sent in a recycled box.",
    ),
    Ad(id="teapot", title="Stoneware Teapot", description="Holds four cups and keeps them warm."),
    Ad(id="bicycle", title="Folding Bicycle", description="Fits under a desk."),
)


@pytest.fixture(scope="module")
def embedder(real_embedder_folder: Path) -> Embedder:
    return OnnxEmbedder(real_embedder_folder, threads=1)


@pytest.fixture(scope="module")
def store(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("explained") / "store", create=True) as opened:
        with opened.writing("test"):
            opened.database.put(Kind.AD, ADS, source="s", run="1")
            embed_pending(opened, embedder, lambda _done, _total: None)
        yield opened


def first(store: Store, embedder: Embedder, text: str) -> Explanation:
    matches = search(text_query(text, embedder), Kind.AD, store)
    return explain(Subject(text), matches, Kind.AD, store, embedder)[0]


def test_the_word_and_the_sentence_that_mean_the_thing_carry_the_cosine(store: Store, embedder: Embedder) -> None:
    one = first(store, embedder, "something nice to boil water in")
    assert one.match.record.id == "kettle"
    assert max(one.pieces, key=lambda piece: piece.cosine).text == "boil"
    lost = {sentence.text: sentence.cosine for sentence in one.sentences}
    assert max(lost, key=lambda text: lost[text]) == "Boils water on gas and induction."
    assert lost["Sent in a recycled box."] < lost["Boils water on gas and induction."] / 2


def test_the_cosine_is_that_of_the_score(store: Store, embedder: Embedder) -> None:
    one = first(store, embedder, "a bike for commuters")
    assert one.match.record.id == "bicycle"
    meaning = next(part.raw for part in one.match.parts if part.name == "meaning")
    assert one.cosine == pytest.approx(meaning, abs=1e-4)
