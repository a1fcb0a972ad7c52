"""The exercise and the prediction of attack 17, account lockout on purpose, for notebooks 24 and 25."""

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
        title="Attack 17: delay, but never disable",
        question=(
            "Write a class `Fixed` that extends `LockingServer` with two methods. `locked(self, count)` "
            "returns `True` while the server must not verify a password. `wrong_password(self, count)` "
            "records a wrong password in `count.failures` and `count.wait_until` (Unix seconds). The first "
            "two wrong passwords in a row cost nothing, and the third costs a wait of 30 seconds. Each "
            "further wrong password doubles the wait, up to an hour."
        ),
        given=_GIVEN,
        hints=(
            "To end a lock, the server must know when it ends. Until when should it not verify a password?",
            (
                "To double a wait again and again, use a power of two. The third failure has the exponent 0, and "
                "`min` limits the wait to an hour."
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(LockingServer):\n    allowed = 100",
                "Your server locks the account after a hundred requests instead of ten. A stranger needs one more "
                "second, and Alice still needs an administrator. When does your lock end?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures % 10 == 0:\n"
                "            count.wait_until = self.clock.now() + 24 * 3600",
                "Your lock ends after a day. But ten requests start it again, so a stranger can keep Alice out "
                "every day. For how long may a stranger keep her out?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            count.wait_until = self.clock.now() + 30 * 2 ** (count.failures - 3)",
                "Your wait doubles without a limit. After two weeks of patient guesses, the next wait is longer "
                "than those two weeks. How long should the longest wait be?",
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
                "Your code restarts the wait at each attempt during the wait. So one request an hour is enough to "
                "make the wait endless. Which attempts may change the wait?",
            ),
            Wrong(
                "class Fixed(LockingServer):\n    def locked(self, count):\n        return False",
                "Your server never makes anybody wait. So an attacker can try a whole list of passwords without a "
                "pause. What would slow an attacker down?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            count.wait_until = self.clock.now() + 30",
                "Your server imposes a wait of half a minute after every wrong password. This wait allows a million "
                "guesses a year. How should the wait change as the guesses go on?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        wait = min(30 * 2 ** (count.failures - 1), 3600)\n"
                "        count.wait_until = self.clock.now() + wait",
                "Your server already makes Alice wait after her first mistake. Everybody mistypes from time to "
                "time. How many mistakes should cost nothing?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n"
                "    def wrong_password(self, count):\n"
                "        count.failures += 1\n"
                "        if count.failures > 2:\n"
                "            count.wait_until = self.clock.now() + 3600",
                "Your first wait is already an hour. So Alice waits as long after three mistakes as after a "
                "hundred. How long should the first wait be?",
            ),
            Wrong(
                "class Fixed(LockingServer):\n"
                "    def locked(self, count):\n"
                "        return self.clock.now() <= count.wait_until\n\n"
                f"{_DOUBLES.format(free=2)}",
                "Your server still makes Alice wait when its clock shows exactly `wait_until`. She comes back "
                "at that moment, and your server rejects her. When is the wait over?",
            ),
            Wrong(
                f"class Fixed(LockingServer):{_BY_TIME}\n{_DOUBLES.format(free=3)}",
                "On your server, three wrong passwords in a row cost nothing. The third wrong password should "
                "already cost half a minute. After how many wrong passwords does your wait begin?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-account-lockout",
        question=(
            "A stranger knows only Alice's name, types wrong passwords for a day, and then gives up. When does "
            "`LockingServer` accept Alice's correct password again?"
        ),
        options=(
            Option("a", "at once, or less than an hour later", lambda measure: measure.got == 0),
            Option("b", "within the week", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "not in that week at all", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** a stranger can send ten requests in less than a second, and then Alice needs an "
                "administrator. With a list of names, a stranger can lock out the whole company on Monday morning."
            ),
            (
                "Our server delays the password check, but never disables the password. After the third wrong "
                "password, a name has to wait half a minute, then twice as long each time, but never longer than "
                "an hour. (NIST-3.2.2 allows that back-off, and RFC4226-7.3 calls it a delay scheme.)"
            ),
            (
                "After that whole day of wrong passwords, Alice waited twenty minutes, not the sixty in the "
                "table. When she came back, part of the wait was already over. The server did not verify what "
                "the stranger typed during that wait, so the wait did not get longer. A name that does not "
                "exist has to wait in the same way. Otherwise the waits would show which names exist."
            ),
            (
                "Delays do not solve the whole problem. A stranger who comes back at the very end of each wait can "
                "keep Alice out, up to an hour each time. This abuse ends when the operator also limits attempts by "
                "address, or when Alice is quicker once."
            ),
            (
                "If locks are so dangerous, why does our server disable the *authenticator* after a hundred wrong "
                "codes? Nobody can type a code without the correct password first, so a stranger cannot cause "
                "that lock."
            ),
        ),
        secrets=(
            "for a week or longer",
            "needs? an administrator",
            "kept out for 20 minutes",
        ),
    ),
)
