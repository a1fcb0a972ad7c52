"""Offer the operator's commands: the small web application and its database."""

from __future__ import annotations

import os
from functools import partial

import click

from mfa_lab.cli.group import main
from mfa_lab.errors import InvalidInput
from mfa_lab.redaction import clears_variables


@clears_variables  # the URL may hold the database's password
def _existing(_context: click.Context, _option: click.Parameter, url: str) -> str:
    """Return the URL, or raise `InvalidInput` if it names a file that does not exist."""
    from mfa_lab.server.storage import address

    parsed = address.parsed(url)
    path = address.path_of(parsed) if parsed.get_backend_name() == "sqlite" else None
    if path is not None and not os.path.exists(path):  # noqa: PTH110 (Path.exists raises errors)
        raise InvalidInput(f"there is no database {str(path)!r}: give the server's database with --database")
    return url


_database_option = partial(
    click.option,
    "--database",
    envvar="MFA_LAB_DATABASE",
    default="sqlite:///mfa-lab.db",
    show_default=True,
    metavar="URL",
)
database_option = _database_option(help="Store the accounts here: sqlite:///FILE or postgresql://USER@HOST/NAME.")
existing_database_option = _database_option(
    callback=_existing, help="Use this database, which must exist: sqlite:///FILE or postgresql://USER@HOST/NAME."
)
policy_option = click.option(
    "--policy",
    envvar="MFA_LAB_POLICY",
    default="standard",
    show_default=True,
    help="Use this policy: standard, or a name in data/policies.toml.",
)
prefix_option = click.option(
    "--prefix",
    envvar="MFA_LAB_PREFIX",
    default="",
    metavar="PATH",
    help="Put all pages under this path, such as /mfa.",
)


class _Word(click.types.StringParamType):
    envvar_list_splitter = ","


refuse_word_option = click.option(
    "--refuse-word",
    "refused_words",
    envvar="MFA_LAB_REFUSED_WORDS",
    type=_Word(),
    multiple=True,
    metavar="WORD",
    help="Refuse new passwords that contain this word, such as the organisation's name; can be repeated.",
)


@main.command()
@database_option
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Listen on this port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen on this address.")
@policy_option
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Run this number of processes."
)
@click.option("--allow-host", "hosts", multiple=True, help="Accept requests for this host name; can be repeated.")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False),
    help="Serve https with this certificate (a PEM file).",
)
@click.option(
    "--certificate-key",
    type=click.Path(exists=True, dir_okay=False),
    help="Use this private key for the certificate (a PEM file).",
)
@click.option("--behind-https", is_flag=True, help="Trust an HTTPS proxy that runs on this machine.")
@click.option(
    "--trusted-proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="With --behind-https, trust the proxy at this IP address or network instead; can be repeated.",
)
@prefix_option
@click.option(
    "--home",
    envvar="MFA_LAB_HOME",
    default="",
    metavar="PATH",
    help="Open this page after a login, by default the account page.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Accept passkeys from pages of this origin, such as https://app.example.org; can be repeated.",
)
@click.option(
    "--rp-id",
    envvar="MFA_LAB_RP_ID",
    default="",
    metavar="DOMAIN",
    help="Bind passkeys to this domain, by default the host of the first origin.",
)
@click.option("--admin", "admins", multiple=True, help="Let this account use the admin page; can be repeated.")
@click.option(
    "--registration/--no-registration",
    default=True,
    envvar="MFA_LAB_REGISTRATION",
    help="Allow or forbid strangers to register.",
)
@click.option(
    "--notifications",
    envvar="MFA_LAB_NOTIFICATIONS",
    default="",
    metavar="FILE",
    help="Write security notifications to this file.",
)
@refuse_word_option
@clears_variables
def serve(
    port: int,
    host: str,
    workers: int,
    hosts: tuple[str, ...],
    certificate: str | None,
    certificate_key: str | None,
    behind_https: bool,
    proxies: tuple[str, ...],
    origins: tuple[str, ...],
    admins: tuple[str, ...],
    registration: bool,
    refused_words: tuple[str, ...],
    **others: str,
) -> None:
    """Serve a small web application with MFA: pages, and a JSON API described at /openapi.json.

    Without a certificate, the server uses plain http and answers only this machine. Open the pages at
    http://shop.localhost:PORT, because browsers offer no passkeys at 127.0.0.1. For more, see docs/web.md.
    """
    from mfa_lab.web import check_installed

    check_installed()
    from mfa_lab.web import serve as web
    from mfa_lab.web.site import DEVELOPMENT_HOST, LOOPBACK

    if bool(certificate) != bool(certificate_key):
        raise click.UsageError("--certificate and --certificate-key go together")
    if any("," in name for name in admins):
        raise click.UsageError("an administrator's name cannot contain a comma: repeat --admin for each name")
    if behind_https and certificate:
        raise click.UsageError("give --behind-https if a proxy serves https, or --certificate if this server does")
    if proxies and not behind_https:
        raise click.UsageError("--trusted-proxy needs --behind-https")
    https, hosts = bool(certificate or behind_https), hosts or LOOPBACK
    if not origins and port and not https and DEVELOPMENT_HOST in hosts:
        origins = (web.development_origin(port),)
        click.echo(f"Open {origins[0]}")
    settings = web.Settings(
        hosts=",".join(hosts),
        https="yes" if https else "no",
        behind_proxy="yes" if behind_https else "no",
        origins=",".join(origins),
        admins=",".join(admins),
        registration="yes" if registration else "no",
        refused_words=",".join(refused_words),
        **others,
    )
    tls = {"ssl_certfile": certificate, "ssl_keyfile": certificate_key} if certificate else None
    web.run(settings, host=host, port=port, workers=workers, tls=tls, proxies=proxies)


@main.command()
@click.argument("name")
@database_option
@refuse_word_option
@click.password_option(help="Use this password; prompts if omitted.")
@clears_variables
def register(name: str, database: str, refused_words: tuple[str, ...], password: str) -> None:
    """For operators: make an account called NAME, for example an administrator's account."""
    from mfa_lab.server.flow import MfaServer

    server = MfaServer(database, refused_words=refused_words)
    try:
        server.register(name, password)
    finally:
        server.close()
    click.echo("Registered. Log in soon: the first login enrols an authenticator.")


@main.command("reset-password")
@click.argument("name")
@existing_database_option
@click.option(
    "--origin",
    envvar="MFA_LAB_ORIGINS",
    default="",
    metavar="ORIGIN",
    help="Print a link to this site, such as https://app.example.org. If omitted, print only the token.",
)
@prefix_option
@policy_option
@clears_variables
def reset_password(name: str, database: str, origin: str, prefix: str, policy: str) -> None:
    """For operators: make a link with which the owner of the account NAME sets a new password.

    First check the owner's identity. The link works once, and only for a short time, which the policy sets. The
    owner also needs the second factor to log in.
    """
    from mfa_lab.policy.named import named_policy
    from mfa_lab.server.flow import MfaServer

    server = MfaServer(database, policy=named_policy(policy))
    try:
        token = server.issue_password_reset(name).token
    finally:
        server.close()
    site = origin.partition(",")[0].strip()
    click.echo(f"{site}{prefix}/password-reset/new#{token.reveal()}" if site else token.reveal())
    click.echo("Give this only to the owner. It works once.", err=True)


@main.command()
@database_option
@clears_variables
def migrate(database: str) -> None:
    """For operators: bring the tables of the database to this version.

    The server does this too when it starts. Workers of an earlier version then stop, and need a restart.
    """
    from mfa_lab.server.storage.schema import VERSION
    from mfa_lab.server.storage.store import Store

    store = Store(database)
    store.close()
    done = "Nothing to migrate" if store.migrated_from is None else f"Migrated from schema {store.migrated_from}"
    click.echo(f"{done}: the database has schema {VERSION}.")


@main.command("trust-clock")
@existing_database_option
@clears_variables
def trust_clock(database: str) -> None:
    """For operators: confirm that this machine's clock is correct now and was wrong before.

    Restart the server afterwards.
    """
    from mfa_lab.server.flow import MfaServer

    server = MfaServer(database)
    try:
        server.trust_clock()
    finally:
        server.close()
    click.echo("Recorded in the audit log. Now restart the server.")
