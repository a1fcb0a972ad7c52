"""`require_mfa` on the routes of an application that was there before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from mfa_lab import MfaServer, SeededRandomness
from mfa_lab.errors import InvalidInput, MfaError
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.web import add_mfa, require_mfa
from tests.web.kit import NAME, PASSWORD, Browser, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An existing application, with MFA under /mfa."""
    policy = {"free_failures": 1_000_000, "step_up": [["payment", 120]]}
    with serving(tmp_path_factory.mktemp("existing"), "existing", policy=policy) as served:
        served.enrol(NAME)
        yield served


@pytest.fixture
def browser(served: Served) -> Browser:
    """Logged in a moment ago."""
    browser = served.browser("/mfa")
    browser.log_in(served)
    return browser


def test_the_applications_own_pages_stay_its_own(served: Served, browser: Browser) -> None:
    """Its page needs no login and gets none of our headers; a login leads to it."""
    assert browser.title == "Own page"
    answer = httpx.get(f"{served.url}/", headers={"Host": "any.example"})
    assert answer.status_code == 200
    assert "content-security-policy" not in answer.headers
    assert httpx.get(f"{served.url}/mfa/login", headers={"Host": "any.example"}).status_code == 400
    assert httpx.get(f"{served.url}/mfa/login").headers["content-security-policy"].startswith("default-src 'none'")
    for path in ("/mfa", "/mfa/"):  # what a person types
        browser.get(path)
        assert browser.path == "/mfa/account"


def test_a_browser_is_sent_to_log_in_and_comes_back(served: Served) -> None:
    """Through password and code to the very page, with its query."""
    browser = served.browser("/mfa")
    browser.get("/report?year=2027&month=1")
    assert browser.path.startswith("/mfa/login?next=")
    browser.send("/login", account=NAME, password=PASSWORD)
    browser.send("/code", code=served.code())
    assert browser.path == "/report?year=2027&month=1"
    assert f"For {NAME}" in browser.answer.text


def test_step_up(served: Served, browser: Browser) -> None:
    """A minute later the sensitive page asks for a login once more, the other one does not; then it comes back."""
    assert browser.get("/transfers").status_code == 200
    served.advance(60)
    browser.get("/report")
    assert browser.title == "Report"
    browser.get("/transfers")
    assert "Log in again" in browser.answer.text
    old = browser.cookie
    browser.send("/login", account=NAME, password=PASSWORD)
    browser.send("/code", code=served.code())
    assert browser.title == "Transfers"
    assert browser.cookie != old
    thief = served.browser()
    thief.http.cookies.set("mfa-lab", old)
    thief.get("/report")
    assert thief.title == "Log in"  # the older session ended with the step-up


def test_a_page_that_needs_a_passkey(served: Served) -> None:
    """A code opens it neither to a browser nor to a program, which reads what to do (RFC 9470); a passkey does."""
    name, api = "keyring@example.org", served.api("/mfa")
    served.enrol(name)
    token, holder = api.log_in(served, name), PasskeyHolder(SeededRandomness(1))
    assert api.add_passkey(served, token, holder).status_code == 200
    answer = httpx.get(f"{served.url}/vault", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["reason"]) == (401, "insufficient_user_authentication")
    challenge = 'Bearer error="insufficient_user_authentication", acr_values="phr"'
    assert answer.headers["www-authenticate"] == challenge
    page = {"Accept": "text/html", "Cookie": f"mfa-lab={token}"}
    answer = httpx.get(f"{served.url}/vault", headers=page)
    assert answer.headers["location"] == "/mfa/login?next=/vault&with=passkey"
    page["Cookie"] = f"mfa-lab={api.log_in_by_passkey(served, holder, name)}"
    assert f"For {name}" in httpx.get(f"{served.url}/vault", headers=page).text


def test_a_form_that_comes_too_late(served: Served, browser: Browser) -> None:
    """Not sent, and the login leads back to the page on which the form stands."""
    browser.get("/transfers")
    served.advance(60)
    browser.post("/transfers", {})
    assert browser.path == "/mfa/login?next=/transfers"
    browser.send("/login", account=NAME, password=PASSWORD)
    browser.send("/code", code=served.code())
    assert browser.title == "Transfers"
    assert browser.post("/transfers", {}).json() == {"sent by": NAME}


@pytest.mark.parametrize(
    "referrer", ["https://evil.example/transfers", "", "//evil.example", "not a url", "http://["]
)
def test_the_way_back_is_on_this_site(referrer: str, served: Served, browser: Browser) -> None:
    """A referrer of another site leads nowhere."""
    served.advance(60)
    answer = browser.http.post("/transfers", headers={"Origin": served.url, "Referer": referrer})
    assert answer.headers["location"] == "/mfa/login"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_another_site_cannot_send_it(headers: dict[str, str], served: Served, browser: Browser) -> None:
    """A cookie alone is no consent: without proof that the form is this site's own it is refused."""
    answer = browser.http.post("/transfers", headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (403, "cross_site")
    assert browser.http.get("/transfers", headers=headers).status_code == 200


def test_a_page_that_tells_no_referrer_may_ask_its_own_site(browser: Browser) -> None:
    """Its browser says `Origin: null`, and in the other header, which no script can set, that it is the same site."""
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert browser.http.post("/transfers", headers=headers).json() == {"sent by": NAME}


@pytest.mark.parametrize("host", ["[", "", "a b", "\u00e4".encode()])
def test_a_host_that_is_none(host: str | bytes, served: Served) -> None:
    """Nonsense where the host's name should be leads nowhere and is no fault."""
    answer = httpx.get(f"{served.url}/report", headers={"Host": host, "Accept": "text/html"})
    assert answer.status_code in (303, 400)
    assert answer.headers.get("location", "/mfa/login") in ("/mfa/login", "/mfa/login?next=/report")
    assert httpx.get(f"{served.url}/mfa/login", headers={"Host": host}).status_code == 400


def test_programs_hear_a_reason(served: Served) -> None:
    """401 with a word for programs, by RFC 9470 for a session that is too old; with a token no Origin is needed."""
    url, api = served.url, served.api()
    api.http.base_url = httpx.URL(f"{url}/mfa/api/")
    for headers in ({}, {"Authorization": "Bearer s." + "x" * 43}, {"Authorization": "Bearer x"}):
        answer = httpx.get(f"{url}/report", headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"detail": "Log in first.", "reason": "no_session"})
        assert answer.headers["www-authenticate"] == "Bearer"
    headers = {"Authorization": f"Bearer {api.log_in(served)}"}
    assert httpx.post(f"{url}/transfers", headers=headers).json() == {"sent by": NAME}
    served.advance(60)
    answer = httpx.post(f"{url}/transfers", headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (401, "insufficient_user_authentication")
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_user_authentication", max_age="60"'


def test_an_action_of_the_policy(served: Served) -> None:
    """How old a session may be is the policy's to say; an action without a name there is a mistake of ours."""
    api = served.api()
    api.http.base_url = httpx.URL(f"{served.url}/mfa/api/")
    headers = {"Authorization": f"Bearer {api.log_in(served)}"}
    served.advance(119)
    assert httpx.post(f"{served.url}/payments", headers=headers).json() == {"paid by": NAME}
    served.advance(1)
    assert httpx.post(f"{served.url}/payments", headers=headers).status_code == 401
    answer = httpx.post(f"{served.url}/typing-error", headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (503, "fault")
    assert "no such action" in served.log.read_text()


def test_a_pending_login_is_no_session(served: Served) -> None:
    """After the password alone nothing is granted, by cookie or by token."""
    browser = served.browser("/mfa")
    browser.get("/mfa/login")
    browser.send("/login", account=NAME, password=PASSWORD)
    for value in (browser.cookie, "s" + browser.cookie[1:]):
        answer = httpx.get(f"{served.url}/report", headers={"Authorization": f"Bearer {value}"})
        assert answer.status_code == 401
    browser.get("/report")
    assert browser.title == "Log in"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prefix": "mfa"}, "slash"),
        ({"prefix": "/"}, "slash"),
        ({"hosts": []}, "host"),
        ({"hosts": "app.example.org"}, "write hosts="),
        ({"hosts": ["https://app.example.org"]}, "without scheme"),
        ({"hosts": ["app.example.org:8443"]}, "without scheme"),
        ({"admins": "root@example.org"}, "write admins="),
        ({"https": False, "hosts": ["app.example.org"]}, "plain http"),
    ],
)
def test_what_cannot_be_set(wrong: dict[str, object], said: str) -> None:
    """Refused when the application is made, with the remedy."""
    server = MfaServer()
    with pytest.raises(InvalidInput, match=said):
        add_mfa(FastAPI(), server, **wrong)  # type: ignore[arg-type]
    server.close()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"max_age_seconds": 0}, "1 or more"),
        ({"max_age_seconds": "300"}, "whole number"),
        ({"max_age_seconds": True}, "whole number"),
        ({"max_age_seconds": 300, "action": "transfer"}, "not both"),
    ],
)
def test_an_age_that_cannot_be(wrong: dict[str, Any], said: str) -> None:
    """Refused where the route is written, not when somebody asks for it."""
    with pytest.raises(InvalidInput, match=said):
        require_mfa(**wrong)


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Cookie": "other=1"}], ids=str)
def test_without_a_session_it_is_no_forgery(headers: dict[str, str], served: Served) -> None:
    """Nothing acts in a browser's name where no cookie of ours comes: the answer is 401, as documented."""
    answer = httpx.post(f"{served.url}/transfers", headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (401, "no_session")


def test_without_add_mfa_it_says_so() -> None:
    """`require_mfa` in an application that has no MFA yet is a mistake that names its remedy."""
    from types import SimpleNamespace

    from mfa_lab.web.site import site_of

    with pytest.raises(MfaError, match="add_mfa"):
        site_of(SimpleNamespace(app=FastAPI()))  # type: ignore[arg-type]
