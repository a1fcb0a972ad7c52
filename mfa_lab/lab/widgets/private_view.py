"""A view for content that must not be saved.

The browser gets the content in custom messages, never in synced traits.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anywidget

Part = dict[str, Any]


def picture(svg: str) -> Part:
    """Return a part that shows a picture as inline SVG."""
    return {"kind": "picture", "svg": svg}


def key(text: str, label: str) -> Part:
    """Return a part with one line to copy."""
    return {"kind": "list", "items": [text], "label": label}


def listed(items: Iterable[str], label: str) -> Part:
    """Return a part with several lines to copy."""
    return {"kind": "list", "items": list(items), "label": label}


def folded(summary: str, *parts: Part) -> Part:
    """Return a part that shows only its summary until the reader opens it."""
    return {"kind": "folded", "summary": summary, "parts": list(parts)}


class PrivateView(anywidget.AnyWidget):
    """Show parts to everybody who has the page open now. The widget's state never contains these parts."""

    _esm = Path(__file__).with_name("private_view.js")

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[Part] = []
        self.on_msg(self._answer)

    def show(self, *parts: Part) -> None:
        """Draw these parts instead of the earlier parts. Without parts, clear the view."""
        self._parts = list(parts)
        self._draw()

    def _answer(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        if message.get("ready"):  # for a view that was opened later, or again
            self._draw()

    def _draw(self) -> None:
        self.send({"parts": self._parts})
