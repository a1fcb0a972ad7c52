"""Exercises and predictions of 06_clock_faults_and_recovery."""

from __future__ import annotations

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "06_clock_faults_and_recovery"


_THREE_WORDS = {"digits", "algorithm", "period"}


def _lies(answer: dict[str, str]) -> object:
    """App by app what it ignores. Capital letters and spaces are forgiven."""
    lies = {str(app).strip().upper(): str(lie).strip().lower() for app, lie in answer.items()}
    return lies if set(lies.values()) <= _THREE_WORDS else "something else than the three words"


LIARS = Exercise(
    id="ignored-parameters",
    title="Which app ignores what",
    question=(
        'Each of the three apps ignores one thing. Say which: `lies = {"A": ..., "B": ..., "C": ...}`, with '
        '`"digits"`, `"algorithm"` or `"period"` in place of the dots.'
    ),
    solution='lies = {"A": "period", "B": "digits", "C": "algorithm"}',
    ask=_lies,
    hints=(
        (
            "One line betrays itself by its length, one by the moment at which it changes, and the third "
            "has neither fault."
        ),
        (
            "Count the digits of each code first. Then compare the first two columns: a code of this "
            "account stands for 60 seconds."
        ),
        (
            "Who has the right length and the right moment, and still another code than the honest app, "
            "computes with another hash."
        ),
    ),
    cases=(
        Case(
            "Your dictionary",
            (),
            {"A": "period", "B": "digits", "C": "algorithm"},
            "Read each line of the table from left to right: is it long enough, does it change when it "
            "should, and is "
            "it then the honest app's code?",
            "for each of A, B and C the one thing that it ignores",
        ),
    ),
    wrong=(
        Wrong(
            'lies = {"A": "algorithm", "B": "digits", "C": "period"}',
            "B is found. Of the others one shows three different codes within the minute, though a code of this "
            "account stands for 60 seconds: which?",
        ),
        Wrong(
            'lies = {"A": "period", "B": "algorithm", "C": "digits"}',
            "A is found. Now count the digits of B and C; and compare B's with the end of the honest app's code.",
        ),
        Wrong(
            'lies = {"A": "digits", "B": "digits", "C": "digits"}',
            "All three are wrong codes, but only one of them is too short.",
        ),
        Wrong(
            'lies = {"A": "digits", "B": "period", "C": "algorithm"}',
            "C is found. Count the digits of A and B, then look which of the two changes after 30 seconds.",
        ),
        Wrong(
            'lies = {"A": "period", "B": "digits", "C": "sha256"}',
            'Use the three words "digits", "algorithm" and "period", one for each app.',
        ),
    ),
)

DRIFT = Exercise(
    id="wrong-clock",
    title="Who gets in with a wrong clock",
    question=(
        "Write `gets_in(drift_seconds, second)`. A phone's clock is `drift_seconds` fast (or slow, if negative). At "
        "`second` (0 to 29) of the server's step its code is read and typed at once. Return True if a window of one "
        "step either side lets it in."
    ),
    solution="""
def gets_in(drift_seconds, second):
    return -30 <= second + drift_seconds < 60
""".strip(),
    hints=(
        "Forget the step numbers at first: count seconds from the beginning of the server's own step.",
        (
            "What the phone's clock says, counted so, is `second` and the drift together. A slow phone "
            "has a negative drift."
        ),
        (
            "Three steps are open, so the open seconds reach from 30 before the beginning to 60 after it."
            " Mind which end belongs to it."
        ),
    ),
    cases=(
        Case("A right clock, second 10", (0, 10), True, "A right clock gets in at any moment."),
        Case(
            "10 s fast, second 25", (10, 25), True, "By the phone the next step is 5 seconds old: is that one open?"
        ),
        Case(
            "45 s slow, second 10",
            (-45, 10),
            False,
            "By the phone it is 35 seconds before this step began: how many steps back?",
        ),
        Case(
            "45 s slow, second 20",
            (-45, 20),
            True,
            "By the phone it is 25 seconds before this step began: how many steps back?",
        ),
        Case(
            "45 s fast, second 10",
            (45, 10),
            True,
            "By the phone it is second 55, counted from the start of the server's step.",
        ),
        Case(
            "45 s fast, second 20",
            (45, 20),
            False,
            "By the phone it is second 65, counted from the start of the server's step.",
        ),
        Case(
            "30 s slow, second 0",
            (-30, 0),
            True,
            "By the phone the step before has just begun, and that one is inside.",
        ),
        Case(
            "60 s fast, second 0",
            (60, 0),
            False,
            "By the phone the step after the next has just begun, and that one is outside.",
        ),
        Case("59 s fast, second 0", (59, 0), True, "By the phone it is the last second of the next step."),
    ),
    wrong=(
        Wrong(
            "def gets_in(drift_seconds, second):\n    return abs(drift_seconds) <= 30",
            "30 seconds is what gets in always. At some moments more does: it depends on where in its "
            "step the server is.",
        ),
        Wrong(
            "def gets_in(drift_seconds, second):\n    return -30 <= second - drift_seconds < 60",
            "Here it came out wrong. A slow phone has seen fewer seconds than the server: compute the step of each, "
            "rounding down with //, and compare the two.",
        ),
        Wrong(
            "def gets_in(drift_seconds, second):\n    return -30 <= second + drift_seconds <= 60",
            "Nearly: second 60 is the first of a step that is two steps on, and that is outside.",
        ),
        Wrong(
            "def gets_in(drift_seconds, second):\n    return 0 <= second + drift_seconds < 30",
            "Here it came out wrong. One step either side is open as well as the server's own: how many seconds is "
            "that on each side, from where the server stands in its step?",
        ),
    ),
)

EXERCISES = (LIARS, DRIFT)

PREDICTIONS = (
    Prediction(
        id="slow-phone",
        question="Alice's phone is 45 seconds slow. Does she get in?",
        options=(
            Option("a", "always: 45 seconds are less than two steps", lambda seconds: seconds == 30),
            Option("b", "never: 45 seconds are more than one step", lambda seconds: seconds == 0),
            Option("c", "sometimes yes, sometimes no", lambda seconds: 0 < seconds < 30),
        ),
    ),
    Prediction(
        id="recovery-code",
        question="Alice has lost her phone and types a right recovery code. What does the server give her?",
        options=(
            Option("a", "a session: she is in", lambda permits: permits == "session"),
            Option(
                "b", "leave to enrol a new authenticator, and no session", lambda permits: permits == "new factor"
            ),
            Option("c", "leave to type another code", lambda permits: permits == "code"),
        ),
    ),
)
