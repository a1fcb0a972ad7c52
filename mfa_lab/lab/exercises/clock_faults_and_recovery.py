"""Exercises and predictions of 06_clock_faults_and_recovery."""

from __future__ import annotations

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "06_clock_faults_and_recovery"


_THREE_WORDS = {"digits", "algorithm", "period"}


def _lies(answer: dict[str, str]) -> object:
    """Return which parameter each app ignores. Capital letters and spaces in the answer do not matter."""
    lies = {str(app).strip().upper(): str(lie).strip().lower() for app, lie in answer.items()}
    return lies if set(lies.values()) <= _THREE_WORDS else "something else than the three words"


LIARS = Exercise(
    id="ignored-parameters",
    title="Which app ignores which parameter",
    question=(
        'Each of the three apps ignores one parameter. Write `lies = {"A": ..., "B": ..., "C": ...}`, with '
        '`"digits"`, `"algorithm"` or `"period"` in place of the dots.'
    ),
    solution='lies = {"A": "period", "B": "digits", "C": "algorithm"}',
    ask=_lies,
    hints=(
        "You can recognise one app by the length of its codes, and another by the time at which its code changes.",
        (
            "First count the digits of each code. Then compare the first two columns: a code of this account stays "
            "the same for 60 seconds."
        ),
        (
            "The third app's codes have the correct length and change at the correct time. But they differ from the "
            "honest app's codes: what else affects a code?"
        ),
    ),
    cases=(
        Case(
            "Your dictionary",
            (),
            {"A": "period", "B": "digits", "C": "algorithm"},
            "At least one app ignores a different parameter than you say. Read each line from left to right: is the "
            "code long enough, and does it change when it should?",
            "the parameter that each of A, B and C ignores",
        ),
    ),
    wrong=(
        Wrong(
            'lies = {"A": "algorithm", "B": "digits", "C": "period"}',
            "You have found B. One of the other two apps shows three different codes within the minute, although a "
            "code of this account stays the same for 60 seconds. Which one is it?",
        ),
        Wrong(
            'lies = {"A": "period", "B": "algorithm", "C": "digits"}',
            "You have found A. How many digits do B and C show, and what are the last digits of the honest app's "
            "code?",
        ),
        Wrong(
            'lies = {"A": "digits", "B": "digits", "C": "digits"}',
            "You gave the same reason for all three apps, but only one app's code is too short. What is wrong with "
            "the other two?",
        ),
        Wrong(
            'lies = {"A": "digits", "B": "period", "C": "algorithm"}',
            "You have found C. Count the digits of A and B. Which of the two codes changes after 30 seconds?",
        ),
        Wrong(
            'lies = {"A": "period", "B": "digits", "C": "sha256"}',
            'One of your words is not "digits", "algorithm" or "period", so it does not name a parameter. Which '
            "parameter do you mean?",
        ),
    ),
)

DRIFT = Exercise(
    id="wrong-clock",
    title="Who gets in with a wrong clock",
    question=(
        "Write `gets_in(drift_seconds, second)`. A phone's clock is `drift_seconds` fast (or slow, if negative). At "
        "`second` (0 to 29) of the server's step, the user reads the phone's code and types it at once. Return True "
        "if a window of one step on either side accepts the code, and False otherwise."
    ),
    solution="""
def gets_in(drift_seconds, second):
    return -30 <= second + drift_seconds < 60
""".strip(),
    hints=(
        "Ignore the step numbers at first. Count the seconds from the beginning of the server's own step.",
        "Counted from that beginning, the phone shows `second` plus the drift. A slow phone has a negative drift.",
        (
            "Three steps are open, from 30 seconds before that beginning to 60 seconds after it. Which of these two "
            "limits is still inside the window?"
        ),
    ),
    cases=(
        Case(
            "A correct clock, second 10",
            (0, 10),
            True,
            "Your code rejects a phone with a correct clock. Which of your conditions fails here?",
        ),
        Case(
            "10 s fast, second 25",
            (10, 25),
            True,
            "Your code rejects a phone on which the next step is already 5 seconds old. Is that step open?",
        ),
        Case(
            "45 s slow, second 10",
            (-45, 10),
            False,
            "Your code accepts a phone whose time is 35 seconds before the server's step began. How many steps back "
            "is that?",
        ),
        Case(
            "45 s slow, second 20",
            (-45, 20),
            True,
            "Your code rejects a phone whose time is 25 seconds before the server's step began. How many steps back "
            "is that?",
        ),
        Case(
            "45 s fast, second 10",
            (45, 10),
            True,
            "Your code rejects a phone whose time is second 55, counted from the start of the server's step. Which "
            "step is that?",
        ),
        Case(
            "45 s fast, second 20",
            (45, 20),
            False,
            "Your code accepts a phone whose time is second 65, counted from the start of the server's step. Which "
            "step is that?",
        ),
        Case(
            "30 s slow, second 0",
            (-30, 0),
            True,
            "Your code rejects a phone on which the previous step has just begun. Is that step open?",
        ),
        Case(
            "60 s fast, second 0",
            (60, 0),
            False,
            "Your code accepts a phone on which the step after the next has just begun. Is that step open?",
        ),
        Case(
            "59 s fast, second 0",
            (59, 0),
            True,
            "Your code rejects a phone that is in the last second of the next step. Is that step open?",
        ),
    ),
    wrong=(
        Wrong(
            "def gets_in(drift_seconds, second):\n    return abs(drift_seconds) <= 30",
            "Your code ignores `second`, so it accepts only clocks that always get in. At which second of its step "
            "is the server here?",
        ),
        Wrong(
            "def gets_in(drift_seconds, second):\n    return -30 <= second - drift_seconds < 60",
            "Your code subtracts the drift, so a slow phone looks like a fast one. Is a slow phone's time earlier or "
            "later than the server's?",
        ),
        Wrong(
            "def gets_in(drift_seconds, second):\n    return -30 <= second + drift_seconds <= 60",
            "Your code accepts second 60, counted from the start of the server's step. Which step does that second "
            "belong to?",
        ),
        Wrong(
            "def gets_in(drift_seconds, second):\n    return 0 <= second + drift_seconds < 30",
            "Your code accepts only the server's own step. How many seconds does one more step add on each side?",
        ),
    ),
)

EXERCISES = (LIARS, DRIFT)

PREDICTIONS = (
    Prediction(
        id="slow-phone",
        question="Alice's phone is 45 seconds slow, and she types at once. How often does she get in?",
        options=(
            Option("a", "always, because 45 seconds are less than two steps", lambda seconds: seconds == 30),
            Option("b", "never, because 45 seconds are more than one step", lambda seconds: seconds == 0),
            Option("c", "about every third time", lambda seconds: 0 < seconds <= 12),
            Option("d", "about every second time", lambda seconds: 12 < seconds < 30),
        ),
        outcome="d",
        saw=(
            (
                "**What we saw:** it depends on the moment. Ten seconds into the server's step, the phone's time is "
                "35 seconds before that step began. That is two steps back, outside the window. At second 20 the "
                "phone's time is 25 seconds before the step began. That is one step back, inside the window. She "
                "gets in at 15 of the thirty seconds in a step."
            ),
            (
                "Why did the strip say *11 s too late*? The server accepts the code of step −2 until the end of step "
                "−1. The last second of step −1 was 08:59:59, and the code arrived at 09:00:10."
            ),
            (
                "For Alice this is the worst kind of fault: it comes and goes, and nobody believes her. The window "
                "always forgives a drift of up to 30 seconds in either direction, and never forgives a minute. "
                "Between these two limits, it depends on the moment. RFC6238-6 gives the largest drift that a "
                "window forgives: 59 seconds with one step, as in the table, and 89 seconds with two steps."
            ),
        ),
        secrets=("11 s too late", "15 of 30", "comes and goes", "never forgives a minute", "depends on the moment"),
    ),
    Prediction(
        id="recovery-code",
        question="Alice has lost her phone and types a recovery code. What does the server give her?",
        options=(
            Option("a", "a session, so she is logged in", lambda given: hasattr(given, "expires_at")),
            Option(
                "b",
                "permission to enrol a new authenticator, but no session",
                lambda given: hasattr(given, "pending") and given.pending.permits == "new factor",
            ),
            Option("c", "her shared secret again, for the next phone", lambda given: hasattr(given, "uri")),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** Alice gets no session. A recovery code replaces a lost authenticator, so it "
                "permits Alice to enrol a new one and nothing else. After that she logs in as usual, with password "
                "and code. The recovery code is worthless without the password, because the server verifies it only "
                "after a correct password."
            ),
            (
                "The server rejects the old phone's codes, because the *secret* was replaced (ASVS-6.5.6). At the "
                "next login, Alice finds three notifications: about the first authenticator, the recovery and the "
                "new authenticator (NIST-4.2.3)."
            ),
        ),
        secrets=("no session\\. A recovery", "permits Alice to", "secret was replaced", "three notifications"),
    ),
)
