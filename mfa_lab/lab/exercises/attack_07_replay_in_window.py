"""Attack 7, replay inside the window: what notebook 22 asks and notebook 23 fixes."""

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
        title="Attack 7: a code is accepted once",
        question=(
            "Write a class `Fixed` on top of `ForgetfulServer` with its own method `consume(self, account, step)`. "
            "It returns `True` if the code of this time step may be accepted, and `False` if not. The server keeps "
            "`account.last_step` for you: the step of the code that enrolled the phone, until you write another."
        ),
        given=_GIVEN,
        hints=(
            "Two questions about a step: was it accepted before, and was a later one accepted?",
            "Compare first, then write. The value that you compare with belongs to the account.",
        ),
        wrong=(
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        if step == account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return True",
                "Your server remembers only the very last code, and the window holds three. So the code before it is "
                "accepted again. Which codes should a login make invalid?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        if step < account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return True",
                "Your server accepts the code that it has just accepted. So a thief can log in one second later. "
                "What does your comparison say about equal steps?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        free = step > account.last_step\n"
                "        account.last_step = step\n"
                "        return free",
                "Your server notes the step of a refused code as well. So the number falls, and the last code is "
                "accepted again. When may the number change?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        now = step_at(self.clock.now())\n"
                "        if now <= account.last_step:\n"
                "            return False\n"
                "        account.last_step = now\n"
                "        return True",
                "Your server notes when a code is typed. So the same code is accepted again a step later. What stays "
                "the same about a code, no matter when it is typed?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    last_step = -1\n"
                "    def consume(self, account, step):\n"
                "        if step <= self.last_step:\n"
                "            return False\n"
                "        self.last_step = step\n"
                "        return True",
                "Your server has one memory for everybody, and enrolment never wrote into it. So the code that "
                "enrolled a phone opens a session. Where does the server keep what belongs to an account?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        self.used = getattr(self, 'used', set())\n"
                "        if (account.name, step) in self.used:\n"
                "            return False\n"
                "        self.used.add((account.name, step))\n"
                "        return True",
                "Your set begins empty, so it does not know the code that enrolled the phone. That code opens a "
                "session. What has the server noted about it?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    used = set()\n"
                "    def consume(self, account, step):\n"
                "        if step in self.used:\n"
                "            return False\n"
                "        self.used.add(step)\n"
                "        return True",
                "Your server refuses a code that only another server has accepted. A variable in the body of the "
                "class is one memory, shared by all servers. What belongs only to the account?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n    window_steps = 0",
                "Your server accepts a code for a shorter time. That shortens the replay and does not end it. What "
                "happens in the time that is left?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-replay-window",
        question=(
            "Mallory knows Alice's password, reads her code over her shoulder, and types it 40 seconds after her. "
            "The server accepts one step on either side. How often does it let him in?"
        ),
        options=(
            Option("a", "never: a code lasts half a minute", lambda measure: measure.got == 0),
            Option("b", "in less than half of the attempts", lambda measure: 0 < measure.got < measure.tries / 2),
            Option(
                "c",
                "in half of the attempts or more, but not in all",
                lambda measure: measure.tries / 2 <= measure.got < measure.tries,
            ),
            Option("d", "always: the window is 90 seconds wide", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** it depends on when Alice logs in. In the figure she logs in at second 10 of her "
                "code. The window holds the code until second 60, and until then everybody who has read it is Alice. "
                "(Attempts come every five seconds: the last tick is at 55.) Forty seconds after her, the code still "
                "works if she logged in before second 20 of it, which is 20 of 30 seconds. As a formula, with a step "
                "of 30 seconds: 2 − 40/30, two thirds."
            ),
            (
                "At `MfaServer` it never works. The server has noted the *step* of the code that it accepted, and "
                "accepts only later ones (RFC6238-5.2, NIST-3.1.4.2, ASVS-6.5.1). The window was opened for slow "
                "fingers and wrong clocks. A server that forgets leaves the window open for slow thieves."
            ),
        ),
        secrets=(
            "20 times of 30",
            "20 of 30",
            "2 − 40/30",
            "it depends on when Alice",
            "accepts it again at the seconds",
        ),
    ),
)
