"""Check which site has caused a request, and make sure that a login returns only to a page of this site."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from fastapi import Request

log = logging.getLogger("mfa_lab.web")

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_LONGEST = 1000
_SHOWN = 200
_HOST = re.compile(r"(?P<name>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE | re.ASCII)
_USUAL_PORTS = {"http": 80, "https": 443}


def host_and_port(host: str) -> tuple[str, int | None] | None:
    """Return the name and the port in a Host header, or None if the header is not valid (RFC 9110, 7.2).

    The name is in lower case. If the header contains no port, the second result is empty.
    """
    found = _HOST.fullmatch(host)
    port = int(found["port"]) if found and found["port"] else None
    return None if found is None or (port or 0) > 65535 else (found["name"].lower(), port)


def _address(scheme: str, host: str) -> tuple[str, str, int | None] | None:
    """Return an origin as scheme, host and port (RFC 6454, 4), or None if the host is not valid.

    If the host names no port, return the scheme's default port.
    """
    found = host_and_port(host)
    return (scheme, found[0], found[1] or _USUAL_PORTS.get(scheme)) if found else None


def cross_site(request: Request, *, proof: bool) -> bool:
    """Return whether the browser's headers say that another site caused this request.

    With `proof`, the result is also True if the request has neither an Origin nor a Sec-Fetch-Site header. Browsers
    set both headers themselves, and no script can change them. Other clients send neither header. The function logs
    which headers disagree, because every login fails if a proxy changes the browser's Host header.
    """
    why = _disagreement(request, proof=proof)
    if why:
        log.warning("refused as sent by another site: %s", why)
    return bool(why)


def _disagreement(request: Request, *, proof: bool) -> str:
    """Return a text for the operator's log that says which header names another site, or an empty text."""
    fetched, origins = request.headers.get("sec-fetch-site"), request.headers.getlist("origin")
    if fetched is not None and fetched not in ("same-origin", "none"):
        return f"Sec-Fetch-Site is {fetched[:_SHOWN]!r}"
    if origins == ["null"] and fetched == "same-origin":  # of a page under Referrer-Policy: no-referrer
        return ""
    if origins:
        scheme, host = request.scope["scheme"], request.headers.get("host", "")
        theirs, _, sender = origins[0].partition("://")
        here = _address(scheme, host)
        if len(origins) == 1 and here and _address(theirs.lower(), sender) == here:
            return ""
        return (
            f"Origin is {', '.join(origins)[:_SHOWN]!r}, but Host is {host[:_SHOWN]!r} and the scheme {scheme!r}; a "
            "proxy must pass on the browser's Host with its port, and X-Forwarded-Proto"
        )
    return "neither Origin nor Sec-Fetch-Site was sent" if proof and fetched is None else ""


def own_path(text: str | None) -> str:
    """Return `text` if it is a path on this site, otherwise an empty text.

    A browser would follow `//host`, `/\\host` or a path with control characters to another site.
    """
    if not text or not text.startswith("/") or text.startswith("//") or len(text) > _LONGEST:
        return ""
    if "\\" in text or any(character <= " " or character == "\x7f" for character in text):
        return ""
    parts = urlsplit(text)
    return "" if parts.scheme or parts.netloc else text


def way_back(request: Request) -> str:
    """Return the page to open after a login: this page or, if a form was sent, the page that contained the form."""
    here = request.method in SAFE_METHODS
    return own_page(str(request.url) if here else request.headers.get("referer", ""), request.headers.get("host", ""))


def own_page(address: str, host: str) -> str:
    """Return the path and the query of an address at this host, otherwise an empty text (`own_path`)."""
    try:
        page = urlsplit(address)
    except ValueError:  # the Host or the Referer is not an address
        return ""
    if not host or page.netloc != host:
        return ""
    return own_path(page.path + (f"?{page.query}" if page.query else ""))


def with_next(path: str, back: str, *, passkey: bool = False) -> str:
    """Return `path` with a query that names the page to return to, `back`.

    With `passkey`, the query also says that this page needs a login with a passkey.
    """
    return f"{path}?next={quote(back, safe='/')}{'&with=passkey' * passkey}" if back else path
