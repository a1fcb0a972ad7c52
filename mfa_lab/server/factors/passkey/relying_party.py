"""Define the relying party: the name to which passkeys are bound, and the exact origins that the server accepts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from mfa_lab.errors import InvalidInput

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBERS = re.compile(r"(?:.*\.)?[0-9]+")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site for which passkeys are made (WebAuthn). Raises `InvalidInput`.

    `id` is the RP ID: the site's domain or a parent domain, without scheme and port. A passkey works for no other RP
    ID, so a new domain needs new passkeys. `origins` are exact: scheme, host, and the port unless it is the scheme's
    default port. An RP ID has no port, so only this list rejects a page on another port. `name` is shown to the user.
    As in browsers, plain http is accepted only for localhost and its subdomains.
    """

    id: str
    origins: tuple[str, ...]
    name: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not _is_domain(self.id):
            raise InvalidInput("the RP ID is a domain in lower case, such as shop.example.org, without port and path")
        if not isinstance(self.origins, tuple) or not self.origins:
            raise InvalidInput("origins is a tuple of one origin or more, such as https://shop.example.org")
        for origin in self.origins:
            if problem := _problem(origin, self.id):
                raise InvalidInput(f"an origin of the relying party {problem}")


def _is_domain(text: str) -> bool:
    """Return whether `text` is a domain. Browsers refuse IP addresses, whose last part is a number."""
    return len(text) <= 253 and bool(_DOMAIN.fullmatch(text)) and not _NUMBERS.fullmatch(text)


def _problem(origin: object, rp_id: str) -> str:
    if not isinstance(origin, str) or origin != origin.strip().lower():
        return "is text in lower case, such as https://shop.example.org"
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "cannot be read: write https://shop.example.org"
    own_port = {"https": 443, "http": 80}.get(parts.scheme)
    if own_port is None or not _is_domain(host):
        return "begins with https:// and a domain"
    if origin != f"{parts.scheme}://{host}{f':{port}' if port is not None else ''}" or port == own_port:
        return "has a scheme, a domain and a port, and nothing else; leave the scheme's own port out"
    if parts.scheme == "http" and host != "localhost" and not host.endswith(".localhost"):
        return "needs https: browsers offer passkeys over plain http only on localhost"
    if host != rp_id and not host.endswith(f".{rp_id}"):
        return "has another domain than the RP ID, and is not below it"
    return ""
