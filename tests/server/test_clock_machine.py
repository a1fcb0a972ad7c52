"""Clocks that jump, drift and run backwards, against a server that learns: what must never happen never does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from mfa_lab import AccessDenied, ManualClock, MfaServer, Policy
from mfa_lab.errors import ClockSetBack
from mfa_lab.otp import code_at, step_at
from tests.server.kit import NAME, PASSWORD

POLICY = replace(Policy.CHEAPEST, free_failures=1_000_000, disable_after_failures=100, pending_wrong_codes=100)
START = 1_800_000_010
FAR = st.integers(-400, 400)


class Clocks(RuleBasedStateMachine):
    """One account, one phone, a server whose clock and policy may be anything."""

    @initialize(window=st.integers(0, 2), cap=st.integers(0, 3))
    def enrol(self, window: int, cap: int) -> None:
        self.policy = replace(POLICY, window_steps=window, drift_cap_steps=cap)
        self.clock = ManualClock(START)
        self.server = MfaServer(clock=self.clock, policy=self.policy)
        self.server.register(NAME, PASSWORD)
        enrolment = self.server.start_enrolment(self.server.begin_login(NAME, PASSWORD))
        self.secret = enrolment.account.secret.reveal()
        self.codes = list(self.server.confirm_enrolment(enrolment, code_at(self.secret, START)))
        self.taken = {step_at(START)}
        self.proven = self.phone = self.failures = 0
        self.latest = START
        self.last_step = step_at(START)

    # What the world does

    @rule(seconds=st.integers(0, 120))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(seconds=st.integers(-100_000, 10_000_000))
    def the_server_jumps(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(seconds=st.integers(-90, 90))
    def the_phone_drifts(self, seconds: int) -> None:
        self.phone += seconds

    @rule(seconds=st.integers(-10_000, 10_000))
    def the_phone_jumps(self, seconds: int) -> None:
        self.phone = seconds

    @rule()
    def the_clock_is_trusted(self) -> None:
        self.server.trust_clock()
        self.latest = self.clock.now()

    # What people do

    @rule()
    def the_owner_logs_in(self) -> None:
        self.typed((self.clock.now() + self.phone) // 30)

    @rule(offset=st.integers(-8, 8))
    def somebody_has_a_code(self, offset: int) -> None:
        self.typed(step_at(self.clock.now()) + offset)

    @rule(offset=st.integers(-8, 8))
    def somebody_has_a_code_from_where_the_window_was_proven(self, offset: int) -> None:
        self.typed(step_at(self.clock.now()) + self.proven + offset)

    @rule(side=st.sampled_from([-1, 1]), logins=st.integers(1, 6))
    def somebody_walks_the_window(self, side: int, logins: int) -> None:
        """Each code a step further out than the last: what random offsets never do in a row."""
        for number in range(1, logins + 1):
            self.clock.advance(300)
            self.typed(step_at(self.clock.now()) + self.proven + side * number)

    @rule(data=st.data())
    def somebody_replays(self, data: st.DataObject) -> None:
        self.typed(data.draw(st.sampled_from(sorted(self.taken))))

    @rule(offset=st.one_of(FAR, st.integers(-125, 125)))
    def the_owner_resynchronises(self, offset: int) -> None:
        step = step_at(self.clock.now()) + offset
        if not self.codes or self.fell() or self.failures > 90:
            return
        recovery = self.server.recover(self.begun(), self.codes.pop())
        self.codes += recovery.replacement
        try:
            found = self.server.resynchronise(
                recovery.pending, *(code_at(self.secret, s * 30) for s in (step - 1, step))
            )
        except AccessDenied:
            self.failures += 1
            return
        assert (found.step, found.offset) == (step, offset)
        assert abs(offset) <= self.policy.resync_reach_steps
        self.take(step - 1)
        self.take(step)
        self.proven = offset

    # What must hold

    def typed(self, step: int) -> None:
        """The code of `step` is typed; if it is taken, the step is new and inside window and cap."""
        if self.failures > 90:
            return
        if self.fell():
            with pytest.raises(ClockSetBack):
                self.begun()
            return
        pending = self.begun()
        try:
            self.server.finish_login(pending, code_at(self.secret, step * 30))
        except AccessDenied:
            self.failures += 1
            return
        self.failures = 0
        self.take(step)
        apart = abs(step - step_at(self.clock.now()) - self.proven)
        assert apart <= self.policy.window_steps + self.policy.drift_cap_steps

    def take(self, step: int) -> None:
        """No step twice, ever."""
        assert step not in self.taken
        self.taken.add(step)

    def fell(self) -> bool:
        return self.clock.now() < self.latest - self.policy.clock_back_seconds

    def begun(self):
        pending = self.server.begin_login(NAME, PASSWORD)
        self.latest = max(self.latest, self.clock.now())
        return pending

    @rule()
    def the_number_of_accepted_codes_never_grows(self) -> None:
        """Each code anywhere near is tried on a copy of the database: at most a window's worth is accepted."""
        if self.fell() or self.failures > 90:
            return
        now = step_at(self.clock.now())
        reach = self.policy.window_steps + self.policy.drift_cap_steps + 2
        near = {
            *range(now - reach, now + reach + 1),
            *range(now + self.proven - reach, now + self.proven + reach + 1),
        }
        pending = self.begun()
        connection = self.server._services.store._engine.raw_connection().driver_connection
        before = connection.serialize()
        accepted = []
        for step in near:
            try:
                self.server.finish_login(pending, code_at(self.secret, step * 30))
                accepted.append(step)
            except AccessDenied:
                pass
            connection.deserialize(before)
        assert len(accepted) <= 2 * self.policy.window_steps + 1
        assert not accepted or max(accepted) - min(accepted) <= 2 * self.policy.window_steps

    @invariant()
    def last_step_never_moves_back(self) -> None:
        with self.server._services.store.transaction() as connection:
            last_step = connection.exec_driver_sql(
                "SELECT last_step FROM factors WHERE state = 'active'"
            ).scalar_one()
        assert last_step == max(self.taken)
        assert last_step >= self.last_step
        self.last_step = last_step

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.server.close()


@pytest.mark.parametrize(
    "examples", [15, pytest.param(150, marks=pytest.mark.full), pytest.param(5000, marks=pytest.mark.long)]
)
def test_clocks_of_every_kind(examples: int) -> None:
    """No step is accepted twice, none outside window and capped drift, `last_step` never moves back, and the number
    of codes accepted at a time never grows, whatever the clocks do.
    """
    run_state_machine_as_test(
        Clocks,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
