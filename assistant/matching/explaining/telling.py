"""Why an ad fits, in a sentence or two by the writer, who is given the facts of the explanation and no others.

The writer names the facts first, held to their numbers by the form of the field. What it then says is held against
the record; a sentence that does not hold is asked for once more, then dropped, and one made of the facts stands in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass

from assistant.llm.engine import Citations, Engine, Field, Piece, Reply, Request, Text, conversation
from assistant.matching.explaining.evidence import Explanation
from assistant.matching.explaining.given import Given, given, sentence_of, telling_words_of
from assistant.matching.explaining.pieces import sentences
from prompts import load
from store.creatives import Claim
from store.records import Record
from store.words import Stemmer, telling_words

ATTEMPTS = 2
MOST_CITED = 4
MOST_SOUGHT = 4
MOST_SENTENCES = 2
MOST_WORDS = 64
TITLE = 1
# The writer goes on after the lead; what it says is checked as a sentence about the thing itself.
LEAD, SUBJECT = "It fits because it", "It"
# No fact is a link, and a sentence about facts has none.
_LINK = re.compile(r"[^\W\d_]\.[^\W\d_]|://|@")

# The claims of a text about a record, each with what supports it, if anything does.
Check = Callable[[str, Record], Sequence[Claim]]


@dataclass(frozen=True, slots=True)
class Told:
    """Why a match fits: the sentence, the facts that were given, and the numbers (from 1) of those it rests on.

    `by_writer` is False where the sentence was made of the facts without the writer.
    """

    text: str
    cites: tuple[int, ...]
    facts: tuple[str, ...]
    by_writer: bool


def tell(
    explanations: Sequence[Explanation],
    engine: Engine,
    check: Check,
    *,
    seed: int = 0,
    on_piece: Callable[[Piece], None] = lambda _: None,
) -> tuple[Told, ...]:
    """A sentence or two for each explanation, all written together. Takes a few seconds on a CPU."""
    facts = {_key(one): given(one) for one in explanations}
    told: dict[str, Told] = {}
    with closing(Stemmer()) as stemmer:
        for attempt in range(ATTEMPTS):
            open_ones = [one for one in explanations if _key(one) not in told]
            asked = [_request(one, facts[_key(one)], seed + attempt) for one in open_ones]
            replies = engine.complete(asked, on_piece)
            for one in open_ones:
                teller = _Listener(one.match.record, facts[_key(one)], check, stemmer)
                said = teller.hear(replies[_key(one)], drop=attempt + 1 == ATTEMPTS)
                told |= {_key(one): said} if said else {}
    return tuple(told.get(_key(one)) or _made(facts[_key(one)]) for one in explanations)


@dataclass(frozen=True, slots=True)
class _Listener:
    """Takes of what the writer says about one record what its facts bear out."""

    record: Record
    facts: Sequence[Given]
    check: Check
    stemmer: Stemmer

    def hear(self, reply: Reply, *, drop: bool) -> Told | None:
        """What was said, if all of it holds; with `drop`, those of its sentences that do. None where nothing does."""
        text = "" if "text" in reply.cut else reply.texts.get("text", "").strip()
        said = sentences(f"{SUBJECT} {text}" if text else "")[:MOST_SENTENCES]
        cited = _numbers(reply.texts.get("cites", ""), len(self.facts))
        held = [sentence for sentence in said if self._holds(sentence, cited)]
        whole = " ".join(held)
        # What is told has to name the thing: the facts of an ad speak of other things too.
        if not self._rests_on(whole, TITLE) or (len(held) < len(said) and not drop):
            return None
        cites = tuple(number for number in cited if self._rests_on(whole, number))
        return Told(_with_lead(whole, said[0]), cites, lines(self.facts), by_writer=True)

    def _holds(self, sentence: str, cited: Collection[int]) -> bool:
        supported = all(claim.supported for claim in self.check(sentence, self.record))
        return supported and not _LINK.search(sentence) and any(self._rests_on(sentence, n) for n in cited)

    def _rests_on(self, sentence: str, number: int) -> bool:
        """Whether a sentence says something of a fact: they share a word that tells."""
        return bool(self._stems(sentence) & self._stems(self.facts[number - 1].line.partition(":")[2]))

    def _stems(self, text: str) -> set[str]:
        return set(self.stemmer.stems(telling_words(text, MOST_WORDS)).values())


def _with_lead(whole: str, first: str) -> str:
    """What was said, after the lead where its first sentence is still there."""
    return f"{LEAD}{whole.removeprefix(SUBJECT)}" if whole.startswith(first) else whole


def lines(facts: Sequence[Given]) -> tuple[str, ...]:
    return tuple(fact.line for fact in facts)


def _request(explanation: Explanation, facts: Sequence[Given], seed: int) -> Request:
    """What the writer is asked. It is not shown the query: what only that says would be told of the ad."""
    numbers = tuple(str(number) for number in range(1, len(facts) + 1))
    turns = load("match_why").render(sought=telling_words_of(explanation)[:MOST_SOUGHT], facts=lines(facts))
    return Request(
        key=_key(explanation),
        messages=conversation(turns),
        fields=(
            Field("cites", Citations(numbers, at_most=min(MOST_CITED, len(numbers))), "Facts:", max_tokens=24),
            Field("text", Text(260, 12, enough_chars=60), LEAD, max_tokens=80),
        ),
        temperature=0.3,
        seed=seed,
    )


def _numbers(cited: str, most: int) -> list[int]:
    found = dict.fromkeys(int(number) for number in cited.split(",") if number.strip().isdecimal())
    return [number for number in found if 1 <= number <= most]


def _made(facts: Sequence[Given]) -> Told:
    text, cites = sentence_of(facts)
    return Told(text, cites, lines(facts), by_writer=False)


def _key(explanation: Explanation) -> str:
    return f"result {explanation.match.rank}"
