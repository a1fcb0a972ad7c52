"""`TimeMachine` sets the server's clock and the phone's clock, and shows the window between them.

The browser draws the widget and runs its clocks (`time_machine.js`). Each finished change reaches the kernel as one
custom message. The clocks in the kernel run without messages (`RunningClock`), so a login always uses the time that
the page shows.
"""

from __future__ import annotations

import time
from html import escape
from pathlib import Path
from typing import Any

import anywidget

from mfa_lab.clock import Clock, DriftingClock, ManualClock, RunningClock, checked_now
from mfa_lab.errors import InvalidInput, MfaError
from mfa_lab.lab.figures.picture import Picture
from mfa_lab.lab.figures.time.window import window_strip
from mfa_lab.lab.room import Room, demo_room
from mfa_lab.lab.widgets.controls import frame
from mfa_lab.lab.widgets.stable import StableBox
from mfa_lab.phone.widget import script

REACH_STEPS = 4
"""How many steps the strip shows on either side of the server's current step."""
MOST_AHEAD_SECONDS = 365 * 86_400
MOST_PPM = 10_000
"""This rate is 864 seconds a day. A phone's quartz is off by only about 20 parts per million."""
_SETTLED = {"server", "speed", "ahead", "ppm"}
_BACK = (
    "The server's clock is {} s behind the last line of its log (ClockSetBack). Until an operator confirms the time, "
    "the server decides nothing, because codes seen long ago would be valid again."
)


class TimeMachine(StableBox):
    """Let the server's clock run, stop or jump, and set the phone's offset and speed. All views show each change.

    `room` defaults to a demo room with an enrolled phone. If the server uses the real clock, only the phone's clock
    can be set. The strip shows codes only in a demo room.
    """

    def __init__(self, room: Room | None = None) -> None:
        if room is None:
            room = demo_room()
            room.enrol()
        self.room = room
        self.screen = _Screen()
        self.screen.on_msg(self._heard)
        super().__init__([frame(), self.screen])
        self.add_class("mfa")
        self.phone_clock  # noqa: B018 (this puts it into the phone)
        self.room.on_change(self.refresh)

    @property
    def phone_clock(self) -> DriftingClock:
        """Return the clock of the room's phone.

        If this clock is not a drifting clock, first replace it with a drifting clock that has the same offset.
        """
        clock = self.room.phone.clock
        if not (isinstance(clock, DriftingClock) and clock.base is self.room.clock):
            clock = DriftingClock(self.room.clock, clock.now() - self.room.clock.now())
            self.room.phone.clock = clock
        return clock

    @property
    def ahead_seconds(self) -> int:
        """Return how many seconds the phone is ahead of the server now.

        The number is negative if the phone is behind.
        """
        return self.phone_clock.offset_at(self.room.clock.now())

    @property
    def back_seconds(self) -> int:
        """Return how many seconds the server's clock is behind the last line of its log, or 0.

        A difference that the server's policy permits counts as 0. If the result is above 0, the server raises
        `ClockSetBack` and decides nothing.
        """
        back = self._latest() - self.room.clock.now()
        return back if back > self.room.server.policy.clock_back_seconds else 0

    def settle(
        self,
        *,
        server: int | None = None,
        speed: float | None = None,
        ahead: int | None = None,
        ppm: int | None = None,
    ) -> None:
        """Set the server's clock (Unix seconds), its `speed` (0 stops it), and the phone's clock.

        `ahead` is the phone's offset in seconds. From now on, the phone's clock runs too fast by `ppm` parts per
        million. Values that are not passed stay the same. Raises `InvalidInput` if a value cannot be set.
        """
        self._settle(server=server, speed=speed, ahead=ahead, ppm=ppm)
        self._tell()

    def _settle(
        self,
        *,
        server: int | None = None,
        speed: float | None = None,
        ahead: int | None = None,
        ppm: int | None = None,
    ) -> None:
        new_ahead = self.ahead_seconds if ahead is None else _checked(ahead, MOST_AHEAD_SECONDS, "ahead")
        new_ppm = self.phone_clock.rate_ppm if ppm is None else _checked(ppm, MOST_PPM, "ppm")
        if server is not None or speed is not None:
            self._move(server, speed)
        if ahead is not None or ppm is not None:
            checked_now(self.room.clock.now() + new_ahead)
            self.room.phone.clock = DriftingClock(self.room.clock, new_ahead, rate_ppm=new_ppm)

    def trust_clock(self) -> None:
        """Resolve `ClockSetBack` like an operator, who confirms that the server's clock is correct now."""
        self.room.server.trust_clock()
        self.refresh()

    def refresh(self) -> None:
        """Send the page the new state, for example after a cell has moved a clock."""
        self._tell()

    def _move(self, server: int | None, speed: float | None) -> None:
        clock = self.room.clock
        if not isinstance(clock, ManualClock):
            raise InvalidInput("this room uses the real clock: set the phone's clock, or use a demo room")
        if server is not None:
            clock.set(server)
        if speed is None:
            return
        if not isinstance(clock, RunningClock):
            raise InvalidInput("this room's clock cannot run on its own: use a room with a RunningClock")
        if speed:
            clock.play(speed)
        else:
            clock.pause()

    def _latest(self) -> int:
        """Return the time at which the server last recorded something, in Unix seconds.

        With the real clock, return 0, because this widget cannot set that clock back.
        """
        log = self.room.server.audit_log() if isinstance(self.room.clock, ManualClock) else ()
        return log[-1].at if log else 0

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        said, change = "", dict(message.get("settle", {}))
        try:
            if change.pop("trust", False):
                self.room.server.trust_clock()
            self._settle(**{name: value for name, value in change.items() if name in _SETTLED})
        except MfaError as error:
            said = str(error)
        self._tell(said=said, answering=str(message.get("from", "")))

    def _tell(self, *, said: str = "", answering: str = "") -> None:
        """Send the page everything that it needs to run without the kernel.

        A demo room's secret is in a message, never in a trait.
        """
        room, phone = self.room, self.phone_clock
        clock = room.clock
        accounts = room.phone.export() if room.demo else []
        back = self.back_seconds
        self.screen.send(
            {
                "of": str(id(clock)),
                "real": not isinstance(clock, ManualClock),
                "server": _exact(clock),
                "speed": getattr(clock, "speed", 0) if isinstance(clock, ManualClock) else 1,
                "ahead": phone.drift_seconds,
                "ppm": phone.rate_ppm,
                "since": phone.since,
                "period": room.server.policy.period_seconds,
                "reach": REACH_STEPS,
                "window": room.server.policy.window_steps,
                "account": accounts[-1] if accounts else None,
                "note": _note(room),
                "latest": self._latest(),
                "back": _BACK.format(back) if back else "",
                "said": said,
                "from": answering,
            }
        )

    def face_text(self) -> str:
        """Return what a reader without a kernel sees.

        In a demo room with stopped clocks, the text describes the clocks.
        """
        if not self._stands_still():
            return "The time machine sets the server's clock and the phone's clock, and shows the window between them"
        return f"The time machine. {self._picture() or 'The phone has no account yet.'}"

    def face_html(self) -> str:
        picture = self._picture()
        shown = picture.svg if picture else f"<p>{escape(self.face_text())}</p>"
        return (
            f'<div class="mfa mfa-panel"><h3 class="mfa-side">The time machine</h3>{shown}'
            "<p>Run this cell to set both clocks.</p></div>"
        )

    def _stands_still(self) -> bool:
        return (
            self.room.demo and isinstance(self.room.clock, ManualClock) and not getattr(self.room.clock, "speed", 0)
        )

    def _picture(self) -> Picture | None:
        """Return the strip as a figure, or None if its codes must not be shown."""
        if not (self._stands_still() and self.room.account):
            return None
        policy = self.room.server.policy
        return window_strip(
            self.room.account.secret.reveal(),
            self.room.clock.now(),
            window_steps=policy.window_steps,
            phone_now=self.room.phone.clock.now(),
            period=policy.period_seconds,
            reach_steps=REACH_STEPS,
        )


class _Screen(anywidget.AnyWidget):
    """Draw the widget in the browser. This class has no state."""

    _esm = script(Path(__file__).with_name("time_machine.js"))
    _css = Path(__file__).with_name("time_machine.css")


def _exact(clock: Clock) -> float:
    """Return Unix seconds with their fraction.

    The seconds on the page then begin together with the seconds of the clock.
    """
    if isinstance(clock, RunningClock):
        return clock.exact()
    return clock.now() if isinstance(clock, ManualClock) else clock.now() + time.time() % 1


def _note(room: Room) -> str:
    if not room.demo:
        return "This room's secrets are real, so the strip shows steps but no codes."
    return "" if room.phone.accounts else "The phone has no account yet. Once it is enrolled, the strip shows codes."


def _checked(value: object, most: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > most:
        raise InvalidInput(f"{name} must be a whole number from {-most} to {most}")
    return value
