"""Rung 11, names found out: what 22 asks and 23 has mended."""

from __future__ import annotations

from mfa_lab.attacks.user_enumeration import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "23_fix_replay_and_relay"

_GIVEN = """
from mfa_lab import AccessDenied
from mfa_lab.attacks.user_enumeration import Refused, EnumerableServer
from mfa_lab.attacks.helpers.minimal_server import MinimalServer
from mfa_lab.redaction import Redacted
""".strip()


def _begins(lines: str, feedback: str) -> Wrong:
    return Wrong(f"class Fixed(EnumerableServer):\n    def begin_login(self, name, password):\n{lines}", feedback)


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="user-enumeration",
        title="Rung 11: every name takes the same way",
        question=(
            "Write a class `Fixed` on top of `EnumerableServer`, with a method `begin_login(self, name, "
            "password)` of "
            "its own, so that no stranger learns whether a name has an account: not by words, not by status, not by "
            "time, not by waiting. `MinimalServer.begin_login(self, name, password)` hashes once whatever the name "
            "is, and raises `AccessDenied`. Call it by that name. In `EnumerableServer` the line "
            "`super().begin_login(...)` meant the small server; in your class `super()` is `EnumerableServer` "
            "itself, "
            "with the very lines that you want to be rid of. `self.waits(name)` says whether this name has to wait, "
            "`self.count(name)` writes down a wrong password and `self.forget(name)` ends the count, for any name "
            "that is typed."
        ),
        given=_GIVEN,
        hints=(
            "Follow a made-up name through the weak server: at which line does it leave, and what has not happened?",
            "Let nothing depend on `self.accounts`: first the wait, then the hash, then the count, and one refusal.",
        ),
        wrong=(
            _begins(
                "        if self.waits(name):\n"
                "            raise AccessDenied\n"
                "        try:\n"
                "            pending = super().begin_login(name, password)\n"
                "        except AccessDenied:\n"
                "            self.count(name)\n"
                "            raise\n"
                "        self.forget(name)\n"
                "        return pending",
                "Your lines are silent now. But `super()` is `EnumerableServer`, and its `begin_login` still "
                "asks for "
                "the name. Go past it: `MinimalServer.begin_login(self, name, password)`.",
            ),
            _begins(
                "        if self.waits(name):\n"
                "            raise AccessDenied\n"
                "        try:\n"
                "            return MinimalServer.begin_login(self, name, password)\n"
                "        except AccessDenied:\n"
                "            self.count(name)\n"
                "            raise",
                "Nothing ends the count: after three mistakes in her whole life each further one makes Alice wait.",
            ),
            _begins(
                "        try:\n"
                "            return super().begin_login(name, password)\n"
                "        except AccessDenied:\n"
                "            raise AccessDenied from None",
                "Everybody hears the same words now. But for a name that nobody has nothing is hashed, and so its "
                "answer comes at once.",
            ),
            _begins(
                "        try:\n"
                "            if name not in self.accounts:\n"
                "                self.hasher.verify(None, Redacted(password))\n"
                "            return super().begin_login(name, password)\n"
                "        except AccessDenied:\n"
                "            raise AccessDenied from None",
                "One attempt tells nothing any more. The fourth does: only a name that exists is ever made to wait.",
            ),
            _begins(
                "        return MinimalServer.begin_login(self, name, password)",
                "Nobody is told apart, and nobody is stopped: without the waiting a password is guessed in an "
                "afternoon.",
            ),
            _begins(
                "        if self.waits(name):\n"
                "            raise AccessDenied\n"
                "        try:\n"
                "            pending = MinimalServer.begin_login(self, name, password)\n"
                "        except AccessDenied:\n"
                "            self.count(name)\n"
                "            if name in self.accounts:\n"
                '                raise Refused(401, "The password is wrong.") from None\n'
                '            raise Refused(404, "There is no account of this name.") from None\n'
                "        self.forget(name)\n"
                "        return pending",
                "Both names cost the same work and the same waiting, and then you say which of them exists.",
            ),
            _begins(
                '        if self.waits("everybody"):\n'
                "            raise AccessDenied\n"
                "        try:\n"
                "            pending = MinimalServer.begin_login(self, name, password)\n"
                "        except AccessDenied:\n"
                '            self.count("everybody")\n'
                "            raise\n"
                '        self.forget("everybody")\n'
                "        return pending",
                "With one count for all names, a stranger who guesses at any of them stops everybody.",
            ),
            _begins(
                "        if self.waits(name):\n"
                "            return None\n"
                "        try:\n"
                "            pending = MinimalServer.begin_login(self, name, password)\n"
                "        except AccessDenied:\n"
                "            self.count(name)\n"
                "            raise\n"
                "        self.forget(name)\n"
                "        return pending",
                "While a name waits, your method ends and says nothing: no pending login, and no refusal either. To "
                "refuse is to `raise`.",
            ),
            _begins(
                "        if self.waits(name):\n"
                "            raise AccessDenied\n"
                "        try:\n"
                "            pending = MinimalServer.begin_login(self, name, password)\n"
                "        except AccessDenied:\n"
                "            self.count(name)\n"
                "            return None\n"
                "        self.forget(name)\n"
                "        return pending",
                "A wrong password is caught and counted, and then nothing comes: neither a `return` with a pending "
                "login nor a `raise` on this way through.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-user-enumeration",
        question=(
            "A stranger has a list of ten names and no password. Five of them have an account. How many of the "
            "five does a login page give away that refuses every attempt?"
        ),
        options=(
            Option("a", "none: every attempt was refused", lambda measure: measure.got == 0),
            Option("b", "some of them", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "all five", lambda measure: measure.got == measure.tries),
        ),
    ),
)
