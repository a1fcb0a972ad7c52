"""Draw what happened at a phishing page, as a sequence between Alice's browser, the page and the shop's server."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from mfa_lab.lab.figures.attacks.relay import Places, draw_event
from mfa_lab.lab.figures.one_login.login_flow import Event, lifelines, told
from mfa_lab.lab.figures.picture import Picture, canvas, picture, tint, write
from mfa_lab.lab.figures.shapes import boxes
from mfa_lab.style import ATTACKER, PHONE, REFUSED, REFUSED_SIGN, SERVER

_PLACES: Places = {
    "browser": ("Alice's browser and passkey", PHONE, 6.4),
    "attacker": ("Mallory's page, sh0p.localhost", ATTACKER, 21.0),
    "server": ("The server, shop.localhost", SERVER, 35.6),
}
_NAMES = {"browser": "Alice's browser", "attacker": "Mallory's page", "server": "the server"}
_ROW = 1.7


def phish_figure(events: Sequence[Event]) -> Picture:
    """Return the events of a phishing page as a picture. A refusal has a frame and a cross."""
    data = tuple(events)
    return picture(draw(data), words(data), data)


def words(events: tuple[Event, ...]) -> str:
    """Return a text that describes the figure."""
    return f"Alice at a phishing page. {told(events, _NAMES)}. {_ending(events)}"


def draw(events: tuple[Event, ...], ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    height = 4.4 + _ROW * len(events)
    ax = canvas(ax, 42, height)
    lifelines(ax, _PLACES.values(), (2.0, height), half=6.3, size=14)
    for row, event in enumerate(events):
        y = height - 3.1 - _ROW * row
        if event.words.startswith(REFUSED_SIGN):
            _refusal(ax, event, row + 1, y)
        else:
            draw_event(ax, _PLACES, event, row + 1, y)
    stolen = _has_session(events)
    write(ax, 21, 0.8, _ending(events), (ATTACKER if stolen else PHONE).text, size=15, weight="bold")
    return ax


def _has_session(events: tuple[Event, ...]) -> bool:
    return any(event.words == "a session" and event.to == "attacker" for event in events)


def _ending(events: tuple[Event, ...]) -> str:
    return "Mallory has a session of Alice." if _has_session(events) else "Mallory has no session."


def _refusal(ax: Axes, event: Event, number: int, y: float) -> None:
    """Write a refusal in a framed box beside its place, on the side of the phishing page."""
    x, wide = _PLACES[event.at][2], 13.2
    left = x - wide - 0.7 if event.at == "server" else x + 0.7
    tint(ax, (left, y - 0.5), (wide, 1.4), REFUSED.fill)
    boxes(ax, [(left, y - 0.5, wide, 1.4)], REFUSED.text, linewidth=2.6)
    write(ax, left + wide / 2, y + 0.2, f"{number}  {event.words}", REFUSED.text, size=14, weight="bold")
