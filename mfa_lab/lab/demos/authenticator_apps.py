"""Tools of 05_enrolment_and_qr_code: the parts of a URI, the codes of several phones, and what a wrong clock does."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from mfa_lab.clock import ManualClock, SkewedClock
from mfa_lab.errors import NoMatch
from mfa_lab.lab.table import Table
from mfa_lab.otp import match
from mfa_lab.phone.authenticator import Phone, Quirk, _decode
from mfa_lab.provisioning import build_uri, parse_uri
from mfa_lab.style import grouped

_MEANINGS = {
    "scheme": "which app opens it",
    "type": "time-based codes (hotp would count logins)",
    "label": "what the app shows above the code",
    "secret": "the shared secret, in plain text",
    "issuer": "the same issuer again, for apps that group by it",
    "algorithm": "hash inside the HMAC; SHA1 if missing",
    "digits": "length of the code; 6 if missing",
    "period": "seconds a step; 30 if missing",
}


def uri_parts(uri: str) -> Table:
    """Return a table of the parts of an otpauth URI, each with its purpose.

    The table shows the secret, so use only demo secrets.
    """
    parse_uri(uri)  # an unusable URI is rejected here, in one sentence
    split = urlsplit(uri)
    parts = [("scheme", split.scheme), ("type", split.netloc), ("label", unquote(split.path[1:]))]
    parts += [(name.lower(), value) for name, value in parse_qsl(split.query)]
    rows = [(name, value, _MEANINGS.get(name, "not read by this kit")) for name, value in parts]
    return Table("The parts of the URI", ("part", "here", "purpose"), *rows)


def read_qr(picture: bytes) -> str:
    """Return the text in a QR code. Any phone's camera reads the same text.

    Anyone who sees the picture can therefore read the whole text.
    """
    return _decode(picture)


def three_apps(uri: str, clock: ManualClock) -> dict[str, Phone]:
    """Return an honest app and the apps A, B and C.

    All four apps have stored the URI, but A, B and C each ignore one part of it.
    """
    quirks = {
        "honest": (),
        "A": (Quirk.IGNORES_PERIOD,),
        "B": (Quirk.IGNORES_DIGITS,),
        "C": (Quirk.IGNORES_ALGORITHM,),
    }
    apps = {name: Phone(clock, quirks=quirk) for name, quirk in quirks.items()}
    for app in apps.values():
        app.add(uri)
    return apps


def codes_over_time(phones: Mapping[str, Phone], clock: ManualClock, seconds: tuple[int, ...]) -> Table:
    """Return a table of the codes that each phone shows after each of these numbers of seconds.

    At the end, the function sets the clock back to the time at which it began.
    """
    start, columns = clock.now(), []
    for later in seconds:
        clock.set(start + later)
        columns.append([grouped(phone.code()) for phone in phones.values()])
    clock.set(start)
    rows = zip(phones, *columns, strict=True)
    headers = ("app", *(f"after {later} s" if later else "now" for later in seconds))
    return Table("What each app shows", headers, *rows)


_SECRET = "DEMOALICEDEMOALICEDEMOALICEDEMO2"  # noqa: S105 (a demo secret, public)


def seconds_accepted(drift_seconds: int, *, window_steps: int = 1, period: int = 30) -> int:
    """Return the number of seconds in a time step during which a code is accepted.

    Each code is read and typed in the same second. The phone's clock is `drift_seconds` fast, or slow if the number
    is negative. The function verifies each code with a demo secret.
    """
    clock = ManualClock()
    start = clock.now() // period * period
    phone = Phone(SkewedClock(clock, drift_seconds))
    phone.add(build_uri(_SECRET, account="demo", issuer="mfa-lab demo", period=period))
    accepted = 0
    for second in range(period):
        clock.set(start + second)
        try:
            match(_SECRET, phone.code(), clock.now(), window_steps=window_steps, period=period)
            accepted += 1
        except NoMatch:
            pass
    return accepted


def drift_table(*drifts: int) -> Table:
    """Return a table with a row for each drift in seconds.

    The row says whether a code is accepted always, now and then, or never.
    """
    rows = [
        (_clock_says(drift), f"{count} of 30", _when(count))
        for drift in drifts
        for count in [seconds_accepted(drift)]
    ]
    return Table(
        "A window of one step on either side",
        ("the phone's clock is", "seconds with an accepted code", "so the code is accepted"),
        *rows,
    )


def _clock_says(drift: int) -> str:
    return "correct" if drift == 0 else f"{abs(drift)} s {'fast' if drift > 0 else 'slow'}"


def _when(count: int) -> str:
    return {0: "never", 30: "always"}.get(count, "now and then")
