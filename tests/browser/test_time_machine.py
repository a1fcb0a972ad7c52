"""The time machine and the measuring of a phone in the real JupyterLab: by mouse and by keyboard, light and dark."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from mfa_lab.lab.figures.time.strip import strip
from mfa_lab.lab.room import DEMO_NOW, demo_room
from mfa_lab.lab.widgets.time_machine import REACH_STEPS
from mfa_lab.otp import code_at, diagnose
from mfa_lab.style import grouped
from tests.browser.axe import contrasts, violations
from tests.notebooks.kit import write

pytestmark = pytest.mark.full

SECRET = demo_room().demo_account["secret"]
ROOT = ".mfa-machine"
START = DEMO_NOW + 30  # one step after the enrolment
KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
MACHINE = """
from mfa_lab.lab.widgets.forms import LoginForm, OtpForm
from mfa_lab.lab.widgets.phone_panel import PhonePanel
from mfa_lab.lab.widgets.time_machine import TimeMachine

machine = TimeMachine()
room = machine.room
login, otp, panel = LoginForm(room), OtpForm(room), PhonePanel(room, lambda code: "")
machine
"""
LIVE = """
from mfa_lab.lab.room import live_room
from mfa_lab.lab.widgets.time_machine import TimeMachine

room = live_room()
room.enrol()
machine = TimeMachine(room)
machine
"""
MEASURE = """
from mfa_lab.clock import RunningClock
from mfa_lab.lab.room import room_with_unknown_clock
from mfa_lab.lab.widgets.measure_phone import MeasurePhone

room = room_with_unknown_clock(RunningClock())
form = MeasurePhone(room)
form
"""


class Form:
    """A form on the page, what a person does with it, and what the kernel says."""

    def __init__(self, page, selector):
        self.lab, self.page = page, page.page
        self.root = page.outputs.locator(selector).last
        self.root.wait_for()

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def kernel(self, expression):
        """The value of `expression` in the notebook's kernel, as text."""
        return self.page.evaluate(
            f"""async (code) => {{
                let told = "";
                const future = {KERNEL}.requestExecute({{ code: `print(${{code}})` }});
                future.onIOPub = (message) => {{ told += message.content.text ?? message.content.evalue ?? ""; }};
                await future.done;
                return told.trim();
            }}""",
            expression,
        )

    def comes_to(self, expression, value):
        """The kernel takes the page's messages and a cell's code in two threads: it comes to this before long."""
        for _ in range(50):
            if (told := self.kernel(expression)) == str(value):
                return
            self.page.wait_for_timeout(50)
        assert told == str(value)

    def run(self, code):
        self.page.evaluate(f"code => {KERNEL}.requestExecute({{ code }}).done", code)

    def listen(self):
        """From now on, `heard()` counts what passes between page and kernel, by kind."""
        self.page.evaluate(
            f"""() => {{
                window.heard ??= {KERNEL}.anyMessage.connect((_, {{ msg, direction }}) => {{
                    if (msg.header.msg_type !== "comm_msg") return;
                    heardOf.push([direction, msg.content.data.content ?? {{}}]);
                }}) || true;
                window.heardOf = [];
            }}"""
        )

    def sent(self):
        return [content for direction, content in self.page.evaluate("() => heardOf") if direction == "send"]


class Machine(Form):
    """The time machine."""

    def __init__(self, page):
        super().__init__(page, ROOT)
        expect(self.root.locator("[data-server]")).to_have_text(re.compile(r"\d\d:"))

    def slider(self, name):
        return self.root.get_by_role("slider", name=name)

    @property
    def ahead(self):
        return self.root.get_by_label("Seconds ahead, as a number")

    def type(self, label, number):
        """Type a number into a field, and press Enter."""
        field = self.root.get_by_label(label)
        field.press("Control+a")
        field.press_sequentially(str(number))
        field.press("Enter")

    def shown(self):
        """What the strip shows: the server's second, the phone's, and (offset, begins, code, in window) by cell."""
        return self.page.evaluate(
            """(root) => {
                const text = (selector) => root.querySelector(selector).textContent;
                return {
                    day: text("[data-step]").slice(0, 10),
                    server: text("[data-server]"),
                    phone: text("[data-phone]"),
                    ahead: Number(root.querySelector("input[type=number]").value),
                    verdict: text(".mfa-verdict"),
                    cells: [...root.querySelectorAll(".mfa-cell")].map((cell) => [
                        cell.querySelector(".mfa-offset").textContent, cell.querySelector("time").textContent,
                        cell.querySelector("b").textContent, cell.classList.contains("mfa-inside"),
                    ]),
                    marked: [...root.querySelectorAll(".mfa-shown, .mfa-refused")].map((cell) =>
                        [...cell.parentElement.children].indexOf(cell)),
                };
            }""",
            self.root.element_handle(),
        )

    def shows(self, now, ahead):
        """The strip is the one that the kernel's figure makes of this moment."""
        expect(self.root.locator("[data-server]")).to_have_text(time_of_day(now))
        expect(self.ahead).to_have_value(str(ahead))
        data = strip(SECRET, now, phone_now=now + ahead, reach_steps=REACH_STEPS)
        offsets = [cell.offset for cell in data.cells]
        shown = self.shown()
        assert shown["day"] == datetime.fromtimestamp(now, UTC).date().isoformat()
        assert shown["phone"] == time_of_day(now + ahead)
        assert shown["cells"] == [
            [f"step {offset(cell.offset)}", time_of_day(cell.begins_at), grouped(cell.code), cell.in_window]
            for cell in data.cells
        ]
        assert shown["marked"] == [offsets.index((now + ahead) // 30 - now // 30)]


def time_of_day(now):
    return datetime.fromtimestamp(now, UTC).strftime("%H:%M:%S")


def seconds_of(shown):
    hours, minutes, seconds = map(int, shown.split(":"))
    return hours * 3600 + minutes * 60 + seconds


def offset(steps):
    return f"{steps:+d}".replace("-", "−") if steps else "0"


@pytest.fixture
def machine(open_notebook, work):
    write(work / "machine.ipynb", MACHINE)
    page = open_notebook("machine.ipynb")
    page.run_all()
    return Machine(page)


def test_the_strip_is_the_kernel_s_figure(machine):
    """At several moments, skews and drifts, whichever way they were reached: the same steps, codes, window, phone."""
    machine.shows(START, 0)
    now = START
    for name, seconds in (("+1 s", 1), ("+30 s", 30), ("−1 s", -1), ("+1 day", 86_400)):
        machine.button(name).click()
        now += seconds
        machine.shows(now, 0)
    machine.button("To the next step").click()
    now = (now // 30 + 1) * 30
    machine.shows(now, 0)
    for ahead in (-48, 49, -120, 120, 1):
        machine.type("Seconds ahead, as a number", ahead)
        machine.shows(now, ahead)
        machine.comes_to("room.clock.now(), machine.ahead_seconds", f"{now} {ahead}")
    machine.type("Parts per million, as a number", 20)
    machine.button("+30 days").click()
    machine.shows(now + 30 * 86_400, 52)
    machine.button("Set the phone correctly").click()
    machine.shows(now + 30 * 86_400, 0)
    machine.comes_to("machine.ahead_seconds, machine.phone_clock.rate_ppm", "0 20")
    machine.run("machine.settle(server=1_800_000_029, ahead=-30, ppm=0)")
    machine.shows(1_800_000_029, -30)


def test_the_verdict_is_the_kernel_s(machine):
    """Inside or outside, and by how many seconds: what `otp.diagnose` says of the phone's code."""
    for ahead in (-90, -59, -41, -40, 49, 50, 120):
        machine.run(f"machine.settle(ahead={ahead})")
        expect(machine.ahead).to_have_value(str(ahead))
        outside = diagnose(SECRET, code_at(SECRET, START + ahead), START).seconds_outside
        unit, side = "second" if abs(outside) == 1 else "seconds", "late" if outside < 0 else "early"
        told = f"✕ The phone's code is outside the window: {abs(outside)} {unit} too {side}."
        if not outside:
            told = f"✓ The phone's code is inside the window: step {offset((START + ahead) // 30 - START // 30)}."
        expect(machine.root.locator(".mfa-verdict")).to_have_text(told)


def test_a_drag_paints_at_once_and_settles_in_one_message(machine):
    """While the mouse is down the strip follows and the kernel hears nothing; on release it hears one message."""
    slider = machine.slider("Ahead of the server's clock")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    mouse, middle = machine.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] / 2, middle)
    mouse.down()
    machine.listen()
    seen = set()
    for share in (0.45, 0.4, 0.35, 0.3, 0.25):
        mouse.move(box["x"] + box["width"] * share, middle)
        machine.page.evaluate("() => new Promise(requestAnimationFrame)")
        seen.add(machine.shown()["phone"])
    assert len(seen) == 5
    assert machine.sent() == []
    mouse.up()
    ahead = machine.shown()["ahead"]
    assert -70 < ahead < -50
    machine.shows(START, ahead)
    assert [sorted(content["settle"]) for content in machine.sent()] == [["ahead", "ppm"]]
    machine.comes_to("machine.ahead_seconds", ahead)


def test_play_ticks_without_the_kernel_and_pause_tells_it_the_moment(machine):
    """Seconds pass on the page, no message passes; the status stays silent; then the kernel has the shown moment."""
    said = machine.root.get_by_role("status")
    machine.button("+1 s").click()
    before = said.text_content()
    machine.button("Play").click()
    expect(machine.button("Pause")).to_be_visible()
    expect(machine.root.locator("[data-server]")).not_to_have_text(time_of_day(START + 1))
    machine.listen()
    shown = [machine.shown()["server"]]
    for _ in range(3):
        expect(machine.root.locator("[data-server]")).not_to_have_text(shown[-1], timeout=10_000)
        shown.append(machine.shown()["server"])
    assert shown == sorted(set(shown))
    assert machine.page.evaluate("() => heardOf") == []
    assert said.text_content() == before
    machine.button("Pause").click()
    expect(machine.button("Play")).to_be_visible()
    shown = machine.shown()["server"]
    machine.comes_to("room.clock.now()", START + seconds_of(shown) - seconds_of(time_of_day(START)))
    assert machine.sent()[0]["settle"]["speed"] == 0
    machine.page.wait_for_timeout(1500)
    assert machine.shown()["server"] == shown


def test_a_login_pressed_while_it_plays_is_of_the_time_shown(machine):
    """At thirty times the pace the code that is read off the page gets in: the kernel's clock has run along."""
    machine.run("machine.settle(ahead=-20)")
    machine.root.get_by_label("Speed").select_option("30")
    machine.button("Play").click()
    expect(machine.root.locator("[data-server]")).to_have_text(re.compile("08:0[3-9]"), timeout=20_000)
    kernel = (
        int(machine.kernel("login.submit(**room.demo_account) and '' or room.clock.now()") or 0) if False else None
    )
    assert kernel is None
    shown = machine.root.locator("[data-ahead]").text_content()
    code = re.search(r"shows (\d{3} \d{3})", shown)[1]
    account = "name=room.demo_account['name'], password=room.demo_account['password']"
    machine.run(f"login.submit({account})\nanswer = otp.submit(code='{code}')")
    assert machine.kernel("answer.granted") == "True"


def test_the_other_phones_in_the_page_follow(open_notebook, work):
    """The phone of another form shows the dragged time and code at once, and by no message of its own."""
    write(work / "two.ipynb", MACHINE, "panel")
    page = open_notebook("two.ipynb")
    page.run_all()
    machine = Machine(page)
    phone = machine.lab.outputs.locator(".mfa-phone-face").last
    expect(phone.locator(".mfa-time")).to_have_text(f"The phone · {time_of_day(START)} UTC")
    machine.listen()
    slider = machine.slider("Ahead of the server's clock")
    slider.evaluate("at => { at.value = 30; at.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(phone.locator(".mfa-time")).to_have_text(f"The phone · {time_of_day(START + 30)} UTC")
    expect(phone.locator(".mfa-skew")).to_have_text("+30 s")
    expect(phone.locator("[data-code]")).to_have_text(
        grouped(next(c.code for c in strip(SECRET, START).cells if c.offset == 1))
    )
    assert machine.sent() == []


def test_a_clock_set_back_is_told_and_fixed(machine):
    """After a login, an hour back: the sentence, and both ways out; the server decides again."""
    account = "name=room.demo_account['name'], password=room.demo_account['password']"
    machine.run(f"login.submit({account})")
    notification = machine.root.locator(".mfa-back")
    expect(notification).to_be_hidden()
    machine.button("−1 h").click()
    expect(notification).to_contain_text("3600 s behind")
    expect(machine.root.get_by_role("status")).to_contain_text("ClockSetBack")
    assert machine.kernel(f"login.submit({account}).granted") == "False"
    machine.button("Set it correctly").click()
    expect(notification).to_be_hidden()
    machine.shows(START, 0)
    machine.button("−1 h").click()
    machine.button("It is correct now: trust it").click()
    expect(notification).to_be_hidden()
    machine.shows(START - 3600, 0)
    assert machine.kernel(f"login.submit({account}).granted") == "True"


def test_the_time_machine_by_keyboard_alone(machine):
    """Tab reaches every control, in order and visibly; arrows, Space and Enter do it all, and move no cell."""
    page, cell = machine.page, "() => jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = page.evaluate(cell)
    machine.button("Play").focus()
    names = []
    for _ in range(14):
        names.append(
            page.evaluate(
                """() => { const at = document.activeElement;
                    return at.ariaLabel || at.labels?.[0]?.textContent.trim().split("\\n")[0] || at.textContent; }"""
            )
        )
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outline")
        assert "none" not in outline, f"{names[-1]}: no visible focus ({outline})"
        page.keyboard.press("Tab")
    wanted = ["Play", "Speed", "−1 h", "−1 s", "+1 s", "+30 s", "+1 day", "+30 days", "To the next step"]
    wanted += [
        "Ahead of the server's clock",
        "Seconds ahead, as a number",
        "Too fast by",
        "Parts per million, as a number",
    ]
    wanted += ["Set the phone correctly"]
    assert [name for name, want in zip(names, wanted, strict=True) if not name.startswith(want)] == []
    machine.button("+30 s").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    machine.shows(START + 60, 0)
    machine.slider("Ahead of the server's clock").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    machine.shows(START + 60, -2)
    page.keyboard.press("Home")
    machine.shows(START + 60, -120)
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("7")
    machine.shows(START + 60, 7)
    page.keyboard.press("Enter")
    machine.comes_to("machine.ahead_seconds", "7")
    machine.button("Play").focus()
    page.keyboard.press("Space")
    expect(machine.button("Pause")).to_be_focused()
    page.keyboard.press("Enter")
    expect(machine.button("Play")).to_be_focused()
    assert page.evaluate(cell) == before


def test_on_the_real_clock_the_phone_alone_is_set(open_notebook, work):
    """The server's clock ticks by itself and has no controls; the phone's skew is the kernel's; no code is shown."""
    write(work / "live.ipynb", LIVE)
    page = open_notebook("live.ipynb")
    page.run_all()
    machine = Machine(page)
    expect(machine.button("Play")).to_be_hidden()
    expect(machine.root.get_by_text("The server uses the real clock")).to_be_visible()
    shown = machine.shown()
    expect(machine.root.locator("[data-server]")).not_to_have_text(shown["server"])
    machine.type("Seconds ahead, as a number", -75)
    expect(machine.root.locator(".mfa-verdict")).to_contain_text("outside")
    machine.comes_to("machine.ahead_seconds", "-75")
    assert {code for _, _, code, _ in machine.shown()["cells"]} == {""}
    assert abs(int(machine.kernel("room.clock.now()")) % 86_400 - seconds_of(machine.shown()["server"])) <= 1
    assert violations(machine.page, ROOT) == []


def test_everyone_can_read_it(machine):
    """In each state, light and dark, wide and at 400 px: axe finds nothing serious, all text keeps 4.5:1."""
    measured = 0

    def look():
        nonlocal measured
        for theme in ("dark", "light"):
            machine.lab.theme(theme)
            assert violations(machine.page, ROOT) == []
            found = contrasts(machine.page, ROOT)
            assert [(ratio, text) for ratio, text in found if ratio < 4.5] == []
            measured += len(found)

    look()
    machine.run("machine.settle(ahead=-48, ppm=20)")
    expect(machine.root.locator(".mfa-verdict")).to_contain_text("outside")
    look()
    machine.button("−1 h").click()
    expect(machine.root.locator(".mfa-back")).to_be_visible()
    look()
    machine.button("Play").click()
    expect(machine.button("Pause")).to_be_visible()
    look()
    machine.button("Pause").click()
    machine.page.evaluate(
        "() => document.querySelectorAll('.jp-OutputArea-output').forEach((at) => { at.style.maxWidth = '400px'; })"
    )
    look()
    assert machine.root.evaluate("at => at.scrollWidth <= at.clientWidth")
    assert measured > 300
    label = machine.root.locator(".mfa-strip").get_attribute("aria-label")
    assert "Its window holds 3 steps" in label
    assert "49 seconds behind" in label  # an hour back, at 20 parts per million, rounded down


def test_a_page_opened_again_shows_the_machine_as_it_runs(machine):
    """Saved, reloaded: the view asks, and goes on with the kernel's clock."""
    machine.run("machine.settle(ahead=-48)")
    machine.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    expect(machine.page.locator(".jp-NotebookPanel .jp-mod-dirty")).to_have_count(0)
    machine.page.reload()
    machine.shows(START, -48)
    machine.button("+1 s").click()
    machine.shows(START + 1, -48)
    machine.comes_to("room.clock.now()", START + 1)


@pytest.fixture
def measuring(open_notebook, work):
    write(work / "measure.ipynb", MEASURE)
    page = open_notebook("measure.ipynb")
    page.run_all()
    return Form(page, ".mfa-is-MeasurePhone")


def test_a_phone_is_measured_by_keyboard_alone(measuring):
    """A reading, then two changes as they are seen, on a clock at five times the pace: the interval shrinks and holds
    the true offset; revealed, the page says so.
    """
    page, code = measuring.page, measuring.root.locator("[data-code]")
    result = measuring.root.locator(".mfa-result")
    expect(code).to_have_text(re.compile(r"\d{3} \d{3}"))
    expect(measuring.root.locator(".mfa-time")).to_have_text("The phone")
    widths = []

    def note(button):
        measuring.button(button).press("Enter")
        field = measuring.root.get_by_label("The code that the phone showed at that moment")
        expect(field).to_be_focused()
        page.keyboard.type(code.text_content())
        page.keyboard.press("Enter")
        expect(measuring.root.get_by_role("status").first).to_contain_text(f"Observation {len(widths) + 1}")
        low, high = map(int, measuring.kernel("form.interval.low_seconds, form.interval.high_seconds").split())
        widths.append(high - low)
        assert measuring.kernel("form.truth_seconds in form.interval") == "True"

    note("I read it now")
    measuring.run("room.clock.play(5); form.phone.refresh()")
    for _ in range(2):
        before = code.text_content()
        expect(code).not_to_have_text(before, timeout=15_000)
        note("It has just changed")
    assert widths[0] == 31
    assert widths[1] <= 11
    assert widths[2] <= widths[1]
    expect(result).to_contain_text(re.compile("(behind|ahead)"))
    measuring.run("room.clock.pause()")
    measuring.button("Reveal the phone's clock").press("Space")
    expect(measuring.root.get_by_role("status").first).to_contain_text("Your interval contains this offset.")
    assert "really is" in measuring.root.locator(".mfa-lines").get_attribute("aria-label")


def test_a_contradiction_is_named_and_everyone_can_read_it(measuring):
    """In each state, light and dark: axe is content, contrast holds; the two are named and one can be left out."""
    code = measuring.root.locator("[data-code]")
    status = measuring.root.get_by_role("status").first
    field = measuring.root.get_by_label("The code that the phone showed at that moment")

    def look():
        for theme in ("dark", "light"):
            measuring.lab.theme(theme)
            assert violations(measuring.page, ".mfa-is-MeasurePhone") == []
            found = contrasts(measuring.page, ".mfa-is-MeasurePhone")
            assert [(ratio, text) for ratio, text in found if ratio < 4.5] == []

    def note():
        expect(status).to_contain_text("The code, please.")
        measuring.button("Type it into the form").click()
        expect(field).to_have_value(re.compile(r"^\d{3} ?\d{3}$"))
        measuring.button("Note it").click()

    look()
    expect(code).to_have_text(re.compile(r"\d{3} \d{3}"))
    measuring.button("I read it now").click()
    note()
    expect(status).to_contain_text("left open")
    look()
    measuring.button("I read it now").click()
    expect(status).to_contain_text("The code, please.")
    measuring.run("room.clock.advance(90); form.phone.refresh()")
    note()
    expect(status).to_contain_text("Observations 1 and 2 contradict each other")
    look()
    measuring.button("Reveal the phone's clock").click()
    look()
    measuring.button("Leave out observation 2").click()
    expect(status).to_contain_text("What is left")
    expect(measuring.root.locator(".mfa-line.mfa-refused")).to_have_count(0)
    measuring.button("Start again").click()
    expect(measuring.root.locator(".mfa-result")).to_have_text("Its offset is not known yet")
