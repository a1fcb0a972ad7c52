"""Widgets that look the same each time they are made: for a reader without a kernel, and for comparison.

A live widget exists only while a kernel runs. In a committed notebook it would leave a random model id, and an
anywidget would leave the address of a Python object. Here every widget also has a static view, in text and in HTML. A
code host shows it, nbval compares it, and making the notebook again changes no byte.
"""

from __future__ import annotations

import html
from typing import Any

import ipywidgets

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class StableFace:
    """Add a static view to a widget's class: `class Countdown(StableFace, anywidget.AnyWidget)`.

    A static view must not depend on anything that differs between two runs: no clock, no randomness, no address. It
    is committed, so it contains no secret except one marked as a demo.
    """

    def face_text(self) -> str:
        """Return what a reader without a kernel sees where only text can be shown."""
        return repr(self)

    def face_html(self) -> str:
        """Return the same for a page, in place of the live widget. Escape typed text."""
        return f"<p>{html.escape(self.face_text())}</p>"

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return all views to IPython. Front ends that can show the live view prefer it."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}  # type: ignore[attr-defined]
        return {"text/plain": self.face_text(), "text/html": self.face_html(), WIDGET_VIEW: view}


class StableBox(StableFace, ipywidgets.VBox):  # type: ignore[misc]
    """A column of widgets with a static view. A form defines `face_text` and `face_html`, and is shown as it is."""
