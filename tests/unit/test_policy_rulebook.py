"""The rule files: that the shipped ones are sound, and that a broken one says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.patterns.compiler import PatternError, compile_words
from assistant.policy.codes import ReasonCode
from assistant.policy.rulebook import RuleError, load_rules, rules

WORDS = 'animal = ["cats?", "dogs?"]\n'
RULE = """
[[rule]]
id = "pets"
code = "OTHER"
severity = "warn"
words = ["{animal} for ... sale"]
message = "“{found}” is for sale."
advice = "Leave out: pets."
"""


def folder(tmp_path: Path, rule: str = RULE, words: str = WORDS) -> Path:
    (tmp_path / "words.toml").write_text(words, encoding="utf-8")
    (tmp_path / "goods.toml").write_text(rule, encoding="utf-8")
    return tmp_path


def test_shipped_rules_load_once_and_use_codes_of_the_platform() -> None:
    assert rules() is rules()
    assert {rule.code for rule in rules()} <= set(ReasonCode)
    assert len(ReasonCode) == 48


def test_shipped_messages_are_one_sentence_with_what_was_found() -> None:
    for rule in rules():
        assert "{found}" in rule.message, rule.id
        assert rule.message.endswith("."), rule.id
        assert rule.advice.endswith("."), rule.id


def test_a_rule_finds_words_of_a_list_with_a_gap(tmp_path: Path) -> None:
    (rule,) = load_rules(folder(tmp_path))
    assert rule.words is not None
    assert rule.words.search("two dogs for immediate private sale")
    assert not rule.words.search("dogs for a walk. a sale")
    assert not rule.words.search("hotdogs for sale")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('code = "OTHER"', 'code = "RUDE"', "'RUDE' is no code"),
        ('severity = "warn"', 'severity = "stop"', "'stop' is no severity"),
        ('message = "“{found}” is for sale."', "", "'message' has to be a text"),
        ("“{found}” is", "“{what}” is", "'message' may hold {found}"),
        ('words = ["{animal} for ... sale"]', "", "one of 'words', 'symbols' or 'test'"),
        ('words = ["{animal} for ... sale"]', 'test = "magic"', "no predicate 'magic'"),
        ('words = ["{animal} for ... sale"]', "words = []", "'words' has to be a list"),
        ("{animal} for", "{plant} for", "no word list 'plant'"),
        ("{animal} for", "(open for", "no regular expression"),
        ('words = ["{animal} for ... sale"]', 'words = ["x*"]', "would match everywhere"),
        ('advice = "', 'wrods = ["x"]\nadvice = "', "unknown key 'wrods'"),
        ('advice = "', 'at_least = 0\nadvice = "', "'at_least'"),
        ("[[rule]]", "[[rule", "no TOML file"),
        ("[[rule]]", "[rule]", "more than [[rule]] tables"),
    ],
)
def test_broken_rule_is_refused_with_file_and_reason(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(RuleError) as caught:
        load_rules(folder(tmp_path, RULE.replace(old, new)))
    assert "goods.toml" in str(caught.value)
    assert complaint in str(caught.value)
    assert caught.value.hint


def test_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="'pets' stands twice"):
        load_rules(folder(tmp_path, RULE + RULE))


def test_word_list_that_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"words\.toml.*'animal'"):
        load_rules(folder(tmp_path, words="animal = 3\n"))


def test_lists_that_name_each_other_are_refused() -> None:
    with pytest.raises(PatternError, match="name each other"):
        compile_words(["{one}"], {"one": ("{two}",), "two": ("{one}",)})
