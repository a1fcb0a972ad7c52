"""Play the honest people in a game: they log in, use their sessions, enrol again, and let time pass."""

from __future__ import annotations

from dataclasses import replace

from mfa_lab.attacks.helpers.minimal_server import PERIOD
from mfa_lab.attacks.law import DAY
from mfa_lab.attacks.player.events import spelled
from mfa_lab.attacks.player.referee import IN, OUT, Referee
from mfa_lab.attacks.player.words import duration, passing, title, written
from mfa_lab.otp import step_at


class People(Referee):
    """Let honest people do something. Each public method plays one kind of event."""

    def log_in(self, who: str, lag: int, spelling: str) -> None:
        """Log in with password and code. The phone's clock is `lag` steps ahead, or behind if `lag` is negative."""
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
        """Ask for a page with this person's last session, either unchanged or with changed data in it."""
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
            session = replace(session, created_at=now, expires_at=now + DAY)
        wanted, opened = held.verdict(now, self.law), self.whose(session)
        if opened and (opened != self.people[who].name or wanted is OUT):
            self.differs("in", f"The page of {opened} opens.")
        if not opened and wanted is IN:
            self.differs("out", "The page stays shut.")
        if opened:
            held.used_at = now

    def work(self, who: str, hours: int, changed: str) -> None:
        """For `hours` hours, ask for a page every fifty minutes."""
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

    def at_once(self, who: str, other: str) -> None:
        """Send two codes at the same moment.

        The codes come from two people, or from one person in two browsers.
        """
        other = self.person(other)
        twice = f"{title(who)} sends the code from two browsers"
        both = twice if who == other else f"{title(who)} and {title(other)} send their codes"
        self.told.append(f"{both} at the same moment.")
        step, begun = step_at(self.now()), [(each, self.begin(each)) for each in (who, other)]
        self.finish_at_once([(each, pending, self.accounts[each].code(step)) for each, pending in begun if pending])

    def restart(self) -> None:
        """Restart the server."""
        self.told.append("The server is restarted.")
        self.world.restart()

    def others_log_in(self, count: int) -> None:
        """Let `count` other people log in, and add a sentence about them to the story."""
        self.told.append(f"{count} other {'people log' if count > 1 else 'person logs'} in.")
        self.crowd_logs_in(count)

    def crowd_logs_in(self, count: int) -> None:
        """Let `count` other people log in, without adding a sentence to the story."""
        for name in self.others[:count]:
            step = self.accounts[name].unused_step(self.now())
            if step is not None:
                self.finish(name, self.begin(name), self.accounts[name].code(step))

    def others_mistype(self, count: int) -> None:
        """Let `count` other people type one wrong code each, and add a sentence about them to the story."""
        self.told.append(f"{count} other {'people type' if count > 1 else 'person types'} a wrong code.")
        self.crowd_mistypes(count)

    def crowd_mistypes(self, count: int) -> None:
        """Let `count` other people type a wrong code, without adding a sentence to the story."""
        for name in self.others[:count]:
            self.finish(name, self.begin(name), self.accounts[name].wrong_code(self.now()))
