"""One record, three views: the public words tell nothing, the trace the instructor, the audit line the operator."""

import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mfa_lab import AccessDenied, MfaServer, Policy
from mfa_lab.errors import ALREADY_DONE, LOGIN_OVER, PUBLIC_MESSAGE, RESET_OVER, Reason
from mfa_lab.redaction import Redacted
from mfa_lab.server import decision
from mfa_lab.server.records import PasswordReset, PendingLogin, Permit, Session
from tests.server.kit import EXPLAINING, NAME, NEVER_WAITS, PASSWORD, WRONG, Deployment, refused
from tests.server.passkeys import AT_LOGIN, ELSEWHERE

Call = Callable[[], object]
FORGED = Redacted("forged")
BAD_RECOVERY_CODE = "AAAA-AAAA-AAAA-AAAA"


def unknown_name(deployment: Deployment) -> Call:
    return lambda: deployment.begin("nobody@example.org")


def wrong_password(deployment: Deployment) -> Call:
    return lambda: deployment.begin(NAME, WRONG)


def disabled_account(deployment: Deployment) -> Call:
    deployment.server.accounts.disable(NAME)
    return lambda: deployment.begin()


def throttled(deployment: Deployment) -> Call:
    for _ in range(3):
        refused(deployment.begin, NAME, WRONG)
    return lambda: deployment.begin()


def finishing(deployment: Deployment, code: str) -> Call:
    """A login at its last step, where `code` is typed."""
    pending = deployment.begin()
    return lambda: deployment.server.finish_login(pending, code)


def unknown_pending(deployment: Deployment) -> Call:
    return lambda: deployment.server.finish_login(PendingLogin(FORGED, Permit.CODE, 2**40), deployment.phone.code())


def expired_pending(deployment: Deployment) -> Call:
    pending = deployment.begin()
    deployment.clock.advance(deployment.policy.pending_seconds)
    return lambda: deployment.server.finish_login(pending, deployment.phone.code())


def spent_pending(deployment: Deployment) -> Call:
    pending = deployment.begin()
    deployment.server.finish_login(pending, deployment.phone.code())
    deployment.clock.advance(30)
    return lambda: deployment.server.finish_login(pending, deployment.phone.code())


def not_enrolled(deployment: Deployment) -> Call:
    deployment.server.register("bob@example.org", PASSWORD)
    pending = deployment.begin("bob@example.org")
    return lambda: deployment.server.finish_login(pending, deployment.phone.code())


def disabled(deployment: Deployment) -> Call:
    deployment.open(replace(NEVER_WAITS, disable_after_failures=1))
    refused(deployment.server.finish_login, deployment.begin(), deployment.wrong_code())
    return finishing(deployment, deployment.phone.code())


def malformed(deployment: Deployment) -> Call:
    return finishing(deployment, deployment.phone.code() + "0")


def no_match(deployment: Deployment) -> Call:
    return finishing(deployment, deployment.wrong_code())


def near_miss(deployment: Deployment) -> Call:
    old = deployment.phone.code()
    deployment.clock.advance(120)
    return finishing(deployment, old)


def reused(deployment: Deployment) -> Call:
    deployment.server.finish_login(deployment.begin(), deployment.phone.code())
    return finishing(deployment, deployment.phone.code())


def wrong_recovery_code(deployment: Deployment) -> Call:
    pending = deployment.begin()
    return lambda: deployment.server.recover(pending, BAD_RECOVERY_CODE)


def not_permitted(deployment: Deployment) -> Call:
    pending = deployment.begin()
    return lambda: deployment.server.start_enrolment(pending)


def unknown_session(deployment: Deployment) -> Call:
    return lambda: deployment.server.check_session(Session(FORGED, NAME, deployment.clock.now(), 2**40))


def stale_session(deployment: Deployment) -> Call:
    session = deployment.log_in()
    deployment.clock.advance(deployment.policy.fresh_session_seconds)
    return lambda: deployment.server.start_enrolment(session)


def unknown_reset(deployment: Deployment) -> Call:
    return lambda: deployment.server.finish_password_reset(PasswordReset(FORGED), WRONG)


def expired_reset(deployment: Deployment) -> Call:
    reset = deployment.server.issue_password_reset(NAME)
    deployment.clock.advance(deployment.policy.password_reset_seconds)
    return lambda: deployment.server.finish_password_reset(reset, WRONG)


def consumed_reset(deployment: Deployment) -> Call:
    reset = deployment.server.issue_password_reset(NAME)
    deployment.server.finish_password_reset(reset, WRONG)
    return lambda: deployment.server.finish_password_reset(reset, WRONG)


WAYS = {
    Reason.UNKNOWN_NAME: unknown_name,
    Reason.WRONG_PASSWORD: wrong_password,
    Reason.ACCOUNT_DISABLED: disabled_account,
    Reason.THROTTLED: throttled,
    Reason.UNKNOWN_PENDING: unknown_pending,
    Reason.EXPIRED_PENDING: expired_pending,
    Reason.CONSUMED_PENDING: spent_pending,
    Reason.NOT_ENROLLED: not_enrolled,
    Reason.DISABLED: disabled,
    Reason.MALFORMED: malformed,
    Reason.NO_MATCH: no_match,
    Reason.NEAR_MISS: near_miss,
    Reason.REUSED: reused,
    Reason.WRONG_RECOVERY_CODE: wrong_recovery_code,
    Reason.NOT_PERMITTED: not_permitted,
    Reason.UNKNOWN_SESSION: unknown_session,
    Reason.STALE_SESSION: stale_session,
    Reason.UNKNOWN_RESET: unknown_reset,
    Reason.EXPIRED_RESET: expired_reset,
    Reason.CONSUMED_RESET: consumed_reset,
    **AT_LOGIN,
    **ELSEWHERE,
}


def test_the_table_knows_every_reason() -> None:
    """No reason exists that no test has ever brought about."""
    assert set(WAYS) == set(Reason)


def denial(call: Call) -> AccessDenied:
    with pytest.raises(AccessDenied) as caught:
        call()
    return caught.value


WORDS = {
    Reason.UNKNOWN_PENDING: ("LoginOver", LOGIN_OVER),
    Reason.EXPIRED_PENDING: ("LoginOver", LOGIN_OVER),
    Reason.CONSUMED_PENDING: ("StepDone", ALREADY_DONE),  # completed by this very token
    **dict.fromkeys((Reason.UNKNOWN_RESET, Reason.EXPIRED_RESET, Reason.CONSUMED_RESET), ("ResetOver", RESET_OVER)),
    **dict.fromkeys(AT_LOGIN, ("LoginOver", LOGIN_OVER)),  # any rejected response of a passkey ends its login
}
"""What is said of a token that no code helps any more. All else that is refused reads the same."""


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_reads_the_same(reason: Reason, enrolled: Deployment) -> None:
    """ASVS-6.3.8: `str`, `repr` and `args` are the public words; no cause, no context; the trace says why."""
    denied = denial(WAYS[reason](enrolled))
    kind, words = WORDS.get(reason, ("AccessDenied", PUBLIC_MESSAGE))
    assert (str(denied), denied.args, repr(denied)) == (words, (words,), f"{kind}({words!r})")
    assert denied.__cause__ is denied.__context__ is None
    assert denied.trace is not None
    assert denied.trace.reason is reason
    assert str(denied.trace).startswith(f"{reason}: ")


@pytest.mark.parametrize("reason", Reason)
def test_without_the_policy_there_is_no_trace(reason: Reason, enrolled: Deployment) -> None:
    """`explain_refusals` is off by default, and then an error in hand holds nothing but the public words."""
    call = WAYS[reason](enrolled)
    silent = replace(enrolled.policy, explain_refusals=False)
    enrolled.server._services = replace(enrolled.server._services, policy=silent)
    enrolled.server.policy = silent
    denied = denial(call)
    assert denied.trace is None
    assert vars(denied) == {"trace": None}
    assert not Policy.STANDARD.explain_refusals


class Typed:
    """What a person types, hidden from tracebacks of the test itself."""

    def __init__(self, *values: object) -> None:
        self.values = values

    def __repr__(self) -> str:
        return "<typed>"

    def into(self, call: Callable[..., object]) -> str:
        """The whole traceback of the refused call, with every variable of every frame."""
        try:
            call(*self.values)
        except AccessDenied as denied:
            return "".join(traceback.TracebackException.from_exception(denied, capture_locals=True).format())
        raise AssertionError("this call should have been refused")


def calls(deployment: Deployment) -> dict[str, tuple[Callable[..., object], Typed]]:
    consumed = deployment.server.issue_password_reset(NAME)
    deployment.server.issue_password_reset(NAME)
    enrolment = deployment.server.start_enrolment(deployment.log_in())
    return {
        "password": (deployment.server.begin_login, Typed(NAME, WRONG)),
        "password as a name": (deployment.server.begin_login, Typed(PASSWORD, WRONG)),
        "code": (deployment.server.finish_login, Typed(deployment.begin(), deployment.wrong_code())),
        "reused code": (deployment.server.finish_login, Typed(deployment.begin(), deployment.phone.code())),
        "recovery code": (deployment.server.recover, Typed(deployment.begin(), BAD_RECOVERY_CODE)),
        "enrolment code": (deployment.server.confirm_enrolment, Typed(enrolment, deployment.wrong_code())),
        "password reset": (deployment.server.finish_password_reset, Typed(consumed, WRONG)),
    }


WHAT = ["password", "password as a name", "code", "reused code", "recovery code", "enrolment code", "password reset"]


@pytest.mark.parametrize("what", WHAT)
def test_a_traceback_with_variables_shows_nothing_typed_or_stored(what: str, enrolled: Deployment) -> None:
    """Even a tool that prints every variable shows no password, code, token or secret, and no name typed wrongly."""
    call, typed = calls(enrolled)[what]
    shown = typed.into(call)
    secrets = {PASSWORD, WRONG, BAD_RECOVERY_CODE, enrolled.secret, *enrolled.codes, enrolled.phone.code()}
    for value in typed.values:
        secrets |= {value} if isinstance(value, str) and value != NAME else set()
        secrets |= {value.token.reveal()} if hasattr(value, "token") else set()
    assert not [secret for secret in secrets if str(secret) in shown]


@pytest.mark.parametrize(("one", "other"), [("password", "password as a name"), ("code", "reused code")])
def test_a_traceback_with_variables_tells_no_reason(one: str, other: str, enrolled: Deployment) -> None:
    """Tracebacks of different refusals of one call are the same text."""
    made = calls(enrolled)
    first, second = (typed.into(call) for call, typed in (made[one], made[other]))
    assert first == second


def test_a_near_miss_says_which_way_and_by_how_much(enrolled: Deployment) -> None:
    """A late code and an early one read differently, in steps and seconds outside the window."""
    late = refused(near_miss(enrolled))
    assert (late.offset, late.seconds_outside, "ago" in late.sentence) == (-4, -71, True)
    enrolled.clock.advance(120)
    early_code = enrolled.phone.code()
    enrolled.clock.advance(-60)
    early = refused(enrolled.server.finish_login, enrolled.begin(), early_code)
    assert (early.offset, early.seconds_outside, "ahead" in early.sentence) == (2, 20, True)


def test_the_audit_line_and_the_trace_give_the_same_reason(enrolled: Deployment) -> None:
    """The three views come from one record."""
    for reason, way in ((Reason.UNKNOWN_NAME, unknown_name), (Reason.NO_MATCH, no_match)):
        trace = refused(way(enrolled))
        assert enrolled.server.audit_log()[-1].reason == trace.reason == reason


def test_a_decision_hides_itself() -> None:
    """Its `repr` tells neither reason nor account."""
    made = decision.refused(Reason.WRONG_PASSWORD, "account")
    assert repr(made) == "Decision()"


def test_policies_that_explain_are_for_classes(tmp_path: Path) -> None:
    """The lesson's policy explains; the standard one, the default of a server, does not."""
    assert Policy.LESSON.explain_refusals
    assert EXPLAINING.explain_refusals
    with pytest.raises(AccessDenied) as caught:
        MfaServer(f"sqlite:///{tmp_path / 'lab.db'}").begin_login(NAME, WRONG)
    assert caught.value.trace is None
