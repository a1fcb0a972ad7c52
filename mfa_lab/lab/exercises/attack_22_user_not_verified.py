"""The exercise and the prediction of attack 22, where user verification is not checked, for notebooks 32 and 33."""

from __future__ import annotations

from mfa_lab.attacks.user_not_verified import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "33_fix_passkeys"


def _rejects(condition: str) -> str:
    return (
        "class Fixed(AnyTouchServer):\n"
        "    def check_user(self, response):\n"
        f"        if {condition}:\n"
        "            raise AccessDenied"
    )


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="user-not-verified",
        title="Attack 22: read the flags",
        question=(
            "Write a class `Fixed` that extends `AnyTouchServer` with its own method `check_user(self, response)`. "
            "`response.flags` is a number from 0 to 255, and each of its bits is a flag. Bit 0 (value 1) says that "
            "somebody was present. Bit 2 (value 4) says that the authenticator verified its user by a PIN, a "
            "fingerprint or a face. The method raises `AccessDenied` unless both bits are set. The other bits say, "
            "for example, that a passkey is backed up, and may have any value."
        ),
        given="from mfa_lab import AccessDenied\nfrom mfa_lab.attacks.user_not_verified import AnyTouchServer",
        hints=(
            "Alice's phone and Bob's security key send different flags. Which bits do both responses share?",
            "`flags & 4` is 4 if bit 2 is set, and 0 otherwise. Each of the two bits needs its own question.",
        ),
        wrong=(
            Wrong(
                _rejects("not response.flags & 0x05"),
                "Your code asks whether at least one of the two bits is set. A touch without a PIN sets one of them. "
                "How many of the two bits must be set?",
            ),
            Wrong(
                _rejects("not response.flags & 1 or not response.flags & 2"),
                "Your code rejects everybody. Bits are counted from 0, so their values are 1, 2, 4, 8 and so on. "
                "Which two bits does your code read?",
            ),
            Wrong(
                _rejects("response.flags != 0x05"),
                "Your code accepts only one value of the whole byte. Alice's passkey is backed up, which sets two "
                "more bits, so your server rejects her. Which bits does the question ask about?",
            ),
            Wrong(
                _rejects("not response.flags & 0x04"),
                "Your code asks for user verification only. A response that says that nobody was present then gets "
                "in. Which other bit must be set?",
            ),
            Wrong(
                _rejects("response.flags < 0x04"),
                "Your code compares the flags as a number. The backup flags have values greater than 4, so a "
                "backed-up passkey always passes. How can you read one bit only?",
            ),
            Wrong(
                _rejects("response.flags != 0x1D"),
                "Your code accepts only the flags of a passkey that is backed up. Bob's security key cannot be "
                "backed up, so your server rejects him. Which bits may have any value?",
            ),
            Wrong(
                _rejects("response.flags & 0xE5 != 0x05"),
                "Your code also rejects a response if one of the three highest bits is set. One of them announces "
                "data of an extension, which says nothing about the user. Which bits does your code read?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-user-not-verified",
        question=(
            "Mallory has found Alice's phone and Bob's security key, and knows both passwords. He knows neither PIN. "
            "`AnyTouchServer` requires user verification in its options. In how many of the two accounts does he get?"
        ),
        options=(
            Option("a", "none: the device does not sign without a PIN or a finger", lambda one: not one.succeeded),
            Option("b", "one: only the security key signs without a PIN", lambda one: one.got == 1),
            Option("c", "both", lambda one: one.got == 2),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** both accounts opened. The word `required` is in the options, and the options pass "
                "through the attacker's client. Mallory changed the word to `discouraged`, and the devices signed "
                "after a touch. They did not lie: their flags say that nobody was verified. The server did not read "
                "this flag."
            ),
            (
                "With user verification, a passkey by itself is two factors: the device, and what its owner knows or "
                "is. Without it, the passkey is only the device (NIST-B). Here the password is the other factor. On "
                "a server where a passkey replaces the password, a found device would be enough."
            ),
            (
                "`MfaServer` checks both flags if the policy says `user_verification = "
                '"required"`. In November 2021 a user of [a library for '
                "passkeys](https://github.com/cedarcode/webauthn-ruby/issues/350) reported a gap in its guide. The "
                "library checks the flag only if the program asks for this check, and the guide did not say so. A "
                "changed page could then log in with a security key and without its PIN."
            ),
        ),
        secrets=("2 accounts of 2 open", "both accounts opened", r"✓ gets in", "signed after a touch"),
    ),
)
