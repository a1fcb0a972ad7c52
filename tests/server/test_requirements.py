"""Requirements of ASVS that concern the whole server and no single module."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mfa_lab import MfaServer
from mfa_lab.errors import PasswordRefused, Reason
from mfa_lab.server.storage.schema import metadata
from tests.server.kit import KEY, NAME, PASSWORD, Deployment, reason

YEAR_SECONDS = 366 * 24 * 3600


@pytest.mark.parametrize("name", ["root", "admin", "administrator", "sa", "mfa-lab"])
def test_a_new_server_has_no_accounts(name: str, tmp_path: Path) -> None:
    """ASVS-6.3.2: no default account: each of these names is free."""
    deployment = Deployment(tmp_path)
    assert deployment.rows("SELECT count(*) FROM accounts") == [(0,)]
    deployment.server.register(name, PASSWORD)


def test_a_password_never_expires(enrolled: Deployment) -> None:
    """ASVS-6.2.10: ten years later, the password opens a login."""
    enrolled.clock.advance(10 * YEAR_SECONDS)
    enrolled.begin()


@pytest.mark.parametrize("typed", [PASSWORD.upper(), PASSWORD.title(), PASSWORD[:-1], PASSWORD + "x", PASSWORD + " "])
def test_a_password_is_verified_as_it_was_typed(typed: str, deployment: Deployment) -> None:
    """ASVS-6.2.8: in another case, cut or lengthened, it is another password."""
    assert reason(deployment.begin, NAME, typed) is Reason.WRONG_PASSWORD


def test_every_new_password_is_checked_for_words_of_the_context(enrolled: Deployment) -> None:
    """ASVS-6.2.11: wherever a password is chosen, the owner's old password still logs in."""
    options: dict[str, Any] = {"clock": enrolled.clock, "policy": enrolled.policy, "key": KEY}
    with closing(MfaServer(enrolled.url, refused_words=["Battery"], **options)) as server:
        session = enrolled.log_in()
        reset = server.issue_password_reset(NAME)
        calls: tuple[Callable[[], object], ...] = (
            lambda: server.register("bob@example.org", PASSWORD),
            lambda: server.accounts.set_password(NAME, PASSWORD),
            lambda: server.change_password(session, PASSWORD, PASSWORD),
            lambda: server.finish_password_reset(reset, PASSWORD),
        )
        for call in calls:
            with pytest.raises(PasswordRefused, match="contains a word"):
                call()
        assert server.begin_login(NAME, PASSWORD)


def test_there_is_no_place_for_a_hint() -> None:
    """ASVS-6.4.2: no column of the database holds a hint, a question or an answer."""
    columns = [str(column) for table in metadata.tables.values() for column in table.columns]
    assert columns
    assert [each for each in columns if any(word in each for word in ("hint", "question", "answer"))] == []


def test_session_tokens_hold_256_bits(enrolled: Deployment) -> None:
    """ASVS-7.2.3: 43 URL-safe characters of six bits each, and no two alike."""
    tokens = {enrolled.log_in().token.reveal() for _ in range(10)}
    assert len(tokens) == 10
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
