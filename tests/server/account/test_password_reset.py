"""A forgotten password: a token works once, opens nothing else, and reveals to nobody who has an account."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mfa_lab import MfaServer, Policy
from mfa_lab.errors import InvalidInput, PasswordRefused, Reason, ResetOver
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Notification, PasswordReset
from tests.server.kit import (
    EXPLAINING,
    NAME,
    PASSWORD,
    RESET_PAGE,
    WRONG,
    Costs,
    Deployment,
    counted_costs,
    reason,
    together,
)

NEW = "demo: a mule in the meadow"
UNKNOWN = "nobody@example.org"


class Mailbox:
    """Keeps what a notifier is handed."""

    def __init__(self, works: bool = True) -> None:
        self.mails: list[tuple[str, Notification]] = []
        self.works = works

    def send(self, name: str, notification: Notification) -> bool:
        self.mails.append((name, notification))
        return self.works

    def links(self) -> list[tuple[str, str]]:
        return [(name, mail.link) for name, mail in self.mails if mail.link]


def mailed(deployment: Deployment) -> list[PasswordReset]:
    """Send what waits; the tokens of the links in it."""
    box = Mailbox()
    deployment.server.send_notifications(box)
    return [PasswordReset(Redacted(link.removeprefix(f"{RESET_PAGE}#"))) for _, link in box.links()]


def asked(deployment: Deployment, name: str = NAME) -> PasswordReset:
    """Ask on the public page and open the mail."""
    deployment.server.start_password_reset(name)
    (reset,) = mailed(deployment)
    return reset


def test_from_the_request_to_the_next_login(enrolled: Deployment) -> None:
    """ASVS-6.4.3: the link sets a new password; the second factor is asked for as before, and a session must begin
    again. The owner is told of both.
    """
    session = enrolled.log_in()
    enrolled.server.finish_password_reset(asked(enrolled), NEW)
    assert reason(enrolled.server.check_session, session) is Reason.UNKNOWN_SESSION
    assert reason(enrolled.begin) is Reason.WRONG_PASSWORD
    pending = enrolled.begin(password=NEW)
    assert pending.permits == "code"
    assert reason(enrolled.server.finish_login, pending, enrolled.wrong_code()) is Reason.NO_MATCH
    enrolled.clock.advance(30)
    session = enrolled.server.finish_login(pending, enrolled.phone.code())
    told = [notification.event for notification in enrolled.server.notifications(session)]
    assert told[-2:] == ["password reset requested", "password changed"]


def test_nothing_but_the_password_changes(enrolled: Deployment) -> None:
    """Factors, recovery codes and the counts of wrong codes stay as they are."""
    enrolled.server.issue_recovery_codes(enrolled.log_in())
    reason(enrolled.server.finish_login, enrolled.begin(), enrolled.wrong_code())
    kept = "SELECT * FROM factors", "SELECT * FROM recovery_codes", "SELECT name, otp_failures, state FROM accounts"
    before = [enrolled.rows(question) for question in kept]
    enrolled.server.finish_password_reset(asked(enrolled), NEW)
    assert [enrolled.rows(question) for question in kept] == before
    assert before[2][0][1] == 1


def test_what_the_old_password_began_ends(enrolled: Deployment) -> None:
    """A pending login, and an enrolment behind a recovery code: whoever began them, they bind nothing any more."""
    begun = enrolled.begin()
    enrolment = enrolled.server.start_enrolment(enrolled.server.recover(enrolled.begin(), enrolled.codes[0]).pending)
    enrolled.server.finish_password_reset(asked(enrolled), NEW)
    enrolled.clock.advance(30)
    code = enrolled.phone.code()
    assert reason(enrolled.server.finish_login, begun, code) is Reason.CONSUMED_PENDING
    assert reason(enrolled.server.confirm_enrolment, enrolment, code) is Reason.CONSUMED_PENDING


def used(deployment: Deployment, reset: PasswordReset) -> None:
    deployment.server.finish_password_reset(reset, NEW)


def too_late(deployment: Deployment, _reset: PasswordReset) -> None:
    deployment.clock.advance(deployment.policy.password_reset_seconds)


def a_newer_one(deployment: Deployment, _reset: PasswordReset) -> None:
    deployment.server.issue_password_reset(NAME)


def a_newer_mail(deployment: Deployment, _reset: PasswordReset) -> None:
    assert asked(deployment)


def a_changed_password(deployment: Deployment, _reset: PasswordReset) -> None:
    deployment.server.change_password(deployment.log_in(), PASSWORD, PASSWORD + " too")


def disabled(deployment: Deployment, _reset: PasswordReset) -> None:
    deployment.server.accounts.disable(NAME)


def from_elsewhere(deployment: Deployment, _reset: PasswordReset) -> None:
    """An identity provider checks this account's first factor."""
    deployment.tamper("UPDATE accounts SET issuer = 'https://id.example.org', external_id = '7'")


def set_by_an_operator(deployment: Deployment, _reset: PasswordReset) -> None:
    deployment.server.accounts.set_password(NAME, PASSWORD)


def disabled_and_enabled(deployment: Deployment, _reset: PasswordReset) -> None:
    disabled(deployment, _reset)
    deployment.server.accounts.enable(NAME)


def renamed(deployment: Deployment, _reset: PasswordReset) -> None:
    """The link was mailed to the old name, which may be somebody else's by now."""
    deployment.server.accounts.rename(NAME, "new@example.org")


def deleted(deployment: Deployment, _reset: PasswordReset) -> None:
    deployment.server.accounts.delete(NAME)


ENDS = [used, too_late, a_newer_one, a_newer_mail, a_changed_password, from_elsewhere]
ENDS += [disabled, disabled_and_enabled, deleted, set_by_an_operator, renamed]


@pytest.mark.parametrize("how", ENDS)
def test_a_token_ends(how: Callable[[Deployment, PasswordReset], None], enrolled: Deployment) -> None:
    """Then it sets no password, says so in the same words each time, and the audit log knows why."""
    reset = asked(enrolled)
    how(enrolled, reset)
    before = enrolled.rows("SELECT password_hash FROM accounts")
    with pytest.raises(ResetOver) as caught:
        enrolled.server.finish_password_reset(reset, "demo: an owl in the oak")
    assert caught.value.trace is not None
    assert caught.value.trace.reason is (Reason.EXPIRED_RESET if how is too_late else Reason.CONSUMED_RESET)
    assert enrolled.rows("SELECT password_hash FROM accounts") == before
    assert enrolled.server.audit_log()[-1].event == "password reset refused"


@pytest.mark.parametrize("token", ["", "guessed", "A" * 43, "\0", "\ud800", "x" * 100_000])
def test_a_guessed_token(token: str, enrolled: Deployment) -> None:
    """It is refused before a password is hashed, and leaves no line: anyone can send such tokens."""
    asked(enrolled)
    lines = len(enrolled.server.audit_log())
    guess = PasswordReset(Redacted(token))
    assert reason(enrolled.server.finish_password_reset, guess, "short") is Reason.UNKNOWN_RESET
    assert len(enrolled.server.audit_log()) == lines


def test_the_hash_in_the_file_is_no_token(enrolled: Deployment) -> None:
    """Who reads the database can neither use what is there, nor answer a request that waits."""
    enrolled.server.start_password_reset(NAME)
    waiting = enrolled.rows("SELECT token_hash FROM password_resets")
    asked(enrolled)
    stored = enrolled.rows("SELECT token_hash FROM password_resets WHERE ended IS NULL")
    for ((found,),) in (waiting, stored):
        guess = PasswordReset(Redacted(found))
        assert reason(enrolled.server.finish_password_reset, guess, NEW) is Reason.UNKNOWN_RESET


def test_no_token_waits_in_the_database(enrolled: Deployment) -> None:
    """It is made when its mail is sent, and stored as a hash alone."""
    enrolled.server.start_password_reset(NAME)
    (reset,) = mailed(enrolled)
    assert reset.token.reveal() not in enrolled.dump()
    assert "password reset requested" in enrolled.dump()


def test_a_request_ends_no_link(enrolled: Deployment) -> None:
    """Only a newer mail does: whoever asks again cannot make the link void that the owner has in hand."""
    reset = asked(enrolled)
    enrolled.server.start_password_reset(NAME)
    enrolled.server.finish_password_reset(reset, NEW)


def test_of_sixteen_at_once_one_counts(enrolled: Deployment) -> None:
    """Each sends the same token with a password of its own: exactly one is set."""
    reset = asked(enrolled)
    wanted = [f"{NEW} {number}" for number in range(16)]
    answers = together(*[lambda new=new: enrolled.server.finish_password_reset(reset, new) for new in wanted])
    assert [type(answer).__name__ for answer in answers].count("NoneType") == 1
    assert [type(answer).__name__ for answer in answers].count("ResetOver") == 15
    assert enrolled.begin(password=wanted[answers.index(None)])


def test_a_token_is_of_one_account(enrolled: Deployment) -> None:
    """Bob's token changes Bob's password, and no one else's."""
    enrolled.server.register("bob@example.org", PASSWORD)
    enrolled.server.finish_password_reset(asked(enrolled, "bob@example.org"), NEW)
    assert enrolled.begin()
    assert enrolled.begin("bob@example.org", NEW)


@pytest.mark.parametrize("new", ["short", "password", NAME, "\ud800 and more"])
def test_a_new_password_is_held_to_the_rules(new: str, enrolled: Deployment) -> None:
    """NIST-3.1.1.2, with the reason told; the token stays valid, because an owner may type a bad password first."""
    reset = asked(enrolled)
    with pytest.raises(PasswordRefused):
        enrolled.server.finish_password_reset(reset, new)
    enrolled.server.finish_password_reset(reset, NEW)


def test_guesses_of_the_old_password_delay_nobody(enrolled: Deployment) -> None:
    """An owner who forgets a password types it wrongly some times first; the new one is not held up by that."""
    for _ in range(4):
        reason(enrolled.begin, NAME, WRONG)
    assert reason(enrolled.begin) is Reason.THROTTLED
    enrolled.server.finish_password_reset(asked(enrolled), NEW)
    assert enrolled.begin(password=NEW)


# Nobody learns who has an account


def each_state(folder: Path) -> Deployment:
    """A server with an account in each state."""
    deployment = Deployment(folder, replace(EXPLAINING, free_failures=2))
    deployment.enrol()
    for state in ("fresh", "disabled", "deleted", "external"):
        deployment.server.register(f"{state}@example.org", PASSWORD)
    deployment.server.accounts.disable("disabled@example.org")
    deployment.server.accounts.delete("deleted@example.org")
    deployment.tamper("UPDATE accounts SET issuer = 'https://id.example.org' WHERE name LIKE 'external@%'")
    return deployment


def rows_of(deployment: Deployment) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(deployment.path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # noqa: S608


def seen(deployment: Deployment, name: str, costs: Costs) -> tuple[object, list[str], list[str], dict[str, int]]:
    """The answer, the hashes, the statements and the new rows of one request."""
    before = rows_of(deployment)
    costs.take()
    answer = deployment.server.start_password_reset(name)  # type: ignore[func-returns-value]
    return answer, *costs.take(), {table: count - before[table] for table, count in rows_of(deployment).items()}


def test_every_name_looks_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ASVS-6.3.8: known, new, disabled, deleted, external, unknown and impossible names, from the first request until
    long into the wait: no answer, the same statements in the same order, and rows in the same tables. Only owners
    with a password get mail.
    """
    deployment = each_state(tmp_path)
    states = ("fresh", "disabled", "deleted", "external")
    names = [NAME, UNKNOWN, "\ud800", *(f"{state}@example.org" for state in states)]
    with counted_costs(monkeypatch) as costs:
        for _ in range(5):
            each = [seen(deployment, name, costs) for name in names]
            assert each == [each[1]] * len(names)
            assert len(each[0][2]) >= 5
            assert each[0][3]["password_resets"] == 1
    for name in (None, b"x", 7, "", "a\0b", "x" * 1_000_000):  # all are counted as one name
        deployment.server.start_password_reset(name)  # type: ignore[arg-type]
    box = Mailbox()
    deployment.server.send_notifications(box)
    assert {name for name, mail in box.mails if mail.link} == {NAME, "fresh@example.org"}
    assert deployment.rows("SELECT count(*) FROM password_resets WHERE ended IS NOT NULL") == [(0,)]


def test_requests_wait_like_guesses_and_lock_nobody_out(enrolled: Deployment) -> None:
    """Three requests in a row are answered by one mail each; the others wait, however the name is spelt. Logins are
    not delayed at all.
    """
    spellings = (NAME, NAME.upper(), f"  {NAME} ")
    tokens = []
    for number in range(9):
        enrolled.server.start_password_reset(spellings[number % 3])
        tokens += mailed(enrolled)
    assert len(tokens) == 3
    assert enrolled.log_in()
    reasons = [line.reason for line in enrolled.server.audit_log() if line.event == "password reset requested"]
    assert reasons == [None] * 3 + [Reason.THROTTLED] * 6
    enrolled.clock.advance(30)
    assert asked(enrolled)


def test_many_requests_at_once_are_one_mail(tmp_path: Path) -> None:
    """The outbox answers all that wait for one owner together."""
    deployment = Deployment(tmp_path, replace(EXPLAINING, free_failures=1_000))
    deployment.enrol()
    for _ in range(90):
        deployment.server.start_password_reset(NAME)
    assert len(mailed(deployment)) == 1
    assert mailed(deployment) == []


def test_a_flood_of_names_delays_no_owner(enrolled: Deployment) -> None:
    """Requests for names that nobody has are answered in the same round, by no mail, however many there are."""
    enrolled.server.start_password_reset(UNKNOWN)
    enrolled.tamper(
        "INSERT INTO password_resets WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
        "SELECT token_hash || i, account_id || i, expires_at, ended FROM n, password_resets"
    )
    assert asked(enrolled)
    assert enrolled.rows("SELECT count(*) FROM password_resets") == [(1,)]


# Mail


def test_a_mail_that_fails_is_tried_again_with_a_new_token(enrolled: Deployment) -> None:
    """The first one may have arrived after all, and is void then; after ten minutes there is no link any more."""
    enrolled.server.start_password_reset(NAME)
    broken, box = Mailbox(works=False), Mailbox()
    enrolled.server.send_notifications(broken)
    enrolled.clock.advance(300)
    enrolled.server.send_notifications(box)
    ((_, first),), ((_, second),) = broken.links(), box.links()
    assert first != second
    old, new = (PasswordReset(Redacted(link.partition("#")[2])) for link in (first, second))
    assert reason(enrolled.server.finish_password_reset, old, NEW) is Reason.CONSUMED_RESET
    enrolled.server.finish_password_reset(new, NEW)


@pytest.mark.parametrize("seconds", [600, 601])
@pytest.mark.parametrize("failed_once", [False, True])
def test_a_link_that_comes_too_late_is_not_sent(failed_once: bool, seconds: int, enrolled: Deployment) -> None:
    """After ten minutes without a mail server the owner must ask again; nothing is tried for a week."""
    enrolled.server.start_password_reset(NAME)
    if failed_once:
        enrolled.server.send_notifications(Mailbox(works=False))
    enrolled.clock.advance(seconds)
    box = Mailbox()
    enrolled.server.send_notifications(box)
    assert box.links() == []
    assert enrolled.rows("SELECT count(*) FROM notices WHERE sent_at IS NULL") == [(0,)]


def test_a_disabled_account_gets_no_link(enrolled: Deployment) -> None:
    """Also if it was disabled after the request, before or after the outbox saw it."""
    enrolled.server.start_password_reset(NAME)
    enrolled.server.send_notifications(Mailbox(works=False))
    enrolled.server.start_password_reset(NAME)
    disabled(enrolled, PasswordReset(Redacted("")))
    enrolled.clock.advance(300)
    assert mailed(enrolled) == []


def test_an_operator_issues_one(enrolled: Deployment) -> None:
    """For a name in any spelling. The owner is told, without a link, and the log names the administrator."""
    reset = enrolled.server.issue_password_reset(NAME.upper(), by="0" * 32)
    assert reset.expires_at == enrolled.clock.now() + 600
    assert reset.token.reveal() not in repr(reset)
    line = enrolled.server.audit_log()[-1]
    assert (line.event, line.actor, line.actor_id) == ("password reset issued", "administrator", "0" * 32)
    box = Mailbox()
    enrolled.server.send_notifications(box)
    assert box.mails[-1][1].event == "password reset issued"
    assert box.links() == []
    enrolled.server.finish_password_reset(reset, NEW)


def test_a_link_goes_to_no_name_that_the_account_had(enrolled: Deployment) -> None:
    """Renamed while the mails of a batch are sent, before its own turn."""

    class Renames(Mailbox):
        def send(self, name: str, notification: Notification) -> bool:
            if not self.mails:
                enrolled.server.accounts.rename("bob@example.org", "robert@example.org")
            return super().send(name, notification)

    enrolled.server.register("bob@example.org", PASSWORD)
    for name in (NAME, "bob@example.org"):
        enrolled.server.start_password_reset(name)
    box = Renames()
    enrolled.server.send_notifications(box)
    assert [name for name, _ in box.links()] == [NAME]


@pytest.mark.parametrize("name", [UNKNOWN, "", "disabled@example.org", "deleted@example.org", "external@example.org"])
def test_what_an_operator_cannot_reset_is_told(name: str, tmp_path: Path) -> None:
    """In a sentence, because an operator may know who has an account."""
    deployment = each_state(tmp_path)
    with pytest.raises(InvalidInput, match=r"no account has this name|is disabled, or an identity provider"):
        deployment.server.issue_password_reset(name)


@pytest.mark.parametrize(
    "page",
    [
        "app.example.org", "/mfa/password-reset/new", "http://app.example.org/new", "https://app.example.org",
        "https://app.example.org/new?token=", "https://app.example.org/new#", "https://evil@app.example.org/new",
        "javascript://app.example.org/new", "https://app.example.org/new\n",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_right(page: str) -> None:
    """Told when the server starts, not when the first owner clicks."""
    with pytest.raises(InvalidInput, match="reset_page"):
        MfaServer(policy=Policy.CHEAPEST, reset_page=page)


def test_without_an_address_there_are_no_links() -> None:
    """The same sentence for every name."""
    server = MfaServer(policy=Policy.CHEAPEST)
    server.register(NAME, PASSWORD)
    for name in (NAME, UNKNOWN):
        with pytest.raises(InvalidInput, match="mails no links"):
            server.start_password_reset(name)
    assert [line.event for line in server.audit_log()] == ["registered"]
