"""Encode texts and decode them. An encoding hides nothing, because anybody can decode the text without a key."""

from __future__ import annotations

import ast
import base64
import re
from binascii import hexlify, unhexlify
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from urllib.parse import unquote

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


PARTIAL_BITS = 40
"""A text that shows this many bits is a leak.

The other 88 bits of a 128-bit secret are fewer than NIST-3.1.4.1 requires.
"""
_LEAST_LETTERS, _LEAST_BYTES = 4, 3
"""Shorter runs of letters or bytes match by accident."""
_NOT_BASE32 = re.compile(rb"[^A-Z2-7]")
_WORD = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{6,}")
_BYTES_LITERAL = re.compile(r"""b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\"""")
_NUMBERS = re.compile(r"\d{1,3}(?:\D{1,2}\d{1,3}){2,}")
_LARGE_NUMBER = re.compile(r"\d{20,1000}")
_PICTURE_SIGNS = ("iVBORw0KGgo", r"\x89PNG", "\x89PNG")


def shown_bits(text: str, secret: str) -> dict[str, set[int]]:
    """Return which bits of a Base32 `secret` the text shows, by the name of the encoding.

    This function looks for runs of letters of the secret, and for runs of bytes of its key. It ignores separators in
    the text.
    """
    found: dict[str, set[int]] = {}
    for name, data in _meanings(unquote(text)):
        for way, ordered in ((name, data), ("backwards" if name == "as it stands" else name, data[::-1])):
            bits = _letters_shown(ordered, secret) | _bytes_shown(ordered, secret)
            if bits:
                found.setdefault(way, set()).update(bits)
    return found


def spelling(text: str, secret: str) -> str:
    """Return how a text shows a secret or a large part of it, or "" if the text shows neither.

    A picture counts as showing the whole secret, because a QR code contains the whole secret.
    """
    found = shown_bits(text, secret)
    if len(set().union(*found.values())) >= PARTIAL_BITS:
        return max(found, key=lambda name: len(found[name]))
    return "as a picture" if any(sign in text for sign in _PICTURE_SIGNS) else ""


def _meanings(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield what a text and its words may mean, each with the name of its encoding."""
    yield "as it stands", text.encode(errors="replace")
    for literal in _BYTES_LITERAL.findall(text):
        with suppress(ValueError, SyntaxError):
            yield "as bytes", ast.literal_eval(literal)
    for numbers in _NUMBERS.findall(text):
        with suppress(ValueError):
            yield "as numbers", bytes(map(int, re.findall(r"\d+", numbers)))
    for number in map(int, _LARGE_NUMBER.findall(text)):
        yield "as a number", number.to_bytes((number.bit_length() + 7) // 8, "big")
    for word in _both_ways(_WORD.findall(text)):
        usual = word.replace("-", "+").replace("_", "/")
        for start in range(4):
            whole = usual[start : start + (len(usual) - start) // 4 * 4]
            rest = usual[start + len(whole) :]
            yield "out of Base64", base64.b64decode(whole + (rest + "==")[:4] if len(rest) > 1 else whole)
    for run in _both_ways(_HEXADECIMAL.findall(re.sub(r"[^0-9A-Za-z]", "", text.replace(r"\x", "")))):
        for start in range(2):
            yield "out of hexadecimal", bytes.fromhex(run[start : start + (len(run) - start) // 2 * 2])


def _both_ways(words: list[str]) -> Iterator[str]:
    for word in words:
        yield word
        yield word[::-1]


def _letters_shown(data: bytes, secret: str) -> set[int]:
    shown = _NOT_BASE32.sub(b"", data.upper())
    runs = _runs(secret.encode(), _LEAST_LETTERS)
    return {bit for at, run in runs if run in shown for bit in range(5 * at, 5 * (at + len(run)))}


def _bytes_shown(data: bytes, secret: str) -> set[int]:
    runs = _runs(base64.b32decode(secret), _LEAST_BYTES)
    return {bit for at, run in runs if run in data for bit in range(8 * at, 8 * (at + len(run)))}


@cache
def _runs(whole: bytes, length: int) -> list[tuple[int, bytes]]:
    return [(at, whole[at : at + length]) for at in range(len(whole) - length + 1)]


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MOST_LETTERS_IN_A_PLACE = 3


def bits_in_another_alphabet(show: Callable[[str], list[str]], secret: str) -> int:
    """Return how many bits of the secret can be read back from the texts that `show` returns.

    This function changes the letters of the secret, one at a time. In an encoding, a changed letter changes only
    the few characters that stand for this letter, whatever alphabet the encoding uses. In a hash, a changed
    letter changes all characters, so a fingerprint does not count. A text that differs between two calls does not
    count either.
    """
    first, second = show(secret), show(secret)
    changed_by: dict[tuple[int, int], list[int]] = {}
    for letter, was in enumerate(secret):
        other = _ALPHABET[(_ALPHABET.index(was) + 1) % len(_ALPHABET)]
        texts = show(secret[:letter] + other + secret[letter + 1 :])
        for number, (text, again, now) in enumerate(zip(first, second, texts, strict=False)):
            if text == again and len(text) == len(now):
                for at, (one, two) in enumerate(zip(text, now, strict=True)):
                    if one != two:
                        changed_by.setdefault((number, at), []).append(letter)
    own = (letters for letters in changed_by.values() if len(letters) <= _MOST_LETTERS_IN_A_PLACE)
    return 5 * len({letter for letters in own for letter in letters})
