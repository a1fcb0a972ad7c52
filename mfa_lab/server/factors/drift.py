"""Where a factor's window stands: on the server's own step, moved by what is known of the phone's clock.

Two parts. `resync_steps` was proven by two consecutive codes and other proof, and stays until the next proof.
`drift_steps` was learnt from accepted codes, if `Policy.drift_cap_steps` allows any: never beyond that cap, a step a
login, a step forgotten for every `Policy.drift_forget_seconds` without one. A server that takes over whatever offset
it accepts can be walked as far as one likes (`mfa_lab.attacks.simulation.window_walk`). The window moves, no wider
(RFC6238-6).
"""

from __future__ import annotations

from typing import Any

from mfa_lab.policy import Policy


def centre(row: Any, now: int, policy: Policy) -> int:
    """How many steps the window's centre lies from the server's own step (positive: ahead)."""
    return int(row.resync_steps) + remembered(row.drift_steps, now - row.drift_at, policy)


def remembered(drift_steps: int, idle_seconds: int, policy: Policy) -> int:
    """What is left of `drift_steps` so long after the last login. A clock set back brings nothing forgotten back."""
    forgotten = max(0, idle_seconds) // policy.drift_forget_seconds
    left = max(0, min(policy.drift_cap_steps, abs(drift_steps) - forgotten))
    return left if drift_steps > 0 else -left


def learnt(drift_steps: int, error_steps: int, cap_steps: int) -> int:
    """`drift_steps` after a code was accepted `error_steps` from the centre: at most one step nearer to it."""
    towards = (error_steps > 0) - (error_steps < 0)
    return max(-cap_steps, min(cap_steps, drift_steps + towards))
