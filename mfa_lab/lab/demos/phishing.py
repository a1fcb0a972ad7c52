"""Play a phishing attack: a shop, Alice with an app and a passkey, and Mallory's page that relays everything.

The server, the browser and the passkey holder are the kit's own. A phishing page records each step as it happens, so
a figure shows the run and not a drawing of what should happen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mfa_lab.clock import ManualClock
from mfa_lab.errors import AccessDenied, CeremonyRefused
from mfa_lab.lab.answers import Answer, attempt, refused_by
from mfa_lab.lab.demos.passkey_desk import SHOP, SHOP_ORIGIN
from mfa_lab.lab.figures.one_login.login_flow import Event
from mfa_lab.lab.figures.passkeys.signed_bytes import signed_parts
from mfa_lab.lab.room import DEMO_NOW
from mfa_lab.lab.table import Table
from mfa_lab.phone.authenticator import Phone
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.policy import CHEAPEST, Policy
from mfa_lab.randomness import SeededRandomness
from mfa_lab.server.factors.passkey.webauthn import base64url
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.records import PendingLogin, Recovery, RecoveryCodes, Session
from mfa_lab.style import GRANTED_SIGN, REFUSED_SIGN

PHISH_ORIGIN = "http://sh0p.localhost:8000"
ADDRESS = "change the delivery address"
"""The shop's sensitive action."""
_GETS = "What Mallory's page gets"
_ALICE = ("alice@example.org", "demo only: alice keeps bees")
_BOB = ("bob@example.org", "demo only: bob paints doors")


class Shop:
    """Run the shop's server. Alice has an app, recovery codes and a passkey, and Bob has only an app.

    The clock stands still, a time step after the enrolments. `passkey` is Alice's authenticator. If it is omitted,
    Alice has a phone whose passkeys are synced.
    """

    def __init__(self, policy: Policy = Policy.STANDARD, passkey: PasskeyHolder | None = None) -> None:
        self.policy = replace(policy, explain_refusals=True, hash_cost=CHEAPEST)
        self.clock = ManualClock(DEMO_NOW)
        self.server = MfaServer(
            clock=self.clock, policy=self.policy, randomness=SeededRandomness(seed=4), relying_party=SHOP
        )
        self.phone, self.recovery_codes = self._enrolled(_ALICE)
        self.bobs_phone, _ = self._enrolled(_BOB)
        self.passkey = passkey or PasskeyHolder(SeededRandomness(seed=31))
        session = self.server.finish_login(self.begin(), self.phone.code())
        creation = self.server.start_passkey(session)
        self.server.confirm_passkey(creation, Browser(SHOP_ORIGIN).create(creation.options, self.passkey))
        self.clock.advance(30)

    def _enrolled(self, person: tuple[str, str]) -> tuple[Phone, RecoveryCodes]:
        self.server.register(*person)
        phone = Phone(self.clock)
        enrolment = self.server.start_enrolment(self.server.begin_login(*person))
        phone.add(enrolment.uri)
        codes = self.server.confirm_enrolment(enrolment, phone.code())
        self.clock.advance(30)
        return phone, codes

    def begin(self) -> PendingLogin:
        """Complete step 1 with Alice's password, no matter who types it."""
        return self.server.begin_login(*_ALICE)

    def with_passkey(self, holder: PasskeyHolder | None = None, *, origin: str = SHOP_ORIGIN) -> Session:
        """Log somebody in with Alice's password and a passkey. Raises `CeremonyRefused` or `AccessDenied`.

        `holder` is the authenticator, by default Alice's own. `origin` is that of the page that asks for it.
        """
        pending = self.begin()
        response = Browser(origin).get(self.server.start_passkey_login(pending), holder or self.passkey)
        return self.server.finish_passkey_login(pending, response)

    def with_code(self) -> Session:
        """Log somebody in who has Alice's password and a current code of her app."""
        return self.server.finish_login(self.begin(), self.phone.code())

    def recover(self, pending: PendingLogin) -> Recovery:
        """Use the first of Alice's recovery codes, no matter who types it. Raises `AccessDenied`."""
        return self.server.recover(pending, next(iter(self.recovery_codes), ""))

    def reset_by_help_desk(self) -> Recovery:
        """Let the help desk issue a reset code for Alice, and use it after her password."""
        (code,) = self.server.issue_reset_code(_ALICE[0])
        return self.server.recover(self.begin(), code)

    def bob_with_code(self) -> Session:
        """Log Bob in, who has no passkey."""
        return self.server.finish_login(self.server.begin_login(*_BOB), self.bobs_phone.code())

    def change_address(self, session: Session) -> Session:
        """Change the delivery address as the policy's step-up rules demand. Raises `AccessDenied`."""
        found = self.server.check_session(session)
        if ADDRESS in dict(self.policy.step_up):
            young = self.clock.now() - found.created_at < self.policy.max_age_seconds(ADDRESS)
            if not young or (self.policy.step_up_phishing_resistant and not found.phishing_resistant):
                raise AccessDenied
        return found


class PhishingPage:
    """Play Mallory's page at `PHISH_ORIGIN`. It passes everything on to the shop, and keeps the session.

    `events` lists what happened, in order. `session` is what Mallory wants.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.events: list[Event] = []
        self.session: Session | None = None
        self.pending: PendingLogin | None = None

    def password(self) -> Answer:
        """Let Alice type her name and password."""
        self._pass_on("name and password")
        self.pending = self.shop.begin()
        self.events.append(Event("server", "the password is correct", to="attacker"))
        return Answer(True, "The page has a pending login of Alice.", heading=_GETS)

    def code(self) -> Answer:
        """Ask Alice for a code, and pass it on. The page does not mention the passkey."""
        self.events.append(Event("attacker", "“type your code”", to="browser"))
        self._pass_on("the six digits")
        return self._finish(lambda pending: self.shop.server.finish_login(pending, self.shop.phone.code()))

    def passkey(self, browser: Browser | None = None, *, rp_id: str = SHOP.id, change_origin: bool = False) -> Answer:
        """Ask Alice for her passkey with the shop's challenge, and pass the response on.

        `browser` is Alice's browser, at Mallory's page. `rp_id` is the RP ID that the page asks for. With
        `change_origin`, Mallory writes the shop's origin into the response.
        """
        browser = browser or Browser(PHISH_ORIGIN)
        options = {**self.shop.server.start_passkey_login(self._pending()), "rpId": rp_id}
        self.events.append(Event("server", "a challenge", to="attacker"))
        self.events.append(Event("attacker", f"the challenge, for {rp_id}", to="browser"))
        if rp_id != SHOP.id:
            options["allowCredentials"] = []
        try:
            response = browser.get(options, self.shop.passkey)
        except CeremonyRefused as refusal:
            self._refused("browser", f"{refusal.name}: {_SHORT[refusal.name]}")
            return Answer(False, f"The browser refuses: {refusal.name}.", (("because", str(refusal)),), heading=_GETS)
        origin = signed_parts(response).said["origin"].removeprefix("http://").partition(":")[0]
        self.events.append(Event("browser", f"signed, origin {origin}", to="attacker"))
        if change_origin:
            self.events.append(Event("attacker", "writes the shop's origin into it"))
            response = _with_origin(response, SHOP_ORIGIN)
        self.events.append(Event("attacker", "the signed response", to="server"))
        return self._finish(lambda pending: self.shop.server.finish_passkey_login(pending, response))

    def recovery_code(self, holder: PasskeyHolder) -> Answer:
        """Ask Alice for a recovery code, pass it on, register a passkey in Mallory's `holder`, and log in with it."""
        self.events.append(Event("attacker", "“type a recovery code”", to="browser"))
        self._pass_on("the recovery code")
        return self._finish(lambda pending: self._take_over(pending, holder))

    def _take_over(self, pending: PendingLogin, holder: PasskeyHolder) -> Session:
        server = self.shop.server
        recovery = self.shop.recover(pending)
        self.events.append(Event("server", "register a new passkey", to="attacker"))
        creation = server.start_passkey(recovery.pending)
        server.confirm_passkey(creation, Browser(SHOP_ORIGIN).create(creation.options, holder))
        self.events.append(Event("attacker", "Mallory's own passkey", to="server"))
        return self.shop.with_passkey(holder)

    def _finish(self, finish: Callable[[PendingLogin], Session]) -> Answer:
        """Complete the login, and keep the session if the server opens one."""
        try:
            self.session = finish(self._pending())
        except AccessDenied as denied:
            reason = str(denied.trace.reason) if denied.trace else "no reason given"
            self._refused("server", f"refused: {reason.removeprefix('passkey: ')}")
            return replace(refused_by(denied), heading=_GETS)
        self.events.append(Event("server", "a session", to="attacker"))
        return Answer(True, "A session of Alice.", heading=_GETS)

    def _pending(self) -> PendingLogin:
        return self.pending or self.shop.begin()

    def _pass_on(self, words: str) -> None:
        self.events += [Event("browser", words, to="attacker"), Event("attacker", words, to="server")]

    def _refused(self, place: str, words: str) -> None:
        self.events.append(Event(place, f"{REFUSED_SIGN} {words}"))


class CarelessBrowser(Browser):
    """A browser that lets a page ask for any RP ID. No real browser does this."""

    def _checked(self, rp_id: str | None) -> str:
        return rp_id or self._host


_SHORT = {"SecurityError": "foreign RP ID", "NotAllowedError": "no passkey"}


def _with_origin(response: Mapping[str, Any], origin: str) -> dict[str, Any]:
    said = {**signed_parts(response).said, "origin": origin}
    text = json.dumps(said, separators=(",", ":")).encode()
    return {**response, "response": {**response["response"], "clientDataJSON": base64url(text)}}


def can(call: Callable[[], object]) -> bool:
    """Return whether the server permits a call."""
    return attempt(call).granted


def what_opens(policy: Policy) -> dict[str, bool]:
    """Return who can do what under a policy, each tried with a new login."""
    shop = Shop(policy)
    tries: dict[str, Callable[[], object]] = {
        "Mallory, with Alice's code: read her orders": shop.with_code,
        f"Mallory, with Alice's code: {ADDRESS}": lambda: shop.change_address(shop.with_code()),
        "Mallory, with Alice's code: bind his phone": lambda: shop.server.start_enrolment(shop.with_code()),
        f"Alice, with her passkey: {ADDRESS}": lambda: shop.change_address(shop.with_passkey()),
        "Alice, with her code, her passkey at home: read her orders": shop.with_code,
        "Bob, who has no passkey: read his orders": shop.bob_with_code,
        f"Bob, who has no passkey: {ADDRESS}": lambda: shop.change_address(shop.bob_with_code()),
    }
    return each_tried(shop, tries)


def each_tried(shop: Shop, tries: Mapping[str, Callable[[], object]]) -> dict[str, bool]:
    """Return which calls the shop's server permits. The calls are made in the given order, one time step apart."""
    found = {}
    for what, call in tries.items():
        found[what] = can(call)
        shop.clock.advance(30)
    return found


def downgrade_table(policies: Mapping[str, Policy]) -> Table:
    """Return a table of who can do what under each policy."""
    results = {name: what_opens(policy) for name, policy in policies.items()}
    rows = [(what, *(sign(found[what]) for found in results.values())) for what in next(iter(results.values()))]
    return Table("Who can do what, under each policy", ("who, and what", *results), *rows)


def sign(granted: bool) -> str:
    """Return yes or no, with a tick or a cross."""
    return f"{GRANTED_SIGN} yes" if granted else f"{REFUSED_SIGN} no"
