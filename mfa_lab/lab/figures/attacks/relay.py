"""Draw a relay: a login through a phishing page, between Alice, the adversary in the middle and the server."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes

from mfa_lab.lab.figures.one_login.login_flow import Event, lifelines, told
from mfa_lab.lab.figures.picture import INK, Picture, arrow, canvas, picture, write
from mfa_lab.lab.figures.shapes import boxes
from mfa_lab.style import ATTACKER, HERE, PHONE, QUIET, SERVER, Tone

RELAYED = (
    Event("alice", "name and password", to="attacker"),
    Event("attacker", "name and password", to="server"),
    Event("server", "correct: “and the code?”", to="attacker"),
    Event("attacker", "“and the code?”", to="alice"),
    Event("alice", "the six digits", to="attacker"),
    Event("attacker", "the six digits", to="server"),
    Event("server", "correct, and not used before"),
    Event("server", "a session", to="attacker"),
    Event("attacker", "keeps it"),
    Event("attacker", "“that did not work”, or the session too", to="alice"),
)
"""The attacker chooses what the phishing page answers at the end."""

Places = Mapping[str, tuple[str, Tone, float]]
"""For each place in the figure, its name, its colour and its x coordinate."""

_PLACES = {
    "alice": ("Alice and her phone", PHONE, 5.4),
    "attacker": ("A phishing page", ATTACKER, 21.0),
    "server": ("The server", SERVER, 36.6),
}
_NAMES = {"alice": "Alice", "attacker": "the phishing page", "server": "the server"}
_FINALLY = "A key that is bound to the genuine page's address does not answer on the phishing page."


def relay_flow() -> Picture:
    """Return the relay as a picture."""
    return picture(draw(RELAYED), words(RELAYED), RELAYED)


def words(events: tuple[Event, ...]) -> str:
    """Return a text that describes the figure."""
    return f"A login through a phishing page. {told(events, _NAMES)}. {_FINALLY}"


def draw(events: tuple[Event, ...], ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    height = 3.6 + 1.7 * len(events)
    ax = canvas(ax, 42, height)
    lifelines(ax, _PLACES.values(), (1.4, height), half=5.0, size=15)
    for row, event in enumerate(events):
        draw_event(ax, _PLACES, event, row + 1, height - 3.1 - 1.7 * row)
    write(ax, 21, 0.6, _FINALLY, QUIET.text, size=13)
    return ax


def draw_event(ax: Axes, places: Places, event: Event, number: int, y: float) -> None:
    """Draw a message as an arrow with the event's words above it. The arrow of the session has a frame.

    If the event is not a message, write only its words, beside the place.
    """
    _, tone, x = places[event.at]
    numbered = f"{number}  {event.words}"
    if not event.to:
        left = event.at != "server"
        write(ax, x + (0.8 if left else -0.8), y + 0.2, numbered, tone.text, size=14, ha="left" if left else "right")
        return
    to = places[event.to][2]
    arrow(ax, (x, y), (to, y), tone.text)
    write(ax, (x + to) / 2, y + 0.6, numbered, INK, size=14)
    if event.words == "a session":
        boxes(ax, [(min(x, to) + 0.3, y - 0.35, abs(to - x) - 0.6, 1.5)], HERE.fill, linewidth=3)
