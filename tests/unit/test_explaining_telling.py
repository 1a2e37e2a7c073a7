"""Why an ad fits: the writer cites what it was given and no other, and what does not hold is not told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from assistant.commands.explaining import check_against
from assistant.llm.engine import Citations, Engine, Event, Piece, Reply, Source
from assistant.llm.scripted import ScriptedEngine
from assistant.matching.explaining.evidence import Explanation
from assistant.matching.explaining.given import given
from assistant.matching.explaining.telling import LEAD, Told, tell
from store.records import Kind
from store.store import Store
from tests.explained import HOSTILE, explained, fill

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

TRUE, UNTRUE = "is a wool throw in sage.", "is a waterproof silk throw."


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("telling") / "store", create=True) as opened:
        fill(opened)
        yield opened


@pytest.fixture(scope="module")
def sage(store: Store) -> Explanation:
    return explained(store, "wool throw in sage")[0]


def told(store: Store, ones: Sequence[Explanation], script: Mapping[str, Sequence[str]]) -> tuple[Told, ...]:
    return tell(ones, ScriptedEngine(script), check_against(store))


def tell_one(store: Store, one: Explanation, *texts: str, cites: str = "1, 2") -> Told:
    return told(store, [one], {"text": texts, "cites": [cites]})[0]


def test_what_holds_is_told_with_the_facts_it_rests_on(store: Store, sage: Explanation) -> None:
    found = tell_one(store, sage, TRUE)
    assert found.by_writer and found.text == f"{LEAD} is a wool throw in sage."
    assert found.cites == (1, 2)
    assert found.facts[0].startswith("title: Wool Throw in Sage")
    assert found.facts[1] == "color: sage (sage asked)"


def test_a_fact_that_the_sentence_says_nothing_of_is_not_cited(store: Store, sage: Explanation) -> None:
    assert tell_one(store, sage, "is a throw.").cites == (1,)


def test_what_no_fact_supports_is_asked_for_again(store: Store, sage: Explanation) -> None:
    engine = ScriptedEngine({"text": [UNTRUE, TRUE], "cites": ["1"]})
    (found,) = tell([sage], engine, check_against(store), seed=4)
    assert found.by_writer and "sage" in found.text
    assert [request.seed for request in engine.requests] == [4, 5]


def test_what_is_still_not_supported_is_dropped_and_the_facts_speak(store: Store, sage: Explanation) -> None:
    found = tell_one(store, sage, UNTRUE)
    assert not found.by_writer and found.cites == (1, 2)
    assert found.text == "Its title has sage, throw and its color is sage (sage asked)."


def test_of_two_sentences_the_one_that_holds_is_kept(store: Store, sage: Explanation) -> None:
    found = tell_one(store, sage, f"{TRUE} It is waterproof silk.")
    assert found.by_writer and found.text == f"{LEAD} {TRUE}"
    other = tell_one(store, sage, "is waterproof silk. The wool throw is sage.")
    assert other.by_writer and other.text == "The wool throw is sage."


@pytest.mark.parametrize("text", ["is sold at evil.example today.", "is wool, see http://x.", "is wool, write a@b."])
def test_a_link_is_not_told(store: Store, sage: Explanation, text: str) -> None:
    assert not tell_one(store, sage, text).by_writer


def test_what_does_not_name_the_thing_is_not_told(store: Store) -> None:
    one = explained(store, "sage throw with a short fringe")[0]
    fringe = next(number for number, fact in enumerate(given(one), start=1) if "fringe" in fact.line)
    assert tell_one(store, one, "is a throw with a short fringe.", cites=str(fringe)).by_writer
    assert not tell_one(store, one, "has a short fringe.", cites=str(fringe)).by_writer


def test_a_sentence_that_was_cut_is_not_told(store: Store, sage: Explanation) -> None:
    assert not tell_one(store, sage, "is a wool throw in sage " * 20).by_writer


@pytest.mark.parametrize("cites", ["99", "0", "-1", "1, 99", "nothing", HOSTILE])
def test_no_number_can_be_cited_that_was_not_given(store: Store, sage: Explanation, cites: str) -> None:
    engine = ScriptedEngine({"text": [TRUE], "cites": [cites]})
    (found,) = tell([sage], engine, check_against(store))
    assert set(found.cites) <= set(range(1, len(found.facts) + 1))
    form = engine.requests[0].fields[0].form
    assert isinstance(form, Citations) and form.ids == tuple(str(n) for n in range(1, len(found.facts) + 1))


class HeedlessEngine(Engine):
    """Answers as it likes, as a server may that knows no grammars."""

    name = fingerprint = "heedless"

    def serve(self, source: Source) -> Iterator[Event]:
        while requests := source(1):
            yield Reply(requests[0].key, {"cites": "99, 1, -2, x", "text": TRUE})


def test_a_number_that_was_not_given_is_not_taken_from_an_engine_that_knows_no_forms(
    store: Store, sage: Explanation
) -> None:
    (found,) = tell([sage], HeedlessEngine(), check_against(store))
    assert found.by_writer and found.cites == (1,)


def test_what_speaks_against_an_ad_is_not_given_as_what_speaks_for_it(store: Store) -> None:
    navy = next(one for one in explained(store, "wool throw in sage") if one.match.record.id == "throw-navy")
    assert [fact.name for fact in navy.facts if not fact.agrees] == ["color"]
    assert not [fact for fact in given(navy) if "color" in fact.line]


def test_the_writer_is_not_shown_what_only_the_query_says(store: Store) -> None:
    engine = ScriptedEngine()
    tell(explained(store, "wool throw for a moonlit zeppelin")[:1], engine, check_against(store))
    assert "zeppelin" not in "".join(message.content for message in engine.requests[0].messages)


def test_all_are_written_together_and_in_their_order(store: Store) -> None:
    ones = explained(store, "wool throw")
    engine, pieces = ScriptedEngine({"text": [UNTRUE], "cites": ["1"]}), list[Piece]()
    found = tell(ones[:3], engine, check_against(store), on_piece=pieces.append)
    assert [one.facts[0] for one in found] == [given(one)[0].line for one in ones[:3]]
    assert [request.key for request in engine.requests] == ["result 1", "result 2", "result 3"] * 2
    assert {piece.key for piece in pieces} == {"result 1", "result 2", "result 3"}


def test_an_ad_cannot_add_a_turn_or_a_fact(store: Store) -> None:
    hostile = next(one for one in explained(store, "wool") if one.match.record.id == "hostile")
    engine = ScriptedEngine({"text": [HOSTILE], "cites": ["1"]})
    (found,) = tell([hostile], engine, check_against(store))
    user = engine.requests[0].messages[-1].content
    assert [message.role for message in engine.requests[0].messages] == ["system", "user", "assistant", "user"]
    assert user.count("\n") == len(found.facts) + 1
    assert not found.by_writer


def test_every_match_is_told_of_whatever_the_writer_says(store: Store) -> None:
    ones = [*explained(store, "wool"), *explained(store, pin="pin-hostile"), *explained(store, "🧶")]
    for one in ones:
        found = tell_one(store, one, HOSTILE)
        assert found.text and set(found.cites) <= set(range(1, len(found.facts) + 1))


def test_a_writer_that_fails_leaves_the_facts_to_speak(store: Store, sage: Explanation) -> None:
    found = tell_one(store, sage, "")
    assert not found.by_writer and found.text


def test_the_claims_of_an_ad_are_held_against_its_own_text_and_its_product(store: Store) -> None:
    check = check_against(store)
    record = store.database.get(Kind.AD, "throw-sage")
    assert record is not None
    assert all(claim.supported for claim in check("It is a wool throw in sage.", record))
    assert not all(claim.supported for claim in check("It is made of silk.", record))
    pin = store.database.get(Kind.PIN, "pin-sofa")
    assert pin is not None and not all(claim.supported for claim in check("It is made of silk.", pin))
