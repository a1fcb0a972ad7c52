"""The first half of the capstone: a single login, graded by the first five rows of the table and the last row."""

from __future__ import annotations

import inspect
from dataclasses import replace

from mfa_lab.attacks.capstone.clauses import EVERYBODY, ONE_LOGIN, Clause
from mfa_lab.attacks.capstone.drafts import SecondDraft
from mfa_lab.attacks.law import LOGINS
from mfa_lab.lab.exercises.fixes import games, put_to
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong
from mfa_lab.lab.source import without_annotations

NOTEBOOK = "60_capstone"

GIVEN = """
import base64

from mfa_lab import AccessDenied
from mfa_lab.attacks.capstone.drafts import FirstDraft
from mfa_lab.redaction import Redacted
from mfa_lab.server.records import PendingLogin, Permit, Session
""".strip()


def graded_by(*clauses: Clause) -> tuple[Case, ...]:
    """Return a case for each trial of these clauses, in their order."""
    trials = [trial for clause in clauses for trial in clause.trials]
    return tuple(Case(trial.name, (trial,), trial.wanted, trial.feedback) for trial in trials)


_SOLUTION = without_annotations(inspect.getsource(SecondDraft)).strip()


def _but(mistake: str, feedback: str) -> Wrong:
    """Return the solution with one mistake. In a class, the last definition of a name counts."""
    return Wrong(f"{_SOLUTION}\n\n{mistake}", feedback)


CAPSTONE = Exercise(
    id="second-draft",
    title="A single login that meets the requirements",
    question=(
        "Write a class `SecondDraft` that extends `FirstDraft` and satisfies the first five rows of the table "
        "and the last row."
    ),
    solution=_SOLUTION,
    cases=(*graded_by(*ONE_LOGIN, EVERYBODY), games(replace(LOGINS, games=200))),
    wrong=(
        Wrong(
            "class SecondDraft(FirstDraft):\n"
            "    window_steps = 1\n"
            "    def new_secret(self):\n"
            "        return base64.b32encode(self.randomness.token_bytes(20)).decode()",
            "Your server now satisfies two more rows, but several other rows are still open. It rejects an "
            "unknown name with a different sentence. What does a stranger learn from that sentence?",
        ),
        _but(
            "    def new_secret(self):\n        return base64.b32encode(self.randomness.token_bytes(15)).decode()",
            (
                "Your secret is longer than the draft's secret, but it is still too short. How many bits are in a "
                "byte?"
            ),
        ),
        _but(
            "    def new_secret(self):\n"
            "        return base64.b32encode(self.randomness.token_bytes(14) + bytes(6)).decode()",
            "Your secret has 160 bits, but 48 of them are zero for everybody. So an attacker has to guess only the "
            "other bits. How many of your bytes are drawn at random?",
        ),
        _but(
            "    def new_secret(self):\n        return 'DEMO' * 8",
            "On your server everybody has the same secret, so each user can compute everybody's codes. What makes "
            "secrets differ?",
        ),
        _but(
            "    def begin_login(self, name, password):\n"
            "        if name not in self.passwords:\n"
            "            raise AccessDenied\n"
            "        return FirstDraft.begin_login(self, name, password)",
            "You removed one of the two sentences, but a stranger still sees a difference. Which sentence should "
            "your server use for both names?",
        ),
        _but(
            "    def begin_login(self, name, password):\n"
            "        try:\n"
            "            return FirstDraft.begin_login(self, name, password)\n"
            "        except AccessDenied:\n"
            "            pass\n"
            "        raise AccessDenied",
            "Your server does not compute the same number of hashes for the two names. So the time reveals which "
            "account exists. Where does the work differ?",
        ),
        _but(
            "    def check_session(self, session):\n        return super().check_session(session)",
            "Your server opened a page after the password alone. Which kind of token should open a page?",
        ),
        _but(
            "    def check_session(self, session):\n"
            "        for name, *_ in self.sessions.values():\n"
            "            if name == session.name:\n"
            "                return session\n"
            "        raise AccessDenied",
            "Your server trusted the name in the session that Mallory sent, but anybody can write a name. Only "
            "the token may open a page. Whose token is it?",
        ),
        _but(
            "    def check_session(self, session):\n"
            "        if session.token.reveal() not in self.sessions:\n"
            "            raise AccessDenied\n"
            "        self.sessions[session.token.reveal()][2] = self.clock.now()\n"
            "        return session",
            "Your server returns the session that the client sent, but the name in that session is only a claim. "
            "Whose session is it in the server's own data?",
        ),
        _but(
            "    window_steps = 2",
            (
                "Your server accepts a code that is too old, so a thief has more time to use it. How many codes are "
                "valid at the same moment?"
            ),
        ),
        _but(
            "    window_steps = 0",
            "Your server accepts only the current step. Nobody types a code instantly, and no clock is exact. How "
            "many steps of delay are allowed?",
        ),
        _but(
            "    def may_consume(self, name, step):\n        return step >= self.last_step.get(name, -1)",
            (
                "Your server accepted a code twice, so anyone who saw the code can use it. What does your server "
                "remember about a used code?"
            ),
        ),
        _but(
            "    def __init__(self, clock, randomness):\n"
            "        super().__init__(clock, randomness)\n"
            "        self.used = set()\n"
            "    def may_consume(self, name, step):\n"
            "        fresh = (name, step) not in self.used\n"
            "        self.used.add((name, step))\n"
            "        return fresh",
            "Your server accepted a code that had already confirmed the enrolment. Confirming an enrolment is a use "
            "as well. Where does the draft store this use?",
        ),
        _but(  # what an earlier server of this class has left there
            "    used = {(name, 60_000_004) for name in ('alice@example.org', 'mallory@example.org')}\n"
            "    def may_consume(self, name, step):\n"
            "        return step > self.last_step.get(name, -1) and (name, step) not in self.used",
            "Your server rejected a code that nobody had used on this server. All servers of a class share the "
            "variables in the class body. Does your set belong to the class?",
        ),
        _but(
            "    def may_consume(self, name, step):\n        return step != self.last_step.get(name)",
            "Your server accepted the code before the last one again, because the window still contains it. "
            "Which steps should the server reject after a login?",
        ),
        _but(
            "    def may_consume(self, name, step):\n"
            "        free = step > self.last_step.get(name, -1)\n"
            "        self.last_step[name] = step\n"
            "        return free",
            "Your server rejects an older code, but then accepts the last code again. What did the older code "
            "change?",
        ),
        _but(
            "    def check_session(self, session):\n"
            "        found = self.sessions.get(session.token.reveal())\n"
            "        if found is None or self.clock.now() >= found[1] + 3600:\n"
            "            raise AccessDenied\n"
            "        return Session(session.token, found[0], 0, 0)",
            "Alice used her session all the time, but it still ended. Does your server record each use?",
        ),
        _but(
            "    def begin_login(self, name, password):\n        raise AccessDenied",
            "Your server lets nobody in, so it is safe but useless. Who must still get in?",
        ),
    ),
    ask=put_to,
    given=GIVEN,
    hints=(
        "Four methods and one number are enough, and each method is short. Begin with the shortest.",
        (
            "You know every requirement from an earlier notebook. The requirements for secrets are in "
            "notebook 03, those for names in 02 and 23, and those for codes in 07 and 23. Notebook 21 (attack 1) "
            "shows which token opens a page."
        ),
        (
            "You need nothing new. For an unknown name, compute a hash by calling `verify` with `None`. A page "
            "opens only for tokens in `sessions`. The later of two steps has the larger number."
        ),
    ),
)

EXERCISES = (CAPSTONE,)

PREDICTIONS = (
    Prediction(
        id="first-draft",
        question="How many of the ten rows in the table does the first draft satisfy?",
        options=(
            Option("a", "none", lambda kept: kept == 0),
            Option("b", "one to three", lambda kept: 1 <= kept <= 3),
            Option("c", "four to six", lambda kept: 4 <= kept <= 6),
            Option("d", "seven or more", lambda kept: kept >= 7),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the draft satisfies a single row, the row that every demonstration shows: honest "
                "people get in. Its authors tried this row before they showed the draft. Nobody tried what only an "
                "attacker would try. *It works* and *it is secure* are two different findings, and only an attack "
                "can show the second."
            ),
        ),
        secrets=(r"1 of 10 kept", r"satisfies a single row"),
    ),
)
