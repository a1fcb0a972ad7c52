"""Play the guessers in a game.

Some guessers are fast, some are patient, and some learn how long they have to wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.law import LONGEST_WAIT, WEEK
from mfa_lab.attacks.player.model import Row
from mfa_lab.attacks.player.people import People
from mfa_lab.attacks.player.referee import OUT
from mfa_lab.attacks.player.words import BETWEEN, at_pace, duration, title, wrong
from mfa_lab.server.records import PendingLogin, Session

EACH = 4
"""The number of wrong codes that a careful attacker types before an event that may reset the count."""
_EVERY, _TIMES = 600, 144
"""The shortest time in seconds before an event that may reset the count, and how often such an event happens."""
_LONG_ROW, _BURST = 100, 30
"""After `_LONG_ROW` wrong codes, a patient attacker types `_BURST` codes at once, because the waits may have ended.
"""
_ROW = 33
"""The number of wrong codes after which the owner tries to log in."""
_WRONG_PASSWORD = "demo only: not the password"  # noqa: S105


class Guessers(People):
    """Let people guess codes and passwords. Each public method plays one kind of event."""

    def guess(self, who: str, count: int, pace: int, pendings: str, between: str) -> None:
        """Type `count` wrong codes into one pending login, or each code into a new login, `pace` seconds apart.

        `between` says what happens after every few codes.
        """
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
            self._guess_once(who, pending)
            self.pause(pace)
        if count >= _LONG_ROW and pending is not None:
            self.told.append(f"Then somebody types {_BURST} more, at once.")
            for _ in range(_BURST):
                self._guess_once(who, pending)
        if count >= _ROW:
            self.wait(LONGEST_WAIT)
            self.log_in(who, 0, "")

    def watch(self, who: str, seconds: int, between: str) -> None:
        """For `seconds` seconds, type a wrong code whenever the server would verify a code."""
        every = max(_EVERY, seconds // _TIMES)
        self._told_of_watch(who, seconds, "code", BETWEEN[between].format(duration(every)))
        end, turn = self.now() + seconds, self.now() + every
        for _ in self._moments(self.accounts[who].codes, end, partial(self.would_verify, who)):
            pending = self.begin(who)
            if pending is not None:
                self._guess_once(who, pending)
            if between and self.now() > turn:
                self._in_between(between)
                turn = self.now() + every

    def _guess_once(self, who: str, pending: PendingLogin) -> None:
        account, now, verified = self.accounts[who], self.now(), self.would_verify(who, pending)
        if verified and account.codes.verdict(now, self.law) is OUT:
            self.differs("in", f"The server verifies another code after {len(account.codes.verified)} wrong ones.")
        typed = partial(self.world.server.finish_login, pending, account.wrong_code(now))
        if self.attempt(typed, Session):
            self.differs("in", f"The server accepts a wrong code of {title(who)}'s.")
        account.codes.wrong(now, verified=bool(verified))
        self.within_budgets(account.codes, "codes")

    def guess_password(self, who: str, count: int, pace: int) -> None:
        """Type `count` wrong passwords, `pace` seconds apart."""
        self.told.append(f"Somebody types {wrong(count, 'password')} for {title(who)}'s name{at_pace(pace)}.")
        for _ in range(count):
            self._guess_password_once(who)
            self.pause(pace)

    def watch_password(self, who: str, seconds: int) -> None:
        """For `seconds` seconds, type a wrong password whenever the server would verify a password."""
        self._told_of_watch(who, seconds, "password")
        row, end = self.accounts[who].passwords, self.now() + seconds
        for _ in self._moments(row, end, partial(self.would_verify_password, who)):
            self._guess_password_once(who)

    def _guess_password_once(self, who: str) -> None:
        row, verified = self.accounts[who].passwords, bool(self.would_verify_password(who))
        typed = partial(self.world.server.begin_login, self.people[who].name, _WRONG_PASSWORD)
        if self.attempt(typed, PendingLogin):
            self.differs("in", "The server accepts a wrong password.")
        row.wrong(self.now(), verified=verified)
        self.within_budgets(row, "passwords")

    def _told_of_watch(self, who: str, seconds: int, what: str, meanwhile: str = "") -> None:
        self.told.append(
            f"For {duration(seconds)}, somebody types a wrong {what} for {title(who)} whenever the server verifies "
            f"one.{meanwhile}"
        )

    def _moments(self, row: Row, end: int, would_verify: Callable[[], bool | None]) -> Iterator[None]:
        """Let time pass until `end`. Stop at each moment at which the server would verify a guess.

        The attacker learns from the last wait when to try again, and also tries earlier than that.
        """
        usual = 0
        while self.now() < end:
            verified, waited = would_verify(), self.now() - row.last_at
            if verified is None:
                return
            if verified:
                usual = waited if row.verified else 0
                yield
            else:
                tries = (usual // 2, usual * 15 // 16, usual)
                self.pause(next((at - waited for at in tries if at > waited), max(10, waited // 4)))

    def _in_between(self, what: str) -> None:
        if what == "a week":
            self.pause(WEEK)
        elif what == "others mistype":
            self.crowd_mistypes(len(self.others))
        elif what == "others log in":
            self.pause(PERIOD)
            self.crowd_logs_in(len(self.others))
        else:
            if what == "own mistakes":
                for _ in range(EACH):
                    self.finish("mallory", self.begin("mallory"), self.accounts["mallory"].wrong_code(self.now()))
            self.pause(PERIOD)
            step = self.accounts["mallory"].unused_step(self.now())
            if step is not None:
                self.finish("mallory", self.begin("mallory"), self.accounts["mallory"].code(step))
