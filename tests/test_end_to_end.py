# ruff: noqa: E501  (the example keeps its lines)
"""The contract: other programs call these names in this way."""

from pathlib import Path

import pytest


def test_one_login_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One login from end to end runs as it is documented, on a file, by the real picture."""
    monkeypatch.chdir(tmp_path)
    # fmt: off
    from mfa_lab import AccessDenied, ManualClock, MfaServer, Phone, Policy

    clock = ManualClock(1_800_000_010)
    server = MfaServer("sqlite:///lab.db", clock=clock, policy=Policy.STANDARD)   # "sqlite://" = in memory
    server.register("alice@example.org", "correct horse battery staple")
    pending = server.begin_login("alice@example.org", "correct horse battery staple")   # step 1
    enrolment = server.start_enrolment(pending)        # no factor yet, so this pending login permits enrolment, and nothing else
    phone = Phone(clock=clock)
    phone.scan(enrolment.qr_png())                     # really decodes the picture; phone.add(enrolment.uri) takes the text
    recovery_codes = server.confirm_enrolment(enrolment, phone.code())    # consumes its step: the same code logs nobody in
    clock.advance(30)
    pending = server.begin_login("alice@example.org", "correct horse battery staple")   # step 1
    session = server.finish_login(pending, phone.code())                                # steps 2 to 4
    # fmt: on
    assert len(recovery_codes) == 10
    assert server.check_session(session).name == "alice@example.org"
    assert sorted(path.name for path in tmp_path.glob("*.[dk]*")) == [
        "lab.db", "lab.db-shm", "lab.db-wal", "lab.db.key",
    ]  # fmt: skip
    with pytest.raises(AccessDenied):
        server.finish_login(pending, phone.code())


def test_the_pure_functions_below_it() -> None:
    """`mfa_lab.otp` by its public names: step, code, match, diagnosis, explanation, with plain arguments."""
    from mfa_lab.otp import Match, code_at, diagnose, explain, match, step_at

    secret, now = "DEMOALICEDEMOALICEDEMOALICEDEMO2", 1_800_000_010
    assert step_at(now, period=30) == 60_000_000
    code = code_at(secret, now, digits=6, period=30, algorithm="SHA1")
    assert match(secret, code, now, window_steps=1, last_step=None) == Match(step=60_000_000, offset=0)
    assert diagnose(secret, code, now).offset == 0
    assert explain(secret, now).code == code
