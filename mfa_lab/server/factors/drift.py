"""Compute the centre of a factor's window: the server's current step, moved by the known drift of the phone's clock.

The drift has two parts. `resync_steps` comes from two consecutive codes and another proof, and stays until the next
resynchronisation. `drift_steps` is learned from accepted codes, if `Policy.drift_cap_steps` is above 0. It changes by
at most one step per login and never exceeds this cap. For every `Policy.drift_forget_seconds` without a login, it
becomes one step smaller. Without such limits, an attacker can move the window as far as they like
(`mfa_lab.attacks.simulation.window_walk`). The window moves, but never becomes wider (RFC6238-6).
"""

from __future__ import annotations

from typing import Any

from mfa_lab.policy import Policy


def centre(row: Any, now: int, policy: Policy) -> int:
    """Return the distance of the window's centre from the server's current step, in steps (positive: ahead)."""
    return int(row.resync_steps) + remembered(row.drift_steps, now - row.drift_at, policy)


def remembered(drift_steps: int, idle_seconds: int, policy: Policy) -> int:
    """Return how much of `drift_steps` is left, `idle_seconds` after the last login.

    A negative `idle_seconds`, from a clock that was set back, counts as 0.
    """
    forgotten = max(0, idle_seconds) // policy.drift_forget_seconds
    left = max(0, min(policy.drift_cap_steps, abs(drift_steps) - forgotten))
    return left if drift_steps > 0 else -left


def learnt(drift_steps: int, error_steps: int, cap_steps: int) -> int:
    """Return `drift_steps`, moved by at most one step towards a code accepted `error_steps` from the centre."""
    towards = (error_steps > 0) - (error_steps < 0)
    return max(-cap_steps, min(cap_steps, drift_steps + towards))
