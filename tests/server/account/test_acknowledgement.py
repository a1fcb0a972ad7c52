"""What is shown once must not be lost: a second request hears that it is done, and unseen codes are replaced."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, current_thread, main_thread
from typing import Any

import pytest

from mfa_lab import AccessDenied, Phone
from mfa_lab.errors import ALREADY_DONE, LOGIN_OVER, LoginOver, StepDone
from mfa_lab.redaction import Redacted
from mfa_lab.server.factors import recovery_codes
from mfa_lab.server.records import Enrolment, PendingLogin, Permit, Recovery, RecoveryCodes, Session
from tests.server.kit import NAME, NEVER_WAITS, PASSWORD, Deployment, together

BAD_RECOVERY_CODE = "AAAA-AAAA-AAAA-AAAA"
Step = tuple[Callable[..., Any], Any, str, str]
"""The call, its token, the code that is correct, and one that is wrong."""


def confirming(deployment: Deployment) -> Step:
    """Bob enrols his first authenticator."""
    deployment.server.register("bob@example.org", PASSWORD)
    enrolment = deployment.server.start_enrolment(deployment.begin("bob@example.org"))
    phone = Phone(deployment.clock)
    phone.add(enrolment.uri)
    return deployment.server.confirm_enrolment, enrolment, phone.code(), "000000"


def replacing(deployment: Deployment) -> Step:
    """Alice replaces hers from a session."""
    enrolment = deployment.server.start_enrolment(deployment.log_in())
    phone = Phone(deployment.clock)
    phone.add(enrolment.uri)
    return deployment.server.confirm_enrolment, enrolment, phone.code(), "000000"


def recovering(deployment: Deployment) -> Step:
    return deployment.server.recover, deployment.begin(), deployment.codes[0], BAD_RECOVERY_CODE


def finishing(deployment: Deployment) -> Step:
    return deployment.server.finish_login, deployment.begin(), deployment.phone.code(), deployment.wrong_code()


STEPS = [confirming, replacing, recovering, finishing]


def denied(call: Callable[..., Any], *arguments: Any) -> AccessDenied:
    with pytest.raises(AccessDenied) as caught:
        call(*arguments)
    return caught.value


@pytest.mark.parametrize("step", STEPS)
def test_two_clicks_do_it_once_and_say_so(step: Callable[[Deployment], Step], enrolled: Deployment) -> None:
    """Of two requests at the same moment one succeeds; the other one, and any later one, hears that it is done: with
    the correct code and with a wrong one.
    """
    call, token, good, wrong = step(enrolled)
    answers = together(*[lambda: call(token, good)] * 2)
    (refusal,) = [answer for answer in answers if isinstance(answer, AccessDenied)]
    assert (type(refusal), str(refusal)) == (StepDone, ALREADY_DONE)
    assert {type(answer) for answer in answers} - {StepDone} <= {RecoveryCodes, Recovery, Session}
    enrolled.clock.advance(30)
    for code in (good, wrong):
        assert str(denied(call, token, code)) == ALREADY_DONE


@pytest.mark.parametrize("step", STEPS)
def test_only_the_holder_of_the_token_learns_that_it_is_done(
    step: Callable[[Deployment], Step], enrolled: Deployment
) -> None:
    """Somebody who has the password and a pending login of their own hears nothing of it, nor a made-up token."""
    call, token, good, wrong = step(enrolled)
    name = "bob@example.org" if step is confirming else NAME
    theirs: Any = enrolled.begin(name)
    if isinstance(token, Enrolment):
        theirs = enrolled.server.start_enrolment(theirs) if step is confirming else None
    call(token, good)
    forged = PendingLogin(Redacted("forged"), Permit.CODE, 2**40)
    forged = Enrolment(forged.token, 2**40, token.account) if isinstance(token, Enrolment) else forged
    for other in filter(None, (theirs, forged)):
        assert {type(denied(call, other, code)) for code in (good, wrong)} <= {AccessDenied, LoginOver}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", ["expired", "too many wrong codes", "superseded", "swept"])
def test_what_is_over_says_start_a_new_login(
    how: str, step: Callable[[Deployment], Step], enrolled: Deployment
) -> None:
    """The same words for the correct code and for a wrong one: they say nothing about the code."""
    enrolled.open(NEVER_WAITS)
    call, token, good, wrong = step(enrolled)
    if how == "expired":
        enrolled.clock.advance(1000)
    elif how == "superseded":
        enrolled.server.reset_factors("bob@example.org" if step is confirming else NAME)
    elif how == "swept":
        enrolled.tamper("DELETE FROM pendings", "DELETE FROM enrolments")
    else:
        for _ in range(5):
            assert type(denied(call, token, wrong)) is AccessDenied
    refusals = [denied(call, token, code) for code in (good, wrong)]
    assert [(type(refusal), str(refusal)) for refusal in refusals] == [(LoginOver, LOGIN_OVER)] * 2


def test_an_enrolment_ends_with_its_session(enrolled: Deployment) -> None:
    """No code confirms it any more, and the answer says what helps."""
    session = enrolled.log_in()
    enrolment = enrolled.server.start_enrolment(session)
    enrolled.server.log_out(session)
    phone = Phone(enrolled.clock)
    phone.add(enrolment.uri)
    for code in (phone.code(), "000000"):
        assert type(denied(enrolled.server.confirm_enrolment, enrolment, code)) is LoginOver


@pytest.mark.parametrize("good", [True, False], ids=["correct code", "wrong code"])
def test_a_login_that_ends_while_a_recovery_code_is_verified(
    good: bool, enrolled: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow hash leaves time for it: the answer does not tell whether the code was correct."""
    pending, find = enrolled.begin(), recovery_codes.find

    def meanwhile(*arguments: Any) -> int | None:
        enrolled.server.reset_factors(NAME)
        return find(*arguments)

    monkeypatch.setattr(recovery_codes, "find", meanwhile)
    code = enrolled.codes[0] if good else BAD_RECOVERY_CODE
    assert type(denied(enrolled.server.recover, pending, code)) is LoginOver


@pytest.mark.parametrize("typed", ["the code", "a wrong code"])
@pytest.mark.parametrize("first_code", ["correct", "wrong"])
@pytest.mark.parametrize("mistakes", [2, 4])
def test_a_second_click_while_the_first_is_verified(
    mistakes: int, first_code: str, typed: str, enrolled: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count of the first one makes the second one wait, or ends the login. The second one hears that it is done
    if the first one succeeds, whatever it brings itself. Another login of this account hears nothing of it.
    """
    pending = enrolled.begin()
    for _ in range(mistakes):
        denied(enrolled.server.recover, pending, BAD_RECOVERY_CODE)
        enrolled.clock.advance(60)
    others, find = enrolled.begin(), recovery_codes.find
    second_code = enrolled.codes[0] if typed == "the code" else BAD_RECOVERY_CODE
    first_done, second_verifies = Event(), Event()

    def clicked(token: PendingLogin, code: str) -> type[AccessDenied]:
        try:
            return type(denied(enrolled.server.recover, token, code))
        finally:
            second_verifies.set()

    with ThreadPoolExecutor(1) as pool:
        answers: list[Future[type[AccessDenied]]] = []

        def meanwhile(*arguments: Any) -> int | None:
            if current_thread() is main_thread():
                answers.append(pool.submit(clicked, pending, second_code))
                assert second_verifies.wait(20)
            else:
                second_verifies.set()
                assert first_done.wait(20)
            return find(*arguments)

        monkeypatch.setattr(recovery_codes, "find", meanwhile)
        if first_code == "correct":
            assert isinstance(enrolled.server.recover(pending, enrolled.codes[0]), Recovery)
        else:
            denied(enrolled.server.recover, pending, "BBBB-BBBB-BBBB-BBBB")
        first_done.set()
        answer = answers[0].result(20)
    monkeypatch.undo()
    failed = LoginOver if mistakes == 4 else AccessDenied
    assert answer is (StepDone if first_code == "correct" else failed)
    assert type(denied(enrolled.server.recover, others, BAD_RECOVERY_CODE)) in (AccessDenied, LoginOver)


def test_until_the_codes_are_acknowledged_each_session_says_so(enrolled: Deployment) -> None:
    """Whoever never saw the ten codes is asked at every login, and gets a fresh set from a fresh session."""
    lost = enrolled.codes
    for _ in range(2):
        session = enrolled.log_in()
        assert session.codes_to_acknowledge == lost.issue_id != ""
        assert enrolled.server.check_session(session).codes_to_acknowledge == lost.issue_id
    fresh = enrolled.server.issue_recovery_codes(session)
    assert enrolled.log_in().codes_to_acknowledge == fresh.issue_id != lost.issue_id
    assert not enrolled.server.acknowledge_recovery_codes(lost.issue_id)  # a page from before: its codes are void
    assert enrolled.log_in().codes_to_acknowledge == fresh.issue_id
    assert enrolled.server.acknowledge_recovery_codes(fresh.issue_id)
    assert enrolled.server.acknowledge_recovery_codes(fresh.issue_id)  # a second click is no fault
    assert enrolled.log_in().codes_to_acknowledge == ""
    assert enrolled.server.check_session(session).codes_to_acknowledge == ""
    events = [line.event for line in enrolled.server.audit_log()]
    assert events.count("recovery codes acknowledged") == 1


def test_the_replacement_of_a_used_code_has_to_be_acknowledged_too(enrolled: Deployment) -> None:
    """It is shown once as well: if the response is lost, the next session offers a fresh set."""
    enrolled.server.acknowledge_recovery_codes(enrolled.codes.issue_id)
    recovery = enrolled.server.recover(enrolled.begin(), enrolled.codes[0])
    enrolled.clock.advance(30)
    assert enrolled.log_in().codes_to_acknowledge == recovery.replacement.issue_id != ""
    assert enrolled.server.acknowledge_recovery_codes(recovery.replacement.issue_id)
    assert enrolled.log_in().codes_to_acknowledge == ""


@pytest.mark.parametrize("typed", ["", "0" * 32, "x", "é" * 32, None, 7, "a" * 10_000])
def test_what_is_no_issue_acknowledges_nothing(typed: Any, enrolled: Deployment) -> None:
    """An account without codes has the empty issue, which nobody can acknowledge; nothing is written."""
    enrolled.server.register("bob@example.org", PASSWORD)
    before = enrolled.dump()
    assert enrolled.server.acknowledge_recovery_codes(typed) is False
    assert enrolled.dump() == before


def test_nothing_secret_is_kept_for_it(enrolled: Deployment) -> None:
    """The database holds the id of the issue and no code: neither in the clear nor longer than before."""
    text = enrolled.dump()
    assert enrolled.codes.issue_id in text
    for code in enrolled.codes:
        assert code not in text
        assert code.replace("-", "") not in text
        assert enrolled.codes.issue_id not in code
