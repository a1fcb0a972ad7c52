"""Rung 13, a stolen database: what 28 asks and 29 has mended."""

from __future__ import annotations

from mfa_lab.attacks.stolen_database import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "29_fix_shared_secret"

_GIVEN = """
import base64, hashlib

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mfa_lab.attacks.stolen_database import PlaintextServer
""".strip()

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="stolen-database",
        title="Rung 13: sealed, each secret to its own row",
        question=(
            "Write a class `Fixed` on top of `PlaintextServer` with two methods: `encrypt(self, secret, name)` "
            "returns the "
            "bytes that the row of `name` shall hold, and `decrypt(self, row, name)` gives the secret back. "
            "`AESGCM(self.key).encrypt(nonce, data, associated)` and `.decrypt(nonce, encrypted, associated)` "
            "are there "
            "for it; `self.randomness.token_bytes(12)` makes a nonce. Nobody without the key may read a secret, and "
            "no row may be good in another's place."
        ),
        given=_GIVEN,
        hints=(
            "The nonce is no secret, and must be another each time: it can lie in the row, before what it sealed.",
            "`associated` is not encrypted, only tied to what is: nothing else opens it. What is a row tied to?",
        ),
        wrong=(
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        return base64.b64encode(secret.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return base64.b64decode(row).decode()",
                "Base64 is a spelling: everybody reads it, without any key.",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        return bytes(a ^ b for a, b in zip(secret.encode(), self.key))\n\n"
                "    def decrypt(self, row, name):\n"
                "        return bytes(a ^ b for a, b in zip(row, self.key)).decode()",
                "You lay one and the same key over every secret: whoever knows one secret knows the key, and with it "
                "all the others.",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        return AESGCM(self.key).encrypt(bytes(12), secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(bytes(12), row, name.encode()).decode()",
                "One nonce for all rows: AES-GCM then lays the same stream of bytes over every secret, and Mallory "
                "knows the secret in his own row.",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), None)\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], None).decode()",
                "Nobody reads it without the key. But a row that Mallory copies over Alice's opens there as well: "
                "nothing in it says whose it is.",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode()).decode()",
                "Your `decrypt` did not get back what your `encrypt` wrote. Did the nonce go into the row, and "
                "is what is "
                "sealed what comes after it?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode())",
                "`decrypt` returned bytes, or `str` of bytes, which is how they are written in a program: the "
                "secret is "
                "text (`.decode()`).",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = hashlib.sha256(name.encode()).digest()[:12]\n"
                "        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode()).decode()",
                "A nonce made from the name is the same one when she enrols again: make a new one for each sealing.",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def locked(self, name):\n"
                "        return AESGCM(hashlib.sha256(name.encode()).digest())\n\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return nonce + self.locked(name).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return self.locked(name).decrypt(row[:12], row[12:], name.encode()).decode()",
                "What opens your rows is made of what stands in the database itself. Whoever has the copy and your "
                "program needs nothing else: it is `self.key` that a thief has not.",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        sealed = AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n"
                "        return self.key + nonce + sealed\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(row[:32]).decrypt(row[32:44], row[44:], name.encode()).decode()",
                "You put the key into the row, beside what it locks. The server has its key already, and the row is "
                "what gets stolen.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-stolen-database",
        question=(
            "Every secret is sealed with AES-GCM, each with a nonce of its own, and the key lies elsewhere. Mallory "
            "has an account, and can read and write the database. Does he get past Alice's second factor?"
        ),
        options=(
            Option("a", "no: without the key all rows are noise", lambda measure: measure.got == 0),
            Option("b", "yes, and without reading a single secret", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "yes: he computes Alice's secret", lambda measure: measure.got == measure.tries),
        ),
    ),
)
