"""The exercise and the prediction of attack 6, a throttle that never stops, for notebooks 20 and 21."""

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
            "Write a class `Fixed` that extends `EndlessServer` with its own method `must_wait(self, count)`. The "
            "method returns `True` while the server must not verify any code. `count.failures` is the number of "
            "wrong codes in a row, and NIST-3.2.2 allows at most 100. After that, nobody may get in until an "
            "administrator calls `reset_factors`, which sets the number to 0 again. A user who mistypes ten times "
            "must get in without an administrator. Keep the weak server's wait of five minutes as well."
        ),
        given="from mfa_lab.attacks.throttle_without_end import EndlessServer",
        hints=(
            (
                "You can keep the wait of five minutes. The weak server has no limit on failures after which "
                "waiting no longer helps."
            ),
            "Check the number first, and then call the weak server's `must_wait` with `super()`.",
        ),
        wrong=(
            Wrong(
                "class Fixed(EndlessServer):\n    def must_wait(self, count):\n        return count.failures >= 100",
                "Your server verified a code immediately after five wrong codes. So the wait of five minutes is "
                "gone. What did the weak server's method do?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def must_wait(self, count):\n"
                "        return count.failures > 100 or super().must_wait(count)",
                "Your server verified another code after a hundred wrong codes in a row. NIST-3.2.2 allows no "
                "more than a hundred. At which count does your server stop?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 3600 if failures % 5 == 0 else 0",
                "Your server makes the waits longer. So guessing gets slower, but it goes on year after year. "
                "What would end the guessing?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def must_wait(self, count):\n"
                "        return count.failures >= 5 or super().must_wait(count)",
                "Your server locks the account after very few wrong codes. Anybody can mistype that often, and "
                "then only an administrator can help. How many wrong codes does NIST-3.2.2 allow?",
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
                "Your server counts all mistakes that were ever made. So in the end it rejects Alice, who "
                "mistypes from time to time. What does a correct code in between prove?",
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
                "Your class keeps its own list of disabled accounts, but `reset_factors` does not know about it. "
                "So no account ever leaves the list. What does `reset_factors` change?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 7 * 86_400 if failures % 100 == 0 else super().wait_seconds(failures)",
                "Your server imposes a very long wait. An attacker who comes back afterwards can go on guessing. "
                "How does a final stop differ from a wait?",
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
                "Your server forgets all failures after a day without a guess. So Mallory pauses from time to "
                "time, and never has to stop. What does a day without a guess prove?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-endless-throttle",
        question=(
            "Each of 400 attackers tries five codes, waits five minutes, and goes on like this for two weeks. How "
            "many of them get in?"
        ),
        options=(
            Option("a", "none or one, because it is a strict limit", lambda measure: measure.got <= 1),
            Option("b", "more than one, but fewer than fifty", lambda measure: 1 < measure.got < 50),
            Option("c", "fifty or more", lambda measure: measure.got >= 50),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** seventeen of 400 attackers got in. The formula predicts 1 in 17, or 23.5 of "
                "400; the difference is chance, as in attack 3. Five codes every five minutes are 1,440 a "
                "day, and half a million a year. Three codes in a million are valid, so an attacker can "
                "expect one and a half hits a year. Waiting makes guessing slow. It is still guessing, day "
                "and night, by a program that does not get bored."
            ),
            (
                "`MfaServer` imposes waits too, but in the end it stops the guessing. After a hundred wrong codes "
                "in a row, with no correct one in between, it disables the authenticator permanently. After that, "
                "only an administrator or a recovery code helps (NIST-3.2.2). Could an honest person mistype a "
                "hundred times in a row, without one correct code in between? Nobody has met such a person yet."
            ),
            (
                "In 2020 a user [reported in public](https://github.com/pypi/warehouse/issues/8456) that a "
                "large package index slows wrong codes down, but never stops them. The user had found this "
                "in the source code. By that user's calculation, a patient attacker has an even chance after "
                "three months. When the limit was made stricter in 2025, the same user calculated again, and "
                "arrived at seven months. With all the limits that this service has now, including 50 codes a "
                "day, it takes 13 years. Look for this service in the figure below."
            ),
        ),
        secrets=("17 of 400", r"23\.5", "seventeen of 400", r"79 %", "patient attacker", "1,440"),
    ),
)
