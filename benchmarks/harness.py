"""Interleaved pairs, and the row that reports them. All times are seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter

HERE = Path(__file__).resolve().parents[1]

Measurement = Callable[[], float]
"""Does the work once and says how long it took, with whatever has to be prepared left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the report. `reach` is the most that `value` may be, None where it is only reported."""

    name: str
    what: str
    against: str
    value: float
    unit: str = "x"
    spread: tuple[float, float] | None = None
    reach: float | None = None
    pairs: int
    also: bool = True
    """Whatever else has to hold, such as a module that must not be loaded."""
    figures: dict[str, float | int | str] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the reach is met; None where there is none."""
        return None if self.reach is None else self.value <= self.reach and self.also


def timed(work: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """How long `work` takes once by this clock; `time.thread_time` counts only this thread's time on a core."""
    start = clock()
    work()
    return clock() - start


def interleaved(ours: Measurement, baseline: Measurement, pairs: int) -> tuple[list[float], list[float]]:
    """Measure both once a pair, a coin deciding which goes first: what disturbs the machine disturbs both."""
    coin = Random(0)  # noqa: S311
    left: list[float] = []
    right: list[float] = []
    for _ in range(pairs):
        sides = [(ours, left), (baseline, right)]
        coin.shuffle(sides)
        for measure, times in sides:
            times.append(measure())
    return left, right


def ratio_row(
    name: str,
    *,
    what: str,
    against: str,
    reach: float | None,
    times: tuple[list[float], list[float]],
    also: bool = True,
    figures: dict[str, float | int | str] | None = None,
) -> Row:
    """The median of the paired ratios, with their middle half as spread, and both medians in milliseconds."""
    ours, baseline = times
    ratios = [left / right for left, right in zip(ours, baseline, strict=True)]
    low, _, high = quantiles(ratios, n=4)
    absolute = {"ours_ms": median(ours) * 1e3, "baseline_ms": median(baseline) * 1e3}
    return Row(
        name=name,
        what=what,
        against=against,
        value=median(ratios),
        spread=(low, high),
        reach=reach,
        pairs=len(ratios),
        also=also,
        figures={**absolute, **(figures or {})},
    )


def seconds_row(
    name: str,
    *,
    what: str,
    reach: float,
    times: list[float],
    against: str = "",
    baseline: Sequence[float] = (),
    also: bool = True,
    figures: dict[str, float | int | str] | None = None,
) -> Row:
    """The median in seconds, with the least and the most as spread; a baseline is only reported."""
    seconds = median(times)
    beside: dict[str, float | int | str] = {}
    if baseline:
        beside = {"baseline_s": median(baseline), "times_the_baseline": seconds / median(baseline)}
    return Row(
        name=name,
        what=what,
        against=against,
        value=seconds,
        unit="s",
        spread=(min(times), max(times)),
        reach=reach,
        pairs=len(times),
        also=also,
        figures={**beside, **(figures or {})},
    )


def quickest_tenth_ratio(times: tuple[list[float], list[float]]) -> float:
    """The ratio of the first deciles: other processes that want the cores change it less than the median."""
    ours, baseline = (quantiles(each, n=10)[0] for each in times)
    return ours / baseline


def without_the_slowest(left: Sequence[float], right: Sequence[float]) -> tuple[list[float], list[float]]:
    """Both without what lies above the 95th percentile of all: there the disk and the neighbours speak."""
    limit = quantiles(chain(left, right), n=20)[-1]
    return [time for time in left if time <= limit], [time for time in right if time <= limit]
