"""Attack 14, secret leakage: a secret that is ordinary text leaks into logs, tracebacks and saved notebooks.

A web service that draws the QR code sees the secret too. This module contacts no such service: `leak_search` has a
stand-in.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from mfa_lab.attacks.helpers.leak_search import (
    LEAK_SEARCHES,
    NAME,
    PNG,
    SECRET,
    Make,
    Page,
    at_a_strangers,
    in_a_log_line,
    in_a_repr,
    in_a_saved_notebook,
    in_a_traceback,
)
from mfa_lab.attacks.record import Attack, Measure, Trial
from mfa_lab.clock import ManualClock
from mfa_lab.errors import MfaError
from mfa_lab.otp import code_at
from mfa_lab.phone.authenticator import Phone
from mfa_lab.provisioning import OtpAccount, build_uri, qr_png
from mfa_lab.redaction import Redacted


@dataclass
class Offer:
    """Hold a new shared secret until its owner has scanned it."""

    account: str
    secret: str

    def uri(self) -> str:
        """Return the text in the QR code."""
        return build_uri(self.secret, account=self.account, issuer="small server")

    def picture(self) -> str:
        """Return the address of the QR code's picture, which the page shows."""
        return f"https://qr.example/draw?text={quote(self.uri(), safe='')}"

    def _repr_html_(self) -> str:
        """Return the HTML with which a notebook shows the offer."""
        return f'<img src="{self.picture()}" alt="QR code">'


class Fixed:
    """Hide the secret, show it only on request, and draw the picture on this machine."""

    def __init__(self, account: str, secret: str) -> None:
        self.account, self.secret = account, Redacted(secret)

    def uri(self) -> str:
        return build_uri(self.secret.reveal(), account=self.account, issuer="small server")

    def picture(self) -> str:
        return "data:image/png;base64," + base64.b64encode(qr_png(self.uri())).decode()


class OurOffer(OtpAccount):
    """Hold what this kit's server stores about an offer. The `picture` method is added for the trials."""

    def picture(self) -> str:
        return PNG + base64.b64encode(qr_png(self.uri())).decode()


def our_offer(account: str, secret: str) -> OurOffer:
    """Return an offer whose secret is hidden from the start."""
    hidden = Redacted(secret)
    del secret  # tracebacks may show variables
    return OurOffer(account, "mfa-lab", hidden)


class Refuser(Fixed):
    """Hide the secret so well that nobody can scan it."""

    def picture(self) -> str:
        return PNG


def attack(make: Make) -> Measure:
    """Search everything that is shown, logged or saved, without breaking into any system."""
    found = [place for place, search in LEAK_SEARCHES.items() if search(make)]
    words = (
        f"the secret appears in {len(found)} of {len(LEAK_SEARCHES)} places{': ' if found else ''}{', '.join(found)}"
    )
    return Measure(len(found), len(LEAK_SEARCHES), words)


_SILENT, _RIGHT = "silent", "shows the correct code"


def _silent(search: Callable[[Make], str]) -> Callable[[Make], str]:
    return lambda make: search(make) or _SILENT


def _scanned(name: str) -> Callable[[Make], str]:
    """Return a trial in which a phone scans the picture that the page shows."""

    def run(make: Make) -> str:
        phone = Phone(ManualClock())
        try:
            phone.scan(Page().load(make(name, SECRET).picture()))
        except MfaError:
            return "nothing that can be scanned"
        return _judged(phone)

    return run


def _typed_in(make: Make) -> str:
    phone = Phone(ManualClock())
    phone.add(make(NAME, SECRET).uri())
    return _judged(phone)


def _judged(phone: Phone) -> str:
    return _RIGHT if phone.code() == code_at(SECRET, phone.clock.now()) else "shows another code"


ATTACK = Attack(
    number=14,
    id="leaking-secrets",
    title="Secrets that leak",
    flaw="Prints and logs the secret like any other text, and asks another company's service to draw the QR code.",
    story="In 2017, a user of a library for second factors asked why another company's web service drew the QR "
    "codes. That service received every secret. The library now refuses to use such a service, unless the "
    "developer explicitly asks for it.",
    source="https://github.com/antonioribeiro/google2fa/issues/86",
    clauses=("ASVS-16.2.5", "NIST-3.1.4.2"),
    standard_name="Secret leakage through logs and third parties",
    defence="Keeps secrets in objects that redact themselves, and draws QR codes on this machine.",
    weak=Offer,
    fixed=Fixed,
    ours=our_offer,
    refuser=Refuser,
    run=attack,
    trials=(
        Trial(
            "The page that shows the picture",
            _silent(at_a_strangers),
            _SILENT,
            (
                "The page requests the picture from another machine. Which machine is it, and what does the address "
                "contain?"
            ),
        ),
        Trial(
            "A log line that contains the offer",
            _silent(in_a_log_line),
            _SILENT,
            "Somebody logged the offer or its fields, and the log shows the secret. Which of your fields shows the "
            "secret?",
        ),
        Trial(
            "The repr of a list that holds the offer",
            _silent(in_a_repr),
            _SILENT,
            "The repr of a list contains the repr of each object in it. What does the repr of your offer show?",
        ),
        Trial(
            "An error report that shows variables",
            _silent(in_a_traceback),
            _SILENT,
            "An error report shows the variables of every function in the traceback. Which of your variables holds "
            "the secret?",
        ),
        Trial(
            "A notebook saved with the offer in a cell",
            _silent(in_a_saved_notebook),
            _SILENT,
            "A notebook saves each view of an object, and a QR code contains the secret, too. Which views does "
            "your offer have?",
        ),
        Trial(
            "Alice scans the picture",
            _scanned(NAME),
            _RIGHT,
            "Alice scanned your picture, but her phone shows no correct code. A secret that nobody can scan is "
            "useless. What does your QR code contain?",
        ),
        Trial(
            "Somebody with a name in another script scans it",
            _scanned("Zoë Ångström & Καλή"),
            _RIGHT,
            "The account's name contains spaces and letters of another script, and your picture does not work. "
            "Which function prepares such a name for a URI?",
        ),
        Trial(
            "The URI, typed into a phone",
            _typed_in,
            _RIGHT,
            "A phone cannot use the text that your `uri()` returns. Which text does the phone expect?",
        ),
    ),
)
