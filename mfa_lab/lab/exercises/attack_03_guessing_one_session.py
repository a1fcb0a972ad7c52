"""The exercise and the prediction of attack 3, guessing in one session, for notebooks 20 and 21."""

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
            "Write a class `Fixed` that extends `PatientServer` with its own method `wait_seconds(self, failures)`. "
            "The server calls the method after each wrong code; `failures` is the number of wrong codes in a row, "
            "including this one. The method returns for how many seconds the server must not verify a code of this "
            "account, or 0 for no wait. A correct code resets the count. Two wrong codes in a row cost nothing, "
            "and no wait is longer than an hour. Even if somebody guesses day and night, and nobody types a correct "
            "code, the server verifies at most 25 wrong codes in five minutes, and 200 in a day."
        ),
        given="from mfa_lab.attacks.guessing_one_session import PatientServer",
        hints=(
            (
                "Who should notice the wait, and who should not? People mistype once or twice; programs go on "
                "guessing."
            ),
            (
                "The first few mistakes should cost nothing. Each further mistake should cost more than the one "
                "before, up to a maximum wait."
            ),
            (
                "You can use a list of waits, or double the previous wait. If you use a list, what happens after "
                "its last wait?"
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 10**9 if failures >= 5 else 0",
                "Your wait is longer than an hour. So anyone who has Alice's password can keep her out as long as "
                "they like. How long must a wait be to stop a program?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 1 if failures >= 5 else 0",
                "Your waits last only a second or two. Such waits hardly slow a program down. How many "
                "guesses a day do they allow?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 300 if failures == 5 else 0",
                "Your server imposes one wait and never another. So a program waits once and goes on. What does "
                "the sixth wrong code cost, or the hundredth?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n    def wait_seconds(self, failures):\n        return 30 * failures",
                "Your server already makes Alice wait after her first mistake. So everybody has to wait from time "
                "to time. How many mistakes do people make in a row?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    def wait_seconds(self, failures):\n"
                "        return 0 if failures < 5 else 30 * 2 ** (failures - 5)",
                "Your waits grow without a limit. After somebody has guessed for a day, Alice has to wait most of "
                "another day. Where should the growth stop?",
            ),
            Wrong(
                "class Fixed(PatientServer):\n"
                "    wrong = 0\n"
                "    def wait_seconds(self, failures):\n"
                "        self.wrong += 1\n"
                "        return 300 if self.wrong >= 5 else 0",
                "Your class keeps a count that is never reset. So mistakes in separate logins add up until Alice "
                "has to wait. Which count does a correct code reset?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-one-session",
        question=(
            "Each of 8,000 attackers has a password and guesses 600 codes in half a minute. At any time, "
            "three codes in a million are valid. How many of the attackers get in?"
        ),
        options=(
            Option("a", "none, because a million is a lot", lambda measure: measure.got == 0),
            Option("b", "some, but fewer than a hundred", lambda measure: 0 < measure.got < 100),
            Option("c", "a hundred or more", lambda measure: measure.got >= 100),
        ),
        outcome="b",
        saw=(
            (
                "**What we saw:** twenty attackers got in. The formula gives 3 · 600 / 1,000,000, or one in "
                "556, so we expect 14.4 of 8,000 attackers. The result is not exactly 14.4, but it is well "
                "within three standard deviations: about 11 on either side."
            ),
            (
                "In half a minute hardly any attacker gets in, but no attacker stops after half a minute. "
                "Follow the middle line to the right. At 20 guesses a second, which any home connection can "
                "send, an attacker who guesses for an hour has a chance of one in five. After 231,049 "
                "guesses, a little more than three hours, the odds are even. The upper line shows a server "
                'that accepts codes from up to eight steps on either side, because "clocks are so wrong". '
                "This server saves the attacker more than four fifths of the work. Notebook 10 computes what "
                "a wide window costs; here you see how an attacker profits from it."
            ),
            (
                "`MfaServer` verified three guesses and rejected the other 597 without verifying them, "
                "whether they were correct or not. From the third wrong code on, the account has to wait: "
                "half a minute at first, and up to an hour (RFC4226-7.3, NIST-3.2.2). By the same formula, "
                "the chance fell from one in 556 to one in 111,111. The formula has three numbers, and *v* is "
                "the only one that a server can change without a cost to honest users. A small chance is "
                "still a chance. None of these attackers was lucky, but in about one of fourteen such "
                "experiments somebody gets in."
            ),
        ),
        secrets=("20 of 8,000", r"14\.4", r"(?i)1 in 556|one in 556", r"\btwenty attackers got in"),
    ),
)
