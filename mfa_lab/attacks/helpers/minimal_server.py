"""Define the smallest server that handles both steps without any of the mistakes of the attack series.

Each weak server is this server with one method changed, and a fix changes the method back. The server has the same
methods as `MfaServer`, so the same attack runs on both servers. It keeps everything in memory, so a second process
cannot share its data. It is a model to read, not a server to use.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import lru_cache

from mfa_lab.clock import Clock
from mfa_lab.errors import AccessDenied, MalformedCode
from mfa_lab.otp import code_at, step_at, tidy_code
from mfa_lab.policy import CHEAPEST
from mfa_lab.provisioning import OtpAccount, new_secret
from mfa_lab.randomness import Randomness
from mfa_lab.redaction import Redacted
from mfa_lab.server.passwords.hashing import PasswordHasher
from mfa_lab.server.records import Enrolment, PendingLogin, Permit, RecoveryCodes, Session, token_from

PERIOD = 30


@dataclass(kw_only=True, slots=True)  # slots: nothing can be counted on the class itself
class Count:
    """Hold the number of wrong codes in a row, and the time until which no code is verified (Unix seconds)."""

    failures: int = 0
    wait_until: int = 0


@dataclass
class Account(Count):
    """Hold what the server stores about one person. `last_step` is the step of the last accepted code."""

    name: str
    password_hash: str
    secret: str | None = None
    last_step: int = -1


class MinimalServer:
    """Handle logins in two steps, one request after the other.

    Methods that teach nothing begin with an underscore.

    `accounts` maps each name to its account. `pendings` and `sessions` map each token to its owner's name.
    """

    window_steps = 1
    free_failures = 4
    """This many wrong codes in a row cause no wait.

    Each further wrong code doubles the wait, from half a minute to an hour.
    """

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self.clock = clock
        self.randomness = randomness
        self.hasher = PasswordHasher(CHEAPEST, max_length=1024)
        self.accounts: dict[str, Account] = {}
        self.pendings: dict[str, str] = {}
        self.sessions: dict[str, str] = {}
        self._offers: dict[str, tuple[str, str]] = {}

    def register(self, name: str, password: str) -> None:
        """Make an account with a password and without an authenticator."""
        self.accounts[name] = Account(name, self.hasher.hash(Redacted(password)))

    # Step 1

    def begin_login(self, name: str, password: str) -> PendingLogin:
        """Return a pending login for a correct password, but never a session."""
        account = self.accounts.get(name)
        known = self.hasher.verify(
            account.password_hash if account else None, Redacted(password)
        )  # None costs the same
        if account is None or not known:
            raise AccessDenied
        token = self._new_token()
        self.pendings[token.reveal()] = account.name
        permits = Permit.CODE if account.secret else Permit.FIRST_FACTOR
        return PendingLogin(token, permits, self.clock.now() + 300)

    # Steps 2 to 4

    def finish_login(self, pending: PendingLogin, code: str) -> Session:
        """Return a session for a correct code, after step 1."""
        account, count = self.account_of(pending), self.counted(pending)
        if self.must_wait(count):
            raise AccessDenied
        step = self.step_of(account, code)
        if step is None or not self.consume(account, step):
            self.failed(count)
            raise AccessDenied
        self.succeeded(count)
        return self.open_session(account)

    def account_of(self, pending: PendingLogin) -> Account:
        """Return the account of this login, as the server itself recorded it in step 1."""
        name = self.pendings.get(pending.token.reveal())
        if name is None:
            raise AccessDenied
        return self.accounts[name]

    def step_of(self, account: Account, code: str) -> int | None:
        """Return the time step to which `code` belongs, or None if the window contains no such step."""
        try:
            typed = tidy_code(code)
        except MalformedCode:
            return None
        centre, found = self.centre(account), None
        for step in range(centre - self.window_steps, centre + self.window_steps + 1):
            if hmac.compare_digest(typed, code_of(account.secret or "", step)):
                found = step
        return found

    def centre(self, account: Account) -> int:  # noqa: ARG002
        """Return the time step in the middle of the window, which is the server's own step for every account."""
        return step_at(self.clock.now(), PERIOD)

    def consume(self, account: Account, step: int) -> bool:
        """Consume a step if it is later than the last consumed step, and return whether it was consumed."""
        if step <= account.last_step:
            return False
        account.last_step = step
        return True

    def counted(self, pending: PendingLogin) -> Count:
        """Return the count of wrong codes: each account has one count, for all its pending logins (RFC4226-7.3)."""
        return self.account_of(pending)

    def must_wait(self, count: Count) -> bool:
        """Return whether the next code must still wait because of earlier wrong codes."""
        return self.clock.now() < count.wait_until

    def failed(self, count: Count) -> None:
        """Count a wrong code, and make the next code wait."""
        count.failures += 1
        count.wait_until = self.clock.now() + self.wait_seconds(count.failures)

    def wait_seconds(self, failures: int) -> int:
        """Return how long the next code must wait after this number of wrong codes in a row."""
        beyond = failures - self.free_failures
        return min(30 * 2 ** min(beyond - 1, 7), 3600) if beyond > 0 else 0

    def succeeded(self, count: Count) -> None:
        """Reset the count after a completed login."""
        count.failures = 0

    def open_session(self, account: Account) -> Session:
        """Grant access and return the session."""
        token = self._new_token()
        self.sessions[token.reveal()] = account.name
        now = self.clock.now()
        return Session(token, account.name, now, now + 3600)

    def check_session(self, session: Session) -> Session:
        """Return the session as the server recorded it. Every page calls this method before it shows anything."""
        name = self.sessions.get(session.token.reveal())
        if name is None:
            raise AccessDenied
        return Session(session.token, name, session.created_at, session.expires_at)

    # Enrolment

    def start_enrolment(self, pending: PendingLogin) -> Enrolment:
        """Offer a shared secret to an account that has no authenticator."""
        account = self.account_of(pending)
        if account.secret:
            raise AccessDenied
        return self._offer(account)

    def _offer(self, account: Account) -> Enrolment:
        token, secret = self._new_token(), new_secret(self.randomness)
        self._offers[token.reveal()] = account.name, secret
        offered = OtpAccount(account.name, "small server", Redacted(secret))
        return Enrolment(token, self.clock.now() + 900, offered)

    def confirm_enrolment(self, enrolment: Enrolment, code: str) -> RecoveryCodes:
        """Bind the authenticator that shows a valid code, and consume the code's step.

        Every earlier pending login ends.
        """
        name, secret = self._offers.get(enrolment.token.reveal(), ("", ""))
        step = self.step_of(Account(name, "", secret), code) if name else None
        if step is None:
            raise AccessDenied
        account = self.accounts[name]
        account.secret, account.last_step = secret, step
        self.pendings = {token: owner for token, owner in self.pendings.items() if owner != name}
        return RecoveryCodes(())

    def reset_factors(self, name: str) -> None:
        """Reset a lost or disabled authenticator, as an administrator does.

        After the next correct password, the owner enrols a new authenticator.
        """
        account = self.accounts[name]
        account.secret, account.failures, account.wait_until = None, 0, 0

    def _new_token(self) -> Redacted:
        return token_from(self.randomness.token_bytes(32))


@lru_cache(maxsize=4096)
def code_of(secret: str, step: int) -> str:
    """Return PyOTP's code for a step from a cache, because the attacks need the same few codes a million times."""
    return code_at(secret, step * PERIOD)
