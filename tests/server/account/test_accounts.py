"""The operator's calls on accounts: what a disabled, deleted or renamed account can do, and what it looks like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_lab import AccessDenied, Phone, SeededRandomness
from mfa_lab.errors import InvalidInput, NameTaken, PasswordRefused, Reason
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.server.records import Account, AccountState, Kind, Subject
from tests.server.kit import NAME, PASSWORD, START, WRONG, Deployment, counted_costs, reason

NEW = "demo: a mule in the meadow"
OTHER = "bob@example.org"
URN = "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"
URL = "https://idp.example/users/42?realm=a&b"
ROOT = "f" * 32
Change = Callable[[Deployment], None]


def disable(deployment: Deployment) -> None:
    deployment.server.accounts.disable(NAME, by=ROOT)


def delete(deployment: Deployment) -> None:
    deployment.server.accounts.delete(NAME, by=ROOT)


def set_password(deployment: Deployment) -> None:
    deployment.server.accounts.set_password(NAME, NEW, by=ROOT)


ENDING = pytest.mark.parametrize("change", [disable, delete, set_password], ids=lambda change: change.__name__)


def subject(deployment: Deployment, name: str = NAME) -> str:
    return deployment.server.accounts.find(name).subject


# What ends


@ENDING
def test_a_session_ends(change: Change, enrolled: Deployment) -> None:
    """ASVS-7.4.2: the account's session permits nothing any more."""
    session = enrolled.log_in()
    change(enrolled)
    for call in (enrolled.server.check_session, enrolled.server.authenticators, enrolled.server.start_enrolment):
        assert reason(call, session) is Reason.UNKNOWN_SESSION


@ENDING
def test_a_login_ends_in_the_middle(change: Change, enrolled: Deployment) -> None:
    """Neither a code nor a recovery code goes on with it."""
    begun = [enrolled.begin() for _ in range(2)]
    change(enrolled)
    assert reason(enrolled.server.finish_login, begun[0], enrolled.phone.code()) is Reason.CONSUMED_PENDING
    assert reason(enrolled.server.recover, begun[1], enrolled.codes[0]) is Reason.CONSUMED_PENDING


@ENDING
def test_an_enrolment_ends_in_the_middle(change: Change, deployment: Deployment) -> None:
    """Its code binds no authenticator, and its secret is gone from a deleted account."""
    enrolment = deployment.server.start_enrolment(deployment.begin())
    deployment.phone.add(enrolment.uri)
    change(deployment)
    confirm = deployment.server.confirm_enrolment
    assert reason(confirm, enrolment, deployment.phone.code()) is Reason.CONSUMED_PENDING
    assert deployment.rows("SELECT count(*) FROM factors") == [(0,)]
    assert (deployment.rows("SELECT sealed_secret FROM enrolments") == [(b"",)]) is (change is delete)


@ENDING
def test_a_recovery_and_a_password_reset_end(change: Change, enrolled: Deployment) -> None:
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    enrolled.tamper(f"INSERT INTO password_resets SELECT 'x', id, {2 * START}, NULL FROM accounts")  # noqa: S608
    change(enrolled)
    assert reason(enrolled.server.start_enrolment, recovery.pending) is Reason.CONSUMED_PENDING
    assert enrolled.rows("SELECT ended FROM password_resets") == [("superseded",)]


@ENDING
def test_a_passkey_completes_no_login(change: Change, enrolled: Deployment) -> None:
    holder = PasskeyHolder(SeededRandomness(1))
    enrolled.add_passkey(enrolled.log_in(), holder)
    pending = enrolled.begin()
    response = enrolled.answer(pending, holder)
    change(enrolled)
    assert reason(enrolled.server.finish_passkey_login, pending, response) is Reason.CONSUMED_PENDING
    assert enrolled.rows("SELECT count(*) FROM passkeys") == [(int(change is not delete),)]


# Disabled


def test_a_disabled_account_looks_like_a_wrong_password(
    enrolled: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS-6.3.8: with its correct password, it says, costs and writes what an unknown name does, ten times over."""
    disable(enrolled)
    with counted_costs(monkeypatch) as costs:
        for _ in range(10):
            seen = []
            for name in (NAME, "nobody@example.org"):
                with pytest.raises(AccessDenied) as caught:
                    enrolled.begin(name)
                assert caught.value.trace is not None
                trace = caught.value.trace
                seen.append((str(caught.value), caught.value.args, trace.wait_seconds, trace.failures, costs.take()))
            assert seen[0] == seen[1]
            assert len(seen[0][4][0]) == 1
            enrolled.clock.advance(20)


def test_the_log_says_why_a_disabled_account_is_refused(enrolled: Deployment) -> None:
    """The instructor's view and the audit log do; the count of failures is the usual one."""
    disable(enrolled)
    assert [reason(enrolled.begin) for _ in range(4)] == [Reason.ACCOUNT_DISABLED] * 3 + [Reason.THROTTLED]
    assert enrolled.server.audit_log()[-2].reason == Reason.ACCOUNT_DISABLED
    assert reason(enrolled.begin, NAME, WRONG) is Reason.THROTTLED


def test_an_enabled_account_is_as_it_was(enrolled: Deployment) -> None:
    """Same password, same phone, same subject; its old sessions and steps stay ended."""
    session, before = enrolled.log_in(), subject(enrolled)
    disable(enrolled)
    enrolled.server.accounts.enable(NAME)
    assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert enrolled.log_in().subject == before
    assert [one.event for one in enrolled.server.notifications(enrolled.log_in())[-2:]] == [
        "account disabled",
        "account enabled",
    ]


def test_nothing_is_written_twice(enrolled: Deployment) -> None:
    """A second click changes nothing, writes no line and tells the owner nothing."""
    accounts = enrolled.server.accounts
    for call in (accounts.disable, accounts.enable, lambda name: accounts.rename(name, NAME)):
        call(NAME)
        before = enrolled.dump()
        call(NAME)
        assert enrolled.dump() == before


# Deleted


def test_a_deleted_account_leaves_nothing_but_its_id(enrolled: Deployment) -> None:
    """No name, hash, secret, label, key or code; the lines of the log keep the id, and the last one says who."""
    session = enrolled.log_in()
    enrolled.add_passkey(session, PasskeyHolder(SeededRandomness(1)), label="my laptop")
    gone, lines = subject(enrolled), enrolled.server.audit_log()
    delete(enrolled)
    assert NAME not in enrolled.dump()
    assert "my laptop" not in enrolled.dump()
    assert enrolled.rows("SELECT DISTINCT state, hex(sealed_secret), label FROM factors") == [("replaced", "", "")]
    for table in ("passkeys", "recovery_codes", "notices"):
        assert enrolled.rows(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
    account = "name, normal_name, state, password_hash, user_handle, codes_issue"
    assert enrolled.rows(f"SELECT {account} FROM accounts") == [("", f" {gone}", "deleted", "", "", "")]  # noqa: S608
    assert enrolled.server.audit_log()[:-1] == lines
    line = enrolled.server.audit_log()[-1]
    assert (line.event, line.account_id, line.actor, line.actor_id) == (
        "account deleted",
        gone,
        "administrator",
        ROOT,
    )
    assert enrolled.server.accounts.list() == ()
    assert enrolled.server.accounts.find(gone) == Account(gone, "", AccountState.DELETED, START)


def test_a_newcomer_is_somebody_else(enrolled: Deployment) -> None:
    """Who gets the name of a deleted account gets another subject; the old password, session, phone and codes are
    nobody's.
    """
    session, before, pending = enrolled.log_in(), subject(enrolled), enrolled.begin()
    old_code = enrolled.phone.code
    delete(enrolled)
    enrolled.server.register(NAME, NEW)
    assert subject(enrolled) != before
    assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert reason(enrolled.server.finish_login, pending, old_code()) is Reason.CONSUMED_PENDING
    assert reason(enrolled.begin) is Reason.WRONG_PASSWORD
    enrolment = enrolled.server.start_enrolment(enrolled.begin(password=NEW))
    assert reason(enrolled.server.confirm_enrolment, enrolment, old_code())
    phone = Phone(enrolled.clock)
    phone.add(enrolment.uri)
    enrolled.server.confirm_enrolment(enrolment, phone.code())
    assert reason(enrolled.server.recover, enrolled.begin(password=NEW), enrolled.codes[0])


@pytest.mark.parametrize(
    "call", ["disable", "enable", "delete", "rename", "set_password", "issue_reset_code", "reset_factors"]
)
def test_nothing_is_done_to_a_deleted_account(call: str, enrolled: Deployment) -> None:
    """Not even by its subject, and nothing to an account that never was."""
    gone = subject(enrolled)
    delete(enrolled)
    before = enrolled.dump()
    more = {"rename": [OTHER], "set_password": [NEW]}.get(call, [])
    called = getattr(enrolled.server.accounts, call, None) or getattr(enrolled.server, call)
    for account, sentence in ((gone, "was deleted"), (NAME, "no account"), ("0" * 32, "no account")):
        with pytest.raises(InvalidInput, match=sentence):
            called(account, *more)
    assert enrolled.dump() == before


# Renamed


def test_a_renamed_account_is_the_same_account(enrolled: Deployment) -> None:
    """Same subject, and its session goes on under the new name; the old name is free, and is somebody else's then."""
    session, before = enrolled.log_in(), subject(enrolled)
    enrolled.server.accounts.rename(NAME, OTHER)
    now = enrolled.server.check_session(session)
    assert (now.name, now.subject) == (OTHER, before)
    assert reason(enrolled.begin) is Reason.UNKNOWN_NAME
    enrolled.clock.advance(30)
    code = enrolled.phone.code(f"mfa-lab: {NAME}")  # the label on the phone stays
    assert enrolled.server.finish_login(enrolled.begin(OTHER), code).subject == before
    enrolled.server.register(NAME, NEW)
    assert subject(enrolled) != before
    assert enrolled.server.check_session(session).subject == before
    assert "account renamed" in [one.event for one in enrolled.server.notifications(session)]


@pytest.mark.parametrize("free", ["delete", "rename"])
def test_a_free_name_has_no_count_of_guesses(free: str, enrolled: Deployment) -> None:
    """Guesses at the earlier account's password delay no login of the next account."""
    for _ in range(4):
        reason(enrolled.begin, NAME, WRONG)
    accounts = enrolled.server.accounts
    accounts.delete(NAME) if free == "delete" else accounts.rename(NAME, OTHER)
    enrolled.server.register(NAME, PASSWORD)
    assert enrolled.begin()


def test_an_enrolment_is_no_login(enrolled: Deployment) -> None:
    """An operator who looks for accounts that nobody uses must not take one for the other."""
    find = enrolled.server.accounts.find
    assert find(NAME).used_at is None
    holder = PasskeyHolder(SeededRandomness(1))
    session = enrolled.log_in()
    used_at = find(NAME).used_at
    assert used_at is not None
    assert session.created_at - 30 < used_at <= session.created_at
    enrolled.add_passkey(session, holder)
    assert find(NAME).used_at == used_at
    session = enrolled.passkey_login(holder)
    assert find(NAME).used_at == session.created_at


def test_an_old_database_may_have_two_spellings(enrolled: Deployment) -> None:
    """The account of the one spelling cannot take the other."""
    enrolled.server.register("ann@bücher.example", NEW)
    enrolled.tamper("UPDATE accounts SET normal_name = 'ann@xn--bcher-kva.example' WHERE name LIKE 'alice%'")
    before = enrolled.dump()
    with pytest.raises(NameTaken):
        enrolled.server.accounts.rename(subject(enrolled, "ann@xn--bcher-kva.example"), "Ann@xn--bcher-kva.example")
    assert enrolled.dump() == before


def test_a_taken_name_is_refused_in_each_spelling(enrolled: Deployment) -> None:
    """Nothing changes; its own name in another spelling is allowed."""
    enrolled.server.register("ann@bücher.example", NEW)
    before = enrolled.dump()
    for name in ("ann@bücher.example", " ANN@xn--bcher-kva.example"):
        with pytest.raises(NameTaken):
            enrolled.server.accounts.rename(NAME, name)
    for name in ("", "a\nb", "x" * 255, "0" * 32, ":", None):
        with pytest.raises(InvalidInput):
            enrolled.server.accounts.rename(NAME, name)  # type: ignore[arg-type]
    assert enrolled.dump() == before
    enrolled.server.accounts.rename(NAME, NAME.upper())
    assert enrolled.server.accounts.find(NAME).name == NAME.upper()


# Passwords


def test_a_set_password(enrolled: Deployment) -> None:
    """The old one is wrong from now on, the second factor is needed as before, and a wait is over."""
    for _ in range(3):
        assert reason(enrolled.begin, NAME, WRONG)
    set_password(enrolled)
    assert reason(enrolled.begin) is Reason.WRONG_PASSWORD
    pending = enrolled.begin(password=NEW)
    assert reason(enrolled.server.start_enrolment, pending) is Reason.NOT_PERMITTED
    session = enrolled.server.finish_login(pending, enrolled.phone.code())
    assert enrolled.server.notifications(session)[-1].event == "password set by an administrator"


@pytest.mark.parametrize("new", ["short", "password", NAME, "\ud800 and more"])
def test_a_set_password_is_held_to_the_rules(new: str, enrolled: Deployment) -> None:
    """NIST-3.1.1.2; nothing changes."""
    before = enrolled.dump()
    with pytest.raises(PasswordRefused):
        enrolled.server.accounts.set_password(NAME, new)
    assert enrolled.dump() == before


@pytest.mark.parametrize("call", ["rename", "set_password"])
def test_an_account_of_an_identity_provider_has_no_password(call: str, deployment: Deployment) -> None:
    """Nor a name to log in with: with one of them, a password would get past the identity provider."""
    deployment.tamper("UPDATE accounts SET issuer = 'https://idp.example', external_id = '42', password_hash = ''")
    before = deployment.dump()
    with pytest.raises(InvalidInput, match="identity provider"):
        getattr(deployment.server.accounts, call)(NAME, NEW)
    assert deployment.dump() == before
    found = deployment.server.accounts.find(NAME)
    assert found.external == Subject("https://idp.example", "42")
    assert deployment.server.accounts.find(found.external) == found


# Lists


def test_every_account_is_listed_once_while_others_come_and_change(deployment: Deployment) -> None:
    """In pages of three: whoever was there from the beginning to the end is on one page."""
    accounts = deployment.server.accounts
    names = {f"user{number}@example.org" for number in range(10)}
    for name in names:
        deployment.server.register(name, PASSWORD)
    there = {accounts.find(name).subject for name in names}
    seen: list[str] = []
    while page := accounts.list(seen[-1] if seen else "", 3):
        seen += [account.subject for account in page]
        deployment.server.register(f"late{len(seen)}@example.org", PASSWORD)
        accounts.rename(page[0].subject, f"renamed{len(seen)}@example.org")
        accounts.delete(page[-1].subject)
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


def test_what_a_list_says(enrolled: Deployment) -> None:
    """Name, state, when it was made, its kinds of authenticators, and the last login, to the step of its code."""
    session = enrolled.log_in()
    enrolled.add_passkey(session, PasskeyHolder(SeededRandomness(1)))
    enrolled.server.register(OTHER, NEW)
    enrolled.server.accounts.disable(OTHER)
    now = enrolled.clock.now()
    by_name = {account.name: account for account in enrolled.server.accounts.list()}
    mine = Account(session.subject, NAME, AccountState.ACTIVE, START, (Kind.PASSKEY, Kind.TOTP), now - now % 30)
    assert by_name[NAME] == mine == enrolled.server.accounts.find(session.subject)
    assert by_name[OTHER] == Account(subject(enrolled, OTHER), OTHER, AccountState.DISABLED, now)


@pytest.mark.parametrize("options", [{"limit": 0}, {"limit": 1001}, {"limit": "9"}, {"after": "x"}, {"limit": True}])
def test_a_list_that_cannot_be(options: dict[str, object], deployment: Deployment) -> None:
    with pytest.raises(InvalidInput, match="a list"):
        deployment.server.accounts.list(**options)  # type: ignore[arg-type]


# Names of identity providers


@pytest.mark.parametrize("name", [URN, URL, "acct:ann@example.org", "a:", "mfa-lab:ann", "mfa-lab: ann"])
def test_a_name_with_colons_goes_the_whole_way(name: str, tmp_path: Path) -> None:
    """Registered, read by a phone from the real picture, found, renamed, and told apart from its parts."""
    deployment = Deployment(tmp_path)
    deployment.server.register(name, PASSWORD)
    enrolment = deployment.server.start_enrolment(deployment.begin(name))
    deployment.phone.scan(enrolment.qr_png())
    deployment.server.confirm_enrolment(enrolment, deployment.phone.code(f"mfa-lab: {name}"))
    session = deployment.log_in(name)
    assert session.name == deployment.server.accounts.find(session.subject).name == name
    for part in (name.split(":")[0], name.split(":")[-1], name.split("/")[-1]):
        if part != name:
            assert reason(deployment.begin, part) is Reason.UNKNOWN_NAME
    deployment.server.accounts.rename(name, URN + "x")
    assert deployment.server.check_session(session).name == URN + "x"


def test_no_new_name_looks_like_a_subject(deployment: Deployment) -> None:
    """Whoever could take it would get what the operator does for the account with this subject."""
    for name in (subject(deployment), subject(deployment).upper(), f" {subject(deployment)} "):
        with pytest.raises(InvalidInput, match="id of an account"):
            deployment.server.register(name, PASSWORD)
