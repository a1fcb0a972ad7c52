"""The phone's live face in the page: codes computed by the browser, from the phone's own secret and clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget

from mfa_lab.clock import Clock, ManualClock, RunningClock, SystemClock
from mfa_lab.errors import MfaError
from mfa_lab.phone.authenticator import Phone


def script(path: Path) -> str:
    """The script of a widget that computes codes: what all of these share stands before it."""
    return Path(__file__).with_name("otp.js").read_text("utf-8") + path.read_text("utf-8")


class PhoneWidget(anywidget.AnyWidget):
    """Shows `phone` to whoever has the page open. It ticks in the browser; no message passes while it does.

    `picture` is asked for when the user presses "Scan the QR code"; `paste` gets the code when the user wants it
    typed into a form, and returns what the phone should say to that. Secrets travel as custom messages and are never
    in the widget's state. `hide_clock`: the time it goes by is for the learner to find out.
    """

    _esm = script(Path(__file__).with_name("widget.js"))

    def __init__(
        self,
        phone: Phone,
        server_clock: Clock,
        *,
        picture: Callable[[], bytes],
        paste: Callable[[str], str],
        hide_clock: bool = False,
    ) -> None:
        super().__init__()
        self._hide_clock = hide_clock
        self.phone = phone
        self._server_clock = server_clock
        self._picture = picture
        self._paste = paste
        self.on_msg(self._heard)

    def scan(self) -> str:
        """Really decode the QR code that the server shows, and keep its account. Raises `MfaError`."""
        label = self.phone.scan(self._picture())
        self.refresh()
        return label

    def refresh(self) -> None:
        """Tell the page what the phone holds and what its clock says."""
        self.send({"accounts": self.phone.export(), "clock": self._clock(), "said": ""})

    def say(self, words: str) -> None:
        """Show `words` at the foot of the phone, instead of what stood there."""
        self.send({"said": words})

    def _clock(self) -> dict[str, Any]:
        """How the browser finds the phone's time: its own clock and a drift, or a clock that the lesson steers."""
        phone, server, base = self.phone.clock.now(), self._server_clock.now(), _base(self.phone.clock)
        told = {"server": server, "of": str(id(self._server_clock)), "hidden": self._hide_clock}
        if isinstance(base, RunningClock):
            return told | {"fixed": phone + base.exact() % 1, "speed": base.speed, "skew": phone - server}
        if isinstance(base, ManualClock):
            return told | {"fixed": phone, "skew": phone - server}
        return told | {"drift": phone - SystemClock().now()}

    def _heard(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        if message.get("ready"):
            self.refresh()
        elif message.get("scan"):
            try:
                before = self.phone.imported
                label, came = self.scan(), self.phone.imported
                said = f"Scanned: {label}." if came is before else f"Scanned: {came}."
                self.say(f"{said} Note: {self.phone.warning}." if self.phone.warning else said)
            except MfaError as error:
                self.say(str(error))
        elif "paste" in message:
            self.say(self._paste(str(message["paste"])))
        elif message.get("forget") in self.phone.accounts:
            self.phone.remove(message["forget"])
            self.refresh()
        elif message.get("ask") in self.phone.accounts:
            self.send({"codes": [self.phone.code(message["ask"]), self.phone.next_code(message["ask"])]})


def _base(clock: Clock) -> Clock:
    while hasattr(clock, "base"):
        clock = clock.base
    return clock
