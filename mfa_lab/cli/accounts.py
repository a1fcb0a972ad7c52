"""Offer the operator's commands for accounts: list and change accounts, set their passwords, end their sessions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mfa_lab.cli.group import main
from mfa_lab.cli.server import existing_database_option, refuse_word_option
from mfa_lab.redaction import clears_variables

if TYPE_CHECKING:
    from mfa_lab.server.account.accounts import Accounts
    from mfa_lab.server.records import Account

_PAGE = 500
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
_account_argument = click.argument("account")


@main.group()
def accounts() -> None:
    """For operators: list, disable, enable, rename and delete accounts, set their passwords, and end their sessions.

    ACCOUNT is the name of an account, or its id, which `mfa-lab accounts list` prints. An account without a password
    here, which `begin_for` made, has only the id. The audit log says that the program acted.
    """


@accounts.command("list")
@existing_database_option
@json_option
@clears_variables
def list_accounts(database: str, as_json: bool) -> None:
    """List all accounts that are not deleted, in the order of their ids."""
    with _opened(database) as calls:
        for each in _all(calls):
            click.echo(_json(each) if as_json else f"{each.subject}  {each.state:8}  {each.name}")


@accounts.command()
@_account_argument
@existing_database_option
@json_option
@clears_variables
def show(account: str, database: str, as_json: bool) -> None:
    """Show one account. To show a deleted account, give its id."""
    with _opened(database) as calls:
        _show(calls.find(account), as_json=as_json)


@accounts.command()
@_account_argument
@existing_database_option
@json_option
@clears_variables
def disable(account: str, database: str, as_json: bool) -> None:
    """Disable an account, and end its sessions and logins."""
    with _opened(database) as calls:
        calls.disable(account)
        _show(calls.find(account), as_json=as_json)


@accounts.command()
@_account_argument
@existing_database_option
@json_option
@clears_variables
def enable(account: str, database: str, as_json: bool) -> None:
    """Enable a disabled account."""
    with _opened(database) as calls:
        calls.enable(account)
        _show(calls.find(account), as_json=as_json)


@accounts.command()
@_account_argument
@existing_database_option
@json_option
@click.option("--yes", is_flag=True, help="Delete the account without asking first.")
@clears_variables
def delete(account: str, database: str, as_json: bool, yes: bool) -> None:
    """Delete an account for ever. Its name becomes free, and its id stays in the audit log."""
    with _opened(database) as calls:
        found = calls.find(account)
        if not yes:
            click.confirm(f"Delete {found.name or found.subject} for ever?", abort=True, err=True)
        calls.delete(found.subject)
        _show(calls.find(found.subject), as_json=as_json)


@accounts.command()
@_account_argument
@click.argument("name")
@existing_database_option
@json_option
@clears_variables
def rename(account: str, name: str, database: str, as_json: bool) -> None:
    """Give an account the name NAME. Its id, its sessions and the label on the owner's phone stay."""
    with _opened(database) as calls:
        subject = calls.find(account).subject
        calls.rename(subject, name)
        _show(calls.find(subject), as_json=as_json)


@accounts.command("set-password")
@_account_argument
@existing_database_option
@json_option
@refuse_word_option
@click.password_option(help="Use this password; prompts if omitted.")
@clears_variables
def set_password(account: str, database: str, as_json: bool, refused_words: tuple[str, ...], password: str) -> None:
    """Set an account's password, and end its sessions and logins. The owner still needs the second factor."""
    with _opened(database, refused_words) as calls:
        calls.set_password(account, password)
        _show(calls.find(account), as_json=as_json)


@accounts.command()
@_account_argument
@existing_database_option
@json_option
@clears_variables
def sessions(account: str, database: str, as_json: bool) -> None:
    """List an account's live sessions, the oldest first."""
    with _opened(database) as calls:
        for each in calls.sessions(calls.find(account).subject):
            began, seen, methods = _moment(each.created_at), _moment(each.seen_at), " ".join(each.methods)
            facts = {key: value for key, value in asdict(each).items() if key != "current"}
            click.echo(json.dumps(facts) if as_json else f"{each.id}  began {began}  last used {seen}  {methods}")


@accounts.command("end-sessions")
@click.argument("account", default="")
@existing_database_option
@click.option("--session", "session_id", default="", metavar="ID", help="End only the session with this id.")
@click.option("--everybody", is_flag=True, help="End the sessions of all accounts, instead of one ACCOUNT.")
@clears_variables
def end_sessions(account: str, database: str, session_id: str, everybody: bool) -> None:
    """End an account's sessions. The owner can log in again."""
    if everybody == bool(account) or (everybody and session_id):
        raise click.UsageError("name one account, or give --everybody alone")
    with _opened(database) as calls:
        if everybody:
            return _say_ended(calls.end_every_session())
        subject = calls.find(account).subject
        if session_id:
            calls.end_session(subject, session_id)
        return _say_ended(1 if session_id else calls.end_all_sessions(subject))


def _say_ended(count: int) -> None:
    click.echo(f"Ended {count} session{'' if count == 1 else 's'}.")


@contextmanager
def _opened(database: str, refused_words: tuple[str, ...] = ()) -> Iterator[Accounts]:
    from mfa_lab.server.flow import MfaServer

    with closing(MfaServer(database, refused_words=refused_words)) as server:
        yield server.accounts


def _all(calls: Accounts) -> Iterator[Account]:
    after = ""
    while page := calls.list(after, _PAGE):
        yield from page
        after = page[-1].subject


def _json(account: Account) -> str:
    return json.dumps(asdict(account))


def _show(account: Account, *, as_json: bool) -> None:
    facts: dict[str, Any] = asdict(account)
    if as_json:
        click.echo(_json(account))
        return
    facts["kinds"] = ", ".join(account.kinds) or "none"
    facts["created_at"], facts["used_at"] = _moment(account.created_at), _moment(account.used_at)
    facts["external"] = f"{account.external.id} at {account.external.issuer}" if account.external else None
    for key, value in facts.items():
        if value:
            click.echo(f"{key.replace('_', ' '):10}  {value}")


def _moment(at: int | None) -> str:
    return "never" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
