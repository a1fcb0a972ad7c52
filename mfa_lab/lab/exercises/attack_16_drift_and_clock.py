"""Attack 16, drift without a cap and the clock set back: what 26 asks and 27 fixes."""

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
    """Return a fix whose window is there after a login."""
    return f"class Fixed(FollowingServer):\n    def learnt(self, drift, offset):\n        return {centre}"


EXERCISES = (
    fix(
        ATTACK,
        exercise_id="drift-without-cap",
        title="Attack 16: how far to follow a phone",
        question=(
            "Write a class `Fixed` on top of `FollowingServer`, with its own method `learnt(self, drift, offset)`. "
            "It returns where the window's centre is after a login, in steps from the server's own step (above 0: "
            "ahead). `drift` is where the centre was before, and `offset` is where the code was. `self.window_steps` "
            "is how far the window reaches on either side. The server must follow phones that slowly go wrong. A "
            "phone with the correct time must get in, whatever codes somebody has."
        ),
        given=_GIVEN,
        hints=(
            "How far may the centre go, in either direction, before the server's own step is outside the window?",
            (
                "Follow the code, and stop at that distance on both sides. Use `min` for one side and `max` for the "
                "other."
            ),
        ),
        wrong=(
            Wrong(
                "class Fixed(FollowingServer):\n    def consume(self, account, step):\n        return False",
                "Your server rejects every code. It is safe, and useless. Which phones have to get in?",
            ),
            Wrong(
                _learns("drift + (offset > drift) - (offset < drift)"),
                "Your window moves one step at a time, and never stops. It goes as far as somebody has codes. Where "
                "must it stop?",
            ),
            Wrong(
                _learns("max(-10, min(10, offset))"),
                "Your walk ends after ten steps. By then the window has lost the owner's own code. How far away may "
                "its centre be?",
            ),
            Wrong(
                _learns("min(self.window_steps, offset)"),
                "Your window stops ahead of the server's own step. A series of old codes still leads it into the "
                "past. In how many directions can codes lead it?",
            ),
            Wrong(
                _learns("0"),
                "Your window never moves, so nobody leads it astray. But a phone that slowly goes wrong is not "
                "followed either. How far may the window follow it?",
            ),
        ),
    ),
    fix(
        SECOND,
        exercise_id="clock-set-back",
        title="Attack 16: if the clock goes back",
        question=(
            "Write a class `Fixed` on top of `ClockTrustingServer`, with its own method `consume(self, account, "
            "step)`. No code of the past may let anybody in, even if the server's clock has gone back by an hour. "
            "`super().consume(account, step)` asks the memory that depends on the clock. `account.last_step` is "
            "there for you to use, and it is your part to keep it up to date."
        ),
        given=_GIVEN_BACK,
        hints=(
            "Which of the numbers that a server can store does not go back with the clock?",
            "You need no clock. Compare the step of this code with the step of the last accepted one.",
        ),
        wrong=(
            Wrong(
                "class Fixed(ClockTrustingServer):\n    def consume(self, account, step):\n        return False",
                "Your server rejects every code. It is safe, and useless. Which steps are new?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n    def keep_seconds(self):\n        return 24 * 3600",
                "Your server remembers used codes for a day. Other codes were only seen, and they come back with the "
                "clock. What do both kinds of code have in common?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        if step <= account.last_step:\n"
                "            return False\n"
                "        return super().consume(account, step)",
                "Your code reads `last_step`, but nothing writes it. It still says the step of the enrolment. When "
                "should it change?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        if step < account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return True",
                "Your `<` accepts the very last code once more. Its step is not below itself. What should happen if "
                "both steps are equal?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        if step < account.last_step:\n"
                "            return False\n"
                "        account.last_step = step\n"
                "        return super().consume(account, step)",
                "Your `<` leaves the very last code to the memory that depends on the clock. That memory forgets, "
                "and the code is accepted again. What should happen if both steps are equal?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    def consume(self, account, step):\n"
                "        free = step > account.last_step\n"
                "        account.last_step = step\n"
                "        return free and super().consume(account, step)",
                "Your code also stores the step of a rejected code. So the number falls with the clock, and older "
                "codes are accepted again. When may the number change?",
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
                "Your server rejects everybody while its clock is behind the latest time. A correction by a second "
                "or two locks people out. How far back may a clock go without harm?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    latest = 0\n\n"
                "    def centre(self, account):\n"
                "        self.latest = max(self.latest, super().centre(account))\n"
                "        return self.latest",
                "Your server's time stops until the clock has caught up. A code that is valid at that moment stays "
                "valid for as long. How long should a code be valid?",
            ),
            Wrong(
                "class Fixed(ClockTrustingServer):\n"
                "    latest, fallen = 0, False\n\n"
                "    def consume(self, account, step):\n"
                "        now = self.clock.now()\n"
                "        self.fallen = self.fallen or now < self.latest - 60\n"
                "        self.latest = max(self.latest, now)\n"
                "        return not self.fallen and super().consume(account, step)",
                "Your server rejects everybody once its clock has gone back. Even when the clock is correct again, "
                "nobody can log in. When is the danger over?",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="attack-drift-without-cap",
        question=(
            "This server lets its window follow each phone's clock. Mallory knows Alice's password and has "
            "written down her codes of the next hour. How far ahead of its time is the last code that the server "
            "accepts now?"
        ),
        options=(
            Option("a", "one step, because the window is no wider", lambda measure: measure.got == 0),
            Option("b", "some steps, and then the window stops", lambda measure: 0 < measure.got < measure.tries),
            Option("c", "an hour, as far as he has codes", lambda measure: measure.got == measure.tries),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** the last accepted code was 3600 s ahead of its time. The window never gets wider. "
                "It walks: each code that it accepts moves it by a step, and so opens the door to the next. After "
                "two logins Alice's own code, framed at 0, is outside. Mallory logs in with codes whose time has "
                "not come. Alice is locked out of her account by a feature that was made for her."
            ),
            (
                "With a cap of one step the walk ends after two codes, and Alice's own code stays inside. A server "
                "may follow a phone, as long as there is a limit (RFC6238-6, RFC4226-7.4). A window follows codes, "
                "which somebody may have collected. It never follows the true time (ASVS-6.5.8)."
            ),
            (
                "RFC 6238 describes how a server follows a phone, and recommends a limit in the same section. Anyone "
                "who reads only the first half builds `FollowingServer`. It has been built. In 2019 a user of [an "
                "open-source server for one-time passwords](https://github.com/LinOTP/LinOTP/issues/110) reported "
                "what the server did. It had accepted a used code again twenty minutes later. It took that phone to "
                "be 1,230 seconds slow, although its window was 300 seconds. It was fixed."
            ),
        ),
        secrets=(
            "3600 s ahead",
            "opens the door to the next",
            "0, 1, 2, 3, 4, 5",
        ),
    ),
    Prediction(
        id="attack-clock-set-back",
        question=(
            "This server remembers used codes for as long as its window can accept them. Then its clock falls back "
            "by an hour. Alice used one code an hour ago, and another one was only seen half an hour ago. Which of "
            "the two codes does the server accept?"
        ),
        options=(
            Option("a", "neither", lambda measure: measure.got == 0),
            Option("b", "one of the two", lambda measure: measure.got == 1),
            Option("c", "both", lambda measure: measure.got == 2),
        ),
        outcome="c",
        saw=(
            (
                "**What we saw:** both. The server remembered the used code for as long as its window could accept "
                "it. That time was over long before the clock fell. Against the code that was only seen, no memory "
                "of used codes can help, however long it is: nobody had used that code. Time itself had made it "
                "worthless, and time has come back."
            ),
            (
                "What can a server know without a clock? That it has already accepted a code of a *later* step. "
                "Alice's newest login was later than both codes. So both belong to the past, whatever the clock "
                "says. Our server keeps that one number for each authenticator (RFC6238-5.2, NIST-3.1.4.2)."
            ),
            (
                "Our server also notices when its own time runs backwards by more than a minute. Then it decides "
                "nothing until the clock has caught up, or until an operator has looked. Notebook 11 showed it. Best "
                "of all is a clock that nobody can set from outside (ASVS-6.5.8)."
            ),
        ),
        secrets=(
            "is accepted again, and",
            "What we saw: both",
        ),
    ),
)
