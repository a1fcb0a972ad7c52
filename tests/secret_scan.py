"""Finds what looks like a real secret in files: as text, in notebooks, in QR pictures. Demo values are allowed."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

DATA = Path(__file__).parent.parent / "data"
BASE32 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Z2-7]{26,}(?![A-Za-z0-9+/_-])")
SPACED = re.compile(r"(?<![A-Za-z0-9])[A-Z2-7]{4}(?: [A-Z2-7]{4}){6,}(?![A-Za-z0-9])")
RECOVERY_CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}(?![A-Za-z0-9-])")
URI = re.compile(r"otpauth://\w+/[^\s\"'<>]*?secret=([A-Za-z2-7]+)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,([A-Za-z0-9+/=]+)")
SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
QR_MODULE = re.compile(r"M(\d+) (\d+)h1v1h-1z")


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)


def _allowed() -> frozenset[str]:
    """Every text in the data files that call themselves demo; a vector's key also in Base32."""
    texts = {
        text
        for path in DATA.glob("*.json")
        if (content := json.loads(path.read_text("utf-8"))).get("demo") is True
        for text in _leaves(content)
    }
    return frozenset(texts | {base64.b32encode(text.encode()).decode().rstrip("=") for text in texts})


ALLOWED = _allowed() | {"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"}
"""Base32's alphabet opens nothing."""


def findings(text: str) -> list[str]:
    """Everything in `text` that could open something. A value is allowed if it is in data/, begins with DEMO, is a
    placeholder of fewer than six different letters, or stands on a line that says it is a demo.
    """
    found = []
    for pattern in (BASE32, SPACED, RECOVERY_CODE, URI):
        for match in pattern.finditer(text):
            value = (match[1] if pattern is URI else match[0]).replace(" ", "").upper()
            line = text[
                text.rfind("\n", 0, match.start()) + 1 : (text.find("\n", match.end()) + 1 or len(text) + 1) - 1
            ]
            if not (_is_demo(value) or re.search(r"\bdemo\b", line, re.IGNORECASE)):
                found.append(value)
    return found


def _is_demo(value: str) -> bool:
    return value in ALLOWED or value.startswith("DEMO") or len(set(value) - {"-"}) < 6


def texts(path: Path) -> Iterator[str]:
    """All that a reader of the file gets to see: its text, a notebook's cells and outputs, what its QR codes say."""
    content = path.read_bytes()
    if path.suffix in {".png", ".jpg", ".jpeg", ".gif", ".webp"}:
        yield from _decoded(content)
        return
    text = content.decode("utf-8", "replace")
    yield text
    yield from _pictured(text)
    if path.suffix == ".ipynb":
        for cell in json.loads(text)["cells"]:
            for value in _leaves(cell):  # JSON splits lines into lists and escapes: read what they say
                yield value
                yield from _pictured(value)
            yield "".join(cell.get("source", ""))
            for output in cell.get("outputs", []):
                yield from _output(output)


def _output(output: dict[str, Any]) -> Iterator[str]:
    yield "".join(output.get("text", ""))
    for kind, value in output.get("data", {}).items():
        if isinstance(value, (str, list)):
            joined = "".join(value)
            yield joined
            yield from _pictured(joined)
            if kind.startswith("image/") and kind != "image/svg+xml":
                yield from _decoded(base64.b64decode(joined))


def _pictured(text: str) -> Iterator[str]:
    """What the QR codes inside a text say: pictures in data URIs, and inline SVG of this kit's own form."""
    for picture in PICTURE.findall(text):
        with suppress(ValueError, OSError):  # an example in prose is no picture
            yield from _decoded(base64.b64decode(picture))
    for svg in SVG.findall(text):
        modules = {(int(x), int(y)) for x, y in QR_MODULE.findall(svg)}
        if modules:
            side = max(max(module) for module in modules) + 5
            image = Image.new("L", (side, side), 255)
            for module in modules:
                image.putpixel(module, 0)
            yield from _codes(image.resize((side * 6, side * 6), Image.Resampling.NEAREST))


def _decoded(picture: bytes) -> Iterator[str]:
    with Image.open(io.BytesIO(picture)) as image:
        yield from _codes(image.convert("L"))


def _codes(image: Image.Image) -> Iterator[str]:
    for code in zxingcpp.read_barcodes(image):
        yield code.text


def leaks(path: Path) -> list[str]:
    """What in a file could open something."""
    return [found for text in texts(path) for found in findings(text)]
