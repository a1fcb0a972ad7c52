"""`FourSteps`: the whole login on one screen. The server's side, the phone's side, and one place for answers."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets

from mfa_lab.lab.answers import Answer
from mfa_lab.lab.forms import (
    EnrolForm,
    LoginForm,
    OtpForm,
    PhonePanel,
    RegisterForm,
    Room,
    live_region,
    live_room,
    style,
)
from mfa_lab.lab.stable import StableBox

STEPS = (
    ("Primary login", "name and password"),
    ("OTP generation", "both sides compute a code"),
    ("Authenticator app", "the phone shows its code"),
    ("OTP validation", "the server decides"),
)


class FourSteps(StableBox):
    """Register, log in, enrol, type the code, get in: by hand. Shows only what is to be done next."""

    def __init__(self, room: Room | None = None) -> None:
        self.room = room or live_room()
        self.status = widgets.HTML(live_region(""))
        self.register = RegisterForm(self.room, self.status)
        self.login = LoginForm(self.room, self.status)
        self.enrol = EnrolForm(self.room, self.status)
        self.otp = OtpForm(self.room, self.status)
        self.phone = PhonePanel(self.room, self._paste)
        self.again = widgets.Button(description="Back to step 1")
        self.again.on_click(lambda _button: self._start_again())
        self.stepper = widgets.HTML()
        self.server_side = widgets.VBox([self.register, self.login, self.enrol, self.otp, self.enrol.codes_view])
        sides = widgets.Box([self.server_side, self.phone])
        sides.add_class("mfa-sides")
        super().__init__([style(), self.stepper, sides, self.status, self.again])
        self.add_class("mfa")
        self.room.watch(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        pending, session, enrolment = self.room.pending, self.room.session, self.room.enrolment
        wants_code = pending is not None and pending.permits == "code"
        wants_factor = enrolment is not None or (pending is not None and not wants_code)
        starting = pending is None and session is None and enrolment is None
        for form, shown in (
            (self.register, starting),
            (self.login, starting),
            (self.enrol, wants_factor),
            (self.otp, wants_code),
        ):
            form.layout.display = "" if shown else "none"
        self.stepper.value = stepper(done=4 if session else 3 if wants_code else 0, now=3 if wants_code else 0)

    def _paste(self, code: str) -> None:
        """Type the phone's code into whichever form asks for one."""
        form = self.enrol if self.room.enrolment else self.otp
        form.inputs["code"].value = code

    def _start_again(self) -> None:
        if self.room.session is not None:
            self.room.server.log_out(self.room.session)
        self.room.move_on()
        self.status.value = live_region(Answer(True, "Back at step 1. Accounts and authenticators are kept.").html())

    def face_text(self) -> str:
        """What a reader without a kernel sees."""
        return "The four steps, live: " + "; ".join(f"{n} {name}" for n, (name, _) in enumerate(STEPS, 1))

    def face_html(self) -> str:
        call = "Run this cell to log in, with your own phone or the one shown."
        return f'<div class="mfa">{stepper(0, 0)}<p>{call}</p></div>'


def stepper(done: int, now: int) -> str:
    """The four steps as a list: `done` of them behind, the one with index `now` at hand."""
    items = []
    for index, (name, words) in enumerate(STEPS):
        state = "done" if index < done else "now" if index == now else "open"
        current = ' aria-current="step"' if state == "now" else ""
        said = {"done": "done", "now": "now", "open": "to come"}[state]
        title, hint = f"<b>{index + 1} {escape(name)}</b>", f"<span>{escape(words)} · {said}</span>"
        items.append(f'<li class="mfa-{state}"{current}>{title}{hint}</li>')
    return f'<ol class="mfa-steps">{"".join(items)}</ol>'
