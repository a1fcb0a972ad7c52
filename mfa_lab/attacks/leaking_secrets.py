"""Attack 14, secret leakage: a secret that is ordinary text leaks into logs, tracebacks and saved notebooks.

A web service that draws the QR code sees the secret too. This module contacts no such service: `leak_search` has a
stand-in.
"""

from __future__ import annotations

import base64
import pickle
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from mfa_lab.attacks.helpers.encodings import PARTIAL_BITS, bits_in_another_alphabet
from mfa_lab.attacks.helpers.leak_search import (
    LEAK_SEARCHES,
    NAME,
    PNG,
    SECRET,
    Make,
    Page,
    at_a_strangers,
    cannot_be_drawn,
    contains_secret,
    in_a_log_line,
    in_a_repr,
    in_a_saved_notebook,
    in_a_traceback,
)
from mfa_lab.attacks.helpers.what_is_shown import as_text, in_a_notebook, log, screen, words_of_error
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
    """Hold an offer as this kit's server stores it. The method `picture` exists only for the trials."""

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


def _works(make: Make) -> None:
    """Do what a server does with an offer. At the end, the function that draws the picture fails."""
    offer = make(NAME, SECRET)
    offer.uri()
    offer.picture()
    with suppress(Exception):
        cannot_be_drawn(make)


def _log(make: Make) -> str:
    with screen(), log() as lines:
        _works(make)
    return "\n".join(lines)


def _printed(make: Make) -> str:
    with screen() as printed:
        _works(make)
    return printed.getvalue()


def _errors(make: Make) -> str:
    """Return the words of errors after typing mistakes and wrong arguments."""
    offer = make(NAME, SECRET)
    names = [name for name in dir(offer) if not name.startswith("_")]
    mistyped = {*(f"{name}s" for name in names), *(name[:-1] for name in names), "issuer", "key", "_hidden_"}
    mistakes: list[Callable[[], object]] = [partial(getattr, offer, name) for name in mistyped - set(names)]
    mistakes += [
        lambda: offer.uri(None),
        lambda: offer.picture(None),
        lambda: offer(),
        lambda: offer[NAME],
        lambda: offer + 1,
        lambda: offer < 1,
        lambda: len(offer),
        lambda: list(offer),
        lambda: int(offer),
        lambda: pickle.dumps(offer),
        lambda: make("", SECRET).picture(),
        lambda: make(NAME, f"{SECRET}1").picture(),
        partial(cannot_be_drawn, make),
    ]
    with screen():
        return "\n".join(map(words_of_error, mistakes))


def _everything(make: Make) -> str:
    return "\n".join([*_views(make, SECRET), _log(make), _printed(make), _errors(make)])


def _views(make: Make, secret: str) -> list[str]:
    """Return the views and fields of an offer, and what the offer prints and logs while it makes the URI.

    Memory addresses are removed, because they differ from run to run.
    """
    with screen() as printed, log() as lines:
        offer = make(NAME, secret)
        offer.uri()
    fields = repr(getattr(offer, "__dict__", {}))
    texts = [*as_text(offer).splitlines(), in_a_notebook(offer), fields, *lines, printed.getvalue()]
    return [re.sub(r"\bat 0x[0-9A-Fa-f]+", "", text) for text in texts]


def _in_another_alphabet(make: Make) -> str:
    bits = bits_in_another_alphabet(lambda secret: _views(make, secret), SECRET)
    return _SILENT if bits < PARTIAL_BITS else f"{bits} bits can be read back"


_SHOWN = "the secret, or much of it"


_OTHER_SECRET = SECRET[::-1]


def _without_secret(shown: Callable[[Make], str]) -> Callable[[Make], str]:
    return lambda make: _SHOWN if contains_secret(shown(make)) else _SILENT


def _two_offers(make: Make) -> str:
    """Make an offer for Alice and an offer for Bob. Then let both people scan their QR codes."""
    theirs = {SECRET: make(NAME, SECRET), _OTHER_SECRET: make("bob@example.org", _OTHER_SECRET)}
    for secret, offer in theirs.items():
        phone = Phone(ManualClock())
        try:
            phone.add(offer.uri())
            phone.scan(Page().load(offer.picture()))
        except MfaError:
            return "nothing that can be scanned"
        if phone.code() != code_at(secret, phone.clock.now()):
            return "shows another code"
    return _RIGHT


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
        Trial(
            "The log at every level, while the offer works",
            _without_secret(_log),
            _SILENT,
            "Your class itself writes the secret into the log while it works. On some server the level DEBUG is on, "
            "and its log is kept for years. Who can read it?",
        ),
        Trial(
            "What the offer prints while it works",
            _without_secret(_printed),
            _SILENT,
            "Your class prints the secret while it works. What a server prints is kept in a log, too. Which of your "
            "lines prints?",
        ),
        Trial(
            "The words of errors",
            _without_secret(_errors),
            _SILENT,
            "Somebody mistyped a name or passed a wrong value, and the words of the error show the secret. Which "
            "words would help the programmer without showing the secret?",
        ),
        Trial(
            "Two offers at the same time",
            _two_offers,
            _RIGHT,
            "Alice and Bob enrol at the same time, and one of them gets the other's secret, or no secret. Where does "
            "your class keep the secret of each offer?",
        ),
        Trial(
            "All that the offer shows, taken together",
            _without_secret(_everything),
            _SILENT,
            "A reader who puts together all that your offer shows learns 40 bits of the secret or more. How much of "
            "the secret may each view show?",
        ),
        Trial(
            "One letter of the secret changes",
            _in_another_alphabet,
            _SILENT,
            "If one letter of the secret changes, only a few characters of what your offer shows change. So the "
            "secret is there in another alphabet. What does a reader need to translate it back?",
        ),
    ),
)
