"""Rung 7, replay inside the window: what 22 asks and 23 has mended."""

from __future__ import annotations

from mfa_lab.attacks.replay_in_window import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "23_fix_replay_and_relay"

_GIVEN = "from mfa_lab.attacks.replay_in_window import ForgetfulServer\nfrom mfa_lab.otp import step_at"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="replay-window",
        title="Rung 7: a code is taken once",
        question=(
            "Write a class `Fixed` on top of `ForgetfulServer`, with a method `consume(self, account, step)` of its "
            "own: it answers `True` if the code of this time step may be taken, and `False` if not. The server keeps "
            "`account.last_step` for you: the step of the code that enrolled the phone, until you write another."
        ),
        given=_GIVEN,
        hints=(
            "Two questions to ask of a step: was it taken, and was a later one taken?",
            "Compare first, then write down; and what you compare with is the account's own.",
        ),
        wrong=(
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        if step == account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return True",
                "Only the very last code is remembered, and the window holds three.",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        if step < account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return True",
                "The very code that was just taken is taken once more.",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        free = step > account.last_step\n"
                "        account.last_step = step\n"
                "        return free",
                "A refused code is written down as well: the number falls, and the last code is new again. When may "
                "the number change?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        now = step_at(self.clock.now())\n"
                "        if now <= account.last_step:\n"
                "            return False\n"
                "        account.last_step = now\n"
                "        return True",
                "You ask when a code is typed. A step later the same code is typed at another time.",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    last_step = -1\n"
                "    def consume(self, account, step):\n"
                "        if step <= self.last_step:\n"
                "            return False\n"
                "        self.last_step = step\n"
                "        return True",
                "This server has one memory for everybody, and enrolment never wrote into it.",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        self.used = getattr(self, 'used', set())\n"
                "        if (account.name, step) in self.used:\n"
                "            return False\n"
                "        self.used.add((account.name, step))\n"
                "        return True",
                "A set that begins empty does not know every used code. Enrolment takes a code as well, and the "
                "server has written down which.",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    used = set()\n"
                "    def consume(self, account, step):\n"
                "        if step in self.used:\n"
                "            return False\n"
                "        self.used.add(step)\n"
                "        return True",
                "What one server has taken is refused on the other. A name in the body of the class itself stands "
                "for one memory, shared by all servers. What belongs to the account alone?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n    window_steps = 0",
                "A narrower window shortens the replay, and does not end it.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-replay-window",
        question=(
            "Mallory knows Alice's password, reads her code over her shoulder, and types it 40 seconds after her. "
            "How often does this server, which looks a step either side, let him in?"
        ),
        options=(
            Option("a", "never, a code lasts half a minute", lambda measure: measure.got == 0),
            Option("b", "two times of three, about", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "always, the window is 90 seconds wide", lambda measure: measure.got == measure.tries),
        ),
    ),
)
