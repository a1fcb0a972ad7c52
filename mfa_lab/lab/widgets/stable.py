"""Widgets whose saved view is the same after each run, for readers without a kernel and for automatic comparison.

A live widget exists only while a kernel runs. In a committed notebook, it would leave a random model id, and an
anywidget would leave a Python object's address. Every widget of this kit therefore also has a static view, in text
and in HTML. A code-hosting site shows this view, and nbval compares it with the view of a new run. A new run of the
notebook does not change a byte of this view.
"""

from __future__ import annotations

import html
from typing import Any

import ipywidgets

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class StableFace:
    """Add a static view to a widget's class, as in `class Countdown(StableFace, anywidget.AnyWidget)`.

    A static view must not depend on anything that differs between two runs, such as a clock, randomness or an
    address. The static view is committed, so it must not contain a secret, except a demo secret that is marked as a
    demo secret.
    """

    def face_text(self) -> str:
        """Return what a reader without a kernel sees if only text can be shown."""
        return repr(self)

    def face_html(self) -> str:
        """Return HTML that a reader without a kernel sees instead of the live widget.

        Subclasses must escape text that users typed.
        """
        return f"<p>{html.escape(self.face_text())}</p>"

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return all views to IPython. A front end shows the live view if it supports widgets."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}  # type: ignore[attr-defined]
        return {"text/plain": self.face_text(), "text/html": self.face_html(), WIDGET_VIEW: view}


class StableBox(StableFace, ipywidgets.VBox):  # type: ignore[misc]
    """Show widgets in a column, with a static view.

    A form defines `face_text` and `face_html` itself.
    """
