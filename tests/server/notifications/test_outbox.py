"""Notices on their way to the owner: by file, by a real mail server; and what fails is tried again."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from mfa_lab.errors import InvalidInput
from mfa_lab.server.audit import Event
from mfa_lab.server.notifications.notifier import FileNotifier, SmtpNotifier, words
from mfa_lab.server.records import Notification
from tests.server.kit import NAME, NEVER_WAITS, PASSWORD, START, Deployment, reason

SENDER = "mfa@example.org"


@dataclass
class Post:
    """What a mail server took, and what a notifier handed over."""

    mails: list[Message] = field(default_factory=list)
    users: list[bytes] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    works: bool = True

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 (its own name)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 taken"

    def authenticated(self, _server: object, _session: object, _envelope: object, _how: str, data: Any) -> AuthResult:
        self.users.append(data.login)
        return AuthResult(success=data == LoginPassword(b"demo", b"demo-password"))

    def send(self, name: str, notification: Notification) -> bool:
        self.sent.append((name, notification.event))
        return self.works


@contextmanager
def mail_server(post: Post, **how: Any) -> Iterator[int]:
    """A real one on this machine; gives its port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def test_each_notification_goes_out_once(enrolled: Deployment) -> None:
    """To the owner's name, the oldest first; what was sent is not sent again (NIST-4.2.3)."""
    post = Post()
    assert enrolled.server.send_notifications(post) == 1
    assert post.sent == [(NAME, "factor bound")]
    enrolled.server.issue_reset_code(NAME)
    assert enrolled.server.send_notifications(post) == 1
    assert enrolled.server.send_notifications(post) == 0
    assert post.sent[1:] == [(NAME, "reset code issued")]


def test_what_fails_is_tried_again_and_holds_nothing_up(enrolled: Deployment) -> None:
    """After some minutes, by the next worker that comes; newer ones go out meanwhile; after a week it is let go."""
    broken, post = Post(works=False), Post()
    assert enrolled.server.send_notifications(broken) == 0
    enrolled.server.issue_reset_code(NAME)
    assert enrolled.server.send_notifications(post) == 1
    enrolled.clock.advance(300)
    assert enrolled.open().send_notifications(post) == 1
    assert [event for _, event in post.sent] == ["reset code issued", "factor bound"]
    enrolled.server.issue_reset_code(NAME)
    enrolled.clock.advance(7 * 24 * 3600 + 1)
    assert enrolled.server.send_notifications(post) == 0


def test_a_flood_for_some_holds_up_nobody_else(enrolled: Deployment) -> None:
    """Twelve names with more than one round takes: the other owner's goes in this one, and of theirs five each."""
    flooded = [f"flooded{number}@example.org" for number in range(12)]
    for name in flooded:
        enrolled.server.register(name, PASSWORD)
        for _ in range(7):
            enrolled.server.reset_factors(name)
    enrolled.server.issue_reset_code(NAME)
    post = Post()
    assert enrolled.server.send_notifications(post) == 50
    assert (NAME, "reset code issued") in post.sent
    for _ in range(2):
        enrolled.server.send_notifications(post)
    assert len(post.sent) == 2 + 12 * 7
    one = Post()
    for _ in range(7):
        enrolled.server.reset_factors(flooded[0])
    assert enrolled.server.send_notifications(one) == 5


def test_a_flood_is_not_read_whole(enrolled: Deployment) -> None:
    """The newest 200 notices, oldest first: reading holds up everybody else's login."""
    session = enrolled.log_in()
    for _ in range(210):
        enrolled.clock.advance(1)
        enrolled.server.issue_reset_code(NAME)
    shown = enrolled.server.notifications(session)
    assert len(shown) == 200
    assert shown[-1].at == enrolled.clock.now()
    assert list(shown) == sorted(shown, key=lambda notification: notification.at)


def test_what_did_not_go_out_is_told_the_operator(enrolled: Deployment, caplog: pytest.LogCaptureFixture) -> None:
    """One line a round, with the numbers and nobody's name."""
    enrolled.server.issue_reset_code(NAME)
    enrolled.server.send_notifications(Post(works=False))
    (line,) = caplog.messages
    assert line == "2 of 2 notifications could not be sent, and will be tried again"


def test_a_notifier_that_dies_loses_nothing(enrolled: Deployment) -> None:
    """Killed between claim and sending: the claim runs out, and the notice goes out after all."""

    class Dies(Post):
        def send(self, *_: object) -> bool:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enrolled.server.send_notifications(Dies())
    post = Post()
    assert enrolled.server.send_notifications(post) == 0
    enrolled.clock.advance(300)
    assert enrolled.server.send_notifications(post) == 1


def test_one_bad_notification_holds_up_no_other(enrolled: Deployment, caplog: pytest.LogCaptureFixture) -> None:
    """A notifier that stumbles over one name sends the others, once each; the operator's log says why."""
    enrolled.server.issue_reset_code(NAME)

    class Stumbles(Post):
        def send(self, name: str, notification: Notification) -> bool:
            if notification.event == "factor bound":
                raise AttributeError("a bug in a mail library")
            return super().send(name, notification)

    post = Stumbles()
    assert enrolled.server.send_notifications(post) == 1
    assert "AttributeError: a bug in a mail library" in caplog.text
    assert enrolled.server.send_notifications(post) == 0
    assert post.sent == [(NAME, "reset code issued")]


@pytest.mark.parametrize("event", ["code refused", "passkey refused", "recovery refused"])
def test_a_wrong_second_step_in_words(event: str) -> None:
    """True, too, for an account whose first factor an identity provider checks, and which has no password here."""
    said = words(Notification(START, event))
    assert "completed the first step of your login" in said
    assert "your password" not in said


def test_mail_goes_to_the_account_and_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The envelope names the account, also if a name came through in which a library reads other recipients."""
    seen: list[object] = []

    def sendmail(_self: object, sender: str, to: object, *_more: object, **_how: object) -> dict[str, object]:
        seen.append((sender, to))
        return {}

    monkeypatch.setattr("smtplib.SMTP.sendmail", sendmail)
    monkeypatch.setattr("mfa_lab.server.notifications.notifier._ADDRESS", re.compile(".+"))
    name = "x@=?utf-8?q?y=2cvictim=40corp.example?="
    with mail_server(Post()) as port:
        SmtpNotifier("127.0.0.1", port, sender=SENDER, security="none").send(name, Notification(0, "recovered"))
    assert seen == [(SENDER, [name])]


def test_a_file_takes_a_line_each(enrolled: Deployment, tmp_path: Path) -> None:
    """For a class, and for an operator. A file that cannot be written loses nothing."""
    assert enrolled.server.send_notifications(FileNotifier(tmp_path / "no" / "folder")) == 0
    enrolled.clock.advance(300)
    assert enrolled.server.send_notifications(FileNotifier(tmp_path / "notices")) == 1
    (line,) = (tmp_path / "notices").read_text("utf-8").splitlines()
    assert line.startswith(f"{NAME}\t2027-01-15 08:00:10 UTC: An authenticator was enrolled.")


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are a POSIX notion")
def test_a_pipe_that_nobody_reads_keeps_no_server_waiting(tmp_path: Path) -> None:
    """The notification is not sent, so that it is tried again."""
    os.mkfifo(tmp_path / "notices")
    assert FileNotifier(tmp_path / "notices").send(NAME, Notification(0, "recovered")) is False


def test_mail_reaches_a_real_server(enrolled: Deployment) -> None:
    """One mail, to the account's name, with words that hold no code and no link."""
    post = Post()
    with mail_server(post) as port:
        assert (
            enrolled.server.send_notifications(SmtpNotifier("127.0.0.1", port, sender=SENDER, security="none")) == 1
        )
    (mail,) = post.mails
    assert (mail["To"], mail["From"], mail["Date"]) == (NAME, SENDER, "Fri, 15 Jan 2027 08:00:10 +0000")
    said = mail.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "An authenticator was enrolled" in said
    assert "http" not in said
    assert enrolled.secret not in said


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False])
def test_mail_goes_encrypted_to_a_server_that_is_known(
    trusted: bool, security: str, enrolled: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STARTTLS, or TLS from the first byte, with the certificate checked: to a stranger nothing is sent, and no
    password either.
    """
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    if trusted:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    post = Post()
    how = {
        "starttls": {"tls_context": context, "require_starttls": True},
        "tls": {"ssl_context": context, "auth_require_tls": False},  # its library sees only STARTTLS as encrypted
    }[security] | {"authenticator": post.authenticated, "auth_required": True}
    with mail_server(post, **how) as port:
        notifier = SmtpNotifier(
            "127.0.0.1", port, sender=SENDER, security=security, sign_in=("demo", "demo-password")
        )
        assert enrolled.server.send_notifications(notifier) == int(trusted)
    assert (len(post.mails), post.users) == ((1, [b"demo"]) if trusted else (0, []))
    assert "demo-password" not in repr(notifier)


def test_no_mail_server_no_mail_and_no_error(enrolled: Deployment) -> None:
    """The login goes on whatever the post does."""
    assert enrolled.server.send_notifications(SmtpNotifier("127.0.0.1", 9, sender=SENDER, security="none")) == 0


@pytest.mark.parametrize(
    "name",
    ["alice", "a@b@", "a b@example.org", "a@example.org,b@example.org", "a@exämple.org", "a@[", "a@b..c", "@b",
     "a@", "x@=?utf-8?q?y=2cvictim=40corp.example=2cz=0aSubject=3aAccount_locked=0a?=", "a@b\nTo: c@d"],
)  # fmt: skip
def test_what_is_no_address_gets_no_mail(name: str) -> None:
    """And breaks no header."""
    assert not SmtpNotifier("127.0.0.1", 9, sender=SENDER, security="none").send(name, Notification(0, "recovered"))


@pytest.mark.parametrize(
    "how", [{"security": "maybe"}, {"security": "none", "sign_in": ("demo", "demo")}, {"sender": "nobody"}]
)
def test_settings_that_cannot_be_right(how: dict[str, Any]) -> None:
    """Refused at once: a typo must not send a password in clear."""
    with pytest.raises(InvalidInput):
        SmtpNotifier("localhost", **({"sender": SENDER} | how))


def test_every_notification_has_words_of_its_own() -> None:
    """No owner reads a bare keyword; nothing in them tells an unknown reader how to go on."""
    sources = "".join(path.read_text("utf-8") for path in Path("mfa_lab/server").rglob("*.py"))
    events = [getattr(Event, name) for name in set(re.findall(r"notify\(\s*connection, now, Event\.(\w+)", sources))]
    assert len(events) >= 8
    assert [event for event in events if "This happened" in words(Notification(0, event))] == []


@pytest.mark.parametrize("step", ["code", "recovery"])
def test_the_owner_hears_of_every_login_that_wrong_codes_end(step: str, enrolled: Deployment) -> None:
    """ASVS-6.3.5: not of the first alone. Who knows the password and goes on guessing is told of again and again."""
    server = enrolled.open(NEVER_WAITS)
    session = enrolled.log_in()
    for count in (1, 2):
        pending = enrolled.begin()
        for _ in range(5):
            assert reason(
                *(
                    (server.finish_login, pending, enrolled.wrong_code())
                    if step == "code"
                    else (server.recover, pending, "AAAA-BBBB-CCCC-DDDD")
                )
            )
        events = [notification.event for notification in server.notifications(session)]
        assert events.count(f"{step} refused") == count
