"""Rung 16, drift without a cap and the clock set back: what 26 asks and 27 has mended."""

from __future__ import annotations

from mfa_lab.attacks.clock_set_back import ATTACK as SECOND
from mfa_lab.attacks.drift_without_cap import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "27_fix_used_codes"

_GIVEN = "from mfa_lab.attacks.drift_without_cap import FollowingServer"
_GIVEN_BACK = """
from mfa_lab import AccessDenied
from mfa_lab.attacks.clock_set_back import ClockTrustingServer
""".strip()


def _learns(centre: str) -> str:
    """A fix whose window stands there after a login."""
    return f"class Fixed(FollowingServer):\n    def learnt(self, drift, offset):\n        return {centre}"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="drift-without-cap",
        title="Rung 16: how far to follow a phone",
        question=(
            "Write a class `Fixed` on top of `FollowingServer`, with a method `learnt(self, drift, offset)` of its "
            "own: it returns where the window's centre stands after a login, in steps from the server's own (above "
            "0: ahead). `drift` is where it stood before, `offset` where the code was, `self.window_steps` how far "
            "the window reaches either side. Phones that go wrong slowly must be followed, and whatever codes "
            "somebody has, a phone with the right time must get in."
        ),
        given=_GIVEN,
        hints=(
            "How far may the centre go, in either direction, before the server's own step is outside the window?",
            "Follow the code, and stop at that distance on both sides: `min` for one, `max` for the other.",
        ),
        wrong=(
            Wrong(
                "class Fixed(FollowingServer):\n    def consume(self, account, step):\n        return False",
                "A server that lets nobody in is safe, and of no use.",
            ),
            Wrong(
                _learns("drift + (offset > drift) - (offset < drift)"),
                "A step at a time, and still as far as somebody has codes.",
            ),
            Wrong(
                _learns("max(-10, min(10, offset))"),
                "The walk ends. Where it ends, does the window still hold the owner's own code?",
            ),
            Wrong(
                _learns("min(self.window_steps, offset)"),
                "Ahead it ends. There is another direction.",
            ),
            Wrong(
                _learns("0"),
                "Nobody leads it astray, and a phone that goes wrong slowly is not followed either.",
            ),
        ),
    ),
    fix(
        SECOND,
        exercise_id="clock-set-back",
        title="Rung 16: what holds when the clock does not",
        question=(
            "Write a class `Fixed` on top of `ClockTrustingServer`, with a method `consume(self, account, step)` of "
            "its own, so that no code of the past lets anybody in, though the server's clock is an hour back. "
            "`super().consume(account, step)` asks the memory that goes by the clock. `account.last_step` is "
            "there to "
            "be used, and it is your part to keep it up to date."
        ),
        given=_GIVEN_BACK,
        hints=(
            "Which of the things that a server can write down does not become less when the clock does?",
            "No clock is needed: compare the step of this code with the step of the last one taken.",
        ),
        wrong=(
            Wrong(
                "class Fixed(ClockTrustingServer):\n    def consume(self, account, step):\n        return False",
                "A server that lets nobody in is safe, and of no use.",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n    def keep_seconds(self):\n        return 24 * 3600",
                "Used codes are remembered longer. Others were only seen, and come back with the clock.",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        if step <= account.last_step:\n"
                "            return False\n"
                "        return super().consume(account, step)",
                "You read `last_step`, but nobody writes it.",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        if step < account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return True",
                "`<` lets the very last code in once more. A step that was taken is not *below* itself.",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        if step < account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return super().consume(account, step)",
                "`<` leaves the very last code to the memory that goes by the clock, and that one forgets.",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        free = step > account.last_step\n"
                "        account.last_step = step\n"
                "        return free and super().consume(account, step)",
                "A refused code is written down as well: the number falls with the clock, and what lay below it is "
                "open again. When may the number change?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    latest = 0\n\n"
                "    def consume(self, account, step):\n"
                "        now = self.clock.now()\n"
                "        if now < self.latest:\n"
                "            raise AccessDenied\n"
                "        self.latest = now\n"
                "        return super().consume(account, step)",
                "Every correction by a second locks people out.",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    latest = 0\n\n"
                "    def centre(self, account):\n"
                "        self.latest = max(self.latest, super().centre(account))\n"
                "        return self.latest",
                "Your time stands still until the clock has caught up, and what is good stays good for as long.",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    latest, fallen = 0, False\n\n"
                "    def consume(self, account, step):\n"
                "        now = self.clock.now()\n"
                "        self.fallen = self.fallen or now < self.latest - 60\n"
                "        self.latest = max(self.latest, now)\n"
                "        return not self.fallen and super().consume(account, step)",
                "It fell once, and nobody gets in ever after.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-drift-without-cap",
        question=(
            "This server lets its window follow each phone's clock. Mallory knows Alice's password and has written "
            "down her codes of the next hour. How far ahead of its time is the last code that he gets accepted now?"
        ),
        options=(
            Option("a", "one step, the window is no wider", lambda measure: measure.got == 0),
            Option("b", "an hour, as far as he has codes", lambda measure: measure.got == measure.tries),
            Option("c", "some steps, then the window stops", lambda measure: 0 < measure.got < measure.tries),
        ),
    ),
    Prediction(
        id="attack-clock-set-back",
        question=(
            "This server remembers used codes for as long as its window can hold them. Then its clock falls back by "
            "an hour. A code that Alice used an hour ago, and one that was only seen half an hour ago: which are "
            "taken?"
        ),
        options=(
            Option("a", "neither", lambda measure: measure.got == 0),
            Option("b", "one of the two", lambda measure: measure.got == 1),
            Option("c", "both", lambda measure: measure.got == 2),
        ),
    ),
)
