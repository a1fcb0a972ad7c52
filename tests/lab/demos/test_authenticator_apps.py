"""Notebook 03's tools: parts of a URI, apps that ignore one of them, clocks that get in or do not."""

import pytest

from mfa_lab import ManualClock
from mfa_lab.errors import InvalidUri
from mfa_lab.lab.demos.authenticator_apps import (
    codes_over_time,
    drift_table,
    read_qr,
    seconds_accepted,
    three_apps,
    uri_parts,
)
from mfa_lab.otp import code_at
from mfa_lab.provisioning import build_uri, qr_png

SECRET = "DEMOCAROLDEMOCAROLDEMOCAROLDEMO2"
URI = build_uri(
    SECRET, account="carol@example.org", issuer="Bee Works", digits=8, period=60, algorithm="SHA256"
)  # fmt: skip


def test_every_part_of_the_uri_is_told():
    """Label and parameters as an app reads them, each with a meaning."""
    parts = {name: value for name, value, _ in uri_parts(URI).rows}
    assert parts == {
        "scheme": "otpauth",
        "type": "totp",
        "label": "Bee Works:carol@example.org",
        "secret": SECRET,
        "issuer": "Bee Works",
        "algorithm": "SHA256",
        "digits": "8",
        "period": "60",
    }
    assert all(meaning for *_, meaning in uri_parts(f"{URI}&image=x").rows)


def test_what_is_no_uri_is_refused():
    """In a sentence, and without quoting it."""
    with pytest.raises(InvalidUri):
        uri_parts("https://example.org")


def test_a_picture_is_really_read():
    """What was drawn comes back."""
    assert read_qr(qr_png(URI)) == URI


def test_each_app_ignores_its_own_part():
    """Beside the honest one: A keeps steps of 30 s, B shows six digits, C uses SHA-1. The clock is put back."""
    clock = ManualClock()
    now = clock.now()
    table = codes_over_time(three_apps(URI, clock), clock, (0, 30, 60))
    told = {app: [code.replace(" ", "") for code in codes] for app, *codes in table.rows}
    kinds = {
        "honest": {"digits": 8, "period": 60, "algorithm": "SHA256"},
        "A": {"digits": 8, "period": 30, "algorithm": "SHA256"},
        "B": {"digits": 6, "period": 60, "algorithm": "SHA256"},
        "C": {"digits": 8, "period": 60, "algorithm": "SHA1"},
    }
    assert told == {app: [code_at(SECRET, now + s, **kind) for s in (0, 30, 60)] for app, kind in kinds.items()}
    assert clock.now() == now


@pytest.mark.parametrize(
    ("drift", "count"), [(0, 30), (30, 30), (-30, 30), (31, 29), (-45, 15), (45, 15), (59, 1), (60, 0), (-60, 0)]
)
def test_seconds_accepted_follow_the_window(drift, count):
    """In closed form: of the 30 seconds of a step, those for which second + drift lies in -30 to 59."""
    assert seconds_accepted(drift) == count == sum(-30 <= second + drift < 60 for second in range(30))


def test_a_window_of_none_forgives_nothing_always():
    """Without a window even one second of drift is refused at some moment."""
    assert (seconds_accepted(0, window_steps=0), seconds_accepted(1, window_steps=0)) == (30, 29)


def test_the_table_says_it_in_words():
    """Always, now and then, never."""
    told = [(row[0], row[2]) for row in drift_table(-90, -45, 0, 30).rows]
    assert told == [
        ("90 s slow", "never"),
        ("45 s slow", "now and then"),
        ("correct", "always"),
        ("30 s fast", "always"),
    ]
