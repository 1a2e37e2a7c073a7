"""Reading along while the writer writes: what no fact supports is written otherwise before the text is done.

A whole text that fails costs a whole text again; a word that is caught when it is written costs that word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from assistant.creative.bounds.languages import LANGUAGES
from assistant.creative.bounds.remains import patterns_of
from assistant.creative.bounds.repeats import repeated, runs, same_words, says_the_same, words_of
from assistant.creative.formats import Format
from assistant.creative.ground import check
from assistant.creative.judge import SURE
from assistant.creative.ranking.distinct import small_stems, told_stems
from assistant.creative.ranking.wording import lexicon, phrases, stems
from assistant.creative.style.house import DEFAULT_STYLE
from assistant.errors import defect
from assistant.llm.engine import Watch
from store.creatives import Brief

# What the default style does without: an exclamation mark, and a sentence that begins with a small letter.
UNSTYLED = (re.compile("!"), re.compile(r"(?<=[a-z]{4}[.?] )[a-z]"))
LAST_WORD = re.compile(r"\S+\s*$")
# Of the feed's own words so many may follow one another, and of another variant's.
LONGEST_RUN = 7
LONGEST_SHARED = 2
# What begins so could be said of any product; a reader has moved on before the idea comes.
STALE_OPENINGS = frozenset(
    {
        "this",
        "these",
        "the",
        "our",
        "it",
        "it's",
        "its",
        "introducing",
        "meet",
        "made",
        "crafted",
        "designed",
        # What the line of the angle begins with comes out again.
        "say",
        "imagine",
    }
)
LONGEST_OPENING = 12
Run = tuple[str, ...]


class Watching:
    """Watches the variants of one product while they are written.

    Refused are claims without a fact, long runs of the feed's own words, words to avoid, what is said already, and what
    another variant says in words that are not the product's. So is filler: it does no harm and blocks no text, but here
    it costs next to nothing to do without.
    """

    def __init__(self, brief: Brief, format: Format) -> None:
        self._product = brief.product
        self._feeds_own = _runs(brief.product.description, LONGEST_RUN + 1)
        self._names = _runs(brief.product.title, LONGEST_SHARED + 1)
        self._avoided = [phrases((*brief.avoid, *brief.style.avoid)), lexicon().filler, *patterns_of("missing_space")]
        if brief.style == DEFAULT_STYLE:
            self._avoided += UNSTYLED
        self._groups = {slot.name: slot.group for slot in format.slots}
        of_a_kind = Counter(self._groups.values())
        self._sentences = {slot.name for slot in format.slots if slot.sentence and of_a_kind[slot.group] == 1}
        self._language = LANGUAGES.get(brief.language)
        self._given = small_stems() | told_stems(brief.product)
        self._drafts: dict[str, dict[str, str]] = {}

    def of(self, key: str, given: Mapping[str, str] = MappingProxyType({})) -> Watch:
        """The watch of one variant; what it has written so far is told to the watches of the others.

        `given` are the texts that it has already, by slot.
        """
        drafts = self._drafts[key] = dict(given)

        def wrong_from(field: str, text: str, whole: bool) -> int | None:
            drafts[field] = text
            try:
                return self._wrong_from(key, field, text, whole)
            except Exception as error:  # noqa: BLE001 - `defect` raises what is none again
                # Whoever judges the whole text meets it as well, and fails that product alone.
                defect(error)
                return None

        return wrong_from

    def _wrong_from(self, key: str, field: str, text: str, whole: bool) -> int | None:
        places = [self._unsupported(text), self._repeated(key, text), self._stale(key, field, text)]
        places.append(self._nothing_new(key, field, text) if whole else None)
        places += [self._shared(key, text), self._again(text), *self._unwanted(text)]
        return min((place for place in places if place is not None), default=None)

    def _unsupported(self, text: str) -> int | None:
        """The last word of the first claim without a fact: another word there may make it one that has its fact."""
        wrong = (claim for claim in check(text, self._product) if not claim.supported and claim.confidence >= SURE)
        return next((claim.end - len(claim.text.split()[-1]) for claim in wrong), None)

    def _repeated(self, key: str, text: str) -> int | None:
        """The last word, where it makes one more of a run that the feed has, or another variant."""
        words = words_of(text)
        run = tuple(words[-LONGEST_SHARED - 1 :])
        if tuple(words[-LONGEST_RUN - 1 :]) in self._feeds_own or (run not in self._names and self._is_taken(key, run)):
            found = LAST_WORD.search(text)
            return found.start() if found else None
        return None

    def _stale(self, key: str, field: str, text: str) -> int | None:
        """The beginning, where a text of sentences opens as any could, or as another variant does."""
        opening = words_of(text)[:1]
        if not opening or field not in self._sentences:
            return None
        others = (drafts.get(field, "") for name, drafts in self._drafts.items() if name != key)
        stale = opening[0] in STALE_OPENINGS or any(words_of(other)[:1] == opening for other in others)
        return 0 if stale and len(text) < LONGEST_OPENING else None

    def _nothing_new(self, key: str, field: str, text: str) -> int | None:
        """The last word of a text that is the product's name and nothing else, or what the ad says elsewhere."""
        drafts, kind = self._drafts[key], self._groups.get(field)
        elsewhere = [said for name, said in drafts.items() if name != field and self._groups.get(name) == kind]
        again = any(says_the_same(text, other, self._language) for other in elsewhere)
        found = LAST_WORD.search(text) if again or same_words(text, self._product.title) else None
        return found.start() if found else None

    def _is_taken(self, key: str, run: Run) -> bool:
        return any(run in _runs(other, len(run)) for other in self._others(key)) if len(run) > LONGEST_SHARED else False

    def _shared(self, key: str, text: str) -> int | None:
        """The last word, where it is neither of the facts nor a small one and another variant has it."""
        found = LAST_WORD.search(text)
        last = stems(found[0])[-1:] if found else []
        if not found or not last or last[0] in self._given:
            return None
        return found.start() if any(last[0] in stems(other) for other in self._others(key)) else None

    def _again(self, text: str) -> int | None:
        """The last word, where the text says with it what it has said already."""
        found = LAST_WORD.search(text) if repeated(text, self._language, self._product.title) else None
        return found.start() if found else None

    def _others(self, key: str) -> Iterator[str]:
        """What the other variants have written so far."""
        return (text for name, drafts in self._drafts.items() if name != key for text in drafts.values())

    def _unwanted(self, text: str) -> list[int]:
        return [found.start() for words in self._avoided if (found := words.search(text))]


def _runs(text: str, length: int) -> frozenset[Run]:
    return frozenset(runs(words_of(text), length))
