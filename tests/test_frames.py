"""A traceback that prints variables shows no secret, code, token or password in a frame of this kit.

Each call is broken again and again, at another call into a library each time: nobody knows where a fault will be.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from click.testing import CliRunner

import mfa_lab
from mfa_lab import ManualClock, MfaServer, Phone, Policy, SeededRandomness
from mfa_lab.cli.group import main
from mfa_lab.errors import InvalidInput
from mfa_lab.otp import code_at, diagnose, explain, match, match_consecutive
from mfa_lab.otp.codes import secret_bytes, tidy_code
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.provisioning import OtpAccount, build_uri, google_export, parse_uri, qr_png, qr_svg
from mfa_lab.provisioning.account_table import parse_table
from mfa_lab.redaction import Redacted, clears_variables
from mfa_lab.server.notifications.notifier import SmtpNotifier
from mfa_lab.server.storage import address
from mfa_lab.web import tokens
from mfa_lab.web.models import Codes, Credentials, EnrolmentOut, Passwords, TwoCodes
from mfa_lab.web.pages.login import register_alike
from mfa_lab.web.serve import Settings
from mfa_lab.web.site import Site

pytestmark = pytest.mark.skipif(
    sys.version_info[:2] == (3, 13),
    reason="CPython 3.13 (.0, .5) crashes when the variables of a cleared frame are read",
)
OURS = str(Path(mfa_lab.__file__).parent)
CLEARER = clears_variables(len).__code__.co_filename
NOW = 1_800_000_010
SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"
SHORT = "DEMOALICEDEMOALI"
PASSWORD = "demo: correct horse battery staple"
NAME = "alice@example.org"
CODE, LATER = code_at(SECRET, NOW), code_at(SECRET, NOW + 30)
URI = f"otpauth://totp/Acme:alice?secret={SECRET}&issuer=Acme"
TOKEN = f"s.{'demo' * 10}abc"
SECRETS = (SECRET, SHORT, PASSWORD, CODE, LATER, TOKEN, repr(secret_bytes(SECRET)), "db-demo-password")
POINTS = 40


class Broken(Exception):
    """Of no kind that anybody expects."""


class Breaker:
    """Raises `Broken` at one call that a frame of ours makes into a library, counted from 0."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "c_call":
            within: FrameType | None = frame
        elif event == "call" and not frame.f_code.co_filename.startswith(OURS):
            within = frame.f_back
        else:
            return
        if within is None or not within.f_code.co_filename.startswith(OURS) or within.f_code.co_filename == CLEARER:
            return
        self.seen += 1
        if self.seen > self.at:
            raise Broken


def broken_at(call: Callable[[], object], at: int) -> tuple[BaseException | None, int]:
    """The error of a call that breaks at this point, and how many points it passed."""
    breaker = Breaker(at)
    sys.setprofile(breaker)
    try:
        call()
    except Exception as error:  # noqa: BLE001 (whatever comes out of it)
        return error, breaker.seen
    finally:
        sys.setprofile(None)
    return None, breaker.seen


def our_variables(error: BaseException) -> Iterator[str]:
    """Each variable of each frame of ours, as a tool prints it, with the errors that led to this one."""
    errors: list[BaseException | None] = [error]
    while errors:
        each = errors.pop()
        if each is not None:
            errors += [each.__cause__, each.__context__]
            for frame, line in traceback.walk_tb(each.__traceback__):
                if frame.f_code.co_filename.startswith(OURS):
                    for name, value in frame.f_locals.items():
                        with suppress(AttributeError):  # an object that was only half made has no `repr`
                            yield f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}: {name} = {value!r}"


def shown(error: BaseException) -> list[str]:
    return [line for line in our_variables(error) if any(secret in line for secret in SECRETS)]


def check_every_point(make: Callable[[], Callable[[], object]], points: int = POINTS) -> None:
    """Break a new call at points spread evenly over it; nothing may be shown at any of them."""
    error, count = broken_at(make(), sys.maxsize)
    assert error is None or shown(error) == []
    assert count > 0 or error is not None
    for at in sorted({count * point // points for point in range(points)}):
        error, _ = broken_at(make(), at)
        assert error is None or shown(error) == [], at


def phone() -> Phone:
    made = Phone(ManualClock(NOW))
    made.add(URI)
    return made


ACCOUNT = OtpAccount("alice", "Acme", Redacted(SECRET))
PICTURE = qr_png(URI)
EXPORT = google_export.write([ACCOUNT])[0].reveal()
PURE = {
    "code_at": lambda: code_at(SECRET, NOW),
    "code_at, short": lambda: code_at(SHORT, NOW),
    "secret_bytes": lambda: secret_bytes(SECRET),
    "secret_bytes, short": lambda: secret_bytes(SHORT),
    "tidy_code": lambda: tidy_code(CODE),
    "tidy_code, malformed": lambda: tidy_code(f"{CODE}x"),
    "match": lambda: match(SECRET, CODE, NOW),
    "match, reused": lambda: match(SECRET, CODE, NOW, last_step=NOW),
    "match, no": lambda: match(SECRET, LATER, NOW + 3000),
    "match, window": lambda: match(SECRET, CODE, NOW, window_steps=99),
    "match_consecutive": lambda: match_consecutive(SECRET, CODE, LATER, NOW, reach_steps=2),
    "match_consecutive, no": lambda: match_consecutive(SECRET, LATER, CODE, NOW, reach_steps=2),
    "match_consecutive, reach": lambda: match_consecutive(SECRET, CODE, LATER, NOW, reach_steps=0),
    "diagnose": lambda: diagnose(SECRET, CODE, NOW + 900),
    "explain": lambda: explain(SECRET, NOW),
    "parse_uri": lambda: parse_uri(URI),
    "parse_uri, digits": lambda: parse_uri(f"{URI}&digits=9"),
    "parse_uri, no secret": lambda: parse_uri(f"{URI.replace(SECRET, PASSWORD)}"),
    "parse_uri, twice": lambda: parse_uri(f"{URI}&secret=other"),
    "build_uri": lambda: build_uri(SECRET, account="alice", issuer="Acme"),
    "uri": ACCOUNT.uri,
    "qr_svg": lambda: qr_svg(URI, label="a QR code"),
    "table": lambda: parse_table(f"name,secret\nalice,{SECRET}\n"),
    "table, bad": lambda: parse_table(f"name,secret,digits\nalice,{SECRET},9\n"),
    "tokens": lambda: tokens.written(tokens.session(tokens.well_formed(TOKEN))),
    "form": lambda: tokens.fits(tokens.form_token(TOKEN), tokens.in_cookie(f"a={TOKEN}", "a")),
    "mail": lambda: SmtpNotifier("h", sender="no address", sign_in=("user", PASSWORD)),
}

PHONE: dict[str, Callable[[Phone], object]] = {
    "add": lambda phone: phone.add(URI),
    "add, short": lambda phone: phone.add(URI.replace(SECRET, SHORT)),
    "add, hotp": lambda phone: phone.add(URI.replace("totp", "hotp")),
    "add, export": lambda phone: phone.add(EXPORT),
    "scan": lambda phone: phone.scan(PICTURE),
    "code": lambda phone: phone.code(),
    "export": lambda phone: phone.export(),
    "export_codes": lambda phone: phone.export_codes(),
}


@pytest.mark.parametrize("name", PURE)
def test_no_frame_shows_what_a_call_was_given(name: str) -> None:
    """What every function of codes, URIs and tokens shows, whether it rejects its input or breaks."""
    check_every_point(lambda: PURE[name])


def test_no_frame_of_a_passkey_holder_shows_its_private_key() -> None:
    """While it makes the key, and while it signs."""
    known = PasskeyHolder(SeededRandomness(1))
    known.make("shop.example", {"id": b""}, algorithms=[-7])
    number = known.passkeys[0].key.private_numbers().private_value
    forms = {str(number), f"{number:x}", repr(number.to_bytes(32, "big"))}

    def make() -> Callable[[], object]:
        holder = PasskeyHolder(SeededRandomness(1))
        return lambda: (
            holder.make("shop.example", {"id": b""}, algorithms=[-7]),
            holder.sign("shop.example", bytes(32)),
        )

    _, count = broken_at(make(), sys.maxsize)
    errors = [broken_at(make(), at)[0] for at in range(count)]
    assert len([error for error in errors if error]) > 10
    lines = [line for error in errors if error for line in our_variables(error)]
    assert not [line for line in lines if any(form in line for form in forms)]


@pytest.mark.parametrize("name", PHONE)
def test_no_frame_of_the_phone_shows_a_secret(name: str) -> None:
    """An account that it adds, takes from a picture or hands over, and a code that it shows."""

    def make() -> Callable[[], object]:
        made = phone()
        return lambda: PHONE[name](made)

    check_every_point(make)


URLS = {
    "unreachable": "postgresql://user:db-demo-password@127.0.0.1:1/lab?connect_timeout=1",
    "no number for a port": "postgresql://user:db-demo-password@host:port/lab",
    "another system": "mysql://user:db-demo-password@host/lab",
    "in the query": "postgresql://user@host/lab?password=db-demo-password",
    "no URL": "db-demo-password",
}


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
def test_the_databases_password_is_shown_nowhere(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in a frame nor in `repr(Settings)`: at the start of a server, and by the commands."""
    monkeypatch.setenv("MFA_LAB_KEY", "ab" * 32)
    monkeypatch.setenv("MFA_LAB_DATABASE", url)
    settings = Settings.from_environment()
    assert "db-demo-password" not in repr(settings)
    for call in (lambda: MfaServer(url), settings.application):
        error, _ = broken_at(call, sys.maxsize)
        assert error is not None
        assert shown(error) == []
        check_every_point(lambda call=call: call, 5)
    check_every_point(lambda: lambda: address.parsed(url), 10)
    for command in (["register", NAME, "--password", PASSWORD], ["trust-clock"], ["serve"]):
        ran = CliRunner().invoke(main, [*command, "--database", url])
        assert ran.exit_code == 1
        assert ran.exception is not None
        assert shown(ran.exception) == []
        assert "db-demo-password" not in ran.output


def served() -> tuple[MfaServer, Phone, ManualClock]:
    clock = ManualClock(NOW)
    server = MfaServer(clock=clock, policy=Policy.CHEAPEST)
    server.register(NAME, PASSWORD)
    return server, Phone(clock), clock


def register() -> Callable[[], object]:
    server, *_ = served()
    return lambda: server.register("bob@example.org", PASSWORD)


def register_for_strangers() -> Callable[[], object]:
    site = Site(server=served()[0])
    return lambda: register_alike(site, "bob@example.org", PASSWORD)


def begin_login() -> Callable[[], object]:
    server, *_ = served()
    return lambda: server.begin_login(NAME, PASSWORD)


def password_as_name() -> Callable[[], object]:
    server, *_ = served()
    return lambda: server.begin_login(PASSWORD, PASSWORD)


def wrong_code() -> Callable[[], object]:
    server, phone, clock = served()
    enrolment = server.start_enrolment(server.begin_login(NAME, PASSWORD))
    phone.add(enrolment.uri)
    server.confirm_enrolment(enrolment, phone.code())
    clock.advance(30)
    pending = server.begin_login(NAME, PASSWORD)
    return lambda: server.finish_login(pending, CODE)


def wrong_recovery_code() -> Callable[[], object]:
    server, *_ = served()
    pending = server.begin_login(NAME, PASSWORD)
    return lambda: server.recover(pending, SHORT)


CALLS = [register, register_for_strangers, begin_login, password_as_name, wrong_code, wrong_recovery_code]


@pytest.mark.full
@pytest.mark.parametrize("make", CALLS, ids=lambda make: make.__name__)
def test_no_frame_of_the_server_shows_what_was_typed(make: Callable[[], Callable[[], object]]) -> None:
    """Wherever a library breaks beneath a login, a registration or a recovery."""
    check_every_point(make, 60)


def test_a_check_that_sees_nothing_would_fail() -> None:
    """A frame of ours that does hold a secret is found: this test is no blindfold."""

    def careless(secret: str) -> None:
        raise Broken

    careless_here: Any = type(careless)(
        careless.__code__.replace(co_filename=f"{OURS}/careless.py"), careless.__globals__
    )
    error, _ = broken_at(lambda: careless_here(SECRET), sys.maxsize)
    assert error is not None
    assert len(shown(error)) == 1
    error, _ = broken_at(lambda: clears_variables(careless_here)(SECRET), sys.maxsize)
    assert error is not None
    assert shown(error) == []


def test_bodies_of_the_api_hide_what_they_hold() -> None:
    """FastAPI's frames hold them, and a tool prints them by `repr`."""
    bodies = [
        Credentials(name=PASSWORD, password=PASSWORD), TwoCodes(first_code=CODE, second_code=LATER),
        Passwords(old=PASSWORD, new=PASSWORD), Codes(recovery_codes=[CODE], issue_id=None),
        EnrolmentOut(token=TOKEN, uri=URI, setup_key=SECRET, qr_svg=SECRET, expires_at=0),
    ]  # fmt: skip
    assert not [body for body in bodies if any(secret in f"{body!r} {body}" for secret in SECRETS)]
    assert bodies[0].model_dump() == {"name": PASSWORD, "password": PASSWORD}


def test_an_error_keeps_its_lines_and_its_words() -> None:
    """Only the variables go: where it happened and what was wrong stay."""
    with pytest.raises(InvalidInput, match="80 bits") as caught:
        code_at(SHORT, NOW)
    lines = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert lines[-1] == "secret_bytes"
    assert "code_at" in lines
