"""What a class server needs: the memory of a seat and of the hub, and the time until a seat answers. Run as root."""

from __future__ import annotations

from contextlib import ExitStack
from statistics import median

import psutil

from benchmarks.harness import Row
from mfa_lab.lab.seat import seat_name
from tests.trainer.class_room import class_room

NOTEBOOKS = ("00_first_login", "07_otp_validation", "50_into_your_application")


def class_seats(seats: int = 3) -> Row:
    """Memory of a seat after the first notebook has run, with `seats` seats running, of which one opens notebooks.

    Programs share memory: a page that several processes share counts in parts for each of them (PSS).
    """
    with class_room(seats) as room, ExitStack() as stack:
        learners = [stack.enter_context(room.learner(seat_name(number))) for number in range(1, seats + 1)]
        starts = [learner.start() for learner in learners]
        learner = learners[0]
        held = [_megabytes(learner.seat)]
        for name in NOTEBOOKS:
            kernel = stack.enter_context(learner.kernel())
            for cell in learner.notebook(f"{name}.ipynb"):
                kernel.run(cell)
            held.append(_megabytes(learner.seat))
        hub = _megabytes("root", below=room.hub)
    return Row(
        name="class_seats",
        what="memory of a seat with one notebook",
        against="",
        value=held[1],
        unit="MB",
        pairs=1,
        figures={
            "idle_mb": held[0],
            "two_notebooks_mb": held[2],
            "three_notebooks_mb": held[3],
            "hub_and_proxy_mb": hub,
            "start_s": median(starts),
        },
    )


def _megabytes(user: str, below: int | None = None) -> float:
    """Memory of all processes of a user, or of those of its processes that are `below` a process or are it."""
    if below is None:
        processes = [each for each in psutil.process_iter(["username"]) if each.info["username"] == user]
    else:
        top = psutil.Process(below)
        processes = [each for each in (top, *top.children(recursive=True)) if each.username() == user]
    return sum(each.memory_full_info().pss for each in processes) / 1e6
