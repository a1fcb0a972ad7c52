"""Attack 14's searchers find a secret in each spelling, and nothing leaves the process."""

from __future__ import annotations

import base64
import socket
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
from mfa_lab.attacks.leaking_secrets import Fixed, Offer, attack, our_offer
from mfa_lab.redaction import Redacted


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
    ],
)
@pytest.mark.parametrize("form", ["before {} after", "<offer secret='{}'>", "secret={}&issuer=x"])
def test_each_spelling_is_the_secret(text: str, form: str) -> None:
    """Small letters, a setup key's groups, an address within an address, and what hides nothing: backwards, Base64
    (also of what holds it), hexadecimal.
    """
    assert contains_secret(form.format(text))
    assert not contains_secret(form.format(text[:20]))


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
