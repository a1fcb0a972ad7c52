"""Rung 3, guessing in one session: what 20 asks and 21 has mended."""

from __future__ import annotations

from mfa_lab.attacks.guessing_one_session import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "21_fix_guessing"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="guessing-one-session",
        title="Rung 3: how long a wrong code makes wait",
        question=(
            "Write a class `Fixed` on top of `PatientServer`, with a method `wait_seconds(self, failures)` of its "
            "own. It is called after each wrong code with how many there were in a row, that one included, and "
            "answers how many seconds the next code has to wait, 0 for none. A right code ends the count."
        ),
        given="from mfa_lab.attacks.guessing_one_session import PatientServer",
        hints=(
            "Who is to notice the wait, and who is not? People mistype once or twice; programs do not stop there.",
            "Let the first few cost nothing, and each further one more than the last, up to some longest wait.",
            "A list of waits does it, or twice the wait before; and think of what comes after the last of them.",
        ),
        wrong=(
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 10**9 if failures >= 5 else 0",
                "An hour later Alice is still kept out, and any stranger who has her password can do that to her.",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 1 if failures >= 5 else 0",
                "A program does not mind such a wait. How many guesses a day does it leave?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 300 if failures == 5 else 0",
                "There is one wait, and none after it. What does the sixth wrong code cost, or the hundredth?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n    def wait_seconds(self, failures):\n        return 30 * failures",
                "The first wrong digit already makes Alice wait.",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 0 if failures < 5 else 30 * 2 ** (failures - 5)",
                "It grows without end: a day of guessing leaves Alice with a wait of most of another day.",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    wrong = 0\n"
                "    def wait_seconds(self, failures):\n"
                "        self.wrong += 1\n"
                "        return 300 if self.wrong >= 5 else 0",
                "You count for yourself, and nothing ends that count. The server passes you one that a right code "
                "ends.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-one-session",
        question=(
            "8,000 attackers have a password each and guess codes, 600 in half a minute. Three of a million codes "
            "are right at a time. How many of the attackers get in?"
        ),
        options=(
            Option("a", "none, a million is a lot", lambda measure: measure.got == 0),
            Option("b", "some: fewer than a hundred", lambda measure: 0 < measure.got < 100),
            Option("c", "hundreds, or more", lambda measure: measure.got >= 100),
        ),
    ),
)
