"""Rung 1, the second step skipped: what 20 asks and 21 has mended."""

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
        title="Rung 1: no session before the second step",
        question=(
            "Write a class `Fixed` on top of `HastyServer`, with a method "
            "`begin_login(self, name, password)` of its own, so that what step 1 gives opens no page."
        ),
        given=_GIVEN,
        hints=(
            "Where does the weak server write down a session, and for which token?",
            "Let the weak server do its work first (`super()`), and take back the one thing that it did too early.",
        ),
        wrong=(
            Wrong(
                "class Fixed(HastyServer):\n"
                "    def begin_login(self, name, password):\n"
                "        pending = super().begin_login(name, password)\n"
                "        self.sessions.clear()\n"
                "        return pending",
                "Sessions that were earned stay open.",
            ),
            Wrong(
                "class Fixed(HastyServer):\n    def begin_login(self, name, password):\n        raise AccessDenied",
                "A server that lets nobody in is safe, and of no use.",
            ),
            Wrong(
                "class Fixed(HastyServer):\n"
                "    def finish_login(self, pending, code):\n"
                "        del self.sessions[pending.token.reveal()]\n"
                "        return super().finish_login(pending, code)",
                "You close the page when the second step begins. Who skips it never gets there.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-skipped-step",
        question="Somebody has Alice's password and no phone, and goes straight to her page. Does it open?",
        options=(
            Option("a", "yes, the password was right", lambda measure: measure.succeeded),
            Option("b", "no, there was no code", lambda measure: not measure.succeeded),
        ),
    ),
)
