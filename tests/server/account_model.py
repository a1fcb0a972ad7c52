"""An account as its owner and its administrator understand it: what each call may do, without a database.

`test_account_machine` lets it and the server live through the same events and compares them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mfa_lab import Policy
from mfa_lab.otp import code_at, step_at
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.server.records import Enrolment, PasskeyCreation, PendingLogin, Permit, Session

POLICY = replace(
    Policy.CHEAPEST,
    explain_refusals=True,
    longest_wait_seconds=120,
    disable_after_failures=5,
    pending_wrong_codes=3,
    enrolment_wrong_codes=2,
    session_seconds=7200,
    session_idle_seconds=1800,
    recovery_codes=3,
    passkeys=2,
)
FORGET_SECONDS = 24 * 3600


@dataclass(eq=False)
class Factor:
    """An authenticator: `taken` are the steps of which a code was accepted, `ahead` is where its window stands."""

    secret: str
    last_step: int
    id: str = ""
    state: str = "active"
    ahead: int = 0
    taken: set[int] = field(default_factory=set)

    @property
    def ended(self) -> bool:
        return self.state == "replaced"

    def take(self, *steps: int) -> None:
        """No step twice, none before the last."""
        for step in steps:
            assert step not in self.taken
            assert step > self.last_step
            self.taken.add(step)
            self.last_step = step

    def good(self, code: str, now: int) -> int | None:
        """The oldest unused step inside the window that `code` belongs to."""
        centre = step_at(now) + self.ahead
        steps = range(max(self.last_step, centre - POLICY.window_steps - 1) + 1, centre + POLICY.window_steps + 1)
        return next((step for step in steps if code_at(self.secret, step * 30) == code), None)


@dataclass(eq=False)
class Key:
    """A passkey: its holder, and whether it has ended."""

    holder: PasskeyHolder
    id: str = ""
    state: str = "active"
    uses: int = 0

    @property
    def ended(self) -> bool:
        return self.state == "replaced"


@dataclass(eq=False)
class Pending:
    """A login that passed the password."""

    token: PendingLogin
    wrong: int = 0
    ended: bool = False
    asked: bool = False
    """Whether it was given a challenge."""

    def fit(self, now: int, *permits: Permit) -> bool:
        over = self.ended or self.wrong >= POLICY.pending_wrong_codes or now >= self.token.expires_at
        return not over and self.token.permits in permits


@dataclass(eq=False)
class Granted:
    """A session."""

    token: Session
    seen: int
    ended: bool = False

    @property
    def resistant(self) -> bool:
        return "otp" not in self.token.methods

    def live(self, now: int, *, fresh: bool = False) -> bool:
        age, idle = now - self.token.created_at, now - self.seen
        young = age < POLICY.session_seconds and idle < POLICY.session_idle_seconds
        return not self.ended and young and (not fresh or age < POLICY.fresh_session_seconds)


@dataclass(eq=False)
class Offer:
    """An enrolment, and on what grounds it was begun."""

    token: Enrolment | PasskeyCreation
    basis: Permit | str
    session: Granted | None = None
    wrong: int = 0
    ended: bool = False

    @property
    def of_passkey(self) -> bool:
        return isinstance(self.token, PasskeyCreation)


@dataclass
class Count:
    """Failures in a row, and until when nothing is checked."""

    failures: int = 0
    until: int = 0
    expires: int | None = None

    def count_failed_attempt(self, now: int) -> None:
        self.failures += 1
        over = self.failures - POLICY.free_failures
        wait = min(POLICY.longest_wait_seconds, POLICY.first_wait_seconds * 2 ** (over - 1)) if over > 0 else 0
        self.until = now + wait if wait else 0
        self.expires = max(now, self.until) + FORGET_SECONDS

    def waiting(self, now: int) -> bool:
        return now < self.until

    def clear(self) -> None:
        self.failures = self.until = 0
        self.expires = None


class Account:
    """All that is true of one account."""

    def __init__(self, password: str, name: str, counts: dict[str, Count]) -> None:
        self.password, self.name, self.disabled = password, name, False
        self.counts = counts
        self.factors: list[Factor] = []
        self.keys: list[Key] = []
        self.pendings: list[Pending] = []
        self.sessions: list[Granted] = []
        self.offers: list[Offer] = []
        self.codes: list[str] = []
        self.old_codes: list[str] = []
        self.issue, self.kept = "", False
        self.old_issues: list[str] = []
        self.logins = 0
        self.otp, self.recovery = Count(), Count()

    @property
    def passwords(self) -> Count:
        """The wrong passwords, which are counted by name, whoever has it."""
        return self.counts.setdefault(self.name, Count())

    @property
    def to_acknowledge(self) -> str:
        """What each session carries until somebody who saw the newest codes says to have kept them."""
        return "" if self.kept else self.issue

    def having(self, *states: str) -> list[Factor]:
        return [factor for factor in self.factors if factor.state in states]

    @property
    def active(self) -> list[Factor]:
        return self.having("active")

    @property
    def passkeys(self) -> list[Key]:
        return [key for key in self.keys if key.state == "active"]

    @property
    def has_factor(self) -> bool:
        return bool(self.having("active", "disabled") or self.passkeys)

    @property
    def room(self) -> bool:
        return not self.having("disabled") and len(self.active) < POLICY.authenticators

    def has_room(self, of_passkey: bool) -> bool:
        return len(self.passkeys) < POLICY.passkeys if of_passkey else self.room

    def may_change(self, session: Granted, now: int) -> bool:
        """Young, and begun by a passkey once there is one."""
        return session.live(now, fresh=True) and (session.resistant or not self.passkeys)

    # What each call may do

    def reserves_password(self, now: int) -> bool:
        """One attempt at the password, charged before it is verified, unless it has to wait."""
        if self.passwords.expires is not None and now >= self.passwords.expires:
            self.passwords.clear()
        if self.passwords.waiting(now):
            return False
        self.passwords.count_failed_attempt(now)
        return True

    def checks_codes(self, pending: Pending, now: int, *permits: Permit) -> bool:
        """Whether a code is looked at, at all."""
        fit = pending.fit(now, *permits) and bool(self.having("active", "disabled"))
        return fit and not self.having("disabled") and not self.otp.waiting(now)

    def wrong_code(self, pending: Pending, now: int) -> None:
        pending.wrong += 1
        self.otp.count_failed_attempt(now)
        if self.otp.failures >= POLICY.disable_after_failures:
            for factor in self.active:
                factor.state = "disabled"

    def permits_first(self, pending: Pending, now: int) -> bool:
        first = pending.fit(now, Permit.FIRST_FACTOR) and not self.has_factor
        return first or pending.fit(now, Permit.NEW_FACTOR)

    def permits_confirming(self, offer: Offer, now: int) -> bool:
        if offer.ended or offer.wrong >= POLICY.enrolment_wrong_codes or now >= offer.token.expires_at:
            return False
        if offer.basis == Permit.FIRST_FACTOR and self.has_factor:
            return False
        if offer.basis == "further" and not self.has_room(offer.of_passkey):
            return False
        return offer.session is None or offer.session.live(now)

    # What follows

    def bind(self, offer: Offer, factor: Factor | Key) -> None:
        everything = offer.basis not in ("further", "session")
        if offer.basis != "further":
            self.retire(apps=everything or not offer.of_passkey, keys=everything or offer.of_passkey)
        if isinstance(factor, Key):
            self.keys.append(factor)
        else:
            self.factors.append(factor)
        self.end_steps(but=offer.session)

    def retire(self, *, apps: bool = True, keys: bool = True) -> None:
        for each in [*self.factors * apps, *self.keys * keys]:
            each.state = "replaced"
        if apps:
            self.otp.clear()

    def end_steps(self, *, but: Granted | None = None) -> None:
        """Everything that was begun before ends with a change, `but` the session that changed it."""
        self.end_open_steps()
        self.end_sessions(but=but)

    def end_sessions(self, *, but: Granted | None = None) -> None:
        for each in self.sessions:
            each.ended = each.ended or each is not but

    def end_open_steps(self) -> None:
        """What was begun and grants nothing yet ends; sessions stand."""
        steps: list[Pending | Offer] = [*self.pendings, *self.offers]
        for each in steps:
            each.ended = True

    def void_codes(self, new: list[str], issue: str) -> None:
        self.old_codes += self.codes
        self.codes = new
        self.issued(issue)

    def issued(self, issue: str) -> None:
        """Codes that nobody has acknowledged yet; '' where the account has none any more."""
        self.old_issues.append(self.issue)
        self.issue, self.kept = issue, False

    def acknowledge(self, issue: str) -> bool:
        """Only the newest issue counts: whoever kept an older one holds void codes."""
        newest = issue == self.issue != ""
        self.kept = self.kept or newest
        return newest
