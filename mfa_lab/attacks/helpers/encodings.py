"""Encode texts and decode them. An encoding hides nothing, because anybody can decode the text without a key."""

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
"""For each encoding, the function that encodes and the function that decodes."""


def spelled(text: bytes) -> list[bytes]:
    """Return `text` in every encoding."""
    return [write(text) for write, _ in SPELLINGS.values()]


def readings(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what `text` may mean: the name of each encoding, with the decoded text.

    Text that is not valid Base64 or hexadecimal is not decoded in that way.
    """
    for name, (_, read) in SPELLINGS.items():
        with suppress(ValueError):
            yield name, read(text)
