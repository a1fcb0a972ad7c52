"""The four steps as forms: by hand and from Python, with nothing secret left behind."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache

import ipywidgets
import pytest

from mfa_lab import MfaServer, Policy
from mfa_lab.clock import SystemClock
from mfa_lab.errors import PUBLIC_MESSAGE, AccessDenied, InvalidInput
from mfa_lab.lab.room import Room, demo_room, live_room
from mfa_lab.lab.widgets import four_steps
from mfa_lab.lab.widgets.forms import EnrolForm, LoginForm, OtpForm, RecoveryForm, RegisterForm, SessionForm
from mfa_lab.lab.widgets.four_steps import STEPS, FourSteps
from mfa_lab.lab.widgets.phone_panel import PhonePanel

BOB = "bob@example.org"
ALICE = {"name": "alice@example.org", "password": "demo only: alice keeps bees"}


def press(form, **typed):
    """Fill in and press as a hand does: set the values, click the button, read the status."""
    for name, value in typed.items():
        form.inputs[name].value = value
    form.button.click()
    return form.status.value


def tree(widget):
    """A widget and all that it holds."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from tree(child)


def synced(widget):
    """All that the browser, and a saved notebook with widget state, would hold of `widget`."""
    return json.dumps([each.get_state() for each in tree(widget)], default=repr)


@pytest.fixture
def room():
    return demo_room()


@pytest.fixture
def enrolled(room):
    """A room in which Alice has an account and an authenticator, one time step later."""
    RegisterForm(room).submit(**ALICE)
    LoginForm(room).submit(**ALICE)
    enrol = EnrolForm(room)
    enrol.start()
    room.phone.scan(room.enrolment.qr_png())
    enrol.submit(code=room.phone.code())
    room.clock.advance(30)
    return room


def test_the_four_steps_from_python(enrolled):
    """Registered, enrolled by a scanned picture, logged in with password and code: a real session at the end."""
    assert LoginForm(enrolled).submit(**ALICE).granted
    answer = OtpForm(enrolled).submit(code=enrolled.phone.code())
    assert answer.granted
    assert enrolled.server.check_session(enrolled.session).name == ALICE["name"]


def test_by_hand_and_from_python_are_one(enrolled):
    """The same form answers a click and `submit` in the same words."""
    login = LoginForm(enrolled)
    by_hand = press(login, **ALICE)
    assert login.submit(**ALICE).html() in by_hand
    otp = OtpForm(enrolled)
    assert "Access granted" in press(otp, code=enrolled.phone.code())
    LoginForm(enrolled).submit(**ALICE)
    assert dict(otp.submit(code=enrolled.phone.code()).seen)["reason"] == "reused"


def test_the_users_face_is_the_same_for_every_refusal(enrolled):
    """Wrong password, unknown name, reused code: one sentence for the user, three in the instructor's view."""
    login, otp = LoginForm(enrolled), OtpForm(enrolled)
    answers = [
        login.submit(name=ALICE["name"], password="I do not remember"),
        login.submit(name="nobody@example.org", password="I do not remember"),
    ]
    login.submit(**ALICE)
    answers.append(otp.submit(code="000000"))
    assert {answer.told for answer in answers} == {PUBLIC_MESSAGE}
    assert [dict(answer.seen)["reason"] for answer in answers] == ["wrong password", "unknown name", "no match"]


@pytest.mark.parametrize(
    ("make", "typed", "told"),
    [
        (
            RegisterForm,
            {"name": "bob@example.org", "password": "bees"},
            "this password has 4 characters; use 8 or more",
        ),
        (
            RegisterForm,
            {"name": "", "password": "long enough for us"},
            "a name must be a text of 1 to 254 characters",
        ),
        (RegisterForm, ALICE, "this name is taken: choose another one, or log in"),
        (OtpForm, {"code": "123456"}, "log in with name and password first"),
        (EnrolForm, {"code": "123456"}, "show the QR code first, and scan it"),
        (SessionForm, {}, "log in first"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(enrolled, make, typed, told):
    """No traceback: what was wrong and what to do."""
    enrolled.move_on()
    answer = make(enrolled).submit(**typed)
    assert not answer.granted
    assert answer.told == told


def test_an_unknown_field_is_named_with_those_there_are(room):
    """A slip of the pen in a cell is told at once, before anything is typed."""
    with pytest.raises(InvalidInput, match="no field user; its fields are: name, password"):
        LoginForm(room).submit(user="alice@example.org", password="x")


@pytest.mark.parametrize("make", [RegisterForm, LoginForm, EnrolForm, OtpForm, RecoveryForm])
def test_fields_are_cleared_whatever_the_answer(room, make):
    """What was typed does not stay in the widget, and so not in the notebook."""
    form = make(room)
    form.submit(**dict.fromkeys(form.inputs, "a secret that was typed"))
    assert [field.value for field in form.inputs.values()] == [""] * len(form.inputs)
    assert "a secret that was typed" not in synced(form)


def test_the_demo_face_shows_the_demo_secret_and_a_live_one_never(room):
    """A reader on a code host sees the demo QR code; of a live enrolment the static face shows nothing."""
    for where, shown in ((room, True), (live_room(), False)):
        RegisterForm(where).submit(**ALICE)
        LoginForm(where).submit(**ALICE)
        form = EnrolForm(where)
        form.start()
        key = where.enrolment.setup_key
        assert (key in form.face_html(), key in form.face_text(), "<svg" in form.face_html()) == (shown,) * 3


def test_live_secrets_reach_the_page_as_messages_alone():
    """Secret, QR code, recovery codes and otpauth URI are sent, and stand in no synced trait of any widget."""
    steps, password = FourSteps(live_room()), "not one of the demo passwords"
    room, sent = steps.room, []
    steps.register.submit(name=BOB, password=password)
    steps.login.submit(name=BOB, password=password)
    for view in (steps.enrol.secret_view, steps.codes_view, steps.phone.widget):
        view.send = sent.append
    steps.enrol.start_button.click()
    secret, picture = room.enrolment.setup_key.replace(" ", ""), room.enrolment.qr_svg()
    steps.phone.widget.scan()
    before = synced(steps)
    steps.enrol.submit(code=room.phone.code())
    codes = sent[-1]["parts"][0]["items"]
    everything = json.dumps(sent)
    assert secret in everything
    assert json.dumps(picture)[1:-1] in everything
    assert len(codes) == 10
    for text in (before, synced(steps), repr(steps), steps.face_html(), steps.face_text()):
        for hidden in (secret, "otpauth", picture[200:260], *codes, password):
            assert hidden not in text


def test_a_view_opened_later_is_drawn_again(room):
    """A page that is reloaded asks, and the kernel sends what stands there now; cleared means cleared."""
    RegisterForm(room).submit(**ALICE)
    LoginForm(room).submit(**ALICE)
    form, sent = EnrolForm(room), []
    form.secret_view.send = sent.append
    form.start()
    form.secret_view._handle_custom_msg({"ready": True}, [])
    assert sent[0] == sent[1]
    form.secret_view.show()
    form.secret_view._handle_custom_msg({"ready": True}, [])
    assert sent[-1] == {"parts": []}


@pytest.mark.parametrize("make", [RegisterForm, LoginForm, EnrolForm, OtpForm, RecoveryForm, SessionForm, FourSteps])
def test_every_field_and_button_has_a_name(room, make):
    """A screen reader finds a label on every control."""
    controls = [each for each in tree(make(room)) if isinstance(each, (ipywidgets.Text, ipywidgets.Button))]
    assert controls
    assert all(each.description for each in controls)


def test_a_form_that_nobody_sees_costs_nothing():
    """FourSteps makes the widgets of the form at hand alone, and opens at most 45 models for all that is seen."""
    before = len(ipywidgets.widgets.widget._instances)
    steps = FourSteps(demo_room())
    assert len(ipywidgets.widgets.widget._instances) - before <= 45
    assert steps.otp.children == ()
    into(steps)
    assert steps.otp.children != ()


def shown(steps):
    """The form and the links that can be seen now."""
    form = steps.server_side.children[0]
    return [form.button_text, *(link.description for link in steps.links.children)]


def into(steps):
    """Go through the four steps with the demo account, as far as the code field."""
    steps.login.submit(**ALICE)
    steps.enrol.start()
    steps.phone.widget.scan()
    steps.enrol.submit(code=steps.room.phone.code())
    steps.room.clock.advance(30)
    steps.login.submit(**ALICE)


def test_four_steps_shows_what_is_next():
    """At each point one form can be used, with the ways that lead on from it; the steps behind are done."""
    steps = FourSteps(demo_room())
    assert shown(steps) == ["Log in", "Make my own account"]
    steps.to_register.click()
    assert shown(steps) == ["Register", "Log in instead"]
    steps.to_login.click()
    steps.login.submit(**ALICE)
    assert shown(steps) == ["Confirm", "Back to the password"]
    steps.enrol.start()
    steps.phone.widget.scan()
    steps.enrol.submit(code=steps.room.phone.code())
    assert shown(steps) == ["Log in", "Make my own account"]
    steps.room.clock.advance(30)
    steps.login.submit(**ALICE)
    assert shown(steps) == ["Verify", "Use a recovery code", "Back to the password"]
    assert steps.stepper.value.count("mfa-done") == 3
    steps.to_recovery.click()
    assert steps.stepper.value.count("mfa-done") == 3  # a recovery code takes the place of step 4
    assert '<li class="mfa-now" aria-current="step"><b>OTP validation' in steps.stepper.value
    steps.to_code.click()
    steps.otp.submit(code=steps.room.phone.code())
    assert shown(steps) == ["Log out"]
    assert steps.stepper.value.count("mfa-done") == 4


def test_one_button_fills_in_the_demo_account():
    """It types name and password into the page by messages; no field's synced trait holds the password."""
    steps, sent = FourSteps(demo_room()), []
    steps.stage.send = sent.append
    steps.login.fill_button.click()
    assert [message["fill"] for message in sent] == [
        {"form": "LoginForm", "field": field, "text": text} for field, text in ALICE.items()
    ]
    assert [field.value for field in steps.login.inputs.values()] == ["", ""]
    assert "Fill in the demo account" not in synced(LoginForm(demo_room()))


def test_a_cell_that_is_run_again_goes_on_where_the_login_was(monkeypatch):
    """The kernel has one live room: the same QR code for a phone that has just scanned it, and the same recovery
    codes, both as messages. A form with a room of its own is not touched.
    """
    monkeypatch.setattr(four_steps, "kernel_room", cache(demo_room))
    first, apart = FourSteps(), FourSteps(demo_room())
    first.login.submit(**ALICE)
    first.enrol.start()
    second = FourSteps()
    assert shown(second)[0] == "Confirm"
    assert messages_of(second.enrol.secret_view) == messages_of(first.enrol.secret_view) != []
    first.phone.widget.scan()  # the phone in the page belongs to the room, too
    assert second.enrol.submit(code=second.room.phone.code()).granted
    third = FourSteps()
    assert shown(third)[0] == "Log in"
    assert len(messages_of(third.codes_view)[0]["items"]) == 10
    assert messages_of(third.codes_view) == messages_of(second.codes_view)
    assert messages_of(third.enrol.secret_view) == []
    assert apart.room.phone.accounts == ()


def messages_of(view):
    """What `view` draws in a page that is opened now."""
    sent, send = [], view.send
    view.send = sent.append
    view._handle_custom_msg({"ready": True}, [])
    view.send = send
    return sent[-1]["parts"]


def test_the_qr_code_is_the_same_until_its_enrolment_is_over():
    """Asked for again, it is shown again: the phone that scanned it stays right.

    After five wrong codes it is void, and the next one has another secret.
    """
    room = live_room()
    RegisterForm(room).submit(**ALICE)
    LoginForm(room).submit(**ALICE)
    form = EnrolForm(room)
    form.start()
    offered = room.enrolment
    form.start()
    assert room.enrolment is offered
    for _ in range(6):
        form.submit(code="1234567")
    assert room.enrolment is None
    assert messages_of(form.secret_view) == []
    assert form.start().granted
    assert room.enrolment.setup_key != offered.setup_key


def test_a_page_that_opens_is_saved_and_told_how_long_to_wait():
    """The form asks the page to save the notebook, so that a reload finds the form; the countdown goes on."""
    steps, sent = FourSteps(Room(SystemClock(), demo=True)), []
    steps.stage.send = sent.append
    steps.stage._handle_custom_msg({"ready": True}, [])
    assert sent == [{"save": True}, {"quiet": True}]
    steps.room.session = object()
    steps.stage._handle_custom_msg({"ready": True}, [])
    assert 0 < sent[-1]["wait"] <= 30


def test_the_static_face_numbers_each_step_once():
    """A code host drops the style, and its list numbers the steps: the text has no numbers of its own."""
    face = FourSteps(demo_room()).face_html()
    assert re.findall(r"<li[^>]*><b>([^<]*)</b>", face) == [name for name, _ in STEPS]
    assert face.count("<ol") == 1


def test_the_demo_accounts_name_and_password_stay_in_the_form():
    """Whatever was answered, anyone who has to log in reads with what: in the form itself, and in no other one."""
    steps = FourSteps(demo_room())
    steps.login.submit(**ALICE)
    steps.to_password.click()
    assert not steps.login.submit(name=ALICE["name"], password="I do not remember").granted
    assert shown(steps)[0] == "Log in"
    (heading,) = [child.value for child in steps.server_side.children[0].children if hasattr(child, "value")][:1]
    assert all(words in heading for words in ALICE.values())
    assert ALICE["password"] not in synced(LoginForm(demo_room()))


def test_own_account_after_registering_leads_to_login():
    """Anyone who made an account of their own is brought back to the login."""
    steps = FourSteps(demo_room())
    steps.to_register.click()
    assert steps.register.submit(name=BOB, password="long enough for us").granted
    assert shown(steps) == ["Log in", "Make my own account"]
    assert steps.login.submit(name=BOB, password="long enough for us").granted


def test_a_lost_phone_and_a_recovery_code():
    """The recovery code grants no session, leads to a new enrolment, and is replaced by one new code."""
    steps, sent = FourSteps(demo_room()), []
    steps.codes_view.send = sent.append
    into(steps)
    codes = next(message["parts"][0]["items"] for message in sent if message["parts"])
    steps.to_recovery.click()
    assert shown(steps) == ["Use the recovery code", "Use a code instead", "Back to the password"]
    assert not steps.recovery.submit(recovery_code="AAAA-AAAA-AAAA-AAAA").granted
    assert steps.recovery.submit(recovery_code=codes[0].lower()).granted
    assert steps.room.session is None
    assert shown(steps) == ["Confirm", "Back to the password"]
    assert len(sent[-1]["parts"][0]["items"]) == 1
    steps.enrol.start()
    steps.phone.widget.scan()
    assert steps.enrol.submit(code=steps.room.phone.code()).granted
    steps.room.clock.advance(30)
    steps.login.submit(**ALICE)
    assert steps.otp.submit(code=steps.room.phone.code()).granted
    steps.session.notifications_button.click()
    assert "a recovery code was used at" in steps.status.value


def test_a_recovery_without_a_new_code():
    """Where the policy has no recovery codes none is given for a used reset code: the form shows none and says so."""
    steps, sent = FourSteps(demo_room()), []
    steps.codes_view.send = sent.append
    steps.room.server = MfaServer(clock=steps.room.clock, policy=replace(Policy.LESSON, recovery_codes=0))
    steps.room.enrol()
    (code,) = steps.room.server.issue_reset_code(ALICE["name"])
    steps.login.submit(**ALICE)
    answer = steps.recovery.submit(recovery_code=code)
    assert answer.granted
    assert dict(answer.seen)["void"] == "the used code; no code was issued for it, and the other codes stay valid"
    assert all(message["parts"] == [] for message in sent)


def test_starting_again_gets_out_of_any_corner():
    """Throttled or disabled: the button gives a fresh server, an empty phone, and the demo account."""
    steps = FourSteps(demo_room())
    into(steps)
    for _ in range(4):
        steps.otp.submit(code="000000")
    assert "throttled" in steps.status.value
    steps.again.click()
    assert ALICE["password"] in steps.login.children[0].value
    assert steps.room.phone.accounts == ()
    into(steps)
    assert steps.otp.submit(code=steps.room.phone.code()).granted


def test_a_session_is_good_for_codes_and_for_logging_out():
    """New recovery codes come as a message; after logging out the session opens nothing."""
    steps, sent = FourSteps(demo_room()), []
    steps.codes_view.send = sent.append
    into(steps)
    steps.otp.submit(code=steps.room.phone.code())
    assert sent[-1] == {"parts": []}
    steps.session.codes_button.click()
    assert len(sent[-1]["parts"][0]["items"]) == 10
    session = steps.room.session
    steps.session.button.click()
    assert shown(steps) == ["Log in", "Make my own account"]
    with pytest.raises(AccessDenied):
        steps.room.server.check_session(session)


def test_what_really_happened_is_shown_to_a_learner_and_hidden_on_a_projector():
    """The switch is on from the start. Large type turns it off, so that a room can guess; it can be turned on."""
    steps = FourSteps(demo_room())

    def classes():
        return {"mfa-instructor", "mfa-big"} & set(steps._dom_classes)

    assert classes() == {"mfa-instructor"}
    steps.big.value = True
    assert classes() == {"mfa-big"}
    steps.show_reason.value = True
    assert classes() == {"mfa-instructor", "mfa-big"}
    steps.big.value = False
    assert classes() == {"mfa-instructor"}


def test_what_was_typed_comes_with_the_pressing_of_the_button():
    """In a browser one message names the form and what was typed; no field has held it, before or after."""
    steps, held = FourSteps(demo_room()), []
    for field in steps.login.inputs.values():
        field.observe(lambda change: held.append(change["new"]), "value")
    steps.stage._handle_custom_msg({"submit": "LoginForm", "typed": ALICE}, [])
    assert "The password is correct" in steps.status.value
    assert held == []


def test_a_second_press_for_a_form_that_is_gone_does_nothing():
    """Two quick clicks on Log in, Confirm and Verify: the second one meets the next form, and is no refusal."""
    steps = FourSteps(demo_room())

    def twice(form, **typed):
        sent = []
        steps.stage.send = sent.append
        for _ in range(2):
            steps.stage._heard(None, {"submit": type(form).__name__, "typed": typed}, None)
            form.button.click()
        assert [message for message in sent if "answered" in message] == [{"answered": True}] * 2
        return steps.status.value

    assert "mfa-granted" in twice(steps.login, **ALICE)
    steps.enrol.start()
    steps.room.phone.scan(steps.room.enrolment.qr_png())
    assert "mfa-granted" in twice(steps.enrol, code=steps.room.phone.code())
    assert len(steps.room.issued.codes) == 10
    steps.room.clock.advance(30)
    steps.login.submit(**ALICE)
    assert "mfa-granted" in twice(steps.otp, code=steps.room.phone.code())
    assert steps.room.session is not None


def test_a_press_while_the_first_is_at_work_does_nothing(room):
    """A front end that handles presses in two threads: the second one neither counts nor shows anything."""
    form, inner = LoginForm(room), []

    def act(typed):
        if not inner:
            inner.append(form.submit(name="second", password="demo: second"))
        return LoginForm.act(form, typed)

    form.act = act
    assert form.submit(**ALICE | {"password": "demo: wrong"}).granted is False
    assert [answer.told for answer in inner] == ["The first press is still being handled."]
    assert "still being handled" not in form.status.value
    assert form.submit(name="x", password="demo: x").told == PUBLIC_MESSAGE


def test_a_session_asks_for_codes_until_they_are_kept():
    """The question is there at each login until the owner answers it, and again after a new set."""
    steps = FourSteps(demo_room())
    into(steps)
    steps.otp.submit(code=steps.room.phone.code())
    session = steps.session
    assert "Have you saved" in session.question.value
    session.kept_button.click()
    assert (session.question.value, session.kept_buttons.children) == ("", ())
    session.codes_button.click()
    assert "Have you saved" in session.question.value
    session.kept_button.click()
    session.button.click()
    steps.room.clock.advance(30)
    steps.login.submit(**ALICE)
    steps.otp.submit(code=steps.room.phone.code())
    assert session.question.value == ""


@pytest.mark.parametrize(
    "message", [{}, {"submit": "NoForm", "typed": {}}, {"submit": "OtpForm", "typed": {"colour": "blue"}}]
)
def test_a_strange_message_from_the_page_changes_nothing(message):
    """A form or a field that does not exist is passed over: a page may send anything."""
    steps = FourSteps(demo_room())
    steps.stage._handle_custom_msg(message, [])
    assert shown(steps) == ["Log in", "Make my own account"]


def test_the_phone_types_its_code_into_the_form_at_hand():
    """While an enrolment waits, into its field; at login, into the code field; else the phone says there is none.

    The code goes to the page as a message: no field's synced trait holds it.
    """
    steps, sent, said = FourSteps(demo_room()), [], []
    steps.stage.send, steps.phone.widget.send = sent.append, said.append

    def paste():
        steps.phone.widget._handle_custom_msg({"paste": "123456"}, [])
        return sent[-1].get("fill", {}).get("form") if sent else None

    assert paste() is None
    assert said[-1] == {"said": "No form needs a code at this moment."}
    steps.login.submit(**ALICE)
    steps.enrol.start()
    assert paste() == "EnrolForm"
    assert said[-1] == {"said": ""}
    steps.phone.widget.scan()
    steps.enrol.submit(code=steps.room.phone.code())
    steps.login.submit(**ALICE)
    assert paste() == "OtpForm"
    assert "123456" not in synced(steps)


def test_the_way_back_to_the_password():
    """From an enrolment, a code or a recovery that leads nowhere, one button goes back to step 1."""
    steps = FourSteps(demo_room())
    steps.login.submit(**ALICE)
    assert "Back to the password" in shown(steps)
    steps.to_password.click()
    assert shown(steps) == ["Log in", "Make my own account"]
    into(steps)
    for _ in range(2):
        steps.room.clock.advance(301)
        assert dict(steps.otp.submit(code=steps.room.phone.code()).seen)["reason"] == "expired pending"
    steps.to_password.click()
    steps.login.submit(**ALICE)
    assert steps.otp.submit(code=steps.room.phone.code()).granted


def test_an_account_can_be_forgotten_by_the_phone():
    """The entry and its secret are gone from the phone; an unknown label changes nothing."""
    steps = FourSteps(demo_room())
    into(steps)
    label = steps.room.phone.accounts[0]
    steps.phone.widget._handle_custom_msg({"forget": "another"}, [])
    assert steps.room.phone.accounts == (label,)
    steps.phone.widget._handle_custom_msg({"forget": label}, [])
    assert steps.room.phone.accounts == ()


def test_scanning_without_a_qr_code_is_a_sentence(room):
    """The phone says what to do, on its own screen."""
    panel, sent = PhonePanel(room, paste=lambda _code: ""), []
    panel.widget.send = sent.append
    panel.widget._handle_custom_msg({"scan": True}, [])
    assert sent == [{"said": "there is no QR code to scan: make the server show one"}]


def test_the_demo_room_is_the_same_each_time():
    """Same secret, same clock, same recovery codes: outputs can be compared on any day."""
    seen = []
    for _ in range(2):
        room = demo_room()
        RegisterForm(room).submit(**ALICE)
        LoginForm(room).submit(**ALICE)
        EnrolForm(room).start()
        room.phone.add(room.enrolment.uri)
        codes = room.server.confirm_enrolment(room.enrolment, room.phone.code())
        seen.append((room.enrolment.uri, room.phone.code(), tuple(codes), room.clock.now()))
    assert seen[0] == seen[1]
