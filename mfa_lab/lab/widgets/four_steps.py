"""`FourSteps` shows the whole login on one screen: the server's side, the phone's side, and a place for answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from html import escape
from pathlib import Path

import ipywidgets as widgets

from mfa_lab.clock import ManualClock
from mfa_lab.lab.answers import Answer
from mfa_lab.lab.room import Room, kernel_room
from mfa_lab.lab.widgets.controls import box, button, frame, html, live_region, switch
from mfa_lab.lab.widgets.form import Form, Stage
from mfa_lab.lab.widgets.forms import EnrolForm, LoginForm, OtpForm, RecoveryForm, RegisterForm, SessionForm
from mfa_lab.lab.widgets.phone_panel import PhonePanel
from mfa_lab.lab.widgets.private_view import PrivateView
from mfa_lab.lab.widgets.stable import StableBox

STEPS = (
    ("Primary login", "name and password"),
    ("OTP generation", "both sides compute a code"),
    ("Authenticator app", "the phone shows a code"),
    ("OTP validation", "the server decides"),
)


_DELETE = "Delete the old entry from your app: its codes are no longer valid."
_STYLE = Path(__file__).with_name("four_steps.css").read_text("utf-8")


class FourSteps(StableBox):
    """Let the learner go through registration, login, enrolment and code. Show only what can be done next.

    `room` defaults to the kernel's room, which has the real clock and real secrets. If the cell is run again, the
    login continues from the same state. A demo account exists from the start.
    """

    def __init__(self, room: Room | None = None) -> None:
        self.room = room or kernel_room()
        self.status = html(live_region())
        self.codes_view = PrivateView()
        self.register, self.login, self.enrol, self.otp, self.recovery, self.session = self._forms = tuple(
            make(self.room, self.status, self.codes_view)
            for make in (RegisterForm, LoginForm, EnrolForm, OtpForm, RecoveryForm, SessionForm)
        )
        self.login.intro = self._invitation()  # it stays where it is needed, independent of the answers
        self.login.fill_in = self._fill_in
        self.phone = PhonePanel(self.room, self._paste, in_frame=True)
        self.stage = Stage(*self._forms, on_open=self._opened)
        self.stepper = html()
        self.links = box(style_class="mfa-links")
        self._recovering = self._registering = False
        self.server_side = widgets.VBox()
        sides = box(self.server_side, self.phone, style_class="mfa-sides")
        answers = widgets.VBox([self.stage, self.status, self.codes_view])
        super().__init__([frame(_STYLE), self.stepper, sides, answers, self._foot()])
        for name in ("mfa", "mfa-root", "mfa-four-steps", "mfa-instructor"):
            self.add_class(name)
        self.room.welcome()
        self.room.on_change(self._moved)
        self._refresh()

    def _link(self, text: str, act: Callable[[], None]) -> widgets.Button:
        made = button(text)
        made.on_click(lambda _button: act())
        return made

    @cached_property
    def to_register(self) -> widgets.Button:
        """Return the button that leads to the form for a new account."""
        return self._link("Make my own account", lambda: self._choose(registering=True))

    @cached_property
    def to_login(self) -> widgets.Button:
        """Return the button that leads from the registration back to the login."""
        return self._link("Log in instead", self._choose)

    @cached_property
    def to_recovery(self) -> widgets.Button:
        """Return the button that leads to account recovery, for people who have lost their phone."""
        return self._link("Use a recovery code", lambda: self._choose(recovering=True))

    @cached_property
    def to_code(self) -> widgets.Button:
        """Return the button that leads from the recovery back to the code."""
        return self._link("Use a code instead", self._choose)

    @cached_property
    def to_password(self) -> widgets.Button:
        """Return the button that leads from a later step back to the password."""
        return self._link("Back to the password", self._back)

    def _foot(self) -> widgets.Box:
        self.again = self._link("Start this demo account again", self._start_again)
        self.show_reason = self._switch(
            "Show what really happened",
            "The instructor's view beside what the user is told",
            "mfa-instructor",
            on=True,
        )
        self.big = self._switch("Big", "Larger type, for a projector", "mfa-big")
        self.big.observe(self._on_projector, "value")
        foot = box(self.show_reason, self.again, self.big, style_class="mfa-buttons")
        foot.add_class("mfa-foot")
        return foot

    def _on_projector(self, big: dict[str, bool]) -> None:
        """Hide the reason for a rejection on a projector, so that the audience can guess the reason first."""
        self.show_reason.value = not big["new"]

    def _switch(self, text: str, tooltip: str, style_class: str, *, on: bool = False) -> widgets.ToggleButton:
        """Return a button that adds a CSS class to the whole widget. The next press removes the class."""
        made = switch(text, tooltip, on=on)
        made.observe(lambda on: (self.add_class if on["new"] else self.remove_class)(style_class), "value")
        return made

    def _choose(self, *, registering: bool = False, recovering: bool = False) -> None:
        self._registering, self._recovering = registering, recovering
        self._refresh()
        self.status.value = live_region()
        self.stage.send({"focus": True})

    def _moved(self) -> None:
        """Redraw the widget after the login has reached the next step or has returned to the start."""
        self._registering = self._recovering = False
        self._refresh()
        self.phone.widget.say("")
        if self.room.session is not None:
            self.session.show_codes()  # a logged-in user has had the time to note them
        self._count_down()
        self.stage.send({"focus": True})

    def _count_down(self) -> None:
        """After a login, show on the page a countdown to the next code."""
        waits = self.room.session is not None and not isinstance(self.room.clock, ManualClock)
        period = self.room.server.policy.period_seconds
        self.stage.send({"wait": period - self.room.clock.now() % period} if waits else {"quiet": True})

    def _opened(self) -> None:
        """Send messages to a page that has just opened this widget, for the first time or after a reload.

        After a reload, JupyterLab reads the notebook's file. If the file was saved before this run, it contains no
        live form. The kernel therefore asks the page to save the notebook.
        """
        self.stage.send({"save": True})
        self._count_down()

    def _fill_in(self) -> None:
        self.stage.fill(self.login, name=self.room.demo_account["name"], password=self.room.demo_account["password"])

    def _shown(self) -> Form:
        """Return the only form that the user can fill in now."""
        room = self.room
        if room.enrolment is not None:
            return self.enrol
        if room.session is not None:
            return self.session
        if room.pending is None:
            return self.register if self._registering else self.login
        if room.pending.permits != "code":
            return self.enrol
        return self.recovery if self._recovering else self.otp

    def _refresh(self) -> None:
        shown = self._shown()
        shown.build()
        for form in self._forms:
            form.in_use = form is shown
        links = {
            self.login: ("to_register",),
            self.register: ("to_login",),
            self.enrol: ("to_password",),
            self.otp: ("to_recovery", "to_password"),
            self.recovery: ("to_code", "to_password"),
            self.session: (),
        }
        self.links.children = [getattr(self, link) for link in links[shown]]
        self.server_side.children = [shown, self.links]
        self.enrol.draw()
        self.session.ask()
        self.login.draw_codes()  # the forms share one place for recovery codes
        places = {self.enrol: (1, 2), self.otp: (3, 3), self.recovery: (3, 3), self.session: (4, 4)}
        done, now = places.get(shown, (0, 0))
        self.stepper.value = stepper(done, now)

    def _paste(self, code: str) -> str:
        """Type the phone's code into the form that asks for a code.

        The code travels in a message, never in a synced trait.
        """
        form = self._shown()
        if form not in (self.enrol, self.otp):
            return "No form needs a code at this moment."
        self.stage.fill(form, code=code)
        return ""

    def _back(self) -> None:
        """End the current login, and return to the password."""
        self.room.move_on()
        self.status.value = live_region()

    def _start_again(self) -> None:
        self.stage.send({"forget": True})
        self.room.start_again()
        self.phone.widget.refresh()
        entry = "The entry from your card stays valid." if self.room.seat else _DELETE
        words = f"A new server has started. {entry}"
        self.status.value = live_region(Answer(True, words, heading="About this lab"))

    def _invitation(self) -> str:
        account = self.room.demo_account
        return f"A demo account is ready: {account['name']}, with the password “{account['password']}”."

    def face_text(self) -> str:
        """Return what a reader without a kernel sees."""
        return "The four steps, live: " + "; ".join(f"{n} {name}" for n, (name, _) in enumerate(STEPS, 1))

    def face_html(self) -> str:
        call = "Run this cell to log in with your own phone or with the phone shown here."
        return f'<div class="mfa">{stepper(0, 0)}<p>{call} {escape(self._invitation())}</p></div>'


def stepper(done: int, now: int) -> str:
    """Return HTML for the list of steps. The first `done` steps are done, and the step with index `now` is current.

    The list is an ordered list, so the steps have numbers even without the style sheet.
    """
    items = []
    for index, (name, words) in enumerate(STEPS):
        state = "done" if index < done else "now" if index == now else "open"
        current = ' aria-current="step"' if state == "now" else ""
        said = {"done": "done", "now": f"{words} · now", "open": words}[state]
        title, hint = f"<b>{escape(name)}</b>", f" <span>{escape(said)}</span>"
        items.append(f'<li class="mfa-{state}"{current}>{title}{hint}</li>')
    return f'<ol class="mfa-steps">{"".join(items)}</ol>'
