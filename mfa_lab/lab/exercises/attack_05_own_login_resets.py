"""The exercise and the prediction of attack 5, where the attacker's login resets the counter (notebooks 24, 25)."""

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
            "Write a class `Fixed` that extends `ForgivingServer` with its own method `succeeded(self, "
            "count)`. The server calls the method when a login is complete, and passes the count of the "
            "account that logged in. `count.failures` is the number of wrong codes in a row. The server does "
            "not verify another code before `count.wait_until`."
        ),
        given="from mfa_lab.attacks.own_login_resets import ForgivingServer",
        hints=(
            "A correct code proves something about one account. Which account is it?",
            ("The argument is all that the method needs. The other accounts do not matter here."),
        ),
        wrong=(
            Wrong(
                "class Fixed(ForgivingServer):\n    def succeeded(self, count):\n        pass",
                "Your method does nothing, so no count is ever reset. Alice logs in, but her old mistakes still "
                "count. When should her count start again at zero?",
            ),
            Wrong(
                "class Fixed(ForgivingServer):\n"
                "    def succeeded(self, count):\n"
                "        for account in self.accounts.values():\n"
                "            if account.wait_until <= self.clock.now():\n"
                "                account.failures = 0",
                "Your code keeps only the counts of accounts that are already waiting. Mallory logs in before "
                "Alice's wait begins, so her count is lost. What does his login prove about her?",
            ),
            Wrong(
                "class Fixed(ForgivingServer):\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        self.accounts[name].failures = 0\n"
                "        return pending\n"
                "    def succeeded(self, count):\n"
                "        count.failures = 0",
                "Your code resets the count after the password. Mallory knows Alice's password, so he can do that "
                "half of her login. What must a login prove before it resets a count?",
            ),
            Wrong(
                "class Fixed(ForgivingServer):\n"
                "    def must_wait(self, count):\n"
                "        return any(self.clock.now() < account.wait_until for account in self.accounts.values())\n"
                "    def succeeded(self, count):\n"
                "        count.failures = 0",
                "Your code makes all accounts wait while one of them waits. Mallory can no longer reset Alice's "
                "count, but nobody can log in. Who should wait?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-own-login-resets",
        question=(
            "After four wrong codes in a row, an account has to wait. Mallory types four wrong codes for Alice's "
            "account and logs in to his own. He repeats this for fifty minutes, which makes 400 guesses. How many "
            "of 8,000 such attackers get in?"
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
                "**What we saw:** 8 of 8,000 attackers got in. If the server verifies every guess, the "
                "formula from attack 3 predicts 9.6. At any moment, three codes in a million are valid, and "
                "each attacker makes 400 guesses. So each of the 8,000 has a chance of 1 in 834. Eight is "
                "well within what we can expect by chance."
            ),
            (
                "The weak server verified every single guess. Its counter works, but it never gets beyond four. "
                "Our server verified nine guesses: three at once, and then each guess had to wait twice as long "
                "as the one before. (Mallory makes four guesses every half minute. So one minute passes from the "
                "5th guess to the 13th, and two minutes from the 13th to the 29th.) On our server, Mallory's own "
                "logins in between changed nothing. They prove something about Mallory, but nothing about Alice."
            ),
            (
                "A count belongs to one account and covers all its logins, by anyone and from anywhere "
                "(RFC4226-7.3). The waits of NIST-3.2.2 and its limit (100 codes) depend on this count. Only a "
                "*complete* login to that same account resets it. A correct password is not enough, because "
                "Mallory has it."
            ),
            (
                "A popular tutorial on logins in Java made this mistake. Its code counted failures, and any "
                "successful login reset the count to zero. In 2022 [a reader showed how to avoid the "
                "limit](https://github.com/Baeldung/spring-security-registration/issues/197): log in to an "
                "account of your own just before the limit is reached. The tutorial was fixed soon after."
            ),
        ),
        secrets=(
            "8 of 8,000",
            r"9\.6",
            "1 in 834",
        ),
    ),
)
