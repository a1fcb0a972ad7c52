"""Rung 9, replay after the memory forgot: what 26 asks and 27 has mended."""

from __future__ import annotations

from mfa_lab.attacks.replay_after_forgetting import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "27_fix_used_codes"

_GIVEN = "from mfa_lab.attacks.replay_after_forgetting import PERIOD, ShortMemory"


def _keeps(seconds: str) -> str:
    """A fix that keeps used codes for so long."""
    return f"class Fixed(ShortMemory):\n    def keep_seconds(self):\n        return {seconds}"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="replay-forgotten",
        title="Rung 9: how long to remember",
        question=(
            "Write a class `Fixed` on top of `ShortMemory`, with a method `keep_seconds(self)` of its own: for how "
            "many seconds, from the moment of its use, must a code be remembered, so that it is never taken twice? "
            "`PERIOD` is how long a step lasts, and `self.window_steps` how many steps either side of its own the "
            "server looks: 1 here, and 2 elsewhere."
        ),
        given=_GIVEN,
        hints=(
            "When is the earliest moment at which a code can be used, and when the latest?",
            "From the first second of the window's one edge to the last of its other: how many steps lie between?",
        ),
        wrong=(
            Wrong(
                "class Fixed(ShortMemory):\n    def consume(self, account, step):\n        return False",
                "A server that lets nobody in is safe, and of no use.",
            ),
            Wrong(
                _keeps("(self.window_steps + 1) * PERIOD"),
                "Counted from the code's own step. A phone that is ahead uses it before that step begins.",
            ),
            Wrong(
                _keeps("2 * self.window_steps * PERIOD"),
                "Both sides are counted, but not the step in the middle.",
            ),
            Wrong(_keeps("3 * PERIOD"), "Right for this window, and for no wider one."),
            Wrong(
                "class Fixed(ShortMemory):\n    window_steps = 0",
                "Window and memory agree now, and whoever types slowly stays out.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-replay-forgotten",
        question=(
            "This server refuses a used code for 30 seconds, as long as a phone shows it. Mallory has seen "
            "Alice's, and types it 45 seconds after her. How often does he get in?"
        ),
        options=(
            Option("a", "never", lambda measure: measure.got == 0),
            Option("b", "about every second time", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "every time", lambda measure: measure.got == measure.tries),
        ),
    ),
)
