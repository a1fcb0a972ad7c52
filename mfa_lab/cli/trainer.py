"""For trainers: a workshop's seats, the board, slides."""

from __future__ import annotations

from pathlib import Path

import click

from mfa_lab.cli.group import main, need_the_lab

WORKSHOP = "mfa-lab-workshop"


MOST_LEFT_OUT = 20


@main.command()
@click.option("--seats", required=True, type=click.IntRange(1, 500), help="How many.")
@click.option(
    "--dir",
    "folder",
    default=WORKSHOP,
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where to make them.",
)
@click.option("--seed", help="Any text. The same one gives the same accounts; without it they are drawn.")
@click.option("--bundle", is_flag=True, help="Add a wheelhouse, to install the kit from without internet.")
def workshop(seats: int, folder: Path, seed: str | None, bundle: bool) -> None:
    """For trainers: make a room of seats, each a folder with notebooks and a demo account, and cards to print.

    Run it again to add seats. Nobody's work is written over.
    """
    need_the_lab()
    from mfa_lab.trainer import workshop as room

    made = room.prepare(folder, seats, seed)
    for verb, names in (("New here", made.new), ("Left as they were", made.kept)):
        if names:
            click.echo(f"{verb}: {names[0]} to {names[-1]}" if len(names) > 2 else f"{verb}: {', '.join(names)}")
    click.echo(
        f"Cards and overview are in {folder.resolve() / room.TRAINER}: print cards.pdf, begin with overview.html"
    )
    if bundle:
        from mfa_lab.trainer.wheelhouse import PYTHON, SYSTEM
        from mfa_lab.trainer.wheelhouse import bundle as fill

        click.echo("Collecting the wheelhouse: it takes some minutes and some hundred megabytes.")
        click.echo(f"{fill(folder)} installs the kit without internet; its README.txt says how.")
        click.echo(f"It needs Python {PYTHON} on {SYSTEM}. For another Python or system, make one on such a machine.")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out", default="mfa-lab-board", show_default=True, type=click.Path(path_type=Path), help="Without suffix."
)
@click.option(
    "--seats", default=0, type=click.IntRange(0, 999), help="Seats handed out; those without a file are named."
)
def board(folder: Path, out: Path, seats: int) -> None:
    """For trainers: who is where, who has not begun, and what is hard, from the exported files in FOLDER."""
    need_the_lab()
    from mfa_lab.trainer.board import board as read
    from mfa_lab.trainer.board_page import save

    found = read(folder, seats)
    html, png = save(found, out)
    click.echo(f"{found.headline}: {html} and {png.name}")
    for each in found.left_out[:MOST_LEFT_OUT]:
        click.echo(f"Not counted: {each.file}: {each.why}")
    if len(found.left_out) > MOST_LEFT_OUT:
        click.echo(f"and {len(found.left_out) - MOST_LEFT_OUT} more, which {html} names")


@main.command()
@click.argument("notebook")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; else NOTEBOOK-slides.html.")
def slides(notebook: str, out: Path | None) -> None:
    """For trainers: slides from NOTEBOOK, by its path or the kit's name for it, as one HTML file."""
    need_the_lab()
    from mfa_lab.trainer.page import write_ours
    from mfa_lab.trainer.slides import read, slides_html

    made = slides_html(read(notebook))
    click.echo(
        f"{write_ours(out or Path(f'{Path(notebook).stem}-slides.html'), made.encode())}: open it in a browser"
    )
