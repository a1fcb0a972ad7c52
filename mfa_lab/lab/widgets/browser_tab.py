"""A link from a notebook to pages in another tab, and a phone for people who have none at hand.

The address has a port that differs from run to run. So it is only in the live view, never in the notebook.
"""

from __future__ import annotations

from html import escape

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.answers import Answer
from mfa_lab.lab.room import Room
from mfa_lab.lab.widgets.controls import box, html
from mfa_lab.lab.widgets.form import Form
from mfa_lab.lab.widgets.phone_panel import PhonePanel
from mfa_lab.lab.widgets.stable import StableBox
from mfa_lab.provisioning import build_uri

_NOT_HERE = ('[data-do="scan"]', '[data-do="paste"]', ".mfa-empty")
"""Parts of the phone for forms on its own page. It cannot see the other tab or type into it."""
_STYLE = ", ".join(f".mfa-is-BrowserTab .mfa-phone-face {part}" for part in _NOT_HERE) + " { display: none; }"
_WORDS = "A link to the server's pages in another tab, and a phone for people who have none at hand"


class SetupKeyForm(Form):
    """Give the room's phone the key under the QR code by hand, as people do whose phone cannot scan."""

    title = "No phone at hand?"
    actor = "phone"
    intro = "Copy the key under the QR code in the other tab, and give it to this phone."
    button_text = "Keep it"
    fields = {"setup_key": ("Setup key", "secret")}  # noqa: RUF012

    def act(self, typed: dict[str, str]) -> Answer:
        key = "".join(typed["setup_key"].split())
        if not key:
            raise InvalidInput("copy the key from the other tab first")
        self.room.phone.add(build_uri(key, account="the other tab", issuer="mfa-lab"))
        self.room.move_on()
        return Answer(True, "The phone has it.", heading="The phone")


class BrowserTab(StableBox):
    """Show a link to the server at `url` for a browser on this machine. The phone is the room's."""

    def __init__(self, url: str, room: Room) -> None:
        self.panel = PhonePanel(room, _paste, in_frame=True)
        self.form = SetupKeyForm(room)
        room.on_change(self.panel.widget.refresh)
        how = 'class="mfa-button" target="_blank" rel="noopener"'
        there = f'<a href="{escape(url)}" {how}>Open the server\'s pages in another tab</a>'
        link = html(f'<style>{_STYLE}</style><p class="mfa-buttons">{there}</p>')
        super().__init__([link, box(self.form, self.panel, style_class="mfa-sides")])
        for name in ("mfa", "mfa-is-BrowserTab"):
            self.add_class(name)

    def face_text(self) -> str:
        """Return what a reader without a kernel sees."""
        return f"{_WORDS}: run this cell"


def _paste(_code: str) -> str:
    return "This phone cannot type into the other tab: press Copy instead."
