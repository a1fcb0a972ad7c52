"""The form of the four steps on the page, and what a person does with it."""

import re

from playwright.sync_api import expect

from mfa_lab.lab.room import demo_room

NAME = demo_room().demo_account["name"]
PASSWORD = demo_room().demo_account["password"]
ROOT = ".mfa-root"
SOURCE = """
from mfa_lab.clock import SkewedClock, SystemClock
from mfa_lab.lab.widgets.four_steps import FourSteps
from mfa_lab.lab.room import Room

room = Room(SkewedClock(SystemClock()))
steps = FourSteps(room)
steps
"""
NEXT_STEP = "room.clock.drift_seconds += 30; steps.phone.widget.refresh()"


class Steps:
    def __init__(self, page):
        self.lab = page
        self.page = page.page
        self.root = page.outputs.locator(ROOT).last

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def field(self, label):
        return self.root.get_by_label(label, exact=True).filter(visible=True)

    def told(self, words):
        expect(self.root.get_by_role("status").filter(has=self.page.locator(".mfa-answer"))).to_contain_text(words)

    def log_in(self, password=PASSWORD):
        self.field("Name or e-mail").fill(NAME)
        self.field("Password").fill(password)
        self.button("Log in").click()

    def log_in_to_the_demo(self):
        """Log in by two buttons, without typing."""
        self.button("Fill in the demo account").click()
        expect(self.field("Password")).to_have_value(PASSWORD)
        self.button("Log in").click()

    def phones_code(self):
        code = self.root.locator("[data-code]")
        expect(code).to_have_text(re.compile(r"\d{3} \d{3}"))
        return code.text_content()

    def enrol(self):
        self.button("Show the QR code").click()
        expect(self.root.locator(".mfa-private svg")).to_be_visible()
        self.button("Scan the QR code").click()
        self.phones_code()
        self.confirm()

    def confirm(self):
        self.button("Type it into the form").click()
        expect(self.field("First code from the authenticator")).to_have_value(re.compile(r"\d{6}"))
        self.button("Confirm").click()
        self.told("The authenticator is enrolled")

    def next_code(self):
        """Half a minute later, without the waiting: both clocks are set on by one step."""
        before = self.phones_code()
        self.run(NEXT_STEP)
        expect(self.root.locator("[data-code]")).not_to_have_text(before)
        return self.phones_code()

    def run(self, code):
        """Run `code` in the notebook's kernel."""
        self.page.evaluate(
            "code => jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code }).done", code
        )
