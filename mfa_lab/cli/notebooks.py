"""Offer the learner's commands: the working copy of the notebooks, JupyterLab, progress, and the doctor."""

from __future__ import annotations

import logging
import os
import traceback
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import click

from mfa_lab.cli.group import WORK, folder_option, main, need_the_lab
from mfa_lab.cli.trust import trust
from mfa_lab.lab import working_copy
from mfa_lab.resources import notebooks_dir


@main.command()
@click.argument("folder", metavar="[DIR]", default=WORK, type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), help="Try this port first, then the next free port.")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option("--copy-only", is_flag=True, help="Only make or refresh the working copy.")
@click.pass_obj
def start(jupyter_args: list[str] | None, folder: Path, port: int | None, no_browser: bool, copy_only: bool) -> None:
    """Make or refresh the working copy in DIR (default: ./mfa-lab-work), and open JupyterLab on it.

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
    _run_lab(_lab_settings(folder.resolve(), working_copy.first_notebook(notebooks_dir())), given)


@main.command()
@click.argument("notebook", required=False)
@folder_option
def reset(notebook: str | None, folder: Path) -> None:
    """Restore NOTEBOOK, or all notebooks, to the kit's version. Your own copy is kept beside it, never deleted."""
    aside = working_copy.reset(notebooks_dir(), folder, notebook)
    if find_spec("nbformat"):
        trust(notebooks_dir(), folder)
    for name, kept in aside.items():
        click.echo(f"{name} is the kit's version again" + (f"; your copy is kept as {kept}" if kept else ""))
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
def progress(folder: Path, file: str | None) -> None:
    """Show your progress. It is stored only in the working copy, and nobody gets it unless you send it."""
    need_the_lab()
    from mfa_lab.lab.grading import progress_export

    if file is None:
        click.echo(progress_export.in_words(folder))
        return
    written = progress_export.export(folder, Path(file) if file else None)
    click.echo(
        f"{written} holds your pseudonym, exercise ids, attempts and times, and nothing else. It was sent to nobody."
    )


@main.command()
@folder_option
@click.pass_context
def doctor(ctx: click.Context, folder: Path) -> None:
    """Check whether everything that the kit needs is here and works, and say what to do if it does not."""
    from mfa_lab.lab.doctor import examine

    prepare_environment()
    findings = []
    for finding in examine(folder):
        click.echo(finding)
        findings.append(finding)
    ctx.exit(any(finding.broken for finding in findings))


def prepare_environment() -> None:
    """Make Jupyter prefer this environment's kernel to a user's kernel of the same name, and read our settings.

    A kernel runs the file that PYTHONSTARTUP names. If the user has set this variable, it stays. Then only the setup
    cell provides the kit's words.
    """
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    ours = str(Path(__file__).with_name("jupyter_config"))
    os.environ.setdefault("PYTHONSTARTUP", str(Path(ours) / "kernel_startup.py"))
    theirs = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = f"{theirs}{os.pathsep}{ours}" if theirs else ours


def _run_lab(settings: dict[str, object], given: list[str]) -> None:
    """Run JupyterLab until Ctrl-C. It rejects a setting that is given twice, so `given` replaces our setting."""
    prepare_environment()

    from jupyterlab.labapp import LabApp

    logging.getLogger("asyncio").addFilter(is_worth_showing)
    settings = settings | _encrypted_kernels()
    named = {argument.partition("=")[0] for argument in given}
    ours = [f"--{name}={value}" for name, value in settings.items() if f"--{name}" not in named]
    LabApp.launch_instance([*ours, *given])


def is_worth_showing(record: logging.LogRecord) -> bool:
    """Return whether a record of asyncio says something that a user can act on.

    Jupyter closes its listening socket from a second thread after Ctrl-C. A connection that arrives at this moment
    finds Tornado's handler gone, and asyncio logs a traceback with KeyError although nothing is wrong.
    """
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, KeyError):
        return True
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return frame.f_code.co_name != "_handle_events"


def _lab_settings(folder: Path, notebook: str | None) -> dict[str, object]:
    return {
        "ServerApp.root_dir": folder,
        "LabApp.default_url": f"/lab/tree/{quote(notebook)}" if notebook else "/lab",
        # The layout belongs to this folder, because tabs of other projects do not exist here.
        "LabApp.workspaces_dir": folder / ".jupyter" / "workspaces",
        # One Ctrl-C ends JupyterLab, without a question.
        "ServerApp.answer_yes": True,
        # It listens only on this machine and asks for a token. In containers, users are often root.
        "ServerApp.allow_root": True,
        # Nothing leaves the machine: no list of extensions, no news, no search for updates. jupyter_config/ answers
        # the question about news.
        "LabApp.extension_manager": "readonly",
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
    }


def _encrypted_kernels() -> dict[str, object]:
    """Return the setting that encrypts the connection between JupyterLab and its kernels.

    Without it, ipykernel warns at every start that the kernel runs over TCP without encryption. The setting is left
    out if the installed Jupyter or ZeroMQ does not know it: such a Jupyter would not start.
    """
    import zmq
    from jupyter_client.manager import KernelManager
    from jupyter_server.services.kernels.kernelmanager import MappingKernelManager

    trait = "transport_encryption"
    known = all(trait in manager.class_trait_names() for manager in (KernelManager, MappingKernelManager))
    return {f"MappingKernelManager.{trait}": "auto"} if known and zmq.has("curve") else {}


def _tell(folder: Path, delivery: working_copy.Delivery) -> None:
    click.echo(f"Your notebooks are in {folder.resolve()}")
    for verb, names in (
        ("New here", delivery.new),
        ("Brought up to date", delivery.updated),
        ("Removed, because the kit renamed or dropped them and you had not changed them", delivery.removed),
    ):
        if names:
            click.echo(f"{verb}: {', '.join(names)}")
    for name in delivery.kept:
        click.echo(f"{name} is kept as you changed it; `mfa-lab reset {name}` brings the kit's newer version.")
