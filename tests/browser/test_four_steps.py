"""The four steps in the real JupyterLab: by mouse and by keyboard, light and dark, with nothing secret saved."""

from __future__ import annotations

import re
import subprocess

import pytest
from playwright.sync_api import expect

from mfa_lab import Phone
from mfa_lab.cli.trust import trust
from mfa_lab.lab.working_copy import deliver
from mfa_lab.provisioning import build_uri
from mfa_lab.trainer.refresh import refreshed
from tests.browser.axe import contrasts, violations
from tests.browser.four_steps import NAME, PASSWORD, ROOT, SOURCE, Steps
from tests.needs import requires_program
from tests.notebooks.kit import write

pytestmark = pytest.mark.full


def test_the_whole_story_by_mouse(steps):
    """Refused, enrolled, granted, replay refused, throttled, started again, recovered; themes change meanwhile."""
    steps.log_in("not the password")
    steps.told("That did not work")
    reason = steps.root.get_by_text("wrong password", exact=True)
    expect(reason).to_be_visible()
    steps.button("Big").click()
    expect(reason).to_be_hidden()
    steps.button("Show what really happened").click()
    expect(reason).to_be_visible()
    steps.button("Big").click()
    expect(reason).to_be_visible()

    steps.log_in()
    steps.enrol()
    codes = steps.root.locator(".mfa-private li.mfa-key").filter(visible=True)
    expect(codes).to_have_count(10)
    recovery_code = codes.first.text_content()
    steps.lab.theme("dark")

    steps.log_in()
    code = steps.next_code()
    steps.field("Code from your authenticator").fill(code)  # grouped, as a person would paste it
    steps.button("Verify").click()
    steps.told(f"Access granted. You are logged in as {NAME}.")
    expect(steps.root.get_by_role("timer").filter(has_text="That code was used")).to_be_visible()
    expect(codes).to_have_count(0)
    steps.button("Log out").click()

    steps.log_in()
    for _ in range(3):
        steps.field("Code from your authenticator").fill(code)
        steps.button("Verify").click()
        expect(steps.root.get_by_text("reused", exact=True)).to_be_visible()
        steps.told("That did not work")
    steps.field("Code from your authenticator").fill(steps.next_code())
    steps.run("pass")
    steps.lab.theme("light")
    steps.button("Verify").click()
    expect(
        steps.root.get_by_text("throttled", exact=True).or_(steps.root.get_by_text("Access granted"))
    ).to_be_visible()

    steps.button("Start this demo account again").click()
    steps.told("A new server has started")
    steps.log_in()
    steps.enrol()
    recovery_code = codes.first.text_content()
    steps.log_in()
    steps.button("Use a recovery code").click()
    steps.field("Recovery code").fill(recovery_code)
    steps.button("Use the recovery code").click()
    steps.told("The recovery code was accepted")
    expect(codes).to_have_count(1)


def test_by_keyboard_alone(steps):
    """Tab, Enter and Space are enough, focus follows the next step, and it can be seen wherever it is."""
    page = steps.page

    def press(key, wanted):
        """Press until the control called `wanted` has the focus; it must show."""
        for _ in range(40):
            page.keyboard.press(key)
            if focused() == wanted:
                outline = page.evaluate("() => getComputedStyle(document.activeElement).outline")
                assert "none" not in outline, f"{wanted}: no visible focus ({outline})"
                return
        raise AssertionError(f"{key} never reached {wanted}")

    def focused():
        return page.evaluate(
            """() => { const at = document.activeElement;
                       return at.labels?.[0]?.textContent || at.ariaLabel || at.textContent; }"""
        )

    steps.field("Name or e-mail").focus()
    page.keyboard.type(NAME)
    press("Tab", "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    steps.told("The password is correct")
    expect(steps.button("Show the QR code")).to_be_focused()
    page.wait_for_timeout(750)  # a second Enter within 0.7 s belongs to the first, as in a double click
    page.keyboard.press("Enter")
    expect(steps.root.locator(".mfa-private svg")).to_be_visible()
    press("Tab", "Scan the QR code")
    page.keyboard.press("Space")
    steps.phones_code()
    press("Shift+Tab", "Type it into the form")
    page.keyboard.press("Enter")
    expect(steps.field("First code from the authenticator")).to_have_value(re.compile(r"\d{6}"))
    expect(steps.field("First code from the authenticator")).to_be_focused()
    page.keyboard.press("Enter")
    steps.told("The authenticator is enrolled")
    expect(steps.field("Name or e-mail")).to_have_value(NAME)  # it stays; the password does not
    expect(steps.field("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    press("Tab", "Show the password")
    page.keyboard.press("Space")
    expect(steps.field("Password")).to_have_value(PASSWORD)
    press("Tab", "Log in")
    page.keyboard.press("Enter")
    expect(steps.field("Code from your authenticator")).to_be_focused()
    code = steps.next_code()
    page.keyboard.type(code)
    expect(steps.field("Code from your authenticator")).to_have_value(code)
    page.keyboard.press("Enter")
    steps.told("Access granted")


def test_everyone_can_read_it(steps):
    """In each state, light and dark: axe finds nothing serious, all text keeps 4.5:1; planted faults are seen."""
    measured = 0

    def look():
        nonlocal measured
        for theme in ("dark", "light"):
            steps.lab.theme(theme)
            assert violations(steps.page, ROOT) == []
            found = contrasts(steps.page, ROOT)
            assert [(ratio, text) for ratio, text in found if ratio < 4.5] == []
            measured += len(found)

    look()
    steps.log_in("not the password")
    steps.told("That did not work")
    look()
    steps.log_in()
    steps.button("Show the QR code").click()
    steps.root.get_by_text("Can't scan?").click()
    look()
    steps.enrol()
    look()
    steps.log_in()
    steps.told("Now type the code")
    look()
    steps.button("Use a recovery code").click()
    look()
    steps.button("Use a code instead").click()
    steps.field("Code from your authenticator").fill(steps.next_code())
    steps.button("Verify").click()
    steps.told("Access granted")
    look()
    assert measured > 150

    steps.root.evaluate(
        """root => root.insertAdjacentHTML('beforeend',
            '<img src="data:,"><p style="color: #bbbbbb; background: #ffffff">too pale</p>')"""
    )
    assert any(line.startswith("image-alt") for line in violations(steps.page, ROOT))
    assert contrasts(steps.page, ROOT)[0][1] == "too pale"


def test_a_restarted_kernel_is_told_and_a_new_start_works(steps):
    """After a restart the form says what was lost and how to go on; running the cell again does it."""
    steps.log_in()
    steps.button("Show the QR code").click()
    lost = steps.root.get_by_role("alert")
    expect(lost).to_be_hidden()
    steps.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(lost).to_contain_text("The kernel was restarted.")
    expect(lost).to_contain_text("delete the old entry")
    expect(steps.root.locator(".mfa-sides")).to_be_hidden()
    steps.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.info")
    steps.lab.run_all()
    expect(steps.button("Log in")).to_be_visible()
    steps.log_in()
    steps.enrol()


def test_a_page_opened_again_works_as_before(steps):
    """After a reload the forms still hear Enter, show a password on request, and send nothing typed as a trait."""
    for _ in range(3):
        steps.lab.wait_until_saved()  # by the form: a second save at the same moment would ask which one to keep
        steps.lab.reload()
        steps.button("Log in").wait_for()
        expect(steps.button("Show the password")).to_be_visible()
        steps.field("Name or e-mail").fill(NAME)
        steps.field("Password").fill("not the password")
        steps.field("Password").press("Enter")
        steps.told("That did not work")
        expect(steps.field("Password")).to_have_value("")
        steps.button("Start this demo account again").click()
        steps.told("A new server has started")


def test_a_reload_loses_no_enrolment(open_notebook, work, lab_folder, tmp_path, monkeypatch):
    """A learner runs one cell of a notebook as it was delivered, scans with a real phone, and loads the page again.
    The QR code is there again, and the phone's code confirms it; later the recovery codes are there again, too. The
    learner never saves, and JupyterLab never asks for it.
    """
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(lab_folder / "data"))
    source = tmp_path / "kit"
    source.mkdir()
    lesson = write(source / "lesson.ipynb", SOURCE, "from IPython.display import SVG\nSVG('<svg/>')")
    lesson.write_text(refreshed(lesson))
    deliver(source, work)
    trust(source, work)
    page = open_notebook("lesson.ipynb")
    steps, unsaved = Steps(page), page.page.locator(".jp-NotebookPanel .jp-mod-dirty")
    expect(unsaved).to_have_count(0)
    page.page.evaluate("() => jupyterapp.commands.execute('notebook:run-cell')")
    steps.log_in_to_the_demo()
    steps.button("Show the QR code").click()
    picture = steps.root.locator(".mfa-private svg")
    drawn = picture.inner_html()
    steps.root.get_by_text("Can't scan?").click()
    phone = Phone()
    key = steps.root.locator(".mfa-private li.mfa-key").text_content().replace(" ", "")
    phone.add(build_uri(key, account="a real phone", issuer="mfa-lab"))

    def reload():
        page.wait_until_saved()
        page.reload()
        steps.root.locator(".mfa-steps").wait_for()

    reload()
    picture.wait_for()
    assert picture.inner_html() == drawn
    steps.field("First code from the authenticator").fill(phone.code())
    steps.button("Confirm").click()
    steps.told("The authenticator is enrolled")
    codes = steps.root.locator(".mfa-private li.mfa-key").filter(visible=True)
    expect(codes).to_have_count(10)
    told = codes.all_text_contents()
    reload()
    expect(codes).to_have_text(told)


@pytest.mark.parametrize("big", [False, True], ids=["as a learner sees it", "on a projector"])
def test_each_step_is_on_one_screen(steps, big):
    """At 1280 x 800, in JupyterLab with its menus and file list: stepper, form, phone, answer and codes are visible
    together, and nothing scrolls away from login to login.
    """
    steps.page.set_viewport_size({"width": 1280, "height": 800})
    if big:
        steps.button("Big").click()
    steps.root.evaluate("root => root.scrollIntoView({ block: 'start' })")
    top = steps.root.bounding_box()["y"]

    def look(*parts):
        view = steps.page.locator(".jp-NotebookPanel-notebook").bounding_box()
        assert steps.root.bounding_box()["y"] == pytest.approx(top, abs=2)
        for part in (".mfa-steps", ".mfa-panel.mfa-server .mod-primary", ".mfa-panel.mfa-phone", ".mfa-foot", *parts):
            box = steps.root.locator(part).filter(visible=True).first.bounding_box()
            assert view["y"] <= box["y"], part
            assert box["y"] + box["height"] <= view["y"] + view["height"], part
            assert box["x"] + box["width"] <= view["x"] + view["width"], part

    look()
    steps.log_in("not the password")
    steps.told("That did not work")
    look(".mfa-answer")
    steps.log_in()
    steps.button("Show the QR code").click()
    steps.button("Scan the QR code").click()
    steps.phones_code()
    steps.told("Scan the QR code")
    look(".mfa-answer", ".mfa-private svg")
    steps.confirm()
    look(".mfa-answer", ".mfa-private li:last-child")
    steps.log_in()
    steps.told("Now type the code")
    look(".mfa-answer", ".mfa-private li:last-child")
    code = steps.next_code()
    for told in ("Access granted", "That did not work"):
        steps.field("Code from your authenticator").fill(code)
        steps.button("Verify").click()
        steps.told(told)
        look(".mfa-answer")
        if told == "Access granted":
            steps.button("New recovery codes").click()
            steps.told("your new recovery codes")
            look(".mfa-answer", ".mfa-private li:last-child")
            steps.button("Log out").click()
            steps.log_in()
            steps.told("Now type the code")
    if big:
        steps.button("Show what really happened").click()
        look(".mfa-answer")


def test_a_real_phone_reads_the_screen(steps, tmp_path):
    """zbarimg decodes the QR code from a screenshot, in the dark theme too, to the URI that the server made."""
    zbarimg = requires_program("zbarimg")
    steps.log_in()
    steps.button("Show the QR code").click()
    picture = steps.root.locator(".mfa-private svg")
    expect(picture).to_be_visible()
    for theme in ("light", "dark"):
        steps.lab.theme(theme)
        shot = steps.lab.screenshot(tmp_path / f"{theme}.png")
        read = subprocess.run([zbarimg, "--raw", "-q", str(shot)], capture_output=True, text=True, check=True)
        assert read.stdout.startswith(f"otpauth://totp/mfa-lab:{NAME.replace('@', '%40')}?secret=")


def test_the_saved_notebook_holds_nothing_secret(steps, work):
    """After enrolment and login the browser saves: no secret, code, recovery code, password or URI is in the file."""
    steps.log_in()
    steps.button("Show the QR code").click()
    steps.root.get_by_text("Can't scan?").click()
    keys = steps.root.locator(".mfa-private li.mfa-key").filter(visible=True)
    setup_key = keys.first.text_content()
    steps.enrol()
    recovery_codes = keys.all_text_contents()
    steps.log_in()
    code = steps.next_code()
    steps.field("Code from your authenticator").fill(code)
    steps.button("Verify").click()
    steps.told("Access granted")
    steps.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    expect(steps.page.locator(".jp-NotebookPanel .jp-mod-dirty")).to_have_count(0)
    saved = (work / "steps.ipynb").read_text()
    assert '"output_type"' in saved
    assert len(recovery_codes) == 10
    bare = setup_key.replace(" ", "")
    for hidden in (setup_key, bare, code, code.replace(" ", ""), "otpauth", "<path", *recovery_codes):
        assert hidden not in saved


def test_the_phone_ticks_without_the_kernel(steps):
    """While the countdown runs, no message passes between page and kernel; asked for a code, one does."""
    steps.log_in()
    steps.enrol()
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    steps.page.evaluate(
        f"""() => {{
            window.heard = [];
            window.last = Date.now();
            {kernel}.anyMessage.connect((_, {{ msg }}) => {{ heard.push(msg.header.msg_type); last = Date.now(); }});
        }}"""
    )
    steps.page.wait_for_function("() => Date.now() - last > 700")  # what the enrolment has to say has been said
    steps.page.evaluate("() => { heard.length = 0; }")
    ring = steps.root.locator(".mfa-ring")
    before = ring.get_attribute("aria-label")
    steps.page.wait_for_timeout(3500)
    assert ring.get_attribute("aria-label") != before
    assert steps.page.evaluate("() => heard") == []
    steps.button("Type it into the form").click()
    steps.page.wait_for_function("() => heard.length > 0")
