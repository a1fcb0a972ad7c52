"""Rung 6, a throttle that never stops: what 20 asks and 21 has mended."""

from __future__ import annotations

from mfa_lab.attacks.throttle_without_end import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "21_fix_guessing"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="endless-throttle",
        title="Rung 6: an end to guessing",
        question=(
            "Write a class `Fixed` on top of `EndlessServer`, with a method `must_wait(self, count)` of its own. "
            "It answers `True` where no code is looked at. `count.failures` says how many wrong ones came in a row, "
            "and NIST-3.2.2 allows at most 100 of them: then nothing but `reset_factors`, which an administrator "
            "calls and "
            "which sets it to 0 again, may let anybody in. Whoever mistypes ten times is not to need one. The five "
            "minutes of the weak server have to stay as well."
        ),
        given="from mfa_lab.attacks.throttle_without_end import EndlessServer",
        hints=(
            "The wait of five minutes may stay. What is missing is a number at which waiting no longer helps.",
            "Ask the number first, and leave the rest to the weak server's own `must_wait` (`super()`).",
        ),
        wrong=(
            Wrong(
                "class Fixed(EndlessServer):\n    def must_wait(self, count):\n        return count.failures >= 100",
                "You put the end in place of the wait. The wait of five minutes has to stay.",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def must_wait(self, count):\n"
                "        return count.failures > 100 or super().must_wait(count)",
                "A hundred wrong codes in a row are all that NIST-3.2.2 allows. A hundred and first was looked at.",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def must_wait(self, count):\n"
                "        return count.failures > 98 or super().must_wait(count)",
                "Too early: NIST-3.2.2 allows a hundred in a row, and you close the account before.",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 3600 if failures % 5 == 0 else 0",
                "Waits make guessing slower, year after year. What makes it end?",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def must_wait(self, count):\n"
                "        return count.failures >= 5 or super().must_wait(count)",
                "So few wrong codes are typed by anybody, and then only an administrator helps.",
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
                "You count all mistakes that were ever made. A right code in between says that it was Alice.",
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
                "Your own list of the disabled does not hear of `reset_factors`: nobody ever leaves it.",
            ),
            Wrong(
                "class Fixed(EndlessServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 7 * 86_400 if failures % 100 == 0 else super().wait_seconds(failures)",
                "However long, it is a pause: whoever comes back after it goes on.",
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
                "A day without a guess and you have forgotten them all: Mallory rests now and then.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-endless-throttle",
        question=(
            "Five tries in five minutes, then a wait. Of 400 attackers who keep to it for two weeks, how many get in?"
        ),
        options=(
            Option("a", "none or one: it is a strict limit", lambda measure: measure.got <= 1),
            Option("b", "some twenty: about 1 in 17", lambda measure: 1 < measure.got < measure.tries / 2),
            Option("c", "more than half of them", lambda measure: measure.got >= measure.tries / 2),
        ),
    ),
)
