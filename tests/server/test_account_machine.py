"""The whole life of an account, as people live it: owner, thief, stranger, administrator, in any order.

Register, enrol, log in, a further authenticator, passkeys, revoke, replace, recover, resynchronise, change the
password, reset code, rebind, take over, throttle, sessions: `account_life` asks the server,
`account_model` says what must come.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from mfa_lab import MfaServer
from mfa_lab.server.storage.schema import about, metadata
from tests.postgres import running_cluster
from tests.server.account_life import NEWEST_FIRST, Life, newest
from tests.server.account_model import POLICY
from tests.server.kit import NAME, ORIGIN


class People(Life):
    """Whole scenes, which single calls would seldom make up: each call in them is compared with the model."""

    @rule(guesses=st.integers(1, 5), patience=st.sampled_from([0, 0, 29, 60]))
    def a_stranger_guesses(self, guesses: int, patience: int) -> None:
        """Wrong passwords, and at last the right one."""
        for _ in range(guesses):
            self.begin(right=False)
            self.clock.advance(patience)
        self.begin(right=True)

    @precondition(lambda self: self.account.active)
    @rule(whose=NEWEST_FIRST)
    def log_in(self, whose: int) -> None:
        """As the owner does, in one go; it may still have to wait."""
        if not self.account.active:
            return
        self.clock.advance(30)
        before = len(self.account.pendings)
        self.begin(right=True)
        if len(self.account.pendings) > before:
            factor = newest(self.account.active, whose)
            self.finish(self.account.pendings[-1], self.code(factor.secret, factor.ahead))

    @precondition(lambda self: self.account.active)
    @rule(guesses=st.integers(1, 5), anew=st.booleans(), patience=st.sampled_from([0, 60, 120]))
    def a_thief_guesses(self, guesses: int, anew: bool, patience: int) -> None:
        """With the password in hand: three wrong codes end a pending login, five disable the authenticators. In the
        end the thief even has the code.
        """
        for number in range(guesses):
            if anew or not number:
                self.begin(right=True)
            if self.account.pendings:
                self.finish(self.account.pendings[-1], "000000")
            self.clock.advance(patience)
        if self.account.pendings:
            self.finish(self.account.pendings[-1], self.code(self.account.factors[-1].secret))

    @precondition(lambda self: self.account.active)
    @rule(further=st.sampled_from([True, True, False]), twice=st.booleans())
    def log_in_and_enrol(self, further: bool, twice: bool) -> None:
        """As an owner does with a new phone; `twice` in two windows."""
        before = len(self.account.sessions)
        self.log_in(0)
        if len(self.account.sessions) > before:
            for _ in range(1 + twice):
                self.offer_another(0, further)
            for number in range(1 + twice):
                self.confirm(-1 - number, 0)

    @precondition(lambda self: self.account.active)
    @rule(
        seconds=st.sampled_from([0, 0, 0, 299, 300, 1799, 1800]),
        then=st.sampled_from(["use", "revoke", "revoke", "issue", "change", "offer"]),
    )
    def log_in_and_act(self, seconds: int, then: str) -> None:
        """Beside another session and a pending login; at once, or when the session is just young enough, or not."""
        self.log_in(1)
        self.begin(right=True)
        before = len(self.account.sessions)
        self.log_in(1)
        if len(self.account.sessions) == before:
            return
        self.clock.advance(seconds)
        if then == "revoke":
            self.offer_another(-1, further=False)
            self.revoke(-1, 1)
            self.confirm(-1, 0)
        else:
            {
                "use": lambda: self.use_a_session(-1),
                "issue": lambda: self.issue_codes(-1),
                "change": lambda: self.change_password(-1, right=True, number=before % 10),
                "offer": lambda: self.offer_another(-1, further=True),
            }[then]()

    @precondition(lambda self: self.account.codes and self.account.has_factor)
    @rule(wrong=st.sampled_from([0, 0, 1, 3]), then=st.sampled_from(["enrol", "resynchronise", "nothing"]))
    def log_in_and_recover(self, wrong: int, then: str) -> None:
        """As an owner does without a phone, or with one whose clock went astray; codes from paper are misread."""
        before = len(self.account.pendings)
        for _ in range(wrong):
            self.begin(right=True)
            if self.account.pendings:
                self.recover(-1, "no code", 0)
        self.begin(right=True)
        if len(self.account.pendings) > before:
            self.recover(0, "good", 0)
            if then == "enrol":
                self.offer_the_first(0)
                self.confirm(0, 0)
            elif then == "resynchronise" and self.account.factors:  # not after a passkey alone
                self.resynchronise(-1, 0, 40)
            self.offer_the_first(-1)

    @rule(then=st.sampled_from(["nothing", "nothing", "another", "replace", "revoke", "issue", "change", "app"]))
    def log_in_with_a_passkey(self, then: str) -> None:
        """As an owner does who has one, or registers the first in a session; then with the strong session in hand."""
        if not self.account.passkeys:
            self.log_in(0)
            if self.account.sessions:
                self.offer_a_passkey(0, replace=False)
                self.confirm_a_passkey(0, ORIGIN)
        before = len(self.account.sessions)
        self.begin(right=True)
        if self.account.pendings and self.account.keys:
            self.use_a_passkey(0, 0, ORIGIN)
        if len(self.account.sessions) == before:
            return
        {
            "nothing": lambda: None,
            "another": lambda: self.offer_a_passkey(0, replace=False),
            "replace": lambda: self.offer_a_passkey(0, replace=True),
            "revoke": lambda: self.revoke(0, 1),
            "issue": lambda: self.issue_codes(0),
            "change": lambda: self.change_password(0, right=True, number=before % 10),
            "app": lambda: self.offer_another(0, further=False),
        }[then]()
        self.confirm_a_passkey(0, ORIGIN)
        self.confirm(0, 0)

    @precondition(lambda self: self.account.active and self.account.passkeys)
    @rule(then=st.sampled_from(["passkey", "replace", "app", "revoke", "issue", "change"]))
    def a_phished_code_changes_nothing(self, then: str) -> None:
        """The attacker has the password and relays a code: `may_change` says no to every change."""
        before = len(self.account.sessions)
        self.log_in(0)
        if len(self.account.sessions) > before:
            assert not self.account.may_change(self.account.sessions[-1], self.clock.now())
            {
                "passkey": lambda: self.offer_a_passkey(-1, replace=False),
                "replace": lambda: self.offer_a_passkey(-1, replace=True),
                "app": lambda: self.offer_another(-1, further=True),
                "revoke": lambda: self.revoke(-1, 0),
                "issue": lambda: self.issue_codes(-1),
                "change": lambda: self.change_password(-1, right=True, number=0),
            }[then]()

    @precondition(lambda self: self.account.sessions)
    @rule(times=st.integers(1, 5))
    def stay(self, times: int) -> None:
        """Never idle for long; after two hours it ends all the same."""
        for _ in range(times):
            self.clock.advance(POLICY.session_idle_seconds - 1)
            self.use_a_session(-1)


BY_THE_BOOK: list[Callable[[People], None]] = [
    lambda life: life.log_in_and_enrol(further=True, twice=True),
    lambda life: life.log_in_and_enrol(further=True, twice=False),
    lambda life: life.log_in_and_act(0, "revoke"),
    lambda life: life.log_in_and_act(0, "revoke"),
    lambda life: life.log_in_and_act(0, "change"),
    lambda life: life.type_a_code(-2, 0, 1, wrong=False),
    lambda life: life.log_in(0),
    lambda life: life.log_in(0),
    lambda life: life.end_a_session(0, 1),
    lambda life: life.end_a_session(0, -2),  # the same again
    lambda life: life.end_a_session(0, 0),
    lambda life: life.log_in_and_act(0, "use"),
    lambda life: life.end_other_sessions(0),
    lambda life: life.use_a_session(0),
    lambda life: life.an_administrator_ends_all_sessions(sure=True),
    lambda life: life.log_in_and_act(300, "issue"),
    lambda life: life.log_in_and_act(299, "issue"),
    lambda life: life.acknowledge("older", 0),
    lambda life: life.log_in(0),
    lambda life: life.acknowledge("newest", 0),
    lambda life: life.log_in(0),
    lambda life: life.log_in_and_recover(1, "enrol"),
    lambda life: life.log_in_and_recover(0, "resynchronise"),
    lambda life: life.log_in(0),
    lambda life: life.log_in_and_recover(3, "enrol"),
    lambda life: life.time_passes(901),
    lambda life: life.log_in(0),
    lambda life: life.stay(5),
    lambda life: life.a_stranger_guesses(3, 0),
    lambda life: life.time_passes(90_000),
    lambda life: life.a_thief_guesses(3, anew=False, patience=60),
    lambda life: life.log_in(0),
    lambda life: life.type_a_code(-1, 0, 0, wrong=False),
    lambda life: life.a_thief_guesses(5, anew=True, patience=120),
    lambda life: life.log_in_and_recover(0, "enrol"),
    lambda life: life.reset_code(),
    lambda life: life.take_over(),
    lambda life: life.reset_factors(sure=True),
    lambda life: life.take_over(),
    lambda life: life.type_a_code(-1, 0, 0, wrong=False),
    lambda life: life.log_in(0),
    lambda life: life.log_in_and_act(1800, "use"),
    lambda life: life.log_in_with_a_passkey("another"),
    lambda life: life.a_phished_code_changes_nothing("revoke"),
    lambda life: life.a_phished_code_changes_nothing("issue"),
    lambda life: life.a_phished_code_changes_nothing("passkey"),
    lambda life: life.log_in_with_a_passkey("replace"),
    lambda life: life.begin(right=True),
    lambda life: life.use_a_passkey(0, -2, ORIGIN),
    lambda life: life.a_thief_guesses(5, anew=True, patience=120),
    lambda life: life.log_in_with_a_passkey("app"),
    lambda life: life.begin(right=True),
    lambda life: life.use_a_passkey(0, 0, "http://shop.localhost:9999"),
    lambda life: life.log_in_with_a_passkey("issue"),
    lambda life: life.log_in_and_recover(0, "enrol"),
    lambda life: life.log_in_with_a_passkey("revoke"),
    lambda life: life.log_in_with_a_passkey("change"),
    lambda life: life.reset_factors(sure=True),
    lambda life: life.begin(right=True),
    lambda life: life.offer_the_first_passkey(0),
    lambda life: life.confirm_a_passkey(0, "http://shop.localhost:9999"),
    lambda life: life.offer_the_first_passkey(0),
    lambda life: life.confirm_a_passkey(0, ORIGIN),
    lambda life: life.log_in_with_a_passkey("nothing"),
    lambda life: life.rename("Alice.New@example.org"),
    lambda life: life.log_in_with_a_passkey("nothing"),
    lambda life: life.begin(right=True),
    lambda life: life.set_state(disabled=True),
    lambda life: life.use_a_passkey(0, 0, ORIGIN),
    lambda life: life.use_a_session(-1),
    lambda life: life.a_stranger_guesses(3, 0),
    lambda life: life.set_state(disabled=False),
    lambda life: life.set_password(1, sure=True),
    lambda life: life.log_in_with_a_passkey("another"),
    lambda life: life.rename(NAME),
    lambda life: life.begin(right=True),
    lambda life: life.delete_and_register_again(sure=True),
    lambda life: life.begin(right=True),
    lambda life: life.offer_the_first(0),
    lambda life: life.confirm(0, 0),
    lambda life: life.log_in(0),
    lambda life: life.log_out(-1),
]
"""A life in which every rule has its turn at the right moment."""


def test_a_life_by_the_book() -> None:
    """The same, in one order that leaves nothing to chance: each call granted and refused where it must be."""
    life = People()
    life.born(enrolled=True)
    try:
        for step in BY_THE_BOOK:
            step(life)
            life.server_and_model_agree()
            life.the_neighbour_notices_nothing()
    finally:
        life.teardown()


@pytest.mark.parametrize(
    "examples", [15, pytest.param(300, marks=pytest.mark.full), pytest.param(5000, marks=pytest.mark.long)]
)
def test_the_life_of_an_account(examples: int) -> None:
    """No step twice; no session without password and code; what was replaced or revoked never returns; sessions,
    pending logins and offers end when they must; the last authenticator stays; every count is right.
    """
    run(
        People,
        settings=settings(
            max_examples=examples,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


class TwoConnections(People):
    """The same life, but each call goes to the other of two servers on one file."""

    def opened(self) -> list[MfaServer]:
        self.folder = TemporaryDirectory()
        return [self.open(f"sqlite:///{self.folder.name}/lab.db") for _ in range(2)]

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "folder"):
            self.folder.cleanup()


class TwoConnectionsToPostgres(People):
    """The same, on one database in PostgreSQL, which each life empties first."""

    url = ""

    def opened(self) -> list[MfaServer]:
        self.open(self.url).close()
        with closing(psycopg.connect(self.url)) as connection, connection:
            connection.execute("SET session_replication_role = replica")  # the audit log refuses to be emptied
            for table in reversed(metadata.sorted_tables):
                if table.name != about.name:
                    connection.execute(f"DELETE FROM {table.name}")  # type: ignore[arg-type] # noqa: S608
        return [self.open(self.url) for _ in range(2)]


@pytest.mark.full
@pytest.mark.parametrize(("database", "examples"), [("SQLite", 4), ("PostgreSQL", 2)])
def test_the_life_over_two_connections(database: str, examples: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one connection has read is never old when the other one has written in between."""
    how = settings(max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=[*HealthCheck])
    if database == "SQLite":
        run(TwoConnections, settings=how)
        return
    with running_cluster() as cluster:
        monkeypatch.setattr(TwoConnectionsToPostgres, "url", cluster.new_database())
        run(TwoConnectionsToPostgres, settings=how)
