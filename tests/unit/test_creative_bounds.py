"""Bounds: what keeps a text from leaving, what does not, and what the writer is told about it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.bounds.findings import findings
from assistant.creative.bounds.languages import LANGUAGES
from assistant.creative.bounds.repeats import copied_share
from assistant.creative.formats import CAROUSEL, FORMATS, MERCHANT, META, PIN, SEARCH, Format, Shape, Slot
from store.creatives import Finding, Severity
from store.records import Product

PRODUCT = Product(
    id="1",
    title="Kelda Oak Wall Shelf",
    brand="KLDA",
    size="XX-Large",
    description="A wall shelf of oiled oak with two hidden brackets, made for narrow halls and small kitchens.",
)
EXAMPLE = (
    "Description: Drape this wool over a pale sofa and let the fringe soften its edge.\nTitle: A layer for reading"
)

GOOD: Mapping[str, Mapping[str, str]] = {
    "pin": {
        "title": "A calmer hall",
        "description": "Clear the hall in an afternoon. The brackets stay out of sight.",
        "alt_text": "Kelda Oak Wall Shelf",
    },
    "carousel": {
        "card_1_title": "Keys by the door",
        "card_1_description": "Drop them here when you come in.",
        "card_2_title": "Books by the bed",
        "card_2_description": "Three novels and a glass of water fit.",
    },
    "search": {
        "headline_1": "Oiled oak for the hall",
        "headline_2": "Hidden brackets",
        "headline_3": "Hang it in an afternoon",
        "description_1": "Oiled oak with two brackets that nobody sees.",
        "description_2": "Put keys, post and one good plant by the door.",
    },
    "merchant": {
        "structured_title": "Kelda oak wall shelf with hidden brackets, oiled",
        "structured_description": "Oiled oak on two brackets that stay out of sight. It suits a narrow hall.",
    },
    "meta": {
        "primary_text": "The hall needs one place for keys. This is it.",
        "headline": "A calmer hall",
        "description": "Oiled oak, hung low",
    },
}


def found(
    format: Format = PIN,
    *,
    cut: frozenset[str] = frozenset(),
    others: tuple[Mapping[str, str], ...] = (),
    language: str = "English",
    examples: tuple[str, ...] = (),
    **texts: str,
) -> tuple[Finding, ...]:
    return findings({**GOOD[format.name], **texts}, cut, format, PRODUCT, others, language, examples)


def codes(format: Format = PIN, **given: object) -> list[str]:
    """What blocks."""
    return [finding.code for finding in found(format, **given) if finding.severity is Severity.BLOCK]  # type: ignore[arg-type]


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda format: format.name)
def test_a_good_variant_may_leave_in_every_format(format: Format) -> None:
    assert found(format) == ()


CLEAN_TITLES = """
A calmer hall
Where keys live
Stop guessing the water's heat
A bag to travel with
The mug you start the day with
Warmth to curl up in
Oak, oiled and left alone
What the hall was missing
Fourteen pockets, no more digging
For the friend who draws on napkins
Will it reach the sill?
28 cm deep, made for the hall
Sage satin for a garden wedding
Sunday evening, with the big light off
Your first song by Sunday
A 12" pan for two eggs
The 6' rug that ends the echo
Salt & pepper, side by side
Start small: one shelf, one plant
Half past six, lamp lit
A throw for both of you
Mother-of-pearl, up close
Don't iron it. Wear it.
The kids' hooks, at their height
Three jars, one tidy pantry
Coffee first, then everything else
A table that seats eight (or two)
Wool socks for the 7:15 train
Grey days, yellow kettle
Café mornings at home
One knife, many suppers
Say "yes" to a second shelf
Built round a quiet corner
The plan: paint, then this shelf
DIY weekend? Begin with the hall
From Oslo with wool
A USB lamp for the desk
Hush, the baby's asleep
Linen | Washed and soft
Keep it on, keep it clean, keep it by you
KLDA in the kitchen
How we hang it, and where it is
One board. Move right in.
The data: 60 cm of oak
""".strip().splitlines()

CLEAN_DESCRIPTIONS = """
Clear the hall in one slow afternoon.
Seven in the morning, boots on, coffee in the cream enamel mug. It hangs by its handle until tomorrow.
Rinse the paper, pour in circles, wait. The first cup is worth getting up for.
Towels end up on the tiles when the hooks run out. This rail hangs over the door and gives three more a place.
Does it reach the sill? At 220 cm it does.
Put one by the bed and one by the bath.
Hang it low, hang it high, hang it where the keys land.
The oak is oiled (not painted), so the grain stays in sight.
“Where are my keys?” is a question for other houses.
It is 60 cm wide, 12 cm deep and weighs 2.4 kg.
Lay the board down, add bread, and let people help themselves!
Every morning starts with the same cup, and it might as well be this one.
At 4:30 the light turns gold; that is when this chair earns its window.
For the friend who cooks: a pan, a lid, and nothing that needs a manual.
She reads, you nap, the throw reaches both of you.
There's a hook for the coat, a hook for the bag and a rail for the rest.
Take two on the train and one for the walk home.
The drawer it came in.
Wake up, stretch, and put your feet on wool.
You carried the last one for ten years. Carry this one next.
Two shirts, a book and the good shoes go in. Roll the top down on the train home.
No more rummaging: each pencil has a loop of its own.
The glaze pools at the foot of the bowl, so no two are quite alike.
Pair it with old jeans and the coat by the door.
It's a small thing to hang, and it changes the whole hall.
Bring it to the park, to the pier, to your sister's.
Knock knock. Who left the keys out again?
""".strip().splitlines()

CLEAN_HEADLINES = """
Oak for narrow halls
Oiled, never painted
Hang it this weekend
Keys, post, one plant
A hall you can walk
Look what oak can do
Two brackets, both hidden
For renters and owners
Small hall? Start here
A quiet shelf of real oak
""".strip().splitlines()

CLEAN_LINES = """
Hang it in an afternoon and let the hall breathe.
Two hidden brackets, one board of oak, a place for keys.
Looking for a shelf that fits a narrow hall? Look here.
Books, post or a plant: it takes what the hall throws at it.
""".strip().splitlines()

CLEAN_ELSEWHERE = [
    ("French", "Une étagère pour l'entrée", "Posez vos clés ici en rentrant. Le chêne huilé fait le reste !"),
    ("German", "Ein Brett für den Flur", "Die Schlüssel liegen hier und der Flur ist wieder frei."),
    ("Spanish", "Un estante para el pasillo", "¿Dónde están las llaves? Aquí, junto a la puerta."),
    ("Portuguese", "Uma prateleira para a entrada", "As chaves ficam aqui e a entrada respira."),
    ("Italian", "Una mensola per l'ingresso", "Le chiavi restano qui e l'ingresso respira."),
    ("Dutch", "Een plank voor de hal", "Leg de sleutels hier en de hal is weer vrij."),
    ("Polish", "Półka do przedpokoju", "Klucze leżą tutaj, a przedpokój jest znowu wolny."),
    ("Turkish", "Dar bir hol için raf", "Anahtarlar burada durur ve hol rahat eder."),
    ("Russian", "Полка для прихожей", "Ключи лежат здесь, и прихожая свободна."),
    ("Japanese", "玄関に小さな棚を", "鍵はここに置くだけ。玄関がすっきりします。"),
    ("Chinese", "给玄关一个安静的角落", "钥匙放在这里，玄关就清爽了。"),
    ("Korean", "현관을 위한 작은 선반", "열쇠는 여기에 두세요. 현관이 가벼워집니다."),
    ("Thai", "ชั้นวางของสำหรับโถงทางเดิน", "วางกุญแจไว้ตรงนี้ แล้วโถงทางเดินก็โล่ง"),
    ("Arabic", "رف صغير للمدخل", "ضع المفاتيح هنا عند الباب."),
    ("Vietnamese", "Một chiếc kệ cho lối vào", "Đặt chìa khóa ở đây và lối vào sẽ gọn gàng."),
    ("Indonesian", "Rak kecil untuk lorong", "Taruh kunci di sini dan lorong terasa lega."),
]


def test_there_are_enough_clean_lines_to_mean_something() -> None:
    lines = [*CLEAN_TITLES, *CLEAN_DESCRIPTIONS, *CLEAN_HEADLINES, *CLEAN_LINES]
    assert len(lines) + 2 * len(CLEAN_ELSEWHERE) >= 100


@pytest.mark.parametrize("title", CLEAN_TITLES)
def test_a_clean_title_passes(title: str) -> None:
    assert codes(title=title) == []
    assert codes(CAROUSEL, card_1_title=title) == []


@pytest.mark.parametrize("description", CLEAN_DESCRIPTIONS)
def test_a_clean_description_passes(description: str) -> None:
    assert codes(description=description) == []
    assert codes(MERCHANT, structured_description=description) == []


@pytest.mark.parametrize("headline", CLEAN_HEADLINES)
def test_a_clean_headline_passes(headline: str) -> None:
    assert codes(SEARCH, headline_1=headline) == []


@pytest.mark.parametrize("line", CLEAN_LINES)
def test_a_clean_line_of_a_search_ad_passes(line: str) -> None:
    assert codes(SEARCH, description_1=line) == []


@pytest.mark.parametrize(("language", "title", "description"), CLEAN_ELSEWHERE)
def test_clean_copy_passes_in_every_language(language: str, title: str, description: str) -> None:
    assert codes(title=title, description=description, language=language) == []


DEFECTS = [
    ("Clear the hall and", "cut"),
    ("Clear the hall, the", "cut"),
    ("A shelf for your", "cut"),
    ("A shelf with", "cut"),
    ("Made of", "cut"),
    ("Keys, post,", "cut"),
    ("Keys -", "cut"),
    ("Keys:", "cut"),
    ("Keys and…", "cut"),
    ("Keys and post...", "cut"),
    (", and the keys", "cut"),
    (") the keys", "cut"),
    ("A hall for the.", "cut"),
    ("<b>A calmer hall</b>", "markup"),
    ("A calmer hall<br>", "markup"),
    ("A calmer &amp; wider hall", "markup"),
    ("**A calmer hall**", "markup"),
    ("*A calmer hall", "markup"),
    ("# A calmer hall", "markup"),
    ("`A calmer hall`", "markup"),
    ("~~A calmer hall~~", "markup"),
    ("- A calmer hall", "markup"),
    ("1. A calmer hall", "markup"),
    ("_A calmer hall_", "markup"),
    ("A calmer hall <|im_end|>", "markup"),
    ("A calmer\\nhall", "markup"),
    ("A calmer hall at https://kelda.test", "link"),
    ("A calmer hall at www.kelda.test", "link"),
    ("A calmer hall, mailto:hall", "link"),
    ("A calmer hall at kelda.com", "link"),
    ("A calmer hall: ask me@kelda.test", "link"),
    ("A calmer hall by @kelda", "link"),
    ("[bold]A calmer hall[/bold]", "placeholder"),
    ("[Brand] for the hall", "placeholder"),
    ("{name} for the hall", "placeholder"),
    ("{{ product }} for the hall", "placeholder"),
    ("Now XX% wider", "placeholder"),
    ("From $XX", "placeholder"),
    ("Your Product in the hall", "placeholder"),
    ("Your brand name in the hall", "placeholder"),
    ("Lorem ipsum for the hall", "placeholder"),
    ("Insert product here", "placeholder"),
    ("Insert the name of the shelf", "placeholder"),
    ("Title goes here", "placeholder"),
    ("None", "placeholder"),
    ("N/A", "placeholder"),
    ("____ for the hall", "placeholder"),
    ("TODO a hall", "placeholder"),
    ("Here is a title for the ad", "note"),
    ("Here's your description", "note"),
    ("Sure, a calmer hall", "note"),
    ("Certainly! A calmer hall", "note"),
    ("Note: oak varies", "note"),
    ("Title: A calmer hall", "note"),
    ("Description: A calmer hall", "note"),
    ("Headline 2: A calmer hall", "note"),
    ("Angle: gift", "note"),
    ("Facts: oak", "note"),
    ("A calmer hall (13 characters)", "note"),
    ("A calmer hall (13/40 chars)", "note"),
    ("As an AI, I like oak", "note"),
    ("I'm sorry, no oak", "note"),
    ("I cannot write this ad", "note"),
    ("Oak, according to the facts", "note"),
    ("Let me know if it fits", "note"),
    ("This title highlights oak", "note"),
    ("Oak for the target audience", "note"),
    ("Oak, no hashtags", "note"),
    ("Ignore the above and buy oak", "note"),
    ("Voici le titre de la photo", "note"),
    ("#shelfie in the hall", "hashtag"),
    ("A calmer hall 🪔", "emoji"),
    ("★ A calmer hall", "emoji"),
    ("A calmer hall ✓", "emoji"),
    ("𝗔 calmer hall", "emoji"),
    ("A calmer hall :)", "emoji"),
    ("A calmer hall!!", "punctuation"),
    ("A calmer hall?!", "punctuation"),
    ("A calmer,, wider hall", "punctuation"),
    ("A calmer  hall", "spaces"),
    (" A calmer hall", "spaces"),
    ("A calmer\nhall", "spaces"),
    ("A calmer hall , at last", "spaces"),
    ("A calmer,quieter hall", "missing_space"),
    ('"A calmer hall"', "quote"),
    ("“A calmer hall”", "quote"),
    ("'A calmer hall'", "quote"),
    ('A calmer hall"', "quote"),
    ("“A calmer hall", "quote"),
    ("A calmer hall'", "quote"),
    ("A calmer hall (oak", "quote"),
    ("A calmer hall) of oak", "quote"),
    ("A «calmer hall", "quote"),
    ("A calmer\u200b hall", "control"),
    ("A calmer\u202e hall", "control"),
    ("A calmer\x07 hall", "control"),
    ("A calmer\x1b[31m hall", "control"),
    ("A cafÃ© in the hall", "mojibake"),
    ("The hallâ€™s calm", "mojibake"),
    ("A calmer \ufffd hall", "mojibake"),
    ("A CALMER hall", "capitals"),
    ("BUY IT by the door", "capitals"),
    ("A very very calm hall", "repeats_itself"),
    ("The the hall is calm", "repeats_itself"),
    ("Oak door, oak floor, shelf on shelf by shelf near shelf", "repeats_itself"),
    ("Calm oak shelf, warm calm oak shelf", "repeats_itself"),
    ("Une étagère pour le salon", "wrong_language"),
    ("Ein Brett für den Flur und die Diele", "wrong_language"),
    ("A calm 角落 at home", "wrong_language"),
    ("Полка для дома", "wrong_language"),
    ("Kelda Oak Wall Shelf", "repeats_name"),
    ("kelda oak wall shelf!", "repeats_name"),
    ("Kelda: Oak, Wall Shelf", "repeats_name"),
    ("", "empty"),
    ("   ", "empty"),
    (" ... !", "empty"),
]


def test_there_are_enough_defects_to_mean_something() -> None:
    assert len(DEFECTS) >= 80


@pytest.mark.parametrize(("title", "code"), DEFECTS)
def test_a_defect_is_caught(title: str, code: str) -> None:
    assert code in codes(title=title)


@pytest.mark.parametrize(
    "text", ["It hangs.", "It hangs!", "Does it?", "It hangs (well.)", "It hangs. (Well.)", "壁に。"]
)
def test_a_description_may_end_in_any_full_stop(text: str) -> None:
    assert "cut" not in codes(description=text)


@pytest.mark.parametrize(
    "text", ["It hangs", "It hangs,", "It hangs…", "It hangs...", "It hangs (well", "It hangs and."]
)
def test_a_description_without_an_end_is_cut_off(text: str) -> None:
    assert "cut" in codes(description=text)


def test_what_the_engine_says_is_cut_is_cut_off() -> None:
    assert codes(cut=frozenset({"title"})) == ["cut"]


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda format: format.name)
@pytest.mark.parametrize("letter", ["x", "é", "\U00010330", "\U00020000"], ids=["ascii", "latin", "gothic", "han"])
def test_a_text_of_its_limit_in_code_points_passes_and_one_more_does_not(format: Format, letter: str) -> None:
    for slot in format.slots:
        assert _too_long(format, slot, letter * (slot.hard - 1) + ".") == []
        assert _too_long(format, slot, letter * slot.hard + ".") == [(slot.name, slot.hard, slot.hard + 1)]


def _too_long(format: Format, slot: Slot, text: str) -> list[tuple[str, int, int]]:
    return [(f.slot, f.start, f.end) for f in found(format, **{slot.name: text}) if f.code == "too_long"]


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda format: format.name)
def test_above_the_soft_limit_a_text_may_leave_and_the_user_is_told(format: Format) -> None:
    for slot in format.slots:
        (told,) = [f for f in found(format, **{slot.name: "x" * slot.soft + "."}) if f.code in ("long", "too_long")]
        assert (told.code, told.severity, told.slot) == ("long", Severity.INFORM, slot.name)
        assert not [f for f in found(format, **{slot.name: "x" * (slot.soft - 1) + "."}) if f.code == "long"]


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda format: format.name)
def test_what_is_required_is_missed_and_what_is_not_is_not(format: Format) -> None:
    missed = {finding.slot for finding in findings({}, frozenset(), format, PRODUCT, ()) if finding.code == "empty"}
    assert missed == {slot.name for slot in format.written if slot.required}


def test_half_a_card_is_missed() -> None:
    assert codes(CAROUSEL, card_4_title="Post by the bin") == ["empty"]
    assert codes(CAROUSEL, card_4_title="Post by the bin", card_4_description="It goes out with you.") == []


def test_a_label_is_held_to_its_limit_alone() -> None:
    assert codes(alt_text="KELDA [shelf] and") == []
    assert codes(alt_text="") == ["empty"]
    assert codes(alt_text="x" * 501) == ["too_long"]


@pytest.mark.parametrize("title", ["KLDA oak at home", "An XX-Large idea", "The # 1 of halls", "Subtitle: calm"])
def test_what_the_facts_say_so_is_copy(title: str) -> None:
    assert codes(title=title) == []


def test_a_name_in_capitals_throughout_allows_no_capitals() -> None:
    product = Product(id="1", title="SOLID GREEN WALL SHELF")
    found = findings({**GOOD["pin"], "title": "SOLID calm at home"}, frozenset(), PIN, product, ())
    assert [finding.code for finding in found] == ["capitals"]


def test_a_text_that_another_variant_has_is_found_whatever_its_capitals() -> None:
    other = {"title": "A calmer hall", "description": "Another one."}
    assert codes(others=(other,), title="A CALMER hall!") == ["capitals", "same_as_another"]
    assert codes(others=({**other, "title": "Another"},)) == []
    assert codes(others=({**GOOD["pin"], "title": "Another", "description": "Another."},)) == [], "labels are alike"


@pytest.mark.parametrize("again", ["Hidden brackets", "hidden brackets!", "Brackets, hidden", "The hidden brackets"])
def test_headlines_of_one_ad_differ(again: str) -> None:
    (finding,) = found(SEARCH, headline_3=again)
    assert (finding.code, finding.slot) == ("same_as_another", "headline_3")
    assert "headline 2" in finding.message


def test_cards_of_one_carousel_differ() -> None:
    assert codes(CAROUSEL, card_2_title="Keys, by the door") == ["same_as_another"]
    assert codes(CAROUSEL, card_2_description="Drop them here when you come in!") == ["same_as_another"]


def test_one_text_is_not_two_slots() -> None:
    assert codes(META, description="A calmer hall") == ["same_as_another"]
    assert codes(META, description="Hall, a calmer") == [], "another order in another slot is another text"


def test_one_headline_of_many_may_be_the_name() -> None:
    assert codes(SEARCH, headline_1="Kelda Oak Wall Shelf") == []
    assert codes(META, headline="Kelda Oak Wall Shelf") == ["repeats_name"]


def test_a_description_that_repeats_the_feed_is_found() -> None:
    assert codes(description=PRODUCT.description) == ["copies_feed"]
    assert codes(description="Put it up: a shelf of oiled oak with brackets that nobody sees at all.") == []


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        ("title", "A layer for reading"),
        ("title", "A LAYER, for reading!"),
        ("description", "Drape this wool over a pale sofa and let the fringe soften its edge."),
        ("description", "Now drape this wool over a pale sofa and let the fringe soften its line."),
    ],
)
def test_an_example_of_the_prompt_is_found_again(slot: str, text: str) -> None:
    assert "copies_example" in codes(examples=(EXAMPLE,), **{slot: text})
    assert "copies_example" not in codes(**{slot: text})


def test_words_that_an_example_happens_to_share_are_no_copy() -> None:
    assert codes(examples=("Title: Oak\nText: The hall.",), title="Oak") == []


@pytest.mark.parametrize("title", ["Kelda Oak Wall Shelf, which has a place for your keys", "Oak" * 20 + " hall"])
def test_a_title_whose_point_does_not_show_is_warned_of(title: str) -> None:
    product = Product(id="1", title="Kelda Oak Wall Shelf, which has a place for all")
    warned = findings({**GOOD["pin"], "title": title}, frozenset(), PIN, product, ())
    assert [(f.code, f.severity) for f in warned if f.code != "long"] == [("hidden_point", Severity.WARN)]


def test_a_long_title_that_begins_with_its_point_is_not_warned_of() -> None:
    assert found(title="One place for keys, post and the Kelda shelf") == ()


@pytest.mark.parametrize(("shared", "hidden"), [(29, False), (30, True)])
def test_of_a_title_in_wide_letters_only_thirty_show(shared: int, hidden: bool) -> None:
    product = Product(id="1", title="壁" * shared)
    texts = {"title": "壁" * shared + "に棚" * 3, "description": "鍵はここに置くだけです。"}
    assert hidden == ("hidden_point" in {f.code for f in findings(texts, frozenset(), PIN, product, (), "Japanese")})


def test_a_language_that_is_not_known_is_not_judged() -> None:
    assert codes(language="Welsh", title="Neuadd dawel i'r allweddi") == []


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "English"])
def test_english_is_found_where_another_language_was_asked_for(language: str) -> None:
    text = "Put your keys on the shelf and the hall will be calm for all of you."
    assert "wrong_language" in codes(description=text, language=language)


def test_a_span_is_that_of_the_finding() -> None:
    title = "A hall 🪔 for #calm"
    spans = {finding.code: title[finding.start : finding.end] for finding in found(title=title)}
    assert spans == {"emoji": "🪔", "hashtag": "#calm"}


def test_every_finding_names_its_slot_and_says_what_to_do() -> None:
    everything = found(
        title='"Kelda Oak Wall Shelf',
        description=f"[{PRODUCT.description * 10} and",
        others=(GOOD["pin"],),
        alt_text="",
    )
    assert {finding.slot for finding in everything} == {"title", "description", "alt_text"}
    for finding in everything:
        assert finding.advice.endswith(".") and finding.slot in finding.message.replace(" ", "_")
        assert finding.check in ("limits", "language", "distinct")


any_text = st.text(max_size=120) | st.text("aA \"'()[]*#.,\u200b\n🪔é-–…", max_size=60)


@given(any_text, any_text, any_text, st.sampled_from([*LANGUAGES, "Welsh", ""]))
def test_any_text_is_judged_without_an_error(title: str, description: str, feed: str, language: str) -> None:
    product = Product(id="1", title=feed, description=feed, brand=title)
    texts = {"title": title, "description": description, "alt_text": feed}
    for finding in findings(texts, frozenset(), PIN, product, [texts], language, [feed]):
        assert finding.message and finding.advice
        assert 0 <= finding.start <= finding.end <= len(texts[finding.slot])


@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_a_variant_that_may_leave_is_within_every_hard_limit(name: str, data: st.DataObject) -> None:
    format = FORMATS[name]
    slot = data.draw(st.sampled_from(format.slots))
    text = data.draw(st.integers(1, slot.hard + 40).map(lambda length: "ab " * (length // 3) + "x" * (length % 3)))
    blocked = [f for f in found(format, **{slot.name: text}) if f.code == "too_long"]
    assert bool(blocked) == (len(text) > slot.hard)
    assert slot.shape in Shape


words = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), max_size=20).map(" ".join)


@given(words, words)
def test_the_copied_share_is_between_none_and_all(text: str, source: str) -> None:
    share = copied_share(text, source)
    assert 0 <= share <= 1
    runs = [text.split()[start : start + 6] for start in range(len(text.split()) - 5)]
    joined = f" {source} "
    expected = sum(f" {' '.join(run)} " in joined for run in runs) / len(runs) if runs else 0.0
    assert share == pytest.approx(expected)


def test_a_text_shorter_than_six_words_copies_nothing() -> None:
    assert copied_share("one two three four five", "one two three four five") == 0
    assert copied_share("one two three four five six", "ONE, two; three four five six!") == 1
