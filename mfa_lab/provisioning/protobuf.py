"""Read and write protobuf messages without a schema (protobuf.dev/programming-guides/encoding).

This module handles only small messages that contain integers, strings and nested messages. Such messages need only
two wire types. For so small a task, the protobuf library would add a compiled dependency and generated code.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from mfa_lab.errors import InvalidInput

MAX_BYTES = 65_536
_VARINT, _BYTES = 0, 2
_FIXED_BYTES = {1: 8, 5: 4}
"""The lengths in bytes of fields that are skipped, by wire type."""


def message(data: bytes) -> tuple[dict[int, int], dict[int, list[bytes]]]:
    """Return two dictionaries by field number: the message's integers, and its strings and nested messages as bytes.

    If an integer field occurs more than once, the last value is returned. Raises `InvalidInput` for a damaged
    message.
    """
    numbers: dict[int, int] = {}
    texts: dict[int, list[bytes]] = {}
    for number, value in _fields(io.BytesIO(data)):
        if isinstance(value, int):
            numbers[number] = value
        else:
            texts.setdefault(number, []).append(value)
    return numbers, texts


def field(number: int, value: int | bytes) -> bytes:
    """Return the bytes of one field of a message. `value` is an integer (0 or more) or bytes."""
    if isinstance(value, int):
        return _as_varint(number * 8 + _VARINT) + _as_varint(value)
    return _as_varint(number * 8 + _BYTES) + _as_varint(len(value)) + value


def _fields(stream: io.BytesIO) -> Iterator[tuple[int, int | bytes]]:
    """Yield the number and the value of each field."""
    while stream.tell() < len(stream.getbuffer()):
        number, kind = divmod(_varint(stream), 8)
        if kind == _VARINT:
            yield number, _varint(stream)
        elif kind == _BYTES:
            yield number, _taken(stream, _varint(stream))
        elif kind in _FIXED_BYTES:
            _taken(stream, _FIXED_BYTES[kind])
        else:
            raise _damaged()


def _varint(stream: io.BytesIO) -> int:
    """Read an integer that is encoded in at most ten bytes.

    Each byte contains seven bits of the integer, the lowest bits first. If the byte's eighth bit is set, another byte
    follows.
    """
    value = 0
    for shift in range(0, 70, 7):
        (byte,) = _taken(stream, 1)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise _damaged()


def _taken(stream: io.BytesIO, count: int) -> bytes:
    found = stream.read(min(count, MAX_BYTES))
    if len(found) != count:
        raise _damaged()
    return found


def _damaged() -> InvalidInput:
    return InvalidInput("this message is damaged or incomplete: fetch it again")


def _as_varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _as_varint(rest) if rest else bytes([low])
