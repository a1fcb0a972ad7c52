"""What the web side of one application knows of itself. One record, made once, kept in `app.state.mfa`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Request

from mfa_lab.errors import InvalidInput
from mfa_lab.server.flow import MfaServer
from mfa_lab.server.services import normal_name

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`prefix`: where pages and API are. `home`: the path to which a login leads.

    `hosts`: the names under which the application is reached; a request for any other is refused. `https=False` is
    for a class on one machine: it takes loopback names alone, and cookies go without `Secure` and `__Host-`.
    `admins`: names of accounts that may use the admin page. `registration`: whether strangers may register.
    """

    server: MfaServer
    prefix: str = ""
    home: str = "/"
    hosts: tuple[str, ...] = LOOPBACK
    https: bool = True
    admins: tuple[str, ...] = ()
    registration: bool = True

    def __post_init__(self) -> None:
        if self.prefix and (not self.prefix.startswith("/") or self.prefix.endswith("/")):
            raise InvalidInput("the prefix is a path such as /mfa, with a slash before and none after it")
        object.__setattr__(self, "hosts", tuple(host.lower() for host in self.hosts))
        for host in self.hosts:
            if not _HOST.fullmatch(host):
                raise InvalidInput(f"{host!r} is no host: name it as app.example.org, without scheme, port and path")
        if not self.hosts:
            raise InvalidInput("name at least one host under which the application is reached")
        if not self.https and not set(self.hosts) <= set(LOOPBACK):
            raise InvalidInput(
                "plain http is for this machine alone: use https, or the hosts localhost and 127.0.0.1"
            )

    @property
    def cookie(self) -> str:
        """Browsers take a `__Host-` cookie from this very host alone, over https, and send it nowhere else."""
        return "__Host-mfa-lab" if self.https else "mfa-lab"

    @property
    def earlier_cookie(self) -> str:
        """Holds the form token of the step before, so that the second click of a double click is known as such."""
        return f"{self.cookie}-earlier"

    def is_admin(self, name: str) -> bool:
        """Whether the account of this name may use the admin page."""
        return normal_name(name) in map(normal_name, self.admins)


def names(given: Iterable[str], what: str) -> tuple[str, ...]:
    """`given` as a tuple. One text alone is `InvalidInput`: its letters would be taken for names."""
    if isinstance(given, str):
        raise InvalidInput(f"{what} is a list of names: write {what}=[{given!r}]")
    return tuple(given)


def site_of(request: Request) -> Site:
    """The site to which a request belongs."""
    site: Site | None = getattr(request.app.state, "mfa", None)
    if site is None:
        raise InvalidInput("this application has no MFA yet: call add_mfa(app, server) when it is made")
    return site


def under(request: Request, path: str) -> str:
    """`path` of this application as a browser asks for it: where it is mounted, the mount's own path comes before."""
    return f"{request.scope.get('root_path', '')}{path}"
