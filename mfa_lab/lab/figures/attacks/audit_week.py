"""Draw a week of the audit log as a defender sees it: lines per hour, and the accounts with the most rejected codes.

The figure uses only the log's lines. If a login follows a rejected code, somebody mistyped the code. If no login
follows, somebody has the password but not the phone.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from mfa_lab.errors import InvalidInput
from mfa_lab.lab.figures.picture import INK, MONO, Picture, canvas, picture, write
from mfa_lab.lab.figures.shapes import Point, Scale, areas, strokes, tints
from mfa_lab.server.audit import Event
from mfa_lab.server.records import AuditLine
from mfa_lab.style import QUIET, REFUSED, REFUSED_SIGN, SERVER

SOON_SECONDS = 300
"""If a login follows a rejected code within this time, the two belong together: a pending login lasts no longer."""
_HOUR = 3600
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EPOCH_DAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True, slots=True)
class Suspect:
    """Hold the times of one account's rejected codes and logins.

    `mistyped` holds the rejected codes that a login followed soon. `alone` holds the other rejected codes.
    """

    account_id: str
    mistyped: tuple[int, ...]
    alone: tuple[int, ...]
    logins: tuple[int, ...]

    @property
    def refused(self) -> int:
        return len(self.mistyped) + len(self.alone)

    @property
    def name(self) -> str:
        """Return the first eight characters of the id. They are enough to distinguish the accounts."""
        return self.account_id[:8]


@dataclass(frozen=True, slots=True)
class Log:
    """Hold the data. `hourly` counts the log's lines in each hour from `start`.

    The first of the `suspects` is the account with the most rejected codes.
    """

    start: int
    hourly: tuple[int, ...]
    suspects: tuple[Suspect, ...]


def log_of(lines: Iterable[AuditLine], accounts: int = 5) -> Log:
    """Compute the data from the log's lines, which must be in order of time.

    The data begin at the midnight (UTC) before the first line and end with the last line's hour. Raises
    `InvalidInput` if there are no lines.
    """
    times: dict[str, dict[str, list[int]]] = {event: defaultdict(list) for event in (_REFUSED, _IN)}
    hours: Counter[int] = Counter()
    for line in lines:
        hours[line.at // _HOUR] += 1
        if line.event in times and line.account_id:
            times[line.event][line.account_id].append(line.at)
    if not hours:
        raise InvalidInput("this log has no lines: pass at least one")
    start = min(hours) // 24 * 24
    most = sorted(times[_REFUSED].items(), key=lambda item: (-len(item[1]), item[0]))[:accounts]
    return Log(
        start * _HOUR,
        tuple(hours[hour] for hour in range(start, max(hours) + 1)),
        tuple(_suspect(account_id, refused, times[_IN][account_id]) for account_id, refused in most),
    )


_REFUSED, _IN = Event.CODE_REFUSED.value, Event.LOGGED_IN.value


def _suspect(account_id: str, refused: Sequence[int], logins: Sequence[int]) -> Suspect:
    def followed(at: int) -> bool:
        place = bisect(logins, at)
        return place < len(logins) and logins[place] <= at + SOON_SECONDS

    mistyped = tuple(at for at in refused if followed(at))
    alone = tuple(at for at in refused if not followed(at))
    return Suspect(account_id, mistyped, alone, tuple(logins))


def audit_figure(lines: Iterable[AuditLine], accounts: int = 5) -> Picture:
    """Return the figure.

    The figure shows the lines per hour, and each suspect's rejected codes, with or without a login soon after.
    """
    data = log_of(lines, accounts)
    return picture(draw(data), words(data), data)


def words(data: Log) -> str:
    """Return a text that describes the figure."""
    told = "; ".join(
        f"{one.name}: {one.refused} refused, {len(one.alone)} of them without a login within {SOON_SECONDS // 60} "
        f"minutes, {len(one.logins)} logins"
        for one in data.suspects
    )
    return (
        f"{sum(data.hourly):,} lines of an audit log over {len(data.hourly)} hours, {max(data.hourly):,} in the "
        f"fullest hour. The accounts with the most refused codes: {told or 'none'}."
    )


_LEFT, _RIGHT, _COUNT, _ALONE, _WIDTH = 4.6, 33.4, 35.8, 39.4, 41.6
_HIGH, _BARS = 2.3, 4.2


def draw(data: Log, ax: Axes | None = None) -> Axes:
    """Draw the figure on new Axes, or on `ax` if given."""
    rows = _HIGH * len(data.suspects)
    ax = canvas(ax, _WIDTH, rows + _BARS + 6.4)
    hours = max(len(data.hourly), 24)
    scale = Scale(data.start, data.start + hours * _HOUR, _LEFT, _RIGHT)
    _days(ax, data, scale, hours, 1.2, rows + _BARS + 2.6)
    most = max(data.hourly)
    bottom = rows + 2.4
    for bar in (_bar(data, scale, bottom, most),):
        areas(ax, [bar], QUIET.text, 0.55)
    write(ax, 0.3, bottom + 1.4, "all lines", INK, size=14, ha="left", weight="bold")
    write(ax, 0.3, bottom + 0.5, "by the hour", QUIET.text, size=13, ha="left")
    write(ax, _RIGHT + 0.5, bottom + _BARS - 1.2, f"{most:,} lines at most", QUIET.text, size=13, ha="left")
    for place, suspect in enumerate(data.suspects):
        _row(ax, suspect, scale, rows + 0.6 - _HIGH * place)
    _head(ax, rows + _BARS + 4.0)
    return ax


def _days(ax: Axes, data: Log, scale: Scale, hours: int, bottom: float, top: float) -> None:
    """Write the names of the days, and tint the nights."""
    nights = []
    for day in range(hours // 24 + 1):
        noon = data.start + day * 24 * _HOUR + 12 * _HOUR
        if noon < data.start + hours * _HOUR:
            name = _DAYS[(noon // (24 * _HOUR) + _EPOCH_DAY) % 7]
            write(ax, scale(noon), bottom - 0.6, name, QUIET.text, size=13)
        for first, last in ((-12, -5), (7, 12)):
            left, right = (min(max(scale(noon + hour * _HOUR), _LEFT), _RIGHT) for hour in (first, last))
            if right > left:
                nights.append((left, bottom, right - left, top - bottom))
    tints(ax, nights, QUIET.text, 0.1)


def _bar(data: Log, scale: Scale, bottom: float, most: int) -> list[Point]:
    """Return the outline of the bars for all hours."""

    def steps() -> Iterator[Point]:
        yield scale(data.start), bottom
        for hour, count in enumerate(data.hourly):
            y = bottom + (_BARS - 0.8) * count / most
            yield scale(data.start + hour * _HOUR), y
            yield scale(data.start + (hour + 1) * _HOUR), y
        yield scale(data.start + len(data.hourly) * _HOUR), bottom

    return list(steps())


def _head(ax: Axes, y: float) -> None:
    write(
        ax, 0.3, y + 1.7, "Who only mistyped a code, and who has the password without the phone?", INK,
        size=16, ha="left", weight="bold",
    )  # fmt: skip
    x = _LEFT + 0.2
    for name, shape, tone in (
        ("login", _ticks, SERVER),
        ("code refused, then a login", _dots, QUIET),
        ("code refused, no login", _crosses, REFUSED),
    ):
        shape(ax, [(x, y + 0.35)], tone.text)
        write(ax, x + 0.5, y + 0.3, name, tone.text, size=13, ha="left", weight="bold")
        x += 1.6 + 0.36 * len(name)
    write(ax, _COUNT, y - 0.9, "refused", QUIET.text, size=13)
    write(ax, _ALONE, y - 0.9, "no login", REFUSED.text, size=13, weight="bold")


def _row(ax: Axes, suspect: Suspect, scale: Scale, y: float) -> None:
    write(ax, 0.3, y, suspect.name, INK, size=14, ha="left", family=MONO)
    _ticks(ax, [(scale(at), y - 0.62) for at in suspect.logins], SERVER.text)
    _dots(ax, [(scale(at), y + 0.05) for at in suspect.mistyped], QUIET.text)
    _crosses(ax, [(scale(at), y + 0.5) for at in suspect.alone], REFUSED.text)
    write(ax, _COUNT, y, str(suspect.refused), INK, size=15)
    found = f"{REFUSED_SIGN} {len(suspect.alone)}" if suspect.alone else "0"
    write(ax, _ALONE, y, found, REFUSED.text if suspect.alone else QUIET.text, size=15, weight="bold")


def _ticks(ax: Axes, points: list[Point], colour: str) -> None:
    strokes(ax, ([(x, y - 0.32), (x, y + 0.32)] for x, y in points), colour, linewidth=2)


def _dots(ax: Axes, points: list[Point], colour: str) -> None:
    areas(ax, ([(x - 0.17, y), (x, y + 0.28), (x + 0.17, y), (x, y - 0.28)] for x, y in points), colour, 1.0)


def _crosses(ax: Axes, points: list[Point], colour: str) -> None:
    arm = 0.18
    for slant in (1, -1):
        lines = ([(x - arm, y - slant * arm), (x + arm, y + slant * arm)] for x, y in points)
        strokes(ax, lines, colour, linewidth=2.2)
