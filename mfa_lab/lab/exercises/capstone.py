"""The exercise of 12_capstone: everything at once."""

from __future__ import annotations

import inspect

from mfa_lab.attacks.capstone import CLAUSES, Mended
from mfa_lab.attacks.ladder import Trial
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong
from mfa_lab.lab.source import without_annotations

NOTEBOOK = "12_capstone"

_GIVEN = """
import base64

from mfa_lab import AccessDenied
from mfa_lab.attacks.capstone import FirstDraft
from mfa_lab.hidden import Hidden
from mfa_lab.server.records import PendingLogin, Permit, Session
""".strip()


def _put_to(answer: object, trial: Trial) -> str:
    return trial.answer(answer)


CAPSTONE = Exercise(
    id="12-capstone",
    title="A server that keeps every clause",
    question=(
        "Write a class `Mended` on top of `FirstDraft` that keeps every clause of the table. Mend one clause at a "
        "time, and look at the table after each."
    ),
    solution=without_annotations(inspect.getsource(Mended)).strip(),
    cases=tuple(
        Case(trial.name, (trial,), trial.wanted, trial.feedback) for clause in CLAUSES for trial in clause.trials
    ),
    wrong=(
        Wrong(
            "class Mended(FirstDraft):\n"
            "    window_steps = 1\n"
            "    def new_secret(self):\n"
            "        return base64.b32encode(self.randomness.token_bytes(20)).decode()",
            "Two sentences, two answers.",
        ),
        Wrong(
            "class Mended(FirstDraft):\n    def new_secret(self):\n        return 'DEMO' * 8",
            "One secret for everybody is no secret: whoever has an account has them all.",
        ),
        Wrong(
            "class Mended(FirstDraft):\n    def begin_login(self, name, password):\n        raise AccessDenied",
            "A server that lets nobody in is safe, and of no use.",
        ),
    ),
    ask=_put_to,
    given=_GIVEN,
    hints=(
        "Six methods and one number are enough, and each is short. Begin with the shortest.",
        (
            "Every clause stood in a lesson: the secret in 02, names in 01b, codes in 04, waits in 01b, sessions "
            "among the fixes of the ladder."
        ),
        (
            "Three methods carry two clauses each: waiting and stopping; what opens a page and for how long; what a "
            "stranger hears and what the log keeps of a name."
        ),
    ),
)

EXERCISES = (CAPSTONE,)

PREDICTIONS = (
    Prediction(
        id="12-draft",
        question="How many of the ten rows does the first draft keep?",
        options=(
            Option("a", "none", lambda kept: kept == 0),
            Option("b", "one to three", lambda kept: 1 <= kept <= 3),
            Option("c", "more than three", lambda kept: kept > 3),
        ),
    ),
)
