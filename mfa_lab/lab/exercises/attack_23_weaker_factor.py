"""The exercise and the prediction of attack 23, where a weaker way in remains, for notebooks 32 and 33."""

from __future__ import annotations

from mfa_lab.attacks.weaker_factor import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "33_fix_passkeys"

_HAS = "self.has_passkey(self.account_of(pending))"
_FINISH = "return super().finish_login(pending, code)"
_ENROL = "return super().start_enrolment(pending)"


def _two(finish: str, enrol: str) -> str:
    return (
        "class Fixed(FallbackServer):\n"
        f"    def finish_login(self, pending, code):\n{finish}"
        f"    def start_enrolment(self, pending):\n{enrol}"
    )


def _unless(condition: str, then: str) -> str:
    return f"        if {condition}:\n            raise AccessDenied\n        {then}\n"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="weaker-factor",
        title="Attack 23: no weaker way beside a passkey",
        question=(
            "Write a class `Fixed` that extends `FallbackServer` with two methods. `finish_login(self, pending, "
            "code)` completes a login with a code. `start_enrolment(self, pending)` offers a shared secret to "
            "somebody who has typed the password. For an account that has a passkey, both methods raise "
            "`AccessDenied`. For every other account they do what `super()` does. `self.account_of(pending)` returns "
            "the account of a pending login, and `self.has_passkey(account)` says whether an account has a passkey."
        ),
        given="from mfa_lab import AccessDenied\nfrom mfa_lab.attacks.weaker_factor import FallbackServer",
        hints=(
            "There are two doors beside the passkey. Which accounts still need them?",
            "Both methods begin with the same question about the account of the pending login.",
        ),
        wrong=(
            Wrong(
                _two(_unless(_HAS, _FINISH), f"        {_ENROL}\n"),
                "Your server accepts no code, but it still offers a shared secret after the password. If a code is "
                "accepted again one day, the thief's app works. Who may enrol an authenticator?",
            ),
            Wrong(
                _two(f"        {_FINISH}\n", _unless(_HAS, _ENROL)),
                "Nobody can enrol an app beside a passkey any more, but the app that Alice had before still works. A "
                "phishing page asks her for its code. Which method accepts this code?",
            ),
            Wrong(
                _two("        raise AccessDenied\n", _unless(_HAS, _ENROL)),
                "Your server accepts no code at all. Carol has no passkey, so she is locked out. Alice could not "
                "even log in to add her passkey. Whose codes does the server still need?",
            ),
            Wrong(
                _two(
                    _unless("pending.token.reveal() in self.challenges", _FINISH),
                    _unless(_HAS, _ENROL),
                ),
                "Your server rejects a code only if the login has asked for a challenge. A phishing page does not "
                "ask for one. What does the account tell you that the login does not?",
            ),
            Wrong(
                _two(
                    _unless("self.passkeys[self.account_of(pending).name]", _FINISH),
                    _unless("self.passkeys[self.account_of(pending).name]", _ENROL),
                ),
                "Your code looks for a passkey under the name of the account, but `self.passkeys` has another key "
                "for each passkey. Python raises `KeyError`, so nobody can log in with a code. What does the "
                "question offer you to ask about an account?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-weaker-factor",
        question=(
            "Alice has an authenticator app and a passkey. Bob has a passkey only. A phishing page hides the button "
            "for passkeys and asks Alice for a code. Mallory also types Bob's password, and asks to enrol an app. "
            "How many of the two attempts succeed on `FallbackServer`?"
        ),
        options=(
            Option("a", "both", lambda one: one.got == 2),
            Option("b", "one: Alice's code", lambda one: one.got == 1),
            Option("c", "none, because both accounts have a passkey", lambda one: not one.succeeded),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** both attempts succeeded, and no passkey was attacked. An account is as strong as "
                "the weakest way into it. Bob's account was the weaker one, although he has no app: anyone who types "
                "his password first can enrol one."
            ),
            (
                "`MfaServer` never enrols a second factor after the password only. Whether it accepts a code beside "
                "a passkey is a decision of the policy, `code_allowed_with_passkey`. We ran it with `False`. The "
                "default is `True`, and then the first of the two attempts succeeds on `MfaServer`, too. The price "
                "of `False` is that somebody who loses every passkey needs a recovery code."
            ),
            (
                "In September 2026 [an administrator of a file-sharing "
                "server](https://github.com/nextcloud/server/issues/64390) asked its makers for a rule that enforces "
                "passkeys. The server supported passkeys, but the login with a name and a password remained as a "
                "fallback. A second factor after the password did not close this gap (NIST-2.2.2)."
            ),
        ),
        secrets=(
            "2 of 2 weaker ways",
            "both attempts succeeded",
            r"✓ gets in",
            "no passkey was attacked",
            "remained as a fallback",
        ),
    ),
)
