"""`FourSteps`: the whole login on one screen. The server's side, the phone's side, and one place for answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from html import escape

import ipywidgets as widgets

from mfa_lab.clock import ManualClock
from mfa_lab.lab.answers import Answer
from mfa_lab.lab.room import Room, live_room
from mfa_lab.lab.widgets.controls import box, button, frame, html, live_region, switch
from mfa_lab.lab.widgets.form import Form, Stage
from mfa_lab.lab.widgets.forms import EnrolForm, LoginForm, OtpForm, RecoveryForm, RegisterForm, SessionForm
from mfa_lab.lab.widgets.phone_panel import PhonePanel
from mfa_lab.lab.widgets.private_view import PrivateView
from mfa_lab.lab.widgets.stable import StableBox

STEPS = (
    ("Primary login", "name and password"),
    ("OTP generation", "both sides compute a code"),
    ("Authenticator app", "the phone shows its code"),
    ("OTP validation", "the server decides"),
)


_DELETE = "Delete the old entry from your app: its codes are dead."


class FourSteps(StableBox):
    """Register, log in, enrol, type the code, get in: by hand. Shows only what can be done next.

    `room` defaults to one on the real clock with real secrets. A demo account exists from the start.
    """

    def __init__(self, room: Room | None = None) -> None:
        self.room = room or live_room()
        self.status = html(live_region())
        self.codes_view = PrivateView()
        self.register, self.login, self.enrol, self.otp, self.recovery, self.session = self._forms = tuple(
            make(self.room, self.status, self.codes_view)
            for make in (RegisterForm, LoginForm, EnrolForm, OtpForm, RecoveryForm, SessionForm)
        )
        self.login.intro = self._invitation()  # stays where it is needed, whatever the answers say
        self.phone = PhonePanel(self.room, self._paste, in_frame=True)
        self.stage = Stage(*self._forms)
        self.stepper = html()
        self.links = box(style_class="mfa-buttons")
        self._recovering = self._registering = False
        self.server_side = widgets.VBox()
        sides = box(self.server_side, self.phone, style_class="mfa-sides")
        super().__init__([frame(), self.stepper, sides, self._foot()])
        for name in ("mfa", "mfa-root"):
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
        """To an account of one's own."""
        return self._link("Make an account of my own", lambda: self._choose(registering=True))

    @cached_property
    def to_login(self) -> widgets.Button:
        """From registering back to the login."""
        return self._link("Log in instead", self._choose)

    @cached_property
    def to_recovery(self) -> widgets.Button:
        """For who has no phone at hand."""
        return self._link("Use a recovery code", lambda: self._choose(recovering=True))

    @cached_property
    def to_code(self) -> widgets.Button:
        """From recovery back to the code."""
        return self._link("Use a code after all", self._choose)

    @cached_property
    def to_password(self) -> widgets.Button:
        """Out of a step that leads nowhere."""
        return self._link("Back to the password", self._back)

    def _foot(self) -> widgets.Box:
        self.again = self._link("Start this demo account again", self._start_again)
        self.show_class = self._switch("Show the class", "What really happened, behind the user's words", "mfa-class")
        self.big = self._switch("Big", "Larger type, for a projector", "mfa-big")
        return box(self.show_class, self.again, self.big, style_class="mfa-buttons")

    def _switch(self, text: str, tooltip: str, style_class: str) -> widgets.ToggleButton:
        """A button that puts a class on the whole, and takes it off again."""
        made = switch(text, tooltip)
        made.observe(lambda on: (self.add_class if on["new"] else self.remove_class)(style_class), "value")
        return made

    def _choose(self, *, registering: bool = False, recovering: bool = False) -> None:
        self._registering, self._recovering = registering, recovering
        self._refresh()
        self.status.value = live_region()
        self.stage.send({"focus": True})

    def _moved(self) -> None:
        """The login came a step further, or back to the start."""
        self._registering = self._recovering = False
        self._refresh()
        self.phone.widget.say("")
        if self.room.session is not None:
            self.codes_view.show()  # whoever is in has had the time to note them
        waits = self.room.session is not None and not isinstance(self.room.clock, ManualClock)
        period = self.room.server.policy.period_seconds
        self.stage.send({"wait": period - self.room.clock.now() % period} if waits else {"quiet": True})
        self.stage.send({"focus": True})

    def _shown(self) -> Form:
        """The one form that can be used now."""
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
        links = {
            self.login: ("to_register",),
            self.register: ("to_login",),
            self.enrol: ("to_password",),
            self.otp: ("to_recovery", "to_password"),
            self.recovery: ("to_code", "to_password"),
            self.session: (),
        }
        self.links.children = [getattr(self, link) for link in links[shown]]
        self.server_side.children = [shown, self.links, self.stage, self.status, self.codes_view]
        done, now = {self.enrol: (1, 2), self.otp: (3, 3), self.session: (4, 4)}.get(shown, (0, 0))
        self.stepper.value = stepper(done, now)

    def _paste(self, code: str) -> str:
        """Type the phone's code into the form that asks for one: by a message, never by a synced trait."""
        form = type(self._shown()).__name__
        if form not in ("EnrolForm", "OtpForm"):
            return "No form asks for a code now."
        self.stage.send({"fill": {"form": form, "field": "code", "text": code}})
        return ""

    def _back(self) -> None:
        """Give up the step at hand."""
        self.enrol.secret_view.show()
        self.room.move_on()
        self.status.value = live_region()

    def _start_again(self) -> None:
        self.room.start_again()
        self.enrol.secret_view.show()
        self.codes_view.show()
        self.phone.widget.refresh()
        entry = "The entry from your card stays right." if self.room.seat else _DELETE
        words = f"A fresh server. {entry}"
        self.status.value = live_region(Answer(True, words, heading="About this lab"))

    def _invitation(self) -> str:
        account = self.room.demo_account
        return f"A demo account is ready: {account['name']}, with the password “{account['password']}”."

    def face_text(self) -> str:
        """What a reader without a kernel sees."""
        return "The four steps, live: " + "; ".join(f"{n} {name}" for n, (name, _) in enumerate(STEPS, 1))

    def face_html(self) -> str:
        call = "Run this cell to log in, with your own phone or the one shown."
        return f'<div class="mfa">{stepper(0, 0)}<p>{call} {escape(self._invitation())}</p></div>'


def stepper(done: int, now: int) -> str:
    """The four steps as a list: `done` of them behind, the one with index `now` at hand."""
    items = []
    for index, (name, words) in enumerate(STEPS):
        state = "done" if index < done else "now" if index == now else "open"
        current = ' aria-current="step"' if state == "now" else ""
        said = {"done": " · done", "now": " · now", "open": ""}[state]
        title, hint = f"<b>{index + 1} {escape(name)}</b>", f"<span>{escape(words)}{said}</span>"
        items.append(f'<li class="mfa-{state}"{current}>{title}{hint}</li>')
    return f'<ol class="mfa-steps">{"".join(items)}</ol>'
