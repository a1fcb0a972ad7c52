"""Attack 19, a weak check of the origin: a page on another port or on a subdomain gets a session."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from mfa_lab.attacks.helpers.world import Make
from mfa_lab.attacks.law import passkeys_and
from mfa_lab.attacks.passkeys.forging import signed_for_page
from mfa_lab.attacks.passkeys.passkey_server import ORIGINS, PasskeyServer
from mfa_lab.attacks.passkeys.responses import LoginResponse
from mfa_lab.attacks.passkeys.world import HONEST, PasskeyWorld, our_passkey_server, refuses_every_passkey
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.errors import AccessDenied, CeremonyRefused
from mfa_lab.phone.browser import Browser

PAGES = (
    "http://shop.localhost:8001",
    "http://reviews.shop.localhost:8000",
    "http://sh0p.localhost:8000",
    "http://evil-shop.localhost:8000",
)
"""Pages of an attacker: on another port, on a subdomain that he took over, and on two addresses that look alike."""


class SuffixServer(PasskeyServer):
    """Accept every page whose host ends with the site's domain."""

    def check_origin(self, response: LoginResponse) -> None:
        host = urlsplit(response.origin).hostname or ""
        if not host.endswith(self.rp_id):
            raise AccessDenied


class Fixed(SuffixServer):
    """Compare the whole origin, and accept no page in a frame of another site."""

    def check_origin(self, response: LoginResponse) -> None:
        if response.origin not in self.origins:
            raise AccessDenied
        if response.client_data.get("crossOrigin", False):
            raise AccessDenied


def by_the_browser(make: Make, page: str) -> str:
    """Return what happens if Alice uses her passkey on an attacker's page that relays her login."""
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    try:
        response = world.respond(world.alice, world.options(pending), origin=page)
    except CeremonyRefused:
        return "the browser refuses"
    return world.opens_alices(pending, response)


def attack(make: Make) -> Measure:
    """Let Alice use her passkey on each of four pages of an attacker, who relays the response."""
    results = [by_the_browser(make, page) for page in PAGES]
    refused, got = results.count("the browser refuses"), results.count(IN)
    words = (
        f"Alice uses her passkey on {len(PAGES)} pages of an attacker: her browser refuses {refused}, the server "
        f"refuses {len(PAGES) - refused - got}, and {got} get her session"
    )
    return Measure(got, len(PAGES), words)


def _from(make: Make, origin: str) -> str:
    """Return whether a response for a page of this origin opens Alice's pages, if no browser refuses to sign it."""
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    holder = world.holders[world.alice.name][0]
    return world.opens_alices(pending, signed_for_page(holder, world.options(pending)["challenge"], origin))


def _in_a_frame(make: Make) -> str:
    world = PasskeyWorld(make)
    pending = world.begin(world.alice)
    browser = Browser(ORIGINS[0], top_origin="https://evil.example", allows=True)
    return world.opens_alices(pending, browser.get(world.options(pending), world.holders[world.alice.name][0]))


ATTACK = Attack(
    number=19,
    id="origin-unchecked",
    title="Any page whose host ends the same",
    flaw="Accepts every page whose host ends with the site's domain, on any port.",
    story="In March 2026 a published library for passkeys was found to accept every host that ends with the site's "
    "domain. For example.com, it also accepted evilexample.com. In 2020 another library had the same fault.",
    source="https://github.com/lbuchs/WebAuthn/issues/122",
    clauses=("NIST-3.2.5", "ASVS-6.3.3"),
    standard_name="Origin not checked: another port, a subdomain, a frame",
    defence="Compares the whole origin with the exact list of the relying party, and rejects a frame of another "
    "site.",
    weak=SuffixServer,
    fixed=Fixed,
    ours=our_passkey_server,
    refuser=refuses_every_passkey(SuffixServer),
    run=attack,
    law=passkeys_and(page=30),
    trials=(
        Trial(
            "A page on a subdomain that is not in the list",
            partial(_from, origin=PAGES[1]),
            OUT,
            "Your server accepts every subdomain. Somebody else may write the pages of one of them. Which subdomains "
            "belong to this site?",
        ),
        Trial(
            "A page on another port",
            partial(_from, origin=PAGES[0]),
            OUT,
            "Your server accepts a page on another port. Another program may listen there, and the browser does not "
            "stop it, because an RP ID has no port. Which part of the origin does your code not read?",
        ),
        Trial(
            "A page with the other scheme",
            partial(_from, origin="https://shop.localhost:8000"),
            OUT,
            "Your server accepts another scheme. Which three parts does an origin have?",
        ),
        Trial(
            "A page on another port of the second address",
            partial(_from, origin="https://pay.shop.localhost:8000"),
            OUT,
            "The site's second address has no port, and your server accepts any port there. What does an origin "
            "without a port mean?",
        ),
        Trial(
            "A host that ends with the same letters",
            partial(_from, origin=PAGES[3]),
            OUT,
            "Your server accepts evil-shop.localhost, which is another domain. What stands before the letters that "
            "your code compares?",
        ),
        Trial(
            "A host that begins with the second address",
            partial(_from, origin="https://pay.shop.localhost.evil.example"),
            OUT,
            "Your server accepts a host of another domain, because it begins with the letters of your address. Where "
            "does an address end?",
        ),
        Trial(
            "The site's own page, in a frame of another site",
            _in_a_frame,
            OUT,
            "The page belongs to this site, but another site's page surrounds it, and Alice may not see what she "
            "confirms. Which entry of the client data reports this?",
        ),
        *HONEST,
    ),
)
