"""Define a server's rules as one frozen record, with named profiles. The name of a field contains its unit."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from mfa_lab.errors import InvalidInput
from mfa_lab.otp import MAX_REACH_STEPS, MAX_WINDOW_STEPS, checked_parameters, checked_window

_MOST = 10**9
"""About thirty years in seconds. A larger number must be a typing error, and would overflow a database column."""


@dataclass(frozen=True, slots=True)
class HashCost:
    """Hold the parameters of Argon2id. Source: OWASP-PW, RFC 9106."""

    memory_kib: int
    time: int
    lanes: int

    def __post_init__(self) -> None:
        numbers = (self.memory_kib, self.time, self.lanes)
        if any(type(number) is not int or number < 1 for number in numbers) or self.memory_kib < 8 * self.lanes:
            raise InvalidInput("Argon2 needs a time and lanes of 1 or more, and 8 KiB of memory per lane (RFC 9106)")
        if max(numbers) > _MOST or self.lanes >= 2**24:
            raise InvalidInput(
                f"Argon2 allows a time and a memory in KiB up to {_MOST:,}, and fewer than 2^24 lanes (RFC 9106)"
            )


OWASP = HashCost(memory_kib=19 * 1024, time=2, lanes=1)
CHEAPEST = HashCost(memory_kib=8, time=1, lanes=1)
"""Use this cost only in tests: with such cheap hashes, a laptop can try millions of passwords per second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of one server. Raises `InvalidInput` if a rule is impossible.

    To change a profile, write `dataclasses.replace(Policy.STANDARD, window_steps=0)`.
    """

    digits: int = 6
    period_seconds: int = 30
    algorithm: str = "SHA1"
    window_steps: int = 1
    """The number of steps that are accepted on either side of the current step (RFC6238-5.2: at most one for network
    delay)."""

    hash_cost: HashCost = OWASP
    password_min_length: int = 8
    """The minimum length, in code points (NIST-3.1.1.2: 8 with a second factor)."""
    password_max_length: int = 1024
    """The maximum length, in code points (NIST-3.1.1.2: at least 64). A longer password is rejected, never
    truncated."""

    free_failures: int = 2
    """The number of consecutive failures without a wait. The next failure starts the first wait. Any number is
    allowed."""
    first_wait_seconds: int = 30
    longest_wait_seconds: int = 3600
    """The waits double from the first to the longest (NIST-3.2.2)."""
    disable_after_failures: int = 100
    """The number of consecutive wrong codes, each after a correct password, that disables the factor (NIST-3.2.2: at
    most 100)."""

    authenticators: int = 2
    """The maximum number of authenticator apps per account. With each additional app, a blind guess is more likely to
    be correct. With 0, the server accepts no codes and enrols no app."""
    passkeys: int = 10
    """The maximum number of passkeys per account. With 0, the server accepts no passkey and registers no passkey."""
    user_verification: str = "preferred"
    """"required" or "preferred". After the password, a passkey without user verification is a second factor.
    With user verification, the passkey by itself counts as two factors (NIST-B)."""
    code_allowed_with_passkey: bool = True
    """Whether to accept codes for an account that has a passkey.

    If codes are accepted, phishing still works: a phishing page asks for a code instead of the passkey
    (downgrade). With False, an account whose passkeys are lost needs a recovery code.
    """
    synced_passkeys: bool = True
    """Whether to accept passkeys that can be backed up, and can therefore be on several devices. AAL2 allows them,
    AAL3 does not (NIST-B)."""

    pending_seconds: int = 300
    pending_wrong_codes: int = 5
    enrolment_seconds: int = 900
    enrolment_wrong_codes: int = 5
    password_reset_seconds: int = 600
    """How long a link for a forgotten password is valid (ASVS-6.5.5: at most ten minutes for an out-of-band token).
    The kit allows at most a day."""
    session_seconds: int = 24 * 3600
    session_idle_seconds: int = 3600
    """A session ends after 24 h, or after 1 h without use (NIST-2.2.3)."""
    fresh_session_seconds: int = 300
    """The maximum age of a session that may change factors or recovery codes (ASVS-7.5.1)."""
    step_up: tuple[tuple[str, int], ...] = ()
    """An application's sensitive actions. Each action is a pair: a name, and the maximum age of a session in
    seconds."""
    step_up_phishing_resistant: bool = False
    """Whether every action of `step_up` requires a session that began with a passkey."""
    recovery_codes: int = 10
    """The number of recovery codes in a set. With 0, the server issues no recovery codes, not even to replace a used
    code. A user who loses the phone then needs a reset code from an administrator."""

    drift_cap_steps: int = 0
    """The maximum number of steps by which the window's centre follows a phone's clock (0: the centre never moves).
    The centre moves by at most one step per login. The window never widens."""
    drift_forget_seconds: int = 30 * 24 * 3600
    """The learned drift shrinks by one step for each period of this length without a login."""
    resync_reach_steps: int = 120
    """How many steps the server searches for two consecutive codes, on either side of its current step
    (RFC4226-7.4)."""
    clock_back_seconds: int = 60
    """How many seconds the server's clock may go back before the server stops deciding (ASVS-6.5.8). A few seconds
    are normal, because requests overtake each other and clocks are corrected."""

    explain_refusals: bool = False
    """Whether to fill `AccessDenied.trace`, the instructor's view. Use it only in lessons, never with strangers."""

    title: str = ""
    """The organisation that the policy is for. The server uses neither the title nor the reasons."""
    reasons: tuple[tuple[str, str], ...] = ()
    """Pairs of a field's name and the reason for the field's value, with the clauses that the value meets.

    `factors` may also have a reason, although its value follows from other fields.
    """

    STANDARD: ClassVar[Policy]
    LESSON: ClassVar[Policy]
    CHEAPEST: ClassVar[Policy]

    def __post_init__(self) -> None:
        for field in fields(self):
            value, least = getattr(self, field.name), 0 if field.name in _MAY_BE_ZERO else 1
            if field.type == "int" and (type(value) is not int or value < least):
                raise InvalidInput(f"{field.name} must be a whole number, {least} or more")
            if field.type == "int" and value > _MOST:
                raise InvalidInput(f"{field.name} must be at most {_MOST:,}")
            if field.type == "str" and not isinstance(value, str):
                raise InvalidInput(f"{field.name} must be text")
            if field.type == "bool" and not isinstance(value, bool):
                raise InvalidInput(f"{field.name} must be true or false")
        checked_parameters(self.digits, self.period_seconds, self.algorithm)
        checked_window(self.window_steps)
        for name, ceiling, clause in _CEILINGS:
            if getattr(self, name) > ceiling:
                raise InvalidInput(f"{name} must be at most {ceiling} ({clause})")
        if self.password_min_length < 8 or self.password_max_length < 64:
            raise InvalidInput(
                "password_min_length must be at least 8, and password_max_length at least 64 (NIST-3.1.1.2)"
            )
        if self.password_max_length < self.password_min_length:
            raise InvalidInput("password_max_length must not be below password_min_length")
        if not isinstance(self.hash_cost, HashCost):
            raise InvalidInput("hash_cost must be a HashCost, such as policy.OWASP")
        if self.user_verification not in ("required", "preferred"):
            raise InvalidInput('user_verification must be "required" or "preferred"')
        if not self.authenticators and not self.passkeys:
            raise InvalidInput("authenticators or passkeys must be 1 or more: the server demands a second factor")
        if self.step_up_phishing_resistant and not self.passkeys:
            raise InvalidInput("step_up_phishing_resistant needs passkeys of 1 or more")
        if self.longest_wait_seconds < self.first_wait_seconds:
            raise InvalidInput("longest_wait_seconds must not be below first_wait_seconds")
        if not _pairs(self.step_up, int) or any(not 1 <= age <= self.session_seconds for _, age in self.step_up):
            raise InvalidInput("step_up must give each action a whole number of seconds, from 1 to session_seconds")
        if not _pairs(self.reasons, str):
            raise InvalidInput("reasons must contain a text for each field")

    @property
    def factors(self) -> tuple[str, ...]:
        """Return the factors that the server accepts after the password."""
        numbers = (self.authenticators, self.passkeys, self.recovery_codes)
        return tuple(name for name, number in zip(_FACTORS, numbers, strict=True) if number)

    def max_age_seconds(self, action: str) -> int:
        """Return the maximum age of a session, in seconds, for an action of `step_up`.

        Raises `InvalidInput` if `step_up` does not contain the action.
        """
        ages = dict(self.step_up)
        if action not in ages:
            known = ", ".join(ages) or "none"
            raise InvalidInput(f"this policy names no step-up action {action!r}; it names: {known}")
        return ages[action]

    @classmethod
    def parse(cls, text: str) -> dict[str, Policy]:
        """Return the policies of a TOML text, by name.

        Each policy is a table whose keys are fields of this class. A field that is missing has its value from
        `STANDARD`. `step_up`, `reasons` and `hash_cost` (`memory_kib`, `time`, `lanes`) are tables inside the
        policy's table. Raises `InvalidInput`, which names the line, the key and a remedy. The caller reads the file.

        >>> Policy.parse("[bank]\\nwindow_steps = 0")["bank"].window_steps
        0
        """
        from mfa_lab.policy.reader import parse  # loaded only here, because most programs read no policy

        return parse(text, cls, HashCost)


def _pairs(value: object, kind: type) -> bool:
    return isinstance(value, tuple) and all(
        isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) and type(pair[1]) is kind
        for pair in value
    )


_FACTORS = ("authenticator app", "passkey", "recovery code")
_MAY_BE_ZERO = {"authenticators", "passkeys", "window_steps", "free_failures", "drift_cap_steps", "recovery_codes"}
_CEILINGS = (
    ("disable_after_failures", 100, "NIST-3.2.2"),
    ("session_seconds", 24 * 3600, "NIST-2.2.3"),
    ("session_idle_seconds", 3600, "NIST-2.2.3"),
    ("password_reset_seconds", 24 * 3600, "ASVS-6.5.5 asks for 600"),
    ("drift_cap_steps", MAX_WINDOW_STEPS, "RFC6238-6"),
    ("resync_reach_steps", MAX_REACH_STEPS, "RFC4226-7.4"),
)

Policy.STANDARD = Policy()
Policy.LESSON = Policy(explain_refusals=True)
Policy.CHEAPEST = Policy(hash_cost=CHEAPEST)
