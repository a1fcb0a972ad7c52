"""Attack 13, a stolen database: what 28 asks and 29 fixes."""

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
        title="Attack 13: encrypted, and bound to its own row",
        question=(
            "Write a class `Fixed` on top of `PlaintextServer` with two methods. `encrypt(self, secret, name)` "
            "returns the bytes for the row of `name`, and `decrypt(self, row, name)` returns the secret again. Use "
            "`AESGCM(self.key).encrypt(nonce, data, associated)` and `.decrypt(nonce, encrypted, associated)`. "
            "`self.randomness.token_bytes(12)` makes a nonce. Nobody without the key may read a secret, and no row "
            "may be valid in the place of another row."
        ),
        given=_GIVEN,
        hints=(
            (
                "The nonce is no secret, but it must be different each time. So it can be kept in the row, before "
                "the ciphertext."
            ),
            (
                "`associated` is not encrypted, but nothing decrypts without it. What belongs to this row, and to no "
                "other?"
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        return base64.b64encode(secret.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return base64.b64decode(row).decode()",
                "Your rows are in Base64, which is only a spelling. Everybody reads it without any key. What does "
                "the server have that a thief does not?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        return bytes(a ^ b for a, b in zip(secret.encode(), self.key))\n\n"
                "    def decrypt(self, row, name):\n"
                "        return bytes(a ^ b for a, b in zip(row, self.key)).decode()",
                "Your code combines every secret with one and the same key. Anyone who knows one secret computes the "
                "key, and with it all the others. What should be different for each row?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        return AESGCM(self.key).encrypt(bytes(12), secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(bytes(12), row, name.encode()).decode()",
                "Your code uses one nonce for all rows. AES-GCM then combines every secret with the same stream of "
                "bytes, and Mallory knows the secret in his own row. How often may a nonce be used?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), None)\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], None).decode()",
                "Without the key, nobody reads your rows. But Mallory copies his row over Alice's, and it decrypts "
                "there as well. How could a row say whose secret it holds?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode()).decode()",
                "Your `decrypt` did not get back what your `encrypt` wrote. It takes the first twelve bytes of the "
                "row for the nonce. What did `encrypt` put there?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode())",
                "Your `decrypt` returned bytes, or `str` of bytes, which is how a program writes them. The server "
                "needs the secret as text. How do bytes become text?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = hashlib.sha256(name.encode()).digest()[:12]\n"
                "        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode()).decode()",
                "Your nonce is made from the name. If Alice enrols again, the same nonce is used a second time. When "
                "do you need a new one?",
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
                "Your code makes the key from data in the database itself. Anyone with the copy and your program "
                "needs nothing else. What does a thief with both not have?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        sealed = AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n"
                "        return self.key + nonce + sealed\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(row[:32]).decrypt(row[32:44], row[44:], name.encode()).decode()",
                "Your code puts the key into the row, beside what it protects. Anyone who steals the row has the "
                "key. Where does the server already keep its key?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-stolen-database",
        question=(
            "Every secret is encrypted with AES-GCM, each with its own nonce, and the key is kept elsewhere. "
            "Mallory has an account, and can read and write the database. How many of the three ways to Alice's "
            "second factor are still open?"
        ),
        options=(
            Option("a", "none, because all rows are noise without the key", lambda measure: measure.got == 0),
            Option("b", "one of them", lambda measure: measure.got == 1),
            Option("c", "two of them", lambda measure: measure.got == 2),
            Option("d", "all three", lambda measure: measure.got == 3),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** one way is open, and Mallory read not one secret. He copies a row. His own "
                "encrypted secret is in Alice's place now. The server decrypts it with its key and finds no fault. "
                "So it accepts the codes of Mallory's phone as Alice's. The encryption itself held, but it did not "
                "say *whose* secret this is."
            ),
            (
                "So the ciphertext must be bound to its place: to the account, and to the authenticator. AES-GCM can "
                "do that, by *associated data*. These are not encrypted, but the ciphertext decrypts only with the "
                "same ones. That is the third line, and the fourth is this kit's server. Strong protection "
                "(NIST-3.1.4.2) comes down to three things: encryption, a key that is kept elsewhere, and a row that "
                "is valid in one place only."
            ),
            (
                "This does not stop somebody who takes the key as well. Nor does it stop somebody who puts back the "
                "*whole* database of last month. The threat model says so."
            ),
        ),
        secrets=(
            "1 of 3 ways",
            "copies a row",
        ),
    ),
)
