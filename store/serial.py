"""Records to JSON and back, by the types of their fields.

Fields that hold their default are left out, so a field that is added later, with a default, reads older JSON and
leaves its text as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
Coder = Callable[[Any], Any]


class SerialError(ValueError):
    """JSON that does not hold a value of the type that was asked for."""


class Written(NamedTuple):
    """A value as one line of JSON, and a hash that is the same for equal values."""

    json: str
    hash: str


def write(value: object) -> Written:
    """Write a dataclass. A text with half a surrogate pair is kept, in ASCII escapes.

    The order of a mapping's keys is kept in the JSON and does not count for the hash.
    """
    plain = (_encoder(_type(value)) or _same)(value)
    escaped = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(plain, separators=(",", ":"))
    return Written(text, text_hash(escaped))


def to_json(value: object) -> str:
    """Write a dataclass as one line of JSON."""
    return write(value).json


def text_hash(text: str) -> str:
    """A hash of a text: 32 hexadecimal digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def from_json(kind: type[Value], text: str | bytes) -> Value:
    """Read what `to_json` wrote. Raises SerialError where it holds anything else."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SerialError(f"not JSON: {error}") from error
    return from_plain(kind, plain)


def from_plain(kind: type[Value], plain: Any) -> Value:
    """Make a value of this type from dicts, lists and texts. Raises SerialError where they do not fit."""
    sought: Any = kind
    try:
        value: Value = _decoder(sought)(plain)
    except (TypeError, ValueError, InvalidOperation) as error:
        raise SerialError(f"not a {kind.__name__}: {error}") from error
    return value


def _type(value: object) -> Any:
    return type(value)


@cache
def _encoder(kind: Any) -> Coder | None:
    """What turns a value of this type into what JSON has; None where JSON has it as it is."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        encode = _encoder(_only_type(arguments))
        return encode and (lambda value: None if value is None else encode(value))
    if origin is tuple:
        return _encode_tuple(arguments)
    if origin is not None and issubclass(origin, Mapping):
        return _encode_mapping(arguments)
    if is_dataclass(kind):
        return _encode_dataclass(kind)
    if issubclass(kind, Enum):
        return lambda value: value.value
    if kind is Decimal:
        return str
    if kind is datetime:
        return datetime.isoformat
    if kind in (str, bool, int, float):
        return None
    raise TypeError(f"{kind} has no form in JSON here")


def _encode_tuple(arguments: tuple[Any, ...]) -> Coder:
    encoders = [_encoder(argument) or _same for argument in arguments if argument is not Ellipsis]
    if Ellipsis in arguments:
        return list if encoders[0] is _same else lambda value: [encoders[0](item) for item in value]
    return lambda value: [encode(item) for encode, item in zip(encoders, value, strict=True)]


def _encode_mapping(arguments: tuple[Any, ...]) -> Coder:
    encode_key, encode_item = (_encoder(argument) or _same for argument in arguments)
    return lambda value: {encode_key(key): encode_item(item) for key, item in value.items()}


def _encode_dataclass(kind: Any) -> Coder:
    hints = get_type_hints(kind)
    known = [(field.name, _default(field), _encoder(hints[field.name])) for field in fields(kind)]

    def encode(value: Any) -> dict[str, Any]:
        plain = {}
        for name, default, encode_item in known:
            item = getattr(value, name)
            if item != default:
                plain[name] = encode_item(item) if encode_item else item
        return plain

    return encode


def _same(value: Any) -> Any:
    return value


def _default(field: Field[Any]) -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


@cache
def _decoder(kind: Any) -> Coder:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _decode_optional(arguments)
    if origin is tuple:
        return _decode_tuple(arguments)
    if origin is not None and issubclass(origin, Mapping):
        return _decode_mapping(arguments)
    if is_dataclass(kind):
        return _decode_dataclass(kind)
    if issubclass(kind, Enum):
        found: Coder = kind
        return found
    if kind in (Decimal, datetime):
        read: Coder = Decimal if kind is Decimal else datetime.fromisoformat
        return lambda plain: read(_exactly(str, plain))
    if kind is float:
        return lambda plain: float(_exactly((int, float), plain))
    if kind in (str, bool, int):
        return lambda plain: _exactly(kind, plain)
    raise TypeError(f"{kind} has no form in JSON here")


def _exactly(kind: type | tuple[type, ...], plain: Any) -> Any:
    # A bool is an int to isinstance, and no number to a record.
    if not isinstance(plain, kind) or (kind is not bool and isinstance(plain, bool)):
        raise TypeError(f"{plain!r:.60} is not of the right type")
    return plain


def _decode_optional(arguments: tuple[Any, ...]) -> Coder:
    decode = _decoder(_only_type(arguments))
    return lambda plain: None if plain is None else decode(plain)


def _only_type(arguments: tuple[Any, ...]) -> Any:
    kinds = [argument for argument in arguments if argument is not NoneType]
    if len(kinds) != 1 or len(arguments) != 2:
        raise TypeError("of the unions only `X | None` has a form in JSON here")
    return kinds[0]


def _decode_tuple(arguments: tuple[Any, ...]) -> Coder:
    decoders = [_decoder(argument) for argument in arguments if argument is not Ellipsis]
    if Ellipsis in arguments:
        return lambda plain: tuple(map(decoders[0], _exactly(list, plain)))
    return lambda plain: tuple(decode(item) for decode, item in zip(decoders, _exactly(list, plain), strict=True))


def _decode_mapping(arguments: tuple[Any, ...]) -> Coder:
    decode_key, decode_item = map(_decoder, arguments)
    return lambda plain: {decode_key(key): decode_item(item) for key, item in _exactly(dict, plain).items()}


def _decode_dataclass(kind: Any) -> Coder:
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(kind)}

    def decode(plain: Any) -> Any:
        _exactly(dict, plain)
        if unknown := plain.keys() - decoders.keys():
            raise TypeError(f"unknown field {min(unknown)!r:.60}")
        return kind(**{name: decoders[name](item) for name, item in plain.items()})

    return decode
