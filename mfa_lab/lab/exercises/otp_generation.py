"""Exercises and predictions of 03_otp_generation. The vectors are those of RFC 4226."""

from __future__ import annotations

from mfa_lab.lab.demos import rfc_vectors
from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong

NOTEBOOK = "03_otp_generation"


def _hmac_of(counter: int, feedback: str) -> Case:
    """Return a case made of one row of RFC 4226, Appendix D."""
    row = rfc_vectors.HOTP["vectors"][counter]
    return Case(f"The HMAC of counter {counter}", (bytes.fromhex(row["hmac_hex"]),), row["truncated"], feedback)


TRUNCATE = Exercise(
    id="dynamic-truncation",
    title="Dynamic truncation",
    question=(
        "Write `truncate(digest)`: it takes the bytes of an HMAC and returns the number of 31 bits that dynamic "
        "truncation finds in them."
    ),
    solution="""
def truncate(digest):
    offset = digest[-1] & 0x0F
    chosen = digest[offset : offset + 4]
    return int.from_bytes(chosen, "big") & 0x7FFF_FFFF
""".strip(),
    hints=(
        "Three lines, one for each of the three small steps under the first figure.",
        "The offset is the lowest four bits of the last byte. To find the last byte, count from the end.",
        (
            "`digest[3:7]` takes four bytes from 3 on. Take four from the offset on in the same way. Make them a "
            "number, the most significant byte first, and keep its lowest 31 bits."
        ),
    ),
    cases=(
        _hmac_of(
            1,
            "Go in three steps: the offset, the four bytes that begin there, and their number without the first of "
            "its 32 bits.",
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
            "A made-up digest of 32 bytes, as SHA-256 has",
            (bytes(range(200, 231)) + b"\x05",),
            0x4DCE_CFD0,
            "A digest need not have 20 bytes: which byte holds the offset?",
        ),
    ),
    wrong=(
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o : o + 4], "big")',
            "Your code takes the correct four bytes and keeps all 32 bits. So half of all digests give a number that "
            "is too large. Which bit must your code drop?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o : o + 4], "little") & 0x7FFF_FFFF',
            "Your code takes the correct four bytes and reads them in reverse order, which gives another number. "
            "Which byte is the most significant?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] >> 4\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "Your code reads the offset from the upper half of the last byte. So it mostly points to the wrong "
            "bytes. Which operation keeps the lowest bits?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[0] & 15\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "Your code reads the offset from the first byte. So it mostly points to the wrong bytes. At which end of "
            "the digest does the standard look for the offset?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[19] & 15\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "Your code always reads byte 19. In a longer digest that is not the last byte. How do you count from the "
            "end?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1]\n    return int.from_bytes(d[o : o + 4], "big") & 0x7FFF_FFFF',
            "Your code uses the whole last byte as the offset. That points behind the end, so the slice is empty. "
            "How many of its bits may the offset have, if it is at most 15?",
        ),
        Wrong(
            'def truncate(d):\n    o = d[-1] & 15\n    return int.from_bytes(d[o:4], "big") & 0x7FFF_FFFF',
            "Your slice ends before byte 4, wherever it begins. So it is too short or empty. Where does a slice of "
            "four bytes end, if it begins at the offset?",
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
    question="Write `to_code(number, digits)`: it returns the last `digits` decimal digits of `number`, as text.",
    solution="""
def to_code(number, digits):
    return str(number % 10**digits).zfill(digits)
""".strip(),
    hints=(
        "There are two things to do: cut off the front, and never lose a zero.",
        (
            "A division by 100 leaves the last two digits as its remainder. By what must you divide to keep the last "
            "`digits` of them?"
        ),
        ("`zfill` makes a text such as `'42'` longer: it puts zeros in front until the text has the wanted length."),
    ),
    cases=(
        Case("1284755224, six digits", (1284755224, 6), "755224", "Which end of the number is wanted?"),
        Case("2000012345, six digits", (2000012345, 6), "012345", "Count the digits that your code returned."),
        Case("1907081804, eight digits", (1907081804, 8), "07081804", "Does your code use the second argument?"),
        Case("42, six digits", (42, 6), "000042", "The number may be small. How many digits must the code have?"),
    ),
    wrong=(
        Wrong(
            "def to_code(number, digits):\n    return str(number)[:digits]",
            "Your code returns the first digits. They are not evenly spread, because the number is at most 2 147 483 "
            "647. Which end did the question ask for?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return number % 10**digits",
            "Your code returns a number, and a number has no zeros at the front. What kind of value keeps them?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % digits)",
            "Your code divides by `digits` itself, so at most one digit is left. By what must you divide to keep "
            "that many digits?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % digits).zfill(digits)",
            "Your code returns the correct length, and nearly all of it is zeros, because you divided by `digits` "
            "itself. A division by 10 keeps one digit. Which division keeps six?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % 10**digits)",
            "Your code loses the zeros at the front. So one code in ten is too short, and the server rejects it. "
            "What could put them back?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number % 10**6).zfill(6)",
            "Your code always returns six digits. A server that asks for eight rejects them all. Which argument says "
            "how many?",
        ),
        Wrong(
            "def to_code(number, digits):\n    return str(number)[-digits:]",
            "Your code cuts a text, and a small number has too few digits to cut. So the code is too short. What is "
            "missing at its front?",
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
                "**What we saw:** 19 of 20 bytes changed, and the twentieth stayed by chance, as one byte in 256 "
                "does. A key that is almost correct gives no code that is almost correct: nothing tells a guesser "
                "that a guess was close. (An attacker who knows all but a few letters can still try out the rest "
                "against codes that they have seen.)"
            ),
            (
                "This is also why a setup key that you copied with one wrong letter gives codes that match only by "
                "rare chance. An app cannot tell you that you were close."
            ),
        ),
        secrets=(r"19 of 20", r"a guess was close", r"rare chance"),
    ),
)
