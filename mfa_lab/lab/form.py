"""The base of every form: filled in by hand, or by `form.submit(...)` from a cell or a test, with one answer.

Fields are cleared at each submission: what was typed must not stay in the notebook.
"""

from __future__ import annotations

import itertools
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import ipywidgets as widgets

from mfa_lab.errors import InvalidInput, MfaError
from mfa_lab.lab.answers import Answer, refused_by
from mfa_lab.lab.private import PrivateView
from mfa_lab.lab.room import Room
from mfa_lab.lab.stable import StableBox
from mfa_lab.look import CSS

LOST = (
    '<div class="mfa-lost" role="alert"><b>The kernel was restarted.</b> This server and its accounts lived in the '
    "kernel's memory, and are gone. Run the notebook's cells again from the top, and delete the old entry from your "
    "authenticator: its codes open nothing any more.</div>"
)
"""Shown by the style alone, when the front end finds a widget without its kernel."""


def style() -> widgets.HTML:
    """The look, for one tree of widgets."""
    return widgets.HTML(f"<style>{CSS}</style>", layout=widgets.Layout(display="none"))


_turn = itertools.count()


def live_region(answer: Answer | None = None) -> str:
    """A place whose changes a screen reader tells. The same answer once more is a change, too."""
    return f'<div role="status" aria-live="polite"><!--{next(_turn)}-->{answer.html() if answer else ""}</div>'


def buttons(*row: widgets.Widget) -> widgets.Box:
    """Buttons side by side; they wrap where the page is narrow."""
    box = widgets.Box(row)
    box.add_class("mfa-buttons")
    return box


def text_field(name: str, label: str, kind: str) -> widgets.Text:
    """One labelled line. `kind` tells the browser what is typed: a name, a secret, digits, a recovery code."""
    field = (widgets.Password if kind == "secret" else widgets.Text)(
        description=label,
        continuous_update=False,
        layout=widgets.Layout(width="auto"),
        style={"description_width": "initial"},
    )
    for style_class in ("mfa-field", f"mfa-{kind}", f"mfa-is-{name}"):
        field.add_class(style_class)
    return field


class Stage(anywidget.AnyWidget):
    """The browser's part: Enter, focus, showing a password, the right keyboard, the countdown to the next code.

    Where it runs, it sends what was typed together with the pressing of the button. ipywidgets would sync each
    field by itself: a password would become a trait, and front ends that handle traits and buttons in two threads
    (JupyterLab's subshells) would submit a form before its last field has arrived.
    """

    _esm = Path(__file__).with_name("stage.js")

    def __init__(self, *forms: Form) -> None:
        super().__init__()
        self._forms = {type(form).__name__: form for form in forms}
        self.on_msg(self._heard)

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        form = self._forms.get(message.get("submit", ""))
        if form is not None:
            typed = {name: str(text) for name, text in message["typed"].items() if name in form.inputs}
            form.submit(**typed)


class Form(StableBox):
    """A title, fields, a button, and the answer in a live region. Subclasses say what `act` does.

    `status` and `codes_view` may be shared: then the answers of several forms, and the recovery codes that they
    hand out, appear in one place, which outlasts the form.
    """

    title = ""
    actor = "server"
    button_text = ""
    intro = ""
    fields: ClassVar[dict[str, tuple[str, str]]] = {}
    """Name of each field, with its label and its kind (see `text_field`)."""

    def __init__(self, room: Room, status: widgets.HTML | None = None, codes_view: PrivateView | None = None) -> None:
        self.room = room
        self.codes_view = codes_view or PrivateView()
        self.inputs = {name: text_field(name, label, kind) for name, (label, kind) in self.fields.items()}
        self.button = widgets.Button(description=self.button_text, button_style="primary")
        self.button.on_click(lambda _button: self.submit())
        self.status = status or widgets.HTML(live_region())
        heading = widgets.HTML(self._heading())
        body = self.body()
        alone = [style(), widgets.HTML(LOST), heading, *body, self.codes_view, Stage(self), self.status]
        super().__init__([heading, *body] if status else alone)
        for name in ("mfa", "mfa-panel", f"mfa-{self.actor}", f"mfa-is-{type(self).__name__}"):
            self.add_class(name)

    def body(self) -> tuple[widgets.Widget, ...]:
        """What stands between the title and the answer."""
        return (*self.inputs.values(), buttons(self.button))

    def act(self, typed: dict[str, str]) -> Answer:
        """Do what the button says with what was typed, by field; raise `MfaError` for a refusal."""
        raise NotImplementedError

    def submit(self, **typed: str) -> Answer:
        """Press the button with what is `typed` by field name, and with what stands in the other fields."""
        unknown = set(typed) - set(self.inputs)
        if unknown:
            named = ", ".join(sorted(unknown))
            raise InvalidInput(f"this form has no field {named}; it has: {', '.join(self.inputs)}")
        values = {name: field.value for name, field in self.inputs.items()} | typed
        for field in self.inputs.values():
            field.value = ""
        return self.answer_to(lambda: self.act(values))

    def answer_to(self, act: Any) -> Answer:
        """Show and return what `act()` answers; a refusal is an answer too."""
        try:
            answer: Answer = act()
        except MfaError as error:
            answer = refused_by(error)
        self.status.value = live_region(answer)
        return answer

    def _heading(self) -> str:
        intro = f'<p class="mfa-hint">{escape(self.intro)}</p>' if self.intro else ""
        return f'<h3 class="mfa-side mfa-{self.actor}">{escape(self.title)}</h3>{intro}'

    def face_text(self) -> str:
        """What a reader without a kernel sees instead of the form."""
        labels = ", ".join(label for label, _ in self.fields.values())
        return f"{self.title}: a form with {labels or 'no fields'} and the button {self.button_text!r}"

    def face_html(self) -> str:
        labels = "".join(f"<li>{escape(label)}</li>" for label, _ in self.fields.values())
        return (
            f'<div class="mfa mfa-panel mfa-{self.actor}">{self._heading()}<ul>{labels}</ul>'
            f"<p>Button: <b>{escape(self.button_text)}</b></p><p>Run this cell to use the form.</p></div>"
        )
