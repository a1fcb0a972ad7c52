"""`MfaServer`: the whole server side behind a handful of calls. Each returns a record or raises.

`AccessDenied` is the answer no, in the same public words whatever went wrong. `ServerFault` is the server's
own trouble. `InvalidInput` is a programmer's or operator's mistake.
"""

from __future__ import annotations

import re
from typing import TypeVar

from mfa_lab.clock import Clock, SystemClock, checked_now
from mfa_lab.errors import ClockSetBack, InvalidInput
from mfa_lab.otp import Match
from mfa_lab.policy import Policy
from mfa_lab.provisioning import OtpAccount, build_uri, new_secret
from mfa_lab.randomness import Randomness, SystemRandomness
from mfa_lab.redaction import Redacted, RedactedBytes
from mfa_lab.server import audit
from mfa_lab.server.account import administration, enrolment, password_change, recovery, resynchronisation
from mfa_lab.server.decision import Decision
from mfa_lab.server.factors import recovery_codes, totp
from mfa_lab.server.login import otp_validation, primary_login, sessions
from mfa_lab.server.notifications import outbox
from mfa_lab.server.notifications.notifier import Notifier
from mfa_lab.server.passwords.hashing import PasswordHasher
from mfa_lab.server.records import (
    AuditLine,
    Authenticator,
    Enrolment,
    Notification,
    PendingLogin,
    Recovery,
    RecoveryCodes,
    Session,
    token_hash,
)
from mfa_lab.server.services import Services, checked_label, normal_name
from mfa_lab.server.storage import schema
from mfa_lab.server.storage.encryption import SecretCipher
from mfa_lab.server.storage.store import Store

Record = TypeVar("Record")


class MfaServer:
    """A server that demands two factors, on the database at `url` ("sqlite://" is in memory).

    `key`: 32 bytes that seal the secrets; else the environment variable MFA_LAB_KEY, else a file beside the
    database. `randomness` may be seeded so that a class sees the same secrets and recovery codes; nonces, keys
    and tokens come from the system all the same.
    """

    def __init__(
        self,
        url: str = "sqlite://",
        *,
        clock: Clock | None = None,
        policy: Policy = Policy.STANDARD,
        key: bytes | None = None,
        issuer: str = "mfa-lab",
        randomness: Randomness | None = None,
    ) -> None:
        redacted_key = None if key is None else RedactedBytes(key)
        del key  # tracebacks may show variables
        build_uri(new_secret(), account="anyone", issuer=issuer)  # an issuer that no phone could read is refused now
        self.clock: Clock = clock or SystemClock()
        self.policy = policy
        self.issuer = issuer
        store = Store(url, redacted_key)
        self._services = Services(
            store=store,
            cipher=SecretCipher(store.keys, schema.ENCRYPTION_VERSION),
            hasher=PasswordHasher(policy.hash_cost, policy.password_max_length),
            policy=policy,
            issuer=issuer,
            shown=randomness or SystemRandomness(),
        )
        with store.transaction() as connection:
            self._latest = audit.latest(connection)
        self._fell_back = False

    def __repr__(self) -> str:
        if not hasattr(self, "_services"):  # in a traceback from __init__
            return "<MfaServer, not started>"
        return f"<MfaServer {self._services.issuer!r} {self._services.store.where}>"

    def close(self) -> None:
        """Let go of the database."""
        self._services.store.close()

    # Step 1

    def register(self, name: str, password: str, *, reserved: bool = False) -> None:
        """An operator's call: make an account. A `reserved` name is treated as one that is taken, in every respect.

        Raises `NameTaken`, `PasswordRefused` (NIST-3.1.1.2; the reason is told), `InvalidInput`.
        """
        typed = Redacted(password)
        del password  # tracebacks may show variables
        administration.register(self._services, name, typed, self._now(), reserved=reserved)

    def begin_login(self, name: str, password: str) -> PendingLogin:
        """Step 1, primary login. A right password gives a pending login and never a session.

        Raises `AccessDenied`: unknown and known names cost, behave and read the same (ASVS-6.3.8).
        """
        redacted_name, typed = Redacted(normal_name(name)), self._services.hasher.typed(password)
        del name, password
        return self._answer(primary_login.begin(self._services, redacted_name, typed, self._now()))

    # Enrolment

    def start_enrolment(self, permit: PendingLogin | Session, *, label: str = "", further: bool = False) -> Enrolment:
        """Offer an authenticator a shared secret. `permit`: a pending login without a factor or after a recovery,
        or a fresh session (ASVS-7.5.1), whose confirmed enrolment takes the place of the account's authenticators, or
        is one `further` while there are fewer than `Policy.authenticators`. `label`: its owner's name for it.
        Raises `AccessDenied`, and `InvalidInput` for a label that cannot be.
        """
        _expect(permit, PendingLogin, Session)
        label = checked_label(label)
        return self._answer(enrolment.start(self._services, permit, label, self._now(), further=further))

    def confirm_enrolment(self, enrolment_: Enrolment, code: str) -> RecoveryCodes:
        """Bind the authenticator that shows `code`, and consume its step: the same code logs nobody in.

        Returns a full set of recovery codes with an account's first factor, none otherwise (the earlier ones hold).
        Raises `AccessDenied`.
        """
        typed = Redacted(code)
        del code
        _expect(enrolment_, Enrolment)
        return self._answer(enrolment.confirm(self._services, enrolment_, typed, self._now()))

    # Step 4

    def finish_login(self, pending: PendingLogin, code: str) -> Session:
        """Steps 2 to 4: check the code and grant a session. Of any number of callers with one code, one gets in.

        Raises `AccessDenied`; a wrong code is charged to the pending login and to the account.
        """
        typed = Redacted(code)
        del code
        _expect(pending, PendingLogin)
        return self._answer(otp_validation.finish(self._services, pending, typed, self._now()))

    def recover(self, pending: PendingLogin, recovery_code: str) -> Recovery:
        """Use a recovery code instead of a lost or disabled authenticator: permits enrolling a new one, no more.

        Raises `AccessDenied`.
        """
        typed = recovery_codes.tidy(recovery_code)
        del recovery_code
        _expect(pending, PendingLogin)
        return self._answer(recovery.recover(self._services, pending, typed, self._now()))

    def resynchronise(self, pending: PendingLogin, first_code: str, second_code: str) -> Match:
        """Find a phone whose clock went too far astray by two codes in a row, `first_code` shown first.

        `pending`: what `recover` gave, so behind a right password and a recovery code (RFC6238-6). Searches
        `Policy.resync_reach_steps` either side, moves the window there and spends both codes; the answer's offset
        is the phone's. Grants nothing: log in again, with the next code. Raises `AccessDenied`.
        """
        first, second = Redacted(first_code), Redacted(second_code)
        del first_code, second_code
        _expect(pending, PendingLogin)
        return self._answer(resynchronisation.resynchronise(self._services, pending, first, second, self._now()))

    # With a session

    def check_session(self, session: Session) -> Session:
        """The session as the server knows it, if it still grants access. Raises `AccessDenied`."""
        _expect(session, Session)
        return self._answer(sessions.check(self._services, session, self._now()))

    def log_out(self, session: Session) -> None:
        """End the session."""
        _expect(session, Session)
        sessions.end(self._services, session, self._now())

    def issue_recovery_codes(self, session: Session) -> RecoveryCodes:
        """A new set of recovery codes for a fresh session; the old ones are void, and what they began ends.
        Raises `AccessDenied`.
        """
        _expect(session, Session)
        return self._answer(recovery.issue_codes(self._services, session, self._now()))

    def acknowledge_recovery_codes(self, issue_id: str) -> bool:
        """Note that the owner has kept the codes of this issue: `RecoveryCodes.issue_id`, or what a session has in
        `codes_to_acknowledge`. Until then each new session carries that id, for the application to offer a fresh set.

        Returns False if these are not the newest codes: then offer a fresh set. Grants nothing, and needs no session.
        """
        known = issue_id if _ID.fullmatch(str(issue_id)) else ""
        return bool(known) and recovery.acknowledge(self._services, known, self._now())

    def authenticators(self, session: Session) -> tuple[Authenticator, ...]:
        """The account's active authenticators, the oldest first. Raises `AccessDenied`."""
        _expect(session, Session)
        with self._services.store.transaction() as connection:
            row = sessions.live(connection, self._services, token_hash(session.token), self._now())
            if not isinstance(row, Decision):
                return totp.listed(connection, row.account_id)
        return self._answer(row)

    def revoke(self, session: Session, authenticator_id: str) -> None:
        """End one of several authenticators from a fresh session, and every other session with it (ASVS-6.5.6). The
        last one can only be replaced. Raises `AccessDenied`.
        """
        _expect(session, Session)
        known = authenticator_id if _ID.fullmatch(str(authenticator_id)) else ""  # no database is asked for the rest
        self._answer(enrolment.revoke(self._services, session, known, self._now()))

    def change_password(self, session: Session, old: str, new: str) -> None:
        """From a fresh session, with the old password once more; ends every other session (ASVS-7.5.1).

        Raises `PasswordRefused` for a new one that NIST-3.1.1.2 forbids, and `AccessDenied`.
        """
        _expect(session, Session)
        typed, wanted = self._services.hasher.typed(old), Redacted(new)
        del old, new
        self._answer(password_change.change(self._services, session, typed, wanted, self._now()))

    def notifications(self, session: Session) -> tuple[Notification, ...]:
        """What happened to the account that its owner must know (ASVS-6.3.5). Raises `AccessDenied`."""
        _expect(session, Session)
        with self._services.store.transaction() as connection:
            row = sessions.live(connection, self._services, token_hash(session.token), self._now())
            if not isinstance(row, Decision):
                return audit.notifications_of(connection, row.account_id)
        return self._answer(row)

    # For the operator

    def issue_reset_code(self, name: str) -> RecoveryCodes:
        """An administrator's answer to a lost phone without codes: one recovery code more, to be handed to the owner
        once their identity is proven (ASVS-6.4.4). It bypasses nothing: it is taken behind the password alone, and
        permits enrolling a new authenticator. Leaves a line in the log and a notice.
        """
        return administration.issue_reset_code(self._services, name, self._now())

    def reset_factors(self, name: str) -> None:
        """An administrator's harder answer: authenticators, codes and sessions end, and the next right password
        enrols a new factor. Until then the password alone protects the account; `issue_reset_code` keeps two.
        """
        administration.reset_factors(self._services, name, self._now())

    def adopt(self, name: str, account: OtpAccount) -> None:
        """Take over an authenticator that an older system enrolled, from a table or an export (`provisioning`)
        for the account `name`, which has none yet. Its next login asks for a code of it; those good now are void.

        The older system knows the secret, and so may whoever read its table: the owner gets a notice to enrol a new
        one from a fresh session, and to have recovery codes issued. Leaves a line in the log.
        """
        if not isinstance(account, OtpAccount):
            raise InvalidInput(f"pass the OtpAccount that the import gave, not {type(account).__name__}")
        administration.adopt(self._services, name, account, self._now())

    def trust_clock(self) -> None:
        """The operator's answer to `ClockSetBack`: the clock is right now, what it read before was wrong.

        Steps taken while it was ahead stay taken: those accounts wait until time catches up, or need `reset_factors`.
        Other processes on the same database have to be started anew.
        """
        now = checked_now(self.clock.now())
        if not self._latest:
            raise InvalidInput("nothing has happened in this database yet, so no clock was wrong: check its name")
        with self._services.store.transaction() as connection:
            audit.record(connection, now, audit.Event.CLOCK_TRUSTED, None)
        self._latest = now

    def send_notifications(self, notifier: Notifier) -> int:
        """Hand the notices that nobody has sent yet to `notifier`, each to its account's name; call it often. Returns
        how many went. One that fails stays, and is tried again in some minutes, by whichever worker comes first.
        """
        return outbox.send(self._services.store, notifier, self._now())

    def audit_log(self) -> tuple[AuditLine, ...]:
        """The append-only log, oldest first (ASVS-16.3.1)."""
        with self._services.store.transaction() as connection:
            return audit.lines(connection)

    def newest_audit_lines(self, count: int) -> tuple[tuple[AuditLine, ...], int]:
        """The last `count` lines of the log, newest first, and how many there are in all: a long log read whole holds
        up every login meanwhile.
        """
        with self._services.store.transaction() as connection:
            return audit.newest(connection, count)

    def _now(self) -> int:
        """The clock, read once a request. One that jumped back is refused before anything is decided: codes that
        were seen long ago would be good again, sessions and pending logins would live longer (ASVS-6.5.8).

        The latest reading is kept in memory and, for the next start, by the last line of the audit log.
        """
        now = checked_now(self.clock.now())
        back = self._latest - now
        if back <= self.policy.clock_back_seconds:
            self._latest, self._fell_back = max(now, self._latest), False
            return now
        if not self._fell_back:  # one line for each fall, however many call meanwhile
            with self._services.store.transaction() as connection:
                audit.record(connection, self._latest, audit.Event.CLOCK_SET_BACK, None, f"{back} s back")
            self._fell_back = True
        raise ClockSetBack(
            f"the server's clock reads {back} s less than it once did, so nothing is decided: set it right, or, if "
            "it is right now and was wrong before, call trust_clock()",
            back_seconds=back,
        )

    def _answer(self, outcome: Record | Decision) -> Record:
        """The record itself, or the refusal as `AccessDenied`: raised here, outside any `except`."""
        if isinstance(outcome, Decision):
            outcome.deny(explain=self.policy.explain_refusals)
        return outcome


_ID = re.compile("[0-9a-f]{32}")


def _expect(given: object, *kinds: type) -> None:
    if not isinstance(given, kinds) or not isinstance(getattr(given, "token", None), Redacted):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise InvalidInput(f"pass the {names} that the server handed out, not {type(given).__name__}")
