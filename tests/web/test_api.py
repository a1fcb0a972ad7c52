"""The JSON API: a whole life by bearer tokens, and whatever its description allows a stranger to send."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mfa_lab import Phone, SeededRandomness
from mfa_lab.errors import Reason
from mfa_lab.phone.passkeys import PasskeyHolder
from tests.web.kit import ABSENT_ADMIN, ADMIN, PASSWORD, WRONG, Api, Served, refused, serving

SCHEMATHESIS = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or "schemathesis"
LOG_OUT = "log_out_api_session_delete"
END_ALL = "end_every_session_api_all_sessions_delete"
ENDING = (
    "end_session_api_sessions__session_id__delete",
    "end_session_of_account_api_accounts__subject__sessions__session_id__delete",
    "end_sessions_of_account_api_accounts__subject__sessions_delete",
)
"""Calls that end any session, also that of whoever sends the rest, once an id was learnt from another answer."""


@pytest.fixture
def api(served: Served) -> Api:
    return served.api()


def test_a_whole_life(served: Served, api: Api, name: str) -> None:
    """Register, enrol, log in, a second authenticator, revoke, new codes, new password, recover, log out."""
    assert api.call("POST", "/register", name=name, password=PASSWORD).status_code == 202
    step = api.call("POST", "/login", name=name, password=PASSWORD).json()
    assert step["next"] == "enrolment"
    enrolment = api.call("POST", "/enrolments", step["token"], label="phone").json()
    phone = Phone(served.clock)
    phone.add(enrolment["uri"])
    assert "<svg" in enrolment["qr_svg"]
    codes = api.call("POST", "/enrolments/confirm", enrolment["token"], code=phone.code()).json()["recovery_codes"]
    assert len(codes) == 10

    def session(password: str = PASSWORD) -> str:
        served.advance()
        step = api.call("POST", "/login", name=name, password=password).json()
        assert step["next"] == "code"
        granted = api.call("POST", "/code", step["token"], code=phone.code()).json()
        token: str = granted["token"]
        return token

    token = session()
    assert api.call("GET", "/session", token).json()["name"] == name
    enrolment = api.call("POST", "/enrolments", token, label="tablet", further=True).json()
    tablet = Phone(served.clock)
    tablet.add(enrolment["uri"])
    answer = api.call("POST", "/enrolments/confirm", enrolment["token"], code=tablet.code())
    assert answer.json() == {"recovery_codes": [], "issue_id": None}
    listed = api.call("GET", "/authenticators", token).json()
    assert [each["label"] for each in listed] == ["phone", "tablet"]
    assert api.call("DELETE", f"/authenticators/{listed[1]['id']}", token).status_code == 204
    assert refused(api.call("DELETE", f"/authenticators/{listed[0]['id']}", token))
    new = api.call("POST", "/recovery-codes", token).json()["recovery_codes"]
    assert not set(new) & set(codes)
    assert refused(api.call("PUT", "/password", token, old=WRONG, new="demo: another horse"))
    assert api.call("PUT", "/password", token, old=PASSWORD, new="password").status_code == 422
    assert api.call("PUT", "/password", token, old=PASSWORD, new="demo: another horse").status_code == 204
    assert "password changed" in [each["event"] for each in api.call("GET", "/notifications", token).json()]
    step = api.call("POST", "/login", name=name, password="demo: another horse").json()
    recovered = api.call("POST", "/recover", step["token"], recovery_code=new[0]).json()
    assert recovered["recovery_code"] not in new
    assert api.call("POST", "/enrolments", recovered["token"]).status_code == 422  # a body is needed
    assert api.call("POST", "/enrolments", recovered["token"], label="").status_code == 201
    token = session("demo: another horse")
    assert api.call("DELETE", "/session", token).status_code == 204
    assert api.call("GET", "/session", token).json()["reason"] == "no_session"


def test_an_old_session_is_told_so(served: Served, api: Api, name: str) -> None:
    """RFC 9470: a change asks for a login that is only just over, in words for programs."""
    served.enrol(name)
    token = api.log_in(served, name)
    served.advance(300)
    for path, body in (("/recovery-codes", {}), ("/enrolments", {"label": "tablet"})):
        answer = api.call("POST", path, token, **body)
        assert (answer.status_code, answer.json()["reason"]) == (401, "insufficient_user_authentication")
        challenge = 'Bearer error="insufficient_user_authentication", max_age="300"'
        assert answer.headers["www-authenticate"] == challenge
    assert api.call("GET", "/session", token).status_code == 200


def test_a_cookie_is_no_key_to_the_api(served: Served, name: str) -> None:
    """Another site can make a browser send its cookie, and never an Authorization header."""
    served.enrol(name)
    browser = served.browser()
    browser.log_in(served, name)
    for method, path in (("GET", "/api/session"), ("DELETE", "/api/session"), ("POST", "/api/passkeys")):
        assert browser.http.request(method, path).status_code == 401
    assert browser.get("/account").status_code == 200


def test_the_administrators_calls(served: Served, api: Api, name: str) -> None:
    """The log and a reset code, for an administrator alone."""
    served.enrol(name)
    served.enrol(ADMIN)
    token, admin = api.log_in(served, name), api.log_in(served, ADMIN)
    for method, path, body in (("GET", "/audit-log", {}), ("POST", "/reset-codes", {"name": name})):
        assert api.call(method, path, **body).status_code == 401
        assert refused(api.call(method, path, token, **body))
        assert api.call(method, path, admin, **body).status_code < 300
    assert api.call("POST", "/reset-codes", admin, name=ABSENT_ADMIN).status_code == 422


@pytest.mark.parametrize("identity", ["a%00b", "x", "%F0%9F%98%80", "0" * 33])
def test_an_id_that_is_none(identity: str, served: Served, api: Api, name: str) -> None:
    """Told as such before the database is asked, which may not know such characters."""
    served.enrol(name)
    assert api.call("DELETE", f"/authenticators/{identity}", api.log_in(served, name)).status_code == 422


def test_registration_can_be_closed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Then strangers are refused by the API, and told whom to ask by the page; nothing is made."""
    with serving(tmp_path_factory.mktemp("closed"), registration="no") as served:
        assert refused(served.api().call("POST", "/register", name="new@example.org", password=PASSWORD))
        browser = served.browser()
        browser.get("/register")
        assert "Ask the operator" in browser.answer.text
        assert "Register" not in browser.get("/login").text
        browser.get("/login")
        token = str(browser.page.select_one("[name=form_token]")["value"])
        browser.post("/register", {"form_token": token, "account": "new@example.org", "password": PASSWORD})
        assert served.server.audit_log() == ()


# Whatever the description allows


def sent_whatever(served: Served, folder: Path, token: str, *options: str) -> list[str]:
    """schemathesis sends what the description allows and what it does not: never a 5xx, only answers that it
    describes, in the form that it describes, and what it forbids is refused. Returns every status.
    """
    command = [SCHEMATHESIS, "run", f"{served.url}/openapi.json", "--max-examples=15", "--seed=1", "--no-color"]
    # A name may hold a colon and a password be common: the description cannot say so.
    command += ["--exclude-checks=positive_data_acceptance", *options]
    command += ["--header", f"Authorization: Bearer {token}"] if token else []
    before = len(served.log.read_text())
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr
    assert "Tested: " in ran.stdout
    answered = re.findall(r'HTTP/1.1" (\d+)', served.log.read_text()[before:])
    assert max(answered) < "500"
    return answered


@pytest.mark.full
@pytest.mark.parametrize("who", ["nobody", "an administrator"])
def test_whatever_is_sent(who: str, tmp_path: Path) -> None:
    """To every call, by a stranger and by somebody who may call it."""
    with serving(tmp_path, policy={"free_failures": 1_000_000}) as served:
        if who == "nobody":
            answered = sent_whatever(served, tmp_path, "")
        else:
            served.enrol(ADMIN)
            token = served.api().log_in(served, ADMIN)
            # Logging out would make a nobody of whoever sends the rest; it has a run of its own below.
            left_out = [f"--exclude-operation-id={each}" for each in (LOG_OUT, END_ALL, *ENDING)]
            answered = sent_whatever(served, tmp_path, token, *left_out)
            assert "201" in answered
            answered += sent_whatever(served, tmp_path, token, *[f"--include-operation-id={each}" for each in ENDING])
            assert served.api().call("GET", "/session", token).status_code == 200
            answered += sent_whatever(served, tmp_path, token, f"--include-operation-id={END_ALL}")
            assert served.api().call("GET", "/session", token).status_code == 401
    assert len(answered) > 200


@pytest.mark.full
def test_whatever_is_sent_in_mid_login(tmp_path: Path) -> None:
    """With a live token of each step between password and session: the calls that it is for. It outlives all that,
    and what it is for can still be done. Last of all a session logs out, once.
    """
    endless = dict.fromkeys(("free_failures", "pending_wrong_codes", "enrolment_wrong_codes"), 1_000_000)
    with serving(tmp_path, policy=endless) as served:
        api, name, loser = served.api(), "alice@example.org", "loser@example.org"

        def step(path: str, token: str = "", **body: str) -> str:
            answer = api.call("POST", path, token, **body)
            assert answer.status_code in (200, 201)
            return str(answer.json()["token"])

        served.enrol(name)
        holder = PasskeyHolder(SeededRandomness(1))
        assert api.add_passkey(served, api.log_in(served, name), holder).status_code == 200
        codes = served.enrol(loser)
        login = step("/login", name=name, password=PASSWORD)
        recovery = step("/recover", step("/login", name=loser, password=PASSWORD), recovery_code=codes[0])
        offered = api.call("POST", "/enrolments", recovery, label="new").json()
        phone = Phone(served.clock)
        phone.add(offered["uri"])
        for token, *paths in (
            (login, "/code", "/recover", "/login/passkey/options"),  # a response of a passkey would end the login
            (recovery, "/enrolments", "/passkeys", "/resynchronise"),
            (offered["token"], "/enrolments/confirm"),
        ):
            answered = sent_whatever(served, tmp_path, token, *[f"--include-path=/api{path}" for path in paths])
            granted = {login: "200", recovery: "201"}.get(token, "403")
            assert granted in answered
        reasons = {line.reason for line in served.server.audit_log()}
        assert {Reason.MALFORMED, Reason.WRONG_RECOVERY_CODE} < reasons
        assert not reasons & {Reason.UNKNOWN_PENDING, Reason.CONSUMED_PENDING, Reason.EXPIRED_PENDING}
        assert api.call("POST", "/enrolments/confirm", offered["token"], code=phone.code()).status_code == 200
        session = step("/code", login, code=served.code(name))
        answered = sent_whatever(served, tmp_path, session, f"--include-operation-id={LOG_OUT}")
        assert answered.count("204") == 1
