"""The exercise and the prediction of attack 1, where the second step is skipped, for notebooks 20 and 21."""

from __future__ import annotations

from mfa_lab.attacks.second_step_skipped import ATTACK
from mfa_lab.lab.exercises.fixes import fix
from mfa_lab.lab.exercises.records import Option, Prediction, Wrong

NOTEBOOK = "21_fix_guessing"

_GIVEN = "from mfa_lab import AccessDenied\nfrom mfa_lab.attacks.second_step_skipped import HastyServer"

EXERCISES = (
    fix(
        ATTACK,
        exercise_id="skipped-step",
        title="Attack 1: no session before the second step",
        question=(
            "Write a class `Fixed` that extends `HastyServer` with its own method `begin_login(self, name, "
            "password)`. The pending login from step 1 must no longer open a page."
        ),
        given=_GIVEN,
        hints=(
            "Where does the weak server store a session, and under which token?",
            "Call the weak server's method first, with `super()`. Then undo the one thing that it did too early.",
        ),
        wrong=(
            Wrong(
                "class Fixed(HastyServer):\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        self.sessions.clear()\n"
                "        return pending",
                "Your server also ends a session that Alice opened with her password and code. So a login on "
                "another device logs her out. Which session was opened too early?",
            ),
            Wrong(
                "class Fixed(HastyServer):\n    def begin_login(self, name, password):\n        raise AccessDenied",
                "Your code rejects every password, so nobody gets in. That is safe but useless. What should Alice "
                "still get for her correct password?",
            ),
            Wrong(
                "class Fixed(HastyServer):\n"
                "    def finish_login(self, pending, code):\n"
                "        del self.sessions[pending.token.reveal()]\n"
                "        return super().finish_login(pending, code)",
                "Your code removes the session when the second step begins. Mallory never begins that step, so "
                "his session remains. When is the session created?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-skipped-step",
        question=(
            "Mallory has Alice's password but not her phone. How many codes must he guess before `HastyServer` "
            "shows him Alice's page?"
        ),
        options=(
            Option("a", "none", lambda measure: measure.succeeded),
            Option("b", "about half a million, until one is correct"),
            Option(
                "c",
                "no number of guesses helps, because the server stops him first",
                lambda measure: not measure.succeeded,
            ),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** no code was guessed, stolen or even typed. This attack is the cheapest of the "
                "whole series, because it takes one request. The six digits are as strong as ever, but they guard "
                "a page that nobody has to pass. Anyone who sees the page for the code is already logged in: *the "
                "second step is skipped*."
            ),
            (
                "On `MfaServer` the same token does not open any page. It is in the list of pending logins, not "
                "in the list of sessions, and only the last step adds a session. You tried this by hand in "
                "notebook 02. A user gets access after both factors or not at all (ASVS-6.3.3). The server "
                "creates the session's token when the login is complete, so every earlier token is worthless "
                "(ASVS-7.2.4)."
            ),
            (
                "In 2013 a user publicly told the author of [a plug-in for a webmail "
                "program](https://github.com/alexandregz/twofactor_gauthenticator/issues/2) how to get in. An "
                "attacker only had to type the password, ignore the page for the code, and open the inbox by its "
                "address. The plug-in was fixed, but the same mistake appeared in other software. In 2022 [a "
                "plug-in for a learning platform](https://github.com/FlaviuPopescu/CVE-2022-28601) had the same "
                "fault (CVE-2022-28601). Instead of typing the code, anyone with the password could open the page "
                "with the phone number and change that number. The server then sent the next code to the new "
                "number. PortSwigger's Web Security Academy has [a lab that is built on this "
                "mistake](https://portswigger.net/web-security/authentication/multi-factor)."
            ),
        ),
        secrets=("second step is skipped", "pages open", r"✓ gets in", "no code was guessed", "open the inbox"),
    ),
)
