"""The exercise and the prediction of attack 4, guessing across sessions, for notebooks 20 and 21."""

from __future__ import annotations

from mfa_lab.attacks.guessing_many_sessions import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "21_fix_guessing"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="guessing-many-sessions",
        title="Attack 4: one count for all sessions",
        question=(
            "Write a class `Fixed` that extends `PerSessionServer` with its own method `counted(self, pending)`. "
            "The method returns the `Count` that counts the wrong codes of this pending login. The weak server "
            "keeps its counts in the dictionary `self.counts`. `self.account_of(pending)` is the account, and "
            "`self.account_of(pending).name` is its name. Use the name as the key, because an account object "
            "cannot be a key."
        ),
        given=(
            "from mfa_lab.attacks.guessing_many_sessions import PerSessionServer\n"
            "from mfa_lab.attacks.helpers.minimal_server import Count"
        ),
        hints=(
            "What can Mallory create as often as he likes, and what exists only once?",
            (
                "Two pending logins of the same account should share one count. Pending logins of different "
                "accounts should have different counts."
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(PerSessionServer):\n"
                "    def counted(self, pending):\n"
                '        return self.counts.setdefault("everybody", Count())',
                "Your server has one count for all accounts. So an attacker who guesses codes for Alice's account "
                "keeps everybody else out. Whom do you want to stop?",
            ),
            Wrong(
                "class Fixed(PerSessionServer):\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        token = pending.token.reveal()\n"
                "        self.pendings = {t: n for t, n in self.pendings.items() if n != name or t == token}\n"
                "        return pending",
                "Your server ends the older session when a new one begins. So Mallory uses one session after "
                "another, and Alice's own session ends as well. What stays the same in all these sessions?",
            ),
            Wrong(
                "class Fixed(PerSessionServer):\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        self.accounts[name].failures = 0\n"
                "        self.accounts[name].wait_until = 0\n"
                "        return pending\n"
                "    def counted(self, pending):\n"
                "        return self.account_of(pending)",
                "Your server has one count for each account, but a correct password resets it, and Mallory has "
                "the password. So each of his logins begins with a count of zero. What does he not have?",
            ),
            Wrong(
                "class Fixed(PerSessionServer):\n"
                "    def begin_login(self, name, password):\n"
                "        if list(self.pendings.values()).count(name) > 20:\n"
                "            self.accounts[name].wait_until = 10**12\n"
                "        return super().begin_login(name, password)\n"
                "    def counted(self, pending):\n"
                "        return self.account_of(pending)",
                "Your server counts sessions, and Alice opens one every day. So after three weeks your server "
                "keeps her out. What did the attacker do that she did not?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-many-sessions",
        question=(
            "This server makes you wait after five wrong codes in a session. Each of many attackers opens a "
            "hundred sessions at the same time and types five codes in each. How much are one attacker's guesses "
            "worth?"
        ),
        options=(
            Option("a", "nothing, because there is a limit now", lambda measure: not measure.succeeded),
            Option(
                "b",
                "about what five guesses are worth",
                lambda measure: measure.succeeded and measure.got < measure.tries * measure.expected / 4,
            ),
            Option(
                "c",
                "about what five hundred guesses are worth",
                lambda measure: measure.succeeded and measure.got >= measure.tries * measure.expected / 4,
            ),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the limit held in each of the hundred sessions, but it was worth nothing. "
                "The server verified all 500 guesses, as if there were no limit. It limits the guesses in a "
                "session, but an attacker can open any number of sessions. But the account that the attacker "
                "wants exists only once. RFC4226-7.3 says explicitly that the count spans all login sessions."
            ),
            (
                "Does this sound too simple to be true? In 2024 researchers at Oasis Security examined a very "
                "large service. Ten wrong codes ended a session there, but the service did not count the "
                "sessions. Codes were valid for about three minutes. The researchers opened one session after "
                "another, guessed in many sessions at a time, and [got in after about an "
                "hour](https://informationsecuritybuzz.com/no-alerts-azure-mfa-cracked-in-an-hour). The service "
                "did not tell the accounts' owners. The researchers called the attack AuthQuake; the service has "
                "since fixed the fault."
            ),
            (
                "`MfaServer` again verified only three guesses: a hundred sessions make no difference to it. "
                "After a correct password and the third wrong code in a row, it sends Alice a security "
                "notification that somebody knows her password (ASVS-6.3.5)."
            ),
        ),
        secrets=("15 of 8,000", r"12\.0 are expected", "all 500 guesses", "1 in 667", "AuthQuake"),
    ),
)
