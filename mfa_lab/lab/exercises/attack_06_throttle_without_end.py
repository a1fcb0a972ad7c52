"""Attack 6, a throttle that never stops: what notebook 20 asks and notebook 21 fixes."""

from __future__ import annotations

from mfa_lab.attacks.throttle_without_end import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "21_fix_guessing"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="endless-throttle",
        title="Attack 6: an end to guessing",
        question=(
            "Write a class `Fixed` on top of `EndlessServer` with its own method `must_wait(self, count)`. It "
            "returns `True` while no code is verified. `count.failures` says how many wrong codes came in a row, "
            "and NIST-3.2.2 allows at most 100 of them. After that, only `reset_factors` may let anybody in; an "
            "administrator calls it, and it sets the number to 0 again. A user who mistypes ten times must get in "
            "without an administrator. The weak server's wait of five minutes has to stay as well."
        ),
        given="from mfa_lab.attacks.throttle_without_end import EndlessServer",
        hints=(
            "The wait of five minutes may stay. What is missing is a number at which waiting no longer helps.",
            "Check the number first, and leave the rest to the weak server's own `must_wait` (`super()`).",
        ),
        wrong=(
            Wrong(
                "class Fixed(EndlessServer):\n    def must_wait(self, count):\n        return count.failures >= 100",
                "Your server verified a code that came immediately after five wrong codes. So the wait of five "
                "minutes is gone. What did the weak server's method do?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def must_wait(self, count):\n"
                "        return count.failures > 100 or super().must_wait(count)",
                "Your server verified another code after a hundred wrong ones in a row. NIST-3.2.2 allows no more "
                "than a hundred. At which count does your server stop?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def must_wait(self, count):\n"
                "        return count.failures > 98 or super().must_wait(count)",
                "Your server closes the account before a hundred wrong codes in a row. NIST-3.2.2 allows a hundred, "
                "so Alice needs help too early. With which number does your code compare the count?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 3600 if failures % 5 == 0 else 0",
                "Your server makes longer waits. So guessing gets slower and goes on, year after year. What makes "
                "the guessing end?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def must_wait(self, count):\n"
                "        return count.failures >= 5 or super().must_wait(count)",
                "Your server closes the account after very few wrong codes. Anybody mistypes that often, and then "
                "only an administrator helps. How many does NIST-3.2.2 allow?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    total = 0\n"
                "    def failed(self, count):\n"
                "        count.total = getattr(count, 'total', 0) + 1\n"
                "        super().failed(count)\n"
                "    def must_wait(self, count):\n"
                "        return getattr(count, 'total', 0) >= 100 or super().must_wait(count)\n"
                "    def reset_factors(self, name):\n"
                "        super().reset_factors(name)\n"
                "        self.accounts[name].total = 0",
                "Your server counts all mistakes that were ever made. So in the end your server refuses Alice, who "
                "mistypes from time to time. What does a correct code in between say?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    disabled = frozenset()\n"
                "    def failed(self, count):\n"
                "        super().failed(count)\n"
                "        if count.failures >= 100:\n"
                "            self.disabled = self.disabled | {count.name}\n"
                "    def must_wait(self, count):\n"
                "        return count.name in self.disabled or super().must_wait(count)",
                "Your class keeps its own list of disabled accounts, and `reset_factors` does not know of it. So no "
                "account ever leaves the list. What does `reset_factors` change?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 7 * 86_400 if failures % 100 == 0 else super().wait_seconds(failures)",
                "Your server makes a very long pause. An attacker who comes back after it goes on guessing. How "
                "does an end differ from a pause?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def failed(self, count):\n"
                "        if self.clock.now() - getattr(count, 'last', 0) > 86_400:\n"
                "            count.failures = 0\n"
                "        count.last = self.clock.now()\n"
                "        super().failed(count)\n"
                "    def must_wait(self, count):\n"
                "        return count.failures >= 100 or super().must_wait(count)",
                "Your server forgets all failures after a day without a guess. So Mallory rests from time to time, "
                "and never stops. What does a day without a guess prove?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-endless-throttle",
        question=(
            "400 attackers try five codes, wait five minutes, and go on like this for two weeks. How many of them "
            "get in?"
        ),
        options=(
            Option("a", "none or one: it is a strict limit", lambda measure: measure.got <= 1),
            Option("b", "more than one, but fewer than fifty", lambda measure: 1 < measure.got < 50),
            Option("c", "fifty or more", lambda measure: measure.got >= 50),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** seventeen of 400. By the formula, 1 in 17 was to be expected, which makes 23.5: "
                "chance again, as in attack 3. Five codes in five minutes are 1,440 a day, and half a million a "
                "year. With three valid codes in a million, the attacker may expect one and a half hits a year. "
                "Waiting makes guessing slow. It is still guessing, day and night, by a program that does not get "
                "bored."
            ),
            (
                "`MfaServer` waits too, and it also stops. After a hundred wrong codes in a row, with no correct one "
                "in between, the authenticator is disabled for good. After that, only an administrator or a recovery "
                "code helps (NIST-3.2.2). And the honest person who mistypes a hundred times in a row, without one "
                "correct code in between? Nobody has met such a person yet."
            ),
            (
                "In 2020 a reader of its source code [told a large package index in "
                "public](https://github.com/pypi/warehouse/issues/8456) that its limit on wrong codes never ends the "
                "guessing. By that reader's count, a patient attacker has an even chance after three months. When "
                "the limit was made stricter in 2025, the same reader counted again, and came to seven months. With "
                "all the limits that this service has now, 50 a day among them, it is 13 years: look for it in the "
                "figure below."
            ),
        ),
        secrets=("17 of 400", r"23\.5", "seventeen of 400", r"79 %", "patient attacker", "1,440"),
    ),
)
