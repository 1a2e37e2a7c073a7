"""Pseudonyms: made with a key of the home folder, the same again and again, and nothing of the id in them."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.privacy.pseudonyms import KEY_NAME, Pseudonyms, kind_of_contact, masked

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)


@pytest.fixture(scope="module")
def pseudonyms(tmp_path_factory: pytest.TempPathFactory) -> Pseudonyms:
    return Pseudonyms(tmp_path_factory.mktemp("home"))


@given(IDS)
def test_a_pseudonym_is_neither_the_id_nor_has_it_in_it(pseudonyms: Pseudonyms, person: str) -> None:
    found = pseudonyms.of(person)
    assert len(found) == 32 and set(found) <= set(string.hexdigits.lower())
    assert person.strip().casefold() not in found


@given(st.sampled_from(string.hexdigits))
def test_even_an_id_of_one_digit_is_not_in_its_pseudonym(pseudonyms: Pseudonyms, person: str) -> None:
    assert person.lower() not in pseudonyms.of(person)


@given(st.lists(IDS, min_size=2, max_size=20, unique_by=lambda text: text.strip().casefold()))
@settings(max_examples=50)
def test_two_people_have_two_pseudonyms(pseudonyms: Pseudonyms, people: list[str]) -> None:
    from assistant.privacy.pseudonyms import _cleaned

    assert len({pseudonyms.of(person) for person in people}) == len({_cleaned(person) for person in people})


def test_one_id_has_one_pseudonym_in_every_process_and_another_in_every_home(tmp_path: Path) -> None:
    first = Pseudonyms(tmp_path / "a").of("ana")
    assert Pseudonyms(tmp_path / "a").of(" ana ") == first
    assert Pseudonyms(tmp_path / "b").of("ana") != first


def test_the_key_is_made_once_and_its_owner_alone_can_read_it(tmp_path: Path) -> None:
    Pseudonyms(tmp_path).of("ana")
    key = tmp_path / KEY_NAME
    before = key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600 and [*tmp_path.iterdir()] == [key]
    key.chmod(0o644)
    Pseudonyms(tmp_path).of("bo")
    assert key.read_bytes() == before and key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"zz" * 32, b"\xff" * 64, b"ab" * 31])
def test_a_damaged_key_is_told_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_NAME).write_bytes(content)
    with pytest.raises(UsageError, match="damaged"):
        Pseudonyms(tmp_path).of("ana")
    assert (tmp_path / KEY_NAME).read_bytes() == content


@pytest.mark.parametrize("person", ["", "  \t", "x" * 1001])
def test_what_is_no_id_is_refused_without_being_repeated(tmp_path: Path, person: str) -> None:
    with pytest.raises(UsageError) as caught:
        Pseudonyms(tmp_path).of(person)
    assert not person.strip() or person not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("Ana@Example.com", "ana@example.COM"),
        ("+49 (151) 234-56789", "+4915123456789"),
        ("0049 151 23456789", "+4915123456789"),
        ("e\u0301lan", "élan"),
    ],
)
def test_spellings_of_one_address_or_number_are_one_person(tmp_path: Path, one: str, same: str) -> None:
    assert Pseudonyms(tmp_path).of(one) == Pseudonyms(tmp_path).of(same)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ana@example.com", "an e-mail address"),
        ("mail ana.b+c@mail.example.org now", "an e-mail address"),
        ("+4915123456789", "a phone number"),
        ("555 123 4567", "a phone number"),
        ("(030) 1234567", "a phone number"),
        ("0151-2345678", "a phone number"),
        ("u-123", ""),
        ("1234567890", ""),
        ("2026-04-01", ""),
        ("2026-04-01T09:00:00Z", ""),
        ("person@", ""),
        ("12 345", ""),
    ],
)
def test_what_reaches_a_person_is_known_and_masked(text: str, kind: str) -> None:
    assert kind_of_contact(text) == kind
    assert (masked(text) == text) is (kind == "")
