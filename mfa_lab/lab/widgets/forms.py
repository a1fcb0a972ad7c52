"""The steps of an MFA login as forms. Each form calls the room's server and shows the answer in two views."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property

import ipywidgets as widgets

from mfa_lab.errors import AccessDenied, InvalidInput, Reason
from mfa_lab.lab.answers import Answer
from mfa_lab.lab.widgets.controls import box, button, html
from mfa_lab.lab.widgets.form import Form
from mfa_lab.lab.widgets.private_view import PrivateView, folded, key, picture
from mfa_lab.server.records import Enrolment, RecoveryCodes, Session

__all__ = [
    "EnrolForm",
    "LoginForm",
    "OtpForm",
    "RecoveryForm",
    "RegisterForm",
    "SessionForm",
]


_QUESTION = (
    '<p class="mfa-hint">Have you saved your newest recovery codes? They were shown only once. If not, press '
    "<b>New recovery codes</b>.</p>"
)


_CODES_LABEL = "Recovery codes, shown only once: keep them on paper"


_OFFER_IS_OVER = {Reason.EXPIRED_PENDING, Reason.CONSUMED_PENDING, Reason.UNKNOWN_PENDING, Reason.NOT_PERMITTED}
"""After such a rejection, no code can confirm this enrolment any more, so the next QR code has a new secret."""


_CODES_HOLD = ("issued", "no recovery codes, because the earlier codes stay valid")


_NOTIFICATIONS = {
    "factor bound": "an authenticator was enrolled",
    "factor disabled": "your authenticator was disabled after too many wrong codes",
    "code refused": "somebody who knows your password typed wrong codes",
    "recovery refused": "somebody who knows your password tried recovery codes",
    "recovered": "a recovery code was used",
    "recovery codes issued": "new recovery codes were issued",
    "rebound by an administrator": "an administrator removed your authenticator",
}


_CREDENTIALS = {"name": ("Name or e-mail", "name"), "password": ("Password", "secret")}


_FIRST_CODE = {"code": ("First code from the authenticator", "digits")}


_CODE = {"code": ("Code from your authenticator", "digits")}


_RECOVERY_CODE = {"recovery_code": ("Recovery code", "recovery")}


class RegisterForm(Form):
    """Register an account, as an operator does."""

    title = "The server · a new account"
    button_text = "Register"
    fields = _CREDENTIALS

    def act(self, typed: dict[str, str]) -> Answer:
        self.room.server.register(typed["name"], typed["password"])
        self.room.move_on()
        seen = (("stored", "the name, and a salted Argon2id hash of the password"),)
        return Answer(True, "Registered. Now log in.", seen)


class LoginForm(Form):
    """Do step 1: verify the name and the password.

    If `fill_in` is set, the form has a button for the demo account. The button calls `fill_in`, which types the
    account's name and password into the fields.
    """

    title = "The server · step 1, primary login"
    button_text = "Log in"
    fields = _CREDENTIALS
    fill_in: Callable[[], None] | None = None

    @cached_property
    def fill_button(self) -> widgets.Button:
        """Return the button that types the demo account's name and password."""
        made = button("Fill in the demo account")
        made.on_click(lambda _button: self.fill_in and self.fill_in())
        return made

    def body(self) -> tuple[widgets.Widget, ...]:
        buttons = [self.button, *([self.fill_button] if self.fill_in else [])]
        return (*self.inputs.values(), box(*buttons, style_class="mfa-buttons"))

    def act(self, typed: dict[str, str]) -> Answer:
        self.room.move_on()
        pending = self.room.server.begin_login(typed["name"], typed["password"])
        self.room.move_on(pending=pending)
        if pending.permits == "code":
            return Answer(True, "The password is correct. Now type the code.", _nothing_granted("a code"))
        return Answer(True, "The password is correct. Now enrol an authenticator.", _nothing_granted("an enrolment"))


def _nothing_granted(permits: str) -> tuple[tuple[str, str], ...]:
    return (("granted", "nothing yet: a pending login, no session"), ("permits", f"{permits}, for five minutes"))


class EnrolForm(Form):
    """Enrol an authenticator: show a QR code, and verify the first code that the authenticator shows."""

    title = "The server · enrol an authenticator"
    button_text = "Confirm"
    fields = _FIRST_CODE

    @cached_property
    def secret_view(self) -> PrivateView:
        """Return the view that shows the QR code and the setup key."""
        return PrivateView()

    @cached_property
    def start_button(self) -> widgets.Button:
        """Return the button that shows the QR code of a secret."""
        return self.pressing("Show the QR code", lambda: self.answer_to(self.start))

    def body(self) -> tuple[widgets.Widget, ...]:
        by_hand = widgets.VBox([box(self.start_button, style_class="mfa-buttons"), *super().body()])
        return (box(self.secret_view, by_hand, style_class="mfa-beside"),)

    def start(self) -> Answer:
        """Show a secret as a QR code and as a setup key.

        If the server has already offered a secret and the offer is still valid, show this secret. Otherwise, start a
        new enrolment.
        """
        if not self._on_offer():
            self._ask_for_a_secret()
        self.draw()
        return Answer(True, "Scan the QR code with your authenticator, then type the code it shows.")

    def _on_offer(self) -> bool:
        enrolment = self.room.enrolment
        return enrolment is not None and self.room.clock.now() < enrolment.expires_at

    def _ask_for_a_secret(self) -> None:
        permit = self.room.session or self.room.pending
        if permit is None:
            raise InvalidInput("log in first: an enrolment needs a pending login without a factor, or a session")
        enrolment = self.room.server.start_enrolment(permit)
        self.room.move_on(pending=self.room.pending, enrolment=enrolment, session=self.room.session)
        self.show_codes()

    def draw(self) -> None:
        """Draw the QR code and the setup key of the current enrolment, or clear the view if there is no enrolment."""
        enrolment = self.room.enrolment
        if enrolment is None:
            if self._built:
                self.secret_view.show()
            return
        account = enrolment.account
        kind = f"{account.digits} digits, a new code every {account.period_seconds} seconds, {account.algorithm}"
        typed_in = folded("Can't scan?", key(enrolment.setup_key, f"Type this setup key into your app ({kind})"))
        self.secret_view.show(picture(enrolment.qr_svg()), typed_in)

    def act(self, typed: dict[str, str]) -> Answer:
        if self.room.enrolment is None:
            raise InvalidInput("show the QR code first, and scan it")
        codes = self._confirm(self.room.enrolment, typed["code"])
        self.room.move_on(session=self.room.session)
        if not self.room.demo:
            self.secret_view.show()
        if codes:
            self.show_codes(_CODES_LABEL, codes)
        return Answer(
            True,
            "The authenticator is enrolled. Now log in with both.",
            (
                ("proof", "the code showed that the authenticator has the secret and the correct time"),
                ("issued", f"{len(codes)} recovery codes, stored as salted hashes") if codes else _CODES_HOLD,
            ),
        )

    def _confirm(self, enrolment: Enrolment, code: str) -> RecoveryCodes:
        try:
            return self.room.server.confirm_enrolment(enrolment, code)
        except AccessDenied as denied:
            if denied.trace is not None and denied.trace.reason in _OFFER_IS_OVER:
                self.room.move_on(pending=self.room.pending, session=self.room.session)
                self.draw()
            raise

    def face_text(self) -> str:
        if not (self.room.demo and self.room.enrolment):
            return super().face_text()
        return f"{super().face_text()}; demo setup key: {self.room.enrolment.setup_key}"

    def face_html(self) -> str:
        if not (self.room.demo and self.room.enrolment):
            return super().face_html()
        enrolment = self.room.enrolment
        return (
            f"{super().face_html()}<figure>{enrolment.qr_svg()}<figcaption>A demo secret, public and without value: "
            f"<code>{enrolment.setup_key}</code></figcaption></figure>"
        )


class OtpForm(Form):
    """Do steps 2 to 4: validate the code. Both sides compute the code; the server never sends it to the phone."""

    title = "The server · step 4, OTP validation"
    button_text = "Verify"
    fields = _CODE

    def act(self, typed: dict[str, str]) -> Answer:
        if self.room.pending is None:
            raise InvalidInput("log in with name and password first")
        session = self.room.server.finish_login(self.room.pending, typed["code"])
        self.room.move_on(session=session)
        seen = (("granted", "a session of 24 hours at most"), ("consumed", "the code's time step, for good"))
        return Answer(True, f"Access granted. You are logged in as {session.name}.", seen)


class RecoveryForm(Form):
    """Verify a recovery code.

    A valid code permits only the enrolment of a new authenticator in place of a lost authenticator.
    """

    title = "The server · recovery"
    intro = "A recovery code does not log you in. It lets you enrol a new authenticator."
    button_text = "Use the recovery code"
    fields = _RECOVERY_CODE

    def act(self, typed: dict[str, str]) -> Answer:
        if self.room.pending is None:
            raise InvalidInput("log in with name and password first: a recovery code replaces only the second step")
        recovery = self.room.server.recover(self.room.pending, typed["recovery_code"])
        new = recovery.replacement
        self.show_codes("A new recovery code, which replaces the used code", new)
        self.room.move_on(pending=recovery.pending)
        return Answer(
            True,
            "The recovery code was accepted. Now enrol a new authenticator.",
            (
                ("granted", "no session, only permission to enrol a new authenticator, for five minutes"),
                (
                    "void",
                    (
                        f"the used code; {'one new' if new else 'no'} code was issued for it, and the other codes "
                        f"stay valid"
                    ),
                ),
                ("told", "the account's owner will find a notification at the next login"),
            ),
        )


class SessionForm(Form):
    """Show what a session permits: the user can read notifications, get new recovery codes, and log out."""

    title = "The server · you are in"
    button_text = "Log out"

    def body(self) -> tuple[widgets.Widget, ...]:
        self.notifications_button = self.pressing("Show my notifications", lambda: self.answer_to(self.notifications))
        self.codes_button = self.pressing("New recovery codes", lambda: self.answer_to(self.new_codes))
        buttons = box(self.notifications_button, self.codes_button, self.button, style_class="mfa-buttons")
        return (buttons, self.question, self.kept_buttons)

    @cached_property
    def question(self) -> widgets.HTML:
        """Return the widget that asks whether the user has saved the newest recovery codes."""
        return html()

    @cached_property
    def kept_buttons(self) -> widgets.Box:
        """Return the box around the button that answers the question."""
        return box(style_class="mfa-buttons")

    @cached_property
    def kept_button(self) -> widgets.Button:
        """Return the button with which users confirm that they have saved the codes."""
        return self.pressing("I have saved my recovery codes", lambda: self.answer_to(self.keep))

    def ask(self) -> None:
        """Ask whether the newest recovery codes are saved, until the owner confirms this."""
        if self._built:
            open_issue = self._to_acknowledge()
            self.question.value = _QUESTION if open_issue else ""
            self.kept_buttons.children = [self.kept_button] if open_issue else []

    def _to_acknowledge(self) -> str:
        with suppress(AccessDenied):
            if self.room.session is not None:
                return self.room.server.check_session(self.room.session).codes_to_acknowledge
        return ""

    def keep(self) -> Answer:
        """Record that the owner has saved the newest recovery codes."""
        self.room.server.acknowledge_recovery_codes(self._to_acknowledge())
        self.show_codes()
        self.ask()
        return Answer(True, "Recorded: you have saved your recovery codes. Later logins will not ask about them.")

    def notifications(self) -> Answer:
        """Show the notifications about the account to its owner."""
        notifications = self.room.server.notifications(self._session())
        told = "; ".join(
            f"{_NOTIFICATIONS.get(note.event, note.event)} at {_clock(note.at)}" for note in notifications
        )
        return Answer(True, f"What happened to your account: {told}.")

    def new_codes(self) -> Answer:
        """Issue a new set of recovery codes. The server permits this only in a fresh session."""
        codes = self.room.server.issue_recovery_codes(self._session())
        self.show_codes(_CODES_LABEL, codes)
        self.ask()
        return Answer(True, "These are your new recovery codes. The old recovery codes are no longer valid.")

    def act(self, _typed: dict[str, str]) -> Answer:
        self.room.server.log_out(self._session())
        self.show_codes()
        self.room.move_on()
        return Answer(True, "Logged out.", (("ended", "the session, so its token no longer grants access"),))

    def _session(self) -> Session:
        if self.room.session is None:
            raise InvalidInput("log in first")
        return self.room.session


def _clock(now: int) -> str:
    minutes, seconds = divmod(now % 86400, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02} UTC"
