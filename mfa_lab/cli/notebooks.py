"""Offer the learner's commands: the working copy of the notebooks, JupyterLab, progress, and the doctor."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import click

from mfa_lab.cli import jupyter
from mfa_lab.cli.group import WORK, folder_option, main, need_the_lab
from mfa_lab.cli.trust import trust
from mfa_lab.lab import working_copy
from mfa_lab.resources import notebooks_dir


@main.command()
@click.argument("folder", metavar="[DIR]", default=WORK, type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), help="Try this port first, then the next free port.")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option("--copy-only", is_flag=True, help="Only make or update the working copy.")
@click.pass_obj
def start(jupyter_args: list[str] | None, folder: Path, port: int | None, no_browser: bool, copy_only: bool) -> None:
    """Make or update the working copy in DIR (default: ./mfa-lab-work), and open it in JupyterLab.

    Your changes are never overwritten. Ctrl-C ends JupyterLab and everything that runs in it. The arguments after
    `--` are passed to JupyterLab.
    """
    if not copy_only:
        need_the_lab()
    _tell(folder, working_copy.deliver(notebooks_dir(), folder))
    if copy_only:
        return
    trust(notebooks_dir(), folder)
    given = jupyter_args or []
    if no_browser:
        given = ["--no-browser", *given]
    if port is not None:
        given = [f"--ServerApp.port={port}", *given]
    _run_lab(folder, given)


@main.command()
@click.argument("notebook", required=False)
@folder_option
def reset(notebook: str | None, folder: Path) -> None:
    """Restore NOTEBOOK, or all notebooks, to the kit's version. Your copy is kept beside it and never deleted."""
    aside = working_copy.reset(notebooks_dir(), folder, notebook)
    if find_spec("nbformat"):
        trust(notebooks_dir(), folder)
    for name, kept in aside.items():
        click.echo(f"{name} has the kit's version again" + (f"; your copy is kept as {kept}" if kept else ""))
    if not aside:
        click.echo(f"Nothing to do: {notebook or 'every notebook'} is unchanged.")


@main.command()
@folder_option
@click.option(
    "--export",
    "file",
    metavar="[FILE]",
    is_flag=False,
    flag_value="",
    help="Write a small JSON file for your trainer: a pseudonym, exercise ids, attempts and times.",
)
@click.option(
    "--hand-in", is_flag=True, help="On a class server: put the same file where only your trainer reads it."
)
def progress(folder: Path, file: str | None, hand_in: bool) -> None:
    """Show your progress. It is stored only in the working copy, and nobody else gets it unless you send it."""
    need_the_lab()
    from mfa_lab.lab.grading import progress_export

    if hand_in:
        if not (place := os.environ.get("MFA_LAB_HAND_IN")):
            raise click.UsageError("this is no class server: use --export, and give the file to your trainer")
        progress_export.export(folder, Path(place) / "progress.json")
        click.echo("Your trainer can now read your pseudonym, exercise ids, attempts and times, and nothing else.")
        return
    if file is None:
        click.echo(progress_export.in_words(folder))
        return
    written = progress_export.export(folder, Path(file) if file else None)
    click.echo(
        f"{written} contains your pseudonym, exercise ids, attempts and times, and nothing else. It was not "
        f"sent to anybody."
    )


@main.command()
@folder_option
@click.pass_context
def doctor(ctx: click.Context, folder: Path) -> None:
    """Check whether everything that the kit needs is here and works, and say what to do if it does not."""
    from mfa_lab.lab.doctor import Finding, examine, own_module

    jupyter.prepare_environment()
    findings: list[Finding] = []
    for path, name in jupyter.own_modules(folder):
        if (
            name == "ipykernel_launcher"
        ):  # the check of the kernel would run this file, and say only that the kernel died
            fault = own_module(path, name)
            click.echo(Finding("kernel", fault.detail, fault.remedy))
            ctx.exit(1)
    for finding in examine(folder):
        click.echo(finding)
        findings.append(finding)
    ctx.exit(any(finding.broken for finding in findings))


def _run_lab(folder: Path, given: list[str]) -> None:
    """Run JupyterLab until Ctrl-C. If it does not start, print the doctor's message and exit with code 1.

    The doctor is loaded only if something is wrong, because its imports would delay every start.
    """
    for path, name in jupyter.own_modules(folder):
        from mfa_lab.lab.doctor import Finding, own_module

        fault = own_module(path, name)
        click.echo(Finding("kernel", fault.detail, fault.remedy), err=True)
    try:
        jupyter.run(folder.resolve(), working_copy.first_notebook(notebooks_dir()), given)
    except jupyter.NotStarted as not_started:
        from mfa_lab.lab.doctor import Finding

        click.echo(Finding("server", not_started.detail, not_started.remedy), err=True)
        raise SystemExit(1) from None


def _tell(folder: Path, delivery: working_copy.Delivery) -> None:
    click.echo(f"Your notebooks are in {folder.resolve()}")
    for verb, names in (
        ("New here", delivery.new),
        ("Updated", delivery.updated),
        ("Removed, because the kit renamed or dropped them and you had not changed them", delivery.removed),
    ):
        if names:
            click.echo(f"{verb}: {', '.join(names)}")
    for name in delivery.kept:
        click.echo(f"{name} is kept as you changed it; to get the kit's newer version, run `mfa-lab reset {name}`.")
