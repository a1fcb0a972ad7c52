"""A game: events are played on a server, and the model is asked about each answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NoReturn, TypeVar

from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.helpers.world import Make, Person, World
from mfa_lab.attacks.law import DAY, Law
from mfa_lab.attacks.player.events import Event, others_in, spelled
from mfa_lab.attacks.player.model import Account, Row, Verdict
from mfa_lab.attacks.player.words import BETWEEN, at_pace, duration, passing, title, written, wrong
from mfa_lab.errors import AccessDenied, ClockSetBack
from mfa_lab.otp import step_at
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import PendingLogin, Session

T = TypeVar("T")
IN, OUT, EITHER = Verdict.IN, Verdict.OUT, Verdict.EITHER
_WRONG_PASSWORD = "demo only: not the password"  # noqa: S105
_ENROLLED_BEFORE = 120  # as `World` has it
EACH = 4
"""How many wrong codes a careful attacker types before something that may end the count."""


@dataclass(frozen=True, slots=True)
class Difference(Exception):
    """Say where the server and the model differ: after which event, and the sentences that tell it."""

    kind: str
    told: tuple[str, ...]


class Game:
    """One server, its people, and what the model knows about them. `told` has a sentence for each event so far."""

    def __init__(self, make: Make, law: Law) -> None:
        self.law = law
        self.told: list[str] = []
        self.world = World(make)
        self.people = {"alice": self.world.alice, "mallory": self.world.mallory}
        self.others: list[str] = []
        enrolled_at = self.world.clock.now() - _ENROLLED_BEFORE
        self.accounts = {name: _enrolled(person, enrolled_at) for name, person in self.people.items()}
        self.sessions: dict[str, _Open] = {}
        self.make, self.played = make, list[Event]()
        self.latest = self.world.clock.now()
        """The latest moment so far. A server may refuse to work while its clock shows an earlier one."""

    def play(self, events: Iterable[Event]) -> Difference | None:
        """Play the events until the server and the model differ, and return where."""
        events = list(events)
        try:
            self._join(max(map(others_in, events), default=0))
            for event in events:
                kind, *values = event
                _PLAYS[str(kind)](self, *values)
                self.played.append(event)
        except Difference as difference:
            return difference
        return None

    # What people do

    def log_in(self, who: str, lag: int, spelling: str) -> None:
        """Log in with password and code. The phone's clock is `lag` steps off."""
        account, now = self.accounts[who], self._now()
        step = step_at(now) + lag
        repeated = step in {used for used, _ in account.used}
        off = f" from a phone that is {duration(abs(lag) * PERIOD)} {'fast' if lag > 0 else 'slow'}" if lag else ""
        said = "'s code is typed a second time" if repeated else f" logs in{off}"
        self.told.append(f"{title(who)}{said}{written(spelling)}.")
        self._finish(who, self._begin(who), spelled(account.code(step), spelling))

    def type_code(self, who: str, which: str, index: int, spelling: str) -> None:
        """Let somebody who knows the password type a code of this kind."""
        account = self.accounts[who]
        code, words = self._chosen(account, who, which, index)
        if not code:
            return
        thief = "Mallory" if who == "alice" else "Somebody"
        self.told.append(f"{thief} types {title(who)}'s password and {words}{written(spelling)}.")
        self._finish(who, self._begin(who), spelled(code, spelling))

    def _chosen(self, account: Account, who: str, which: str, index: int) -> tuple[str, str]:
        now = self._now()
        if which == "used":
            step, used_at = account.used[-1 - index % len(account.used)]
            source = "enrolled with" if step == account.used[0][0] else "used"
            return account.code(step), f"the code that {title(who)} {source} {duration(now - used_at)} ago"
        if which == "seen":
            if not account.seen:
                return "", ""
            step = account.seen[-1 - index % len(account.seen)]
            return account.code(
                step
            ), f"the code that {title(who)}'s phone showed {duration(now - step * PERIOD)} ago"
        if which == "other":
            other = "mallory" if who == "alice" else "alice"
            return self.accounts[other].code(step_at(now)), f"the code that {title(other)}'s phone shows"
        if which == "late":
            return account.code(step_at(now) - 2 - index), f"a code that is {2 + index} steps old"
        if which == "early":
            return account.code(step_at(now) + 2 + index), f"a code that is {2 + index} steps early"
        return account.wrong_code(now), "a wrong code"

    def look(self, who: str) -> None:
        """Note the code that the phone shows, without using it."""
        self.told.append(f"Somebody reads the code on {title(who)}'s phone, and nobody uses it.")
        self.accounts[who].seen.append(step_at(self._now()))

    def guess(self, who: str, count: int, pace: int, pendings: str, between: str) -> None:
        """Type many wrong codes: into one pending login or many, at this pace, with something in between."""
        account = self.accounts[who]
        several = ", each in a new login" if pendings == "many" and count > 1 else ""
        meanwhile = BETWEEN[between].format(EACH) if count > EACH else ""
        self.told.append(
            f"Somebody types {wrong(count, 'code')} for {title(who)}{at_pace(pace)}{several}.{meanwhile}"
        )
        pending = None
        for number in range(count):
            if between and number and number % EACH == 0:
                self._in_between(between)
                pending = None
            if pending is None or pendings == "many":
                pending = self._begin(who)
            if pending is None:
                return
            verified = self._would_verify(who, (who, number, pace, pendings, between))
            typed = partial(self.world.server.finish_login, pending, account.wrong_code(self._now()))
            if self._attempt(typed, Session):
                self._differs("in", f"The server accepts a wrong code of {title(who)}'s.")
            account.codes.wrong(self._now(), verified=verified)
            self._within(account.codes, self.law.budgets, "codes")
            self._pause(pace)

    def guess_password(self, who: str, count: int, pace: int) -> None:
        """Type many wrong passwords, at this pace."""
        row = self.accounts[who].passwords
        self.told.append(f"Somebody types {wrong(count, 'password')} for {title(who)}'s name{at_pace(pace)}.")
        for number in range(count):
            verified = self._would_verify_password(who, (who, number, pace))
            typed = partial(self.world.server.begin_login, self.people[who].name, _WRONG_PASSWORD)
            if self._attempt(typed, PendingLogin):
                self._differs("in", "The server accepts a wrong password.")
            row.wrong(self._now(), verified=verified)
            self._within(row, self.law.password_budgets, "passwords")
            self._pause(pace)

    def _within(self, row: Row, budgets: tuple[tuple[int, int], ...], words: str) -> None:
        if excess := row.excess(budgets):
            seconds, number = excess
            self._differs("budget", f"Within {duration(seconds)} the server verified {number} of these {words}.")

    def _in_between(self, what: str) -> None:
        if what == "a week":
            self._pause(7 * DAY)
        elif what == "others mistype":
            for name in self.others:
                self._finish(name, self._begin(name), self.accounts[name].wrong_code(self._now()))
        else:
            self._pause(PERIOD)
            step = self.accounts["mallory"].unused_step(self._now(), self.law.window_steps)
            if step is not None:
                self._finish("mallory", self._begin("mallory"), self.accounts["mallory"].code(step))

    def wait(self, seconds: int) -> None:
        """Let time pass. A negative number sets the server's clock back."""
        self.told.append(passing(seconds))
        self._pause(seconds)

    def others_log_in(self, count: int) -> None:
        """Let so many other people log in."""
        self.told.append(f"{count} other {'people log' if count > 1 else 'person logs'} in.")
        for name in self.others[:count]:
            account = self.accounts[name]
            step = account.unused_step(self._now(), self.law.window_steps)
            if step is not None:
                self._finish(name, self._begin(name), account.code(step))

    def others_mistype(self, count: int) -> None:
        """Let so many other people type one wrong code each."""
        self.told.append(f"{count} other {'people type' if count > 1 else 'person types'} a wrong code.")
        for name in self.others[:count]:
            self._finish(name, self._begin(name), self.accounts[name].wrong_code(self._now()))

    def skip(self, who: str) -> None:
        """Show what step 1 gave as if it were a session."""
        self.told.append(f"Somebody types {title(who)}'s password, skips the code, and asks for a page.")
        pending = self._begin(who)
        if pending is None:
            return
        person = self.people[who]
        opened = self._whose(Session(pending.token, person.name, self._now(), pending.expires_at))
        if opened:
            self._differs("in", f"The page of {opened} opens.")

    def tamper(self, how: str, whose_code: str) -> None:
        """Let Mallory put Alice's name into what his login sends back."""
        alice, mallory = self.people["alice"], self.people["mallory"]
        if how == "hers":
            self._begin("alice")
        pending = self._begin("mallory")
        if pending is None:
            return
        token = pending.token.reveal().replace(mallory.name, alice.name)
        if how == "made up":
            token = f"made-up {alice.name}"
        self.told.append(
            f"Mallory {'makes up a token' if how == 'made up' else 'begins a login with his own password'}, writes "
            f"Alice's name into it, and types the code of {title(whose_code)}'s phone."
        )
        step = step_at(self._now())
        code = self.accounts[whose_code].code(step)
        changed = replace(pending, token=Redacted(token))
        session = self._attempt(lambda: self.world.server.finish_login(changed, code), Session)
        opened = self._whose(session) if session else None
        if opened == alice.name:
            self._differs("in", "Alice's page opens.")
        if opened == mallory.name and session:
            self._succeeded("mallory", step, session)
        else:
            self.accounts["mallory"].codes.wrong(self._now(), verified=False)

    def use(self, who: str, changed: str) -> None:
        """Ask for a page with the last session of this person, as it is or with other words written on it."""
        held = self.sessions.get(who)
        if held is None:
            return
        session, now = held.session, self._now()
        written = {"": "", "name": ", with another name written on it", "date": ", with a later date written on it"}
        self.told.append(f"{title(who)}'s browser asks for a page with its session{written[changed]}.")
        if changed == "name":
            session = replace(session, name=self.people["mallory" if who == "alice" else "alice"].name)
        if changed == "date":
            session = replace(session, created_at=now, expires_at=now + self.law.session_seconds)
        wanted = held.verdict(now, self.law)
        opened = self._whose(session)
        name = self.people[who].name
        if opened and (opened != name or wanted is OUT):
            self._differs("in", f"The page of {opened} opens.")
        if not opened and wanted is IN:
            self._differs("out", "The page stays shut.")
        if opened:
            held.used_at = now

    # How the server answers

    def _begin(self, who: str) -> PendingLogin | None:
        """Take step 1. Return None if the server may reject a correct password now, and does."""
        person = self.people[who]
        pending = self._attempt(lambda: self.world.begin(person), PendingLogin)
        if pending is None and self.accounts[who].passwords.verdict(self._now(), self.law) is IN:
            if self._now() < self.latest:
                return None
            self._differs("out", f"The server rejects {title(who)}'s correct password.")
        return pending

    def _finish(self, who: str, pending: PendingLogin | None, code: str) -> None:
        if pending is None:
            return
        account, now = self.accounts[who], self._now()
        wanted = account.judge(code, now, self.law)
        session = self._attempt(lambda: self.world.server.finish_login(pending, code), Session)
        if session and wanted.verdict is OUT:
            self._differs("in", f"The server accepts {wanted.why}.")
        if not session and wanted.verdict is IN and now >= self.latest:
            self._differs("out", f"The server rejects {title(who)}'s valid code.")
        if not session:
            account.codes.wrong(now, verified=False)
        elif wanted.step is not None:
            self._succeeded(who, wanted.step, session)

    def _succeeded(self, who: str, step: int, session: Session) -> None:
        account, now = self.accounts[who], self._now()
        account.used.append((step, now))
        account.codes, account.passwords = Row(), Row()
        self.sessions[who] = _Open(session, now, now)
        opened = self._whose(session)
        if opened != self.people[who].name:
            self._differs("out", f"The new session opens {opened or 'no page'}.")

    def _attempt(self, call: Callable[[], Any], kind: type[T]) -> T | None:
        """Return what the server returns, or None if it denies access."""
        returned: object = None
        try:
            returned = call()
        except AccessDenied:
            return None
        except ClockSetBack:
            if self.law.clock_goes_back:
                return None  # a server may stop working until the clock is correct
            raise
        except Exception as error:  # noqa: BLE001 (whatever the learner's class raises is an answer)
            self._differs("raises", f"The server raises {type(error).__name__}: {error}.")
        if not isinstance(returned, kind):
            self._differs("raises", f"The server returns {'None' if returned is None else type(returned).__name__}.")
        return returned

    def _whose(self, session: Session) -> str | None:
        try:
            return self.world.whose(session)
        except Exception as error:  # noqa: BLE001 (whatever the learner's class raises is an answer)
            self._differs("raises", f"The server raises {type(error).__name__}: {error}.")

    def _would_verify(self, who: str, guessed: tuple[str | int, ...]) -> bool:
        """Return whether the server would accept a correct code now, in another login."""
        account, now, person = self.accounts[who], self._now(), self.people[who]
        if account.codes.verdict(now, self.law) is IN:
            return True
        step = account.unused_step(now, self.law.window_steps)
        if not self.law.budgets or step is None:
            return False
        code = account.code(step)
        return self._on_a_copy(
            lambda server: server.finish_login(server.begin_login(person.name, person.password), code),
            ("guess", *guessed),
        )

    def _would_verify_password(self, who: str, guessed: tuple[str | int, ...]) -> bool:
        person = self.people[who]
        if not self.law.password_budgets:
            return False
        return self._on_a_copy(
            lambda server: server.begin_login(person.name, person.password), ("guess password", *guessed)
        )

    def _on_a_copy(self, call: Callable[[Any], object], event: Event) -> bool:
        """Return whether a call succeeds on a copy of the server.

        A server that cannot be copied, because it has a lock or a file, is made again, and plays the same events up
        to this part of `event`.
        """
        server = self.world.server
        shared = [server.hasher] if hasattr(server, "hasher") else []
        try:
            copied = deepcopy(server, {id(each): each for each in shared})
        except TypeError:
            repeated = Game(self.make, replace(self.law, budgets=(), password_budgets=()))
            repeated.play([*self.played, event])
            copied = repeated.world.server
        try:
            call(copied)
        except Exception:  # noqa: BLE001 (it is not accepted)
            return False
        return True

    def _join(self, count: int) -> None:
        """Let other people register and enrol, as long before the game as Alice did."""
        now = self._now()
        self.world.clock.set(now - _ENROLLED_BEFORE)
        while len(self.others) < count:
            number = len(self.others)
            name = f"alice@example.{number}.com" if number % 2 else f"alice{number}@example.org"
            try:
                self.people[name] = self.world.join(name, "a mule's head in a bucket")
            except Exception as error:  # noqa: BLE001 (whatever the learner's class raises is an answer)
                self._differs("raises", f"Another person cannot enrol: {type(error).__name__}.")
            self.accounts[name] = _enrolled(self.people[name], self._now())
            self.others.append(name)
        self.world.clock.set(now)

    def _now(self) -> int:
        return self.world.clock.now()

    def _pause(self, seconds: int) -> None:
        self.world.clock.advance(seconds)
        self.latest = max(self.latest, self._now())

    def _differs(self, kind: str, sentence: str) -> NoReturn:
        raise Difference(kind, (*self.told, sentence))


@dataclass
class _Open:
    """A session, when it was opened and when it was last used."""

    session: Session
    opened_at: int
    used_at: int

    def verdict(self, now: int, law: Law) -> Verdict:
        if now < self.opened_at:
            return EITHER  # the clock was set back
        over = now >= self.opened_at + law.session_seconds
        idle = law.idle_seconds is not None and now >= self.used_at + law.idle_seconds
        if not over and not idle:
            return IN
        return OUT if law.session_ends else EITHER


def _enrolled(person: Person, at: int) -> Account:
    (exported,) = person.phone.export()
    return Account(str(exported["secret"]), [(step_at(at), at)])


_PLAYS: dict[str, Callable[..., None]] = {
    "log in": Game.log_in,
    "type": Game.type_code,
    "look": Game.look,
    "guess": Game.guess,
    "guess password": Game.guess_password,
    "wait": Game.wait,
    "others": Game.others_log_in,
    "others mistype": Game.others_mistype,
    "skip": Game.skip,
    "tamper": Game.tamper,
    "use": Game.use,
}
