"""Attack 14's searchers find a secret in each spelling, and nothing leaves the process."""

from __future__ import annotations

import base64
import codecs
import hashlib
import logging
import socket
import sys
import warnings
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import pytest

from mfa_lab.attacks.helpers.leak_search import (
    LEAK_SEARCHES,
    NAME,
    SECRET,
    Page,
    contains_secret,
    in_a_log_line,
    in_a_saved_notebook,
    in_a_traceback,
)
from mfa_lab.attacks.leaking_secrets import ATTACK, Fixed, Offer, attack, our_offer
from mfa_lab.redaction import Redacted

LOG, PRINTED, ERRORS, TWO, TOGETHER, ALPHABET = (trial.name for trial in ATTACK.trials[8:])
REPR, NOTEBOOK = "The repr of a list that holds the offer", "A notebook saved with the offer in a cell"

KEY = base64.b32decode(SECRET)


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        SECRET.lower(),
        " ".join(SECRET[start : start + 4] for start in range(0, 32, 4)),
        f"otpauth%3A%2F%2Ftotp%2Fx%3Fsecret%3D{SECRET}",
        SECRET[::-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"otpauth://totp/x?secret={SECRET}".encode()).decode(),
        SECRET.encode().hex(),
        KEY.hex(),
        KEY.hex(" ").upper(),
        KEY.hex()[::-1],
        base64.b64encode(KEY).decode(),
        base64.urlsafe_b64encode(b"key" + KEY).decode(),
        repr(KEY),
        repr(list(KEY)),
        str(int.from_bytes(KEY)),
        f"{SECRET[:14]}****{SECRET[18:]}",
    ],
)
@pytest.mark.parametrize("form", ["before {} after", "<offer secret='{}'>", "secret={}&issuer=x"])
def test_each_spelling_is_the_secret(text: str, form: str) -> None:
    """Small letters, a setup key's groups, an address within an address, and what hides nothing: backwards, Base64
    (also of what holds it), hexadecimal; of the letters and of the key. Less than 40 bits are no leak.
    """
    assert contains_secret(form.format(text))
    assert not contains_secret(form.format(text[: len(text) // 6]))


def test_no_connection_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stranger's service is a stand-in: the whole attack runs without a socket."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert attack(Offer).got == len(LEAK_SEARCHES)


def test_the_stranger_learns_the_whole_uri() -> None:
    """Name, issuer and secret, in one line of somebody else's log; of an address in the page itself, nothing."""
    page = Page()
    page.load(Offer(NAME, SECRET).picture())
    (line,) = page.strangers_log
    assert all(part in unquote(unquote(line)) for part in (NAME, SECRET, "small server"))
    for make in (Fixed, our_offer):
        page = Page()
        page.load(make(NAME, SECRET).picture())
        assert page.strangers_log == []


class _Faces(Fixed):
    """Every way to be displayed, each silent but the one that a test sets."""


@pytest.mark.parametrize(
    ("face", "shown", "found"),
    [
        ("_repr_html_", f"<p>{SECRET}</p>", "in plain text"),
        ("_repr_markdown_", SECRET, "in plain text"),
        ("_repr_mimebundle_", {"text/plain": SECRET}, "in plain text"),
        ("_repr_html_", '<img src="data:image/png;base64,xyz">', "as a picture"),
        ("_repr_svg_", "<svg></svg>", "as a picture"),
        ("_repr_png_", b"PNG", "as a picture"),
        ("_repr_html_", "<p>an offer for Alice</p>", ""),
    ],
)
def test_every_face_of_a_notebook_is_looked_at(face: str, shown: object, found: str) -> None:
    """What a display method returns is saved; words without the secret are no leak."""
    made = type("Made", (_Faces,), {face: lambda _self: shown})
    assert in_a_saved_notebook(made) == found


def test_a_variable_in_a_frame_is_seen() -> None:
    """The report shows variables of the learner's own functions, and the hidden one stays hidden."""

    class Variable(Fixed):
        def picture(self) -> str:
            held = self.secret.reveal()
            return super().picture() + held[:0]

    assert in_a_traceback(Variable) == "drawing it shows it"
    assert in_a_traceback(Fixed) == ""


def test_fields_are_logged_too() -> None:
    """Silence of the object is not silence of what it holds."""

    class Quiet:
        def __init__(self, account: str, secret: object) -> None:
            self.account, self.secret = account, secret

        def __repr__(self) -> str:
            return "<quiet>"

    assert in_a_log_line(Quiet) == "its fields show it"
    assert in_a_log_line(lambda account, secret: Quiet(account, secret[::-1])) == "its fields show it, backwards"
    assert in_a_log_line(lambda account, secret: Quiet(account, Redacted(secret))) == ""


def failed(make: Any) -> set[str]:
    return {trial.name for trial in ATTACK.trials if trial.answer(make) != trial.wanted}


def offer_class(**methods: Any) -> type:
    """Return the reference fix with other methods."""
    return type("Other", (Fixed,), methods)


def letters(offer: Any, start: int, end: int) -> str:
    return str(offer.secret.reveal()[start:end])


def logs(offer: Any) -> str:
    logging.getLogger("enrolment").debug("the URI is %s", Fixed.uri(offer))
    return Fixed.uri(offer)


def logs_in_a_field(offer: Any) -> str:
    logging.getLogger("enrolment").debug("made", extra={"offered": letters(offer, 4, 14)})
    return Fixed.uri(offer)


def prints(offer: Any) -> str:
    print(letters(offer, 0, 8), file=sys.__stderr__)
    return Fixed.picture(offer)


def warns(offer: Any) -> str:
    warnings.warn(f"made {letters(offer, 0, 12)}", DeprecationWarning, stacklevel=1)
    return Fixed.picture(offer)


def displays(offer: Any) -> None:
    from IPython.display import HTML, display

    display(HTML(letters(offer, 9, 21)))


def names_the_secret(offer: Any, name: str) -> None:
    raise AttributeError(f"{letters(offer, 0, 16)} has no {name}")


class OnTheClass(Fixed):
    """Keeps the last secret for all offers."""

    def __init__(self, account: str, secret: str) -> None:
        self.account = account
        type(self).secret = Redacted(secret)  # type: ignore[misc]


@pytest.mark.filterwarnings("ignore:made ")
@pytest.mark.parametrize(
    ("make", "by"),
    [
        (offer_class(uri=logs), {LOG, TOGETHER, ALPHABET}),
        (offer_class(uri=logs_in_a_field), {LOG, TOGETHER, ALPHABET}),
        (offer_class(picture=prints), {PRINTED, TOGETHER}),
        (offer_class(picture=warns), {PRINTED, TOGETHER}),
        (offer_class(__getattr__=names_the_secret), {ERRORS, TOGETHER}),
        (offer_class(_ipython_display_=displays), {NOTEBOOK, TOGETHER, ALPHABET}),
        (offer_class(_repr_pretty_=lambda self, p, _: p.text(letters(self, 8, 16))), {NOTEBOOK, TOGETHER, ALPHABET}),
        (offer_class(__format__=lambda self, _form: letters(self, 8, 16)), {REPR, TOGETHER, ALPHABET}),
        (OnTheClass, {TWO}),
        (
            offer_class(
                _repr_html_=lambda self: letters(self, 0, 5),
                _repr_latex_=lambda _self: "no letters",
                __format__=lambda self, _form: letters(self, 20, 25),
            ),
            {TOGETHER, ALPHABET},
        ),
        (offer_class(__str__=lambda self: codecs.encode(letters(self, 0, 32), "rot13")), {ALPHABET}),
        (offer_class(__str__=lambda self: "".join(chr(ord(c) ^ 9) for c in letters(self, 0, 32))), {ALPHABET}),
        (offer_class(_repr_html_=lambda self: " ".join(letters(self, 0, 32)[::2])), {ALPHABET}),
    ],
)
def test_each_way_out_is_found_by_its_own_trial(make: Any, by: set[str]) -> None:
    """ASVS-16.2.5: the log and what is printed, words of errors, views, parts of the secret, and other alphabets."""
    assert failed(make) == by


def hides_the_letters(record: logging.LogRecord) -> bool:
    record.args = ()
    return True


def logs_filtered(offer: Any) -> str:
    logger = logging.getLogger("enrolment of test_leaking_secrets")
    logger.addFilter(hides_the_letters)
    logger.debug("the URI is %s", Fixed.uri(offer))
    return Fixed.uri(offer)


def refuses(_offer: Any, *_form: Any) -> str:
    raise TypeError("an offer is not printed")


def fails_in_another_way(offer: Any) -> str:
    if len(offer.account) > 100:
        raise RecursionError("the name is too long")
    print("a picture for", offer.account)
    return Fixed.picture(offer)


@pytest.mark.parametrize(
    "make",
    [
        offer_class(uri=logs_filtered),
        offer_class(__str__=refuses, __format__=refuses, _repr_html_=refuses),
        offer_class(_repr_html_=None),
        offer_class(picture=fails_in_another_way),
        offer_class(__repr__=lambda self: f"<the secret that ends with {letters(self, 28, 32)}>"),
        offer_class(__repr__=lambda self: f"<{hashlib.sha256(letters(self, 0, 32).encode()).hexdigest()[:10]}>"),
    ],
)
def test_what_tells_nobody_the_secret_is_correct(make: Any) -> None:
    """A log with a filter, a class that refuses to be printed, another error, four letters, and a fingerprint."""
    assert failed(make) == set()


def test_log_and_screen_are_afterwards_as_they_were() -> None:
    """Other code goes on logging and printing, whatever the answer does."""
    before = logging.Logger.handle, logging.Logger.isEnabledFor, sys.stdout, sys.__stdout__
    for trial in ATTACK.trials:
        with suppress(ZeroDivisionError):  # the trial of error reports expects an error
            trial.answer(lambda _account, _secret: 1 // 0)
    assert (logging.Logger.handle, logging.Logger.isEnabledFor, sys.stdout, sys.__stdout__) == before
