"""Cells to values: prices, availability, interests, lists, countries, dates. Each says None where it cannot tell.

Only a price that is there and cannot be read is an error (ValueError with the reason): an ad with a wrong price is
worse than a missing row.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal

from assistant.feeds.text import normalise, plain, shorten
from store.records import Availability, Interest, Price

MAX_TAGS = 100
_MAX_TAG = 120
_MAX_COUNTRIES = 250
_LARGEST_AMOUNT = Decimal("1e10")

_MISSING = frozenset({"", "-", "--", "n/a", "na", "nan", "nil", "none", "null", "undefined"})

_ISO_4217 = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
    "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)
CURRENCIES = frozenset(_ISO_4217.split())
_SYMBOLS = {
    "$": "USD", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "R$": "BRL", "MX$": "MXN", "€": "EUR", "£": "GBP", "¥": "JPY", "JP¥": "JPY", "CN¥": "CNY",
    "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₫": "VND", "₱": "PHP", "₴": "UAH", "ZŁ": "PLN",
    "฿": "THB", "₦": "NGN",
}  # fmt: skip
_SIMPLE_PRICE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,4})?)(?: ([A-Z]{3}))?")
_PRICE = re.compile(r"([^\d\s.,'’+-]*)\s*([^\d\s.,'’+-]*)\s*([0-9][0-9.,'’ ]*)\s*([^\d\s.,'’+-]*)")

_IN_STOCK = (
    "instock",
    "available",
    "true",
    "yes",
    "limitedavailability",
    "lowstock",
    "availablefororder",
    "onlineonly",
    "instoreonly",
)
_OUT_OF_STOCK = ("outofstock", "unavailable", "notavailable", "false", "no", "soldout", "discontinued")
_AVAILABILITY = {
    **dict.fromkeys(_IN_STOCK, Availability.IN_STOCK),
    **dict.fromkeys(_OUT_OF_STOCK, Availability.OUT_OF_STOCK),
    **dict.fromkeys(("preorder", "presale", "backorder", "comingsoon"), Availability.PREORDER),
}
_EXACT_AVAILABILITY = {str(known): known for known in Availability}
_GENDERS = {
    **dict.fromkeys(["m", "male", "man", "men", "mens", "men's", "boy", "boys"], "male"),
    **dict.fromkeys(["f", "female", "woman", "women", "womens", "women's", "girl", "girls"], "female"),
    **dict.fromkeys(["u", "unisex", "all", "any"], "unisex"),
}
_INTERESTS = {re.sub("[^a-z]", "", interest.lower()): interest for interest in Interest}
_INTERESTS["diycrafts"] = Interest.DIY_AND_CRAFTS
_INTERESTS["fooddrink"] = _INTERESTS["foodanddrink"] = _INTERESTS["fooddrinks"] = Interest.FOOD_AND_DRINKS

_NOT_IN_LINKS = re.compile(r"[\s<>\"`{}|\\^]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?!\d)")

AGE_GROUPS = frozenset({"newborn", "infant", "toddler", "kids", "adult"})
CONDITIONS = frozenset({"new", "used", "refurbished"})


def as_text(value: object) -> str:
    """A cell as one string: numbers as they are written, lists joined with commas, a mapping as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(as_text(part) for part in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return str(value)


def is_missing(text: str) -> bool:
    """Whether a cell holds one of the ways to say "nothing". Not for titles: a brand may be called None."""
    return text.strip().lower() in _MISSING


def price(value: object, currency: str = "") -> Price | None:
    """An amount with its currency: `24.99 USD`, `$1,299.00`, `24,99 EUR`, 24.99 with a currency of its own, ...

    One comma or point followed by three digits is a thousand after a comma ("1,299") and a fraction after a point,
    as in catalogue specifications. Raises ValueError with the reason where there is something, but no amount.
    """
    if isinstance(value, dict):
        currency = as_text(value.get("currency") or value.get("currencyCode") or value.get("currency_code") or currency)
        value = value.get("amount", value.get("value"))
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # Not every float compares with a Decimal: NaN raises.
        text = format(Decimal(repr(value)), "f") if abs(value) < float(_LARGEST_AMOUNT) else repr(value)
    else:
        text = plain(as_text(value))
    if simple := _SIMPLE_PRICE.fullmatch(text):
        if simple[2] in CURRENCIES:
            return Price(Decimal(simple[1]), simple[2])
        if not simple[2] and currency in CURRENCIES:
            return Price(Decimal(simple[1]), currency)
    if is_missing(text):
        return None
    return Price(_amount_of(text), _currency_of(text, currency))


def _amount_of(text: str) -> Decimal:
    found = _PRICE.fullmatch(text)
    number = found and _decimal_text(found[3].strip())
    if not number:
        below = re.match(r"\D{0,4}[-−]\s*\D{0,4}\d", text)
        problem = "is below zero" if below else "is not an amount"
        raise ValueError(f"price '{shorten(text, 60)}' {problem}; write it like 24.99 USD")
    amount = Decimal(number)
    if amount >= _LARGEST_AMOUNT:
        raise ValueError(f"price '{shorten(text, 60)}' is too large; write it like 24.99 USD")
    return round(amount, 4) if len(number.partition(".")[2]) > 4 else amount


def _decimal_text(number: str) -> str:
    """The number with a point before its fraction and nothing between its thousands; empty where it is no number."""
    number = re.sub(r"(?<=\d)[ '’](?=\d{3}(?!\d))", "", number)
    comma, point = number.rfind(","), number.rfind(".")
    if comma >= 0 and point >= 0:
        thousands, fraction = (",", ".") if point > comma else (".", ",")
    elif comma >= 0:
        thousands, fraction = (",", "") if re.search(r",\d{3}$", number) else ("", ",")
    else:
        thousands, fraction = (".", "") if number.count(".") > 1 else ("", ".")
    whole, _, rest = number.partition(fraction) if fraction else (number, "", "")
    groups = whole.split(thousands) if thousands else [whole]
    if len(groups) > 1 and not (len(groups[-1]) == 3 and all(2 <= len(group) <= 3 for group in groups[1:])):
        return ""
    digits = "".join(groups)
    if not re.fullmatch(r"[0-9]{1,15}", digits) or not re.fullmatch(r"[0-9]{0,20}", rest):
        return ""
    return f"{digits}.{rest}" if rest else digits


def _currency_of(text: str, column: str) -> str:
    """The currency: a code in the price itself, then the column, then a symbol, then USD as catalogues have it."""
    found = _PRICE.fullmatch(text)
    marks = [mark.upper() for mark in (found[4], found[1], found[2]) if mark] if found else []
    column = plain(column).upper()
    codes = [mark for mark in marks if mark in CURRENCIES]
    if len(set(codes)) > 1 or any(mark not in CURRENCIES and mark not in _SYMBOLS for mark in marks):
        raise ValueError(f"price '{shorten(text, 60)}' is not an amount in one currency; write it like 24.99 USD")
    if codes:
        return codes[0]
    if not is_missing(column):
        code = _SYMBOLS.get(column, column)
        if code not in CURRENCIES:
            raise ValueError(f"currency '{shorten(column, 20)}' is not an ISO 4217 code such as USD")
        return code
    return _SYMBOLS[marks[0]] if marks else "USD"


def availability(value: object) -> Availability | None:
    """In stock, out of stock or preorder; a number is a count. None for words that mean none of them."""
    if isinstance(value, str) and value in _EXACT_AVAILABILITY:
        return _EXACT_AVAILABILITY[value]
    text = plain(as_text(value)).lower()
    known = _AVAILABILITY.get(re.sub("[^a-z]", "", text.rsplit("/", 1)[-1]))
    if known and not re.search(r"\d", text):
        return known
    count = re.fullmatch(r"([+-]?[0-9]{1,12})(?:\.[0-9]*)?", text.replace(",", ""))
    if not count:
        return None
    return Availability.IN_STOCK if int(count[1]) > 0 else Availability.OUT_OF_STOCK


def interest(value: object) -> Interest | None:
    """One of the platform's interests, however it is spelled: "Home decor", "home-decor", "HOME_DECOR"."""
    return _INTERESTS.get(re.sub("[^a-z]", "", as_text(value).replace("&amp;", "&").replace("&", "and").lower()))


def gender(value: object) -> str:
    """`male`, `female`, `unisex`, or empty."""
    return _GENDERS.get(plain(as_text(value)).lower(), "")


def strings(value: object) -> list[str]:
    """The parts of a list, or of a text separated by commas, semicolons or bars (or written as a JSON list)."""
    if isinstance(value, list):
        return [as_text(part) for part in value]
    text = as_text(value)
    if text.startswith("[") and text.endswith("]"):
        try:
            return [as_text(part) for part in json.loads(text)]
        except (ValueError, RecursionError):
            text = text[1:-1]
    return re.split(r"[,;|]", text)


def tags(value: object) -> tuple[str, ...]:
    """The first 100 different tags, each a normalised text of at most 120 code points, in their order."""
    found: dict[str, None] = {}
    for part in strings(value):
        tag = normalise(part.strip().lstrip("#"))
        if tag and len(tag) <= _MAX_TAG:
            found.setdefault(tag)
        if len(found) == MAX_TAGS:
            break
    return tuple(found)


def countries(value: object) -> tuple[str, ...]:
    """ISO alpha-2 codes, upper case. Of a shipping entry, `US:CA:Ground:5 USD`, what stands before the first colon."""
    found: dict[str, None] = {}
    for part in strings(value):
        code = plain(part).partition(":")[0].strip().upper()
        if re.fullmatch("[A-Z]{2}", code):
            found.setdefault("GB" if code == "UK" else code)
    return tuple(found)[:_MAX_COUNTRIES]


def link(value: object) -> str:
    """A web address, or a path; empty for what is neither (`javascript:`, a sentence, a mark-up fragment)."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("src") or value.get("url") or value.get("href") or value.get("link")
    text = plain(as_text(value)).replace("&amp;", "&")
    if _NOT_IN_LINKS.search(text) or is_missing(text):
        return ""
    scheme = _SCHEME.match(text)
    return "" if scheme and scheme[1].lower() not in ("http", "https") else text


def moment(value: object) -> datetime | None:
    """A moment written in ISO 8601, in UTC where it names no zone of its own."""
    try:
        found = datetime.fromisoformat(plain(as_text(value)))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
