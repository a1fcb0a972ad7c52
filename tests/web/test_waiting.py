"""Who has to wait, or whose authenticator is disabled, is refused like everybody else, also with what is right."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.web.kit import PASSWORD, WRONG, Served, serving

Seen = tuple[int, list[tuple[str, str]], str]


@pytest.fixture(scope="module")
def throttled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small application with the usual throttle: the third failure in a row costs a wait. The fourth disables."""
    folder = tmp_path_factory.mktemp("throttled")
    with serving(folder, policy={"disable_after_failures": 4}) as served:
        yield served


def seen(answer: httpx.Response, typed: str = "") -> Seen:
    """All that a stranger gets, to the byte: status, headers but the date, body; of a page's random tokens and of the
    name that was typed into it the length.
    """
    random = re.compile(r"[0-9a-f]{64}|\b[apse]\.[\w-]{43}" + (f"|{re.escape(typed)}" if typed else ""))

    def same(text: str) -> str:
        return random.sub(lambda found: "x" * len(found[0]), text)

    headers = [(name, same(value)) for name, value in answer.headers.multi_items() if name != "date"]
    return answer.status_code, headers, same(answer.text)


def both_logins(served: Served, account: str, password: str) -> tuple[Seen, Seen]:
    """What API and page answer to a name and a password."""
    browser = served.browser()
    browser.get("/login")
    page = browser.send("/login", account=account, password=password)
    return seen(served.api().call("POST", "/login", name=account, password=password)), seen(page, account)


def both_codes(served: Served, name: str, code: str) -> tuple[Seen, Seen]:
    """What API and page answer to a code, each behind a correct password of its own."""
    api, browser = served.api(), served.browser()
    token = api.call("POST", "/login", name=name, password=PASSWORD).json()["token"]
    browser.get("/login")
    browser.send("/login", account=name, password=PASSWORD)
    return seen(api.call("POST", "/code", token, code=code)), seen(browser.send("/code", code=code))


def reasons(served: Served, event: str) -> list[str | None]:
    return [line.reason for line in served.server.audit_log() if line.event == event]


def test_a_right_password_that_has_to_wait(throttled: Served) -> None:
    """ASVS-6.3.8: to the byte what a wrong one gets, and an unknown name; half a minute later it is good."""
    name, other, stranger = "alice@example.org", "bobby@example.org", "nobod@example.org"
    throttled.enrol(name)
    throttled.enrol(other)
    refusal = both_logins(throttled, other, WRONG)
    for account in (name, stranger):
        assert both_logins(throttled, account, WRONG) == refusal
        assert both_logins(throttled, account, WRONG) == refusal
    before = len(reasons(throttled, "password refused"))
    for account, password in ((name, PASSWORD), (name, WRONG), (stranger, PASSWORD)):
        assert both_logins(throttled, account, password) == refusal
    assert reasons(throttled, "password refused")[before:] == ["throttled"] * 6
    throttled.advance(30)
    assert throttled.api().call("POST", "/login", name=name, password=PASSWORD).status_code == 200


@pytest.mark.parametrize("why", ["throttled", "disabled"])
def test_a_right_code_that_is_not_looked_at(why: str, throttled: Served) -> None:
    """ASVS-6.3.8: while it waits, and with a disabled authenticator: to the byte what a wrong code gets."""
    name = f"{why}@example.org"
    throttled.enrol(name)
    throttled.advance()
    refusal = both_codes(throttled, name, "000000")
    assert both_codes(throttled, name, "not a code") == refusal  # not counted
    assert both_codes(throttled, name, "000000") == refusal
    if why == "disabled":
        throttled.advance()
        assert both_codes(throttled, name, "000000") == refusal
    right = throttled.phone.code(f"mfa-lab: {name}")
    assert both_codes(throttled, name, right) == refusal
    assert reasons(throttled, "code refused")[-2:] == [why] * 2
    throttled.advance(3600)
    answer, _ = both_codes(throttled, name, throttled.phone.code(f"mfa-lab: {name}"))
    assert answer[0] == (200 if why == "throttled" else 403)
