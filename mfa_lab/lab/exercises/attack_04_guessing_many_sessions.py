"""Rung 4, guessing across sessions: what 20 asks and 21 has mended."""

from __future__ import annotations

from mfa_lab.attacks.guessing_many_sessions import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "21_fix_guessing"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="guessing-many-sessions",
        title="Rung 4: one count for all sessions",
        question=(
            "Write a class `Fixed` on top of `PerSessionServer`, with a method `counted(self, pending)` of its "
            "own. It answers with the `Count` on which a wrong code that comes by this pending login is written "
            "down. The weak server keeps its counts in the dictionary `self.counts`. `self.account_of(pending)` is "
            "the account, and `self.account_of(pending).name` its name. Use the name as the key: an account itself "
            "cannot be one."
        ),
        given=(
            "from mfa_lab.attacks.guessing_many_sessions import PerSessionServer\n"
            "from mfa_lab.attacks.helpers.minimal_server import Count"
        ),
        hints=(
            "What can Mallory have more of whenever he likes, and what is there only one of?",
            "Two pending logins of one account should lead to the same count, and those of two accounts to two.",
        ),
        wrong=(
            Wrong(
                "class Fixed(PerSessionServer):\n"
                "    def counted(self, pending):\n"
                '        return self.counts.setdefault("everybody", Count())',
                "One count for everybody: whoever guesses at Alice's account keeps all the others out.",
            ),
            Wrong(
                "class Fixed(PerSessionServer):\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        token = pending.token.reveal()\n"
                "        self.pendings = {t: n for t, n in self.pendings.items() if n != name or t == token}\n"
                "        return pending",
                "A new session ends the older one, so Mallory takes one after the other, and Alice's own goes with "
                "them.",
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
                "One count, but the password ends it, and the password is what Mallory has.",
            ),
            Wrong(
                "class Fixed(PerSessionServer):\n"
                "    def begin_login(self, name, password):\n"
                "        if list(self.pendings.values()).count(name) > 20:\n"
                "            self.accounts[name].wait_until = 10**12\n"
                "        return super().begin_login(name, password)\n"
                "    def counted(self, pending):\n"
                "        return self.account_of(pending)",
                "You count the sessions, and Alice logs in every day: after three weeks she is kept out.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-many-sessions",
        question=(
            "This server makes you wait after five wrong codes in a session. A crowd of attackers opens a hundred "
            "sessions each, at the same time, and types five codes into each. What do they get?"
        ),
        options=(
            Option("a", "nothing, there is a limit now", lambda measure: not measure.succeeded),
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
    ),
)
