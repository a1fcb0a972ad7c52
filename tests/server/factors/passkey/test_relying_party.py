"""The relying party: which RP IDs and origins a server may be given."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_lab import RelyingParty
from mfa_lab.errors import InvalidInput


@pytest.mark.parametrize(
    ("rp_id", "origins"),
    [
        ("example.org", ("https://example.org", "https://shop.example.org", "https://example.org:8443")),
        ("shop.localhost", ("http://shop.localhost:8000",)),
        ("localhost", ("http://localhost:8000", "https://localhost")),
        ("xn--bcher-kva.example", ("https://xn--bcher-kva.example",)),
    ],
)
def test_what_may_be(rp_id: str, origins: tuple[str, ...]) -> None:
    """Domains, their subdomains, ports, and plain http on this machine."""
    assert RelyingParty(rp_id, origins).origins == origins


@pytest.mark.parametrize(
    ("rp_id", "origins"),
    [
        ("", ("https://example.org",)),
        ("Example.org", ("https://example.org",)),
        ("https://example.org", ("https://example.org",)),
        ("example.org:443", ("https://example.org",)),
        ("127.0.0.1", ("http://127.0.0.1:8000",)),
        ("example.org", ()),
        ("example.org", "https://example.org"),
        ("example.org", ["https://example.org"]),
        ("example.org", (None,)),
        ("example.org", ("https://example.org/",)),
        ("example.org", ("https://example.org:443",)),
        ("example.org", ("https://EXAMPLE.org",)),
        ("example.org", ("https://user@example.org",)),
        ("example.org", ("https://example.org?x",)),
        ("example.org", ("https://example.org:99999",)),
        ("example.org", ("https://[::1]",)),
        ("example.org", ("http://example.org",)),
        ("example.org", ("https://notexample.org",)),
        ("shop.example.org", ("https://example.org",)),
        ("example.org", ("https://example.org", "https://example.net")),
        ("example.org", ("ftp://example.org",)),
        ("example.org", ("null",)),
    ],
)
def test_what_may_not_be(rp_id: str, origins: Any) -> None:
    """A wrong setting would refuse every login, or accept the wrong page: it is named at the start."""
    with pytest.raises(InvalidInput):
        RelyingParty(rp_id, origins)
