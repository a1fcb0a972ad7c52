"""The exercise and the prediction of attack 9, replay of a forgotten code, for notebooks 26 and 27."""

from __future__ import annotations

from mfa_lab.attacks.replay_after_forgetting import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "27_fix_used_codes"

_GIVEN = "from mfa_lab.attacks.replay_after_forgetting import PERIOD, ShortMemory"


def _keeps(seconds: str) -> str:
    """Return the source of a fix that remembers used codes for this number of seconds."""
    return f"class Fixed(ShortMemory):\n    def keep_seconds(self):\n        return {seconds}"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="replay-forgotten",
        title="Attack 9: how long to remember",
        question=(
            "Write a class `Fixed` that extends `ShortMemory` with its own method `keep_seconds(self)`. The "
            "method returns for how many seconds the server must remember a used code so that it never accepts "
            "the code twice. `PERIOD` is the length of a step in seconds. `self.window_steps` is how many steps "
            "the server accepts on either side of its current step: 1 here, and 2 on other servers."
        ),
        given=_GIVEN,
        hints=(
            "What is the earliest moment at which a code can be used, and what is the latest?",
            (
                "Count the steps from the first second at which the window accepts a code to the last. How many are "
                "there?"
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(ShortMemory):\n    def consume(self, account, step):\n        return False",
                "Your server rejects every code. It is safe but useless. Which codes must it still accept?",
            ),
            Wrong(
                _keeps("(self.window_steps + 1) * PERIOD"),
                "You count from the beginning of the code's own step. If a phone is ahead, its code can be used "
                "before that step begins. When is the earliest possible use?",
            ),
            Wrong(
                _keeps("2 * self.window_steps * PERIOD"),
                "Your code counts the steps on both sides of the window. But the server still forgets the code "
                "before the window ends. Which step have you not counted?",
            ),
            Wrong(
                _keeps("3 * PERIOD"),
                "Your number is correct for this window. But a server with a wider window would forget the code "
                "too early. What does the number depend on?",
            ),
            Wrong(
                "class Fixed(ShortMemory):\n    window_steps = 0",
                "Your server no longer has a window, so it remembers codes long enough. But now it rejects anyone "
                "who types slowly. Which of the two should change, the window or the memory?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-replay-forgotten",
        question=(
            "This server rejects a used code for 30 seconds. Mallory has seen Alice's code, and types it 45 seconds "
            "after Alice. We repeat this attack thirty times. How often does Mallory get in?"
        ),
        options=(
            Option("a", "never", lambda measure: measure.got == 0),
            Option("b", "in fewer than 10 of the 30 runs", lambda measure: 0 < measure.got < 10),
            Option("c", "in 10 to 20 of the 30 runs", lambda measure: 10 <= measure.got <= 20),
            Option("d", "in more than 20 of the 30 runs", lambda measure: measure.got > 20),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** Mallory got in 15 times of 30. The figure has four ticks, from 30 seconds after "
                "Alice's login to the end of the window's bar. The phone shows the code for one step. The window "
                "accepts it for three steps, because clocks are slow or fast, and people are slow. The server "
                "remembers the code for only thirty seconds. After that it has forgotten the code, but the window "
                "still accepts it."
            ),
            (
                "Why does he get in half of the time? The window ends 60 seconds after the phone began to show "
                "the code, and Mallory types the code 45 seconds after Alice. So he is in time if she logged in "
                "within the first 15 of the 30 seconds."
            ),
            (
                "In 2017 [the users of a library "
                "found](https://github.com/devise-two-factor/devise-two-factor/issues/106) that its protection "
                "against replay lasted just as long as this server's. After that, a used code was valid again as "
                "long as the allowed drift lasted."
            ),
            (
                "*Once* means once (RFC6238-5.2, NIST-3.1.4.2, ASVS-6.5.1). The server must remember a used code "
                "for the whole window, from the earliest possible use to the latest."
            ),
        ),
        secrets=(
            "15 times of 30",
            "four ticks",
            r"\[40, 45, 50, 55\]",
        ),
    ),
)
