"""Draw one login between three places: the phone with its user, an attacker in between, and the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from mfa_lab.lab.figures.picture import INK, Picture, arrow, box, canvas, picture, write
from mfa_lab.style import ATTACKER, PHONE, SERVER, Tone


@dataclass(frozen=True, slots=True)
class Event:
    """Hold an event at the place `at`. If `to` is given, the event is a message from `at` to `to`."""

    at: str
    words: str
    to: str = ""


LOGIN = (
    Event("phone", "name and password", to="server"),
    Event("server", "verifies the password: correct"),
    Event("server", "a pending login: “and the code?”", to="phone"),
    Event("phone", "computes the code"),
    Event("phone", "the six digits", to="server"),
    Event("server", "computes it too, compares"),
    Event("server", "a session", to="phone"),
)
"""No event contains the shared secret, because the phone received it only once, at the enrolment."""

_PLACES = {
    "phone": ("The user and the phone", PHONE, 5.2),
    "between": ("An attacker in between", ATTACKER, 16.2),
    "server": ("The server", SERVER, 27.2),
}
_NAMES = {"phone": "the phone's side", "server": "the server"}


def login_flow() -> Picture:
    """Return one login as a picture: what each side computes, and what an attacker in between can see."""
    return picture(draw(LOGIN), words(LOGIN), LOGIN)


def words(events: tuple[Event, ...]) -> str:
    """Return a text that describes the figure."""
    seen = ", ".join(event.words for event in events if event.to)
    return f"One login. {told(events, _NAMES)}. The attacker can see: {seen}; never the shared secret."


def told(events: tuple[Event, ...], names: Mapping[str, str]) -> str:
    """Return the events in words, one after the other, with the names of their places."""
    return "; ".join(
        f"{number}, {names[event.at]}{f' to {names[event.to]}' if event.to else ''}: {event.words}"
        for number, event in enumerate(events, 1)
    )


def draw(events: tuple[Event, ...], ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    height = 3.6 + 1.7 * len(events)
    ax = canvas(ax, 32.4, height)
    lifelines(ax, _PLACES.values(), (1.2, height), half=4.7, size=13)
    for row, event in enumerate(events):
        _event(ax, event, row + 1, height - 3.0 - 1.7 * row)
    seen = "sees all that passes here, but never the shared secret"
    write(ax, _PLACES["between"][2], 0.5, seen, ATTACKER.text, size=13, weight="bold")
    return ax


def lifelines(
    ax: Axes, places: Iterable[tuple[str, Tone, float]], ends: tuple[float, float], *, half: float, size: float
) -> None:
    """Draw a box for each place, and a line that goes down from the box.

    A place is a tuple of its name, its colour and its x coordinate. The box extends `half` to the left and to the
    right of this coordinate.
    """
    foot, top = ends
    for name, tone, x in places:
        box(ax, (x - half, top - 1.8), (2 * half, 1.6), tone.text, linewidth=2.2)
        write(ax, x, top - 1.0, name, tone.text, size=size, weight="bold")
        ax.plot([x, x], [foot, top - 1.8], color=tone.text, linewidth=1.4, linestyle=(0, (2, 3)), zorder=0)


def _event(ax: Axes, event: Event, number: int, y: float) -> None:
    """Draw a message as an arrow, with its label on the sender's half.

    If the event is not a message, draw only a label beside the place.
    """
    _, tone, x = _PLACES[event.at]
    inward = 1 if event.at == "phone" else -1
    beside: Any = {"size": 13, "ha": "left" if inward > 0 else "right"}
    if not event.to:
        write(ax, x + 0.8 * inward, y, f"{number}  {event.words}", tone.text, **beside)
        return
    arrow(ax, (x, y), (_PLACES[event.to][2], y), tone.text)
    write(ax, x + 0.8 * inward, y + 0.6, f"{number}  {event.words}", INK, **beside)
    ax.plot([_PLACES["between"][2]], [y], marker="o", markersize=9, color=ATTACKER.text)
