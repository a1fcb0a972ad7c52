"""Kill -9 in the middle of logins and enrolments: what was answered is true, what was consumed stays consumed."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from mfa_lab import AccessDenied, ManualClock, MfaServer, Phone
from mfa_lab.errors import Reason
from mfa_lab.otp import code_at
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Enrolment, Session
from tests.server.kit import KEY, NAME, NEVER_WAITS, PASSWORD, Deployment, reason

pytestmark = pytest.mark.full

KILLS = 50
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.server.test_kill"])


def log_in_for_ever(url: str, secret: str, now: int, wrong: str, said: Any) -> None:
    """Wrong codes and right ones in turn; each answer is passed on as soon as it is there."""
    clock = ManualClock(now)
    server = MfaServer(url, clock=clock, policy=NEVER_WAITS, key=KEY)
    said.send(("ready", 0, ""))
    while True:
        clock.advance(30)
        pending = server.begin_login(NAME, PASSWORD)
        for _ in range(3):
            try:
                server.finish_login(pending, wrong)
            except AccessDenied as denied:
                said.send(("refused", denied.trace.failures if denied.trace else 0, ""))
        session = server.finish_login(pending, code_at(secret, clock.now()))
        said.send(("granted", clock.now(), session.token.reveal()))


def killed_at(moment: float, *order: object) -> list[tuple[str, int, str]]:
    """Let a process log in and kill it `moment` seconds after it is ready; everything it was told until then."""
    hears, says = FORK.Pipe(duplex=False)
    process = FORK.Process(target=log_in_for_ever, args=(*order, says), daemon=True)
    process.start()
    says.close()
    told = [hears.recv()]
    time.sleep(moment)
    process.kill()
    process.join()
    try:
        while True:
            told.append(hears.recv())
    except EOFError:
        return told


def test_nothing_comes_back_after_a_kill(tmp_path: Path) -> None:
    """Fifty kills at seeded moments. The database opens and is whole; sessions that were told are there; no accepted
    step is accepted again; a failure count goes back by a success alone; a session and its step stand or fall as one.
    """
    deployment = Deployment(tmp_path, NEVER_WAITS)
    deployment.enrol()
    moments = random.Random(1)
    granted = refused = 0
    for _ in range(KILLS):
        ((step_before,),) = deployment.rows("SELECT last_step FROM factors")
        deployment.server.close()
        told = killed_at(
            moments.uniform(0, 0.15),
            deployment.url,
            deployment.secret,
            deployment.clock.now(),
            deployment.wrong_code(),
        )

        assert deployment.rows("PRAGMA integrity_check") == [("ok",)]
        deployment.open(NEVER_WAITS)
        ((last_step, failures),) = deployment.rows("SELECT last_step, otp_failures FROM factors, accounts")
        deployment.clock.set(last_step * 30 + 40)
        answers = [what for what, *_ in told]
        successes = [(now // 30, token) for what, now, token in told if what == "granted"]

        for step, token in successes:
            assert step <= last_step
            deployment.server.check_session(Session(Redacted(token), NAME, 0, 0))
        if last_step == (successes[-1][0] if successes else step_before):
            last_success = max((index for index, what in enumerate(answers) if what == "granted"), default=0)
            assert failures >= answers[last_success:].count("refused")
        ((sessions, logins, newest),) = deployment.rows(
            "SELECT count(*), (SELECT count(*) FROM audit WHERE event = 'logged in'), max(created_at) FROM sessions"
        )
        assert sessions == logins
        assert newest is None or last_step == newest // 30
        used = code_at(deployment.secret, last_step * 30)
        assert reason(deployment.server.finish_login, deployment.begin(), used) is Reason.REUSED

        granted += len(successes)
        refused += answers.count("refused")
        deployment.log_in()
    assert granted > KILLS / 2
    assert refused > KILLS


WHAT_A_CONFIRMATION_LEAVES = """
SELECT (SELECT count(*) FROM factors WHERE account_id = accounts.id),
       (SELECT count(*) FROM recovery_codes WHERE account_id = accounts.id),
       (SELECT count(*) FROM enrolments WHERE account_id = accounts.id AND ended IS NOT NULL),
       (SELECT count(*) FROM pendings WHERE account_id = accounts.id AND ended IS NOT NULL),
       (SELECT count(*) FROM notices WHERE account_id = accounts.id AND event = 'factor bound'),
       (SELECT count(*) FROM audit WHERE account_id = accounts.id AND event = 'factor bound')
FROM accounts WHERE name =
"""
NOTHING, ALL = (0, 0, 0, 0, 0, 0), (1, 10, 1, 1, 1, 1)


def confirm_and_die(url: str, now: int, token: str, code: str, moment: int) -> None:
    """Confirm an enrolment; kill -9 by its own hand just before its statement or commit number `moment`."""
    server = MfaServer(url, clock=ManualClock(now), policy=NEVER_WAITS, key=KEY)
    moments = count()

    def die(*_: object) -> None:
        if next(moments) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", die)
    event.listen(Engine, "commit", die)
    server.confirm_enrolment(Enrolment(Redacted(token), 0, None), code)


def confirm_under_kills(deployment: Any) -> None:
    """A confirmation killed before each of its statements in turn, until one gets to its end. Each has left all or
    nothing. After nothing the same code confirms. After all it is spent; the phone logs in, for new recovery codes.
    """
    for moment in count():
        name = f"user{moment}@example.org"
        deployment.server.register(name, PASSWORD)
        enrolment = deployment.server.start_enrolment(deployment.server.begin_login(name, PASSWORD))
        phone = Phone(deployment.clock)
        phone.add(enrolment.uri)
        order = (deployment.url, deployment.clock.now(), enrolment.token.reveal(), phone.code(), moment)
        process = FORK.Process(target=confirm_and_die, args=order, daemon=True)
        process.start()
        process.join()
        (left,) = deployment.rows(f"{WHAT_A_CONFIRMATION_LEAVES} '{name}'")
        killed = process.exitcode == -signal.SIGKILL
        assert left in ((NOTHING, ALL) if killed else (ALL,)), moment  # it may die just after its commit
        if left == NOTHING:
            assert len(deployment.server.confirm_enrolment(enrolment, phone.code())) == 10
        else:
            assert reason(deployment.server.confirm_enrolment, enrolment, phone.code()) is Reason.CONSUMED_PENDING
        deployment.clock.advance(30)
        session = deployment.server.finish_login(deployment.server.begin_login(name, PASSWORD), phone.code())
        assert len(deployment.server.issue_recovery_codes(session)) == 10
        if not killed:
            assert process.exitcode == 0
            break
    assert moment > 10


def test_no_enrolment_is_lost_by_a_kill(tmp_path: Path) -> None:
    """Killed at any of its statements, an enrolment is wholly there or can be confirmed again, never half."""
    confirm_under_kills(Deployment(tmp_path, NEVER_WAITS))
