"""`MfaServer` as a whole: registration, and what stands around the steps."""

import traceback
import unicodedata

import pytest

from mfa_lab import MfaServer, Policy
from mfa_lab.errors import InvalidInput, NameTaken, PasswordRefused, Reason
from mfa_lab.server.records import Enrolment, PendingLogin, Session
from tests.server.kit import NAME, PASSWORD, START, WRONG, Deployment, reason, together


@pytest.mark.parametrize("name", [NAME, NAME.upper(), f" {NAME} ", "\uff41lice@example.org"])
def test_a_name_is_taken_once(name: str, deployment: Deployment) -> None:
    """In whatever spelling; the first account and its password stay as they are."""
    before = deployment.rows("SELECT * FROM accounts")
    with pytest.raises(NameTaken) as caught:
        deployment.server.register(name, WRONG)
    assert caught.value.__context__ is None
    assert deployment.rows("SELECT * FROM accounts") == before
    assert [line.event for line in deployment.server.audit_log()] == ["registered", "registration refused"]
    deployment.begin()


def test_two_operators_at_once_make_one_account(deployment: Deployment) -> None:
    """The database decides, not a look beforehand."""
    answers = together(*[lambda: deployment.server.register("bob@example.org", PASSWORD)] * 4)
    assert [type(answer) for answer in answers if answer is not None] == [NameTaken] * 3


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 255, ":b", "a\nb", "a\0b", "\ud800", "a\u202eb", "a\u00adb", "a\u2028b", "a\u2029b",
             "a\ue000b", "a\u0378b",
             "\U0001d160" * 254, "\u0327\u0301" * 500_000, None, b"bytes", 7],
    ids=lambda name: repr(name)[:16],
)  # fmt: skip
def test_names_that_cannot_be_are_refused(name: object, deployment: Deployment) -> None:
    """No text, empty, too long (also only after NFC), a colon in front (KEYURI), line separators, control, invisible,
    private or unassigned characters: `InvalidInput`, no account.
    """
    before = deployment.dump()
    with pytest.raises(InvalidInput, match=r"a name|begins with a colon"):
        deployment.server.register(name, PASSWORD)  # type: ignore[arg-type]
    assert deployment.dump() == before


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "x" * 254,
        "\U00020000" * 254,
        "e\u0301" * 254,
        "\u00c9lodie M\u00fcller",
        "\u592a\u90ce",
        "a/b?c=d&e%20#f",
        "https://idp.example/users/42",
        "'; DROP TABLE accounts; --",
    ],
)
def test_names_of_all_kinds_go_the_whole_way(name: str, deployment: Deployment) -> None:
    """Any script, a keyboard's punctuation, a URL: registered, enrolled by the real picture, named in the
    session.
    """
    deployment.server.register(name, PASSWORD)
    enrolment = deployment.server.start_enrolment(deployment.begin(name))
    deployment.phone.scan(enrolment.qr_png())
    deployment.server.confirm_enrolment(enrolment, deployment.phone.code())
    assert deployment.log_in(unicodedata.normalize("NFC", name)).name == unicodedata.normalize("NFC", name)


def test_a_name_may_be_typed_with_spaces_around_it(deployment: Deployment) -> None:
    """Up to four times the longest name, counted before Unicode's normal forms are made: they take long."""
    assert deployment.begin(f" {NAME}".ljust(4 * 254))
    assert reason(deployment.begin, NAME.ljust(4 * 254 + 1)) is Reason.UNKNOWN_NAME


def test_a_name_that_no_uri_carries_beside_the_issuer_is_refused() -> None:
    """At registration, not at the first enrolment; a shorter one is taken."""
    server = MfaServer(policy=Policy.CHEAPEST, issuer="x" * 1900)
    with pytest.raises(InvalidInput, match="shorten the account"):
        server.register("\u592a" * 254, PASSWORD)
    server.register("\u592a" * 5, PASSWORD)
    assert server.start_enrolment(server.begin_login("\u592a" * 5, PASSWORD)).uri


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("register", (":b", PASSWORD)), ("register", (NAME, PASSWORD)), ("finish_login", (None, "123 456")),
        ("confirm_enrolment", (None, "123 456")), ("recover", (None, "AAAA-BBBB-CCCC-DDDD")),
        ("resynchronise", (None, "111 222", "333 444")),
    ],
)  # fmt: skip
def test_a_call_that_is_refused_at_once_shows_nothing_typed(
    call: str, arguments: tuple[object, ...], deployment: Deployment
) -> None:
    """A traceback with every variable, from the server's own frame on."""
    with pytest.raises((InvalidInput, NameTaken)) as caught:
        getattr(deployment.server, call)(*arguments)
    below = caught.value.__traceback__.tb_next  # type: ignore[union-attr]
    shown = traceback.TracebackException(type(caught.value), caught.value, below, capture_locals=True)
    assert not [secret for secret in arguments[1:] if str(secret) in "".join(shown.format())]


def test_a_refused_password_leaves_no_account(deployment: Deployment) -> None:
    """Registration is whole or nothing."""
    before = deployment.dump()
    with pytest.raises(PasswordRefused):
        deployment.server.register("bob@example.org", "short")
    assert deployment.dump() == before


@pytest.mark.parametrize("issuer", ["a:b", "\n", "a\0b", "x" * 5000])
def test_an_issuer_no_phone_can_read_is_refused_at_the_start(issuer: str) -> None:
    """Not at somebody's first enrolment."""
    with pytest.raises(InvalidInput):
        MfaServer(issuer=issuer)


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("finish_login", Session), ("recover", Session), ("check_session", PendingLogin),
        ("notifications", PendingLogin),
        ("log_out", PendingLogin), ("issue_recovery_codes", PendingLogin), ("confirm_enrolment", PendingLogin),
        ("start_enrolment", Enrolment), ("change_password", PendingLogin), ("authenticators", PendingLogin),
        ("revoke", PendingLogin), ("resynchronise", Session),
    ],
)  # fmt: skip
def test_one_kind_of_token_is_never_taken_for_another(call: str, given: type, enrolled: Deployment) -> None:
    """A pending login is no session, a session no pending login: a programmer hears it at once."""
    session = enrolled.log_in()
    made = {Session: session, PendingLogin: enrolled.begin(), Enrolment: enrolled.server.start_enrolment(session)}
    how_many = {"finish_login": 1, "recover": 1, "confirm_enrolment": 1, "revoke": 1} | dict.fromkeys(
        ("change_password", "resynchronise"), 2
    )
    more = ["123456"] * how_many.get(call, 0)
    with pytest.raises(InvalidInput, match="pass the"):
        getattr(enrolled.server, call)(made[given], *more)


def test_the_clock_is_read_once_a_request(deployment: Deployment) -> None:
    """One time a request, so that no step of it can disagree with another."""

    class Counting:
        readings = 0

        def now(self) -> int:
            self.readings += 1
            return START

    clock = Counting()
    server = MfaServer(clock=clock, policy=Policy.CHEAPEST)
    for readings, call in enumerate((server.register, server.begin_login), 1):
        call(NAME, PASSWORD)
        assert clock.readings == readings


@pytest.mark.parametrize("now", [-1, 1.5, None, True, "now"])
def test_a_clock_out_of_order_is_named(now: object, deployment: Deployment) -> None:
    """A time that cannot be is `InvalidInput` about the clock; nothing is written."""

    class Broken:
        def now(self) -> object:
            return now

    server = MfaServer(deployment.url, clock=Broken(), policy=Policy.CHEAPEST, key=bytes(range(32)))  # type: ignore[arg-type]
    before = deployment.dump()
    with pytest.raises(InvalidInput):
        server.begin_login(NAME, PASSWORD)
    assert deployment.dump() == before


def test_a_server_hides_its_insides(deployment: Deployment) -> None:
    """`repr` shows issuer and kind of database, not the path or the key."""
    assert repr(deployment.server) == "<MfaServer 'mfa-lab' in a file>"
    assert repr(MfaServer()) == "<MfaServer 'mfa-lab' in memory>"
