"""A live view of attack 11, user enumeration. The widget times rejected logins on this machine, and draws the result.

The result is never saved in the notebook.
"""

from __future__ import annotations

from mfa_lab.attacks.helpers.timing import Timing, by_the_clock, our_slow_server, slow
from mfa_lab.attacks.helpers.world import Make
from mfa_lab.attacks.user_enumeration import EnumerableServer
from mfa_lab.lab.answers import Answer
from mfa_lab.lab.figures.attacks.user_enumeration import names_by_time, verdict
from mfa_lab.lab.widgets.controls import box, button, frame, html, live_region
from mfa_lab.lab.widgets.stable import StableBox

_SERVERS: dict[str, Make] = {"the weak server": slow(EnumerableServer), "MfaServer": our_slow_server}
_INTRO = "Each button times about forty rejections of existing names and as many of unknown names."


class Stopwatch(StableBox):
    """Show a button for each server. `times` contains the measurements, by the server's name."""

    def __init__(self, pairs: int = 40) -> None:
        self.pairs = pairs
        self.times: dict[str, Timing] = {}
        self.status, self.drawing = html(live_region()), html()
        self.buttons = {name: button(f"Time {name}") for name in _SERVERS}
        for name, made in self.buttons.items():
            made.on_click(lambda _button, name=name: self.measure(name))
        heading = html(f'<h3 class="mfa-side mfa-attacker">A stopwatch</h3><p class="mfa-hint">{_INTRO}</p>')
        buttons = box(*self.buttons.values(), style_class="mfa-buttons")
        super().__init__([frame(), heading, buttons, self.status, self.drawing])
        for style_class in ("mfa", "mfa-panel"):
            self.add_class(style_class)

    def measure(self, name: str) -> Answer:
        """Time the rejections of one server. This takes a few seconds."""
        self.status.value = live_region(Answer(True, "Measuring: a few seconds.", heading="The stopwatch"))
        timing = self.times[name] = by_the_clock(_SERVERS[name], self.pairs)
        answer = Answer(not timing.told_apart, f"{_title(name)}: {verdict(timing)}.", heading="The stopwatch")
        self.drawing.value = names_by_time(timing, f"{_title(name)}, by this machine's own clock").svg
        self.status.value = live_region(answer)
        return answer

    def face_text(self) -> str:
        return (
            f"A stopwatch with the buttons {' and '.join(repr(made.description) for made in self.buttons.values())}"
        )

    def face_html(self) -> str:
        buttons = "".join(f"<li>{made.description}</li>" for made in self.buttons.values())
        return (
            f'<div class="mfa mfa-panel"><h3 class="mfa-side">A stopwatch</h3><p>{_INTRO}</p><p>Buttons:</p>'
            f"<ul>{buttons}</ul><p>Run this cell to use it. "
            "Real times differ from run to run, so the notebook does not store them.</p></div>"
        )


def _title(name: str) -> str:
    return name[0].upper() + name[1:]
