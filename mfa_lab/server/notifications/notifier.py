"""How notices reach an account's owner (ASVS-6.3.5, NIST-4.2.3): pluggable; a file and SMTP come with the kit.

A notice says what happened and when, and what to do. It holds no code, no link and no token.
"""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from mfa_lab.errors import InvalidInput
from mfa_lab.server.records import Notification

_WORDS = {
    "code refused": "Somebody knows your password and typed a wrong code. If it was not you, change your password.",
    "factor disabled": "Too many wrong codes disabled your authenticator. Use a recovery code to enrol a new one.",
    "factor bound": "An authenticator was enrolled. If it was not you, call your administrator at once.",
    "factor taken over": "The authenticator you used before works here now. Enrol a new one: its secret was shared.",
    "factor revoked": "An authenticator was revoked. If it was not you, call your administrator at once.",
    "recovered": "A recovery code was used. If it was not you, call your administrator at once.",
    "recovery refused": "Somebody knows your password and typed a wrong recovery code. If it was not you, change it.",
    "recovery codes issued": "New recovery codes were made, and the old ones are void.",
    "reset code issued": "An administrator made a reset code for you. If you asked for none, call them at once.",
    "rebound by an administrator": "An administrator removed your authenticators. Your next login enrols a new one.",
    "resynchronised": "Your authenticator was resynchronised. If it was not you, call your administrator at once.",
    "password changed": "Your password was changed. If it was not you, call your administrator at once.",
}


_ATOM = r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


class Notifier(Protocol):
    """Anything that can tell the owner of an account."""

    def send(self, name: str, notification: Notification) -> bool:
        """Whether the notice is on its way to the account `name`. False lets it be tried again; raise nothing."""
        ...


def words(notification: Notification) -> str:
    """The notice as a person reads it."""
    when = datetime.fromtimestamp(notification.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{when}: {_WORDS.get(notification.event, f'This happened to your account: {notification.event}.')}"


class FileNotifier:
    """Appends a line for each notice to a file: for a class, and for an operator who passes them on."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def send(self, name: str, notification: Notification) -> bool:
        try:
            with open(self.path, "a", encoding="utf-8", opener=_its_owners_alone) as file:
                file.write(f"{name}\t{words(notification)}\n")
        except OSError:
            return False
        return True


def _its_owners_alone(path: str, flags: int) -> int:
    """Open a file through no link; a pipe that nobody reads is an `OSError` instead of a wait without end."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o600)


class SmtpNotifier:
    """Mails each notice to the account's name, which then has to be a mail address.

    `security`: "starttls" (the server's certificate is checked), "tls" from the first byte, or "none" on one machine.
    `sign_in`: user and password, if the mail server asks for them.
    """

    def __init__(
        self,
        host: str,
        port: int = 587,
        *,
        sender: str,
        security: str = "starttls",
        sign_in: tuple[str, str] | None = None,
        timeout_seconds: float = 10,
    ) -> None:
        if security not in ("starttls", "tls", "none"):
            raise InvalidInput("security must be starttls, tls or none")
        if sign_in and security == "none":
            raise InvalidInput("a password is not sent in clear: choose starttls or tls")
        if not _address(sender):
            raise InvalidInput("sender must be one mail address")
        self._host, self._port, self._security, self._timeout = host, port, security, timeout_seconds
        self._sender = sender
        self._sign_in: Callable[[smtplib.SMTP], object] = lambda smtp: sign_in and smtp.login(*sign_in)

    def __repr__(self) -> str:
        return f"SmtpNotifier({self._host!r}, {self._port})"

    def send(self, name: str, notification: Notification) -> bool:
        if not _address(name):
            return False
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, name
        mail["Subject"] = "Something happened to your account"
        mail["Date"] = format_datetime(datetime.fromtimestamp(notification.at, UTC))
        mail.set_content(words(notification))
        context = ssl.create_default_context()
        try:
            if self._security == "tls":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=context)
            else:
                smtp = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
            with smtp:
                if self._security == "starttls":
                    smtp.starttls(context=context)
                self._sign_in(smtp)
                smtp.send_message(mail, self._sender, [name])  # never to whom a header might name
        except (OSError, smtplib.SMTPException):
            return False
        return True


def _address(text: str) -> bool:
    """One plain address, in which no mail program finds anything to decode. The mail server judges the rest."""
    return bool(_ADDRESS.fullmatch(text))
