"""Words of a text with their places, their stems and the roots of their families."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.vocabulary.data import grammar

WORD = re.compile(
    r"\b[Nn]o\.(?= ?\d)|[^\W\d_]{1,4}\d\w*|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*[^\W\d_]*|[%$€£°\"″&#+]"
)
SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|[\n\r]+|[;•|]")
PAUSE = re.compile(r"[,:()–—/]|\s-\s|[.!?;•|\n]")

IRREGULAR = {
    "kept": "keep", "held": "hold", "made": "make", "making": "make", "built": "build", "worn": "wear", "wore": "wear",
    "woven": "weave", "wove": "weave", "feet": "foot", "knives": "knife", "shelves": "shelf", "leaves": "leaf",
    "loaves": "loaf", "lives": "life", "wives": "wife", "scarves": "scarf", "halves": "half", "calves": "calf",
    "wolves": "wolf", "children": "child", "men": "man", "women": "woman", "mice": "mouse", "teeth": "tooth",
    "stood": "stand", "lit": "light", "gave": "give", "given": "give", "came": "come", "won": "win", "sewn": "sew",
    "grown": "grow", "grew": "grow", "thrown": "throw", "cut": "cut", "cutting": "cut", "sold": "sell", "bought": "buy",
    "left": "left", "knitted": "knit", "knitting": "knit", "dyed": "dye", "dyeing": "dye", "lying": "lie",
    "lies": "lie",
    "has": "have", "had": "have", "does": "do", "is": "be", "are": "be", "was": "be", "were": "be", "been": "be",
    "aluminum": "aluminium", "gray": "grey", "grays": "grey", "greys": "grey", "jewellery": "jewelry", "added": "add",
    "adding": "add", "adds": "add", "tyre": "tire", "tyres": "tire", "mould": "mold", "moulds": "mold",
    "drank": "drink",
    "shook": "shake", "shaken": "shake", "broke": "break", "broken": "break", "froze": "freeze", "frozen": "freeze",
    "shrunk": "shrink", "shrank": "shrink", "slept": "sleep", "felt": "felt", "ground": "ground", "bound": "bind",
    "moulded": "mold", "molded": "mold", "wellbeing": "wellbeing", "cosy": "cozy", "cosier": "cozy", "plough": "plow",
    "storey": "story", "licence": "license", "sulphate": "sulfate", "sulphates": "sulfate", "pyjama": "pajama",
    "pyjamas": "pajama", "pajamas": "pajama", "moustache": "mustache", "yoghurt": "yogurt", "doughnut": "donut",
    "stayed": "stay", "fibre": "fiber", "fibres": "fiber", "centre": "center", "metre": "meter", "metres": "meter",
    "litre": "liter", "litres": "liter", "travelled": "travel", "traveller": "traveler", "travellers": "traveler",
    "cheque": "check", "grippy": "grip", "used": "use", "using": "use", "uses": "use", "aged": "age", "ages": "age",
    "aging": "age", "ageing": "age", "tried": "try", "gases": "gas", "lens": "lens", "lenses": "lens",
    "chassis": "chassis", "beanies": "beanie", "hoodies": "hoodie", "cookies": "cookie", "brownies": "brownie",
    "movies": "movie", "smoothies": "smoothie", "onesies": "onesie", "calories": "calorie", "veggies": "veggie",
    "scissors": "scissor", "glasses": "glass", "axes": "axe", "shoes": "shoe", "toes": "toe", "buses": "bus",
    "canvases": "canvas", "vases": "vase", "cases": "case", "bases": "base", "phrases": "phrase", "purses": "purse",
    "hoses": "hose", "roses": "rose", "noses": "nose", "houses": "house", "mouses": "mouse", "blouses": "blouse",
    "lets": "let", "letting": "let", "people": "people", "wood's": "wood", "tiles": "tile",
    "jan": "january", "feb": "february", "apr": "april", "jun": "june", "jul": "july", "aug": "august",
    "sep": "september", "sept": "september", "oct": "october", "nov": "november", "dec": "december",
    "tue": "tuesday", "wed": "wednesday", "thu": "thursday", "fri": "friday",
}  # fmt: skip
# Words whose ending only looks like an inflection.
UNCHANGED = grammar("unchanged")
NOT_OUR = grammar("not_our")
BRITISH_VERB = re.compile(r"(?<=[a-z]{2}[^aeiou])is(?=(?:e|es|ed|ing|er|ers|ation|able)$)")
BRITISH_NOUN = re.compile(r"(?<=[a-z]{2})our(?=(?:s|ful|less|able|ite|ites|ed|ing|y)?$)")
VOWEL = re.compile(r"[aeiouy]")
FAMILIES = {
    "warmth": "warm", "strength": "strong", "strengthen": "strong", "safety": "safe", "width": "wide", "depth": "deep",
    "length": "long", "height": "high", "breathable": "breath", "breathability": "breath", "breathe": "breath",
    "weight": "weigh", "heat": "heat", "hot": "hot", "cozy": "cozy", "storage": "store", "wooden": "wood",
    "woolen": "wool", "woollen": "wool", "golden": "gold", "silky": "silk", "waterproof": "waterproof", "easy": "eas",
    "ease": "eas", "easier": "eas", "easily": "eas", "quick": "quick", "grow": "grow", "growth": "grow",
    "longer": "long",
    "thick": "thick", "childrens": "child", "freshness": "fresh", "tidy": "tidy", "speed": "speed", "fast": "fast",
    "organic": "organic", "relax": "relax",
    "protector": "protect", "stability": "stabl", "stable": "stabl", "steady": "stead", "quiet": "quiet",
}  # fmt: skip
SUFFIXES = (
    "abilities", "ability", "ibility", "ably", "ibly", "fulness", "ousness", "ation", "ition", "ement", "ment", "ness",
    "able", "ible", "ful", "ous", "ic", "ive", "ity", "ance", "ence", "ant", "ent", "ly", "er", "or", "ion", "al", "y",
)  # fmt: skip
LEAST_ROOT = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a number of a text: as it stands, in lower case, its stem, its place, and what follows it.

    `sentence` counts from 0. `pause` tells that a comma or the like stands before it, `joined` that nothing but a
    hyphen or slash parts it from the word before.
    """

    text: str
    lower: str
    stem: str
    start: int
    end: int
    sentence: int
    pause: bool
    joined: bool


def tokenize(text: str) -> tuple[Token, ...]:
    """The words of a text in order; linear in its length."""
    tokens = []
    sentence, end = 0, 0
    for match in WORD.finditer(text):
        between = text[end : match.start()]
        if match[0] == "s" and between in ("'", "’"):
            # "the HT-25's pump": no 25 seconds.
            end = match.end()
            continue
        ended = end > 0 and SENTENCE_END.search(between + " ") is not None
        sentence += ended
        lower = "number" if match[0].endswith(".") else match[0].lower().replace("’", "'")
        pause = end == 0 or ended or PAUSE.search(between) is not None
        joined = end > 0 and between in ("-", "‑", "", "–")
        tokens.append(Token(match[0], lower, stem(lower), match.start(), match.end(), sentence, pause, joined))
        end = match.end()
    return tuple(tokens)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What the inflections of one word have in common: "keeps", "keeping" and "kept" have one stem."""
    word = word.lower().replace("’", "'")
    word = word.removesuffix("'s").removesuffix("'")
    if word in ("breathe", "breathes", "breathing"):
        return "breathe"
    if word in IRREGULAR:
        return _ending(IRREGULAR[word])
    if word in UNCHANGED or not word.isalpha() or len(word) <= 3:
        return word
    return _ending(_without_inflection(_american(word)))


@lru_cache(maxsize=50_000)
def root(word: str) -> str:
    """What a family of words has in common: "durable" and "durability", "protects" and "protective"."""
    word = word.lower()
    if word in FAMILIES:
        return FAMILIES[word]
    base = stem(word)
    if base in FAMILIES:
        return FAMILIES[base]
    for suffix in SUFFIXES:
        short = suffix.removesuffix("e")
        least = LEAST_ROOT if len(short) > 2 else LEAST_ROOT + 1
        if base.endswith(short) and len(base) - len(short) >= least:
            base = base[: -len(short)]
            break
    return base.removesuffix("at").removesuffix("e") if len(base) > LEAST_ROOT + 2 else base


def _without_inflection(word: str) -> str:
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 2 and VOWEL.search(base):
            return _whole_verb(base) if not (ending == "ed" and base.endswith(("e", "i"))) else _ied(base)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes", "tzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _ied(base: str) -> str:
    return base[:-1] + "y" if base.endswith("i") else base + "ed"


def _whole_verb(base: str) -> str:
    """A verb without its ending: one consonant where two were for the ending's sake, and an e that it took away."""
    if len(base) > 2 and base[-1] == base[-2] and base[-1] not in "lszfaeou":
        return base[:-1]
    short = len(base) == 2 and base[0] in "aeiou"
    closed = len(base) == 3 and base[-1] not in "aeiouwxy" and base[-2] in "aeiou" and base[0] not in "aeiou"
    return base + "e" if short or closed else base


def _american(word: str) -> str:
    """One spelling for two: "organise" and "colour" become "organize" and "color"."""
    word = BRITISH_VERB.sub("iz", word)
    return word if word in NOT_OUR else BRITISH_NOUN.sub("or", word)


def _ending(word: str) -> str:
    if len(word) > 5 and word.endswith("ll"):
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") and not word.endswith("ee") else word
