"""The first half of the capstone: a single login, graded by five rows of the table and the last."""

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
    """Return every trial of these rows, in their order."""
    trials = [trial for clause in clauses for trial in clause.trials]
    return tuple(Case(trial.name, (trial,), trial.wanted, trial.feedback) for trial in trials)


_SOLUTION = without_annotations(inspect.getsource(SecondDraft)).strip()


def _but(mistake: str, feedback: str) -> Wrong:
    """Return the solution with one mistake: in a class, the last definition of a name holds."""
    return Wrong(f"{_SOLUTION}\n\n{mistake}", feedback)


CAPSTONE = Exercise(
    id="second-draft",
    title="A single login that keeps its rows",
    question=(
        "Write a class `SecondDraft` on top of `FirstDraft` that keeps the first five rows of the table, and the "
        "last."
    ),
    solution=_SOLUTION,
    cases=(*graded_by(*ONE_LOGIN, EVERYBODY), games(replace(LOGINS, games=200))),
    wrong=(
        Wrong(
            "class SecondDraft(FirstDraft):\n"
            "    window_steps = 1\n"
            "    def new_secret(self):\n"
            "        return base64.b32encode(self.randomness.token_bytes(20)).decode()",
            "You fixed two rows, and several are open. Your server refuses a name that nobody has with a different "
            "sentence. What does a stranger learn from it?",
        ),
        _but(
            "    def new_secret(self):\n        return base64.b32encode(self.randomness.token_bytes(15)).decode()",
            "You draw one byte more than the draft, and the secret is still too short. How many bits are in a byte?",
        ),
        _but(
            "    def new_secret(self):\n        return 'DEMO' * 8",
            "Everybody has the same secret, so each account's owner can compute all codes. What makes "
            "secrets differ?",
        ),
        _but(
            "    def begin_login(self, name, password):\n"
            "        if name not in self.passwords:\n"
            "            raise AccessDenied\n"
            "        return FirstDraft.begin_login(self, name, password)",
            "You removed one sentence and kept the other, and a stranger still sees the difference. Which sentence "
            "should both names get?",
        ),
        _but(
            "    def begin_login(self, name, password):\n"
            "        try:\n"
            "            return FirstDraft.begin_login(self, name, password)\n"
            "        except AccessDenied:\n"
            "            pass\n"
            "        raise AccessDenied",
            "Your server does not compute the same number of hashes for the two names, so the time reveals which "
            "account exists. Where does the work differ?",
        ),
        _but(
            "    def check_session(self, session):\n        return super().check_session(session)",
            "A password alone opened a page. Which kind of token should open one?",
        ),
        _but(
            "    def check_session(self, session):\n"
            "        for name, *_ in self.sessions.values():\n"
            "            if name == session.name:\n"
            "                return session\n"
            "        raise AccessDenied",
            "Your server believed the name in the session that Mallory shows, and anybody can write a name. Only the "
            "token opens a page. Whose token is it?",
        ),
        _but(
            "    def check_session(self, session):\n"
            "        if session.token.reveal() not in self.sessions:\n"
            "            raise AccessDenied\n"
            "        self.sessions[session.token.reveal()][2] = self.clock.now()\n"
            "        return session",
            "Your server returns what the client shows, which is only a claim. Whose session is it by the server's "
            "own notes?",
        ),
        _but("    window_steps = 2", "An old code stays useful to a thief. How many codes are valid at one moment?"),
        _but(
            "    window_steps = 0",
            "You accept only the current step. Nobody types a code instantly, and no clock is exact. How many steps "
            "of delay are allowed?",
        ),
        _but(
            "    def may_consume(self, name, step):\n        return step >= self.last_step.get(name, -1)",
            "A code got in twice, so somebody who saw it typed can use it. What does the server remember of it?",
        ),
        _but(
            "    def __init__(self, clock, randomness):\n"
            "        super().__init__(clock, randomness)\n"
            "        self.used = set()\n"
            "    def may_consume(self, name, step):\n"
            "        fresh = (name, step) not in self.used\n"
            "        self.used.add((name, step))\n"
            "        return fresh",
            "The code that confirmed the enrolment got in again. Confirming is a use as well. Where does the draft "
            "note this use?",
        ),
        _but(  # what an earlier server of this class has left there
            "    used = {(name, 60_000_004) for name in ('alice@example.org', 'mallory@example.org')}\n"
            "    def may_consume(self, name, step):\n"
            "        return step > self.last_step.get(name, -1) and (name, step) not in self.used",
            "Your server refused a code that nobody had used on it. Every server of the class shares what "
            "the class holds. Does "
            "your set belong to the class?",
        ),
        _but(
            "    def may_consume(self, name, step):\n        return step != self.last_step.get(name)",
            "An older code got in again. It has been used, too, and the window still contains it. Which steps should "
            "the server no longer accept after a login?",
        ),
        _but(
            "    def may_consume(self, name, step):\n"
            "        free = step > self.last_step.get(name, -1)\n"
            "        self.last_step[name] = step\n"
            "        return free",
            "Your server refuses an older code, and then accepts the last code again. What has the older code "
            "changed?",
        ),
        _but(
            "    def check_session(self, session):\n"
            "        found = self.sessions.get(session.token.reveal())\n"
            "        if found is None or self.clock.now() >= found[1] + 3600:\n"
            "            raise AccessDenied\n"
            "        return Session(session.token, found[0], 0, 0)",
            "Alice used her session all the time, and yet it ended. Does your server note each use?",
        ),
        _but(
            "    def begin_login(self, name, password):\n        raise AccessDenied",
            "A server that lets nobody in is safe, and of no use.",
        ),
    ),
    ask=put_to,
    given=GIVEN,
    hints=(
        "Four methods and one number are enough, and each is short. Begin with the shortest.",
        (
            "Every row was in a lesson. The secret is in notebook 03, names are in 02 and 23, codes in 07 and 23. "
            "What opens a page is in 21 (attack 1)."
        ),
        (
            "You need nothing new. A name that nobody has costs a hash if you call `verify` with None. A "
            "page opens only for "
            "tokens in `sessions`. The later of two steps has the larger number."
        ),
    ),
)

EXERCISES = (CAPSTONE,)

PREDICTIONS = (
    Prediction(
        id="first-draft",
        question="How many of the ten rows does the first draft keep?",
        options=(
            Option("a", "none", lambda kept: kept == 0),
            Option("b", "one to three", lambda kept: 1 <= kept <= 3),
            Option("c", "four to six", lambda kept: 4 <= kept <= 6),
            Option("d", "seven or more", lambda kept: kept >= 7),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the draft keeps a single row, the row that a demonstration shows. Honest people "
                "get in: everybody tried that before the draft was shown. Nobody tried what only an attacker would "
                "try. *It works* and *it holds* are two findings, and the second needs somebody who attacks."
            ),
        ),
        secrets=(r"1 of 10 kept", r"keeps a single row"),
    ),
)
