"""The door: what it drops, that it counts each signal once, and that it describes none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.privacy.admit import Reason, admit
from assistant.privacy.consent import NOTHING_SAID, Consent, require_window, stated
from store.records import Interest, Signal

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TEXTS = ("oak shelf", "linen curtain", "chemo hats", "prayer mat", "insulin pen pouch", "yoga mat", "cork board")


def search(text: str, *, days: float | None = 1, name: str = "s", board: str = "") -> Signal:
    at = None if days is None else NOW - timedelta(days=days)
    return Signal(id=name, kind="search", text=text, at=at, board=board)


def reasons(*signals: Signal, consent: Consent = NOTHING_SAID) -> dict[Reason, int]:
    return dict(admit(signals, consent, NOW).dropped)


@pytest.mark.parametrize(
    ("consent", "reason"),
    [
        (Consent(personal=False), Reason.OFF),
        (Consent(gpc=True), Reason.GPC),
        (Consent(minor=True), Reason.MINOR),
        (Consent(personal=False, gpc=True, minor=True), Reason.OFF),
    ],
)
def test_whoever_allows_no_profile_has_nothing_let_through(consent: Consent, reason: Reason) -> None:
    found = admit([search("oak"), search("chemo hats")], consent, NOW)
    assert found.signals == () and dict(found.dropped) == {reason: 2}


def test_the_window_is_of_the_person_and_the_future_is_none() -> None:
    consent = Consent(window_days=30)
    assert reasons(search("a", days=31), search("b", days=29), search("c", days=None), consent=consent) == {
        Reason.OLD: 1
    }
    assert reasons(search("a", days=-1)) == {Reason.FUTURE: 1}
    assert reasons(search("a", days=-0.001)) == {}
    assert reasons(search("a", days=181), search("a", days=179)) == {Reason.OLD: 1}


def test_an_interest_that_is_left_out_stays_out_and_is_asked_for_only_then() -> None:
    asked: list[str] = []

    def topic_of(signal: Signal) -> Interest | None:
        asked.append(signal.text)
        return Interest.GARDENING if "pot" in signal.text else None

    signals = [search("clay pot"), search("oak shelf")]
    assert admit(signals, NOTHING_SAID, NOW, topic_of).signals == tuple(signals) and asked == []
    found = admit(signals, Consent(excluded=frozenset({Interest.GARDENING})), NOW, topic_of)
    assert found.signals == (signals[1],) and dict(found.dropped) == {Reason.EXCLUDED: 1}


def test_a_sensitive_signal_is_dropped_and_nothing_of_it_is_told() -> None:
    found = admit([search("chemo hats"), search("oak shelf")], NOTHING_SAID, NOW)
    assert [signal.text for signal in found.signals] == ["oak shelf"]
    assert dict(found.dropped) == {Reason.SENSITIVE: 1}
    assert "chemo" not in repr(found) and "illness" not in repr(found)


def test_a_board_says_it_as_well() -> None:
    assert reasons(search("soft hats", board="my chemo journey")) == {Reason.SENSITIVE: 1}


def test_signs_of_a_minor_close_the_door_for_the_whole_history_even_when_old() -> None:
    assert reasons(search("my 10th grade homework", days=300), search("oak shelf")) == {Reason.MINOR: 2}


@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.one_of(st.none(), st.integers(-400, 400))), max_size=30),
    st.builds(
        Consent,
        personal=st.booleans(),
        gpc=st.booleans(),
        minor=st.booleans(),
        window_days=st.integers(1, 400),
        excluded=st.sets(st.sampled_from(list(Interest)), max_size=3).map(frozenset),
    ),
)
def test_every_signal_is_let_through_or_counted_once(rows: list[tuple[str, int | None]], consent: Consent) -> None:
    signals = [search(text, days=days, name=f"s{number}") for number, (text, days) in enumerate(rows)]
    found = admit(signals, consent, NOW, lambda _: Interest.HEALTH)
    assert len(found.signals) + found.dropped_in_all == len(signals)
    assert all(count > 0 for count in found.dropped.values())
    assert [signal for signal in signals if signal in found.signals] == list(found.signals)
    assert not found.signals or (consent.profiled and Interest.HEALTH not in consent.excluded)
    again = admit(found.signals, consent, NOW, lambda _: Interest.HEALTH)
    assert again.signals == found.signals and not again.dropped


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, NOTHING_SAID),
        ({"gpc": "1"}, Consent(gpc=True)),
        ({"gpc": "true"}, Consent(gpc=True)),
        ({"gpc": "0"}, NOTHING_SAID),
        ({"consent": "no"}, Consent(personal=False)),
        ({"consent": "granted"}, NOTHING_SAID),
        ({"consent": "perhaps"}, Consent(personal=False)),
        ({"age": "17"}, Consent(minor=True)),
        ({"age": "18"}, NOTHING_SAID),
        *(({"age": age}, NOTHING_SAID) for age in ("18.0", "34.5", "18-24", "65+", "40 years")),
        *(({"age": age}, Consent(minor=True)) for age in ("12.0", "17.9", "13-17", "under 18", "-4", "old", "2012")),
    ],
)
def test_what_a_row_says_of_its_person_can_only_take_away(cells: dict[str, str], expected: Consent) -> None:
    assert stated(cells) == expected
    refused = Consent(personal=False, gpc=True, minor=True)
    assert stated(cells, refused) == refused


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_what_is_no_window_is_refused(days: int) -> None:
    with pytest.raises(UsageError, match="window"):
        require_window(days)
    assert replace(NOTHING_SAID, window_days=require_window(1)).window_days == 1
