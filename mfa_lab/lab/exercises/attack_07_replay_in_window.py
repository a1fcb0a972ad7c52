"""The exercise and the prediction of attack 7, replay inside the window, for notebooks 22 and 23."""

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
            "Write a class `Fixed` that extends `ForgetfulServer` with its own method `consume(self, account, "
            "step)`. The method returns `True` if the server may accept the code of this time step, and `False` "
            "if not. The server keeps `account.last_step` for you. It holds the step of the code that enrolled "
            "the phone until you store another step."
        ),
        given=_GIVEN,
        hints=(
            "Ask two questions about a step: was it accepted before, and was a later step accepted?",
            "Compare first, then store. The value that you compare with belongs to the account.",
        ),
        wrong=(
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        if step == account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return True",
                "Your server remembers only the last code, but the window contains three codes. So your server "
                "accepts the code before the last one again. Which codes should a login make invalid?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        if step < account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return True",
                "Your server accepts the same code again immediately. So a thief can log in one second later. "
                "What does your comparison do if the two steps are equal?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        free = step > account.last_step\n"
                "        account.last_step = step\n"
                "        return free",
                "Your server also stores the step of a rejected code. So the stored step goes down, and your "
                "server accepts the last code again. When may the stored step change?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        now = step_at(self.clock.now())\n"
                "        if now <= account.last_step:\n"
                "            return False\n"
                "        account.last_step = now\n"
                "        return True",
                "Your server stores the step in which a code was typed. So it accepts the same code again one "
                "step later. What stays the same about a code, no matter when it is typed?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    last_step = -1\n"
                "    def consume(self, account, step):\n"
                "        if step <= self.last_step:\n"
                "            return False\n"
                "        self.last_step = step\n"
                "        return True",
                "Your server stores one step for everybody, and enrolment never sets that value. So the code that "
                "enrolled a phone opens a session. Where does the server keep the data of an account?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    def consume(self, account, step):\n"
                "        self.used = getattr(self, 'used', set())\n"
                "        if (account.name, step) in self.used:\n"
                "            return False\n"
                "        self.used.add((account.name, step))\n"
                "        return True",
                "Your set is empty at first, so it does not contain the code that enrolled the phone. That code "
                "opens a session. What has the server stored about that code?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n"
                "    used = set()\n"
                "    def consume(self, account, step):\n"
                "        if step in self.used:\n"
                "            return False\n"
                "        self.used.add(step)\n"
                "        return True",
                "Your server rejects a code that only another server has accepted. All servers share a variable "
                "that is defined in the class body. Which value belongs only to the account?",
            ),
            Wrong(
                "class Fixed(ForgetfulServer):\n    window_steps = 0",
                "Your server accepts a code for a shorter time. That leaves less time for a replay, but does not "
                "prevent it. What can happen in the time that is left?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-replay-window",
        question=(
            "Mallory knows Alice's password, reads her code over her shoulder, and types it 40 seconds after Alice. "
            "The server accepts one step on either side. How often does Mallory get in?"
        ),
        options=(
            Option("a", "never, because a code lasts half a minute", lambda measure: measure.got == 0),
            Option("b", "in less than half of the attempts", lambda measure: 0 < measure.got < measure.tries / 2),
            Option(
                "c",
                "in half of the attempts or more, but not in all",
                lambda measure: measure.tries / 2 <= measure.got < measure.tries,
            ),
            Option(
                "d", "always, because the window is 90 seconds wide", lambda measure: measure.got == measure.tries
            ),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** it depends on when Alice logs in. In the figure she logs in 10 seconds after "
                "her code first appears. The server accepts the code until second 60, and until then anyone who "
                "has read it can log in as Alice. (The attempts come every five seconds, so the last tick is at "
                "55.) Forty seconds after her login, the code still works if she logged in before second 20, "
                "which is 20 of 30 seconds. With a step of 30 seconds, the formula is 2 − 40/30, or two thirds."
            ),
            (
                "On `MfaServer` the replay never works. The server has stored the *step* of the code that it "
                "accepted, and accepts only later steps (RFC6238-5.2, NIST-3.1.4.2, ASVS-6.5.1). The window is "
                "there for slow fingers and wrong clocks. On a server that does not remember used codes, it also "
                "helps slow thieves."
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
