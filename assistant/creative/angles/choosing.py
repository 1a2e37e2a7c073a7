"""Which angles suit a product: by what kind of thing it is, and by what its facts can carry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from assistant.creative.angles.catalogue import ANGLES, BY_NAME, KINDS, Angle, Kind
from assistant.creative.bounds.inflection import last_phrases, phrases_of
from assistant.creative.ground import kinds_in
from assistant.errors import UsageError
from store.records import Product

# Points of a score. An angle that fits outranks any that does not; one that was made for other products comes after
# those, one that the facts cannot carry last; chance only decides between angles that suit a product alike.
FITS, EACH_MORE_FIT, FAR = 1.0, 0.2, -3.0
CARRIED, FREE, UNMET = 0.6, 0.3, -4.0
CHANCE = 0.4
SILLY = -20.0
REASONABLE, NOT_SILLY = -1.0, -10.0
# No more of a text is looked at: what comes later says little of what a thing is.
LONGEST, MOST_LEVELS, MOST_TAGS = 200, 10, 50
# What follows these in a title says what the product is for or goes with, not what it is.
HEAD_ENDS = re.compile(r"\s+(?:for|with|in|of|from|by|to|and|fits)\s+|[,;:(/|]|\s[-–—]\s", re.IGNORECASE)
PACKED_AS = re.compile(r"(?:\s+(?:set|pack|pair|pcs|pieces?|box|bundle|kit|\S*\d\S*|[a-z]{1,2}))+$", re.IGNORECASE)
CLAIMED_BY = {"color": "colour", "material": "material", "size": "size", "age_group": "audience"}
STATED = {"included": "what is included", "compatibility": "what it works with", "number": "a number"}

Ranked = tuple[Angle, float, str]


def choose_angles(product: Product, wanted: Sequence[str], count: int) -> tuple[Angle, ...]:
    """The angles that were asked for, filled up to `count` with those that suit the product best.

    One of each family comes before a second of any. There are fewer than `count` only where all that is left would be
    silly for the product.
    """
    if unknown := [name for name in wanted if name not in BY_NAME]:
        raise UsageError(f"There is no angle {unknown[0]!r}.", hint=f"Known: {', '.join(BY_NAME)}.")
    if not 1 <= count <= len(ANGLES):
        raise UsageError(
            f"--variants takes 1 to {len(ANGLES)}, not {count}.", hint="There is one variant for each angle."
        )
    chosen = tuple(BY_NAME[name] for name in dict.fromkeys(wanted))
    return chosen + spare_angles(product, chosen)[: max(count - len(chosen), 0)]


def spare_angles(product: Product, chosen: Sequence[Angle]) -> tuple[Angle, ...]:
    """The other angles that a product can be told from, best first, those of a family not yet chosen before the rest.

    They replace an angle that came to nothing. Silly ones are left out.
    """
    left = {angle.name: score for angle, score, _ in rank_angles(product) if angle not in chosen and score > NOT_SILLY}
    reasonable = [BY_NAME[name] for name, score in left.items() if score > REASONABLE]
    varied = _one_of_each_family(reasonable, {angle.family for angle in chosen})
    rest = [BY_NAME[name] for name in left if BY_NAME[name] not in varied]
    return (*varied, *rest)


def rank_angles(product: Product) -> tuple[Ranked, ...]:
    """Every angle with its score for a product and why, best first; a silly one scores below `NOT_SILLY`.

    Two products of one kind get different angles of those that suit both alike: their ids decide.
    """
    kinds = kinds_of(product)
    stated = kinds_in(product) | {claim for name, claim in CLAIMED_BY.items() if getattr(product, name)}
    said = phrases_of(" . ".join(text for _, text in product.facts))
    ranked = [(angle, *_score(angle, kinds, stated, said, product)) for angle in ANGLES]
    return tuple(sorted(ranked, key=lambda entry: -entry[1]))


def kinds_of(product: Product) -> frozenset[str]:
    """The kinds of products that this one is, by its title, type, tags and interest."""
    levels = [_short(level) for level in product.product_type.split(">")][-MOST_LEVELS:]
    title, tags = _short(product.title), map(_short, product.tags[:MOST_TAGS])
    named = phrases_of(" . ".join([title, *levels, *tags]))
    things = last_phrases(_head(title)) | last_phrases(_head(levels[-1]))
    interest = product.interest.value if product.interest else ""
    return frozenset(name for name, kind in KINDS.items() if _is_of(kind, named, things, interest))


def _is_of(kind: Kind, named: frozenset[str], things: frozenset[str], interest: str) -> bool:
    return not named.isdisjoint(kind.words) or not things.isdisjoint(kind.heads) or interest in kind.interests


def _short(text: str) -> str:
    return " ".join(text[: 2 * LONGEST].split())[:LONGEST]


def _head(title: str) -> str:
    """What a thing is: "USB-C charging cable" of "USB-C charging cable 2 m, braided"."""
    head = HEAD_ENDS.split(title, maxsplit=1)[0].strip()
    return PACKED_AS.sub("", head) or head


def _score(
    angle: Angle, kinds: frozenset[str], stated: frozenset[str], said: frozenset[str], product: Product
) -> tuple[float, str]:
    chance = CHANCE * _chance(product, angle)
    if silly := [kind for kind in angle.never if kind in kinds]:
        return SILLY + chance, f"it is not for {KINDS[silly[0]].called}"
    fits = [kind for kind in angle.fits if kind in kinds]
    fit = FITS + EACH_MORE_FIT * min(len(fits) - 1, 2) if fits else FAR if angle.special else 0.0
    suits = f"it suits {KINDS[fits[0]].called}" if fits else "it suits other products better" if fit else ""
    carried, has = _carried(angle, stated, said)
    return fit + carried + chance, " and ".join(part for part in (suits, has) if part) or "it suits any product"


def _carried(angle: Angle, stated: frozenset[str], said: frozenset[str]) -> tuple[float, str]:
    """Points for what the facts hold of what the angle needs, and that in words."""
    if not angle.needs and not angle.mentions:
        return FREE, ""
    if kind := next((kind for kind in angle.needs if kind in stated), ""):
        return CARRIED, f"the facts state {STATED.get(kind, f'its {kind}')}"
    if word := next((word for word in angle.mentions if word in said), ""):
        return CARRIED, f"the facts say {word!r}"
    return UNMET, "the facts do not hold what it needs"


def _one_of_each_family(angles: Iterable[Angle], taken: set[str]) -> list[Angle]:
    first = {angle.family: angle for angle in reversed(list(angles))}
    return [angle for angle in angles if first[angle.family] is angle and angle.family not in taken]


def _chance(product: Product, angle: Angle) -> float:
    """From 0 to 1, always the same for a product and an angle."""
    seed = f"{product.id}\0{product.title}\0{angle.name}".encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(seed, digest_size=4).digest()) / 2**32
