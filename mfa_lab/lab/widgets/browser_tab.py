"""A link from a notebook to pages in another tab, and a simulated phone for learners without a phone.

The port in the address differs from run to run, so the address appears only in the live view and is never saved in
the notebook.
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
"""Parts of the phone that this widget hides. They need a form on the same page, but the forms are in another tab."""
_STYLE = ", ".join(f".mfa-is-BrowserTab .mfa-phone-face {part}" for part in _NOT_HERE) + " { display: none; }"
_WORDS = "A link to the server's pages in another tab, and a simulated phone for people without a phone"


class SetupKeyForm(Form):
    """Let the learner paste the setup key for the room's phone, as people do if their phone cannot scan."""

    title = "No phone at hand?"
    actor = "phone"
    intro = "Copy the setup key below the QR code in the other tab, and paste it here."
    button_text = "Keep it"
    fields = {"setup_key": ("Setup key", "secret")}  # noqa: RUF012

    def act(self, typed: dict[str, str]) -> Answer:
        key = "".join(typed["setup_key"].split())
        if not key:
            raise InvalidInput("copy the setup key from the other tab first")
        self.room.phone.add(build_uri(key, account="the other tab", issuer="mfa-lab"))
        self.room.move_on()
        return Answer(True, "The phone has stored the key.", heading="The phone")


class BrowserTab(StableBox):
    """Show a link to the server at `url`, and the room's phone. The link works in a browser on this machine."""

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
