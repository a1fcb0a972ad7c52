"""Attack 3, guessing in one session: what notebook 20 asks and notebook 21 fixes."""

from __future__ import annotations

from mfa_lab.attacks.guessing_one_session import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "21_fix_guessing"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="guessing-one-session",
        title="Attack 3: how long to wait after a wrong code",
        question=(
            "Write a class `Fixed` on top of `PatientServer` with its own method `wait_seconds(self, failures)`. "
            "The server calls it after each wrong code; `failures` is the number of wrong codes in a row, including "
            "this one. It returns how many seconds the next code has to wait, or 0. A correct code ends the count."
        ),
        given="from mfa_lab.attacks.guessing_one_session import PatientServer",
        hints=(
            (
                "Who should notice the wait, and who should not? People mistype once or twice; programs do not stop "
                "there."
            ),
            (
                "Let the first few mistakes cost nothing. Let each further mistake cost more than the one before, up "
                "to a longest wait."
            ),
            (
                "A list of waits works, and so does doubling the previous wait. What comes after the last wait of "
                "the list?"
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 10**9 if failures >= 5 else 0",
                "Your wait is longer than an hour. So anyone who has Alice's password can keep her out as long as "
                "they like. How long a wait is enough to stop a program?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 1 if failures >= 5 else 0",
                "Your waits are a second or two. A program does not mind them and goes on. How many guesses a day do "
                "such waits allow?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 300 if failures == 5 else 0",
                "Your server imposes one wait, and no wait after it. So a program waits once and goes on. What does "
                "the sixth wrong code cost, or the hundredth?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n    def wait_seconds(self, failures):\n        return 30 * failures",
                "Your server already makes Alice wait after her first wrong digit. So everybody has to wait from "
                "time to time. How many mistakes do people make in a row?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 0 if failures < 5 else 30 * 2 ** (failures - 5)",
                "Your wait grows without end. After a day of guessing, Alice has to wait most of another day. Where "
                "should the growth stop?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    wrong = 0\n"
                "    def wait_seconds(self, failures):\n"
                "        self.wrong += 1\n"
                "        return 300 if self.wrong >= 5 else 0",
                "Your class keeps its own count, and nothing ends it. So mistakes in separate logins add up until "
                "Alice has to wait. Which count does a correct code end?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-one-session",
        question=(
            "8,000 attackers have a password each, and each guesses 600 codes in half a minute. Three of a million "
            "codes are valid at a time. How many of the attackers get in?"
        ),
        options=(
            Option("a", "none: a million is a lot", lambda measure: measure.got == 0),
            Option("b", "some, but fewer than a hundred", lambda measure: 0 < measure.got < 100),
            Option("c", "a hundred or more", lambda measure: measure.got >= 100),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** twenty. The formula says 3 · 600 / 1,000,000, one in 556, which makes 14.4 of "
                "8,000 attackers. Chance did not hit 14.4 exactly, and stayed well within three standard "
                "deviations: about 11 on either side."
            ),
            (
                "In half a minute hardly any attacker gets in, but no attacker stops after half a minute. Follow "
                "the middle line to the right. At 20 guesses a second, which any home connection manages, an hour "
                "of guessing succeeds with a chance of one in five. After 231,049 guesses, a little more than three "
                "hours, the odds are even. The upper line is a server that accepts codes of up to eight steps on "
                'either side, because "clocks are so wrong". This server saves the attacker more than four fifths '
                "of the work. Notebook 10 computes what a window costs; here an attacker profits from it."
            ),
            (
                "`MfaServer` verified three guesses and refused 597 unseen, whether they were correct or not. From "
                "the third wrong code on, the account has to wait: half a minute at first, and up to an hour "
                "(RFC4226-7.3, NIST-3.2.2). The chance went from one in 556 to one in 111,111, by the same formula. "
                "Of its three numbers, *v* is the only one that a server can change without a cost to honest users. "
                "A small chance is still a chance. None of these attackers was lucky, but in about one of fourteen "
                "such crowds somebody is."
            ),
        ),
        secrets=("20 of 8,000", r"14\.4", r"(?i)1 in 556|one in 556", r"\btwenty\. The formula"),
    ),
)
