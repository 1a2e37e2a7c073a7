"""The products that serve each segment, and the angles to tell them from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from assistant.embedding.embedder import Vectors
from assistant.intent.audience.angles import fitting
from assistant.intent.audience.model import Audience, Segment
from store.records import Match

# The ads for a need: its text, the vectors of it, shape (n, dimension), and the ids of ads that are shown already.
FindAds = Callable[[str, Vectors, Collection[str]], Sequence[Match]]
# The angles of the catalogue that suit the product behind an ad, and how well each does.
Suits = Callable[[Match], Mapping[str, float]]


def served(audience: Audience, find_ads: FindAds, suits: Suits) -> Audience:
    """The audience with the ads and angles of each segment; no ad serves two of them."""
    taken: set[str] = set()
    segments = []
    for segment in audience.segments:
        text = sought(segment)
        ads = tuple(find_ads(text, segment.vector[None, :], frozenset(taken))) if text else ()
        taken |= {match.record.id for match in ads}
        angles = fitting(segment, [suits(match) for match in ads])
        segments.append(replace(segment, ads=ads, angles=angles))
    return replace(audience, segments=tuple(segments))


def sought(segment: Segment) -> str:
    """What a segment looks for, in a few of its shared words."""
    phrases = [shared.text for shared in (*segment.unites[:3], *segment.searches[:1])]
    return ", ".join(phrases) or next((record.title for record in segment.records), "")
