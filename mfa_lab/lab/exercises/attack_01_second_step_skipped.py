"""Attack 1, the second step skipped: what notebook 20 asks and notebook 21 fixes."""

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
            "Write a class `Fixed` on top of `HastyServer` with its own method `begin_login(self, name, password)`, "
            "so that the pending login of step 1 opens no page."
        ),
        given=_GIVEN,
        hints=(
            "Where does the weak server note a session, and for which token?",
            "Let the weak server do its work first (`super()`). Then take back the one thing that it did too early.",
        ),
        wrong=(
            Wrong(
                "class Fixed(HastyServer):\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        self.sessions.clear()\n"
                "        return pending",
                "Your server also ends a session that Alice opened with password and code. So a login elsewhere "
                "logs her out. Which session was opened too early?",
            ),
            Wrong(
                "class Fixed(HastyServer):\n    def begin_login(self, name, password):\n        raise AccessDenied",
                "Your code refuses every password, so nobody gets in. That is safe, and useless. What should "
                "Alice's correct password still give her?",
            ),
            Wrong(
                "class Fixed(HastyServer):\n"
                "    def finish_login(self, pending, code):\n"
                "        del self.sessions[pending.token.reveal()]\n"
                "        return super().finish_login(pending, code)",
                "Your code closes the page when the second step begins. Mallory never begins it, so the page stays "
                "open. When does the session first exist?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-skipped-step",
        question=(
            "Mallory has Alice's password and no phone. How many codes must he guess at HastyServer before he sees "
            "Alice's page?"
        ),
        options=(
            Option("a", "none", lambda measure: measure.succeeded),
            Option("b", "about half a million, until one is correct"),
            Option("c", "no number helps: the server stops him first", lambda measure: not measure.succeeded),
        ),
        outcome="a",
        saw=(
            (
                "**What we saw:** no code was guessed, stolen or even typed. This is the cheapest attack of the "
                "whole series: one request. The six digits are as good as ever, but they guard a page that nobody "
                "has to pass. Anyone who sees the page for the code is already logged in: *the second step is "
                "skipped*."
            ),
            (
                "At `MfaServer` the same token opens nothing. It is in the list of pending logins and not in the "
                "list of sessions, and only the last step writes into the list of sessions. You tried it by hand in "
                "notebook 02. There is access after both factors or not at all (ASVS-6.3.3). The session's token is "
                "made when the login is complete, so every token from before is worthless (ASVS-7.2.4)."
            ),
            (
                "In 2013 a user told the author of [a plug-in for a webmail "
                "program](https://github.com/alexandregz/twofactor_gauthenticator/issues/2) in public how to get in. "
                "Type the password, leave the page for the code as it is, and open the inbox by its address. It was "
                "fixed, and came back elsewhere. In 2022 [a plug-in for a learning "
                "platform](https://github.com/FlaviuPopescu/CVE-2022-28601) was found to behave like this "
                "(CVE-2022-28601). Instead of typing the code, anyone with the password could open the page with the "
                "telephone number and change the number. The next code then went to the new number. PortSwigger's "
                "Web Security Academy has [a lab that is built on this "
                "mistake](https://portswigger.net/web-security/authentication/multi-factor)."
            ),
        ),
        secrets=("second step is skipped", "pages open", r"✓ gets in", "no code was guessed", "open the inbox"),
    ),
)
