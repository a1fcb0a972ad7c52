"""Encodings that hide nothing: how a text looks in each, and how anybody decodes a text without a key."""

from __future__ import annotations

import base64
from binascii import hexlify, unhexlify
from collections.abc import Callable, Iterator
from contextlib import suppress

Spelling = Callable[[bytes], bytes]


def _backwards(text: bytes) -> bytes:
    return text[::-1]


def _out_of_base64(text: bytes) -> bytes:
    return base64.b64decode(text.decode("ascii"))


SPELLINGS: dict[str, tuple[Spelling, Spelling]] = {
    "as it stands": (bytes, bytes),
    "backwards": (_backwards, _backwards),
    "out of Base64": (base64.b64encode, _out_of_base64),
    "out of hexadecimal": (hexlify, unhexlify),
}
"""How each is written, and how it is read."""


def spelled(text: bytes) -> list[bytes]:
    """Return what is stored if somebody encoded `text`."""
    return [write(text) for write, _ in SPELLINGS.values()]


def readings(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what `text` may mean, each with the name of its encoding.

    A text that is not Base64 or hexadecimal is not decoded as such.
    """
    for name, (_, read) in SPELLINGS.items():
        with suppress(ValueError):
            yield name, read(text)
