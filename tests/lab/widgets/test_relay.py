"""Attack 15's relay between a form and the server: nothing looks otherwise, and the session is in other hands."""

from __future__ import annotations

from mfa_lab.attacks.helpers.stolen_session import Relay
from mfa_lab.lab.figures.attacks.relay import RELAYED, draw, relay_flow
from mfa_lab.lab.figures.one_login.login_flow import Event
from mfa_lab.lab.room import Room, demo_room
from mfa_lab.lab.widgets.forms import EnrolForm, LoginForm, OtpForm
from tests.lab.figures.figure_rules import keeps_all


def enrolled() -> Room:
    """A demo room whose account has its authenticator, a step after the enrolment."""
    room = demo_room()
    room.welcome()
    LoginForm(room).submit(**_credentials(room))
    form = EnrolForm(room)
    form.start()
    room.phone.add(room.enrolment.uri)
    form.submit(code=room.phone.code())
    room.clock.advance(30)
    return room


def _credentials(room: Room) -> dict[str, str]:
    return {name: room.demo_account[name] for name in ("name", "password")}


def log_in(room: Room) -> list[str]:
    """What the two forms answer."""
    first = LoginForm(room).submit(**_credentials(room))
    return [repr(first), repr(OtpForm(room).submit(code=room.phone.code()))]


def test_the_forms_look_the_same_and_the_relay_has_the_session() -> None:
    """Word for word what a login without the relay answers; and the loot opens her pages at the real server."""
    honest, watched = enrolled(), enrolled()
    relay = Relay(watched.server)
    watched.server = relay
    assert log_in(watched) == log_in(honest)
    assert relay.session is not None
    assert relay.server.check_session(relay.session).name == watched.demo_account["name"]
    assert relay.seen == ["name and password", "a pending login", "the code", "the session"]


def test_all_other_calls_pass_through() -> None:
    """Anyone who looks at notifications through the phishing page sees the server's."""
    room = enrolled()
    relay = Relay(room.server)
    room.server = relay
    log_in(room)
    assert room.server.notifications(room.session) == relay.server.notifications(room.session)
    assert room.server.policy is relay.server.policy


def test_in_the_figure_nothing_goes_from_alice_to_the_server() -> None:
    """Every arrow begins or ends at the phishing page, and what Alice sends is sent on."""
    arrows = [event for event in RELAYED if event.to]
    assert all("attacker" in (event.at, event.to) for event in arrows)
    for event in arrows:
        if event.at == "alice":
            assert Event("attacker", event.words, to="server") in arrows
    assert all(event.words in relay_flow().words for event in RELAYED)


def test_the_picture_keeps_the_rules_of_figures() -> None:
    """Named, by itself on the page, nothing over anything else, readable in both themes and from afar."""
    keeps_all(relay_flow(), draw(RELAYED))
