"""`pinwright campaigns`, and what `match` leaves out for it, as somebody uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

CAMPAIGNS = """\
id,name,status,daily_budget,spent_today,countries,excluded_words,frequency_cap,min_age,interests,starts
glow,Evening light,active,20 EUR,5,,graveyard,2,,,
night,Night light,paused,,,,,,,,
youth,Old enough,active,,,,,,21,,
north,The north,active,,,CA;US,,,,,
later,Some day,active,,,,,,,,2090-01-01
green,Gardeners,active,,,,,,,gardening,
broke,Broke,active,5,5,,,,,,
"""
ADS = """\
id,title,advertiser,campaign,product_type
lamp-glow,Oak lamp with linen shade,Lumen,Evening light,Lamps
lamp-night,Oak lamp with paper shade,Umbra,night,Lamps
lamp-youth,Oak lamp with silk shade,Cru,youth,Lamps
lamp-north,Oak lamp with wool shade,Boreal,north,Lamps
lamp-later,Oak lamp with glass shade,Vitrum,later,Lamps
lamp-green,Oak lamp with fern shade,Fernlight,green,Lamps
lamp-broke,Oak lamp with cork shade,Quercus,broke,Lamps
lamp-alone,Oak lamp with jute shade,Jutland,,Lamps
lamp-lost,Oak lamp with felt shade,Feltre,nowhere,Lamps
"""


@pytest.fixture
def campaigns(files: Path) -> Path:
    path = files / "campaigns.csv"
    path.write_text(CAMPAIGNS, encoding="utf-8")
    return path


@pytest.fixture
def running(run: Run, files: Path, campaigns: Path) -> Run:
    """The ads and their campaigns, brought in."""
    (files / "ads.csv").write_text(ADS, encoding="utf-8")
    assert run("index", str(files / "ads.csv"), "--as", "ads").code == 0
    assert run("index", str(files / "pins.jsonl"), "--as", "pins").code == 0
    assert run("campaigns", "import", str(campaigns)).code == 0
    return run


def found(running: Run, *options: str) -> set[str]:
    ended = running("match", "oak lamp", "--json", *options)
    assert ended.code == 0, ended.err
    return {match["id"].removeprefix("lamp-") for match in ended.json["matches"]}


def left_out(running: Run, *options: str) -> dict[str, int]:
    counts: dict[str, int] = running("match", "oak lamp", "--json", *options).json["left_out"]
    return counts


def test_campaigns_are_imported_once_and_listed(run: Run, campaigns: Path) -> None:
    first, again = (run("campaigns", "import", str(campaigns), "--json") for _ in range(2))
    assert first.code == again.code == 0
    assert {name: first.json[name] for name in ("added", "changed", "unchanged", "rejected")} == {
        "added": 7, "changed": 0, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    assert again.json["unchanged"] == 7 and again.json["rejects_file"] is None
    listed = run("campaigns", "list", "--json").json["campaigns"]
    assert [campaign["id"] for campaign in listed] == ["broke", "glow", "green", "later", "night", "north", "youth"]
    assert listed[1]["daily_budget"] == "20" and listed[1]["currency"] == "EUR"


@pytest.mark.parametrize("columns", [80, 40])
def test_the_list_keeps_to_the_width(running: Run, columns: int) -> None:
    for command in (("list",), ("show", "glow")):
        ended = running("campaigns", *command, columns=columns)
        assert ended.code == 0 and "Evening light" in ended.out
        assert max(map(len, ended.out.splitlines())) <= columns
    assert "15 EUR" in running("campaigns", "list").out


def test_rows_that_are_none_are_kept_apart_and_the_others_taken(run: Run, files: Path) -> None:
    path = files / "mixed.csv"
    path.write_text("id,bid,ends\na,1,\nb,much,\n,2,\na,3,\nc,4,never\n\x1b[31md,5,\n=1+1,6,\n", encoding="utf-8")
    ended = run("campaigns", "import", str(path))
    assert ended.code == 1 and "3 campaigns. 3 new" in ended.err and "4 of the rows were rejected" in ended.err
    assert "line 3: bid 'much' is not an amount" in ended.err and "\x1b" not in ended.err
    rejects = [json.loads(line) for line in (files / "home/rejects/mixed.csv.jsonl").read_text().splitlines()]
    assert [row["line"] for row in rejects] == [3, 4, 5, 6]
    assert [campaign["id"] for campaign in run("campaigns", "list", "--json").json["campaigns"]] == ["=1+1", "a", "d"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("title,price\nx,1\n", "no column for the id of a campaign; its columns are: title, price"),
        ("\x00\x01\x02" * 100, "binary"),
        ('{"id": ', "0 campaigns"),
    ],
)
def test_a_file_that_is_none_is_answered_by_a_sentence(run: Run, files: Path, text: str, message: str) -> None:
    path = files / "odd.csv"
    path.write_text(text, encoding="utf-8")
    ended = run("campaigns", "import", str(path))
    assert ended.code in (1, 2) and message in ended.err and "Traceback" not in ended.err


def test_the_file_itself_is_not_written_over_by_its_rejects(run: Run, campaigns: Path) -> None:
    ended = run("campaigns", "import", str(campaigns), "--rejects", str(campaigns))
    assert ended.code == 2 and "the file of campaigns itself" in ended.err
    assert campaigns.read_text() == CAMPAIGNS


def test_campaigns_may_be_json_lines(run: Run, files: Path) -> None:
    path = files / "c.jsonl"
    row = {"id": "j", "bid": 0.4, "countries": ["US", "DE"], "interests": ["HOME_DECOR"], "frequency_cap": 3}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert run("campaigns", "import", str(path)).code == 0
    (shown,) = run("campaigns", "list", "--json").json["campaigns"]
    assert (shown["bid"], shown["countries"], shown["interests"]) == ("0.4", ["US", "DE"], ["HOME_DECOR"])


def test_an_unknown_campaign_is_told_with_its_neighbours(running: Run) -> None:
    for command in ("show", "pause", "resume"):
        ended = running("campaigns", command, "nigth")
        assert ended.code == 2 and "no campaign with the id nigth" in ended.err and "night" in ended.err


def test_nothing_is_listed_where_there_is_no_store(run: Run) -> None:
    assert run("campaigns", "list").code == 3


def test_only_what_is_open_is_matched_and_the_rest_is_counted(running: Run) -> None:
    assert found(running) == {"glow", "north", "green", "alone", "lost"}
    assert left_out(running) == {"status": 1, "age": 1, "schedule": 1, "daily budget": 1}
    assert "4 ads were left out:" in running("match", "oak lamp").err
    assert len(found(running, "--no-gates")) == 9 and not left_out(running, "--no-gates")


def test_resuming_opens_and_pausing_closes(running: Run) -> None:
    assert running("campaigns", "resume", "night", "--json").json["status"] == "active"
    assert running("campaigns", "pause", "glow").code == 0
    assert "night" in found(running) and "glow" not in found(running)
    assert "already paused" in running("campaigns", "pause", "glow").err


def test_the_occasion_opens_and_closes(running: Run) -> None:
    assert "youth" in found(running, "--age", "30")
    assert "later" in found(running, "--at", "2090-01-01T00:00Z")
    assert "broke" in found(running, "--at", "2090-01-01T00:00Z")
    assert "north" not in found(running, "--country", "de") and "north" in found(running, "--country", "ca")
    assert "glow" in found(running, "--seen", "lamp-glow=1")
    assert "glow" not in found(running, "--seen", "lamp-glow=1", "--seen", "lamp-glow=1")
    assert "green" not in found(running, "--interested-in", "art")
    assert "green" in found(running, "--interested-in", "gardening")
    refused = found(running, "--interested-in", "art", "--no-personalisation")
    assert refused == found(running, "--no-personalisation")


def test_brand_safety_looks_at_the_query(running: Run) -> None:
    ended = running("match", "oak lamp for graveyards", "--json")
    assert "brand safety" in ended.json["left_out"]
    ended = running("match", "lamp after a suicide")
    assert ended.code == 0 and not ended.out and "suicide or self-harm" in ended.err


def test_what_is_out_of_stock_is_left_out_unless_it_is_asked_for(store: Run) -> None:
    def ids(*options: str) -> list[str]:
        return [match["id"] for match in store("match", "linen duvet", "--json", *options).json["matches"]]

    assert "duvet-linen" not in ids() and "duvet-linen" in ids("--no-gates")
    assert ids("--availability", "out of stock") == ["duvet-linen"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seen", "lamp-glow"), "--seen cannot read"),
        (("--seen", "=3"), "--seen cannot read"),
        (("--seen", "lamp-glow=-1"), "--seen cannot read"),
        (("--seen", "lamp-glo=3"), "no ad with the id lamp-glo"),
        (("--at", "tomorrow"), "'tomorrow' is no time"),
        (("--at", "0001-01-01T00:00+14:00"), "is no time"),
        (("--language", "english"), "'english' is no language"),
        (("--interested-in", "gardning"), "--interested-in does not know"),
        (("--age", "200"), "age"),
        (("--why-not", "lamp-glo"), "no ad with the id lamp-glo"),
        (("--per-advertiser", "0"), "per-advertiser"),
        (("--per-advertiser", "1", "--as-ranked"), "exclude each other"),
        (("--among", "pins", "--per-advertiser", "1"), "A pin has no advertiser"),
    ],
)
def test_an_option_that_makes_no_sense_is_answered_by_a_sentence(
    running: Run, options: tuple[str, ...], message: str
) -> None:
    ended = running("match", "oak lamp", *options)
    assert ended.code == 2 and message in ended.err and not ended.out


@pytest.mark.parametrize("columns", [80, 40])
def test_why_not_says_which_gates_are_closed_and_what_opens_them(running: Run, columns: int) -> None:
    ended = running("match", "oak lamp", "--why-not", "lamp-night", columns=columns)
    shown = " ".join(ended.out.split())
    assert "The campaign Night light (night) is paused." in shown
    assert "`pinwright campaigns resume night`" in shown and "Otherwise it would be number" in shown
    assert max(map(len, ended.out.splitlines())) <= columns


def test_why_not_tells_of_a_campaign_that_is_not_known(running: Run) -> None:
    ended = running("match", "oak lamp", "--why-not", "lamp-lost")
    assert "Its campaign is not known here" in ended.out and "It is shown, as number" in ended.out


def test_why_not_sets_the_score_beside_that_of_the_last_shown(running: Run) -> None:
    ended = running("match", "oak lamp jute", "--limit", "1", "--why-not", "lamp-glow")
    assert "last shown" in ended.out and "points short of the last one shown" in ended.out
    assert "Words that it lacks: jute." in ended.out
    told = running("match", "oak lamp jute", "--limit", "1", "--why-not", "lamp-glow", "--json").json
    assert told["schema"] == "pinwright.match.why_not/1" and told["lacking_words"] == ["jute"]
    assert told["last_shown"]["id"] == "lamp-alone" and told["gap"] > 0 and told["rank"] > 1


def test_why_not_names_the_filter(running: Run) -> None:
    ended = running("match", "oak lamp", "--where", "advertiser = Lumen", "--why-not", "lamp-alone")
    assert "It does not pass --where advertiser = Lumen." in ended.out


def test_a_number_of_a_result_still_refers_to_what_is_shown(running: Run) -> None:
    shown = running("match", "oak lamp", "--json").json["matches"]
    assert running("why", "2", "--json").json["id"] == shown[1]["id"]
    assert [match["rank"] for match in shown] == [1, 2, 3, 4, 5]


def test_caps_and_variety_tell_their_cost(running: Run) -> None:
    told = running("match", "oak lamp", "--limit", "3", "--per-category", "1", "--json").json["diversity"]
    assert told["filled"] == 2 and told["mean_score"] <= told["mean_score_as_ranked"] + 1e-9
    ended = running("match", "oak lamp", "--limit", "3", "--per-category", "1")
    assert "there was nothing else to fill the page with" in ended.err
    assert running("match", "oak lamp", "--diverse", "--limit", "3").code == 0
