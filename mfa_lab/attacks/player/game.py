"""A game: what people do on a server, event by event, told in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.law import DAY
from mfa_lab.attacks.player.events import Event, others_in, spelled
from mfa_lab.attacks.player.model import Account
from mfa_lab.attacks.player.narrator import Difference
from mfa_lab.attacks.player.referee import IN, OUT, Referee
from mfa_lab.attacks.player.words import BETWEEN, at_pace, duration, passing, title, written, wrong
from mfa_lab.otp import step_at
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Enrolment, PendingLogin, Session

EACH = 4
"""How many wrong codes a careful attacker types before something that may end the count."""
_EVERY = 600
"""How many seconds a patient attacker waits before something that may end the count."""
_LONG_ROW, _BURST = 100, 30
"""After so many wrong codes, a patient attacker tries so many at once: waits may have an end."""
_WRONG_PASSWORD = "demo only: not the password"  # noqa: S105


class Game(Referee):
    """Plays events on a server. Each method is one kind of event."""

    def play(self, events: Iterable[Event]) -> Difference | None:
        """Play the events until the server and the model differ, and return where."""
        events = list(events)
        try:
            self.join(max(map(others_in, events), default=0))
            for kind, *values in events:
                _PLAYS[str(kind)](self, *values)
        except Difference as difference:
            return difference
        return None

    # Owners

    def log_in(self, who: str, lag: int, spelling: str) -> None:
        """Log in with password and code. The phone's clock is `lag` steps off."""
        account = self.accounts[who]
        step = step_at(self.now()) + lag
        repeated = step in {used for used, _ in account.used}
        off = f" from a phone that is {duration(abs(lag) * PERIOD)} {'fast' if lag > 0 else 'slow'}" if lag else ""
        said = "'s code is typed a second time" if repeated else f" logs in{off}"
        self.told.append(f"{title(who)}{said}{written(spelling)}.")
        self.finish(who, self.begin(who), spelled(account.code(step), spelling))

    def log_in_thrice(self, who: str) -> None:
        """Log in with every code that the window contains, the oldest first."""
        self.told.append(f"{title(who)} logs in three times in a row, with three phones: slow, correct, and fast.")
        for lag in (-1, 0, 1):
            self.finish(who, self.begin(who), self.accounts[who].code(step_at(self.now()) + lag))

    def walk(self, who: str, steps: int) -> None:
        """Log in with one code after the other, each a step further ahead, or further back if `steps` is negative."""
        direction = "ahead of" if steps > 0 else "behind"
        self.told.append(
            f"Somebody has {title(who)}'s phone, and types codes of {abs(steps)} steps {direction} the server's."
        )
        for lag in range(1, abs(steps) + 1):
            code = self.accounts[who].code(step_at(self.now()) + (lag if steps > 0 else -lag))
            self.finish(who, self.begin(who), code)

    def enrol(self, who: str) -> None:
        """Reset the factors, as an administrator does, and enrol again."""
        if not hasattr(self.world.server, "reset_factors"):
            return
        self.told.append(f"An administrator resets {title(who)}'s factors, and {title(who)} enrols again.")
        self.world.server.reset_factors(self.people[who].name)
        for ended in (who, f"{who}, earlier"):  # a server may end them, and need not
            self.sessions.pop(ended, None)
        self.enrol_again(who)

    def use(self, who: str, changed: str) -> None:
        """Ask for a page with the last session of this person, as it is or with other words written on it."""
        held = self.sessions.get(f"{who}, earlier" if changed == "earlier" else who)
        if held is None:
            return
        session, now = held.session, self.now()
        on_it = {
            "": "",
            "earlier": " of an earlier login",
            "name": ", with another name written on it",
            "date": ", with a later date written on it",
        }
        self.told.append(f"{title(who)}'s browser asks for a page with its session{on_it[changed]}.")
        if changed == "name":
            session = replace(session, name=self.people["mallory" if who == "alice" else "alice"].name)
        if changed == "date":
            session = replace(session, created_at=now, expires_at=now + self.law.session_seconds)
        wanted, opened = held.verdict(now, self.law), self.whose(session)
        if opened and (opened != self.people[who].name or wanted is OUT):
            self.differs("in", f"The page of {opened} opens.")
        if not opened and wanted is IN:
            self.differs("out", "The page stays shut.")
        if opened:
            held.used_at = now

    def work(self, who: str, hours: int, changed: str) -> None:
        """Use a session every fifty minutes, for so many hours."""
        if who not in self.sessions:
            return
        self.told.append(f"{title(who)} works for {hours} hours, and asks for a page every 50 minutes.")
        for _ in range(hours * 60 // 50):
            self.pause(50 * 60)
            self.use(who, changed)
            self.told.pop()

    def wait(self, seconds: int) -> None:
        """Let time pass. A negative number sets the server's clock back."""
        self.told.append(passing(seconds))
        self.pause(seconds)

    def midnight(self, who: str) -> None:
        """Log in ten seconds before midnight, and let somebody type the code again after midnight."""
        self.told.append("The server's clock shows 23:59:50 UTC.")
        self.pause((-10 - self.now()) % DAY)
        self.log_in(who, 0, "")
        self.wait(20)
        self.type_code(who, "used", 0, "")

    # Other people

    def others_log_in(self, count: int) -> None:
        """Let so many other people log in."""
        self.told.append(f"{count} other {'people log' if count > 1 else 'person logs'} in.")
        self._others_log_in(count)

    def _others_log_in(self, count: int) -> None:
        for name in self.others[:count]:
            step = self.accounts[name].unused_step(self.now(), self.law.window_steps)
            if step is not None:
                self.finish(name, self.begin(name), self.accounts[name].code(step))

    def others_mistype(self, count: int) -> None:
        """Let so many other people type one wrong code each."""
        self.told.append(f"{count} other {'people type' if count > 1 else 'person types'} a wrong code.")
        self._others_mistype(count)

    def _others_mistype(self, count: int) -> None:
        for name in self.others[:count]:
            self.finish(name, self.begin(name), self.accounts[name].wrong_code(self.now()))

    # Thieves who know a password

    def type_code(self, who: str, which: str, index: int, spelling: str) -> None:
        """Let somebody who knows the password type a code of this kind."""
        code, words = self._chosen(self.accounts[who], who, which, index)
        if not code:
            return
        thief = "Mallory" if who == "alice" else "Somebody"
        self.told.append(f"{thief} types {title(who)}'s password and {words}{written(spelling)}.")
        self.finish(who, self.begin(who), spelled(code, spelling))

    def _chosen(self, account: Account, who: str, which: str, index: int) -> tuple[str, str]:
        now = self.now()
        if which == "used":
            step, used_at = account.used[-1 - index % len(account.used)]
            source = "enrolled with" if step == account.used[0][0] else "used"
            return account.code(step), f"the code that {title(who)} {source} {duration(now - used_at)} ago"
        if which == "seen":
            if not account.seen:
                return "", ""
            step = account.seen[-1 - index % len(account.seen)]
            words = f"the code that {title(who)}'s phone showed {duration(now - step * PERIOD)} ago"
            return account.code(step), words
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
        self.accounts[who].seen.append(step_at(self.now()))

    def skip(self, who: str, age: int, crowd: int) -> None:
        """Show what step 1 gave as if it were a session: now, after a crowd's logins, or of an earlier step 1."""
        if age and self.pendings:
            owner, pending = self.pendings[-age % len(self.pendings)]
            self.told.append(f"Somebody asks for a page with the token of an earlier step 1 of {title(owner)}'s.")
            self.opens_nothing(owner, pending)
            return
        who = self._person(who)
        self.told.append(f"Somebody types {title(who)}'s password, skips the code, and asks for a page.")
        fresh = self.begin(who)
        if crowd:
            self.told[-1] = (
                f"Somebody types {title(who)}'s password. {crowd} other people log in. The code is skipped."
            )
            self._others_log_in(crowd)
        if fresh is not None:
            self.opens_nothing(who, fresh)

    def newcomer(self) -> None:
        """Register somebody, whose password a thief knows before an authenticator is enrolled."""
        server, name = self.world.server, f"newcomer{len(self.pendings)}@example.org"
        self.told.append(f"{name} registers. Before an authenticator is enrolled, somebody types the password.")
        server.register(name, "a horse of another colour")
        pending = self.attempt(lambda: server.begin_login(name, "a horse of another colour"), PendingLogin)
        if pending is None:
            self.differs("out", "The server rejects the correct password.")
        self.people[name] = replace(self.people["alice"], name=name, password="a horse of another colour")  # noqa: S106
        self.told.append("Somebody asks for a page with the token of this step 1.")
        self.opens_nothing(name, pending)
        mallory = self.begin("mallory")
        if mallory is not None:
            self.told[-1] = "Mallory begins a login with his own password, and writes this name into it."
            changed = self._renamed(mallory, self.people["mallory"].name, name)
            if self.attempt(lambda: server.start_enrolment(changed), Enrolment):
                self.differs("in", "The server lets him enrol his own phone for this account.")
        self.told[-1] = (
            "An authenticator is enrolled. Then somebody asks for a page with the token of the first step 1."
        )
        self.accounts[name] = replace(self.accounts["alice"], used=[(0, 0)])
        self.enrol_again(name)
        self.opens_nothing(name, pending)
        self.told.pop()

    def tamper(self, how: str, by: str, whose_code: str) -> None:
        """Let somebody put Alice's name into what his own login sends back."""
        by = self._person(by)
        alice, thief = self.people["alice"], self.people[by]
        if how == "hers":
            self.begin("alice")
        pending = self.begin(by)
        if pending is None:
            return
        whose_code = whose_code if whose_code == "alice" else by
        texts = {
            "made up": f"made-up {alice.name}",
            "empty": f" {alice.name}",
            "added": f"{pending.token.reveal()} {alice.name}",
        }
        changed = self._renamed(pending, thief.name, alice.name)
        if how in texts:
            changed = replace(pending, token=Redacted(texts[how]))
        begins = "makes up a token" if how in {"made up", "empty"} else "begins a login with their own password"
        self.told.append(
            f"{title(by)} {begins}, writes Alice's name into it, and types the code of {title(whose_code)}'s phone."
        )
        step = step_at(self.now())
        code = self.accounts[whose_code].code(step)
        session = self.attempt(lambda: self.world.server.finish_login(changed, code), Session)
        opened = self.whose(session) if session else None
        if opened == alice.name:
            self.differs("in", "Alice's page opens.")
        if opened == thief.name and session:
            self.succeeded(by, step, session)
        else:
            self.accounts[by].codes.wrong(self.now(), verified=False)

    @staticmethod
    def _renamed(pending: PendingLogin, name: str, other: str) -> PendingLogin:
        return replace(pending, token=Redacted(pending.token.reveal().replace(name, other)))

    def _person(self, who: str) -> str:
        """Return the key of a person: a lookalike by number, if there is one, or the name as it is."""
        if not who.isdigit():
            return who
        return self.others[int(who)] if int(who) < len(self.others) else "mallory"

    # Guessers

    def guess(self, who: str, count: int, pace: int, pendings: str, between: str) -> None:
        """Type many wrong codes: into one pending login or many, at this pace, with something in between."""
        several = ", each in a new login" if pendings == "many" and count > 1 else ""
        meanwhile = BETWEEN[between].format(f"{EACH} codes") if count > EACH else ""
        self.told.append(
            f"Somebody types {wrong(count, 'code')} for {title(who)}{at_pace(pace)}{several}.{meanwhile}"
        )
        pending = None
        for number in range(count):
            if between and number and number % EACH == 0:
                self._in_between(between)
                pending = None
            if pending is None or pendings == "many":
                pending = self.begin(who)
            if pending is None:
                return
            self._guess_once(who, pending, self.would_verify(who))
            self.pause(pace)
        if count >= _LONG_ROW and pending is not None:
            self.told.append(f"Then somebody types {_BURST} more, at once.")
            for _ in range(_BURST):
                self._guess_once(who, pending, self.would_verify(who))
            self.wait(self.law.longest_wait)
            self.log_in(who, 0, "")

    def watch(self, who: str, seconds: int, between: str) -> None:
        """Type a wrong code whenever the server would verify one, for so many seconds."""
        meanwhile = BETWEEN[between].format("10 minutes")
        self.told.append(
            f"For {duration(seconds)}, somebody types a wrong code for {title(who)} whenever the server verifies one."
            f"{meanwhile}"
        )
        start, turn, pending = self.now(), 1, self.begin(who)
        while self.now() < start + seconds:
            verified = self.would_verify(who)
            if verified is None:
                return
            if verified and pending is not None:
                self._guess_once(who, pending, verified)
                continue
            row = self.accounts[who].codes
            self.pause(max(10, (self.now() - row.last_at) // 4))
            if between and self.now() > start + turn * _EVERY:
                self._in_between(between)
                turn = (self.now() - start) // _EVERY + 1

    def _guess_once(self, who: str, pending: PendingLogin, verified: bool | None) -> None:
        account, now = self.accounts[who], self.now()
        if verified and account.codes.verdict(now, self.law) is OUT:
            self.differs("in", f"The server verifies another code after {len(account.codes.verified)} wrong ones.")
        typed = partial(self.world.server.finish_login, pending, account.wrong_code(now))
        if self.attempt(typed, Session):
            self.differs("in", f"The server accepts a wrong code of {title(who)}'s.")
        account.codes.wrong(now, verified=bool(verified))
        self.within(account.codes, self.law.budgets, "codes")

    def guess_password(self, who: str, count: int, pace: int) -> None:
        """Type many wrong passwords, at this pace."""
        row = self.accounts[who].passwords
        self.told.append(f"Somebody types {wrong(count, 'password')} for {title(who)}'s name{at_pace(pace)}.")
        for _ in range(count):
            self._guess_password_once(who)
            self.within(row, self.law.password_budgets, "passwords")
            self.pause(pace)

    def watch_password(self, who: str, seconds: int) -> None:
        """Type a wrong password whenever the server would verify one, for so many seconds."""
        row = self.accounts[who].passwords
        self.told.append(
            f"For {duration(seconds)}, somebody types a wrong password for {title(who)}'s name whenever the server "
            "verifies one."
        )
        end = self.now() + seconds
        while self.now() < end:
            if self.would_verify_password(who):
                self._guess_password_once(who)
                self.within(row, self.law.password_budgets, "passwords")
            else:
                self.pause(max(10, (self.now() - row.last_at) // 4))

    def _guess_password_once(self, who: str) -> None:
        verified = bool(self.would_verify_password(who))
        typed = partial(self.world.server.begin_login, self.people[who].name, _WRONG_PASSWORD)
        if self.attempt(typed, PendingLogin):
            self.differs("in", "The server accepts a wrong password.")
        self.accounts[who].passwords.wrong(self.now(), verified=verified)

    def _in_between(self, what: str) -> None:
        if what == "a week":
            self.pause(7 * DAY)
        elif what == "others mistype":
            self._others_mistype(len(self.others))
        elif what == "others log in":
            self.pause(PERIOD)
            self._others_log_in(len(self.others))
        else:
            if what == "own mistakes":
                for _ in range(EACH):
                    self.finish("mallory", self.begin("mallory"), self.accounts["mallory"].wrong_code(self.now()))
            self.pause(PERIOD)
            step = self.accounts["mallory"].unused_step(self.now(), self.law.window_steps)
            if step is not None:
                self.finish("mallory", self.begin("mallory"), self.accounts["mallory"].code(step))


_PLAYS: dict[str, Callable[..., None]] = {
    "log in": Game.log_in,
    "three": Game.log_in_thrice,
    "walk": Game.walk,
    "enrol": Game.enrol,
    "use": Game.use,
    "work": Game.work,
    "wait": Game.wait,
    "midnight": Game.midnight,
    "others": Game.others_log_in,
    "others mistype": Game.others_mistype,
    "type": Game.type_code,
    "look": Game.look,
    "skip": Game.skip,
    "newcomer": Game.newcomer,
    "tamper": Game.tamper,
    "guess": Game.guess,
    "watch": Game.watch,
    "guess password": Game.guess_password,
    "watch password": Game.watch_password,
}
