"""Step 3 beside the forms: a simulated phone for learners without a phone."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.room import Room
from mfa_lab.lab.widgets.controls import frame
from mfa_lab.lab.widgets.stable import StableBox
from mfa_lab.phone.widget import PhoneWidget
from mfa_lab.style import grouped


class PhonePanel(StableBox):
    """Show step 3, a simulated phone. It decodes the QR code from the picture and has its own clock.

    When the user makes the phone type its code into a form, the phone calls `paste` with the code. `paste` returns a
    message that the phone shows, or "". If `in_frame` is true, the surrounding tree of widgets already contains the
    style sheet.
    """

    def __init__(self, room: Room, paste: Callable[[str], str], *, in_frame: bool = False) -> None:
        self.room = room
        self.widget = PhoneWidget(room.phone, room.clock, picture=self._picture, paste=paste)
        super().__init__([self.widget] if in_frame else [frame(), self.widget])
        for name in ("mfa", "mfa-panel", "mfa-phone"):
            self.add_class(name)

    def _picture(self) -> bytes:
        if self.room.enrolment is None:
            raise InvalidInput("there is no QR code to scan: make the server show one")
        return self.room.enrolment.qr_png()

    def face_text(self) -> str:
        """Return what a reader without a kernel sees. For a phone in a demo room, the text includes the code."""
        words = "The phone: an authenticator app that scans the QR code and shows a code by its own clock"
        if not (self.room.demo and self.room.phone.accounts):
            return words
        return f"{words}; now {self.room.phone.accounts[-1]}, {grouped(self.room.phone.code())}"

    def face_html(self) -> str:
        return (
            f'<div class="mfa mfa-panel mfa-phone"><p>{escape(self.face_text())}. Run this cell to use it.</p></div>'
        )
