"""Exercises and predictions of 04_own_authenticator. The vectors are those of RFC 6238."""

from __future__ import annotations

from mfa_lab.lab.demos import rfc_vectors
from mfa_lab.lab.exercises.otp_generation import TO_CODE, TRUNCATE
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "04_own_authenticator"

_KEY = rfc_vectors.TOTP["keys_ascii"]["SHA1"].encode()


def _totp(message: str, digits: int = 8) -> str:
    """A `totp` that feeds this message to the HMAC."""
    return f'def totp(key, now):\n    return to_code(truncate(hmac.digest(key, {message}, "sha1")), {digits})'


TOTP = Exercise(
    id="whole-totp",
    title="The whole of TOTP",
    question=(
        "Write `totp(key, now)`: it takes the bytes of a key and a Unix time, and returns the code of eight digits, "
        "with SHA-1 and steps of 30 seconds. Use `truncate` and `to_code`."
    ),
    given=f"import hmac\n\nfrom mfa_lab.lab.room import DEMO_NOW\n\n{TRUNCATE.solution}\n\n{TO_CODE.solution}",
    solution="""
def totp(key, now):
    message = (now // 30).to_bytes(8, "big")
    digest = hmac.digest(key, message, "sha1")
    return to_code(truncate(digest), 8)
""".strip(),
    hints=(
        "Four values, each made from the one before: step, message, digest, code.",
        (
            "The step is how many whole periods of 30 seconds have passed since 1970; the message is that"
            " number in eight bytes."
        ),
        (
            "What `truncate` takes is what `hmac.digest` gives, and what `to_code` takes is what "
            "`truncate` gives. The vectors have eight digits."
        ),
    ),
    cases=tuple(
        Case(
            f"RFC 6238 at {row['unix_time']} s",
            (_KEY, row["unix_time"]),
            row["code"],
            "Follow one value: which step is it, what are its eight bytes, what is their HMAC?",
        )
        for row in rfc_vectors.TOTP["vectors"]
        if row["algorithm"] == "SHA1"
    ),
    wrong=(
        Wrong(
            _totp('now.to_bytes(8, "big")'),
            "This changes every second: the message is the step, not the time.",
        ),
        Wrong(
            _totp('(now // 30).to_bytes(4, "big")'),
            "The step is written in eight bytes, with zeros in front.",
        ),
        Wrong(
            _totp('(now // 30).to_bytes(8, "little")'),
            "The eight bytes of the step come in the wrong order.",
        ),
        Wrong(
            _totp("str(now // 30).encode()"),
            "The message is the step as eight bytes, not as the text of its digits.",
        ),
        Wrong(
            _totp('(now // 30).to_bytes(8, "big")', digits=6),
            "The RFC's own examples have eight digits.",
        ),
        Wrong(
            _totp('(now // 30).to_bytes(8, "big")')
            .replace("digest(key, ", "digest(")
            .replace('"big"),', '"big"), key,'),
            "Key and message have changed places: `hmac.digest` takes the key first.",
        ),
        Wrong(
            _totp('(DEMO_NOW // 30).to_bytes(8, "big")'),
            "It gives one code at all times: you computed with `DEMO_NOW`, and the time that is asked for is `now`.",
        ),
    ),
)

SECONDS_LEFT = Exercise(
    id="seconds-left",
    title="How long a code still stands",
    question=(
        "Write `seconds_left(now)`: for how many seconds from the Unix time `now` does the code of that moment still "
        "stand, with steps of 30 seconds?"
    ),
    solution="""
def seconds_left(now):
    return 30 - now % 30
""".strip(),
    hints=(
        "Ask first how old the step is at `now`.",
        "The remainder of a division by 30 is the age, from 0 to 29. The answer goes from 30 down to 1.",
    ),
    cases=(
        Case("At 1,800,000,010", (1_800_000_010,), 20, "Ten seconds of this step are over."),
        Case("At 1,800,000,000", (1_800_000_000,), 30, "A step has just begun, with all its seconds before it."),
        Case("At 1,800,000,029", (1_800_000_029,), 1, "This is the last second of a step."),
        Case("At 59", (59,), 1, "This is the last second of a step."),
    ),
    wrong=(
        Wrong(
            "def seconds_left(now):\n    return now % 30",
            "So old is the step already. How long has it still to go?",
        ),
        Wrong(
            "def seconds_left(now):\n    return 29 - now % 30",
            "One second short: the second that has just begun counts as well.",
        ),
        Wrong(
            "def seconds_left(now):\n    return -now % 30",
            "In its very first second a code has its whole life before it, and not none.",
        ),
        Wrong(
            "def seconds_left(now):\n    return 30 - now // 30",
            "Two strokes give the number of whole steps since 1970. It is the rest of that division "
            "that counts here.",
        ),
        Wrong("def seconds_left(now):\n    return 30", "That is its whole life. A part of it may be over."),
    ),
)

EXERCISES = (TOTP, SECONDS_LEFT)

PREDICTIONS = (
    Prediction(
        id="step-boundary",
        question="The clock goes from 08:00:29 to 08:00:30. How many of the six digits stay as they are?",
        options=(
            Option("a", "five: the code counts up by one", lambda same: same == 5),
            Option("b", "few or none, and only by chance", lambda same: same <= 4),
            Option("c", "all six: a second is too little", lambda same: same == 6),
        ),
    ),
    Prediction(
        id="server-off",
        question="The server is switched off, and a minute passes. What does the phone show?",
        options=(
            Option("a", "nothing: no server, no code", lambda code: code is None),
            Option("b", "the last code that it received", lambda code: code == "old"),
            Option("c", "the right code, as always", lambda code: code == "right"),
        ),
    ),
)
