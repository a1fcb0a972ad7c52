"""The small parts of forms. They share layouts and styles, so that a page opens a third of the models."""

from __future__ import annotations

import itertools
from typing import Any

import ipywidgets as widgets

from mfa_lab.lab.answers import Answer
from mfa_lab.style import CSS

LOST = (
    '<div class="mfa-lost" role="alert"><b>The kernel was restarted.</b> This server and its accounts lived in the '
    "kernel's memory, and are gone. Run the notebook's cells again from the top, and delete the old entry from your "
    "authenticator: its codes open nothing any more.</div>"
)
"""Shown by the style alone, when the front end finds a widget without its kernel."""

_shared: dict[type[widgets.Widget], dict[str, widgets.Widget]] = {}
_turn = itertools.count()


def _made(kind: type[widgets.Widget], *given: Any, **traits: Any) -> Any:
    """A widget with the layout and the style of the first of its kind: the style sheet tells them apart, by class."""
    kept = _shared.get(kind, {})
    if any(model.comm is None for model in kept.values()):  # somebody has closed all widgets
        kept = {}
    widget = kind(*given, **kept, **traits)
    _shared[kind] = {name: getattr(widget, name) for name in ("layout", "style") if widget.has_trait(name)}
    return widget


def html(text: str = "") -> widgets.HTML:
    """A piece of a page."""
    return _made(widgets.HTML, text)


def frame(style: str = "") -> widgets.HTML:
    """The look, with a form's own `style`, and the notice for a lost kernel: once for each tree of widgets."""
    return html(f"<style>{CSS}{style}</style>{LOST}")


def live_region(answer: Answer | None = None) -> str:
    """A place whose changes a screen reader tells. The same answer once more is a change, too."""
    return f'<div role="status" aria-live="polite"><!--{next(_turn)}-->{answer.html() if answer else ""}</div>'


def button(text: str, *, primary: bool = False) -> widgets.Button:
    """A button; the primary one of a form submits it."""
    return _made(widgets.Button, description=text, button_style="primary" if primary else "")


def switch(text: str, tooltip: str, *, on: bool = False) -> widgets.ToggleButton:
    """A button that stays pressed."""
    return _made(widgets.ToggleButton, description=text, tooltip=tooltip, value=on)


def box(*children: widgets.Widget, style_class: str) -> widgets.Box:
    """Children arranged by the style sheet."""
    made = _made(widgets.Box, children)
    made.add_class(style_class)
    return made


def text_field(name: str, label: str, kind: str) -> widgets.Text:
    """One labelled line. `kind` tells the browser what is typed: a name, a secret, digits, a recovery code."""
    field = _made(widgets.Password if kind == "secret" else widgets.Text, description=label, continuous_update=False)
    for style_class in ("mfa-field", f"mfa-{kind}", f"mfa-is-{name}"):
        field.add_class(style_class)
    return field
