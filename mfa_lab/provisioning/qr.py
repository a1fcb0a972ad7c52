"""Draw the QR code of a URI, as SVG or PNG. This module sends nothing to another machine."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

from mfa_lab.errors import InvalidInput
from mfa_lab.redaction import Redacted, clears_variables

if TYPE_CHECKING:
    from qrcode.main import QRCode
from mfa_lab.provisioning.account import MAX_URI_CHARACTERS, uncarriable

_QUIET_MODULES = 4
"""ISO/IEC 18004 requires this light margin. Without the margin, a scanner finds no QR code on a dark page."""


_PIXELS_PER_MODULE = 6


@clears_variables
def qr_svg(text: str, *, label: str) -> str:
    """Return a QR code as inline SVG, dark on a white background in every theme.

    `label` is the picture's accessible name. Screen readers read this name aloud, and the name is part of the page.
    The name must therefore say what the picture is for, never what the QR code contains. Raises `InvalidInput` if
    `text` does not fit or if `label` is empty.
    """
    from html import escape

    hidden = Redacted(text)
    del text
    if not isinstance(label, str) or not label.strip() or uncarriable(label):
        raise InvalidInput("a QR code needs a label that can be read aloud: say in words what it is for")
    rows = _qr(hidden).get_matrix()
    size, name = len(rows), escape(label)
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{name}" viewBox="0 0 {size} {size}"'
        f' width="{size * _PIXELS_PER_MODULE}" height="{size * _PIXELS_PER_MODULE}" shape-rendering="crispEdges">'
        f'<title>{name}</title><rect width="{size}" height="{size}" fill="#ffffff"/>'
        f'<path fill="#000000" d="{dark}"/></svg>'
    )


@clears_variables
def qr_png(text: str) -> bytes:
    """Return a QR code as a PNG image. Raises `InvalidInput` if `text` does not fit."""
    hidden = Redacted(text)
    del text
    picture = io.BytesIO()
    _qr(hidden).make_image().save(picture, "PNG")
    return picture.getvalue()


def _qr(text: Redacted) -> QRCode:
    """Return the QR code of a text. Only this function imports qrcode and Pillow: many servers draw no QR code."""
    from qrcode.exceptions import DataOverflowError
    from qrcode.image.pil import PilImage
    from qrcode.main import QRCode

    if not isinstance(text.reveal(), str) or not text.reveal():
        raise InvalidInput("a QR code must contain text: pass an otpauth:// URI")
    code = QRCode(border=_QUIET_MODULES, box_size=_PIXELS_PER_MODULE, image_factory=PilImage)
    with suppress(ValueError, DataOverflowError):  # qrcode 8.2 raises either of the two
        if len(text.reveal()) <= MAX_URI_CHARACTERS:
            code.add_data(text.reveal())
            code.make()
            return code
    raise InvalidInput("this text does not fit into a QR code: shorten the account name or the issuer")
