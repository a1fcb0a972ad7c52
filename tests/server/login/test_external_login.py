"""Users that are not ours: the application has checked the first factor, and this server checks only the second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from mfa_lab import InvalidInput, ManualClock, MfaServer, Permit, Phone, SeededRandomness, Subject
from mfa_lab.errors import AccessDenied, NameTaken, Reason, ServerFault
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.provisioning import OtpAccount
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Kind, Session
from tests.postgres import Cluster, running_cluster
from tests.server.kit import EXPLAINING, KEY, NAME, ORIGIN, PARTY, PASSWORD, START, WRONG, reason, together

SHOP = Subject("https://sso.example.org", "4711")
OLD_SECRET = Redacted("DEMOALICEDEMOALICEDEMOALICEDEMO2")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


on_both = pytest.mark.parametrize(
    "company", ["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.full)], indirect=True
)


class Company:
    """Two workers on one new database, and a phone."""

    def __init__(self, url: str) -> None:
        self.clock = ManualClock(START)
        self.server, self.second = (
            MfaServer(url, clock=self.clock, policy=EXPLAINING, key=KEY, relying_party=PARTY) for _ in range(2)
        )

    def begin(self, subject: Subject = SHOP, name: str = NAME) -> Any:
        return self.server.begin_for(subject, name=name)

    def enrol(self, subject: Subject = SHOP, name: str = NAME) -> Phone:
        offer = self.server.start_enrolment(self.begin(subject, name))
        phone = Phone(self.clock)
        phone.add(offer.uri)
        self.codes = self.server.confirm_enrolment(offer, phone.code())
        return phone

    def log_in(self, phone: Phone, subject: Subject = SHOP, name: str = NAME) -> Session:
        self.clock.advance(30)
        return self.server.finish_login(self.begin(subject, name), phone.code())

    def sql(self, statement: str) -> list[Any]:
        with self.server._services.store.transaction() as connection:
            result = connection.execute(text(statement))
            return list(result) if result.returns_rows else []


@pytest.fixture
def company(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Company]:
    """On SQLite, or on the database that `on_both` names."""
    if getattr(request, "param", "") == "PostgreSQL":
        made = Company(request.getfixturevalue("cluster").new_database())
    else:
        made = Company(f"sqlite:///{tmp_path / 'lab.db'}")
    yield made
    made.server.close()
    made.second.close()


@on_both
def test_a_login_by_code(company: Company) -> None:
    """The first login enrols, the next one needs a code. The session says who it is, and what was checked here
    (ASVS-6.8.4).
    """
    assert company.begin().permits is Permit.FIRST_FACTOR
    phone = company.enrol()
    assert company.begin().permits is Permit.CODE
    assert company.begin().accepts == (Kind.TOTP,)
    for session in (granted := company.log_in(phone), company.server.check_session(granted)):
        assert (session.external, session.name, session.methods) == (SHOP, NAME, ("otp",))
        assert not session.phishing_resistant
    company.server.register(NAME, PASSWORD)
    offer = company.server.start_enrolment(company.server.begin_login(NAME, PASSWORD))
    own = Phone(company.clock)
    own.add(offer.uri)
    company.server.confirm_enrolment(offer, own.code())
    company.clock.advance(30)
    ours = company.server.finish_login(company.server.begin_login(NAME, PASSWORD), own.code())
    assert (ours.external, ours.methods) == (None, ("pwd", "otp", "mfa"))
    assert ours.subject != granted.subject


@pytest.mark.parametrize("synced", [True, False])
def test_a_login_by_passkey(company: Company, synced: bool) -> None:
    """A passkey is a second factor here too. `amr` names the key and the person, and no password."""
    holder = PasskeyHolder(SeededRandomness(1), synced=synced)
    offer = company.server.start_passkey(company.begin())
    assert company.server.confirm_passkey(offer, Browser(ORIGIN).create(offer.options, holder))
    pending = company.begin()
    assert pending.accepts == (Kind.PASSKEY,)
    response = Browser(ORIGIN).get(company.server.start_passkey_login(pending), holder)
    session = company.server.finish_passkey_login(pending, response)
    assert session.methods == ("swk" if synced else "hwk", "user")
    assert session.phishing_resistant
    assert company.server.check_session(session).external == SHOP


OTHERS = (
    Subject("https://sso.example.com", "4711"),
    Subject("https://sso.example.org/", "4711"),
    Subject("https://SSO.example.org", "4711"),
    Subject("https://sso.example.org", "4711 "),
    Subject("https://sso.example.org4", "711"),
    Subject("https://sso.example.or", "g4711"),
    Subject("https://sso.example.org", "04711"),
    Subject("https://sso.example.org", "\uff14711"),
    Subject("4711", "https://sso.example.org"),
    *(Subject("https://sso.example.org", id_) for id_ in ("Ä", "A\u0308", "ä", "ﬁ", "fi", "ß", "ss", "ﬁ ")),
)


@on_both
def test_a_subject_is_compared_exactly(company: Company) -> None:
    """ASVS-6.8.1: another issuer with the same id, or another spelling, is another account: its login enrols its own
    phone.
    """
    for enrolled, other in enumerate((SHOP, *OTHERS), 1):
        assert company.begin(other).permits is Permit.FIRST_FACTOR, other
        company.enrol(other)
        assert company.sql("SELECT count(*), count(DISTINCT id) FROM accounts") == [(enrolled, enrolled)]
    assert all(company.begin(other).permits is Permit.CODE for other in OTHERS)


@pytest.mark.parametrize(
    ("issuer", "id_"),
    [
        ("", "1"), ("idp", ""), ("idp", "x" * 256), ("y" * 256, "1"), ("idp", "a\0b"), ("i\ndp", "1"),
        ("idp", "\ud800"), ("idp", 1), (None, "1"),
    ],
)  # fmt: skip
def test_a_bad_subject(issuer: Any, id_: Any) -> None:
    """A clear sentence, before the database hears of it."""
    with pytest.raises(InvalidInput, match="must be a text of 1 to 255 characters"):
        Subject(issuer, id_)


@on_both
def test_the_longest_subject(company: Company) -> None:
    """Both databases store and find it."""
    longest = Subject("\U0001f600" * 255, "\U0001f601" * 255)
    company.enrol(longest)
    assert company.begin(longest).permits is Permit.CODE


def test_only_a_subject_begins(company: Company) -> None:
    with pytest.raises(InvalidInput, match=r"pass a Subject\(issuer, id\), not str"):
        company.server.begin_for("4711", name=NAME)  # type: ignore[arg-type]


def test_a_bad_name(company: Company) -> None:
    """No account is left behind."""
    for name in ("", " ", "a\nb", "x" * 255, "\0", 7, None):
        with pytest.raises(InvalidInput):
            company.begin(name=name)  # type: ignore[arg-type]
    assert company.sql("SELECT count(*) FROM accounts") == [(0,)]


def test_the_name_follows_the_latest_call(company: Company) -> None:
    """The name finds nothing; two subjects and an account of ours may have the same one."""
    phone = company.enrol(name="maiden.name@example.org")
    session = company.log_in(phone, name="new.name@example.org")
    assert session.name == "new.name@example.org"
    company.begin(name="third.name@example.org")
    assert company.server.check_session(session).name == "third.name@example.org"
    renamed = [line for line in company.server.audit_log() if line.event == "account renamed"]
    assert [(line.account_id, line.actor) for line in renamed] == [(session.subject, "program")] * 2
    company.enrol(Subject("other", "1"), "third.name@example.org")
    company.server.register("third.name@example.org", PASSWORD)
    with pytest.raises(NameTaken):
        company.server.register("third.name@example.org", PASSWORD)


def test_no_password_reaches_it(company: Company) -> None:
    """Not by its name, its id, its stored name or its subject; and no password can be set in a session."""
    session = company.log_in(company.enrol())
    ((account_id, normal),) = company.sql("SELECT id, normal_name FROM accounts")
    for name in (NAME, account_id, normal, f"  {account_id}", f"\u00a0{account_id}", SHOP.id, SHOP.issuer):
        for password in ("", PASSWORD, "\0"):
            assert reason(company.server.begin_login, name, password) in (Reason.UNKNOWN_NAME, Reason.THROTTLED)
    for name in (NAME, normal):  # its id finds it for the operator, who may reset its factors
        with pytest.raises(InvalidInput, match="no account has this name"):
            company.server.reset_factors(name)
    for old in ("", PASSWORD):
        assert (
            reason(company.server.change_password, session, old, "demo: a mule in the meadow") is Reason.NOT_PERMITTED
        )
    assert company.sql("SELECT password_hash FROM accounts") == [("",)]
    assert company.server.check_session(session).external == SHOP


def test_a_code_is_accepted_only_once_and_only_for_its_subject(company: Company) -> None:
    """A consumed code, a consumed step, and another subject's phone begin no session."""
    phone, other = company.enrol(), Subject("https://sso.example.com", "4711")
    strange = company.enrol(other)
    company.log_in(phone)
    assert reason(company.server.finish_login, company.begin(), phone.code()) is Reason.REUSED
    company.clock.advance(30)
    assert reason(company.server.finish_login, company.begin(), strange.code()) is Reason.NO_MATCH
    pending = company.begin()
    company.server.finish_login(pending, phone.code())
    company.clock.advance(30)
    assert reason(company.server.finish_login, pending, phone.code()) is Reason.CONSUMED_PENDING


@on_both
def test_recovery_and_administration(company: Company) -> None:
    """A recovery code, a code from the operator, two codes of a wrong phone, and a reset: all take the subject."""
    phone = company.enrol()
    company.clock.advance(30)
    recovered = company.server.recover(company.begin(), company.codes[0])
    assert reason(company.server.finish_login, recovered.pending, phone.code()) is Reason.NOT_ENROLLED
    given = company.server.issue_reset_code(SHOP)[0]
    late = Phone(company.clock)
    offer = company.server.start_enrolment(company.server.recover(company.begin(), given).pending)
    late.add(offer.uri)
    company.server.confirm_enrolment(offer, late.code())
    session = company.log_in(late)
    assert company.server.issue_recovery_codes(session)
    assert company.server.start_enrolment(session, further=True)
    company.server.reset_factors(SHOP)
    assert reason(company.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert company.begin().permits is Permit.FIRST_FACTOR
    company.server.adopt(SHOP, OtpAccount(NAME, "Old system", OLD_SECRET))
    assert company.begin().permits is Permit.CODE
    for call in (company.server.issue_reset_code, company.server.reset_factors):
        with pytest.raises(InvalidInput, match="no account"):
            call(replace(SHOP, issuer="https://sso.example.com"))


def test_a_phone_is_resynchronised(company: Company) -> None:
    phone = company.enrol()
    pending = company.server.recover(company.begin(), company.codes[0]).pending
    company.clock.advance(60)
    first = phone.code()
    company.clock.advance(30)
    second = phone.code()
    company.clock.advance(120)
    assert company.server.resynchronise(pending, first, second).offset < 0


@pytest.mark.parametrize("state", ["disabled", "deleted"])
def test_a_disabled_account_is_denied(company: Company, state: str) -> None:
    """The rejection reads like any other, no name is stored, and the log says why."""
    company.enrol()
    company.sql(f"UPDATE accounts SET state = '{state}'")  # noqa: S608
    with pytest.raises(AccessDenied) as caught:
        company.begin(name="changed@example.org")
    with pytest.raises(AccessDenied) as wrong_password:
        company.server.begin_login(NAME, WRONG)
    assert (str(caught.value), caught.value.args) == (str(wrong_password.value), wrong_password.value.args)
    assert caught.value.trace is not None
    assert caught.value.trace.reason is Reason.ACCOUNT_DISABLED
    assert company.sql("SELECT name FROM accounts") == [(NAME,)]
    line = company.server.audit_log()[-2]
    assert (line.event, line.reason, line.actor) == ("first factor refused", "account disabled", "program")


@on_both
def test_two_first_calls_make_one_account(company: Company) -> None:
    """Two workers hear of a new subject at the same moment, twenty times."""
    for number in range(20):
        subject = Subject("idp", str(number))
        calls: list[Callable[[], object]] = [
            lambda w=w, s=subject: w.begin_for(s, name=NAME) for w in (company.server, company.second) * 2
        ]
        assert {type(answer).__name__ for answer in together(*calls)} == {"PendingLogin"}
    assert company.sql("SELECT count(*) FROM accounts") == [(20,)]


@on_both
def test_the_database_holds_a_subject_only_once(company: Company) -> None:
    """The index would stop a second account even without the lock; accounts with passwords are not concerned."""
    company.begin()
    company.server.register("one@example.org", PASSWORD)
    company.server.register("two@example.org", PASSWORD)

    def copy(account_id: str, external_id: str) -> None:
        columns = ", ".join(SAME)
        company.sql(
            f"INSERT INTO accounts (id, normal_name, external_id, {columns}) SELECT '{account_id}', "  # noqa: S608
            f"'{account_id}', '{external_id}', {columns} FROM accounts WHERE external_id = '{SHOP.id}'"
        )

    copy("x", "another id")
    with pytest.raises(ServerFault):
        copy("y", SHOP.id)
    assert company.sql("SELECT count(*) FROM accounts") == [(4,)]


SAME = (
    "name", "password_hash", "otp_failures", "otp_wait_until", "recovery_failures", "recovery_wait_until",
    "created_at", "issuer",
)  # fmt: skip


def test_old_rows_are_deleted(company: Company) -> None:
    """Where nobody logs out and no password is wrong, the tables of logins would grow for ever."""
    company.log_in(company.enrol())
    company.clock.advance(3 * 24 * 3600)
    company.begin()
    assert company.sql("SELECT count(*) FROM pendings") == [(1,)]
    assert company.sql("SELECT count(*) FROM sessions") == [(0,)]


def test_the_repr_shows_no_subject(company: Company) -> None:
    session = company.log_in(company.enrol())
    assert SHOP.id not in repr(session)
    assert SHOP.issuer not in repr(company.begin())
