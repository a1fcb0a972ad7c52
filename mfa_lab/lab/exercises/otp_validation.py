"""Exercises and predictions of 07_otp_validation."""

from __future__ import annotations

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, letter

NOTEBOOK = "07_otp_validation"

LIFETIME = Exercise(
    id="code-lifetime",
    title="How long a code is accepted",
    question=(
        "Write `seconds_accepted(window_steps, period)`. Suppose that nobody uses a certain code, and the server's "
        "clock moves on. For how many seconds, by its own clock, would the server accept this code? Count from the "
        "first such second (a fast phone can show the code early) to the last."
    ),
    solution="""
def seconds_accepted(window_steps, period):
    return (2 * window_steps + 1) * period
""".strip(),
    hints=(
        "Count the steps first, and then the seconds.",
        (
            "The figure shows the code's own step. On each side of that step, it shows as many steps as the window "
            "allows."
        ),
        (
            "A window of 1 covers three steps, and a window of 2 covers five. How many does a window of "
            "`window_steps` cover, and how long is each?"
        ),
    ),
    cases=(
        Case(
            "A window of 1 step of 30 s",
            (1, 30),
            90,
            "Your number is wrong for the usual server. In the figure, keep the code where it is and let the "
            "server's clock move. What are the first and the last moment at which the server accepts the code?",
        ),
        Case(
            "A window of 2 steps of 30 s",
            (2, 30),
            150,
            "Your number is wrong for a wider window. If the window is one step wider, on how many sides does it "
            "grow?",
        ),
        Case(
            "A window of 0 steps of 30 s",
            (0, 30),
            30,
            "Your number is wrong for a server without a window. Which step does such a server still accept?",
        ),
        Case(
            "A window of 1 step of 60 s",
            (1, 60),
            180,
            "Your number is wrong for longer steps. Does your code use the period?",
        ),
    ),
    wrong=(
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return period",
            "Your code returns how long the phone shows the code, so the window makes no difference. How long does "
            "the server accept the code?",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return 2 * period",
            "Your code counts two steps for every server, so a wider window makes no difference. What does "
            "`window_steps` count?",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return (window_steps + 1) * period",
            "Your code counts the window on one side only, so it forgives only slow clocks. Can a clock also be "
            "fast?",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return 2 * window_steps * period",
            "Your code counts only the steps on the two sides, so a server without a window would accept no code. "
            "Which step is missing?",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return (2 * window_steps + 1) * 30",
            "Your code always counts 30 seconds per step, so it is wrong for servers with longer steps. Which "
            "argument says how long a step is?",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return (2 * window_steps + 1) * period - 1",
            "Your code is one second short, as if it subtracted the first second from the last. How many seconds are "
            "there from 0 to 29?",
        ),
    ),
)

ACCEPT = Exercise(
    id="accept-or-reject",
    title="Accept or reject",
    question=(
        "Write `may_accept(step, current, window_steps, last_step)`. Return `True` if the server may accept the code "
        "of `step`, and `False` otherwise. The server's own step is `current`, and `last_step` is the last step that "
        "it accepted."
    ),
    solution="""
def may_accept(step, current, window_steps, last_step):
    return abs(step - current) <= window_steps and step > last_step
""".strip(),
    hints=(
        "There are two conditions, and both must hold.",
        (
            "The first condition is the window: the distance between the two steps is `abs(step - current)`, "
            "whichever step comes first."
        ),
        "The second condition is the memory: the server rejects the last accepted step and every earlier step.",
    ),
    cases=(
        Case(
            "Step 100, now 100, window 1, last 90",
            (100, 100, 1, 90),
            True,
            "Your code rejects an ordinary login. Which of your conditions fails here?",
        ),
        Case(
            "Step 100, now 100, window 1, last 100",
            (100, 100, 1, 100),
            False,
            "Your code accepts this step a second time. What does `last_step` say about it?",
        ),
        Case(
            "Step 99, now 100, window 1, last 100",
            (99, 100, 1, 100),
            False,
            "Your code accepts a step before the last accepted step. Who may have read its code?",
        ),
        Case(
            "Step 102, now 100, window 1, last 90",
            (102, 100, 1, 90),
            False,
            "Your code accepts a step that is two steps ahead. Is that step inside the window?",
        ),
        Case(
            "Step 98, now 100, window 1, last 90",
            (98, 100, 1, 90),
            False,
            "Your code accepts a step that is two steps behind. Is that step inside the window?",
        ),
        Case(
            "Step 101, now 100, window 1, last 90",
            (101, 100, 1, 90),
            True,
            "Your code rejects a phone that is a little ahead. On how many sides is the window open?",
        ),
        Case(
            "Step 99, now 100, window 1, last 90",
            (99, 100, 1, 90),
            True,
            "Your code rejects a phone that is a little behind. On how many sides is the window open?",
        ),
        Case(
            "Step 99, now 100, window 0, last 90",
            (99, 100, 0, 90),
            False,
            "Your code accepts a step other than the server's own. How wide is this window?",
        ),
    ),
    wrong=(
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n    return abs(step - current) <= window_steps",
            "Your code ignores `last_step`, so the same code is accepted a second time. What does the server "
            "remember?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n"
            "    return abs(step - current) <= window_steps and step != last_step",
            "Your code excludes only the last accepted step. Does it accept the code of the step before, which "
            "somebody may have read?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n    return step > last_step",
            "Your code excludes used steps and nothing else. Is this step close enough to the server's own step?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n"
            "    return last_step < step <= current + window_steps",
            "Your code excludes used steps, and steps that are too far ahead. What happens to an old step that was "
            "never used?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n"
            "    return current - window_steps <= step <= current and step > last_step",
            "Your code accepts no step after the server's own. What happens to a user whose phone is a little ahead?",
        ),
    ),
)

REMEMBER = Exercise(
    id="remember-step",
    title="What to keep",
    question=(
        "The server has just accepted a code. What must it store, so that it never accepts this code again?\n\n"
        "- **a** the six digits\n"
        "- **b** the code's time step\n"
        "- **c** the time at which the user typed it\n"
        "- **d** the token of the session that it opened"
    ),
    ask=letter,
    solution='answer = "b"',
    hints=(
        "In the last figure, one number closes two boxes at once. Which number is that?",
        "The number must be the same, no matter how the digits were typed or when they arrived within the window.",
    ),
    cases=(
        Case(
            "Your choice",
            (),
            "b",
            "Choose one of the letters a, b, c and d.",
            wanted="the one item that decides about every later code",
        ),
    ),
    wrong=(
        Wrong(
            'answer = "a"',
            "Digits repeat, so one day a new, honest code will look like an old one. Besides, one code can be typed "
            "in many ways. What does not repeat?",
        ),
        Wrong(
            'answer = "c"',
            "The phone may be one step ahead, and then its code is still valid in the step after that time. What "
            "belongs to the code itself?",
        ),
        Wrong(
            'answer = "d"',
            "The session says who is logged in, but not which code was used. What would the server compare a later "
            "code with?",
        ),
    ),
)

EXERCISES = (LIFETIME, ACCEPT, REMEMBER)

PREDICTIONS = (
    Prediction(
        id="enrolment-code-reused",
        question=(
            "Alice's code has confirmed the enrolment. A colleague with her password and a photograph of her QR code "
            "types the code from his own phone. Does the server let him in?"
        ),
        options=(
            Option("a", "yes, because no code from his phone has been used yet", lambda granted: granted is True),
            Option("b", "no, because Alice's code has used up his code, too", lambda granted: granted is False),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the server rejects the colleague's code. Both phones have the same secret, so they "
                "show the same code. The server accepts a one-time password only once, for whatever purpose and from "
                "whichever phone. Alice's enrolment has consumed the time step, so the server accepts neither this "
                "step nor an earlier one (RFC6238-5.2, NIST-3.1.4.2). In the next half minute the colleague would "
                "get in: the photograph stays dangerous. The user sees the same message as for other wrong codes."
            ),
        ),
        secrets=("for whatever purpose", "enrolment has consumed", "step 60000000"),
    ),
    Prediction(
        id="late-code",
        question="Alice types the code 59 seconds after it appeared. Does the server accept it?",
        options=(
            Option("a", "yes", lambda granted: granted is True),
            Option("b", "no, it is 29 seconds too old", lambda granted: granted is False),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** the server accepts the code. At 59 seconds, the server was in the last second of "
                "the next step, and the code was still inside the window. This tolerance has a price. Three codes "
                "are valid at once instead of one, so a guess is three times as likely to be correct."
            ),
            (
                "So is a code valid for a minute? Not quite. If the phone's clock is correct, the code is open for "
                "60 seconds after it appears. If you read it at the end of its step, you have only half of that "
                "time. But the server would also have accepted the code earlier, from a phone whose fast clock shows "
                "it too soon."
            ),
        ),
        secrets=("last second of the next step", "open for 60 seconds", "arrived 08:01:59"),
    ),
    Prediction(
        id="public-message",
        question=(
            "Four of the nine reasons have the same message for the user. Which of the other five have a "
            "message of their own?"
        ),
        options=(
            Option(
                "a",
                "the wait and the disabled authenticator, because the user must know what to do",
                lambda reasons: {*map(str, reasons)} == {"throttled", "disabled"},
            ),
            Option(
                "b",
                "the two pending logins, because there is nothing left to guess",
                lambda reasons: bool(reasons) and all("pending" in str(reason) for reason in reasons),
            ),
            Option("c", "all five", lambda reasons: len(reasons) == 5),
            Option("d", "not one of them", lambda reasons: not reasons),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** seven of nine reasons share one sentence. Read the last two columns as an attacker "
                "would. *Malformed* and *no match* say nothing new. But *near miss* and *reused* would say that a "
                "guess was correct, and *throttled* would say that waiting helps. *Disabled* and *not enrolled* "
                "would describe the account. So the sentence stays the same, and the real reason goes into a log "
                "that only the operator reads (ASVS-16.3.1)."
            ),
            (
                "The two pending logins have sentences of their own, because there is nothing left to guess. The "
                "server gives the same answer to a correct code and to a wrong code, and only to the holder of the "
                "pending login's token. The sentence helps the owner, who may have pressed the button twice or "
                "waited too long."
            ),
            (
                "The shared sentence has a price: it tells the honest owner no more than the thief. That is why the "
                "owner gets a notification about wrong codes after the correct password (ASVS-6.3.5). The form's "
                "message *log in with name and password first* says only that you came to the wrong page."
            ),
            (
                "The restart changed nothing. The database stores the last accepted step, the failed attempts with "
                "their wait, and the end of each pending login. One *transaction* makes the decision and writes all "
                "these values or none of them. If a server keeps these values elsewhere, a crash can allow a "
                "replay, free guesses or a second session."
            ),
        ),
        secrets=(
            "seven of nine reasons",
            "sentence stays the same",
            "sentences of their own",
            "restart changed nothing",
        ),
    ),
)
