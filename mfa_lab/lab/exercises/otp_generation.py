"""Exercises and predictions of 02_otp_generation. The vectors are those of RFC 4226 and RFC 6238."""

from __future__ import annotations

from mfa_lab.lab import vectors
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "02_otp_generation"


_KEY = vectors.TOTP["keys_ascii"]["SHA1"].encode()


def _hmac_of(counter: int, feedback: str) -> Case:
    """One row of RFC 4226, Appendix D."""
    row = vectors.HOTP["vectors"][counter]
    return Case(f"The HMAC of counter {counter}", (bytes.fromhex(row["hmac_hex"]),), row["truncated"], feedback)


TRUNCATE = Exercise(
    id="02-truncate",
    title="Dynamic truncation",
    question=(
        "Write `truncate(digest)`: it takes the bytes of an HMAC and returns the number of 31 bits that is found "
        "in them."
    ),
    solution="""
def truncate(digest):
    offset = digest[-1] & 0x0F
    chosen = digest[offset : offset + 4]
    return int.from_bytes(chosen, "big") & 0x7FFF_FFFF
""".strip(),
    cases=(
        _hmac_of(
            1, "Take it in three steps: the offset, the four bytes that begin there, their number without bit 31."
        ),
        *(
            _hmac_of(counter, "It worked for counter 1: which of your steps can go another way here?")
            for counter in (0, *range(2, 10))
        ),
        Case(
            "A made-up digest of 32 bytes, as SHA-256 has",
            (bytes(range(200, 231)) + b"\x05",),
            0x4DCE_CFD0,
            "A digest need not have 20 bytes: which byte holds the offset?",
        ),
    ),
    wrong=(
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o : o + 4], "big")',
            "The four bytes are the right ones, but their number has 32 bits: one must go.",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o : o + 4], "little") & 0x7FFF_FFFF',
            "The four bytes are the right ones: which of them weighs most?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] >> 4\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "A byte has two halves: you took the offset from the other one.",
        ),
        Wrong(
            'def truncate(d):\n    o = d[0] & 15\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "The offset comes from the other end of the digest.",
        ),
        Wrong(
            'def truncate(d):\n    o = d[19] & 15\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "You count from the front: the last byte is number 19 only where there are 20 bytes.",
        ),
    ),
)

TO_CODE = Exercise(
    id="02-digits",
    title="From a number to digits",
    question="Write `to_code(number, digits)`: it returns the last `digits` decimal digits of `number`, as text.",
    solution="""
def to_code(number, digits):
    return str(number % 10**digits).zfill(digits)
""".strip(),
    cases=(
        Case("1284755224, six digits", (1284755224, 6), "755224", "Which end of the number is wanted?"),
        Case("2000012345, six digits", (2000012345, 6), "012345", "Count the digits of what came."),
        Case("1907081804, eight digits", (1907081804, 8), "07081804", "Is the second argument used?"),
        Case("42, six digits", (42, 6), "000042", "HMAC may well give a small number: how many digits must come?"),
    ),
    wrong=(
        Wrong(
            "def to_code(number, digits):\n    return str(number)[:digits]",
            "These are the first digits. The last ones are wanted.",
        ),
        Wrong(
            "def to_code(number, digits):\n    return number % 10**digits",
            "A number forgets its zeros at the front: a code is text.",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % 10**digits)",
            "A zero at the front was lost: one code in ten has one.",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % 10**6).zfill(6)",
            "Six digits come, whatever is asked for.",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number)[-digits:]",
            "A text cannot be cut longer than it is: fill up small numbers with zeros.",
        ),
    ),
)


def _totp(message: str, digits: int = 8) -> str:
    """A `totp` that feeds this message to the HMAC."""
    return f'def totp(key, now):\n    return to_code(truncate(hmac.digest(key, {message}, "sha1")), {digits})'


TOTP = Exercise(
    id="02-totp",
    title="The whole of TOTP",
    question=(
        "Write `totp(key, now)`: it takes the bytes of a key and a Unix time, and returns the code of eight digits, "
        "with SHA-1 and steps of 30 seconds. Use your `truncate` and `to_code`."
    ),
    given=f"import hmac\n\n{TRUNCATE.solution}\n\n{TO_CODE.solution}",
    solution="""
def totp(key, now):
    message = (now // 30).to_bytes(8, "big")
    digest = hmac.digest(key, message, "sha1")
    return to_code(truncate(digest), 8)
""".strip(),
    cases=tuple(
        Case(
            f"RFC 6238 at {row['unix_time']} s",
            (_KEY, row["unix_time"]),
            row["code"],
            "Follow one value: which step is it, what are its eight bytes, what is their HMAC?",
        )
        for row in vectors.TOTP["vectors"]
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
    ),
)

EXERCISES = (TRUNCATE, TO_CODE, TOTP)

PREDICTIONS = (
    Prediction(
        id="02-one-bit",
        question="One bit of the key is flipped. How many of the HMAC's 20 bytes change?",
        options=(
            Option("a", "one, perhaps two", lambda changed: changed <= 2),
            Option("b", "about half of them", lambda changed: 3 <= changed < 17),
            Option("c", "nearly all of them", lambda changed: changed >= 17),
        ),
    ),
    Prediction(
        id="02-boundary",
        question="The clock goes from 08:00:29 to 08:00:30. How many of the six digits stay as they are?",
        options=(
            Option("a", "five: the code counts up by one", lambda same: same == 5),
            Option("b", "few or none, and only by chance", lambda same: same <= 4),
            Option("c", "all six: a second is too little", lambda same: same == 6),
        ),
    ),
    Prediction(
        id="02-silence",
        question="The server is switched off, and a minute passes. What does the phone show?",
        options=(
            Option("a", "nothing: no server, no code", lambda code: code is None),
            Option("b", "the last code that it received", lambda code: code == "old"),
            Option("c", "the right code, as always", lambda code: code == "right"),
        ),
    ),
)
