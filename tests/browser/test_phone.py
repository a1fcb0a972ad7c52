"""The phone in the page: its own implementation in the browser, against oathtool's, on a page whose clock is set."""

from __future__ import annotations

import base64
import json
import random
import subprocess

import pytest
from playwright.sync_api import expect

from mfa_lab import ManualClock, Phone
from mfa_lab.phone.widget import PhoneWidget
from tests.needs import requires_program

pytestmark = pytest.mark.full

SOURCE = str(PhoneWidget._esm)
# The widget itself, on a bare page: what the kernel sends is handed to it, and what it sends is kept in `sent`.
MOUNT = """async (source) => {
    const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    const heard = [];
    window.sent = [];
    document.body.innerHTML = "<div id='phone'></div>";
    const model = { on: (_, hear) => heard.push(hear), off: () => {}, send: (message) => sent.push(message) };
    module.default.render({ model, el: document.getElementById("phone") });
    window.tell = (message) => heard.forEach((hear) => hear(message));
}"""


def account(rng, number):
    """A random account, and a moment between 1970 and 2500."""
    key = rng.randbytes(rng.randint(5, 80))
    return {
        "label": f"Demo {number}",
        "secret": base64.b32encode(key).decode().rstrip("="),
        "digits": rng.choice([6, 7, 8]),
        "period": rng.choice([15, 30, 60, 120]),
        "algorithm": rng.choice(["SHA1", "SHA256", "SHA512"]),
    }, rng.randrange(16_725_225_600)


def oathtool(given, now):
    command = [
        requires_program("oathtool"),
        f"--totp={given['algorithm'].lower()}",
        "-b",
        f"--digits={given['digits']}",
    ]
    command += [f"--time-step-size={given['period']}s", f"--now=@{now}", "-"]
    return subprocess.run(command, input=given["secret"], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def page(browser, lab):
    """A bare page of this machine, which the browser trusts with WebCrypto."""
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{lab}/api")
        yield page


def test_its_code_is_oathtools(page):
    """The face shows oathtool's code: 200 random secrets, short and long, algorithms, digits, periods and times."""
    rng = random.Random(6238)
    page.clock.install()
    page.evaluate(MOUNT, SOURCE)
    for number in range(200):
        given, now = account(rng, number)
        page.clock.set_fixed_time(now)
        page.evaluate("message => tell(message)", {"accounts": [given], "clock": {"drift": 0, "server": now}})
        code = oathtool(given, now)
        expect(page.locator(".mfa-label")).to_have_text(given["label"])
        half = (len(code) + 1) // 2
        expect(page.locator("[data-code]")).to_have_text(f"{code[:half]} {code[half:]}")
        expect(page.locator(".mfa-ring")).to_have_attribute(
            "aria-label", f"{given['period'] - now % given['period']} seconds left"
        )


def test_its_own_clock_may_be_wrong(page):
    """A drift moves the code and is shown beside the time; a clock that stands still is taken as it is."""
    phone = Phone(ManualClock(1_800_000_010))
    phone.add("otpauth://totp/Demo:a?secret=DEMOALICEDEMOALICEDEMOALICEDEMO2&issuer=Demo")
    page.clock.install()
    page.clock.set_fixed_time(1_800_000_010)
    page.evaluate(MOUNT, SOURCE)
    for drift, shown in ((0, ""), (-48, "−48 s"), (90, "+90 s")):
        phone.clock.set(1_800_000_010 + drift)
        clock = {"drift": drift, "server": 1_800_000_010}
        page.evaluate("message => tell(message)", {"accounts": phone.export(), "clock": clock})
        expect(page.locator("[data-code]")).to_have_text(f"{phone.code()[:3]} {phone.code()[3:]}")
        expect(page.locator(".mfa-skew")).to_have_text(shown)
    still = {"fixed": 1_700_000_000, "server": 1_700_000_000, "skew": 0}
    phone.clock.set(1_700_000_000)
    page.evaluate("message => tell(message)", {"accounts": phone.export(), "clock": still})
    expect(page.locator(".mfa-time")).to_contain_text("22:13:20")
    expect(page.locator("[data-code]")).to_have_text(f"{phone.code()[:3]} {phone.code()[3:]}")


def test_several_accounts_by_keyboard(page):
    """The newest is shown first; the arrow keys choose another, and its own code is shown."""
    phone = Phone(ManualClock(1_800_000_010))
    for name, secret in (("alice", "DEMOALICEDEMOALICEDEMOALICEDEMO2"), ("bob", "DEMOBOBDEMOBOBDEMOBOBDEMOBOBDEMO")):
        phone.add(f"otpauth://totp/Demo:{name}?secret={secret}&issuer=Demo")
    page.evaluate(MOUNT, SOURCE)
    clock = {"fixed": 1_800_000_010, "server": 1_800_000_010, "skew": 0}
    page.evaluate("message => tell(message)", {"accounts": phone.export(), "clock": clock})
    which = page.get_by_label("Account")
    code = page.locator("[data-code]")
    expect(which).to_have_value("1")
    expect(code).to_have_text(f"{phone.code()[:3]} {phone.code()[3:]}")
    which.focus()
    page.keyboard.press("ArrowUp")
    alice = phone.code("Demo: alice")
    expect(code).to_have_text(f"{alice[:3]} {alice[3:]}")


def test_a_label_is_text_and_never_markup(page):
    """An issuer that looks like a tag is shown as it is written, and runs nothing."""
    page.evaluate(MOUNT, SOURCE)
    given = account(random.Random(1), 1)[0] | {"label": "<img src=x onerror='window.hacked=1'>: a"}
    clock = {"fixed": 1_800_000_010, "server": 1_800_000_010, "skew": 0}
    page.evaluate("message => tell(message)", {"accounts": [given], "clock": clock})
    expect(page.locator(".mfa-label")).to_have_text(given["label"])
    assert page.locator("#phone img").count() == 0
    assert page.evaluate("() => window.hacked === undefined")


def test_without_webcrypto_it_says_so_and_asks_the_kernel(browser, lab):
    """On a plain-http page of another machine there is no WebCrypto: one message a code, and the reason stays."""
    with browser.new_context(bypass_csp=True) as context:
        context.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })")
        page = context.new_page()
        page.goto(f"{lab}/api")
        page.evaluate(MOUNT, SOURCE)
        page.evaluate("() => tell({ said: 'Copied.' })")
        expect(page.get_by_role("status").first).to_have_text("Copied.")
        expect(page.get_by_role("status").last).to_contain_text("the kernel computes the codes")
        given = account(random.Random(2), 1)[0]
        clock = {"fixed": 1_800_000_010, "server": 1_800_000_010, "skew": 0}
        page.evaluate("message => tell(message)", {"accounts": [given], "clock": clock})
        page.wait_for_function("() => sent.some((message) => message.ask)")
        page.evaluate("() => tell({ codes: ['123456', '654321'] })")
        expect(page.locator("[data-code]")).to_have_text("123 456")
        page.wait_for_timeout(1000)
        assert json.loads(page.evaluate("() => JSON.stringify(sent.filter((message) => message.ask))")) == [
            {"ask": given["label"]}
        ]
