"""The `mfa-lab` command: a working copy of the notebooks and JupyterLab on it, the trainer's pages, the server.

It must answer as fast as `jupyter lab` does, so it imports little before JupyterLab, and no server at all.
"""

from __future__ import annotations

import json
import os
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import click

from mfa_lab import __version__
from mfa_lab.errors import MfaError
from mfa_lab.lab import working_copy
from mfa_lab.resources import notebooks_dir

WORK = "mfa-lab-work"
WORKSHOP = "mfa-lab-workshop"
MOST_LEFT_OUT = 20


class _Group(click.Group):
    """Takes a first word that is no command for DIR, and hands what follows `--` on to JupyterLab."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            split = args.index("--")
            args, ctx.obj = args[:split], args[split + 1 :]
        if not args or args[0] not in {*self.commands, "--help", "--version"}:
            near = get_close_matches(args[0], self.commands, 1, 0.75) if args else []
            if near and Path(args[0]).name == args[0] and not Path(args[0]).exists():
                raise click.UsageError(f"there is no command {args[0]!r}; did you mean {near[0]!r}?")
            args = ["start", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except MfaError as fault:
            raise click.ClickException(str(fault)) from fault


folder_option = click.option(
    "--dir", "folder", default=WORK, show_default=True, type=click.Path(path_type=Path), help="The working copy."
)


@click.group(cls=_Group)
@click.version_option(__version__, prog_name="mfa-lab")
def main() -> None:
    """Learn how multi-factor authentication works and fails.

    `mfa-lab` alone, or `mfa-lab DIR`, is short for `mfa-lab start`: it opens the notebooks in the browser.
    """


@main.command()
@click.argument("folder", metavar="[DIR]", default=WORK, type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), help="The port to try first; the next free one is taken.")
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option("--copy-only", is_flag=True, help="Make or refresh the working copy, and stop.")
@click.pass_obj
def start(jupyter_args: list[str] | None, folder: Path, port: int | None, no_browser: bool, copy_only: bool) -> None:
    """Make or refresh the working copy in DIR (default: ./mfa-lab-work), and open JupyterLab on it.

    What you changed is never written over. Ctrl-C ends JupyterLab and all that runs in it. Whatever follows
    `--` is handed on to JupyterLab.
    """
    if not copy_only:
        _need_the_lab()
    _tell(folder, working_copy.deliver(notebooks_dir(), folder))
    if copy_only:
        return
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
    """Bring NOTEBOOK, or all of them, back as they came. Your own copy is kept beside it, never deleted."""
    aside = working_copy.reset(notebooks_dir(), folder, notebook)
    for name, kept in aside.items():
        click.echo(f"{name} is as it came" + (f"; yours is kept as {kept}" if kept else ""))
    if not aside:
        click.echo(f"Nothing to do: {notebook or 'every notebook'} is as it came.")


@main.command()
@folder_option
@click.option(
    "--export",
    "file",
    metavar="[FILE]",
    is_flag=False,
    flag_value="",
    help="Write a small JSON file for your trainer: a pseudonym, and of each exercise id attempts and times.",
)
def progress(folder: Path, file: str | None) -> None:
    """Show how far you have come. It is kept in the working copy alone; sending it anywhere is up to you."""
    _need_the_lab()
    from mfa_lab.lab.grading import progress_export

    if file is None:
        click.echo(progress_export.in_words(folder))
        return
    written = progress_export.export(folder, Path(file) if file else None)
    click.echo(
        f"{written} holds your pseudonym, exercise ids, attempts and times. Nothing else, and nobody has it yet."
    )


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
    _need_the_lab()
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
def board(folder: Path, out: Path) -> None:
    """For trainers: who is where and what is hard, from the exported progress files in FOLDER, as HTML and PNG."""
    _need_the_lab()
    from mfa_lab.trainer.board import board as read
    from mfa_lab.trainer.board_page import save

    found = read(folder)
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
    _need_the_lab()
    from mfa_lab.trainer.page import write_ours
    from mfa_lab.trainer.slides import read, slides_html

    made = slides_html(read(notebook))
    click.echo(
        f"{write_ours(out or Path(f'{Path(notebook).stem}-slides.html'), made.encode())}: open it in a browser"
    )


@main.command()
@folder_option
@click.pass_context
def doctor(ctx: click.Context, folder: Path) -> None:
    """Look whether all that the kit needs is here and works, and say what to do where it does not."""
    from mfa_lab.lab.doctor import examine

    prepare_environment()
    findings = []
    for finding in examine(folder):
        click.echo(finding)
        findings.append(finding)
    ctx.exit(any(finding.broken for finding in findings))


@main.command()
@click.argument("which", metavar="[RUNG]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of text.")
@click.pass_context
def attacks(ctx: click.Context, which: tuple[str, ...], as_json: bool) -> None:
    """Run the ladder of attacks, or the RUNGs named (by number or id), against servers of this kit alone.

    For each: the measure on a server with one mistake, on the reference fix, and on `MfaServer`. Ends with 1 if one
    did not come out as it should.
    """
    from mfa_lab.attacks import attack_series, attacks_numbered
    from mfa_lab.attacks.report import report_on

    chosen = [one for name in which for one in attacks_numbered(name)] or attack_series()
    reports = []
    for one in chosen:
        reports.append(report_on(one))
        if not as_json:
            click.echo(reports[-1])
    if as_json:
        click.echo(json.dumps([each.as_json() for each in reports], indent=2))
    ctx.exit(not all(each.as_expected for each in reports))


database_option = click.option(
    "--database",
    envvar="MFA_LAB_DATABASE",
    default="sqlite:///mfa-lab.db",
    show_default=True,
    metavar="URL",
    help="sqlite:///FILE or postgresql://USER@HOST/NAME.",
)


@main.command()
@database_option
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--policy",
    envvar="MFA_LAB_POLICY",
    default="standard",
    show_default=True,
    help="One of data/policies.toml, or standard.",
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="How many processes.")
@click.option("--allow-host", "hosts", multiple=True, help="A name under which browsers reach it; may come again.")
@click.option("--certificate", type=click.Path(exists=True, dir_okay=False), help="Speak https: a PEM file.")
@click.option("--certificate-key", type=click.Path(exists=True, dir_okay=False), help="The certificate's key.")
@click.option("--behind-https", is_flag=True, help="A proxy on this machine speaks https and says so.")
@click.option("--admin", "admins", multiple=True, help="An account that may use the admin page; may come again.")
@click.option(
    "--registration/--no-registration",
    default=True,
    envvar="MFA_LAB_REGISTRATION",
    help="Whether strangers may register.",
)
@click.option(
    "--notifications",
    envvar="MFA_LAB_NOTIFICATIONS",
    default="",
    metavar="FILE",
    help="Write notices for the owners of accounts to this file.",
)
def serve(
    port: int,
    host: str,
    workers: int,
    hosts: tuple[str, ...],
    certificate: str | None,
    certificate_key: str | None,
    behind_https: bool,
    admins: tuple[str, ...],
    registration: bool,
    **others: str,
) -> None:
    """Serve a small web application with MFA: pages, and a JSON API described at /openapi.json.

    Without a certificate it speaks plain http, to this machine alone. docs/web.md tells more.
    """
    from mfa_lab.web import serve as web
    from mfa_lab.web.site import LOOPBACK

    if bool(certificate) != bool(certificate_key):
        raise click.UsageError("--certificate and --certificate-key go together")
    if any("," in name for name in admins):
        raise click.UsageError("an administrator's name has no comma: give --admin once for each")
    settings = web.Settings(
        hosts=",".join(hosts or LOOPBACK),
        https="yes" if certificate or behind_https else "no",
        admins=",".join(admins),
        registration="yes" if registration else "no",
        **others,
    )
    tls = {"ssl_certfile": certificate, "ssl_keyfile": certificate_key} if certificate else None
    web.run(settings, host=host, port=port, workers=workers, tls=tls)


@main.command()
@click.argument("name")
@database_option
@click.password_option(help="Asked for if it is not given.")
def register(name: str, database: str, password: str) -> None:
    """For operators: make an account called NAME, an administrator's for instance."""
    from mfa_lab.server.flow import MfaServer

    server = MfaServer(database)
    try:
        server.register(name, password)
    finally:
        server.close()
    click.echo("Registered. The first login enrols an authenticator: let it come soon.")


@main.command("trust-clock")
@database_option
def trust_clock(database: str) -> None:
    """For operators: this machine's clock is right now, and was wrong before. Then start the server anew."""
    from mfa_lab.server.flow import MfaServer

    server = MfaServer(database)
    try:
        server.trust_clock()
    finally:
        server.close()
    click.echo("Noted in the audit log. Start the server anew.")


def _need_the_lab() -> None:
    if find_spec("jupyterlab") is None:
        from mfa_lab.lab.doctor import INSTALL_LAB

        raise click.ClickException(f"JupyterLab is not installed here: {INSTALL_LAB}")


def prepare_environment() -> None:
    """Let Jupyter find this environment's kernel before a user's own of the same name, and our settings."""
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    ours = str(Path(__file__).with_name("jupyter_config"))
    theirs = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = f"{theirs}{os.pathsep}{ours}" if theirs else ours


def _run_lab(settings: dict[str, object], given: list[str]) -> None:
    """Be JupyterLab until Ctrl-C. It refuses a setting that comes twice, so `given` takes the place of ours."""
    prepare_environment()

    from jupyterlab.labapp import LabApp

    settings = settings | _encrypted_kernels()
    named = {argument.partition("=")[0] for argument in given}
    ours = [f"--{name}={value}" for name, value in settings.items() if f"--{name}" not in named]
    LabApp.launch_instance([*ours, *given])


def _lab_settings(folder: Path, notebook: str | None) -> dict[str, object]:
    return {
        "ServerApp.root_dir": folder,
        "LabApp.default_url": f"/lab/tree/{quote(notebook)}" if notebook else "/lab",
        # The layout belongs to this folder: tabs of other projects would point nowhere here.
        "LabApp.workspaces_dir": folder / ".jupyter" / "workspaces",
        # One Ctrl-C ends it, without a question.
        "ServerApp.answer_yes": True,
        # It listens on this machine alone and asks for a token; in containers people often are root.
        "ServerApp.allow_root": True,
        # Nothing leaves the machine: no list of extensions, no news, no look for updates. The question about
        # news is answered in jupyter_config/.
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
    for verb, names in (("New here", delivery.new), ("Brought up to date", delivery.updated)):
        if names:
            click.echo(f"{verb}: {', '.join(names)}")
    for name in delivery.kept:
        click.echo(f"{name} is kept as you changed it; `mfa-lab reset {name}` brings the kit's newer version.")
