"""Define the attack series. The module of each attack has a weak server, the attack, its measure and its trials.

Any module that defines `ATTACK` is an attack and is found automatically. Everything runs in this process and only
against this kit's servers, without a network connection. The weak servers are not real products: each represents a
class of mistakes.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from mfa_lab.attacks.record import IN, OUT, Attack, Measure, Trial
from mfa_lab.errors import InvalidInput
from mfa_lab.lazy import lazy_names

if TYPE_CHECKING:
    from mfa_lab.attacks.account_lockout import LockingServer
    from mfa_lab.attacks.capstone.drafts import FirstDraft, SecondDraft
    from mfa_lab.attacks.challenge_reused import SharedChallenges
    from mfa_lab.attacks.check_then_set import CheckThenSet
    from mfa_lab.attacks.client_names_account import TrustingServer, renamed
    from mfa_lab.attacks.clock_set_back import ClockTrustingServer
    from mfa_lab.attacks.credential_overwritten import OverwritingServer
    from mfa_lab.attacks.drift_without_cap import FollowingServer
    from mfa_lab.attacks.guessing_many_sessions import PerSessionServer, in_many_sessions
    from mfa_lab.attacks.guessing_one_session import PatientServer, in_one_session
    from mfa_lab.attacks.helpers.lasting_sessions import LastingServer
    from mfa_lab.attacks.helpers.minimal_server import PERIOD, Count, MinimalServer
    from mfa_lab.attacks.helpers.stolen_session import Relay
    from mfa_lab.attacks.helpers.timing import by_the_count
    from mfa_lab.attacks.helpers.world import World, our_server, outcome
    from mfa_lab.attacks.leaking_secrets import Offer
    from mfa_lab.attacks.origin_unchecked import PAGES, SuffixServer, by_the_browser
    from mfa_lab.attacks.own_login_resets import ForgivingServer, with_own_logins
    from mfa_lab.attacks.passkeys.forging import made_up_holder, registered_under, signed_for_page
    from mfa_lab.attacks.passkeys.passkey_server import ORIGINS, SIGNED_WITH, PasskeyServer, StoredPasskey
    from mfa_lab.attacks.passkeys.responses import read_login
    from mfa_lab.attacks.passkeys.world import PasskeyWorld, our_passkey_server
    from mfa_lab.attacks.replay_after_forgetting import ShortMemory
    from mfa_lab.attacks.replay_by_spelling import TypedMemory
    from mfa_lab.attacks.replay_in_window import ForgetfulServer
    from mfa_lab.attacks.second_step_skipped import HastyServer
    from mfa_lab.attacks.signature_ignored import LenientServer
    from mfa_lab.attacks.simulation.guess_budget import guess_budget, in_words
    from mfa_lab.attacks.simulation.odds import acceptance
    from mfa_lab.attacks.simulation.seed_search import observe, recover, secret_from_time
    from mfa_lab.attacks.simulation.window_walk import walk
    from mfa_lab.attacks.stolen_database import EncryptedOnly, PlaintextServer
    from mfa_lab.attacks.throttle_without_end import EndlessServer, in_bursts
    from mfa_lab.attacks.user_enumeration import EnumerableServer, Refused
    from mfa_lab.attacks.user_not_verified import AnyTouchServer
    from mfa_lab.attacks.weak_randomness import DAY_SECONDS, MIDNIGHT
    from mfa_lab.attacks.weaker_factor import FallbackServer

_HOMES, __getattr__ = lazy_names(__name__)


@cache
def attack_series() -> tuple[Attack, ...]:
    """Return all attacks, in the order of their numbers."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    found = (one.ATTACK for one in modules if hasattr(one, "ATTACK"))
    return tuple(sorted(found, key=lambda one: (one.number, one.id)))


def attack(which: int | str) -> Attack:
    """Return the attack with this id, or the first attack with this number.

    Raises `InvalidInput` if no attack matches. The error lists the existing numbers and ids.
    """
    return attacks_numbered(which)[0]


def attacks_numbered(which: int | str) -> tuple[Attack, ...]:
    """Return the attack with this id, or all attacks with this number, because attack 16 has two halves.

    Raises `InvalidInput` if no attack matches.
    """
    chosen = tuple(one for one in attack_series() if str(which) in {str(one.number), one.id})
    if chosen:
        return chosen
    known = ", ".join(f"{one.number} {one.id}" for one in attack_series())
    raise InvalidInput(f"there is no attack {which!r}; the attacks are: {known}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
