"""The exercise and the prediction of attack 19, where the origin is hardly checked, for notebooks 32 and 33."""

from __future__ import annotations

from mfa_lab.attacks.origin_unchecked import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "33_fix_passkeys"


def _checks(condition: str) -> str:
    return (
        "class Fixed(SuffixServer):\n"
        "    def check_origin(self, response):\n"
        f"        if {condition}:\n"
        "            raise AccessDenied"
    )


_FRAME = "response.client_data.get('crossOrigin')"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="origin-unchecked",
        title="Attack 19: exactly these pages",
        question=(
            "Write a class `Fixed` that extends `SuffixServer` with its own method `check_origin(self, response)`. "
            "The method raises `AccessDenied` unless the response comes from a page of this site. `self.origins` "
            "lists the origins of these pages, and `response.origin` is the origin that the browser saw. "
            '`response.client_data` is the dictionary that the browser wrote. Its entry `"crossOrigin"` is `True` if '
            "the page was in a frame of another site, and such a page must be rejected, too."
        ),
        given="from urllib.parse import urlsplit\n\nfrom mfa_lab import AccessDenied\n"
        "from mfa_lab.attacks.origin_unchecked import SuffixServer",
        hints=(
            "An origin has three parts: scheme, host and port. How many of them may differ?",
            (
                "The list has every allowed origin in full, so compare in full. Then read the entry of "
                "`response.client_data` that the question names."
            ),
        ),
        wrong=(
            Wrong(
                _checks(f"urlsplit(response.origin).hostname != self.rp_id or {_FRAME}"),
                "Your code compares the host only. A page on another port of the same host gets in, and Alice cannot "
                "log in at the second address of the shop. Where does the server list what it accepts?",
            ),
            Wrong(
                _checks(
                    "urlsplit(response.origin).hostname not in [urlsplit(one).hostname for one in self.origins] or "
                    + _FRAME
                ),
                "Your code reads the host of each origin, and leaves out the scheme and the port. Another program on "
                "another port of the same host gets in. Which parts of an origin can an attacker choose?",
            ),
            Wrong(
                _checks(f"not response.origin.startswith(self.origins) or {_FRAME}"),
                "Your code accepts everything that begins with an allowed origin. After the letters of your address, "
                "more letters may follow, such as a port or another domain. Where does an origin end?",
            ),
            Wrong(
                _checks("response.origin not in self.origins"),
                "Your code accepts only the site's own pages. But another site may show such a page in a frame, and "
                "lead Alice to press a button there. What else did the browser write about the page?",
            ),
            Wrong(
                _checks(f"response.origin != self.origins[0] or {_FRAME}"),
                "Your code accepts only the first origin of the list. The shop has a second address, and nobody can "
                "log in there. How many origins may a site have?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-origin-unchecked",
        question=(
            "Alice uses her passkey for shop.localhost on four pages of an attacker: another port, a subdomain, and "
            "two addresses that look alike. How many of the four pages get her session from `SuffixServer`?"
        ),
        options=(
            Option("a", "none, because the browser refuses on all of them", lambda one: not one.succeeded),
            Option("b", "two: the other port and the subdomain", lambda one: one.got == 2),
            Option("c", "three: all except the address with a zero in its name", lambda one: one.got == 3),
            Option("d", "all four", lambda one: one.got == 4),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the browser stopped two pages, and the server would have had to stop the other "
                "two. The browser lets a page use a passkey if the page's host is the RP ID or a subdomain of it. An "
                "RP ID has no port. So the browser protects against other domains, and only the server can tell its "
                "own pages from other pages of the same domain."
            ),
            (
                "The attempt table shows one more thing: a host that only ends with the same letters, such as "
                "evil-shop.localhost, passes the check of `SuffixServer`. The browser of this kit refuses there. A "
                "server should not rely on every browser for this."
            ),
            (
                "`MfaServer` has a list of exact origins, and compares the whole text (NIST-3.2.5: the response is "
                "bound to the verifier's name)."
            ),
            (
                "In March 2026 [a published library for passkeys](https://github.com/lbuchs/WebAuthn/issues/122) was "
                "found to accept every host that ends with the site's domain: for example.com, also "
                "evilexample.com. In 2020 [another "
                "library](https://github.com/web-auth/webauthn-framework/issues/143) had the same fault in its "
                "registration and its login."
            ),
        ),
        secrets=(
            "her browser refuses 2",
            "2 get her session",
            "browser stopped two pages",
            r"✓ gets in",
            "accept every host",
        ),
    ),
)
