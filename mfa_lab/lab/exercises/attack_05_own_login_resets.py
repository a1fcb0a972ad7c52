"""Attack 5, the attacker's own login resets the counter: what 24 asks and 25 fixes."""

from __future__ import annotations

from mfa_lab.attacks.own_login_resets import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "25_fix_account_mixups"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="own-login-resets",
        title="Attack 5: one user's login resets another user's count",
        question=(
            "Write a class `Fixed` on top of `ForgivingServer`, with its own method `succeeded(self, count)`. The "
            "server calls it when a login is complete, with the count of the account that logged in. "
            "`count.failures` is the number of wrong codes in a row. The server verifies no further code before "
            "`count.wait_until`."
        ),
        given="from mfa_lab.attacks.own_login_resets import ForgivingServer",
        hints=(
            "A correct code proves something. About whom?",
            (
                "The method receives everything that it needs as its argument. It has nothing to do with the other "
                "accounts."
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(ForgivingServer):\n    def succeeded(self, count):\n        pass",
                "Your method does nothing, so no count ever ends. Alice logs in, and her old mistakes still count. "
                "When may she start again?",
            ),
            Wrong(
                "class Fixed(ForgivingServer):\n"
                "    def succeeded(self, count):\n"
                "        for account in self.accounts.values():\n"
                "            if account.wait_until <= self.clock.now():\n"
                "                account.failures = 0",
                "Your code spares only the accounts that already wait. Mallory logs in before the wait begins, and "
                "Alice's count is lost. What does his login say about her?",
            ),
            Wrong(
                "class Fixed(ForgivingServer):\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        self.accounts[name].failures = 0\n"
                "        return pending\n"
                "    def succeeded(self, count):\n"
                "        count.failures = 0",
                "Your code ends the count after the password. Mallory knows Alice's password, so he can do that half "
                "of her login. What must a login have proved before it ends a count?",
            ),
            Wrong(
                "class Fixed(ForgivingServer):\n"
                "    def must_wait(self, count):\n"
                "        return any(self.clock.now() < account.wait_until for account in self.accounts.values())\n"
                "    def succeeded(self, count):\n"
                "        count.failures = 0",
                "Your code makes all accounts wait while one of them waits. Mallory can reset nothing any more, but "
                "nobody can log in. Who should wait?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-own-login-resets",
        question=(
            "After four wrong codes in a row an account has to wait. Mallory types four wrong codes for Alice's "
            "account, logs in to his own, and goes on for fifty minutes: 400 guesses. Of 8,000 such attackers, how "
            "many get in?"
        ),
        options=(
            Option("a", "none, because the account waits", lambda measure: measure.got == 0),
            Option(
                "b",
                "about as many as without any limit",
                lambda measure: measure.got >= measure.tries * measure.expected / 3,
            ),
            Option(
                "c",
                "some, but far fewer than without a limit",
                lambda measure: 0 < measure.got < measure.tries * measure.expected / 3,
            ),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** 8 of 8,000 attackers got in. If every guess is verified, the formula of attack 3 "
                "expects 9.6. Three codes of a million are accepted at any moment, and each attacker makes 400 "
                "guesses. That is a chance of 1 in 834 for each of the 8,000. Eight is as near to 9.6 as chance lets "
                "one expect."
            ),
            (
                "The weak server verified every single guess. Its counter works, and never gets beyond four. Our "
                "server verified nine guesses: three at once, and then each guess had to wait twice as long as the "
                "one before. (Mallory makes four guesses every half minute. So it is one minute from the 5th guess "
                "to the 13th, and two minutes from there to the 29th.) His own logins in between changed nothing "
                "there. They say something about Mallory, and nothing about Alice."
            ),
            (
                "A count belongs to one account, over all its logins, by anyone and from anywhere (RFC4226-7.3). The "
                "waits of NIST-3.2.2 and its limit (100 codes) depend on it. Only one thing ends it: a *complete* "
                "login to that same account. A correct password is not enough, because Mallory has it."
            ),
            (
                "A widely read tutorial on logins in Java made this mistake. It counted failures, and a successful "
                "login set the count back to zero. In 2022 [a reader showed how to get round the "
                "limit](https://github.com/Baeldung/spring-security-registration/issues/197): if you own one "
                "account, log in to it just before the limit is reached. The tutorial was fixed soon after."
            ),
        ),
        secrets=(
            "8 of 8,000",
            r"9\.6",
            "1 in 834",
        ),
    ),
)
