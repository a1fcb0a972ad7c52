"""Kill -9 in the middle of logins: what was answered is true, what was consumed stays consumed."""

from __future__ import annotations

import multiprocessing
import random
import time
from pathlib import Path
from typing import Any

import pytest

from mfa_lab import AccessDenied, ManualClock, MfaServer
from mfa_lab.errors import Reason
from mfa_lab.hidden import Hidden
from mfa_lab.otp import code_at
from mfa_lab.server.records import Session
from tests.server.kit import KEY, NAME, PASSWORD, PATIENT, House, reason

KILLS = 50
FORK = multiprocessing.get_context("forkserver")


def log_in_for_ever(url: str, secret: str, now: int, wrong: str, said: Any) -> None:
    """Wrong codes and right ones in turn; each answer is passed on as soon as it is there."""
    clock = ManualClock(now)
    server = MfaServer(url, clock=clock, policy=PATIENT, key=KEY)
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


@pytest.mark.slow
def test_nothing_comes_back_after_a_kill(tmp_path: Path) -> None:
    """Fifty kills at seeded moments. The database opens and is whole; sessions that were told are there; no accepted
    step is accepted again; a failure count goes back by a success alone; a session and its step stand or fall as one.
    """
    FORK.set_forkserver_preload(["tests.test_kill"])
    house = House(tmp_path, PATIENT)
    house.enrol()
    moments = random.Random(1)
    granted = refused = 0
    for _ in range(KILLS):
        ((step_before,),) = house.rows("SELECT last_step FROM factors")
        house.server.close()
        told = killed_at(moments.uniform(0, 0.15), house.url, house.secret, house.clock.now(), house.wrong_code())

        assert house.rows("PRAGMA integrity_check") == [("ok",)]
        house.open(PATIENT)
        ((last_step, failures),) = house.rows("SELECT last_step, otp_failures FROM factors, accounts")
        house.clock.set(last_step * 30 + 40)
        answers = [what for what, *_ in told]
        successes = [(now // 30, token) for what, now, token in told if what == "granted"]

        for step, token in successes:
            assert step <= last_step
            house.server.check_session(Session(Hidden(token), NAME, 0, 0))
        if last_step == (successes[-1][0] if successes else step_before):
            last_success = max((index for index, what in enumerate(answers) if what == "granted"), default=0)
            assert failures >= answers[last_success:].count("refused")
        ((sessions, logins, newest),) = house.rows(
            "SELECT count(*), (SELECT count(*) FROM audit WHERE event = 'logged in'), max(created_at) FROM sessions"
        )
        assert sessions == logins
        assert newest is None or last_step == newest // 30
        used = code_at(house.secret, last_step * 30)
        assert reason(house.server.finish_login, house.begin(), used) is Reason.REUSED

        granted += len(successes)
        refused += answers.count("refused")
        house.log_in()
    assert granted > KILLS / 2
    assert refused > KILLS
