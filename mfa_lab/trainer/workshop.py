"""A room full of seats: each has a working copy, an account and a pseudonym; the trainer has cards and an overview.

A second run adds what is missing, and changes no existing seat.
"""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from html import escape
from pathlib import Path

from mfa_lab.errors import InvalidInput
from mfa_lab.lab import seat as seats_module
from mfa_lab.lab import working_copy
from mfa_lab.lab.grading.progress import named
from mfa_lab.lab.grading.progress_file import Store
from mfa_lab.lab.seat import Seat, seeded
from mfa_lab.randomness import SYSTEM
from mfa_lab.resources import notebooks_dir
from mfa_lab.trainer.answer_sheet import answers_html
from mfa_lab.trainer.cards import cards_html, cards_pdf
from mfa_lab.trainer.page import MADE_BY, page, table, write_ours

TRAINER = "trainer"
_PLAN = "workshop.json"
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Workshop:
    """Hold all seats of a workshop, those made just now, and those that existed and stay as they were."""

    folder: Path
    seed: str
    seats: tuple[Seat, ...]
    new: tuple[str, ...]
    kept: tuple[str, ...]


def prepare(folder: Path, count: int, seed: str | None = None) -> Workshop:
    """Make the missing seats of 1 to `count` in `folder`, and make everything for the trainer again.

    The same `seed` gives the same accounts. Without a seed, a random one is stored in trainer/workshop.json. Raises
    `InvalidInput` for another seed than before, and if another file or folder has a seat's name.
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
            _furnish(place, wanted)
        (kept if found else new).append(wanted.seat)
        seats.append(found or wanted)
    made = Workshop(folder, seed, tuple(seats), tuple(new), tuple(kept))
    _for_the_trainer(made)
    return made


def _seed(folder: Path, wanted: str | None) -> str:
    """Return the workshop's seed: the stored one, or else the given one, or else a new one."""
    plan = folder / TRAINER / _PLAN
    try:
        whole = not plan.is_symlink() and stat.S_ISREG(plan.stat().st_mode) and plan.stat().st_size < _MOST_BYTES
        kept = json.loads(plan.read_text("utf-8"))["seed"] if whole else None
    except FileNotFoundError:
        kept = wanted or SYSTEM.token_bytes(5).hex()
        if folder.exists() and not folder.is_dir():
            raise InvalidInput(f"{folder} is not a folder: name a folder, or one that is not there yet") from None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        kept = None
    if not isinstance(kept, str):
        raise InvalidInput(f"{plan} cannot be read as this kit wrote it: name another --dir")
    if wanted not in (None, kept):
        raise InvalidInput(
            f"the workshop in {folder} was made with another seed: leave --seed out, or name another --dir"
        )
    return kept


def _highest(folder: Path) -> int:
    """Return the highest number among the existing seats."""
    numbers = [path.name.removeprefix("seat-") for path in folder.glob("seat-*")]
    return max((int(number) for number in numbers if number.isdecimal() and len(number) < 4), default=0)


def _furnish(place: Path, seat: Seat) -> None:
    """Make a working copy with its pseudonym. seat.json comes last, and shows that everything is there."""
    taken = place.is_symlink() or (place.exists() and not place.is_dir())
    if taken or (place.is_dir() and any(place.iterdir()) and not (place / working_copy.MANIFEST).is_file()):
        raise InvalidInput(f"{place} exists already, and is not a seat: move it away, or name another --dir")
    working_copy.deliver(notebooks_dir(), place)
    for trouble in Store(place).update(named(seat.seat)):
        raise InvalidInput(f"{place}: {trouble}")
    working_copy.write(place / seats_module.FILE, seats_module.as_text(seat).encode())


def _for_the_trainer(made: Workshop) -> None:
    place = made.folder / TRAINER
    if place.is_symlink():
        raise InvalidInput(f"{place} is a link: move it away, or name another --dir")
    note = (
        "Demo values for a workshop: they protect nothing. Keep this folder to yourself until the workshop is over."
    )
    plan = {"made by": MADE_BY, "demo": True, "note": note, "seed": made.seed}
    accounts = [{"demo": True, "seat": seat.seat, **seat.account} for seat in made.seats]
    for name, content in {
        _PLAN: json.dumps({**plan, "accounts": accounts}, indent=1).encode(),
        "cards.html": cards_html(made.seats).encode(),
        "cards.pdf": cards_pdf(made.seats),
        "overview.html": _overview(made).encode(),
        "answers.html": answers_html().encode(),
    }.items():
        write_ours(place / name, content)


def _overview(made: Workshop) -> str:
    rows: list[tuple[object, ...]] = [(seat.seat, seat.name, seat.password, seat.setup_key) for seat in made.seats]
    words = _OVERVIEW.format(count=len(made.seats), seed=escape(made.seed))
    seats = table("Demo accounts by seat", ("seat and pseudonym", "name", "password", "setup key"), rows)
    return page("Workshop overview", f"<main>{words}{seats}</main>", style=_STYLE)


_OVERVIEW = """
<h1>Workshop: {count} seats</h1>
<p>Only for you until the workshop is over. Names, passwords and keys are demo values, made from the seed
<code>{seed}</code>; each opens its own seat's live forms, and nothing else.</p>
<h2>How to use this folder</h2>
<ul>
<li>Print <code>cards.pdf</code> at 100 %, cut, and lay one card on each seat.</li>
<li>Carry each folder to its machine, or leave all seats on the class server. There, take this folder,
<code>trainer</code>, off the server first: it has the answers and all accounts, and every seat has a terminal that
reaches <code>../trainer</code>. To add seats later, put it back.</li>
<li>In the folder above a seat: <code>mfa-lab seat-07</code>.</li>
<li>A phone that scanned its card is ready for the live form of every notebook. The form shows the same secret once
more, and asks for a first code as always. Without a phone, the one in the page scans what the form shows.</li>
<li>If you want a code of a seat yourself: <code>oathtool --totp -b -</code> reads a setup key and prints the
present code.</li>
<li>The file <code>answers.html</code> has every exercise with its wrong answers, and what to say about each.</li>
<li>At the end each seat runs <code>mfa-lab progress --dir seat-07 --export</code>. Collect the files in a folder, and
<code>mfa-lab board FOLDER</code> draws the class.</li>
</ul>
<h2>The seats</h2>
"""
_STYLE = """
main li { margin: 0.3rem 0; }
td { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: nowrap; }
@page { size: A4 landscape; margin: 12mm; }
@media print { main { padding: 0; max-width: none; } html.mfa { font-size: 9pt; } tr { break-inside: avoid; } }
"""
