"""Real double clicks, 80 to 250 ms apart, on the web pages and in JupyterLab: what is shown once is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from mfa_lab import Phone
from mfa_lab.errors import ALREADY_DONE, PUBLIC_MESSAGE
from tests.browser.four_steps import NAME, Steps
from tests.web.kit import PASSWORD, Served, serving

pytestmark = pytest.mark.full
GAPS_MS = [80, 150, 250]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("web"), policy={"free_failures": 1_000_000}) as served:
        yield served


def double_click(page: Page, name: str, gap_ms: int) -> None:
    """Two presses at one place, whatever stands there by the second one."""
    button = page.get_by_role("button", name=name, exact=True).filter(visible=True)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    page.wait_for_timeout(gap_ms)
    page.mouse.click(x, y)


@pytest.mark.parametrize("gap_ms", GAPS_MS)
@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_life_of_double_clicks(java_script: bool, gap_ms: int, browser: Browser, served: Served) -> None:
    """Enrolment, login and recovery, every button pressed twice. With the script each page is as after one click;
    without it the page says that the step is done, and fresh codes are one login away.
    """
    name = f"twice-{java_script}-{gap_ms}@example.org"
    context = browser.new_context(java_script_enabled=java_script, base_url=served.url)
    page = context.new_page()
    phone = Phone(served.clock)

    def settled(*, title: str) -> None:
        """The page after both clicks: the one that is due, or the one that says that the step is done."""
        either = re.compile(f"^({re.escape(title)}|Already done)$")
        expect(page).to_have_title(title if java_script else either)
        page.wait_for_load_state()
        assert PUBLIC_MESSAGE not in page.content()

    def begin() -> None:
        page.goto("/login")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()

    def log_in() -> None:
        begin()
        served.advance()
        page.get_by_label("Code of your authenticator").fill(phone.code())
        double_click(page, "Log in", gap_ms)
        settled(title="Your account")

    served.server.register(name, PASSWORD)
    begin()
    page.get_by_role("button", name="Show the QR code").click()
    phone.scan(page.get_by_role("img", name="QR code").screenshot())
    page.get_by_label("The code that the app shows").fill(phone.code())
    double_click(page, "Confirm", gap_ms)
    settled(title="Your authenticator is enrolled")
    seen = page.locator(".codes li").all_inner_texts()
    assert len(seen) == 10 or ALREADY_DONE in page.content()
    assert len(seen) == 10 or not java_script
    begin()
    served.advance()
    page.get_by_label("Code of your authenticator").fill(phone.code())
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Do you have your recovery codes?")).to_be_visible()
    page.get_by_role("button", name="Make new recovery codes").click()
    expect(page.locator(".codes li")).to_have_count(10)
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_label("I have saved my recovery codes").check()
    page.get_by_role("button", name="Confirm that I have saved them").click()
    log_in()
    begin()
    page.get_by_role("link", name="Lost your authenticator?").click()
    page.get_by_label("Recovery code").fill(codes[0])
    double_click(page, "Go on", gap_ms)
    settled(title="Your recovery code was accepted")
    assert page.locator(".codes li").count() == 1 or not java_script
    context.close()


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_second_click_on_the_next_page(java_script: bool, browser: Browser, served: Served) -> None:
    """The button that acknowledges codes comes up under the pointer: they are not acknowledged unseen."""
    name = f"next-{java_script}@example.org"
    served.enrol(name)
    context = browser.new_context(java_script_enabled=java_script, base_url=served.url)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    served.advance()
    page.get_by_label("Code of your authenticator").fill(served.phone.code(f"mfa-lab: {name}"))
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Make new recovery codes").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("button", name="Confirm that I have saved them").click(delay=0)
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_label("I have saved my recovery codes").check()
    page.get_by_role("button", name="Confirm that I have saved them").click()
    expect(page).to_have_title("Your account")
    context.close()


@pytest.mark.parametrize("gap_ms", GAPS_MS)
def test_double_clicks_in_jupyterlab(gap_ms: int, steps: Steps) -> None:
    """Log in, Confirm, Verify: each is done once, the codes are there, no refusal stands beside the next form."""
    page = steps.page
    steps.button("Fill in the demo account").click()
    expect(steps.field("Password")).not_to_have_value("")
    double_click(page, "Log in", gap_ms)
    expect(steps.button("Show the QR code")).to_be_visible()
    steps.told("The password is correct. Now enrol an authenticator.")
    steps.button("Show the QR code").click()
    expect(steps.root.locator(".mfa-private svg")).to_be_visible()
    steps.button("Scan the QR code").click()
    code = steps.phones_code().replace(" ", "")
    steps.field("First code from the authenticator").fill(code)
    double_click(page, "Confirm", gap_ms)
    steps.told("The authenticator is enrolled. Now log in with both.")
    expect(steps.root.locator(".mfa-private li")).to_have_count(10)
    steps.field("Password").fill("demo: wrong")
    double_click(page, "Log in", gap_ms)
    steps.told(PUBLIC_MESSAGE)
    expect(steps.root.get_by_text("1 in a row")).to_be_visible()
    steps.log_in()
    steps.field("Code from your authenticator").fill(steps.next_code())
    double_click(page, "Verify", gap_ms)
    steps.told(f"Access granted. You are logged in as {NAME}.")
    page.wait_for_timeout(500)
    steps.told(f"Access granted. You are logged in as {NAME}.")
