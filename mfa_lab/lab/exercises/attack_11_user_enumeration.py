"""Attack 11, user enumeration: what notebook 22 asks and notebook 23 fixes."""

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
        title="Attack 11: the same path for every name",
        question=(
            "Write a class `Fixed` on top of `EnumerableServer` with its own method `begin_login(self, name, "
            "password)`. A stranger must not learn whether a name has an account: not by words, not by status, not "
            "by time, not by waiting. `MinimalServer.begin_login(self, name, password)` hashes once whatever the "
            "name is, and refuses with `AccessDenied`. Call it by that name. In `EnumerableServer` the line "
            "`super().begin_login(...)` called `MinimalServer`. In your class `super()` is `EnumerableServer` "
            "itself, with the very lines that you want to remove. `self.waits(name)` says whether this name has to "
            "wait. `self.count(name)` counts a wrong password, and `self.forget(name)` ends the count, for any name "
            "that is typed."
        ),
        given=_GIVEN,
        hints=(
            (
                "Follow a made-up name through the weak server. At which line is this name rejected, and which work "
                "has the server not done by then?"
            ),
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
                "Your own lines reveal nothing now. But `super()` is `EnumerableServer`, and its `begin_login` still "
                "checks whether the name exists. Which other server has a `begin_login` that you can call by name?",
            ),
            _begins(
                "        if self.waits(name):\n"
                "            raise AccessDenied\n"
                "        try:\n"
                "            return MinimalServer.begin_login(self, name, password)\n"
                "        except AccessDenied:\n"
                "            self.count(name)\n"
                "            raise",
                "Nothing in your code ends the count. So after three mistakes in her whole life, each further "
                "mistake makes Alice wait. When should the count end?",
            ),
            _begins(
                "        try:\n"
                "            return super().begin_login(name, password)\n"
                "        except AccessDenied:\n"
                "            raise AccessDenied from None",
                "Your server says the same words to everybody. But it hashes nothing for a name that nobody has, so "
                "that answer comes at once. At which line does your code reject such a name?",
            ),
            _begins(
                "        try:\n"
                "            if name not in self.accounts:\n"
                "                self.hasher.verify(None, Redacted(password))\n"
                "            return super().begin_login(name, password)\n"
                "        except AccessDenied:\n"
                "            raise AccessDenied from None",
                "Your server reveals nothing at one attempt. At the fourth it does, because only a name that exists "
                "ever has to wait. For which names does it count?",
            ),
            _begins(
                "        return MinimalServer.begin_login(self, name, password)",
                "Your server treats all names alike, and makes nobody wait. So a password can be guessed in an "
                "afternoon. What did the weak server do to slow that down?",
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
                "Your server does the same work and the same waiting for both names. Then it says which of them "
                "exists. What does the last line reveal?",
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
                "Your server has one count for all names. So a stranger who guesses at any of them stops everybody. "
                "What should a count belong to?",
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
                "While a name waits, your method returns nothing: no pending login, and no refusal. So the page has "
                "no answer to show. How does a method refuse?",
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
                "Your code catches and counts a wrong password, and then nothing follows. So nobody is refused, and "
                "nobody gets a pending login. How should this path end?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-user-enumeration",
        question=(
            "A stranger has a list of ten names and no password. Five of them have an account. The login page "
            "refuses every attempt. How many of the five can the stranger find out?"
        ),
        options=(
            Option("a", "none: every attempt was refused", lambda measure: measure.got == 0),
            Option("b", "some of them", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "all five", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** all of them, by four signs, each of which would have been enough. The *message* "
                "names the reason. The *status* of the page is 404 for a name that nobody has. Only names that "
                "exist are ever *throttled*. And the *time*: for an unknown name, this server hashes no password."
            ),
            (
                "A fix of the first three that leaves the fourth fixes nothing. Noise does not hide a difference. "
                "The attacker only needs more attempts, here some twenty for each name. A server that adds its own "
                "random delay buys a little time, no more."
            ),
            (
                "`MfaServer` does the same work for every name. It hashes the typed password against the hash of a "
                "password that nobody has. It makes unknown names wait like those that exist, and has one sentence "
                "for all (ASVS-6.3.8)."
            ),
            (
                "It happens to careful people. In July 2024 [Django closed "
                "CVE-2024-39329](https://docs.djangoproject.com/en/4.2/releases/4.2.14/). Login requests took a "
                "different time for users without a usable password, so a stranger could find out who they were."
            ),
        ),
        secrets=(
            "5 of 5 accounts",
            "by message, status",
            "four signs",
            "some twenty for each",
            "CVE-2024-39329",
            "11\\.3",
        ),
    ),
)
