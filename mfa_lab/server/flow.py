"""Offer the whole server side as one class, `MfaServer`. Each method returns a record or raises an error.

`AccessDenied` means that the server denies the request. The error's public message does not say what was wrong.
`ServerFault` means that the server itself failed. `InvalidInput` means that a programmer or operator made a mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from mfa_lab.clock import Clock, SkewedClock, SystemClock, checked_now
from mfa_lab.errors import ClockSetBack, InvalidInput, ServerFault
from mfa_lab.otp import Match
from mfa_lab.policy import Policy
from mfa_lab.provisioning import OtpAccount, build_uri, new_secret
from mfa_lab.randomness import Randomness, SystemRandomness
from mfa_lab.redaction import Redacted, RedactedBytes
from mfa_lab.server import audit
from mfa_lab.server.account import (
    administration,
    enrolment,
    password_change,
    password_reset,
    recovery,
    resynchronisation,
    session_list,
)
from mfa_lab.server.account.accounts import Accounts, known
from mfa_lab.server.decision import Decision
from mfa_lab.server.factors import authenticators, recovery_codes
from mfa_lab.server.login import external_login, otp_validation, pending_logins, primary_login, sessions
from mfa_lab.server.names import checked_label, exact_name
from mfa_lab.server.notifications import outbox
from mfa_lab.server.passwords.hashing import PasswordHasher, checked_words
from mfa_lab.server.records import (
    AuditLine,
    Authenticator,
    Enrolment,
    Kind,
    Notification,
    OpenSession,
    PasskeyCreation,
    PasswordReset,
    PendingLogin,
    Recovery,
    RecoveryCodes,
    Session,
    Subject,
    token_hash,
)
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks, schema
from mfa_lab.server.storage.encryption import SecretCipher
from mfa_lab.server.storage.store import Store

if TYPE_CHECKING:
    from mfa_lab.server.factors.passkey.relying_party import RelyingParty
    from mfa_lab.server.notifications.notifier import Notifier

Record = TypeVar("Record")


class MfaServer:
    """A server that requires two factors. Its data is in the database at `url` ("sqlite://" is a database in memory).

    `key` is the 32-byte key that encrypts the secrets. Without this argument, the server takes the key from the
    environment variable MFA_LAB_KEY, or else from a file beside the database. `randomness` may have a seed, so that
    all learners see the same secrets and recovery codes. Nonces, keys, challenges and tokens always come from the
    operating system. `relying_party` is the site for which passkeys are made. Without this argument, the server has
    no relying party. `reset_page` is the full address of the page for a new password, such as
    https://app.example.org/mfa/password-reset/new. Without this argument, the server mails no links. No new password
    may contain one of `refused_words`, such as the names of your organisation and its products, in any letter case.
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
        relying_party: RelyingParty | None = None,
        reset_page: str = "",
        refused_words: Iterable[str] = (),
    ) -> None:
        redacted_url, redacted_key = Redacted(url), None if key is None else RedactedBytes(key)
        del url, key  # tracebacks may show variables
        build_uri(new_secret(), account="anyone", issuer=issuer)  # reject now an issuer that no phone could read
        self.clock: Clock = clock or SystemClock()
        self.policy = policy
        self.issuer = issuer
        self.relying_party = relying_party
        self.reset_page = password_reset.checked_page(reset_page)
        words = checked_words(refused_words)
        store = Store(redacted_url.reveal(), redacted_key)
        self._services = Services(
            store=store,
            cipher=SecretCipher(store.keys, schema.ENCRYPTION_VERSION),
            hasher=PasswordHasher(policy.hash_cost, policy.password_max_length),
            policy=policy,
            issuer=issuer,
            shown=randomness or SystemRandomness(),
            relying_party=relying_party,
            reset_page=reset_page,
            refused_words=words,
        )
        self._compared_at: int | None = None
        with store.reading() as connection:
            self._latest = audit.latest(connection)
        self._compares_clocks = store.has_clock and _is_of_this_machine(self.clock)
        if self._compares_clocks:
            try:
                self._compare_clocks(checked_now(self.clock.now()))
            except ServerFault:
                store.close()
                raise
        self._fell_back = False

    def __repr__(self) -> str:
        if not hasattr(self, "_services"):  # in a traceback from __init__
            return "<MfaServer, not started>"
        return f"<MfaServer {self._services.issuer!r} {self._services.store.where}>"

    def close(self) -> None:
        """Close the connection to the database."""
        self._services.store.close()

    # Step 1

    def register(
        self, name: str, password: str, *, reserved: bool = False, public: bool = False, by: str = ""
    ) -> None:
        """Make an account. Only the operator may call this method.

        A `reserved` name is treated exactly like a taken name. The audit log says who acted: the administrator whose
        subject is `by`, or the owner if the registration is `public`, otherwise the program.

        Raises `NameTaken`, `InvalidInput`, or `PasswordRefused`, which gives the reason (NIST-3.1.1.2).
        """
        typed = Redacted(password)
        del password  # tracebacks may show variables
        administration.register(self._services, name, typed, self._now(), reserved=reserved, public=public, by=by)

    def begin_login(self, name: str, password: str) -> PendingLogin:
        """Verify a password (step 1, primary login). Returns a pending login, never a session.

        Raises `AccessDenied`. Unknown and known names have the same cost, behaviour and message (ASVS-6.3.8).
        """
        typed_name, typed_password = Redacted(name), Redacted(password)
        del name, password
        redacted_name = Redacted(exact_name(typed_name.reveal()))
        typed = self._services.hasher.typed(typed_password.reveal())
        return self._answer(primary_login.begin(self._services, redacted_name, typed, self._now()))

    def begin_for(self, subject: Subject, *, name: str) -> PendingLogin:
        """Begin a login for a subject whose first factor your application or its single sign-on has just checked.

        This server cannot check the first factor, so call this method only after your application has checked it. The
        first call makes the subject's account. This account has no password here, and nobody can log in to it by a
        name. The phone and the sessions show `name`; the server keeps the newest `name`. The session contains the
        subject (`Session.external`), and its `methods` contain only what this server has checked. Raises
        `AccessDenied` for a disabled account, and `InvalidInput`.
        """
        if not isinstance(subject, Subject):
            raise InvalidInput(f"pass a Subject(issuer, id), not {type(subject).__name__}")
        return self._answer(external_login.begin(self._services, subject, name, self._now()))

    # A forgotten password

    def start_password_reset(self, name: str) -> None:
        """Record that somebody has forgotten the password of the account `name`. Anyone may call this method.

        The next call of `send_notifications` mails the owner a link, which is valid for
        `Policy.password_reset_seconds`. The method returns nothing and does the same work for every name
        (ASVS-6.3.8). After some requests for a name, the server ignores further requests until a wait is over. Raises
        `InvalidInput` if the server has no `reset_page`.
        """
        typed = Redacted(name)
        del name  # people type passwords there
        if not self.reset_page:
            raise InvalidInput("this server mails no links for forgotten passwords: pass reset_page to MfaServer")
        password_reset.request(self._services, Redacted(exact_name(typed.reveal())), self._now())

    def finish_password_reset(self, reset: PasswordReset, new: str) -> None:
        """Set a new password with the token of a reset, and end every session and open step of the account.

        The owner then logs in with the new password and the second factor (ASVS-6.4.3). If several callers send the
        same token, only one of them succeeds. Raises `AccessDenied` if the token is not valid. Raises
        `PasswordRefused` if NIST-3.1.1.2 forbids the new password; the token stays valid.
        """
        wanted = Redacted(new)
        del new
        _expect(reset, PasswordReset)
        self._answer(password_reset.finish(self._services, reset, wanted, self._now()))

    # Enrolment

    def start_enrolment(self, permit: PendingLogin | Session, *, label: str = "", further: bool = False) -> Enrolment:
        """Make a shared secret for a new authenticator. The enrolment has no effect until it is confirmed.

        `permit` is a pending login (of an account without a factor, or after a recovery) or a fresh session
        (ASVS-7.5.1). When the new app is confirmed, it replaces the account's apps. After a recovery, it replaces
        every authenticator. In a session with `further`, the new app is added and the others stay, if there are fewer
        than `Policy.authenticators`. `label` is the owner's name for the new authenticator. Raises `AccessDenied`,
        and `InvalidInput` for an invalid label.
        """
        _expect(permit, PendingLogin, Session)
        label = checked_label(label)
        return self._answer(enrolment.start(self._services, permit, label, self._now(), further=further))

    def confirm_enrolment(self, enrolment_: Enrolment, code: str) -> RecoveryCodes:
        """Bind the authenticator that shows `code`, and consume the code's step, so that no login accepts the code.

        If this is the account's first authenticator, the result is a full set of recovery codes. For any other
        authenticator, the set is empty and the earlier codes stay valid. Raises `AccessDenied`.
        """
        typed = Redacted(code)
        del code
        _expect(enrolment_, Enrolment)
        return self._answer(enrolment.confirm(self._services, enrolment_, typed, self._now()))

    # Passkeys. Their modules are loaded at the first call, because most programs use none.

    def start_passkey(
        self, permit: PendingLogin | Session, *, label: str = "", replace: bool = False
    ) -> PasskeyCreation:
        """Offer to register a passkey: return creation options for the browser, and a token.

        The permits are those of `start_enrolment`. A session adds the passkey to the account's authenticators, if
        there are fewer than `Policy.passkeys`. With `replace`, the new passkey replaces the account's passkeys. After
        a recovery, the new passkey replaces every authenticator. Raises `AccessDenied`. Raises `InvalidInput` if the
        label is invalid, or if the server has no relying party.
        """
        from mfa_lab.server.account import passkey_enrolment

        _expect(permit, PendingLogin, Session)
        label = checked_label(label)
        return self._answer(passkey_enrolment.start(self._services, permit, label, self._now(), replace=replace))

    def confirm_passkey(self, creation: PasskeyCreation, response: Mapping[str, Any] | str) -> RecoveryCodes:
        """Bind the passkey.

        `response` is the browser's `PublicKeyCredential.toJSON()`, as a dictionary or as JSON text.

        Returns what `confirm_enrolment` returns. Raises `AccessDenied`. After this error, the offer has ended, so the
        user must start again.
        """
        from mfa_lab.server.account import passkey_enrolment

        _expect(creation, PasskeyCreation)
        return self._answer(passkey_enrolment.confirm(self._services, creation, response, self._now()))

    def accepted_kinds(self, pending: PendingLogin) -> tuple[Kind, ...]:
        """Return the kinds of authenticators that can complete this login, a passkey first, as in
        `PendingLogin.accepts`.

        Use this method in an application that has kept only the token. Raises `AccessDenied` if the login has ended,
        or if it permits only an enrolment.
        """
        _expect(pending, PendingLogin)
        return self._answer(pending_logins.accepted(self._services, pending, self._now()))

    def start_passkey_login(self, pending: PendingLogin) -> dict[str, Any]:
        """Return request options for the browser, with a new challenge (ASVS-6.7.2).

        An earlier challenge is no longer valid.

        Raises `AccessDenied`, and `InvalidInput` if the server has no relying party.
        """
        from mfa_lab.server.login import passkey_login

        _expect(pending, PendingLogin)
        return self._answer(passkey_login.start(self._services, pending, self._now()))

    def finish_passkey_login(self, pending: PendingLogin, response: Mapping[str, Any] | str) -> Session:
        """Check the browser's response and grant a session, which is phishing-resistant (NIST-3.2.5).

        If several callers send the same response, only one of them gets a session. Raises `AccessDenied`. A rejected
        response ends the pending login, and is not counted towards disabling a factor.
        """
        from mfa_lab.server.login import passkey_login

        _expect(pending, PendingLogin)
        return self._answer(passkey_login.finish(self._services, pending, response, self._now()))

    # Step 4

    def finish_login(self, pending: PendingLogin, code: str) -> Session:
        """Verify a code and grant a session (steps 2 to 4).

        If several callers send the same code, only one of them gets a session.

        Raises `AccessDenied`. A wrong code is counted against the pending login and against the account.
        """
        typed = Redacted(code)
        del code
        _expect(pending, PendingLogin)
        return self._answer(otp_validation.finish(self._services, pending, typed, self._now()))

    def recover(self, pending: PendingLogin, recovery_code: str) -> Recovery:
        """Accept a recovery code instead of a code from a lost or disabled authenticator.

        The result permits only the enrolment of a new authenticator, or a resynchronisation.

        Raises `AccessDenied`.
        """
        redacted_code = Redacted(recovery_code)
        del recovery_code
        typed = recovery_codes.tidy(redacted_code.reveal())
        _expect(pending, PendingLogin)
        return self._answer(recovery.recover(self._services, pending, typed, self._now()))

    def resynchronise(self, pending: PendingLogin, first_code: str, second_code: str) -> Match:
        """Move the window to the clock of a phone that is too far off.

        `first_code` and `second_code` are consecutive codes.

        `pending` is the pending login that `recover` returned, so the user has already sent a correct password and a
        recovery code (RFC6238-6). The server searches `Policy.resync_reach_steps` steps on either side, moves the
        window and consumes both codes. The result's `offset` is the phone's offset in steps. This call grants no
        access: the user must log in again, with the next code. Raises `AccessDenied`.
        """
        first, second = Redacted(first_code), Redacted(second_code)
        del first_code, second_code
        _expect(pending, PendingLogin)
        return self._answer(resynchronisation.resynchronise(self._services, pending, first, second, self._now()))

    # With a session

    def check_session(self, session: Session) -> Session:
        """Return the session with the server's data, if the session still grants access.

        Otherwise raise `AccessDenied`.
        """
        _expect(session, Session)
        return self._answer(sessions.check(self._services, session, self._now()))

    def needs_passkey(self, session: Session) -> bool:
        """Return whether the owner must log in with a passkey before this session's user may change factors.

        The owner must do so if the account has a passkey and the session began with a code. Raises `AccessDenied`.
        """
        _expect(session, Session)
        now = self._now()
        with self._services.store.reading() as connection:
            row = sessions.live(connection, self._services, token_hash(session.token), now)
            if not isinstance(row, Decision):
                return sessions.needs_passkey(connection, self._services, row)
        return self._answer(row)

    def log_out(self, session: Session) -> None:
        """End the session. If the session has already ended, nothing happens."""
        _expect(session, Session)
        sessions.end(self._services, session, self._now())

    def sessions(self, session: Session) -> tuple[OpenSession, ...]:
        """Return the account's live sessions, the oldest first (ASVS-7.5.2). Raises `AccessDenied`."""
        _expect(session, Session)
        return self._answer(session_list.of_owner(self._services, session, self._now()))

    def end_session(self, session: Session, session_id: str) -> None:
        """End one of the account's sessions, in a fresh session. `session_id` is an `OpenSession.id`.

        Raises `AccessDenied` if the owner has no such session, or if that session has already ended.
        """
        _expect(session, Session)
        self._answer(session_list.end(self._services, session, known(session_id), self._now()))

    def end_other_sessions(self, session: Session) -> int:
        """End every other session of the account, in a fresh session, and return how many sessions ended.

        Raises `AccessDenied`.
        """
        _expect(session, Session)
        return self._answer(session_list.end_others(self._services, session, self._now()))

    def issue_recovery_codes(self, session: Session) -> RecoveryCodes:
        """Return a new set of recovery codes to a fresh session. Raises `AccessDenied`.

        The old codes are no longer valid, and every login step that began with an old code ends.
        """
        _expect(session, Session)
        return self._answer(recovery.issue_codes(self._services, session, self._now()))

    def acknowledge_recovery_codes(self, issue_id: str) -> bool:
        """Record that the owner has saved the recovery codes with the id `issue_id`.

        This call grants no access and needs no session. The id is `RecoveryCodes.issue_id`, or a session's
        `codes_to_acknowledge`. Until this call, each session contains the id, so that the application can offer a
        fresh set. Returns False if the codes with this id are not the newest: the application should then offer a
        fresh set.
        """
        issue = known(issue_id)
        return bool(issue) and recovery.acknowledge(self._services, issue, self._now())

    def authenticators(self, session: Session) -> tuple[Authenticator, ...]:
        """Return the active authenticators, apps and passkeys, the oldest first. Raises `AccessDenied`."""
        _expect(session, Session)
        now = self._now()
        with self._services.store.reading() as connection:
            row = sessions.live(connection, self._services, token_hash(session.token), now)
            if not isinstance(row, Decision):
                return authenticators.listed(connection, row.account_id)
        return self._answer(row)

    def revoke(self, session: Session, authenticator_id: str) -> None:
        """End one of several authenticators, in a fresh session, and end every other session (ASVS-6.5.6).

        The last authenticator cannot be revoked, but only replaced. Raises `AccessDenied`.
        """
        _expect(session, Session)
        self._answer(enrolment.revoke(self._services, session, known(authenticator_id), self._now()))

    def change_password(self, session: Session, old: str, new: str) -> None:
        """Change the password. The caller needs a fresh session and the old password (ASVS-7.5.1).

        Every other session ends. Raises `AccessDenied` if the session is not fresh, the old password is wrong or the
        account must wait. Raises `PasswordRefused` if NIST-3.1.1.2 forbids the new password.
        """
        redacted_old, wanted = Redacted(old), Redacted(new)
        del old, new
        _expect(session, Session)
        typed = self._services.hasher.typed(redacted_old.reveal())
        self._answer(password_change.change(self._services, session, typed, wanted, self._now()))

    def notifications(self, session: Session) -> tuple[Notification, ...]:
        """Return the account's security notifications (ASVS-6.3.5). Raises `AccessDenied`."""
        _expect(session, Session)
        now = self._now()
        with self._services.store.reading() as connection:
            row = sessions.live(connection, self._services, token_hash(session.token), now)
            if not isinstance(row, Decision):
                return audit.notifications_of(connection, row.account_id)
        return self._answer(row)

    # For the operator. Instead of a name, pass the `Subject` of an account that `begin_for` has made. `by` is the
    # subject of the administrator who acts, for the audit log. Without it, the program acts.

    @property
    def accounts(self) -> Accounts:
        """Return the calls that list, find, disable, enable, delete and rename accounts, and set their passwords."""
        return Accounts(self._services, self._now)  # kept as an attribute, it would hold this server in a cycle

    def issue_reset_code(self, name: str | Subject, *, by: str = "") -> RecoveryCodes:
        """Issue one more recovery code for an owner who has lost both the phone and the recovery codes.

        An administrator first checks the owner's identity and then gives the code to the owner (ASVS-6.4.4). The code
        bypasses nothing: the server accepts it only after the password, and it permits only the enrolment of a new
        authenticator. The call writes an audit line and a security notification. Raises `InvalidInput` if the name is
        unknown, or if the account has no authenticator.
        """
        return administration.issue_reset_code(self._services, name, self._now(), by)

    def issue_password_reset(self, account: str, *, by: str = "") -> PasswordReset:
        """Return a token that sets a new password. `account` is a name or a subject.

        This method is for an operator, or for an application that sends its own mail. The owner gets a security
        notification without a link. An earlier token of the account ends. A public page must call
        `start_password_reset` instead, because this method shows whether the account exists. Raises `InvalidInput` if
        there is no such account, if it is disabled, or if it has no password here.
        """
        return password_reset.issue(self._services, account, self._now(), by)

    def reset_factors(self, name: str | Subject, *, by: str = "") -> None:
        """End an account's authenticators, recovery codes and sessions.

        The owner enrols a new factor at the next login.

        Until this enrolment, only the password protects the account. Prefer `issue_reset_code`, which still requires
        two factors. Raises `InvalidInput` for an unknown name.
        """
        administration.reset_factors(self._services, name, self._now(), by)

    def adopt(self, name: str | Subject, account: OtpAccount, *, by: str = "") -> None:
        """Take over an authenticator from an older system. The account `name` must not have an authenticator yet.

        `account` comes from a table or an export (`provisioning`). The next login needs a code from this
        authenticator, but the codes that are correct during this call are not accepted. The older system knows the
        secret, and so may anyone who has read the older system's table. A security notification therefore tells the
        owner to enrol a new authenticator. The owner does this in a fresh session, and also makes recovery codes in
        this session, because `adopt` issues no codes. The call writes an audit line. Raises `InvalidInput`.
        """
        if not isinstance(account, OtpAccount):
            raise InvalidInput(f"pass the OtpAccount that the import returned, not {type(account).__name__}")
        administration.adopt(self._services, name, account, self._now(), by)

    def trust_clock(self, *, by: str = "") -> None:
        """Confirm, after `ClockSetBack`, that the clock is correct now and was wrong before.

        Steps that were consumed while the clock was ahead stay consumed. Until the clock reaches these steps, the
        affected accounts cannot log in, unless you call `reset_factors`. Restart every other process on the same
        database. Raises `InvalidInput` if the audit log is empty.
        """
        now = checked_now(self.clock.now())
        if not self._latest:
            raise InvalidInput("nothing has happened in this database yet, so no clock was wrong: check the URL")
        with self._services.store.transaction(locks.NOTHING) as connection:
            audit.record(connection, now, audit.Event.CLOCK_TRUSTED, None, actor=audit.operator(by), actor_id=by)
        self._latest = now

    def send_notifications(self, notifier: Notifier) -> int:
        """Send the unsent security notifications through `notifier`, each to its account's name.

        Call this method often, for instance every few seconds.

        Returns how many notifications were sent. If a notification cannot be sent, any worker tries again after some
        minutes.
        """
        now = self._now()
        password_reset.announce(self._services, now)
        return outbox.send(self._services.store, notifier, now, partial(password_reset.link, self._services, now))

    def audit_log(self) -> tuple[AuditLine, ...]:
        """Return the append-only audit log, oldest line first (ASVS-16.3.1)."""
        return audit.lines(self._services.store)

    def audit_lines(self, *, after: int = 0, limit: int = 100) -> tuple[AuditLine, ...]:
        """Return up to `limit` lines of the audit log whose ids are above `after`, the oldest first.

        To read a long log in parts, give the last line's id as the next `after`. Raises `InvalidInput` for a limit
        below 1 or above 1000, and for a negative `after`.
        """
        if not (1 <= limit <= MOST_AUDIT_LINES and 0 <= after <= _GREATEST_ID):
            raise InvalidInput(
                f"limit must be from 1 to {MOST_AUDIT_LINES}, and after must be the id of a line, or 0"
            )
        return audit.page(self._services.store, after, limit)

    def newest_audit_lines(self, count: int) -> tuple[tuple[AuditLine, ...], int]:
        """Return the newest `count` lines of the audit log, the newest first, and the number of all lines.

        If the server read a long log completely, every login would be delayed.
        """
        with self._services.store.reading() as connection:
            return audit.newest(connection, count)

    def _now(self) -> int:
        """Read the clock, once per request. Raises `ClockSetBack`, before any decision, if the clock jumped back.

        With such a clock, the server would accept old codes that somebody may have seen long ago. Sessions and
        pending logins would also last longer (ASVS-6.5.8). The latest reading is kept in memory and, for the next
        start, in the last line of the audit log.
        """
        now = checked_now(self.clock.now())
        self._compare_clocks(now)
        back = self._latest - now
        if back <= self.policy.clock_back_seconds:
            self._latest, self._fell_back = max(now, self._latest), False
            return now
        if not self._fell_back:  # one line for each fall, however many requests come
            with self._services.store.transaction(locks.NOTHING) as connection:
                event, actor = audit.Event.CLOCK_SET_BACK, audit.Actor.PROGRAM
                audit.record(connection, self._latest, event, None, f"{back} s back", actor=actor)
            self._fell_back = True
        raise ClockSetBack(
            f"the server's clock is {back} s behind an earlier reading, so nothing is decided: correct the clock; "
            "if it is correct now and was wrong before, call trust_clock()",
            back_seconds=back,
        )

    def _compare_clocks(self, now: int) -> None:
        """Raise `ServerFault` if this machine's clock differs too much from the clock of the database's machine.

        Without this check, a machine whose clock is ahead would write times into the audit log that make the other
        machines refuse to work. The clocks are compared at the start, and whenever this clock has moved by a minute.
        A clock that a program moves, such as a `ManualClock`, is not compared.
        """
        compared = self._compared_at is not None and abs(now - self._compared_at) < _COMPARE_SECONDS
        if compared or not self._compares_clocks:
            return
        ahead = now - self._services.store.time()
        if abs(ahead) > self.policy.clock_back_seconds:
            raise ServerFault(
                f"this machine's clock is {abs(ahead)} s {'ahead of' if ahead > 0 else 'behind'} the clock of the "
                "database's machine, so nothing is decided: correct the clock that is wrong"
            )
        self._compared_at = now

    def _answer(self, outcome: Record | Decision) -> Record:
        """Return the record, or raise `AccessDenied` for a rejection.

        The error is raised here, outside any `except` block.
        """
        if isinstance(outcome, Decision):
            outcome.deny(explain=self.policy.explain_refusals)
        return outcome


MOST_AUDIT_LINES = 1000
_GREATEST_ID = 2**63 - 1
_COMPARE_SECONDS = 60


def _is_of_this_machine(clock: Clock) -> bool:
    """Return whether `clock` is the machine's clock, perhaps with an offset."""
    while isinstance(clock, SkewedClock):
        clock = clock.base
    return isinstance(clock, SystemClock)


def _expect(given: object, *kinds: type) -> None:
    if not isinstance(given, kinds) or not isinstance(getattr(given, "token", None), Redacted):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise InvalidInput(f"pass the {names} that the server returned, not {type(given).__name__}")
