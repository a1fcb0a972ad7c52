"""The small parts of forms.

The widgets share layouts and styles, so a page needs only a third of the widget models that it would need otherwise.
"""

from __future__ import annotations

import itertools
from typing import Any

import ipywidgets as widgets

from mfa_lab.lab.answers import Answer
from mfa_lab.style import CSS

LOST = (
    '<div class="mfa-lost" role="alert"><b>The kernel was restarted.</b> This server and its accounts were in the '
    "kernel's memory and are lost. Run the notebook's cells again from the top, and delete the old entry from your "
    "authenticator: its codes are no longer valid.</div>"
)
"""A message for the learner. The style sheet shows it only if the front end has lost a widget's kernel."""

_shared: dict[type[widgets.Widget], dict[str, widgets.Widget]] = {}
_turn = itertools.count()


def _made(kind: type[widgets.Widget], *given: Any, **traits: Any) -> Any:
    """Return a widget that shares the layout and the style of the first widget of its kind.

    Widgets can share both, because the style sheet addresses them by class.
    """
    kept = _shared.get(kind, {})
    if any(model.comm is None for model in kept.values()):  # all widgets were closed
        kept = {}
    widget = kind(*given, **kept, **traits)
    _shared[kind] = {name: getattr(widget, name) for name in ("layout", "style") if widget.has_trait(name)}
    return widget


def html(text: str = "") -> widgets.HTML:
    """Return a widget that shows this HTML."""
    return _made(widgets.HTML, text)


def frame(style: str = "") -> widgets.HTML:
    """Return a widget with the style sheet, a form's own `style`, and the message for a lost kernel.

    Each tree of widgets needs this widget once.
    """
    return html(f"<style>{CSS}{style}</style>{LOST}")


def live_region(answer: Answer | None = None) -> str:
    """Return HTML for a live region. A screen reader announces each answer in it, even if two answers are equal."""
    return f'<div role="status" aria-live="polite"><!--{next(_turn)}-->{answer.html() if answer else ""}</div>'


def button(text: str, *, primary: bool = False) -> widgets.Button:
    """Return a button. A form's primary button submits it."""
    return _made(widgets.Button, description=text, button_style="primary" if primary else "")


def switch(text: str, tooltip: str, *, on: bool = False) -> widgets.ToggleButton:
    """Return a button that stays pressed until the next press."""
    return _made(widgets.ToggleButton, description=text, tooltip=tooltip, value=on)


def box(*children: widgets.Widget, style_class: str) -> widgets.Box:
    """Return a box that the style sheet lays out."""
    made = _made(widgets.Box, children)
    made.add_class(style_class)
    return made


def text_field(name: str, label: str, kind: str) -> widgets.Text:
    """Return a text field with a label.

    `kind` says what the user types into the field: a name, a secret, digits, or a recovery code.
    """
    field = _made(widgets.Password if kind == "secret" else widgets.Text, description=label, continuous_update=False)
    for style_class in ("mfa-field", f"mfa-{kind}", f"mfa-is-{name}"):
        field.add_class(style_class)
    return field
