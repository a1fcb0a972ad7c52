"""Draw a passkey's response byte by byte: the browser's text, the authenticator's 37 bytes, and what is signed."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from mfa_lab.lab.figures.picture import INK, MONO, Picture, arrow, box, canvas, picture, tint, write
from mfa_lab.lab.figures.shapes import boxes
from mfa_lab.style import GRANTED_SIGN, HERE, PHONE, QUIET, SERVER

FLAGS = (
    (0x80, "ED", "extensions"),
    (0x40, "AT", "new key"),
    (0x20, "-", "reserved"),
    (0x10, "BS", "backed up"),
    (0x08, "BE", "can be backed up"),
    (0x04, "UV", "user verified"),
    (0x02, "-", "reserved"),
    (0x01, "UP", "user present"),
)
"""The bits of the flags byte (WebAuthn section 6.1), the most significant bit first."""
_SIDE = 1.5
_WIDTH = 32.4
_SHOWN_SIGNATURE_BYTES = 6


@dataclass(frozen=True, slots=True)
class SignedParts:
    """Hold the parts of a response to a login, as bytes. `client_data` is the browser's text (clientDataJSON)."""

    client_data: bytes
    authenticator_data: bytes
    signature: bytes

    @property
    def said(self) -> dict[str, Any]:
        """Return the browser's text as a dictionary."""
        found: dict[str, Any] = json.loads(self.client_data)
        return found

    @property
    def rp_id_hash(self) -> bytes:
        """Return the SHA-256 of the RP ID, the first 32 bytes of the authenticator data."""
        return self.authenticator_data[:32]

    @property
    def flags(self) -> int:
        """Return the flags byte."""
        return self.authenticator_data[32]

    @property
    def counter(self) -> int:
        """Return the signature counter."""
        return int.from_bytes(self.authenticator_data[33:37], "big")

    @property
    def client_data_hash(self) -> bytes:
        """Return the SHA-256 of the browser's text."""
        return hashlib.sha256(self.client_data).digest()


def signed_parts(response: Mapping[str, Any]) -> SignedParts:
    """Return the decoded parts of a response to a login, which is a `PublicKeyCredential` in its JSON form."""
    inner = response["response"]
    names = ("clientDataJSON", "authenticatorData", "signature")
    return SignedParts(*(base64.urlsafe_b64decode(inner[name] + "=" * (-len(inner[name]) % 4)) for name in names))


def signed_bytes_figure(parts: SignedParts) -> Picture:
    """Return the parts of one response as a picture, with a label on each part."""
    return picture(draw(parts), words(parts), parts)


def words(parts: SignedParts) -> str:
    """Return a text that describes the figure."""
    said = ", ".join(f"{key} is {json.dumps(value)}" for key, value in parts.said.items())
    flags = ", ".join(f"{name} ({what}) is {int(bool(parts.flags & bit))}" for bit, name, what in _named())
    return (
        f"What a passkey signs. The browser writes clientDataJSON: {said}. Its SHA-256 has 32 bytes: "
        f"{parts.client_data_hash.hex(' ')}. The authenticator writes 37 bytes. Bytes 0 to 31 are the SHA-256 of the "
        f"RP ID: {parts.rp_id_hash.hex(' ')}. Byte 32 contains the flags, {parts.flags:02x}: {flags}. Bytes 33 to 36 "
        f"are the counter, {parts.counter}. The private key signs the 37 bytes and the 32 bytes together. The "
        f"signature has {len(parts.signature)} bytes."
    )


def draw(parts: SignedParts, ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    ax = canvas(ax, _WIDTH, 28.4)
    _client_data(ax, parts)
    _authenticator_data(ax, parts)
    _flags(ax, parts)
    _signature(ax, parts)
    return ax


def _named() -> list[tuple[int, str, str]]:
    return [flag for flag in FLAGS if flag[1] != "-"]


_MEANS = {
    "type": "the ceremony: a login, not a registration",
    "challenge": "the server's random number for this login",
    "origin": "the page's scheme, host and port",
    "crossOrigin": "whether the page is in another site's frame",
}


def _client_data(ax: Axes, parts: SignedParts) -> None:
    """Write the browser's text, one key per line, with the meaning of each key beside it."""
    write(ax, 0.2, 27.7, "The browser writes clientDataJSON", QUIET.text, size=14, ha="left", weight="bold")
    shown = [(key, value) for key, value in parts.said.items() if key in _MEANS]
    tint(ax, (0.2, 21.7), (_WIDTH - 0.4, 5.3), QUIET.fill)
    box(ax, (0.2, 21.7), (_WIDTH - 0.4, 5.3), QUIET.text, linewidth=1.6)
    for row, (key, value) in enumerate(shown):
        y = 26.25 - 1.3 * row
        tone = {"challenge": SERVER.text, "origin": HERE.text}.get(key, INK)
        text = value if isinstance(value, str) else json.dumps(value)
        text = f"{text[:14]}…{text[-6:]}" if len(text) > 30 else text
        write(ax, 0.8, y, f"{key}:", QUIET.text, size=12, ha="left", family=MONO)
        write(ax, 6.4, y, text, tone, size=12, ha="left", family=MONO, weight="normal" if tone == INK else "bold")
        write(ax, 18.6, y, _MEANS[key], tone, size=12, ha="left")


def _authenticator_data(ax: Axes, parts: SignedParts) -> None:
    """Draw the 37 bytes: two rows of the hash, then the flags and the counter."""
    write(ax, 0.2, 20.6, "The authenticator writes 37 bytes", PHONE.text, size=14, ha="left", weight="bold")
    for index, byte in enumerate(parts.authenticator_data[:37]):
        corner = _corner(index)
        tone = HERE if index == 32 else PHONE
        tint(ax, corner, (_SIDE, _SIDE), tone.fill)
        box(ax, corner, (_SIDE, _SIDE), tone.text, linewidth=2.2 if index == 32 else 0.9)
        write(ax, corner[0] + _SIDE / 2, corner[1] + 0.73, f"{byte:02x}", size=13, family=MONO)
    write(ax, 24.9, 18.9, "bytes 0 to 31", QUIET.text, size=12, ha="left")
    write(ax, 24.9, 17.7, "SHA-256 of the RP ID", size=12, ha="left")
    write(ax, 9.2, 15.35, f"bytes 33 to 36: the counter, {parts.counter}", size=12, ha="left")


def _corner(index: int) -> tuple[float, float]:
    """Return the lower left corner of a byte's box."""
    if index < 32:
        return 0.4 + _SIDE * (index % 16), 18.3 - _SIDE * (index // 16)
    return 0.4 + _SIDE * (index - 32) + (0.4 if index > 32 else 0), 14.6


def _flags(ax: Axes, parts: SignedParts) -> None:
    """Draw the flags byte enlarged. A bit that is 1 has a frame and a tick."""
    wide, y = 4.0, 10.6
    write(ax, 21.4, 15.35, "byte 32: the flags, bit by bit", HERE.text, size=12, ha="left", weight="bold")
    for above, below in ((0.4, 0.2), (0.4 + _SIDE, 0.2 + 8 * wide)):
        ax.plot([above, below], [14.6, y + 3.0], color=HERE.text, linewidth=0.9)
    for place, (bit, name, meaning) in enumerate(FLAGS):
        x, is_set = 0.2 + wide * place, bool(parts.flags & bit)
        if is_set:
            tint(ax, (x, y), (wide, 3.0), HERE.fill)
        boxes(ax, [(x, y, wide, 3.0)], HERE.text if is_set else QUIET.text, linewidth=2.2 if is_set else 0.8)
        sign = f"1 {GRANTED_SIGN}" if is_set else "0"
        write(ax, x + wide / 2, y + 1.95, f"{name} {sign}", INK if is_set else QUIET.text, size=14, family=MONO)
        write(ax, x + wide / 2, y + 0.7, meaning, INK if is_set else QUIET.text, size=10.5)


def _signature(ax: Axes, parts: SignedParts) -> None:
    """Draw the two parts that are signed, side by side, and the signature under them."""
    write(ax, 0.2, 9.3, "The private key signs both together", PHONE.text, size=14, ha="left", weight="bold")
    for x, tone, text in ((0.2, PHONE, "the 37 bytes"), (12.2, QUIET, "SHA-256 of clientDataJSON, 32 bytes")):
        wide = 10.8 if x < 1 else 20.0
        tint(ax, (x, 6.6), (wide, 1.8), tone.fill)
        box(ax, (x, 6.6), (wide, 1.8), tone.text, linewidth=1.6)
        write(ax, x + wide / 2, 7.5, text, size=13)
    write(ax, 11.6, 7.5, "+", size=16)
    arrow(ax, (16.2, 6.4), (16.2, 4.2), QUIET.text)
    write(ax, 16.9, 5.3, "ES256, with the passkey's private key", QUIET.text, size=12, ha="left")
    first = parts.signature[:_SHOWN_SIGNATURE_BYTES].hex(" ")
    box(ax, (0.2, 2.2), (_WIDTH - 0.4, 1.8), HERE.text, linewidth=1.6)
    write(ax, 16.2, 3.1, f"{first} … the signature, {len(parts.signature)} bytes", size=13, family=MONO)
    told = (
        "The server has the public key and checks the signature. If one bit of either part changes, the check fails."
    )
    write(ax, 16.2, 0.9, told, size=12)
