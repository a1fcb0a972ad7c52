"""Make the seats of a workshop. Each seat has a working copy, an account and a pseudonym.

The trainer gets cards and an overview.

A second run adds the missing seats, and does not change existing seats.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from dataclasses import dataclass
from html import escape
from pathlib import Path

from mfa_lab.errors import InvalidInput
from mfa_lab.lab import seat as seats_module
from mfa_lab.lab import working_copy
from mfa_lab.lab.grading.progress import named
from mfa_lab.lab.grading.progress_file import Store
from mfa_lab.lab.seat import Seat, seat_name, seeded
from mfa_lab.randomness import SYSTEM
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.answer_sheet import answers_html, key_html
from mfa_lab.trainer.cards import cards_html, cards_pdf
from mfa_lab.trainer.page import MADE_BY, page, table, write_ours

TRAINER = "trainer"
_PLAN = "workshop.json"
_MOST_BYTES = 1_000_000
_SEAT_NAME = re.compile(r"seat-\d{2,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Workshop:
    """All seats of a workshop, the names of the new seats, and the names of the seats that already existed."""

    folder: Path
    seed: str
    seats: tuple[Seat, ...]
    new: tuple[str, ...]
    kept: tuple[str, ...]


def prepare(folder: Path, count: int, seed: str | None = None) -> Workshop:
    """Make any missing seats from 1 to `count` in `folder`, and make all the trainer's files again.

    The same `seed` gives the same accounts. Without `seed`, a random seed is stored in trainer/workshop.json. Raises
    `InvalidInput` if the seed differs from the stored seed, or if another file or folder has a seat's name.
    """
    seed = _seed(folder, seed)
    seats: list[Seat] = []
    new: list[str] = []
    kept: list[str] = []
    for number in range(1, max(count, _highest(folder)) + 1):
        wanted = seeded(seed, number)
        place = folder / wanted.seat
        if number > count and not place.exists():
            continue
        found = None if place.is_symlink() else seats_module.read(place)
        if found is None:
            furnish(place, wanted)
        (kept if found else new).append(wanted.seat)
        seats.append(found or wanted)
    made = Workshop(folder, seed, tuple(seats), tuple(new), tuple(kept))
    _for_the_trainer(made)
    return made


def add(folder: Path) -> Seat:
    """Make one more seat in the workshop in `folder`, for a learner who comes late, and a page with only its card.

    Raises `InvalidInput` if there is no workshop.
    """
    seat = prepare(folder, max(_numbers(folder), default=0) + 1).seats[-1]
    write_ours(folder / TRAINER / f"{seat.seat}.html", cards_html([seat]).encode())
    return seat


def move(folder: Path, number: int, to: Path) -> Path:
    """Make a seat of the workshop in `folder` again in the folder `to`, with the same account. Return its new place.

    Work in the workshop's own copy of the seat is taken along. Raises `InvalidInput` if there is no such workshop or
    seat, or if `to` already has something with the seat's name.
    """
    if number not in _numbers(folder):
        raise InvalidInput(f"the workshop in {folder} has no seat {number}: add one with mfa-lab seat")
    old = folder / seat_name(number)
    seat = seats_module.read(old) or seeded(_seed(folder, None), number)
    new = to / seat.seat
    if os.path.lexists(new):
        raise InvalidInput(f"{new} already exists: move it away, or name another folder with --to")
    try:
        if old.is_dir() and not old.is_symlink():
            shutil.copytree(old, new, ignore=_not_work)
    except (OSError, shutil.Error) as fault:
        raise InvalidInput(f"cannot copy {old} to {new}: name a folder that you may write in") from fault
    furnish(new, seat)
    return new


def _not_work(folder: str, names: list[str]) -> set[str]:
    """Return the names that are not taken along: links, and anything that is neither a file nor a folder."""
    places = {name: Path(folder, name) for name in names}
    return {name for name, place in places.items() if place.is_symlink() or not (place.is_file() or place.is_dir())}


def _numbers(folder: Path) -> list[int]:
    """Return the numbers of the seats that the workshop in `folder` has handed out."""
    return [int(seat.seat.removeprefix("seat-")) for seat in seats_of(folder)]


def seats_of(folder: Path) -> list[Seat]:
    """Return the seats that the workshop in `folder` has handed out.

    Raises `InvalidInput` if there is no workshop, or if the list of its seats is not the kit's.
    """
    plan = folder / TRAINER / _PLAN
    if not plan.is_file():
        raise InvalidInput(f"there is no workshop in {folder}: make one with mfa-lab workshop, or name it with --dir")
    _seed(folder, None)  # raises if the plan is not ours
    try:
        accounts = json.loads(plan.read_text("utf-8"))["accounts"]
        seats = [Seat(*(account[name] for name in Seat.__slots__)) for account in accounts]
        if not all(_SEAT_NAME.fullmatch(seat.seat) for seat in seats):
            raise ValueError
    except (OSError, ValueError, LookupError, TypeError):
        raise InvalidInput(f"{plan} is not a file that this kit wrote: name another --dir") from None
    return seats


def _seed(folder: Path, wanted: str | None) -> str:
    """Return the workshop's seed: the stored seed, or else the given seed, or else a new seed."""
    plan = folder / TRAINER / _PLAN
    try:
        whole = not plan.is_symlink() and stat.S_ISREG(plan.stat().st_mode) and plan.stat().st_size < _MOST_BYTES
        kept = json.loads(plan.read_text("utf-8"))["seed"] if whole else None
    except FileNotFoundError:
        kept = wanted or SYSTEM.token_bytes(5).hex()
        if folder.exists() and not folder.is_dir():
            raise InvalidInput(f"{folder} is not a folder: name a folder, or a name that is still free") from None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        kept = None
    if not isinstance(kept, str):
        raise InvalidInput(f"{plan} is not a file that this kit wrote: name another --dir")
    if wanted not in (None, kept):
        raise InvalidInput(f"the workshop in {folder} was made with another seed: omit --seed, or name another --dir")
    return kept


def _highest(folder: Path) -> int:
    """Return the highest number of an existing seat."""
    numbers = [path.name.removeprefix("seat-") for path in folder.glob("seat-*")]
    return max((int(number) for number in numbers if number.isdecimal() and len(number) < 4), default=0)


def furnish(place: Path, seat: Seat) -> None:
    """Make or update a working copy with the seat's pseudonym. What the learner changed is kept.

    The file seat.json is written last, and shows that the seat is complete.
    """
    taken = place.is_symlink() or (place.exists() and not place.is_dir())
    if taken or (place.is_dir() and any(place.iterdir()) and not (place / working_copy.MANIFEST).is_file()):
        raise InvalidInput(f"{place} already exists and is not a seat: move it away, or name another --dir")
    working_copy.deliver(notebooks_dir(), place)
    for trouble in Store(place).update(named(seat.seat)):
        raise InvalidInput(f"{place}: {trouble}")
    working_copy.write(place / seats_module.FILE, seats_module.as_text(seat).encode())


def _for_the_trainer(made: Workshop) -> None:
    place = made.folder / TRAINER
    if place.is_symlink():
        raise InvalidInput(f"{place} is a link: move it away, or name another --dir")
    note = (
        "Demo values for a workshop: they do not protect anything. Keep this folder to yourself until the "
        "workshop is over."
    )
    plan = {"made by": MADE_BY, "demo": True, "note": note, "seed": made.seed}
    accounts = [{"demo": True, "seat": seat.seat, **seat.account} for seat in made.seats]
    for name, content in {
        _PLAN: json.dumps({**plan, "accounts": accounts}, indent=1).encode(),
        "cards.html": cards_html(made.seats).encode(),
        "cards.pdf": cards_pdf(made.seats),
        "overview.html": _overview(made).encode(),
        "answers.html": answers_html().encode(),
        "predictions.html": key_html().encode(),
    }.items():
        write_ours(place / name, content)


def _overview(made: Workshop) -> str:
    rows: list[tuple[object, ...]] = [(seat.seat, seat.name, seat.password, seat.setup_key) for seat in made.seats]
    words = _OVERVIEW.format(count=len(made.seats), seed=escape(made.seed))
    seats = table("Demo accounts by seat", ("seat and pseudonym", "name", "password", "setup key"), rows)
    return page("Workshop overview", f"<main>{words}{seats}</main>", style=_STYLE)


_OVERVIEW = """
<h1>Workshop: {count} seats</h1>
<p>Keep this page to yourself until the workshop is over. Names, passwords and keys are demo values, made from the
seed <code>{seed}</code>. Each of them opens only the live forms of its own seat.</p>
<h2>How to use this folder</h2>
<ul>
<li>Print <code>cards.pdf</code> at 100 %, cut out the cards, and put one card on each seat.</li>
<li>Copy each seat's folder to that learner's machine, or keep all the folders on the class server. In that case,
first remove this folder, <code>trainer</code>, from the server. It contains the answers and all accounts, and every
seat has a terminal that can read <code>../trainer</code>. To add seats later, put the folder back.</li>
<li>To start a seat, run <code>mfa-lab seat-07</code> in the folder above it.</li>
<li>A phone that has scanned its card is ready for the live forms in every notebook. The form shows the same secret
again, and asks for a first code as always. Learners without a phone can use the phone in the page, which scans what
the form shows.</li>
<li>To get a code for a seat yourself, run <code>oathtool --totp -b -</code>. It reads a setup key and prints the
current code.</li>
<li>The file <code>answers.html</code> contains every exercise with its wrong answers, and what to say about
each. The file <code>predictions.html</code> is the answer key of the predictions, on a few sheets to print.</li>
<li>At the end, run <code>mfa-lab progress --dir seat-07 --export</code> for each seat. Collect the files in a
folder, then run <code>mfa-lab board FOLDER</code> to draw the class board.</li>
</ul>
<h2>The seats</h2>
"""
_STYLE = """
main li { margin: 0.3rem 0; }
td { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: nowrap; }
@page { size: A4 landscape; margin: 12mm; }
@media print { main { padding: 0; max-width: none; } html.mfa { font-size: 9pt; } tr { break-inside: avoid; } }
"""
