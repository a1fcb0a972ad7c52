"""Define the weak server of attack 15.

The relay works on every server. On this server, a stolen session also never ends, and nobody is notified.
"""

from __future__ import annotations

from dataclasses import replace

from mfa_lab.attacks.helpers.minimal_server import Account, MinimalServer
from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied
from mfa_lab.randomness import Randomness
from mfa_lab.server.records import Enrolment, Notification, PendingLogin, RecoveryCodes, Session

HOUR, DAY = 3600, 24 * 3600


class LastingServer(MinimalServer):
    """Keep sessions for ever, and tell nobody when an account gets another authenticator.

    `times` maps the token of each session to the times at which the session was opened and last used.
    """

    session_seconds, idle_seconds, fresh_seconds = DAY, HOUR, 300

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.times: dict[str, tuple[int, int]] = {}
        self._told: dict[str, list[Notification]] = {}

    def open_session(self, account: Account) -> Session:
        session, now = super().open_session(account), self.clock.now()
        self.times[session.token.reveal()] = now, now
        return replace(session, expires_at=now + self.session_seconds)

    def bound(self, name: str) -> None:
        """Do nothing, although an authenticator was bound to this account."""

    def notify(self, name: str, event: str) -> None:
        """Leave a security notification for an account's owner."""
        self._told.setdefault(name, []).append(Notification(self.clock.now(), event))

    def notifications(self, session: Session) -> tuple[Notification, ...]:
        """Return the notifications that the session's owner can read."""
        return tuple(self._told.get(self.check_session(session).name, ()))

    def start_enrolment(self, permit: PendingLogin | Session) -> Enrolment:
        """Start an enrolment for another authenticator, with a session that is at most five minutes old.

        Source: ASVS-7.5.1.
        """
        if not isinstance(permit, Session):
            return super().start_enrolment(permit)
        account = self.accounts[self.check_session(permit).name]
        opened, _ = self.times[permit.token.reveal()]
        if self.clock.now() >= opened + self.fresh_seconds:
            raise AccessDenied
        return self._offer(account)

    def confirm_enrolment(self, enrolment: Enrolment, code: str) -> RecoveryCodes:
        codes = super().confirm_enrolment(enrolment, code)
        name, _ = self._offers[enrolment.token.reveal()]
        self.bound(name)
        return codes
