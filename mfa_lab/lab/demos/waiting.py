"""Notebook 01's patient guesser: tries a wrong password again and again, and waits exactly as long as it must."""

from __future__ import annotations

from mfa_lab.clock import ManualClock
from mfa_lab.errors import AccessDenied, InvalidInput, Reason, Trace
from mfa_lab.lab.figures.guessing.guess_cost import duration
from mfa_lab.lab.room import Room
from mfa_lab.lab.table import Table


def waits_met(room: Room, name: str, attempts: int) -> Table:
    """What each wrong password in a row costs at the room's server. Moves the clock by the waits asked for."""
    if not isinstance(room.clock, ManualClock):
        raise InvalidInput("this would really wait for hours: give it a demo room, whose clock can be moved")
    rows = []
    for number in range(1, attempts + 1):
        while (trace := _refusal(room, name)).reason is Reason.THROTTLED:
            room.clock.advance(trace.wait_seconds or 1)
        next_counts = _refusal(room, name) if number > room.server.policy.free_failures else None
        rows.append((number, duration(next_counts.wait_seconds or 0) if next_counts else "none"))
    return Table("Wrong passwords in a row", ("wrong password", "wait before the next"), *rows)


def _refusal(room: Room, name: str) -> Trace:
    try:
        room.server.begin_login(name, "demo only: a wrong guess")
    except AccessDenied as denied:
        if denied.trace is not None and denied.trace.reason in {Reason.WRONG_PASSWORD, Reason.THROTTLED}:
            return denied.trace
    raise InvalidInput("this needs a server that explains its refusals, and a name whose password is another")
