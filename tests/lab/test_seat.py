"""A seat's account reaches the live forms of its folder, and nothing else."""

from __future__ import annotations

import json
import os

import pytest

from mfa_lab.clock import ManualClock
from mfa_lab.errors import InvalidInput
from mfa_lab.lab import working_copy
from mfa_lab.lab.room import Room, demo_room, live_room
from mfa_lab.lab.seat import FILE, SeatServer, as_text, read, seeded
from mfa_lab.lab.widgets.four_steps import FourSteps
from mfa_lab.phone.authenticator import Phone
from mfa_lab.policy import Policy
from mfa_lab.provisioning import OtpAccount
from tests.secret_scan import findings, leaks

SEAT = seeded("a test", 7)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def server(clock):
    """A seat's server with the seat's account and somebody else's."""
    made = SeatServer(SEAT, clock=clock, policy=Policy.CHEAPEST)
    for name in (SEAT.name, "dora@example.org"):
        made.register(name, SEAT.password)
    yield made
    made.close()


def enrolled(server, clock, name: str = SEAT.name) -> tuple[Phone, tuple[str, ...]]:
    """A phone after a first enrolment, and the recovery codes; the clock stands in the next step."""
    offer = server.start_enrolment(server.begin_login(name, SEAT.password))
    phone = Phone(clock)
    phone.scan(offer.qr_png())
    codes = server.confirm_enrolment(offer, phone.code())
    clock.advance(30)
    return phone, tuple(codes)


def secret(account: OtpAccount) -> str:
    return account.secret.reveal()


def test_the_same_seed_and_number_give_the_same_seat():
    """And any other seed or number another account; a name tells the number."""
    assert seeded("a test", 7) == SEAT
    others = {seeded(seed, number).secret for seed in ("a test", "b") for number in range(1, 101)}
    assert len(others) == 200
    assert (seeded("a test", 7).seat, seeded("a test", 123).seat) == ("seat-07", "seat-123")


def test_a_seat_is_visibly_fake(tmp_path):
    """The password says so, the secret spells it, and the scan for secrets finds nothing in what is written."""
    assert SEAT.password.startswith("demo only: ")
    assert SEAT.secret.startswith("DEMO")
    path = tmp_path / FILE
    path.write_text(as_text(SEAT))
    assert leaks(path) == [] == findings(f"{SEAT.setup_key}\n{SEAT.otp.uri()}")


def test_a_phone_that_scanned_the_card_fits_every_server_of_the_seat(server, clock):
    """Made again by a restart or not: the first authenticator of the seat's account has the card's secret."""
    card = Phone(clock)
    card.add(SEAT.otp.uri())
    for _ in range(2):
        offer = server.start_enrolment(server.begin_login(f" {SEAT.name.upper()}", SEAT.password))
        assert (offer.account.label, secret(offer.account)) == (SEAT.otp.label, SEAT.secret)
    server.confirm_enrolment(offer, card.code())
    clock.advance(30)
    assert server.finish_login(server.begin_login(SEAT.name, SEAT.password), card.code()).name == SEAT.name


def test_every_other_secret_is_random(server, clock):
    """Somebody else's, a replaced one, one after a recovery: a lost card opens none of them."""
    other = server.start_enrolment(server.begin_login("dora@example.org", SEAT.password))
    phone, codes = enrolled(server, clock)
    session = server.finish_login(server.begin_login(SEAT.name, SEAT.password), phone.code())
    replaced = server.start_enrolment(session)
    recovery = server.recover(server.begin_login(SEAT.name, SEAT.password), codes[0])
    after = server.start_enrolment(recovery.pending)
    secrets = [secret(offer.account) for offer in (other, replaced, after)]
    assert len({*secrets, SEAT.secret}) == 4
    assert len(set(codes)) == len(codes) == 10
    assert all(code.replace("-", "") not in SEAT.secret for code in codes)


def test_the_live_room_of_a_seat_is_the_seats(tmp_path, monkeypatch):
    """The form invites with the card's name and password, also after starting again.

    Alice, of whom the notebooks speak, can log in as well, with a new secret; the demo room stays hers.
    """
    monkeypatch.chdir(tmp_path)
    assert live_room().demo_account["name"] == "alice@example.org"
    (tmp_path / FILE).write_text(as_text(SEAT))
    room = live_room()
    assert (room.demo_account, room.demo) == (SEAT.account, False)
    for _ in range(2):
        face = FourSteps(room).face_html()
        assert SEAT.name in face
        assert SEAT.password in face
        pending = room.server.begin_login(SEAT.name, SEAT.password)
        assert secret(room.server.start_enrolment(pending).account) == SEAT.secret
        alice = room.server.begin_login("alice@example.org", "demo only: alice keeps bees")
        assert not secret(room.server.start_enrolment(alice).account).startswith("DEMO")
        room.start_again()
    assert demo_room().demo_account["name"] == "alice@example.org"


def test_a_room_without_a_seat_hands_out_random_secrets(tmp_path, monkeypatch):
    """As before: two live rooms never share a secret."""
    monkeypatch.chdir(tmp_path)
    secrets = set()
    for room in (live_room(), Room(ManualClock())):
        room.welcome()
        account = room.demo_account
        offer = room.server.start_enrolment(room.server.begin_login(account["name"], account["password"]))
        secrets.add(secret(offer.account))
    assert len(secrets) == 2
    assert not any(one.startswith("DEMO") for one in secrets)


GOOD = json.loads(as_text(SEAT))
BROKEN = {
    "empty": "",
    "no JSON": "{",
    "a list": "[]",
    "too deep": "[" * 9_000,
    "a part is missing": json.dumps({key: value for key, value in GOOD.items() if key != "password"}),
    "a number": json.dumps({**GOOD, "name": 7}),
    "a real secret": json.dumps({**GOOD, "secret": "A" * 16 + "B" * 16}),
    "no Base32": json.dumps({**GOOD, "secret": "DEMO1"}),
    "no name": json.dumps({**GOOD, "name": ""}),
    "huge": as_text(SEAT) + " " * 20_000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_seat_is_refused_in_one_sentence(content, tmp_path):
    """It says where and what to do, and quotes nothing of it."""
    (tmp_path / FILE).write_text(content)
    with pytest.raises(InvalidInput, match=r"seat\.json is not a workshop seat: ask your trainer") as refusal:
        read(tmp_path)
    assert "AAAA" not in str(refusal.value)


def test_a_link_or_a_pipe_is_no_seat(tmp_path):
    """Neither is followed or waited for; and no file at all is no seat and no fault."""
    assert read(tmp_path) is None
    (tmp_path / "elsewhere").write_text(as_text(SEAT))
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InvalidInput):
        read(tmp_path)
    (tmp_path / FILE).unlink()
    os.mkfifo(tmp_path / FILE)
    with pytest.raises(InvalidInput):
        read(tmp_path)


def test_a_working_copy_without_a_seat_knows_none(tmp_path):
    """The kit delivers no seat."""
    from mfa_lab.resources import notebooks_dir

    working_copy.deliver(notebooks_dir(), tmp_path / "work")
    assert read(tmp_path / "work") is None
