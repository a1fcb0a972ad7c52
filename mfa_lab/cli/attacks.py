"""Offer the command that runs the attack series in a terminal."""

from __future__ import annotations

import json

import click

from mfa_lab.cli.group import main


@main.command()
@click.argument("which", metavar="[ATTACK]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list instead of text.")
@click.option(
    "--games", default=20, show_default=True, help="Play this number of random games on MfaServer for each attack."
)
@click.pass_context
def attacks(ctx: click.Context, which: tuple[str, ...], as_json: bool, games: int) -> None:
    """Run the attack series, or each ATTACK (a number or an id), only against this kit's own servers.

    For each attack, print its result on a server with one mistake, on the reference fix, and on `MfaServer`. For an
    attack on a whole server, also print the shortest random game that the weak server loses. The exit code is 1 if an
    attack does not have the expected result.
    """
    from mfa_lab.attacks import attack_series, attacks_numbered
    from mfa_lab.attacks.report import report_on

    chosen = [one for name in which for one in attacks_numbered(name)] or attack_series()
    reports = []
    for one in chosen:
        reports.append(report_on(one, games))
        if not as_json:
            click.echo(reports[-1])
    if as_json:
        click.echo(json.dumps([each.as_json() for each in reports], indent=2))
    ctx.exit(not all(each.as_expected for each in reports))
