"""The lab's tests hash with the cheapest cost: hundreds of logins come, and no password is worth guarding."""

from dataclasses import replace

import pytest

from mfa_lab.policy import CHEAPEST, Policy


@pytest.fixture(scope="module", autouse=True)
def cheapest_hash():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Policy, "LESSON", replace(Policy.LESSON, hash_cost=CHEAPEST))
        yield
