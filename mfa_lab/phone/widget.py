"""Show the phone on the page. The browser computes the codes from the phone's own secret and clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget

from mfa_lab.clock import Clock, ManualClock, RunningClock, SystemClock
from mfa_lab.errors import MfaError
from mfa_lab.phone.authenticator import Phone


def script(path: Path) -> str:
    """Return the script of a widget that computes codes, preceded by the script that all such widgets share."""
    return Path(__file__).with_name("otp.js").read_text("utf-8") + path.read_text("utf-8")


class PhoneWidget(anywidget.AnyWidget):
    """Show `phone` on the page. The phone's clock ticks in the browser, without messages to the kernel.

    When the user presses "Scan the QR code", the widget calls `picture`. When the user presses "Type it into the
    form", the widget calls `paste` with the code, and the phone shows the returned text. Secrets are sent as custom
    messages and are never part of the widget's state. With `hide_clock`, the page does not show the phone's time, so
    that the learner can work it out.
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
        """Scan the QR code that the server shows, add its account to the phone and return the label.

        Raises `MfaError`.
        """
        label = self.phone.scan(self._picture())
        self.refresh()
        return label

    def refresh(self) -> None:
        """Send the phone's accounts and its clock to the page."""
        self.send({"accounts": self.phone.export(), "clock": self._clock(), "said": ""})

    def say(self, words: str) -> None:
        """Show `words` at the bottom of the phone, instead of the earlier words."""
        self.send({"said": words})

    def _clock(self) -> dict[str, Any]:
        """Return the data for the phone's time on the page: a drift from the browser's clock, or a lesson's clock."""
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
