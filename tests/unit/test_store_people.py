"""People in the store: what they allow, what is kept and for how long, and that forgetting leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.audit import Action, from_stamp, to_stamp
from store.connection import Connection
from store.consent import NOTHING_SAID, Consent, consent_row, read_consent
from store.erasing import erase, finish_erasing, look_for
from store.errors import StoreDamagedError
from store.people import People
from store.people_traces import trace_of_expired, trace_of_person
from store.records import Interest, Kind, Pin, Signal
from store.store import Store

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ANA, BO = "a" * 32, "b" * 32
SECRET = "quixotic heronwood lantern"


def search(text: str, *, days: float | None = 1, name: str = "") -> Signal:
    at = None if days is None else NOW - timedelta(days=days)
    return Signal(id=name or text, kind="search", text=text, at=at)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store", create=True) as opened:
        opened.database.put(Kind.PIN, [Pin(id="P1", title="Oak"), Pin(id="P2", title="Elm")], source="s", run="1")
        yield opened


@pytest.fixture
def people(store: Store) -> People:
    return People(store.database.connection)


def texts(people: People, person: str) -> list[str]:
    return [signal.text for signal in people.signals(person)]


def test_signals_come_back_as_they_were_without_the_text_of_what_has_a_target(people: People) -> None:
    save = Signal(
        id="1", kind="save", text="Oak", target="P1", target_kind=Kind.PIN, at=NOW, board="Hall", surface="home"
    )
    zone = datetime(2026, 4, 1, 1, 2, 3, 456789, tzinfo=UTC)
    find = Signal(id="2", kind="search", text="oak “shelf”", at=zone)
    assert people.put(ANA, [save, find], NOW) == (2, 0)
    back = people.signals(ANA)
    assert back[0] == find and back[1].text == "" and back[1].board == "Hall" and back[1].at == NOW
    assert people.signals(BO) == [] and people.count() == (1, 2)


def test_what_is_put_again_is_unchanged_and_another_with_its_id_replaces_it(people: People) -> None:
    people.put(ANA, [search("a", name="1")], NOW)
    assert people.put(ANA, [search("a", name="1")], NOW) == (0, 1)
    assert people.put(ANA, [search("b", name="1")], NOW) == (1, 0)
    assert people.put(BO, [search("a", name="1")], NOW) == (1, 0)
    assert texts(people, ANA) == ["b"]


def test_somebody_who_has_said_nothing_has_the_defaults_and_a_will_is_kept(people: People) -> None:
    assert people.consent(ANA) == NOTHING_SAID == Consent() and NOTHING_SAID.window_days == 180
    will = Consent(excluded=frozenset({Interest.HEALTH, Interest.ART}), window_days=30)
    people.set_consent(ANA, will, NOW)
    assert people.consents([ANA, BO]) == {ANA: will, BO: NOTHING_SAID}
    assert people.kept(ANA).said_at == NOW


@pytest.mark.parametrize("will", [Consent(personal=False), Consent(gpc=True), Consent(minor=True)])
def test_whoever_allows_no_profile_has_their_signals_deleted_at_once(people: People, will: Consent) -> None:
    people.put(ANA, [search("a"), search("b")], NOW)
    people.keep_profile(ANA, b"profile", NOW)
    assert people.set_consent(ANA, will, NOW) == 2
    assert people.signals(ANA) == [] and people.profile(ANA) == b"" and people.consent(ANA) == will
    assert not people.keep_profile(ANA, b"profile", NOW)


def test_a_shorter_window_deletes_what_is_older_at_once(people: People) -> None:
    people.put(ANA, [search("new", days=5), search("old", days=50)], NOW)
    assert people.set_consent(ANA, Consent(window_days=30), NOW) == 1
    assert texts(people, ANA) == ["new"]


def test_whatever_writes_signals_deletes_those_of_everybody_that_have_expired(people: People) -> None:
    people.put(ANA, [search("old", days=100), search("new", days=1)], NOW)
    people.put(ANA, [search("timeless", days=None)], NOW)
    people.set_consent(BO, Consent(window_days=400), NOW)
    people.put(BO, [search("old", days=100)], NOW)
    later = NOW + timedelta(days=90)
    people.put("c" * 32, [Signal(id="x", kind="search", text="x", at=later)], later)
    assert sorted(texts(people, ANA)) == ["new", "timeless"] and texts(people, BO) == ["old"]
    people.expire(NOW + timedelta(days=181))
    assert people.signals(ANA) == [] and not people.kept(ANA)
    assert people.count()[0] == 2


def test_whoever_has_said_something_stays_when_their_signals_have_expired(people: People) -> None:
    people.set_consent(ANA, Consent(window_days=7), NOW)
    people.put(ANA, [search("a", days=1)], NOW)
    assert people.expire(NOW + timedelta(days=8)) == 1
    assert people.consent(ANA).window_days == 7


def test_retaining_holds_for_all_from_then_on_and_never_lengthens_a_window(people: People) -> None:
    people.put(ANA, [search("new", days=5), search("old", days=50)], NOW)
    people.set_consent(BO, Consent(window_days=10), NOW)
    people.put(BO, [search("new", days=5)], NOW)
    assert [signal.text for signal in people.expiring(30, NOW)] == ["old"]
    assert people.retain(30, NOW) == 1
    assert texts(people, ANA) == ["new"] and people.longest_days() == 30
    people.put(ANA, [search("older", days=29)], NOW)
    assert people.expire(NOW + timedelta(days=2)) == 1
    assert people.retain(300, NOW) == 0
    assert people.expire(NOW + timedelta(days=6)) == 1 and texts(people, BO) == []


@pytest.mark.parametrize("change", ["remove", "replace", "expire", "consent", "target"])
def test_a_profile_goes_whenever_a_signal_goes_that_it_may_be_made_of(people: People, change: str) -> None:
    pin = Signal(id="p", kind="save", text="", target="P1", target_kind=Kind.PIN, at=NOW)
    people.put(ANA, [search("a", days=100, name="1"), pin], NOW)
    assert people.keep_profile(ANA, b"\0profile", NOW) and people.profile(ANA) == b"\0profile"
    assert people.kept(ANA).profiled_at == NOW
    people.put(ANA, [search("c", name="2")], NOW)
    assert people.profile(ANA) == b"\0profile"
    if change == "remove":
        people.remove(ANA, ["1"])
    elif change == "replace":
        people.put(ANA, [search("b", name="1")], NOW)
    elif change == "expire":
        people.expire(NOW + timedelta(days=90))
    elif change == "consent":
        people.set_consent(ANA, Consent(excluded=frozenset({Interest.ART})), NOW)
    else:
        assert people.forget_targets(Kind.PIN, ["P1"]) == 1
    assert people.profile(ANA) == b""


def test_no_profile_is_kept_of_somebody_without_signals(people: People) -> None:
    assert not people.keep_profile(ANA, b"profile", NOW)
    assert people.count() == (0, 0)


def test_forgetting_one_leaves_the_others_and_a_trail_without_names(people: People) -> None:
    people.put(ANA, [search("a"), search("b")], NOW)
    people.put(BO, [search("a")], NOW)
    assert people.forget(ANA, NOW) == 2 and people.forget(ANA, NOW) is None
    assert not people.kept(ANA) and texts(people, BO) == ["a"]
    assert people.audit.lines()[0] == (NOW, Action.FORGOTTEN, 1, 2)
    trail = people._connection.rows("SELECT * FROM privacy_audit")
    assert not any(ANA in str(row) or "a" in row for row in trail)


def test_everyone_is_walked_through_in_pages_while_signals_are_written(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.people.PAGE", 2)
    names = [f"{number:032d}" for number in range(5)]
    for name in names:
        people.put(name, [search("a")], NOW)
    people.set_consent("f" * 32, Consent(personal=False), NOW)
    seen = []
    for name in people.everyone():
        people.put(name, [search("b")], NOW)
        seen.append(name)
    assert seen == names


@given(st.datetimes(datetime(1990, 1, 1), datetime(2199, 12, 31), timezones=st.timezones()))
def test_a_time_survives_being_kept(moment: datetime) -> None:
    # In UTC, as a clock that is put back shows an hour twice, and such times equal none of another zone.
    assert from_stamp(to_stamp(moment)) == moment.astimezone(UTC)


@given(
    st.builds(
        Consent,
        personal=st.booleans(),
        gpc=st.booleans(),
        minor=st.booleans(),
        window_days=st.integers(1, 3650),
        excluded=st.sets(st.sampled_from(list(Interest))).map(frozenset),
    )
)
def test_a_will_survives_being_kept(will: Consent) -> None:
    assert read_consent(consent_row(will)) == will


def test_what_is_damaged_says_so_without_saying_whose_it_is(people: People) -> None:
    people.set_consent(ANA, NOTHING_SAID, NOW)
    people._connection.change("UPDATE people SET excluded = '[\"NOTHING\"]'")
    with pytest.raises(StoreDamagedError) as caught:
        people.consent(ANA)
    assert ANA not in str(caught.value)


def proven(store: Store, people: People, person: str, known_as: str) -> tuple[int, int]:
    """Forget a person: how many finds there are before and after."""
    trace = trace_of_person(store.database.connection, person, [known_as])
    before = sum(seen.texts for seen in look_for(trace, [store.folder]))
    people.forget(person, NOW)
    assert finish_erasing(store)
    return before, sum(seen.texts for seen in look_for(trace, [store.folder]))


def test_nothing_of_a_forgotten_person_is_in_any_byte_of_the_store(store: Store, people: People) -> None:
    people.put(ANA, [search(SECRET), search("oak shelf for a hall")], NOW)
    people.keep_profile(ANA, b"interest: " + SECRET.encode(), NOW)
    people.put(BO, [search("oak shelf for a hall", name="o"), search("elm")], NOW)
    before, after = proven(store, people, ANA, "ana@example.com")
    assert before >= 3 and after == 0
    everything = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    assert ANA.encode() not in everything and SECRET.encode() not in everything
    assert BO.encode() in everything and b"oak shelf for a hall" in everything


def test_what_others_say_too_is_not_searched_for(store: Store, people: People) -> None:
    people.put(ANA, [search(SECRET), search("oak shelf for a hall", name="1")], NOW)
    people.put(BO, [search("oak shelf for a hall", name="2")], NOW)
    trace = trace_of_person(store.database.connection, ANA, ["ana"])
    assert set(trace.texts) == {ANA.encode(), SECRET.encode()}


def test_deleting_alone_leaves_bytes_that_the_search_finds(store: Store, people: People) -> None:
    people.put(ANA, [search(SECRET)], NOW)
    trace = trace_of_person(store.database.connection, ANA)
    people.forget(ANA, NOW)
    assert sum(seen.texts for seen in look_for(trace, [store.folder])) > 0


def test_what_is_retained_no_longer_is_in_no_byte(store: Store, people: People) -> None:
    people.put(ANA, [search(SECRET, days=60), search("elm", days=1)], NOW)
    trace = trace_of_expired(store.database.connection, 30, NOW)
    assert SECRET.encode() in trace.texts
    people.retain(30, NOW)
    finish_erasing(store)
    assert sum(seen.texts for seen in look_for(trace, [store.folder])) == 0


def test_forgetting_a_record_forgets_what_people_did_to_it(store: Store, people: People) -> None:
    pins = [Signal(id=name, kind="save", text="", target=name, target_kind=Kind.PIN, at=NOW) for name in ("P1", "P2")]
    people.put(ANA, pins, NOW)
    with store.writing("forget"):
        erase(store, Kind.PIN, ["P1"])
    assert [signal.target for signal in people.signals(ANA)] == ["P2"]


def test_a_store_of_before_gets_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from store import connection as module

    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", module.MIGRATIONS[:-1])
        Connection(tmp_path / "records.sqlite3", create=True).close()
    opened = Connection(tmp_path / "records.sqlite3", create=False)
    assert People(opened).count() == (0, 0)
    opened.close()
