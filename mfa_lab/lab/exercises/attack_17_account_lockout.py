"""Rung 17, locked out on purpose: what 24 asks and 25 has mended."""

from __future__ import annotations

from mfa_lab.attacks.account_lockout import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "25_fix_account_mixups"

_GIVEN = "from mfa_lab.attacks.account_lockout import LockingServer"

_BY_TIME = """
    def locked(self, count):
        return self.clock.now() < count.wait_until
"""

_DOUBLES = """
    def wrong_password(self, count):
        count.failures += 1
        if count.failures > {free}:
            wait = min(30 * 2 ** (count.failures - {free} - 1), 3600)
            count.wait_until = self.clock.now() + wait
"""

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="account-lockout",
        title="Rung 17: delay, and never disable",
        question=(
            "Write a class `Fixed` on top of `LockingServer` with two methods: `locked(self, count)` says whether "
            "no password is looked at now, and `wrong_password(self, count)` notes one that was wrong, in "
            "`count.failures` and `count.wait_until` (Unix seconds). Two wrong passwords in a row cost nothing, the "
            "third a wait of 30 seconds; the wait doubles with each further one, and never passes an hour."
        ),
        given=_GIVEN,
        hints=(
            "A lock that has an end is a moment: until when is nothing looked at?",
            "Doubling is a power of two. The third failure has the exponent 0, and `min` keeps an hour.",
        ),
        wrong=(
            Wrong(
                "class Fixed(LockingServer):\n    allowed = 100",
                "A hundred requests instead of ten: a stranger needs a second longer, and Alice an administrator.",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures % 10 == 0:\n"
                "            count.wait_until = self.clock.now() + 24 * 3600",
                "Your lock has an end now. A day for ten requests: that is still a stranger's whim, every day anew.",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            count.wait_until = self.clock.now() + 30 * 2 ** (count.failures - 3)",
                "Doubling without an end is a lock: after a fortnight of patience the next wait is longer still.",
            ),
            Wrong(
                "class Fixed(LockingServer):\n"
                "    def locked(self, count):\n"
                "        if self.clock.now() >= count.wait_until:\n"
                "            return False\n"
                "        self.wrong_password(count)\n"
                "        return True\n\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            wait = min(30 * 2 ** (count.failures - 3), 3600)\n"
                "            count.wait_until = self.clock.now() + wait",
                "Each attempt that comes during the wait begins it anew: one request an hour, and it never ends.",
            ),
            Wrong(
                "class Fixed(LockingServer):\n    def locked(self, count):\n        return False",
                "Nobody is locked out any more, and a list of passwords is tried from end to end without a pause.",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            count.wait_until = self.clock.now() + 30",
                "Half a minute, however often: over a year that is a million guesses. Let the wait grow.",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        wait = min(30 * 2 ** (count.failures - 1), 3600)\n"
                "        count.wait_until = self.clock.now() + wait",
                "Alice waits after her first slip of a finger. Let the first two cost nothing.",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            count.wait_until = self.clock.now() + 3600",
                "An hour at once: after three requests Alice waits as long as after a hundred. Begin short.",
            ),
            Wrong(
                "class Fixed(LockingServer):\n"
                "    def locked(self, count):\n"
                "        return self.clock.now() <= count.wait_until\n\n"
                f"{_DOUBLES.format(free=2)}",
                "At the very second `wait_until` the wait is over, and with you she waits one more.",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n{_DOUBLES.format(free=3)}",
                "Three are free with you. The third in a row is to cost the first half minute.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-account-lockout",
        question=(
            "A stranger knows Alice's name and nothing else, and types wrong passwords for a day. Then the stranger "
            "gives up. When does `LockingServer` take Alice's right password again?"
        ),
        options=(
            Option("a", "at once, or within the hour", lambda measure: measure.got == 0),
            Option("b", "within the week", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "not in that week at all", lambda measure: measure.got == measure.tries),
        ),
    ),
)
