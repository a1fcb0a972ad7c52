"""The base class of every form.

A person fills in the form and gets one answer. A cell or a test calls `form.submit(...)` instead.

Each submission clears the fields, because typed text must not stay in the notebook. Only the name stays in the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import ipywidgets as widgets

from mfa_lab.errors import InvalidInput, MfaError
from mfa_lab.lab.answers import Answer, refused_by
from mfa_lab.lab.room import IssuedCodes, Room
from mfa_lab.lab.widgets.controls import box, button, frame, html, live_region, text_field
from mfa_lab.lab.widgets.private_view import PrivateView, listed
from mfa_lab.lab.widgets.stable import StableBox
from mfa_lab.redaction import clears_variables


class Stage(anywidget.AnyWidget):
    """Control the forms in the browser: the Enter key, the focus, visible passwords, the keyboard, and the countdown.

    In the browser, the script sends the typed text together with the button press. Without the script, ipywidgets
    would sync each field separately and store a password in a trait. Front ends that handle traits and buttons in two
    threads (JupyterLab's subshells) would submit a form before its last field has arrived.
    """

    _esm = Path(__file__).with_name("stage.js")

    def __init__(self, *forms: Form, on_open: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._forms = {type(form).__name__: form for form in forms}
        self._on_open = on_open
        self.on_msg(self._heard)

    def fill(self, form: Form, **texts: str) -> None:
        """Type `texts` into the fields of `form` in the page. The fields' synced traits never contain these texts."""
        for field, text in texts.items():
            self.send({"fill": {"form": type(form).__name__, "field": field, "text": text}})

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        if message.get("ready") and self._on_open is not None:
            self._on_open()
        form = self._forms.get(message.get("submit", ""))
        if form is None:
            return
        try:
            if form.in_use:
                typed = {name: str(text) for name, text in message["typed"].items() if name in form.inputs}
                form.submit(**typed)
        finally:
            self.send({"answered": True})  # until then the page sends no second press


class Form(StableBox):
    """Show a title, fields, a button, and the answer in a live region. Subclasses implement `act`.

    Several forms may share `status` and `codes_view`. Then the answers and the recovery codes of all these forms
    appear in one place. This place stays when a form disappears.
    """

    children: Any
    title = ""
    actor = "server"
    button_text = ""
    intro = ""
    fields: ClassVar[dict[str, tuple[str, str]]] = {}
    """The name of each field, with its label and its kind (see `text_field`)."""

    def __init__(self, room: Room, status: widgets.HTML | None = None, codes_view: PrivateView | None = None) -> None:
        self.room = room
        self.in_use = True  # else a press was meant for the form that has just gone away
        self._built = False
        self.codes_view = codes_view or PrivateView()
        self.status = status or html(live_region())
        super().__init__()
        for name in ("mfa", "mfa-panel", f"mfa-{self.actor}", f"mfa-is-{type(self).__name__}"):
            self.add_class(name)
        if status is None:
            self.build()
            self.children = (frame(), *self.children, self.codes_view, Stage(self), self.status)

    @cached_property
    def inputs(self) -> dict[str, widgets.Text]:
        """Return the fields by name."""
        return {name: text_field(name, label, kind) for name, (label, kind) in self.fields.items()}

    @cached_property
    def button(self) -> widgets.Button:
        """Return the button that submits the form."""
        return self.pressing(self.button_text, self.submit, primary=True)

    def pressing(self, text: str, act: Callable[[], Answer], *, primary: bool = False) -> widgets.Button:
        """Return a button that calls `act`."""
        made = button(text, primary=primary)
        made.on_click(lambda _button: self.in_use and act())
        return made

    def build(self) -> None:
        """Make the widgets unless they already exist.

        A form that is never shown therefore needs no widgets in the page.
        """
        if not self._built:
            self._built = True
            self.children = (html(self._heading()), *self.body())

    def body(self) -> tuple[widgets.Widget, ...]:
        """Return the widgets below the title."""
        return (*self.inputs.values(), box(self.button, style_class="mfa-buttons"))

    def act(self, typed: dict[str, str]) -> Answer:
        """Process the typed text and return the answer. `typed` contains the text of each field by name.

        Raises `MfaError` for a rejection.
        """
        raise NotImplementedError

    @clears_variables
    def submit(self, **typed: str) -> Answer:
        """Submit the form as its button does.

        `typed` contains texts by field name; all other fields keep their current text.
        """
        unknown = set(typed) - set(self.inputs)
        if unknown:
            named = ", ".join(sorted(unknown))
            raise InvalidInput(f"this form has no field {named}; its fields are: {', '.join(self.inputs)}")
        values = {name: field.value for name, field in self.inputs.items()} | typed
        for field in self.inputs.values():
            field.value = ""
        return self.answer_to(lambda: self.act(values))

    def answer_to(self, act: Any) -> Answer:
        """Call `act()`, show the answer, and return the answer. A rejection is an answer, too.

        A second press does nothing while the first press is being handled. Front ends may handle two presses in two
        threads.
        """
        if not self.room.at_work.acquire(blocking=False):
            return Answer(False, "The first press is still being handled.")
        try:
            answer: Answer = act()
        except MfaError as error:
            answer = refused_by(error)
        finally:
            self.room.at_work.release()
        self.status.value = live_region(answer)
        return answer

    def show_codes(self, label: str = "", codes: Iterable[str] = ()) -> None:
        """Show recovery codes, and store them in the room, so that a form can show them when it is opened again.

        Without codes, clear the view.
        """
        issued = tuple(codes)
        self.room.issued = IssuedCodes(label, issued) if issued else None
        self.draw_codes()

    def draw_codes(self) -> None:
        """Draw the recovery codes that are stored in the room, or clear the view if there are no codes."""
        issued = self.room.issued
        self.codes_view.show(*([listed(issued.codes, issued.label)] if issued else []))

    def _heading(self) -> str:
        intro = f'<p class="mfa-hint">{escape(self.intro)}</p>' if self.intro else ""
        return f'<h3 class="mfa-side mfa-{self.actor}">{escape(self.title)}</h3>{intro}'

    def face_text(self) -> str:
        """Return what a reader without a kernel sees instead of the form."""
        labels = ", ".join(label for label, _ in self.fields.values())
        return f"{self.title}: a form with {labels or 'no fields'} and the button {self.button_text!r}"

    def face_html(self) -> str:
        labels = "".join(f"<li>{escape(label)}</li>" for label, _ in self.fields.values())
        return (
            f'<div class="mfa mfa-panel mfa-{self.actor}">{self._heading()}<ul>{labels}</ul>'
            f"<p>Button: <b>{escape(self.button_text)}</b></p><p>Run this cell to use the form.</p></div>"
        )
