"""A complete code check by django-otp and by django-allauth against ours, on the same SQLite settings.

README.md says what each of them does inside the measured time. Both run in this process, which is warm, with their
default settings. Every accepted code consumes a new time step of its account: nobody logs in twice.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any

import click

from benchmarks.accounts import Site, site
from benchmarks.harness import Measurement, Row, interleaved, quickest_tenth_ratio, ratio_row, timed

Check = Callable[[Any, str, Any], bool]
"""Takes a user, a code and a request. Returns whether the code was accepted."""

WARM_UP = 30
PERIOD_SECONDS, MARGIN_SECONDS = 30, 1
_PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"
_APPS = (
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
)


def peers(pairs: int = 120, extra_pairs: int = 40) -> Iterator[Row]:
    """One row for each library. `with_login_*` is the same check with Django's `login` and the session's row."""
    _require_libraries()
    people = WARM_UP + pairs + 2 * extra_pairs
    with site(2 * people, real_time=True) as ours:
        users = _django(ours.folder / "django.db", ours.secret, people + 1)
        finish, finish_cpu = ours.finish(), ours.finish(thread_time)
        for name, check in (("django-otp match_token", _otp), ("django-allauth MFA form", _allauth)):
            _refuses_what_it_should(check, users[-1], ours)
            theirs = partial(_measured, check, iter(users), ours)
            interleaved(finish, theirs(login=True), WARM_UP)
            times = interleaved(finish, theirs(), pairs)
            cpu, bare_cpu = map(median, interleaved(finish_cpu, theirs(clock=thread_time), extra_pairs))
            whole = interleaved(finish, theirs(login=True), extra_pairs)
            yield ratio_row(
                "peers",
                what="finish_login, WAL file",
                against=name,
                reach=1.0,
                times=times,
                figures={
                    "quickest_tenth_ratio": quickest_tenth_ratio(times),
                    "cpu_ratio": cpu / bare_cpu,
                    "cpu_ms": cpu * 1e3,
                    "baseline_cpu_ms": bare_cpu * 1e3,
                    "with_login_ratio": median(left / right for left, right in zip(*whole, strict=True)),
                    "with_login_ms": median(whole[1]) * 1e3,
                },
            )


def _require_libraries() -> None:
    for name in ("allauth.mfa", "django", "django_otp"):
        try:
            import_module(name)
        except ModuleNotFoundError as missing:
            sentence = f"{missing.name} is not installed: start this row with `uv run --group bench`"
            raise click.ClickException(sentence) from None


def _django(path: Path, secret: str, people: int) -> list[Any]:
    """Sets Django up with a database at `path`, and returns users who each have a device for both libraries."""
    import django
    from django.conf import settings

    options = {"init_command": _PRAGMAS, "transaction_mode": "IMMEDIATE"}
    settings.configure(
        ALLOWED_HOSTS=["testserver"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=_APPS,
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],  # django-allauth does not start without it
        SECRET_KEY="demo only: a key for one measurement",
        TIME_ZONE="UTC",
    )
    django.setup()
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import encrypt
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django_otp.plugins.otp_totp.models import TOTPDevice

    call_command("migrate", verbosity=0)
    for pragma, expected in (("journal_mode", "wal"), ("synchronous", 2)):
        with connection.cursor() as cursor:
            assert cursor.execute(f"PRAGMA {pragma}").fetchone() == (expected,)
    users = User.objects.bulk_create(User(username=f"user{number}", password="!") for number in range(people))
    key = base64.b32decode(secret).hex()
    TOTPDevice.objects.bulk_create(TOTPDevice(user=user, name="demo", key=key) for user in users)
    kind, data = Authenticator.Type.TOTP, {"secret": encrypt(secret)}
    Authenticator.objects.bulk_create(Authenticator(user=user, type=kind, data=data) for user in users)
    return users


def _measured(
    check: Check,
    users: Iterator[Any],
    ours: Site,
    *,
    login: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> Measurement:
    """Returns a measurement of `check` for the next user, whose session row is written just before."""
    from django.contrib import auth

    def work(user: Any, code: str, request: Any) -> None:
        assert check(user, code, request)
        if login:
            auth.login(request, user)
            request.session.save()  # as Django's middleware does at the end of the request

    def measure() -> float:
        user, request = next(users), _request()
        code = _lasting_code(ours)
        return timed(lambda: work(user, code, request), clock)

    return measure


def _request() -> Any:
    """A request in the session that the password step has left."""
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import RequestFactory

    request = RequestFactory().post("/2fa")
    request.user, request.session = AnonymousUser(), SessionStore()
    request.session["password_accepted"] = True
    request.session.save()
    return request


def _lasting_code(ours: Site) -> str:
    """A code that stays valid for a moment: django-allauth accepts the current step only."""
    left = PERIOD_SECONDS - time.time() % PERIOD_SECONDS
    if left < MARGIN_SECONDS:
        time.sleep(left)
    return ours.code()


def _otp(user: Any, code: str, _request: Any) -> bool:
    from django_otp import match_token

    user.otp_device = match_token(user, code)
    return user.otp_device is not None


def _allauth(user: Any, code: str, request: Any) -> bool:
    from allauth.core.context import request_context
    from allauth.mfa.base.forms import AuthenticateForm

    with request_context(request):
        form = AuthenticateForm(data={"code": code}, user=user)
        if not form.is_valid():
            return False
        form.save()
    return True


def _refuses_what_it_should(check: Check, user: Any, ours: Site) -> None:
    """A library that is set up wrongly must not be measured: a valid code is accepted exactly once."""
    code = _lasting_code(ours)
    assert check(user, code, _request())
    assert not check(user, code, _request()), "the library accepted a replay"
