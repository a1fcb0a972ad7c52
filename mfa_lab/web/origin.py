"""Check where a request comes from, and to which page a login may return: only to this site."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from fastapi import Request

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_LONGEST = 1000


def cross_site(request: Request, *, proof: bool) -> bool:
    """Return whether a browser says that another site sent this request.

    With `proof`, the result is also true if neither header is there. Browsers set both headers themselves, and no
    script can change them. Other clients send neither.
    """
    fetched, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if fetched is not None and fetched not in ("same-origin", "none"):
        return True
    if origin == "null" and fetched == "same-origin":  # from a page with Referrer-Policy: no-referrer
        return False
    if origin is not None:
        return origin != f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return proof and fetched is None


def own_path(text: str | None) -> str:
    """Return `text` if it is a path on this site, otherwise an empty text.

    `//host`, `/\\host` and control characters would lead to another site.
    """
    if not text or not text.startswith("/") or text.startswith("//") or len(text) > _LONGEST:
        return ""
    if "\\" in text or any(character <= " " or character == "\x7f" for character in text):
        return ""
    parts = urlsplit(text)
    return "" if parts.scheme or parts.netloc else text


def way_back(request: Request) -> str:
    """Return the page to which a login returns: this page, or, after a form, the page that contained the form."""
    here = request.method in SAFE_METHODS
    try:
        page = urlsplit(str(request.url) if here else request.headers.get("referer", ""))
    except ValueError:  # the Host or the Referer is not an address
        return ""
    if page.netloc != request.headers.get("host"):
        return ""
    return own_path(page.path + (f"?{page.query}" if page.query else ""))


def with_next(path: str, back: str) -> str:
    """Return `path` with the page to return to as its query."""
    return f"{path}?next={quote(back, safe='/')}" if back else path
