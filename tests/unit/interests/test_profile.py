"""The profile: few interests, each signal in one place, weights that sum to one, and hides that only take away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.embedding.hashing import HashingEmbedder
from assistant.embedding.topics import InterestGuesser
from assistant.intent.interests.profile import MOST_INTERESTS, Profile, build_profile
from store.records import Interest, Signal

from .conftest import NOW, Made, signal, vector

Make = Callable[..., Made]
KINDS = ("save", "closeup", "click", "search", "hide", "purchase")


def members(profile: Profile) -> list[set[str]]:
    return [set(interest.members) for interest in profile.interests]


def rows(subject: int, count: int, days: float = 1.0, kind: str = "save") -> list[tuple[int, str, float | None]]:
    return [(subject, kind, days + number * 0.01) for number in range(count)]


def test_nothing_has_no_interests_and_one_signal_has_one() -> None:
    nothing = build_profile([], np.zeros((0, 16), dtype=np.float32), NOW)
    assert nothing == Profile(interests=(), apart=(), signals=0, at=NOW)
    (only,) = build_profile([signal(1, 0)], vector(1, 0)[None], NOW).interests
    assert (only.key, only.members, only.medoids, only.weight) == ("i1", ("1-0",), ("1-0",), 1.0)
    assert only.trend == "unknown" and only.last is None and only.topics == ()


@pytest.mark.parametrize("subjects", [1, 2, 3, 6])
def test_the_number_of_interests_is_found(made: Make, subjects: int) -> None:
    profile = build_profile(*made(*[row for subject in range(subjects) for row in rows(subject, 5)]), NOW)
    assert len(profile.interests) == subjects and profile.apart == ()
    assert all(len({name[0] for name in group}) == 1 for group in members(profile))


def test_an_unrelated_signal_stays_apart(made: Make) -> None:
    profile = build_profile(*made(*rows(0, 6), *rows(1, 6), (4, "save", 1.0)), NOW)
    assert profile.apart == ("4-12",) and len(profile.interests) == 2


def test_a_lone_purchase_in_a_short_history_is_an_interest(made: Make) -> None:
    assert len(build_profile(*made(*rows(0, 4, kind="closeup"), (4, "purchase", 1.0)), NOW).interests) == 2


def test_a_recent_interest_weighs_more_than_an_old_one_and_comes_first(made: Make) -> None:
    new, old = build_profile(*made(*rows(0, 5, days=90), *rows(1, 5, days=0)), NOW).interests
    assert new.members[0].startswith("1") and new.key == "i1" and new.weight == pytest.approx(0.8, abs=0.01)
    assert new.freshness == pytest.approx(1.0) and old.freshness == pytest.approx(0.25)
    assert old.last == NOW - timedelta(days=90)


def test_purchases_weigh_more_than_looks(made: Make) -> None:
    bought, _ = build_profile(*made(*rows(0, 4, kind="closeup"), *rows(1, 4, kind="purchase")), NOW).interests
    assert bought.members[0].startswith("1") and bought.weight == pytest.approx(0.8, abs=0.01)


def test_a_hide_takes_weight_off_the_interest_that_it_is_about(made: Make) -> None:
    before = build_profile(*made(*rows(0, 5), *rows(1, 5)), NOW)
    after = build_profile(*made(*rows(0, 5), *rows(1, 5), (1, "hide", 0.5)), NOW)
    assert [interest.against for interest in after.interests] == [(), ("1-10",)]
    assert after.interests[1].weight < 0.5 == pytest.approx(before.interests[1].weight, abs=0.01)


def test_an_interest_that_is_hidden_away_is_gone(made: Make) -> None:
    profile = build_profile(*made(*rows(0, 5), *rows(1, 2), *rows(1, 2, kind="hide")), NOW)
    assert members(profile) == [{f"0-{number}" for number in range(5)}]
    assert set(profile.apart) == {"1-5", "1-6", "1-7", "1-8"}


def test_a_hide_of_what_nobody_likes_is_against_nothing(made: Make) -> None:
    profile = build_profile(*made(*rows(0, 5), (3, "hide", 1.0)), NOW)
    assert profile.apart == ("3-5",) and profile.interests[0].against == ()


def test_what_was_saved_and_then_hidden_is_no_evidence(made: Make) -> None:
    signals, vectors = made(*rows(0, 5), (0, "hide", 0.2))
    signals[5] = replace(signals[5], target=signals[0].target)
    (interest,) = build_profile(signals, vectors, NOW).interests
    assert "0-0" not in interest.members and interest.against == ("0-5",)


def test_members_are_in_the_order_of_time_and_medoids_are_members(made: Make) -> None:
    (interest,) = build_profile(
        *made(*[(0, "save", float(days)) for days in (3, 9, 1, 7, 5, 2, 8, 4, 6, 10)]), NOW
    ).interests
    assert list(interest.members) == [f"0-{n}" for n in (9, 1, 6, 3, 8, 4, 7, 0, 5, 2)]
    assert len(interest.medoids) == 3 == len(set(interest.medoids)) and set(interest.medoids) <= set(interest.members)
    assert np.linalg.norm(interest.vector) == pytest.approx(1.0, abs=1e-5)


def test_a_pin_is_shown_before_a_search(made: Make) -> None:
    signals, vectors = made(*rows(0, 3))
    signals[:2] = [replace(found, kind="search", target="") for found in signals[:2]]
    (interest,) = build_profile(signals, vectors, NOW).interests
    assert interest.medoids == ("0-2",)


def test_the_label_is_in_the_words_of_the_signals(made: Make) -> None:
    labels = [interest.label for interest in build_profile(*made(*rows(0, 4), *rows(1, 4)), NOW).interests]
    assert ["lighthouse" in label for label in labels] == [False, True] or [
        "lighthouse" in label for label in labels
    ] == [
        True,
        False,
    ]


def test_one_sitting_of_everything_does_not_make_one_interest(made: Make) -> None:
    profile = build_profile(*made(*[(number % 3, "save", 1.0) for number in range(18)]), NOW)
    assert len(profile.interests) == 3


def test_there_are_never_more_interests_than_a_reader_can_take() -> None:
    count = MOST_INTERESTS + 5
    vectors = np.eye(count, dtype=np.float32)[np.repeat(np.arange(count), 3)]
    signals = [Signal(id=f"s{n}", kind="save", text=f"word{n // 3} again") for n in range(3 * count)]
    profile = build_profile(signals, vectors, NOW)
    assert len(profile.interests) == MOST_INTERESTS and len(profile.apart) == 15
    assert sum(interest.weight for interest in profile.interests) == pytest.approx(1.0)


def test_topics_are_named_where_a_guesser_is_given() -> None:
    embedder = HashingEmbedder(1024)
    texts = ["wedding invitations and bouquets", "weddings and brides", "wedding bouquets and brides"]
    signals = [Signal(id=str(number), kind="save", text=text) for number, text in enumerate(texts)]
    (interest,) = build_profile(signals, embedder.embed(texts), NOW, InterestGuesser(embedder)).interests
    assert interest.topics[0] is Interest.WEDDING


def drawn(found: Sequence[tuple[int, int, int]]) -> Made:
    """Signals of (subject, kind, hours ago)."""
    signals = [
        signal(subject, number, kind=KINDS[kind], days=hours / 24)
        for number, (subject, kind, hours) in enumerate(found)
    ]
    vectors = [vector(subject, number) for number, (subject, _, _) in enumerate(found)]
    return signals, np.array(vectors, dtype=np.float32).reshape(len(found), 16)


histories = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 900)), max_size=24)


@settings(max_examples=60, deadline=None)
@given(histories)
def test_every_signal_is_in_one_place_and_a_hide_never_a_member(found: list[tuple[int, int, int]]) -> None:
    signals, vectors = drawn(found)
    profile = build_profile(signals, vectors, NOW)
    placed = [name for interest in profile.interests for name in (*interest.members, *interest.against)]
    assert sorted([*placed, *profile.apart]) == sorted(signal.id for signal in signals)
    hidden = {signal.id for signal in signals if signal.kind == "hide"}
    for interest in profile.interests:
        assert not hidden & {*interest.members, *interest.medoids} and set(interest.against) <= hidden
        assert interest.members and set(interest.medoids) <= set(interest.members)
        assert 0 < interest.weight <= 1 + 1e-9 and 0 <= interest.freshness <= 1
    weights = [interest.weight for interest in profile.interests]
    assert weights == sorted(weights, reverse=True)
    assert not weights or sum(weights) == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(histories, st.randoms(use_true_random=False))
def test_the_order_in_which_signals_with_times_are_given_does_not_matter(
    found: list[tuple[int, int, int]], random: object
) -> None:
    signals, vectors = drawn(found)
    order = list(range(len(signals)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = build_profile([signals[row] for row in order], vectors[order], NOW)
    straight = build_profile(signals, vectors, NOW)
    assert [interest.members for interest in shuffled.interests] == [
        interest.members for interest in straight.interests
    ]
    assert shuffled.apart == straight.apart
