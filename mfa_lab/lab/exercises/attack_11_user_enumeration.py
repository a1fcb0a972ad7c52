"""The exercise and the prediction of attack 11, user enumeration, for notebooks 22 and 23."""

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
            "Write a class `Fixed` that extends `EnumerableServer` with its own method `begin_login(self, name, "
            "password)`. A stranger must not learn whether a name has an account: not from the words, the status, "
            "the time or the waits. `MinimalServer.begin_login(self, name, password)` computes one hash for any "
            "name, and rejects a login with `AccessDenied`. Call it by this full name. In `EnumerableServer` the "
            "line `super().begin_login(...)` called `MinimalServer`. In your class, `super()` is `EnumerableServer` "
            "itself, with the lines that you want to remove. `self.waits(name)` says whether this name has to wait. "
            "`self.count(name)` counts a wrong password, and `self.forget(name)` resets the count. Both methods "
            "accept any name."
        ),
        given=_GIVEN,
        hints=(
            (
                "Follow a made-up name through the weak server. Which line rejects this name, and what work has "
                "the server not done by then?"
            ),
            (
                "Nothing may depend on `self.accounts`. Check the wait first, then compute the hash, then count, and "
                "reject every login in the same way."
            ),
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
                "Your own lines no longer reveal anything. But `super()` is `EnumerableServer`, and its "
                "`begin_login` still checks whether the name exists. Which other server has a `begin_login` that "
                "you can call by its full name?",
            ),
            _begins(
                "        if self.waits(name):\n"
                "            raise AccessDenied\n"
                "        try:\n"
                "            return MinimalServer.begin_login(self, name, password)\n"
                "        except AccessDenied:\n"
                "            self.count(name)\n"
                "            raise",
                "Nothing in your code resets the count. So after three mistakes in her whole life, Alice has to "
                "wait after each further mistake. When should your code reset the count?",
            ),
            _begins(
                "        try:\n"
                "            return super().begin_login(name, password)\n"
                "        except AccessDenied:\n"
                "            raise AccessDenied from None",
                "Your server gives everybody the same words. But it computes no hash for an unknown name, so that "
                "answer comes faster. Which line of your code rejects an unknown name?",
            ),
            _begins(
                "        try:\n"
                "            if name not in self.accounts:\n"
                "                self.hasher.verify(None, Redacted(password))\n"
                "            return super().begin_login(name, password)\n"
                "        except AccessDenied:\n"
                "            raise AccessDenied from None",
                "Your server reveals nothing at the first attempt. At the fourth attempt it reveals which "
                "names exist, because only these names ever have to wait. For which names does your server count?",
            ),
            _begins(
                "        return MinimalServer.begin_login(self, name, password)",
                "Your server treats all names alike, but makes nobody wait. So an attacker can guess a password in "
                "an afternoon. How did the weak server slow an attacker down?",
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
                "Your server does the same work for both names and makes both names wait. But then your server says "
                "which of the two names exists. What do your last lines reveal?",
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
                "Your server has one count for all names. So a stranger who guesses a password for any name keeps "
                "everybody out. What should a count belong to?",
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
                "While a name has to wait, your method returns `None` instead of rejecting the login. So the page "
                "has no answer to show. How does a method reject a login?",
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
                "Your code catches the error, counts the wrong password, and then returns `None`. So it neither "
                "rejects the login nor returns a pending login. How should this path end?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-user-enumeration",
        question=(
            "A stranger has a list of ten names and no password. Five of the names have an account. The login "
            "page rejects every attempt. How many of the five can the stranger identify?"
        ),
        options=(
            Option("a", "none, because every attempt was rejected", lambda measure: measure.got == 0),
            Option("b", "some of them", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "all five", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the stranger identified all five, by four signs, each of which would have "
                "been enough. The *message* gives the reason for the rejection. The *status* of the page is "
                "404 for an unknown name. Only existing names are ever *throttled*. The *time* also differs, "
                "because this server does not hash the password for an unknown name."
            ),
            (
                "If you fix only the first three signs, an attacker can still use the fourth. Random noise does "
                "not hide a difference in time. The attacker only needs more attempts, here some twenty for each "
                "name. A server that adds a random delay gains a little time, but no more."
            ),
            (
                "`MfaServer` does the same work for every name. For an unknown name, it compares the typed "
                "password with the hash of a password that nobody has. It makes unknown names wait like existing "
                "names, and answers all of them with the same sentence (ASVS-6.3.8)."
            ),
            (
                "This mistake also happens to careful people. In July 2024 [Django closed "
                "CVE-2024-39329](https://docs.djangoproject.com/en/4.2/releases/4.2.14/). For users without a "
                "usable password, login requests took a different amount of time, so a stranger could find "
                "out who these users were."
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
