"""Run the complete small application in uvicorn, with one worker or several, for `mfa-lab serve`.

Each worker is a process that reads its settings from the environment. Any other ASGI server can run the factory
`mfa_lab.web.serve:application` in the same way.
"""

from __future__ import annotations

import logging
import multiprocessing.connection
import os
import re
import signal
import ssl
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from ipaddress import ip_network
from threading import Thread
from typing import Any

import uvicorn
from fastapi import FastAPI

from mfa_lab.errors import InvalidInput
from mfa_lab.policy.named import named_policy
from mfa_lab.redaction import clears_variables
from mfa_lab.server.factors.passkey.relying_party import RelyingParty
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.notifications.notifier import FileNotifier, Notifier, SmtpNotifier
from mfa_lab.server.storage import address
from mfa_lab.web.app import create_app
from mfa_lab.web.site import DEVELOPMENT_HOST, LOOPBACK, is_loopback

log = logging.getLogger("mfa_lab.web")

_PREFIX = "MFA_LAB_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a worker. Each setting is an environment variable, such as MFA_LAB_DATABASE.

    In a list, commas separate the parts. `https` says whether browsers reach the server over https, which the server
    or a proxy provides. `behind_proxy` says that a proxy provides it. The server then uses the proxy's headers about
    the original request. `prefix` is the path of all pages, and `home` is the path to open after a login. `origins`
    are the exact origins of the pages that may use passkeys; without origins, there are no passkeys. `rp_id` is the
    domain to which passkeys are bound, by default the host of the first origin. With origins and a way to send
    notifications, a forgotten password gets a link to the first origin. `notifications` is the path of a file. For
    mail, set MFA_LAB_SMTP_HOST, _PORT, _SENDER, _SECURITY, _USER and _PASSWORD. The key is in MFA_LAB_KEY, or in a
    file beside the database. New passwords may contain none of the `refused_words`.
    """

    database: str = field(default="sqlite:///mfa-lab.db", repr=False)  # the URL may hold a password
    policy: str = "standard"
    hosts: str = ",".join(LOOPBACK)
    https: str = "no"
    behind_proxy: str = "no"
    prefix: str = ""
    home: str = ""
    admins: str = ""
    registration: str = "yes"
    notifications: str = ""
    issuer: str = "mfa-lab"
    rp_id: str = ""
    origins: str = ""
    refused_words: str = ""

    @classmethod
    @clears_variables
    def from_environment(cls) -> Settings:
        """Return the settings from the environment. Raises `InvalidInput`."""
        given = {each.name: os.environ.get(_PREFIX + each.name.upper()) for each in fields(cls)}
        settings = cls(**{name: value for name, value in given.items() if value is not None})
        for name in ("https", "behind_proxy", "registration"):
            if getattr(settings, name) not in ("yes", "no"):
                raise InvalidInput(f"{_PREFIX}{name.upper()} must be yes or no")
        return settings

    @clears_variables
    def to_environment(self) -> None:
        """Write the settings into the environment, from which the workers read them."""
        for each in fields(self):
            os.environ[_PREFIX + each.name.upper()] = getattr(self, each.name)

    def application(self) -> FastAPI:
        """Return the application with these settings. Raises `MfaError`."""
        notifier, origins = self.notifier(), _list(self.origins)
        reset_page = f"{origins[0]}{self.prefix}/password-reset/new" if notifier and origins else ""
        return create_app(
            MfaServer(
                self.database,
                policy=named_policy(self.policy),
                issuer=self.issuer,
                relying_party=self.relying_party(),
                reset_page=reset_page,
                refused_words=_list(self.refused_words),
            ),
            hosts=_list(self.hosts),
            prefix=self.prefix,
            home=self.home,
            https=self.https == "yes",
            behind_proxy=self.behind_proxy == "yes",
            admins=_list(self.admins),
            registration=self.registration == "yes",
            notifier=notifier,
        )

    def relying_party(self) -> RelyingParty | None:
        """Return the site for which passkeys are made, or None without origins. Raises `InvalidInput`."""
        origins = tuple(_list(self.origins))
        if not origins:
            if self.rp_id:
                raise InvalidInput(f"{_PREFIX}RP_ID needs {_PREFIX}ORIGINS too, such as https://shop.example.org")
            return None
        host = re.search("//([a-z0-9.-]+)", origins[0])
        rp_id = self.rp_id or (host[1] if host else DEVELOPMENT_HOST)  # without a host, the origin is not valid
        return RelyingParty(rp_id, origins)

    @clears_variables
    def notifier(self) -> Notifier | None:
        """Return a notifier for the mail server or for the file, or None if neither is set.

        Raises `InvalidInput` if both are set or a mail setting is not valid.
        """
        mail = {name: os.environ.get(f"{_PREFIX}SMTP_{name}", "") for name in _MAIL}
        if not mail["HOST"]:
            return FileNotifier(self.notifications) if self.notifications else None
        if self.notifications:
            raise InvalidInput(
                f"notifications go to a file or by mail: set {_PREFIX}NOTIFICATIONS or {_PREFIX}SMTP_HOST, not both"
            )
        if not re.fullmatch("[0-9]{0,5}", mail["PORT"]):
            raise InvalidInput(f"{_PREFIX}SMTP_PORT must be a number, such as 587")
        if not mail["SENDER"]:
            raise InvalidInput(f"{_PREFIX}SMTP_HOST needs {_PREFIX}SMTP_SENDER too: the mail address of the sender")
        return SmtpNotifier(
            mail["HOST"],
            int(mail["PORT"] or 587),
            sender=mail["SENDER"],
            security=mail["SECURITY"] or "starttls",
            sign_in=(mail["USER"], mail["PASSWORD"]) if mail["USER"] else None,
        )


_MAIL = ("HOST", "PORT", "SENDER", "SECURITY", "USER", "PASSWORD")


def application() -> FastAPI:
    """Return the application with the settings from the environment. Every worker calls this factory."""
    log_with_times()
    _end_with_parent()
    return Settings.from_environment().application()


def _end_with_parent() -> None:
    """Let this worker end when the process that started it ends, however that process ends.

    After `kill -9`, the workers would otherwise keep the port. The sentinel is a pipe whose other end is open only in
    the parent.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.sentinel,), name="parent", daemon=True).start()


def _end_after(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    log.error("the process that started this worker has ended, so the worker ends too")
    signal.raise_signal(signal.SIGTERM)


def log_with_times() -> None:
    """Give each line of the kit's log its time in UTC and its level, unless the program has set up the log itself."""
    log = logging.getLogger("mfa_lab")
    if not log.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(_LogLines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        log.addHandler(handler)


class _LogLines(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, _form: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def development_origin(port: int) -> str:
    """Return the origin of the pages during development, on this machine and over plain http."""
    return f"http://{DEVELOPMENT_HOST}{'' if port == 80 else f':{port}'}"


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def run(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    tls: dict[str, Any] | None = None,
    proxies: tuple[str, ...] = (),
) -> None:
    """Run the application until the user presses Ctrl-C. The settings are checked before a worker starts.

    `proxies` are the addresses or networks of the trusted proxies. Without them, only proxies on this machine are
    trusted. Raises `MfaError`.
    """
    if workers > 1 and address.path_of(address.parsed(settings.database)) is None:
        raise InvalidInput("several workers must share a database: name a file, sqlite:///accounts.db, or PostgreSQL")
    if host.endswith(".localhost"):
        host = "127.0.0.1"  # the system need not know the name, or may know it as another machine's
    here = host == "::1" or (host != "[::1]" and is_loopback(host))  # as for a socket, without brackets
    if settings.https != "yes" and not here:
        raise InvalidInput(
            "plain http works only on this machine: give --certificate and --certificate-key, or --behind-https if a "
            "proxy provides https"
        )
    if tls:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                tls["ssl_certfile"], tls["ssl_keyfile"]
            )
        except OSError:  # includes ssl.SSLError
            raise InvalidInput(
                "the certificate and its key cannot be read: give two PEM files that belong together"
            ) from None
    for proxy in proxies:
        try:
            ip_network(proxy)
        except ValueError:
            raise InvalidInput(f"{proxy!r} is not a proxy's address: write 192.0.2.7 or 192.0.2.0/24") from None
    settings.application().state.mfa.server.close()
    settings.to_environment()
    uvicorn.run(
        "mfa_lab.web.serve:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        server_header=False,
        proxy_headers=settings.behind_proxy == "yes",
        forwarded_allow_ips=",".join(proxies) or None,
        timeout_graceful_shutdown=5,
        **(tls or {}),
    )
