"""`MeasurePhone` finds how far a phone's clock is off.

The widget uses the codes on the phone's screen, and the moments at which the codes change.
"""

from __future__ import annotations

import math
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from mfa_lab.clock import ManualClock
from mfa_lab.errors import InvalidInput
from mfa_lab.lab.answers import Answer
from mfa_lab.lab.figures.time.drift_bar import Row, bar, between, off, words
from mfa_lab.lab.formatting import clock as time_of_day
from mfa_lab.lab.room import Room, room_with_unknown_clock
from mfa_lab.lab.widgets.controls import box, frame, html, live_region
from mfa_lab.lab.widgets.form import Form, Stage
from mfa_lab.lab.widgets.measurement import Seen, contradiction, estimate
from mfa_lab.otp import MAX_REACH_STEPS, Verdict, diagnose
from mfa_lab.otp.drift import DriftInterval
from mfa_lab.phone.widget import PhoneWidget

REACTION_SECONDS = 2
"""The longest time that a user needs between seeing the code on the phone and pressing a button."""


_STYLE = Path(__file__).with_name("measure_phone.css").read_text("utf-8")


class MeasurePhone(Form):
    """Narrow down the offset of a phone's clock by observations.

    For each observation, the user presses a button at the moment of the observation, and then types the code. The
    code belongs to the account `Room.account`, on any phone that has this account. The room's own phone is shown
    without its clock. By default, the widget makes a new room with a phone that is fast or slow by an unknown time.
    """

    title = "How far is the phone's clock off?"
    intro = (
        "Watch the phone. Press one of the buttons at the exact moment, then take your time to type the "
        "code. You learn most from a change."
    )
    button_text = "Note it"
    fields = {"code": ("The code that the phone showed at that moment", "digits")}  # noqa: RUF012

    def __init__(self, room: Room | None = None) -> None:
        self.seen: list[Seen] = []
        self._moment: tuple[int, bool, int] | None = None
        self._revealed = False
        super().__init__(room or room_with_unknown_clock(), status=html(live_region()))
        self.stage = Stage(self)
        self.build()
        self.children = (frame(), html(f"<style>{_STYLE}</style>"), *self.children, self.stage)
        for name in ("mfa-root", "mfa-instructor"):
            self.add_class(name)
        self._draw()

    @cached_property
    def changed_button(self) -> widgets.Button:
        """Return the button for the moment at which the code changes."""
        return self.pressing("It has just changed", lambda: self.answer_to(self.changed))

    @cached_property
    def read_button(self) -> widgets.Button:
        """Return the button for any other moment."""
        return self.pressing("I read it now", lambda: self.answer_to(self.read))

    @cached_property
    def reveal_button(self) -> widgets.Button:
        """Return the button that reveals the clock of the room's phone."""
        return self.pressing("Reveal the phone's clock", lambda: self.answer_to(self.reveal))

    @cached_property
    def again_button(self) -> widgets.Button:
        """Return the button that deletes all observations."""
        return self.pressing("Start again", lambda: self.answer_to(self.start_again))

    def body(self) -> tuple[widgets.Widget, ...]:
        self.picture, self.fixing = html(), box(style_class="mfa-buttons")
        by_hand = widgets.VBox(
            [
                box(self.changed_button, self.read_button, style_class="mfa-buttons"),
                *self.inputs.values(),
                box(self.button, style_class="mfa-buttons"),
                self.status,
            ]
        )
        foot = box(*([self.reveal_button] if self._in_page else []), self.again_button, style_class="mfa-buttons")
        return self._beside_the_phone(by_hand), self.picture, self.fixing, foot

    def changed(self) -> Answer:
        """Record this moment, at which the code has just changed. The learner types the new code next."""
        return self._mark(changed=True)

    def read(self) -> Answer:
        """Record this moment, at which the learner reads the code. The learner types this code next."""
        return self._mark(changed=False)

    def act(self, typed: dict[str, str]) -> Answer:
        """Store the code that the phone showed at the observed moment."""
        if self._moment is None:
            raise InvalidInput("first press one of the two buttons, at the moment at which you look at the phone")
        now, changed, delay = self._moment
        self.seen.append(Seen(now, self._step_of(typed["code"], now), changed, delay))
        self._moment = None
        self._draw()
        return self._findings(len(self.seen))

    def leave_out(self, number: int) -> Answer:
        """Delete observation `number`, counting from 1."""
        del self.seen[number - 1]
        self._draw()
        return self._findings(None) if self.seen else Answer(True, "No observations are left.", heading="Left out")

    def start_again(self) -> Answer:
        """Delete all observations."""
        self.seen.clear()
        self._moment, self._revealed = None, False
        self._draw()
        return Answer(True, "All observations are deleted: begin with the next change.", heading="Start again")

    def reveal(self) -> Answer:
        """Show how far the simulated phone's clock really is off."""
        self._revealed = True
        self._draw()
        truth, found = self.truth_seconds, self.interval
        held = "You have not measured this offset yet." if found is None else "Your interval contains this offset."
        if found is not None and truth not in found:
            held = "Your interval does not contain this offset: an observation was recorded late."
        return Answer(
            found is None or truth in found, f"The phone's clock is {off(truth)}. {held}", heading="Revealed"
        )

    @property
    def interval(self) -> DriftInterval | None:
        """Return the interval of offsets that fit all observations.

        Return None if there is no observation, or if observations contradict each other.
        """
        if not self.seen or self.contradicting:
            return None
        return estimate(self.seen, self._period)

    @property
    def contradicting(self) -> tuple[int, ...]:
        """Return the numbers of two observations that contradict each other, or () if all agree.

        Numbers start at 1.
        """
        return contradiction(self.seen, self._period)

    @property
    def truth_seconds(self) -> int:
        """Return how many seconds the clock of the room's phone is ahead of the server's clock."""
        return self.room.phone.clock.now() - self.room.clock.now()

    @property
    def _in_page(self) -> bool:
        return bool(self.room.phone.accounts)

    def _beside_the_phone(self, by_hand: widgets.Widget) -> widgets.Widget:
        if not self._in_page:
            return by_hand
        self.phone = PhoneWidget(self.room.phone, self.room.clock, picture=bytes, paste=self._paste, hide_clock=True)
        shown = box(self.phone, style_class="mfa-panel")
        shown.add_class("mfa-phone")
        return box(by_hand, shown, style_class="mfa-sides")

    def _paste(self, code: str) -> str:
        self._fill(code)
        return ""

    def _fill(self, text: str) -> None:
        self.stage.fill(self, code=text)

    def _mark(self, *, changed: bool) -> Answer:
        self._account()  # without an account there is nothing to measure, and this says so now
        speed = self._speed()
        delay = max(math.ceil(REACTION_SECONDS * speed), int(changed))
        self._moment = (self.room.clock.now(), changed, delay)
        self._fill("")
        when = f"It is {time_of_day(self._moment[0])}"
        if changed:
            told = f"{when}; {delay} s ago, the phone still showed the previous code. The new code, please."
        else:
            told = f"{when}. The code, please."
        return Answer(True, told, heading="The moment")

    def _speed(self) -> float:
        """Return how many seconds the server's clock advances in one real second."""
        clock = self.room.clock
        return float(getattr(clock, "speed", 0)) if isinstance(clock, ManualClock) else 1.0

    def _account(self) -> Any:
        if self.room.account is None:
            raise InvalidInput("no account has been offered to a phone yet: enrol an account in this room first")
        return self.room.account

    def _step_of(self, code: str, now: int) -> int:
        account = self._account()
        found = diagnose(
            account.secret.reveal(),
            code,
            now,
            window_steps=0,
            reach_steps=MAX_REACH_STEPS,
            digits=account.digits,
            period=account.period_seconds,
            algorithm=account.algorithm,
        )
        if found.verdict is Verdict.MALFORMED:
            raise InvalidInput(f"a code is {account.digits} digits: type what the phone showed")
        if found.step is None:
            raise InvalidInput(
                "no time step within two hours has this code: type it again, or choose the right account on the phone"
            )
        return found.step

    @property
    def _period(self) -> int:
        return self.room.server.policy.period_seconds

    def _findings(self, number: int | None) -> Answer:
        heading = f"Observation {number}" if number else "What is left"
        if self.contradicting:
            one, other = self.contradicting
            told = (
                f"Observations {one} and {other} contradict each other: no clock fits both. One observation was "
                f"recorded late or belongs to another account: leave that observation out."
            )
            return Answer(False, told, heading=heading)
        together = estimate(self.seen, self._period)
        alone = (("alone it says", between(self._rows()[number - 1].alone)),) if number else ()
        left = (*alone, ("all together", between(together)), ("left open", f"{together.width_seconds} s"))
        return Answer(True, f"The phone's clock is {between(together)}.", left, heading=heading)

    def _draw(self) -> None:
        truth = self.truth_seconds if self._revealed else None
        self.picture.value = bar(self._rows(), self.interval, truth=truth, contradicting=self.contradicting)
        self.fixing.children = tuple(self._without(number) for number in self.contradicting)

    def _without(self, number: int) -> widgets.Button:
        return self.pressing(
            f"Leave out observation {number}", lambda: self.answer_to(lambda: self.leave_out(number))
        )

    def _rows(self) -> list[Row]:
        return [Row(str(one), estimate([one], self._period)) for one in self.seen]

    def face_text(self) -> str:
        """Return what a reader without a kernel sees: the findings, if there are any."""
        return f"{self.title} {words(self._rows(), self.interval)}"

    def face_html(self) -> str:
        told = escape(words(self._rows(), self.interval))  # a code host removes styles, so there are words and no bar
        return (
            f'<div class="mfa mfa-panel mfa-server">{self._heading()}<p>{told}</p>'
            "<p>Run this cell to measure a phone.</p></div>"
        )
