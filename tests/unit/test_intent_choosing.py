"""Choosing: the option that fits all of the evidence wins over one that fits a part, anything, or something else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.embedding.hashing import HashingEmbedder
from assistant.errors import EngineError, InputError
from assistant.intent.choosing import ground
from assistant.intent.choosing.asking import SHOWN_CHARS, SHOWN_PIECES, ask
from assistant.intent.choosing.choose import CLEAR, MOST_ASKED, OF_WRITER, Choice, choose
from assistant.intent.choosing.measures import meaning, wording
from assistant.llm.engine import Engine, Likelihoods, Question, Usage
from assistant.llm.scripted import ScriptedEngine

EMBEDDER = HashingEmbedder(512)
EVIDENCE = ("Canvas tent for two", "Sleeping bag for a canvas tent")
CAMPING, LAMPS, ANYTHING = "sleeping in a canvas tent", "reading by a brass lamp", "good value"


class Sure(ScriptedEngine):
    """Is as sure of an option as it is told, and keeps what it was asked."""

    def __init__(self, sureness: dict[str, float], error: str = "", anywhere: float = 0.0) -> None:
        super().__init__()
        self.asked: list[Question] = []
        self._anywhere = anywhere
        self._sureness, self._error = sureness, error

    def score(self, questions: Sequence[Question]) -> dict[str, Likelihoods]:
        self.asked += questions
        return {question.key: self._weighed(question) for question in questions}

    def _weighed(self, question: Question) -> Likelihoods:
        if self._error:
            return Likelihoods(question.key, (), (), error=self._error)
        last = question.messages[-1].content
        yes = next((value for text, value in self._sureness.items() if text in last), 0.0)
        known = any(text in last for text in EVIDENCE)
        return Likelihoods(question.key, (yes if known else self._anywhere, 0.0), (1, 1), Usage(evaluated=10))


class Silent(ScriptedEngine):
    can_score = False

    def score(self, questions: Sequence[Question]) -> dict[str, Likelihoods]:
        return Engine.score(self, questions)


def chosen(*options: str, engine: Engine | None = None, evidence: Sequence[str] = EVIDENCE) -> Choice:
    return choose(evidence, options, EMBEDDER, engine)


@pytest.mark.parametrize("order", [(CAMPING, LAMPS, ANYTHING), (ANYTHING, LAMPS, CAMPING), (LAMPS, CAMPING, ANYTHING)])
def test_what_fits_the_evidence_is_chosen_wherever_it_stands(order: tuple[str, ...]) -> None:
    found = chosen(*order)
    assert order[found.best] == CAMPING == order[found.ranking[0]]
    assert found.margin > 0


def test_an_option_that_fits_all_evidence_wins_over_one_that_repeats_a_part() -> None:
    evidence = ("oak wall shelf", "linen curtain")
    found = choose(evidence, ["oak wall shelf", "oak shelf with linen curtain"], EMBEDDER)
    assert found.best == 1


def test_what_speaks_of_other_things_lies_behind_what_fits_anything() -> None:
    """Both lie equally far from the evidence; one of them lies near to something else that people buy."""
    other = ground.names()[0]
    found = meaning(EVIDENCE, [other, "quite splendid"], EMBEDDER, ground.ground_of(EMBEDDER))
    cosines = EMBEDDER.embed([other, "quite splendid"]) @ EMBEDDER.embed(EVIDENCE).T
    assert abs(cosines.mean(axis=1)[0] - cosines.mean(axis=1)[1]) < 0.1
    assert found[0] < found[1] - 1


def test_the_scores_are_the_sums_of_their_parts() -> None:
    engine = Sure({CAMPING: 0.4, ANYTHING: -0.2})
    found = choose(EVIDENCE, [CAMPING, CAMPING + " ", LAMPS], EMBEDDER, engine)
    assert set(found.parts) == {"meaning", "words", "writer"}
    assert np.allclose(found.scores, np.sum(list(found.parts.values()), axis=0))
    first, second = sorted(found.scores)[:-3:-1]
    assert found.margin == pytest.approx(first - second)


def test_a_shared_rare_word_weighs_more_than_a_shared_common_one_and_stop_words_nothing() -> None:
    evidence = ["the Zorblax kettle set"]
    rare, common, stop = wording(evidence, ["Zorblax mug", "set of mugs", "the mug"])
    assert rare > common > stop == 0.0


def test_bare_numbers_and_lone_letters_say_nothing() -> None:
    assert wording(["6 ft, size M"], ["6 M 6"]).tolist() == [0.0]


CLOSE = ("sleeping in a canvas tent", "a canvas tent for sleeping")


def test_where_it_is_clear_the_writer_is_not_asked() -> None:
    engine = Sure({LAMPS: 99.0})
    found = chosen(CAMPING, LAMPS, engine=engine)
    assert found.margin > CLEAR
    assert (found.best, found.asked, engine.asked) == (0, 0, [])
    assert "writer" not in found.parts


def test_where_it_is_not_clear_the_writer_decides_between_those_that_may_win() -> None:
    before = chosen(*CLOSE, LAMPS)
    loser = before.ranking[1]
    engine = Sure({f"Reason: {CLOSE[loser]}": 9.0, LAMPS: 99.0})
    found = chosen(*CLOSE, LAMPS, engine=engine)
    assert before.best != found.best == loser
    assert (found.asked, len(engine.asked), found.usage) == (2, 4, Usage(evaluated=40))
    assert found.parts["writer"][loser] == OF_WRITER * 9.0
    assert found.parts["writer"][2] == min(found.parts["writer"])


def test_no_more_than_so_many_options_are_asked_about() -> None:
    engine = Sure({})
    found = chosen(*[CAMPING] * (MOST_ASKED + 5), engine=engine)
    assert found.asked == MOST_ASKED and len(engine.asked) == 2 * MOST_ASKED


def test_a_writer_that_cannot_score_is_left_alone_and_one_that_fails_says_why() -> None:
    assert chosen(*CLOSE, engine=Silent()) == chosen(*CLOSE)
    with pytest.raises(EngineError, match="too long for it"):
        chosen(*CLOSE, engine=Sure({}, error="too long for it"))


def test_the_writer_is_shown_the_beginnings_of_texts_and_no_more_than_a_few() -> None:
    engine = Sure({})
    ask(["word " * 500] * 40, ["because\nof " + "x" * 5000], engine)
    content = engine.asked[0].messages[-1].content
    assert len(content) < (SHOWN_PIECES + 1) * (SHOWN_CHARS + 8) + 20
    assert "because" not in content and content.count("\n") == 1


def test_what_stands_before_the_option_is_the_same_for_all_so_that_it_is_evaluated_once() -> None:
    engine = Sure({})
    ask(EVIDENCE, [CAMPING, LAMPS], engine)
    contents = [question.messages[-1].content for question in engine.asked]
    begins = [content.partition("Reason:")[0] for content in contents]
    assert begins[0] == begins[1] != begins[2] == begins[3]
    assert engine.asked[0].messages[:-1] == engine.asked[1].messages[:-1]


def test_what_the_writer_would_say_of_any_evidence_is_taken_off_by_half() -> None:
    sure, _ = ask(EVIDENCE, [CAMPING, LAMPS], Sure({CAMPING: 3.0, LAMPS: 2.0}, anywhere=1.0))
    assert sure.tolist() == [2.5, 1.5]


@pytest.mark.parametrize(("evidence", "options"), [([], ["a"]), (["  "], ["a"]), (["a"], []), (["a"], ["", " "])])
def test_without_evidence_or_options_it_is_said(evidence: list[str], options: list[str]) -> None:
    with pytest.raises(InputError, match="There is no") as caught:
        choose(evidence, options, EMBEDDER)
    assert caught.value.hint


def test_one_option_is_chosen_by_any_margin() -> None:
    engine = Sure({})
    found = chosen(LAMPS, engine=engine)
    assert (found.best, found.margin, engine.asked) == (0, math.inf, [])


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.text(min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=5),
    st.lists(st.text(max_size=60), min_size=1, max_size=6).filter(lambda options: any(map(str.strip, options))),
)
def test_any_texts_are_ranked(evidence: list[str], options: list[str]) -> None:
    found = choose(evidence, options, EMBEDDER, ScriptedEngine())
    assert sorted(found.ranking) == list(range(len(options)))
    assert found.best == found.ranking[0] and found.margin >= 0
    assert all(map(math.isfinite, found.scores))


def test_the_ground_is_broad_has_no_name_twice_and_is_embedded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ground.names()
    assert len(names) > 800 and len({name.casefold() for name in names}) == len(names)
    assert all(name == name.strip() and 2 < len(name) < 80 for name in names)
    monkeypatch.setattr(ground, "_known", {})
    embedder = HashingEmbedder(64)
    first = ground.ground_of(embedder)
    monkeypatch.setattr(embedder, "embed", lambda *_, **__: pytest.fail("embedded again"))
    assert ground.ground_of(embedder) is first and first.shape == (len(names), 64)


def test_only_the_grounds_of_a_few_embedders_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "_known", {})
    for dimension in range(8, 8 + 2 * ground.MOST_KNOWN):
        ground.ground_of(HashingEmbedder(dimension))
    assert len(ground._known) == ground.MOST_KNOWN


def test_the_ground_is_shipped() -> None:
    assert Path(ground.FILE).is_file()
