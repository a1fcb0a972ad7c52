"""Deliver security notifications to an account's owner, through a file, SMTP or your own `Notifier`.

A notification says what happened, when it happened, and what the owner should do (ASVS-6.3.5, NIST-4.2.3). It
contains no code. Only a notification about a forgotten password contains a link, whose token works once and for a
short time. The link sets a new password, and never replaces the second factor.
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
from mfa_lab.redaction import clears_variables
from mfa_lab.server.records import Notification

_NOT_YOU = "If it was not you, change the password that you log in with."
"""An identity provider may have checked this password, so it may not be a password of this server."""
_WORDS = {
    "code refused": f"Somebody completed the first step of your login, and then typed a wrong code. {_NOT_YOU}",
    "passkey refused": f"Somebody completed the first step of your login, and then sent a wrong passkey. {_NOT_YOU}",
    "factor disabled": "Too many wrong codes disabled your authenticator. Use a recovery code to enrol a new one.",
    "factor bound": "An authenticator was enrolled. If it was not you, call your administrator at once.",
    "factor taken over": "Your earlier authenticator works here. Enrol a new one: the older system knows its secret.",
    "factor revoked": "An authenticator was revoked. If it was not you, call your administrator at once.",
    "recovered": "A recovery code was used. If it was not you, call your administrator at once.",
    "recovery refused": "Somebody completed the first step of your login, and then typed a wrong recovery code. "
    f"{_NOT_YOU}",
    "recovery codes issued": "New recovery codes were issued. The old codes are no longer valid.",
    "reset code issued": "An administrator issued a reset code for you. "
    "If you did not ask for this code, call your administrator at once.",
    "account disabled": "An administrator disabled your account. To use it again, call your administrator.",
    "account enabled": "An administrator enabled your account again. Log in as before.",
    "account renamed": "An administrator gave your account the name to which this notification is sent. "
    "The label on your phone stays the same. If you did not ask for this, call your administrator at once.",
    "password set by an administrator": "An administrator set a new password for your account. "
    "If you did not ask for this, call your administrator at once.",
    "rebound by an administrator": "An administrator removed your authenticators. Enrol new ones at your next login.",
    "session ended": "One of your sessions was ended. If it was not you, call your administrator at once.",
    "sessions ended": "Your sessions were ended. If it was not you, call your administrator at once.",
    "resynchronised": "Your authenticator was resynchronised. If it was not you, call your administrator at once.",
    "password reset requested": "Somebody asked for a link to set a new password. If it was not you, do nothing: "
    "your password stays as it is.",
    "password reset issued": "A link to set a new password was made for you. "
    "If you did not ask for it, call your administrator at once.",
    "password changed": "Your password was changed. If it was not you, call your administrator at once.",
}


_ATOM = r"[A-Za-z0-9!#$%&'*+/^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


class Notifier(Protocol):
    """An object that can send a security notification to the owner of an account."""

    def send(self, name: str, notification: Notification) -> bool:
        """Send the notification to the account `name`, and return whether it was sent.

        If the result is False, the server tries again later. An implementation must not raise errors. If
        `notification.link` is not empty, the message must contain this link.
        """
        ...


def words(notification: Notification) -> str:
    """Return the notification as a sentence, with its time in UTC."""
    when = datetime.fromtimestamp(notification.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{when}: {_WORDS.get(notification.event, f'This happened to your account: {notification.event}.')}"


def _parts(notification: Notification) -> list[str]:
    """Return the parts of a message: the words and, if there is a link, the link with its explanation."""
    link = ["This link works once, and only for a short time:", notification.link]
    return [words(notification), *(link if notification.link else [])]


class FileNotifier:
    """Append each notification as a line to a file, for a course or an operator who forwards the notifications."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def send(self, name: str, notification: Notification) -> bool:
        try:
            with open(self.path, "a", encoding="utf-8", opener=_its_owners_alone) as file:
                file.write(f"{name}\t{' '.join(_parts(notification))}\n")
        except OSError:
            return False
        return True


def _its_owners_alone(path: str, flags: int) -> int:
    """Open a file without following a link, or make a file that only its owner can read.

    If the file is a pipe that nobody reads, raise `OSError` instead of waiting forever.
    """
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o600)


class SmtpNotifier:
    """Send each notification by mail to the account's name, which must be a mail address.

    `security` is "starttls", "tls" (encrypted from the first byte), or "none" (only for a mail server on the same
    machine). With "starttls" and "tls", the mail server's certificate is checked. `sign_in` is a pair of a user name
    and a password, if the mail server requires a login. Raises `InvalidInput`.
    """

    @clears_variables  # of the password
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
            raise InvalidInput("a password must not be sent unencrypted: choose starttls or tls")
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
        mail.set_content("\n\n".join(_parts(notification)))
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
                smtp.send_message(mail, self._sender, [name])  # never to an address from a header
        except (OSError, smtplib.SMTPException):
            return False
        return True


def _address(text: str) -> bool:
    """Return whether `text` is one plain mail address that contains nothing encoded.

    The mail server checks whether the address exists.
    """
    return bool(_ADDRESS.fullmatch(text))
