"""Draw the replay of a used code: the moments at which each server accepts the code again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matplotlib.axes import Axes

from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.helpers.used_code import used_again
from mfa_lab.attacks.helpers.world import Make, World
from mfa_lab.attacks.record import IN
from mfa_lab.lab.figures.picture import INK, Picture, box, canvas, picture, tint, write
from mfa_lab.lab.figures.shapes import Scale
from mfa_lab.lab.figures.time.window import signed
from mfa_lab.style import ATTACKER, GRANTED_SIGN, HERE, PHONE, QUIET, REFUSED, REFUSED_SIGN, SERVER, Tone

DELAYS = tuple(range(5, 80, 5))


@dataclass(frozen=True, slots=True)
class Replay:
    """Hold the attempts to replay a code. Times are in seconds since the phone began to show the code.

    Alice used the code at `used_at`. For each server, `tries` holds the moments at which somebody typed the code
    again, and whether the server granted access. Each attempt has a new `World`.
    """

    used_at: int
    tries: dict[str, tuple[tuple[int, bool], ...]]

    def granted(self, server: str) -> list[int]:
        """Return the seconds at which this server accepted the code again."""
        return [second for second, granted in self.tries[server] if granted]


def replayed(servers: Mapping[str, Make]) -> Replay:
    """Log Alice in ten seconds after a step begins, and type her code again after one of the `DELAYS`.

    Repeat this for every delay and every server.
    """
    used_at = World(next(iter(servers.values()))).clock.now() % PERIOD
    tries = {
        name: tuple((used_at + delay, used_again(make, delay) == IN) for delay in DELAYS)
        for name, make in servers.items()
    }
    return Replay(used_at, tries)


def replay_line(servers: Mapping[str, Make]) -> Picture:
    """Return the figure. It has a row for each server, labelled with the server's name in `servers`."""
    data = replayed(servers)
    return picture(draw(data), words(data), data)


def words(data: Replay) -> str:
    """Return a text that describes the figure."""
    told = []
    for name, tries in data.tries.items():
        accepted_again = data.granted(name)
        taken = f"at the seconds {', '.join(map(str, accepted_again))}" if accepted_again else "never"
        told.append(f"{name} accepts it again {taken}, in {len(tries)} attempts up to second {tries[-1][0]}")
    return (
        f"One code, in seconds from the moment at which the phone began to show it. The phone shows it from 0 to "
        f"{PERIOD}, and a window of one step contains it from {signed(-PERIOD)} to {2 * PERIOD}. Alice logs in with "
        f"it at second {data.used_at}. {'. '.join(told)}."
    )


_LEFT, _RIGHT, _ROW, _HIGH = 9.4, 41.4, 2.4, 1.5


def draw(data: Replay, ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    height = _ROW * (2 + len(data.tries)) + 4.2
    ax = canvas(ax, 42, height)
    x = Scale(-PERIOD, 3 * PERIOD, _LEFT, _RIGHT)
    rows = [height - 1.4 - _ROW * row for row in range(1, 3 + len(data.tries))]
    for moment in range(-PERIOD, 3 * PERIOD + 1, PERIOD):
        ax.plot([x(moment)] * 2, [2.3, height - 1.4], color=QUIET.fill, linewidth=1.4, zorder=0)
        write(ax, x(moment), 1.7, signed(moment), INK, size=14)
    write(ax, x(PERIOD), 0.6, "seconds since the phone began to show the code", QUIET.text, size=13)
    _bar(ax, x, rows[0], "the phone shows it", (0, PERIOD), PHONE)
    _bar(ax, x, rows[1], "the window contains it", (-PERIOD, 2 * PERIOD), SERVER)
    for y, (name, tries) in zip(rows[2:], data.tries.items(), strict=True):
        write(ax, 0.3, y + _HIGH / 2, name, ATTACKER.text, size=14, ha="left", weight="bold")
        for second, granted in tries:
            sign, tone = (GRANTED_SIGN, ATTACKER) if granted else (REFUSED_SIGN, REFUSED)
            write(ax, x(second), y + _HIGH / 2, sign, tone.text, size=15, weight="bold")
    ax.plot([x(data.used_at)] * 2, [2.3, height - 1.3], color=HERE.text, linewidth=2.6)
    write(ax, x(data.used_at), height - 0.8, "Alice logs in with it", HERE.text, size=14, weight="bold")
    told = f"{GRANTED_SIGN} or {REFUSED_SIGN}: typed again, by somebody else"
    write(ax, x(3 * PERIOD), height - 0.8, told, ATTACKER.text, size=13, ha="right")
    return ax


def _bar(ax: Axes, x: Scale, y: float, name: str, span: tuple[int, int], tone: Tone) -> None:
    corner, size = (x(span[0]), y), (x(span[1]) - x(span[0]), _HIGH)
    tint(ax, corner, size, tone.fill)
    box(ax, corner, size, tone.text, linewidth=2.2)
    write(ax, 0.3, y + _HIGH / 2, name, tone.text, size=14, ha="left", weight="bold")
