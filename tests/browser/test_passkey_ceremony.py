"""Real Chromium with virtual authenticators against the server, and the software `Browser` beside it: the same
responses, the same refusals. The virtual authenticators come by CDP, so that the browser's own checks stay in force.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from mfa_lab import RelyingParty, SeededRandomness
from mfa_lab.errors import CeremonyRefused
from mfa_lab.phone.browser import Browser
from mfa_lab.phone.passkeys import PasskeyHolder
from tests.server.kit import EXPLAINING, NAME, PASSWORD, Deployment

pytestmark = pytest.mark.full
CREATE = """async options => { try {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return JSON.stringify((await navigator.credentials.create({publicKey})).toJSON());
} catch (error) { return error.name; } }"""
GET = """async options => { try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return JSON.stringify((await navigator.credentials.get({publicKey})).toJSON());
} catch (error) { return error.name; } }"""
SHORT = {"timeout": 2000}
KINDS = {
    "in the device": {"transport": "internal", "hasResidentKey": True, "hasUserVerification": True},
    "by USB": {"transport": "usb", "hasResidentKey": False, "hasUserVerification": True},
    "by USB, without user verification": {"transport": "usb", "hasResidentKey": False, "hasUserVerification": False},
}


class EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A page</title>")

    def log_message(self, *arguments: object) -> None:
        """Nothing to tell."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a web server that has an empty page under every name of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@contextmanager
def page_with(chromium: Chromium, kind: str) -> Iterator[Page]:
    """A page whose browser has one virtual authenticator."""
    context = chromium.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    verified = {"isUserVerified": KINDS[kind]["hasUserVerification"], "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {"protocol": "ctap2", **KINDS[kind], **verified}})
    yield page
    context.close()


def deployed(folder: Path, port: int, verification: str) -> Deployment:
    """A server for http://shop.localhost at this port; Alice has no factor yet."""
    deployment = Deployment(folder, replace(EXPLAINING, user_verification=verification))
    party = RelyingParty("shop.localhost", (f"http://shop.localhost:{port}",))
    services = deployment.server._services
    deployment.server._services = replace(services, relying_party=party)
    deployment.server.register(NAME, PASSWORD)
    return deployment


def software(call: Callable[..., Any], *arguments: Any) -> str:
    """What a page would see of the software browser."""
    try:
        return json.dumps(call(*arguments))
    except CeremonyRefused as refusal:
        return refusal.name


def keys(response: str) -> tuple[set[str], set[str]]:
    found = json.loads(response)
    return set(found), set(found["response"])


@pytest.mark.parametrize("verification", ["preferred", "required"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_real_browser_and_ours_do_the_same(
    kind: str, verification: str, browser: Chromium, port: int, tmp_path: Path
) -> None:
    """Registered, used twice, refused a second time, and refused to the phishing page and to the parent domain."""
    deployment = deployed(tmp_path, port, verification)
    server, able = deployment.server, KINDS[kind]["hasUserVerification"]
    origin = f"http://shop.localhost:{port}"
    holder = PasskeyHolder(SeededRandomness(1), verifies_user=bool(able), discoverable=kind == "in the device")
    with page_with(browser, kind) as page:
        page.goto(origin)
        creation = server.start_passkey(deployment.begin())
        made = page.evaluate(CREATE, creation.options | SHORT)
        ours = software(Browser(origin).create, creation.options, holder)
        if verification == "required" and not able:
            assert made == ours == "NotAllowedError"
            return
        assert keys(made) == keys(ours)
        server.confirm_passkey(creation, made)
        for _ in range(2):
            pending = deployment.begin()
            options = server.start_passkey_login(pending)
            answer = page.evaluate(GET, options)
            session = server.finish_passkey_login(pending, answer)
            assert session.phishing_resistant
        assert keys(answer) == keys(software(Browser(origin).get, options | {"allowCredentials": [
            {"type": "public-key", "id": json.loads(ours)["id"]}]}, holder))  # fmt: skip
        again = server.start_passkey(session).options
        known = again | {"excludeCredentials": [{"type": "public-key", "id": json.loads(ours)["id"]}]}
        assert page.evaluate(CREATE, again | SHORT) == "InvalidStateError"
        assert software(Browser(origin).create, known, holder) == "InvalidStateError"
        for other in (f"http://sh0p.localhost:{port}", f"http://localhost:{port}", f"http://127.0.0.1:{port}"):
            page.goto(other)
            options = server.start_passkey_login(deployment.begin())
            assert page.evaluate(GET, options | SHORT) == software(Browser(other).get, options, holder)
            assert page.evaluate(GET, options | SHORT) == "SecurityError"
        page.goto(f"http://sh0p.localhost:{port}")
        own = options | SHORT | {"rpId": "sh0p.localhost", "allowCredentials": []}
        assert page.evaluate(GET, own) == "NotAllowedError"
        assert software(Browser(f"http://sh0p.localhost:{port}").get, own, holder) == "NotAllowedError"
