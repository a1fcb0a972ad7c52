"""Exercises and predictions of 30_how_a_passkey_works. Some of the bytes are from WebAuthn's own test vectors."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from mfa_lab.lab.exercises.records import Case, Exercise, Option, Prediction, Wrong
from mfa_lab.resources import data_dir
from mfa_lab.style import GRANTED_SIGN

NOTEBOOK = "30_how_a_passkey_works"


@cache
def _vectors() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_dir() / "webauthn_vectors.json").read_text("utf-8"))
    return found


def _of_the_standard(number: int, part: str) -> bytes:
    """Return a part of a login in WebAuthn's test vectors, section 16."""
    return bytes.fromhex(_vectors()["vectors"][number]["authentication"][part])


_SITE = hashlib.sha256(b"shop.localhost").digest()
_EXAMPLE = hashlib.sha256(b"example.org").digest()


def _as_tuple(answer: Any, data: bytes) -> object:
    """Return the learner's result. A list of the parts is as good as a tuple."""
    came = answer(data)
    return tuple(came) if isinstance(came, list) else came


AUTHENTICATOR_DATA = Exercise(
    id="authenticator-data",
    title="Take the authenticator data apart",
    question=(
        "Write `take_apart(data)`. It takes the bytes of the authenticator data, and returns a tuple of three "
        "values. These are the RP ID hash as bytes, the flags as a number, and the counter as a number."
    ),
    solution="""
def take_apart(data):
    return data[:32], data[32], int.from_bytes(data[33:37], "big")
""".strip(),
    ask=_as_tuple,
    hints=(
        "The figure says which bytes belong to each part. Your function returns one value for each part.",
        "A slice of bytes is bytes, but a single byte is a number: compare `data[0:1]` and `data[0]`.",
        "The counter has four bytes, even if more bytes follow. `int.from_bytes` converts them to a number.",
    ),
    cases=(
        Case(
            "A login in the standard's examples",
            (_of_the_standard(0, "authenticator_data"),),
            (_EXAMPLE, 0x19, 0),
            "At least one of your three parts begins or ends at another byte than in the figure. Which part?",
        ),
        Case(
            "A counter of 258",
            (_SITE + bytes([0x05, 0, 0, 1, 2]),),
            (_SITE, 0x05, 258),
            "The counter is a number of four bytes. Which of the four bytes is the most significant?",
        ),
        Case(
            "A registration, in which a new key follows the counter",
            (_SITE + bytes([0x45, 0, 0, 0, 3]) + bytes(16) + bytes([0, 32]) + bytes(range(32)),),
            (_SITE, 0x45, 3),
            "In a registration, further bytes follow the counter. How many bytes does the counter have?",
        ),
    ),
    wrong=(
        Wrong(
            'def take_apart(data):\n    return data[:32], data[32], int.from_bytes(data[33:], "big")',
            "Your counter goes on to the end of the data. In a registration, a new key follows the counter, so your "
            "number becomes enormous. Where does the counter end?",
        ),
        Wrong(
            'def take_apart(data):\n    return data[:32], data[32:33], int.from_bytes(data[33:37], "big")',
            "Your flags are a slice, so they are bytes, and a program cannot test their bits with `&`. How do you "
            "get a single byte as a number?",
        ),
        Wrong(
            'def take_apart(data):\n    return data[:32], data[32], int.from_bytes(data[33:37], "little")',
            "Your code reads the counter in reverse order, so a counter of 1 becomes 16 777 216. Which byte is the "
            "most significant?",
        ),
        Wrong(
            'def take_apart(data):\n    return data[:31], data[31], int.from_bytes(data[32:36], "big")',
            "Your parts begin one byte too early, so the last byte of the hash becomes your flags. A slice `[:n]` "
            "ends before byte n. How many bytes does a SHA-256 have?",
        ),
        Wrong(
            "def take_apart(data):\n    return data[:32], data[32], data[36]",
            "Your code reads only the last byte of the counter, so it begins again at 0 after 255 signatures. How "
            "many bytes does the counter have?",
        ),
        Wrong(
            "def take_apart(data):\n    return data[:32], data[32], data[33:37]",
            "Your counter is bytes, and the server could not compare it with a number. What converts bytes to a "
            "number?",
        ),
        Wrong(
            'def take_apart(data):\n    return data[:32].hex(), data[32], int.from_bytes(data[33:37], "big")',
            "Your hash is text. The server compares it with the 32 bytes of a digest. Which form does a slice have "
            "if you leave it as it is?",
        ),
    ),
)

FLAGS = Exercise(
    id="what-the-flags-say",
    title="What the flags say about the user",
    question=(
        'Write `user_was(flags)`. It returns `"absent"` if the bit UP is 0, whatever the other bits say. '
        'Otherwise it returns `"verified"` if the bit UV is 1, and `"present"` if UV is 0.'
    ),
    solution="""
def user_was(flags):
    if not flags & 0x01:
        return "absent"
    return "verified" if flags & 0x04 else "present"
""".strip(),
    hints=(
        "The flags byte is eight separate answers. Ask only about the two bits that you need.",
        "`flags & mask` keeps the bits that are also 1 in `mask`. The mask of the lowest bit is 1.",
        "UV is the third bit from the end, so its mask is the number that has a one only in that place.",
    ),
    cases=(
        Case(
            "0x05: UP and UV",
            (0x05,),
            "verified",
            "Both bits are 1. Which bit does your code test for UV, and what does it compare the result with?",
        ),
        Case("0x01: only UP", (0x01,), "present", "Somebody touched the key. Was anybody verified?"),
        Case(
            "0x1d: UP, UV, BE and BS",
            (0x1D,),
            "verified",
            "The backup bits are 1, too. May they change what you say about the user?",
        ),
        Case(
            "0x19: UP, BE and BS",
            (0x19,),
            "present",
            "The byte is a large number here, but UV is 0. Does your code test one bit, or the size of the number?",
        ),
        Case("0x00: no bit at all", (0x00,), "absent", "No bit is 1 here. What does your code test first?"),
        Case(
            "0x04: UV without UP",
            (0x04,),
            "absent",
            "This authenticator claims that it verified a user who was not there. What does the question say about "
            "a byte without UP?",
        ),
        Case(
            "0x45: UP, UV and AT",
            (0x45,),
            "verified",
            "This is a registration, so the bit AT is 1. Does your code allow other bits to be 1?",
        ),
        *(
            Case(
                f"{flags:#04x}, with a reserved bit",
                (flags,),
                said,
                "A later version of the standard may use the reserved bits. Does your code depend on them?",
            )
            for flags, said in ((0x07, "verified"), (0x23, "present"), (0x26, "absent"))
        ),
    ),
    wrong=(
        Wrong(
            'def user_was(flags):\n    return {5: "verified", 1: "present"}.get(flags, "absent")',
            "Your code compares the whole byte, so a synced passkey, which also sets BE and BS, is treated as "
            "absent. How can you ask about one bit and ignore the others?",
        ),
        Wrong(
            'def user_was(flags):\n    if flags & 4:\n        return "verified"\n'
            '    return "present" if flags & 1 else "absent"',
            "Your code tests UV first, so a byte without UP can still count as verified. Which bit must decide "
            "first?",
        ),
        Wrong(
            'def user_was(flags):\n    if not flags & 1:\n        return "absent"\n'
            '    return "verified" if flags & 2 else "present"',
            "Your code tests the second bit from the end, which is reserved and always 0. So nobody is ever "
            "verified. Which place does UV have in the figure?",
        ),
        Wrong(
            'def user_was(flags):\n    if not flags & 1:\n        return "absent"\n'
            '    return "verified" if flags > 4 else "present"',
            "Your code compares sizes, so any high bit makes the user verified, even the backup bits. Which "
            "operation looks at a single bit?",
        ),
        Wrong(
            'def user_was(flags):\n    if not flags & 1:\n        return "absent"\n'
            '    return "verified" if flags & 5 else "present"',
            "Your mask has two ones, so UP alone is enough for `verified`. Then a touch counts as a fingerprint. "
            "Which number has a one only in the place of UV?",
        ),
    ),
)

SIGNED = Exercise(
    id="what-is-signed",
    title="What a passkey signs",
    question=(
        "Write `signed_bytes(authenticator_data, client_data)`. Both arguments are bytes. It returns the bytes that "
        "the private key signs."
    ),
    given="from hashlib import sha256",
    solution="""
def signed_bytes(authenticator_data, client_data):
    return authenticator_data + sha256(client_data).digest()
""".strip(),
    hints=(
        "The lower part of the figure shows two boxes side by side. Build each box, and join them.",
        "`sha256(some_bytes)` is an object. Its method `digest()` returns 32 bytes.",
        "Only one of the two arguments is hashed. The other argument is used as it is.",
    ),
    cases=(
        Case(
            "Two short parts instead of real ones",
            (b"authenticator", b"browser"),
            b"authenticator" + hashlib.sha256(b"browser").digest(),
            "The signature would not fit your bytes. Which box comes first, and which part is hashed?",
        ),
        *(
            Case(
                f"Login {number + 1} of the standard's examples",
                (_of_the_standard(number, "authenticator_data"), _of_the_standard(number, "client_data")),
                _of_the_standard(number, "authenticator_data")
                + hashlib.sha256(_of_the_standard(number, "client_data")).digest(),
                feedback,
            )
            for number, feedback in (
                (0, "Your bytes fit the short parts, but not real ones. Does your code depend on their length?"),
                (1, "Your bytes fit the first login, but not this one. Does your code use both arguments?"),
            )
        ),
    ),
    wrong=(
        Wrong(
            "def signed_bytes(a, c):\n    return sha256(c).digest() + a",
            "You have the correct two parts in the other order, so every signature would be wrong. Which box is on "
            "the left in the figure?",
        ),
        Wrong(
            "def signed_bytes(a, c):\n    return a + c",
            "Your code uses the browser's text itself. An authenticator is small, so the browser sends it only 32 "
            "bytes. What does it send?",
        ),
        Wrong(
            "def signed_bytes(a, c):\n    return sha256(a).digest() + sha256(c).digest()",
            "Your code hashes both parts. The authenticator wrote its own part, and signs it as it is. Which part "
            "comes from the browser?",
        ),
        Wrong(
            "def signed_bytes(a, c):\n    return sha256(a + c).digest()",
            "Your code joins first and then hashes, so it returns 32 bytes. The two boxes in the figure have 69 "
            "bytes together. Which part is hashed before it is joined?",
        ),
        Wrong(
            "def signed_bytes(a, c):\n    return a + sha256(c).hexdigest().encode()",
            "Your hash is written in hexadecimal, so it has 64 bytes instead of 32. Which method returns the bytes?",
        ),
        Wrong(
            "def signed_bytes(a, c):\n    return sha256(c).digest()",
            "Your code leaves out the authenticator's part. Then an attacker could change the flags and the counter. "
            "What else is signed?",
        ),
    ),
)

COUNTER = Exercise(
    id="signature-counter",
    title="When the counter is plausible",
    question=(
        "Write `plausible(stored, received)`. It returns `True` if the received counter is greater than the stored "
        "counter. It also returns `True` if both are 0, because such an authenticator does not count. Otherwise it "
        "returns `False`."
    ),
    solution="""
def plausible(stored, received):
    return received > stored or received == stored == 0
""".strip(),
    hints=(
        "There are two kinds of authenticators, and the rule has one part for each kind.",
        (
            "An authenticator that has counted once must not stop. So a received zero is allowed only if the stored "
            "counter is zero, too."
        ),
        "Write both conditions, and join them with `or`. Check the second condition with 5 and 0.",
    ),
    cases=(
        Case("Stored 4, received 5", (4, 5), True, "An honest security key counts up. Why do you reject it?"),
        Case(
            "Stored 4, received 9", (4, 9), True, "The key was also used at other sites. May a counter skip numbers?"
        ),
        Case("Stored 0, received 0", (0, 0), True, "Most synced passkeys never count. Why do you reject them?"),
        Case("Stored 0, received 1", (0, 1), True, "This is the first login with a new security key."),
        Case("Stored 5, received 5", (5, 5), False, "Two authenticators may have counted to five, each by itself."),
        Case("Stored 5, received 4", (5, 4), False, "A counter that goes back is the sign of a copied key."),
        Case("Stored 5, received 0", (5, 0), False, "This authenticator has counted before. Why does it stop now?"),
    ),
    wrong=(
        Wrong(
            "def plausible(stored, received):\n    return received > stored",
            "Your rule rejects every synced passkey at its first login, because its counter stays at 0. Which case "
            "is missing?",
        ),
        Wrong(
            "def plausible(stored, received):\n    return received >= stored",
            "Your rule accepts the same number twice. If the original counts to five and a copy counts to five, both "
            "get in. For which number is a repetition harmless?",
        ),
        Wrong(
            "def plausible(stored, received):\n    return received > stored or received == 0",
            "Your rule accepts a zero from an authenticator that has counted before. So a copy that never counts "
            "gets in. Which of the two numbers must you also test?",
        ),
        Wrong(
            "def plausible(stored, received):\n    return received == stored + 1 or received == stored == 0",
            "Your rule allows no gap. Many security keys have one counter for all sites, so an honest counter skips "
            "numbers. Which comparison allows this?",
        ),
        Wrong(
            "def plausible(stored, received):\n    return stored > received or received == stored == 0",
            "Your rule compares in the wrong direction, so it rejects honest keys and accepts copied ones. Which "
            "number must be greater?",
        ),
    ),
)

EXERCISES = (AUTHENTICATOR_DATA, FLAGS, SIGNED, COUNTER)


def _accepted(table: Any) -> list[bool]:
    """Return for each row of a demo's table whether the server accepted."""
    return [any(str(cell).startswith(GRANTED_SIGN) for cell in row) for row in table.rows]


PREDICTIONS = (
    Prediction(
        id="stolen-server",
        question=(
            "A thief has copied everything that the server stores about Alice's app and about Bob's passkey. The "
            "thief also has the key that decrypts the stored data. Whose login can the thief complete after the "
            "password?"
        ),
        options=(
            Option("a", "both of them", lambda table: _accepted(table) == [True, True]),
            Option("b", "only Alice's", lambda table: _accepted(table) == [True, False]),
            Option("c", "only Bob's", lambda table: _accepted(table) == [False, True]),
            Option("d", "neither of them", lambda table: _accepted(table) == [False, False]),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** for Alice's app, the server needs the shared secret itself, because it computes "
                "the same code. The thief computes it, too. For Bob's passkey, the server has only the public key. "
                "This key can check signatures, but it cannot make them. The thief's own signature does not fit it."
            ),
            (
                "So a copied database is worth much less to a thief if the users have passkeys. The private key was "
                "never at the server, and the server could not lose it."
            ),
        ),
        secrets=(r"check signatures, but it cannot make them", r"was never at the server"),
    ),
    Prediction(
        id="one-part-changed",
        question=(
            "Mallory changes one part of Alice's response and sends it to the server. We try eight changes, each by "
            "itself. Five are the challenge, the port in the origin, the RP ID hash, the bit UP and the bit UV. The "
            "others are the counter, the signature, and the field authenticatorAttachment. How many changed "
            "responses does the server accept?"
        ),
        options=(
            Option("a", "no response", lambda table: sum(_accepted(table)) == 0),
            Option("b", "one response", lambda table: sum(_accepted(table)) == 1),
            Option("c", "two or three responses", lambda table: 1 < sum(_accepted(table)) < 4),
            Option("d", "more than three responses", lambda table: sum(_accepted(table)) > 3),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** the server rejected seven changed responses. Four of them failed at a check that "
                "reads the changed part. For the other three, the signature no longer fits."
            ),
            (
                "The server accepted the response with another `authenticatorAttachment`. This field is outside the "
                "two signed parts, so nobody vouches for it. Rely only on what is signed."
            ),
        ),
        secrets=(r"nobody vouches for it", r"rejected seven"),
    ),
    Prediction(
        id="counter-of-two-devices",
        question=(
            "Alice's passkey is synced: her phone and her laptop hold the same private key. She logs in with the "
            "phone, then with the laptop, then with the phone again. Which three values of the counter does the "
            "server receive?"
        ),
        options=(
            Option("a", "1, 2 and 3", lambda counters: counters == [1, 2, 3]),
            Option("b", "1, 1 and 2", lambda counters: counters == [1, 1, 2]),
            Option("c", "0, 0 and 0", lambda counters: counters == [0, 0, 0]),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** all three counters are zero. Two devices that are not connected cannot count "
                "together, so holders of synced passkeys usually do not count at all. The server accepts this, "
                "because the counter was zero from the beginning."
            ),
        ),
        secrets=(r"cannot count together", r"zero from the beginning"),
    ),
)
