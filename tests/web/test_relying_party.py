"""The site of the passkeys: it comes from the settings, never from a request, and it has a name of this machine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from mfa_lab import MfaServer, Policy, RelyingParty, SeededRandomness
from mfa_lab.cli.group import main
from mfa_lab.errors import InvalidInput
from mfa_lab.phone.passkeys import PasskeyHolder
from mfa_lab.server.records import PasskeyCreation
from mfa_lab.web import create_app, tokens
from mfa_lab.web.serve import Settings, run
from mfa_lab.web.site import Site, is_loopback
from tests.server.kit import KEY, NAME, PASSWORD, Deployment


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], RelyingParty("shop.localhost", ("http://shop.localhost:8000",))),
        (["--port=80"], RelyingParty("shop.localhost", ("http://shop.localhost",))),
        (["--allow-host=localhost"], None),
        (["--port=0"], None),
        (["--behind-https", "--allow-host=shop.example.org"], None),
        (
            ["--behind-https", "--origin=https://shop.example.org", "--origin=https://desk.shop.example.org:8443"],
            RelyingParty("shop.example.org", ("https://shop.example.org", "https://desk.shop.example.org:8443")),
        ),
        (
            ["--origin=https://shop.example.org", "--rp-id=example.org"],
            RelyingParty("example.org", ("https://shop.example.org",)),
        ),
    ],
    ids=str,
)
def test_the_command_makes_the_relying_party(
    arguments: list[str], expected: RelyingParty | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For lessons, the site is shop.localhost; over https there are passkeys only at the origins that were given."""
    ran: list[Settings] = []
    monkeypatch.setattr("mfa_lab.web.serve.run", lambda settings, **_: ran.append(settings))
    shown = CliRunner().invoke(main, ["serve", *arguments])
    assert shown.exit_code == 0
    assert ran[0].relying_party() == expected
    told = expected is not None and expected.id == "shop.localhost"
    assert shown.output == (f"Open {expected.origins[0]}\n" if told and expected else "")


def test_every_worker_has_the_same_relying_party(monkeypatch: pytest.MonkeyPatch) -> None:
    """It travels in the environment, as do the other settings."""
    for name in ("MFA_LAB_ORIGINS", "MFA_LAB_RP_ID"):
        monkeypatch.setenv(name, "")  # so that the old value comes back
    monkeypatch.setenv("MFA_LAB_DATABASE", "sqlite://")
    given = Settings(
        database="sqlite://", origins="https://a.example.org, https://b.example.org", rp_id="example.org"
    )
    given.to_environment()
    site = Settings.from_environment().application().state.mfa
    assert site.server.relying_party == given.relying_party()
    assert site.server.relying_party.origins == ("https://a.example.org", "https://b.example.org")
    site.server.close()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"origins": "https://shop.example.org/"}, "a scheme, a domain and a port, and nothing else"),
        ({"origins": "shop.example.org"}, "begins with https:// and a domain"),
        ({"origins": "http://shop.example.org"}, "needs https"),
        ({"origins": "https://shop.example.org", "rp_id": "other.example"}, "another domain than the RP ID"),
        ({"origins": "https://192.0.2.1"}, "the RP ID is a domain"),
        ({"rp_id": "shop.example.org"}, "MFA_LAB_RP_ID needs MFA_LAB_ORIGINS too"),
    ],
    ids=str,
)
def test_a_site_that_can_have_no_passkeys(settings: dict[str, str], said: str) -> None:
    """A sentence before anything listens."""
    with pytest.raises(InvalidInput, match=said):
        run(Settings(database="sqlite://", **settings), host="127.0.0.1", port=0, workers=1)


@pytest.mark.parametrize("host", ["shop.localhost", "a.b.localhost", "localhost", "127.0.0.1", "::1"])
def test_a_name_below_localhost_is_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The socket is bound to an address of this machine, whatever the system thinks that the name means."""
    bound: list[dict[str, Any]] = []
    monkeypatch.setattr("uvicorn.run", lambda *_, **options: bound.append(options))
    monkeypatch.setattr(Settings, "to_environment", lambda _: None)
    run(Settings(database="sqlite://"), host=host, port=0, workers=1)
    assert bound[0]["host"] == ("127.0.0.1" if host.endswith(".localhost") else host)


@pytest.mark.parametrize("host", ["shop.localhost.example.org", "shoplocalhost", "localhost.", "example.org", ""])
def test_what_only_looks_like_this_machine(host: str) -> None:
    """It is refused without https, both as a name of the site and as an address to listen on."""
    assert not is_loopback(host)
    server = MfaServer(policy=Policy.CHEAPEST)
    with pytest.raises(InvalidInput):
        Site(server=server, hosts=(host,), https=False)
    with pytest.raises(InvalidInput, match="plain http works only on this machine"):
        run(Settings(database="sqlite://"), host=host, port=0, workers=1)
    server.close()


def test_whether_there_are_passkeys() -> None:
    """A relying party, and a policy that has room for passkeys."""
    party = RelyingParty("shop.localhost", ("http://shop.localhost",))
    none = Policy.parse("[mine]\npasskeys = 0\n")["mine"]
    for policy, relying_party, expected in (
        (Policy.CHEAPEST, party, True),
        (Policy.CHEAPEST, None, False),
        (none, party, False),
    ):
        server = MfaServer(policy=policy, relying_party=relying_party)
        assert Site(server=server).passkeys is expected
        server.close()


@pytest.mark.parametrize("path", ["/passkeys", "/passkeys/confirm", "/login/passkey/options", "/login/passkey"])
def test_a_site_without_passkeys_says_so(path: str) -> None:
    """One sentence, whatever the token: it is the operator's choice and nobody's secret."""
    answer = post(MfaServer(policy=Policy.CHEAPEST), path, label="", response={})
    detail = "this site offers no passkeys: use a code"
    assert (answer.status_code, answer.json()) == (422, {"detail": detail, "reason": "invalid_input"})


def test_a_site_that_lost_its_passkeys_offers_none(tmp_path: Path) -> None:
    """The relying party is gone from the settings: a login is not sent to a step that this site cannot do."""
    here, holder = Deployment(tmp_path, Policy.CHEAPEST), PasskeyHolder(SeededRandomness(1))
    here.enrol()
    here.add_passkey(here.log_in(), holder)
    credentials = {"name": NAME, "password": PASSWORD}
    step = post(here.server, "/login", **credentials).json()
    assert (step["next"], step["accepts"]) == ("passkey", ["passkey", "totp"])
    without = MfaServer(here.url, clock=here.clock, policy=Policy.CHEAPEST, key=KEY)
    step = post(without, "/login", **credentials).json()
    assert (step["next"], step["accepts"]) == ("code", ["totp"])


def post(server: MfaServer, path: str, **body: Any) -> httpx.Response:
    """One call of the API, without a network, at a site of this server; the server is then closed."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(server, https=False))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post(f"/api{path}", headers={"Authorization": "Bearer x"}, json=body)

    try:
        return asyncio.run(ask())
    finally:
        server.close()


def test_a_token_of_each_kind() -> None:
    """The letter says which call to try; the token of another step becomes an offer that nobody made."""
    text = f"k.{'A' * 43}"
    made = tokens.record(tokens.well_formed(text))
    assert isinstance(made, PasskeyCreation)
    assert tokens.written(made) == text
    assert tokens.creation(text).token.reveal() == "A" * 43
    for other in ("", f"e.{'A' * 43}", f"p.{'A' * 43}", f"s.{'A' * 43}"):
        assert tokens.creation(other).token.reveal() == ""
