"""Offer the trainer's commands: a workshop and its seats, the class board, slides, and the book."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import click

from mfa_lab.cli.group import main, need_the_lab

WORKSHOP = "mfa-lab-workshop"
BOOK = "mfa-lab-book"

MOST_LEFT_OUT = 20


@main.command()
@click.option("--seats", required=True, type=click.IntRange(1, 500), help="Make this number of seats.")
@click.option(
    "--dir",
    "folder",
    default=WORKSHOP,
    show_default=True,
    type=click.Path(path_type=Path),
    help="Make the seats in this folder.",
)
@click.option("--seed", help="Derive the accounts from this text; random if omitted.")
@click.option("--bundle", is_flag=True, help="Add a wheelhouse to install the kit without internet access.")
def workshop(seats: int, folder: Path, seed: str | None, bundle: bool) -> None:
    """For trainers: make seats (folders with notebooks and a demo account) and cards to print.

    Run the command again to add seats. Nobody's work is overwritten.
    """
    need_the_lab()
    from mfa_lab.trainer import workshop as room

    made = room.prepare(folder, seats, seed)
    for verb, names in (("New here", made.new), ("Unchanged", made.kept)):
        if names:
            click.echo(f"{verb}: {names[0]} to {names[-1]}" if len(names) > 2 else f"{verb}: {', '.join(names)}")
    click.echo(
        f"The cards and the overview are in {folder.resolve() / room.TRAINER}: print cards.pdf, and start with "
        f"overview.html"
    )
    if bundle:
        from mfa_lab.trainer.wheelhouse import PYTHON, SYSTEM
        from mfa_lab.trainer.wheelhouse import bundle as fill

        click.echo("Collecting the wheelhouse. This takes some minutes and a few hundred megabytes.")
        click.echo(f"{fill(folder)} installs the kit without internet access; README.txt in it says how.")
        click.echo(
            f"It works only with Python {PYTHON} on {SYSTEM}. For another Python or system, make a wheelhouse on "
            "such a machine."
        )


@main.command()
@click.argument("number", required=False, type=click.IntRange(1, 500))
@click.option(
    "--dir",
    "folder",
    default=WORKSHOP,
    show_default=True,
    type=click.Path(path_type=Path),
    help="The folder of the workshop.",
)
@click.option(
    "--to", type=click.Path(path_type=Path), help="Make the seat again in this folder, such as a USB stick."
)
def seat(number: int | None, folder: Path, to: Path | None) -> None:
    """For trainers: add a seat for a learner who comes late, or move seat NUMBER to another machine.

    Without NUMBER, add one seat to the workshop, and make a page with its card. With NUMBER and --to, make that seat
    again, for a learner whose machine is broken. The card stays valid, and work in the workshop's folder is taken
    along.
    """
    need_the_lab()
    from mfa_lab.trainer import workshop as room

    if (number is None) != (to is None):
        raise click.UsageError("to move a seat, give both NUMBER and --to; to add a seat, give neither")
    if number is None or to is None:
        new = room.add(folder)
        click.echo(f"{folder / new.seat} is new; print its card: {folder / room.TRAINER / new.seat}.html")
    else:
        moved = room.move(folder, number, to)
        click.echo(f"{moved} has the same account. Run mfa-lab {moved.name} in the folder above it.")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out",
    default="mfa-lab-board",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Name the files like this; the command adds a suffix to each.",
)
@click.option(
    "--seats",
    default=0,
    type=click.IntRange(0, 999),
    help="Also list the seats, up to this number, that have no file.",
)
def board(folder: Path, out: Path, seats: int) -> None:
    """For trainers: show each learner's progress from the exported files in FOLDER.

    The board also shows which learners have not begun, and which exercises are hard. The same tables are written as
    CSV files for a spreadsheet.
    """
    need_the_lab()
    from mfa_lab.trainer.board import board as read
    from mfa_lab.trainer.board_page import save

    found = read(folder, seats)
    html, *others = save(found, out)
    click.echo(f"{found.headline}: {html}, {', '.join(each.name for each in others)}")
    for each in found.left_out[:MOST_LEFT_OUT]:
        click.echo(f"Not counted: {each.file}: {each.why}")
    if len(found.left_out) > MOST_LEFT_OUT:
        click.echo(f"and {len(found.left_out) - MOST_LEFT_OUT} more, which {html} names")


@main.command()
@click.argument("notebook")
@click.option("--out", type=click.Path(path_type=Path), help="Write this file; NOTEBOOK-slides.html if omitted.")
def slides(notebook: str, out: Path | None) -> None:
    """For trainers: make slides from NOTEBOOK (a path, or the name of a notebook in the kit) as one HTML file."""
    need_the_lab()
    from mfa_lab.trainer.page import write_ours
    from mfa_lab.trainer.slides import read, slides_html

    made = slides_html(read(notebook))
    click.echo(
        f"{write_ours(out or Path(f'{Path(notebook).stem}-slides.html'), made.encode())}: open it in a browser"
    )


@main.command()
@click.argument("folder", metavar="[DIR]", default=BOOK, type=click.Path(path_type=Path))
def book(folder: Path) -> None:
    """Write the whole course as web pages into DIR (default: ./mfa-lab-book), for readers who install nothing.

    The pages need no server and no network. Results and solutions are folded until the reader opens them.
    """
    need_the_lab()
    from mfa_lab.trainer.book.site import write

    first, count = write(folder)
    click.echo(f"{count} pages are in {folder}: open {first} in a browser")


@main.command("class-server")
@click.option("--dir", "folder", required=True, type=click.Path(path_type=Path), help="The folder of the workshop.")
@click.option("--host", required=True, help="Serve the class at this name of the machine, as learners type it.")
@click.option("--port", default=443, show_default=True, type=click.IntRange(1, 65535), help="Listen on this port.")
@click.option("--path", "base", default="/", show_default=True, help="Serve the class below this path.")
@click.option(
    "--certificate",
    required=True,
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    help="Serve https with this certificate (a PEM file).",
)
@click.option(
    "--certificate-key",
    "key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    help="Use this private key for the certificate (a PEM file).",
)
def class_server(folder: Path, host: str, port: int, base: str, certificate: str, key: str) -> None:
    """For trainers: run a class on this machine, with JupyterHub and one Unix user for each seat of a workshop.

    Run this command as root, on a machine that holds no other data. The seats' passwords are in
    trainer/class-server.html. Ctrl-C ends the hub and all seats. docs/trainer/class-server.md explains each step.
    """
    need_the_lab()
    if find_spec("jupyterhub") is None:
        raise click.ClickException("JupyterHub is not installed here: install mfa-lab[class]")
    if which("configurable-http-proxy") is None:
        raise click.ClickException(
            "configurable-http-proxy is not installed here: apt-get install node-configurable-http-proxy"
        )
    from mfa_lab.trainer.class_server.hub import Hub

    hub = Hub(folder.resolve(), host, port, base, certificate, key)
    click.echo(f"{hub.prepare()} seats at {hub.address}; their passwords: {hub.passwords}")
    sys.stdout.flush()
    hub.run()
