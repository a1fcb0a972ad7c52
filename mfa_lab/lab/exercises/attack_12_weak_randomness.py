"""The exercise and the prediction question for attack 12 (secrets from a weak random source, notebooks 28 and 29)."""

from __future__ import annotations

from mfa_lab.attacks.weak_randomness import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "29_fix_shared_secret"

_GIVEN = (
    "import base64, hashlib, random, secrets, time\n\n"
    "from mfa_lab.provisioning import new_secret\n"
    "from mfa_lab.randomness import SYSTEM, SeededRandomness"
)

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="weak-randomness",
        title="Attack 12: a secret that nobody can recompute",
        question=(
            "Write a function `fixed_secret(now)` that makes a shared secret: at least 16 random bytes, "
            "preferably 20, as Base32 text. The server passes the time, as it does to the weak function, and "
            "your function can use or ignore it. The setup cell has imported `base64`, `hashlib`, `random`, "
            "`secrets`, `time`, and the kit's function `new_secret`, which takes a source of randomness."
        ),
        given=_GIVEN,
        hints=(
            (
                "Which data does everybody know, which data could somebody find out, and which data can only this "
                "computer know?"
            ),
            (
                "Python's documentation of `random` warns against one use of the module, and names another module "
                "for this use."
            ),
        ),
        wrong=(
            Wrong(
                "def fixed_secret(now):\n"
                "    return base64.b32encode(hashlib.sha256(str(now).encode()).digest()[:20]).decode()",
                "Your code computes the secret only from the time. Anybody who tries that time gets the same "
                "secret. A hash hides the time, but what does it add that nobody knows?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(time.time_ns()))",
                "Your seed is the time in smaller units. An attacker has more seeds to try, but can still list "
                "them all. Which values can nobody list?",
            ),
            Wrong(
                'def fixed_secret(now):\n    return "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", '
                "k=32))",
                "Your code uses `random` with its default seed. That seed is good, but anyone who sees enough of "
                "the numbers can compute the rest. Which sources give numbers that nobody can predict from "
                "earlier numbers?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return secrets.token_hex(20)",
                "Your randomness is good, but your secret is hexadecimal. A phone expects text with the letters A "
                "to Z and the digits 2 to 7. What turns bytes into such text?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return base64.b32encode(secrets.token_bytes(15)).decode()",
                "Your randomness is good, but there is not enough of it. The secret is shorter than the standard "
                "permits. How many bits does it have?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return base64.b32encode(now.to_bytes(8) + "
                "secrets.token_bytes(12)).decode()",
                "Your secret seems long enough, but part of it is the time. An attacker knows the time, so only "
                "the rest is random. How many bytes of the secret can nobody know?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(secrets.randbits(32)))",
                "Your seed is random, but it has only 32 bits. That makes four thousand million possible secrets. "
                "A program tries all of them, and two codes show which one is yours. How many possible secrets "
                "should there be?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(secrets.randbits(16)))",
                "Your seed has 16 bits. That makes 65,536 possible secrets, fewer than the seconds in a day. How "
                "long does it take to try all of them?",
            ),
            Wrong(
                "def fixed_secret(now):\n    return new_secret(SeededRandomness(time.time_ns() ^ "
                "secrets.randbits(17)))",
                "Your seed mixes the time with a few bits from `secrets`. An attacker knows the time, and can try "
                "all values of these bits in a moment. How much of your seed can nobody know?",
            ),
            Wrong(
                "def fixed_secret(now):\n"
                "    return base64.b32encode(hashlib.sha1(str(secrets.randbits(16)).encode()).digest()).decode()",
                "Your hash turns one of 65,536 numbers into twenty bytes. So there are only 65,536 possible "
                "secrets. How many different values can you put into the hash?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-weak-randomness",
        question=(
            "A server makes each secret of 160 bits with `random`, and uses the current second as the seed. "
            "Mallory knows the day on which three people enrolled, and has seen two codes from each of them. How "
            "many of their secrets can he compute?"
        ),
        options=(
            Option("a", "none, because two codes say nothing about 160 bits", lambda measure: not measure.succeeded),
            Option(
                "b", "one or two of the three secrets, with luck", lambda measure: 0 < measure.got < measure.tries
            ),
            Option("c", "all three secrets", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** Mallory got all three secrets. A day has 86,400 seconds, so only 86,400 secrets "
                "are possible. He makes each of them, computes the code that it would have shown at that moment, "
                "and keeps the secrets whose codes match. The first code leaves about a millionth of them, and "
                "the second removes any remaining doubt. On one core this takes less than a second."
            ),
            (
                "The length of a secret says nothing about how many secrets are possible. A finer clock only "
                "makes more work for the attacker. Trying all seeds of 32 bits takes an afternoon. If "
                "attackers know the hour, from a log or from the date of an e-mail, they have few "
                "milliseconds left to try. That takes some seconds."
            ),
            (
                "There is another fault: two people who enrol in the same second get the *same* secret, so each "
                "phone shows the codes of both."
            ),
            (
                "A password manager generated passwords with such a generator, whose only input was the clock "
                "(CVE-2020-27020, [reported in "
                "2021](https://www.schneier.com/blog/archives/2021/07/"
                "vulnerability-in-the-kaspersky-password-manager.html)). In seconds, an attacker could try "
                "every password that it had ever generated. The fault has been fixed."
            ),
        ),
        secrets=(
            "3 of 3 secrets",
            "86,400",
            "the phone's: True",
        ),
    ),
)
