"""The exercises and the predictions of attack 16, drift without a cap and a clock set back (notebooks 26 and 27)."""

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
    """Return the source of a fix that moves the window to this centre after a login."""
    return f"class Fixed(FollowingServer):\n    def learnt(self, drift, offset):\n        return {centre}"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="drift-without-cap",
        title="Attack 16: how far to follow a phone",
        question=(
            "Write a class `Fixed` that extends `FollowingServer` with its own method `learnt(self, drift, "
            "offset)`. The method returns the window's centre after a login, as a number of steps from the "
            "server's current step (positive means ahead). `drift` is the previous centre, and `offset` is the "
            "position of the code. `self.window_steps` is the number of steps that the window reaches on either "
            "side. The server must follow phones whose clocks slowly go wrong. A phone with the correct time must "
            "always get in, whatever codes an attacker has."
        ),
        given=_GIVEN,
        hints=(
            (
                "How far may the centre move in either direction before the server's current step is outside the "
                "window?"
            ),
            (
                "Move the centre to the code, but stop at that distance on both sides. Use `min` for one side and "
                "`max` for the other."
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(FollowingServer):\n    def consume(self, account, step):\n        return False",
                "Your server rejects every code. It is safe but useless. Which phones must get in?",
            ),
            Wrong(
                _learns("drift + (offset > drift) - (offset < drift)"),
                "Your window moves one step at a time, but never stops. With enough codes, an attacker can move "
                "it as far as they like. Where must the window stop?",
            ),
            Wrong(
                _learns("max(-10, min(10, offset))"),
                "Your window stops after ten steps. By then it no longer contains the owner's current code. How "
                "far away may the centre of the window be?",
            ),
            Wrong(
                _learns("min(self.window_steps, offset)"),
                "Your window stops on the side that is ahead. But a series of old codes can still move it into "
                "the past. In how many directions can codes move the window?",
            ),
            Wrong(
                _learns("0"),
                "Your window never moves, so nobody can push it away. But it does not follow a phone whose clock "
                "slowly goes wrong, either. How far may the window follow such a phone?",
            ),
        ),
    ),
    fix(
        SECOND,
        exercise_id="clock-set-back",
        title="Attack 16: when the clock goes back",
        question=(
            "Write a class `Fixed` that extends `ClockTrustingServer` with its own method `consume(self, account, "
            "step)`. No code from the past may let anybody in, even if the server's clock has gone back by an "
            "hour. `super().consume(account, step)` uses a memory that depends on the clock. You can use "
            "`account.last_step`, but your code must keep it up to date."
        ),
        given=_GIVEN_BACK,
        hints=(
            "A server can store several numbers. Which of them does not go back with the clock?",
            "You do not need the clock. Compare the step of this code with the step of the last accepted code.",
        ),
        wrong=(
            Wrong(
                "class Fixed(ClockTrustingServer):\n    def consume(self, account, step):\n        return False",
                "Your server rejects every code. It is safe but useless. Which steps are new?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n    def keep_seconds(self):\n        return 24 * 3600",
                "Your server remembers used codes for a day. But an attacker has also seen codes that nobody "
                "used, and these become valid again when the clock goes back. What do both kinds of code have "
                "in common?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        if step <= account.last_step:\n"
                "            return False\n"
                "        return super().consume(account, step)",
                "Your code reads `last_step`, but never updates it. This number is still the step of the enrolment. "
                "When should your code update it?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        if step < account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return True",
                "Your code accepts the last code once more, because no step is less than itself. What should "
                "happen if both steps are equal?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        if step < account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return super().consume(account, step)",
                "Your `<` leaves the last code to the memory that depends on the clock. That memory forgets the "
                "code, so your server accepts it again. What should happen if both steps are equal?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        free = step > account.last_step\n"
                "        account.last_step = step\n"
                "        return free and super().consume(account, step)",
                "Your code also stores the step of a rejected code. So the stored step goes back with the clock, "
                "and your server accepts older codes again. When may the stored step change?",
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
                "Your server rejects everybody while its clock is behind the latest time that it has seen. So a "
                "correction of a second or two locks people out. How far back may a clock go without harm?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    latest = 0\n\n"
                "    def centre(self, account):\n"
                "        self.latest = max(self.latest, super().centre(account))\n"
                "        return self.latest",
                "Your server stops its time until the clock has caught up. A code that is valid at that "
                "moment stays valid until then. For how long should a code be valid?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    latest, fallen = 0, False\n\n"
                "    def consume(self, account, step):\n"
                "        now = self.clock.now()\n"
                "        self.fallen = self.fallen or now < self.latest - 60\n"
                "        self.latest = max(self.latest, now)\n"
                "        return not self.fallen and super().consume(account, step)",
                "After its clock has gone back once, your server rejects everybody. Even when the clock is "
                "correct again, nobody can log in. When is the danger over?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-drift-without-cap",
        question=(
            "This server lets its window follow each phone's clock. Mallory knows Alice's password and has written "
            "down her codes for the next hour. He types one after another. How far in the future is the time step "
            "of the last code that the server accepts?"
        ),
        options=(
            Option("a", "one step, because the window is no wider", lambda measure: measure.got == 0),
            Option("b", "a few steps, and then the window stops", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "an hour, because he has codes for an hour", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the last accepted code was 3600 s early. The window never gets wider, but it "
                "moves. Each accepted code moves the window by a step, and so brings the next code into the window. "
                "After two logins, Alice's current code, framed at 0, is outside the window. Mallory logs in with "
                "codes of future time steps. A feature that was made for Alice locks her out of her account."
            ),
            (
                "With a cap of one step, the window stops after two codes, and Alice's current code stays inside. "
                "A server may follow a phone, as long as there is a limit (RFC6238-6, RFC4226-7.4). The window "
                "does not follow the true time (ASVS-6.5.8): it follows codes, which somebody may have collected."
            ),
            (
                "RFC 6238 describes how a server can follow a phone, and recommends a limit in the same "
                "section. Anyone who reads only the first half builds `FollowingServer`. This mistake has "
                "been made in practice. In 2019 a user of [an open-source server for one-time "
                "passwords](https://github.com/LinOTP/LinOTP/issues/110) reported that the server had "
                "accepted a used code again twenty minutes later. The server assumed that this phone was "
                "1,230 seconds slow, although its window was 300 seconds. The fault has been fixed."
            ),
        ),
        secrets=(
            "3600 s early",
            "brings the next code into",
            "0, 1, 2, 3, 4, 5",
        ),
    ),
    Prediction(
        id="attack-clock-set-back",
        question=(
            "This server remembers used codes for as long as its window can accept them. Then its clock goes back "
            "by an hour. Alice used one code an hour ago. Half an hour ago Mallory saw another of her codes, "
            "which nobody used. Which of the two codes does the server accept?"
        ),
        options=(
            Option("a", "neither", lambda measure: measure.got == 0),
            Option("b", "one of the two", lambda measure: measure.got == 1),
            Option("c", "both", lambda measure: measure.got == 2),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** both codes were accepted. The server remembered the used code for as long "
                "as its window could accept it. That time was over long before the clock went back. A memory "
                "of used codes, however long, does not help against the other code, because nobody had used "
                "it. That code had expired, but then the clock made it valid again."
            ),
            (
                "Even without a clock, a server can know that it has already accepted a code of a *later* step. "
                "Alice's last login was later than both codes. So both codes belong to the past, whatever the "
                "clock says. Our server stores the last accepted step for each authenticator (RFC6238-5.2, "
                "NIST-3.1.4.2)."
            ),
            (
                "Our server also notices if its clock goes back by more than a minute. Then it verifies no codes "
                "until the clock has caught up, or until an operator has checked it. Notebook 11 showed this. The "
                "best protection is a clock that nobody can set from outside (ASVS-6.5.8)."
            ),
        ),
        secrets=(
            "is accepted again, and",
            "What we saw: both",
        ),
    ),
)
