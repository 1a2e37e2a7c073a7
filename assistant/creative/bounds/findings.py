"""What keeps a text from leaving: its limits, a cut end, what is not copy, another language, and saying it again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.creative.bounds.languages import LANGUAGES, UNSPACED, Language, other_language
from assistant.creative.bounds.remains import LONGEST_QUOTE, remains
from assistant.creative.bounds.repeats import copied_example, is_copied, repeated, same_words, says_the_same, words_of
from assistant.creative.formats import Format, Shape, Slot
from store.creatives import Finding, Severity
from store.records import Product

CLOSING = "\"'’”»)］）」』】"
ENDS_AS_SENTENCE = re.compile(rf"[.!?。！？؟।][{re.escape(CLOSING)}]*$")
TRAILS_OFF = re.compile(rf"(?:\.\.|…)[{re.escape(CLOSING)}]*$")
ENDS_OPEN = re.compile(r"[,;:&+/|–—、，：；-]$|[(“«‘]$")
STARTS_INSIDE = re.compile(r"^\s*(?:[,;:.!?)\]»”%&/、。，]|\.{2,}|…)")
LAST_WORD = re.compile(r"([^\W\d_]+(?:['’-][^\W\d_]+)*|&)\W*$")
# Thai ends a sentence with a space or with nothing.
NO_FULL_STOP = "Thai"
LEAST_VISIBLE_WORDS = 3
# Letters of these scripts are twice as wide, so that fewer of a title are seen.
WIDE = frozenset({"Han", "Kana", "Hangul", "Arabic"})
CARD = re.compile(r"^card_\d+_")


def findings(
    texts: Mapping[str, str],
    cut: frozenset[str],
    format: Format,
    product: Product,
    others: Sequence[Mapping[str, str]],
    language: str = "English",
    examples: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """What is wrong with a variant's texts by slot; nothing that blocks where it can leave as it is.

    `cut` names the slots that the writer could not finish. `others` are the texts of the variants accepted before it;
    `examples` are ads, a line a text, that the writer was shown. A label is looked at only where there is one.
    """
    judge = _Judge(format, product, LANGUAGES.get(language), others, examples)
    found = [finding for slot in format.slots for finding in judge.slot(slot, texts, slot.name in cut)]
    return (*found, *judge.within(texts))


@dataclass(frozen=True, slots=True)
class _Judge:
    """All that a text is held against."""

    format: Format
    product: Product
    language: Language | None
    others: Sequence[Mapping[str, str]]
    examples: Sequence[str]

    def slot(self, slot: Slot, texts: Mapping[str, str], cut: bool) -> Iterator[Finding]:
        text = texts.get(slot.name, "")
        if not re.search(r"\w", text):
            if self._is_missed(slot, texts):
                yield _finding(slot.name, "empty", "is empty", f"Write a {_called(slot.name)}.")
            return
        yield from _limits(slot, text)
        if slot.shape is not Shape.LABEL:
            yield from self._end(slot, text, cut)
            yield from self._content(slot, text)
            yield from self._again(slot, text)

    def _is_missed(self, slot: Slot, texts: Mapping[str, str]) -> bool:
        """An empty text is missed where it is required, or where the other half of its card is there."""
        if slot.shape is Shape.LABEL:
            return slot.name in texts and slot.required
        card = CARD.match(slot.name)
        return slot.required or bool(card and any(name.startswith(card[0]) and text for name, text in texts.items()))

    def _end(self, slot: Slot, text: str, cut: bool) -> Iterator[Finding]:
        if cut or self._is_cut(slot, text):
            advice = f"Write a shorter {_called(slot.name)} and finish it."
            yield _finding(slot.name, "cut", "is cut off", advice)
        elif STARTS_INSIDE.search(text):
            yield _finding(slot.name, "cut", "begins in the middle", f"Write the {_called(slot.name)} as a whole.")

    def _is_cut(self, slot: Slot, text: str) -> bool:
        text = text.strip()
        if TRAILS_OFF.search(text) or ENDS_OPEN.search(text) or self._ends_on_open_word(text):
            return True
        has_full_stop = not self.language or NO_FULL_STOP not in self.language.scripts
        return slot.sentence and has_full_stop and not ENDS_AS_SENTENCE.search(text)

    def _ends_on_open_word(self, text: str) -> bool:
        last = LAST_WORD.search(text)
        if not last or not self.language:
            return False
        word = last[1].casefold()
        if word in self.language.open:
            return True
        # "A bag to travel with" is whole and "A bag with" is not; what ends in a full stop was meant to end there.
        asked_for = self.language.asks & set(words_of(text[: last.start()]))
        return word in self.language.loose and not asked_for and not ENDS_AS_SENTENCE.search(text)

    def _content(self, slot: Slot, text: str) -> Iterator[Finding]:
        for remain in remains(text, self.product):
            said = text[remain.start : remain.end].strip()[:LONGEST_QUOTE]
            problem = f"holds {said!r}, which is {remain.what}" if said else f"holds {remain.what}"
            yield _finding(slot.name, remain.code, problem, remain.advice, (remain.start, remain.end))
        if self.language and (strange := other_language(text, self.language, (fact for _, fact in self.product.facts))):
            advice = f"Write in {self.language.name} alone."
            problem = f"is in {strange}, not in {self.language.name}"
            yield _finding(slot.name, "wrong_language", problem, advice, check="language")
        if again := repeated(text, self.language, self.product.title):
            yield _finding(slot.name, "repeats_itself", f"says {again!r} too often", f"Say {again!r} once.")
        if self._hides_its_point(slot, text):
            seen = f"shows only {text[: self._visible(slot)].strip()!r} of its point before it is folded away"
            yield _finding(slot.name, "hidden_point", seen, "Begin the title with its idea.", severity=Severity.WARN)

    def _again(self, slot: Slot, text: str) -> Iterator[Finding]:
        called = _called(slot.name)
        if self._is_the_name(slot, text):
            advice = f"Give the {called} an idea of its own, not the product's name."
            yield _finding(slot.name, "repeats_name", "is only the product's name", advice)
        if slot.sentence and is_copied(text, self.product.description):
            problem, advice = "repeats the product's own, word for word", "Say it in other words than the facts do."
            yield _finding(slot.name, "copies_feed", problem, advice, check="distinct")
        if copied_example(text, self.examples):
            advice = f"Write the {called} for this product, not the example's."
            yield _finding(slot.name, "copies_example", "is an example's", advice, check="distinct")
        if any(same_words(text, other.get(slot.name, "")) for other in self.others):
            problem, advice = "is the same as another variant's", f"Write another {called}."
            yield _finding(slot.name, "same_as_another", problem, advice, check="distinct")

    def _is_the_name(self, slot: Slot, text: str) -> bool:
        """Whether a title is no more than the product's name; one headline of several may be."""
        alone = sum(other.group == slot.group for other in self.format.slots) == 1
        return not slot.sentence and alone and same_words(text, self.product.title)

    def within(self, texts: Mapping[str, str]) -> Iterator[Finding]:
        """Texts of one ad that say the same; each is named once, by the first text that it repeats."""
        written = [slot for slot in self.format.written if words_of(texts.get(slot.name, ""))]
        for place, slot in enumerate(written):
            same = (other for other in written[:place] if self._are_alike(slot, other, texts))
            if first := next(same, None):
                problem, advice = f"says the same as the {_called(first.name)}", f"Write another {_called(slot.name)}."
                yield _finding(slot.name, "same_as_another", problem, advice, check="distinct")

    def _are_alike(self, slot: Slot, other: Slot, texts: Mapping[str, str]) -> bool:
        text, other_text = texts[slot.name], texts[other.name]
        in_one_group = slot.group == other.group
        return says_the_same(text, other_text, self.language) if in_one_group else same_words(text, other_text)

    def _hides_its_point(self, slot: Slot, text: str) -> bool:
        """Whether all that shows of a long title is the product's name, or hardly a word."""
        visible = self._visible(slot)
        if slot.sentence or not visible or len(text) <= visible:
            return False
        name = self.product.title
        if self.language and UNSPACED & set(self.language.scripts):
            return text[:visible].casefold() == name[:visible].casefold()
        shown = words_of(text[:visible].rpartition(" ")[0])
        return len(shown) < LEAST_VISIBLE_WORDS or shown == words_of(name)[: len(shown)]

    def _visible(self, slot: Slot) -> int:
        wide = self.language is not None and bool(WIDE & set(self.language.scripts))
        return slot.visible * 3 // 4 if wide else slot.visible


def _limits(slot: Slot, text: str) -> Iterator[Finding]:
    length, named = len(text), _called(slot.name)
    if length > slot.hard:
        problem = f"has {length} characters, {slot.hard} are allowed"
        yield _finding(slot.name, "too_long", problem, f"Write a shorter {named}.", (slot.hard, length))
    elif length > slot.soft:
        problem = f"has {length} characters; {slot.soft} or fewer are better"
        yield _finding(slot.name, "long", problem, f"Write a shorter {named}.", severity=Severity.INFORM)


def _called(slot: str) -> str:
    return slot.replace("_", " ")


def _finding(
    slot: str,
    code: str,
    problem: str,
    advice: str,
    span: tuple[int, int] = (0, 0),
    *,
    check: str = "limits",
    severity: Severity = Severity.BLOCK,
) -> Finding:
    return Finding(
        check=check,
        code=code,
        message=f"the {_called(slot)} {problem}",
        severity=severity,
        slot=slot,
        start=span[0],
        end=span[1],
        advice=advice,
    )
