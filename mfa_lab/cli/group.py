"""Define the `mfa-lab` command and the options that its subcommands share.

This module imports little, because the command must answer at once.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

import click

from mfa_lab import __version__
from mfa_lab.errors import MfaError

WORK = "mfa-lab-work"


class _Group(click.Group):
    """Treat a first word that is not a command as DIR, and pass the arguments after `--` to JupyterLab."""

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
    "--dir",
    "folder",
    default=WORK,
    show_default=True,
    envvar="MFA_LAB_WORK",  # a class server sets it
    type=click.Path(path_type=Path),
    help="The working copy.",
)


@click.group(cls=_Group)
@click.version_option(__version__, prog_name="mfa-lab")
def main() -> None:
    """Learn how multi-factor authentication works and fails.

    `mfa-lab` alone, or `mfa-lab DIR`, is short for `mfa-lab start`: it opens the notebooks in the browser.
    """


def need_the_lab() -> None:
    """Raise `ClickException` if JupyterLab is not installed."""
    if find_spec("jupyterlab") is None:
        from mfa_lab.lab.doctor import INSTALL_LAB

        raise click.ClickException(f"JupyterLab is not installed here: {INSTALL_LAB}")
