"""The exercise and the prediction of attack 20, where a bad signature has no effect, for notebooks 32 and 33."""

from __future__ import annotations

from mfa_lab.attacks.signature_ignored import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "33_fix_passkeys"

_SIGNED = "        signed = response.authenticator_data + hashlib.sha256(response.client_data_json).digest()\n"
_HEAD = "class Fixed(LenientServer):\n    def check_signature(self, passkey, response):\n"


def _any_of(keys: str) -> str:
    return (
        f"{_HEAD}{_SIGNED}        for one in {keys}:\n"
        "            try:\n"
        "                return one.public_key.verify(response.signature, signed, SIGNED_WITH)\n"
        "            except InvalidSignature:\n"
        "                continue\n"
        "        raise AccessDenied"
    )


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="signature-ignored",
        title="Attack 20: a bad signature ends the login",
        question=(
            "Write a class `Fixed` that extends `LenientServer` with its own method "
            "`check_signature(self, passkey, response)`. The method raises `AccessDenied` unless the signature is "
            "valid for `passkey.public_key`. The authenticator signs `response.authenticator_data`, followed by the "
            "SHA-256 (32 bytes) of `response.client_data_json`. "
            "`passkey.public_key.verify(signature, signed, SIGNED_WITH)` returns nothing, and raises "
            "`InvalidSignature` if the signature is not valid."
        ),
        given="import hashlib\n\nfrom cryptography.exceptions import InvalidSignature\n\n"
        "from mfa_lab import AccessDenied\nfrom mfa_lab.attacks.passkeys.passkey_server import SIGNED_WITH\n"
        "from mfa_lab.attacks.signature_ignored import LenientServer",
        hints=(
            "The weak server notices every forged response. Which line decides what happens then?",
            "Only the branch for the exception is wrong. What must this branch do so that the login ends there?",
        ),
        wrong=(
            Wrong(
                f"{_HEAD}"
                "        signed = hashlib.sha256(response.client_data_json).digest() + response.authenticator_data\n"
                "        try:\n"
                "            passkey.public_key.verify(response.signature, signed, SIGNED_WITH)\n"
                "        except InvalidSignature:\n"
                "            raise AccessDenied from None",
                "Your code rejects every signature, so nobody gets in. Either it verifies other bytes than the "
                "authenticator signed, or it waits for a value that `verify` does not return. Which is it?",
            ),
            Wrong(
                f"{_HEAD}        if not response.signature:\n            raise AccessDenied",
                "Your code rejects only a response without a signature. Any bytes will do as a signature, because no "
                "key verifies them. Which key should verify them?",
            ),
            Wrong(
                _any_of("self.passkeys.values()"),
                "Your code accepts a signature of any stored passkey. Mallory has a passkey too, and it signs under "
                "Alice's id. Whose public key belongs to the id in the response?",
            ),
            Wrong(
                _any_of("[one for one in self.passkeys.values() if one.name == passkey.name]"),
                "Your code accepts a signature of any passkey of the account. If one device is stolen and its "
                "passkey removed by id, the records no longer say which device was used. Which one does the response "
                "name?",
            ),
            Wrong(
                f"{_HEAD}{_SIGNED}        passkey.public_key.verify(response.signature, signed, SIGNED_WITH)",
                "Your code lets the exception of `verify` pass. It ends the login, but the caller does not know it, "
                "so the user sees a fault of the server instead of a rejected login. Which exception does the caller "
                "expect?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-signature-ignored",
        question=(
            "Mallory has Alice's password, but none of her devices. He makes a new key pair, signs the challenge "
            "with it, and writes the credential id of Alice's passkey on the response. `LenientServer` verifies "
            "every signature. What happens?"
        ),
        options=(
            Option("a", "Alice's pages open", lambda one: one.succeeded),
            Option("b", "Alice's pages stay shut, because the signature is not valid", lambda one: not one.succeeded),
            Option("c", "the server stops with an error"),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** the server verified the signature, noticed that it was forged, counted it, and let "
                "Mallory in. The mathematics of the check is correct. The line after the check is missing. An "
                "attacker then needs only a credential id, and ids are not secret: the server sends them to "
                "everybody who knows the password."
            ),
            (
                "The signature also protects all other fields. Without it, a phishing page can write your address "
                "into the client data, and anybody can set the flag for user verification. So this one fault opens "
                "attacks 18, 19 and 22 again."
            ),
            (
                "In `MfaServer` the check raises an error, and no caller has to read a result. In August 2026 [a web "
                "framework](https://github.com/cedarjs/cedar/pull/2545) closed exactly this fault. A library that it "
                "used reports a wrong signature as a value instead of an error, and the framework did not read the "
                "value. The training shop of OWASP, Juice Shop, has the same fault on purpose."
            ),
        ),
        secrets=(
            "her pages open",
            "verified the signature, noticed",
            r"✓ gets in",
            "ids are not secret",
            "did not read the value",
        ),
    ),
)
