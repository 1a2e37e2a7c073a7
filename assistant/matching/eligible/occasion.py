"""The occasion at which an ad would be shown: when, beside what, and to whom, as far as the caller says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from store.records import Interest
from store.words import Stemmer, split_words


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Nothing is known of a person but what stands here; what is empty or None is not known.

    `beside` is the text of the pin or of the query, `topics` the interests it is of. `likes` are a person's interests,
    which count only where `personal`: where the person lets them be used. `impressions` is how often the person saw
    ads of a campaign on the day of `now`, by the campaign's id.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    beside: str = ""
    topics: frozenset[Interest] = frozenset()
    country: str = ""
    language: str = ""
    age: int | None = None
    likes: frozenset[Interest] = frozenset()
    personal: bool = True
    impressions: Mapping[str, int] = field(default_factory=dict)

    @property
    def reached(self) -> frozenset[Interest]:
        """The interests by which a campaign may find this occasion."""
        return self.topics | self.likes if self.personal else self.topics

    def mentions(self, phrase: str) -> bool:
        """Whether the words of a phrase stand beside each other in `beside`, each in whatever form."""
        sought = self._stems_of(phrase)
        return bool(sought) and f" {' '.join(sought)} " in self._surroundings

    @cached_property
    def _stemmer(self) -> Stemmer:
        return Stemmer()

    @cached_property
    def _surroundings(self) -> str:
        return f" {' '.join(self._stems_of(self.beside))} "

    def _stems_of(self, text: str) -> list[str]:
        words = split_words(text)
        stems = self._stemmer.stems(words)
        return [stem for word in words if (stem := stems[word])]
