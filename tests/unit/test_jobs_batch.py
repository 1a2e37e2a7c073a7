"""A batch: what is given to the writer, in which order, what is committed, and what a second run does again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from assistant.creative.formats import FORMATS, PIN
from assistant.creative.generate import Order, Outcome
from assistant.errors import EngineError, UsageError
from assistant.feeds.reader import Accepted, Rejected, Row
from assistant.jobs import batch as batches
from assistant.jobs.batch import SEEDS_BETWEEN_TRIES, Batch, BatchJob, BatchProgress
from assistant.jobs.lines import check_place, write_lines
from assistant.llm.engine import Piece, Usage
from assistant.llm.scripted import ScriptedEngine
from prompts import Prompt
from store.connection import Connection
from store.creatives import Brief, Creative, Finding, Provenance
from store.ledger import Ledger
from store.orders import Counts
from store.records import Availability, Price, Product

ANY = Product(id="", title="any")
JOB = BatchJob(run="1", brief=Brief(product=ANY), formats=(PIN,), variants=2, settings={"tone": "dry", "variants": "2"})
FAILING = Finding(check="limits", code="too_long", message="It is too long.")


class Writer:
    """Stands for `write_all`: some products at once, which end in another order. Ids say what comes of a product.

    `bad...` fails its checks, `mixed...` half of them, `error...` cannot be written, `crash...` ends the engine.
    """

    def __init__(self, at_once: int = 3) -> None:
        self.orders: list[Order] = []
        self.at_once, self.pulled, self.closed = at_once, 0, False

    def __call__(self, orders: Iterable[Order], engine: object, embedder: object = None) -> Iterator[Any]:
        source = iter(orders)
        try:
            while group := list(islice(source, self.at_once)):
                self.orders += group
                for order in reversed(group):
                    yield from self._events(order)
        finally:
            self.closed = True

    def _events(self, order: Order) -> Iterator[Any]:
        identifier = order.brief.product.id
        if identifier.startswith("crash"):
            raise EngineError("The engine is gone.")
        if identifier.startswith("error"):
            yield Outcome(order.key, (), Usage(5, 0, 0), "The server does not answer.")
            return
        creatives = [_creative(order, number) for number in range(len(order.angles))]
        yield Piece(order.key, "title", "Some")
        yield from creatives
        yield Outcome(order.key, tuple(creatives), Usage(30, 100, 20))

    @property
    def ids(self) -> list[str]:
        return [order.brief.product.id for order in self.orders]


def _creative(order: Order, number: int) -> Creative:
    identifier = order.brief.product.id
    bad = identifier.startswith("bad") or (identifier.startswith("mixed") and number)
    return Creative(
        product_id=identifier,
        format=order.format.name,
        angle=order.angles[number].name,
        texts={"title": f"{order.brief.product.title} {number}"},
        claims={},
        findings=(FAILING,) if bad else (),
        provenance=Provenance(model="m", model_sha256="0", prompt_hash="p", seed=order.seed, attempt=1),
        rank=number + 1,
    )


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Writer:
    made = Writer()
    monkeypatch.setattr(batches, "write_all", made)
    set_prompt(monkeypatch, "1")
    return made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    connection = Connection(tmp_path / "records.sqlite3", create=True)
    yield Ledger(connection)
    connection.close()


def set_prompt(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(batches, "load", lambda name: Prompt(name, frozenset(), (), version))


def products(*ids: str, **facts: Any) -> list[Row]:
    return [Accepted(line, Product(id=name, title=f"Lamp {name}", **facts)) for line, name in enumerate(ids, start=2)]


def run(ledger: Ledger, job: BatchJob, *feeds: Sequence[Row], engine: ScriptedEngine | None = None) -> Batch:
    batch = Batch(job, ledger, engine or ScriptedEngine(), None)
    for number, rows in enumerate(feeds):
        batch.read(f"feed {number}", rows)
    for _ in batch.write():
        pass
    return batch


def again(job: BatchJob = JOB, **changes: Any) -> BatchJob:
    return replace(job, **{"run": "2", **changes})


def test_every_product_is_ordered_with_the_brief_the_angles_and_where_it_is_from(
    ledger: Ledger, writer: Writer
) -> None:
    job = replace(JOB, brief=Brief(product=ANY, tone="dry"), angles=("gift",), seed=7)
    run(ledger, job, products("a"), products("b"))
    first, second = writer.orders
    assert first.brief == Brief(product=Product(id="a", title="Lamp a"), tone="dry")
    assert (first.format, first.seed, first.settings) == (PIN, 7, JOB.settings)
    assert (first.feed, second.feed) == ("feed 0", "feed 1")
    assert len(first.angles) == 2 and first.angles[0].name == "gift"
    assert first.key != second.key


def test_an_order_names_the_pins_that_its_ad_would_appear_beside(ledger: Ledger, writer: Writer) -> None:
    batch = Batch(JOB, ledger, ScriptedEngine(), None, lambda product: (f"Pin beside {product.id}",))
    batch.read("feed", products("a", "b"))
    list(batch.write())
    assert [order.beside for order in writer.orders] == [("Pin beside a",), ("Pin beside b",)]


def test_what_a_run_did_is_counted(ledger: Ledger, writer: Writer) -> None:
    rows = [*products("a", "bad", "mixed", "error"), Rejected(9, "no title", "r", "r,,")]
    batch = run(ledger, JOB, rows)
    progress = batch.progress
    assert (progress.total, progress.done, progress.failed) == (4, 2, 2)
    assert (progress.accepted, progress.dropped, progress.tokens) == (3, 3, 155)
    assert ledger.counts("1") == Counts(waiting=0, done=2, failed=2, accepted=3, dropped=1, rejected=1)
    failures = {failure.id: failure.reason for failure in ledger.failures("1")}
    assert failures == {"bad": "It is too long.", "error": "The server does not answer.", "r": "no title"}


def test_the_pace_is_told_per_accepted_variant_and_the_rest_at_the_same_pace() -> None:
    progress = BatchProgress(total=40, done=8, failed=2, accepted=20, tokens=1600, seconds=60.0)
    assert (progress.accepted_per_minute, progress.tokens_per_variant, progress.seconds_left) == (20.0, 80.0, 180.0)
    fresh = BatchProgress(total=40)
    assert (fresh.accepted_per_minute, fresh.tokens_per_variant, fresh.seconds_left) == (0.0, 0.0, None)


def test_a_second_run_writes_nothing_that_is_done_however_the_feed_is_ordered(ledger: Ledger, writer: Writer) -> None:
    run(ledger, JOB, products("a", "b", "c"))
    batch = run(ledger, again(), products("c", "d", "a"))
    assert writer.ids == ["a", "b", "c", "d"]
    assert batch.progress.total == 1 and ledger.counts("2").rows == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 1},
        {"variants": 3},
        {"angles": ("gift",)},
        {"settings": {"tone": "warm"}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_decides_the_texts_has_everything_written_again(
    changes: dict[str, Any], ledger: Ledger, writer: Writer
) -> None:
    run(ledger, JOB, products("a"))
    run(ledger, again(**changes), products("a"))
    assert writer.ids == ["a", "a"]


@pytest.mark.parametrize(
    "facts", [{"material": "oak"}, {"price": Price(5)}, {"tags": ("lamp",)}, {"description": "Warm."}], ids=str
)
def test_a_product_whose_facts_changed_is_written_again(facts: dict[str, Any], ledger: Ledger, writer: Writer) -> None:
    run(ledger, JOB, products("a", "b"))
    run(ledger, again(), [*products("a", **facts), *products("b")])
    assert writer.ids == ["a", "b", "a"]


@pytest.mark.parametrize(
    "facts",
    [
        {"link": "https://shop.example/a", "extra": {"custom": "x"}},
        {"availability": Availability.OUT_OF_STOCK},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_a_link_or_a_stock_that_changed_is_no_reason_to_write_again(
    facts: dict[str, Any], ledger: Ledger, writer: Writer
) -> None:
    run(ledger, JOB, products("a"))
    run(ledger, again(), products("a", **facts))
    assert writer.ids == ["a"]


def test_another_model_or_prompt_has_everything_written_again(
    ledger: Ledger, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(ledger, JOB, products("a"))
    run(ledger, again(), products("a"), engine=ScriptedEngine({"title": ["Other"]}))
    set_prompt(monkeypatch, "2")
    run(ledger, again(run="3"), products("a"), engine=ScriptedEngine({"title": ["Other"]}))
    assert writer.ids == ["a", "a", "a"]


def test_what_failed_is_tried_first_and_with_another_seed(ledger: Ledger, writer: Writer) -> None:
    run(ledger, JOB, products("a", "bad"))
    run(ledger, again(), products("c", "bad"))
    assert writer.ids == ["a", "bad", "bad", "c"]
    assert [order.seed for order in writer.orders] == [0, 0, SEEDS_BETWEEN_TRIES, 0]


def test_each_format_is_a_row_of_its_own(ledger: Ledger, writer: Writer) -> None:
    run(ledger, JOB, products("a", "b"))
    run(ledger, again(formats=(FORMATS["meta"], PIN)), products("a", "b"))
    assert [(order.format.name, order.brief.product.id) for order in writer.orders[2:]] == [
        ("meta", "a"),
        ("meta", "b"),
    ]


def test_an_order_that_cannot_be_made_fails_alone(
    ledger: Ledger, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose = batches.choose_angles

    def refuse(product: Product, wanted: Sequence[str], count: int) -> Any:
        if product.id == "odd":
            raise UsageError("No angle suits it.")
        return choose(product, wanted, count)

    monkeypatch.setattr(batches, "choose_angles", refuse)
    run(ledger, JOB, products("odd", "a"))
    assert writer.ids == ["a"]
    assert [(failure.id, failure.reason) for failure in ledger.failures("1")] == [("odd", "No angle suits it.")]


def test_a_defect_in_making_an_order_fails_its_row_alone_and_is_named(
    ledger: Ledger, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose = batches.choose_angles

    def stumble(product: Product, wanted: Sequence[str], count: int) -> Any:
        return choose(product, wanted, count if product.id != "odd" else len(None))  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "choose_angles", stumble)
    run(ledger, JOB, products("odd", "a"))
    assert writer.ids == ["a"] and ledger.counts("1").done == 1
    (failure,) = ledger.failures("1")
    assert failure.id == "odd" and failure.reason.startswith("A defect of the program: TypeError in test_jobs_batch.py")


def test_an_id_that_another_feed_brought_is_named_as_rejected(ledger: Ledger, writer: Writer) -> None:
    run(ledger, JOB, products("a"), products("a", "b"))
    assert writer.ids == ["a", "b"]
    assert [(failure.feed, failure.line, failure.id) for failure in ledger.failures("1")] == [("feed 1", 2, "a")]


def test_a_limit_takes_so_many_products_and_reads_no_further(ledger: Ledger, writer: Writer) -> None:
    def endless() -> Iterator[Row]:
        yield Rejected(1, "no id", "", "")
        for number in range(10**9):
            yield from products(f"p{number}")

    run(ledger, replace(JOB, limit=3), endless(), endless())
    assert sorted(writer.ids) == ["p0", "p1", "p2"]


def test_what_is_counted_as_finished_is_committed(ledger: Ledger, writer: Writer) -> None:
    batch = Batch(JOB, ledger, ScriptedEngine(), None)
    batch.read("feed", products("a", "bad", "c", "d", "e"))
    seen = []
    for progress in batch.write():
        counts = ledger.counts("1")
        assert (progress.done, progress.failed) == (counts.done, counts.failed)
        seen.append(progress.finished)
    assert seen == sorted(seen) and seen[-1] == 5


def test_stopping_closes_the_writer_and_the_next_run_writes_the_rest(ledger: Ledger, writer: Writer) -> None:
    batch = Batch(JOB, ledger, ScriptedEngine(), None)
    batch.read("feed", products(*"abcdefg"))
    steps = batch.write()
    while next(steps).finished < 2:
        pass
    steps.close()
    assert writer.closed and ledger.counts("1").done == 2
    before = len(writer.orders)
    run(ledger, again(), products(*"abcdefg"))
    assert sorted(writer.ids[before:]) == ["a", "d", "e", "f", "g"]
    assert ledger.counts("2").done == 7


def test_an_engine_that_fails_leaves_what_was_done(ledger: Ledger, writer: Writer) -> None:
    batch = Batch(JOB, ledger, ScriptedEngine(), None)
    batch.read("feed", products("crash", "b", "c"))
    with pytest.raises(EngineError):
        list(batch.write())
    assert ledger.counts("1") == Counts(waiting=1, done=2, failed=0, accepted=4, dropped=0, rejected=0)


def test_only_the_products_that_are_being_written_are_held(ledger: Ledger, writer: Writer) -> None:
    batch = Batch(JOB, ledger, ScriptedEngine(), None)
    batch.read("feed", products(*(f"p{number}" for number in range(600))))
    assert max(len(batch._open) for _ in batch.write()) <= writer.at_once


def test_lines_replace_a_file_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "ads.jsonl"
    write_lines(place, [{"title": "Café \ud800"}])
    assert json.loads(place.read_text(encoding="utf-8")) == {"title": "Café \ud800"}

    def broken() -> Iterator[dict[str, object]]:
        yield {"title": "new"}
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_lines(place, broken())
    assert "Café" in place.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["ads.jsonl"]


def test_a_place_that_cannot_be_written_or_is_an_input_is_refused(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("x")
    (tmp_path / "link.csv").symlink_to(feed)
    for place, word in ((feed, "feed itself"), (tmp_path / "link.csv", "feed itself"), (tmp_path, "folder")):
        with pytest.raises(UsageError, match=word):
            check_place(place, [str(feed)])
    with pytest.raises(UsageError, match="cannot be written"):
        check_place(feed / "ads.jsonl")
    assert check_place(tmp_path / "new" / "ads.jsonl", ["-"]) == tmp_path / "new" / "ads.jsonl"
