"""Attack 17, locked out on purpose: what 24 asks and 25 fixes."""

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
        title="Attack 17: delay, and never disable",
        question=(
            "Write a class `Fixed` on top of `LockingServer` with two methods. `locked(self, count)` says whether "
            "the server verifies no password at the moment. `wrong_password(self, count)` notes a wrong one, in "
            "`count.failures` and `count.wait_until` (Unix seconds). Two wrong passwords in a row cost nothing, "
            "and the third costs a wait of 30 seconds. The wait doubles with each further one, and is never "
            "longer than an hour."
        ),
        given=_GIVEN,
        hints=(
            "A lock that ends is a moment in time. Until when does the server verify nothing?",
            (
                "Doubling is a power of two. The third failure has the exponent 0, and `min` keeps the wait within "
                "an hour."
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(LockingServer):\n    allowed = 100",
                "Your lock takes a hundred requests instead of ten. A stranger needs one second more, and Alice "
                "still needs an administrator. When does your lock end?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures % 10 == 0:\n"
                "            count.wait_until = self.clock.now() + 24 * 3600",
                "Your lock ends after a day. Ten requests start it again, so a stranger can keep Alice out every "
                "day. How long may a stranger keep her out?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            count.wait_until = self.clock.now() + 30 * 2 ** (count.failures - 3)",
                "Your wait doubles without an end. After a fortnight of patient guesses the next wait is longer than "
                "that fortnight. What should the longest wait be?",
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
                "Your code starts the wait again at each attempt during the wait. One request an hour is enough, and "
                "the wait never ends. Which attempts may change the wait?",
            ),
            Wrong(
                "class Fixed(LockingServer):\n    def locked(self, count):\n        return False",
                "Your server never makes anybody wait. Somebody tries a list of passwords from end to end without a "
                "pause. What slows a guesser down?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            count.wait_until = self.clock.now() + 30",
                "Your code waits half a minute after every wrong password. Over a year that allows a million "
                "guesses. How should the wait change as the guesses go on?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        wait = min(30 * 2 ** (count.failures - 1), 3600)\n"
                "        count.wait_until = self.clock.now() + wait",
                "Your code makes Alice wait after her first typing mistake. Everybody mistypes from time to time. "
                "How many mistakes should cost nothing?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            count.wait_until = self.clock.now() + 3600",
                "Your first wait is already an hour. After three mistakes Alice waits as long as after a hundred. "
                "How long should the first wait be?",
            ),
            Wrong(
                "class Fixed(LockingServer):\n"
                "    def locked(self, count):\n"
                "        return self.clock.now() <= count.wait_until\n\n"
                f"{_DOUBLES.format(free=2)}",
                "Your code still waits at the very second `wait_until`. Alice comes back at that moment and is "
                "rejected. When is the wait over?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n{_DOUBLES.format(free=3)}",
                "With your code three wrong passwords cost nothing. The third in a row should already cost half a "
                "minute. After how many does your wait begin?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-account-lockout",
        question=(
            "A stranger knows Alice's name and nothing else, types wrong passwords for a day, and then gives up. "
            "When does `LockingServer` accept Alice's correct password again?"
        ),
        options=(
            Option("a", "at once, or within the hour", lambda measure: measure.got == 0),
            Option("b", "within the week", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "not in that week at all", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** ten requests are less than a second's work, and Alice needs an administrator. With "
                "a list of names, a stranger can lock out the whole company on Monday morning."
            ),
            (
                "Our server delays a password, and never disables it. From the third wrong password on a name waits "
                "half a minute, then twice as long each time, and never longer than an hour. (NIST-3.2.2 allows that "
                "back-off, and RFC4226-7.3 calls it a delay scheme.)"
            ),
            (
                "After that whole day of wrong passwords Alice waited twenty minutes, and not the sixty of the "
                "table. Her attempts began in a wait that was partly over. The server did not verify what the "
                "stranger typed during that wait, and the wait became no longer. A name that does not exist waits in "
                "the same way. Otherwise the waiting would show which names exist."
            ),
            (
                "This is no victory yet. A stranger who comes back at the very end of each wait keeps Alice out, up "
                "to an hour each time. That ends when somebody limits attempts by address, or when Alice is quicker "
                "once."
            ),
            (
                "Why is the *authenticator* disabled after a hundred wrong codes, if locks are so dangerous? Because "
                "nobody reaches the codes without the correct password. A stranger cannot reach that lock."
            ),
        ),
        secrets=(
            "for a week or longer",
            "needs? an administrator",
            "kept out for 20 minutes",
        ),
    ),
)
