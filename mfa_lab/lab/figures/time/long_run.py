"""Draw a clock that drifts for a year, at three servers: one does nothing, one learns the drift, one resynchronises.

A quartz crystal for watches usually stays within 20 parts per million, which is 10.5 minutes a year
(electronics.stackexchange.com/questions/7800, 52 s a month). Makers give smaller errors for their tokens: about 2
minutes a year (token2.com, 2018), or a second in three days (Deepnet's wiki on SafeID). Both errors are about 4 ppm.
An error of a second a day, which is 12 ppm, also occurs (token2.com).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from itertools import groupby

from matplotlib.axes import Axes

from mfa_lab.attacks.simulation.odds import acceptance
from mfa_lab.lab.figures.picture import INK, Picture, canvas, picture, write
from mfa_lab.lab.figures.shapes import Point, Scale, areas, boxes, strokes
from mfa_lab.lab.formatting import signed
from mfa_lab.policy import Policy
from mfa_lab.server.factors import drift
from mfa_lab.style import GRANTED_SIGN, PHONE, QUIET, REFUSED, REFUSED_SIGN, SERVER

QUARTZ_PPM = 20.0
LEARNING = replace(Policy.STANDARD, drift_cap_steps=10)
"""This kit's standard policy with drift learning turned on."""
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Day:
    """Hold how far the phone's clock is ahead, the window's centre, and the chance that a code is accepted."""

    day: int
    ahead_seconds: float
    centre_steps: int
    chance: float


@dataclass(frozen=True, slots=True)
class Course:
    """Hold one server's year. On the first of the `days`, both clocks are correct."""

    name: str
    days: tuple[Day, ...]
    window_steps: int
    period: int
    resync_day: int | None = None

    @property
    def unsure_from(self) -> int | None:
        """Return the first day on which a code may be rejected."""
        return next((each.day for each in self.days if each.chance < 1), None)

    @property
    def lost_from(self) -> int | None:
        """Return the first day on which every code is rejected."""
        return next((each.day for each in self.days if each.chance == 0), None)

    @property
    def back_from(self) -> int | None:
        """Return the first day after `lost_from` on which every code is accepted again."""
        lost = self.lost_from
        return next(
            (each.day for each in self.days if lost is not None and each.day > lost and each.chance == 1), None
        )


def course(
    name: str,
    policy: Policy,
    *,
    ppm: float = QUARTZ_PPM,
    days: int = 425,
    logins: Container[int] = (),
    resync_day: int | None = None,
) -> Course:
    """Return one server's year with a phone's clock that runs `ppm` parts per million fast (negative: slow).

    On the days in `logins`, the user tries one code, in the middle of a step. The server learns from this code by its
    own rule (`server.drift`) under `policy`. On `resync_day`, two consecutive codes move the window if both codes
    are within `policy.resync_reach_steps`.
    """
    period, resync_steps, drift_steps, last_login = policy.period_seconds, 0, 0, 0
    found = []
    for day in range(days + 1):
        ahead = ppm * 1e-6 * _DAY_SECONDS * day
        steps = int((ahead / period + 0.5) // 1)
        if day == resync_day and abs(steps) <= policy.resync_reach_steps:
            resync_steps, drift_steps, last_login = steps, 0, day
        learnt = drift.remembered(drift_steps, (day - last_login) * _DAY_SECONDS, policy)
        centre = resync_steps + learnt
        if day in logins and abs(steps - centre) <= policy.window_steps:
            drift_steps, last_login = drift.learnt(learnt, steps - centre, policy.drift_cap_steps), day
        chance = float(acceptance(ahead, centre * period, policy.window_steps, period=period))
        found.append(Day(day, ahead, centre, chance))
    return Course(name, tuple(found), policy.window_steps, period, resync_day)


def courses(
    ppm: float = QUARTZ_PPM, policy: Policy = LEARNING, *, login_every_days: int = 7, drawer_days: int = 365
) -> tuple[Course, ...]:
    """Return the data for three servers.

    The first server learns nothing. The second server learns the drift, up to `policy.drift_cap_steps`. The third
    server's token is in a drawer until the day `drawer_days`, and is then resynchronised with two consecutive codes.
    """
    days = drawer_days + 60
    often = range(0, days + 1, login_every_days)
    still = replace(policy, drift_cap_steps=0)
    return (
        course("the window stays", still, ppm=ppm, days=days, logins=often),
        course(f"it learns, {policy.drift_cap_steps} steps at most", policy, ppm=ppm, days=days, logins=often),
        course(
            "a drawer, then two codes", policy, ppm=ppm, days=days, resync_day=drawer_days,
            logins=range(drawer_days, days + 1, login_every_days),
        ),
    )  # fmt: skip


def long_run(
    ppm: float = QUARTZ_PPM, policy: Policy = LEARNING, *, login_every_days: int = 7, drawer_days: int = 365
) -> Picture:
    """Return the figure. The arguments are the same as those of `courses`."""
    data = courses(ppm, policy, login_every_days=login_every_days, drawer_days=drawer_days)
    about = f"A clock that runs {ppm:+g} ppm, a login every {login_every_days} days, window {policy.window_steps}."
    return picture(draw(data), f"{about.replace('-', '−')} {words(data)}", data)


def words(data: tuple[Course, ...]) -> str:
    """Return a text that describes the figure."""
    end = data[0].days[-1]
    told = [f"After {end.day} days the phone is {_far(end.ahead_seconds)}."]
    for each in data:
        parts = [f"sometimes rejected from day {each.unsure_from}"] if each.unsure_from is not None else []
        parts += [f"always rejected from day {each.lost_from}"] if each.lost_from is not None else []
        parts += [f"accepted again from day {each.back_from}"] if each.back_from is not None else []
        told.append(f"{each.name[0].upper()}{each.name[1:]}: {', '.join(parts) or 'accepted all the time'}.")
    return " ".join(told)


def _far(seconds: float) -> str:
    minutes, way = abs(seconds) / 60, "ahead" if seconds > 0 else "behind"
    return f"{minutes:.1f} minutes {way}" if minutes >= 1 else f"{abs(seconds):.0f} s {way}"


_WIDE, _HIGH, _LEFT, _BETWEEN, _BOTTOM = 11.4, 9.0, 4.4, 1.4, 2.6


def draw(data: tuple[Course, ...], ax: Axes | None = None) -> Axes:
    """Draw the servers side by side, on new Axes, or on `ax` if given."""
    ax = canvas(ax, _LEFT + len(data) * (_WIDE + _BETWEEN), _BOTTOM + _HIGH + 1.8)
    far = [day.ahead_seconds for each in data for day in each.days]
    edge = (data[0].window_steps + 2) * data[0].period
    y = Scale(min(*far, -edge), max(*far, edge), _BOTTOM, _BOTTOM + _HIGH)
    for place, each in enumerate(data):
        left = _LEFT + place * (_WIDE + _BETWEEN)
        x = Scale(0, each.days[-1].day, left, left + _WIDE)
        _course(ax, each, x, y)
        if place == 0:
            _who(ax, each, x, y)
        write(ax, left, _BOTTOM + _HIGH + 0.9, each.name, SERVER.text, size=15, ha="left", weight="bold")
        last = each.days[-1].day
        for day in range(0, last + 1, 100 if last < 500 else 200):
            write(ax, x(day), _BOTTOM - 0.7, str(day), INK, size=13)
        write(ax, left + _WIDE / 2, _BOTTOM - 1.8, "days", QUIET.text, size=13)
    for minutes in range(-60, 61, 5):
        if y.low <= 60 * minutes <= y.high:
            write(ax, _LEFT - 0.4, y(60 * minutes), f"{signed(minutes)} min", INK, size=13, ha="right")
    return ax


def _who(ax: Axes, each: Course, x: Scale, y: Scale) -> None:
    """Label the line and the band once, in the space between them."""
    half, between = each.days[len(each.days) // 2], -1 if each.days[-1].ahead_seconds >= 0 else 1
    beside = y(half.ahead_seconds) + between * 0.5
    write(ax, x(half.day) + 0.5, beside, "the phone's clock", PHONE.text, size=13, ha="left")
    above = y(-between * (each.window_steps + 1) * each.period) - between * 0.6
    write(ax, x.end - 0.3, above, "the window", SERVER.text, size=13, ha="right")


def _course(ax: Axes, each: Course, x: Scale, y: Scale) -> None:
    """Draw the window as a band and the phone's clock as a line. Codes are accepted while the line is in the band."""
    for steps, alpha in ((each.window_steps + 1, 0.12), (each.window_steps, 0.3)):
        areas(ax, [_band(each, steps * each.period, x, y)], SERVER.fill, alpha)
    boxes(ax, [(x.start, y.start, x.end - x.start, y.end - y.start)], QUIET.text, linewidth=0.9)
    lines: dict[bool, list[list[Point]]] = {True: [], False: []}
    for lost, days in groupby(each.days, key=lambda day: day.chance == 0):
        stretch = list(days)
        lines[lost].append([(x(day.day), y(day.ahead_seconds)) for day in (stretch[0], stretch[-1])])
    strokes(ax, lines[False], PHONE.text, linewidth=3.6)
    strokes(ax, lines[True], REFUSED.text, linewidth=2.2, linestyle=(0, (3, 2)))
    told = (
        [(f"{REFUSED_SIGN} rejected from day {each.lost_from}", REFUSED.text)] if each.lost_from is not None else []
    )
    told += [(f"{GRANTED_SIGN} again from day {each.back_from}", SERVER.text)] if each.back_from is not None else []
    down = -1 if each.days[-1].ahead_seconds >= 0 else 1  # the corner that the line does not reach
    for row, (words, colour) in enumerate(told):
        height = (y.end if down < 0 else y.start) + down * (0.8 + row)
        write(ax, x.start + 0.4, height, words, colour, size=15, ha="left", weight="bold")


def _band(each: Course, half_seconds: int, x: Scale, y: Scale) -> list[Point]:
    """Return the outline of the offsets within `half_seconds` of the window's centre.

    The outline ends at the drawing's edges.
    """
    upper: list[Point] = []
    lower: list[Point] = []
    for centre, days in groupby(each.days, key=lambda day: day.centre_steps):
        stretch = list(days)
        for edge, sign in ((upper, 1), (lower, -1)):
            height = y(min(max(centre * each.period + sign * half_seconds, y.low), y.high))
            edge += [(x(stretch[0].day), height), (x(min(stretch[-1].day + 1, each.days[-1].day)), height)]
    return upper + lower[::-1]
