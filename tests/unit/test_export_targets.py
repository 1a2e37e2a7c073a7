"""Each target: what a reader of its files finds in them, and what never goes out."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.export import ads, google, merchant, pins
from assistant.creative.export.rows import Exportable, Options, Rendering
from assistant.creative.export.targets import TARGETS
from assistant.creative.formats import FORMATS
from assistant.errors import UsageError
from store.reviews import ALL_PASSING, Reviewed, State
from tests.copybook import creative, product, texts

DECIDED = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PINS = Options(board="Lamps")
ADS = Options(ad_group_id="2680059592705")
GOOGLE = Options(campaign="Spring")


def row(identifier: str = "lamp", format: str = "pin", *, by: str = "Kim", **fields: Any) -> Exportable:
    item = fields.pop("product", product(identifier))
    written = creative(identifier, format, **({"texts": texts(format, identifier)} | fields))
    reviewed = Reviewed(
        id=f"{abs(hash((identifier, str(fields)))):016x}"[:16],
        product_title=item.title,
        state=State.APPROVED,
        written=written,
        decided_by=by,
        decided_at=DECIDED,
    )
    return Exportable.of(reviewed, item)


def table(rendering: Rendering) -> list[Mapping[str, str]]:
    (content,) = rendering.files
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


def reasons(rendering: Rendering) -> list[str]:
    return [item.reason for item in rendering.left_out]


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
def test_nothing_that_nobody_approved_can_be_exported(state: State) -> None:
    reviewed = Reviewed(id="a", product_title="", state=state, written=creative(), decided_by="Kim")
    with pytest.raises(ValueError, match="not approved"):
        Exportable.of(reviewed, product())


def test_an_approval_without_somebody_is_none() -> None:
    with pytest.raises(ValueError):
        Exportable.of(Reviewed(id="a", product_title="", state=State.APPROVED, written=creative()), product())


def test_the_targets_take_formats_that_exist_and_options_that_exist() -> None:
    for target in TARGETS.values():
        assert target.formats and target.formats <= FORMATS.keys()
        assert all(hasattr(Options(), name) for name in (*target.needs, *target.takes))


@pytest.mark.parametrize("name", TARGETS)
def test_without_a_row_there_is_no_file(name: str) -> None:
    assert TARGETS[name].render([], Options(ad_group_id="1", board="b", campaign="c")).files == ()


def test_pins_have_the_header_of_the_platform_and_their_cells_in_its_order() -> None:
    options = Options(board="Lamps", utm=(("campaign", "may"),))
    rendering = pins.render([row()], options)
    assert rendering.files[0].splitlines()[0] == (
        b"Title,Media URL,Pinterest board,Thumbnail,Description,Link,Publish date,Keywords"
    )
    assert table(rendering) == [
        {
            "Title": "Warm lamp light",
            "Media URL": "https://img.example/lamp.jpg",
            "Pinterest board": "Lamps",
            "Thumbnail": "",
            "Description": "Warm lamp light.",
            "Link": "https://shop.example/lamp?utm_campaign=may",
            "Publish date": "",
            "Keywords": "Home, Lamps  all",
        }
    ]


@given(st.integers(0, 330), st.integers(1, 400))
def test_a_file_of_pins_has_at_most_100_rows_and_a_title_stands_once(count: int, different: int) -> None:
    rows = [row("x", texts={"title": f"T{n % different}", "description": "D."}) for n in range(count)]
    rendering = pins.render(rows, PINS)
    found = [list(csv.DictReader(io.StringIO(content.decode(), newline=""))) for content in rendering.files]
    assert all(1 <= len(lines) <= 100 for lines in found)
    titles = [line["Title"] for lines in found for line in lines]
    assert len(set(titles)) == len(titles) == min(count, different) == len(rendering.written)
    assert len(rendering.left_out) == count - len(titles)


def test_a_title_that_is_there_already_is_left_out_and_its_holder_named() -> None:
    first = row(texts={"title": "Warm Light", "description": "One."})
    second = row(texts={"title": "warm light", "description": "Two."})
    rendering = pins.render([first, second], PINS)
    assert (rendering.written, [item.id for item in rendering.left_out]) == ((first,), [second.id])
    assert first.id in rendering.left_out[0].reason and not rendering.left_out[0].expected


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"image_link": ""}, "no image_link"),
        ({"image_link": "ftp://x.example/a.jpg"}, "image_link of its product is no address"),
        ({"link": "nowhere"}, "link of its product is no address"),
        ({"link": "https://a.example/" + "x" * 2048}, "2,048 are allowed"),
    ],
)
def test_a_pin_that_the_platform_would_refuse_is_left_out(fields: dict[str, str], reason: str) -> None:
    rendering = pins.render([row(product=product(**fields))], PINS)
    assert rendering.files == () and reason in reasons(rendering)[0]


def test_a_pin_needs_no_link() -> None:
    assert table(pins.render([row(product=product(link=""))], PINS))[0]["Link"] == ""


def test_the_apostrophe_counts_for_the_limit() -> None:
    exact = {"title": "+" + "x" * 98, "description": "D."}
    assert table(pins.render([row(texts=exact)], PINS))[0]["Title"] == f"'{exact['title']}"
    over = {"title": "+" + "x" * 99, "description": "D."}
    assert "apostrophe" in reasons(pins.render([row(texts=over)], PINS))[0]


@pytest.mark.parametrize(
    "text", ["2026-05-01T12:00:00", "2026-05-15T12:00:00", "2026-05-10", "2026-05-02T01:00:00+02:00"]
)
def test_a_date_within_14_days_is_written_as_the_platform_wants_it(text: str) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", pins.read_date(text, NOW))


def test_a_date_with_a_zone_is_turned_into_utc() -> None:
    assert pins.read_date("2026-05-02T01:00:00+02:00", NOW) == "2026-05-01T23:00:00"


@pytest.mark.parametrize("text", ["2026-05-01T11:59:59", "2026-05-15T12:00:01", "tomorrow", "2026-13-01", "9999-12-31"])
def test_a_date_out_of_reach_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        pins.read_date(text, NOW)


def test_the_date_of_an_export_is_in_every_row() -> None:
    date = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%S")
    rows = [row(), row("vase")]
    found = table(pins.render(rows, Options(board="b", publish_date=date)))
    assert [line["Publish date"] for line in found] == [date, date]


def test_ads_have_the_shape_of_the_bulk_upsert() -> None:
    pin, carousel = row(), row("vase", "carousel")
    known = {pin.id: "394205773611545468", carousel.title.casefold(): "394205773611545469"}
    options = Options(ad_group_id="AG2680059592705", pin_ids=known, utm=(("source", "pins"),))
    document = json.loads(ads.render([pin, carousel], options).files[0])
    first, second = document["create"]["ads"]
    assert document.keys() == {"create"} and document["create"].keys() == {"ads"}
    assert first == {
        "ad_group_id": "AG2680059592705",
        "pin_id": "394205773611545468",
        "creative_type": "REGULAR",
        "name": f"Warm lamp light ({pin.id})",
        "status": "PAUSED",
        "destination_url": "https://shop.example/lamp?utm_source=pins",
    }
    assert second["creative_type"] == "CAROUSEL"
    assert second["carousel_destination_urls"] == ["https://shop.example/vase?utm_source=pins"] * 5


def test_an_ad_without_a_known_pin_is_left_out_and_a_pin_is_used_once() -> None:
    first, second, third = row(), row("vase"), row("chair")
    options = Options(ad_group_id="1", pin_ids={first.id: "7", second.id: "7"})
    rendering = ads.render([first, second, third], options)
    assert rendering.written == (first,)
    assert "7 is that of" in reasons(rendering)[0] and "--pin-ids" in reasons(rendering)[1]


@pytest.mark.parametrize("identifier", ["", "abc", "12x", "AG", "AG12 "])
def test_an_ad_group_that_is_no_id_is_refused(identifier: str) -> None:
    with pytest.raises(UsageError, match="no id of an ad group"):
        ads.render([row()], Options(ad_group_id=identifier))


def test_the_name_of_an_ad_keeps_to_its_limit_and_ends_in_the_id() -> None:
    long = row(texts={"title": "x" * 300, "description": "D."})
    assert len(ads.ad_name(long)) == 255 and ads.ad_name(long).endswith(f"({long.id})")


def test_ads_editor_finds_its_columns_in_order() -> None:
    filled = {name: text for name, text in texts("search").items() if name not in ("headline_2", "description_4")}
    rendering = google.render([row(format="search", texts=filled)], Options(campaign="Spring", active=True))
    (line,) = table(rendering)
    assert list(line) == [
        "Campaign", "Ad Group", "Ad type", *(f"Headline {n}" for n in range(1, 16)),
        *(f"Description {n}" for n in range(1, 5)), "Path 1", "Path 2", "Final URL", "Status",
    ]  # fmt: skip
    assert (line["Campaign"], line["Ad Group"], line["Ad type"]) == ("Spring", "Oak Lamp lamp", "Responsive search ad")
    assert (line["Headline 2"], line["Headline 14"], line["Headline 15"]) == (
        "Warm oak light 3",
        "Warm oak light 15",
        "",
    )
    assert (line["Description 3"], line["Description 4"], line["Status"]) == ("Warm oak light 3.", "", "Enabled")


def test_a_headline_of_exactly_30_leaves_and_double_width_counts_twice() -> None:
    for headline, leaves in {
        "x" * 30: True,
        "x" * 31: False,
        "灯" * 15: True,
        "灯" * 16: False,
        "+" * 30: False,
    }.items():
        changed = texts("search") | {"headline_1": headline}
        assert bool(google.render([row(format="search", texts=changed)], GOOGLE).files) is leaves, headline


def test_a_search_ad_that_google_would_refuse_is_left_out() -> None:
    same = texts("search") | {"headline_1": "Light", "headline_2": "LIGHT"}
    assert "same" in reasons(google.render([row(format="search", texts=same)], GOOGLE))[0]
    unlinked = row(format="search", product=product(link=""))
    assert "no link" in reasons(google.render([unlinked], GOOGLE))[0]


def test_no_more_than_three_enabled_ads_share_an_ad_group() -> None:
    rows = [row(f"p{number}", "search") for number in range(5)]
    together = Options(campaign="c", ad_group="All", active=True)
    assert len(google.render(rows, together).written) == 3
    assert len(google.render(rows, Options(campaign="c", active=True)).written) == 5
    assert len(google.render(rows, Options(campaign="c", ad_group="All")).written) == 5


def test_a_merchant_feed_says_that_a_machine_wrote_it() -> None:
    said = {"structured_title": 'Lamp: 12" shade', "structured_description": "Warm, dimmable."}
    content = merchant.render([row(format="merchant", texts=said)], Options()).files[0].decode("utf-8")
    assert content == (
        "id\tstructured_title\tstructured_description\n"
        'lamp\ttrained_algorithmic_media:"Lamp: 12"" shade"\ttrained_algorithmic_media:"Warm, dimmable."\n'
    )
    # Alike with and without quoted fields.
    assert list(csv.reader(io.StringIO(content), delimiter="\t"))[1] == content.splitlines()[1].split("\t")


def test_a_merchant_feed_has_one_row_a_product_the_best() -> None:
    second = row(format="merchant", rank=2)
    best = row(format="merchant", rank=1, angle="detail")
    unranked = row(format="merchant", rank=0, angle="gift")
    rendering = merchant.render([second, unranked, best], Options())
    assert rendering.written == (best,)
    assert all(item.expected and best.id in item.reason for item in rendering.left_out)


@pytest.mark.parametrize("identifier", ["=1+1", "-5", '"x', "a\tb", " @x"])
def test_a_product_id_is_left_out_rather_than_changed(identifier: str) -> None:
    rendering = merchant.render([row(identifier, "merchant", texts=texts("merchant"))], Options())
    assert rendering.files == () and repr(identifier) in reasons(rendering)[0]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1))
def test_a_structured_text_reads_back(text: str) -> None:
    cell = merchant.structured(text)
    kind, _, rest = cell.partition(":")
    assert kind == "trained_algorithmic_media"
    assert next(csv.reader([rest])) == [text]


def test_json_lines_carry_the_declaration() -> None:
    lines = TARGETS["jsonl"].render([row(), row("vase", "search", by=ALL_PASSING)], Options()).files[0].splitlines()
    by_hand, by_rule = (json.loads(line) for line in lines)
    assert by_hand["provenance"] == {
        "digital_source_type": "trained_algorithmic_media",
        "ai_tool": {"name": "toy", "version": "ab" * 32},
        "human_oversight": "selected",
        "declared_by": {"role": "advertiser", "name": "Kim"},
        "declared_at": "2026-05-01T12:00:00+00:00",
        "disclosure": {"required": True},
    }
    assert (by_rule["provenance"]["human_oversight"], by_rule["provenance"]["declared_by"]) == (
        "prompt_only",
        {"role": "tool", "name": "all passing"},
    )
    assert by_hand["texts"] == texts("pin", "lamp") and by_hand["made_with"]["seed"] == 3


def test_what_a_person_edited_is_declared_as_edited() -> None:
    reviewed = Reviewed(
        id="a", product_title="", state=State.APPROVED, written=creative(), edited=creative(angle="by hand"),
        decided_by=ALL_PASSING, decided_at=DECIDED,
    )  # fmt: skip
    content = TARGETS["jsonl"].render([Exportable.of(reviewed, product())], Options()).files[0]
    assert json.loads(content)["provenance"]["human_oversight"] == "edited"


@given(st.text(min_size=1, max_size=100), st.text(min_size=1, max_size=300))
def test_any_text_survives_json(title: str, description: str) -> None:
    said = {"title": title, "description": description}
    one = row("x", texts=said)
    content = TARGETS["jsonl"].render([one], Options()).files[0]
    assert content.count(b"\n") == 1 and json.loads(content)["texts"] == said
    named = Options(ad_group_id="1", pin_ids={one.id: "1"})
    assert json.loads(ads.render([one], named).files[0])["create"]["ads"][0]["pin_id"] == "1"
