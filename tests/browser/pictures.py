"""`python -m tests.browser.pictures`: the README's pictures, made in the real lab, with demo values alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.four_steps import ROOT, Steps
from tests.browser.lab import CHROMIUM_OPTIONS, LabPage, running_lab
from tests.notebooks.kit import write

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SOURCE = """
from mfa_lab.lab.widgets.four_steps import FourSteps
from mfa_lab.lab.room import demo_room

room = demo_room()
steps = FourSteps(room)
steps
"""


def main() -> None:
    """A replayed code, refused: what the user is told, and what really happened; in light, in dark."""
    with TemporaryDirectory() as root, sync_playwright() as playwright:
        folder = Path(root)
        (folder / "work").mkdir()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS)
        with running_lab(folder) as url:
            write(folder / "work" / "steps.ipynb", SOURCE)
            page = LabPage(browser)
            page.page.set_viewport_size({"width": 1320, "height": 1100})
            page.open(url, "steps.ipynb")
            page.run_all()
            page.outputs.locator(ROOT).wait_for()
            steps = Steps(page)
            steps.log_in()
            steps.enrol()
            steps.run("room.clock.advance(30); steps.phone.widget.refresh()")
            code = steps.phones_code()
            for told in ("Access granted", "That did not work"):
                steps.log_in()
                steps.told("Now the code")
                steps.field("Code from your authenticator").fill(code)
                steps.button("Verify").click()
                steps.told(told)
                if told == "Access granted":
                    steps.button("Log out").click()
            IMAGES.mkdir(parents=True, exist_ok=True)
            for theme in ("light", "dark"):
                page.theme(theme)
                page.page.mouse.move(0, 0)
                page.page.evaluate("() => document.activeElement.blur()")
                steps.root.screenshot(path=IMAGES / f"four-steps-{theme}.png")
        browser.close()


if __name__ == "__main__":
    main()
