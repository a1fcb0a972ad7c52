"""Compute the centre of a factor's window: the server's current step, moved by the known drift of the phone's clock.

The drift has two parts. `resync_steps` is the result of a resynchronisation, which needs two consecutive codes and
another proof. It stays until the next resynchronisation. `drift_steps` is learned from accepted codes, if
`Policy.drift_cap_steps` is above 0. `drift_steps` changes by at most one step per login and never exceeds this cap.
For every `Policy.drift_forget_seconds` without a login, it becomes one step smaller. Without such limits, an attacker
could move the window by any number of steps (`mfa_lab.attacks.simulation.window_walk`). The window moves, but never
becomes wider (RFC6238-6).
"""

from __future__ import annotations

from typing import Any

from mfa_lab.policy import Policy


def centre(row: Any, now: int, policy: Policy) -> int:
    """Return the distance of the window's centre from the server's current step, in steps (positive: ahead)."""
    return int(row.resync_steps) + remembered(row.drift_steps, now - row.drift_at, policy)


def remembered(drift_steps: int, idle_seconds: int, policy: Policy) -> int:
    """Return how much of `drift_steps` is left when the last login was `idle_seconds` ago.

    If `idle_seconds` is negative, because the clock was set back, the function uses 0 instead.
    """
    forgotten = max(0, idle_seconds) // policy.drift_forget_seconds
    left = max(0, min(policy.drift_cap_steps, abs(drift_steps) - forgotten))
    return left if drift_steps > 0 else -left


def learnt(drift_steps: int, error_steps: int, cap_steps: int) -> int:
    """Return `drift_steps`, moved by at most one step towards the accepted code.

    The code was `error_steps` from the window's centre. The result is at most `cap_steps` in either direction.
    """
    towards = (error_steps > 0) - (error_steps < 0)
    return max(-cap_steps, min(cap_steps, drift_steps + towards))
