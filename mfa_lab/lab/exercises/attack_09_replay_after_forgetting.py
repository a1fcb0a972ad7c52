"""Attack 9, replay after the memory forgot: what 26 asks and 27 fixes."""

from __future__ import annotations

from mfa_lab.attacks.replay_after_forgetting import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "27_fix_used_codes"

_GIVEN = "from mfa_lab.attacks.replay_after_forgetting import PERIOD, ShortMemory"


def _keeps(seconds: str) -> str:
    """Return a fix that keeps used codes for so long."""
    return f"class Fixed(ShortMemory):\n    def keep_seconds(self):\n        return {seconds}"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="replay-forgotten",
        title="Attack 9: how long to remember",
        question=(
            "Write a class `Fixed` on top of `ShortMemory`, with its own method `keep_seconds(self)`. It returns "
            "for how many seconds after its use a code must be remembered, so that it is never accepted twice. "
            "`PERIOD` is the length of a step. `self.window_steps` is how many steps on either side of its own "
            "the server accepts: 1 here, and 2 elsewhere."
        ),
        given=_GIVEN,
        hints=(
            "When is the earliest moment at which a code can be used, and when the latest?",
            "Count the steps from the first second of the window to its last. How many are there?",
        ),
        wrong=(
            Wrong(
                "class Fixed(ShortMemory):\n    def consume(self, account, step):\n        return False",
                "Your server rejects every code. It is safe, and useless. Which codes must it still accept?",
            ),
            Wrong(
                _keeps("(self.window_steps + 1) * PERIOD"),
                "Your count starts at the code's own step. A phone that is ahead uses its code before that step "
                "begins. When can the first use be?",
            ),
            Wrong(
                _keeps("2 * self.window_steps * PERIOD"),
                "Your code counts the steps on both sides of the window. Its memory still ends before the window "
                "does. Which step have you not counted?",
            ),
            Wrong(
                _keeps("3 * PERIOD"),
                "Your number fits this window. On a server with a wider window the memory ends too early. What does "
                "the number depend on?",
            ),
            Wrong(
                "class Fixed(ShortMemory):\n    window_steps = 0",
                "Your server has no window any more, so the memory is long enough. Now anyone who types slowly is "
                "rejected. Which of the two should change?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-replay-forgotten",
        question=(
            "This server rejects a used code for 30 seconds. Mallory has seen Alice's code, and types it 45 "
            "seconds after her. We try this thirty times. How often does he get in?"
        ),
        options=(
            Option("a", "never", lambda measure: measure.got == 0),
            Option("b", "in fewer than 10 of the 30", lambda measure: 0 < measure.got < 10),
            Option("c", "in 10 to 20 of them", lambda measure: 10 <= measure.got <= 20),
            Option("d", "in more than 20 of them", lambda measure: measure.got > 20),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** Mallory got in 15 times of 30. The figure has four ticks, from 30 seconds after "
                "Alice's login to the end of the window's bar. The phone shows the code for one step. The window "
                "accepts it for three, because clocks are slow or fast, and people are slow. For thirty seconds the "
                "server remembers the code. After that it still accepts what it has forgotten."
            ),
            (
                "Why half of the times? The window ends 60 seconds after the phone began to show the code, and "
                "Mallory types 45 seconds after Alice. So he is in time if she logged in within the first 15 of her "
                "30 seconds."
            ),
            (
                "In 2017 [the users of a library "
                "found](https://github.com/devise-two-factor/devise-two-factor/issues/106) that its protection "
                "against replay lasted just as long as this server's. While the allowed drift still lasted, a used "
                "code was valid again."
            ),
            (
                "*Once* means once (RFC6238-5.2, NIST-3.1.4.2, ASVS-6.5.1). A memory must not be shorter than the "
                "window at its widest, from the earliest use to the latest."
            ),
        ),
        secrets=(
            "15 times of 30",
            "four ticks",
            r"\[40, 45, 50, 55\]",
        ),
    ),
)
