"""How likely it is that an ad is clicked: a logistic of relevance, quality and place, mended by what was observed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import exp, log

LEAST, MOST = 1e-6, 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The weights of the logistic, and how many showings the prediction itself is worth beside observed ones.

    An ad of relevance 0.6 and quality 0.8 in the first place comes to 0.8%, one of relevance 0.3 to 0.3%: about what
    recommendations in a shop are clicked in public logs. They are assumptions where no log says better.
    """

    intercept: float = -7.0
    relevance: float = 3.0
    quality: float = 0.5
    place: float = -0.3
    prior_showings: float = 500.0

    def predict(self, relevance: float, quality: float) -> float:
        """The rate in the first place, between 0 and 1, of an ad that nothing was observed of."""
        return _logistic(self.intercept + self.relevance * relevance + self.quality * quality)

    def in_place(self, rate: float, place: int) -> float:
        """The rate in a place, from 1, of an ad that has this rate in the first."""
        if place == 1:
            return rate
        rate = min(MOST, max(LEAST, rate))
        return _logistic(log(rate / (1 - rate)) + self.place * log(place))

    def smooth(self, predicted: float, clicks: float, showings: float) -> float:
        """The mean of a Beta distribution around the prediction after these observations.

        `smooth(p, 0, 0)` is p; the more showings, the nearer to clicks / showings.
        """
        if showings <= 0:
            return predicted
        mended = (self.prior_showings * predicted + clicks) / (self.prior_showings + showings)
        return min(MOST, max(LEAST, mended))


class History:
    """The clicks and showings of each ad so far. A showing in a low place counts for less, as fewer look there."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._clicks: dict[str, int] = defaultdict(int)
        self._showings: dict[str, float] = defaultdict(float)

    def observe(self, ad: str, place: int, *, clicked: bool) -> None:
        """Note one showing of an ad in a place, from 1."""
        self._clicks[ad] += clicked
        self._showings[ad] += exp(self._rates.place * log(place))

    def mend(self, ad: str, predicted: float) -> float:
        """The predicted rate of an ad, smoothed by what was observed of it."""
        return self._rates.smooth(predicted, self._clicks.get(ad, 0), self._showings.get(ad, 0.0))


def _logistic(score: float) -> float:
    return min(MOST, max(LEAST, 1 / (1 + exp(-max(-700.0, min(700.0, score))))))
