"""Exercises and predictions of 07_otp_validation."""

from __future__ import annotations

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, letter

NOTEBOOK = "07_otp_validation"

LIFETIME = Exercise(
    id="code-lifetime",
    title="How long a code is good for",
    question=(
        "Write `seconds_accepted(window_steps, period)`: nobody uses a certain code, and the server's clock runs on. "
        "For how many seconds by the server's clock would it take this code? Begin at the first second (a fast phone "
        "can show it early), end at the last."
    ),
    solution="""
def seconds_accepted(window_steps, period):
    return (2 * window_steps + 1) * period
""".strip(),
    hints=(
        "Count the steps first, then the seconds.",
        "In the figure there are the code's own step and, on each side of it, so many as the window has.",
        "A window of 1 has three steps, one of 2 has five. How many has one of `window_steps`? And how long is each?",
    ),
    cases=(
        Case(
            "A window of 1 step of 30 s",
            (1, 30),
            90,
            "Hold the code fast in the figure, and let the server's now move.",
        ),
        Case("A window of 2 steps of 30 s", (2, 30), 150, "Each step of the window stands on both sides."),
        Case(
            "A window of 0 steps of 30 s",
            (0, 30),
            30,
            "With no window there is the code's own step and nothing else.",
        ),
        Case("A window of 1 step of 60 s", (1, 60), 180, "Is the period used?"),
    ),
    wrong=(
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return period",
            "That is how long the phone shows it. The server is more patient.",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return (window_steps + 1) * period",
            "You count the steps on one side. Clocks go wrong in both directions.",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return 2 * window_steps * period",
            "Both sides are counted, but not the step in the middle.",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return (2 * window_steps + 1) * 30",
            "Not every server has steps of 30 seconds.",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return (2 * window_steps + 1) * period - 1",
            "One second short: first and last both count.",
        ),
    ),
)

ACCEPT = Exercise(
    id="accept-or-reject",
    title="Take it or refuse it",
    question=(
        "Write `may_accept(step, current, window_steps, last_step)`: `True` if the code of `step` may be taken by a "
        "server that stands in the step `current` and whose last accepted step is `last_step`, else `False`."
    ),
    solution="""
def may_accept(step, current, window_steps, last_step):
    return abs(step - current) <= window_steps and step > last_step
""".strip(),
    hints=(
        "Two conditions, and both must hold.",
        "One is about nearness: the distance of two steps is `abs(step - current)`, whichever comes first.",
        "The other is about memory: what lies at the last accepted step, or before it, stays closed.",
    ),
    cases=(
        Case("Step 100, now 100, window 1, last 90", (100, 100, 1, 90), True, "This is the usual login."),
        Case("Step 100, now 100, window 1, last 100", (100, 100, 1, 100), False, "It has been used once."),
        Case("Step 99, now 100, window 1, last 100", (99, 100, 1, 100), False, "A later step was already taken."),
        Case("Step 102, now 100, window 1, last 90", (102, 100, 1, 90), False, "Is it inside the window?"),
        Case("Step 98, now 100, window 1, last 90", (98, 100, 1, 90), False, "Is it inside the window?"),
        Case("Step 101, now 100, window 1, last 90", (101, 100, 1, 90), True, "A phone may be a little ahead."),
        Case("Step 99, now 100, window 1, last 90", (99, 100, 1, 90), True, "A phone may be a little behind."),
        Case("Step 99, now 100, window 0, last 90", (99, 100, 0, 90), False, "How wide is this window?"),
    ),
    wrong=(
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n    return abs(step - current) <= window_steps",
            "This server forgets: the same code gets in again.",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n"
            "    return abs(step - current) <= window_steps and step != last_step",
            "Only the very last code is remembered. One read over a shoulder a step earlier gets in.",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n    return step > last_step",
            "It was never used, but is it near enough to the server's now?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n"
            "    return last_step < step <= current + window_steps",
            "Used codes are out, and so are those of the far future. What of an old one that was never used?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n"
            "    return current - window_steps <= step <= current and step > last_step",
            "A phone whose clock is a little ahead is locked out.",
        ),
    ),
)

REMEMBER = Exercise(
    id="remember-step",
    title="What to keep",
    question=(
        "A code has just been accepted. What must the server write down, so that it never takes it again?\n\n"
        "- **a** the six digits\n- **b** the code's time step\n- **c** the moment at which it was typed\n"
        "- **d** the token of the session that it opened"
    ),
    ask=letter,
    solution='answer = "b"',
    hints=(
        "Look at the last figure: by which number are two boxes closed at once?",
        "It must be the same however the digits were typed, and whenever in the window they came.",
    ),
    cases=(
        Case(
            "Your choice",
            (),
            "b",
            "Choose one of the letters a, b, c and d.",
            wanted="one thing that settles every later code at once",
        ),
    ),
    wrong=(
        Wrong(
            'answer = "a"',
            "Digits repeat: some day an honest new code looks like an old one. And a code has many spellings.",
        ),
        Wrong(
            'answer = "c"',
            "The phone may be a step ahead: then its code is still good in the step after the moment it was typed.",
        ),
        Wrong(
            'answer = "d"',
            "The session says who is in. It does not say which code was used.",
        ),
    ),
)

EXERCISES = (LIFETIME, ACCEPT, REMEMBER)

PREDICTIONS = (
    Prediction(
        id="enrolment-code-reused",
        question="The code was used to enrol, and still stands on the phone. Does it log Alice in?",
        options=(
            Option("a", "yes, its half minute is not over", lambda granted: granted is True),
            Option("b", "no, it was used", lambda granted: granted is False),
        ),
    ),
    Prediction(
        id="late-code",
        question="The code is typed 59 seconds after it appeared. Is it taken?",
        options=(
            Option("a", "yes", lambda granted: granted is True),
            Option("b", "no, it is 29 seconds too old", lambda granted: granted is False),
        ),
    ),
    Prediction(
        id="public-message",
        question=(
            "A code is refused for nine reasons that a person can meet. How many different messages does the user "
            "get to read?"
        ),
        options=(
            Option("a", "nine, each with its reason", lambda count: count >= 7),
            Option("b", "a few kinds", lambda count: 2 <= count < 7),
            Option("c", "one", lambda count: count == 1),
        ),
    ),
)
