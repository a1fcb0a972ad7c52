"""A live form: register a passkey and log in with it, with the learner's own authenticator or with a software holder.

The server is in the kernel, and the ceremony takes place in the notebook's page. Nothing leaves the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import anywidget

from mfa_lab.errors import CeremonyRefused, InvalidInput, MfaError
from mfa_lab.lab.answers import Answer, refused_by
from mfa_lab.lab.widgets.controls import box, button, frame, html, live_region, switch
from mfa_lab.lab.widgets.stable import StableBox
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.policy import Policy
from mfa_lab.randomness import SYSTEM
from mfa_lab.server.factors.passkey.relying_party import RelyingParty
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import Session

_NAME = "alice@example.org"
_INTRO = (
    "The password step is already done. Register a passkey first, and then log in with it. "
    "With the switch off, a program in the kernel plays the authenticator."
)
_SOFTWARE_ORIGIN = "http://shop.localhost:8000"
_WAITING = "Your browser asks for your authenticator. Touch it, or cancel the request."
_REFUSALS = {
    "NotAllowedError": "the request was cancelled, or the authenticator has no passkey for this page",
    "InvalidStateError": "this authenticator already has a passkey of this account",
    "SecurityError": "this page may not use passkeys for this name",
    "NotSupportedError": "this authenticator knows no algorithm that the server offers",
}


class PasskeyPage(anywidget.AnyWidget):
    """Run ceremonies in the browser. The responses arrive as custom messages, never as synced traits."""

    _esm = Path(__file__).with_name("passkey_form.js")

    def __init__(self, heard: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self.on_msg(lambda _widget, message, _buffers: heard(message))


class _Account:
    """Hold a server for one origin, with one account that has no authenticator yet."""

    def __init__(self, party: RelyingParty) -> None:
        self.server = MfaServer(policy=replace(Policy.LESSON, user_verification="preferred"), relying_party=party)
        self._password = SYSTEM.token_bytes(16).hex()
        self.server.register(_NAME, self._password)
        self.registered = False

    def creation(self) -> tuple[dict[str, Any], Callable[[Any], Answer]]:
        """Return the options of a registration, and a function that takes the response."""
        creation = self.server.start_passkey(self.server.begin_login(_NAME, self._password))
        return creation.options, lambda response: self._registered(creation, response)

    def request(self) -> tuple[dict[str, Any], Callable[[Any], Answer]]:
        """Return the options of a login, and a function that takes the response."""
        pending = self.server.begin_login(_NAME, self._password)
        options = self.server.start_passkey_login(pending)
        return options, lambda response: _logged_in(self.server.finish_passkey_login(pending, response))

    def _registered(self, creation: Any, response: Any) -> Answer:
        self.server.confirm_passkey(creation, response)
        self.registered = True
        return Answer(True, "Your passkey is registered.", (("stored", "a credential id and a public key"),))


class PasskeyForm(StableBox):
    """Show two buttons, a switch for the learner's own authenticator, and the answer in a live region."""

    def __init__(self) -> None:
        self.holder = PasskeyHolder()
        self.origin, self.obstacle = "", "The page has not answered yet."
        self._host = ""
        self._accounts: dict[str, _Account] = {}
        self._finish: Callable[[Any], Answer] | None = None
        self.page = PasskeyPage(self._heard)
        self.status, self.advice = html(live_region()), html()
        self.own = switch("Use my own authenticator", "On: your fingerprint reader or security key. Off: a program")
        self.buttons = {
            "create": button("Register a passkey", primary=True),
            "get": button("Log in with the passkey"),
        }
        self.own.observe(lambda _change: self._advise(), "value")
        self._advise()
        self.buttons["create"].on_click(lambda _button: self.register())
        self.buttons["get"].on_click(lambda _button: self.log_in())
        heading = html(_heading())
        buttons = box(*self.buttons.values(), self.own, style_class="mfa-buttons")
        super().__init__([frame(), heading, buttons, self.advice, self.page, self.status])
        for style_class in ("mfa", "mfa-panel", "mfa-phone"):
            self.add_class(style_class)

    def register(self) -> Answer:
        """Register a passkey, as the first button does.

        With the learner's own authenticator, the answer comes later.
        """
        if hindrance := self._hindrance():
            return self._show(Answer(False, hindrance))
        if self._account().registered:
            return self._show(Answer(False, "This shop already has your passkey. Log in with it."))
        return self._start("create", self._account().creation)

    def log_in(self) -> Answer:
        """Log in with the passkey, as the second button does.

        With the learner's own authenticator, the answer comes later.
        """
        if hindrance := self._hindrance():
            return self._show(Answer(False, hindrance))
        if not self._account().registered:
            return self._show(Answer(False, "There is no passkey here yet. Register a passkey first."))
        return self._start("get", self._account().request)

    def _hindrance(self) -> str:
        """Return why no ceremony can begin now, or an empty text."""
        if self._finish is not None:
            return "The browser still waits for your authenticator. Complete or cancel that request first."
        return self.obstacle if self.own.value else ""

    def _account(self) -> _Account:
        origin, host = (self.origin, self._host) if self.own.value else (_SOFTWARE_ORIGIN, "shop.localhost")
        if origin not in self._accounts:
            self._accounts[origin] = _Account(RelyingParty(host, (origin,), "mfa-lab"))
        return self._accounts[origin]

    def _start(self, kind: str, make: Callable[[], tuple[dict[str, Any], Callable[[Any], Answer]]]) -> Answer:
        """Send the options to the page, or answer them with the software holder."""
        options, finish = make()
        if self.own.value:
            self._finish = finish
            self.page.send({"kind": kind, "options": options})
            return self._show(Answer(True, _WAITING, heading="Your turn"))
        browser = Browser(_SOFTWARE_ORIGIN)
        try:
            response = (browser.create if kind == "create" else browser.get)(options, self.holder)
        except CeremonyRefused as refusal:
            return self._show(Answer(False, f"The authenticator refuses: {refusal}."))
        return self._end(finish, response)

    def _end(self, finish: Callable[[Any], Answer], response: Any) -> Answer:
        try:
            return self._show(finish(response))
        except MfaError as error:
            return self._show(refused_by(error))

    def _heard(self, message: dict[str, Any]) -> None:
        """Process a message from the page, which contains the page's address or the result of a ceremony."""
        if "origin" in message:
            self._greeted(str(message["origin"]), str(message["host"]), str(message["obstacle"]))
        elif self._finish is not None:
            finish, self._finish = self._finish, None
            if "response" in message:
                self._end(finish, message["response"])
            else:
                name = str(message.get("refused"))
                told = _REFUSALS.get(name, "the browser ended the request")
                self._show(Answer(False, f"No passkey was used: {told}.", (("the browser's error", name),)))

    def _greeted(self, origin: str, host: str, obstacle: str) -> None:
        """Store the page's address, and show whether the page can use the learner's own authenticator."""
        try:
            RelyingParty(host, (origin,))
        except InvalidInput as error:
            obstacle = obstacle or f"This page cannot use passkeys: {error}."
        self.origin, self._host, self.obstacle = origin, host, obstacle
        self._finish = None  # a page that was loaded again has forgotten its request
        self._advise()

    def _advise(self) -> None:
        """Say in words which authenticator the buttons use, because the switch shows it only by its shade."""
        own = self.obstacle or f"your own. The RP ID is the name of this page: {self._host}."
        told = f"Authenticator: {own if self.own.value else 'the software holder, a program in the kernel.'}"
        self.advice.value = f'<p class="mfa-hint">{escape(told)}</p>'

    def _show(self, answer: Answer) -> Answer:
        self.status.value = live_region(answer)
        return answer

    def face_text(self) -> str:
        """Return what a reader without a kernel sees instead of the form."""
        labels = [repr(each.description) for each in (*self.buttons.values(), self.own)]
        return f"A passkey of your own: a form with the buttons {', '.join(labels)}"

    def face_html(self) -> str:
        items = "".join(f"<li>{escape(each.description)}</li>" for each in (*self.buttons.values(), self.own))
        return (
            f'<div class="mfa mfa-panel mfa-phone">{_heading()}<p>Buttons:</p><ul>{items}</ul>'
            "<p>Run this cell to use the form.</p></div>"
        )


def _heading() -> str:
    return f'<h3 class="mfa-side mfa-phone">A passkey of your own</h3><p class="mfa-hint">{_INTRO}</p>'


def _logged_in(session: Session) -> Answer:
    methods = ", ".join(session.methods)
    resistant = "yes" if session.phishing_resistant else "no"
    seen = (("began with", methods), ("phishing-resistant", resistant))
    return Answer(True, f"Access granted. You are logged in as {session.name}.", seen)
