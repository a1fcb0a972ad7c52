"""Model one account, and say what a correct server answers.

The model knows which codes are consumed and how many wrong codes were typed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache, partial
from itertools import takewhile

from mfa_lab.attacks.helpers.minimal_server import PERIOD, code_of
from mfa_lab.attacks.law import FREE_MISTAKES, LONGEST_WAIT, MUST_DISABLE, WINDOW_STEPS, Law
from mfa_lab.otp import MAX_WINDOW_STEPS, step_at, without_separators


class Verdict(Enum):
    """The answer of a correct server. With `EITHER`, a correct server may give either answer."""

    IN = "gets in"
    OUT = "stays out"
    EITHER = "gets in or stays out"


@dataclass
class Row:
    """Hold the wrong codes, or the wrong passwords, since the last success.

    `most` is the greatest number that the server may have counted. `verified` contains the time of each wrong
    attempt at a moment when the server would have accepted a correct attempt. `last_at` is the time of the last
    wrong attempt.
    """

    most: int = 0
    last_at: int = 0
    verified: list[int] = field(default_factory=list)

    def wrong(self, now: int, *, verified: bool) -> None:
        """Count a wrong attempt."""
        self.most += 1
        self.last_at = now
        if verified:
            self.verified.append(now)

    def verdict(self, now: int, law: Law) -> Verdict:
        """Return what a correct server answers to a correct code or password after these wrong attempts."""
        if law.must_disable and len(self.verified) >= MUST_DISABLE:
            return Verdict.OUT
        waited = now - self.last_at >= LONGEST_WAIT and self.most < law.may_disable
        if self.most and now < self.last_at:  # the clock was set back: whether the wait is over, nobody can say
            return Verdict.EITHER
        return Verdict.IN if self.most <= FREE_MISTAKES or waited else Verdict.EITHER

    def excess(self, budgets: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
        """Return the length in seconds and the number of attempts of a period with too many attempts, or None.

        In such a period, the server verified more attempts than a budget allows.
        """
        for seconds, most in budgets:
            number = sum(1 for _ in takewhile(partial(self._within, seconds), reversed(self.verified)))
            if number > most:
                return seconds, number
        return None

    def _within(self, seconds: int, at: int) -> bool:
        return self.last_at - at < seconds


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold what a correct server answers to a code.

    `step` is the step that the server consumes if it accepts the code. `why` says why the server may reject the
    code.
    """

    verdict: Verdict
    step: int | None = None
    why: str = ""


@dataclass
class Account:
    """Hold what the model knows about one person. A step is a number of periods of 30 seconds since 1970."""

    secret: str
    used: list[tuple[int, int]]
    """The step of each accepted code and the time of its acceptance, beginning with the code of the enrolment."""
    seen: list[int] = field(default_factory=list)
    codes: Row = field(default_factory=Row)
    passwords: Row = field(default_factory=Row)

    @property
    def last_step(self) -> int:
        return max(step for step, _ in self.used)

    def code(self, step: int) -> str:
        """Return the code of a step."""
        return code_of(self.secret, step)

    def unused_step(self, now: int) -> int | None:
        """Return a step whose code is valid now, or None if there is no such step.

        The step must be above every used step.
        """
        centre = step_at(now)
        return next((s for s in (centre, centre + 1) if self.last_step < s <= centre + WINDOW_STEPS), None)

    def wrong_code(self, now: int) -> str:
        """Return a code that is not valid in any step near this moment."""
        return _wrong_code(self.secret, step_at(now))

    def judge(self, typed: str, now: int, law: Law) -> Judgement:
        """Return what a correct server answers to this code."""
        code = "".join(map(_digit, without_separators(unicodedata.normalize("NFKC", typed))))
        centre, used = step_at(now, PERIOD), {step for step, _ in self.used}
        reach = WINDOW_STEPS + law.drift_cap
        window = range(centre - reach, centre + reach + 1)
        fitting = [step for step in window if self.code(step) == code]
        unused = [step for step in fitting if step not in used]
        if not unused:
            return Judgement(
                Verdict.OUT, None, "a code that was used before" if fitting else "a code that is not valid"
            )
        step = unused[-1]
        if step < self.last_step:
            verdict = Verdict.OUT if law.clock_goes_back else Verdict.EITHER
            return Judgement(verdict, step, "a code that is older than one that was used")
        verdict = self.codes.verdict(now, law)
        moved = law.drift_cap and step != centre
        if verdict is Verdict.IN and (moved or typed.replace(" ", "") != code):
            verdict = Verdict.EITHER  # a server may read full-width digits and hyphens, or may not
        return Judgement(verdict, step, f"another code after {len(self.codes.verified)} wrong ones in a row")


@lru_cache(maxsize=4096)
def _wrong_code(secret: str, centre: int) -> str:
    near = {code_of(secret, step) for step in range(centre - MAX_WINDOW_STEPS, centre + MAX_WINDOW_STEPS + 1)}
    return next(code for code in map("{:06d}".format, range(100)) if code not in near)


def _digit(sign: str) -> str:
    value = unicodedata.digit(sign, None)
    return sign if value is None else str(value)
