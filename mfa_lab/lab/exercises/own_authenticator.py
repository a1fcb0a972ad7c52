"""Exercises and predictions of 04_own_authenticator. The vectors are those of RFC 6238."""

from __future__ import annotations

from mfa_lab.lab.demos import rfc_vectors
from mfa_lab.lab.exercises.otp_generation import TO_CODE, TRUNCATE
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "04_own_authenticator"

_KEY = rfc_vectors.TOTP["keys_ascii"]["SHA1"].encode()


def _totp(message: str, digits: int = 8) -> str:
    """Return the source of a `totp` that passes this message to the HMAC."""
    return f'def totp(key, now):\n    return to_code(truncate(hmac.digest(key, {message}, "sha1")), {digits})'


TOTP = Exercise(
    id="whole-totp",
    title="The whole of TOTP",
    question=(
        "Write `totp(key, now)`. It takes the bytes of a key and a Unix time, and returns the code, which has eight "
        "digits. Use SHA-1, steps of 30 seconds, and the functions `truncate` and `to_code`."
    ),
    given=f"import hmac\n\nfrom mfa_lab.lab.room import DEMO_NOW\n\n{TRUNCATE.solution}\n\n{TO_CODE.solution}",
    solution="""
def totp(key, now):
    message = (now // 30).to_bytes(8, "big")
    digest = hmac.digest(key, message, "sha1")
    return to_code(truncate(digest), 8)
""".strip(),
    hints=(
        "There are four values, and you compute each value from the value before it: step, message, digest, code.",
        (
            "The time step is the number of whole periods of 30 seconds since 1970. The message is that number as "
            "eight bytes."
        ),
        (
            "`truncate` takes what `hmac.digest` returns, and `to_code` takes what `truncate` returns. The codes in "
            "the test vectors have eight digits."
        ),
    ),
    cases=tuple(
        Case(
            f"RFC 6238 at {row['unix_time']} s",
            (_KEY, row["unix_time"]),
            row["code"],
            "Follow this time through your code: what are the step, its eight bytes and their HMAC?",
        )
        for row in rfc_vectors.TOTP["vectors"]
        if row["algorithm"] == "SHA1"
    ),
    wrong=(
        Wrong(
            _totp('now.to_bytes(8, "big")'),
            "Your code computes the message from the time in seconds. The code then changes every second, so nobody "
            "can type it quickly enough. What stays the same for 30 seconds?",
        ),
        Wrong(
            _totp('(now // 30).to_bytes(4, "big")'),
            "Your message has four bytes. A different message gives a different HMAC. How many bytes do the "
            "standards require?",
        ),
        Wrong(
            _totp('(now // 30).to_bytes(8, "little")'),
            "Your message has the bytes of the time step in reverse order. A different message gives a different "
            "HMAC. Which byte comes first in the standard?",
        ),
        Wrong(
            _totp("str(now // 30).encode()"),
            "Your message is the time step in decimal digits. Both sides must use the same bytes. How did notebook "
            "03 write the time step?",
        ),
        Wrong(
            _totp('(now // 30).to_bytes(8, "big")', digits=6),
            "Your code returns six digits, as most apps do. The codes in the test vectors are longer. How many "
            "digits did the question ask for?",
        ),
        Wrong(
            _totp('(now // 30).to_bytes(8, "big")')
            .replace("digest(key, ", "digest(")
            .replace('"big"),', '"big"), key,'),
            "Your code passes the message where `hmac.digest` expects the key, so it uses the message as the key. "
            "Which argument comes first?",
        ),
        Wrong(
            _totp('(DEMO_NOW // 30).to_bytes(8, "big")'),
            "Your code computes with `DEMO_NOW`, so it always returns the same code. Which time did the caller pass?",
        ),
    ),
)

SECONDS_LEFT = Exercise(
    id="seconds-left",
    title="How long a code stays visible",
    question=(
        "Write `seconds_left(now)`. For how many more seconds, from the Unix time `now` on, does the app show the "
        "code of that moment? A step lasts 30 seconds."
    ),
    solution="""
def seconds_left(now):
    return 30 - now % 30
""".strip(),
    hints=(
        "First find out how many seconds of the step are over at `now`.",
        (
            "The remainder after division by 30 is the number of seconds that are over, from 0 to 29. The answer "
            "goes from 30 down to 1."
        ),
    ),
    cases=(
        Case("At 1,800,000,010", (1_800_000_010,), 20, "Ten seconds of this step are over. How many are left?"),
        Case("At 1,800,000,000", (1_800_000_000,), 30, "A step has just begun. How many seconds are left?"),
        Case("At 1,800,000,029", (1_800_000_029,), 1, "This is the last second of a step. Does it still count?"),
        Case("At 59", (59,), 1, "This is the last second of a step. Does it still count?"),
    ),
    wrong=(
        Wrong(
            "def seconds_left(now):\n    return now % 30",
            "Your code returns how many seconds of the step are over. That number grows while the remaining time "
            "shrinks. How can you compute the remaining time from it?",
        ),
        Wrong(
            "def seconds_left(now):\n    return 29 - now % 30",
            "Your code returns one second too few, so an app would hide the code before it changes. Does the second "
            "that has just begun count?",
        ),
        Wrong(
            "def seconds_left(now):\n    return -now % 30",
            "Your code returns 0 in the first second of a step, as if a code were over when it has just appeared. "
            "How many seconds does the code have left at that moment?",
        ),
        Wrong(
            "def seconds_left(now):\n    return 30 - now // 30",
            "Your code uses `//`, which returns the number of whole steps since 1970, so the result is usually far "
            "below zero. Which operator returns the remainder?",
        ),
        Wrong(
            "def seconds_left(now):\n    return 30",
            "Your code always returns the length of a whole step, so the app's countdown never moves. How much of "
            "the step may already be over?",
        ),
    ),
)

EXERCISES = (TOTP, SECONDS_LEFT)

PREDICTIONS = (
    Prediction(
        id="step-boundary",
        question="Alice opens her app at 08:00:10. When does the app show another code?",
        options=(
            Option("a", "after half a minute, at 08:00:40", lambda seconds: seconds == 30),
            Option("b", "after twenty seconds, at 08:00:30", lambda seconds: seconds == 20),
            Option("c", "it depends on the second in which she enrolled", lambda seconds: seconds not in {20, 30}),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the next step began at 08:00:30, and the app showed another code. Time steps of 30 "
                "seconds begin at the full and the half minute, for every phone and every server. It does not matter "
                "when somebody enrolled or opened the app. That is why the first code that you see is often gone "
                "sooner than you think."
            ),
            (
                "The whole code changed. The new message differs in one or a few bits, but this small difference "
                "changes the HMAC as much as the flipped bit did in notebook 03. Nobody who sees today's codes can "
                "compute tomorrow's."
            ),
        ),
        secrets=(r"60000001", r"411 ?743", r"full and the half minute", r"gone sooner"),
    ),
    Prediction(
        id="server-off",
        question="The server is off, and somebody sets the phone's clock one hour ahead. What does the phone show?",
        options=(
            Option("a", "the same code as before, since the app notices the change", lambda valid: valid == "now"),
            Option("b", "six digits that are never valid", lambda valid: valid == "never"),
            Option("c", "the code that is valid in an hour", lambda valid: valid == "in an hour"),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the phone shows the code that the server would accept in an hour. The app "
                "computes the code from two things, the secret and the phone's clock, and it believes both. So if a "
                "phone shows wrong codes, there are two usual suspects: its secret and its clock. (Notebooks 05 and "
                "06 show a third: an app that computes differently.)"
            ),
            (
                "There is also a danger. Anyone who holds an unlocked phone for a minute can set its clock ahead and "
                "note the codes of tomorrow, without ever learning the secret."
            ),
        ),
        secrets=(r"would accept in an hour", r"believes both", r"usual suspects", r"codes of tomorrow"),
    ),
)
