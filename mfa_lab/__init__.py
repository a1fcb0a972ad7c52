"""mfa_lab: how multi-factor authentication works and fails, on a real server.

The kit has two sides, `MfaServer` (the company's) and `Phone` (the user's). They share a secret and the time, and
nothing else. Each name is imported only when a program first uses it, so `import mfa_lab` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfa_lab.clock import Clock, DriftingClock, ManualClock, SkewedClock, SystemClock
    from mfa_lab.errors import AccessDenied, ClockSetBack, InvalidInput, MfaError
    from mfa_lab.phone.authenticator import Phone
    from mfa_lab.policy import Policy
    from mfa_lab.randomness import SeededRandomness, SystemRandomness
    from mfa_lab.redaction import Redacted
    from mfa_lab.server.factors.passkey.relying_party import RelyingParty
    from mfa_lab.server.flow import MfaServer
    from mfa_lab.server.records import PendingLogin, Permit, Session, Subject

__version__ = "0.1.0"

_HOMES = {
    "AccessDenied": "mfa_lab.errors",
    "Clock": "mfa_lab.clock",
    "ClockSetBack": "mfa_lab.errors",
    "DriftingClock": "mfa_lab.clock",
    "InvalidInput": "mfa_lab.errors",
    "ManualClock": "mfa_lab.clock",
    "MfaError": "mfa_lab.errors",
    "MfaServer": "mfa_lab.server.flow",
    "PendingLogin": "mfa_lab.server.records",
    "Permit": "mfa_lab.server.records",
    "Phone": "mfa_lab.phone.authenticator",
    "Policy": "mfa_lab.policy",
    "Redacted": "mfa_lab.redaction",
    "RelyingParty": "mfa_lab.server.factors.passkey.relying_party",
    "SeededRandomness": "mfa_lab.randomness",
    "Session": "mfa_lab.server.records",
    "SkewedClock": "mfa_lab.clock",
    "Subject": "mfa_lab.server.records",
    "SystemClock": "mfa_lab.clock",
    "SystemRandomness": "mfa_lab.randomness",
}

__all__ = [
    "AccessDenied",
    "Clock",
    "ClockSetBack",
    "DriftingClock",
    "InvalidInput",
    "ManualClock",
    "MfaError",
    "MfaServer",
    "PendingLogin",
    "Permit",
    "Phone",
    "Policy",
    "Redacted",
    "RelyingParty",
    "SeededRandomness",
    "Session",
    "SkewedClock",
    "Subject",
    "SystemClock",
    "SystemRandomness",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
