"""Languages: found by name or code; a short text in another is found, and only where that is sure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.bounds.languages import LANGUAGES, find_language, other_language
from assistant.errors import UsageError

SENTENCES = {
    "English": "Put your keys on the shelf and the hall will be calm for all of you.",
    "French": "Posez vos clés sur la petite étagère et profitez du calme dans votre entrée.",
    "Spanish": "Deja las llaves en el estante de la entrada y disfruta de la calma con los tuyos.",
    "Portuguese": "Deixe as chaves na prateleira da entrada e não procure mais por elas.",
    "German": "Legen Sie die Schlüssel auf das Brett im Flur und genießen Sie die Ruhe.",
    "Italian": "Lascia le chiavi sulla mensola e non cercarle più per tutta la casa.",
    "Dutch": "Leg de sleutels op de plank in het halletje en zoek ze nooit meer met je jas aan.",
    "Polish": "Zostaw klucze na półce w przedpokoju i nie szukaj ich już po całym domu.",
    "Turkish": "Anahtarlar için bir raf: her gün bu köşede ve kapıya çok yakın.",
    "Indonesian": "Taruh kunci di rak ini dan jangan cari lagi saat anda akan pergi dengan anak.",
    "Vietnamese": "Đặt chìa khóa trên kệ này và bạn sẽ không phải tìm khi ra khỏi nhà với các con.",
    "Russian": "Положите ключи на полку у двери, и в прихожей станет спокойно.",
    "Arabic": "ضع المفاتيح على الرف عند الباب واستمتع بالهدوء في المدخل.",
    "Chinese": "把钥匙放在门口的架子上，玄关就安静了。",
    "Japanese": "鍵は玄関の棚に置きましょう。もう探さなくて済みます。",
    "Korean": "현관 선반에 열쇠를 두세요. 더는 찾지 않아도 됩니다.",
    "Thai": "วางกุญแจไว้บนชั้นข้างประตู แล้วโถงจะสงบ",
}


def test_there_is_a_sentence_for_every_language() -> None:
    assert SENTENCES.keys() == LANGUAGES.keys()


@pytest.mark.parametrize("asked", LANGUAGES)
@pytest.mark.parametrize("written", LANGUAGES)
def test_a_sentence_is_foreign_in_every_language_but_its_own(written: str, asked: str) -> None:
    assert bool(other_language(SENTENCES[written], LANGUAGES[asked])) == (written != asked)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("La vie en rose", "English"),
        ("Café au lait", "English"),
        ("Doppio", "English"),
        ("Soft wool throw", "French"),
        ("Kelda Lounge", "Japanese"),
        ("木製棚", "Japanese"),
        ("5 µm, 4 Ω", "English"),
        ("IKEA-Regal", "German"),
        ("Полка Kelda", "Russian"),
        ("Новая полка Kelda Lounge Bar", "Russian"),
        ("", "English"),
        ("1, 2, 3 ...", "Korean"),
    ],
)
def test_what_is_not_sure_is_not_decided(text: str, asked: str) -> None:
    assert other_language(text, LANGUAGES[asked]) == ""


def test_words_of_the_facts_are_of_no_language() -> None:
    english = LANGUAGES["English"]
    assert other_language("Une lampe pour le salon", english) == "French"
    assert other_language("Une lampe pour le salon", english, ["une lampe", "Pour le Salon"]) == ""
    assert other_language("A 角落 at home", english) == "Han letters"
    assert other_language("A 角落 at home", english, ["角落"]) == ""
    assert other_language("A 漆器 bowl", english, ["漆器の皿"]) == "", "words are not parted there"


def test_a_text_in_foreign_letters_is_found_by_them() -> None:
    assert other_language("A lamp for every evening", LANGUAGES["Russian"]) == "Latin letters"
    assert other_language("柔软的羊毛毯子适合客厅沙发和卧室", LANGUAGES["Japanese"]) == "Han letters"


@pytest.mark.parametrize("named", ["French", "french", " FR ", "fr-CA", "fr_FR", "Français"])
def test_a_language_is_found_by_its_names_and_codes(named: str) -> None:
    assert find_language(named).name == "French"


@pytest.mark.parametrize("named", ["Klingon", "", "xx", "english please", "-", "e" * 500])
def test_a_language_that_the_writer_does_not_know_is_refused_with_those_it_knows(named: str) -> None:
    with pytest.raises(UsageError, match="does not know") as caught:
        find_language(named)
    assert all(language.name in caught.value.hint for language in LANGUAGES.values())
    assert len(str(caught.value)) < 120


def test_names_and_codes_are_of_one_language_each() -> None:
    named = [name.casefold() for found in LANGUAGES.values() for name in {found.name, found.own, found.code}]
    assert len(named) == len(set(named))
    for language in LANGUAGES.values():
        assert find_language(language.code) is find_language(language.own) is language


@given(st.text(max_size=80), st.sampled_from(sorted(LANGUAGES)), st.text(max_size=40))
def test_any_text_is_judged_without_an_error(text: str, asked: str, fact: str) -> None:
    assert other_language(text, LANGUAGES[asked], [fact]) in {*LANGUAGES, ""} or "letters" in other_language(
        text, LANGUAGES[asked], [fact]
    )


@given(st.text(max_size=80), st.sampled_from(sorted(LANGUAGES)))
def test_a_text_of_the_facts_own_words_is_never_foreign(text: str, asked: str) -> None:
    assert other_language(text, LANGUAGES[asked], [text]) == ""
