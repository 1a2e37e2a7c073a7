"""The rule of an auction: read whole, or refused with the file and the key that is wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.matching.marketplace.rule import BOUNDS, Pacing, Pricing, Rule, read_rule, rule_as_toml


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def test_what_a_file_leaves_out_is_as_usual(place: Path) -> None:
    place.write_text('pricing = "first"\nreserve = 2.10\nrelevance_weight = 2\n')
    expected = replace(Rule(), pricing=Pricing.FIRST, reserve=Decimal("2.10"), relevance_weight=Decimal(2))
    assert read_rule(place) == expected
    place.write_text("")
    assert read_rule(place) == Rule()


@given(st.decimals(0, 1000, places=4), st.sampled_from(list(Pacing)), st.sampled_from(["USD", "EUR", "JPY"]))
def test_a_printed_rule_reads_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, reserve: Decimal, pacing: Pacing, currency: str
) -> None:
    rule = Rule(reserve=reserve, pacing=pacing, currency=currency)
    place = tmp_path_factory.mktemp("rules") / "r.toml"
    place.write_text(rule_as_toml(rule))
    assert read_rule(place) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reserv = 1", "'reserv'; did you mean reserve"),
        ("zzz = 1", "'zzz'; there are currency"),
        ("reserve = -1", "reserve has to be a number from 0 to 1,000,000, not -1"),
        ("reserve = nan", "reserve has to be a number"),
        ("reserve = inf", "reserve has to be a number"),
        ("reserve = 1e400", "reserve has to be a number"),
        ("relevance_floor = 1.5", "relevance_floor has to be a number from 0 to 1, not 1.5"),
        ("squashing = true", "squashing has to be a number"),
        ('squashing = "1"', "squashing has to be a number"),
        ('pricing = "third"', "pricing has to be second or first, not 'third'"),
        ("pricing = 2", "pricing has to be second or first, not 2"),
        ('currency = "dollars"', "currency has to be an ISO 4217 code"),
        ("currency = []", "currency has to be an ISO 4217 code"),
        ("[rule]\nreserve = 1", "'rule'"),
        ("reserve = ", "is no TOML file"),
        ("x = " + "[" * 5_000, "is no TOML file"),
        ("# " + "x" * 200_000, "too long"),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_the_key(place: Path, text: str, said: str) -> None:
    place.write_text(text)
    with pytest.raises(InputError) as caught:
        read_rule(place)
    assert str(place) in str(caught.value) and said in str(caught.value)
    assert "auction rule" in caught.value.hint and len(str(caught.value)) < 500


def test_a_file_that_cannot_be_read_is_named(place: Path, tmp_path: Path) -> None:
    for path in (place, tmp_path):
        with pytest.raises(InputError, match=str(path)):
            read_rule(path)
    place.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=str(place)):
        read_rule(place)


def test_every_number_has_bounds() -> None:
    numbers = {name for name in Rule.__dataclass_fields__ if isinstance(getattr(Rule(), name), Decimal)}
    assert numbers == set(BOUNDS)
