"""Exercises and predictions of 03_otp_generation. The vectors are those of RFC 4226."""

from __future__ import annotations

from mfa_lab.lab.demos import rfc_vectors
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "03_otp_generation"


def _hmac_of(counter: int, feedback: str) -> Case:
    """One row of RFC 4226, Appendix D."""
    row = rfc_vectors.HOTP["vectors"][counter]
    return Case(f"The HMAC of counter {counter}", (bytes.fromhex(row["hmac_hex"]),), row["truncated"], feedback)


TRUNCATE = Exercise(
    id="dynamic-truncation",
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
    hints=(
        "Three lines, one for each of the three small steps under the first figure.",
        "The offset is the lowest four bits of the last byte, and the last byte is found by counting from the end.",
        (
            "As `digest[3:7]` takes the four bytes from 3 on, take those from the offset on. Make them a "
            "number, the heaviest first, and keep its lowest 31 bits."
        ),
    ),
    cases=(
        _hmac_of(
            1,
            "Take it in three steps: the offset, the four bytes that begin there, their number without the first of "
            "its 32 bits.",
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
        Wrong(
            'def truncate(d):\n    o = d[-1]\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "The slice is empty. Only the lower half of the last byte is the offset, and a slice's second number "
            "says where it ends, not how long it is.",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o:4], "big") & 0x7FFF_FFFF',
            "The slice is empty: it ends before byte 4, wherever it begins. A slice's second number says where it "
            "ends, not how long it is.",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o : o + 3], "big") & 0x7FFF_FFFF',
            "You took three bytes: `[a:b]` stops before b.",
        ),
    ),
)

TO_CODE = Exercise(
    id="code-digits",
    title="From a number to digits",
    question="Write `to_code(number, digits)`: it returns the last `digits` decimal digits of `number`, as text.",
    solution="""
def to_code(number, digits):
    return str(number % 10**digits).zfill(digits)
""".strip(),
    hints=(
        "Two things: cut off the front, and never lose a zero.",
        (
            "Dividing by 100 leaves the last two digits as remainder. What must one divide by for the "
            "last `digits` of them?"
        ),
        (
            "A text such as `'42'` becomes longer by `zfill`, which puts zeros in front until it has so"
            " many characters."
        ),
    ),
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
            "def to_code(number, digits):\n    return str(number % digits)",
            "You divided by `digits` itself: by what must one divide to keep that many digits?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % digits).zfill(digits)",
            "The length is right, and nearly all of it is zeros: you divided by `digits` itself. By what must one "
            "divide to keep that many digits?",
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

EXERCISES = (TRUNCATE, TO_CODE)

PREDICTIONS = (
    Prediction(
        id="one-bit-flipped",
        question="One bit of the key is flipped. How many of the HMAC's 20 bytes change?",
        options=(
            Option("a", "one, perhaps two", lambda changed: changed <= 2),
            Option("b", "about half of them", lambda changed: 3 <= changed < 17),
            Option("c", "nearly all of them", lambda changed: changed >= 17),
        ),
    ),
)
