"""Define `Site`, the settings of the web interface in one application: a record in `app.state.mfa`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request

from mfa_lab.errors import InvalidInput
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.names import exact_name, normal_name
from mfa_lab.server.records import Kind, Session, Subject
from mfa_lab.web.origin import own_path
from mfa_lab.web.tokens import Cookie

NO_MFA = (
    "this application has no MFA yet: call add_mfa(app, server) when you make it. A mounted application does not "
    "share the MFA of the application around it: include a router instead, or call add_mfa for the mounted one too"
)
DEVELOPMENT_HOST = "shop.localhost"
"""The host name on one machine. Browsers find it without DNS, and offer passkeys at it but not at 127.0.0.1."""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", DEVELOPMENT_HOST)
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The settings of the web interface.

    `prefix` is the path of the pages and the API; `home` is the path to open after a login. `hosts` are the host
    names of the application; a request for any other host is rejected. Use `https=False` only in a course, on one
    machine. In this case, only loopback names are accepted, and cookies have neither `Secure` nor `__Host-`. `admins`
    are the names of accounts that may use the admin page, or the `Subject`s of users whose first factor another
    issuer checks. `registration` says whether strangers may register. `login` is the path of the application's own
    login page, which calls `continue_login`; the kit's page for passwords then leads to it. If other paths of
    the host belong to other people's applications, `cookie_path` limits the cookies to one path. Raises
    `InvalidInput`.
    """

    server: MfaServer
    prefix: str = ""
    home: str = "/"
    hosts: tuple[str, ...] = LOOPBACK
    https: bool = True
    admins: tuple[str | Subject, ...] = ()
    registration: bool = True
    login: str = ""
    cookie_path: str = "/"

    def __post_init__(self) -> None:
        checked_prefix(self.prefix)
        if not own_path(self.cookie_path):
            raise InvalidInput("cookie_path must be a path of this site, such as /shop")
        if not self.home.startswith(("/", "https://", "http://")):
            raise InvalidInput("home must be a path such as /account, or an address with https://")
        if self.login and not own_path(self.login):
            raise InvalidInput("login must be a path of this site, such as /login")
        object.__setattr__(self, "hosts", tuple(host.lower() for host in self.hosts))
        for host in self.hosts:
            if not _HOST.fullmatch(host):
                raise InvalidInput(f"{host!r} is not a host: write app.example.org, without scheme, port or path")
        if not self.hosts:
            raise InvalidInput("give at least one host name of the application")
        if not self.https and not all(map(is_loopback, self.hosts)):
            raise InvalidInput(
                f"plain http works only on this machine: use https, or the hosts localhost and {DEVELOPMENT_HOST}"
            )

    @property
    def login_path(self) -> str:
        """Return the path of the page on which a login begins."""
        return self.login or f"{self.prefix}/login"

    @property
    def passkeys(self) -> bool:
        """Return whether accounts may use passkeys.

        The server needs a relying party, and the policy must allow passkeys.
        """
        return self.server.relying_party is not None and self.server.policy.passkeys > 0

    def offered(self, kinds: Iterable[Kind]) -> tuple[Kind, ...]:
        """Return those of the `kinds` of authenticators that work on this site."""
        return tuple(kind for kind in kinds if kind is not Kind.PASSKEY or self.passkeys)

    @property
    def cookie(self) -> str:
        """Return the cookie's name."""
        return self.cookie_rules.name

    @property
    def cookie_rules(self) -> Cookie:
        """Return the rules of the site's cookie."""
        return Cookie(https=self.https, path=self.cookie_path)

    @property
    def earlier_cookie(self) -> str:
        """Return the name of the cookie that remembers the previous step and its form token.

        With this cookie, the server recognises the second click of a double click.
        """
        return f"{self.cookie}-earlier"

    def is_admin(self, session: Session) -> bool:
        """Return whether the account of this session may use the admin page.

        A domain must be spelled as in `admins`, because an old database may have an account for each spelling. If
        another issuer checks the first factor, the name proves nothing, and `admins` must contain the subject.
        """
        if session.external is not None:
            return session.external in self.admins
        return exact_name(session.name) in map(exact_name, self.admins)

    def is_reserved(self, name: str) -> bool:
        """Return whether this name, in any spelling, is an administrator's.

        Only the operator may register such a name.
        """
        return normal_name(name) in map(normal_name, self.admins)


def checked_prefix(prefix: str) -> str:
    """Return the prefix if it is empty or a path without a slash at its end. Raises `InvalidInput`."""
    if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
        raise InvalidInput("the prefix must be a path such as /mfa, with a slash at the start, not at the end")
    return prefix


Name = TypeVar("Name", str, str | Subject)


def is_loopback(host: str) -> bool:
    """Return whether `host` always means this machine: a name in `LOOPBACK`, or below localhost (RFC 6761, 6.3)."""
    return host in LOOPBACK or host.endswith(".localhost")


def names(given: Iterable[Name], what: str) -> tuple[Name, ...]:
    """Return `given` as a tuple.

    Raises `InvalidInput` for a single string, because its letters would become names.
    """
    if isinstance(given, str):
        raise InvalidInput(f"{what} must be a list of names: write {what}=[{given!r}]")
    return tuple(given)


def site_of(request: Request) -> Site:
    """Return the site to which a request belongs. Raises `InvalidInput` if the application has no MFA."""
    site: Site | None = getattr(request.app.state, "mfa", None)
    if site is None:
        raise InvalidInput(NO_MFA)
    return site


async def passkeys_offered(request: Request) -> None:
    """Raise `InvalidInput` unless the site of this request offers passkeys."""
    if not site_of(request).passkeys:
        raise InvalidInput("this site offers no passkeys: use a code")


def under(request: Request, path: str) -> str:
    """Return `path` as a browser must request it.

    If the application is mounted in another application, the mount's path comes first.
    """
    return f"{request.scope.get('root_path', '')}{path}"
