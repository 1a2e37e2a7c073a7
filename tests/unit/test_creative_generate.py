"""Writing: each variant is judged, written again with what was wrong, and at most three times."""

from __future__ import annotations

import pytest

from assistant.creative.angles import ANGLES, BY_NAME, Angle
from assistant.creative.formats import PIN
from assistant.creative.generate import ATTEMPTS, write
from assistant.llm.engine import Piece, Request, Text
from assistant.llm.scripted import ScriptedEngine
from prompts import load
from store.records import Availability, Brief, Creative, Product

GIFT, SEASON, DETAIL = (BY_NAME[name] for name in ("gift", "season", "detail"))
PRODUCT = Product(
    id="S1",
    title="Kelda Wall Shelf",
    description="A shelf of oiled oak, 60 cm wide, with two hidden brackets.",
    availability=Availability.IN_STOCK,
)
BRIEF = Brief(product=PRODUCT, audience="renters", tone="dry", season="spring", objective="saves", language="Welsh")
FINE = ["Clear the hall in one slow afternoon.", "Keys live here now, and the hall breathes.", "Hang it low and sit."]
TITLES = ["A calmer hall", "Where keys live", "Low and slow"]
CUT = "Clear the hall and"


def run(engine: ScriptedEngine, angles: tuple[Angle, ...] = (GIFT,), seed: int = 0) -> list[Creative]:
    return [event for event in write(BRIEF, angles, PIN, engine, seed=seed) if isinstance(event, Creative)]


def scripted(descriptions: list[str], titles: list[str] | None = None) -> ScriptedEngine:
    return ScriptedEngine({"description": descriptions, "title": titles or TITLES})


def asked(request: Request) -> str:
    return request.messages[-1].content


def test_good_variants_are_written_once_each_by_its_angle() -> None:
    engine = scripted(FINE)
    creatives = run(engine, (GIFT, SEASON, DETAIL))
    assert [creative.angle for creative in creatives] == ["gift", "season", "detail"]
    assert all(creative.accepted and creative.problems == () for creative in creatives)
    assert [creative.texts["title"] for creative in creatives] == TITLES
    assert len(engine.requests) == 3


def test_a_variant_with_a_problem_is_written_again_with_the_advice_of_the_finding() -> None:
    engine = scripted([CUT, FINE[0]])
    first, second = run(engine)
    assert first.problems == ("the description is cut off",) and not first.accepted
    assert second.accepted and second.texts["description"] == FINE[0]
    advice = "Write a shorter description and finish it."
    assert [advice in asked(request) for request in engine.requests] == [False, True]


def test_what_no_fact_supports_is_to_be_left_out_the_next_time() -> None:
    engine = scripted(["A waterproof shelf of oak, 90 cm wide.", FINE[0]])
    first, second = run(engine)
    assert len(first.problems) == 2
    assert any("'waterproof'" in problem for problem in first.problems)
    assert any("'90 cm'" in problem for problem in first.problems)
    assert "Leave out: waterproof." in asked(engine.requests[1])
    assert "Leave out: 90 cm." in asked(engine.requests[1])
    assert second.accepted


def test_each_problem_counts_once_however_often_it_is_said() -> None:
    (creative, *_) = run(scripted(["Waterproof is waterproof is waterproof."]))
    assert sum("'waterproof'" in problem for problem in creative.problems) == 1


def test_nothing_is_written_more_than_three_times_and_the_last_one_counts() -> None:
    engine = scripted([CUT])
    creatives = run(engine)
    assert ATTEMPTS == 3
    assert [creative.provenance.attempt for creative in creatives] == [1, 2, 3]
    assert len(engine.requests) == 3
    assert not creatives[-1].accepted


def test_what_was_accepted_is_not_written_again() -> None:
    engine = scripted([FINE[0], CUT, FINE[1], FINE[2]], [*TITLES, "A hall at rest"])
    creatives = run(engine, (GIFT, SEASON, DETAIL))
    assert [request.key for request in engine.requests] == ["gift", "season", "detail", "season"]
    assert [(creative.angle, creative.accepted) for creative in creatives] == [
        ("gift", True),
        ("season", False),
        ("detail", True),
        ("season", True),
    ]


def test_the_advice_for_one_variant_is_not_given_to_another() -> None:
    engine = scripted([CUT, "A waterproof hall is what you get.", *FINE[:2]])
    run(engine, (GIFT, SEASON))
    again = {request.key: asked(request) for request in engine.requests[2:]}
    assert "finish it" in again["gift"] and "Leave out" not in again["gift"]
    assert "Leave out: waterproof." in again["season"] and "finish it" not in again["season"]


def test_two_variants_do_not_share_a_text_and_the_first_keeps_it() -> None:
    first, second, *_ = run(
        scripted([FINE[0], FINE[1], FINE[2]], ["A calmer hall", "A CALMER hall", "Low"]), (GIFT, SEASON)
    )
    assert first.accepted
    assert second.problems == ("the title is the same as another variant's",)


def test_a_title_the_engine_could_not_end_is_a_problem() -> None:
    (creative, *_) = run(scripted(FINE, ["A calmer hall " * 6]))
    assert "the title is cut off" in creative.problems


@pytest.mark.parametrize("seed", [0, 7])
def test_the_provenance_says_everything_that_decided_the_text(seed: int) -> None:
    engine = scripted([CUT, FINE[0]])
    creatives = run(engine, seed=seed)
    for creative, request in zip(creatives, engine.requests, strict=True):
        assert creative.product_id == "S1" and creative.format == "pin" and creative.angle == request.key
        assert creative.provenance.model == engine.name
        assert creative.provenance.model_sha256 == engine.fingerprint
        assert creative.provenance.prompt_hash == load("write").version
        assert creative.provenance.seed == request.seed
    assert len({creative.provenance.seed for creative in creatives}) == 2
    assert len({creative.provenance.seed for creative in creatives + run(scripted([CUT]), seed=seed + 1)}) > 2


def test_each_claim_is_kept_with_what_supports_it() -> None:
    (creative,) = run(scripted(["At 60 cm, oiled oak finds room."]))
    assert [(claim.text, claim.supported) for claim in creative.claims["description"]] == [
        ("60 cm", True),
        ("oak", True),
    ]
    assert creative.claims["title"] == ()


def test_the_prompt_holds_the_facts_the_brief_and_the_angle_but_not_the_availability() -> None:
    engine = scripted(FINE)
    run(engine)
    words = "\n".join(message.content for message in engine.requests[0].messages)
    for part in (PRODUCT.title, PRODUCT.description, "renters", "dry", "spring", "saves", "Welsh", GIFT.instruction):
        assert part in words
    assert "in stock" not in asked(engine.requests[0])


def test_variants_differ_only_after_the_facts_so_that_they_share_their_prompt() -> None:
    engine = scripted(FINE)
    run(engine, ANGLES[:3])
    system = {request.messages[:-1] for request in engine.requests}
    assert len(system) == 1
    beginnings = {asked(request).split("Angle:")[0] for request in engine.requests}
    assert len(beginnings) == 1 and PRODUCT.description in beginnings.pop()


def test_fields_ask_for_the_slots_of_the_format_in_their_order_below_their_limits() -> None:
    engine = scripted(FINE)
    run(engine)
    fields = engine.requests[0].fields
    assert [field.name for field in fields] == [slot.name for slot in PIN.slots]
    for field, slot in zip(fields, PIN.slots, strict=True):
        assert isinstance(field.form, Text)
        assert field.form.min_chars < field.form.max_chars <= slot.hard


def test_pieces_are_passed_on_as_they_come_before_the_judgement() -> None:
    events = list(write(BRIEF, (GIFT,), PIN, scripted(FINE)))
    assert isinstance(events[-1], Creative) and len(events) > 3
    assert all(isinstance(event, Piece) and event.key == "gift" for event in events[:-1])


def test_a_fact_of_any_length_leaves_room_for_the_others() -> None:
    engine = scripted(FINE)
    long = Brief(product=Product(id="1", title="Shelf", description="word " * 2_000, material="oiled oak"))
    list(write(long, (GIFT,), PIN, engine))
    assert len(asked(engine.requests[0])) < 2_500 and "oiled oak" in asked(engine.requests[0])
