"""Rung 5, the attacker's own login resets the counter: what 24 asks and 25 has mended."""

from __future__ import annotations

from mfa_lab.attacks.own_login_resets import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "25_fix_account_mixups"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="own-login-resets",
        title="Rung 5: whose login ends whose count",
        question=(
            "Write a class `Fixed` on top of `ForgivingServer`, with a method `succeeded(self, count)` of its own. "
            "It is called when a login is complete, with the count of the account that logged in: `count.failures` "
            "wrong codes in a row, and no further one before `count.wait_until`."
        ),
        given="from mfa_lab.attacks.own_login_resets import ForgivingServer",
        hints=(
            "A right code proves something. Of whom?",
            "The method gets everything it needs as its argument, and has no business with the other accounts.",
        ),
        wrong=(
            Wrong(
                "class Fixed(ForgivingServer):\n    def succeeded(self, count):\n        pass",
                "Nobody is forgiven now, Alice neither: after her own login her count stands.",
            ),
            Wrong(
                "class Fixed(ForgivingServer):\n"
                "    def succeeded(self, count):\n"
                "        for account in self.accounts.values():\n"
                "            if account.wait_until <= self.clock.now():\n"
                "                account.failures = 0",
                "Mallory logs in before the wait begins, and Alice's count is lost, or what it was worth.",
            ),
            Wrong(
                "class Fixed(ForgivingServer):\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        self.accounts[name].failures = 0\n"
                "        return pending\n"
                "    def succeeded(self, count):\n"
                "        count.failures = 0",
                "Only the account's own login counts now, but half of it is enough: the half that Mallory can do.",
            ),
            Wrong(
                "class Fixed(ForgivingServer):\n"
                "    def must_wait(self, count):\n"
                "        return any(self.clock.now() < account.wait_until for account in self.accounts.values())\n"
                "    def succeeded(self, count):\n"
                "        count.failures = 0",
                "While one account waits, all wait: so Mallory can no longer reset anything, and nobody can log in.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-own-login-resets",
        question=(
            "After four wrong codes in a row an account has to wait. Mallory types four at Alice's, logs in to his "
            "own, and goes on like that for fifty minutes: 400 guesses. What are they worth to a crowd like him?"
        ),
        options=(
            Option("a", "nothing, the account waits", lambda measure: measure.got == 0),
            Option(
                "b",
                "about as much as without any limit",
                lambda measure: measure.got >= measure.tries * measure.expected / 3,
            ),
            Option(
                "c",
                "much less, but not nothing",
                lambda measure: 0 < measure.got < measure.tries * measure.expected / 3,
            ),
        ),
    ),
)
