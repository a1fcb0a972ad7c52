"""Play the thieves in a game. They know a password, and perhaps a code.

Thieves replay a code, skip a step, or use another person's name.
"""

from __future__ import annotations

from dataclasses import replace

from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.law import DAY
from mfa_lab.attacks.player.events import spelled
from mfa_lab.attacks.player.model import Account
from mfa_lab.attacks.player.people import People
from mfa_lab.attacks.player.words import duration, title, written
from mfa_lab.otp import step_at
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import Enrolment, PendingLogin, Session


class Thieves(People):
    """Let thieves do something. Each public method plays one kind of event."""

    def type_code(self, who: str, which: str, index: int, spelling: str) -> None:
        """Let somebody who knows the password type a code. `which` says what kind of code it is."""
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
        """Let somebody read the code on the phone, without using it."""
        self.told.append(f"Somebody reads the code on {title(who)}'s phone, and nobody uses it.")
        self.accounts[who].seen.append(step_at(self.now()))

    def skip(self, who: str, age: int, crowd: int) -> None:
        """Present the pending login of step 1 as if it were a session.

        This happens at once, after `crowd` other people have logged in, or with the pending login of an
        earlier step 1.
        """
        if age and self.pendings:
            owner, pending = self.pendings[-age % len(self.pendings)]
            self.told.append(f"Somebody asks for a page with the token of an earlier step 1 of {title(owner)}'s.")
            self.opens_nothing(owner, pending)
            return
        who = self.person(who)
        self.told.append(f"Somebody types {title(who)}'s password, skips the code, and asks for a page.")
        fresh = self.begin(who)
        if crowd:
            self.told[-1] = (
                f"Somebody types {title(who)}'s password. {crowd} other people log in. The code is skipped."
            )
            self.crowd_logs_in(crowd)
        if fresh is not None:
            self.opens_nothing(who, fresh)

    def newcomer(self) -> None:
        """Register somebody whose password a thief knows before the person has enrolled an authenticator."""
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
        """Let a thief begin a login as themselves, and put Alice's name into the data that the login sends back."""
        by = self.person(by)
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

    def midnight(self, who: str) -> None:
        """Log in ten seconds before midnight, and let somebody type the code again after midnight."""
        self.told.append("The server's clock shows 23:59:50 UTC.")
        self.pause((-10 - self.now()) % DAY)
        self.log_in(who, 0, "")
        self.wait(20)
        self.type_code(who, "used", 0, "")
