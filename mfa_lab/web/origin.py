"""Where a request comes from, and where a login may lead back to: this very site, or nowhere."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from fastapi import Request

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_LONGEST = 1000


def cross_site(request: Request, *, proof: bool) -> bool:
    """Whether the browser says that another site sent this, or (`proof`) nothing says that none did.

    Browsers set both headers themselves, and no script can change them. Clients that are no browsers send neither.
    """
    fetched, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if fetched is not None and fetched not in ("same-origin", "none"):
        return True
    if origin == "null" and fetched == "same-origin":  # of a page under Referrer-Policy: no-referrer
        return False
    if origin is not None:
        return origin != f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return proof and fetched is None


def own_path(text: str | None) -> str:
    """`text` if it is a path on this site, else nothing: `//host`, `/\\host` and control characters lead away."""
    if not text or not text.startswith("/") or text.startswith("//") or len(text) > _LONGEST:
        return ""
    if "\\" in text or any(character <= " " or character == "\x7f" for character in text):
        return ""
    parts = urlsplit(text)
    return "" if parts.scheme or parts.netloc else text


def way_back(request: Request) -> str:
    """The page to return to after a login: this one; after a form, the page on which it stood."""
    here = request.method in SAFE_METHODS
    try:
        page = urlsplit(str(request.url) if here else request.headers.get("referer", ""))
    except ValueError:  # a Host or a Referer that is no address
        return ""
    if page.netloc != request.headers.get("host"):
        return ""
    return own_path(page.path + (f"?{page.query}" if page.query else ""))


def with_next(path: str, back: str) -> str:
    """`path` with the page to return to."""
    return f"{path}?next={quote(back, safe='/')}" if back else path
