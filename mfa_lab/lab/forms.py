"""The four steps as forms: the same object is filled in by hand or by `form.submit(...)` from a cell or a test.

Each form talks to the room's server and shows the answer with two faces. Fields are cleared after every
submission: what was typed must not stay in the notebook.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from mfa_lab.errors import InvalidInput, MfaError
from mfa_lab.lab.answers import Answer, refused_by
from mfa_lab.lab.private import PrivateView, key, listed, picture
from mfa_lab.lab.room import Room, demo_room, live_room
from mfa_lab.lab.stable import StableBox
from mfa_lab.look import CSS
from mfa_lab.phone.widget import PhoneWidget

__all__ = [
    "EnrolForm",
    "Form",
    "LoginForm",
    "OtpForm",
    "PhonePanel",
    "RegisterForm",
    "Room",
    "demo_room",
    "live_room",
]

_WIDE = widgets.Layout(width="auto", max_width="30rem")


def style() -> widgets.HTML:
    """The look, for one tree of widgets."""
    return widgets.HTML(f"<style>{CSS}</style>", layout=widgets.Layout(display="none"))


def live_region(inner: str) -> str:
    """A place whose changes a screen reader tells."""
    return f'<div role="status" aria-live="polite">{inner}</div>'


class Form(StableBox):
    """A title, fields, one button, and the answer below in a live region. Subclasses say what `act` does."""

    title = ""
    actor = "server"
    button_text = ""
    fields: tuple[tuple[str, str, type[widgets.Text]], ...] = ()

    def __init__(self, room: Room, status: widgets.HTML | None = None) -> None:
        self.room = room
        self.inputs = {name: self._input(label, kind) for name, label, kind in self.fields}
        self.button = widgets.Button(description=self.button_text, button_style="primary")
        self.button.on_click(lambda _button: self._submit())
        self.status = status or widgets.HTML(live_region(""))
        heading = widgets.HTML(f'<p class="mfa-side mfa-{self.actor}">{escape(self.title)}</p>')
        own = () if status else (self.status,)
        super().__init__([style(), heading, *self.body(), *own])
        for name in ("mfa", "mfa-panel", f"mfa-{self.actor}"):
            self.add_class(name)

    def body(self) -> tuple[widgets.Widget, ...]:
        """What stands between the title and the answer."""
        return (*self.inputs.values(), self.button)

    def act(self, typed: dict[str, str]) -> Answer:
        """Do what the button says with what was typed, by field; raise `MfaError` for a refusal."""
        raise NotImplementedError

    def submit(self, **typed: str) -> Answer:
        """Fill in the fields by name and press the button."""
        unknown = set(typed) - set(self.inputs)
        if unknown:
            raise InvalidInput(
                f"this form has no field {', '.join(sorted(unknown))}; it has: {', '.join(self.inputs)}"
            )
        for name, value in typed.items():
            self.inputs[name].value = value
        return self._submit()

    def _submit(self) -> Answer:
        typed = {name: field.value for name, field in self.inputs.items()}
        for field in self.inputs.values():
            field.value = ""
        try:
            answer = self.act(typed)
        except MfaError as error:
            answer = refused_by(error)
        self._say(answer)
        return answer

    def _say(self, answer: Answer) -> None:
        self.status.value = live_region(answer.html())

    def _input(self, label: str, kind: type[widgets.Text]) -> widgets.Text:
        field = kind(description=label, layout=_WIDE, style={"description_width": "initial"})
        field.on_msg(self._enter_pressed)
        return field

    def _enter_pressed(self, _field: object, message: dict[str, Any], _buffers: object) -> None:
        if message.get("event") == "submit":
            self._submit()

    def face_text(self) -> str:
        """What a reader without a kernel sees instead of the form."""
        labels = ", ".join(label for _, label, _ in self.fields)
        return f"{self.title}: a form with {labels or 'no fields'} and the button {self.button_text!r}"

    def face_html(self) -> str:
        labels = "".join(f"<li>{escape(label)}</li>" for _, label, _ in self.fields)
        return (
            f'<div class="mfa mfa-panel"><p class="mfa-side mfa-{self.actor}">{escape(self.title)}</p>'
            f"<ul>{labels}</ul><p>Button: <b>{escape(self.button_text)}</b></p>"
            "<p>Run this cell to use the form.</p></div>"
        )


class RegisterForm(Form):
    """An operator makes an account."""

    title = "The server · a new account"
    button_text = "Register"
    fields = (("name", "Name or e-mail", widgets.Text), ("password", "Password", widgets.Password))

    def act(self, typed: dict[str, str]) -> Answer:
        self.room.server.register(typed["name"], typed["password"])
        return Answer(
            True, "Registered. Now log in.", (("stored", "the name, and a salted Argon2id hash of the password"),)
        )


class LoginForm(Form):
    """Step 1: name and password."""

    title = "The server · step 1, primary login"
    button_text = "Log in"
    fields = (("name", "Name or e-mail", widgets.Text), ("password", "Password", widgets.Password))

    def act(self, typed: dict[str, str]) -> Answer:
        self.room.move_on()
        pending = self.room.server.begin_login(typed["name"], typed["password"])
        self.room.move_on(pending=pending)
        if pending.permits == "code":
            return Answer(True, "The password is right. Now the code.", _nothing_granted("a code"))
        return Answer(True, "The password is right. Now enrol an authenticator.", _nothing_granted("an enrolment"))


def _nothing_granted(permits: str) -> tuple[tuple[str, str], ...]:
    return (("granted", "nothing yet: a pending login, no session"), ("permits", f"{permits}, for five minutes"))


class EnrolForm(Form):
    """Bind an authenticator: show its QR code once, and confirm with the first code that it shows."""

    title = "The server · enrol an authenticator"
    button_text = "Confirm"
    fields = (("code", "First code from the authenticator", widgets.Text),)

    def body(self) -> tuple[widgets.Widget, ...]:
        self.secret_view = PrivateView()
        self.codes_view = PrivateView()
        self.start_button = widgets.Button(description="Show the QR code")
        self.start_button.on_click(lambda _button: self._started())
        return self.start_button, self.secret_view, *super().body(), self.codes_view

    def start(self) -> Answer:
        """Ask the server for a secret and show it as a QR code and as a setup key."""
        permit = self.room.session or self.room.pending
        if permit is None:
            raise InvalidInput("log in first: an enrolment needs a pending login without a factor, or a session")
        enrolment = self.room.server.start_enrolment(permit)
        self.room.move_on(pending=self.room.pending, enrolment=enrolment, session=self.room.session)
        self.codes_view.show()
        self.secret_view.show(
            picture(enrolment.qr_svg()), key(enrolment.setup_key, "Cannot scan? Type this setup key")
        )
        return Answer(True, "Scan the QR code with your authenticator, then type the code it shows.")

    def _started(self) -> None:
        try:
            answer = self.start()
        except MfaError as error:
            answer = refused_by(error)
        self._say(answer)

    def act(self, typed: dict[str, str]) -> Answer:
        if self.room.enrolment is None:
            raise InvalidInput("show the QR code first, and scan it")
        codes = self.room.server.confirm_enrolment(self.room.enrolment, typed["code"])
        self.room.move_on(session=self.room.session)
        if not self.room.demo:
            self.secret_view.show()
        if codes:
            self.codes_view.show(listed(codes, "Recovery codes, shown this once: keep them on paper"))
        return Answer(
            True,
            "The authenticator is enrolled. Now log in with both.",
            (
                ("proof", "the code showed that the authenticator holds the secret and the right time"),
                ("consumed", "its time step: the same code logs nobody in"),
                ("issued", f"{len(codes)} recovery codes, stored as salted hashes"),
            ),
        )

    def face_text(self) -> str:
        if not (self.room.demo and self.room.enrolment):
            return super().face_text()
        return f"{super().face_text()}; demo setup key: {self.room.enrolment.setup_key}"

    def face_html(self) -> str:
        if not (self.room.demo and self.room.enrolment):
            return super().face_html()
        enrolment = self.room.enrolment
        return (
            f"{super().face_html()}<figure>{enrolment.qr_svg()}<figcaption>A demo secret, public and worth nothing: "
            f"<code>{enrolment.setup_key}</code></figcaption></figure>"
        )


class OtpForm(Form):
    """Steps 2 to 4: the code, computed on both sides and never sent from server to phone."""

    title = "The server · step 4, OTP validation"
    button_text = "Verify"
    fields = (("code", "Code from your authenticator", widgets.Text),)

    def __init__(self, room: Room, status: widgets.HTML | None = None) -> None:
        super().__init__(room, status)
        self.inputs["code"].add_class("mfa-digits")

    def act(self, typed: dict[str, str]) -> Answer:
        if self.room.pending is None:
            raise InvalidInput("log in with name and password first")
        session = self.room.server.finish_login(self.room.pending, typed["code"])
        self.room.move_on(session=session)
        return Answer(
            True,
            f"Access granted. You are logged in as {session.name}.",
            (("granted", "a session of 24 hours at most"), ("consumed", "the code's time step, for good")),
        )


class PhonePanel(StableBox):
    """Step 3: a phone for who has none at hand. It really decodes the picture, and computes by its own clock.

    `paste` gets the code when the user has the phone type it into a form.
    """

    def __init__(self, room: Room, paste: Callable[[str], None]) -> None:
        self.room = room
        self.widget = PhoneWidget(room.phone, room.clock, picture=self._picture, paste=paste)
        super().__init__([style(), self.widget])
        for name in ("mfa", "mfa-panel", "mfa-phone"):
            self.add_class(name)

    def _picture(self) -> bytes:
        if self.room.enrolment is None:
            raise InvalidInput("there is no QR code to scan: let the server show one")
        return self.room.enrolment.qr_png()

    def face_text(self) -> str:
        """What a reader without a kernel sees instead of the phone."""
        return "The phone: an authenticator app that scans the QR code and shows a code, by its own clock"

    def face_html(self) -> str:
        return f'<div class="mfa mfa-panel mfa-phone"><p>{self.face_text()}. Run this cell to use it.</p></div>'
