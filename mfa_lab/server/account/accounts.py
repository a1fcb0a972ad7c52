"""Offer the operator's calls on accounts as one object, `MfaServer.accounts`.

`subject` is the account's id (`Session.subject`). `by` is the subject of the administrator who acts, for the audit
log. Without it, the program acts.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mfa_lab.server.account import session_list
from mfa_lab.server.records import OpenSession
from mfa_lab.server.services import Services

_ID = re.compile("[0-9a-f]{32}")


class Accounts:
    """The operator's calls. An application makes them only for its administrators."""

    def __init__(self, services: Services, now: Callable[[], int]) -> None:
        self._services = services
        self._now = now

    def sessions(self, subject: str) -> tuple[OpenSession, ...]:
        """Return the account's live sessions, the oldest first. Raises `InvalidInput` if there is no such account."""
        return session_list.of_account(self._services, known(subject), self._now())

    def end_session(self, subject: str, session_id: str, *, by: str = "") -> None:
        """End one session of the account (ASVS-7.4.5). Raises `InvalidInput` if the account has no such session."""
        session_list.end_of_account(self._services, known(subject), known(session_id), self._now(), by)

    def end_all_sessions(self, subject: str, *, by: str = "") -> int:
        """End all sessions of the account (ASVS-7.4.5), and return how many these were.

        The password and the authenticators stay valid, so the user can log in again. Raises `InvalidInput` if there
        is no such account.
        """
        return session_list.end_all_of_account(self._services, known(subject), self._now(), by)


def known(given: str) -> str:
    """Return an id, or '' for any other text, which never reaches the database."""
    return given if _ID.fullmatch(str(given)) else ""
