"""Attack 8, replay by another spelling: the server remembers used codes as typed, but a code has many spellings."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from itertools import count

from mfa_lab.attacks.helpers.minimal_server import PERIOD, Account, MinimalServer
from mfa_lab.attacks.helpers.used_code import TWO_PEOPLE, used_again
from mfa_lab.attacks.helpers.world import HONEST, Make, World, our_server, refuses_everybody
from mfa_lab.attacks.law import LOGINS
from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.clock import Clock, ManualClock
from mfa_lab.otp import step_at
from mfa_lab.randomness import Randomness
from mfa_lab.style import grouped

_FULL_WIDTH = str.maketrans("0123456789", "".join(map(chr, range(0xFF10, 0xFF1A))))
_BOLD = str.maketrans("0123456789", "".join(map(chr, range(0x1D7CE, 0x1D7D8))))

SPELLINGS: dict[str, Callable[[str], str]] = {
    "a space at the end": lambda code: f"{code} ",
    "a space in the middle": lambda code: f"{code[:3]} {code[3:]}",
    "a hyphen": lambda code: f"{code[:3]}-{code[3:]}",
    "full-width digits": lambda code: code.translate(_FULL_WIDTH),
    "one full-width digit": lambda code: code[:5] + code[5:].translate(_FULL_WIDTH),
    "mathematical bold digits": lambda code: code.translate(_BOLD),
}
"""Other ways to write six digits. A tolerant verifier reads all these spellings as the same code."""


class TypedMemory(MinimalServer):
    """Remember each used code as typed, but read codes as tolerantly as PyOTP, which accepts full-width digits."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        super().__init__(clock, randomness)
        self.used: set[Hashable] = set()

    def key(self, account: Account, code: str, step: int) -> Hashable:  # noqa: ARG002
        """Return what the server remembers about an accepted code, which here is the typed text."""
        return account.name, code

    def step_of(self, account: Account, code: str) -> int | None:
        """Return the step of a code, or None if the code is not valid or was used."""
        step = super().step_of(account, unicodedata.normalize("NFKC", code))
        if step is None or self.key(account, code, step) in self.used:
            return None
        self.used.add(self.key(account, code, step))
        return step

    def consume(self, account: Account, step: int) -> bool:  # noqa: ARG002
        return True


class Fixed(TypedMemory):
    """Remember the step, because a code belongs to the same step in every spelling."""

    def key(self, account: Account, code: str, step: int) -> Hashable:  # noqa: ARG002
        return account.name, step


def attack(make: Make) -> Measure:
    """Type a code seen on Alice's phone, with her password, in every other spelling after she has used it."""
    got = sum(used_again(make, 1, spell=spell) == IN for spell in SPELLINGS.values())
    words = f"Alice's used code, typed in {len(SPELLINGS)} other spellings, let Mallory in {got} times"
    return Measure(got, len(SPELLINGS), words)


def _with_a_space(make: Make) -> str:
    world = World(make)
    world.server.finish_login(world.begin(world.alice), grouped(world.alice.phone.code()))
    return IN


def _same_digits_some_day(make: Make) -> str:
    world = World(make)
    for step in _two_steps_alike(world):
        world.clock.set(step * PERIOD)
        world.log_in(world.alice)
    return IN


def _two_steps_alike(world: World) -> tuple[int, int]:
    """Return the first two coming steps in which Alice's phone shows the same digits.

    The two steps usually lie within one day.
    """
    clock, shown = ManualClock(), dict[str, int]()
    phone, world.alice.phone.clock = world.alice.phone, clock
    for step in count(step_at(world.clock.now(), PERIOD) + 1):
        clock.set(step * PERIOD)
        code = phone.code()
        if step - shown.setdefault(code, step) > 10:
            break
    phone.clock = world.clock
    return shown[code], step


ATTACK = Attack(
    number=8,
    id="replay-by-spelling",
    title="Replay by another spelling",
    flaw="Remembers used codes as they were typed, but accepts many spellings of the same code.",
    story="In 2025, a server that stores secrets used a library which removed spaces from a code before verifying "
    "it. The server's own memory of used codes did not remove spaces. So a used code with a space in it counted as "
    "new.",
    source="https://github.com/openbao/openbao/pull/1625",
    clauses=("RFC6238-5.2", "NIST-3.1.4.2", "ASVS-6.5.1"),
    standard_name="Replay by another spelling",
    defence="Remembers the time step, not the text that was typed.",
    weak=TypedMemory,
    fixed=Fixed,
    ours=our_server,
    refuser=refuses_everybody(TypedMemory),
    run=attack,
    law=replace(LOGINS, spellings=True),
    trials=(
        *(
            Trial(
                f"The same code, {name}",
                partial(used_again, delay_seconds=1, spell=spell),
                OUT,
                f"Your server accepted the used code with {name}. Is that a new code?",
            )
            for name, spell in SPELLINGS.items()
        ),
        Trial(
            "The same code, as it was",
            partial(used_again, delay_seconds=1),
            OUT,
            "Your server accepted the same text twice. What does it remember about the first login?",
        ),
        Trial(
            "The same code, in the next step",
            partial(used_again, delay_seconds=PERIOD),
            OUT,
            "Your server accepted a used code again in the next time step. For how long is a code valid?",
        ),
        *HONEST,
        Trial(
            "Alice, who types the space that her app shows",
            _with_a_space,
            IN,
            "Your server rejects a code that is typed with a space, as an app shows it. What does `code` contain "
            "in that case?",
        ),
        TWO_PEOPLE,
        Trial(
            "Alice's new code, which has the same digits as an old code",
            _same_digits_some_day,
            IN,
            "Your server rejects a new code of Alice's, because an old code had the same digits. There are only a "
            "million codes. How do the two codes differ?",
        ),
    ),
)
