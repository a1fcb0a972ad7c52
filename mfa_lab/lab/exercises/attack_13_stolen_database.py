"""The exercise and the prediction of attack 13, a stolen database, for notebooks 28 and 29."""

from __future__ import annotations

from mfa_lab.attacks.law import RESTARTED
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
        law=RESTARTED,
        exercise_id="stolen-database",
        title="Attack 13: encrypted, and bound to its own row",
        question=(
            "Write a class `Fixed` that extends `PlaintextServer` with two methods. `encrypt(self, secret, name)` "
            "returns the bytes to store in the row of `name`, and `decrypt(self, row, name)` returns the secret "
            "from these bytes. Use `AESGCM(self.key).encrypt(nonce, data, associated)` and `.decrypt(nonce, "
            "encrypted, associated)`. `self.randomness.token_bytes(12)` makes a nonce. Nobody without the key may "
            "be able to read a secret, and no row may be valid in the place of another row."
        ),
        given=_GIVEN,
        hints=(
            (
                "The nonce is not secret, but it must be different for each encryption. So you can store it in the "
                "row, in front of the ciphertext."
            ),
            (
                "`associated` is not encrypted, but decryption fails without it. Which value belongs to this row "
                "and to no other row?"
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        return base64.b64encode(secret.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return base64.b64decode(row).decode()",
                "Your code stores the secrets in Base64, which is only an encoding. Anyone can decode it without "
                "a key. What does the server have that a thief does not?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        return bytes(a ^ b for a, b in zip(secret.encode(), self.key))\n\n"
                "    def decrypt(self, row, name):\n"
                "        return bytes(a ^ b for a, b in zip(row, self.key)).decode()",
                "Your code combines every secret with the same key in the same way. Anyone who knows one secret "
                "can compute the key, and then all the other secrets. What should be different for each row?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        return AESGCM(self.key).encrypt(bytes(12), secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(bytes(12), row, name.encode()).decode()",
                "Your code uses the same nonce for all rows. So AES-GCM combines every secret with the same "
                "stream of bytes, and Mallory knows the secret in his own row. How often may your code use a "
                "nonce?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), None)\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], None).decode()",
                "Nobody can read your rows without the key. But if Mallory copies his row over Alice's, it "
                "decrypts there as well. How could a row show whose secret it holds?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode()).decode()",
                "Your `decrypt` did not return the secret that your `encrypt` received. It uses the first twelve "
                "bytes of the row as the nonce. What did `encrypt` put there?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode())",
                "Your `decrypt` returned bytes, or the result of `str` for bytes. The server needs the secret "
                "itself as text. How do you turn bytes into text?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = hashlib.sha256(name.encode()).digest()[:12]\n"
                "        return nonce + AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(self.key).decrypt(row[:12], row[12:], name.encode()).decode()",
                "Your code computes the nonce from the name. If Alice enrols again, your code uses the same nonce "
                "a second time. When do you need a new nonce?",
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
                "Your code computes the key from data in the database itself. Anyone who has your program and a "
                "copy of the database needs nothing else. What does such a thief not have?",
            ),
            Wrong(
                "class Fixed(PlaintextServer):\n"
                "    def encrypt(self, secret, name):\n"
                "        nonce = self.randomness.token_bytes(12)\n"
                "        sealed = AESGCM(self.key).encrypt(nonce, secret.encode(), name.encode())\n"
                "        return self.key + nonce + sealed\n\n"
                "    def decrypt(self, row, name):\n"
                "        return AESGCM(row[:32]).decrypt(row[32:44], row[44:], name.encode()).decode()",
                "Your code puts the key into the row, next to the data that it protects. Anyone who steals the "
                "row has the key. Where does the server already keep its key?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-stolen-database",
        question=(
            "The server encrypts every secret with AES-GCM and a separate nonce, and keeps the key outside the "
            "database. Mallory has an account, and can read and write the database. How many of the three ways to "
            "get Alice's second factor are still open?"
        ),
        options=(
            Option("a", "none, because all rows are meaningless without the key", lambda measure: measure.got == 0),
            Option("b", "one of them", lambda measure: measure.got == 1),
            Option("c", "two of them", lambda measure: measure.got == 2),
            Option("d", "all three", lambda measure: measure.got == 3),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** one way is open, although Mallory did not read a single secret. He copies a "
                "row. Now his own encrypted secret is in Alice's place. The server decrypts it with its key and "
                "finds no error. So it accepts the codes from Mallory's phone as Alice's. The encryption held, "
                "but it did not show *whose* secret this is."
            ),
            (
                "So the ciphertext must be bound to its place: to the account and to the authenticator. "
                "AES-GCM can do that with *associated data*. This data is not encrypted, but the ciphertext "
                "decrypts only with the same associated data. The third line of the table shows this; the "
                "fourth line is this kit's server. Strong protection (NIST-3.1.4.2) requires three things: "
                "encryption, a key that is kept elsewhere, and a row that is valid in only one place."
            ),
            (
                "This protection does not stop an attacker who also steals the key. It does not stop an attacker who "
                "restores the *whole* database of last month, either. The threat model says so."
            ),
        ),
        secrets=(
            "1 of 3 ways",
            "copies a row",
        ),
    ),
)
