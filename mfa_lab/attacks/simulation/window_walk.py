"""Compute how far an attacker can move the window of a verifier that follows the phone's clock.

The usual way to learn drift is to adopt the offset of each accepted code, but then nothing limits how far the window
moves. An attacker with later codes can move the window so far into the future that the server rejects the owner's own
codes. (A phone whose clock is set ahead for a minute shows such codes.) With a series of old codes, the window moves
back, and each code stays valid for longer. `mfa_lab.server.factors.drift` learns one step per login and stops at its
cap.
"""

from __future__ import annotations

from mfa_lab.errors import CodeRefused
from mfa_lab.otp import code_at, match
from mfa_lab.server.factors import drift

_PERIOD = 30


def walk(
    secret: str,
    now: int,
    logins: int,
    *,
    direction: int = 1,
    window_steps: int = 1,
    cap_steps: int | None = None,
) -> list[int]:
    """Return the offsets of the codes accepted in an attacker's `logins` logins, in steps from the server's own step.

    If `direction` is 1, all logins happen at the same moment, each with the newest code in the window. If `direction`
    is -1, the codes are typed in order from the first, each as late as the window accepts it. The first rejection
    ends the attack. Without `cap_steps`, the verifier adopts any offset that it accepts; otherwise it follows this
    server's rule. `now` is in Unix seconds.
    """
    offsets: list[int] = []
    centre, last_step = 0, now // _PERIOD - 1
    for _ in range(logins):
        if direction < 0:
            now = (last_step + 1 + window_steps - centre) * _PERIOD
            code = code_at(secret, (last_step + 1) * _PERIOD)
        else:
            code = code_at(secret, now + (centre + window_steps) * _PERIOD)
        try:
            found = match(secret, code, now, window_steps=window_steps, drift_steps=centre, last_step=last_step)
        except CodeRefused:
            break
        last_step = found.step
        centre = found.offset if cap_steps is None else drift.learnt(centre, found.offset - centre, cap_steps)
        offsets.append(found.offset)
    return offsets
