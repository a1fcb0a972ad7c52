"""The first half of the capstone: a single login, graded by five rows of the table and the last."""

from __future__ import annotations

import inspect

from mfa_lab.attacks import Trial
from mfa_lab.attacks.capstone.clauses import EVERYBODY, ONE_LOGIN, Clause
from mfa_lab.attacks.capstone.drafts import SecondDraft
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
    """Every trial of these rows, in their order."""
    trials = [trial for clause in clauses for trial in clause.trials]
    return tuple(Case(trial.name, (trial,), trial.wanted, trial.feedback) for trial in trials)


def put_to(answer: object, trial: Trial) -> str:
    """How a server is asked."""
    return trial.answer(answer)


_SOLUTION = without_annotations(inspect.getsource(SecondDraft)).strip()


def _but(mistake: str, feedback: str) -> Wrong:
    """All is right but for this: what a class says last is what holds."""
    return Wrong(f"{_SOLUTION}\n\n{mistake}", feedback)


CAPSTONE = Exercise(
    id="second-draft",
    title="A single login that keeps its rows",
    question=(
        "Write a class `SecondDraft` on top of `FirstDraft` that keeps the first five rows of the table, and the "
        "last."
    ),
    solution=_SOLUTION,
    cases=graded_by(*ONE_LOGIN, EVERYBODY),
    wrong=(
        Wrong(
            "class SecondDraft(FirstDraft):\n"
            "    window_steps = 1\n"
            "    def new_secret(self):\n"
            "        return base64.b32encode(self.randomness.token_bytes(20)).decode()",
            "Several rows are open. Begin with the names: one that nobody has is refused with a sentence of its own.",
        ),
        _but(
            "    def new_secret(self):\n        return base64.b32encode(self.randomness.token_bytes(15)).decode()",
            "One byte more than the draft draws, and still too few. How many bits are in a byte?",
        ),
        _but(
            "    def new_secret(self):\n        return 'DEMO' * 8",
            "One secret for everybody is no secret: whoever has an account has them all.",
        ),
        _but(
            "    def begin_login(self, name, password):\n"
            "        if name not in self.passwords:\n"
            "            raise AccessDenied\n"
            "        return FirstDraft.begin_login(self, name, password)",
            "One sentence is gone and the other is not, which tells as much.",
        ),
        _but(
            "    def begin_login(self, name, password):\n"
            "        try:\n"
            "            return FirstDraft.begin_login(self, name, password)\n"
            "        except AccessDenied:\n"
            "            pass\n"
            "        raise AccessDenied",
            "One name costs a hash, the other costs nothing.",
        ),
        _but(
            "    def check_session(self, session):\n        return super().check_session(session)",
            "Whose tokens open a page?",
        ),
        _but(
            "    def check_session(self, session):\n"
            "        for name, *_ in self.sessions.values():\n"
            "            if name == session.name:\n"
            "                return session\n"
            "        raise AccessDenied",
            "Her name is on what he shows, and anybody can write a name. What opens a page is the token.",
        ),
        _but(
            "    def check_session(self, session):\n"
            "        if session.token.reveal() not in self.sessions:\n"
            "            raise AccessDenied\n"
            "        self.sessions[session.token.reveal()][2] = self.clock.now()\n"
            "        return session",
            "What the other side shows is a claim. Whose session is it by the server's own notes?",
        ),
        _but("    window_steps = 2", "How many codes are right at a time?"),
        _but("    window_steps = 0", "Nobody types at once, and no clock is exact: one step of grace is allowed."),
        _but(
            "    def may_consume(self, name, step):\n        return step >= self.last_step.get(name, -1)",
            "It has been used.",
        ),
        _but(
            "    def __init__(self, clock, randomness):\n"
            "        super().__init__(clock, randomness)\n"
            "        self.used = set()\n"
            "    def may_consume(self, name, step):\n"
            "        fresh = (name, step) not in self.used\n"
            "        self.used.add((name, step))\n"
            "        return fresh",
            "Confirming an enrolment is a use as well. Where does the draft write it down?",
        ),
        _but(  # what an earlier server of this class has left there
            "    used = {(name, 60_000_004) for name in ('alice@example.org', 'mallory@example.org')}\n"
            "    def may_consume(self, name, step):\n"
            "        return step > self.last_step.get(name, -1) and (name, step) not in self.used",
            "A code was refused that nobody had used on this server. Does your set belong to the class? Then every "
            "server made from it shares it.",
        ),
        _but(
            "    def may_consume(self, name, step):\n        return step != self.last_step.get(name)",
            "It has been used, too, and the window holds it still.",
        ),
        _but(
            "    def may_consume(self, name, step):\n"
            "        free = step > self.last_step.get(name, -1)\n"
            "        self.last_step[name] = step\n"
            "        return free",
            "An older code comes and is refused, and after it the last one is taken again. What has the older one "
            "changed?",
        ),
        _but(
            "    def check_session(self, session):\n"
            "        found = self.sessions.get(session.token.reveal())\n"
            "        if found is None or self.clock.now() >= found[1] + 3600:\n"
            "            raise AccessDenied\n"
            "        return Session(session.token, found[0], 0, 0)",
            "She was there all the time. Does each use count as one?",
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
            "Every row stood in a lesson: the secret in 03, names in 02 and 23, codes in 07 and 23, and what "
            "opens a page on the first rung, in 21."
        ),
        (
            "Nothing new has to be invented. A name that nobody has costs a hash where `verify` is asked for it all "
            "the same, with None. A page opens for what is in `sessions`, and for nothing else. And of two steps the "
            "later one is larger."
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
            Option("c", "more than three", lambda kept: kept > 3),
        ),
    ),
)
