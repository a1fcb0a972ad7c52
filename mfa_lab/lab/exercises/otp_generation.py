"""Exercises and predictions of 03_otp_generation. The vectors are those of RFC 4226."""

from __future__ import annotations

from mfa_lab.lab.demos import rfc_vectors
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "03_otp_generation"


def _hmac_of(counter: int, feedback: str) -> Case:
    """Return a case for one row of RFC 4226, Appendix D."""
    row = rfc_vectors.HOTP["vectors"][counter]
    return Case(f"The HMAC of counter {counter}", (bytes.fromhex(row["hmac_hex"]),), row["truncated"], feedback)


TRUNCATE = Exercise(
    id="dynamic-truncation",
    title="Dynamic truncation",
    question=(
        "Write `truncate(digest)`. It takes the bytes of an HMAC and returns the 31-bit number that dynamic "
        "truncation finds in them."
    ),
    solution="""
def truncate(digest):
    offset = digest[-1] & 0x0F
    chosen = digest[offset : offset + 4]
    return int.from_bytes(chosen, "big") & 0x7FFF_FFFF
""".strip(),
    hints=(
        "Write three lines, one for each of the three small steps under the first figure.",
        "The offset is the lowest four bits of the last byte. To find the last byte, count from the end.",
        (
            "`digest[3:7]` takes four bytes, starting at index 3. In the same way, take four bytes starting at the "
            "offset. Turn them into a number, with the most significant byte first, and keep its lowest 31 bits."
        ),
    ),
    cases=(
        _hmac_of(
            1,
            "Find the offset, take the four bytes that begin there, and drop the first of their 32 bits. Which step "
            "does your code do differently?",
        ),
        *(
            _hmac_of(
                counter,
                "Your code is correct for counter 1. Which step of your code can give a wrong result "
                "for this counter?",
            )
            for counter in (0, *range(2, 10))
        ),
        Case(
            "A made-up digest of 32 bytes, as long as a SHA-256 digest",
            (bytes(range(200, 231)) + b"\x05",),
            0x4DCE_CFD0,
            "A digest can be longer than 20 bytes. Which byte holds the offset?",
        ),
    ),
    wrong=(
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o : o + 4], "big")',
            "Your code takes the correct four bytes, but keeps all 32 bits, so the number is too large for half of "
            "all digests. Which bit must your code drop?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o : o + 4], "little") & 0x7FFF_FFFF',
            "Your code takes the correct four bytes, but reads them in reverse order, which gives another number. "
            "Which byte is the most significant?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] >> 4\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "Your code reads the offset from the upper half of the last byte, so it usually takes the wrong four "
            "bytes. Which operation keeps the lowest bits?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[0] & 15\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "Your code reads the offset from the first byte, so it usually takes the wrong four bytes. At which end "
            "of the digest does the standard put the offset?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[19] & 15\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "Your code always reads byte 19, which is not the last byte of a longer digest. How do you count from "
            "the end?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1]\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "Your code uses the whole last byte as the offset. Such an offset is usually beyond the end of the "
            "digest, so the slice is empty. If the offset is at most 15, how many bits does it need?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o:4], "big") & 0x7FFF_FFFF',
            "Your slice always ends before byte 4, so it is usually too short or empty. If a slice of four bytes "
            "begins at the offset, where does it end?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o : o + 3], "big") & 0x7FFF_FFFF',
            "Your code takes three bytes, because `[a:b]` stops before b. So the number has only 24 bits. How long "
            "must the slice be?",
        ),
    ),
)

TO_CODE = Exercise(
    id="code-digits",
    title="From a number to digits",
    question="Write `to_code(number, digits)`. It returns the last `digits` decimal digits of `number`, as a string.",
    solution="""
def to_code(number, digits):
    return str(number % 10**digits).zfill(digits)
""".strip(),
    hints=(
        "You have two things to do: remove the first digits, and never lose a zero.",
        (
            "If you divide by 100, the remainder is the last two digits. Which number must you divide by to keep the "
            "last `digits` digits?"
        ),
        ("`zfill` makes a text such as `'42'` longer: it adds zeros at the front until the string is long enough."),
    ),
    cases=(
        Case(
            "1284755224, six digits", (1284755224, 6), "755224", "Which end of the number does the question ask for?"
        ),
        Case(
            "2000012345, six digits",
            (2000012345, 6),
            "012345",
            "Count the digits that your code returned. How many should there be?",
        ),
        Case("1907081804, eight digits", (1907081804, 8), "07081804", "Does your code use the second argument?"),
        Case("42, six digits", (42, 6), "000042", "The number may be small. How many digits must the code have?"),
    ),
    wrong=(
        Wrong(
            "def to_code(number, digits):\n    return str(number)[:digits]",
            "Your code returns the first digits, which are not evenly distributed, because the number is at most 2 "
            "147 483 647. Which end did the question ask for?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return number % 10**digits",
            "Your code returns a number, and a number cannot keep zeros at the front. What kind of value can keep "
            "them?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % digits)",
            "Your code divides by `digits` itself, so at most one digit is left. Which number must you divide by to "
            "keep that many digits?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % digits).zfill(digits)",
            "Your code returns the correct length, but nearly all digits are zeros, because you divided by `digits` "
            "itself. If you divide by 10, the remainder keeps one digit. Which number keeps six digits?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % 10**digits)",
            "Your code loses the zeros at the front, so one code in ten is too short, and the server rejects it. "
            "What could put the zeros back?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % 10**6).zfill(6)",
            "Your code always returns six digits, so a server that asks for eight rejects every code. Which argument "
            "gives the number of digits?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number)[-digits:]",
            "Your code takes a slice of the number as a string. A small number has too few digits, so its code is "
            "too short. What is missing at the front?",
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
        outcome="c",
        saw=(
            (
                "**What we saw:** 19 of 20 bytes changed, and the twentieth stayed the same by chance, as one byte "
                "in 256 does. An almost correct key does not give an almost correct code, so nothing shows a guesser "
                "that a guess was close. (An attacker who knows all but a few letters of a key can still test the "
                "remaining letters against codes that they have seen.)"
            ),
            (
                "For the same reason, a setup key with one wrong letter gives codes that match only by rare chance. "
                "An app cannot tell you that your key was nearly correct."
            ),
        ),
        secrets=(r"19 of 20", r"a guess was close", r"rare chance"),
    ),
)
