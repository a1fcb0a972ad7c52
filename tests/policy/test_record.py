"""A policy that cannot be kept, or that breaks a clause, is refused when it is made."""

from dataclasses import FrozenInstanceError, asdict, fields, replace

import pytest

from mfa_lab import policy as package
from mfa_lab.errors import InvalidInput
from mfa_lab.policy import CHEAPEST, OWASP, HashCost, Policy

REFUSED = [
    ("digits", 5, "digits"),  # RFC4226-5.3
    ("digits", 9, "digits"),
    ("digits", True, "digits"),
    ("period_seconds", 0, "period"),
    ("period_seconds", 121, "NIST-3.1.4.1"),
    ("period_seconds", 30.0, "period"),
    ("algorithm", "MD5", "algorithm"),
    ("algorithm", "sha1", "algorithm"),
    ("window_steps", -1, "window_steps"),
    ("window_steps", 11, "window_steps"),
    ("window_steps", None, "window_steps"),
    ("password_min_length", 7, "NIST-3.1.1.2"),
    ("password_max_length", 63, "NIST-3.1.1.2"),
    ("password_min_length", 2000, "password_max_length"),
    ("free_failures", -1, "free_failures"),
    ("free_failures", False, "free_failures"),
    ("first_wait_seconds", 0, "first_wait_seconds"),
    ("first_wait_seconds", 3601, "longest_wait_seconds"),
    ("disable_after_failures", 0, "disable_after_failures"),
    ("disable_after_failures", 101, "NIST-3.2.2"),
    ("pending_seconds", 0, "pending_seconds"),
    ("password_reset_seconds", 0, "password_reset_seconds"),
    ("password_reset_seconds", 86_401, "ASVS-6.5.5"),
    ("pending_wrong_codes", 0, "pending_wrong_codes"),
    ("enrolment_seconds", "900", "enrolment_seconds"),
    ("enrolment_wrong_codes", 1.5, "enrolment_wrong_codes"),
    ("session_seconds", 24 * 3600 + 1, r"\(NIST-2.2.3\)$"),
    ("session_idle_seconds", 3601, r"\(NIST-2.2.3\)$"),
    ("fresh_session_seconds", -300, "fresh_session_seconds"),
    ("recovery_codes", -1, "recovery_codes"),
    ("hash_cost", None, "hash_cost"),
    ("drift_cap_steps", -1, "drift_cap_steps"),
    ("drift_cap_steps", True, "drift_cap_steps"),
    ("drift_cap_steps", 11, r"\(RFC6238-6\)$"),
    ("drift_forget_seconds", 0, "drift_forget_seconds"),
    ("resync_reach_steps", 0, "resync_reach_steps"),
    ("resync_reach_steps", 241, r"\(RFC4226-7.4\)$"),
    ("clock_back_seconds", 0, "clock_back_seconds"),
    ("pending_seconds", 2**70, "pending_seconds"),
    ("pending_seconds", 10**9 + 1, "pending_seconds must be at most 1,000,000,000"),
    ("explain_refusals", 1, "explain_refusals"),
    ("authenticators", -1, "authenticators"),
    ("passkeys", -1, "passkeys"),
    ("user_verification", "discouraged", "user_verification"),
    ("code_allowed_with_passkey", None, "code_allowed_with_passkey"),
    ("synced_passkeys", "yes", "synced_passkeys"),
    ("step_up_phishing_resistant", 1, "step_up_phishing_resistant"),
    ("algorithm", ["SHA1"], "algorithm"),
    ("title", None, "title"),
    ("reasons", {"digits": "six"}, "reasons"),
    ("reasons", (("digits", 6),), "reasons"),
    ("step_up", {"pay": 60}, "step_up"),
    ("step_up", (("pay", 60, 1),), "step_up"),
    ("step_up", (("pay", True),), "step_up"),
    ("step_up", (("pay", 0),), "step_up"),
    ("step_up", (("pay", 24 * 3600 + 1),), "step_up"),
    ("step_up", ((60, 60),), "step_up"),
]


@pytest.mark.parametrize(("name", "value", "said"), REFUSED)
def test_impossible_policies_are_refused(name: str, value: object, said: str) -> None:
    """Each by a sentence that names the field or the clause, newly made or by `replace`."""
    with pytest.raises(InvalidInput, match=said):
        Policy(**{name: value})
    with pytest.raises(InvalidInput, match=said):
        replace(Policy.LESSON, **{name: value})


ALLOWED = [
    ("digits", 8), ("period_seconds", 1), ("period_seconds", 120), ("window_steps", 0), ("window_steps", 10),
    ("password_min_length", 1024), ("password_max_length", 64),
    ("free_failures", 0), ("free_failures", 10**9), ("first_wait_seconds", 1), ("first_wait_seconds", 3600),
    ("disable_after_failures", 1), ("session_seconds", 1), ("session_idle_seconds", 1), ("pending_seconds", 10**9),
    ("password_reset_seconds", 86_400),
    ("authenticators", 0), ("passkeys", 0), ("user_verification", "required"),
    ("recovery_codes", 0), ("drift_cap_steps", 10), ("resync_reach_steps", 1), ("resync_reach_steps", 240),
    ("step_up", (("pay", 1), ("export", 86_400))), ("reasons", (("digits", ""),)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), ALLOWED)
def test_the_last_value_allowed_is_allowed(name: str, value: object) -> None:
    """The other side of each limit of the table above."""
    assert getattr(Policy(**{name: value}), name) == value


def test_a_policy_without_any_second_factor_is_refused() -> None:
    """Nor may it demand a passkey that it does not allow."""
    with pytest.raises(InvalidInput, match="second factor"):
        Policy(authenticators=0, passkeys=0)
    with pytest.raises(InvalidInput, match="step_up_phishing_resistant"):
        Policy(passkeys=0, step_up_phishing_resistant=True)
    assert Policy(passkeys=0).factors == ("authenticator app", "recovery code")


def test_every_number_is_in_the_table() -> None:
    """A new field that nobody checks turns this red."""
    assert {field.name for field in fields(Policy)} - {name for name, _, _ in REFUSED} == {
        "longest_wait_seconds",  # its table row is first_wait_seconds above it
    }


@pytest.mark.parametrize(
    ("memory_kib", "time", "lanes"),
    [
        (0, 1, 1),
        (8, 0, 1),
        (8, 1, 0),
        (15, 1, 2),
        (8.0, 1, 1),
        (10**9 + 1, 1, 1),
        (8, 10**9 + 1, 1),
        (8 * 2**24, 1, 2**24),
    ],
)
def test_impossible_hash_costs_are_refused(memory_kib: int, time: int, lanes: int) -> None:
    """What Argon2 would refuse at the first login is refused when the policy is written."""
    with pytest.raises(InvalidInput, match="Argon2"):
        HashCost(memory_kib, time, lanes)


@pytest.mark.parametrize("numbers", [(16, 1, 2), (10**9, 10**9, 1), (8 * (2**24 - 1), 1, 2**24 - 1)])
def test_the_last_hash_cost_allowed_is_allowed(numbers: tuple[int, int, int]) -> None:
    """The other side of the same limits."""
    assert asdict(HashCost(*numbers)) == dict(zip(("memory_kib", "time", "lanes"), numbers, strict=True))


def test_the_standard_is_what_the_clauses_ask() -> None:
    """RFC6238-5.2, OWASP-PW, NIST-3.1.1.2, NIST-3.2.2, NIST-2.2.3, ASVS-7.5.1; nothing changes by accident."""
    assert asdict(Policy.STANDARD) == {
        "digits": 6, "period_seconds": 30, "algorithm": "SHA1", "window_steps": 1,
        "hash_cost": {"memory_kib": 19_456, "time": 2, "lanes": 1},
        "password_min_length": 8, "password_max_length": 1024,
        "free_failures": 2, "first_wait_seconds": 30, "longest_wait_seconds": 3600, "disable_after_failures": 100,
        "authenticators": 2, "passkeys": 10, "user_verification": "preferred",
        "code_allowed_with_passkey": True, "synced_passkeys": True, "step_up_phishing_resistant": False,
        "pending_seconds": 300, "pending_wrong_codes": 5, "enrolment_seconds": 900, "enrolment_wrong_codes": 5,
        "password_reset_seconds": 600,
        "session_seconds": 86_400, "session_idle_seconds": 3600, "fresh_session_seconds": 300, "step_up": (),
        "recovery_codes": 10,
        "drift_cap_steps": 0, "drift_forget_seconds": 2_592_000, "resync_reach_steps": 120, "clock_back_seconds": 60,
        "explain_refusals": False, "title": "", "reasons": (),
    }  # fmt: skip
    assert HashCost(8, 1, 1) == CHEAPEST
    assert Policy.STANDARD.hash_cost is OWASP


def test_the_other_profiles_differ_in_one_thing() -> None:
    """A lesson explains its refusals; tests hash cheaply; all else is the standard."""
    assert replace(Policy.STANDARD, explain_refusals=True) == Policy.LESSON
    assert replace(Policy.STANDARD, hash_cost=CHEAPEST) == Policy.CHEAPEST


def test_a_step_up_action_has_its_age() -> None:
    """ASVS-7.5.1: each by name; a name that the policy does not know is an error, never an answer."""
    policy = replace(Policy.STANDARD, step_up=(("pay", 60), ("export", 600)))
    assert (policy.max_age_seconds("pay"), policy.max_age_seconds("export")) == (60, 600)
    with pytest.raises(InvalidInput, match="'Pay'; it names: pay, export"):
        policy.max_age_seconds("Pay")
    with pytest.raises(InvalidInput, match=r"it names: none$"):
        Policy.STANDARD.max_age_seconds("pay")


def test_each_name_on_offer_exists() -> None:
    """`from mfa_lab.policy import *` finds all of them."""
    assert [name for name in package.__all__ if not hasattr(package, name)] == []


def test_a_policy_is_frozen() -> None:
    """Nobody widens the window of a running server."""
    with pytest.raises(FrozenInstanceError):
        Policy.STANDARD.window_steps = 10  # type: ignore[misc]
