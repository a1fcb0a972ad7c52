"""Rung 15, the relay: what 22 asks, and what 23 can mend of it, the session's age and the notice."""

from __future__ import annotations

from mfa_lab.attacks.relay import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "23_fix_replay_and_relay"

_GIVEN = """
from mfa_lab import AccessDenied
from mfa_lab.attacks.helpers.lasting_sessions import LastingServer
""".strip()

_NOTIFIES = """
    def bound(self, name):
        self.notify(name, "factor bound")
"""


def _checks(lines: str, feedback: str, *, notifies: bool = True) -> Wrong:
    """An answer whose mistake is in `check_session`, or that leaves no notice."""
    start = "class Fixed(LastingServer):\n    def check_session(self, session):\n"
    return Wrong(start + lines + (f"\n{_NOTIFIES}" if notifies else ""), feedback)


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="relayed-session",
        title="Rung 15: what a stolen session is worth",
        question=(
            "The relay itself you cannot stop: let it in. Write a class `Fixed` on top of `LastingServer` with two "
            "methods. `check_session(self, session)` raises `AccessDenied` once the session has ended, and else "
            "returns what the weak server returns. A session ends at the second at which `self.session_seconds` have "
            "passed since it was opened, or `self.idle_seconds` since it was last used. "
            "`self.times[session.token.reveal()]` holds both moments; to keep the second one up to date is your "
            "part. `bound(self, name)` is called when an authenticator was bound: leave a notice, with "
            '`self.notify(name, event)`; `event` is a text of your own, such as "factor bound".'
        ),
        given=_GIVEN,
        hints=(
            "Ask the weak server first whether there is such a session, with `super()`. Then look at the clock.",
            "Refuse when either limit has passed, else note that the session was used just now, in `self.times`.",
        ),
        wrong=(
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        token = session.token.reveal()\n"
                "        opened, used = self.times[token]\n"
                "        if now > opened + self.session_seconds or now > used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return found",
                "At the very second at which the hour is over the session still opens, and this look makes it young "
                "again. From that second on the hour has passed.",
            ),
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        token = session.token.reveal()\n"
                "        opened, used = self.times[token]\n"
                "        self.times[token] = opened, now\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        return found",
                "The first look was refused and yet counted as a use: so the second one got in.",
            ),
            _checks(
                "        found = super().check_session(session)\n"
                "        opened, used = self.times[session.token.reveal()]\n"
                "        if self.clock.now() >= min(opened + self.session_seconds, used + self.idle_seconds):\n"
                "            raise AccessDenied\n"
                "        return found",
                "Nobody wrote down that the session was used. An hour after the login it ends, in the middle of her "
                "work.",
            ),
            _checks(
                "        if self.clock.now() >= session.expires_at:\n"
                "            raise AccessDenied\n"
                "        return super().check_session(session)",
                "You ask the session itself how old it is. The client holds it, and may write any date on it.",
            ),
            _checks(
                "        found = super().check_session(session)\n"
                "        opened, used = self.times[session.token.reveal()]\n"
                "        if self.clock.now() >= opened + self.session_seconds:\n"
                "            raise AccessDenied\n"
                "        return found",
                "After a day it ends. But Alice left hours ago, and the copy is still open: what has nobody used?",
            ),
            _checks(
                "        found, token = super().check_session(session), session.token.reveal()\n"
                "        if self.clock.now() >= self.times[token][1] + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = self.clock.now(), self.clock.now()\n"
                "        return found",
                "Each look makes the session young again: whoever looks often enough stays for ever.",
            ),
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        token = session.token.reveal()\n"
                "        opened, used = self.times[token]\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return found",
                "The session ends in time. In its first minutes another phone was bound with it, and Alice does not "
                "know.",
                notifies=False,
            ),
            _checks(
                "        found = super().check_session(session)\n"
                "        opened, used = self.times[session.token.reveal()]\n"
                "        if self.clock.now() >= opened + 600:\n"
                "            raise AccessDenied\n"
                "        return found",
                "Ten minutes for everybody: Alice logs in all day long. Use the two limits that the server has.",
            ),
            _checks(
                "        found, now = super().check_session(session), self.clock.now()\n"
                "        opened, used = self.times.setdefault(found.name, (now, now))\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[found.name] = opened, now\n"
                "        return found",
                "You keep one age for all of Alice's sessions: tomorrow's login is old before it begins.",
            ),
            _checks(
                "        token, now = session.token.reveal(), self.clock.now()\n"
                "        if token not in self.times:\n"
                "            raise AccessDenied\n"
                "        opened, used = self.times[token]\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return session",
                "You hand back the session that the client brought, and with it the name that the client wrote. "
                "Whose it is stands with the server: ask the weak one.",
            ),
            _checks(
                "        token, now = session.token.reveal(), self.clock.now()\n"
                "        opened, used = self.times[token]\n"
                "        if now >= opened + self.session_seconds or now >= used + self.idle_seconds:\n"
                "            raise AccessDenied\n"
                "        self.times[token] = opened, now\n"
                "        return super().check_session(session)",
                "For a token that the server never gave out there is nothing in `self.times`, and the page fails "
                "with an error of its own. Whom could you ask first whether there is such a session?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-relay",
        question=(
            "Alice types name, password and code into a copied page, which sends each at once to `MfaServer` and "
            "keeps the session that comes back. For how long does that session open her account?"
        ),
        options=(
            Option(
                "a", "not at all: a code is good once, and Alice has used it", lambda measure: not measure.succeeded
            ),
            Option("b", "for a day", lambda measure: measure.succeeded and measure.got < measure.tries),
            Option("c", "until Alice logs out", lambda measure: measure.got == measure.tries),
        ),
    ),
)
