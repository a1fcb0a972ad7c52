"""Passkeys over the JSON API: a whole life, and what must not work, above all once an account has a passkey."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest

from mfa_lab import Phone, SeededRandomness
from mfa_lab.errors import LOGIN_OVER, CeremonyRefused, Reason
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import Misbehaviour, PasskeyHolder
from mfa_lab.web.api.passkeys import MAX_BODY_BYTES
from tests.web.kit import ADMIN, PASSWORD, Api, Served, refused

STRONGER = 'Bearer error="insufficient_user_authentication", max_age="300", acr_values="phr"'
OVER = (403, {"detail": LOGIN_OVER, "reason": "login_over"})
_SEEDS = count(1)


@pytest.fixture
def api(served: Served) -> Api:
    return served.api()


@pytest.fixture
def holder() -> PasskeyHolder:
    return PasskeyHolder(SeededRandomness(next(_SEEDS)), synced=False)


def told(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def kinds(api: Api, token: str) -> list[str]:
    return sorted(each["kind"] for each in api.call("GET", "/authenticators", token).json())


def test_a_whole_life(served: Served, api: Api, holder: PasskeyHolder, name: str) -> None:
    """A passkey as the first factor, a login, more authenticators of both kinds, revoke, replace, recover."""
    api.call("POST", "/register", name=name, password=PASSWORD)
    step = api.call("POST", "/login", name=name, password=PASSWORD).json()
    assert (step["next"], step["accepts"]) == ("enrolment", [])
    codes = api.add_passkey(served, step["token"], holder).json()["recovery_codes"]
    assert len(codes) == 10
    step = api.call("POST", "/login", name=name, password=PASSWORD).json()
    assert (step["next"], step["accepts"]) == ("passkey", ["passkey"])
    response = api.passkey_response(step["token"], holder, served.origin)
    granted = api.call("POST", "/login/passkey", step["token"], response=response).json()
    token = granted.pop("token")
    assert granted["methods"] == ["pwd", "hwk", "user", "mfa"]
    assert granted["phishing_resistant"] is True
    assert api.call("GET", "/session", token).json() == granted
    enrolment = api.call("POST", "/enrolments", token, label="phone").json()
    phone = Phone(served.clock)
    phone.add(enrolment["uri"])
    assert api.call("POST", "/enrolments/confirm", enrolment["token"], code=phone.code()).status_code == 200
    step = api.call("POST", "/login", name=name, password=PASSWORD).json()
    assert (step["next"], step["accepts"]) == ("passkey", ["passkey", "totp"])
    spare = PasskeyHolder(SeededRandomness(next(_SEEDS)))
    assert api.add_passkey(served, token, spare, label="key ring").json() == {"recovery_codes": [], "issue_id": None}
    listed = api.call("GET", "/authenticators", token).json()
    assert sorted((each["kind"], each["label"]) for each in listed) == [
        ("passkey", "key ring"),
        ("passkey", "laptop"),
        ("totp", "phone"),
    ]
    laptop = next(each["id"] for each in listed if each["label"] == "laptop")
    assert api.call("DELETE", f"/authenticators/{laptop}", token).status_code == 204
    with pytest.raises(CeremonyRefused):  # the server does not ask for the revoked passkey, and it holds no other
        api.log_in_by_passkey(served, holder, name)
    token = api.log_in_by_passkey(served, spare, name)
    assert api.add_passkey(served, token, holder, replace=True).status_code == 200
    assert kinds(api, token) == ["passkey", "totp"]
    recovered = api.call("POST", "/recover", api.begin(name), recovery_code=codes[0]).json()
    assert recovered["accepts"] == []
    assert api.add_passkey(served, recovered["token"], spare).status_code == 200
    assert kinds(api, api.log_in_by_passkey(served, spare, name)) == ["passkey"]


def test_a_code_session_changes_nothing_once_there_is_a_passkey(
    served: Served, api: Api, holder: PasskeyHolder, name: str
) -> None:
    """A phished code enrols no passkey and no app, revokes nothing, and gets neither codes nor a new password. The
    answer says what is missing (RFC 9470), and the owner's own session with the passkey may do all that.
    """
    served.enrol(name)
    assert api.add_passkey(served, api.log_in(served, name), holder).status_code == 200
    phished = api.log_in(served, name)
    before = api.call("GET", "/authenticators", phished).json()
    assert api.call("GET", "/session", phished).json()["methods"] == ["pwd", "otp", "mfa"]
    for method, path, body in (
        ("POST", "/passkeys", {"label": "stolen"}),
        ("POST", "/enrolments", {"label": "stolen"}),
        ("DELETE", f"/authenticators/{before[0]['id']}", {}),
        ("DELETE", f"/authenticators/{before[1]['id']}", {}),
        ("POST", "/recovery-codes", {}),
        ("PUT", "/password", {"old": PASSWORD, "new": "demo: another horse"}),
    ):
        answer = api.call(method, path, phished, **body)
        assert (answer.status_code, answer.json()["reason"]) == (401, "insufficient_user_authentication")
        assert answer.headers["www-authenticate"] == STRONGER
    assert api.call("GET", "/authenticators", phished).json() == before
    owner = api.log_in_by_passkey(served, holder, name)
    assert api.call("POST", "/recovery-codes", owner).status_code == 201
    assert api.call("DELETE", f"/authenticators/{before[0]['id']}", owner).status_code == 204


def test_an_administrator_with_a_passkey_uses_it(served: Served, api: Api, holder: PasskeyHolder, name: str) -> None:
    """Otherwise a phished code of the administrator would make reset codes for everybody."""
    served.enrol(name)
    served.enrol(ADMIN)
    assert api.add_passkey(served, api.log_in(served, ADMIN), holder).status_code == 200
    phished, admin = api.log_in(served, ADMIN), api.log_in_by_passkey(served, holder, ADMIN)
    for method, path, body in (("GET", "/audit-log", {}), ("POST", "/reset-codes", {"name": name})):
        assert api.call(method, path, phished, **body).headers["www-authenticate"] == STRONGER
        assert api.call(method, path, admin, **body).status_code < 300


def test_an_offer_from_before_the_passkey(served: Served, api: Api, holder: PasskeyHolder, name: str) -> None:
    """A phished session has started an offer; when the owner binds the first passkey, the offer is over."""
    served.enrol(name)
    phished, owner = api.log_in(served, name), api.log_in(served, name)
    offer = api.call("POST", "/passkeys", phished, label="stolen").json()
    assert api.add_passkey(served, owner, holder).status_code == 200
    thief = PasskeyHolder(SeededRandomness(next(_SEEDS)))
    response = Browser(served.origin).create(offer["options"] | {"excludeCredentials": []}, thief)
    assert told(api.call("POST", "/passkeys/confirm", offer["token"], response=response)) == OVER
    assert kinds(api, owner) == ["passkey", "totp"]


def test_an_offer_of_another_account(served: Served, api: Api, holder: PasskeyHolder, name: str) -> None:
    """A response for one account's challenge binds no passkey to another account, and ends the offer it was sent to.
    A token of another step is no offer, whatever letter it has.
    """
    names = (name, f"mallory-{name}")
    for each in names:
        served.server.register(each, PASSWORD)
    own, other = (api.call("POST", "/passkeys", api.begin(each), label="").json() for each in names)
    response = Browser(served.origin).create(other["options"], holder)
    assert refused(api.call("POST", "/passkeys/confirm", own["token"], response=response))
    again = Browser(served.origin).create(own["options"], holder)
    assert told(api.call("POST", "/passkeys/confirm", own["token"], response=again)) == OVER
    for token in (f"k{api.begin(name)[1:]}", f"e{other['token'][1:]}"):
        assert told(api.call("POST", "/passkeys/confirm", token, response=response)) == OVER
    assert told(api.call("POST", "/enrolments/confirm", f"e{other['token'][1:]}", code="123456")) == OVER
    assert api.call("POST", "/passkeys/confirm", other["token"], response=response).status_code == 200
    assert api.call("POST", "/login", name=name, password=PASSWORD).json()["next"] == "enrolment"


def test_every_rejected_response_looks_the_same(served: Served, api: Api, holder: PasskeyHolder, name: str) -> None:
    """The reason is in the audit log alone. Each rejection ends its login, and counts towards nothing."""
    other = f"mallory-{name}"
    thief = PasskeyHolder(SeededRandomness(next(_SEEDS)), synced=False)
    for each, held in ((name, holder), (other, thief)):
        served.server.register(each, PASSWORD)
        api.add_passkey(served, api.begin(each), held)
    here = served.origin

    def misbehaving(pending: str, how: Misbehaviour) -> dict[str, Any]:
        holder.misbehaves = {how}
        response = api.passkey_response(pending, holder, here)
        holder.misbehaves = set()
        return response

    def stale(pending: str) -> dict[str, Any]:
        response = api.passkey_response(pending, holder, here)
        api.call("POST", "/login/passkey/options", pending)
        return response

    seen: list[str | None] = []
    for respond in (
        lambda _: {},
        lambda pending: api.passkey_response(pending, holder, "http://shop.localhost:1"),
        lambda pending: api.passkey_response(pending, thief, here, allowCredentials=[]),
        stale,
        lambda pending: misbehaving(pending, Misbehaviour.WRONG_SIGNATURE),
        lambda pending: misbehaving(pending, Misbehaviour.OTHER_RP_ID),
        lambda pending: misbehaving(pending, Misbehaviour.NO_USER_PRESENT),
    ):
        pending = api.begin(name)
        assert told(api.call("POST", "/login/passkey", pending, response=respond(pending))) == OVER
        seen.append(served.server.newest_audit_lines(1)[0][0].reason)
        assert told(api.call("POST", "/login/passkey/options", pending)) == OVER
    assert seen == [
        Reason.PASSKEY_MALFORMED,
        Reason.PASSKEY_ORIGIN,
        Reason.PASSKEY_OWNER,
        Reason.PASSKEY_CHALLENGE,
        Reason.PASSKEY_SIGNATURE,
        Reason.PASSKEY_RP_ID,
        Reason.PASSKEY_USER_PRESENT,
    ]
    assert told(api.call("POST", "/login/passkey", f"p.{'x' * 43}", response={})) == OVER
    assert api.log_in_by_passkey(served, holder, name)


def test_the_browser_asks_for_no_passkey_on_a_phishing_page(
    served: Served, api: Api, holder: PasskeyHolder, name: str
) -> None:
    """NIST-2.2.2: a relay passes on the server's options, and its page gets a SecurityError, for another RP ID."""
    served.server.register(name, PASSWORD)
    api.add_passkey(served, api.begin(name), holder)
    with pytest.raises(CeremonyRefused) as caught:
        api.passkey_response(api.begin(name), holder, served.origin.replace("shop", "sh0p"))
    assert caught.value.name == "SecurityError"


def test_a_response_is_used_once(served: Served, api: Api, holder: PasskeyHolder, name: str) -> None:
    """Neither the login that it completed nor another login accepts it again."""
    served.server.register(name, PASSWORD)
    api.add_passkey(served, api.begin(name), holder)
    pending, another = api.begin(name), api.begin(name)
    response = api.passkey_response(pending, holder, served.origin)
    api.passkey_response(another, holder, served.origin)
    assert api.call("POST", "/login/passkey", pending, response=response).status_code == 200
    again = api.call("POST", "/login/passkey", pending, response=response)
    assert (again.status_code, again.json()["reason"]) == (403, "already_done")
    assert told(api.call("POST", "/login/passkey", another, response=response)) == OVER


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit(chunked: bool, served: Served, api: Api, holder: PasskeyHolder, name: str) -> None:
    """It is not read, whether or not it states its length, and the login goes on. 32 KiB are still read."""
    served.server.register(name, PASSWORD)
    api.add_passkey(served, api.begin(name), holder)
    pending = api.begin(name)
    text = json.dumps({"response": api.passkey_response(pending, holder, served.origin)}).encode()
    headers = {"Authorization": f"Bearer {pending}", "Content-Type": "application/json"}

    def send(length: int) -> int:
        body = text.ljust(length)
        parts: Iterator[bytes] = iter([body[:9000], body[9000:]])
        return api.http.post("/login/passkey", content=parts if chunked else body, headers=headers).status_code

    assert send(MAX_BODY_BYTES + 1) == 413
    assert send(MAX_BODY_BYTES) == 200


NESTED = b'{"response": {"type": "public-key", "id": ' + b"[" * 9000 + b"]" * 9000 + b"}}"
NUMBER = b'{"response": {"type": "public-key", "id": ' + b"9" * 9000 + b"}}"


@pytest.mark.parametrize("body", [NESTED, NUMBER, b'{"response": {"id": "\\ud800"}}', b"\xff", b"["])
def test_a_body_that_is_hard_to_read(body: bytes, api: Api) -> None:
    """Deep nesting, a number without end, half a character: a rejection in words, never a fault."""
    headers = {"Authorization": f"Bearer p.{'x' * 43}", "Content-Type": "application/json"}
    for path in ("/login/passkey", "/passkeys/confirm"):
        answer = api.http.post(path, content=body, headers=headers)
        assert (answer.status_code, answer.json()["reason"]) in (
            (400, "invalid_input"),
            (422, "invalid_input"),
            (403, "login_over"),
        )


@pytest.mark.parametrize("body", [{}, {"response": None}, {"response": "text"}, {"response": []}], ids=str)
def test_a_body_without_a_response(
    body: dict[str, Any], served: Served, api: Api, holder: PasskeyHolder, name: str
) -> None:
    """The client's mistake gets a sentence and costs no login."""
    served.server.register(name, PASSWORD)
    api.add_passkey(served, api.begin(name), holder)
    pending = api.begin(name)
    response = api.passkey_response(pending, holder, served.origin)
    for path in ("/login/passkey", "/passkeys/confirm"):
        answer = api.call("POST", path, pending, **body)
        assert (answer.status_code, answer.json()["reason"]) == (422, "invalid_input")
    assert api.call("POST", "/login/passkey", pending, response=response).status_code == 200
