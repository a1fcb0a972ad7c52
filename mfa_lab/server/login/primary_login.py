"""Verify the password of a login (step 1, primary login). The functions return a record or a `Decision`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, func, literal, select, update

from mfa_lab.errors import Reason
from mfa_lab.redaction import Redacted, clears_variables
from mfa_lab.server.audit import Event, record
from mfa_lab.server.decision import Decision, refused, throttled
from mfa_lab.server.factors import authenticators, totp
from mfa_lab.server.factors.passkey import passkeys
from mfa_lab.server.login import pending_logins, throttle
from mfa_lab.server.names import BEST_FIRST, IS_NAMED, spellings_of
from mfa_lab.server.records import AccountState, PendingLogin
from mfa_lab.server.services import Services
from mfa_lab.server.storage import locks
from mfa_lab.server.storage.housekeeping import sweep
from mfa_lab.server.storage.schema import accounts

# The query returns one row whether or not the name is known: an empty result would come some microseconds earlier
# (ASVS-6.3.8). The throttle counts failures under the stored name. Two accounts therefore never share a count that
# the owner of one account could reset.
_ACCOUNT = (
    select(
        accounts.c.id,
        accounts.c.password_hash,
        accounts.c.state,
        func.coalesce(accounts.c.normal_name, bindparam("normal")).label("name"),
    )
    .select_from(select(literal(1)).subquery().outerjoin(accounts, IS_NAMED))
    .order_by(BEST_FIRST)
    .limit(1)
    .execution_options(alone=True)
)


HAS = (authenticators.PRESENT.label("has_factor"), totp.PRESENT.label("app"), passkeys.ACTIVE.label("passkey"))
"""The columns that say which authenticators the account `account` has. `pending_logins.begin` reads them."""
_STILL = select(accounts.c.password_hash, accounts.c.state, accounts.c.normal_name.label("name"), *HAS).where(
    accounts.c.id == bindparam("account")
)


_REASONS = {None: Reason.UNKNOWN_NAME, AccountState.ACTIVE: Reason.WRONG_PASSWORD}
_REHASH = (
    update(accounts)
    .where(accounts.c.id == bindparam("account"), accounts.c.password_hash == bindparam("old"))
    .values(password_hash=bindparam("new"))
)


@clears_variables
def begin(services: Services, name: Redacted, typed: Redacted | None, now: int) -> PendingLogin | Decision:
    """Verify a password outside any transaction. The attempt is counted first; a correct password clears the count.

    `name` is in its exact spelling (`names.exact_name`). The name is hidden, because people type passwords into the
    name field by mistake. For a disabled account, the server does the same work and rejects every password.
    """
    spellings = spellings_of(name.reveal())
    named = services.name_locks(spellings)
    with services.store.transaction(*named, flush=False) as connection:  # the second one flushes before the answer
        account = connection.execute(_ACCOUNT, spellings._asdict()).one()
        key = services.throttle_key(Redacted(account.name))
        wait, failures = throttle.reserve(connection, key, now, services.policy)
    active = account.state == AccountState.ACTIVE
    stored = None if wait or not active else account.password_hash
    right = services.hasher.verify(stored, typed)  # a throttled call costs the same work
    fresh_hash = services.hasher.renewed(stored, typed) if right else None
    with services.store.transaction(*named, *([locks.account(account.id)] if right else [])) as connection:
        still = connection.execute(_STILL, {"account": account.id}).one() if right else None
        if still and (still.password_hash, still.state, still.name) == (stored, AccountState.ACTIVE, account.name):
            throttle.clear(connection, key)
            if fresh_hash:
                connection.execute(_REHASH, {"account": account.id, "old": stored, "new": fresh_hash})
            record(connection, now, Event.PASSWORD_ACCEPTED, account.id)
            return pending_logins.begin(connection, services, account.id, still, now)
        if not right:
            return _refused(connection, account, wait, failures, now)
    # The account has changed meanwhile: another login renewed the hash, or its password, name or state is another.
    # Begin again, because the earlier answer is out of date.
    return begin(services, name, typed, now)


def _refused(connection: Connection, account: Any, wait: int, failures: int, now: int) -> Decision:
    if wait:
        decision = throttled(wait, failures, account.id)
    else:
        reason = _REASONS.get(account.state, Reason.ACCOUNT_DISABLED)
        decision = refused(reason, account.id, failures=failures)
    record(connection, now, Event.PASSWORD_REFUSED, account.id, decision.reason)
    sweep(connection, now)
    return decision
