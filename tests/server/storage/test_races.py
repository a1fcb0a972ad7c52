"""What a request has read cannot change before it writes: each race, on both databases, with its lock and without.

The first request stops after a read, until the second one has ended or waits for a lock. Without the lock, the harm
that the issue names is really done, so each of these tests can fail.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, bindparam, delete, event, select, text

from mfa_lab import AccessDenied, ManualClock, MfaServer, SeededRandomness
from mfa_lab.errors import MfaError, NameTaken, Reason
from mfa_lab.otp import code_at
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.provisioning import OtpAccount, new_secret
from mfa_lab.redaction import Redacted
from mfa_lab.server.login import pending_logins
from mfa_lab.server.passwords.hashing import PasswordHasher
from mfa_lab.server.records import Notification, RecoveryCodes, Session, Subject
from mfa_lab.server.storage import housekeeping, locks
from mfa_lab.server.storage.postgres import Postgres
from mfa_lab.server.storage.schema import throttles
from mfa_lab.server.storage.sqlite import Sqlite
from tests.postgres import Cluster, running_cluster
from tests.server.kit import KEY, NEVER_WAITS, ORIGIN, PARTY, PASSWORD, START, WRONG, together

PATIENCE_SECONDS = {"short": 0.1, "long": 10.0}
"""With its lock, the second request cannot end, so the first one soon goes on. Without its lock, it always ends."""
NEW = "demo: a mule in the meadow"
POLICY = replace(NEVER_WAITS, pending_wrong_codes=100, passkeys=5, code_allowed_with_passkey=True)
STRICT = replace(POLICY, pending_wrong_codes=1, enrolment_wrong_codes=1)
Call = Callable[[], object]


class House:
    """Two workers on one database. Each test has an account of its own in it."""

    numbers = count()

    def __init__(self, url: str) -> None:
        self.url, self.clock, self.patience = url, ManualClock(START), PATIENCE_SECONDS["short"]
        self.one, self.two = self.open(), self.open()
        self.pair = self.one, self.two
        self.strict, self.strict_too = self.open(STRICT), self.open(STRICT)
        self.name = ""

    def open(self, policy: Any = POLICY) -> MfaServer:
        return MfaServer(self.url, clock=self.clock, policy=policy, key=KEY, relying_party=PARTY)

    def new_account(self, *, enrolled: bool = True) -> House:
        self.name = f"user{next(self.numbers)}@example.org"
        self.one.register(self.name, PASSWORD)
        if enrolled:
            self.codes, self.secret = self.enrol()
            self.clock.advance(30)
        return self

    def begin(self, server: MfaServer | None = None) -> Any:
        return (server or self.one).begin_login(self.name, PASSWORD)

    def enrol(self, session: Session | None = None, **how: Any) -> tuple[RecoveryCodes, str]:
        offer = self.one.start_enrolment(session or self.begin(), **how)
        secret = offer.account.secret.reveal()
        return self.one.confirm_enrolment(offer, code_at(secret, self.clock.now())), secret

    def code(self, offset: int = 0) -> str:
        return code_at(self.secret, self.clock.now() + 30 * offset)

    def log_in(self) -> Session:
        self.clock.advance(60)
        return self.one.finish_login(self.begin(), self.code())

    def value(self, question: str) -> Any:
        """What the database says of the account, whose id is `:me`."""
        with self.one._services.store.reading() as connection:
            me = connection.execute(text("SELECT id FROM accounts WHERE name = :name"), {"name": self.name}).scalar()
            return connection.execute(text(question), {"me": me} if ":me" in question else {}).scalar()

    def interleaved(self, read: str, first: Call, second: Call, *, nth: int = 1) -> list[Any]:
        """Run `second` while `first` stands still after its statement number `nth` that contains `read`."""
        return interleaved(read, first, second, nth, self.patience)


def interleaved(read: str, first: Call, second: Call, nth: int, patience: float) -> list[Any]:
    reached, go_on, seen = threading.Event(), threading.Event(), count(1)
    mine: list[int] = []

    def stop(*execution: Any) -> None:
        if threading.get_ident() in mine and read in execution[2] and next(seen) == nth:
            reached.set()
            go_on.wait(patience)

    def run(call: Call) -> Any:
        try:
            return call()
        except MfaError as error:
            return error

    def run_first() -> Any:
        mine.append(threading.get_ident())
        return run(first)

    event.listen(Engine, "after_cursor_execute", stop)
    try:
        with ThreadPoolExecutor(2) as pool:
            left = pool.submit(run_first)
            assert reached.wait(10), f"nothing was read with {read!r}"
            right = run(second)
            go_on.set()
            return [left.result(), right]
    finally:
        event.remove(Engine, "after_cursor_execute", stop)


def reason(answer: object) -> Reason | None:
    return answer.trace.reason if isinstance(answer, AccessDenied) and answer.trace else None


# Each race returns whether the harm was done.


def passwords(house: House) -> bool:
    """Two wrong passwords, of which one is counted."""
    house.new_account()
    wrong = [lambda w=w: w.begin_login(house.name, WRONG) for w in house.pair]
    house.interleaved("FROM throttles", *wrong)
    key = house.one._services.throttle_key(Redacted(house.name))
    return bool(house.value(f"SELECT failures FROM throttles WHERE key = '{key}'") != 2)  # noqa: S608


def codes(house: House) -> bool:
    """Two wrong codes, of which one is counted."""
    house.new_account()
    begun = house.begin(), house.begin()
    wrong = [lambda w=w, p=p: w.finish_login(p, house.code(50)) for w, p in zip(house.pair, begun, strict=True)]
    house.interleaved("FROM pendings", *wrong)
    return bool(house.value("SELECT otp_failures FROM accounts WHERE id = :me") != 2)


def last_guess(house: House) -> bool:
    """A pending login has one guess left, and two are checked."""
    pending = house.new_account().begin()
    wrong = [lambda w=w: w.finish_login(pending, house.code(50)) for w in (house.strict, house.strict_too)]
    answers = house.interleaved("FROM pendings", *wrong)
    return [reason(answer) for answer in answers].count(Reason.CONSUMED_PENDING) == 0


def recovery_guesses(house: House) -> bool:
    """Two wrong recovery codes, of which one is counted."""
    house.new_account()
    begun = house.begin(), house.begin()
    wrong = [lambda w=w, p=p: w.recover(p, "AAAA-" * 3 + "AAAA") for w, p in zip(house.pair, begun, strict=True)]
    house.interleaved("FROM pendings", *wrong)
    return bool(house.value("SELECT recovery_failures FROM accounts WHERE id = :me") != 2)


def old_login(house: House) -> bool:
    """A login with the old password ends after the change, and its session survives."""
    session = house.new_account().log_in()
    house.clock.advance(30)
    pending, code = house.begin(), house.code()
    granted, changed = house.interleaved(
        "FROM pendings",
        lambda: house.one.finish_login(pending, code),
        lambda: house.two.change_password(session, PASSWORD, NEW),
    )
    assert changed is None
    return isinstance(granted, Session) and not refused(house.one.check_session, granted)


def two_sessions(house: House) -> bool:
    """One pending login and two codes give two sessions."""
    house.new_account()
    house.clock.advance(60)
    pending = house.begin()
    answers = house.interleaved(
        "FROM pendings",
        lambda: house.one.finish_login(pending, house.code()),
        lambda: house.two.finish_login(pending, house.code(-1)),
    )
    return [type(answer) for answer in answers].count(Session) == 2


def old_password(house: House) -> bool:
    """A login begins with the old password, after the change has ended all logins."""
    session = house.new_account().log_in()
    house.clock.advance(30)
    begun, changed = house.interleaved(
        "has_factor", house.begin, lambda: house.two.change_password(session, PASSWORD, NEW)
    )
    assert changed is None
    return not isinstance(begun, MfaError) and not refused(house.one.finish_login, begun, house.code())


def first_factors(house: House) -> bool:
    """Two first factors are bound."""
    house.new_account(enrolled=False)
    offers = [house.one.start_enrolment(house.begin()) for _ in range(2)]
    code = [code_at(offer.account.secret.reveal(), house.clock.now()) for offer in offers]
    house.interleaved(
        "EXISTS",
        lambda: house.one.confirm_enrolment(offers[0], code[0]),
        lambda: house.two.confirm_enrolment(offers[1], code[1]),
        nth=2,
    )
    return bool(house.value("SELECT count(*) FROM factors WHERE account_id = :me") != 1)


def further_factors(house: House) -> bool:
    """Two further factors are bound where there is room for one."""
    session = house.new_account().log_in()
    for _ in range(POLICY.authenticators - 2):
        house.enrol(session, further=True)
    offers = [house.one.start_enrolment(session, further=True) for _ in range(2)]
    code = [code_at(offer.account.secret.reveal(), house.clock.now()) for offer in offers]
    house.interleaved(
        "SELECT factors.kind, factors.state",
        lambda: house.one.confirm_enrolment(offers[0], code[0]),
        lambda: house.two.confirm_enrolment(offers[1], code[1]),
        nth=2,
    )
    active = house.value("SELECT count(*) FROM factors WHERE account_id = :me AND state = 'active'")
    return bool(active > POLICY.authenticators)


def taken_over(house: House) -> bool:
    """Two authenticators are taken over."""
    house.new_account(enrolled=False)
    old = [OtpAccount(house.name, "old", Redacted(new_secret(SeededRandomness(seed)))) for seed in (1, 2)]
    house.interleaved(
        "EXISTS", lambda: house.one.adopt(house.name, old[0]), lambda: house.two.adopt(house.name, old[1])
    )
    return bool(house.value("SELECT count(*) FROM factors WHERE account_id = :me") != 1)


def revocations(house: House) -> bool:
    """Both authenticators are revoked, and the password alone enrols."""
    session = house.new_account().log_in()
    house.enrol(session, further=True)
    ids = [each.id for each in house.one.authenticators(session)]
    revoke = [lambda w=w, i=i: w.revoke(session, i) for w, i in zip(house.pair, ids, strict=True)]
    house.interleaved("AS used_at", *revoke)
    return bool(house.value("SELECT count(*) FROM factors WHERE account_id = :me AND state = 'active'") != 1)


def registrations(house: House) -> bool:
    """Of two registrations of one name, the second hears of a fault instead of a taken name."""
    name = f"user{next(house.numbers)}@example.org"
    answers = house.interleaved(
        "FROM accounts", lambda: house.one.register(name, PASSWORD), lambda: house.two.register(name, PASSWORD)
    )
    return {type(answer).__name__ for answer in answers} != {"NoneType", "NameTaken"}


def first_calls(house: House) -> bool:
    """Two first logins of one subject, and one of them hears of a fault."""
    subject = Subject("sso", str(next(house.numbers)))
    calls = [lambda w=w: w.begin_for(subject, name="a user") for w in house.pair]
    answers = house.interleaved("accounts.issuer =", *calls)
    return any(isinstance(answer, MfaError) for answer in answers)


def notifications(house: House) -> bool:
    """Two workers send a notification twice."""
    session = house.new_account().log_in()
    house.one.issue_recovery_codes(session)
    sent: list[Notification] = []

    class Post:
        def send(self, _name: str, notification: Notification) -> bool:
            sent.append(notification)
            return True

    while house.one.send_notifications(Post()):
        pass
    sent.clear()
    house.one.issue_recovery_codes(session)
    house.interleaved(
        "FROM notices", lambda: house.one.send_notifications(Post()), lambda: house.two.send_notifications(Post())
    )
    return len(sent) != 1


def acknowledgements(house: House) -> bool:
    """Two lines in the log say that the owner has saved the same codes."""
    issue = house.new_account().codes.issue_id
    house.interleaved(
        "codes_issue =",
        lambda: house.one.acknowledge_recovery_codes(issue),
        lambda: house.two.acknowledge_recovery_codes(issue),
    )
    lines = "SELECT count(*) FROM audit WHERE account_id = :me AND event = 'recovery codes acknowledged'"
    return bool(house.value(lines) != 1)


def same_passkey(house: House) -> bool:
    """Two accounts register the same passkey, and the second hears of a fault."""
    calls = []
    seed = next(house.numbers)
    for worker in house.pair:
        house.new_account(enrolled=False)
        offer = house.one.start_passkey(house.begin())
        holder = PasskeyHolder(SeededRandomness(seed), synced=False)
        response = Browser(ORIGIN).create(offer.options, holder)
        calls.append(lambda w=worker, o=offer, r=response: w.confirm_passkey(o, r))
    answers = house.interleaved("FROM passkeys", *calls)
    return Reason.PASSKEY_KNOWN not in map(reason, answers)


def reset(house: House) -> bool:
    """An administrator ends all sessions, and a login with a passkey that had begun survives."""
    session = house.new_account().log_in()
    holder = PasskeyHolder(SeededRandomness(next(house.numbers)), synced=False)
    offer = house.one.start_passkey(session)
    house.one.confirm_passkey(offer, Browser(ORIGIN).create(offer.options, holder))
    pending = house.begin()
    response = Browser(ORIGIN).get(house.one.start_passkey_login(pending), holder)
    granted, _ = house.interleaved(
        "FROM passkeys",
        lambda: house.one.finish_passkey_login(pending, response),
        lambda: house.two.reset_factors(house.name),
    )
    return isinstance(granted, Session) and not refused(house.one.check_session, granted)


def disabled_login(house: House) -> bool:
    """A login ends after its account was disabled, and its session survives."""
    return _ending(house, lambda: house.two.accounts.disable(house.name))


def deleted_first_step(house: House) -> bool:
    """A login begins after its account was deleted, and stays open although the account is nobody's."""
    account = house.new_account(enrolled=False).one.accounts.find(house.name).subject
    _, changed = house.interleaved("has_factor", house.begin, lambda: house.two.accounts.delete(house.name))
    assert changed is None
    return bool(house.value(f"SELECT count(*) FROM pendings WHERE account_id = '{account}' AND ended IS NULL"))  # noqa: S608


def set_password(house: House) -> bool:
    """A login with the old password ends after an administrator has set another one, and its session survives."""
    return _ending(house, lambda: house.two.accounts.set_password(house.name, NEW))


def _ending(house: House, change: Call) -> bool:
    pending, code = house.new_account().begin(), house.code()
    granted, changed = house.interleaved("FROM pendings", lambda: house.one.finish_login(pending, code), change)
    assert changed is None
    return isinstance(granted, Session) and not refused(house.one.check_session, granted)


def disabled_first_step(house: House) -> bool:
    """A login begins after its account was disabled, and its code is accepted."""
    house.new_account()
    begun, changed = house.interleaved("has_factor", house.begin, lambda: house.two.accounts.disable(house.name))
    assert changed is None
    return not isinstance(begun, MfaError) and not refused(house.one.finish_login, begun, house.code())


def disabled_enrolment(house: House) -> bool:
    """An authenticator is bound, and recovery codes are shown, after the account was disabled."""
    offer = house.new_account(enrolled=False).one.start_enrolment(house.begin())
    code = code_at(offer.account.secret.reveal(), house.clock.now())
    codes, changed = house.interleaved(
        "FROM enrolments",
        lambda: house.one.confirm_enrolment(offer, code),
        lambda: house.two.accounts.disable(house.name),
        nth=2,
    )
    lines = "SELECT event FROM audit WHERE account_id = :me ORDER BY id DESC LIMIT 1"
    return isinstance(codes, RecoveryCodes) and changed is None and house.value(lines) == "factor bound"


def ended_with_all(house: House) -> bool:
    """A session makes recovery codes after the sessions of all accounts have ended."""
    session = house.new_account().log_in()
    codes, ended = house.interleaved(
        "FROM sessions",
        lambda: house.one.issue_recovery_codes(session),
        lambda: house.two.accounts.end_every_session(),
        nth=2,
    )
    last = house.value("SELECT event FROM audit ORDER BY id DESC LIMIT 1")
    return isinstance(codes, RecoveryCodes) and isinstance(ended, int) and last == "recovery codes issued"


def renames(house: House) -> bool:
    """Of a rename and a registration for one name, the second hears of a fault instead of a taken name."""
    house.new_account(enrolled=False)
    name = f"user{next(house.numbers)}@example.org"
    answers = house.interleaved(
        "FROM accounts",
        lambda: house.one.accounts.rename(house.name, name),
        lambda: house.two.register(name, PASSWORD),
        nth=3,
    )
    return {type(answer).__name__ for answer in answers} != {"NoneType", "NameTaken"}


def registered_first(house: House) -> bool:
    """The same in the other order: the account is renamed while the newcomer is being registered."""
    house.new_account(enrolled=False)
    name = f"user{next(house.numbers)}@example.org"
    answers = house.interleaved(
        "EXISTS",
        lambda: house.one.register(name, PASSWORD),
        lambda: house.two.accounts.rename(house.name, name),
    )
    return {type(answer).__name__ for answer in answers} != {"NoneType", "NameTaken"}


def refused(call: Callable[..., object], *arguments: object) -> bool:
    try:
        call(*arguments)
    except AccessDenied:
        return True
    return False


RACES = (
    passwords, codes, last_guess, recovery_guesses, old_login, two_sessions, old_password, first_factors,
    further_factors, taken_over, revocations, registrations, first_calls, notifications, acknowledgements,
    same_passkey, reset, disabled_login, deleted_first_step, set_password, disabled_first_step, disabled_enrolment,
    renames, registered_first, ended_with_all,
)  # fmt: skip


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module", params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.full)])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> House:
    if request.param == "SQLite":
        return House(f"sqlite:///{tmp_path_factory.mktemp('races') / 'lab.db'}")
    cluster: Cluster = request.getfixturevalue("cluster")
    return House(cluster.new_database())


@pytest.fixture
def without_locks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL takes no lock but the shared one; SQLite begins no transaction. Nobody asks whether a pending login
    was still open when it was completed: this question closes some races a second time.
    """
    monkeypatch.setattr(house, "patience", PATIENCE_SECONDS["long"])
    complete = pending_logins.complete
    monkeypatch.setattr(pending_logins, "complete", lambda *what: complete(*what) or True)
    begun, nothing = Postgres.begun, (locks.NOTHING,)
    monkeypatch.setattr(Postgres, "begun", lambda self, one, _, *, flush: begun(self, one, nothing, flush=flush))
    monkeypatch.setattr(Postgres, "lock_also", lambda *_: None)

    @contextmanager
    def no_transaction(_self: Sqlite, connection: Any, _wanted: object, *, flush: bool) -> Iterator[None]:
        with connection.begin():
            yield

    monkeypatch.setattr(Sqlite, "begun", no_transaction)


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_the_race_is_closed(race: Callable[[House], bool], house: House) -> None:
    """With the locks, the second request waits until the first has ended."""
    assert not race(house)


@pytest.mark.full
@pytest.mark.usefixtures("without_locks")
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_without_its_lock_the_harm_is_done(race: Callable[[House], bool], house: House) -> None:
    """The test above would notice a lock that is missing."""
    assert race(house)


@pytest.mark.full
@pytest.mark.parametrize("careful", [True, False])
def test_a_sweep_leaves_a_renewed_count(careful: bool, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL alone: the sweep finds an expired count that another worker is renewing. It must not wait for the
    commit and then delete the new count, as it would without `skip_locked` and the second look at the time.
    """
    if not careful:
        old = select(throttles.c.key).where(throttles.c.expires_at <= bindparam("before"))
        monkeypatch.setattr(housekeeping, "_EXPIRED", delete(throttles).where(throttles.c.key.in_(old)))
    url = cluster.new_database()
    server = MfaServer(url, clock=ManualClock(START), policy=POLICY, key=KEY)
    with closing(psycopg.connect(url)) as other, ThreadPoolExecutor(1) as pool:
        other.execute("INSERT INTO throttles VALUES ('mine', 1, 0, 1)")
        other.commit()
        other.execute("UPDATE throttles SET failures = 1, expires_at = 2000000000")
        sweeping = pool.submit(refused, server.begin_login, "nobody@example.org", WRONG)
        with suppress(TimeoutError):
            sweeping.result(1)
        other.commit()
        assert sweeping.result(10)
        assert (other.execute("SELECT key FROM throttles WHERE key = 'mine'").fetchall() == []) is not careful


def while_a_password_is_verified(house: House, monkeypatch: pytest.MonkeyPatch, change: Call) -> object:
    """What a login with the correct password answers if `change` comes between its two transactions."""
    verify = PasswordHasher.verify

    def changed(*arguments: Any) -> bool:
        monkeypatch.setattr(PasswordHasher, "verify", verify)
        change()
        return verify(*arguments)

    monkeypatch.setattr(PasswordHasher, "verify", changed)
    with pytest.raises(AccessDenied) as caught:
        house.begin()
    return reason(caught.value)


def test_a_rename_while_a_password_is_verified(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name has become a newcomer's: the password is verified against the newcomer's account instead."""
    house.new_account()

    def rename() -> None:
        house.two.accounts.rename(house.name, f"renamed-{house.name}")
        house.two.register(house.name, NEW)

    assert while_a_password_is_verified(house, monkeypatch, rename) is Reason.WRONG_PASSWORD
    newcomer = house.one.accounts.find(house.name).subject
    assert house.value("SELECT account_id FROM audit ORDER BY id DESC LIMIT 1") == newcomer


def test_an_account_ends_while_its_password_is_verified(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login is refused as if it had begun afterwards."""
    accounts = house.new_account().two.accounts
    disabled = while_a_password_is_verified(house, monkeypatch, lambda: accounts.disable(house.name))
    assert disabled is Reason.ACCOUNT_DISABLED
    accounts.enable(house.name)
    deleted = while_a_password_is_verified(house, monkeypatch, lambda: accounts.delete(house.name))
    assert deleted is Reason.UNKNOWN_NAME


def test_delete_and_register_at_once(house: House) -> None:
    """However they meet: the name is free, or the newcomer's, and never two people's."""
    house.new_account()
    for _ in range(5):
        before = house.one.accounts.find(house.name).subject
        answers = together(
            lambda: house.one.accounts.delete(house.name), lambda: house.two.register(house.name, PASSWORD)
        )
        assert answers[0] is None
        assert answers[1] is None or isinstance(answers[1], NameTaken)
        if answers[1] is not None:
            house.two.register(house.name, PASSWORD)
        assert house.one.accounts.find(house.name).subject != before
        assert house.one.accounts.find(before).state == "deleted"


def test_a_name_that_equals_a_passkeys_id(house: House) -> None:
    """The name's lock comes before the account's, and the passkey's after it, so they must not be the same lock: a
    login and a registration of the passkey would wait for each other.
    """
    key = house.one._services.store.keys.keyed_hash("_T_rPJJQt5dKm1KLaWNjIaRhtV71W3vq_YCamp6SW3k")
    assert locks.credential(key) not in locks.names(key)
    assert len(locks.credential(key).value) == len(locks.names(key)[0].value) == 16
