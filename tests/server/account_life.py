"""A state machine: an account and its model live through the same calls, and what the model forbids never happens.

Register, enrol, log in, a further authenticator, passkeys, revoke, replace, recover, resynchronise, change the
password, reset code, rebind, take over, disable, rename, delete, throttle, sessions: in any order, by the owner, by a
thief, by an administrator.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mfa_lab import AccessDenied, ManualClock, MfaServer, SeededRandomness
from mfa_lab.errors import InvalidInput, NameTaken
from mfa_lab.otp import code_at, step_at
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.provisioning import OtpAccount, new_secret
from mfa_lab.redaction import Redacted
from mfa_lab.server.account.session_list import public_id
from mfa_lab.server.records import Permit, token_hash
from tests.server.account_model import POLICY, Account, Factor, Granted, Key, Offer, Pending
from tests.server.kit import KEY, NAME, ORIGIN, PARTY, PASSWORD, START, WRONG

BOB = "bob@example.org"
NEWEST_FIRST = st.sampled_from([0, 0, 0, 1, 1, -1, -2])
OFFSETS = st.sampled_from([0, 0, 0, 1, -1, 2, -2, 40])
ORIGINS = st.sampled_from([ORIGIN, ORIGIN, ORIGIN, "http://shop.localhost:9999"])
Item = TypeVar("Item")


def newest(items: list[Item], number: int) -> Item:
    """The newest, or the one before, of those that have not ended; below 0 of all: a thief keeps old ones."""
    if number < 0:
        return items[max(number, -len(items))]
    held = [item for item in items if not getattr(item, "ended", False)] or items
    return held[-1 - number % len(held)]


class Life(RuleBasedStateMachine):
    """Alice's account lives; Bob's stands beside it and must notice nothing."""

    @initialize(enrolled=st.booleans())
    def born(self, enrolled: bool) -> None:
        self.clock = ManualClock(START)
        self.randomness = SeededRandomness(1)  # the same secrets in each life, or hypothesis could not repeat one
        self.servers = self.opened()
        self.turns = cycle(self.servers)
        self.account = Account(PASSWORD, NAME, {})
        for name in (NAME, BOB):
            self.server.register(name, PASSWORD)
        enrolment = self.server.start_enrolment(self.server.begin_login(BOB, PASSWORD))
        self.server.confirm_enrolment(enrolment, self.code(enrolment.account.secret.reveal()))
        self.clock.advance(30)
        pending = self.server.begin_login(BOB, PASSWORD)
        self.server.finish_login(pending, self.code(enrolment.account.secret.reveal()))
        self.bob = self.rows_of(BOB)
        if enrolled:
            self.begin(right=True)
            self.offer_the_first(0)
            self.confirm(0, 0)

    def opened(self) -> list[MfaServer]:
        """The servers that take turns, on one database."""
        return [self.open("sqlite://")]

    def open(self, url: str) -> MfaServer:
        return MfaServer(
            url, clock=self.clock, policy=POLICY, key=KEY, relying_party=PARTY, randomness=self.randomness
        )

    @property
    def server(self) -> MfaServer:
        """The next server: each call may go over another connection than the call before."""
        return next(self.turns)

    def code(self, secret: str, offset: int = 0) -> str:
        return code_at(secret, self.clock.now() + 30 * offset)

    def asked(self, allowed: bool, call: Callable[..., Item], *arguments: Any, **how: Any) -> Item | None:
        """The call's answer, which comes if and only if it is `allowed`."""
        answer, trace = None, None
        try:
            answer = call(*arguments, **how)
        except AccessDenied as denied:
            trace = denied.trace
        assert (trace is None) is allowed, f"{call.__name__}: {trace or 'granted'}"
        return answer

    # Time

    @rule(seconds=st.sampled_from([1, 29, 30, 30, 30, 60, 60, 120, 120, 299, 301, 901, 1801, 7201, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    # The password

    @rule(right=st.sampled_from([True, True, True, False]))
    def begin(self, right: bool) -> None:
        password = self.account.password if right else WRONG
        allowed = self.account.reserves_password(self.clock.now()) and right and not self.account.disabled
        pending = self.asked(allowed, self.server.begin_login, self.account.name, password)
        if pending:
            self.account.passwords.clear()
            self.account.pendings.append(Pending(pending))
            assert pending.permits == (Permit.CODE if self.account.has_factor else Permit.FIRST_FACTOR)

    @precondition(lambda self: self.account.sessions)
    @rule(which=NEWEST_FIRST, right=st.booleans(), number=st.integers(0, 9))
    def change_password(self, which: int, right: bool, number: int) -> None:
        session, new = newest(self.account.sessions, which), f"demo: horse number {number}"
        live = self.account.may_change(session, self.clock.now())
        allowed = live and self.account.reserves_password(self.clock.now()) and right
        old = self.account.password if right else WRONG
        self.asked(allowed, self.server.change_password, session.token, old, new)
        if allowed:
            self.account.passwords.clear()
            self.account.password = new
            self.account.end_steps(but=session)

    # The code

    @precondition(lambda self: self.account.pendings and self.account.factors)
    @rule(which=NEWEST_FIRST, whose=NEWEST_FIRST, offset=OFFSETS, wrong=st.sampled_from([False, False, True]))
    def type_a_code(self, which: int, whose: int, offset: int, wrong: bool) -> None:
        """Of any authenticator that the account ever had, of any step, or no code at all."""
        factor = newest(self.account.factors, whose)
        code = "no code" if wrong else self.code(factor.secret, factor.ahead + offset)
        self.finish(newest(self.account.pendings, which), code)

    def finish(self, pending: Pending, code: str) -> None:
        now = self.clock.now()
        verified_guesses = self.account.checks_codes(pending, now, Permit.CODE)
        found = [(factor, factor.good(code, now)) for factor in self.account.active] if verified_guesses else []
        good = [(factor, step) for factor, step in found if step is not None]
        session = self.asked(bool(good), self.server.finish_login, pending.token, code)
        if session:
            ((factor, step),) = good
            factor.take(step)
            pending.ended = True
            self.account.otp.clear()
            self.account.sessions.append(Granted(session, now))
            self.account.logins += 1
            assert session.codes_to_acknowledge == self.account.to_acknowledge
        elif verified_guesses and code.isdigit():  # what cannot be a code is not counted
            self.account.wrong_code(pending, now)

    # Authenticators
    @precondition(lambda self: self.account.pendings)
    @rule(which=NEWEST_FIRST)
    def offer_the_first(self, which: int) -> None:
        pending = newest(self.account.pendings, which)
        allowed = self.account.permits_first(pending, self.clock.now())
        offer = self.asked(allowed, self.server.start_enrolment, pending.token)
        if offer:
            self.account.offers.append(Offer(offer, pending.token.permits))

    @precondition(lambda self: self.account.sessions)
    @rule(which=NEWEST_FIRST, further=st.booleans())
    def offer_another(self, which: int, further: bool) -> None:
        session = newest(self.account.sessions, which)
        allowed = self.account.may_change(session, self.clock.now()) and (self.account.room or not further)
        offer = self.asked(allowed, self.server.start_enrolment, session.token, further=further)
        if offer:
            self.account.offers.append(Offer(offer, "further" if further else "session", session))

    @rule(which=NEWEST_FIRST, offset=OFFSETS)
    def confirm(self, which: int, offset: int) -> None:
        offers = [offer for offer in self.account.offers if not offer.of_passkey]
        if not offers:
            return
        offer, now = newest(offers, which), self.clock.now()
        factor = Factor(offer.token.account.secret.reveal(), last_step=-1)
        code = self.code(factor.secret, offset)
        verified_guesses = self.account.permits_confirming(offer, now)
        step = factor.good(code, now) if verified_guesses else None
        codes = self.asked(step is not None, self.server.confirm_enrolment, offer.token, code)
        if step is not None:
            factor.take(step)
            assert len(codes) == (POLICY.recovery_codes if offer.basis == Permit.FIRST_FACTOR else 0)
            self.account.bind(offer, self.identified(factor))
            if codes:
                self.account.void_codes(list(codes), codes.issue_id)
        elif verified_guesses:
            offer.wrong += 1

    def identified(self, factor: Factor) -> Factor:
        """The factor that was just bound, by the id that the server gave it."""
        factor.id = self.new_id()
        return factor

    def new_id(self) -> str:
        known = {each.id for each in [*self.account.factors, *self.account.keys]}
        (found,) = {row["id"] for row in self.rows_of(self.account.name)["factors"]} - known
        return str(found)

    # Passkeys

    @precondition(lambda self: self.account.pendings)
    @rule(which=NEWEST_FIRST)
    def offer_the_first_passkey(self, which: int) -> None:
        pending = newest(self.account.pendings, which)
        allowed = self.account.permits_first(pending, self.clock.now())
        offer = self.asked(allowed, self.server.start_passkey, pending.token)
        if offer:
            self.account.offers.append(Offer(offer, pending.token.permits))

    @precondition(lambda self: self.account.sessions)
    @rule(which=NEWEST_FIRST, replace=st.sampled_from([False, False, True]))
    def offer_a_passkey(self, which: int, replace: bool) -> None:
        session = newest(self.account.sessions, which)
        room = replace or self.account.has_room(of_passkey=True)
        allowed = self.account.may_change(session, self.clock.now()) and room
        offer = self.asked(allowed, self.server.start_passkey, session.token, replace=replace)
        if offer:
            self.account.offers.append(Offer(offer, "session" if replace else "further", session))

    @rule(which=NEWEST_FIRST, origin=ORIGINS)
    def confirm_a_passkey(self, which: int, origin: str) -> None:
        """Each with a holder of its own; from the wrong origin it is refused, and ends the offer."""
        offers = [offer for offer in self.account.offers if offer.of_passkey]
        if not offers:
            return
        offer = newest(offers, which)
        holder = PasskeyHolder(SeededRandomness(len(self.account.offers)), synced=False)
        response = Browser(origin).create(offer.token.options, holder)
        verified = self.account.permits_confirming(offer, self.clock.now())
        codes = self.asked(verified and origin == ORIGIN, self.server.confirm_passkey, offer.token, response)
        if codes is not None:
            assert len(codes) == (POLICY.recovery_codes if offer.basis == Permit.FIRST_FACTOR else 0)
            self.account.bind(offer, Key(holder, self.new_id()))
            if codes:
                self.account.void_codes(list(codes), codes.issue_id)
        elif verified:
            offer.ended = True

    @precondition(lambda self: self.account.pendings and self.account.keys)
    @rule(which=NEWEST_FIRST, whose=NEWEST_FIRST, origin=ORIGINS)
    def use_a_passkey(self, which: int, whose: int, origin: str) -> None:
        """Any that the account ever had, from the right page or from another port of the same host."""
        account, now = self.account, self.clock.now()
        pending, key = newest(account.pendings, which), newest(account.keys, whose)
        open_to_it = pending.fit(now, Permit.CODE) and bool(account.passkeys)
        options = self.asked(open_to_it, self.server.start_passkey_login, pending.token)
        if options is None:
            return
        response = Browser(origin).get(options | {"allowCredentials": []}, key.holder)
        good = key.state == "active" and origin == ORIGIN
        session = self.asked(good, self.server.finish_passkey_login, pending.token, response)
        pending.ended = True
        if session:
            account.sessions.append(Granted(session, now))
            account.logins += 1
            key.uses = key.holder.passkeys[0].counter
            assert session.codes_to_acknowledge == account.to_acknowledge

    @precondition(lambda self: self.account.sessions)
    @rule(which=NEWEST_FIRST, whose=NEWEST_FIRST)
    def revoke(self, which: int, whose: int) -> None:
        session, now = newest(self.account.sessions, which), self.clock.now()
        listed = self.asked(session.live(now), self.server.authenticators, session.token)
        if listed is None:
            return
        active: list[Factor | Key] = [*self.account.active, *self.account.passkeys]
        assert {each.id for each in listed} == {each.id for each in active}
        if active:
            # The model's order, because the server sorts those of one second by their random ids.
            chosen = newest(active, whose)
            allowed = self.account.may_change(session, now) and len(active) > 1
            self.asked(allowed, self.server.revoke, session.token, chosen.id)
            if allowed:
                chosen.state = "replaced"
                self.account.end_steps(but=session)

    # Lost phones

    @precondition(lambda self: self.account.pendings)
    @rule(which=NEWEST_FIRST, kind=st.sampled_from(["good", "good", "used", "no code"]), number=NEWEST_FIRST)
    def recover(self, which: int, kind: str, number: int) -> None:
        account, pending, now = self.account, newest(self.account.pendings, which), self.clock.now()
        typed = {"good": account.codes, "used": account.old_codes}.get(kind, [])
        code = newest(typed, number) if typed else "no code"
        tried = pending.fit(now, Permit.CODE) and account.has_factor and not account.recovery.waiting(now)
        good = tried and code in account.codes
        if tried and code != "no code":
            account.recovery.count_failed_attempt(now)
            pending.wrong += 1
        recovery = self.asked(good, self.server.recover, pending.token, code)
        if recovery:
            pending.ended = True
            account.recovery.clear()
            account.codes.remove(code)
            account.old_codes.append(code)
            account.codes += recovery.replacement
            account.issued(recovery.replacement.issue_id)
            account.pendings.append(Pending(recovery.pending))

    @precondition(lambda self: self.account.pendings and self.account.factors)
    @rule(which=NEWEST_FIRST, whose=NEWEST_FIRST, ahead=st.sampled_from([1, 3, -3, 100, -119, 130]))
    def resynchronise(self, which: int, whose: int, ahead: int) -> None:
        pending, factor = newest(self.account.pendings, which), newest(self.account.factors, whose)
        now = self.clock.now()
        step = step_at(now) + ahead
        codes = [self.code(factor.secret, ahead - 1), self.code(factor.secret, ahead)]
        verified_guesses = self.account.checks_codes(pending, now, Permit.NEW_FACTOR)
        within = abs(ahead) <= POLICY.resync_reach_steps and step - 1 > factor.last_step
        allowed = verified_guesses and within and factor.state == "active"
        found = self.asked(allowed, self.server.resynchronise, pending.token, *codes)
        if found:
            assert (found.step, found.offset) == (step, ahead)
            factor.take(step - 1, step)
            factor.ahead = ahead
            pending.ended = True
        elif verified_guesses:
            self.account.wrong_code(pending, now)

    @precondition(lambda self: self.account.sessions)
    @rule(which=NEWEST_FIRST)
    def issue_codes(self, which: int) -> None:
        session = newest(self.account.sessions, which)
        allowed = self.account.may_change(session, self.clock.now())
        codes = self.asked(allowed, self.server.issue_recovery_codes, session.token)
        if codes:
            self.account.void_codes(list(codes), codes.issue_id)
            self.account.end_open_steps()

    @rule(which=st.sampled_from(["newest", "newest", "older", "none"]), number=NEWEST_FIRST)
    def acknowledge(self, which: str, number: int) -> None:
        """The owner confirms the newest or older codes as saved, or somebody who saw no codes sends an id."""
        older = [issue for issue in self.account.old_issues if issue]
        issue = {"newest": self.account.issue, "older": newest(older, number) if older else ""}.get(which, "0" * 32)
        assert self.server.acknowledge_recovery_codes(issue) is self.account.acknowledge(issue)

    # The administrator

    @rule()
    def reset_code(self) -> None:
        if self.account.has_factor:
            self.account.codes += self.server.issue_reset_code(self.account.name)
        else:
            with pytest.raises(InvalidInput):
                self.server.issue_reset_code(self.account.name)

    @rule(sure=st.sampled_from([False, False, True]))
    def reset_factors(self, sure: bool) -> None:
        if sure:
            self.server.reset_factors(self.account.name)
            self.account.retire()
            self.account.end_steps()
            self.account.void_codes([], "")

    @rule()
    def take_over(self) -> None:
        old = OtpAccount(self.account.name, "old", Redacted(new_secret(self.randomness)))
        if self.account.has_factor:
            with pytest.raises(InvalidInput):
                self.server.adopt(self.account.name, old)
            return
        self.server.adopt(self.account.name, old)
        newest_void = step_at(self.clock.now()) + POLICY.window_steps
        self.account.factors.append(self.identified(Factor(old.secret.reveal(), newest_void)))
        self.account.end_steps()

    @rule(disabled=st.sampled_from([False, False, True]))
    def set_state(self, disabled: bool) -> None:
        accounts = self.server.accounts
        (accounts.disable if disabled else accounts.enable)(self.account.name)
        if disabled:
            self.account.end_steps()
        self.account.disabled = disabled

    @rule(number=st.integers(0, 9), sure=st.sampled_from([False, False, True]))
    def set_password(self, number: int, sure: bool) -> None:
        if sure:
            self.account.password = f"demo: horse number {number}"
            self.server.accounts.set_password(self.account.name, self.account.password)
            self.account.passwords.clear()
            self.account.end_steps()

    @rule(name=st.sampled_from([NAME, "Alice.New@example.org", BOB]))
    def rename(self, name: str) -> None:
        """The count of wrong passwords belongs to the old name and ends with it; everything else stays."""
        before = self.server.accounts.find(self.account.name).subject
        if name == BOB:
            with pytest.raises(NameTaken):
                self.server.accounts.rename(self.account.name, name)
            return
        self.server.accounts.rename(self.account.name, name)
        if name != self.account.name:
            self.account.passwords.clear()
        self.account.name = name
        assert self.server.accounts.find(name).subject == before

    @rule(sure=st.sampled_from([False, False, False, False, True]))
    def delete_and_register_again(self, sure: bool) -> None:
        """Nothing of the old account is the newcomer's: not its sessions, steps, codes or authenticators."""
        if not sure:
            return
        old = self.account
        self.server.accounts.delete(old.name)
        old.passwords.clear()
        self.server.register(old.name, PASSWORD)
        self.account = Account(PASSWORD, old.name, old.counts)
        for session in old.sessions:
            self.asked(False, self.server.check_session, session.token)
        for pending in old.pendings:
            self.asked(False, self.server.accepted_kinds, pending.token)
        if old.issue:
            assert not self.server.acknowledge_recovery_codes(old.issue)

    # Sessions
    @precondition(lambda self: self.account.sessions)
    @rule(which=NEWEST_FIRST)
    def use_a_session(self, which: int) -> None:
        session = newest(self.account.sessions, which)
        live = session.live(self.clock.now())
        known = self.asked(live, self.server.check_session, session.token)
        if known:
            if self.clock.now() - session.seen >= 60:  # the use is recorded once a minute
                session.seen = self.clock.now()
            assert known.codes_to_acknowledge == self.account.to_acknowledge
            assert known.phishing_resistant is session.resistant

    @precondition(lambda self: self.account.sessions)
    @rule(which=NEWEST_FIRST)
    def log_out(self, which: int) -> None:
        session = newest(self.account.sessions, which)
        self.server.log_out(session.token)
        session.ended = True

    @precondition(lambda self: self.account.sessions)
    @rule(which=NEWEST_FIRST, whose=NEWEST_FIRST)
    def end_a_session(self, which: int, whose: int) -> None:
        """Any that the account ever had, the one that asks among them; the list names those that live."""
        account, now = self.account, self.clock.now()
        session, other = newest(account.sessions, which), newest(account.sessions, whose)
        listed = self.asked(session.live(now), self.server.sessions, session.token)
        if listed is not None:
            alive = {public_id(token_hash(each.token.token)) for each in account.sessions if each.live(now)}
            assert {one.id for one in listed} == alive
        allowed = account.may_change(session, now) and other.live(now)
        self.asked(allowed, self.server.end_session, session.token, public_id(token_hash(other.token.token)))
        other.ended = other.ended or allowed

    @precondition(lambda self: self.account.sessions)
    @rule(which=NEWEST_FIRST)
    def end_other_sessions(self, which: int) -> None:
        session, now = newest(self.account.sessions, which), self.clock.now()
        alive = sum(each.live(now) for each in self.account.sessions)
        allowed = self.account.may_change(session, now)
        ended = self.asked(allowed, self.server.end_other_sessions, session.token)
        assert not allowed or ended == alive - 1
        if ended:
            self.account.end_sessions(but=session)

    @rule(sure=st.sampled_from([False, False, True]))
    def an_administrator_ends_all_sessions(self, sure: bool) -> None:
        if sure:
            alive = sum(each.live(self.clock.now()) for each in self.account.sessions)
            (subject,) = {row["id"] for row in self.rows_of(self.account.name)["accounts"]}
            assert self.server.accounts.end_all_sessions(subject) == alive
            if alive:
                self.account.end_sessions()

    # What must hold

    def rows_of(self, name: str) -> dict[str, list[dict[str, Any]]]:
        """All that the database holds of an account."""
        with self.server._services.store.transaction() as connection:
            postgres = connection.dialect.name == "postgresql"

            def rows(question: str) -> list[dict[str, Any]]:
                question = question.replace("?", "%s") if postgres else question
                return [dict(row) for row in connection.exec_driver_sql(question, (name,)).mappings()]

            mine = "WHERE account_id = (SELECT id FROM accounts WHERE name = ?)"
            return {
                "accounts": rows("SELECT * FROM accounts WHERE name = ?"),
                "factors": rows(f"SELECT * FROM factors {mine}"),  # noqa: S608
                "passkeys": rows(
                    f"SELECT factor_id, sign_count FROM passkeys WHERE factor_id IN (SELECT id FROM factors {mine})"  # noqa: S608
                ),
                "sessions": rows(f"SELECT token_hash, ended FROM sessions {mine}"),  # noqa: S608
                "pendings": rows(f"SELECT token_hash, ended, wrong_codes FROM pendings {mine}"),  # noqa: S608
                "enrolments": rows(f"SELECT token_hash, ended, wrong_codes FROM enrolments {mine}"),  # noqa: S608
                "codes": rows(f"SELECT * FROM recovery_codes {mine} AND used_at IS NULL"),  # noqa: S608
                "logins": rows(f"SELECT id FROM audit {mine} AND event = 'logged in'"),  # noqa: S608
            }

    @invariant()
    def server_and_model_agree(self) -> None:
        """States, last steps, counts, all that was begun, codes; a replaced authenticator's secret is gone."""
        rows, account = self.rows_of(self.account.name), self.account
        states = {(row["id"], row["state"], row["last_step"]) for row in rows["factors"]}
        apps = {(factor.id, factor.state, factor.last_step) for factor in account.factors}
        assert states == apps | {(key.id, key.state, 0) for key in account.keys}
        secrets = {row["id"] for row in rows["factors"] if row["sealed_secret"] != b""}
        assert secrets == {factor.id for factor in account.factors if not factor.ended}
        keys = {(row["factor_id"], row["sign_count"]) for row in rows["passkeys"]}
        assert keys == {(key.id, key.uses) for key in account.passkeys}
        (row,) = rows["accounts"]
        assert (row["otp_failures"], row["otp_wait_until"]) == (account.otp.failures, account.otp.until)
        recovery = (account.recovery.failures, account.recovery.until)
        assert (row["recovery_failures"], row["recovery_wait_until"]) == recovery
        assert (row["codes_issue"], row["codes_kept_at"] is not None) == (account.issue, account.kept)
        begun: list[Pending | Offer | Granted] = [*account.pendings, *account.offers, *account.sessions]
        known = {token_hash(each.token.token): each for each in begun}
        for row in (*rows["pendings"], *rows["enrolments"], *rows["sessions"]):  # a sweep takes the old ones along
            mine = known[row["token_hash"]]
            assert (row["ended"] is not None, row.get("wrong_codes", 0)) == (mine.ended, getattr(mine, "wrong", 0))
        for session in account.sessions:
            assert not session.live(self.clock.now()) or token_hash(session.token.token) in str(rows["sessions"])
        assert len(rows["codes"]) == len(account.codes)
        assert len(rows["logins"]) == account.logins == len(account.sessions)

    @invariant()
    def the_neighbour_notices_nothing(self) -> None:
        """Bob's rows are as they were; only a sweep may have taken old ones along."""
        rows = self.rows_of(BOB)
        swept = {name: self.bob[name] if rows[name] else [] for name in ("sessions", "pendings", "enrolments")}
        assert rows == {**self.bob, **swept}

    def teardown(self) -> None:
        for server in getattr(self, "servers", ()):
            server.close()
