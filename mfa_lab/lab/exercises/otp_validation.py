"""Exercises and predictions of 07_otp_validation."""

from __future__ import annotations

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong, letter

NOTEBOOK = "07_otp_validation"

LIFETIME = Exercise(
    id="code-lifetime",
    title="How long a code is good for",
    question=(
        "Write `seconds_accepted(window_steps, period)`. Nobody uses a certain code, and the server's clock runs "
        "on. For how many seconds by the server's clock would it accept this code? Begin at the first second (a "
        "fast phone can show it early), and end at the last."
    ),
    solution="""
def seconds_accepted(window_steps, period):
    return (2 * window_steps + 1) * period
""".strip(),
    hints=(
        "Count the steps first, then the seconds.",
        "The figure shows the code's own step and, on each side of it, as many steps as the window has.",
        "A window of 1 has three steps, and one of 2 has five. How many has `window_steps`, and how long is each?",
    ),
    cases=(
        Case(
            "A window of 1 step of 30 s",
            (1, 30),
            90,
            "Your number is wrong for the usual server. Keep the code in place in the figure and let the server's "
            "clock move: when does it accept first, and when last?",
        ),
        Case(
            "A window of 2 steps of 30 s",
            (2, 30),
            150,
            "Your number does not follow a wider window. When the window is one step wider, on how many sides does "
            "it grow?",
        ),
        Case(
            "A window of 0 steps of 30 s",
            (0, 30),
            30,
            "Your number is wrong if there is no window. Which step is left then?",
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
            "Your code returns how long the phone shows the code, so the window changes nothing. How long does the "
            "server accept it?",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return 2 * period",
            "You count two steps for every server, so a wider window changes nothing. What does `window_steps` "
            "count?",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return (window_steps + 1) * period",
            "Your code counts the window on one side, so it forgives only slow clocks. Can a clock be fast?",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return 2 * window_steps * period",
            "Your code counts both sides, so a server without a window would accept nothing. Which step is missing?",
        ),
        Wrong(
            "def seconds_accepted(window_steps, period):\n    return (2 * window_steps + 1) * 30",
            "Your code always counts 30 seconds a step, so it is wrong for other servers. What says how long a step "
            "is?",
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
        "Write `may_accept(step, current, window_steps, last_step)`. Return `True` if the server may accept the "
        "code of `step`, else `False`. The server's own step is `current`, and `last_step` is the last step that it "
        "accepted."
    ),
    solution="""
def may_accept(step, current, window_steps, last_step):
    return abs(step - current) <= window_steps and step > last_step
""".strip(),
    hints=(
        "There are two conditions, and both must hold.",
        "One is the window: the distance of two steps is `abs(step - current)`, whichever comes first.",
        "The other is the memory: everything up to the last accepted step stays closed.",
    ),
    cases=(
        Case(
            "Step 100, now 100, window 1, last 90",
            (100, 100, 1, 90),
            True,
            "Your code rejects the usual login. Which condition fails here?",
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
            "Your code accepts a step before the last accepted one. Who may have read its code?",
        ),
        Case(
            "Step 102, now 100, window 1, last 90",
            (102, 100, 1, 90),
            False,
            "Your code accepts a step that is two ahead. Is it inside the window?",
        ),
        Case(
            "Step 98, now 100, window 1, last 90",
            (98, 100, 1, 90),
            False,
            "Your code accepts a step that is two behind. Is it inside the window?",
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
            "Your code accepts another step than the server's own. How wide is this window?",
        ),
    ),
    wrong=(
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n    return abs(step - current) <= window_steps",
            "Your code ignores `last_step`, so the same code gets in again. What does the server remember?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n"
            "    return abs(step - current) <= window_steps and step != last_step",
            "Your code excludes only the very last step. Somebody has read the code of the step before: does it get "
            "in?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n    return step > last_step",
            "Your code excludes used steps and nothing else. Is this step near enough to the server's own?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n"
            "    return last_step < step <= current + window_steps",
            "Your code excludes used steps and those too far ahead. What about an old step that was never used?",
        ),
        Wrong(
            "def may_accept(step, current, window_steps, last_step):\n"
            "    return current - window_steps <= step <= current and step > last_step",
            "Your code accepts nothing after the server's own step. What happens to a phone whose clock is a little "
            "ahead?",
        ),
    ),
)

REMEMBER = Exercise(
    id="remember-step",
    title="What to keep",
    question=(
        "The server has just accepted a code. What must it write down, so that it never accepts this code again?\n\n"
        "- **a** the six digits\n- **b** the code's time step\n- **c** the moment at which it was typed\n"
        "- **d** the token of the session that it opened"
    ),
    ask=letter,
    solution='answer = "b"',
    hints=(
        "In the last figure one number closes two boxes at once. Which number?",
        "It must be the same however the digits were typed, and whenever within the window they came.",
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
            "Digits repeat, so some day an honest new code looks like an old one. And one code has many spellings. "
            "What does not repeat?",
        ),
        Wrong(
            'answer = "c"',
            "The phone may be one step ahead, and then its code is still valid in the step after that moment. What "
            "belongs to the code itself?",
        ),
        Wrong(
            'answer = "d"',
            "The session says who is logged in, and not which code was used. What would the server compare a later "
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
            Option("a", "yes, because no code from his phone was used yet", lambda granted: granted is True),
            Option("b", "no, because Alice's code has used up his", lambda granted: granted is False),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the server rejects it. Both phones have the same secret, and show the same code. "
                "A one-time password is accepted one time, for whatever purpose and from whichever phone. The "
                "enrolment has consumed its time step, and the server accepts nothing at or below the last accepted "
                "step (RFC6238-5.2, NIST-3.1.4.2). In the next half minute the colleague would be in: the photograph "
                "stays dangerous. The user reads the same message as for any other rejection."
            ),
        ),
        secrets=("for whatever purpose", "enrolment has consumed", "step 60000000"),
    ),
    Prediction(
        id="late-code",
        question="The code is typed 59 seconds after it appeared. Does the server accept it?",
        options=(
            Option("a", "yes", lambda granted: granted is True),
            Option("b", "no, it is 29 seconds too old", lambda granted: granted is False),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** she is in. At 59 seconds the server was in the last second of the next step, and "
                "the code was still inside the window. This patience has a price: three codes are open at once "
                "instead of one, so a guess is three times as likely to be correct."
            ),
            (
                "So is a code valid for a minute? Not quite. By a correct clock it is open for 60 seconds after it "
                "appears. If you read it at the end of its step, you have half of that. But the server would have "
                "accepted it earlier as well, from a phone whose clock is fast and shows it too soon."
            ),
        ),
        secrets=("last second of the next step", "open for 60 seconds", "arrived 08:01:59"),
    ),
    Prediction(
        id="public-message",
        question="Four of nine reasons have the same message for the user. Which of the other five have their own?",
        options=(
            Option(
                "a",
                "the wait and the disabled authenticator, because the user must know what to do",
                lambda reasons: {*map(str, reasons)} == {"throttled", "disabled"},
            ),
            Option(
                "b",
                "the two pending logins, because there is nothing to guess any more",
                lambda reasons: bool(reasons) and all("pending" in str(reason) for reason in reasons),
            ),
            Option("c", "all five", lambda reasons: len(reasons) == 5),
            Option("d", "not one of them", lambda reasons: not reasons),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** seven of nine reasons share one sentence. Read the last two columns as an attacker "
                "would like to. *Malformed* and *no match* say nothing new. But *near miss* and *reused* would say "
                "that a guess was correct, and *throttled* that waiting helps. *Disabled* and *not enrolled* would "
                "describe the account. So their sentence stays the same, and what happened goes into a log that only "
                "the operator reads (ASVS-16.3.1)."
            ),
            (
                "The two pending logins have sentences of their own. Nothing can be guessed there any more: the "
                "server says the same for a correct code and for a wrong one. It says it only to the holder of that "
                "token. And it helps the owner, who may have pressed the button twice, or waited too long."
            ),
            (
                "The one sentence has a price: the honest owner reads no more than the thief. That is why the owner "
                "gets a notification of wrong codes after the correct password (ASVS-6.3.5). The form's message *log "
                "in with name and password first* says only that you came to the wrong page."
            ),
            (
                "The restart changed nothing. The last step, the failures with their wait, and the end of each "
                "login are in the database. The *transaction* that decides writes all of it or nothing. A server "
                "that keeps them elsewhere allows a replay, free guesses or a second session after a crash."
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
