"""Compute and match time-based one-time passwords, for both the server and the phone. PyOTP computes every code.

A *step* is the counter `floor(unix_time / period)` (RFC 6238 section 4.2). A *window* is the number of steps that are
accepted on either side of the current step. All times are whole Unix seconds. They are passed as arguments, because
no function in this package reads a clock. Secrets are Base32 text. Errors never quote a secret or a code.
"""

from __future__ import annotations

from mfa_lab.otp.codes import (
    DIGESTS,
    MIN_SECRET_BITS,
    checked_parameters,
    code_at,
    could_be_code,
    padded_secret,
    secret_bytes,
    tidy_code,
    without_separators,
)
from mfa_lab.otp.diagnosis import Diagnosis, Verdict, diagnose
from mfa_lab.otp.drift import DriftInterval, Observation, estimate_drift
from mfa_lab.otp.explanation import Explanation, explain
from mfa_lab.otp.matching import MAX_REACH_STEPS, MAX_WINDOW_STEPS, Match, checked_window, match, match_consecutive
from mfa_lab.otp.steps import MAX_PERIOD_SECONDS, checked_period, step_at

__all__ = [
    "DIGESTS",
    "MAX_PERIOD_SECONDS",
    "MAX_REACH_STEPS",
    "MAX_WINDOW_STEPS",
    "MIN_SECRET_BITS",
    "Diagnosis",
    "DriftInterval",
    "Explanation",
    "Match",
    "Observation",
    "Verdict",
    "checked_parameters",
    "checked_period",
    "checked_window",
    "code_at",
    "could_be_code",
    "diagnose",
    "estimate_drift",
    "explain",
    "match",
    "match_consecutive",
    "padded_secret",
    "secret_bytes",
    "step_at",
    "tidy_code",
    "without_separators",
]
