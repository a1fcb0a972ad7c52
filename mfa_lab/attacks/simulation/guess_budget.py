"""Compute the guess budget: how far an attacker who has the password gets by guessing codes.

A few rules decide this, in closed form: how many codes are valid at a time, how long each failure makes the next
attempt wait, and what ends the guessing. `mfa_lab.attacks.simulation.simulated_budget` simulates the same attempts
one by one.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from mfa_lab.attacks.simulation.odds import guessing
from mfa_lab.errors import InvalidInput
from mfa_lab.policy import Policy
from mfa_lab.server.login.throttle import wait_seconds

DAY_SECONDS = 86_400
YEAR_DAYS = 365
NETWORK = (10, 1)
"""How many attempts the attacker makes in how many seconds if no rule limits the rate.

One machine can easily reach this rate.
"""
_ENDLESS = 10**15
"""More attempts than anybody makes: the end of the range that `bisect` searches."""

Limit = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Hold what a system does about wrong codes for one account.

    Give waits or limits, but not both. Without either, `NETWORK` applies.

    `waits_seconds` says how long the next attempt must wait after the first, second, ... failure in a row; the last
    wait applies to all later failures. `limits` contains pairs of attempts and seconds. Each pair permits at most
    that number of attempts in any period of that length. If there are several pairs, a longer period permits more
    attempts. `disable_after_failures` is the number of failures in a row that disables the factor.
    `codes_per_password` and `password_holds_seconds` say after how many wrong codes, or how many seconds, the
    password is needed again.
    """

    accepted_codes: int
    digits: int = 6
    waits_seconds: tuple[int, ...] = ()
    limits: tuple[Limit, ...] = ()
    disable_after_failures: int | None = None
    codes_per_password: int | None = None
    password_holds_seconds: int | None = None

    def __post_init__(self) -> None:
        numbers = [self.accepted_codes, self.digits, *(number for limit in self.limits for number in limit)]
        asked = (self.disable_after_failures, self.codes_per_password, self.password_holds_seconds)
        numbers += [number for number in asked if number is not None]
        if (
            not _whole(numbers, 1)
            or not _whole(self.waits_seconds, 0)
            or any(len(limit) != 2 for limit in self.limits)
        ):
            raise InvalidInput(
                "rules must be whole numbers, 1 or more; only a wait may be 0, and each limit must be a pair"
            )
        if self.accepted_codes > 10**self.digits:
            raise InvalidInput(
                "there cannot be more accepted codes than possible codes: check accepted_codes and digits"
            )
        if self.waits_seconds and self.limits:
            raise InvalidInput("give waits_seconds or limits, not both")
        if self.waits_seconds[-1:] == (0,) and self.disable_after_failures is None:
            raise InvalidInput("the last of waits_seconds applies for ever: make it 1 or more, or omit waits_seconds")
        for (few, short), (many, long) in pairwise(self.limits):
            if few >= many or moment(Rules(accepted_codes=1, limits=((few, short),)), many) + short > long:
                raise InvalidInput(
                    "if there are several limits, each must allow more attempts than the one before, but at a "
                    "slower rate"
                )

    @classmethod
    def of(cls, policy: Policy, *, authenticators: int = 1) -> Rules:
        """Return this kit's rules under a policy, as in `mfa_lab.server.login.throttle`.

        With several authenticators, the codes of each authenticator are valid, but a wrong code is only one failure.
        """
        if type(authenticators) is not int or not 1 <= authenticators <= policy.authenticators:
            raise InvalidInput(f"authenticators must be 1 to {policy.authenticators}, as many as the policy allows")
        return cls(
            accepted_codes=authenticators * (2 * policy.window_steps + 1),
            digits=policy.digits,
            waits_seconds=tuple(wait_seconds(n, policy) for n in range(1, policy.disable_after_failures + 1)),
            disable_after_failures=policy.disable_after_failures,
            codes_per_password=policy.pending_wrong_codes,
            password_holds_seconds=policy.pending_seconds,
        )


def _whole(numbers: Iterable[object], least: int) -> bool:
    return all(type(number) is int and number >= least for number in numbers)


def moment(rules: Rules, attempt: int) -> int:
    """Return the second of the attack from which attempt number `attempt` counts (the first is 1).

    This assumes an attacker who wastes no time, and ignores that the factor may be disabled.
    """
    failures, waits = attempt - 1, rules.waits_seconds
    if waits:
        return sum(waits[:failures]) + waits[-1] * max(0, failures - len(waits))
    at = 0
    for attempts, seconds in reversed(rules.limits or (NETWORK,)):  # from the longest limit: so many whole bursts
        bursts, failures = divmod(failures, attempts)
        at += bursts * seconds
    return at


def attempts_before(rules: Rules, seconds: int) -> int:
    """Return how many attempts are made before this second or until the factor is disabled."""
    return min(_undisturbed(rules, seconds), rules.disable_after_failures or _ENDLESS)


def _undisturbed(rules: Rules, seconds: int) -> int:
    return bisect_left(range(1, _ENDLESS), seconds, key=lambda attempt: moment(rules, attempt))


def attempts_in(rules: Rules, days: int, owner_login_days: int | None = None) -> int:
    """Return how many attempts are made in this number of days. `owner_login_days` is explained in `guess_budget`."""
    if owner_login_days is None:
        return attempts_before(rules, days * DAY_SECONDS)
    between = attempts_between_logins(rules, owner_login_days)
    logins, rest = divmod(days, owner_login_days)
    return logins * between + min(between, attempts_before(rules, rest * DAY_SECONDS))


def attempts_between_logins(rules: Rules, days: int) -> int:
    """Return how many attempts fit between two of the owner's logins, which are this number of days apart.

    These attempts do not hinder the owner: each wait ends in time, and no attempt disables the factor.
    """
    seconds = days * DAY_SECONDS
    made = _undisturbed(rules, seconds + 1) - 1 if rules.waits_seconds else _undisturbed(rules, seconds)
    return min(made, (rules.disable_after_failures or _ENDLESS) - 1)


PASSKEY_RISKS = (
    "a passkey's signature cannot be guessed, and its other risks are not estimated (a code that is accepted beside "
    "it, recovery, the help desk, a stolen device or session)"
)
"""Which of a passkey's risks a guess budget estimates, and which it does not."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GuessBudget:
    """Hold what guessing achieves under some rules. Chances are between 0 and 1, and `math.inf` days mean never.

    `password_logins_per_day` says how often the password is needed on the first day, if the rules define this.
    """

    chance_per_attempt: float
    attempts_per_day: int
    attempts_per_year: int
    chance_per_day: float
    chance_per_year: float
    days_to_one_half: float
    days_to_disabled: float
    password_logins_per_day: int | None

    def __repr__(self) -> str:
        end = f"; disabled after {self.days_to_disabled:,.1f} days" if self.days_to_disabled < math.inf else ""
        half = f"after {self.days_to_one_half:,.1f} days" if self.days_to_one_half < math.inf else "never"
        return (
            f"GuessBudget: {self.attempts_per_day:,} attempts on the first day, {self.attempts_per_year:,} in a "
            f"year{end}; gets in with a chance of {in_words(self.chance_per_day)} on the first day, "
            f"{in_words(self.chance_per_year)} in a year, one half {half}; {PASSKEY_RISKS}"
        )


def guess_budget(rules: Policy | Rules, *, owner_login_days: int | None = None) -> GuessBudget:
    """Return how far an attacker with the password gets by guessing as fast as `rules` permit (RFC4226-6).

    If `owner_login_days` is a number, the owner completes a login whenever that number of days has passed. Each login
    resets the count of failures. The attacker does not hinder the owner and goes on. With None, the owner never logs
    in, and failures add up until the factor is disabled. Reality lies between these two cases. The "per day" values
    describe the first day. A year is counted as 365 days. For an account with several authenticators, pass
    `Rules.of(policy, authenticators=2)`.

    The chances are for an account whose codes the server accepts. A passkey adds nothing to them, because nobody can
    guess a signature of its 256-bit key. This is the only risk of a passkey that is estimated here. Phishing, the
    recovery of a lost passkey, the help desk, synced copies, and stolen devices or sessions are not estimated. If the
    account has a passkey and `code_allowed_with_passkey` is false, there are no codes to guess.

    >>> budget = guess_budget(Policy.STANDARD)
    >>> budget.attempts_per_day, budget.attempts_per_year, budget.days_to_one_half
    (32, 100, inf)
    """
    rules = Rules.of(rules) if isinstance(rules, Policy) else rules
    if owner_login_days is not None and (type(owner_login_days) is not int or owner_login_days < 1):
        raise InvalidInput("owner_login_days must be a whole number of days, 1 or more, or None")
    day, year = (attempts_in(rules, days, owner_login_days) for days in (1, YEAR_DAYS))
    last = rules.disable_after_failures
    return GuessBudget(
        chance_per_attempt=rules.accepted_codes / 10**rules.digits,
        attempts_per_day=day,
        attempts_per_year=year,
        chance_per_day=float(guessing(rules.accepted_codes, day, digits=rules.digits)),
        chance_per_year=float(guessing(rules.accepted_codes, year, digits=rules.digits)),
        days_to_one_half=_days_to_one_half(rules, owner_login_days),
        days_to_disabled=moment(rules, last) / DAY_SECONDS if last and owner_login_days is None else math.inf,
        password_logins_per_day=_password_logins(rules, day),
    )


def _days_to_one_half(rules: Rules, owner_login_days: int | None) -> float:
    """Return after how many days 1 - (1 - p)^n reaches one half: at attempt n = ln(1/2) / ln(1 - p), rounded up."""
    chance = rules.accepted_codes / 10**rules.digits
    attempt = max(1, math.ceil(math.log(0.5) / math.log1p(-chance))) if chance < 0.5 else 1
    logins = 0
    if owner_login_days is not None:
        between = attempts_between_logins(rules, owner_login_days)
        if not between:
            return math.inf
        logins, attempt = divmod(attempt - 1, between)
        attempt += 1
    elif attempt > (rules.disable_after_failures or attempt):
        return math.inf
    return logins * (owner_login_days or 0) + moment(rules, attempt) / DAY_SECONDS


def _password_logins(rules: Rules, attempts: int) -> int | None:
    """Return how many password logins the attempts need.

    A pending login ends after a number of wrong codes or after a time. A correct password opens the next pending
    login at once.
    """
    if rules.codes_per_password is None or rules.password_holds_seconds is None:
        return None
    logins, codes, until = 0, 0, 0
    for attempt in range(1, attempts + 1):
        now = moment(rules, attempt)
        if not logins or codes == rules.codes_per_password or now >= until:
            logins, codes, until = logins + 1, 0, now + rules.password_holds_seconds
        codes += 1
    return logins


def in_words(chance: float) -> str:
    """Return a chance in words: 1 in 10,101; 3.5 %; over 99.9 %.

    >>> [in_words(chance) for chance in (0.0, 0.000099, 0.0347, 0.9999)]
    ['none', '1 in 10,101', '3.5 %', 'over 99.9 %']
    """
    if chance <= 0:
        return "none"
    if chance < 0.01:
        return f"1 in {1 / chance:,.0f}"
    if chance > 0.999:
        return "over 99.9 %"
    return f"{100 * chance:.0f} %" if 0.1 < chance < 0.99 else f"{100 * chance:.1f} %"
