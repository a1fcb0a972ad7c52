"""The exercise and the prediction of attack 18, where a challenge is used again, for notebooks 32 and 33."""

from __future__ import annotations

from mfa_lab.attacks.challenge_reused import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "33_fix_passkeys"


def _bound(body: str, *, keep: str = "        self.challenges[pending.token.reveal()] = challenge\n") -> str:
    return (
        "class Fixed(SharedChallenges):\n"
        f"    def keep_challenge(self, pending, challenge):\n{keep}"
        f"    def check_challenge(self, pending, response):\n{body}"
    )


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="challenge-reused",
        title="Attack 18: one challenge, one login, one use",
        question=(
            "Write a class `Fixed` that extends `SharedChallenges` with two methods. "
            "`keep_challenge(self, pending, challenge)` stores the bytes of a new challenge. "
            "`check_challenge(self, pending, response)` raises `AccessDenied` unless `response.challenge` is the "
            "challenge of this pending login. Each challenge counts for one response only, even if the server "
            "rejects this response. `pending.token.reveal()` is the text that identifies the login. The server has "
            "an empty dictionary `self.challenges`, which you may use."
        ),
        given="from mfa_lab import AccessDenied\nfrom mfa_lab.attacks.challenge_reused import SharedChallenges",
        hints=(
            "Two questions decide about a challenge: for which login was it made, and has it been used?",
            (
                "Use the text of the login's token as the key of the dictionary. `dict.pop(key, None)` removes a "
                "value and returns it, or returns `None` if the key is missing."
            ),
        ),
        wrong=(
            Wrong(
                _bound(
                    "        if response.challenge not in self.issued:\n"
                    "            raise AccessDenied\n"
                    "        self.issued.remove(response.challenge)\n",
                    keep="        self.issued.append(challenge)\n",
                ),
                "Your server accepts each challenge once, but in any login. So a response that was made for one "
                "login opens another login. For which login did the server make the challenge?",
            ),
            Wrong(
                _bound(
                    "        if self.challenges.get(pending.token.reveal()) != response.challenge:\n"
                    "            raise AccessDenied\n"
                ),
                "Your server compares with the challenge of the login, but the challenge stays valid. So the same "
                "response gets in a second time. What should your code do with a challenge that it has compared?",
            ),
            Wrong(
                _bound(
                    "        expected = self.challenges.pop(pending.token.reveal(), None)\n"
                    "        if expected and expected != response.challenge:\n"
                    "            raise AccessDenied\n"
                ),
                "Your code compares only if it finds a challenge. If the attacker never asks for a challenge, there "
                "is no comparison. What should happen in a login without a challenge?",
            ),
            Wrong(
                _bound(
                    "        expected = self.challenges.pop(self.account_of(pending).name, None)\n"
                    "        if expected is None or expected != response.challenge:\n"
                    "            raise AccessDenied\n",
                    keep="        self.challenges[self.account_of(pending).name] = challenge\n",
                ),
                "Your server keeps one challenge for several logins. If Alice opens two tabs, the second tab "
                "replaces the challenge of the first. What is different about the two logins?",
            ),
            Wrong(
                _bound(
                    "        known = self.mine.get(self.account_of(pending).name, [])\n"
                    "        if response.challenge not in known:\n"
                    "            raise AccessDenied\n"
                    "        known.remove(response.challenge)\n",
                    keep="        self.mine = getattr(self, 'mine', {})\n"
                    "        self.mine.setdefault(self.account_of(pending).name, []).append(challenge)\n",
                ),
                "Your server accepts a challenge in every login of the same account. A response that was caught in "
                "one tab opens a login in another tab. What identifies a single login?",
            ),
            Wrong(
                _bound(
                    "        if self.challenges.get(pending.token.reveal()) != response.challenge:\n"
                    "            raise AccessDenied\n"
                    "    def finish_passkey_login(self, pending, response):\n"
                    "        session = super().finish_passkey_login(pending, response)\n"
                    "        del self.challenges[pending.token.reveal()]\n"
                    "        return session\n"
                ),
                "Your code removes a challenge only after a successful login. If a response is rejected, the "
                "challenge stays valid, so somebody can send many responses to it. When is a challenge used up?",
            ),
            Wrong(
                _bound(
                    "        if self.challenges.pop(pending.token.reveal()) != response.challenge:\n"
                    "            raise AccessDenied\n"
                ),
                "Your code removes a challenge that may be missing. Python then raises `KeyError`, and the user sees "
                "a fault of the server instead of a rejected login. In which logins has the server made no "
                "challenge?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-challenge-reused",
        question=(
            "Mallory knows Alice's password, and has recorded one response of her passkey. On ten later days, he "
            "begins a login in her name and sends the recorded response. How often does `SharedChallenges` let him "
            "in?"
        ),
        options=(
            Option("a", "never, because a passkey's response cannot be used again", lambda one: not one.succeeded),
            Option("b", "once, on the first day", lambda one: one.got == 1),
            Option("c", "every time", lambda one: one.got == one.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the recorded response worked on all ten days. A signature does not expire. It "
                "proves that the passkey once signed these bytes, and the only new part of the bytes is the "
                "challenge. If the server accepts an old challenge, the response is as good as a password."
            ),
            (
                "`MfaServer` makes a challenge of 256 random bits for each pending login and stores its hash there "
                "(ASVS-6.7.2). The first response ends the pending login, even if the response is rejected. So no "
                "challenge is compared twice."
            ),
            (
                "In May 2020 somebody reported that [a well-known demonstration site for "
                "passkeys](https://github.com/duo-labs/webauthn.io/issues/28) stored the challenge in a cookie. The "
                "browser sends a cookie back, and an attacker can send back an old cookie with an old response. In "
                "2022 a second person found the same fault. In May 2026 [a web "
                "framework](https://github.com/stacksjs/stacks/issues/1866) listed a similar fault: the server read "
                "the challenge to compare with from the request itself."
            ),
        ),
        secrets=("10 of 10 later logins", "worked on all ten days", r"✓ gets in", "stored the challenge in a cookie"),
    ),
)
